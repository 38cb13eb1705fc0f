/* What an ID token and a logout token must say: one fault at a time. */
#include "sso/inside.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define ISSUER "https://id.example"
enum { NOW = 1790000000 };

static const char *check(const char *claims, bool logout)
{
	auto_arena a = ARENA_INIT;
	struct json_doc *doc = NULL;
	struct err e = { 0 };
	struct sso_expect x = { .nonce = STR("n0nce"), .access_token = STR("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), .logout = logout };
	if (!json_read(str_of(claims), &doc, &e)) fail_msg("%s", e.pub);
	const char *fault = sso_id_claims(json_root(doc), STR(ISSUER), STR("stoa"), &x, STR("RS256"), NOW, &a);
	json_free(doc);
	return fault;
}

static void expect(const char *claims, const char *fault_or_null)
{
	const char *got = check(claims, false);
	if (!fault_or_null && got) fail_msg("%s was refused: %s", claims, got);
	if (fault_or_null && !got) fail_msg("%s was taken", claims);
	if (fault_or_null) assert_string_equal(got, fault_or_null);
}

#define GOOD "\"iss\":\"" ISSUER "\",\"sub\":\"ada\",\"nonce\":\"n0nce\""
#define TIMES "\"exp\":1790000300,\"iat\":1790000000"

static void a_good_token_is_good(void **state)
{
	(void)state;
	expect("{" GOOD "," TIMES ",\"aud\":\"stoa\"}", NULL);
	expect("{" GOOD "," TIMES ",\"aud\":[\"stoa\"]}", NULL);
	expect("{" GOOD "," TIMES ",\"aud\":[\"other\",\"stoa\"],\"azp\":\"stoa\"}", NULL);
	/* The example of OpenID Connect Core, appendix A.3, and its token. */
	expect("{" GOOD "," TIMES ",\"aud\":\"stoa\",\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\"}", NULL);
	/* Clocks differ a little. */
	expect("{" GOOD ",\"exp\":1789999990,\"iat\":1790000030,\"aud\":\"stoa\"}", NULL);
}

static void each_lie_is_refused_by_its_name(void **state)
{
	(void)state;
	expect("{\"iss\":\"https://evil.example\",\"sub\":\"ada\",\"nonce\":\"n0nce\"," TIMES ",\"aud\":\"stoa\"}", "issuer");
	expect("{\"iss\":\"" ISSUER "/\",\"sub\":\"ada\",\"nonce\":\"n0nce\"," TIMES ",\"aud\":\"stoa\"}", "issuer");
	expect("{\"sub\":\"ada\",\"nonce\":\"n0nce\"," TIMES ",\"aud\":\"stoa\"}", "issuer");
	expect("{" GOOD "," TIMES ",\"aud\":\"other\"}", "audience");
	expect("{" GOOD "," TIMES "}", "audience");
	expect("{" GOOD "," TIMES ",\"aud\":[]}", "audience");
	expect("{" GOOD "," TIMES ",\"aud\":{\"stoa\":\"stoa\"}}", "audience");
	expect("{" GOOD "," TIMES ",\"aud\":[\"other\",\"stoa\"]}", "audience");
	expect("{" GOOD "," TIMES ",\"aud\":\"stoa\",\"azp\":\"other\"}", "audience");
	expect("{" GOOD ",\"exp\":1789999000,\"iat\":1789998000,\"aud\":\"stoa\"}", "expired");
	expect("{" GOOD ",\"exp\":1790000300,\"iat\":1780000000,\"aud\":\"stoa\"}", "expired");
	expect("{" GOOD ",\"exp\":1790000300,\"iat\":1790001000,\"aud\":\"stoa\"}", "times");
	expect("{" GOOD ",\"iat\":1790000000,\"aud\":\"stoa\"}", "times");
	expect("{" GOOD ",\"exp\":1790000300,\"aud\":\"stoa\"}", "times");
	expect("{" GOOD ",\"exp\":\"1790000300\",\"iat\":1790000000,\"aud\":\"stoa\"}", "times");
	expect("{" GOOD "," TIMES ",\"nbf\":1790009000,\"aud\":\"stoa\"}", "times");
	expect("{\"iss\":\"" ISSUER "\",\"sub\":\"ada\",\"nonce\":\"other\"," TIMES ",\"aud\":\"stoa\"}", "nonce");
	expect("{\"iss\":\"" ISSUER "\",\"sub\":\"ada\"," TIMES ",\"aud\":\"stoa\"}", "nonce");
	expect("{\"iss\":\"" ISSUER "\",\"nonce\":\"n0nce\"," TIMES ",\"aud\":\"stoa\"}", "subject");
	expect("{\"iss\":\"" ISSUER "\",\"sub\":\"a\\nb\",\"nonce\":\"n0nce\"," TIMES ",\"aud\":\"stoa\"}", "subject");
	expect("{" GOOD "," TIMES ",\"aud\":\"stoa\",\"at_hash\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", "at_hash");
	expect("[]", "token");
}

#define LOGOUT "\"iss\":\"" ISSUER "\",\"sub\":\"ada\",\"aud\":\"stoa\",\"iat\":1790000000"
#define EVENTS "\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}"

static void logout_tokens_are_no_id_tokens(void **state)
{
	(void)state;
	assert_null(check("{" LOGOUT ",\"jti\":\"1\"," EVENTS "}", true));
	assert_string_equal(check("{" LOGOUT ",\"jti\":\"1\"," EVENTS ",\"nonce\":\"n0nce\"}", true), "nonce");
	assert_string_equal(check("{" LOGOUT "," EVENTS "}", true), "token");
	assert_string_equal(check("{" LOGOUT ",\"jti\":\"1\"}", true), "token");
	assert_string_equal(check("{" LOGOUT ",\"jti\":\"1\"," EVENTS "}", false), "times");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_token_is_good),
		cmocka_unit_test(each_lie_is_refused_by_its_name),
		cmocka_unit_test(logout_tokens_are_no_id_tokens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

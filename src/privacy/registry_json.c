/* The registry for machines (REG-11, REG-12): the document itself, in force or of an earlier version, its schema, and the
 * key that signs what a crawl of the portal found. Everyone may read them from anywhere, and no answer sets a cookie. */
#include "crypt/crypt.h"
#include "json/json.h"
#include "privacy/registry.h"
#include "privacy/privacy.h"
#include "visitor/visitor.h"

static void open_to_all(struct httpd_reply *p, struct str type)
{
	httpd_reply_type(p, type);
	httpd_reply_cache_control(p, STR("public, max-age=3600"));
	httpd_reply_lit(p, "Access-Control-Allow-Origin", "*");
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "cross-origin");
}

/* The registry that a request asks for: in force, or of the version in ?v. */
static bool hold(const struct visit *v, const struct registry **out, struct err *e)
{
	struct registries *rs = v->at.site->registries;
	const struct str *wanted = httpd_query_or_null(v->request, STR("v"));
	int64_t version;
	if (!wanted)
		return registry_hold(rs, v->at.tenant, out, e);
	if (!wanted->n || wanted->p[0] < '1' || wanted->p[0] > '9' || !str_to_int(*wanted, &version))
		return err_set(e, ERR_NOT_FOUND, "There is no such version of the cookie policy.");
	return registry_hold_version(rs, v->at.tenant, version, out, e);
}

static bool run_json(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct registry *g;
	if (!visitor_enter_anyone(app, r, reply, &v, e) || !hold(&v, &g, e))
		return false;
	const struct str *flg = httpd_query_or_null(r, STR("flg"));
	ptrdiff_t one = flg ? i18n_find_flg(g->languages, g->nlanguages, *flg) : -1;
	struct str only = one >= 0 ? g->languages[one] : STR("");
	struct str tag = only.n ? arena_printf(v.arena, "%.*s-%.*s", STR_ARG(g->hash), STR_ARG(only)) : arena_str(v.arena, g->hash);
	open_to_all(reply, STR("application/json"));
	httpd_reply_etag(reply, tag);
	bool ok = true;
	if (!httpd_reply_is_fresh(r, tag)) {
		auto_buf b = BUF_INIT(16 << 20);
		struct str whole;
		registry_put_json(&b, g, only);
		ok = buf_end(&b, &whole, e);
		if (ok)
			httpd_reply_take(reply, &b);
	}
	registry_release(v.at.site->registries, g);
	return ok;
}

static bool run_schema(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	(void)r;
	(void)app;
	(void)e;
	open_to_all(reply, STR("application/schema+json"));
	httpd_reply_static(reply, str_of(privacy_registry_schema));
	return true;
}

static bool run_key(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, reply, &v, e))
		return false;
	unsigned char key[VAULT_PUBLIC];
	vault_public(v.at.site->vault, v.at.tenant->host, key);
	auto_buf text = BUF_INIT(200);
	crypt_put_base64url(&text, str_make((const char *)key, sizeof key));
	auto_buf b = BUF_INIT(1000);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "crv", STR("Ed25519"));
	json_member(&j, "domain", v.at.tenant->host);
	json_member(&j, "kty", STR("OKP"));
	json_member(&j, "use", STR("sig"));
	json_member(&j, "x", buf_str(&text));
	json_close(&j, '}');
	open_to_all(reply, STR("application/json"));
	httpd_reply_take(reply, &b);
	return true;
}

const struct httpd_route privacy_registry = { .method = HTTPD_GET, .pattern = "/.well-known/cookies.json", .run = run_json };
const struct httpd_route privacy_registry_terms = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy.json", .run = run_json };
const struct httpd_route privacy_registry_schema_route = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy.schema.json", .run = run_schema };
const struct httpd_route privacy_registry_key = { .method = HTTPD_GET, .pattern = "/.well-known/cookies-key.json", .run = run_key };

/* What a session costs a request: the caller of a request with a good cookie is told, against a handler that looks at nothing,
 * with many sessions about. Prints microseconds: the check, the same without a cookie, and the check of a form's token.
 *
 *	bench-session FOLDER    an empty folder, which is filled */
#include "clock/clock.h"
#include "crypt/crypt.h"
#include "rights/rights.h"
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 40, EACH = 50, TURNS = 200000 };

static void stop(const struct err *e)
{
	fprintf(stderr, "bench-session: %s; %s\n", e->pub, e->priv);
	exit(1);
}

struct bench {
	struct site *site;
	const struct tenant *tenant;
	char id[SESSION_ID_TEXT];
};

static void fill(struct bench *b)
{
	struct err e = { 0 };
	struct tenant_id id;
	struct session s;
	struct tenant_setting_value most = { STR("session.max_per_user"), STR("100") };
	char password[ACCOUNT_PASSWORD_TEXT];
	if (!tenant_add(b->site->tenants, STR("bench.example"), NULL, 0, &most, 1, &id, &e)) stop(&e);
	b->tenant = tenants_hold_or_null(b->site->tenants, id);
	for (int i = 0; i < PEOPLE; i++) {
		char email[64];
		int64_t account = 0;
		snprintf(email, sizeof email, "person%d@bench.example", i);
		if (!account_add(b->site->accounts, id, str_of(email), STR("P"), STR("member"), password, &e) ||
		    !account_id(b->site->accounts, id, str_of(email), &account, &e)) stop(&e);
		for (int k = 0; k < EACH; k++) {
			struct session_birth birth = { .account = account, .factors = SESSION_PASSWORD };
			if (!session_create(b->site->sessions, b->tenant, &birth, b->id, &s, &e)) stop(&e);
		}
	}
}

/* Microseconds a turn. */
static double time_caller(struct bench *b, const char *cookie, bool asks)
{
	auto_arena a = ARENA_INIT;
	struct httpd_pair headers[] = { { STR("Host"), STR("bench.example") }, { STR("User-Agent"), STR("Mozilla/5.0") }, { STR("Accept"), STR("text/html") },
		{ STR("Accept-Language"), STR("en") }, { STR("Cookie"), str_of(cookie) } };
	struct site_visit at = { .site = b->site, .tenant = b->tenant };
	struct arena_mark mark = arena_mark(&a);
	int64_t from = clock_monotonic_ns();
	for (int i = 0; i < TURNS; i++) {
		struct httpd_request r = { .method = HTTPD_GET, .path = STR("/explore/"), .arena = &a, .headers = headers, .nheaders = cookie[0] ? 5 : 4,
			.host = STR("bench.example"), .client = STR("203.0.113.7"), .https = true };
		struct rights_caller who = { 0 };
		if (asks) rights_person(&at, &r, &who);
		if (asks && who.by_session != (cookie[0] != '\0')) abort();
		arena_rewind(&a, mark);
	}
	return (double)(clock_monotonic_ns() - from) / TURNS / 1000;
}

static double time_token(struct bench *b)
{
	char token[CSRF_TOKEN + 1];
	enum { FEWER = TURNS / 4 };
	if (!csrf_make(b->site->vault, STR("bench.example"), STR("a"), clock_now(), token)) abort();
	int64_t from = clock_monotonic_ns();
	for (int i = 0; i < FEWER; i++)
		if (!csrf_verify(b->site->vault, STR("bench.example"), STR("a"), clock_now(), str_of(token))) abort();
	return (double)(clock_monotonic_ns() - from) / FEWER / 1000;
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	struct bench b = { 0 };
	struct site_options o = { .memory_mb = 128, .temp_mb = 128, .accounts = { .argon_kb = 19456, .argon_passes = 2 } };
	char cookie[128];
	if (argc != 2) return 2;
	if (!site_open(str_of(argv[1]), &o, &b.site, &e)) stop(&e);
	fill(&b);
	snprintf(cookie, sizeof cookie, "django_language=en; sessionid=%s", b.id);
	double null = time_caller(&b, cookie, false), check = time_caller(&b, cookie, true), nobody = time_caller(&b, "", true);
	printf("{\"sessions\": %d, \"null_us\": %.3f, \"check_us\": %.3f, \"nobody_us\": %.3f, \"token_us\": %.3f}\n", PEOPLE * EACH, null, check, nobody,
	       time_token(&b));
	tenant_release(b.site->tenants, b.tenant);
	site_close(b.site);
	return 0;
}

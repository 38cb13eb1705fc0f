/* Who may call how often, and how long the server works for them: settings of the portal and of the key
 * applied to a request, and the one body of refusal. */
#include "rights/inside.h"
#include "json/json.h"
#include "log/log.h"

/* Work of the server a minute: about what one reader of pages can never need. */
enum { USUAL_WORK_MS = 60000, USUAL_KEY_WORK_MS = 240000, MS = 1000 };
/* The codes that clients of the original know, and two of our own. */
enum { CODE_PORTAL = 10002, CODE_KEY = 10003, CODE_ANONYMOUS = 10005, CODE_WORK = 10010 };

/* What the admission leaves for the answer. */
struct ticket { struct quota_answer answer; };

static int64_t number(const struct tenant *t, const char *name, int64_t otherwise)
{
	int64_t v;
	struct str text = tenant_setting(t, name);
	return text.n && str_to_int(text, &v) && v >= 0 ? v : otherwise;
}

bool counts_calls(const struct tenant *t)
{
	return number(t, "quota.portal", 0) > 0 || number(t, "quota.anonymous", 0) > 0 || number(t, "quota.key", 0) > 0;
}

/* Requests from this machine are a proxy's that does not say for whom, or the operator's: all visitors would
 * share one bucket. So the usual budget spares them; one that was set on purpose does not. */
static bool is_loopback(struct str client)
{
	return str_starts(client, STR("127.")) || str_eq(client, STR("::1")) || str_starts(client, STR("::ffff:127."));
}

static struct quota_ask ask_of(struct site *s, const struct tenant *t, const struct httpd_request *r)
{
	struct account_who who;
	struct str key;
	struct quota_ask a = { .tenant = t->id, .client = r->client, .portal_calls = number(t, "quota.portal", 0) };
	/* A key that is no good is nobody's: its calls are those of the address. */
	enum shown how = shown_by(r, &key);
	bool keyed = (how == SHOWS_KEY && accounts_key(s->accounts, t->id, key, clock_now(), r->arena, &who)) ||
	             (how == SHOWS_TOKEN && oauth_who(s->oauth, t->id, key, clock_now(), r->arena, &who));
	if (keyed) {
		a.key = who.key;
		a.caller_calls = who.calls_a_day >= 0 ? who.calls_a_day : number(t, "quota.key", 0);
		a.budget_ms = number(t, "budget.key", USUAL_KEY_WORK_MS);
	} else {
		a.caller_calls = number(t, "quota.anonymous", 0);
		a.budget_ms = number(t, "budget.ms", is_loopback(r->client) ? 0 : USUAL_WORK_MS);
	}
	return a;
}

static void put_reset(struct buf *b, int64_t us, bool with_t)
{
	struct civil c;
	clock_civil_of_us(us, &c);
	buf_printf(b, with_t ? "%04d-%02d-%02dT%02d:%02d:%02dZ" : "%04d-%02d-%02d %02d:%02d:%02d+00:00", (int)c.year, c.month, c.day,
	           c.hour, c.minute, c.second);
}

static struct str sentence(struct arena *a, const struct quota_ask *ask, const struct quota_answer *x)
{
	switch (x->verdict) {
	case QUOTA_PORTAL_CALLS:
		return arena_printf(a, "Too many requests on the domain. All callers together have made the %lld calls of today. "
		                    "Exports give in one call what many pages give.", (long long)x->limit);
	case QUOTA_CALLER_CALLS:
		return arena_printf(a, "Too many requests %s. The %lld calls of today are made. %sExports give in one call what many "
		                    "pages give.", ask->key ? "with this API key" : "from this address", (long long)x->limit,
		                    ask->key ? "" : "An API key has a quota of its own. ");
	case QUOTA_FINE:
	case QUOTA_WORK: break;
	}
	return arena_printf(a, "The server has worked more than %lld milliseconds for this caller within a minute. To ask for less "
	                    "work: name fewer facets and groups, add a where or refine that leaves fewer records, select only the "
	                    "fields you need, and take everything with one export instead of many pages.%s Please wait %lld seconds.",
	                    (long long)x->limit, ask->key ? "" : " An API key has a budget of its own.", (long long)x->wait_s);
}

static bool refuse(struct httpd_request *r, struct httpd_reply *p, const struct quota_ask *ask, const struct quota_answer *x)
{
	enum { BODY = 4096, TOO_MANY = 429 };
	struct buf b = BUF_INIT(BODY);
	auto_buf when = BUF_INIT(64);
	auto_buf wait = BUF_INIT(32);
	struct json_out j = JSON_OUT(&b);
	struct err e = { 0 };
	bool work = x->verdict == QUOTA_WORK;
	put_reset(&when, x->reset.us, true);
	buf_put_int(&wait, x->wait_s);
	json_open(&j, '{');
	json_member_int(&j, "errorcode", work ? CODE_WORK : x->verdict == QUOTA_PORTAL_CALLS ? CODE_PORTAL : ask->key ? CODE_KEY : CODE_ANONYMOUS);
	json_member(&j, "reset_time", buf_str(&when));
	json_member(&j, "limit_time_unit", work ? STR("minute") : STR("day"));
	json_member_int(&j, "call_limit", x->limit);
	json_member(&j, "error", sentence(r->arena, ask, x));
	json_close(&j, '}');
	httpd_reply_status(p, TOO_MANY);
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_cache_control(p, STR("no-cache, no-store, max-age=0, must-revalidate"));
	if (!httpd_reply_header(p, STR("Retry-After"), buf_str(&wait), &e)) e.code = ERR_NONE; /* digits are always good */
	httpd_reply_take(p, &b);
	return false;
}

bool rights_admit(struct site *s, const struct tenant *t, struct httpd_request *r, struct httpd_reply *p)
{
	if (r->method == HTTPD_OPTIONS) return true;
	struct quota_ask ask = ask_of(s, t, r);
	struct ticket *ticket = arena_new(r->arena, struct ticket);
	quota_take(s->quota, &ask, clock_now(), &ticket->answer);
	r->portal = ticket;
	return ticket->answer.verdict == QUOTA_FINE || refuse(r, p, &ask, &ticket->answer);
}

struct quota_purse rights_purse(const struct httpd_request *r)
{
	const struct ticket *ticket = r->portal;
	return ticket ? ticket->answer.purse : (struct quota_purse){ 0 };
}

static void put_header(struct httpd_reply *p, struct str name, int64_t v)
{
	struct err e = { 0 };
	auto_buf b = BUF_INIT(32);
	buf_put_int(&b, v);
	if (!httpd_reply_header(p, name, buf_str(&b), &e)) e.code = ERR_NONE; /* digits are always good */
}

void rights_settle(struct site *s, const struct httpd_request *r, struct httpd_reply *p)
{
	enum { FIRST_ERROR = 400 };
	const struct ticket *ticket = r->portal;
	struct err e = { 0 };
	httpd_reply_vary(p, HTTPD_VARY_AUTHORIZATION);
	if (!ticket) return;
	const struct quota_answer *x = &ticket->answer;
	if (x->limited && x->verdict == QUOTA_FINE && httpd_reply_get_status(p) < FIRST_ERROR) {
		auto_buf when = BUF_INIT(64);
		put_reset(&when, x->reset.us, false);
		put_header(p, STR("X-RateLimit-Limit"), x->limit);
		put_header(p, STR("X-RateLimit-Remaining"), x->remaining);
		if (!httpd_reply_header(p, STR("X-RateLimit-Reset"), buf_str(&when), &e)) e.code = ERR_NONE;
	}
	if (!r->run_ns) return; /* nothing ran: this is the http thread, which does not wait */
	quota_charge(s->quota, &x->purse, (clock_monotonic_ns() - r->run_ns) / MS);
	if (r->route_or_null && (r->route_or_null->flags & HTTPD_INLINE)) return;
	if (!quota_save(s->quota, false, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "quota.save", &e);
}

/* Who may call how often, and how long the server works for them: settings of the portal and of the key
 * applied to a request, and the one body of refusal. */
#include "rights/inside.h"
#include "json/json.h"
#include "log/log.h"

/* Work of the server a minute: about what one reader of pages can never need. */
enum { USUAL_WORK_MS = 60000, USUAL_KEY_WORK_MS = 240000, MS = 1000 };
/* The codes that clients of the original know, and three of our own. */
enum { CODE_PORTAL = 10002, CODE_KEY = 10003, CODE_ANONYMOUS = 10005, CODE_DATASET = 10004, CODE_WORK = 10010 };

/* What the admission leaves for the answer. */
struct metered {
	struct quota_answer answer;
	bool done;                   /* a dataset was metered */
};
struct ticket {
	struct quota_answer answer;
	struct metered *dataset;
};

static int64_t number(const struct tenant *t, const char *name, int64_t otherwise)
{
	int64_t v;
	struct str text = tenant_setting(t, name);
	return text.n && str_to_int(text, &v) && v >= 0 ? v : otherwise;
}

bool counts_calls(const struct tenant *t)
{
	return number(t, "quota.portal", 0) > 0 || number(t, "quota.anonymous", 0) > 0 || number(t, "quota.key", 0) > 0 || number(t, "quota.user", 0) > 0 ||
	       number(t, "ceiling.calls", 0) > 0;
}

/* Requests from this machine are a proxy's that does not say for whom, or the operator's: all visitors would
 * share one bucket. So the usual budget spares them; one that was set on purpose does not. */
static bool is_loopback(struct str client)
{
	return str_starts(client, STR("127.")) || str_eq(client, STR("::1")) || str_starts(client, STR("::ffff:127."));
}

static void set_account_limit(struct quota_ask *a, struct account_calls c)
{
	a->account_calls = c.calls;
	a->account_unit = c.unit;
}

static struct quota_ask ask_of(struct site *s, const struct tenant *t, struct httpd_request *r)
{
	struct account_who who;
	struct str key;
	struct quota_ask a = { .tenant = t->id, .client = r->client, .portal_calls = tenant_limit(t, "quota.portal", "ceiling.calls") };
	/* A key that is no good is nobody's: its calls are those of the address. */
	enum shown how = shown_by(r, &key);
	bool keyed = (how == SHOWS_KEY && accounts_key(s->accounts, t->id, key, clock_now(), r->arena, &who)) ||
	             (how == SHOWS_TOKEN && oauth_who(s->oauth, t->id, key, clock_now(), r->arena, &who));
	if (keyed) {
		a.key = who.key;
		a.account = who.account;
		set_account_limit(&a, account_calls_of(t, &who.bounds));
		a.caller_calls = who.calls_a_day >= 0 ? who.calls_a_day : number(t, "quota.key", 0);
		a.budget_ms = number(t, "budget.key", USUAL_KEY_WORK_MS);
	} else {
		struct rights_caller person = { 0 };
		if (shown_by(r, &key) == SHOWS_NOTHING) rights_person(&(struct site_visit){ .site = s, .tenant = t }, r, &person);
		a.account = person.account;
		if (a.account) set_account_limit(&a, account_calls_of(t, &person.who.bounds));
		else a.caller_calls = number(t, "quota.anonymous", 0);
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
	const char *period = arena_cstr(a, arena_printf(a, "this %s", quota_unit_words[x->unit]));
	switch (x->verdict) {
	case QUOTA_PORTAL_CALLS:
		return arena_printf(a, "Too many requests on the domain. All callers together have made the %lld calls of today. "
		                    "Exports give in one call what many pages give.", (long long)x->limit);
	case QUOTA_CALLER_CALLS:
		return arena_printf(a, "Too many requests %s. The %lld calls of today are made. %sExports give in one call what many "
		                    "pages give.", ask->key ? "with this API key" : "from this address", (long long)x->limit,
		                    ask->key ? "" : "An API key has a quota of its own. ");
	case QUOTA_ACCOUNT_CALLS:
		return arena_printf(a, "Too many requests of this account. Its %lld calls of %s are made, with all its keys together. "
		                    "Exports give in one call what many pages give.", (long long)x->limit, x->unit == QUOTA_DAY ? "today" : period);
	case QUOTA_DATASET_CALLS:
		return arena_printf(a, "Too many requests on this dataset. The %lld calls of this period are made. Exports give in one call what many "
		                    "pages give.", (long long)x->limit);
	case QUOTA_FINE:
	case QUOTA_WORK: break;
	}
	return arena_printf(a, "The server has worked more than %lld milliseconds for this caller within a minute. To ask for less "
	                    "work: name fewer facets and groups, add a where or refine that leaves fewer records, select only the "
	                    "fields you need, and take everything with one export instead of many pages.%s Please wait %lld seconds.",
	                    (long long)x->limit, ask->key ? "" : " An API key has a budget of its own.", (long long)x->wait_s);
}

static int code_of(const struct quota_ask *ask, enum quota_verdict v)
{
	switch (v) {
	case QUOTA_WORK: return CODE_WORK;
	case QUOTA_PORTAL_CALLS: return CODE_PORTAL;
	case QUOTA_DATASET_CALLS: return CODE_DATASET;
	case QUOTA_ACCOUNT_CALLS: return CODE_KEY;
	case QUOTA_FINE:
	case QUOTA_CALLER_CALLS: break;
	}
	return ask->key ? CODE_KEY : CODE_ANONYMOUS;
}

static void refuse(const struct httpd_request *r, struct httpd_reply *p, const struct quota_ask *ask, const struct quota_answer *x)
{
	enum { BODY = 4096, TOO_MANY = 429 };
	struct buf b = BUF_INIT(BODY);
	auto_buf when = BUF_INIT(64);
	auto_buf wait = BUF_INIT(32);
	struct json_out j = JSON_OUT(&b);
	struct err e = { 0 };
	put_reset(&when, x->reset.us, true);
	buf_put_int(&wait, x->wait_s);
	json_open(&j, '{');
	json_member_int(&j, "errorcode", code_of(ask, x->verdict));
	json_member(&j, "reset_time", buf_str(&when));
	json_member(&j, "limit_time_unit", str_of(quota_unit_words[x->unit]));
	json_member_int(&j, "call_limit", x->limit);
	json_member(&j, "error", sentence(r->arena, ask, x));
	json_close(&j, '}');
	httpd_reply_status(p, TOO_MANY);
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_cache_control(p, STR("no-cache, no-store, max-age=0, must-revalidate"));
	if (!httpd_reply_header(p, STR("Retry-After"), buf_str(&wait), &e)) e.code = ERR_NONE; /* digits are always good */
	httpd_reply_take(p, &b);
}

bool rights_admit(struct site *s, const struct tenant *t, struct httpd_request *r, struct httpd_reply *p)
{
	if (r->method == HTTPD_OPTIONS) return true;
	struct quota_ask ask = ask_of(s, t, r);
	struct ticket *ticket = arena_new(r->arena, struct ticket);
	ticket->dataset = arena_new(r->arena, struct metered);
	quota_take(s->quota, &ask, clock_now(), &ticket->answer);
	r->portal = ticket;
	if (ticket->answer.verdict == QUOTA_FINE) return true;
	refuse(r, p, &ask, &ticket->answer);
	return false;
}

/* --- the quota of one dataset ---------------------------------------------------------------------- */

bool read_quota(struct str json, struct quota_dataset *out)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json.n || !json_read(json, &doc, &ignored)) return false;
	out->calls = json_int(json_get(json_root(doc), "limit"), -1);
	return out->calls >= 0 && quota_unit_read(json_text(json_get(json_root(doc), "unit")), &out->unit) && out->unit < QUOTA_RULE_UNITS;
}

double calls_a_day(const struct quota_dataset *q)
{
	return q->calls ? quota_per_day(q->calls, q->unit) : 0;
}

bool rights_meter(const struct site_visit *at, const struct httpd_request *r, struct rights_caller *who, const struct rights_dataset *d, struct err *e)
{
	const struct ticket *ticket = r->portal;
	struct quota_dataset q = { .tenant = at->tenant->id, .account = who->account, .dataset = d->dataset->id, .client = r->client };
	if (!ticket || ticket->dataset->done || !read_quota(d->quota, &q)) return true;
	who->metered = true;
	ticket->dataset->done = true;
	quota_take_dataset(at->site->quota, &q, clock_now(), &ticket->dataset->answer);
	return ticket->dataset->answer.verdict == QUOTA_FINE || err_set(e, ERR_TOO_MANY, "the calls of this dataset are used up");
}

bool rights_refused(const struct httpd_request *r, struct httpd_reply *p)
{
	static const struct quota_ask nobody = { .key = 0 };
	const struct ticket *ticket = r->portal;
	if (!ticket || !ticket->dataset->done || ticket->dataset->answer.verdict == QUOTA_FINE) return false;
	refuse(r, p, &nobody, &ticket->dataset->answer);
	return true;
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

static void put_when(struct httpd_reply *p, struct str name, const struct quota_answer *x)
{
	struct err e = { 0 };
	auto_buf when = BUF_INIT(64);
	put_reset(&when, x->reset.us, false);
	if (!httpd_reply_header(p, name, buf_str(&when), &e)) e.code = ERR_NONE; /* digits are always good */
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
		put_header(p, STR("X-RateLimit-Limit"), x->limit);
		put_header(p, STR("X-RateLimit-Remaining"), x->remaining);
		put_when(p, STR("X-RateLimit-Reset"), x);
	}
	if (ticket->dataset->done) {
		const struct quota_answer *own = &ticket->dataset->answer;
		put_header(p, STR("X-RateLimit-dataset-Limit"), own->limit);
		put_header(p, STR("X-RateLimit-dataset-Remaining"), own->remaining);
		put_when(p, STR("X-RateLimit-dataset-Reset"), own);
	}
	if (!r->run_ns) return; /* nothing ran: this is the http thread, which does not wait */
	quota_charge(s->quota, &x->purse, (clock_monotonic_ns() - r->run_ns) / MS);
	if (r->route_or_null && (r->route_or_null->flags & HTTPD_INLINE)) return;
	if (!quota_save(s->quota, false, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "quota.save", &e);
}

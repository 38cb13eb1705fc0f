/* The registry for programs of administrators: what can be edited with its tag, a dry run, and publishing (REG-9). Who publishes
 * is signed in and has proved so of late; what they have not seen they do not overwrite. */
#include "back/privacy.h"

enum { API_BYTES = 4 << 20 };

static void put_faults(struct json_out *j, const struct registry_draft *d)
{
	json_key(j, STR("faults"));
	json_open(j, '[');
	for (size_t i = 0; i < d->nfaults; i++) {
		json_open(j, '{');
		json_member(j, "field", d->faults[i].field);
		json_member(j, "message", d->faults[i].message);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_differences(struct json_out *j, const struct registry_draft *d)
{
	static const char *const words[] = { [REGISTRY_ADDED] = "added", [REGISTRY_REMOVED] = "removed", [REGISTRY_CHANGED] = "changed" };
	json_key(j, STR("differences"));
	json_open(j, '[');
	for (size_t i = 0; i < d->ndifferences; i++) {
		const struct registry_difference *x = &d->differences[i];
		json_open(j, '{');
		json_member(j, "change", str_of(words[x->what]));
		json_member(j, "of", x->of);
		json_member(j, "id", x->id);
		json_member(j, "field", x->field);
		json_member(j, "before", x->before);
		json_member(j, "after", x->after);
		json_member_bool(j, "material", x->material);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void reply_json(struct visit *v, struct buf *b)
{
	httpd_reply_type(v->reply, STR("application/json"));
	visitor_private(v);
	httpd_reply_take(v->reply, b);
}

/* 422 with everything that is wrong. */
static void refuse(struct visit *v, const struct registry_draft *d)
{
	auto_buf b = BUF_INIT(API_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str first = arena_printf(v->arena, "%.*s: %.*s", STR_ARG(d->faults[0].field), STR_ARG(d->faults[0].message));
	json_open(&j, '{');
	json_member(&j, "error_code", str_of(err_kind(ERR_INVALID)->word));
	json_member(&j, "message", first);
	put_faults(&j, d);
	json_close(&j, '}');
	httpd_reply_status(v->reply, err_kind(ERR_INVALID)->status);
	reply_json(v, &b);
}

static void reply_dry_run(struct visit *v, const struct registry_draft *d)
{
	auto_buf b = BUF_INIT(API_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_bool(&j, "material", d->material);
	json_member_int(&j, "version", d->next->version);
	json_member_int(&j, "epoch", d->next->epoch);
	put_differences(&j, d);
	json_key(&j, STR("csp"));
	json_open(&j, '{');
	json_member(&j, "before", d->csp_before);
	json_member(&j, "after", d->csp_after);
	json_close(&j, '}');
	json_close(&j, '}');
	reply_json(v, &b);
}

static bool run_get(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct registry *g;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, BACK_KEYS, &v, e))
		return back_answered(p, e);
	if (!registry_hold(v.at.site->registries, v.at.tenant, &g, e))
		return false;
	auto_buf b = BUF_INIT(API_BYTES);
	registry_put_editable(&b, g);
	httpd_reply_etag(p, arena_str(v.arena, g->hash));
	registry_release(v.at.site->registries, g);
	reply_json(&v, &b);
	return true;
}

/* The tag of If-Match, without quotes; empty when there is none. */
static struct str tag_of(const struct httpd_request *r)
{
	struct str s = str_trim(httpd_header(r, STR("If-Match")));
	if (str_starts(s, STR("W/")))
		s = str_from(s, 2);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = str_sub(s, 1, s.n - 2);
	return s;
}

static bool publish(struct visit *v, struct str body, struct err *e)
{
	const struct httpd_request *r = v->request;
	struct registries *rs = v->at.site->registries;
	const struct str *note = httpd_query_or_null(r, STR("note"));
	const struct str *effective = httpd_query_or_null(r, STR("effective"));
	struct instant at = { 0 };
	struct clock_text text;
	struct str tag = tag_of(r);
	int64_t version;
	if (!tag.n)
		return err_set(e, ERR_PRECONDITION, "Say in If-Match which registry you have seen: its ETag.");
	if (effective && !clock_parse(*effective, &text))
		return err_set(e, ERR_INVALID, "effective: must be a date as 2026-12-01");
	if (effective)
		at.us = clock_us_of_civil(&text.civil) - INT64_C(1000000) * text.offset_s;
	if (!registry_publish(rs, v->at.tenant, body, tag, note ? *note : STR(""), v->who.who.admin ? STR("administrator") : STR("editor"), at, &version, e))
		return false;
	visitor_note(v, EVENT_REGISTRY_PUBLISHED, STR(""), arena_printf(v->arena, "version %lld", (long long)version));
	const struct registry *g;
	if (!registry_hold(rs, v->at.tenant, &g, e))
		return false;
	auto_buf b = BUF_INIT(1000);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_int(&j, "version", version);
	json_member_int(&j, "in_force", g->version);
	json_member_int(&j, "epoch", g->epoch);
	json_member(&j, "hash", g->hash);
	json_close(&j, '}');
	httpd_reply_etag(v->reply, arena_str(v->arena, g->hash));
	registry_release(rs, g);
	reply_json(v, &b);
	return true;
}

static bool run_put(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct str body;
	struct registry_draft d;
	const struct str *dry = httpd_query_or_null(r, STR("dry_run"));
	bool only_look = dry && str_eq(*dry, STR("1"));
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, BACK_KEYS, &v, e))
		return back_answered(p, e);
	if (!visitor_json(&v, VISITOR_TOKEN, &body, e) || (!only_look && !back_fresh(&v, e)))
		return false;
	if (!registry_dry_run(v.at.site->registries, v.at.tenant, body, v.arena, &d, e))
		return false;
	bool good = !d.nfaults;
	if (!good)
		refuse(&v, &d);
	else if (only_look)
		reply_dry_run(&v, &d);
	registry_draft_done(v.at.site->registries, &d);
	return !good || only_look || publish(&v, body, e);
}

const struct httpd_route back_registry_json = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/registry.json", .run = run_get };
const struct httpd_route back_registry_json_put = { .method = HTTPD_PUT, .pattern = "/backoffice/privacy/registry.json", .body_max = API_BYTES, .run = run_put };

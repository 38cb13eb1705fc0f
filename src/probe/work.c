/* Datasets made of configurations, their jobs and their sources, for tests. The body of POST /work has "host", "op" and:
 *	create {title, doc, who} answers {dataset, uid, slug}          write {dataset, doc, who}
 *	preview {dataset, doc, who}  answers as publish_preview does
 *	put {dataset, kind, who, if_changed}  answers {job}            abort {dataset}
 *	status {dataset}         list {dataset}        log {job}       faults {dataset}
 *	schedule {dataset, uid, cron, timezone}                        schedules {dataset}
 *	fetch {dataset, datasource, known, fresh}  answers what came, texts of files with it
 *	rename {dataset, slug}   restore {dataset}     slug {dataset}
 *	forget {dataset}         check {datasource}    connect {uid, json}    settle {datasource}    try {uid, json}    disconnect {uid}
 *	back_up   bring_back {uid}   backups      of the portal itself
 * What fails answers {"error": code word, "message"}. */
#include "config/config.h"
#include "fetch/fetch.h"
#include "job/job.h"
#include "probe/inside.h"
#include "publish/publish.h"
#include "transfer/transfer.h"
#include <unistd.h>

enum { TEXT = 4 << 20, SHOWN = 64 << 10, MANY = 50 };

struct call { struct site *site; struct tenant_id tenant; const struct json_node *in; struct arena *a; struct json_out *out; int64_t dataset; };

static struct str text_of(const struct call *c, const char *name) { return json_text(json_get(c->in, name)); }
static struct str json_of(const struct call *c, const char *name)
{
	auto_buf b = BUF_INIT(TEXT);
	if (!json_get(c->in, name)) return STR("");
	json_put_node(&b, json_get(c->in, name));
	return arena_str(c->a, buf_str(&b));
}

static void put_config(struct call *c, const struct config *x)
{
	json_open(c->out, '{');
	json_member_int(c->out, "dataset", x->dataset);
	json_member(c->out, "uid", x->uid);
	json_member(c->out, "slug", x->slug);
	json_member_int(c->out, "revision", x->revision);
	json_close(c->out, '}');
}

static void put_faults(struct call *c, const struct process_faults *f)
{
	json_open(c->out, '[');
	for (size_t i = 0; i < f->list.n; i++) {
		json_open(c->out, '{');
		json_member(c->out, "path", f->list.p[i].path);
		json_member(c->out, "message", f->list.p[i].message);
		json_close(c->out, '}');
	}
	json_close(c->out, ']');
}

static bool op_create(struct call *c, struct err *e)
{
	struct config out;
	struct process_faults f = { .arena = c->a };
	const struct config_new n = { .tenant = c->tenant, .who = json_int(json_get(c->in, "who"), 0), .title = text_of(c, "title"), .json = json_of(c, "doc") };
	if (!config_create(c->site, &n, c->a, &out, &f, e)) return f.list.n ? err_cause(e, "%.*s: %.*s", STR_ARG(f.list.p[0].path), STR_ARG(f.list.p[0].message)) : false;
	put_config(c, &out);
	return true;
}

static bool op_write(struct call *c, struct err *e)
{
	struct config out;
	struct process_faults f = { .arena = c->a };
	const struct config_change w = { .tenant = c->tenant, .dataset = c->dataset, .who = json_int(json_get(c->in, "who"), 0), .revision = -1, .json = json_of(c, "doc") };
	if (!config_write(c->site, &w, c->a, &out, &f, e)) return false;
	put_config(c, &out);
	return true;
}

static bool op_preview(struct call *c, struct err *e)
{
	struct str json;
	const struct publish_preview p = { .tenant = c->tenant, .dataset = c->dataset, .doc = json_get(c->in, "doc"), .who = json_int(json_get(c->in, "who"), 0) };
	if (!publish_preview(c->site, &p, c->a, &json, e)) return false;
	json_value(c->out);
	buf_put(c->out->b, json);
	return true;
}

static bool op_put(struct call *c, struct err *e)
{
	int64_t job = 0;
	const struct job_order o = { .tenant = c->tenant, .dataset = c->dataset, .who = json_int(json_get(c->in, "who"), 1), .kind = (enum job_kind)json_int(json_get(c->in, "kind"), 0),
		                     .if_changed = json_bool(json_get(c->in, "if_changed"), false) };
	if (!job_put(c->site, &o, &job, e)) return false;
	json_open(c->out, '{');
	json_member_int(c->out, "job", job);
	json_close(c->out, '}');
	return true;
}

static bool op_abort(struct call *c, struct err *e)
{
	if (!job_abort(c->site, c->tenant, c->dataset, e)) return false;
	json_put_null(c->out);
	return true;
}

static void put_status(struct json_out *j, const struct job_status *s)
{
	json_open(j, '{');
	json_member(j, "status", str_of(job_state_word(s->state)));
	json_member(j, "previous", s->has_previous ? str_of(job_state_word(s->previous)) : STR(""));
	json_member(j, "next", s->has_next ? str_of(job_state_word(s->next)) : STR(""));
	json_member(j, "message", s->message);
	json_member(j, "phase", s->phase);
	json_member_int(j, "since", s->since.us);
	json_member_int(j, "job", s->job);
	json_member_int(j, "rows", s->rows);
	json_member_int(j, "errors", s->errors);
	json_member_int(j, "permille", s->permille);
	json_close(j, '}');
}

static bool op_status(struct call *c, struct err *e)
{
	struct job_status s;
	if (!job_status(c->site, c->tenant, c->dataset, c->a, &s, e)) return false;
	put_status(c->out, &s);
	return true;
}

static bool op_list(struct call *c, struct err *e)
{
	struct job_item *list;
	size_t n;
	int64_t total;
	if (!job_list(c->site, c->tenant, c->dataset, MANY, 0, c->a, &list, &n, &total, e)) return false;
	json_open(c->out, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(c->out, '{');
		json_member_int(c->out, "id", list[i].id);
		json_member_int(c->out, "dataset", list[i].dataset);
		json_member_int(c->out, "kind", list[i].kind);
		json_member_int(c->out, "who", list[i].who);
		json_member_int(c->out, "ended", list[i].ended.us);
		json_member(c->out, "outcome", list[i].outcome);
		json_member(c->out, "message", list[i].message);
		json_member(c->out, "title", list[i].title);
		json_member_int(c->out, "rows", list[i].rows);
		json_close(c->out, '}');
	}
	json_close(c->out, ']');
	return true;
}

static bool op_log(struct call *c, struct err *e)
{
	struct job_line *list;
	size_t n;
	if (!job_log(c->site, c->tenant, json_int(json_get(c->in, "job"), 0), c->a, &list, &n, e)) return false;
	json_open(c->out, '[');
	for (size_t i = 0; i < n; i++) json_put(c->out, list[i].text);
	json_close(c->out, ']');
	return true;
}

static bool op_faults(struct call *c, struct err *e)
{
	struct job_fault *list;
	size_t n;
	int64_t total;
	if (!job_faults(c->site, c->tenant, c->dataset, MANY, c->a, &list, &n, &total, e)) return false;
	json_open(c->out, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(c->out, '{');
		json_member_int(c->out, "row", list[i].row);
		json_member(c->out, "field", list[i].field);
		json_member(c->out, "value", list[i].value);
		json_member(c->out, "message", list[i].message);
		json_close(c->out, '}');
	}
	json_close(c->out, ']');
	return true;
}

static void put_schedule(struct json_out *j, const struct job_schedule *s)
{
	json_open(j, '{');
	json_member(j, "uid", s->uid);
	json_member(j, "cron", s->cron);
	json_member(j, "timezone", s->timezone);
	json_member_int(j, "next", s->next.us);
	json_member_int(j, "last", s->last.us);
	json_member_int(j, "failures", s->failures);
	json_close(j, '}');
}

static bool op_schedule(struct call *c, struct err *e)
{
	struct job_schedule s;
	if (!job_schedule_write(c->site, c->tenant, c->dataset, text_of(c, "uid"), text_of(c, "cron"), text_of(c, "timezone"), 0, c->a, &s, e)) return false;
	put_schedule(c->out, &s);
	return true;
}

static bool op_schedules(struct call *c, struct err *e)
{
	struct job_schedule *list;
	size_t n;
	if (!job_schedules(c->site, c->tenant, c->dataset, c->a, &list, &n, e)) return false;
	json_open(c->out, '[');
	for (size_t i = 0; i < n; i++) put_schedule(c->out, &list[i]);
	json_close(c->out, ']');
	return true;
}

/* --- sources ---------------------------------------------------------------------------------------------------- */

static void put_result(struct call *c, const struct fetch_result *r)
{
	char *text = arena_bytes(c->a, SHOWN);
	json_open(c->out, '{');
	json_member_bool(c->out, "unchanged", r->unchanged);
	json_member(c->out, "name", r->name);
	json_member(c->out, "mime", r->mime);
	json_member_int(c->out, "bytes", r->bytes);
	json_member(c->out, "known", r->known);
	json_member(c->out, "metadata", r->metadata);
	ssize_t n = r->fd < 0 ? 0 : pread(r->fd, text, SHOWN, 0);
	json_member(c->out, "text", r->mime.n && str_find(r->mime, STR("parquet")) >= 0 ? STR("") : str_make(text, n > 0 ? (size_t)n : 0));
	json_close(c->out, '}');
}

static bool op_fetch(struct call *c, struct err *e)
{
	struct fetch_result *list;
	size_t n;
	struct fetch_request r = { .tenant = c->tenant, .dataset = c->dataset, .datasource = json_get(c->in, "datasource"), .known = text_of(c, "known"),
		                   .fresh = json_bool(json_get(c->in, "fresh"), true), .most_bytes = json_int(json_get(c->in, "most"), 0) };
	if (!fetch_source(c->site, &r, c->a, &list, &n, e)) return false;
	json_open(c->out, '[');
	for (size_t i = 0; i < n; i++) put_result(c, &list[i]);
	json_close(c->out, ']');
	fetch_done(list, n);
	return true;
}

static bool op_forget(struct call *c, struct err *e)
{
	if (!fetch_forget(c->site, c->tenant, c->dataset, e)) return false;
	json_put_null(c->out);
	return true;
}

static bool op_check(struct call *c, struct err *e)
{
	struct process_faults f = { .arena = c->a };
	(void)e;
	fetch_check(c->site, c->tenant, json_get(c->in, "datasource"), STR(""), &f);
	put_faults(c, &f);
	return true;
}

static bool op_connect(struct call *c, struct err *e)
{
	struct fetch_connection out;
	struct process_faults f = { .arena = c->a };
	if (!fetch_connection_write(c->site, c->tenant, text_of(c, "uid"), json_get(c->in, "json"), 1, c->a, &out, &f, e)) return false;
	json_open(c->out, '{');
	json_member(c->out, "uid", out.uid);
	json_member(c->out, "name", out.name);
	json_key(c->out, STR("json"));
	json_value(c->out);
	buf_put(c->out->b, out.json);
	json_member_int(c->out, "datasets", out.datasets);
	json_close(c->out, '}');
	return true;
}

static bool op_settle(struct call *c, struct err *e)
{
	struct str json;
	struct process_faults f = { .arena = c->a };
	if (!fetch_settle_datasource(c->site, c->tenant, json_get(c->in, "datasource"), 1, c->a, &json, &f, e)) return false;
	json_value(c->out);
	buf_put(c->out->b, json);
	return true;
}

static bool op_try(struct call *c, struct err *e)
{
	if (!fetch_connection_try(c->site, c->tenant, json_get(c->in, "json"), text_of(c, "uid"), e)) return false;
	json_put_null(c->out);
	return true;
}

static bool op_disconnect(struct call *c, struct err *e)
{
	if (!fetch_connection_remove(c->site, c->tenant, text_of(c, "uid"), e)) return false;
	json_put_null(c->out);
	return true;
}

static bool op_rename(struct call *c, struct err *e)
{
	if (!config_rename(c->site, c->tenant, c->dataset, text_of(c, "slug"), 0, e)) return false;
	json_put_null(c->out);
	return true;
}

/* The oldest version that is kept of the configuration. */
static bool op_restore(struct call *c, struct err *e)
{
	struct config_version *list;
	struct config out;
	size_t n;
	if (!config_versions(c->site, c->tenant, c->dataset, c->a, &list, &n, e)) return false;
	if (!n) return err_set(e, ERR_NOT_FOUND, "no version is kept");
	if (!config_restore(c->site, c->tenant, c->dataset, list[n - 1].uid, 0, c->a, &out, e)) return false;
	put_config(c, &out);
	return true;
}

static bool op_slug(struct call *c, struct err *e)
{
	struct job_item *list;
	size_t n;
	int64_t total;
	if (!job_list(c->site, c->tenant, c->dataset, 1, 0, c->a, &list, &n, &total, e)) return false;
	json_open(c->out, '{');
	json_member(c->out, "slug", n ? list[0].slug : STR(""));
	json_close(c->out, '}');
	return true;
}

static bool op_back_up(struct call *c, struct err *e)
{
	if (!transfer_backup_order(c->site, c->tenant, 0, e)) return false;
	json_put_null(c->out);
	return true;
}

static bool op_bring_back(struct call *c, struct err *e)
{
	struct transfer_backup b;
	if (!transfer_backup_find(c->site, c->tenant, text_of(c, "uid"), c->a, &b, e) || !transfer_restore_order(c->site, &b, 0, e)) return false;
	json_put_null(c->out);
	return true;
}

static bool op_backups(struct call *c, struct err *e)
{
	struct transfer_backup *list;
	size_t n;
	if (!transfer_backups(c->site, c->tenant, c->a, &list, &n, e)) return false;
	json_open(c->out, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(c->out, '{');
		json_member(c->out, "uid", list[i].uid);
		json_member(c->out, "state", list[i].state);
		json_member(c->out, "source", list[i].source);
		json_member(c->out, "message", list[i].message);
		json_close(c->out, '}');
	}
	json_close(c->out, ']');
	return true;
}

static const struct { const char *word; bool (*run)(struct call *c, struct err *e); } ops[] = {
	{ "create", op_create }, { "write", op_write }, { "preview", op_preview }, { "put", op_put }, { "abort", op_abort }, { "status", op_status }, { "list", op_list },
	{ "log", op_log }, { "faults", op_faults }, { "schedule", op_schedule }, { "schedules", op_schedules }, { "fetch", op_fetch },
	{ "forget", op_forget }, { "check", op_check }, { "connect", op_connect }, { "settle", op_settle }, { "try", op_try }, { "disconnect", op_disconnect }, { "rename", op_rename },
	{ "restore", op_restore }, { "slug", op_slug }, { "back_up", op_back_up }, { "bring_back", op_bring_back }, { "backups", op_backups },
};

static bool run(struct call *c, struct err *e)
{
	struct str op = text_of(c, "op");
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		if (str_eq(op, str_of(ops[i].word))) return ops[i].run(c, e);
	return err_set(e, ERR_PARAMETER, "no such op");
}

bool probe_work(struct site *s, const struct json_node *root, struct arena *a, struct json_out *out, struct err *e)
{
	struct call c = { .site = s, .in = root, .a = a, .out = out, .dataset = json_int(json_get(root, "dataset"), 0) };
	struct err own = { 0 };
	const struct tenant *t = tenants_find_or_null(s->tenants, json_text(json_get(root, "host")));
	if (!t) return err_set(e, ERR_PARAMETER, "no portal answers at this host");
	c.tenant = t->id;
	tenant_release(s->tenants, t);
	if (run(&c, &own)) return true;
	json_open(out, '{');
	json_member(out, "error", str_of(err_kind(own.code)->word));
	json_member(out, "message", str_of(own.pub));
	json_member(out, "cause", str_of(own.priv));
	json_close(out, '}');
	return true;
}

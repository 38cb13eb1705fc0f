/* A preview: one source of a configuration, stored or not, through its processors and fields. What is shown is the cage's
 * answer; here it is brought what it needs, and the guesses about the file are put to it. */
#include "publish/advice.h"
#include "publish/inside.h"
#include "publish/seen.h"
#include "publish/supply.h"
#include "text/text.h"

static bool find_resource(struct publish_road *r, struct str which, size_t *at, struct err *e)
{
	const struct json_node *list = json_get(r->config.doc, "resources");
	int64_t n;
	*at = 0;
	if (json_count(list) == 0) return err_set(e, ERR_PARAMETER, "there is no source yet: add one to see its rows");
	if (which.n == 0) return true;
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "uid")), which)) {
			*at = i;
			return true;
		}
	if (!str_to_int(which, &n) || n < 0 || (size_t)n >= json_count(list))
		return err_set(e, ERR_NOT_FOUND, "there is no source \"%.*s\"", STR_ARG(which));
	*at = (size_t)n;
	return true;
}

static void put_guesses(struct publish_road *r, struct json_out *j)
{
	struct ingest_guess *all;
	size_t n = 0;
	struct err ignored = { 0 };
	const struct publish_source_file *f = &r->sources.p[0];
	json_key(j, STR("guesses"));
	json_open(j, '[');
	/* Without a guess every kind can still be chosen by hand. */
	if (ingest_guess(f->fd, f->name, r->a, &all, &n, &ignored)) {
		for (size_t i = 0; i < n; i++) {
			const struct ingest_extractor *x = ingest_extractor_or_null(all[i].type);
			json_open(j, '{');
			json_member(j, "type", all[i].type);
			json_member(j, "label", x ? str_of(x->label) : all[i].type);
			json_member_int(j, "confidence", all[i].confidence);
			json_key(j, STR("params"));
			json_value(j);
			buf_put(j->b, all[i].params.n ? all[i].params : STR("{}"));
			json_close(j, '}');
		}
	}
	json_close(j, ']');
}

/* The child's answer is read before it is passed on: it was in the hands of its file. */
static bool put_answer(struct publish_road *r, struct str seen, struct buf *b, struct err *e)
{
	const struct json_node *o;
	struct json_out j = JSON_OUT(b);
	struct str name;
	const struct json_node *value;
	if (!json_read_in(r->a, seen, &o, e)) return false;
	json_open(&j, '{');
	for (size_t at = 0; json_each(o, &at, &name, &value);) {
		json_key(&j, name);
		if (!str_eq(name, STR("source"))) {
			json_value(&j);
			json_put_node(b, value);
			continue;
		}
		struct str key;
		const struct json_node *part;
		json_open(&j, '{');
		for (size_t k = 0; json_each(value, &k, &key, &part);) {
			json_key(&j, key);
			json_value(&j);
			json_put_node(b, part);
		}
		put_guesses(r, &j);
		json_close(&j, '}');
	}
	publish_advise(r, o, &j);
	json_close(&j, '}');
	return true;
}

/* A source that no extractor takes still has a name, guesses, and a reason. */
static bool put_refusal(struct publish_road *r, const struct err *why, struct buf *b)
{
	struct json_out j = JSON_OUT(b);
	const struct json_node *resource = r->sources.p[0].resource;
	json_open(&j, '{');
	json_key(&j, STR("source"));
	json_open(&j, '{');
	json_member(&j, "name", r->sources.p[0].name);
	json_member_int(&j, "bytes", r->sources.p[0].bytes);
	json_member(&j, "type", json_text(json_get(resource, "type")));
	json_key(&j, STR("params"));
	json_value(&j);
	buf_put(b, json_get(resource, "params") ? publish_json_of(r->a, json_get(resource, "params")) : STR("{}"));
	put_guesses(r, &j);
	json_close(&j, '}');
	json_key(&j, STR("steps"));
	json_open(&j, '[');
	json_open(&j, '{');
	json_member(&j, "uid", STR(""));
	json_member(&j, "label", STR(""));
	static const char *const empty[] = { "fields", "records", "errors" };
	for (size_t i = 0; i < COUNT_OF(empty); i++) {
		json_key(&j, str_of(empty[i]));
		json_open(&j, '[');
		json_close(&j, ']');
	}
	json_key(&j, STR("faults"));
	json_open(&j, '[');
	json_open(&j, '{');
	json_member(&j, "path", STR("resources"));
	json_member(&j, "message", str_of(why->pub));
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	json_close(&j, ']');
	static const char *const lists[] = { "dates", "marks", "mixed", "drift", "zones", "notes", "proposals" };
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		json_key(&j, str_of(lists[i]));
		json_open(&j, '[');
		json_close(&j, ']');
	}
	json_member_int(&j, "rows", 0);
	json_member_bool(&j, "whole", false);
	json_close(&j, '}');
	return true;
}

static bool look(struct publish_road *r, int rows, struct str *json, struct err *e)
{
	publish_follow_origin(r, publish_origin(r));
	struct ingest_job job = { .processors = publish_json_of(r->a, json_get(r->config.doc, "processors")), .fields = r->fields,
		.seed = publish_seed(r->site, r->config.dataset), .columns = r->former.columns, .types = r->former.types, .cancel = r->watch->cancel };
	struct err lack = { 0 };
	struct err why = { 0 };
	struct str seen;
	auto_buf b = BUF_INIT(64 << 20);
	/* Processors before the one whose need is not met are shown; it is told why it is not. */
	bool met = publish_supply(r, &lack);
	size_t n = 0;
	while (n < r->nsupplies && r->supplies[n] >= 0) n++;
	job.supplies = r->supplies;
	job.nsupplies = n;
	if (!met) job.lack = arena_str(r->a, str_of(lack.pub));
	job.parts = publish_parts(r, &job.nparts);
	if (job.nparts > 1) job.nparts = 1;
	struct str kept = met ? publish_seen_path(r, rows) : STR("");
	if (!r->fresh && publish_seen_read(r, kept, json)) return true;
	bool ok = ingest_preview(&job, rows, r->a, &seen, &why);
	if (!ok && (why.code == ERR_CANCELLED || why.code == ERR_SYSTEM)) {
		*e = why;
		return false;
	}
	ok = ok ? put_answer(r, seen, &b, e) : put_refusal(r, &why, &b);
	if (ok && b.over) ok = err_set(e, ERR_TOO_LARGE, "the preview is too large");
	if (ok) *json = arena_str(r->a, buf_str(&b));
	/* A refusal may be the moment's; it is asked again. */
	if (ok && !why.code) publish_seen_keep(r, kept, *json);
	return ok;
}

/* What a configuration could not keep is refused here, too: a parameter that means nothing would be passed over otherwise. */
static bool check_reading(const struct json_node *resource, struct publish_road *r, struct err *e)
{
	struct str type = json_text(json_get(resource, "type"));
	const struct ingest_extractor *x = ingest_extractor_or_null(type);
	const struct json_node *params = json_get(resource, "params");
	/* Without a word it is found out; these are read in one way. */
	if (!type.n || str_eq(type, STR("realtime")) || str_eq(type, STR("federated")) || str_eq(type, STR("file"))) return true;
	if (!x) return err_set(e, ERR_PARAMETER, "There is no extractor “%.*s”; guess_extractors lists those that fit the source.", STR_ARG(text_cut(type, 60)));
	return json_kind(params) != JSON_OBJECT || ingest_params_check(x, publish_json_of(r->a, params), e);
}

bool publish_preview(struct site *s, const struct publish_preview *p, struct arena *a, struct str *json, struct err *e)
{
	const struct publish_watch watch = { .cancel = p->cancel };
	struct publish_road r = { .site = s, .tenant = p->tenant, .watch = &watch, .a = a, .preview = true, .fresh = p->fresh, .who = p->who };
	size_t at;
	bool unchanged;
	if (p->dataset && !config_of_dataset(s, p->tenant, p->dataset, a, &r.config, e)) return false;
	const struct json_node *stored = r.config.doc;
	struct process_faults faults = { .arena = a };
	if (p->caller_or_null && !config_check_lent(s, p->tenant, p->dataset, p->caller_or_null, stored, p->doc, &faults, e)) {
		if (faults.list.n) err_set(e, ERR_PARAMETER, "%.*s", STR_ARG(faults.list.p[0].message));
		return false;
	}
	r.config.doc = p->doc;
	publish_halves(&r);
	if (p->dataset && !publish_read_former(&r, e)) return false;
	bool ok = find_resource(&r, p->resource, &at, e) && check_reading(json_at(json_get(p->doc, "resources"), at), &r, e);
	if (ok && !publish_bring(&r, at, &unchanged, e)) {
		ok = false;
		if (e->code == ERR_CANCELLED) {
			*e = (struct err){ 0 };
			err_set(e, ERR_UPSTREAM, "The other server is too slow to be looked at here: its file did not come in time. Publishing waits longer.");
		}
	}
	if (ok && r.sources.n == 0) ok = err_set(e, ERR_PARAMETER, "this source has no file: its records are pushed");
	ok = ok && look(&r, p->rows > 0 ? p->rows : 20, json, e);
	publish_supply_done(&r);
	publish_bring_done(&r);
	return ok;
}

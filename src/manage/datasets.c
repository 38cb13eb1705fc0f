/* Datasets: listed, made, read, changed, deleted, copied; their state, and what moves it. */
#include "job/job.h"
#include "manage/inside.h"
#include "odsql/odsql.h"
#include "publish/publish.h"

enum { NOT_FOUND_TOTAL = 0, BAD = 400, MOST_ERRORS = 100 };

/* --- the object ------------------------------------------------------------------------------------------------------ */

void manage_put_core(struct json_out *j, const struct dataset_rule *r)
{
	json_open(j, '{');
	json_member_bool(j, "is_data_visible", r->data_visible);
	json_key(j, STR("visible_fields"));
	if (r->some_fields) {
		json_open(j, '[');
		for (size_t i = 0; i < r->nfields; i++) json_put(j, r->fields[i]);
		json_close(j, ']');
	} else {
		json_put_null(j);
	}
	json_member(j, "filter_query", r->row_filter);
	json_key(j, STR("api_calls_quota"));
	json_value(j);
	if (r->quota.n) buf_put(j->b, r->quota);
	else buf_lit(j->b, "null");
	json_close(j, '}');
}

void manage_put_dataset(struct manage_call *c, const struct config *d)
{
	struct catalog_rules rules;
	struct err ignored = { 0 };
	if (!catalog_rules(c->s->catalog, c->t, d->dataset, c->a, &rules, &ignored)) rules = (struct catalog_rules){ .restricted = true };
	json_open(&c->j, '{');
	json_member(&c->j, "uid", d->uid);
	json_member(&c->j, "dataset_id", d->slug);
	manage_member_time(&c->j, "created_at", d->created);
	manage_member_time(&c->j, "updated_at", d->changed);
	json_member_bool(&c->j, "is_published", d->published);
	json_member_bool(&c->j, "is_restricted", rules.restricted);
	json_member_int(&c->j, "revision", d->revision);
	json_key(&c->j, STR("metadata"));
	manage_put_metadata(c, d);
	json_key(&c->j, STR("default_security"));
	manage_put_core(&c->j, &rules.everybody);
	json_close(&c->j, '}');
}

/* --- lists ------------------------------------------------------------------------------------------------------------- */

bool manage_list_datasets(struct manage_call *c, struct err *e)
{
	static const char *const sorts[] = { "modified", "created_at", "updated_at", "dataset_id", "title" };
	struct manage_page page;
	struct config_item *items;
	size_t n;
	int64_t total;
	struct str sort = manage_query(c, "sort"), bare = str_starts(sort, STR("-")) ? str_from(sort, 1) : sort;
	bool known = !sort.n;
	for (size_t i = 0; i < COUNT_OF(sorts); i++) known |= str_eq(bare, str_of(sorts[i]));
	if (!known) return manage_invalid_field(c, "sort", "Expected modified, created_at, updated_at, dataset_id or title, with a - before it for the other way round.");
	if (!manage_page(c, &page, e)) return false;
	struct config_query q = { .search = manage_query(c, "search"), .restricted = -1, .slug = manage_query(c, "dataset_id"), .sort = sort, .limit = page.limit, .offset = page.offset };
	if (!config_list(c->s, c->t, c->who, &q, c->a, &items, &n, &total, e)) return false;
	manage_page_begin(c, &page, total);
	for (size_t i = 0; i < n; i++) {
		struct config d;
		if (!config_of_dataset(c->s, c->t, items[i].head.dataset, c->a, &d, e)) return false;
		manage_put_dataset(c, &d);
	}
	manage_page_end(c);
	return true;
}

/* --- security of everybody ------------------------------------------------------------------------------------------------ */

static bool read_fields(struct manage_call *c, const struct json_node *list, const char *place, struct rule_change *out)
{
	enum json_kind kind = json_kind(list);
	if (kind == JSON_ABSENT) return true;
	out->parts |= RULE_FIELDS;
	out->all_fields = kind == JSON_NULL;
	if (kind == JSON_NULL) return true;
	if (kind != JSON_ARRAY) {
		process_fault(&c->faults, arena_printf(c->a, "%s/visible_fields", place), "Expected a list of field names, or null for all of them.");
		return false;
	}
	struct str *names = arena_array(c->a, struct str, json_count(list) + 1);
	for (size_t i = 0; i < json_count(list); i++) {
		names[i] = json_text(json_at(list, i));
		if (names[i].n) continue;
		process_fault(&c->faults, arena_printf(c->a, "%s/visible_fields/%zu", place, i), "Expected the name of a field.");
		return false;
	}
	out->fields = names;
	out->nfields = json_count(list);
	return true;
}

/* Before a dataset is published its fields are not known, so that only the words of a condition can be judged; those that ask for
 * attributes of callers are whole only with the fields. */
static bool reads(struct manage_call *c, struct str filter, struct err *why)
{
	struct odsql_node *n;
	return str_find(filter, STR("#attr")) >= 0 || odsql_parse_where(c->a, filter, &n, why);
}

static bool read_filter(struct manage_call *c, const struct json_node *v, const char *place, struct rule_change *out)
{
	struct err why = { 0 };
	if (json_kind(v) == JSON_ABSENT) return true;
	if (json_kind(v) != JSON_NULL && json_kind(v) != JSON_TEXT) {
		process_fault(&c->faults, arena_printf(c->a, "%s/filter_query", place), "Expected a condition as text; an empty one lets all records be seen.");
		return false;
	}
	out->parts |= RULE_FILTER;
	out->row_filter = str_trim(json_text(v));
	const struct dataset *d = catalog_find_or_null(c->visit.at.view, c->config.slug);
	if (!out->row_filter.n || (d ? rights_filter_ok(d, out->row_filter, &why) : reads(c, out->row_filter, &why))) return true;
	process_fault(&c->faults, arena_printf(c->a, "%s/filter_query", place), "%s", why.pub);
	return false;
}

static bool read_quota(struct manage_call *c, const struct json_node *v, const char *place, struct rule_change *out)
{
	static const char *const units[] = { "second", "minute", "hour", "day", "month" };
	bool good = json_kind(v) == JSON_OBJECT && json_int(json_get(v, "limit"), -1) >= 0, unit = false;
	if (json_kind(v) == JSON_ABSENT) return true;
	out->parts |= RULE_QUOTA;
	if (json_kind(v) == JSON_NULL) return true;
	for (size_t i = 0; i < COUNT_OF(units); i++) unit |= str_eq(json_text(json_get(v, "unit")), str_of(units[i]));
	if (good && unit) {
		out->quota = manage_node_text(c->a, v);
		return true;
	}
	process_fault(&c->faults, arena_printf(c->a, "%s/api_calls_quota", place), "Expected null, or {\"unit\": second, minute, hour, day or month, \"limit\": a number}.");
	return false;
}

bool manage_read_core(struct manage_call *c, const struct json_node *core, const char *place, struct rule_change *out)
{
	const struct json_node *visible = json_get(core, "is_data_visible");
	if (json_kind(core) == JSON_ABSENT || json_kind(core) == JSON_NULL) return true;
	out->row_filter = out->quota = STR("");
	if (json_kind(core) != JSON_OBJECT) {
		process_fault(&c->faults, str_of(place), "Expected an object: is_data_visible, visible_fields, filter_query, api_calls_quota.");
		return false;
	}
	if (json_kind(visible) == JSON_BOOL) {
		out->parts |= RULE_DATA;
		out->data_visible = json_bool(visible, true);
	} else if (json_kind(visible) > JSON_NULL) {
		process_fault(&c->faults, arena_printf(c->a, "%s/is_data_visible", place), "Expected true or false.");
		return false;
	}
	bool ok = read_fields(c, json_get(core, "visible_fields"), place, out);
	ok = read_filter(c, json_get(core, "filter_query"), place, out) && ok;
	return read_quota(c, json_get(core, "api_calls_quota"), place, out) && ok;
}

static bool differs(const struct rule_change *rule, const struct catalog_rules *now)
{
	const struct dataset_rule *r = &now->everybody;
	if ((rule->parts & RULE_RESTRICTED) && rule->restricted != now->restricted) return true;
	if ((rule->parts & RULE_DATA) && rule->data_visible != r->data_visible) return true;
	if ((rule->parts & RULE_FILTER) && !str_eq(rule->row_filter, r->row_filter)) return true;
	if (!(rule->parts & RULE_FIELDS)) return false;
	if (rule->all_fields == r->some_fields || rule->nfields != r->nfields) return true;
	for (size_t i = 0; i < r->nfields; i++)
		if (!str_eq(rule->fields[i], r->fields[i])) return true;
	return false;
}

/* What the body says of readers' rights, read and checked before anything is written. Only who may decide that changes it, others' echoes are
 * let pass. Whoever makes a dataset says how it begins. False with *done true: the answer is made. */
static bool read_rule(struct manage_call *c, bool fresh, struct rule_change *rule, bool *done, struct err *e)
{
	const struct json_node *restricted = json_get(c->body, "is_restricted"), *slug = json_get(c->body, "dataset_id");
	struct catalog_rules now;
	*rule = (struct rule_change){ .by = c->who->account, .row_filter = STR(""), .quota = STR("") };
	*done = false;
	if (json_kind(restricted) > JSON_NULL && json_kind(restricted) != JSON_BOOL) process_fault(&c->faults, STR("is_restricted"), "Expected true or false.");
	if (json_kind(slug) > JSON_NULL && json_kind(slug) != JSON_TEXT) process_fault(&c->faults, STR("dataset_id"), "Expected a text.");
	if (!manage_read_core(c, json_get(c->body, "default_security"), "default_security", rule) || c->faults.list.n) {
		*done = manage_invalid(c, STR(""));
		return false;
	}
	if (json_kind(restricted) == JSON_BOOL) {
		rule->parts |= RULE_RESTRICTED;
		rule->restricted = json_bool(restricted, false);
	}
	if (!rule->parts || fresh || config_may(c->s, c->t, c->who, c->config.dataset, CONFIG_SECURE)) return true;
	if (!catalog_rules(c->s->catalog, c->t, c->config.dataset, c->a, &now, e)) return false;
	if (differs(rule, &now)) return err_set(e, ERR_FORBIDDEN, "You do not have the permission to decide who may see this dataset.");
	rule->parts = 0;
	return true;
}

static bool secure(struct manage_call *c, const struct rule_change *rule, struct err *e) { return !rule->parts || catalog_rule_set(c->s->catalog, c->t, c->config.slug, rule, e); }

/* --- one ------------------------------------------------------------------------------------------------------------------ */

static struct str title_of(struct manage_call *c, const struct json_node *metadata)
{
	(void)c;
	const struct json_node *title = json_get(json_get(metadata, "default"), "title");
	return str_trim(json_kind(title) == JSON_TEXT ? json_text(title) : json_text(json_get(title, "value")));
}

/* Somebody has as many datasets as they may. */
static bool full(struct manage_call *c, struct err *e)
{
	if (e->code != ERR_TOO_LARGE) return false;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	return manage_invalid_field(c, "management_limits/max_datasets", "%.*s", STR_ARG(said));
}

bool manage_create_dataset(struct manage_call *c, struct err *e)
{
	bool done = false;
	struct rule_change rule;
	struct err ignored = { 0 };
	struct str metadata = STR("{}");
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object with the dataset.");
	if (!read_rule(c, true, &rule, &done, e)) return done;
	if (!manage_metadata_of(c, json_get(c->body, "metadata"), &metadata, e)) return c->status == BAD;
	struct config_new n = { .tenant = c->t, .who = c->who->account, .caller_or_null = c->who, .slug = json_text(json_get(c->body, "dataset_id")), .title = title_of(c, json_get(c->body, "metadata")),
		.strict = str_eq(manage_query(c, "strict"), STR("true")) || json_bool(json_get(c->body, "strict"), false),
		.restricted = json_bool(json_get(c->body, "is_restricted"), false), .open = !json_bool(json_get(c->body, "is_restricted"), true), .json = arena_printf(c->a, "{\"metadata\":%.*s}", STR_ARG(metadata)) };
	if (!n.title.n && n.strict && !n.slug.n) return manage_invalid_field(c, "dataset_id", "Give a title or an identifier.");
	if (!config_create(c->s, &n, c->a, &c->config, &c->faults, e)) {
		if (c->faults.list.n) {
			*e = (struct err){ 0 };
			return manage_invalid(c, STR(""));
		}
		if (e->code != ERR_CONFLICT && e->code != ERR_PARAMETER) return full(c, e);
		struct str said = arena_str(c->a, str_of(e->pub));
		*e = (struct err){ 0 };
		return manage_invalid_field(c, "dataset_id", "%.*s", STR_ARG(said));
	}
	/* Without its rules it would be open to more people than was asked for. */
	if (!secure(c, &rule, e)) {
		if (!config_delete(c->s, c->t, c->config.dataset, c->who->account, &ignored)) log_failure(c->s->log, LOG_LEVEL_ERROR, "a dataset without its rules", &ignored);
		return false;
	}
	manage_put_dataset(c, &c->config);
	return true;
}

bool manage_read_dataset(struct manage_call *c, struct err *e)
{
	(void)e;
	manage_put_dataset(c, &c->config);
	return true;
}

/* What cannot be stored, as an answer: a fault of the document, or an identifier that cannot be had. Somebody else's change stays a conflict. */
static bool not_stored(struct manage_call *c, const struct config_change *change, struct err *e)
{
	struct config now;
	struct err ignored = { 0 };
	bool stale = e->code == ERR_CONFLICT && (!config_of_dataset(c->s, c->t, change->dataset, c->a, &now, &ignored) || now.revision != change->revision);
	bool identifier = change->slug.n && !stale && (e->code == ERR_PARAMETER || e->code == ERR_CONFLICT);
	if (!c->faults.list.n && !identifier) return false;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	return c->faults.list.n ? manage_invalid(c, STR("metadata")) : manage_invalid_field(c, "dataset_id", "%.*s", STR_ARG(said));
}

/* All of the body is read before anything is stored; document and identifier are stored together. */
bool manage_update_dataset(struct manage_call *c, struct err *e)
{
	bool done = false, described = json_get(c->body, "metadata") != NULL;
	const struct json_node *slug = json_get(c->body, "dataset_id");
	struct rule_change rule;
	struct str metadata;
	struct config_change change = { .tenant = c->t, .dataset = c->config.dataset, .revision = c->config.revision, .who = c->who->account, .caller_or_null = c->who, .json = c->config.json,
		.slug = str_eq(json_text(slug), c->config.slug) ? STR("") : json_text(slug) };
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object with the dataset.");
	if (!read_rule(c, false, &rule, &done, e)) return done;
	if (described && !manage_metadata_of(c, json_get(c->body, "metadata"), &metadata, e)) return c->status == BAD;
	if (described && !config_put(c->a, c->config.json, STR("metadata"), metadata, &change.json, e)) return false;
	if ((described || change.slug.n) && !config_write(c->s, &change, c->a, &c->config, &c->faults, e)) return not_stored(c, &change, e);
	if (!secure(c, &rule, e) || !config_of_dataset(c->s, c->t, c->config.dataset, c->a, &c->config, e)) return false;
	manage_put_dataset(c, &c->config);
	return true;
}

static bool order(struct manage_call *c, enum job_kind kind, bool *done, struct err *e)
{
	int64_t job;
	struct job_order o = { .tenant = c->t, .dataset = c->config.dataset, .who = c->who->account, .kind = kind };
	*done = false;
	if (job_put(c->s, &o, &job, e)) return true;
	if (e->code != ERR_CONFLICT) return false;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	*done = manage_refused(c, BAD, "invalid_dataset_status", said);
	return false;
}

bool manage_delete_dataset(struct manage_call *c, struct err *e)
{
	struct job_status now;
	if (!job_status(c->s, c->t, c->config.dataset, c->a, &now, e)) return false;
	if (now.state != JOB_IDLE && now.state != JOB_ERROR && now.state != JOB_LIMIT_REACHED)
		return manage_refused(c, BAD, "invalid_dataset_status", arena_printf(c->a, "Dataset status is '%s' but must be one of 'idle', 'error', 'limit_reached'.", job_state_word(now.state)));
	return config_delete(c->s, c->t, c->config.dataset, c->who->account, e);
}

bool manage_copy_dataset(struct manage_call *c, struct err *e)
{
	struct config copy;
	if (!rights_may(c->who, ACCOUNT_MAY_CREATE_DATASET)) return err_set(e, ERR_FORBIDDEN, "A copy is a new dataset: that needs the permission create_dataset.");
	if (!config_copy(c->s, c->t, c->config.dataset, c->who->account, c->a, &copy, e)) return full(c, e);
	manage_put_dataset(c, &copy);
	return true;
}

/* --- states ---------------------------------------------------------------------------------------------------------------- */

static bool act(struct manage_call *c, enum job_kind kind, struct err *e)
{
	bool done;
	if (!order(c, kind, &done, e)) return done;
	manage_ok(c);
	return true;
}

bool manage_publish(struct manage_call *c, struct err *e)
{
	if (json_bool(config_at_or_null(c->config.doc, STR("metadata/internal/draft/")), false))
		return manage_refused(c, BAD, "invalid_dataset_status", STR("The dataset is marked as a draft (metadata internal.draft); take that away first."));
	return act(c, JOB_PUBLISH, e);
}

bool manage_publish_metadata(struct manage_call *c, struct err *e)
{
	if (!c->config.published) return manage_refused(c, BAD, "invalid_dataset_status", STR("Metadata alone can be published once the dataset is published."));
	return act(c, JOB_PUBLISH_METADATA, e);
}

bool manage_unpublish(struct manage_call *c, struct err *e)
{
	if (!c->config.published) return manage_refused(c, BAD, "invalid_dataset_status", STR("The dataset is not published."));
	return act(c, JOB_UNPUBLISH, e);
}

bool manage_forget_versions(struct manage_call *c, struct err *e)
{
	struct publish_forgotten gone;
	if (!publish_forget(c->s, c->t, c->config.slug, c->who->account, &gone, e)) {
		if (e->code != ERR_CONFLICT) return false;
		struct str said = arena_str(c->a, str_of(e->pub));
		*e = (struct err){ 0 };
		return manage_refused(c, BAD, "invalid_dataset_status", said);
	}
	manage_ok(c);
	return true;
}

bool manage_abort(struct manage_call *c, struct err *e)
{
	if (!job_abort(c->s, c->t, c->config.dataset, e)) {
		if (e->code != ERR_CONFLICT) return false;
		struct str said = arena_str(c->a, str_of(e->pub));
		*e = (struct err){ 0 };
		return manage_refused(c, BAD, "invalid_dataset_status", said);
	}
	manage_ok(c);
	return true;
}

static bool put_faults(struct manage_call *c, struct err *e)
{
	struct job_fault *list;
	size_t n;
	int64_t total;
	if (!job_faults(c->s, c->t, c->config.dataset, MOST_ERRORS, c->a, &list, &n, &total, e)) return false;
	json_key(&c->j, STR("records_errors"));
	json_open(&c->j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&c->j, '{');
		json_member(&c->j, "record_id", list[i].record);
		json_key(&c->j, STR("row"));
		if (list[i].row > 0) json_put_int(&c->j, list[i].row);
		else json_put_null(&c->j);
		json_member(&c->j, "field_uid", list[i].field);
		json_member(&c->j, "value", list[i].value);
		json_member(&c->j, "processor_uid", list[i].processor);
		json_member(&c->j, "message", list[i].message);
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
	json_member_int(&c->j, "records_errors_count", total);
	return true;
}

/* What the last job says of what it did: columns left out, values it could not take. */
static bool put_log(struct manage_call *c, int64_t job, struct err *e)
{
	static const char *const levels[] = { [JOB_INFO] = "info", [JOB_WARNING] = "warning", [JOB_FAULT] = "error" };
	struct job_line *lines;
	size_t n = 0;
	if (job && !job_log(c->s, c->t, job, c->a, &lines, &n, e)) return false;
	json_key(&c->j, STR("log"));
	json_open(&c->j, '[');
	for (size_t i = n > MOST_ERRORS ? n - MOST_ERRORS : 0; i < n; i++) {
		json_open(&c->j, '{');
		manage_member_time(&c->j, "at", lines[i].at);
		json_member(&c->j, "level", str_of(levels[lines[i].level]));
		json_member(&c->j, "message", lines[i].text);
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
	return true;
}

/* How many records there are: while a job counts, its count; else those that readers see, whatever became of the job. */
static bool count_records(struct manage_call *c, const struct job_status *now, int64_t *n, struct err *e)
{
	const struct catalog_view *v;
	*n = now->rows;
	if (now->state != JOB_IDLE && now->state != JOB_ERROR) return true;
	if (!catalog_hold(c->s->catalog, c->t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, c->config.slug);
	*n = d ? d->rows : 0;
	catalog_release(c->s->catalog, v);
	return true;
}

bool manage_status(struct manage_call *c, struct err *e)
{
	int64_t records;
	struct job_status now;
	if (!job_status(c->s, c->t, c->config.dataset, c->a, &now, e)) return false;
	json_open(&c->j, '{');
	json_member(&c->j, "status", str_of(job_state_word(now.state)));
	json_key(&c->j, STR("previous"));
	if (now.has_previous) json_put(&c->j, str_of(job_state_word(now.previous)));
	else json_put_null(&c->j);
	json_key(&c->j, STR("next"));
	if (now.has_next) json_put(&c->j, str_of(job_state_word(now.next)));
	else json_put_null(&c->j);
	manage_member_time(&c->j, "since", now.since.us ? now.since : c->config.created);
	json_member_bool(&c->j, "is_published", c->config.published);
	json_key(&c->j, STR("message"));
	if (now.message.n) json_put(&c->j, now.message);
	else json_put_null(&c->j);
	if (!put_faults(c, e) || !put_log(c, now.job, e) || !count_records(c, &now, &records, e)) return false;
	json_key(&c->j, STR("params"));
	json_open(&c->j, '{');
	if (now.limit.n) {
		json_key(&c->j, STR("error"));
		json_value(&c->j);
		buf_put(c->j.b, now.limit);
	}
	json_member_int(&c->j, "records_count", records);
	json_close(&c->j, '}');
	json_close(&c->j, '}');
	return true;
}

/* The road of a configuration: what changed since last time, bringing what is needed, reading in the cage, commit. */
#include "publish/coverage.h"
#include "publish/inside.h"
#include "publish/supply.h"
#include "text/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* --- telling ------------------------------------------------------------------------------------------------ */

void publish_tell(struct publish_road *r, const char *phase, int64_t rows, int64_t total, int64_t part, int64_t whole, int from, int to)
{
	if (!r->watch || !r->watch->progress) return;
	double share = whole > 0 ? num_min((double)part / (double)whole, 1.0) : 0;
	struct publish_progress p = { .phase = phase, .rows = rows, .total = total, .errors = r->errors, .permille = from + (int)(share * (to - from)) };
	r->phase = phase;
	r->watch->progress(r->watch->arg, &p);
}

void publish_say(const struct publish_road *r, int level, const char *fmt, ...)
{
	if (!r->watch || !r->watch->say) return;
	auto_buf b = BUF_INIT(4000);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	r->watch->say(r->watch->arg, level, buf_str(&b));
}

bool publish_stopped(const struct publish_road *r, struct err *e)
{
	bool stop = r->watch && r->watch->cancel && cancel_fired(r->watch->cancel);
	if (stop) err_set(e, ERR_CANCELLED, "publishing was stopped");
	return stop;
}

/* --- the configuration in two halves -------------------------------------------------------------------------- */

struct str publish_json_of(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(64 << 20);
	if (!n) return STR("");
	json_put_node(&b, n);
	return arena_str(a, buf_str(&b));
}

static struct str hash_of(struct arena *a, struct str text)
{
	unsigned char out[CRYPT_SHA256];
	auto_buf hex = BUF_INIT(200);
	crypt_sha256(text, out);
	for (size_t i = 0; i < 16; i++) buf_printf(&hex, "%02x", out[i]);
	return arena_str(a, buf_str(&hex));
}

/* What an operation does, without what it is called. */
static void put_deed(struct buf *b, const struct json_node *o)
{
	struct str name;
	const struct json_node *value;
	for (size_t at = 0; json_each(o, &at, &name, &value);) {
		if (str_eq(name, STR("label")) || str_eq(name, STR("field_label"))) continue;
		buf_put(b, name);
		buf_put_char(b, ':');
		json_put_node(b, value);
	}
	buf_put_char(b, '\n');
}

static void put_list(struct buf *b, const struct json_node *list, bool all)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (all || !ingest_fields_looks(json_at(list, i))) put_deed(b, json_at(list, i));
}

/* A source is what is read and how; what it is called does not matter. */
static void put_resources(struct buf *b, const struct json_node *list)
{
	static const char *const members[] = { "uid", "type", "params", "datasource" };
	for (size_t i = 0; i < json_count(list); i++)
		for (size_t k = 0; k < COUNT_OF(members); k++) {
			if (json_get(json_at(list, i), members[k])) json_put_node(b, json_get(json_at(list, i), members[k]));
			buf_put_char(b, '\n');
		}
}

/* What a processor makes files of is of that type, unless an operation says something else. */
static void put_files(struct json_out *j, const struct json_node *processors)
{
	for (size_t i = 0; i < json_count(processors); i++) {
		const struct json_node *p = json_at(processors, i);
		const struct json_node *args = json_get(p, "args") ? json_get(p, "args") : p;
		struct str type = json_text(json_get(p, "type"));
		if (!str_eq(type.n ? type : json_text(json_get(p, "name")), STR("file")) || !json_text(json_get(args, "field")).n) continue;
		json_open(j, '{');
		json_member(j, "type", STR("type"));
		json_member(j, "field", json_text(json_get(args, "field")));
		json_member(j, "type_param", STR("file"));
		json_close(j, '}');
	}
}

/* What the metadata say of fields, as operations. */
static void put_settings(struct json_out *j, const struct json_node *doc)
{
	static const struct { const char *setting, *operation; enum json_kind kind; } rows[] = { { "facets", "facets", JSON_ARRAY }, { "records_search_boosts", "weights", JSON_OBJECT },
		{ "fields_displayed_in_specific_languages", "languages", JSON_OBJECT } };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct json_node *said = json_get(json_get(json_get(json_get(doc, "metadata"), "asset_content_configuration"), rows[i].setting), "");
		if (json_kind(said) != rows[i].kind) continue;
		json_open(j, '{');
		json_member(j, "type", str_of(rows[i].operation));
		json_key(j, str_of(rows[i].operation));
		json_value(j);
		json_put_node(j->b, said);
		json_close(j, '}');
	}
}

/* Operations on fields: what the origin of a copy says first, then what processors settle, what the metadata say last. */
static struct str operations(struct publish_road *r, const struct json_node *doc, struct str origin)
{
	const struct json_node *list = json_get(doc, "fields");
	auto_buf b = BUF_INIT(64 << 20);
	struct json_out j = JSON_OUT(&b);
	const struct tenant *portal = tenants_hold_or_null(r->site->tenants, r->tenant);
	struct str first = portal ? arena_str(r->a, portal->languages[0]) : STR("");
	tenant_release(r->site->tenants, portal);
	json_open(&j, '[');
	publish_put_origin(r, &j, origin);
	put_files(&j, json_get(doc, "processors"));
	for (size_t i = 0; i < json_count(list); i++) config_put_field(&j, r->a, doc, json_at(list, i), first);
	put_settings(&j, doc);
	json_close(&j, ']');
	return arena_str(r->a, buf_str(&b));
}

void publish_halves(struct publish_road *r)
{
	const struct json_node *doc = r->config.doc;
	auto_buf shape = BUF_INIT(64 << 20);
	auto_buf look = BUF_INIT(64 << 20);
	put_resources(&shape, json_get(doc, "resources"));
	put_list(&shape, json_get(doc, "processors"), true);
	put_list(&shape, json_get(doc, "fields"), false);
	if (json_get(doc, "fields")) json_put_node(&look, json_get(doc, "fields"));
	if (json_get(doc, "metadata")) json_put_node(&look, json_get(doc, "metadata"));
	r->shape = hash_of(r->a, buf_str(&shape));
	r->look = hash_of(r->a, buf_str(&look));
	r->fields = operations(r, doc, STR(""));
}

void publish_follow_origin(struct publish_road *r, struct str metadata)
{
	if (metadata.n) r->fields = operations(r, r->config.doc, metadata);
}

/* --- what stands -------------------------------------------------------------------------------------------------- */

static struct schema copy_schema(struct arena *a, const struct schema *s)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct schema out = { 0 };
	struct err e = { 0 };
	schema_put_json(&b, s);
	if (s->n == 0 || !schema_from_json(a, buf_str(&b), &out, &e)) return (struct schema){ 0 };
	return out;
}

bool publish_read_former(struct publish_road *r, struct err *e)
{
	struct publish_former *f = &r->former;
	const struct catalog_view *v;
	const struct json_node *o;
	struct err ignored = { 0 };
	if (!catalog_hold(r->site->catalog, r->tenant, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, r->config.slug);
	if (d && d->version.number > 0) {
		*f = (struct publish_former){ .there = true, .number = d->version.number, .rows = d->rows, .summary = arena_str(r->a, d->summary),
			.schema = copy_schema(r->a, &d->schema), .linked = d->link_or_null != NULL, .far = d->far.live };
	}
	catalog_release(r->site->catalog, v);
	if (!f->there || !json_read_in(r->a, f->summary, &o, &ignored)) return true;
	f->ours = json_get(o, "revision") != NULL;
	f->revision = json_int(json_get(o, "revision"), 0);
	f->limited = json_int(json_get(o, "limited"), 0);
	f->shape = json_text(json_get(o, "shape"));
	f->look = json_text(json_get(o, "look"));
	f->supplies = json_text(json_get(o, "supplies"));
	f->columns = publish_json_of(r->a, json_get(o, "columns"));
	f->types = publish_promised(r->a, o, &f->schema);
	f->metadata = publish_json_of(r->a, json_get(o, "metadata"));
	f->sources = json_get(o, "sources");
	return true;
}

/* A version that came another way was taken over by a revision of the configuration: that is what changes are measured by. */
static void measure_by_revision(struct publish_road *r)
{
	struct publish_road then = *r;
	struct str json;
	struct err ignored = { 0 };
	if (r->former.ours || !r->former.there || r->config.published_revision == 0) return;
	if (!config_at_revision(r->site, r->tenant, r->config.dataset, r->config.published_revision, r->a, &json, &ignored)) return;
	if (!json_read_in(r->a, json, &then.config.doc, &ignored)) return;
	publish_halves(&then);
	r->former.shape = then.shape;
	r->former.look = then.look;
}

/* --- metadata -------------------------------------------------------------------------------------------------------- */

/* REG-8, as for publications that come another way. */
static bool check_metas(struct publish_road *r, const struct meta_change *metas, size_t n, struct err *e)
{
	const struct tenant *t = tenants_hold_or_null(r->site->tenants, r->tenant);
	const struct registry *g;
	if (!t) return true;
	bool ok = registry_hold(r->site->registries, t, &g, e);
	if (ok) {
		for (size_t i = 0; ok && i < n; i++) ok = str_find_char(metas[i].value, '<') < 0 || registry_check_markup(g, metas[i].value, e);
		registry_release(r->site->registries, g);
	}
	tenant_release(r->site->tenants, t);
	return ok;
}

bool publish_metas(struct publish_road *r, const struct config *c, struct meta_change **out, size_t *n, struct err *e)
{
	*n = config_metas(r->site, r->tenant, c, r->a, out);
	return check_metas(r, *out, *n, e);
}

int64_t publish_setting(struct publish_road *r, const char *name)
{
	int64_t n = 0;
	const struct tenant *t = tenants_hold_or_null(r->site->tenants, r->tenant);
	if (!t) return 0;
	if (!str_to_int(tenant_setting(t, name), &n)) n = 0;
	tenant_release(r->site->tenants, t);
	return n;
}

/* A limit of the portal, or the one above it. */
static int64_t limit(struct site *s, struct tenant_id id, const char *name, const char *ceiling)
{
	const struct tenant *t = tenants_hold_or_null(s->tenants, id);
	int64_t n = t ? tenant_limit(t, name, ceiling) : 0;
	tenant_release(s->tenants, t);
	return n;
}

bool publish_most_records(struct site *s, struct tenant_id t, int64_t dataset, int64_t *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct account_who who;
	int64_t maker, own = 0, portal = limit(s, t, "limits.records", "ceiling.records");
	if (!config_maker(s, t, dataset, &maker, e)) return false;
	if (maker && accounts_who(s->accounts, t, maker, &a, &who)) own = account_records_of(&who.bounds);
	*out = portal <= 0 ? own : own <= 0 ? portal : num_min(own, portal);
	return true;
}

bool publish_most_pushed(struct site *s, struct tenant_id t, struct str slug, int64_t *out, struct err *e)
{
	const struct catalog_view *v;
	*out = 0;
	if (!catalog_hold(s->catalog, t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, slug);
	int64_t id = d ? d->id : 0;
	catalog_release(s->catalog, v);
	return !id || publish_most_records(s, t, id, out, e);
}

/* What was published stands; a coverage that could not be found out is told and found out the next time. */
static void note_coverage(struct publish_road *r, const struct config *told)
{
	struct err why = { 0 };
	if (!publish_coverage(r->site, r->tenant, r->config.slug, told, &why))
		publish_say(r, 1, "The geographic coverage could not be found out: %s", why.pub[0] ? why.pub : err_kind(why.code)->sentence);
}

/* --- metadata alone ---------------------------------------------------------------------------------------------------- */

static bool only_metadata(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	struct config merged;
	struct schema told;
	struct meta_change *metas;
	publish_tell(r, "finishing", r->former.rows, r->former.rows, 0, 0, 900, 1000);
	if (!r->former.there || r->former.linked) return err_set(e, ERR_CONFLICT, "the dataset is not published in this way: publish it with its data first");
	publish_follow_origin(r, r->former.metadata);
	if (!ingest_fields_describe(r->a, &r->former.schema, r->former.columns, r->fields, &told, e)) return false;
	if (!publish_merge_metadata(r, r->former.metadata, &merged, e)) return false;
	size_t n;
	if (!publish_metas(r, &merged, &metas, &n, e) || !catalog_describe(r->site->catalog, r->tenant, r->config.slug, &told, metas, n, e)) return false;
	/* The data are those of an older configuration where that changed, too: it stays to be published. */
	bool whole = str_eq(r->shape, r->former.shape);
	if (whole ? !config_published(r->site, r->tenant, r->config.dataset, r->config.revision, e) :
	            !r->told && !config_told(r->site, r->tenant, r->config.dataset, r->config.revision, e))
		return false;
	note_coverage(r, &merged);
	publish_say(r, 0, (r->flags & PUBLISH_IF_CHANGED) ? "Metadata, labels and views were published; the sources have no other data than before." :
	                                                  "Metadata, labels and views were published; the data were not read again.");
	*out = (struct publish_outcome){ .how = PUBLISH_DONE, .version = r->former.number, .revision = r->config.revision, .rows = r->former.rows,
		.summary = r->former.summary };
	return true;
}

/* --- what processors need -------------------------------------------------------------------------------------------------- */

struct asking { struct publish_road *road; };

/* A file that has no name. */
static int nameless(struct publish_road *r, struct err *e)
{
	struct str path = arena_printf(r->a, "%.*s/.publish-XXXXXX", STR_ARG(r->site->folder));
	int fd = mkostemp((char *)(uintptr_t)path.p, O_CLOEXEC); /* just made, ours to change */
	if (fd < 0) {
		err_os(e, "open of questions");
		return -1;
	}
	unlink(path.p);
	return fd;
}

static bool ask_questions(void *arg, size_t need, const int *fds, int *questions, struct err *e)
{
	struct publish_road *r = ((struct asking *)arg)->road;
	struct ingest_job job = { .processors = publish_json_of(r->a, json_get(r->config.doc, "processors")), .supplies = fds, .nsupplies = need,
		.seed = publish_seed(r->site, r->config.dataset), .cancel = r->watch ? r->watch->cancel : NULL };
	job.parts = publish_parts(r, &job.nparts);
	*questions = nameless(r, e);
	return *questions >= 0 && ingest_collect(&job, need, questions, r->a, e);
}

/* Compiled here to know what it needs only: nothing of a source is read. */
bool publish_supply(struct publish_road *r, struct err *e)
{
	const struct json_node *list = json_get(r->config.doc, "processors");
	struct process_scene scene = { .seed = publish_seed(r->site, r->config.dataset), .now = clock_now() };
	struct process_faults faults = { .arena = r->a };
	struct process_line *line;
	const struct process_need *needs;
	if (json_count(list) == 0) return true;
	if (!process_line_new(list, &scene, &faults, &line, e)) {
		if (faults.list.n == 0) return false;
		*e = (struct err){ 0 };
		return err_set(e, ERR_PARAMETER, "%.*s: %.*s", STR_ARG(faults.list.p[0].path), STR_ARG(faults.list.p[0].message));
	}
	size_t n = process_needs(line, &needs);
	r->supplies = arena_array(r->a, int, n + 1);
	for (size_t i = 0; i < n; i++) r->supplies[i] = -1;
	r->nsupplies = n;
	struct asking asking = { r };
	struct publish_needs want = { .tenant = r->tenant, .dataset = r->config.dataset, .who = r->who, .preview = r->preview, .watch = r->watch,
		.ask = ask_questions, .arg = &asking };
	bool ok = n == 0 || ((r->preview || publish_answers_for(r->site, r->tenant, &r->config, &want.who, e)) &&
	                     publish_needs_meet(r->site, &want, needs, n, r->supplies, e));
	process_line_free(line);
	return ok;
}

void publish_supply_done(struct publish_road *r)
{
	if (r->nsupplies) publish_needs_done(r->supplies, r->nsupplies);
	r->nsupplies = 0;
}

/* --- data ---------------------------------------------------------------------------------------------------------------------- */

struct ingest_part *publish_parts(struct publish_road *r, size_t *n)
{
	struct ingest_part *parts = arena_array(r->a, struct ingest_part, r->sources.n + 1);
	for (size_t i = 0; i < r->sources.n; i++) {
		const struct publish_source_file *f = &r->sources.p[i];
		struct str params = publish_json_of(r->a, json_get(f->resource, "params"));
		parts[i] = (struct ingest_part){ .source = f->fd, .uid = f->uid, .name = f->name, .extractor = json_text(json_get(f->resource, "type")),
			.params = params };
		if (r->example) parts[i].extractor = STR("jsonfile"), parts[i].params = STR("");
	}
	*n = r->sources.n;
	return parts;
}

static void follow(void *arg, const struct ingest_progress *p)
{
	struct publish_road *r = arg;
	bool line = json_count(json_get(r->config.doc, "processors")) > 0;
	r->errors = p->errors;
	switch (p->phase) {
	case INGEST_UNPACKING: publish_tell(r, "reading", p->rows, 0, p->bytes, p->total, 100, 150); break;
	case INGEST_PROVING: publish_tell(r, line ? "processing" : "reading", p->rows, 0, p->bytes, p->total, 150, 500); break;
	case INGEST_LOADING: publish_tell(r, "loading", p->rows, 0, p->bytes, p->total, 500, 900); break;
	case INGEST_FINISHING: publish_tell(r, "finishing", p->rows, p->rows, 0, 0, 900, 1000); break;
	}
}

static void put_sources(struct publish_road *r, struct json_out *j)
{
	json_key(j, STR("sources"));
	json_open(j, '[');
	for (size_t i = 0; i < r->sources.n; i++) {
		const struct publish_source_file *f = &r->sources.p[i];
		json_open(j, '{');
		json_member(j, "uid", f->uid);
		json_member(j, "name", f->name);
		json_member(j, "known", f->known);
		json_member(j, "hash", f->hash);
		if (str_starts(f->hash, STR("published-"))) {
			int64_t version;
			struct str tail = str_from(f->hash, (size_t)(str_rfind_char(f->hash, '-') + 1));
			if (str_to_int(str_sub(tail, 0, tail.n - 8), &version)) json_member_int(j, "snapshot", version);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* What is said of the data where they come from: by their portal, or by their format. */
static struct str said_there(struct publish_road *r, const struct ingest_result *l)
{
	struct str origin = publish_origin(r);
	return origin.n ? origin : publish_look_of_format(r->a, l->format, &l->schema);
}

/* Kept with the version: what a publisher should know, and what the next publication compares with. */
static struct str summary_of(struct publish_road *r, const struct ingest_result *l)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	publish_put_notes(&j, l);
	json_member_int(&j, "revision", r->config.revision);
	json_member(&j, "shape", r->shape);
	json_member(&j, "look", r->look);
	json_member(&j, "supplies", r->supplies_hash);
	if (l->limited) json_member_int(&j, "limited", r->most);
	put_sources(r, &j);
	json_key(&j, STR("columns"));
	json_value(&j);
	buf_put(&b, l->columns.n ? l->columns : STR("[]"));
	if (said_there(r, l).n) {
		json_key(&j, STR("metadata"));
		json_value(&j);
		buf_put(&b, said_there(r, l));
	}
	json_close(&j, '}');
	return b.over ? STR("{}") : arena_str(r->a, buf_str(&b));
}

static struct str limit_told(const struct publish_road *r, int64_t most)
{
	return most > 0 ? arena_printf(r->a, "{\"limit_type\":\"records\",\"limit\":%lld,\"value\":%lld}", (long long)most, (long long)most + 1) : STR("");
}

static bool commit(struct publish_road *r, struct catalog_draft *d, const struct ingest_result *l, struct publish_outcome *out, struct err *e)
{
	struct config merged;
	struct meta_change *metas;
	struct catalog_loaded loaded = { .schema = l->schema, .rows = l->rows, .rejects = l->rejects, .summary = summary_of(r, l),
		.source_name = r->sources.n ? r->sources.p[0].name : STR(""), .keep = publish_setting(r, "versions.kept") };
	int64_t number = d->number;
	size_t n;
	if (!publish_merge_metadata(r, said_there(r, l), &merged, e) || !publish_metas(r, &merged, &metas, &n, e) || publish_stopped(r, e)) {
		catalog_draft_abandon(r->site->catalog, d);
		return false;
	}
	if (!catalog_draft_commit(r->site->catalog, d, &loaded, metas, n, e)) return false;
	note_coverage(r, &merged);
	*out = (struct publish_outcome){ .how = l->limited ? PUBLISH_LIMITED : PUBLISH_DONE, .version = number, .revision = r->config.revision,
		.rows = l->rows, .errors = l->rejects, .summary = loaded.summary, .limit = l->limited ? limit_told(r, r->most) : STR("") };
	return config_published(r->site, r->tenant, r->config.dataset, r->config.revision, e);
}

bool publish_room_for_dataset(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	const struct catalog_view *v;
	int64_t most = limit(r->site, r->tenant, "limits.datasets", "ceiling.datasets");
	if (most <= 0 || r->former.there) return true;
	if (!catalog_hold(r->site->catalog, r->tenant, &v, e)) return false;
	int64_t n = (int64_t)v->n;
	catalog_release(r->site->catalog, v);
	if (n < most) return true;
	*out = (struct publish_outcome){ .how = PUBLISH_LIMITED, .limit = arena_printf(r->a, "{\"limit_type\":\"datasets\",\"limit\":%lld,\"value\":%lld}", (long long)most, (long long)n + 1) };
	return err_set(e, ERR_TOO_LARGE, "the portal may have %lld published datasets and has them: unpublish one, or ask for more", (long long)most);
}

/* A source that suddenly has little may be broken over there. Nobody looks at what a clock begins: then nothing does not take the place of what
 * there is. Whoever publishes by hand means it, and is told. */
static bool enough(struct publish_road *r, const struct ingest_result *l, struct err *e)
{
	bool clock = (r->flags & PUBLISH_IF_CHANGED) != 0;
	if (!r->former.there || r->former.linked || r->former.rows <= 0 || l->limited || r->example || l->rows * 2 >= r->former.rows) return true;
	if (l->rows == 0 && clock)
		return err_set(e, ERR_BAD_SOURCE, "The source has no records any more; the version before has %lld, and stays. If that is meant, publish by hand.",
		               (long long)r->former.rows);
	publish_say(r, 1, "There are %lld records now; the version before had %lld. See whether the source is whole.", (long long)l->rows, (long long)r->former.rows);
	return true;
}

static bool load(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	struct catalog_draft d;
	struct ingest_result loaded;
	int64_t most;
	publish_follow_origin(r, publish_origin(r));
	if (!publish_room_for_dataset(r, out, e) || !publish_most_records(r->site, r->tenant, r->config.dataset, &most, e) || !catalog_draft_begin(r->site->catalog, r->tenant, r->config.slug, true, r->a, &d, e)) return false;
	r->most = most;
	struct ingest_job job = {
		.processors = publish_json_of(r->a, json_get(r->config.doc, "processors")), .fields = r->fields, .supplies = r->supplies,
		.nsupplies = r->nsupplies, .seed = publish_seed(r->site, r->config.dataset), .columns = r->former.columns, .types = r->former.types, .most_rows = most,
		.example = r->example, .strict = json_bool(json_get(r->config.doc, "strict"), false),
		.version_path = arena_printf(r->a, "%.*s.tmp", STR_ARG(d.file)), .rejects_path = arena_printf(r->a, "%.*s.tmp", STR_ARG(d.rejects)),
		.salt = d.salt, .spare_mb = r->site->conf ? r->site->conf->disk_free_mb : -1,
		.progress = follow, .arg = r, .cancel = r->watch ? r->watch->cancel : NULL, .beside = true,
	};
	struct str beside = arena_printf(r->a, "%.*s" INGEST_BESIDE, STR_ARG(job.version_path));
	job.parts = publish_parts(r, &job.nparts);
	if (!ingest_run(&job, r->a, &loaded, e) || !enough(r, &loaded, e)) {
		unlink(beside.p);
		catalog_draft_abandon(r->site->catalog, &d);
		return false;
	}
	struct schema told;
	if (r->told && ingest_fields_describe(r->a, &loaded.schema, loaded.columns, operations(r, r->told, publish_origin(r)), &told, &(struct err){ 0 })) loaded.schema = told;
	for (size_t i = 0; i < loaded.nnotes; i++) publish_say(r, 0, "%.*s", STR_ARG(loaded.notes[i]));
	if (loaded.rejects) publish_say(r, 1, "Values or rows that could not be taken: %lld.", (long long)loaded.rejects);
	bool ok = commit(r, &d, &loaded, out, e);
	if (ok) publish_beside(r, beside);
	else unlink(beside.p);
	return ok;
}

/* --- what there is to do ------------------------------------------------------------------------------------------------------------- */

static struct str hash_of_supplies(struct publish_road *r, struct err *e)
{
	auto_buf all = BUF_INIT(1 << 20);
	struct publish_road copy = *r;
	copy.sources.p = NULL;
	copy.sources.n = copy.sources.cap = 0;
	for (size_t i = 0; i < r->nsupplies; i++) vec_push(r->a, &copy.sources, (struct publish_source_file){ .fd = r->supplies[i] });
	if (!publish_hash_sources(&copy, e)) return STR("");
	for (size_t i = 0; i < copy.sources.n; i++) buf_put(&all, copy.sources.p[i].hash);
	return r->nsupplies ? hash_of(r->a, buf_str(&all)) : STR("");
}

static bool same_content(const struct publish_road *r)
{
	if (r->sources.n != json_count(r->former.sources)) return false;
	for (size_t i = 0; i < r->sources.n; i++)
		if (!str_eq(r->sources.p[i].hash, json_text(json_get(json_at(r->former.sources, i), "hash")))) return false;
	return true;
}

static bool nothing(struct publish_road *r, struct publish_outcome *out)
{
	*out = (struct publish_outcome){ .how = PUBLISH_UNCHANGED, .version = r->former.number, .revision = r->config.revision, .rows = r->former.rows,
		.summary = r->former.summary, .limit = limit_told(r, r->former.limited) };
	return true;
}

/* Neither sources nor what the data are made of has changed; perhaps how they are told has. */
static bool stay(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	return str_eq(r->look, r->former.look) && r->former.revision == r->config.revision ? nothing(r, out) : only_metadata(r, out, e);
}

static bool with_sources(struct publish_road *r, bool unchanged, struct publish_outcome *out, struct err *e)
{
	bool same_shape = r->former.ours && str_eq(r->shape, r->former.shape);
	bool joins = r->former.supplies.n > 0;
	bool if_changed = r->flags & PUBLISH_IF_CHANGED;
	if (if_changed && same_shape && unchanged && !joins) return stay(r, out, e);
	if (r->skipped > 0) {
		/* Not brought, but needed now. */
		bool ignored;
		publish_bring_done(r);
		r->flags &= ~(unsigned)PUBLISH_IF_CHANGED;
		r->skipped = 0;
		if (!publish_bring(r, SIZE_MAX, &ignored, e)) return false;
	}
	if (r->sources.n == 0 && json_count(json_get(r->config.doc, "resources")))
		return err_set(e, ERR_PARAMETER, "Nothing says yet what the records that will be pushed are made of: give an example of one with the source.");
	if (r->sources.n == 0) return err_set(e, ERR_PARAMETER, "the dataset has no source: add one before publishing it");
	/* What was pushed stays where it is unless the fields are others now. */
	if (r->example && same_shape) return stay(r, out, e);
	if (!publish_hash_sources(r, e) || !publish_supply(r, e)) return false;
	r->supplies_hash = hash_of_supplies(r, e);
	if (if_changed && same_shape && same_content(r) && publish_origin_stands(r) && str_eq(r->supplies_hash, r->former.supplies)) return stay(r, out, e);
	return load(r, out, e);
}

static bool lies_elsewhere(const struct publish_road *r)
{
	const struct json_node *list = json_get(r->config.doc, "resources");
	for (size_t i = 0; i < json_count(list); i++) {
		struct str kind = json_text(json_get(json_get(json_at(list, i), "datasource"), "type"));
		if (kind.n && !str_eq(kind, STR("uploaded_file")) && !str_eq(kind, STR("published"))) return true;
	}
	return false;
}

/* Only how the data are told has changed here; who publishes means what the sources have now, too. One that cannot be had keeps nobody from telling
 * the data that stand, and is a failure all the same. */
static bool ask_for_news(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	bool unchanged;
	r->flags |= PUBLISH_IF_CHANGED;
	if (publish_bring(r, SIZE_MAX, &unchanged, e)) return with_sources(r, unchanged, out, e);
	if (e->code == ERR_CANCELLED || (r->watch && r->watch->cancel && cancel_fired(r->watch->cancel))) return false;
	struct err why = *e;
	*e = (struct err){ 0 };
	r->flags &= ~(unsigned)PUBLISH_IF_CHANGED;
	return only_metadata(r, out, e) &&
	       err_set(e, why.code, "%s. Metadata, labels and views were published; the data are still those of version %lld", why.pub, (long long)r->former.number);
}

/* The road of data that are brought. */
static bool bring_road(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	bool unchanged;
	bool same_shape = r->former.there && str_eq(r->shape, r->former.shape);
	if (r->flags & PUBLISH_METADATA) return only_metadata(r, out, e);
	bool told = !(r->flags & PUBLISH_IF_CHANGED) && same_shape && !r->former.linked && !str_eq(r->look, r->former.look);
	if (told && !lies_elsewhere(r)) return only_metadata(r, out, e);
	bool ok = told ? ask_for_news(r, out, e) : publish_bring(r, SIZE_MAX, &unchanged, e) && with_sources(r, unchanged, out, e);
	publish_supply_done(r);
	publish_bring_done(r);
	return ok;
}

/* What was cut at a limit is published anew once the limit is higher, though its sources have not changed: it never was what they say. */
static bool lift(struct publish_road *r, struct err *e)
{
	int64_t most;
	if (r->former.limited <= 0) return true;
	if (!publish_most_records(r->site, r->tenant, r->config.dataset, &most, e)) return false;
	if (most > 0 && most <= r->former.limited) return true;
	r->former.shape = STR("");
	publish_say(r, 0, "The limit of records was %lld when this was published, and is higher now: the sources are read again.", (long long)r->former.limited);
	return true;
}

static bool take_road(struct publish_road *r, struct publish_outcome *out, struct err *e)
{
	const struct json_node *source;
	struct fetch_there there = { 0 };
	publish_tell(r, "fetching", 0, 0, 0, 0, 0, 0);
	publish_halves(r);
	if (!publish_read_former(r, e)) return false;
	measure_by_revision(r);
	if (!lift(r, e) || !publish_live_source(r, &source, e) || (source && !fetch_there(r->site, r->tenant, source, r->a, &there, e))) return false;
	/* Metadata alone are those of what stands, whatever is to come of it. */
	bool alone = (r->flags & PUBLISH_METADATA) && r->former.there && !r->former.linked;
	if (there.near && !alone) return publish_linked(r, &there, out, e);
	/* Said before the data are, so that the view that is made of them knows it. */
	r->far = source && !there.near;
	if (!alone && r->far != r->former.far && !catalog_far_set(r->site->catalog, r->tenant, r->config.dataset, r->far, e)) return false;
	bool ok = bring_road(r, out, e);
	if (r->far) publish_far_told(r, ok, e);
	return ok;
}

bool publish_dataset(struct site *s, struct tenant_id t, int64_t dataset, unsigned flags, const struct publish_watch *w, struct arena *a,
                     struct publish_outcome *out, struct err *e)
{
	struct publish_road r = { .site = s, .tenant = t, .watch = w, .a = a, .flags = flags, .fresh = true };
	if (!config_of_dataset(s, t, dataset, a, &r.config, e)) return false;
	if (r.config.deleted.us) return err_set(e, ERR_NOT_FOUND, "the dataset is deleted");
	int64_t draft = r.config.revision;
	if ((flags & PUBLISH_STANDING) && !config_as_published(s, t, a, &r.config, &r.told, e)) return false;
	if (r.config.revision != draft) publish_say(&r, 0, "The draft has changes that nobody has published yet; what was published last was used.");
	return take_road(&r, out, e);
}

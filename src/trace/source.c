/* Figures as datasets: each is one question to the store, whose columns are its fields, written out as a version when somebody asks and the last
 * one is old. What a visit then holds is a view like the catalogue's. */
#include "trace/inside.h"
#include "record/record.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Numbers of datasets that the store never gives; folders of such numbers are swept away at every start. */
#define FIRST_ID (INT64_C(1) << 52)
#define SECOND_NS INT64_C(1000000000)
#define DAY_US INT64_C(86400000000)
enum { AGE_FACTOR = 5, AGE_MOST_S = 600, READ_DAYS = 30, FIELDS = 24 };

enum kind { NONE, TEXT, NUMBER, TIME, FLAG, SECONDS, API };
struct source_field { const char *name, *label; enum kind kind; bool facet; };
static const struct source {
	const char *slug, *uid, *title, *description;
	int query;
	struct source_field fields[FIELDS];
	/* Of those who may not see restricted datasets: the rows they see, and a field they do not. */
	const char *filter, *hidden;
} sources[] = {
	{ "ods-api-monitoring", "da_mon001", "Use of the API", "Calls by hour for 90 days, then by day. Networks are cut short, programs are told by their family, pages by their host; nobody is named.", TRACE_Q_src_api,
	  { { "timestamp", "Time", TIME, true }, { "user_ip_addr", "Network", TEXT, false }, { "user_id", "Caller", TEXT, true }, { "dataset_id", "Dataset", TEXT, true },
	    { "api", "Operation", API, true }, { "api_type", "API", TEXT, true }, { "format", "Format", TEXT, true }, { "in_error", "Failed", FLAG, true },
	    { "error", "Status of the failure", TEXT, true }, { "user_agent", "Program", TEXT, true }, { "referer", "Host of the page", TEXT, true }, { "country", "Country", TEXT, true },
	    { "calls", "Calls", NUMBER, false }, { "exec_time", "Seconds a call", SECONDS, false } }, .filter = NULL },
	{ "ods-datasets-monitoring", "da_mon002", "Use and size of datasets", "Each dataset: what was read and taken of it in the last 30 days, and the room it takes.", TRACE_Q_datasets,
	  { { "dataset_id", "Dataset", TEXT, true }, { "title", "Title", TEXT, false }, { "published", "Published", FLAG, true }, { "restricted", "Restricted", FLAG, true },
	    { "records", "Records", NUMBER, false }, { "reads", "Page views", NUMBER, false }, { "downloads", "Downloads", NUMBER, false }, { "api_calls", "API calls", NUMBER, false },
	    { "reuses", "Reuses", NUMBER, false }, { "bytes", "Bytes of the published version", NUMBER, false }, { "versions", "Versions", NUMBER, false },
	    { "versions_bytes", "Bytes of all versions", NUMBER, false }, { "files", "Files", NUMBER, false }, { "files_bytes", "Bytes of files", NUMBER, false },
	    { "sources_bytes", "Bytes of sources", NUMBER, false }, { "modified", "Changed", TIME, true }, { "theme", "Themes", TEXT, true },
	    { "publisher", "Publisher", TEXT, true }, { "license", "Licence", TEXT, true }, { "federated", "Federated", FLAG, true } },
	  .filter = NULL },
	{ "ods-users-monitoring", "da_mon003", "Active people by group", "How many people of each group signed in of late; the row without a group is everybody. Nobody is named.", TRACE_Q_src_users,
	  { { "group", "Group", TEXT, true }, { "users", "People", NUMBER, false }, { "active_7d", "Active in 7 days", NUMBER, false }, { "active_30d", "Active in 30 days", NUMBER, false },
	    { "active_90d", "Active in 90 days", NUMBER, false }, { "never", "Never signed in", NUMBER, false } }, .filter = NULL },
	{ "ods-activity-log", "da_mon004", "Activity", "What was changed on the portal, by whom and from where.", TRACE_Q_src_acts,
	  { { "timestamp", "Time", TIME, true }, { "user_id", "By", TEXT, true }, { "username", "Person it was done to", TEXT, true }, { "action", "Act", TEXT, true },
	    { "object_type", "Kind of object", TEXT, true }, { "dataset_id", "Dataset", TEXT, true }, { "group_id", "Group", TEXT, true }, { "page_id", "Page", TEXT, true },
	    { "object_id", "Object", TEXT, false }, { "origin", "From", TEXT, true }, { "api_key", "API key", NUMBER, false }, { "place", "Address or command", TEXT, true },
	    { "diff", "What changed", TEXT, false }, { "restricted", "Restricted", FLAG, true } },
	  .filter = "restricted = false", .hidden = "diff" },
};

/* Operations by the names that the reference platform gives them; other addresses are told as they are. */
static const struct { const char *end, *name; } operations[] = {
	{ "/catalog/datasets/{dataset}/records", "records_index" }, { "/catalog/datasets/{dataset}/records/{record}", "record_lookup" },
	{ "/catalog/datasets/{dataset}/aggregates", "aggregate_records" }, { "/catalog/datasets/{dataset}/exports/{format}", "download_dataset_records" },
	{ "/catalog/datasets/{dataset}/attachments", "attachments_index" }, { "/catalog/datasets/{dataset}/attachments/{attachment}", "attachment_lookup" },
	{ "/catalog/datasets/{dataset}", "dataset_lookup" }, { "/catalog/datasets", "datasets_index" }, { "/catalog/aggregates", "aggregate_datasets" },
	{ "/catalog", "api_source" }, { "/datasets/1.0/search/", "search_datasets" }, { "/datasets/1.0/{dataset}/", "lookup_dataset" },
	{ "/records/1.0/search/", "search_dataset_records" }, { "/records/1.0/analyze/", "analyze_records" }, { "/records/1.0/download/", "download_dataset_records" },
	{ "/explore/dataset/{dataset}/download/", "download_dataset_records" } };

static struct str operation(struct arena *a, struct str endpoint)
{
	for (size_t i = 0; i < COUNT_OF(operations); i++)
		if (str_ends(endpoint, str_of(operations[i].end))) return str_of(operations[i].name);
	return arena_str(a, endpoint);
}

/* --- rows ------------------------------------------------------------------------------------------------------------------ */

struct filling {
	const struct source *of;
	struct schema schema;
	struct arena arena;      /* of the batch under way */
	void *rooms[FIELDS];
	uint64_t *valid[FIELDS];
	size_t n;
	struct engine_load *load;
	int64_t rows;
};

static const enum value_type types[] = { [TEXT] = VALUE_TEXT, [NUMBER] = VALUE_INT, [TIME] = VALUE_DATETIME, [FLAG] = VALUE_BOOL, [SECONDS] = VALUE_DOUBLE, [API] = VALUE_TEXT };

static struct schema schema_of(struct arena *a, const struct source *s)
{
	struct field *f = arena_array(a, struct field, FIELDS);
	size_t n = 0;
	for (; n < FIELDS && s->fields[n].kind; n++) {
		const struct source_field *x = &s->fields[n];
		unsigned flags = x->facet && x->kind != FLAG ? FIELD_FACET : 0;
		f[n] = (struct field){ .name = str_of(x->name), .label = str_of(x->label), .type = types[x->kind], .flags = flags | (x->kind == TEXT ? FIELD_SORTABLE : 0), .decimals = -1 };
		if (x->kind == SECONDS) f[n].unit = STR("s");
	}
	return (struct schema){ .fields = f, .n = n };
}

static void begin_batch(struct filling *f)
{
	arena_done(&f->arena);
	f->arena = (struct arena){ 0 };
	for (size_t i = 0; i < f->schema.n; i++) {
		f->rooms[i] = arena_many(&f->arena, sizeof(struct str), LIMIT_BATCH_ROWS);
		f->valid[i] = arena_array(&f->arena, uint64_t, LIMIT_BATCH_ROWS / 64);
	}
	f->n = 0;
}

static bool end_batch(struct filling *f, struct err *e)
{
	struct column *columns = arena_array(&f->arena, struct column, f->schema.n);
	if (!f->n) return true;
	for (size_t i = 0; i < f->schema.n; i++) columns[i] = (struct column){ .type = { f->schema.fields[i].type, false }, .valid = f->valid[i], .texts = f->rooms[i] };
	struct batch b = { columns, f->schema.n, f->n };
	uint8_t (*ids)[RECORD_ID_BYTES] = arena_many(&f->arena, RECORD_ID_BYTES, f->n);
	record_ids(&f->schema, STR(""), &b, ids);
	f->rows += (int64_t)f->n;
	return engine_load_rows(f->load, &b, (const uint8_t (*)[RECORD_ID_BYTES])ids, e);
}

static void take_cell(struct filling *f, size_t i, struct store_rows *r)
{
	int col = (int)i;
	struct str text;
	if (store_is_null(r, col)) return;
	switch (f->of->fields[i].kind) {
	case TEXT:
	case API:
		text = store_text(r, col);
		if (!text.n) return;
		((struct str *)f->rooms[i])[f->n] = f->of->fields[i].kind == API ? operation(&f->arena, text) : arena_str(&f->arena, text);
		break;
	case NUMBER:
	case TIME: ((int64_t *)f->rooms[i])[f->n] = store_int(r, col); break;
	case FLAG: ((bool *)f->rooms[i])[f->n] = store_int(r, col) != 0; break;
	case SECONDS: ((double *)f->rooms[i])[f->n] = (double)store_int(r, col) / 1e6; break;
	case NONE: return;
	}
	f->valid[i][f->n / 64] |= 1ull << (f->n % 64);
}

static bool write_rows(struct site *s, struct tenant_id t, struct filling *f, const struct value *with, size_t n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	bool ok = true;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	begin_batch(f);
	if (store_ask(tx, &trace_queries[f->of->query], t, with, n, &r, e)) {
		while (ok && (step = store_step(r, e)) == STORE_ROW) {
			for (size_t i = 0; i < f->schema.n; i++) take_cell(f, i, r);
			if (++f->n < LIMIT_BATCH_ROWS) continue;
			ok = end_batch(f, e);
			begin_batch(f);
		}
		store_stop(r);
	}
	ok = ok && step == STORE_DONE && end_batch(f, e);
	arena_done(&f->arena);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

/* --- versions ---------------------------------------------------------------------------------------------------------------- */

struct making { struct site *site; const struct tenant *tenant; struct instant now; int64_t first_use; };

static bool ask_first(struct making *m, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	int64_t none = m->now.us / (DAY_US / 24) + 1;
	enum store_step step = STORE_FAILED;
	if (!store_begin(m->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, TRACE_ASK(src_first), m->tenant->id, STORE_PARAMS(VALUE_OF_INT(none)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) m->first_use = store_int(r, 0);
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_ROW;
}

static bool write_version(struct making *m, struct arena *a, const struct source *of, struct dataset *d, struct err *e)
{
	struct filling f = { .of = of, .schema = d->schema };
	struct str path = engine_path(m->site->engine, a, d->version), tmp = arena_printf(a, "%.*s.tmp", STR_ARG(path));
	struct str folder = arena_str(a, str_sub(path, 0, (size_t)str_rfind_char(path, '/'))), above = arena_str(a, str_sub(folder, 0, (size_t)str_rfind_char(folder, '/')));
	int64_t today = audience_hour(m->tenant, m->now) / 24;
	const struct value lang = VALUE_OF_TEXT(m->tenant->languages[0]), days[] = { VALUE_OF_INT(today - READ_DAYS + 1), VALUE_OF_INT(today), lang, lang }, first[] = { VALUE_OF_INT(m->first_use) }, utc[] = { VALUE_OF_INT(m->now.us / DAY_US) };
	if ((mkdir(above.p, 0700) && errno != EEXIST) || (mkdir(folder.p, 0700) && errno != EEXIST)) return err_os(e, "mkdir for figures");
	unlink(tmp.p);
	if (!engine_load_begin(tmp, &d->schema, &f.load, e)) return false;
	bool ok = of->query == TRACE_Q_datasets ? write_rows(m->site, m->tenant->id, &f, days, COUNT_OF(days), e)
	        : of->query == TRACE_Q_src_api ? write_rows(m->site, m->tenant->id, &f, first, 1, e)
	        : of->query == TRACE_Q_src_users ? write_rows(m->site, m->tenant->id, &f, utc, 1, e) : write_rows(m->site, m->tenant->id, &f, NULL, 0, e);
	struct stat st;
	ok = engine_load_end(f.load, ok ? LOAD_COMMIT : LOAD_ABANDON, e) && ok;
	if (ok && stat(tmp.p, &st) == 0) d->bytes = st.st_size;
	if (ok && rename(tmp.p, path.p) != 0) ok = err_os(e, "rename figures");
	d->rows = f.rows;
	return ok;
}

static struct meta *metas_of(struct arena *a, const struct source *s, size_t *n)
{
	const struct { const char *name, *text; } all[] = { { "title", s->title }, { "description", s->description } };
	struct meta *m = arena_array(a, struct meta, COUNT_OF(all));
	for (size_t i = 0; i < COUNT_OF(all); i++)
		m[i] = (struct meta){ .template_ = STR("default"), .name = str_of(all[i].name), .lang = STR(""), .json = arena_printf(a, "\"%s\"", all[i].text) };
	*n = COUNT_OF(all);
	return m;
}

/* Administrators and whoever sees restricted datasets are above it (rights.c). */
static struct dataset_rule rule_of(struct arena *a, const struct source *s, const struct schema *schema)
{
	struct dataset_rule r = { .row_filter = s->filter ? str_of(s->filter) : STR(""), .quota = STR(""), .some_fields = s->hidden != NULL };
	struct str *fields = arena_array(a, struct str, schema->n);
	for (size_t i = 0; r.some_fields && i < schema->n; i++)
		if (!str_eq(schema->fields[i].name, str_of(s->hidden))) fields[r.nfields++] = schema->fields[i].name;
	r.fields = fields;
	return r;
}

static bool fill(void *arg, struct arena *a, struct dataset **list, size_t *n, struct err *e)
{
	struct making *m = arg;
	struct dataset *d = arena_array(a, struct dataset, COUNT_OF(sources));
	if (!ask_first(m, e)) return false;
	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		d[i] = (struct dataset){ .id = FIRST_ID + 1 + (int64_t)i, .slug = str_of(sources[i].slug), .uid = str_of(sources[i].uid), .created = m->now, .modified = m->now,
			.data_processed = m->now, .metadata_processed = m->now, .schema = schema_of(a, &sources[i]), .source_name = STR(""), .summary = STR("") };
		d[i].version = (struct version_ref){ .tenant = m->tenant->id, .dataset = d[i].id, .number = m->now.us };
		d[i].metas = metas_of(a, &sources[i], &d[i].nmetas);
		d[i].everybody = rule_of(a, &sources[i], &d[i].schema);
		if (!write_version(m, a, &sources[i], &d[i], e)) return false;
	}
	*list = d;
	*n = COUNT_OF(sources);
	return true;
}

/* --- views ----------------------------------------------------------------------------------------------------------------------- */

static struct kept_view *kept_of(struct trace *tr, struct tenant_id t)
{
	struct kept_view *k = tr->views;
	while (k && k->tenant != t.v) k = k->next;
	if (k) return k;
	k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->tenant = t.v;
	k->next = tr->views;
	tr->views = k;
	return k;
}

/* A view that is young enough, held for the caller; with the lock, given up while one is made. */
static bool hold(struct trace *tr, const struct tenant *t, const struct catalog_view **out, const struct catalog_view **old, struct err *e)
{
	struct kept_view *k = kept_of(tr, t->id);
	struct catalog *c = tr->site->catalog;
	while (k->making) lock_bell_wait(&tr->made, &tr->lock);
	int64_t now = clock_monotonic_ns();
	int64_t age = num_min(num_max(k->behind ? k->cost_ns : k->cost_ns * AGE_FACTOR, SECOND_NS), AGE_MOST_S * SECOND_NS);
	bool ok = true;
	if (!k->view || now - k->made_ns > age) {
		const struct catalog_view *fresh = NULL;
		struct making m = { .site = tr->site, .tenant = t, .now = clock_now() };
		k->making = true;
		k->behind = false;
		lock_give(&tr->lock);
		/* What was counted and not written down yet is told, too. */
		ok = audience_flush(tr->site->audience, e) && catalog_made(c, t->id, FIRST_ID, fill, &m, &fresh, e);
		lock_take(&tr->lock);
		k->making = false;
		lock_bell_ring_all(&tr->made);
		if (ok) {
			*old = k->view;
			k->view = fresh;
			k->made_ns = clock_monotonic_ns();
			k->cost_ns = k->made_ns - now;
		}
	}
	if (!ok) return false;
	catalog_hold_too(c, k->view);
	*out = k->view;
	return true;
}

bool trace_source(struct site_visit *at, const struct rights_caller *who, struct str source, struct err *e)
{
	const struct catalog_view *view, *old = NULL;
	struct trace *tr = at->site->trace;
	if (!str_eq(source, STR("monitoring"))) return true;
	if (!who->account) return err_set(e, ERR_UNAUTHENTICATED, "Figures of the portal are for people and programs that may see them: sign in, or send an API key.");
	/* A key need not be one that writes; one that is for some datasets is not for these. */
	bool sees = who->key ? (who->who.permissions & ACCOUNT_BIT(ACCOUNT_MAY_MONITORING)) && !(who->who.scope & ACCOUNT_LISTED) : rights_may(who, ACCOUNT_MAY_MONITORING);
	if (!sees) return err_set(e, ERR_FORBIDDEN, "You do not have the permission explore_monitoring.");
	if (!tr) return err_set(e, ERR_BUSY, "Figures cannot be read just now.");
	lock_take(&tr->lock);
	bool ok = hold(tr, at->tenant, &view, &old, e);
	lock_give(&tr->lock);
	catalog_release(at->site->catalog, old);
	if (!ok) return false;
	catalog_release(at->site->catalog, at->view);
	at->view = view;
	return true;
}

void views_close(struct trace *tr)
{
	while (tr->views) {
		struct kept_view *next = tr->views->next;
		catalog_release(tr->site->catalog, tr->views->view);
		free(tr->views);
		tr->views = next;
	}
}

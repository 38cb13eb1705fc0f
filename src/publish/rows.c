/* Rows of a dataset of the portal as cells, for joins and for files of addresses. They are read with the rights of whoever answers for the
 * configuration: fields and rows that they may not see are not there, and a dataset they may not see does not exist. */
#include "publish/inside.h"
#include "publish/need.h"
#include "geo/geo.h"
#include "query/query.h"
#include "rights/rights.h"

enum { JOIN_MOST = 100000 };

/* --- cells --------------------------------------------------------------------------------------------- */

struct writer {
	struct need *n;
	const struct query_plan *plan;
	const struct dataset *files;  /* whose files cells name */
	struct geo *geo;
	struct arena *row;
};

/* Everything that needs more than a view of the column's own bytes. */
static struct str spell(struct writer *w, const struct column *c, size_t row)
{
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	struct json_out j = JSON_OUT(&b);
	switch (c->type.type) {
	case VALUE_INT: buf_put_int(&b, c->ints[row]); break;
	case VALUE_DOUBLE: text_put_double_plain(&b, c->doubles[row]); break;
	case VALUE_DATE: clock_put_date(&b, c->days[row]); break;
	case VALUE_DATETIME: clock_put_instant(&b, c->ints[row], clock_utc()); break;
	case VALUE_POINT:
		text_put_double_plain(&b, c->lats[row]);
		buf_put_char(&b, ',');
		text_put_double_plain(&b, c->lons[row]);
		break;
	case VALUE_SHAPE: (void)!geo_put_geojson(w->geo, &b, c->texts[row]); break;
	case VALUE_TEXT: /* a list: one text is a view of its own */
		json_open(&j, '[');
		for (uint32_t i = 0; i < c->lists[row].n; i++) json_put(&j, c->items[c->lists[row].from + i]);
		json_close(&j, ']');
		break;
	case VALUE_BOOL: case VALUE_FILE: case VALUE_JSON: case VALUE_TYPES: break;
	}
	return b.over ? STR("") : arena_str(w->row, buf_str(&b));
}

static struct cell cell_of(struct writer *w, const struct column *c, size_t row)
{
	static const struct cell truth[2] = { { { "false", 5 }, CELL_TRUTH }, { { "true", 4 }, CELL_TRUTH } };
	if (!column_has(c, row)) return (struct cell){ 0 };
	if (c->type.list) return (struct cell){ spell(w, c, row), CELL_LIST };
	switch (c->type.type) {
	case VALUE_BOOL: return truth[c->bools[row]];
	case VALUE_INT: case VALUE_DOUBLE: return (struct cell){ spell(w, c, row), CELL_NUMBER };
	case VALUE_SHAPE: return (struct cell){ spell(w, c, row), CELL_SHAPE };
	case VALUE_TEXT: return (struct cell){ c->texts[row], CELL_STRING };
	case VALUE_JSON: return (struct cell){ c->texts[row], CELL_NEST };
	case VALUE_FILE: {
		const struct dataset_file *f = w->files ? dataset_file_named_or_null(w->files, c->texts[row]) : NULL;
		return (struct cell){ f ? f->id : c->texts[row], CELL_STRING };
	}
	case VALUE_DATE: case VALUE_DATETIME: case VALUE_POINT: return (struct cell){ spell(w, c, row), CELL_STRING };
	case VALUE_TYPES: break;
	}
	return (struct cell){ 0 };
}

static bool put_batch(struct writer *w, const struct batch *b, int64_t *rows, int64_t most, struct err *e)
{
	size_t columns = w->plan->ncolumns;
	for (size_t i = 0; i < b->nrows; i++) {
		struct arena_mark mark = arena_mark(w->row);
		struct process_row r = { .cells = arena_array(w->row, struct cell, columns + 1), .n = columns, .number = ++*rows };
		for (size_t k = 0; k < columns; k++) r.cells[k] = cell_of(w, &b->columns[k], i);
		if (*rows > most)
			return err_set(e, ERR_TOO_LARGE, "the dataset %.*s has more than %lld records, which is the most that is read for a processor (join.most)",
			               STR_ARG(w->n->need->dataset), (long long)most);
		bool ok = supply_row(&w->n->out, &r, e);
		arena_rewind(w->row, mark);
		if (!ok) return false;
	}
	return need_stopped(w->n, e);
}

/* --- the question ------------------------------------------------------------------------------------------ */

static bool put_rows(struct need *n, const struct query_plan *plan, const struct dataset *files, int64_t most, struct err *e)
{
	auto_arena row = ARENA_INIT;
	struct query_cursor *k;
	struct writer w = { .n = n, .plan = plan, .files = files, .row = &row };
	struct cancel *cancel = n->all->watch ? n->all->watch->cancel : NULL;
	int64_t rows = 0;
	struct batch b = { 0 };
	if (!query_open(n->site->engine, plan, cancel, &k, e)) return false;
	w.geo = geo_new();
	bool ok = true;
	do ok = query_next(k, &b, e) && put_batch(&w, &b, &rows, most, e);
	while (ok && b.nrows > 0);
	geo_free(w.geo);
	query_close(k);
	return ok;
}

static bool ask_rows(struct need *n, const struct query_target *t, const struct str *columns, size_t ncolumns, const struct dataset *files, int64_t most,
                     struct err *e)
{
	struct query_plan plan;
	struct query_target target = *t;
	auto_buf select = BUF_INIT(1 << 20);
	target.files_of_or_null = NULL; /* names as they are; ids are put by us */
	for (size_t i = 0; i < ncolumns; i++) buf_printf(&select, "%s`%.*s`", i ? "," : "", STR_ARG(columns[i]));
	const struct query_request q = { .target = &target, .mode = QUERY_EXPORT, .select = arena_str(n->a, buf_str(&select)),
		.limit = arena_printf(n->a, "%lld", (long long)most + 1), .now_us = clock_now().us };
	if (!query_plan_rows(n->a, &q, &plan, e)) return false;
	ensure(plan.ncolumns == ncolumns);
	bool ok = put_rows(n, &plan, files, most, e);
	query_plan_done(&plan);
	return ok;
}

/* --- what may be read ---------------------------------------------------------------------------------------- */

static bool caller_of(struct need *n, struct rights_caller *out, struct err *e)
{
	*out = (struct rights_caller){ 0 };
	if (n->all->who <= 0) {
		if (str_eq(tenant_setting(n->tenant, "access"), STR("private"))) return err_set(e, ERR_FORBIDDEN, "joining datasets needs somebody who is signed in on a private portal");
		return true;
	}
	if (publish_caller(n->site, n->all->tenant, n->all->who, n->a, out)) return true;
	return err_set(e, ERR_FORBIDDEN, "the account that last changed the processors is not active any more: somebody who may read the joined datasets has to save them again");
}

/* The dataset as they have it; of the house, as it is. */
static bool find(struct need *n, struct str slug, bool house, struct rights_dataset *out, struct err *e)
{
	struct rights_caller who;
	const struct site_visit at = { .site = n->site, .tenant = n->tenant, .view = n->view };
	struct err hidden = { 0 };
	if (house || n->all->who == PUBLISH_AS_HOUSE) {
		const struct dataset *d = catalog_find_or_null(n->view, slug);
		if (!d) return err_set(e, ERR_NOT_FOUND, "there is no published dataset %.*s on this portal", STR_ARG(text_cut(slug, 200)));
		*out = (struct rights_dataset){ .dataset = d, .may_read = true, .target = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug,
			.record_timestamp_us = d->data_processed.us } };
		return true;
	}
	if (!caller_of(n, &who, e)) return false;
	if (!rights_find(&at, &who, n->a, slug, out, &hidden))
		return err_set(e, ERR_NOT_FOUND, "there is no published dataset %.*s on this portal, or whoever last changed the processors may not see it", STR_ARG(text_cut(slug, 200)));
	return out->may_read || err_set(e, ERR_FORBIDDEN, "whoever last changed the processors may not read the records of %.*s", STR_ARG(text_cut(slug, 200)));
}

static bool is_visible(const struct rights_dataset *d, int i)
{
	return i >= 0 && !(d->dataset->schema.fields[i].flags & FIELD_HIDDEN) && (!d->target.visible_or_null || d->target.visible_or_null[i]);
}

static bool check_columns(const struct rights_dataset *d, const struct need_rows *r, struct err *e)
{
	for (size_t i = 0; i < r->ncolumns; i++) {
		if (is_visible(d, schema_find(&d->dataset->schema, r->columns[i]))) continue;
		auto_buf names = BUF_INIT(4000);
		for (size_t k = 0; k < d->dataset->schema.n && names.n < 250; k++)
			if (is_visible(d, (int)k)) buf_printf(&names, "%s%.*s", names.n ? ", " : "", STR_ARG(d->dataset->schema.fields[k].name));
		return err_set(e, ERR_PARAMETER, "the dataset %.*s has no field %.*s; it has %.*s", STR_ARG(r->dataset), STR_ARG(text_cut(r->columns[i], 80)),
		               STR_ARG(text_cut(buf_str(&names), 260)));
	}
	return true;
}

bool need_put_dataset(struct need *n, const struct need_rows *r, struct err *e)
{
	struct rights_dataset d;
	if (!find(n, r->dataset, r->house, &d, e) || !check_columns(&d, r, e)) return false;
	struct str *all = arena_array(n->a, struct str, d.dataset->schema.n + r->ncolumns + 1);
	size_t count = 0;
	for (size_t i = 0; i < r->ncolumns; i++) {
		bool twice = false;
		for (size_t k = 0; k < count; k++) twice |= !r->names && str_eq(all[k], r->columns[i]);
		if (!twice) all[count++] = r->columns[i];
	}
	for (size_t i = 0; r->ncolumns == 0 && i < d.dataset->schema.n; i++)
		if (is_visible(&d, (int)i)) all[count++] = d.dataset->schema.fields[i].name;
	if (r->version) *r->version = d.dataset->version.number;
	if (!need_names(n, r->names ? r->names : all, count, e)) return false;
	return d.dataset->version.number == 0 || ask_rows(n, &d.target, all, count, d.dataset, r->most, e);
}

/* --- joins --------------------------------------------------------------------------------------------------------- */

/* The other dataset may be the one that is being made: it is joined with what it was, and not for ever again. */
static bool note_join(struct need *n, struct str remote, int64_t version, struct err *e)
{
	auto_json *doc = NULL;
	struct store_tx *tx;
	bool self = false;
	const struct dataset *d = catalog_find_or_null(n->view, remote);
	if (n->all->preview || n->all->dataset <= 0) return true;
	if (!json_read(n->need->parameters, &doc, e)) return false;
	const struct json_node *args = json_get(json_root(doc), "args") ? json_get(json_root(doc), "args") : json_root(doc);
	self = d && d->id == n->all->dataset;
	bool again = json_bool(json_get(args, "republish"), false) && !self;
	if (!store_begin(n->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, PUBLISH_Q(joined_put), n->all->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(n->all->dataset), VALUE_OF_TEXT(remote), VALUE_OF_INT(version), VALUE_OF_INT(again)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool need_dataset(struct need *n, struct err *e)
{
	int64_t version = 0;
	int64_t most = n->need->most ? (int64_t)n->need->most : tenant_number(n->tenant, "join.most");
	struct need_rows r = { .dataset = n->need->dataset, .columns = n->need->columns, .ncolumns = n->need->ncolumns,
		.most = most > 0 ? most : JOIN_MOST, .version = &version };
	need_progress(n, "fetching", 0, 0);
	return need_put_dataset(n, &r, e) && note_join(n, n->need->dataset, version, e);
}

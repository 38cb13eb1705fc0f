/* GET /catalog/datasets : a page of datasets, chosen members of them, or groups. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

/* --- select --------------------------------------------------------------------------------------- */

/* Members of a DatasetObject that are no fields of the catalogue; they can be selected, not asked for. */
static void put_fields(struct json_out *j, const struct dataset *d)
{
	json_value(j);
	buf_put(j->b, d->schema_json);
}

static void put_nothing(struct json_out *j, const struct dataset *d)
{
	(void)d;
	json_open(j, '[');
	json_close(j, ']');
}

static void put_visibility(struct json_out *j, const struct dataset *d)
{
	json_put(j, d->restricted ? STR("restricted") : STR("domain"));
}

static void put_data_visible(struct json_out *j, const struct dataset *d) { json_put_bool(j, d->data_visible); }

static const struct member {
	const char *name;
	void (*put)(struct json_out *j, const struct dataset *d);
} members[] = {
	{ "fields", put_fields },
	{ "attachments", put_nothing },
	{ "alternative_exports", put_nothing },
	{ "visibility", put_visibility },
	{ "data_visible", put_data_visible },
};

struct selection {
	struct str select;                              /* for the planner */
	const struct member *members[COUNT_OF(members)]; /* besides it */
	size_t n;
};

static const struct member *member_of(const struct odsql_item *i)
{
	if (i->labelled || i->expr->kind != ODSQL_FIELD) return NULL;
	for (size_t k = 0; k < COUNT_OF(members); k++)
		if (str_eq(i->expr->s, str_of(members[k].name))) return &members[k];
	return NULL;
}

/* Takes the members out of a select; with any, the dataset's id goes last in its place. */
static bool split_select(struct call *c, struct str text, struct selection *out, struct err *e)
{
	struct odsql_items items;
	auto_buf rest = BUF_INIT(2 * LIMIT_CLAUSE_BYTES);
	*out = (struct selection){ .select = text };
	if (!odsql_parse_items(c->arena, ODSQL_SELECT, text, &items, e)) return false;
	for (size_t i = 0; i < items.n; i++) {
		const struct odsql_item *item = &items.p[i];
		const struct member *m = member_of(item);
		if (m && out->n < COUNT_OF(out->members)) {
			out->members[out->n++] = m;
			continue;
		}
		if (m) continue;
		buf_put(&rest, str_sub(text, item->expr->at, item->expr->end - item->expr->at));
		if (item->labelled) buf_printf(&rest, " as `%.*s`", STR_ARG(item->key));
		buf_lit(&rest, ", ");
	}
	if (out->n == 0) return true;
	buf_lit(&rest, "datasetid as `stoa_dataset`");
	if (rest.over) return err_set(e, ERR_PARAMETER, "The select clause is too long.");
	out->select = arena_str(c->arena, buf_str(&rest));
	return true;
}

/* --- rows ----------------------------------------------------------------------------------------- */

static void put_members(struct buf *b, const struct call *c, const struct selection *s, struct str slug)
{
	const struct dataset *d = catalog_find_or_null(c->at.view, slug);
	if (!d || !rights_sees(&c->at, &c->who, d)) return;
	bool empty = b->n > 0 && b->p[b->n - 2] == '{';
	b->n--; /* the closing brace moves behind the members */
	for (size_t i = 0; i < s->n; i++) {
		struct json_out j = JSON_OUT(b);
		if (!empty || i > 0) buf_put_char(b, ',');
		json_key(&j, str_of(s->members[i]->name));
		s->members[i]->put(&j, d);
	}
	buf_put_char(b, '}');
}

static bool put_rows(struct buf *b, const struct call *c, const struct query_plan *p, const struct selection *s,
                     int64_t *n, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	struct record_style style = { .zone = c->zone };
	size_t shown = p->ncolumns - (s->n > 0);
	bool ok = true;
	*n = 0;
	if (p->empty || !call_has_rows(c)) return true;
	struct record_keys *keys = record_keys(c->arena, p->columns, shown);
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && i < rows.nrows; i++) {
			if ((*n)++ > 0) buf_put_char(b, ',');
			record_put_object(b, keys, &rows, i, &style);
			if (s->n && !b->over) put_members(b, c, s, rows.columns[shown].texts[i]);
		}
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}

static void put_head(struct buf *b, const struct call *c, const struct query_plan *p, int64_t total)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	if (!p->grouped) json_member_int(&j, "total_count", total);
	if (c->links) {
		json_key(&j, STR("_links"));
		json_open(&j, '[');
		link_pages(&j, c, p, total);
		rest_link(&j, STR("catalog"), link_to(c, "/catalog"));
		json_close(&j, ']');
	}
	json_key(&j, STR("results"));
	buf_put_char(b, '[');
}

static bool run(struct call *c, struct err *e)
{
	auto_buf rows = BUF_INIT(256 << 20);
	auto_buf b = BUF_INIT(260 << 20);
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct selection s = { 0 };
	int64_t shown;
	int64_t total;
	call_catalogue(c);
	struct query_request q = call_question(c, QUERY_PAGE);
	bool whole = q.select.n == 0 && q.group_by.n == 0;
	if (whole) q.select = STR("datasetid");
	else if (q.group_by.n == 0 && !split_select(c, q.select, &s, e)) return false;
	if (s.n) q.select = s.select;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (call_is_fresh(c, plan.canonical)) return true;
	bool ok = whole ? dataset_put_list(&rows, c, &plan, &shown, e) : put_rows(&rows, c, &plan, &s, &shown, e);
	if (!ok || !call_total(c, &q, &plan, shown, &total, e)) return false;
	if (rows.over) return err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer datasets.");
	put_head(&b, c, &plan, total);
	buf_put(&b, buf_str(&rows));
	buf_lit(&b, "]}");
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_datasets, "/catalog/datasets", .name = "getDatasets",
                 .summary = "Searches the datasets of the portal.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_DATASETS, .run = run);

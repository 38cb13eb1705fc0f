/* Asking datasets for blocks: within the reader's rights, narrowed by the block's conditions and the page's own filters, and with few
 * rows, so that a page of many blocks stays quick. */
#include "content/inside.h"
#include "text/text.h"

bool content_dataset(struct content *c, struct str slug, struct rights_dataset *out, struct err *e)
{
	return rights_find(&c->v->at, &c->v->who, c->v->arena, slug, out, e) && rights_read(out, e);
}

struct str content_field(struct arena *a, struct str name) { return arena_printf(a, "`%.*s`", STR_ARG(name)); }

static void put_quoted(struct buf *b, struct str s)
{
	buf_put_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_put_char(b, '\\');
		buf_put_char(b, s.p[i]);
	}
	buf_put_char(b, '"');
}

/* A value as the field's type has it. */
static bool put_value(struct buf *b, const struct field *f, struct str value, struct err *e)
{
	double number;
	switch (f->type) {
	case VALUE_INT: case VALUE_DOUBLE:
		if (!text_to_double(value, &number))
			return err_set(e, ERR_PARAMETER, "%.*s holds numbers, and \"%.*s\" is none", STR_ARG(f->label), STR_ARG(value));
		buf_put(b, value);
		return true;
	case VALUE_DATE: case VALUE_DATETIME:
		for (size_t i = 0; i < value.n; i++)
			if (!((value.p[i] >= '0' && value.p[i] <= '9') || value.p[i] == '-' || value.p[i] == ':' || value.p[i] == 'T' || value.p[i] == 'Z'))
				return err_set(e, ERR_PARAMETER, "%.*s holds dates, and \"%.*s\" is none; write 2024, 2024-05 or 2024-05-31", STR_ARG(f->label), STR_ARG(value));
		buf_printf(b, "date'%.*s'", STR_ARG(value));
		return true;
	case VALUE_BOOL:
		buf_put(b, str_eq_nocase(value, STR("true")) || str_eq_nocase(value, STR("yes")) || str_eq(value, STR("1")) ? STR("true") : STR("false"));
		return true;
	case VALUE_TEXT: case VALUE_FILE: case VALUE_JSON: case VALUE_POINT: case VALUE_SHAPE: case VALUE_TYPES:
		put_quoted(b, value);
		return true;
	}
	return true;
}

static bool put_condition(struct buf *b, const struct json_node *one, const struct field *f, struct err *e)
{
	static const struct { const char *word, *sign; } signs[] = { { "eq", "=" }, { "ne", "=" }, { "gt", ">" }, { "lt", "<" }, { "gte", ">=" }, { "lte", "<=" },
		{ "contains", "like" }, { "not_contains", "like" } };
	struct str is = json_text(json_get(one, "is"));
	const struct json_node *value = json_get(one, "value");
	bool not = str_eq(is, STR("ne")) || str_eq(is, STR("not_contains")), list = json_kind(value) == JSON_ARRAY;
	if (str_eq(is, STR("empty")) || str_eq(is, STR("not_empty"))) {
		buf_printf(b, "`%.*s` is %snull", STR_ARG(f->name), str_eq(is, STR("empty")) ? "" : "not ");
		return true;
	}
	const char *sign = "=";
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (str_eq(is, str_of(signs[i].word)))
			sign = signs[i].sign;
	size_t n = list ? json_count(value) : 1;
	/* Several values are one or the other. */
	buf_put(b, not ? STR("not (") : STR("("));
	for (size_t i = 0; i < n; i++) {
		struct str s = str_trim(json_text(list ? json_at(value, i) : value));
		buf_printf(b, "%s`%.*s` %s ", i ? " or " : "", STR_ARG(f->name), sign);
		if (!strcmp(sign, "like"))
			put_quoted(b, s);
		else if (!put_value(b, f, s, e))
			return false;
	}
	buf_put_char(b, ')');
	return true;
}

bool content_where(struct content *c, const struct json_node *conditions, const struct schema *s, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(64 << 10);
	for (size_t i = 0; i < json_count(conditions); i++) {
		const struct json_node *one = json_at(conditions, i);
		struct str name = json_text(json_get(one, "field"));
		int at = schema_find(s, name);
		if (at < 0 || s->fields[at].flags & FIELD_HIDDEN || str_find_char(name, '`') >= 0)
			return err_set(e, ERR_PARAMETER, "the dataset has no field \"%.*s\"", STR_ARG(name));
		if (i)
			buf_put(&b, json_bool(json_get(one, "or"), false) ? STR(" or ") : STR(" and "));
		if (!put_condition(&b, one, &s->fields[at], e))
			return false;
	}
	if (b.over)
		return err_set(e, ERR_PARAMETER, "the conditions are too long");
	*out = arena_str(c->v->arena, buf_str(&b));
	return true;
}

/* A request in the reader's words; `where` has room for one condition. */
static void begin(struct content *c, const struct rights_dataset *d, bool everything, struct query_request *r)
{
	*r = (struct query_request){ .target = &d->target, .mode = QUERY_PAGE, .zone_or_null = c->v->zone, .lang = c->v->lang_code, .now_us = clock_now().us,
		.most_rows = CONTENT_ROWS };
	if (!everything && c->filtered.n && str_eq(c->filtered, d->dataset->slug)) {
		r->refine = c->refine;
		r->nrefine = c->nrefine;
	}
}

static double number_of(const struct column *col, size_t row)
{
	return col->type.type == VALUE_INT ? (double)col->ints[row] : col->doubles[row];
}

static void keep_row(struct content *c, const struct query_plan *plan, const struct batch *rows, size_t i, struct content_rows *out)
{
	struct record_style style = { .zone = c->v->zone };
	for (size_t k = 0; k < out->ncolumns; k++) {
		const struct column *col = &rows->columns[k];
		struct content_cell *cell = &out->cells[out->nrows * out->ncolumns + k];
		if (!column_has(col, i))
			continue;
		cell->has = true;
		cell->is_number = !col->type.list && (col->type.type == VALUE_INT || col->type.type == VALUE_DOUBLE);
		if (cell->is_number)
			cell->number = number_of(col, i);
		auto_buf b = BUF_INIT(64 << 10);
		if (col->type.type == VALUE_SHAPE)
			buf_lit(&b, "…");
		else
			record_put_reading(&b, &plan->columns[k], plan->fields[k], col, i, &style, c->h->lang->code);
		cell->text = arena_str(c->v->arena, buf_str(&b));
	}
	out->nrows++;
}

static bool read_rows(struct content *c, const struct query_request *r, struct content_rows *out, struct err *e)
{
	struct arena *a = c->v->arena;
	struct query_plan plan;
	struct query_cursor *cursor;
	struct batch rows;
	if (!query_plan_rows(a, r, &plan, e))
		return false;
	if (!query_open(c->v->at.site->engine, &plan, c->v->request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	out->ncolumns = num_min(plan.ncolumns, (size_t)CONTENT_COLUMNS);
	out->cells = arena_array(a, struct content_cell, out->ncolumns * CONTENT_ROWS + 1);
	for (size_t k = 0; k < out->ncolumns; k++)
		out->labels[k] = plan.fields[k] ? plan.fields[k]->label : arena_str(a, plan.columns[k].key);
	bool ok;
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows)
		for (size_t i = 0; i < rows.nrows && out->nrows < CONTENT_ROWS; i++)
			keep_row(c, &plan, &rows, i, out);
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

bool content_ask(struct content *c, const struct content_ask *q, struct content_rows *out, struct err *e)
{
	struct rights_dataset *d = arena_new(c->v->arena, struct rights_dataset);
	struct query_request r;
	struct str where = STR("");
	*out = (struct content_rows){ 0 };
	if (!content_dataset(c, q->dataset, d, e) || !content_where(c, q->conditions, &d->dataset->schema, &where, e))
		return false;
	begin(c, d, q->everything, &r);
	r.select = q->select;
	r.group_by = q->group_by;
	r.order_by = q->order_by;
	r.limit = arena_printf(c->v->arena, "%lld", (long long)num_min(q->limit, (int64_t)CONTENT_ROWS));
	if (where.n) {
		r.where = &where;
		r.nwhere = 1;
	}
	out->dataset = d->dataset;
	out->schema = &d->dataset->schema;
	return read_rows(c, &r, out, e);
}

bool content_facets(struct content *c, struct str dataset, const struct str *names, size_t n, struct query_facets *out, const struct schema **schema,
                    struct err *e)
{
	struct rights_dataset *d = arena_new(c->v->arena, struct rights_dataset);
	struct query_request r;
	if (!content_dataset(c, dataset, d, e))
		return false;
	begin(c, d, false, &r);
	struct str *facets = arena_array(c->v->arena, struct str, n + 1);
	for (size_t i = 0; i < n; i++) /* several values: those that are not chosen stay to be chosen */
		facets[i] = arena_printf(c->v->arena, "facet(name=\"%.*s\", disjunctive=true, limit=100)", STR_ARG(names[i]));
	r.facet = facets;
	r.nfacet = n;
	*schema = &d->dataset->schema;
	return query_facets(c->v->at.site->engine, c->v->arena, &r, c->v->request->cancel, out, e);
}

/* Plans of rows: pages, exports, single records, groups. A page that is ordered finds its rows by
 * number first and reads only those whole; everything else is one plain statement. */
#include "query/inside.h"

enum { CANONICAL_BYTES = 1 << 20 };

/* --- understanding --------------------------------------------------------------------------------- */

static bool read_clauses(struct rows *r, struct err *e)
{
	struct scene *s = &r->scene;
	const struct query_request *request = s->request;
	bool record = request->mode == QUERY_RECORD;
	struct str group_by = record ? STR("") : request->group_by;
	struct str order_by = record ? STR("") : request->order_by;
	if (!odsql_parse_items(s->arena, ODSQL_SELECT, request->select, &r->query.select, e)) return false;
	if (!odsql_parse_items(s->arena, ODSQL_GROUP_BY, group_by, &r->query.group_by, e)) return false;
	if (!odsql_parse_items(s->arena, ODSQL_ORDER_BY, order_by, &r->query.order_by, e)) return false;
	if (request->made_or_null) {
		r->query.select = request->made_or_null->select;
		r->query.group_by = request->made_or_null->group_by;
		r->query.order_by = request->made_or_null->order_by;
	}
	r->query.where = s->where;
	r->query.nwhere = s->nasked;
	if (!odsql_check(s->arena, &s->scope, &r->query, e)) return false;
	r->query.nwhere = s->nwhere;
	for (size_t i = s->nasked; i < s->nwhere; i++)
		r->query.full_text = r->query.full_text || odsql_is_full_text(s->where[i]);
	return true;
}

/* The house's own order: it may name fields the caller does not see, and never fails a request. */
static void read_default_order(struct rows *r)
{
	struct scene *s = &r->scene;
	struct err ignored = { 0 };
	struct odsql_query q = { 0 };
	if (r->query.order_by.n || r->query.grouped || r->query.aggregated || s->request->mode == QUERY_RECORD) return;
	if (!odsql_parse_items(s->arena, ODSQL_ORDER_BY, s->request->default_order, &q.order_by, &ignored)) return;
	if (q.order_by.n && odsql_check(s->arena, &s->house, &q, &ignored)) r->query.order_by = q.order_by;
}

static bool orders_by_aggregate(const struct odsql_query *q)
{
	for (size_t i = 0; i < q->order_by.n; i++)
		if (q->order_by.p[i].expr->aggregate) return true;
	return false;
}

/* --- columns --------------------------------------------------------------------------------------- */

static const struct field *field_of(const struct rows *r, const struct odsql_node *n)
{
	const struct odsql_node *of = n->flags & ODSQL_KEY ? n->key : n;
	return of->kind == ODSQL_FIELD && of->field >= 0 ? &r->scene.scope.schema->fields[of->field] : NULL;
}

static void describe(struct rows *r)
{
	struct query_plan *p = r->plan;
	size_t n = r->query.columns.n;
	bool with_id = r->scene.request->with_id && !r->query.grouped && !r->query.aggregated;
	size_t all = n + with_id + p->nhidden;
	p->columns = arena_array(p->arena, struct record_column, all);
	p->types = arena_array(p->arena, struct column_type, all);
	p->fields = arena_array(p->arena, const struct field *, all);
	p->ids = arena_array(p->arena, bool, all);
	uint8_t *marks = arena_array(p->arena, uint8_t, all);
	p->marks = marks;
	p->ncolumns = n;
	p->id_column = with_id ? (int)n : -1;
	for (size_t i = 0; i < n; i++) {
		const struct odsql_item *item = &r->query.columns.p[i];
		const struct odsql_node *of = item->expr->flags & ODSQL_KEY ? item->expr->key : item->expr;
		p->fields[i] = field_of(r, item->expr);
		p->types[i] = (struct column_type){ .type = item->expr->type, .list = item->expr->list };
		p->columns[i] = (struct record_column){ .key = item->key, .type = p->types[i],
			.precision = p->fields[i] ? p->fields[i]->precision : STR(""), .json_text = odsql_gives_json(item->expr) };
		p->ids[i] = of->kind == ODSQL_FIELD && of->field == ODSQL_RECORDID;
		bool date = item->expr->type == VALUE_DATE || item->expr->type == VALUE_DATETIME;
		if ((item->expr->flags & ODSQL_KEY) && date) marks[i] = QUERY_DATE_KEY;
		else if (odsql_is_date_part(item->expr)) marks[i] = QUERY_DATE_PART;
	}
	if (p->nhidden) keyset_describe(r, p->types + n + with_id);
	if (!with_id) return;
	p->types[n] = (struct column_type){ .type = VALUE_TEXT };
	p->columns[n] = (struct record_column){ .key = STR("_id"), .type = p->types[n] };
	p->ids[n] = true;
}

static void put_column(struct sql *q, const struct rows *r, const struct odsql_node *n)
{
	const struct odsql_scope *s = &r->scene.scope;
	if (n->kind == ODSQL_FIELD && n->type == VALUE_POINT && !(n->flags & ODSQL_KEY)) {
		odsql_emit_part(q, s, n, SQL_LAT);
		sql_lit(q, ", ");
		odsql_emit_part(q, s, n, SQL_LON);
	} else if (r->query.mixed) {
		odsql_emit_over(q, s, n);
	} else {
		odsql_emit(q, s, n);
	}
}

void rows_put_columns(struct sql *q, const struct rows *r)
{
	for (size_t i = 0; i < r->query.columns.n; i++) {
		if (i) sql_lit(q, ", ");
		put_column(q, r, r->query.columns.p[i].expr);
	}
	if (r->plan->id_column >= 0) sql_lit(q, ", lower(lpad(to_hex(_id), 32, '0'))");
	if (r->plan->nhidden) keyset_put_columns(q, r);
}

/* --- order ----------------------------------------------------------------------------------------- */

void rows_put_key(struct sql *q, size_t i)
{
	sql_lit(q, "k");
	sql_int(q, (int64_t)i);
}

static void put_direction(struct sql *q, bool descending)
{
	if (descending) sql_lit(q, " DESC NULLS LAST");
	else sql_lit(q, " ASC NULLS LAST");
}

void rows_put_sorted(struct sql *q, const struct rows *r, const struct odsql_item *item)
{
	const struct odsql_node *n = item->expr;
	if (n->flags & ODSQL_KEY) {
		odsql_emit_group_name(q, n->key, (size_t)n->field);
	} else if (n->list) {
		sql_put_literal(q, item->descending ? STR("list_max(") : STR("list_min("));
		odsql_emit(q, &r->scene.scope, n);
		sql_lit(q, ")");
	} else if (r->query.mixed) {
		odsql_emit_over(q, &r->scene.scope, n);
	} else {
		odsql_emit(q, &r->scene.scope, n);
	}
}

void rows_put_order(struct sql *q, const struct rows *r)
{
	sql_lit(q, " ORDER BY ");
	for (size_t i = 0; i < r->query.order_by.n; i++) {
		if (i) sql_lit(q, ", ");
		rows_put_sorted(q, r, &r->query.order_by.p[i]);
		put_direction(q, r->query.order_by.p[i].descending);
	}
}

void rows_put_window(struct sql *q, const struct rows *r)
{
	if (r->window.limit >= 0) {
		sql_lit(q, " LIMIT ");
		sql_int(q, r->window.limit + (r->plan->nhidden > 0)); /* one more tells whether there is a next page */
	}
	if (r->window.offset > 0) {
		sql_lit(q, " OFFSET ");
		sql_int(q, r->window.offset);
	}
}

/* --- statements ------------------------------------------------------------------------------------ */

void rows_put_from(struct sql *q, const struct rows *r)
{
	sql_lit(q, " FROM ");
	sql_relation(q, r->scene.request->target->at);
	bool filtered = scene_put_where(q, &r->scene, -1, NULL);
	if (!r->after.keys) return;
	sql_put_literal(q, filtered ? STR(" AND ") : STR(" WHERE "));
	keyset_put_after(q, r);
}

/* All rows as they stand, from some place on: numbers of rows are places as long as nothing was pushed,
 * and the engine finds a number at once where it would read its way to an offset. */
static bool put_from_place(struct sql *q, const struct rows *r)
{
	const struct scene *s = &r->scene;
	bool all = !s->by_id && !s->nbarriers && !s->nwhere && !s->nfilters && !s->request->target->at.live;
	bool plain = !r->query.order_by.n && !r->query.aggregated && !r->query.mixed && !r->plan->nhidden;
	if (!all || !plain || r->window.offset <= 0) return false;
	sql_lit(q, " FROM ");
	sql_relation(q, s->request->target->at);
	sql_lit(q, " WHERE rowid >= ");
	sql_int(q, r->window.offset);
	if (r->window.limit < 0) return true;
	sql_lit(q, " LIMIT ");
	sql_int(q, r->window.limit);
	return true;
}

/* Ties keep the order in which the rows came. */
static void put_ordered_page(struct sql *q, const struct rows *r)
{
	sql_lit(q, " FROM ");
	sql_relation(q, r->scene.request->target->at);
	sql_lit(q, " WHERE rowid IN (SELECT rowid");
	rows_put_from(q, r);
	rows_put_order(q, r);
	sql_lit(q, ", rowid");
	rows_put_window(q, r);
	sql_lit(q, ")");
	rows_put_order(q, r);
	sql_lit(q, ", rowid");
}

/* Aggregates beside rows are computed once for all of them. */
static void put_totals(struct sql *q, const struct rows *r)
{
	sql_lit(q, "WITH totals AS MATERIALIZED (SELECT ");
	odsql_emit_totals(q, &r->scene.scope, &r->query.columns);
	rows_put_from(q, r);
	sql_lit(q, ") ");
}

static void put_rows(struct sql *q, const struct rows *r)
{
	if (r->query.mixed) put_totals(q, r);
	sql_lit(q, "SELECT ");
	rows_put_columns(q, r);
	/* Near the top, the engine's own way (a heap that carries whole rows) costs half as much. */
	enum { NEAR = 1000 };
	bool far = r->window.limit >= 0 && r->window.offset + r->window.limit > NEAR;
	if (far && r->query.order_by.n && !r->query.aggregated && !r->query.mixed) {
		put_ordered_page(q, r);
		return;
	}
	if (put_from_place(q, r)) return;
	rows_put_from(q, r);
	if (r->query.order_by.n && !r->query.aggregated) {
		rows_put_order(q, r);
		sql_lit(q, ", rowid");
	}
	if (r->plan->nhidden && !r->query.order_by.n) sql_lit(q, " ORDER BY rowid");
	rows_put_window(q, r);
}

static bool put_canonical(struct rows *r, struct err *e)
{
	auto_buf b = BUF_INIT(CANONICAL_BYTES);
	const struct query_request *request = r->scene.request;
	struct str text;
	buf_printf(&b, "%d %.*s select ", (int)request->mode, STR_ARG(request->record_id));
	odsql_put_items(&b, &r->query.columns, true);
	buf_lit(&b, " group ");
	odsql_put_items(&b, &r->query.group_by, true);
	buf_lit(&b, " order ");
	odsql_put_items(&b, &r->query.order_by, false);
	scene_put(&b, &r->scene);
	if (r->plan->nhidden) {
		if (!keyset_open(r, buf_str(&b), e)) return false;
		buf_printf(&b, " cursor %.*s", STR_ARG(request->cursor));
	}
	buf_printf(&b, " limit %lld offset %lld%s%s", (long long)r->window.limit, (long long)r->window.offset,
	           r->plan->id_column >= 0 ? " ids" : "", request->legacy ? " legacy" : "");
	if (!buf_end(&b, &text, e)) return false;
	r->plan->canonical = arena_str(r->plan->arena, text);
	return true;
}

bool query_plan_rows(struct arena *a, const struct query_request *request, struct query_plan *out, struct err *e)
{
	struct query_plan plan = { .arena = a, .request = request, .id_column = -1 };
	struct rows r = { .plan = &plan };
	if (!scene_open(a, request, false, &r.scene, e) || !read_clauses(&r, e)) return false;
	if (!window_of(request, r.query.grouped, orders_by_aggregate(&r.query), &r.window, e)) return false;
	bool ranks = rank_applies(&r);
	read_default_order(&r);
	plan.grouped = r.query.grouped;
	plan.aggregated = r.query.aggregated;
	plan.limit = r.window.limit;
	plan.offset = r.window.offset;
	if (request->with_cursor && request->mode == QUERY_PAGE) plan.nhidden = r.query.order_by.n + 1;
	plan.empty = plan.limit == 0 || (request->mode == QUERY_RECORD && !r.scene.by_id);
	describe(&r);
	if (!put_canonical(&r, e)) return false;
	sql_init(&plan.sql, a, &sql_duckdb);
	if (r.query.grouped) rows_put_groups(&plan.sql, &r);
	else put_rows(&plan.sql, &r);
	if (ranks && !plan.empty) rank_plan(&r);
	struct str text;
	bool whole = buf_end(&plan.sql.text, &text, e);
	if (plan.ranks) whole = whole && buf_end(&plan.scored.text, &text, e) && buf_end(&plan.ranked.text, &text, e);
	if (!whole) {
		query_plan_done(&plan);
		return false;
	}
	*out = plan;
	return true;
}

void query_plan_done(struct query_plan *p)
{
	sql_done(&p->sql);
	sql_done(&p->found);
	sql_done(&p->scored);
	sql_done(&p->ranked);
}

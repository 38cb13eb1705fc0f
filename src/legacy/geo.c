/* boundingbox, geocluster, geopolygon and geopreview: what a map asks for. Boxes and previews look at the
 * shapes of a dataset before its points, clusters at its points; geo_field names another field. Shapes are told
 * apart by a digest that geo_digest= takes back as a filter. */
#include "geo/geo.h"
#include "legacy/inside.h"
#include "text/text.h"
#include <math.h>

static const char *const shapes[] = { "json", "jsonp", NULL };

struct places {
	struct v1_call c;
	struct query_request q;
	const struct field *field;
};

static bool enter(struct places *m, struct httpd_request *r, struct httpd_reply *p, void *app, bool shapes_first, struct err *e)
{
	if (!v1_enter(&m->c, r, p, app, e) || !v1_format(&m->c, shapes, e) || !v1_records(&m->c, e)) return false;
	if (!v1_question(&m->c, &m->q, e)) return false;
	m->field = v1_places_or_null(&m->c, shapes_first);
	return m->field || err_set(e, ERR_PARAMETER, "The dataset %.*s has no such geographic field.", STR_ARG(m->c.own.dataset->slug));
}

static struct odsql_node *field_call(struct places *m, enum odsql_clause which, const char *word)
{
	struct odsql_node *field = odsql_leaf(m->c.arena, ODSQL_FIELD, m->field->name);
	return odsql_call(m->c.arena, which, word, &field, 1);
}

static void add(struct places *m, struct v1_items *items, const char *label, struct odsql_node *expr)
{
	vec_push(m->c.arena, &items->v, (struct odsql_item){ .expr = expr, .key = str_of(label), .labelled = true, .place = -1 });
}

static struct odsql_node *count_all(struct places *m)
{
	struct odsql_node *star = odsql_leaf(m->c.arena, ODSQL_STAR, STR(""));
	return odsql_call(m->c.arena, ODSQL_SELECT, "count", &star, 1);
}

/* Runs select and group_by over the rows that have a place. */
static bool ask(struct places *m, const struct v1_items *select, const struct v1_items *group_by, const char *order, int64_t limit,
                bool (*each)(void *arg, const struct batch *rows, size_t row, struct err *e), void *arg, struct err *e)
{
	auto_plan plan = { 0 };
	struct v1_items order_by = { 0 };
	struct texts where = { 0 };
	int64_t n;
	vec_push(m->c.arena, &where.v, arena_join(m->c.arena, v1_named(&m->c, m->field->name), STR(" is not null")));
	if (order)
		vec_push(m->c.arena, &order_by.v, (struct odsql_item){ .expr = odsql_leaf(m->c.arena, ODSQL_FIELD, str_of(order)),
		         .descending = true, .place = -1 });
	struct odsql_query made = { .select = { select->v.p, select->v.n }, .group_by = { group_by->v.p, group_by->v.n },
		.order_by = { order_by.v.p, order_by.v.n } };
	m->q.made_or_null = &made;
	m->q.where = where.v.p;
	m->q.nwhere = where.v.n;
	m->q.limit = arena_printf(m->c.arena, "%lld", (long long)limit);
	if (!query_plan_rows(m->c.arena, &m->q, &plan, e)) return false;
	return v1_each_row(&m->c, &plan, m->c.r->cancel, each, arg, &n, e);
}

/* --- boundingbox -------------------------------------------------------------------------------- */

struct bounds {
	struct geo *g;
	struct geo_box box;
	int64_t counts[8]; /* by kind */
	int64_t all;
};

static bool add_kind(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct bounds *b = arg;
	struct geo_box box;
	int64_t kind = column_has(&rows->columns[0], row) ? rows->columns[0].ints[row] : 0;
	(void)e;
	if (kind < 1 || kind > 7) return true;
	b->counts[kind] += rows->columns[1].ints[row];
	if (!column_has(&rows->columns[2], row) || !geo_box(b->g, rows->columns[2].texts[row], &box)) return true;
	if (!b->all) b->box = box;
	b->all += rows->columns[1].ints[row];
	b->box = (struct geo_box){ fmin(b->box.x0, box.x0), fmin(b->box.y0, box.y0), fmax(b->box.x1, box.x1), fmax(b->box.y1, box.y1) };
	return true;
}

static bool run_bounds(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const kinds[] = { "", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
		"GeometryCollection" };
	struct places m = { 0 };
	auto_buf text = BUF_INIT(1 << 16);
	struct v1_items select = { 0 };
	struct v1_items keys = { 0 };
	struct bounds b = { 0 };
	bool ok = enter(&m, r, p, app, true, e);
	if (ok) {
		add(&m, &keys, "kind", field_call(&m, ODSQL_GROUP_BY, "#kind"));
		add(&m, &select, "n", count_all(&m));
		add(&m, &select, "box", field_call(&m, ODSQL_SELECT, "bbox"));
		b.g = geo_new();
		ok = ask(&m, &select, &keys, NULL, 100, add_kind, &b, e);
		geo_free(b.g);
	}
	struct json_out j = JSON_OUT(&text);
	json_open(&j, '{');
	json_key(&j, STR("bbox"));
	json_open(&j, '[');
	const double corners[] = { b.box.x0, b.box.y0, b.box.x1, b.box.y1 };
	for (size_t i = 0; i < 4 && b.all; i++) json_put_real(&j, corners[i]);
	json_close(&j, ']');
	json_member_int(&j, "count", b.all);
	json_key(&j, STR("geometries"));
	json_open(&j, '{');
	for (size_t i = 1; i < COUNT_OF(kinds); i++) {
		if (!b.counts[i]) continue;
		json_key(&j, str_of(kinds[i]));
		json_put_int(&j, b.counts[i]);
	}
	json_close(&j, '}');
	json_close(&j, '}');
	ok = ok && v1_answer(&m.c, &text, e);
	v1_leave(&m.c);
	return ok;
}

/* --- clusters ----------------------------------------------------------------------------------- */

struct range { bool any; double least, most; };

struct clusters {
	struct places *m;
	struct geo *g;
	struct buf *b;
	struct v1_all_series series;
	struct range count, *of;
	bool centres;   /* keys are centres, not digests */
	bool heat;      /* centres without hulls */
	bool more;
};

static void widen(struct range *r, double v)
{
	r->least = r->any ? fmin(r->least, v) : v;
	r->most = r->any ? fmax(r->most, v) : v;
	r->any = true;
}

static void put_range(struct json_out *j, const struct range *r, bool whole)
{
	json_open(j, '{');
	json_key(j, STR("min"));
	if (!r->any) json_put_null(j);
	else if (whole) json_put_int(j, (int64_t)r->least);
	else json_put_real(j, r->least);
	json_key(j, STR("max"));
	if (!r->any) json_put_null(j);
	else if (whole) json_put_int(j, (int64_t)r->most);
	else json_put_real(j, r->most);
	json_close(j, '}');
}

/* The centre a cluster's key tells, or the middle of its shape. */
static bool centre_of(const struct clusters *k, const struct batch *rows, size_t row, struct str wkb, double *lat, double *lon)
{
	struct geo_box box;
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (k->centres) {
		if (!json_read(rows->columns[0].texts[row], &doc, &ignored)) return false;
		const struct json_node *c = json_get(json_root(doc), "cluster_centroid");
		*lat = json_real(json_get(c, "lat"), 0);
		*lon = json_real(json_get(c, "lon"), 0);
		return c != NULL;
	}
	if (!geo_box(k->g, wkb, &box)) return false;
	*lat = (box.y0 + box.y1) / 2;
	*lon = (box.x0 + box.x1) / 2;
	return true;
}

static void put_cluster_shape(struct json_out *j, const struct clusters *k, struct str wkb, double lat, double lon)
{
	json_key(j, STR("cluster"));
	json_value(j);
	size_t from = j->b->n;
	if (!k->heat && wkb.n && geo_put_geojson(k->g, j->b, wkb)) return;
	j->b->n = num_min(from, j->b->n);
	buf_lit(j->b, "{\"type\":\"Point\",\"coordinates\":[");
	text_put_double(j->b, lon);
	buf_put_char(j->b, ',');
	text_put_double(j->b, lat);
	buf_lit(j->b, "]}");
}

/* Columns: key, count, shape, then the series. */
static bool put_cluster(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct clusters *k = arg;
	struct json_out j = JSON_OUT(k->b);
	struct str wkb = column_has(&rows->columns[2], row) ? rows->columns[2].texts[row] : STR("");
	double lat;
	double lon;
	if (!column_has(&rows->columns[0], row) || !centre_of(k, rows, row, wkb, &lat, &lon)) return true;
	if (k->more) buf_put_char(k->b, ',');
	k->more = true;
	json_open(&j, '{');
	json_key(&j, STR("cluster_center"));
	json_open(&j, '[');
	json_put_real(&j, lat);
	json_put_real(&j, lon);
	json_close(&j, ']');
	json_member_int(&j, "count", rows->columns[1].ints[row]);
	widen(&k->count, (double)rows->columns[1].ints[row]);
	json_key(&j, STR("series"));
	json_open(&j, '{');
	v1_put_series(&j, &k->series, rows, row, 3, NULL);
	json_close(&j, '}');
	for (size_t i = 0, column = 3; i < k->series.v.n; column += k->series.v.p[i++].n) {
		double v;
		if (v1_number(rows, row, column, &v)) widen(&k->of[i], v);
	}
	put_cluster_shape(&j, k, wkb, lat, lon);
	if (!k->centres) json_member(&j, "geo_digest", rows->columns[0].texts[row]);
	json_close(&j, '}');
	return !k->b->over || err_set(e, ERR_TOO_LARGE, "These clusters are too many; filter more.");
}

static bool answer_clusters(struct clusters *k, const struct v1_items *select, const struct v1_items *keys, int64_t zoom, struct err *e)
{
	struct buf *b = k->b;
	k->of = arena_array(k->m->c.arena, struct range, k->series.v.n);
	buf_lit(b, "{\"clusters\":[");
	k->g = geo_new();
	bool ok = ask(k->m, select, keys, "n", LIMIT_GROUP_ROWS, put_cluster, k, e);
	geo_free(k->g);
	if (!ok) return false;
	buf_lit(b, "],\"count\":");
	struct json_out count = JSON_OUT(b);
	put_range(&count, &k->count, true);
	buf_lit(b, ",\"series\":");
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	for (size_t i = 0; i < k->series.v.n; i++) {
		json_key(&j, k->series.v.p[i].name);
		put_range(&j, &k->of[i], false);
	}
	json_close(&j, '}');
	buf_printf(b, ",\"clusterprecision\":%lld}", (long long)zoom);
	return v1_answer(&k->m->c, b, e);
}

static struct odsql_node *whole(struct places *m, int64_t v)
{
	struct odsql_node *n = odsql_leaf(m->c.arena, ODSQL_INT, arena_printf(m->c.arena, "%lld", (long long)v));
	n->i = v;
	return n;
}

static bool read_zoom(const struct v1_call *c, bool needed, int64_t *zoom, struct err *e)
{
	int64_t shape;
	if (!v1_int(c, "clusterprecision", 0, 25, needed ? -1 : 0, zoom, e)) return false;
	if (*zoom < 0) return v1_missing(e, "clusterprecision");
	if (!v1_int(c, "shapeprecision", 0, 29, 0, &shape, e)) return false;
	if (*zoom + shape <= 29) return true;
	return err_set(e, ERR_PARAMETER, "clusterprecision and shapeprecision together are %lld and may be 29 at most.", (long long)(*zoom + shape));
}

static bool clusters_of(struct places *m, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	struct clusters k = { .m = m, .b = &b, .centres = true };
	struct v1_items select = { 0 };
	struct v1_items keys = { 0 };
	struct str mode = v1_text(&m->c, "clustermode");
	int64_t zoom;
	int64_t radius;
	if (!read_zoom(&m->c, true, &zoom, e) || !v1_int(&m->c, "clusterdistance", 1, 10000, -1, &radius, e)) return false;
	if (radius < 0) return v1_missing(e, "clusterdistance");
	k.heat = str_eq(mode, STR("heatmap"));
	if (mode.n && !k.heat && !str_eq(mode, STR("polygon")))
		return err_set(e, ERR_PARAMETER, "Invalid value for clustermode parameter: %.*s was found but polygon or heatmap is expected.",
		               STR_ARG(text_cut(mode, 60)));
	if (m->field->type != VALUE_POINT)
		return err_set(e, ERR_PARAMETER, "Clusters are made of points, and %.*s is a geo_shape; geopolygon groups shapes.",
		               STR_ARG(m->field->name));
	struct odsql_node *const args[] = { odsql_leaf(m->c.arena, ODSQL_FIELD, m->field->name), whole(m, zoom), whole(m, radius) };
	add(m, &keys, "cluster", odsql_call(m->c.arena, ODSQL_GROUP_BY, "geo_cluster", args, 3));
	add(m, &select, "n", count_all(m));
	add(m, &select, "hull", field_call(m, ODSQL_SELECT, "envelope"));
	return v1_series_of(&m->c, &k.series, &select, e) && answer_clusters(&k, &select, &keys, zoom, e);
}

static bool run_clusters(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct places m = { 0 };
	bool ok = enter(&m, r, p, app, false, e) && clusters_of(&m, e);
	v1_leave(&m.c);
	return ok;
}

static bool polygons_of(struct places *m, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	struct clusters k = { .m = m, .b = &b };
	struct v1_items select = { 0 };
	struct v1_items keys = { 0 };
	int64_t zoom;
	if (!read_zoom(&m->c, false, &zoom, e)) return false;
	add(m, &keys, "digest", field_call(m, ODSQL_GROUP_BY, "#digest"));
	add(m, &select, "n", count_all(m));
	add(m, &select, "shape", field_call(m, ODSQL_SELECT, "#any"));
	return v1_series_of(&m->c, &k.series, &select, e) && answer_clusters(&k, &select, &keys, zoom, e);
}

static bool run_polygons(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct places m = { 0 };
	bool ok = enter(&m, r, p, app, true, e) && polygons_of(&m, e);
	v1_leave(&m.c);
	return ok;
}

/* --- geopreview --------------------------------------------------------------------------------- */

static bool put_preview(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct clusters *k = arg;
	struct buf *b = k->b;
	if (!column_has(&rows->columns[1], row)) return true;
	if (k->more) buf_put_char(b, ',');
	k->more = true;
	buf_lit(b, "{\"geometry\":");
	size_t from = b->n;
	if (!geo_put_geojson(k->g, b, rows->columns[1].texts[row])) {
		b->n = num_min(from, b->n);
		buf_lit(b, "null");
	}
	buf_lit(b, ",\"geo_digest\":");
	text_put_json(b, rows->columns[0].texts[row]);
	buf_put_char(b, '}');
	return !b->over || err_set(e, ERR_TOO_LARGE, "This preview is too large; ask for fewer rows.");
}

static bool preview_of(struct places *m, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	struct clusters k = { .m = m, .b = &b };
	struct v1_items select = { 0 };
	struct v1_items keys = { 0 };
	int64_t zoom;
	int64_t rows;
	if (!read_zoom(&m->c, false, &zoom, e) || !v1_int(&m->c, "rows", 0, LIMIT_GROUP_ROWS, 1000, &rows, e)) return false;
	add(m, &keys, "digest", field_call(m, ODSQL_GROUP_BY, "#digest"));
	add(m, &select, "shape", field_call(m, ODSQL_SELECT, "#any"));
	buf_put_char(&b, '[');
	k.g = geo_new();
	bool ok = ask(m, &select, &keys, NULL, rows, put_preview, &k, e);
	geo_free(k.g);
	buf_put_char(&b, ']');
	return ok && v1_answer(&m->c, &b, e);
}

static bool run_preview(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct places m = { 0 };
	bool ok = enter(&m, r, p, app, true, e) && preview_of(&m, e);
	v1_leave(&m.c);
	return ok;
}

V1_RECORDS(boundingbox, run_bounds);
V1_RECORDS(geocluster, run_clusters);
V1_RECORDS(geopolygon, run_polygons);
V1_RECORDS(geopreview, run_preview);

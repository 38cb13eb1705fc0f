/* Tiles of a dataset's places: what a map draws. The question is that of the pages (q, refine.*, geofilter.* …) or of the Explore API
 * (where, refine, exclude), under the rights of whoever asks. Points are read once for a question and then kept in memory (tile/), so
 * that tiles of millions of records cost milliseconds; shapes are read by their boxes, tile by tile. Layers of a tile: "data" (members
 * n, v, w as in tile.h), and "told", one point, when not everything is drawn: n records in the tile, `left` how many of them are not
 * drawn, `gathered` when a feature stands for several. */
#include <math.h>
#include "crypt/crypt.h"
#include "front/inside.h"
#include "front/map.h"
#include "rest/rest.h"
#include "text/text.h"
#include "tile/tile.h"

enum { TILE_BYTES = 3 << 20, SHAPES_MOST = 10000, FEW = 2500, KEPT_S = 600, WORD_BYTES = 200, CLUSTER_RADIUS = 40, DEEP = 16 };
/* A map shows a tile at 512 pixels. */
static const double PIXEL = (double)TILE_SIDE / 512;

enum mode { MODE_AUTO, MODE_POINTS, MODE_CLUSTER, MODE_SHAPES, MODE_HEAT };
static const char *const modes[] = { "auto", "points", "cluster", "shapes", "heat", NULL };
static const char *const functions[] = { "count", "avg", "sum", "min", "max", "stddev", NULL };

enum { P_FIELD, P_MODE, P_VALUE, P_FUNCTION, P_BY, P_RADIUS, P_WHERE, P_REFINE, P_EXCLUDE, PARAMS };
static const struct rest_param params[] = {
	[P_FIELD] = { "field", REST_TEXT, 0, 200, 0, NULL },
	[P_MODE] = { "mode", REST_WORD, 0, 0, MODE_AUTO, modes },
	[P_VALUE] = { "value", REST_TEXT, 0, 200, 0, NULL },
	[P_FUNCTION] = { "function", REST_WORD, 0, 0, TILE_COUNT, functions },
	[P_BY] = { "by", REST_TEXT, 0, 200, 0, NULL },
	[P_RADIUS] = { "radius", REST_INT, 4, 200, CLUSTER_RADIUS, NULL },
	[P_WHERE] = { "where", REST_TEXTS, 0, LIMIT_URL_BYTES, 0, NULL },
	[P_REFINE] = { "refine", REST_TEXTS, 0, LIMIT_URL_BYTES, 0, NULL },
	[P_EXCLUDE] = { "exclude", REST_TEXTS, 0, LIMIT_URL_BYTES, 0, NULL },
	[PARAMS] = { 0 },
};

struct call {
	struct front_dataset d;
	struct front_records records;
	struct rest_value v[PARAMS];
	struct tile_at at;
	enum mode mode;
	const struct field *place, *value, *by; /* value and by may be NULL */
	struct query_plan plan;
	bool planned;
	struct tile_layer *data;
	int64_t left;
	bool gathered;
};

static void drop(struct call *c)
{
	if (c->planned) query_plan_done(&c->plan);
	tile_layer_free(c->data);
	visitor_leave(&c->d.visit);
}

/* --- what is asked ----------------------------------------------------------------------------------- */

static bool read_at(const struct httpd_request *r, struct tile_at *out, struct err *e)
{
	uint32_t *const to[] = { &out->z, &out->x, &out->y };
	for (size_t i = 0; i < COUNT_OF(to); i++) {
		int64_t v;
		struct str text = r->holes[i + 1];
		/* Some clients ask for y.mvt or y.pbf. */
		if (i == 2 && (str_ends(text, STR(".mvt")) || str_ends(text, STR(".pbf")))) text.n -= 4;
		if (!str_to_int(text, &v) || v < 0 || v > INT32_MAX)
			return err_set(e, ERR_PARAMETER, "A tile is named by three whole numbers, /tiles/DATASET/z/x/y; %.*s is none.", STR_ARG(str_sub(text, 0, 40)));
		*to[i] = (uint32_t)v;
	}
	return tile_is(*out) || err_set(e, ERR_NOT_FOUND, "There is no tile %u/%u/%u: z goes from 0 to %d, x and y from 0 to 2^z - 1.",
	                                out->z, out->x, out->y, TILE_ZOOM_MOST);
}

static const struct field *field_of(const struct query_target *t, struct str name)
{
	int at = schema_find(t->schema, name);
	if (at < 0 || (t->schema->fields[at].flags & FIELD_HIDDEN) || (t->visible_or_null && !t->visible_or_null[at])) return NULL;
	return &t->schema->fields[at];
}

static bool named_field(const struct call *c, enum value_type a, enum value_type b, int p, const char *what, const struct field **out, struct err *e)
{
	struct str name = c->v[p].text;
	*out = NULL;
	if (!c->v[p].given) return true;
	*out = field_of(&c->records.filter.target, name);
	bool any = a == VALUE_TEXT;
	bool fits = *out && ((*out)->type == a || (*out)->type == b || (any && (*out)->type != VALUE_SHAPE && (*out)->type != VALUE_POINT));
	return fits || err_set(e, ERR_PARAMETER, "Invalid value for %s parameter: %.*s was found but the name of a field with %s is expected.",
	                       params[p].name, STR_ARG(str_sub(name, 0, 100)), what);
}

/* The first field of a type that is visible. */
static const struct field *first_of(const struct query_target *t, enum value_type type)
{
	for (size_t i = 0; i < t->schema->n; i++)
		if (t->schema->fields[i].type == type && field_of(t, t->schema->fields[i].name)) return &t->schema->fields[i];
	return NULL;
}

/* Which field, and how: shapes before points where they are to be seen, points before shapes where records are gathered. */
static bool choose_places(struct call *c, struct err *e)
{
	const struct query_target *t = &c->records.filter.target;
	c->mode = (enum mode)c->v[P_MODE].number;
	bool gathers = c->mode == MODE_CLUSTER || c->mode == MODE_HEAT || c->mode == MODE_POINTS;
	if (!named_field(c, VALUE_POINT, VALUE_SHAPE, P_FIELD, "places", &c->place, e)) return false;
	if (!c->place) c->place = first_of(t, gathers ? VALUE_POINT : VALUE_SHAPE);
	if (!c->place) c->place = first_of(t, gathers ? VALUE_SHAPE : VALUE_POINT);
	if (!c->place) return err_set(e, ERR_PARAMETER, "The dataset %.*s has no field with places.", STR_ARG(c->d.dataset->slug));
	if (c->mode == MODE_AUTO) c->mode = c->place->type == VALUE_SHAPE ? MODE_SHAPES : MODE_POINTS;
	if (c->mode == MODE_SHAPES && c->place->type == VALUE_POINT) c->mode = MODE_POINTS;
	if (c->v[P_FUNCTION].number != TILE_COUNT && !c->v[P_VALUE].given)
		return err_set(e, ERR_PARAMETER, "function=%s needs value=FIELD, the field whose values it is made of.", functions[c->v[P_FUNCTION].number]);
	return named_field(c, VALUE_INT, VALUE_DOUBLE, P_VALUE, "numbers", &c->value, e) &&
	       named_field(c, VALUE_TEXT, VALUE_TEXT, P_BY, "values", &c->by, e);
}

static const struct str *both(struct arena *a, const struct str *x, size_t nx, const struct str *y, size_t ny, size_t *n)
{
	struct str *out = arena_array(a, struct str, nx + ny + 2);
	for (size_t i = 0; i < nx; i++) out[i] = x[i];
	for (size_t i = 0; i < ny; i++) out[nx + i] = y[i];
	*n = nx + ny;
	return out;
}

static void put_name(struct buf *b, struct str name)
{
	buf_put_char(b, '`');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '`' || name.p[i] == '\\') buf_put_char(b, '\\');
		buf_put_char(b, name.p[i]);
	}
	buf_put_char(b, '`');
}

/* The columns: the place, then value and word where they are asked for. Shapes only those that may be seen in the tile. */
static bool plan(struct call *c, struct err *e)
{
	struct arena *a = c->d.visit.arena;
	struct query_request *q = &c->records.filter.request;
	auto_buf select = BUF_INIT(4096);
	put_name(&select, c->place->name);
	buf_lit(&select, " as p");
	if (c->value) {
		buf_lit(&select, ", ");
		put_name(&select, c->value->name);
		buf_lit(&select, " as v");
	}
	if (c->by) {
		buf_lit(&select, ", ");
		put_name(&select, c->by->name);
		buf_lit(&select, " as w");
	}
	q->mode = QUERY_EXPORT;
	q->select = arena_str(a, buf_str(&select));
	q->where = both(a, q->where, q->nwhere, c->v[P_WHERE].texts, c->v[P_WHERE].ntexts, &q->nwhere);
	q->refine = both(a, q->refine, q->nrefine, c->v[P_REFINE].texts, c->v[P_REFINE].ntexts, &q->nrefine);
	q->exclude = both(a, q->exclude, q->nexclude, c->v[P_EXCLUDE].texts, c->v[P_EXCLUDE].ntexts, &q->nexclude);
	if (c->mode == MODE_SHAPES) {
		struct geo_box b = tile_box(c->at, TILE_MARGIN);
		auto_buf where = BUF_INIT(4096);
		buf_lit(&where, "in_bbox(");
		put_name(&where, c->place->name);
		buf_printf(&where, ", %.9f, %.9f, %.9f, %.9f)", b.y0, b.x0, b.y1, b.x1);
		struct str one = arena_str(a, buf_str(&where));
		/* Beside the whole world there is nothing. */
		if (c->at.z) q->where = both(a, q->where, q->nwhere, &one, 1, &q->nwhere);
		q->limit = arena_printf(a, "%d", SHAPES_MOST + 1);
	}
	if (!query_plan_rows(a, q, &c->plan, e)) return false;
	c->planned = true;
	return true;
}

/* --- drawing ----------------------------------------------------------------------------------------- */

static double number_at(const struct column *c, size_t row)
{
	if (!column_has(c, row)) return NAN;
	return c->type.type == VALUE_INT ? (double)c->ints[row] : c->doubles[row];
}

/* A value as a short text: of several the first. Empty: none. */
static struct str word_at(const struct call *c, const struct column *col, size_t row, struct buf *scratch)
{
	if (!column_has(col, row)) return STR("");
	if (col->type.list) return col->lists[row].n ? text_cut(col->items[col->lists[row].from], WORD_BYTES) : STR("");
	if (col->type.type == VALUE_TEXT) return text_cut(col->texts[row], WORD_BYTES);
	struct record_style style = { .zone = c->d.visit.zone };
	buf_clear(scratch);
	record_put_reading(scratch, &c->plan.columns[c->plan.ncolumns - 1], c->by, col, row, &style, STR("en"));
	return text_cut(buf_str(scratch), WORD_BYTES);
}

static bool each_batch(struct call *c, bool (*meet)(struct call *c, const struct batch *rows, void *arg), void *arg, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok;
	if (c->plan.empty || !c->records.filter.target.at.number) return true;
	if (!query_open(c->d.site->engine, &c->plan, c->d.visit.request->cancel, &k, e)) return false;
	while ((ok = query_next(k, &rows, e)) && rows.nrows)
		if (!meet(c, &rows, arg)) break;
	query_close(k);
	return ok;
}

struct filling { struct tile_set *set; struct geo *geo; struct buf scratch; };

static bool fill(struct call *c, const struct batch *rows, void *arg)
{
	struct filling *f = arg;
	const struct column *place = &rows->columns[0];
	const struct column *word = c->by ? &rows->columns[rows->ncolumns - 1] : NULL;
	for (size_t i = 0; i < rows->nrows; i++) {
		struct geo_box box;
		double lon = NAN;
		double lat = NAN;
		if (!column_has(place, i)) continue;
		if (place->type.type == VALUE_POINT) {
			lon = place->lons[i];
			lat = place->lats[i];
		} else if (geo_box(f->geo, place->texts[i], &box)) {
			lon = (box.x0 + box.x1) / 2;
			lat = (box.y0 + box.y1) / 2;
		}
		struct str w = word ? word_at(c, word, i, &f->scratch) : STR("");
		if (!tile_set_add(f->set, lon, lat, c->value ? number_at(&rows->columns[1], i) : NAN, w.n ? tile_set_word(f->set, w) : 0)) return false;
	}
	return true;
}

static bool make_set(void *arg, struct tile_set **out, struct err *e)
{
	struct call *c = arg;
	struct filling f = { .set = tile_set_new(c->value != NULL, c->by != NULL), .geo = geo_new(), .scratch = BUF_INIT(LIMIT_CELL_BYTES) };
	bool ok = each_batch(c, fill, &f, e);
	geo_free(f.geo);
	buf_done(&f.scratch);
	if (!ok) {
		tile_set_free(f.set);
		return false;
	}
	tile_set_seal(f.set);
	*out = f.set;
	return true;
}

/* What a set depends on: who asks and the portal's rules, the version, the question. One that names the time is this moment's. */
static bool mentions_now(struct str s)
{
	for (size_t at = 0; at + 3 <= s.n; at++)
		if (str_eq_nocase(str_sub(s, at, 3), STR("now"))) return true;
	return false;
}

static bool names_the_time(const struct call *c)
{
	const struct httpd_request *r = c->d.visit.request;
	for (size_t i = 0; i < r->nquery; i++)
		if (mentions_now(r->query[i].value)) return true;
	return mentions_now(c->records.filter.target.row_filter);
}

static void put_key(struct buf *b, const struct call *c)
{
	const struct visit *v = &c->d.visit;
	const struct version_ref *at = &c->records.filter.target.at;
	buf_printf(b, "%lld %lld %llu %lld.%lld ", (long long)at->tenant.v, (long long)at->dataset, (unsigned long long)v->at.tenant->generation,
	           (long long)at->number, (long long)at->live);
	buf_put(b, rights_fingerprint(&v->who, v->arena));
	buf_put_char(b, '\n');
	buf_put(b, c->records.filter.target.row_filter);
	buf_put_char(b, '\n');
	if (c->records.filter.target.schema->bound_or_null) buf_put(b, c->records.filter.target.schema->bound_or_null->mark);
	if (names_the_time(c)) buf_printf(b, "%lld", (long long)(c->records.filter.request.now_us / 1000000));
	buf_put_char(b, '\n');
	buf_put(b, clock_zone_name(c->records.filter.request.zone_or_null));
	buf_put_char(b, '\n');
	buf_put(b, c->plan.canonical);
}

static bool draw_points(struct call *c, struct err *e)
{
	auto_buf key = BUF_INIT(SIZE_MAX);
	const struct tile_set *set;
	struct tile_gathering how = { .few = FEW, .function = (enum tile_function)c->v[P_FUNCTION].number };
	put_key(&key, c);
	if (!tile_shelf_take(c->d.site->tiles, buf_str(&key), make_set, c, &set, e)) return false;
	if (c->mode == MODE_CLUSTER) {
		how.radius = (double)c->v[P_RADIUS].number * PIXEL;
		how.few = c->at.z > DEEP ? FEW : 0;
	}
	c->gathered = tile_add_set(c->data, set, &how);
	if (tile_set_is_cut(set)) c->left = 1;
	tile_shelf_give(c->d.site->tiles, set);
	return true;
}

struct shaping { struct geo *geo; struct buf scratch; int64_t n; };

static bool shape(struct call *c, const struct batch *rows, void *arg)
{
	struct shaping *s = arg;
	const struct column *place = &rows->columns[0];
	for (size_t i = 0; i < rows->nrows; i++) {
		struct tile_member m[2];
		size_t n = 0;
		if (!column_has(place, i)) continue;
		if (++s->n > SHAPES_MOST || tile_layer_is_full(c->data)) {
			c->left++;
			return false;
		}
		double v = c->value ? number_at(&rows->columns[1], i) : NAN;
		if (isfinite(v)) m[n++] = (struct tile_member){ STR("v"), TILE_VALUE_NUMBER(v) };
		struct str w = c->by ? word_at(c, &rows->columns[rows->ncolumns - 1], i, &s->scratch) : STR("");
		if (w.n) m[n++] = (struct tile_member){ STR("w"), TILE_VALUE_TEXT(w) };
		if (!tile_add_shape(c->data, s->geo, 0, place->texts[i], m, n) && tile_layer_is_full(c->data)) c->left++;
	}
	return true;
}

static bool draw_shapes(struct call *c, struct err *e)
{
	struct shaping s = { .geo = geo_new(), .scratch = BUF_INIT(LIMIT_CELL_BYTES) };
	bool ok = each_batch(c, shape, &s, e);
	geo_free(s.geo);
	buf_done(&s.scratch);
	return ok;
}

/* --- answering --------------------------------------------------------------------------------------- */

/* One point in the middle that says what is not drawn by itself. */
static void tell(struct call *c, struct buf *b)
{
	double lon;
	double lat;
	struct tile_member m[2];
	size_t n = 0;
	if (!c->gathered && !c->left) return;
	if (c->gathered) m[n++] = (struct tile_member){ STR("gathered"), TILE_VALUE_FLAG(true) };
	if (c->left) m[n++] = (struct tile_member){ STR("left"), TILE_VALUE_FLAG(true) };
	struct tile_layer *l = tile_layer_new(STR("told"), c->at, 4096);
	tile_place(c->at, TILE_SIDE / 2.0, TILE_SIDE / 2.0, &lon, &lat);
	if (tile_add_point(l, 0, lon, lat, m, n)) tile_put(b, l);
	tile_layer_free(l);
}

/* The tag of an answer; true when the client holds it. */
static bool is_fresh(struct call *c)
{
	auto_buf b = BUF_INIT(SIZE_MAX);
	unsigned char hash[16];
	char tag[2 * sizeof hash + 1];
	if (names_the_time(c)) return false;
	put_key(&b, c);
	buf_put_char(&b, '\n');
	buf_put(&b, c->d.visit.request->target);
	crypt_blake2b(buf_str(&b), hash, sizeof hash);
	crypt_hex(hash, sizeof hash, tag);
	httpd_reply_etag(c->d.visit.reply, str_of(tag));
	return httpd_reply_is_fresh(c->d.visit.request, str_of(tag));
}

static bool answer(struct call *c, struct err *e)
{
	struct httpd_reply *p = c->d.visit.reply;
	auto_buf b = BUF_INIT(2 * TILE_BYTES);
	if (is_fresh(c)) return true;
	c->data = tile_layer_new(STR("data"), c->at, TILE_BYTES);
	if (!(c->mode == MODE_SHAPES ? draw_shapes(c, e) : draw_points(c, e))) return false;
	tile_put(&b, c->data);
	tell(c, &b);
	if (c->left) httpd_reply_lit(p, "Stoa-Tile", "thinned");
	else if (c->gathered) httpd_reply_lit(p, "Stoa-Tile", "gathered");
	httpd_reply_type(p, STR("application/vnd.mapbox-vector-tile"));
	httpd_reply_take(p, &b);
	httpd_reply_cache_control(p, visitor_is_nobody(&c->d.visit) ? STR("public, max-age=60") : STR("private, no-cache"));
	if (!names_the_time(c) && rights_is_public(&c->d.visit.at, &c->d.visit.who)) httpd_reply_cacheable(p, KEPT_S);
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(drop) struct call c = { .d.site = app };
	struct front_dataset *d = &c.d;
	if (!read_at(r, &c.at, e) || !rest_params(r, params, c.v, e)) return false;
	if (!visitor_enter(app, r, p, &d->visit, e)) return false;
	if (!rights_find(&d->visit.at, &d->visit.who, d->visit.arena, r->holes[0], &d->own, e) || !rights_read(&d->own, e)) return false;
	d->dataset = d->own.dataset;
	view_state_read(&d->state, r, r->path);
	front_records_begin(&c.records, d);
	if (!c.records.ok) return err_set(e, c.records.complaint.code, "%s", c.records.complaint.pub);
	return choose_places(&c, e) && plan(&c, e) && answer(&c, e);
}

const struct httpd_route front_tiles = { .method = HTTPD_GET, .pattern = "/tiles/{dataset}/{z}/{x}/{y}", .run = run };

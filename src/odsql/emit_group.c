/* Group keys: list elements, range() in its three forms. A range key is a small number, the number of
 * a bucket, a wall time or an instant, cheap to group and to sort; its label is made once a group. */
#include "odsql/emit.h"
#include "text/text.h"

static bool is_steps(const struct odsql_node *n)
{
	return n->nargs > 2 || (n->flags & (ODSQL_OPEN_LEFT | ODSQL_OPEN_RIGHT));
}

static bool is_whole(const struct odsql_node *n)
{
	for (size_t i = 0; i < n->nargs; i++)
		if (n->args[i]->type != VALUE_INT) return false;
	return true;
}

static bool is_time(const struct odsql_node *n) { return n->type == VALUE_DATE || n->type == VALUE_DATETIME; }

static double number_of(const struct odsql_node *n) { return n->kind == ODSQL_INT ? (double)n->i : n->d; }

static bool has_zone(const struct emitter *m, const struct odsql_node *n)
{
	return n->args[0]->type == VALUE_DATETIME && !is_utc(m->s);
}

/* --- keys ---------------------------------------------------------------------------------------- */

/* 0, 1, 2 … the place of the interval a value falls into. */
static void emit_steps_key(struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *f = n->args[0];
	lit(m, "CASE WHEN ");
	emit(m, f);
	lit(m, " IS NULL THEN NULL");
	for (size_t i = 1; i < n->nargs; i++) {
		lit(m, " WHEN ");
		emit(m, f);
		lit(m, " < ");
		if (is_time(f)) put_time(m, n->args[i]->from, f->type);
		else emit(m, n->args[i]);
		lit(m, " THEN ");
		if (i == 1 && !(n->flags & ODSQL_OPEN_LEFT)) lit(m, "NULL");
		else sql_int(m->q, (int64_t)i - 1);
	}
	if (n->flags & ODSQL_OPEN_RIGHT) {
		lit(m, " ELSE ");
		sql_int(m->q, (int64_t)n->nargs - 1);
	}
	lit(m, " END");
}

/* A whole width is written out, so that the engine knows it while it plans. */
static void put_width(struct emitter *m, const struct odsql_node *width)
{
	if (width->kind != ODSQL_INT) {
		put_double(m, number_of(width));
		return;
	}
	lit(m, "CAST(");
	sql_int(m->q, width->i);
	lit(m, " AS DOUBLE)");
}

static void emit_width_key(struct emitter *m, const struct odsql_node *n)
{
	if (!is_whole(n)) {
		lit(m, "floor(CAST(");
		emit(m, n->args[0]);
		lit(m, " AS DOUBLE) / ");
		put_width(m, n->args[1]);
		lit(m, ")");
		return;
	}
	/* Division cuts towards zero. */
	lit(m, "(");
	emit(m, n->args[0]);
	lit(m, " // ");
	sql_int(m->q, n->args[1]->i);
	lit(m, " - CASE WHEN ");
	emit(m, n->args[0]);
	lit(m, " % ");
	sql_int(m->q, n->args[1]->i);
	lit(m, " < 0 THEN 1 ELSE 0 END)");
}

static int64_t micros_of(const struct odsql_node *step)
{
	static const int64_t us[] = { [ODSQL_MS] = 1000, [ODSQL_S] = 1000000, [ODSQL_MIN] = 60000000,
		[ODSQL_H] = 3600000000, [ODSQL_D] = 86400000000, [ODSQL_W] = 604800000000 };
	return step->i * us[step->unit];
}

/* The hour that a zone's clock shows twice is two hours: what is no longer than that begins at an instant. */
static bool is_instant(const struct emitter *m, const struct odsql_node *n)
{
	const struct odsql_node *step = n->args[1];
	return has_zone(m, n) && step->unit <= ODSQL_H && micros_of(step) <= 3600000000;
}

static void emit_bucket(struct emitter *m, const struct odsql_node *n)
{
	lit(m, "time_bucket(to_microseconds(");
	sql_int(m->q, micros_of(n->args[1]));
	lit(m, "), CAST(");
	emit_wall(m, n->args[0]);
	lit(m, " AS TIMESTAMP), TIMESTAMP '1970-01-01')");
}

static void emit_interval_key(struct emitter *m, const struct odsql_node *n)
{
	static const struct str unit[] = { [ODSQL_W] = { "'week'", 6 }, [ODSQL_MONTH] = { "'month'", 7 },
		[ODSQL_QUARTER] = { "'quarter'", 9 }, [ODSQL_YEAR] = { "'year'", 6 } };
	const struct odsql_node *step = n->args[1];
	if (step->unit >= ODSQL_W) {
		lit(m, "CAST(date_trunc(");
		sql_put_literal(m->q, unit[step->unit]);
		lit(m, ", ");
		emit_wall(m, n->args[0]);
		lit(m, ") AS TIMESTAMP)");
	} else if (is_instant(m, n)) {
		lit(m, "(CAST(");
		emit(m, n->args[0]);
		lit(m, " AS TIMESTAMP) - (CAST(");
		emit_wall(m, n->args[0]);
		lit(m, " AS TIMESTAMP) - ");
		emit_bucket(m, n);
		lit(m, "))");
	} else {
		emit_bucket(m, n);
	}
}

/* --- clusters -------------------------------------------------------------------------------------- */

bool odsql_cluster(const struct odsql_node *n, struct odsql_cluster *out)
{
	if (!is_fn(n, FN_GEO_CLUSTER)) return false;
	/* Pixels of a 256-pixel tile that shows the whole equator at zoom 0. */
	double pixels = n->nargs > 2 ? (double)n->args[2]->i : 40;
	out->radius_m = pixels * 156543.03392804097 / (double)(INT64_C(1) << n->args[1]->i);
	return true;
}

/* The coarsest geohash level whose longer cell side, at the equator, fits the radius. */
static int cell_level(double radius_m)
{
	for (int level = 1; level < 12; level++) {
		int bits = 5 * level / 2;
		double side = 180.0 / (double)(INT64_C(1) << bits) * 40075016.68557849 / 360;
		if (side <= radius_m) return level;
	}
	return 12;
}

/* The number of the geohash cell of a point: its place along longitude, then along latitude. */
static void emit_cell(struct emitter *m, const struct odsql_node *n)
{
	struct odsql_cluster c = { 0 };
	(void)odsql_cluster(n, &c);
	int level = cell_level(c.radius_m);
	int lat_bits = 5 * level / 2;
	int lon_bits = 5 * level - lat_bits;
	size_t field = (size_t)n->args[0]->field;
	lit(m, "TRY_CAST(floor((");
	sql_column(m->q, field, SQL_LON);
	lit(m, " + 180) * ");
	put_double(m, (double)(INT64_C(1) << lon_bits) / 360);
	lit(m, ") AS BIGINT) * ");
	sql_int(m->q, INT64_C(1) << (lat_bits + 1));
	lit(m, " + TRY_CAST(floor((");
	sql_column(m->q, field, SQL_LAT);
	lit(m, " + 90) * ");
	put_double(m, (double)(INT64_C(1) << lat_bits) / 180);
	lit(m, ") AS BIGINT)");
}

static void put_centre(struct emitter *m, size_t place, bool lat)
{
	lit(m, "CAST(any_value(c");
	sql_int(m->q, (int64_t)place);
	sql_put_literal(m->q, lat ? STR("_lat) AS VARCHAR)") : STR("_lon) AS VARCHAR)"));
}

static void emit_centre(struct emitter *m, size_t place)
{
	lit(m, "('{\"cluster_centroid\":{\"lat\":' || ");
	put_centre(m, place, true);
	lit(m, " || ',\"lon\":' || ");
	put_centre(m, place, false);
	lit(m, " || '}}')");
}

/* A row counts once for a value it repeats. Making elements distinct is slow, so that short lists
 * whose elements plainly differ are taken as they are. */
static void emit_elements(struct emitter *m, const struct odsql_node *n)
{
	struct str form = n->kind == ODSQL_FIELD
		? STR("unnest(CASE WHEN len($) = 1 THEN $ WHEN len($) = 2 AND $[1] <> $[2] THEN $ "
		      "WHEN len($) = 3 AND $[1] <> $[2] AND $[1] <> $[3] AND $[2] <> $[3] THEN $ "
		      "WHEN len($) > 1 THEN list_distinct($) ELSE [CAST(NULL AS VARCHAR)] END)")
		: STR("unnest(CASE WHEN len($) > 0 THEN list_distinct($) ELSE [CAST(NULL AS VARCHAR)] END)");
	for (;;) {
		ptrdiff_t hole = str_find_char(form, '$');
		sql_put_literal(m->q, hole < 0 ? form : str_sub(form, 0, (size_t)hole));
		if (hole < 0) return;
		emit(m, n);
		form = str_from(form, (size_t)hole + 1);
	}
}

void odsql_emit_key(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n)
{
	struct emitter m = { .q = q, .s = s };
	if (is_fn(n, FN_RANGE)) {
		if (n->args[1]->kind == ODSQL_INTERVAL) emit_interval_key(&m, n);
		else if (is_steps(n)) emit_steps_key(&m, n);
		else emit_width_key(&m, n);
	} else if (is_fn(n, FN_GEO_CLUSTER)) {
		emit_cell(&m, n);
	} else if (n->list) {
		emit_elements(&m, n);
	} else {
		emit(&m, n);
	}
}

/* Few texts that have codes are grouped by these; their texts are looked up once a group. */
void odsql_emit_group(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n)
{
	struct sql_coded c = { .how = SQL_CODED_KEY, .field = (size_t)n->field, .list = n->list };
	bool coded = has_codes(n);
	if (coded) sql_coded_begin(q, &c);
	odsql_emit_key(q, s, n);
	if (coded) sql_coded_end(q, &c);
}

void odsql_emit_group_name(struct sql *q, const struct odsql_node *n, size_t place)
{
	struct sql_coded c = { .how = SQL_CODED_NAME, .field = (size_t)n->field };
	bool coded = has_codes(n);
	if (coded) sql_coded_begin(q, &c);
	sql_lit(q, "k");
	sql_int(q, (int64_t)place);
	if (coded) sql_coded_end(q, &c);
}

bool odsql_key_skips_null(const struct odsql_node *n)
{
	return is_fn(n, FN_RANGE) || is_fn(n, FN_GEO_CLUSTER);
}

bool odsql_is_date_part(const struct odsql_node *n)
{
	static const enum fn_symbol parts[] = { FN_YEAR, FN_MONTH, FN_DAY, FN_HOUR, FN_MINUTE, FN_SECOND };
	const struct odsql_node *of = n->flags & ODSQL_KEY ? n->key : n;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (is_fn(of, parts[i])) return true;
	return false;
}

bool odsql_gives_json(const struct odsql_node *n)
{
	const struct odsql_node *of = n->flags & ODSQL_KEY ? n->key : n;
	return is_fn(of, FN_JSON_FORMAT) || is_fn(of, FN_GEO_CLUSTER);
}

struct column_type odsql_shown_type(const struct odsql_node *n)
{
	return (struct column_type){ .type = is_fn(n, FN_RANGE) ? VALUE_TEXT : n->type };
}

/* --- labels -------------------------------------------------------------------------------------- */

static void put_name(struct emitter *m, size_t place)
{
	lit(m, "k");
	sql_int(m->q, (int64_t)place);
}

/* One bound of a label; `less` is taken off whole numbers, whose intervals are closed. */
static void label_bound(struct emitter *m, struct buf *b, const struct odsql_node *range, const struct odsql_node *n, int less)
{
	if (is_time(range->args[0])) {
		if (has_zone(m, range)) clock_put_instant(b, n->from, m->s->zone);
		else clock_put_instant_ms_z(b, n->from);
	} else if (is_whole(range)) {
		int64_t v = n->i;
		(void)num_sub(&v, n->i, less);
		buf_put_int(b, v);
	} else {
		text_put_double(b, number_of(n));
	}
}

static void emit_steps_label(struct emitter *m, const struct odsql_node *n, size_t place)
{
	bool whole = is_whole(n);
	lit(m, "CASE ");
	put_name(m, place);
	for (size_t i = 0; i < n->nargs; i++) {
		bool left = i > 0;
		bool right = i + 1 < n->nargs;
		if ((!left && !(n->flags & ODSQL_OPEN_LEFT)) || (!right && !(n->flags & ODSQL_OPEN_RIGHT))) continue;
		auto_buf b = BUF_INIT(512);
		buf_put_char(&b, '[');
		if (left) label_bound(m, &b, n, n->args[i], 0);
		else buf_put_char(&b, '*');
		buf_lit(&b, ", ");
		if (right) label_bound(m, &b, n, n->args[i + 1], 1);
		else buf_put_char(&b, '*');
		buf_put_char(&b, whole ? ']' : '[');
		lit(m, " WHEN ");
		sql_int(m->q, (int64_t)i);
		lit(m, " THEN ");
		put_text(m, buf_str(&b));
	}
	lit(m, " END");
}

static void emit_width_label(struct emitter *m, const struct odsql_node *n, size_t place)
{
	if (is_whole(n)) {
		lit(m, "('[' || CAST(CAST(");
		put_name(m, place);
		lit(m, " AS HUGEINT) * ");
		sql_int(m->q, n->args[1]->i);
		lit(m, " AS VARCHAR) || ', ' || CAST(CAST(");
		put_name(m, place);
		lit(m, " AS HUGEINT) * ");
		sql_int(m->q, n->args[1]->i);
		lit(m, " + ");
		sql_int(m->q, n->args[1]->i - 1);
		lit(m, " AS VARCHAR) || ']')");
		return;
	}
	lit(m, "('[' || CAST(");
	put_name(m, place);
	/* Adding 0 turns a negative zero into a plain one. */
	lit(m, " * ");
	put_double(m, number_of(n->args[1]));
	lit(m, " + 0 AS VARCHAR) || ', ' || CAST((");
	put_name(m, place);
	lit(m, " + 1) * ");
	put_double(m, number_of(n->args[1]));
	lit(m, " AS VARCHAR) || '[')");
}

/* A wall time as its label: an instant of the zone, or plain UTC with milliseconds. */
static void put_edge(struct emitter *m, const struct odsql_node *n, size_t place, bool end)
{
	static const struct str later[] = { [ODSQL_W] = { " + INTERVAL 7 DAY", 17 }, [ODSQL_MONTH] = { " + INTERVAL 1 MONTH", 19 },
		[ODSQL_QUARTER] = { " + INTERVAL 3 MONTH", 19 }, [ODSQL_YEAR] = { " + INTERVAL 1 YEAR", 18 } };
	const struct odsql_node *step = n->args[1];
	bool zone = has_zone(m, n);
	bool wall = zone && !is_instant(m, n);
	sql_put_literal(m->q, zone ? STR("stoa_instant(") : STR("strftime("));
	if (wall) lit(m, "stoa_utc(");
	put_name(m, place);
	if (end && step->unit >= ODSQL_W) {
		sql_put_literal(m->q, later[step->unit]);
	} else if (end) {
		lit(m, " + to_microseconds(");
		sql_int(m->q, micros_of(step));
		lit(m, ")");
	}
	lit(m, ", ");
	if (!zone) {
		lit(m, "'%Y-%m-%dT%H:%M:%S.%gZ')");
		return;
	}
	put_text(m, clock_zone_name(m->s->zone));
	if (wall) {
		lit(m, "), ");
		put_text(m, clock_zone_name(m->s->zone));
	}
	lit(m, ")");
}

void emit_shown(struct emitter *m, const struct odsql_node *key, size_t place)
{
	if (is_fn(key, FN_GEO_CLUSTER)) {
		emit_centre(m, place);
	} else if (!is_fn(key, FN_RANGE)) {
		odsql_emit_group_name(m->q, key, place);
	} else if (key->args[1]->kind == ODSQL_INTERVAL) {
		lit(m, "('[' || ");
		put_edge(m, key, place, false);
		lit(m, " || ', ' || ");
		put_edge(m, key, place, true);
		lit(m, " || '[')");
	} else if (is_steps(key)) {
		emit_steps_label(m, key, place);
	} else {
		emit_width_label(m, key, place);
	}
}

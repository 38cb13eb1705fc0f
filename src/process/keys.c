/* Keys as people write them in two files that do not know each other: numbers with and without zeros in front, large and small letters. */
#include "process/keys.h"
#include <math.h>
#include "text/text.h"

/* --- keys --------------------------------------------------------------------------------------------- */

/* Digits, perhaps with a sign before and a point within: what is left when nothing is lost. False: it is no such number. */
static bool put_number(struct buf *b, struct str t)
{
	size_t at = t.p[0] == '-' || t.p[0] == '+';
	size_t point = t.n;
	size_t digits = 0;
	for (size_t i = at; i < t.n; i++) {
		if (t.p[i] == '.' && point == t.n) point = i;
		else if (t.p[i] >= '0' && t.p[i] <= '9') digits++;
		else return false;
	}
	if (!digits) return false;
	size_t end = t.n;
	if (point < t.n) {
		while (end > point + 1 && t.p[end - 1] == '0') end--;
		if (end == point + 1) end = point;
	}
	size_t from = at;
	while (from + 1 < num_min(point, end) && t.p[from] == '0') from++;
	struct str whole = str_sub(t, from, end - from);
	if (t.p[0] == '-' && !str_eq(whole, STR("0"))) buf_put_char(b, '-');
	if (whole.n && whole.p[0] == '.') buf_put_char(b, '0');
	buf_put(b, whole);
	return true;
}

bool key_put(struct buf *b, struct cell c, bool cases)
{
	struct str t = str_trim(c.text);
	if (c.kind == CELL_NONE || !t.n) return false;
	if (put_number(b, t)) return true;
	if (cases) {
		buf_put(b, t);
		return true;
	}
	text_put_lower(b, t);
	return true;
}

/* --- boundaries ----------------------------------------------------------------------------------------- */

enum { ROWS = 180, COLUMNS = 360 };

void bounds_declare(struct process_step *s, struct str country, struct str repository)
{
	static const struct str columns[] = { { "code", 4 }, { "name", 4 }, { "geometry", 8 }, { "aliases", 7 } };
	auto_arena a = ARENA_INIT;
	process_declare(s, PROCESS_NEEDS_PLACES, arena_printf(&a, "%.*s/%.*s", STR_ARG(country), STR_ARG(repository)), columns, COUNT_OF(columns), 0);
}

static struct str folded(struct arena *a, struct str name)
{
	auto_buf b = BUF_INIT(1 << 16);
	text_fold(&b, name);
	return arena_str(a, buf_str(&b));
}

static void put_key(struct process_step *s, struct bounds *b, struct str text, struct bound *of)
{
	auto_buf key = BUF_INIT(1 << 16);
	if (!key_put(&key, (struct cell){ text, CELL_FREE }, false) || map_get_or_null(&b->by_key, buf_str(&key))) return;
	map_put(s->keep, &b->by_key, arena_str(s->keep, buf_str(&key)), of);
}

static void put_aliases(struct process_step *s, struct bounds *b, struct str list, struct bound *of)
{
	struct str one;
	if (!list.n) return;
	while (str_cut(&list, '|', &one)) put_key(s, b, one, of);
}

/* Names come last: a code that reads like somebody else's name is the code. A name that two have is nobody's. */
static void put_names(struct process_step *s, struct bounds *b)
{
	struct map names = { 0 };
	auto_arena a = ARENA_INIT;
	for (size_t i = 0; i < b->n; i++) {
		struct str name = folded(&a, b->list[i].name);
		struct bound *other = map_get_or_null(&names, name);
		if (name.n) map_put(&a, &names, name, other ? &b->list[b->n] : &b->list[i]);
	}
	for (size_t i = 0; i < names.n; i++) {
		struct str key = arena_join(s->keep, STR("\x1f"), names.entries[i].key);
		if (names.entries[i].value != &b->list[b->n]) map_put(s->keep, &b->by_key, key, names.entries[i].value);
	}
}

static int clamp(double v, int most) { return v < 0 ? 0 : v >= most ? most - 1 : (int)v; }
struct span { int y0, y1, x0, x1; };
static struct span span_of(struct geo_box box, double margin_lat, double margin_lon)
{
	return (struct span){ clamp(floor(box.y0 - margin_lat + 90), ROWS), clamp(floor(box.y1 + margin_lat + 90), ROWS),
		                  clamp(floor(box.x0 - margin_lon + 180), COLUMNS), clamp(floor(box.x1 + margin_lon + 180), COLUMNS) };
}

/* Two passes: how many each cell has, then which. */
static void put_cells(struct process_step *s, struct bounds *b)
{
	uint32_t *many = arena_array(s->keep, uint32_t, (size_t)ROWS * COLUMNS);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < b->n; i++) {
			struct span p = span_of(b->list[i].box, 0, 0);
			for (int y = p.y0; y <= p.y1; y++)
				for (int x = p.x0; x <= p.x1; x++) {
					if (pass == 0) many[y * COLUMNS + x]++;
					else b->cells[y][x][++b->cells[y][x][0]] = (uint32_t)i;
				}
		}
		for (size_t k = 0; pass == 0 && k < (size_t)ROWS * COLUMNS; k++)
			if (many[k]) b->cells[k / COLUMNS][k % COLUMNS] = arena_array(s->keep, uint32_t, many[k] + 1);
	}
}

struct places_of { size_t code, name, geometry, aliases; };
static struct places_of columns_of(const struct process_supply *rows)
{
	struct places_of p = { SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX };
	for (size_t i = 0; i < rows->ncolumns; i++) {
		if (str_eq(rows->columns[i], STR("code"))) p.code = i;
		if (str_eq(rows->columns[i], STR("name"))) p.name = i;
		if (str_eq(rows->columns[i], STR("geometry"))) p.geometry = i;
		if (str_eq(rows->columns[i], STR("aliases"))) p.aliases = i;
	}
	return p;
}

typedef VEC(struct bound) bound_list;

static bool take_bound(struct process_step *s, const struct process_row *r, struct places_of at, bound_list *list)
{
	const struct place *p = s->own;
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct bound one = { .code = arena_str(s->keep, process_get(r, at.code).text), .name = arena_str(s->keep, process_get(r, at.name).text) };
	struct str json = process_get(r, at.geometry).text;
	struct str wkb;
	if (!json.n || !geo_parse(p->geo, &a, json, &wkb, &ignored) || !geo_box(p->geo, wkb, &one.box)) return false;
	one.wkb = arena_str(s->keep, wkb);
	one.json = arena_str(s->keep, json);
	vec_push(s->keep, list, one);
	return true;
}

bool bounds_read(struct process_step *s, const struct process_supply *rows, bool shapes, struct bounds **out, struct err *e)
{
	struct bounds *b = arena_new(s->keep, struct bounds);
	auto_arena a = ARENA_INIT;
	bound_list list = { 0 };
	VEC(struct str) aliases = { 0 };
	struct places_of at = columns_of(rows);
	struct process_row r;
	for (bool more = true;;) {
		if (!rows->next(rows->arg, &r, &more, e)) return false;
		if (!more) break;
		if (take_bound(s, &r, at, &list)) vec_push(&a, &aliases, arena_str(&a, process_get(&r, at.aliases).text));
	}
	b->list = arena_array(s->keep, struct bound, list.n + 1); /* one past the end stands for "several" */
	if (list.n) memcpy(b->list, list.p, list.n * sizeof *list.p);
	b->n = list.n;
	for (size_t i = 0; i < b->n; i++) put_key(s, b, b->list[i].code, &b->list[i]);
	for (size_t i = 0; i < b->n; i++) put_aliases(s, b, aliases.p[i], &b->list[i]);
	put_names(s, b);
	if (shapes) put_cells(s, b);
	*out = b;
	return true;
}

void bounds_close(struct bounds *b)
{
	for (size_t i = 0; b && i < b->n; i++)
		if (b->list[i].shape) geo_shape_free(b->list[i].shape);
}

const struct bound *bounds_find_or_null(const struct bounds *b, struct arena *a, struct cell key)
{
	auto_buf k = BUF_INIT(1 << 16);
	if (!key_put(&k, key, false)) return NULL;
	const struct bound *found = map_get_or_null(&b->by_key, buf_str(&k));
	return found ? found : map_get_or_null(&b->by_key, arena_join(a, STR("\x1f"), folded(a, key.text)));
}

/* --- where a point lies ------------------------------------------------------------------------------------ */

static double area(struct geo_box b) { return (b.x1 - b.x0) * (b.y1 - b.y0); }

static bool holds(struct process_step *s, struct bound *o, double lat, double lon)
{
	const struct place *p = s->own;
	struct err ignored = { 0 };
	if (lon < o->box.x0 || lon > o->box.x1 || lat < o->box.y0 || lat > o->box.y1) return false;
	if (!o->shape && !geo_prepare(p->geo, o->wkb, &o->shape, &ignored)) return false;
	return geo_test_point(o->shape, GEO_INTERSECTS, lat, lon);
}

static const struct bound *nearest(struct process_step *s, struct bounds *b, double lat, double lon, double km)
{
	const struct place *p = s->own;
	const struct bound *best = NULL;
	double least = km * 1000;
	double margin = km / 111;
	struct span at = span_of((struct geo_box){ lon, lat, lon, lat }, margin, margin / fmax(cos(lat * 3.14159265358979323846 / 180), 0.01));
	for (int y = at.y0; y <= at.y1; y++)
		for (int x = at.x0; x <= at.x1; x++)
			for (uint32_t i = 1; b->cells[y][x] && i <= b->cells[y][x][0]; i++) {
				const struct bound *o = &b->list[b->cells[y][x][i]];
				double m = o == best ? -1 : geo_shape_distance_m(p->geo, o->wkb, lat, lon);
				if (m < 0 || m > least) continue;
				least = m;
				best = o;
			}
	return best;
}

const struct bound *bounds_at_or_null(struct process_step *s, struct bounds *b, double lat, double lon, double km)
{
	struct span at = span_of((struct geo_box){ lon, lat, lon, lat }, 0, 0);
	const uint32_t *cell = b->cells[at.y0][at.x0];
	const struct bound *best = NULL;
	for (uint32_t i = 1; cell && i <= cell[0]; i++) {
		struct bound *o = &b->list[cell[i]];
		if ((!best || area(o->box) < area(best->box)) && holds(s, o, lat, lon)) best = o;
	}
	return best || !(km > 0) ? best : nearest(s, b, lat, lon, km);
}

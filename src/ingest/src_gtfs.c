/* Tables of a GTFS timetable. Each is a CSV file as the standard writes it; shapes.txt has a point a row, and becomes a line for
 * each shape. */
#include "ingest/src_csv.h"
#include "text/text.h"
#include <stdlib.h>

enum { MOST_POINTS = 20000000 };

struct point { double x, y, sequence; };
struct shape { struct str id; struct point *p; size_t n, cap; };

struct shapes {
	struct source table;     /* shapes.txt */
	struct arena arena;
	struct map ids;
	VEC(struct shape) list;
	size_t next, points;
	struct cell cells[3];
	struct buf line;
};

static struct shapes *of(struct source *s) { return s->state; }

static void add(struct shapes *h, struct str id, struct point at)
{
	uintptr_t i = (uintptr_t)map_get_or_null(&h->ids, id);
	if (i == 0) {
		struct shape *k = vec_add(&h->arena, &h->list);
		k->id = arena_str(&h->arena, id);
		i = h->list.n;
		map_put(&h->arena, &h->ids, k->id, (void *)i);
	}
	struct shape *k = &h->list.p[i - 1];
	if (k->n == k->cap) {
		k->cap = num_max(k->cap * 2, (size_t)16);
		k->p = realloc(k->p, k->cap * sizeof *k->p);
		ensure(k->p);
	}
	k->p[k->n++] = at;
	h->points++;
}

static int by_sequence(const void *a, const void *b)
{
	double x = ((const struct point *)a)->sequence;
	double y = ((const struct point *)b)->sequence;
	return x < y ? -1 : x > y;
}

static bool columns(const struct row *r, int at[4], struct err *e)
{
	static const char *const names[] = { "shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence" };
	for (size_t k = 0; k < 4; k++) {
		at[k] = -1;
		for (size_t i = 0; i < r->n; i++)
			if (str_eq(str_trim(r->cells[i].text), str_of(names[k]))) at[k] = (int)i;
		if (at[k] < 0) return err_set(e, ERR_BAD_SOURCE, "shapes.txt lacks the column “%s”", names[k]);
	}
	return true;
}

static bool gather(struct shapes *h, struct err *e)
{
	int at[4];
	struct row r;
	if (!source_csv.rewind(&h->table, e) || !source_csv.next(&h->table, &r, e)) return false;
	if (!r.more || !columns(&r, at, e)) return e->code != ERR_NONE ? false : err_set(e, ERR_BAD_SOURCE, "shapes.txt is empty");
	for (;;) {
		struct point p;
		if (!source_csv.next(&h->table, &r, e)) return false;
		if (!r.more) break;
		bool whole = true;
		for (size_t k = 0; k < 4; k++) whole = whole && (size_t)at[k] < r.n;
		if (!whole || !text_to_double(r.cells[at[1]].text, &p.y) || !text_to_double(r.cells[at[2]].text, &p.x) ||
		    !text_to_double(r.cells[at[3]].text, &p.sequence)) continue;
		if (!(p.x >= -180 && p.x <= 180 && p.y >= -90 && p.y <= 90)) continue;
		if (h->points == MOST_POINTS) return err_set(e, ERR_TOO_LARGE, "the timetable's shapes have more than %d points", MOST_POINTS);
		add(h, r.cells[at[0]].text, p);
	}
	for (size_t i = 0; i < h->list.n; i++) qsort(h->list.p[i].p, h->list.p[i].n, sizeof(struct point), by_sequence);
	return true;
}

static bool shapes_open(struct source *s, struct err *e)
{
	struct shapes *h = calloc(1, sizeof *h);
	ensure(h);
	s->state = h;
	h->line = BUF_INIT(LIMIT_CELL_BYTES);
	h->table = *s;
	h->table.state = NULL;
	h->table.format = &source_csv;
	h->table.dialect.delimiter = ',';
	if (!source_csv.open(&h->table, e) || !gather(h, e)) return false;
	static const char *const names[] = { "shape_id", "points", "geo_shape" };
	for (size_t i = 0; i < COUNT_OF(names); i++) vec_push(&h->arena, &s->names, str_of(names[i]));
	return true;
}

static bool shapes_rewind(struct source *s, struct err *e)
{
	(void)e;
	of(s)->next = 0;
	return true;
}

static bool shapes_next(struct source *s, struct row *out, struct err *e)
{
	struct shapes *h = of(s);
	(void)e;
	*out = (struct row){ .more = h->next < h->list.n };
	if (!out->more) return true;
	const struct shape *k = &h->list.p[h->next++];
	struct json_out j = JSON_OUT(&h->line);
	buf_clear(&h->line);
	json_open(&j, '{');
	json_member(&j, "type", k->n > 1 ? STR("LineString") : STR("Point"));
	json_key(&j, STR("coordinates"));
	if (k->n > 1) json_open(&j, '[');
	for (size_t i = 0; i < k->n; i++) {
		json_open(&j, '[');
		json_put_real(&j, k->p[i].x);
		json_put_real(&j, k->p[i].y);
		json_close(&j, ']');
	}
	if (k->n > 1) json_close(&j, ']');
	json_close(&j, '}');
	h->cells[0] = (struct cell){ k->id, k->id.n ? CELL_STRING : CELL_NONE };
	h->cells[1] = (struct cell){ arena_printf(&h->arena, "%zu", k->n), CELL_NUMBER };
	h->cells[2] = (struct cell){ buf_str(&h->line), CELL_SHAPE };
	out->cells = h->cells;
	out->n = COUNT_OF(h->cells);
	out->number = (int64_t)h->next;
	if (h->line.over) out->fault = "a cell is larger than 16 MB";
	return true;
}

static void shapes_close(struct source *s)
{
	struct shapes *h = of(s);
	if (h->table.state) source_csv.close(&h->table);
	for (size_t i = 0; i < h->list.n; i++) free(h->list.p[i].p);
	buf_done(&h->line);
	arena_done(&h->arena);
	s->names.n = s->names.cap = 0;
	free(h);
	s->state = NULL;
}

static int64_t shapes_place(struct source *s) { return (int64_t)of(s)->next; }

static bool table_open(struct source *s, struct err *e)
{
	/* The standard says comma, quote and headings; a table of one column must not be guessed at. */
	s->dialect.delimiter = ',';
	return source_csv.open(s, e);
}

static bool table_rewind(struct source *s, struct err *e) { return source_csv.rewind(s, e); }
static bool table_next(struct source *s, struct row *out, struct err *e) { return source_csv.next(s, out, e); }
static void table_close(struct source *s) { source_csv.close(s); }
static int64_t table_place(struct source *s) { return source_csv.place(s); }

const struct source_format source_gtfs = { "gtfs", "", SOURCE_TEXT | SOURCE_HEADED, NULL, table_open, table_rewind, table_next, NULL, table_close,
	NULL, table_place, NULL };
const struct source_format source_gtfs_shapes = { "gtfs_shapes", "", SOURCE_TEXT, NULL, shapes_open, shapes_rewind, shapes_next, NULL, shapes_close,
	NULL, shapes_place, NULL };

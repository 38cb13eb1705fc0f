/* Between a format and those who read rows: the files of an archive one after another, a column of their
 * names, several rows of headings joined into one, totals and footnotes at the end left out. A table of one file and one
 * row of headings passes through untouched, row by row. */
#include "ingest/layer.h"
#include "ingest/spell.h"
#include "ingest/survey.h"
#include "ingest/unpack.h"
#include "text/text.h"
#include <stdlib.h>

enum { SAMPLE = 60, HELD = 50 };

struct layer {
	struct source_format format;  /* of the source outside */
	const struct source_format *raw;
	struct source *outer;
	struct source inner;
	struct arena arena;           /* lives as long as the source */
	size_t member, members;
	int64_t done_bytes;           /* of the members before */
	int64_t given;                /* rows that were handed out since the beginning */
	bool filename, totals, over;

	/* Headed formats. */
	bool looked;
	struct heading_guess guess;
	int64_t first_row;            /* asked for; 0: not */
	struct str *labels;           /* the joined headings; NULL: the first row is handed out as it is */
	size_t nlabels;
	bool headings_pending;
	struct str *master;           /* of the first file, by which others find their columns */
	size_t nmaster;
	int *map;                     /* of the present file: column → column of the first; NULL: as they are */
	size_t nmap;

	/* Rows held back until another comes. */
	struct arena held_arena;
	struct row held[HELD];
	bool held_total[HELD];        /* of rows held back: sums, which are no records wherever they stand */
	int64_t ntotals, first_total; /* of them, that stood between records */
	size_t nheld, handed;
	bool draining;

	/* Formats that are not headed. */
	VEC(size_t) places;           /* by column of the present file: column outside + 1 */
	struct map names;             /* name → column outside + 1 */
	size_t filename_at;           /* + 1 */
	struct cell *cells;
	size_t ncells;
	struct arena row;
};

static struct layer *of(struct source *s) { return s->state; }
struct source *layer_inner(struct source *s) { return of(s) && s->format == &of(s)->format ? &of(s)->inner : s; }
static bool headed(const struct layer *y) { return y->raw->flags & SOURCE_HEADED; }

/* --- the files of an archive --------------------------------------------------------------------------- */

static bool raw_rewind(struct layer *y, struct err *e) { return y->raw->rewind(&y->inner, e); }

/* Opens member i in place of the present one. */
static bool open_member(struct layer *y, size_t i, struct err *e)
{
	struct source *s = &y->inner;
	struct source next = { .load = s->load, .extractor = s->extractor, .params = s->params, .dialect = s->dialect, .part = s->part,
		.archive = -1 };
	if (s->state) y->raw->close(s);
	source_take_fd(s, -1);
	if (i == 0) s->load->unpacked = 0;
	if (!source_member(s->load, y->outer, i, &next, e)) {
		source_take_fd(&next, -1);
		return false;
	}
	next.format = y->raw;
	*s = next;
	y->member = i;
	y->places.n = 0;
	y->map = NULL;
	return source_begin(s->load, s, e);
}

static bool name_in(struct str name, const struct str *list, size_t n, size_t *at)
{
	for (*at = 0; *at < n; ++*at)
		if (name.n && str_eq(list[*at], name)) return true;
	return false;
}

static bool is_value(const struct cell *c)
{
	return c->kind == CELL_NUMBER || spell_readings(c->text, SPELL_NUMBERS | SPELL_DATES | SPELL_TIMES | SPELL(BOOL) | SPELL(POINT)) != 0;
}

/* The first row of a later file: headings, by which its columns find theirs? */
static bool match_headings(struct layer *y, const struct row *r, bool *are, struct err *e)
{
	size_t known = 0;
	size_t at;
	for (size_t i = 0; i < r->n; i++) known += name_in(str_trim(r->cells[i].text), y->master, y->nmaster, &at);
	*are = known * 2 >= num_min(r->n, y->nmaster) && known > 0;
	bool words = y->outer->dialect.header != INGEST_HEADER_NO;
	for (size_t i = 0; i < r->n && words; i++) words = !is_value(&r->cells[i]);
	if (!*are && !words && r->n == y->nmaster) return true;
	if (!*are)
		return err_set(e, ERR_BAD_SOURCE, "“%.*s” has other columns than “%.*s”; name the file that is meant, or put alike files into "
		               "one archive", STR_ARG(text_cut(base_name(y->inner.name), 80)),
		               STR_ARG(text_cut(base_name(y->outer->members.p[0]), 80)));
	y->outer->dialect.header = INGEST_HEADER_YES;
	y->nmap = r->n;
	y->map = arena_array(&y->arena, int, r->n + 1);
	bool same = r->n == y->nmaster;
	for (size_t i = 0; i < r->n; i++) {
		y->map[i] = name_in(str_trim(r->cells[i].text), y->master, y->nmaster, &at) ? (int)at : -1;
		if (y->map[i] != (int)i) same = false;
		else continue;
		if (y->map[i] < 0 && r->cells[i].text.n)
			load_note(y->inner.load, "“%.*s” has a column “%.*s” that the first file lacks; it was left out.",
			          STR_ARG(text_cut(base_name(y->inner.name), 80)), STR_ARG(text_cut(r->cells[i].text, 80)));
	}
	if (same) y->map = NULL;
	return true;
}

/* --- cells of a row ------------------------------------------------------------------------------------ */

static struct cell *room(struct layer *y, size_t n)
{
	if (n > y->ncells) {
		y->ncells = num_max(n, y->ncells * 2);
		y->cells = realloc(y->cells, y->ncells * sizeof *y->cells);
		ensure(y->cells);
	}
	for (size_t i = 0; i < n; i++) y->cells[i] = (struct cell){ .kind = CELL_NONE };
	return y->cells;
}

static struct str file_name(const struct layer *y)
{
	const struct source *s = y->members > 1 || !y->outer->inside.n ? &y->inner : y->outer;
	return base_name(s->name.n ? s->name : y->outer->name);
}

/* A headed row with the columns of the first file, and the name of its own. */
static void reshape(struct layer *y, struct row *r)
{
	size_t width = y->nmaster;
	if (!y->map && !y->filename) return;
	struct cell *to = room(y, num_max(width, r->n) + 1);
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		int at = !y->map ? (int)i : i < y->nmap ? y->map[i] : -1;
		if (at < 0) continue;
		to[at] = r->cells[i];
		n = num_max(n, (size_t)at + 1);
	}
	if (y->filename) {
		for (size_t i = width; i < n && !r->fault; i++)
			if (to[i].kind != CELL_NONE) r->fault = "the row has more cells than there are headings";
		to[width] = (struct cell){ file_name(y), CELL_STRING };
		n = width + 1;
	}
	r->cells = to;
	r->n = n;
}

static size_t outside(struct layer *y, struct str name)
{
	uintptr_t at = (uintptr_t)map_get_or_null(&y->names, name);
	if (at) return (size_t)at;
	struct str kept = arena_str(&y->arena, name);
	vec_push(&y->arena, &y->outer->names, kept);
	map_put(&y->arena, &y->names, kept, (void *)(uintptr_t)y->outer->names.n);
	return y->outer->names.n;
}

/* A row of a format that is not headed, with the columns of all files. */
static void place_names(struct layer *y, struct row *r)
{
	const struct source *s = &y->inner;
	bool same = true;
	for (size_t i = y->places.n; i < s->names.n; i++) vec_push(&y->arena, &y->places, outside(y, s->names.p[i]));
	if (y->filename && !y->filename_at) y->filename_at = outside(y, STR("filename"));
	for (size_t i = 0; i < y->places.n && same; i++) same = y->places.p[i] == i + 1;
	if (same && !y->filename) return;
	struct cell *to = room(y, y->outer->names.n);
	for (size_t i = 0; i < r->n; i++) to[y->places.p[i] - 1] = r->cells[i];
	if (y->filename) to[y->filename_at - 1] = (struct cell){ file_name(y), CELL_STRING };
	r->cells = to;
	r->n = y->outer->names.n;
}

/* --- headings ------------------------------------------------------------------------------------------ */

static bool next_below(struct layer *y, struct row *r, struct err *e)
{
	do {
		if (!y->raw->next(&y->inner, r, e)) return false;
	} while (r->more && r->number < y->first_row);
	return true;
}

static size_t sample(struct layer *y, struct sampled *rows, struct err *e, bool *ok)
{
	size_t n = 0;
	*ok = raw_rewind(y, e);
	while (*ok && n < SAMPLE) {
		struct row r;
		*ok = next_below(y, &r, e);
		if (!*ok || !r.more) break;
		if (r.fault || r.n > 4 * (size_t)LIMIT_COLUMNS) continue;
		struct sampled *k = &rows[n++];
		*k = (struct sampled){ arena_array(&y->arena, struct cell, r.n + 1), r.n, r.number };
		for (size_t i = 0; i < r.n; i++)
			k->cells[i] = (struct cell){ arena_str(&y->arena, text_cut(r.cells[i].text, 300)), r.cells[i].kind };
	}
	return n;
}

static void join(struct layer *y, const struct sampled *rows, size_t n)
{
	struct source *s = &y->inner;
	y->nlabels = 0;
	for (size_t i = 0; i < n; i++) y->nlabels = num_max(y->nlabels, rows[i].n);
	y->labels = arena_array(&y->arena, struct str, y->nlabels + 1);
	heading_join(&y->arena, rows, n, s->spread, y->labels, y->nlabels);
	y->outer->dialect.header = INGEST_HEADER_YES;
	load_note(s->load, "The first %zu rows of the table were read as its headings.", n);
}

/* What the beginning of the (first) file says about its headings. */
static bool look(struct layer *y, struct err *e)
{
	bool ok;
	struct sampled *rows = arena_array(&y->arena, struct sampled, SAMPLE);
	size_t n = sample(y, rows, e, &ok);
	if (!ok) return false;
	heading_guess(&y->arena, rows, n, &y->guess);
	int64_t asked = param_int(y->outer, "header_rows", 0);
	if (asked > 0) y->guess.rows = (size_t)num_min(asked, (int64_t)10);
	if (y->outer->dialect.header == INGEST_HEADER_NO) y->guess.rows = 1;
	y->guess.rows = num_min(y->guess.rows, num_max(n, (size_t)1));
	y->labels = NULL;
	if (y->guess.rows > 1 && y->outer->dialect.header != INGEST_HEADER_NO) join(y, rows, y->guess.rows);
	y->nmaster = y->labels ? y->nlabels : n ? rows[0].n : 0;
	y->master = arena_array(&y->arena, struct str, y->nmaster + 1);
	for (size_t i = 0; i < y->nmaster; i++) y->master[i] = y->labels ? y->labels[i] : str_trim(rows[0].cells[i].text);
	y->looked = true;
	return raw_rewind(y, e);
}

/* The row of headings, made of several. */
static bool joined_headings(struct layer *y, struct row *out, struct err *e)
{
	int64_t number = 0;
	for (size_t i = 0; i < y->guess.rows; i++) {
		if (!next_below(y, out, e)) return false;
		if (out->more && i == 0) number = out->number;
	}
	struct cell *to = room(y, y->nlabels + 1);
	for (size_t i = 0; i < y->nlabels; i++)
		to[i] = (struct cell){ y->labels[i], y->labels[i].n ? CELL_STRING : CELL_NONE };
	*out = (struct row){ .cells = to, .n = y->nlabels, .number = number, .more = out->more };
	return true;
}

static bool first_row(struct layer *y, struct row *out, struct err *e)
{
	y->headings_pending = false;
	if (y->labels ? !joined_headings(y, out, e) : !next_below(y, out, e)) return false;
	if (!out->more || !y->filename) return true;
	size_t n = num_max(out->n, y->nmaster);
	struct cell *to = y->labels ? y->cells : room(y, n + 1);
	for (size_t i = 0; i < out->n && to != out->cells; i++) to[i] = out->cells[i];
	bool named = y->outer->dialect.header != INGEST_HEADER_NO;
	to[y->nmaster] = (struct cell){ named ? STR("filename") : file_name(y), CELL_STRING };
	out->cells = to;
	out->n = y->nmaster + 1;
	return true;
}

/* --- rows ---------------------------------------------------------------------------------------------- */

/* The next row of the present file, or of those that follow; *more false in out: there is none. */
static bool through_files(struct layer *y, struct row *out, struct err *e)
{
	for (;;) {
		if (headed(y) && y->headings_pending) return first_row(y, out, e);
		if (!(headed(y) ? next_below(y, out, e) : y->raw->next(&y->inner, out, e))) return false;
		if (out->more || y->member + 1 >= y->members) return true;
		y->done_bytes += y->raw->place(&y->inner);
		if (!open_member(y, y->member + 1, e) || !raw_rewind(y, e)) return false;
		if (!headed(y)) continue;
		struct row r;
		bool are = true;
		for (size_t i = 0; i < y->guess.rows; i++)
			if (!next_below(y, &r, e)) return false;
		if (!r.more) continue;
		if (y->guess.rows == 1 && !match_headings(y, &r, &are, e)) return false;
		if (are) continue;
		*out = r;
		return true;
	}
}

static void hold(struct layer *y, const struct row *r, bool total)
{
	y->held_total[y->nheld] = total;
	struct row *k = &y->held[y->nheld++];
	*k = *r;
	k->cells = arena_array(&y->held_arena, struct cell, r->n + 1);
	for (size_t i = 0; i < r->n; i++) k->cells[i] = (struct cell){ arena_str(&y->held_arena, r->cells[i].text), r->cells[i].kind };
}

static void release(struct layer *y)
{
	y->nheld = y->handed = 0;
	y->draining = false;
	arena_done(&y->held_arena);
}

static bool next_headed(struct layer *y, struct row *out, struct err *e)
{
	for (;;) {
		if (y->draining && y->handed < y->nheld) {
			*out = y->held[y->handed++];
			if (!y->held_total[y->handed - 1]) return true;
			if (y->ntotals++ == 0) y->first_total = out->number;
			continue;
		}
		if (y->draining) release(y);
		bool heading = y->headings_pending;
		if (!through_files(y, out, e)) return false;
		if (heading) return true;
		if (!out->more) {
			for (size_t i = 0; i < y->nheld; i++)
				if (y->held[i].n && y->held[i].fault == NULL) {
					load_note(y->inner.load, "Row %lld and what follows were taken for totals or notes and left out.",
					          (long long)y->held[i].number);
					break;
				}
			release(y);
			if (y->ntotals)
				load_note(y->inner.load, "Rows of totals between the records were left out: %lld, the first of them row %lld.",
				          (long long)y->ntotals, (long long)y->first_total);
			*out = (struct row){ .more = false };
			return true;
		}
		/* Before the file's name makes a row of nothing look like something. */
		bool total = y->totals && !out->fault && heading_is_total(out, &y->guess);
		bool closing = total || (y->totals && !out->fault && heading_is_closing(out, &y->guess));
		reshape(y, out);
		if (!closing && y->nheld == 0) return true;
		hold(y, out, total);
		y->draining = !closing || y->nheld == HELD;
	}
}

static bool layer_next(struct source *s, struct row *out, struct err *e)
{
	struct layer *y = of(s);
	if (s->limit_rows && y->given >= s->limit_rows) {
		*out = (struct row){ .more = false };
		return true;
	}
	if (headed(y) ? !next_headed(y, out, e) : !through_files(y, out, e)) return false;
	if (!headed(y) && out->more) place_names(y, out);
	y->given += out->more;
	s->columns = y->inner.columns ? y->inner.columns + y->filename : 0;
	return true;
}

static bool layer_rewind(struct source *s, struct err *e)
{
	struct layer *y = of(s);
	y->given = 0;
	y->done_bytes = 0;
	y->ntotals = 0;
	release(y);
	if (y->member > 0 && !open_member(y, 0, e)) return false;
	if (headed(y) && !y->looked && !look(y, e)) return false;
	y->headings_pending = headed(y);
	s->columns = y->inner.columns ? y->inner.columns + y->filename : 0;
	return raw_rewind(y, e);
}

static bool layer_again(struct source *s, int64_t rows, int64_t bad, size_t columns)
{
	struct layer *y = of(s);
	if (y->member > 0 || y->members > 1 || !y->raw->again(&y->inner, rows, bad, columns)) return false;
	if (y->labels && !param_given(s, "headers_first_row")) s->dialect.header = INGEST_HEADER_FIND;
	y->looked = false;
	return true;
}

static int64_t layer_place(struct source *s) { return of(s)->done_bytes + of(s)->raw->place(&of(s)->inner); }
static void layer_describe(struct source *s, struct json_out *j) { of(s)->raw->describe(&of(s)->inner, j); }

static void layer_close(struct source *s)
{
	struct layer *y = of(s);
	if (y->inner.state) y->raw->close(&y->inner);
	for (size_t i = 0; i < y->inner.files.n; i++) source_close_file(&y->inner.files.p[i]);
	source_take_fd(&y->inner, -1);
	arena_done(&y->held_arena);
	arena_done(&y->row);
	arena_done(&y->arena);
	free(y->cells);
	free(y);
	s->names.n = s->names.cap = 0;
	s->state = NULL;
}

/* --- the layer ----------------------------------------------------------------------------------------- */

void layer_used(struct source *s, struct json_out *j, bool first_is_heading)
{
	struct layer *y = of(s);
	bool wrapped = layer_inner(s) != s;
	struct source *inner = layer_inner(s);
	const struct source_format *raw = wrapped ? y->raw : s->format;
	if (inner->encoding.n && raw->flags & SOURCE_TEXT) json_member(j, "encoding", inner->encoding);
	if (wrapped && headed(y)) {
		json_member_int(j, "first_row_no", num_max(y->first_row, num_max(inner->table_row, (int64_t)1)));
		json_member_bool(j, "headers_first_row", first_is_heading);
		json_member_int(j, "header_rows", (int64_t)y->guess.rows);
	}
	if (raw->used) raw->used(inner, j);
}

static struct layer *layer_new(struct source *s)
{
	struct layer *y = calloc(1, sizeof *y);
	ensure(y);
	/* What is unpacked of an archive of one table needs it no longer; a workbook is its archive. */
	if (s->fd == s->archive) s->archive = -1;
	y->raw = s->format;
	y->outer = s;
	y->inner = *s;
	y->inner.members.n = 0;
	y->inner.archive = -1;
	y->format = *s->format;
	y->format.next = layer_next;
	y->format.rewind = layer_rewind;
	y->format.close = layer_close;
	y->format.place = layer_place;
	if (y->raw->describe) y->format.describe = layer_describe;
	if (y->raw->again) y->format.again = layer_again;
	y->members = s->members.n;
	y->filename = param_bool(s, "extract_filename", false);
	y->totals = param_bool(s, "skip_totals", true);
	y->first_row = param_int(s, "first_row_no", 0);
	/* Descriptors belong to the inner source from now on; the archive stays outside. */
	s->fd = s->given;
	s->files.n = 0;
	s->state = y;
	s->format = &y->format;
	return y;
}

bool layer_open(struct load *l, struct source *s, struct err *e)
{
	if (s->format->flags & SOURCE_WHOLE) return source_begin(l, s, e);
	struct layer *y = layer_new(s);
	if (!source_begin(l, &y->inner, e)) return false;
	s->bytes = y->inner.bytes * (int64_t)num_max(y->members, (size_t)1);
	s->encoding = y->inner.encoding;
	s->nuls = y->inner.nuls;
	s->columns = y->inner.columns;
	if (y->members > 1)
		load_note(l, "%zu files of the archive were read as one table, “%.*s” first.", y->members,
		          STR_ARG(text_cut(base_name(s->members.p[0]), 80)));
	return true;
}

/* Rows of cells to and from blocks of bytes. A block holds whole records, so the reading side never has half of one. */
#include "ingest/supply.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const char mark[8] = { 's', 't', 'o', 'a', 'r', 'o', 'w', '1' };
enum { BLOCK_BYTES = 256 * 1024, BLOCK_MOST = 1 << 30, SHORT = 255 };
enum { RECORD_NAME = 'N', RECORD_ROW = 'R', RECORD_END = 'E' };

/* --- writing --------------------------------------------------------------------------------------- */

static bool put_bytes(int fd, const char *p, size_t n, struct err *e)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR) continue;
		if (w < 0) return err_os(e, "write of rows that wait");
		p += w;
		n -= (size_t)w;
	}
	return true;
}

void supply_begin(struct supply_out *w, int fd) { *w = (struct supply_out){ .fd = fd, .block = BUF_INIT(BLOCK_MOST) }; }

static bool flush(struct supply_out *w, struct err *e)
{
	if (w->block.over) return err_set(e, ERR_TOO_LARGE, "a row is larger than 1 GB");
	if (w->block.n == 0) return true;
	bool ok;
	if (w->give) {
		ok = w->give(w->arg, buf_str(&w->block), e);
	} else {
		uint32_t n = (uint32_t)w->block.n;
		ok = put_bytes(w->fd, (const char *)&n, sizeof n, e) && put_bytes(w->fd, w->block.p, w->block.n, e);
	}
	buf_clear(&w->block);
	return ok;
}

static void put_text(struct buf *b, struct str s)
{
	uint32_t n = (uint32_t)s.n;
	buf_put(b, str_make((const char *)&n, sizeof n));
	buf_put(b, s);
}

static bool begin_file(struct supply_out *w, struct err *e)
{
	if (w->give || w->names || w->rows) return true;
	return put_bytes(w->fd, mark, sizeof mark, e);
}

bool supply_name(struct supply_out *w, struct str name, struct str label, struct err *e)
{
	if (!begin_file(w, e)) return false;
	buf_put_char(&w->block, RECORD_NAME);
	put_text(&w->block, name);
	put_text(&w->block, label.n ? label : name);
	w->names++;
	return w->block.n < BLOCK_BYTES || flush(w, e);
}

/* The bytes of a row: kind and length a cell, two bytes for most of them. */
static size_t row_bytes(const struct process_row *row)
{
	size_t n = 1 + sizeof(int64_t) + sizeof(uint32_t) + 6 * row->n;
	for (size_t i = 0; i < row->n; i++) n += row->cells[i].text.n;
	return n;
}

static char *put_cell(char *p, const struct cell *c)
{
	*p++ = (char)c->kind;
	if (c->kind == CELL_NONE) return p;
	if (c->text.n < SHORT) {
		*p++ = (char)(unsigned char)c->text.n;
	} else {
		uint32_t n = (uint32_t)c->text.n;
		*p++ = (char)(unsigned char)SHORT;
		memcpy(p, &n, sizeof n);
		p += sizeof n;
	}
	if (c->text.n) memcpy(p, c->text.p, c->text.n);
	return p + c->text.n;
}

bool supply_row(struct supply_out *w, const struct process_row *row, struct err *e)
{
	if (!begin_file(w, e)) return false;
	char *begin = buf_room(&w->block, row_bytes(row));
	if (!begin) return flush(w, e);
	char *p = begin;
	uint32_t n = (uint32_t)row->n;
	*p++ = RECORD_ROW;
	memcpy(p, &row->number, sizeof row->number);
	p += sizeof row->number;
	memcpy(p, &n, sizeof n);
	p += sizeof n;
	for (size_t i = 0; i < row->n; i++) p = put_cell(p, &row->cells[i]);
	w->block.n += (size_t)(p - begin);
	w->rows++;
	return w->block.n < BLOCK_BYTES || flush(w, e);
}

bool supply_end(struct supply_out *w, struct err *e)
{
	if (!begin_file(w, e)) return false;
	buf_put_char(&w->block, RECORD_END);
	buf_put(&w->block, str_make((const char *)&w->rows, sizeof w->rows));
	if (!flush(w, e)) return false;
	return w->give || lseek(w->fd, 0, SEEK_SET) == 0 || err_os(e, "lseek in rows that wait");
}

void supply_done(struct supply_out *w) { buf_done(&w->block); }

/* --- reading --------------------------------------------------------------------------------------- */

struct supply_in {
	int fd;                /* -1: blocks come from `take` */
	off_t place;
	bool (*take)(void *arg, struct str *block, struct err *e);
	void *arg;
	char *own;             /* block of a file */
	size_t cap;
	struct str rest;       /* of the block, unread */
	struct arena names_in;
	VEC(struct str) names;
	VEC(struct str) labels;
	size_t known;          /* names read since the beginning: a second reading meets them again */
	struct cell *cells;
	size_t ncells;
	int64_t rows;
	bool ended;
	bool row_waits;        /* the record under `rest` is a row, seen while names were looked for */
};

static bool broken(struct err *e) { return err_set(e, ERR_BAD_SOURCE, "rows that waited in a file cannot be read: the file is damaged"); }

static bool read_at(struct supply_in *r, char *to, size_t n, size_t *got, struct err *e)
{
	*got = 0;
	while (*got < n) {
		ssize_t k = pread(r->fd, to + *got, n - *got, r->place);
		if (k < 0 && errno == EINTR) continue;
		if (k < 0) return err_os(e, "read of rows that wait");
		if (k == 0) break;
		*got += (size_t)k;
		r->place += k;
	}
	return true;
}

static bool next_block(struct supply_in *r, struct err *e)
{
	if (r->fd < 0) return r->take(r->arg, &r->rest, e);
	uint32_t n;
	size_t got;
	r->rest = STR("");
	if (!read_at(r, (char *)&n, sizeof n, &got, e)) return false;
	if (got == 0) return true;
	if (got != sizeof n || n == 0 || n > BLOCK_MOST) return broken(e);
	if (n > r->cap) {
		free(r->own);
		r->cap = n;
		r->own = malloc(r->cap);
		ensure(r->own);
	}
	if (!read_at(r, r->own, n, &got, e)) return false;
	if (got != n) return broken(e);
	r->rest = str_make(r->own, n);
	return true;
}

static bool get(struct supply_in *r, void *to, size_t n)
{
	if (r->rest.n < n) return false;
	memcpy(to, r->rest.p, n);
	r->rest = str_from(r->rest, n);
	return true;
}

static bool get_text(struct supply_in *r, struct str *out)
{
	uint32_t n;
	if (!get(r, &n, sizeof n) || r->rest.n < n) return false;
	*out = str_sub(r->rest, 0, n);
	r->rest = str_from(r->rest, n);
	return true;
}

static bool take_name(struct supply_in *r, struct err *e)
{
	struct str name;
	struct str label;
	if (!get_text(r, &name) || !get_text(r, &label)) return broken(e);
	if (r->known++ < r->names.n) return true;
	vec_push(&r->names_in, &r->names, arena_str(&r->names_in, name));
	vec_push(&r->names_in, &r->labels, arena_str(&r->names_in, label));
	return true;
}

static bool take_cell(struct supply_in *r, struct cell *c)
{
	const char *p = r->rest.p;
	size_t left = r->rest.n;
	if (left < 1 || (unsigned char)p[0] > CELL_LIST) return false;
	c->kind = (enum cell_kind)p[0];
	c->text = STR("");
	size_t used = 1;
	if (c->kind != CELL_NONE) {
		if (left < 2) return false;
		uint32_t n = (unsigned char)p[1];
		used = 2;
		if (n == SHORT) {
			if (left < used + sizeof n) return false;
			memcpy(&n, p + used, sizeof n);
			used += sizeof n;
		}
		if (left - used < n) return false;
		c->text = str_make(p + used, n);
		used += n;
	}
	r->rest = str_make(p + used, left - used);
	return true;
}

static bool take_row(struct supply_in *r, struct process_row *out, struct err *e)
{
	uint32_t n;
	if (!get(r, &out->number, sizeof out->number) || !get(r, &n, sizeof n) || n > r->rest.n) return broken(e);
	if (n > r->ncells) {
		free(r->cells);
		r->ncells = (size_t)n + 16;
		r->cells = calloc(r->ncells, sizeof *r->cells);
		ensure(r->cells);
	}
	for (uint32_t i = 0; i < n; i++)
		if (!take_cell(r, &r->cells[i])) return broken(e);
	out->cells = r->cells;
	out->n = n;
	r->rows++;
	return true;
}

static bool take_end(struct supply_in *r, struct err *e)
{
	int64_t rows;
	if (!get(r, &rows, sizeof rows) || rows != r->rows) return broken(e);
	r->ended = true;
	return true;
}

/* Up to the next row or the end; names on the way are kept. */
static bool seek_row(struct supply_in *r, struct err *e)
{
	while (!r->row_waits && !r->ended) {
		char tag;
		if (r->rest.n == 0) {
			if (!next_block(r, e)) return false;
			if (r->rest.n == 0) return broken(e); /* without an end */
		}
		if (!get(r, &tag, 1)) return broken(e);
		if (tag == RECORD_ROW) r->row_waits = true;
		else if (tag == RECORD_NAME ? !take_name(r, e) : tag == RECORD_END ? !take_end(r, e) : !broken(e)) return false;
	}
	return true;
}

static bool begin_reading(struct supply_in *r, struct err *e)
{
	char head[sizeof mark];
	size_t got;
	r->place = 0;
	r->rest = STR("");
	r->known = 0;
	r->rows = 0;
	r->ended = r->row_waits = false;
	if (!read_at(r, head, sizeof head, &got, e)) return false;
	if (got != sizeof head || memcmp(head, mark, sizeof mark) != 0) return broken(e);
	return seek_row(r, e);
}

bool supply_open(int fd, struct supply_in **out, struct err *e)
{
	struct supply_in *r = calloc(1, sizeof *r);
	ensure(r);
	r->fd = fd;
	if (!begin_reading(r, e)) {
		supply_close(r);
		return false;
	}
	*out = r;
	return true;
}

struct supply_in *supply_from(bool (*take)(void *arg, struct str *block, struct err *e), void *arg)
{
	struct supply_in *r = calloc(1, sizeof *r);
	ensure(r);
	r->fd = -1;
	r->take = take;
	r->arg = arg;
	return r;
}

void supply_from_file(struct supply_in *r, int fd) { r->fd = fd; }

bool supply_rewind(struct supply_in *r, struct err *e) { return begin_reading(r, e); }

void supply_close(struct supply_in *r)
{
	if (!r) return;
	arena_done(&r->names_in);
	free(r->own);
	free(r->cells);
	free(r);
}

size_t supply_columns(const struct supply_in *r, const struct str **names, const struct str **labels)
{
	*names = r->names.p;
	*labels = r->labels.p;
	return r->names.n;
}

bool supply_next(struct supply_in *r, struct process_row *out, bool *more, struct err *e)
{
	if (!seek_row(r, e)) return false;
	*more = !r->ended;
	if (r->ended) return true;
	r->row_waits = false;
	return take_row(r, out, e);
}

static bool supply_pass(void *arg, struct process_row *out, bool *more, struct err *e) { return supply_next(arg, out, more, e); }

struct process_supply supply_of(struct supply_in *r)
{
	return (struct process_supply){ .arg = r, .columns = r->names.p, .ncolumns = r->names.n, .next = supply_pass };
}

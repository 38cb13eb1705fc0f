/* Which cells of an old Excel sheet are merged, and what is hidden: the library that reads its cells does not say. The stream of the workbook is found in the
 * container (OLE2, MS-CFB), its records (BIFF8, MS-XLS) are walked over, and those that list merged cells, hidden rows and columns are read. Whatever does not
 * hold together ends the search: the cells are there without it. */
#include "ingest/xls_merges.h"
#include <stdlib.h>
#include <unistd.h>

enum {
	HEAD = 512, ENTRY = 128, IN_HEAD = 109, MOST_SECTORS = 1 << 21, MOST_SHEETS = 1000, MOST_RECORDS = 50000000,
	BOF = 0x0809, END = 0x000a, SHEET = 0x0085, MERGED = 0x00e5, COLUMNS = 0x007d, ROW = 0x0208,
	CUTOFF = 4096, PIECE = 64
};
#define NO_SECTOR UINT32_C(0xfffffffa) /* from here on numbers mean something else than a sector */

struct box {
	int fd;
	size_t sector;           /* bytes of one */
	VEC(uint32_t) table;     /* the next sector of each */
	VEC(uint32_t) stream;    /* sectors of the workbook, or of what small streams lie in */
	VEC(uint32_t) small;     /* a small workbook: its pieces of that */
	uint64_t size;           /* bytes of the workbook */
	struct arena arena;
	unsigned char block[4096];
	uint32_t in_block;       /* which sector of the stream lies in the block, and one more; 0: none */
};

static uint32_t u16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t u32(const unsigned char *p) { return u16(p) | u16(p + 2) << 16; }

static bool read_sector(const struct box *b, uint32_t n, unsigned char *to)
{
	return n < NO_SECTOR && pread(b->fd, to, b->sector, (off_t)(((uint64_t)n + 1) * b->sector)) == (ssize_t)b->sector;
}

static bool add_table(struct box *b, uint32_t sector)
{
	if (sector >= NO_SECTOR || !read_sector(b, sector, b->block)) return false;
	for (size_t i = 0; i < b->sector / 4 && b->table.n < MOST_SECTORS; i++) vec_push(&b->arena, &b->table, u32(b->block + 4 * i));
	return true;
}

/* The head names the first sectors of the table; others name the rest. */
static bool read_table(struct box *b, const unsigned char head[HEAD])
{
	unsigned char list[4096];
	uint32_t more = u32(head + 68);
	for (size_t i = 0; i < IN_HEAD; i++)
		if (u32(head + 76 + 4 * i) < NO_SECTOR && !add_table(b, u32(head + 76 + 4 * i))) return false;
	for (uint32_t n = u32(head + 72); n > 0 && n < MOST_SECTORS / 128 && more < NO_SECTOR; n--) {
		if (!read_sector(b, more, list)) return false;
		for (size_t i = 0; i + 1 < b->sector / 4; i++)
			if (u32(list + 4 * i) < NO_SECTOR && !add_table(b, u32(list + 4 * i))) return false;
		more = u32(list + b->sector - 4);
	}
	return b->table.n > 0;
}

static bool is_workbook(const unsigned char *entry)
{
	static const char *const names[] = { "Workbook", "Book" };
	for (size_t k = 0; k < COUNT_OF(names); k++) {
		size_t n = strlen(names[k]);
		bool same = entry[66] == 2 && u16(entry + 64) == 2 * n + 2;
		for (size_t i = 0; same && i < n; i++) same = u16(entry + 2 * i) == (unsigned char)names[k][i];
		if (same) return true;
	}
	return false;
}

static void follow(struct box *b, uint32_t first)
{
	b->stream.n = 0;
	for (; first < b->table.n && b->stream.n < b->table.n; first = b->table.p[first]) vec_push(&b->arena, &b->stream, first);
}

/* A small stream lies in pieces of 64 bytes within the stream of the first entry; a table of its own says which follows which. */
static bool find_small(struct box *b, const unsigned char head[HEAD], uint32_t first)
{
	VEC(uint32_t) table = { 0 };
	unsigned char root[ENTRY];
	uint32_t sector = u32(head + 60);
	if (!read_sector(b, u32(head + 48), b->block)) return false;
	memcpy(root, b->block, ENTRY);
	for (size_t n = 0; sector < b->table.n && n < 1000; sector = b->table.p[sector], n++) {
		if (!read_sector(b, sector, b->block)) return false;
		for (size_t i = 0; i < b->sector / 4; i++) vec_push(&b->arena, &table, u32(b->block + 4 * i));
	}
	for (; first < table.n && b->small.n < table.n; first = table.p[first]) vec_push(&b->arena, &b->small, first);
	follow(b, u32(root + 116));
	return (uint64_t)b->small.n * PIECE >= b->size;
}

static bool find_stream(struct box *b, const unsigned char head[HEAD])
{
	uint32_t sector = u32(head + 48);
	for (size_t steps = 0; sector < b->table.n && steps < b->table.n; sector = b->table.p[sector], steps++) {
		if (!read_sector(b, sector, b->block)) return false;
		for (size_t at = 0; at + ENTRY <= b->sector; at += ENTRY) {
			if (!is_workbook(b->block + at)) continue;
			uint32_t first = u32(b->block + at + 116);
			b->size = u32(b->block + at + 120);
			if (b->size < CUTOFF) return find_small(b, head, first);
			follow(b, first);
			return (uint64_t)b->stream.n * b->sector >= b->size;
		}
	}
	return false;
}

static bool open_box(struct box *b)
{
	unsigned char head[HEAD];
	if (pread(b->fd, head, HEAD, 0) != HEAD || memcmp(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) != 0) return false;
	uint32_t shift = u16(head + 30);
	if (shift != 9 && shift != 12) return false;
	b->sector = (size_t)1 << shift;
	return read_table(b, head) && find_stream(b, head);
}

static bool take(struct box *b, uint64_t at, unsigned char *to, size_t n)
{
	if (at > b->size || b->size - at < n) return false;
	for (size_t i = 0; i < n; i++, at++) {
		uint64_t place = b->small.n ? (uint64_t)b->small.p[at / PIECE] * PIECE + at % PIECE : at;
		uint32_t which = (uint32_t)(place / b->sector);
		if (which >= b->stream.n) return false;
		if (b->in_block != which + 1 && !read_sector(b, b->stream.p[which], b->block)) return false;
		b->in_block = which + 1;
		to[i] = b->block[place % b->sector];
	}
	return true;
}

/* Where the records of the sheet begin, and whether it is shown. */
static bool find_sheet(struct box *b, unsigned sheet, uint64_t *out, bool *hidden)
{
	unsigned char head[4], where[5];
	unsigned seen = 0;
	for (uint64_t at = 0; take(b, at, head, 4) && u16(head) != END && seen < MOST_SHEETS; at += 4 + u16(head + 2)) {
		if (u16(head) != SHEET || seen++ != sheet) continue;
		if (!take(b, at + 4, where, sizeof where)) return false;
		*out = u32(where);
		*hidden = (where[4] & 3) != 0; /* 1: by hand, 2: by a program */
		return true;
	}
	return false;
}

static void read_list(struct box *b, uint64_t at, uint32_t bytes, struct merges *out)
{
	unsigned char n[2], c[8];
	if (bytes < 2 || !take(b, at, n, 2)) return;
	for (uint32_t i = 0; i < u16(n) && 2 + 8 * (i + 1) <= bytes && take(b, at + 2 + 8 * (uint64_t)i, c, 8); i++)
		merges_add(out, (struct merge){ .row = u16(c) + 1, .last_row = u16(c + 2) + 1, .column = u16(c + 4), .last_column = u16(c + 6) });
}

static void read_columns(struct box *b, uint64_t at, uint32_t bytes, struct hidden *out)
{
	unsigned char c[10];
	if (bytes >= sizeof c && take(b, at, c, sizeof c) && u16(c + 8) & 1) hidden_columns(out, u16(c), u16(c + 2));
}

static void read_row(struct box *b, uint64_t at, uint32_t bytes, bool rows[XLS_ROWS])
{
	unsigned char r[16];
	if (bytes >= sizeof r && take(b, at, r, sizeof r) && u32(r + 12) & 0x20) rows[u16(r)] = true;
}

/* Charts inside of a sheet have beginnings and ends of their own. */
static void read_sheet(struct box *b, uint64_t at, struct xls_beside *out)
{
	unsigned char head[4];
	int depth = 0;
	for (int64_t n = 0; n < MOST_RECORDS && take(b, at, head, 4); n++) {
		uint32_t kind = u16(head), bytes = u16(head + 2);
		if (kind == BOF) depth++;
		if (kind == END && --depth <= 0) return;
		if (kind == MERGED && depth == 1) read_list(b, at + 4, bytes, &out->merges);
		if (kind == COLUMNS && depth == 1) read_columns(b, at + 4, bytes, &out->hidden);
		if (kind == ROW && depth == 1) read_row(b, at + 4, bytes, out->rows);
		at += 4 + bytes;
	}
}

static struct box *box_of(int fd)
{
	struct box *b = calloc(1, sizeof *b);
	ensure(b);
	b->fd = fd;
	return b;
}

static void box_done(struct box *b)
{
	arena_done(&b->arena);
	free(b);
}

void xls_beside(int fd, unsigned sheet, struct xls_beside *out)
{
	struct box *b = box_of(fd);
	uint64_t at;
	bool hidden;
	if (open_box(b) && find_sheet(b, sheet, &at, &hidden)) read_sheet(b, at, out);
	merges_sort(&out->merges);
	box_done(b);
}

bool xls_is_hidden(int fd, unsigned sheet)
{
	struct box *b = box_of(fd);
	uint64_t at;
	bool hidden = false;
	bool known = open_box(b) && find_sheet(b, sheet, &at, &hidden);
	box_done(b);
	return known && hidden;
}

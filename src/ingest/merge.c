/* Which cells of a sheet are merged, and their values where they belong. */
#include "ingest/merge.h"
#include "pack/pack.h"
#include <stdlib.h>

enum { BLOCK = 1 << 20, TAIL = 80, MOST = 200000 };

static bool corner(const char **p, const char *end, uint32_t *column, uint32_t *row)
{
	uint64_t c = 0;
	uint64_t r = 0;
	while (*p < end && **p >= 'A' && **p <= 'Z' && c < 100000) c = c * 26 + (uint64_t)(*(*p)++ - 'A' + 1);
	while (*p < end && **p >= '0' && **p <= '9' && r < 10000000) r = r * 10 + (uint64_t)(*(*p)++ - '0');
	*column = (uint32_t)c - 1;
	*row = (uint32_t)r;
	return c > 0 && c <= 16384 && r > 0 && r <= 1048576;
}

/* <mergeCell ref="A1:C2"/>, whatever its prefix. */
static void take(struct merges *m, const char *p, const char *end)
{
	static const char mark[] = "ref=";
	const char *ref = memmem(p, (size_t)(end - p), mark, 4);
	const char *close = memchr(p, '>', (size_t)(end - p));
	struct merge one = { 0 };
	if (!ref || (close && ref > close)) return;
	ref += 5;
	if (!corner(&ref, end, &one.column, &one.row) || ref >= end || *ref++ != ':') return;
	if (!corner(&ref, end, &one.last_column, &one.last_row)) return;
	merges_add(m, one);
}

/* Those that begin within the first `begin` of n bytes. */
static void search(struct merges *m, const char *p, size_t begin, size_t n)
{
	static const char mark[] = "mergeCell ";
	const char *last = p + begin;
	const char *end = p + n;
	while ((p = memmem(p, (size_t)(end - p), mark, sizeof mark - 1)) && p < last) {
		p += sizeof mark - 1;
		take(m, p, end);
	}
}

/* Rows that say hidden="1" in their tag and are not empty; columns say it too. */
static int64_t count_hidden(const char *block, size_t begin, size_t n)
{
	static const char mark[] = "hidden=";
	int64_t count = 0;
	const char *end = block + n;
	for (const char *p = block; (p = memmem(p, (size_t)(end - p), mark, sizeof mark - 1)) && p < block + begin; p += sizeof mark - 1) {
		const char *value = p + sizeof mark;
		const char *close = memchr(p, '>', (size_t)(end - p));
		const char *open = memrchr(block, '<', (size_t)(p - block));
		if (value >= end || (*value != '1' && *value != 't') || (close && close[-1] == '/')) continue;
		/* A tag that began in the block before is one of a row: columns stand at the beginning. */
		const char *name = open ? open + 1 : "row ";
		const char *colon = open ? memchr(open, ':', num_min((size_t)(p - open), (size_t)12)) : NULL;
		if (colon) name = colon + 1;
		count += memcmp(name, "row ", 4) == 0;
	}
	return count;
}

static int by_row(const void *x, const void *y)
{
	const struct merge *a = x;
	const struct merge *b = y;
	return a->row < b->row ? -1 : a->row > b->row;
}

bool merges_read(struct merges *m, int64_t *hidden, int zip, struct str path, struct err *e)
{
	merges_done(m);
	*hidden = 0;
	auto_pack *r = NULL;
	struct pack_limits limits = { 0 };
	struct err none = { 0 };
	if (!pack_open_entry(zip, path, &limits, &r, &none)) return true; /* its reader tells */
	char *block = malloc(BLOCK + TAIL + 1);
	ensure(block);
	size_t kept = 0;
	bool ok = true;
	for (;;) {
		size_t got;
		ok = pack_read(r, block + kept, BLOCK, &got, e);
		if (!ok) break;
		/* What begins in the tail is looked at with what follows. */
		size_t n = kept + got;
		size_t tail = got == 0 ? 0 : num_min(n, (size_t)TAIL);
		const char *cut = block + n - tail;
		search(m, block, (size_t)(cut - block), n);
		*hidden += count_hidden(block, (size_t)(cut - block), n);
		if (got == 0) break;
		memmove(block, cut, tail);
		kept = tail;
	}
	free(block);
	merges_sort(m);
	return ok;
}

void merges_sort(struct merges *m)
{
	if (m->list.n > 1) qsort(m->list.p, m->list.n, sizeof *m->list.p, by_row);
}

void merges_add(struct merges *m, struct merge one)
{
	if (one.last_row < one.row || one.last_column < one.column || m->list.n >= MOST) return;
	vec_push(&m->arena, &m->list, one);
}

void merges_rewind(struct merges *m)
{
	m->next = 0;
	m->open.n = 0;
	arena_done(&m->texts);
}

void merges_done(struct merges *m)
{
	arena_done(&m->texts);
	arena_done(&m->arena);
	*m = (struct merges){ 0 };
}

static size_t put(const struct merge *k, bool across, struct cell *cells, size_t n, size_t most)
{
	if (k->kind == CELL_NONE) return n;
	size_t last = across ? k->last_column : k->column;
	for (size_t i = k->column; i <= last && i < most; i++) {
		for (; n <= i; n++) cells[n] = (struct cell){ .kind = CELL_NONE };
		if (cells[i].kind == CELL_NONE) cells[i] = (struct cell){ k->text, k->kind };
	}
	return n;
}

size_t merges_fill(struct merges *m, int64_t row, struct cell *cells, size_t n, size_t most)
{
	if (m->list.n == 0) return n;
	size_t filled = 0;
	for (size_t i = 0; i < n; i++) filled += cells[i].kind != CELL_NONE;
	for (; m->next < m->list.n && m->list.p[m->next].row <= row; m->next++) {
		struct merge *k = &m->list.p[m->next];
		bool here = k->row == row && k->column < n;
		k->kind = here ? cells[k->column].kind : CELL_NONE;
		k->text = here && k->kind != CELL_NONE ? arena_str(&m->texts, cells[k->column].text) : (struct str){ 0 };
		vec_push(&m->arena, &m->open, m->next);
	}
	size_t still = 0;
	for (size_t i = 0; i < m->open.n; i++) {
		const struct merge *k = &m->list.p[m->open.p[i]];
		if (k->last_row < row) continue;
		n = put(k, filled > 1 || k->row < row, cells, n, most);
		if (k->last_row > row) m->open.p[still++] = m->open.p[i];
	}
	m->open.n = still;
	return n;
}

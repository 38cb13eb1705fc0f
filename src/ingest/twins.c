/* Which rows give way to later ones. Eight bytes are kept of every row while they are counted, and after that only of the identities that came
 * more than once: most files have none. */
#include "ingest/twins.h"
#include "ingest/many.h"
#include <stdlib.h>

bool identity_of(const struct plan *p, const struct cell *cells, size_t n, struct buf *out)
{
	bool any = false;
	out->n = 0;
	for (size_t i = 0; i < p->total; i++) {
		const struct plan_column *c = &p->columns[i];
		if (!c->identity) continue;
		struct str text = c->from >= 0 && (size_t)c->from < n && cells[c->from].kind != CELL_NONE ? str_trim(cells[c->from].text) : STR("");
		any |= text.n > 0;
		buf_printf(out, "%zu:", text.n);
		buf_put(out, text);
	}
	return any && !out->over;
}

static bool has_identity(const struct plan *p)
{
	for (size_t i = 0; i < p->total; i++)
		if (p->columns[i].identity) return true;
	return false;
}

/* FNV-1a with a last stir: the files of one dataset are no attack on it. */
static uint64_t hash_of(struct str s)
{
	uint64_t h = UINT64_C(1469598103934665603);
	for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static int by_value(const void *x, const void *y)
{
	const uint64_t *a = x;
	const uint64_t *b = y;
	return *a < *b ? -1 : *a > *b;
}

struct hashes { uint64_t *p; size_t n, cap; };

static void add(struct hashes *h, uint64_t one)
{
	if (h->n == h->cap) {
		h->cap = num_max(h->cap * 2, (size_t)1 << 16);
		h->p = realloc(h->p, h->cap * sizeof *h->p);
		ensure(h->p);
	}
	h->p[h->n++] = one;
}

static bool gather(struct load *l, const struct survey *v, const struct plan *p, struct hashes *h, struct err *e)
{
	struct source *s = &l->source;
	auto_buf key = BUF_INIT(LIMIT_CELL_BYTES);
	auto_arena scratch = ARENA_INIT;
	bool headed = s->format->flags & SOURCE_HEADED;
	bool skip = v->headed;
	if (!s->format->rewind(s, e)) return false;
	for (;;) {
		struct row r;
		if (!s->format->next(s, &r, e)) return false;
		if (!r.more) return true;
		struct arena_mark m = arena_mark(&scratch);
		bool usable = !skip && !(headed ? row_fault(&r, v->proofs.n, &scratch) : r.fault);
		arena_rewind(&scratch, m);
		skip = false;
		if (usable && !many_is_deleted(l, p, &r) && identity_of(p, r.cells, r.n, &key)) add(h, hash_of(buf_str(&key)));
	}
}

bool twins_find(struct load *l, const struct survey *v, const struct plan *p, struct twins *out, struct err *e)
{
	struct hashes h = { 0 };
	*out = (struct twins){ 0 };
	if (!has_identity(p)) return true;
	bool ok = gather(l, v, p, &h, e);
	if (h.n > 1) qsort(h.p, h.n, sizeof *h.p, by_value);
	/* Those that stand alone are let go; the others move to the front. */
	for (size_t i = 0, next; ok && i < h.n; i = next) {
		for (next = i + 1; next < h.n && h.p[next] == h.p[i]; next++) continue;
		if (next - i < 2) continue;
		out->left = realloc(out->left, (out->n + 1) * sizeof *out->left);
		ensure(out->left);
		out->left[out->n] = (uint32_t)num_min(next - i, (size_t)UINT32_MAX);
		h.p[out->n++] = h.p[i];
	}
	out->hashes = h.p;
	return ok;
}

bool twins_pass(struct twins *t, const struct plan *p, const struct row *r)
{
	if (t->n == 0) return false;
	auto_buf key = BUF_INIT(LIMIT_CELL_BYTES);
	if (!identity_of(p, r->cells, r->n, &key)) return false;
	uint64_t hash = hash_of(buf_str(&key));
	const uint64_t *found = bsearch(&hash, t->hashes, t->n, sizeof *t->hashes, by_value);
	if (!found || --t->left[found - t->hashes] == 0) return false;
	t->passed++;
	return true;
}

void twins_done(struct twins *t)
{
	free(t->hashes);
	free(t->left);
	*t = (struct twins){ 0 };
}

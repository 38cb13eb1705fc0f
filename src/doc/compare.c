/* The comparison of two documents. Both are read as a list of blocks that have words; the longest common run of equal
 * blocks (Hunt and Szymanski's problem by the plain table: lists are short) stays, what lies between is paired in order
 * and compared word by word in the same way. */
#include "doc/doc.h"

/* A table of lengths beyond this is not worth its memory: the two sides are then shown whole. */
enum { TABLE_MOST = 4 << 20 };

struct unit {
	struct str text;
	const struct doc_block *block; /* of a list of blocks */
};
struct units {
	VEC(struct unit) v;
};
enum step { KEEP, DELETE, INSERT };

static void collect(struct arena *a, struct units *out, const struct doc_block *b)
{
	if (!doc_is_shown(b, DOC_PAPER))
		return;
	if (b->spans)
		vec_push(a, &out->v, (struct unit){ doc_text(b, a), b });
	for (const struct doc_block *c = b->first; c; c = c->next)
		collect(a, out, c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* Words, each with the blanks behind it, so that neighbours that changed are one change. */
static void split(struct arena *a, struct units *out, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && !is_blank(s.p[i]))
			i++;
		while (i < s.n && is_blank(s.p[i]))
			i++;
		vec_push(a, &out->v, (struct unit){ str_sub(s, from, i - from), NULL });
	}
}

/* The steps from x to y in order; *n of them. */
static enum step *steps_between(struct arena *a, const struct units *x, const struct units *y, size_t *n)
{
	size_t nx = x->v.n;
	size_t ny = y->v.n;
	enum step *steps = arena_array(a, enum step, nx + ny + 1);
	size_t cells;
	*n = 0;
	if (num_mul(&cells, nx + 1, ny + 1) || cells > TABLE_MOST) {
		for (size_t i = 0; i < nx; i++)
			steps[(*n)++] = DELETE;
		for (size_t i = 0; i < ny; i++)
			steps[(*n)++] = INSERT;
		return steps;
	}
	/* longest[i][j]: the longest common run of x from i on and y from j on. */
	uint32_t *longest = arena_array(a, uint32_t, cells);
	size_t w = ny + 1;
	for (size_t i = nx; i-- > 0;) {
		for (size_t j = ny; j-- > 0;) {
			uint32_t skip = num_max(longest[(i + 1) * w + j], longest[i * w + j + 1]);
			longest[i * w + j] = str_eq(x->v.p[i].text, y->v.p[j].text) ? longest[(i + 1) * w + j + 1] + 1 : skip;
		}
	}
	for (size_t i = 0, j = 0; i < nx || j < ny;) {
		if (i < nx && j < ny && str_eq(x->v.p[i].text, y->v.p[j].text)) {
			steps[(*n)++] = KEEP;
			i++, j++;
		} else if (j == ny || (i < nx && longest[(i + 1) * w + j] >= longest[i * w + j + 1])) {
			steps[(*n)++] = DELETE;
			i++;
		} else {
			steps[(*n)++] = INSERT;
			j++;
		}
	}
	return steps;
}

/* Neighbouring words of one kind become one span. */
static void put_words(struct doc *d, struct doc_block *to, struct str before, struct str after)
{
	struct arena *a = d->arena;
	struct units x = { 0 };
	struct units y = { 0 };
	size_t n;
	split(a, &x, before);
	split(a, &y, after);
	enum step *steps = steps_between(a, &x, &y, &n);
	size_t i = 0;
	size_t j = 0;
	for (size_t k = 0; k < n;) {
		enum step kind = steps[k];
		const char *from = kind == INSERT ? y.v.p[j].text.p : x.v.p[i].text.p;
		size_t bytes = 0;
		for (; k < n && steps[k] == kind; k++) {
			bytes += kind == INSERT ? y.v.p[j].text.n : x.v.p[i].text.n;
			i += kind != INSERT;
			j += kind != DELETE;
		}
		doc_put(d, to, str_make(from, bytes), kind == INSERT ? DOC_INSERTED : kind == DELETE ? DOC_DELETED : 0);
	}
}

static enum doc_kind shown_as(const struct doc_block *b)
{
	return b->kind == DOC_HEADING ? DOC_HEADING : DOC_PARAGRAPH;
}

/* A heading keeps its level, but never above 3: the page of a comparison has its own title and sections. */
static struct doc_block *add_like(struct doc *d, struct doc_block *under, const struct doc_block *like)
{
	struct doc_block *b = doc_add(d, under, shown_as(like));
	b->level = num_max(like->level, 3);
	return b;
}

static void put_heading_above(struct doc *d, struct doc_block *under, const struct unit **heading)
{
	if (!*heading)
		return;
	doc_put(d, add_like(d, under, (*heading)->block), (*heading)->text, 0);
	*heading = NULL;
}

size_t doc_compare(struct doc *d, struct doc_block *under, const struct doc *before, const struct doc *after)
{
	struct arena *a = d->arena;
	struct units x = { 0 };
	struct units y = { 0 };
	collect(a, &x, &before->root);
	collect(a, &y, &after->root);
	size_t n;
	enum step *steps = steps_between(a, &x, &y, &n);
	const struct unit *heading = NULL;
	size_t changed = 0;
	for (size_t k = 0, i = 0, j = 0; k < n;) {
		if (steps[k] == KEEP) {
			if (x.v.p[i].block->kind == DOC_HEADING)
				heading = &x.v.p[i];
			i++, j++, k++;
			continue;
		}
		size_t deleted = 0;
		size_t inserted = 0;
		for (; k < n && steps[k] != KEEP; k++) {
			deleted += steps[k] == DELETE;
			inserted += steps[k] == INSERT;
		}
		put_heading_above(d, under, &heading);
		for (size_t p = 0; p < num_max(deleted, inserted); p++, changed++) {
			const struct unit *was = p < deleted ? &x.v.p[i + p] : NULL;
			const struct unit *is = p < inserted ? &y.v.p[j + p] : NULL;
			put_words(d, add_like(d, under, (is ? is : was)->block), was ? was->text : STR(""),
			          is ? is->text : STR(""));
		}
		i += deleted;
		j += inserted;
	}
	return changed;
}

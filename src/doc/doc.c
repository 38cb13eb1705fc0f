/* Documents grow here: blocks and spans are linked in the order of reading. */
#include "doc/doc.h"

struct doc *doc_new(struct arena *a, struct str title, struct str lang, bool rtl)
{
	struct doc *d = arena_new(a, struct doc);
	*d = (struct doc){ .arena = a, .title = title, .lang = lang, .rtl = rtl, .root = { .kind = DOC_SECTION } };
	return d;
}

struct doc_block *doc_add(struct doc *d, struct doc_block *under_or_null, enum doc_kind kind)
{
	struct doc_block *under = under_or_null ? under_or_null : &d->root;
	struct doc_block *b = arena_new(d->arena, struct doc_block);
	b->kind = kind;
	b->columns = 1;
	if (under->last)
		under->last->next = b;
	else
		under->first = b;
	under->last = b;
	return b;
}

struct doc_block *doc_heading(struct doc *d, struct doc_block *under_or_null, int level, struct str id)
{
	struct doc_block *b = doc_add(d, under_or_null, DOC_HEADING);
	b->level = level;
	b->id = id;
	return b;
}

struct doc_block *doc_cell(struct doc *d, struct doc_block *row, bool head, int columns)
{
	struct doc_block *b = doc_add(d, row, DOC_CELL);
	b->head = head;
	b->columns = columns;
	return b;
}

struct doc_span *doc_put(struct doc *d, struct doc_block *b, struct str text, unsigned look)
{
	struct doc_span *s = arena_new(d->arena, struct doc_span);
	s->text = text;
	s->look = look;
	if (b->last_span)
		b->last_span->next = s;
	else
		b->spans = s;
	b->last_span = s;
	return s;
}

struct doc_span *doc_put_link(struct doc *d, struct doc_block *b, struct str text, struct str url, struct str about)
{
	struct doc_link *link = arena_new(d->arena, struct doc_link);
	*link = (struct doc_link){ url, about };
	struct doc_span *s = doc_put(d, b, text, 0);
	s->link = link;
	return s;
}

struct doc_span *doc_put_value(struct doc *d, struct doc_block *b, struct str text, enum doc_value_kind kind, struct str value)
{
	struct doc_span *s = doc_put(d, b, text, 0);
	s->value_kind = kind;
	s->value = value;
	return s;
}

struct str doc_text(const struct doc_block *b, struct arena *a)
{
	size_t n = 0;
	for (const struct doc_span *s = b->spans; s; s = s->next)
		n += s->text.n;
	char *p = arena_bytes(a, n + 1);
	n = 0;
	for (const struct doc_span *s = b->spans; s; s = s->next) {
		if (s->text.n)
			memcpy(p + n, s->text.p, s->text.n);
		n += s->text.n;
	}
	return str_make(p, n);
}

bool doc_is_shown(const struct doc_block *b, enum doc_medium medium)
{
	return b->medium == DOC_EVERYWHERE || b->medium == medium;
}

static void put_block(struct buf *out, const struct doc_block *b, enum doc_medium medium)
{
	if (!doc_is_shown(b, medium))
		return;
	for (const struct doc_span *s = b->spans; s; s = s->next)
		buf_put(out, s->text);
	if (b->spans)
		buf_put_char(out, '\n');
	for (const struct doc_block *c = b->first; c; c = c->next)
		put_block(out, c, medium);
}

void doc_put_text(struct buf *b, const struct doc *d, enum doc_medium medium)
{
	put_block(b, &d->root, medium);
}

/* Any text as the Markdown of an administrator: blocks or a refusal. What comes out has headings from level 3, links of the
 * kinds that are allowed only, and no empty words; what is refused leaves nothing behind. */
#include "doc/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct doc_block *b, int depth)
{
	ensure(depth < 16);
	ensure(b->kind != DOC_HEADING || (b->level >= 3 && b->level <= 6));
	for (const struct doc_span *s = b->spans; s; s = s->next) {
		ensure(s->text.n > 0);
		if (s->link)
			ensure(str_starts(s->link->url, STR("https://")) || str_starts(s->link->url, STR("http://")) ||
			       str_starts(s->link->url, STR("mailto:")) ||
			       (str_starts(s->link->url, STR("/")) && !str_starts(s->link->url, STR("//"))));
	}
	for (const struct doc_block *c = b->first; c; c = c->next)
		look(c, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct doc *d = doc_new(&a, STR(""), STR("en"), false);
	if (doc_markdown(d, &d->root, str_make((const char *)data, size), &e)) {
		ensure(e.code == ERR_NONE);
		look(&d->root, 0);
	} else {
		ensure(e.code == ERR_INVALID && !d->root.first);
	}
	return 0;
}

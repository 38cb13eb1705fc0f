/* Lints of what people will read (POL-14, CON-10): a text that is still in another language, blanks twice, quotation marks
 * and brackets that do not close, placeholders left behind, and words on the banner that praise one answer. */
#include "registry/inside.h"
#include "doc/doc.h"
#include "text/text.h"

struct linting {
	const struct registry *g;
	struct registry_notes *n;
	struct str lead;          /* "services.matomo." */
};

static size_t count(struct str s, const char *mark)
{
	struct str m = str_of(mark);
	size_t n = 0;
	for (ptrdiff_t at = str_find(s, m); at >= 0; at = str_find(s, m)) {
		n++;
		s = str_from(s, (size_t)at + m.n);
	}
	return n;
}

static const char *unbalanced(struct str s, struct str lang)
{
	bool german = str_eq(str_sub(lang, 0, 2), STR("de"));
	bool swedish = str_eq(str_sub(lang, 0, 2), STR("sv"));
	if (count(s, "\"") % 2)
		return "\"";
	if (count(s, "«") != count(s, "»"))
		return "« »";
	if (german ? count(s, "„") != count(s, "“") : swedish ? count(s, "”") % 2 != 0 : count(s, "“") != count(s, "”"))
		return "“ ”";
	if (count(s, "(") != count(s, ")"))
		return "( )";
	return count(s, "[") != count(s, "]") ? "[ ]" : NULL;
}

static const char *leftover(struct str s, bool one_line)
{
	static const char *const signs[] = { "{{", "}}", "{0}", "{1}", "%s", "%d", "TODO", "FIXME", "XXX", "Lorem ipsum", "lorem ipsum", "[[", "##" };
	/* The last is the mark of a heading in Markdown. */
	for (size_t i = 0; i < COUNT_OF(signs) - !one_line; i++)
		if (str_find(s, str_of(signs[i])) >= 0)
			return signs[i];
	return NULL;
}

static size_t words_of(struct str s)
{
	auto_buf folded = BUF_INIT(1 << 20);
	text_fold(&folded, s);
	size_t n = 0;
	size_t at = 0;
	struct str token;
	while (text_next_token(buf_str(&folded), &at, &token))
		n++;
	return n;
}

static void lint_language(struct linting *l, const struct registry_texts *t, size_t i, struct str field)
{
	const struct registry *g = l->g;
	ptrdiff_t guess = registry_guess_language(t->of[i], g->languages, g->nlanguages);
	if (guess >= 0 && (size_t)guess != i) {
		registry_note_with(l->n, field, N_("seems to be in \"{0}\", not in \"{1}\""), g->languages[guess], g->languages[i]);
		return;
	}
	for (size_t k = 0; k < i; k++)
		if (registry_text_given(t, k) && str_eq(t->of[k], t->of[i]) && words_of(t->of[i]) >= 4) {
			registry_note_with(l->n, field, N_("is the same as the text in \"{0}\""), g->languages[k]);
			return;
		}
}

static void lint(struct linting *l, const char *name, const struct registry_texts *t, bool one_line)
{
	for (size_t i = 0; t->of && i < l->g->nlanguages; i++) {
		if (!registry_text_given(t, i))
			continue;
		struct str s = t->of[i];
		struct str lang = l->g->languages[i];
		struct str field = arena_printf(l->n->a, "%.*s%s.%.*s", STR_ARG(l->lead), name, STR_ARG(lang));
		const char *what = unbalanced(s, lang);
		if (what)
			registry_note_with(l->n, field, N_("has {0} that do not come in pairs"), str_of(what));
		what = leftover(s, one_line);
		if (what)
			registry_note_with(l->n, field, N_("holds a placeholder that was left behind: {0}"), str_of(what));
		if (one_line && str_find(s, STR("  ")) >= 0)
			registry_note(l->n, field, N_("has two blanks in a row"));
		if (one_line && str_find_char(s, '\n') >= 0)
			registry_note(l->n, field, N_("must be on one line"));
		lint_language(l, t, i, field);
	}
}

/* --- the banner's words ------------------------------------------------------------------------------------------ */

/* Words that praise or blame an answer, folded; a word that ends with * stands for all that begin so. */
static const struct { const char *lang, *words; } praise[] = {
	{ "en", "better best recommend* unfortunate* optimal ideal enhance* improve* enjoy* please richer full fully worse limited degraded miss" },
	{ "fr", "mieux meilleur* recommand* malheureus* optimal* ideal* amelior* profite* riche* pleinement degrade* limite*" },
	{ "de", "besser* beste* empf* leider optimal* ideal* verbesser* genie* eingeschrankt* schlecht*" },
	{ "es", "mejor* recomend* desgraciad* lamentable* optim* ideal* disfrut* limitad* peor*" },
	{ "it", "miglior* meglio consiglia* raccomand* purtroppo ottimal* ideal* goder* limitat* peggio*" },
	{ "nl", "beter* beste aanbev* aanger* helaas optimal* ideal* verbeter* geniet* beperkt*" },
	{ "pt", "melhor* recomend* infelizmente otim* optim* ideal* aproveit* limitad* pior*" },
	{ "ca", "millor* recoman* malaurad* optim* ideal* gaud* limitad* pitjor*" },
	{ "eu", "hobe* hoberen* gomendat* zoritxarrez ezin hobe* optimo*" },
	{ "sv", "battre bast* rekommend* tyvarr optimal* idealisk* forbattra* njut* begransa*" },
	{ "ar", "أفضل نوصي للأسف مثالي تحسين" },
};

static bool is_praise(struct str token, const char *words)
{
	struct str rest = str_of(words);
	struct str word;
	while (str_cut(&rest, ' ', &word)) {
		bool open = str_ends(word, STR("*"));
		struct str stem = open ? str_sub(word, 0, word.n - 1) : word;
		auto_buf folded = BUF_INIT(200);
		text_fold(&folded, stem);
		struct str f = buf_str(&folded);
		if (f.n && (open ? str_starts(token, f) : str_eq(token, f)))
			return true;
	}
	return false;
}

static void lint_banner(struct linting *l, const char *name, const struct registry_texts *t)
{
	for (size_t i = 0; t->of && i < l->g->nlanguages; i++) {
		if (!registry_text_given(t, i))
			continue;
		struct str lang = l->g->languages[i];
		struct str field = arena_printf(l->n->a, "banner.%s.%.*s", name, STR_ARG(lang));
		if (text_length(t->of[i]) > 300)
			registry_note(l->n, field, N_("is longer than 300 characters"));
		auto_buf folded = BUF_INIT(1 << 20);
		text_fold(&folded, t->of[i]);
		for (size_t k = 0; k < COUNT_OF(praise); k++) {
			size_t at = 0;
			struct str token;
			while (str_eq(str_sub(lang, 0, 2), str_of(praise[k].lang)) && text_next_token(buf_str(&folded), &at, &token))
				if (is_praise(token, praise[k].words))
					registry_note_with(l->n, field, N_("\"{0}\" values one of the answers; the banner must stay neutral"), token);
		}
	}
}

/* Markdown of the portal's own: pictures of others would be fetched by whoever reads. */
static void lint_addition(struct linting *l, const char *name, const struct registry_texts *t)
{
	lint(l, name, t, false);
	for (size_t i = 0; t->of && i < l->g->nlanguages; i++) {
		struct err e = { 0 };
		struct str field = arena_printf(l->n->a, "%.*s%s.%.*s", STR_ARG(l->lead), name, STR_ARG(l->g->languages[i]));
		if (registry_text_given(t, i) && str_find(t->of[i], STR("![")) >= 0)
			registry_note(l->n, field, N_("holds a picture, which is not shown here; a link to it is allowed"));
		else if (registry_text_given(t, i) && !doc_markdown_check(t->of[i], &e))
			registry_note_with(l->n, field, N_("cannot be read: {0}"), str_of(e.pub));
	}
}

void registry_check_texts(const struct registry *g, struct registry_notes *n)
{
	struct linting l = { .g = g, .n = n };
	for (size_t i = 0; i < g->nservices; i++) {
		const struct registry_service *s = &g->services[i];
		l.lead = arena_printf(n->a, "services.%.*s.", STR_ARG(s->id));
		lint(&l, "purpose", &s->purpose, true);
		lint(&l, "data_sent", &s->data_sent, true);
		for (size_t k = 0; k < s->nitems; k++) {
			const struct registry_item *item = &g->items[s->first_item + k];
			l.lead = arena_printf(n->a, "items.%.*s.", STR_ARG(item->id));
			lint(&l, "function", &item->function, true);
			lint(&l, "purpose", &item->purpose, true);
			lint(&l, "set_when", &item->set_when, true);
		}
	}
	l.lead = STR("additions.");
	lint_addition(&l, "before", &g->additions_before);
	lint_addition(&l, "after", &g->additions_after);
	l.lead = STR("banner.");
	lint(&l, "title", &g->banner_title, true);
	lint(&l, "first", &g->banner_first, true);
	lint_banner(&l, "title", &g->banner_title);
	lint_banner(&l, "first", &g->banner_first);
}

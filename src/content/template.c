/* What new pages begin with. */
#include "content/inside.h"
#include "text/text.h"

const struct content_template content_templates[] = {
#define TEMPLATE(word, title, sentence, doc) { word, title, sentence, doc },
#include "content/templates.def"
#undef TEMPLATE
	{ NULL, NULL, NULL, NULL },
};

static const char *const words[] = {
	N_("Find data"), N_("Themes"), N_("Latest datasets"), N_("Most popular datasets"), N_("Use the data"), N_("For developers"), N_("What others made"),
	N_("Key figure"), N_("Chart"), N_("Table"), N_("Map"), N_("Publishers"), N_("What this is about, in two sentences."), N_("What the figures show."),
	N_("Where the data come from, and what is uncertain."), N_("Who is behind this portal, and how to reach them."),
};

static void put_text(struct buf *b, struct str lang, struct str text)
{
	buf_put_char(b, '{');
	text_put_json(b, lang);
	buf_put_char(b, ':');
	text_put_json(b, text);
	buf_put_char(b, '}');
}

struct str content_template_doc(const struct content_template *t, struct arena *a, struct str title, struct str lang_code, const struct i18n_lang *l)
{
	auto_buf b = BUF_INIT(PAGE_DOC_BYTES);
	struct str rest = str_of(t->doc);
	ptrdiff_t at;
	while ((at = str_find(rest, STR("\"@"))) >= 0) {
		buf_put(&b, str_sub(rest, 0, (size_t)at));
		rest = str_from(rest, (size_t)at + 2);
		ptrdiff_t end = str_find_char(rest, '"');
		struct str word = str_sub(rest, 0, (size_t)num_max(end, (ptrdiff_t)0));
		if (!word.n)
			put_text(&b, lang_code, title);
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (str_eq(word, str_of(words[i])))
				put_text(&b, lang_code, i18n_text(l, words[i]));
		rest = str_from(rest, word.n + 1);
	}
	buf_put(&b, rest);
	return arena_str(a, buf_str(&b));
}

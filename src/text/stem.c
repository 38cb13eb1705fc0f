/* Forms of one word, by language: the door to libstemmer. Stems are compared and never shown. Tokens come
 * folded, without accents; that makes a stem a little coarser, on both sides alike. */
#include "text/text.h"
#include <libstemmer.h>

struct text_stemmer {
	struct sb_stemmer *snowball;
	size_t shared; /* letters that two forms of one word begin with alike */
};

/* Endings are what these languages change, so forms share their beginning, and only few words need to
 * be stemmed to find them; Arabic puts letters in front. */
static const struct { struct str lang; size_t shared; } languages[] = {
	{ { "ar", 2 }, 0 }, { { "ca", 2 }, 2 }, { { "de", 2 }, 2 }, { { "en", 2 }, 2 }, { { "es", 2 }, 2 }, { { "eu", 2 }, 2 },
	{ { "fr", 2 }, 2 }, { { "it", 2 }, 2 }, { { "nl", 2 }, 2 }, { { "pt", 2 }, 2 }, { { "sv", 2 }, 2 },
};

struct text_stemmer *text_stemmer_or_null(struct arena *a, struct str lang)
{
	char name[3] = { 0 };
	for (size_t i = 0; i < COUNT_OF(languages); i++) {
		if (!str_eq(languages[i].lang, lang)) continue;
		memcpy(name, lang.p, 2);
		struct text_stemmer *s = arena_new(a, struct text_stemmer);
		*s = (struct text_stemmer){ .snowball = sb_stemmer_new(name, NULL), .shared = languages[i].shared };
		return s->snowball ? s : NULL;
	}
	return NULL;
}

void text_stemmer_done(struct text_stemmer *s)
{
	if (s) sb_stemmer_delete(s->snowball);
}

struct str text_stem(struct text_stemmer *s, struct str token)
{
	enum { LONGEST = 100 }; /* what is longer is no word */
	if (token.n == 0 || token.n > LONGEST) return token;
	const sb_symbol *stem = sb_stemmer_stem(s->snowball, (const sb_symbol *)token.p, (int)token.n);
	return stem ? str_make((const char *)stem, (size_t)sb_stemmer_length(s->snowball)) : token;
}

struct str text_stem_beginning(const struct text_stemmer *s, struct str token)
{
	size_t at = 0;
	for (size_t i = 0; i < s->shared && at < token.n; i++) (void)text_next(token, &at);
	return str_sub(token, 0, at);
}

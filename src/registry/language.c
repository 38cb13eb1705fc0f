/* In which of a few languages a text is: by the little words that are frequent in one and rare in the others, and by script.
 * A purpose is one sentence, too short for statistics of letters; of two little words one can be sure. Words that are as
 * common in a sister language are left out, so a text says nothing rather than something wrong. */
#include "registry/inside.h"
#include "text/text.h"

static const struct { const char *code, *words; } lists[] = {
	{ "en", " the of and to is are was that this with for you your which by from when it its be been has have not can how they their or an on other used uses " },
	{ "fr", " le les du des et est sont que qui pour avec dans vous votre vos sur par une au aux ce cette ces ou ne pas il elle ils leur leurs lors afin d l qu n " },
	{ "de", " der die das und ist sind nicht mit fur von dem den des ein eine einer einem einen zu zur zum auf wenn sie ihr ihre ihrer wird werden oder wie als um bei durch " },
	{ "es", " el los las y es son para con por una del al se su sus que usted cuando como lo mas pero esta este estos esto ha han en la cada entre " },
	{ "it", " il gli della dello dei delle degli e sono per con una che si nel nella quando come sul sulla ai alle questo questa non ha hanno loro suo sua di da " },
	{ "nl", " de het een en van is zijn voor met op te dat die niet wordt worden door als u uw bij naar om aan wanneer hoe of deze dit deze over " },
	{ "pt", " o os as e sao para com por uma do dos da das no na nos nas que se seu sua seus suas quando como este esta nao ao aos pelo pela ou em um " },
	{ "ca", " el els les i es son per amb una del dels al als que quan com la seva seu seus aquest aquesta aixo no lo hi ha han perque o en " },
	{ "eu", " eta da dira ez bat du dute dituzte egiten egin gisa dela diren izan duen bere zure gure hau hori edo baino bezala webgune " },
	{ "sv", " och det att som en ett ar for med pa av den till inte de har om nar du din ditt dina hur kan vid eller fran sig denna detta " },
};

enum { SURE = 2 };

/* How many words of a folded text are of a list. */
static size_t hits(struct str folded, const char *words)
{
	struct str list = str_of(words);
	size_t n = 0;
	size_t at = 0;
	struct str token;
	while (text_next_token(folded, &at, &token)) {
		char key[32];
		if (token.n > sizeof key - 2)
			continue;
		key[0] = ' ';
		memcpy(key + 1, token.p, token.n);
		key[token.n + 1] = ' ';
		n += str_find(list, str_make(key, token.n + 2)) >= 0;
	}
	return n;
}

/* Letters of Arabic among all letters, in hundredths; -1 without letters. */
static int arabic_share(struct str s)
{
	int arabic = 0;
	int all = 0;
	for (size_t at = 0; at < s.n;) {
		uint32_t c = text_next(s, &at);
		bool is = (c >= 0x0600 && c <= 0x06ff) || (c >= 0x0750 && c <= 0x077f) || (c >= 0xfb50 && c <= 0xfefc);
		bool letter = is || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c < 0x0600);
		arabic += is;
		all += letter;
	}
	return all ? 100 * arabic / all : -1;
}

ptrdiff_t registry_guess_language(struct str text, const struct str *languages, size_t n)
{
	int arabic = arabic_share(text);
	for (size_t i = 0; i < n && arabic > 50; i++)
		if (str_eq(languages[i], STR("ar")))
			return (ptrdiff_t)i;
	auto_buf folded = BUF_INIT(1 << 20);
	text_fold(&folded, text);
	ptrdiff_t best = -1;
	size_t most = 0;
	size_t second = 0;
	for (size_t i = 0; i < n; i++) {
		size_t count = 0;
		for (size_t k = 0; k < COUNT_OF(lists); k++)
			if (str_eq(str_sub(languages[i], 0, 2), str_of(lists[k].code)))
				count = hits(buf_str(&folded), lists[k].words);
		if (count > most) {
			second = most;
			most = count;
			best = (ptrdiff_t)i;
		} else if (count > second) {
			second = count;
		}
	}
	return most >= SURE && most > 2 * second ? best : -1;
}

/* What a request says about its language: the first line is Accept-Language, the second flg, the others values of the cookie;
 * a language of the portal is chosen, whatever they say. */
#include "i18n/i18n.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str offered[] = { { "en", 2 }, { "fr", 2 }, { "pt-br", 5 }, { "ar", 2 } };
	enum { OFFERED = 4, MOST = 4 };
	struct str rest = str_make(size ? (const char *)data : "", size), line, cookies[MOST];
	struct i18n_wish w = { .offered = offered, .noffered = OFFERED, .cookies = cookies };
	for (size_t i = 0; rest.n && str_cut(&rest, '\n', &line); i++) {
		if (i == 0) w.accept = line;
		else if (i == 1) w.flg = line;
		else if (w.ncookies < MOST) cookies[w.ncookies++] = line;
	}
	size_t chosen = i18n_choose(&w);
	ensure(chosen < OFFERED);
	/* With one language there is no choice. */
	w.noffered = 1;
	ensure(i18n_choose(&w) == 0);
	return 0;
}

/* Names of countries in a reader's language, from ICU. */
#include "text/text.h"
#include <unicode/uloc.h>
#include <unicode/ustring.h>

void text_put_country(struct buf *b, struct str code, struct str lang)
{
	char locale[8] = "und_", display[16] = "";
	UChar name[128];
	char utf8[512];
	int32_t n8 = 0;
	UErrorCode status = U_ZERO_ERROR;
	if (code.n != 2 || lang.n >= sizeof display) {
		buf_put(b, code);
		return;
	}
	memcpy(locale + 4, code.p, 2);
	locale[6] = '\0';
	memcpy(display, lang.p, lang.n);
	int32_t n = uloc_getDisplayCountry(locale, display, name, (int32_t)COUNT_OF(name), &status);
	if (U_SUCCESS(status) && n > 0 && n < (int32_t)COUNT_OF(name)) u_strToUTF8(utf8, (int32_t)sizeof utf8, &n8, name, n, &status);
	buf_put(b, U_SUCCESS(status) && n8 > 0 ? str_make(utf8, (size_t)n8) : code);
}

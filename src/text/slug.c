/* Titles to identifiers. Letters beyond Latin are transliterated by ICU, so that a Greek or Arabic
 * title still gives a name a person can read. */
#include "text/text.h"
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { TITLE_BYTES = 1024 }; /* beyond this a title no longer shapes its slug */

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80) return false;
	return true;
}

/* False when ICU has no transliterator: the foreign letters are then left out. */
static bool to_latin(struct arena *a, struct str s, struct str *out)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar text[4 * TITLE_BYTES];
	int32_t length = 0;
	UTransliterator *t = utrans_openU(u"Any-Latin; Latin-ASCII; Lower", -1, UTRANS_FORWARD, NULL, 0,
	                                  NULL, &status);
	if (U_FAILURE(status)) return false;
	u_strFromUTF8(text, (int32_t)COUNT_OF(text), &length, s.p, (int32_t)s.n, &status);
	int32_t limit = length;
	utrans_transUChars(t, text, &length, (int32_t)COUNT_OF(text), 0, &limit, &status);
	utrans_close(t);
	char *to = arena_bytes(a, 8 * TITLE_BYTES);
	int32_t n = 0;
	u_strToUTF8(to, 8 * TITLE_BYTES, &n, text, length, &status);
	if (U_FAILURE(status)) return false;
	*out = str_make(to, (size_t)n);
	return true;
}

/* Tokens of a folded text joined by `glue`, ASCII only, at most max bytes. */
static struct str join(struct arena *a, struct str title, char glue, size_t max)
{
	auto_buf folded = BUF_INIT(16 * TITLE_BYTES);
	struct str latin;
	title = text_cut(title, TITLE_BYTES);
	text_fold(&folded, title);
	if (!is_ascii(buf_str(&folded)) && to_latin(a, title, &latin)) {
		buf_clear(&folded);
		text_fold(&folded, latin);
	}
	char *to = arena_bytes(a, folded.n + 1);
	size_t n = 0;
	struct str text = buf_str(&folded);
	for (size_t i = 0; i < text.n && n < max; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c >= 0x80) continue;
		if (c == ' ' && (n == 0 || to[n - 1] == glue)) continue;
		to[n++] = c == ' ' ? glue : (char)c;
	}
	while (n > 0 && to[n - 1] == glue) n--;
	return str_make(to, n);
}

struct str text_slug(struct arena *a, struct str title)
{
	struct str s = join(a, title, '-', 100);
	return s.n ? s : STR("dataset");
}

struct str text_field_name(struct arena *a, struct str heading)
{
	struct str s = join(a, heading, '_', 59);
	if (s.n == 0) return STR("field");
	return s.p[0] >= '0' && s.p[0] <= '9' ? arena_join(a, STR("_"), s) : s;
}

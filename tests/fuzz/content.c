/* Any text as a publisher's page: what comes out holds only tags of the tables, no handler, no style, no picture or frame of another
 * site, and every tag that was opened is closed. */
#include "content/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

static void check_tag(struct str tag)
{
	static const char *const never[] = { "script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "template", "base",
		"meta", "link", "title", "textarea", "select", "noscript", "plaintext", "xmp" };
	size_t n = 0;
	while (n < tag.n && is_letter(tag.p[n]))
		n++;
	ensure(n > 0);
	for (size_t i = 0; i < COUNT_OF(never); i++)
		ensure(!str_eq(str_sub(tag, 0, n), str_of(never[i])));
	/* Attributes are ` name="value"` with values escaped, so a quote ends one. */
	for (size_t i = n; i < tag.n && tag.p[i] != '>';) {
		ensure(tag.p[i] == ' ');
		size_t from = ++i;
		while (i < tag.n && tag.p[i] != '=')
			i++;
		struct str name = str_sub(tag, from, i - from);
		ensure(i + 1 < tag.n && tag.p[i + 1] == '"');
		from = i += 2;
		while (i < tag.n && tag.p[i] != '"')
			i++;
		struct str value = str_sub(tag, from, i - from);
		ensure(i < tag.n);
		i++;
		ensure(!str_starts(name, STR("on")) && !str_eq(name, STR("style")));
		if (str_eq(name, STR("src")))
			ensure(str_starts(value, STR("/")) || str_starts(value, STR("data:image/")));
		if (str_eq(name, STR("href")))
			ensure(str_starts(value, STR("/")) || str_starts(value, STR("http")) || str_starts(value, STR("mailto:")) || str_starts(value, STR("tel:")) ||
			       str_starts(value, STR("#p-")) || str_starts(value, STR("?")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tenant nobody = { .host = { "town.test", 9 } };
	auto_arena a = ARENA_INIT;
	struct visit v = { .arena = &a, .origin = STR("https://town.test"), .lang = i18n_english(), .lang_code = STR("en"), .at = { .tenant = &nobody } };
	struct view_page page = { .visit = &v, .h = { .out = BUF_INIT(16 << 20), .lang = i18n_english() } };
	content_put_html(&page, NULL, str_make((const char *)data, size));
	struct str s = buf_str(&page.h.out);
	size_t opened = 0, closed = 0;
	for (size_t i = 0; i < s.n && !page.h.out.over; i++) {
		if (s.p[i] != '<')
			continue;
		bool ends = i + 1 < s.n && s.p[i + 1] == '/';
		static const char *const empty[] = { "br>", "br ", "hr>", "hr ", "img ", "wbr>", "wbr " };
		bool alone = false;
		for (size_t k = 0; k < COUNT_OF(empty); k++)
			alone = alone || str_starts(str_from(s, i + 1), str_of(empty[k]));
		opened += !ends && !alone;
		closed += ends;
		if (!ends)
			check_tag(str_from(s, i + 1));
	}
	ensure(page.h.out.over || opened == closed);
	buf_done(&page.h.out);
	return 0;
}

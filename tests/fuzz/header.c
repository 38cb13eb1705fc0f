/* Any text as the markup of a header: every tag of what comes out is one of the allow-list, and no attribute of it runs anything or
 * holds a placeholder. */
#include "look/look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tag(struct str tag)
{
	static const char *const never[] = { "<script", "<style", "<iframe", "<object", "<embed", "<svg", "<math", "<template", "<base", "<meta", "<link", "<!", "<?" };
	for (size_t i = 0; i < COUNT_OF(never); i++)
		ensure(!str_eq_nocase(str_sub(tag, 0, strlen(never[i])), str_of(never[i])));
	char quote = 0;
	for (size_t i = 1; i < tag.n; i++) {
		if (tag.p[i] == '"')
			quote = quote ? 0 : '"';
		ensure(!(quote && tag.p[i] == '#' && i + 1 < tag.n && tag.p[i + 1] == '#'));
		if (quote || tag.p[i - 1] != ' ')
			continue;
		ensure(!str_eq_nocase(str_sub(tag, i, 2), STR("on")) && !str_eq_nocase(str_sub(tag, i, 5), STR("style")) && !str_eq_nocase(str_sub(tag, i, 6), STR("srcdoc")));
		if (str_eq(str_sub(tag, i, 5), STR("src=\"")))
			ensure(str_starts(str_from(tag, i + 5), STR("/assets/")));
	}
	ensure(!quote);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf once = BUF_INIT(16 << 20);
	look_clean_html(&once, str_make((const char *)data, size), NULL);
	ensure(!once.over);
	struct str html = buf_str(&once);
	int64_t depth = 0;
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] != '<')
			continue;
		ptrdiff_t end = str_find_char(str_from(html, i), '>');
		ensure(end > 1);
		struct str tag = str_sub(html, i, (size_t)end + 1);
		check_tag(tag);
		bool empty = str_starts(tag, STR("<br")) || str_starts(tag, STR("<hr")) || str_starts(tag, STR("<img")) || str_starts(tag, STR("<input"));
		depth += empty ? 0 : tag.p[1] == '/' ? -1 : 1;
		ensure(depth >= 0);
	}
	ensure(depth == 0);
	return 0;
}

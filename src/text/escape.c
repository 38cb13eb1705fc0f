/* Text made safe for one destination each. Runs that need nothing are copied whole. */
#include "text/text.h"

static const char hex[] = "0123456789abcdef";

static void put_markup(struct buf *b, struct str s, bool xml)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		struct str with;
		bool forbidden = false;
		if (c == '&') with = STR("&amp;");
		else if (c == '<') with = STR("&lt;");
		else if (c == '>') with = STR("&gt;");
		else if (c == '"') with = STR("&quot;");
		else if (c == '\'') with = STR("&#39;");
		else if (xml && c < 0x20 && c != '\t' && c != '\n' && c != '\r') forbidden = true;
		/* U+FFFE and U+FFFF are EF BF BE and EF BF BF. */
		else if (xml && c == 0xef && s.n - i >= 3 && (unsigned char)s.p[i + 1] == 0xbf &&
		         (unsigned char)s.p[i + 2] >= 0xbe) forbidden = true;
		else continue;
		buf_put(b, str_sub(s, from, i - from));
		if (!forbidden) buf_put(b, with);
		else if (c == 0xef) i += 2;
		from = i + 1;
	}
	buf_put(b, str_from(s, from));
}

void text_put_html(struct buf *b, struct str s) { put_markup(b, s, false); }
void text_put_xml(struct buf *b, struct str s) { put_markup(b, s, true); }

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_' || c == '~';
}

void text_put_url(struct buf *b, struct str s)
{
	static const char upper[] = "0123456789ABCDEF";
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_unreserved(c)) continue;
		char esc[3] = { '%', upper[c >> 4], upper[c & 15] };
		buf_put(b, str_sub(s, from, i - from));
		buf_put(b, str_make(esc, 3));
		from = i + 1;
	}
	buf_put(b, str_from(s, from));
}

/* Eight bytes at once: true when one of them is a control, a quote or a backslash. */
static bool needs_care(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u;
	const uint64_t tops = 0x8080808080808080u;
	uint64_t quote = x ^ (ones * '"');
	uint64_t back = x ^ (ones * '\\');
	uint64_t low = (x - ones * 0x20) & ~x;
	return ((low | ((quote - ones) & ~quote) | ((back - ones) & ~back)) & tops) != 0;
}

static void put_json_escape(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"': buf_lit(b, "\\\""); return;
	case '\\': buf_lit(b, "\\\\"); return;
	case '\n': buf_lit(b, "\\n"); return;
	case '\r': buf_lit(b, "\\r"); return;
	case '\t': buf_lit(b, "\\t"); return;
	default: break;
	}
	char esc[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	buf_put(b, str_make(esc, 6));
}

void text_put_json(struct buf *b, struct str s)
{
	size_t from = 0;
	size_t i = 0;
	buf_put_char(b, '"');
	while (i < s.n) {
		uint64_t eight;
		if (s.n - i >= 8) {
			memcpy(&eight, s.p + i, 8);
			if (!needs_care(eight)) {
				i += 8;
				continue;
			}
		}
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 || c == '"' || c == '\\') {
			buf_put(b, str_sub(s, from, i - from));
			put_json_escape(b, c);
			from = i + 1;
		}
		i++;
	}
	buf_put(b, str_from(s, from));
	buf_put_char(b, '"');
}

static bool csv_needs_quotes(struct str s, char delimiter)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '"' || c == delimiter || c == '\n' || c == '\r') return true;
	}
	return false;
}

void text_put_csv(struct buf *b, struct str s, char delimiter, bool always_quote)
{
	if (!always_quote && !csv_needs_quotes(s, delimiter)) {
		buf_put(b, s);
		return;
	}
	buf_put_char(b, '"');
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '"') continue;
		buf_put(b, str_sub(s, from, i + 1 - from)); /* the quote itself, then once more */
		from = i;
	}
	buf_put(b, str_from(s, from));
	buf_put_char(b, '"');
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

bool text_url_decode(struct arena *a, struct str s, bool plus_is_space, struct str *out)
{
	if (str_find_char(s, '%') < 0 && (!plus_is_space || str_find_char(s, '+') < 0)) {
		*out = s;
		return true;
	}
	char *to = arena_bytes(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
			if (high < 0 || low < 0) return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		to[n++] = c;
	}
	*out = str_make(to, n);
	return true;
}

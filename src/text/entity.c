/* Character references of HTML, by name and by number, as browsers read them in text: an unknown one stays as it is
 * written. */
#include "text/text.h"

static const struct entity { const char *name; uint32_t first, second; } entities[] = {
#define E(name, first, second) { name, first, second },
#include "text/entities.def"
#undef E
};

static const struct entity *find(struct str name)
{
	size_t low = 0;
	size_t high = COUNT_OF(entities);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct str here = str_of(entities[middle].name);
		int order = memcmp(here.p, name.p, num_min(here.n, name.n));
		if (order == 0 && here.n == name.n) return &entities[middle];
		if (order < 0 || (order == 0 && here.n < name.n)) low = middle + 1;
		else high = middle;
	}
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

/* &#233; and &#xe9; — numbers 128 to 159 mean windows-1252, as in browsers. */
static size_t numbered(struct str s, uint32_t *c)
{
	static const uint16_t windows[32] = {
		0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
		0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178 };
	size_t i = 2;
	bool hex = s.n > 2 && (s.p[2] == 'x' || s.p[2] == 'X');
	uint32_t v = 0;
	i += hex;
	size_t from = i;
	for (; i < s.n && i < from + 8; i++) {
		int d = digit(s.p[i]);
		if (d < 0 || (!hex && d > 9)) break;
		v = v * (hex ? 16 : 10) + (uint32_t)d;
	}
	if (i == from) return 0;
	if (i < s.n && s.p[i] == ';') i++;
	if (v >= 128 && v < 160) v = windows[v - 128];
	*c = v == 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff) ? 0xfffd : v;
	return i;
}

size_t text_entity(struct str s, uint32_t *first, uint32_t *second)
{
	enum { LONGEST = 32 };
	*second = 0;
	if (s.n < 3 || s.p[0] != '&') return 0;
	if (s.p[1] == '#') return numbered(s, first);
	size_t i = 1;
	while (i < s.n && i <= LONGEST && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || digit(s.p[i]) >= 0)) i++;
	if (i >= s.n || s.p[i] != ';') return 0;
	const struct entity *found = find(str_sub(s, 1, i - 1));
	if (!found) return 0;
	*first = found->first;
	*second = found->second;
	return i + 1;
}

size_t text_put_reference(struct buf *b, struct str s)
{
	uint32_t first, second;
	size_t n = text_entity(s, &first, &second);
	text_put_codepoint(b, n ? first : '&');
	if (n && second) text_put_codepoint(b, second);
	return n ? n : 1;
}

void text_put_resolved(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		if (s.p[i] == '&') i += text_put_reference(b, str_from(s, i));
		else buf_put_char(b, s.p[i++]);
	}
}

/* Colours of a theme: which can be read on which, and those nobody chose, made of those somebody did. What is made here keeps its
 * contrast whatever it is made of; what is given is left as given, and look_pairs says where that cannot be read. */
#include "look/inside.h"

#include <math.h>

const struct look_colour_row look_colour_rows[LOOK_COLOURS] = {
#define COLOUR(symbol, word_, title_) [LOOK_##symbol] = { .word = word_, .title = title_ },
#include "look/colours.def"
#undef COLOUR
};

static const struct { enum look_colour front, back; int tenths; const char *title; } pairs[] = {
#define PAIR(front_, back_, tenths_, title_) { LOOK_##front_, LOOK_##back_, tenths_, title_ },
#include "look/pairs.def"
#undef PAIR
};
_Static_assert(COUNT_OF(pairs) <= LOOK_PAIRS, "every pair has its place in what is handed out");

enum { WHITE = 0xffffff, BLACK = 0x000000, DARK_INK = 0x1e1d1b, LIGHT_INK = 0xeceae4 };
/* The house's own. */
static const uint32_t house[LOOK_SCHEMES][LOOK_COLOURS] = {
	[LOOK_LIGHT] = { [LOOK_PAGE] = 0xfbfaf6, [LOOK_BOXES] = WHITE, [LOOK_TEXT] = DARK_INK, [LOOK_BORDER] = 0xe0dcd1, [LOOK_SECTIONS_BACK] = 0xf2f0e9 },
	[LOOK_DARK] = { [LOOK_PAGE] = 0x15161a, [LOOK_BOXES] = 0x1e2026, [LOOK_TEXT] = LIGHT_INK, [LOOK_BORDER] = 0x33353d, [LOOK_SECTIONS_BACK] = 0x101115 },
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool look_colour_parse(struct str text, uint32_t *out)
{
	uint32_t v = 0;
	if ((text.n != 7 && text.n != 4) || text.p[0] != '#')
		return false;
	for (size_t i = 1; i < text.n; i++) {
		int d = hex_digit(text.p[i]);
		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
		if (text.n == 4)
			v = v << 4 | (uint32_t)d;
	}
	*out = v;
	return true;
}

/* Relative luminance of WCAG 2. */
static double luminance(uint32_t c)
{
	static const double weight[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;
	for (unsigned i = 0; i < 3; i++) {
		double v = (double)(c >> (16 - 8 * i) & 0xff) / 255;
		sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return sum;
}

/* Where black and white are read equally well. */
static bool is_dark(uint32_t c) { return luminance(c) <= 0.18; }

double look_contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a);
	double y = luminance(b);
	return (num_max(x, y) + 0.05) / (num_min(x, y) + 0.05);
}

uint32_t look_mix(uint32_t a, uint32_t b, uint32_t share)
{
	uint32_t out = 0;
	for (unsigned shift = 0; shift <= 16; shift += 8) {
		uint32_t x = a >> shift & 0xff;
		uint32_t y = b >> shift & 0xff;
		out |= ((x * share + y * (100 - share) + 50) / 100) << shift;
	}
	return out;
}

uint32_t look_readable(uint32_t colour, uint32_t background, double contrast)
{
	uint32_t away = is_dark(background) ? WHITE : BLACK;
	for (uint32_t share = 100; share > 0; share -= 2) {
		uint32_t c = look_mix(colour, away, share);
		if (look_contrast(c, background) >= contrast)
			return c;
	}
	return away;
}

/* --- roles nobody chose ------------------------------------------------------------------------------------ */

static double worse(uint32_t c, uint32_t first, uint32_t second)
{
	return num_min(look_contrast(c, first), look_contrast(c, second));
}

/* A colour read on two grounds: the nearest shade or tint that is, else black or white, whichever is read better. */
static uint32_t on_both(uint32_t colour, uint32_t first, uint32_t second, double contrast)
{
	for (uint32_t share = 100; share > 0; share -= 2) {
		uint32_t shade = look_mix(colour, BLACK, share);
		uint32_t tint = look_mix(colour, WHITE, share);
		bool tint_first = worse(tint, first, second) > worse(shade, first, second);
		if (worse(tint_first ? tint : shade, first, second) >= contrast)
			return tint_first ? tint : shade;
	}
	return worse(WHITE, first, second) > worse(BLACK, first, second) ? WHITE : BLACK;
}

static uint32_t ink_on(uint32_t back, uint32_t text)
{
	if (look_contrast(text, back) >= 7)
		return text;
	return look_readable(is_dark(back) ? LIGHT_INK : DARK_INK, back, 7);
}

/* A coloured ground by night: its hue stays, its light goes. */
static uint32_t by_night(uint32_t back, uint32_t dark)
{
	return look_mix(back, dark, luminance(back) > 0.4 ? 4 : 55);
}

struct making {
	const struct look_theme *theme;
	enum look_scheme scheme;
	uint32_t *c;
};

static void make(const struct making *m, enum look_colour role, uint32_t otherwise)
{
	m->c[role] = m->theme->given[m->scheme][role] ? m->theme->colour[m->scheme][role] : otherwise;
}

static void make_light(const struct making *m, uint32_t accent)
{
	const bool *given = m->theme->given[LOOK_LIGHT];
	const uint32_t *h = house[LOOK_LIGHT];
	uint32_t *c = m->c;
	make(m, LOOK_HIGHLIGHT, accent);
	make(m, LOOK_PAGE, h[LOOK_PAGE]);
	bool own = given[LOOK_PAGE];
	make(m, LOOK_BOXES, own ? look_mix(WHITE, c[LOOK_PAGE], is_dark(c[LOOK_PAGE]) ? 6 : 70) : h[LOOK_BOXES]);
	make(m, LOOK_TEXT, on_both(is_dark(c[LOOK_PAGE]) ? LIGHT_INK : DARK_INK, c[LOOK_PAGE], c[LOOK_BOXES], 7));
	make(m, LOOK_BORDER, own || given[LOOK_TEXT] ? look_mix(c[LOOK_TEXT], c[LOOK_PAGE], 14) : h[LOOK_BORDER]);
	uint32_t links = look_readable(c[LOOK_HIGHLIGHT], look_mix(c[LOOK_HIGHLIGHT], c[LOOK_PAGE], 14), 5.2);
	make(m, LOOK_LINKS, on_both(links, c[LOOK_PAGE], c[LOOK_BOXES], 4.6));
	make(m, LOOK_TITLES, c[LOOK_TEXT]);
	make(m, LOOK_SECTIONS_BACK, own || given[LOOK_TEXT] ? look_mix(c[LOOK_TEXT], c[LOOK_PAGE], 5) : h[LOOK_SECTIONS_BACK]);
	make(m, LOOK_SECTIONS, ink_on(c[LOOK_SECTIONS_BACK], c[LOOK_TEXT]));
	make(m, LOOK_HEADER, c[LOOK_BOXES]);
	make(m, LOOK_HEADER_LINKS, ink_on(c[LOOK_HEADER], c[LOOK_TEXT]));
	make(m, LOOK_FOOTER, is_dark(c[LOOK_SECTIONS_BACK]) == is_dark(c[LOOK_PAGE]) ? c[LOOK_SECTIONS_BACK] : c[LOOK_PAGE]);
	make(m, LOOK_FOOTER_LINKS, ink_on(c[LOOK_FOOTER], c[LOOK_TEXT]));
}

static void make_dark(const struct making *m, const uint32_t *light)
{
	const bool *given = m->theme->given[LOOK_LIGHT];
	const uint32_t *h = house[LOOK_DARK];
	uint32_t *c = m->c;
	make(m, LOOK_HIGHLIGHT, light[LOOK_HIGHLIGHT]);
	make(m, LOOK_PAGE, given[LOOK_PAGE] ? look_mix(light[LOOK_PAGE], h[LOOK_PAGE], 3) : h[LOOK_PAGE]);
	make(m, LOOK_BOXES, m->theme->given[LOOK_DARK][LOOK_PAGE] ? look_mix(WHITE, c[LOOK_PAGE], 5) : h[LOOK_BOXES]);
	make(m, LOOK_TEXT, on_both(LIGHT_INK, c[LOOK_PAGE], c[LOOK_BOXES], 7));
	make(m, LOOK_BORDER, m->theme->given[LOOK_DARK][LOOK_PAGE] ? look_mix(c[LOOK_TEXT], c[LOOK_PAGE], 15) : h[LOOK_BORDER]);
	uint32_t links = look_mix(given[LOOK_LINKS] ? light[LOOK_LINKS] : c[LOOK_HIGHLIGHT], WHITE, 70);
	links = look_readable(links, look_mix(c[LOOK_HIGHLIGHT], c[LOOK_BOXES], 24), 5.6);
	make(m, LOOK_LINKS, on_both(links, c[LOOK_PAGE], c[LOOK_BOXES], 5));
	uint32_t titles = given[LOOK_TITLES] ? look_mix(light[LOOK_TITLES], WHITE, 55) : c[LOOK_TEXT];
	make(m, LOOK_TITLES, on_both(titles, c[LOOK_PAGE], c[LOOK_BOXES], 5.6));
	make(m, LOOK_SECTIONS_BACK, given[LOOK_SECTIONS_BACK] ? by_night(light[LOOK_SECTIONS_BACK], h[LOOK_PAGE]) : h[LOOK_SECTIONS_BACK]);
	uint32_t sections = given[LOOK_SECTIONS] ? look_mix(light[LOOK_SECTIONS], WHITE, 55) : c[LOOK_TEXT];
	make(m, LOOK_SECTIONS, look_readable(sections, c[LOOK_SECTIONS_BACK], 5.6));
	make(m, LOOK_HEADER, given[LOOK_HEADER] ? by_night(light[LOOK_HEADER], h[LOOK_BOXES]) : c[LOOK_BOXES]);
	uint32_t links_above = given[LOOK_HEADER_LINKS] ? look_mix(light[LOOK_HEADER_LINKS], WHITE, 40) : c[LOOK_TEXT];
	make(m, LOOK_HEADER_LINKS, look_readable(links_above, c[LOOK_HEADER], 5.6));
	make(m, LOOK_FOOTER, given[LOOK_FOOTER] ? by_night(light[LOOK_FOOTER], h[LOOK_SECTIONS_BACK]) : h[LOOK_SECTIONS_BACK]);
	uint32_t links_below = given[LOOK_FOOTER_LINKS] ? look_mix(light[LOOK_FOOTER_LINKS], WHITE, 40) : c[LOOK_TEXT];
	make(m, LOOK_FOOTER_LINKS, look_readable(links_below, c[LOOK_FOOTER], 5.6));
}

void look_colours(const struct look_theme *t, enum look_scheme s, uint32_t accent, struct look_palette *out)
{
	struct look_palette light;
	make_light(&(struct making){ .theme = t, .scheme = LOOK_LIGHT, .c = light.colour }, accent);
	if (s == LOOK_LIGHT) {
		*out = light;
		return;
	}
	struct making m = { .theme = t, .scheme = LOOK_DARK, .c = out->colour };
	if (!is_dark(light.colour[LOOK_PAGE])) {
		make_dark(&m, light.colour);
		return;
	}
	/* A theme that is dark already is the same by night. */
	for (int role = 0; role < LOOK_COLOURS; role++)
		make(&m, (enum look_colour)role, light.colour[role]);
}

size_t look_pairs(const struct look_palette *p, struct look_pair out[LOOK_PAIRS])
{
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		double least = pairs[i].tenths / 10.0;
		double is = look_contrast(p->colour[pairs[i].front], p->colour[pairs[i].back]);
		out[i] = (struct look_pair){ .front = pairs[i].front, .back = pairs[i].back, .least = least, .is = is, .title = pairs[i].title, .ok = is >= least };
	}
	return COUNT_OF(pairs);
}

/* A portal gives one colour; everything coloured is made of it here, light and dark, with contrasts
 * that hold whatever the colour is. The stylesheet is a pure function of the accent, so its address
 * says all and readers may keep it for ever; EDITION changes with the recipe. */
#include "view/view.h"

#include <math.h>

#define EDITION "1"

enum {
	PAPER = 0xfbfaf6, PAPER_DARK = 0x15161a, RAISED_DARK = 0x1e2026, WHITE = 0xffffff, BLACK = 0x000000,
	HOUSE_ACCENT = 0x1f5a7a,
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_hex(struct str s, uint32_t *out)
{
	if (s.n != 6)
		return false;
	uint32_t v = 0;
	for (size_t i = 0; i < 6; i++) {
		int d = hex_digit(s.p[i]);
		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	*out = v;
	return true;
}

bool view_accent_parse(struct str colour, uint32_t *out)
{
	return colour.n == 7 && colour.p[0] == '#' && parse_hex(str_from(colour, 1), out);
}

uint32_t view_accent(const struct tenant *t)
{
	uint32_t accent = HOUSE_ACCENT;
	return view_accent_parse(tenant_setting(t, "theme.accent"), &accent) ? accent : HOUSE_ACCENT;
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

double view_contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a);
	double y = luminance(b);
	return (num_max(x, y) + 0.05) / (num_min(x, y) + 0.05);
}

/* `share` hundredths of a, the rest b. */
static uint32_t mix(uint32_t a, uint32_t b, uint32_t share)
{
	uint32_t out = 0;
	for (unsigned shift = 0; shift <= 16; shift += 8) {
		uint32_t x = a >> shift & 0xff;
		uint32_t y = b >> shift & 0xff;
		out |= ((x * share + y * (100 - share) + 50) / 100) << shift;
	}
	return out;
}

uint32_t view_readable(uint32_t colour, uint32_t background, double contrast)
{
	uint32_t away = luminance(background) > 0.18 ? BLACK : WHITE;
	for (uint32_t share = 100; share > 0; share -= 2) {
		uint32_t c = mix(colour, away, share);
		if (view_contrast(c, background) >= contrast)
			return c;
	}
	return away;
}

static void put_colour(struct buf *b, const char *name, uint32_t c)
{
	buf_printf(b, "--%s:#%06x;", name, c);
}

static void put_stylesheet(struct buf *b, uint32_t accent)
{
	uint32_t soft = mix(accent, PAPER, 9);
	uint32_t fill = view_readable(accent, WHITE, 5.0);
	uint32_t deep = view_readable(mix(accent, BLACK, 82), WHITE, 8.0);
	buf_lit(b, ":root{");
	put_colour(b, "accent", accent);
	put_colour(b, "accent-text", view_readable(accent, mix(accent, PAPER, 14), 5.2));
	put_colour(b, "accent-soft", soft);
	put_colour(b, "accent-line", mix(accent, PAPER, 34));
	put_colour(b, "accent-fill", fill);
	put_colour(b, "accent-fill-hover", mix(fill, BLACK, 84));
	put_colour(b, "accent-deep", deep);
	put_colour(b, "accent-deeper", mix(deep, BLACK, 80));
	put_colour(b, "accent-column", mix(WHITE, deep, 10));
	buf_lit(b, "}@media (prefers-color-scheme:dark){:root{");
	uint32_t dark_soft = mix(accent, PAPER_DARK, 20);
	uint32_t dark_text = view_readable(mix(accent, WHITE, 70), mix(accent, RAISED_DARK, 24), 5.6);
	uint32_t dark_deep = mix(deep, PAPER_DARK, 62);
	put_colour(b, "accent-text", dark_text);
	put_colour(b, "accent-soft", dark_soft);
	put_colour(b, "accent-line", mix(dark_text, PAPER_DARK, 42));
	put_colour(b, "accent-fill", fill);
	put_colour(b, "accent-fill-hover", mix(fill, BLACK, 84));
	put_colour(b, "accent-deep", dark_deep);
	put_colour(b, "accent-deeper", mix(dark_deep, BLACK, 80));
	put_colour(b, "accent-column", mix(WHITE, dark_deep, 7));
	buf_lit(b, "}}\n");
}

/* The house's mark: a roof on columns, open to one side. */
static void put_mark(struct buf *b, uint32_t accent)
{
	buf_printf(b,
	           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\"><rect width=\"64\" height=\"64\" "
	           "rx=\"12\" fill=\"#%06x\"/><g fill=\"#fff\"><path d=\"M32 12 54 24v3H10v-3z\"/>",
	           view_readable(accent, WHITE, 4.5));
	buf_lit(b, "<path d=\"M14 30h5v15h-5zM24.3 30h5v15h-5zM34.7 30h5v15h-5zM45 30h5v15h-5zM10 48h44v4H10z\"/></g></svg>\n");
}

struct str view_theme_url(struct arena *a, uint32_t accent)
{
	return arena_printf(a, "/assets/theme" EDITION ".%06x.css", accent);
}

struct str view_mark_url(struct arena *a, uint32_t accent)
{
	return arena_printf(a, "/assets/mark" EDITION ".%06x.svg", accent);
}

bool view_theme_file(struct str name, struct buf *out, struct str *type)
{
	struct str theme = STR("theme" EDITION ".");
	struct str mark = STR("mark" EDITION ".");
	uint32_t accent;
	if (str_starts(name, theme) && str_ends(name, STR(".css")) && parse_hex(str_sub(name, theme.n, name.n - theme.n - 4), &accent)) {
		put_stylesheet(out, accent);
		*type = STR("text/css; charset=utf-8");
		return true;
	}
	if (str_starts(name, mark) && str_ends(name, STR(".svg")) && parse_hex(str_sub(name, mark.n, name.n - mark.n - 4), &accent)) {
		put_mark(out, accent);
		*type = STR("image/svg+xml");
		return true;
	}
	return false;
}

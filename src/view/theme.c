/* The portal's mark in its own colour, and formulas of colour for who draws pages. Everything else about colours is look/. */
#include "view/view.h"

#include "look/look.h"

#define EDITION "1"

enum { HOUSE_ACCENT = 0x1f5a7a, WHITE = 0xffffff };

const struct template_item *view_theme_or_null(struct html *h, struct str name)
{
	const struct visit *v = h->visit;
	if (v && !h->themes_read) {
		h->themes_read = true;
		if (tenant_setting(v->at.tenant, "catalogue.themes").n)
			h->nthemes = template_items(v->at.tenant, TEMPLATE_THEMES, v->lang, v->lang_code, v->arena, &h->themes);
	}
	return h->nthemes ? template_item_or_null(h->themes, h->nthemes, name) : NULL;
}

bool view_accent_parse(struct str colour, uint32_t *out) { return colour.n == 7 && look_colour_parse(colour, out); }

uint32_t view_accent(const struct tenant *t)
{
	uint32_t accent = HOUSE_ACCENT;
	return view_accent_parse(tenant_setting(t, "theme.accent"), &accent) ? accent : HOUSE_ACCENT;
}

uint32_t view_accent_of(const struct look *l) { return l->palette[LOOK_LIGHT].colour[LOOK_HIGHLIGHT]; }

double view_contrast(uint32_t a, uint32_t b) { return look_contrast(a, b); }
uint32_t view_readable(uint32_t colour, uint32_t background, double contrast) { return look_readable(colour, background, contrast); }

/* The house's mark: a roof on columns, open to one side. */
static void put_mark(struct buf *b, uint32_t accent)
{
	buf_printf(b,
	           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\"><rect width=\"64\" height=\"64\" "
	           "rx=\"12\" fill=\"#%06x\"/><g fill=\"#fff\"><path d=\"M32 12 54 24v3H10v-3z\"/>",
	           view_readable(accent, WHITE, 4.5));
	buf_lit(b, "<path d=\"M14 30h5v15h-5zM24.3 30h5v15h-5zM34.7 30h5v15h-5zM45 30h5v15h-5zM10 48h44v4H10z\"/></g></svg>\n");
}

struct str view_mark_url(struct arena *a, uint32_t accent)
{
	return arena_printf(a, "/assets/mark" EDITION ".%06x.svg", accent);
}

bool view_mark_file(struct str name, struct buf *out, struct str *type)
{
	struct str mark = STR("mark" EDITION ".");
	uint32_t accent;
	if (!str_starts(name, mark) || !str_ends(name, STR(".svg")) || name.n != mark.n + 10)
		return false;
	char text[7] = { '#' };
	memcpy(text + 1, name.p + mark.n, 6);
	if (!look_colour_parse(str_make(text, sizeof text), &accent))
		return false;
	put_mark(out, accent);
	*type = STR("image/svg+xml");
	return true;
}

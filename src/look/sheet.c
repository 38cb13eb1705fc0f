/* The stylesheet of a look: colours and measures as custom properties, letters, then the portal's own rules. Its address holds a hash
 * of it, so readers may keep it for ever. web/style/tokens.css names the same properties with the house's values. */
#include "crypt/crypt.h"
#include "look/inside.h"

enum { SHEET_BYTES = 2 * LOOK_CSS_BYTES, HASH = 10 };

static void put_colour(struct buf *b, const char *name, uint32_t c)
{
	buf_printf(b, "--%s:#%06x;", name, c);
}

/* Everything that is made of the highlight, and of ink on paper. */
static void put_scheme(struct buf *b, const struct look_palette *p, bool dark)
{
	const uint32_t *c = p->colour;
	uint32_t accent = c[LOOK_HIGHLIGHT];
	uint32_t page = c[LOOK_PAGE];
	uint32_t fill = look_readable(accent, 0xffffff, 5.0);
	uint32_t deep = look_readable(look_mix(accent, 0, 82), 0xffffff, 8.0);
	uint32_t sunken = look_mix(c[LOOK_TEXT], page, 5);
	if (dark)
		sunken = look_mix(page, 0, 78);
	/* Controls of the browser follow: a theme may be dark by day. */
	if (look_contrast(page, 0xffffff) > look_contrast(page, 0))
		buf_lit(b, "color-scheme:dark;");
	for (int i = 0; i < LOOK_COLOURS; i++)
		put_colour(b, look_colour_rows[i].word, c[i]);
	put_colour(b, "paper", page);
	put_colour(b, "raised", c[LOOK_BOXES]);
	put_colour(b, "sunken", sunken);
	put_colour(b, "ink", c[LOOK_TEXT]);
	put_colour(b, "ink-soft", look_readable(look_readable(look_mix(c[LOOK_TEXT], page, 72), sunken, 4.7), c[LOOK_BOXES], 4.7));
	put_colour(b, "line", c[LOOK_BORDER]);
	put_colour(b, "line-strong", look_readable(look_mix(c[LOOK_TEXT], page, 52), page, 3.3));
	put_colour(b, "bad", look_readable(dark ? 0xf19a93 : 0x9c2323, c[LOOK_BOXES], 5.0));
	uint32_t soft = look_mix(accent, page, dark ? 20 : 9);
	uint32_t text = dark ? look_readable(look_mix(accent, 0xffffff, 70), look_mix(accent, c[LOOK_BOXES], 24), 5.6)
	                     : look_readable(accent, look_mix(accent, page, 14), 5.2);
	put_colour(b, "accent", accent);
	put_colour(b, "accent-text", text);
	put_colour(b, "accent-soft", soft);
	put_colour(b, "accent-line", dark ? look_mix(text, page, 42) : look_mix(accent, page, 34));
	put_colour(b, "accent-fill", fill);
	put_colour(b, "accent-fill-hover", look_mix(fill, 0, 84));
	uint32_t ground = dark ? look_mix(deep, page, 62) : deep;
	put_colour(b, "accent-deep", ground);
	put_colour(b, "accent-deeper", look_mix(ground, 0, 80));
	put_colour(b, "accent-column", look_mix(0xffffff, ground, dark ? 7 : 10));
}

static const struct look_file *file_of(struct str font, const struct look_file *files, size_t n)
{
	if (!str_starts(font, STR("file:")))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (files[i].is_font && str_eq(files[i].name, str_from(font, 5)))
			return &files[i];
	return NULL;
}

static void put_font(struct buf *b, const char *property, struct str font, const struct look_file *f)
{
	for (const struct look_font_row *r = look_font_rows; r->word; r++)
		if (str_eq(font, str_of(r->word)))
			buf_printf(b, "--%s:%s;", property, r->family);
	if (f)
		buf_printf(b, "--%s:'own %s',%s;", property, property, look_font_rows[0].family);
}

static void put_face(struct buf *b, const char *property, const struct look_file *f)
{
	if (f)
		buf_printf(b, "@font-face{font-family:'own %s';font-display:swap;src:url(" LOOK_FILES_PATH "%.*s?v=%.*s)}", property, STR_ARG(f->name),
		           STR_ARG(str_sub(f->hash, 0, 12)));
}

static void put_measures(struct buf *b, const struct look_theme *t)
{
	static const char *const cell[] = { [LOOK_ROOMY] = ".85rem", [LOOK_NORMAL] = ".6rem", [LOOK_DENSE] = ".35rem" };
	static const char *const pad[] = { [LOOK_ROOMY] = "1.7rem", [LOOK_NORMAL] = "1.3rem", [LOOK_DENSE] = ".9rem" };
	static const char *const gap[] = { [LOOK_ROOMY] = "1.8rem", [LOOK_NORMAL] = "1.25rem", [LOOK_DENSE] = ".75rem" };
	if (t->width)
		buf_printf(b, "--wide:%drem;", t->width);
	if (t->radius >= 0)
		buf_printf(b, "--round:%dpx;", t->radius);
	if (t->density != LOOK_NORMAL)
		buf_printf(b, "--cell:%s;--pad:%s;--gap:%s;", cell[t->density], pad[t->density], gap[t->density]);
}

void look_make_sheet(struct look_box *box, const struct look_file *files, size_t n)
{
	struct look *l = &box->look;
	const struct look_file *text = file_of(l->theme.text_font, files, n);
	const struct look_file *title = file_of(l->theme.title_font, files, n);
	auto_buf b = BUF_INIT(SHEET_BYTES);
	put_face(&b, "sans", text);
	put_face(&b, "display", title);
	buf_lit(&b, ":root{");
	put_scheme(&b, &l->palette[LOOK_LIGHT], false);
	put_font(&b, "sans", l->theme.text_font, text);
	put_font(&b, "display", l->theme.title_font, title);
	put_measures(&b, &l->theme);
	buf_lit(&b, "}@media (prefers-color-scheme:dark){:root{");
	put_scheme(&b, &l->palette[LOOK_DARK], true);
	buf_lit(&b, "}}\n");
	look_clean_css(&b, l->theme.css, NULL);
	l->stylesheet = arena_str(&box->arena, buf_str(&b));
	unsigned char hash[32];
	char text_hash[2 * HASH + 1];
	crypt_sha256(l->stylesheet, hash);
	crypt_hex(hash, HASH, text_hash);
	if (l->draft)
		l->url = arena_printf(&box->arena, "/assets/theme/draft-%s.css", text_hash);
	else
		l->url = arena_printf(&box->arena, "/assets/theme/%lld-%s.css", (long long)l->version, text_hash);
}

/* How a card looks: the portal's mark and name at the top, the title large, a band of the accent with figures at the foot. What is
 * written from right to left is laid out from right to left. */
#include "draw/inside.h"
#include "text/text.h"

enum { MARGIN = 72, MARK = 56, BAND = 96, TITLE_TOP = 208, TITLE_ROOM = 250, GAP = 20, EDGE = 14, MOST = 4000 };
enum { INK = 0x16202a, SOFT = 0x4a5560, WHITE = 0xffffff };
static const int title_sizes[] = { 68, 60, 52, 46, 40 };

static void paint(cairo_t *c, uint32_t rgb, double alpha)
{
	cairo_set_source_rgba(c, (double)(rgb >> 16 & 0xff) / 255, (double)(rgb >> 8 & 0xff) / 255, (double)(rgb & 0xff) / 255, alpha);
}

static void box(cairo_t *c, double x, double y, double w, double h)
{
	cairo_rectangle(c, x, y, w, h);
	cairo_fill(c);
}

/* The colonnade, 44 units wide and 40 high. */
static void put_mark(cairo_t *c, double x, double y, double width)
{
	static const double columns[] = { 4, 14.3, 24.7, 35 };
	cairo_save(c);
	cairo_translate(c, x, y);
	cairo_scale(c, width / 44, width / 44);
	cairo_move_to(c, 22, 0);
	cairo_line_to(c, 44, 12);
	cairo_line_to(c, 44, 15);
	cairo_line_to(c, 0, 15);
	cairo_line_to(c, 0, 12);
	cairo_close_path(c);
	cairo_fill(c);
	for (size_t i = 0; i < COUNT_OF(columns); i++) box(c, columns[i], 18, 5, 15);
	box(c, 0, 36, 44, 4);
	cairo_restore(c);
}

struct words { struct str text, lang; int size, lines, width; bool bold; };

/* One paragraph: controls are blanks, so that what a publisher wrote cannot begin another. */
static PangoLayout *layout_of(cairo_t *c, PangoFontMap *fonts, const struct words *w, bool rtl)
{
	PangoContext *context = pango_font_map_create_context(fonts);
	PangoFontDescription *font = pango_font_description_new();
	auto_buf text = BUF_INIT(4 * MOST);
	for (size_t at = 0; at < w->text.n && at < MOST;) {
		uint32_t letter = text_next(w->text, &at);
		text_put_codepoint(&text, letter < 0x20 || letter == 0x7f ? ' ' : letter);
	}
	buf_put_char(&text, '\0');
	auto_buf lang = BUF_INIT(64);
	buf_put(&lang, w->lang.n < 20 ? w->lang : STR(""));
	buf_put_char(&lang, '\0');
	pango_cairo_update_context(c, context);
	if (lang.n > 1) pango_context_set_language(context, pango_language_from_string(lang.p));
	pango_context_set_base_dir(context, rtl ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
	pango_font_description_set_family_static(font, "Noto Sans");
	pango_font_description_set_absolute_size(font, w->size * (double)PANGO_SCALE);
	if (w->bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	PangoLayout *l = pango_layout_new(context);
	pango_layout_set_font_description(l, font);
	pango_layout_set_width(l, w->width * PANGO_SCALE);
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_line_spacing(l, w->lines > 1 ? 1.06F : 1.0F);
	pango_layout_set_text(l, text.p, -1);
	pango_font_description_free(font);
	g_object_unref(context);
	return l;
}

/* Whether a text is to be read from right to left: by its first letter that says (UAX 9, P2). 0: none does. */
static int direction_of(struct str s)
{
	for (size_t at = 0; at < s.n;) {
		gunichar c = text_next(s, &at);
		GUnicodeScript script = g_unichar_get_script(c);
		if (script == G_UNICODE_SCRIPT_ARABIC || script == G_UNICODE_SCRIPT_HEBREW || script == G_UNICODE_SCRIPT_SYRIAC ||
		    script == G_UNICODE_SCRIPT_THAANA || script == G_UNICODE_SCRIPT_NKO)
			return -1;
		if (g_unichar_isalpha(c)) return 1;
	}
	return 0;
}

/* A layout begins at its own side whatever the direction of its first letter. */
static void align(PangoLayout *l, struct str text, bool rtl)
{
	int own = direction_of(text);
	bool other = own && (own < 0) != rtl;
	/* For a paragraph whose direction is not the context's, Pango swaps left and right. */
	pango_layout_set_alignment(l, rtl != other ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
}

/* Draws at most w->lines lines with their top at y; gives the height. */
static int put_words(cairo_t *c, PangoFontMap *fonts, const struct words *w, int x, int y, bool rtl)
{
	int height;
	if (!w->text.n) return 0;
	PangoLayout *l = layout_of(c, fonts, w, rtl);
	align(l, w->text, rtl);
	pango_layout_set_height(l, -w->lines);
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	cairo_move_to(c, x, y);
	pango_cairo_show_layout(c, l);
	pango_layout_get_pixel_size(l, NULL, &height);
	g_object_unref(l);
	return height;
}

/* The largest size at which the title fits; the smallest when none does. */
static int title_size(cairo_t *c, PangoFontMap *fonts, struct words w, bool rtl)
{
	for (size_t i = 0; i < COUNT_OF(title_sizes); i++) {
		int height;
		w.size = title_sizes[i];
		PangoLayout *l = layout_of(c, fonts, &w, rtl);
		bool fits = pango_layout_get_line_count(l) <= DRAW_LINES;
		pango_layout_get_pixel_size(l, NULL, &height);
		g_object_unref(l);
		if (fits && height <= TITLE_ROOM) return w.size;
	}
	return title_sizes[COUNT_OF(title_sizes) - 1];
}

void draw_card_on(cairo_t *c, PangoFontMap *fonts, const struct draw_card *card)
{
	const int width = DRAW_WIDTH - 2 * MARGIN, beside = width - MARK - GAP;
	struct str first = card->title.n ? card->title : card->portal;
	bool rtl = direction_of(first) < 0;
	paint(c, WHITE, 1);
	cairo_paint(c);
	paint(c, card->accent, 0.07);
	put_mark(c, rtl ? -70 : DRAW_WIDTH - 330, DRAW_HEIGHT - BAND - 330, 400);
	paint(c, card->accent, 1);
	box(c, 0, 0, DRAW_WIDTH, EDGE);
	box(c, 0, DRAW_HEIGHT - BAND, DRAW_WIDTH, BAND);
	put_mark(c, rtl ? DRAW_WIDTH - MARGIN - MARK : MARGIN, 60, MARK);
	paint(c, INK, 1);
	put_words(c, fonts, &(struct words){ .text = card->portal, .lang = card->lang, .size = 34, .lines = 1, .width = beside, .bold = true }, rtl ? MARGIN : MARGIN + MARK + GAP, 62, rtl);
	paint(c, card->accent, 1);
	put_words(c, fonts, &(struct words){ .text = card->kind, .lang = card->lang, .size = 28, .lines = 1, .width = width, .bold = true }, MARGIN, 154, rtl);
	struct words title = { .text = card->title, .lang = card->lang, .lines = DRAW_LINES, .width = width, .bold = true };
	title.size = title_size(c, fonts, title, rtl);
	paint(c, INK, 1);
	int height = put_words(c, fonts, &title, MARGIN, card->kind.n ? TITLE_TOP : TITLE_TOP - 40, rtl);
	paint(c, SOFT, 1);
	put_words(c, fonts, &(struct words){ .text = card->by, .lang = card->lang, .size = 30, .lines = height < TITLE_ROOM / 2 ? 3 : 1, .width = width }, MARGIN,
	          (card->kind.n ? TITLE_TOP : TITLE_TOP - 40) + num_min(height, TITLE_ROOM) + 14, rtl);
	paint(c, WHITE, 1);
	put_words(c, fonts, &(struct words){ .text = card->facts, .lang = card->lang, .size = 30, .lines = 1, .width = width }, MARGIN, DRAW_HEIGHT - BAND + 26, rtl);
}

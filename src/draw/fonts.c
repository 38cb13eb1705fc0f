/* The fonts of pictures: a short list of files, so that nothing depends on what else is installed, and the thousand others are not
 * looked at. Letters are chosen among them by what they cover. */
#include "draw/inside.h"
#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

#define NOTO "/usr/share/fonts/truetype/noto/NotoSans"
#define BOTH(script) NOTO script "-Regular.ttf", NOTO script "-Bold.ttf"

static const char *const files[] = {
	BOTH(""), BOTH("Arabic"), BOTH("Hebrew"), BOTH("Devanagari"), BOTH("Thai"), BOTH("Armenian"), BOTH("Georgian"), BOTH("Bengali"), BOTH("Tamil"),
	BOTH("Telugu"), BOTH("Kannada"), BOTH("Malayalam"), BOTH("Gujarati"), BOTH("Gurmukhi"), BOTH("Oriya"), BOTH("Sinhala"), BOTH("Khmer"), BOTH("Lao"),
	BOTH("Myanmar"), BOTH("Ethiopic"), BOTH("Cherokee"), BOTH("CanadianAboriginal"), NOTO "Tifinagh-Regular.ttf", NOTO "Syriac-Regular.ttf",
	NOTO "NKo-Regular.ttf", NOTO "Mongolian-Regular.ttf", NOTO "Symbols-Regular.ttf", NOTO "Symbols2-Regular.ttf", NOTO "Math-Regular.ttf",
	"/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf", "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
};

bool draw_fonts(struct draw *d, struct err *e)
{
	size_t found = 0;
	if (d->fonts) return true;
	FcConfig *config = FcConfigCreate();
	ensure(config != NULL);
	for (size_t i = 0; i < COUNT_OF(files); i++) found += FcConfigAppFontAddFile(config, (const FcChar8 *)files[i]) == FcTrue;
	if (!found) {
		FcConfigDestroy(config);
		err_set(e, ERR_SYSTEM, "The picture cannot be drawn.");
		return err_cause(e, "no font is installed: %s", files[0]);
	}
	d->config = config;
	d->fonts = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	ensure(d->fonts != NULL);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(d->fonts), config);
	return true;
}

void draw_fonts_done(struct draw *d)
{
	/* Pango has the library made ready on a thread of its own, which this waits for. */
	if (d->fonts) (void)pango_fc_font_map_get_config(PANGO_FC_FONT_MAP(d->fonts));
	/* A font map does not give its configuration back by itself. */
	if (d->fonts) pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(d->fonts), NULL);
	if (d->fonts) g_object_unref(d->fonts);
	if (d->config) FcConfigDestroy(d->config);
	/* The library made one of its own on the way, which nobody reads. It goes alone: FcFini wants all that was ever looked at gone first, and
	 * ends the program where a thread of Pango's has not let go of it yet. */
	if (d->fonts) (void)FcConfigSetCurrent(NULL);
}

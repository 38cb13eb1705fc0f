/* From a card to a PNG: one at a time, on a surface of its own that is gone when it returns. */
#include "draw/inside.h"
#include <stdlib.h>

struct draw *draw_open(void)
{
	struct draw *d = calloc(1, sizeof *d);
	ensure(d != NULL);
	lock_init(&d->lock, LOCK_DRAW);
	return d;
}

void draw_close(struct draw *d_or_null)
{
	if (!d_or_null) return;
	draw_fonts_done(d_or_null);
	lock_done(&d_or_null->lock);
	free(d_or_null);
}

static cairo_status_t add(void *arg, const unsigned char *bytes, unsigned int n)
{
	struct buf *out = arg;
	buf_put(out, str_make((const char *)bytes, n));
	return out->over ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static bool draw(struct draw *d, const struct draw_card *card, struct buf *out, struct err *e)
{
	if (!draw_fonts(d, e)) return false;
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, DRAW_WIDTH, DRAW_HEIGHT);
	cairo_t *c = cairo_create(surface);
	draw_card_on(c, d->fonts, card);
	cairo_status_t status = cairo_status(c);
	cairo_destroy(c);
	if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_write_to_png_stream(surface, add, out);
	cairo_surface_destroy(surface);
	if (status == CAIRO_STATUS_SUCCESS) return true;
	err_set(e, ERR_SYSTEM, "The picture cannot be drawn.");
	return err_cause(e, "cairo: %s", cairo_status_to_string(status));
}

bool draw_card_put(struct draw *d, const struct draw_card *c, struct buf *out, struct err *e)
{
	lock_take(&d->lock);
	bool ok = draw(d, c, out, e);
	lock_give(&d->lock);
	return ok;
}

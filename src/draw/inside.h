/* What the files of the room share. */
#ifndef DRAW_INSIDE_H
#define DRAW_INSIDE_H

#include "draw/draw.h"
#include <pango/pangocairo.h>

struct draw {
	struct lock lock;        /* LOCK_DRAW; guards fonts, and whatever Pango and Fontconfig share */
	PangoFontMap *fonts;     /* NULL until the first picture */
	void *config;            /* of Fontconfig: only our files */
};

/* fonts.c: under the lock. False with ERR_SYSTEM: not one of the files is there. */
bool draw_fonts(struct draw *d, struct err *e) must_use;
void draw_fonts_done(struct draw *d);
/* card.c */
void draw_card_on(cairo_t *c, PangoFontMap *fonts, const struct draw_card *card);

#endif

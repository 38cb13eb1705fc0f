/* Pictures for link previews: a card of 1200 × 630 points with a portal's name, a title in any script, who publishes it and a line of
 * figures, as PNG. The door to Pango, its cairo and its Fontconfig. Titles are shaped and wrapped in their own direction, and
 * shrunk until they fit in four lines; what then still does not fit ends with an ellipsis. Refuses to know datasets and caches, and to
 * ask the network or the system's font settings: fonts are files of Debian's packages fonts-noto-core and fonts-droid-fallback.
 *
 * Threads: any; one picture at a time is drawn, since Pango and Fontconfig share state: others wait (LOCK_DRAW). Fonts are looked at when the
 * first picture is wanted. About 3 MB and some tens of milliseconds a picture. */
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include "base/base.h"

enum { DRAW_WIDTH = 1200, DRAW_HEIGHT = 630, DRAW_LINES = 4, DRAW_BYTES = 4 << 20 };

struct draw;
struct draw *draw_open(void) __attribute__((returns_nonnull));
void draw_close(struct draw *d_or_null);

/* Texts are UTF-8 and may be empty. */
struct draw_card {
	struct str portal;   /* beside the mark */
	struct str kind;     /* a word above the title: "Dataset" */
	struct str title;
	struct str by;       /* below it */
	struct str facts;    /* at the foot */
	struct str lang;     /* of the words: chooses letters where languages share them */
	uint32_t accent;     /* 0xRRGGBB; dark enough for white words upon it */
};
/* Appends the PNG. Fails with ERR_SYSTEM when no font is installed, or the picture cannot be made. */
bool draw_card_put(struct draw *d, const struct draw_card *c, struct buf *out, struct err *e) must_use nonnull_all;

#endif

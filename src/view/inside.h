/* What the files of this room share. */
#ifndef VIEW_INSIDE_H
#define VIEW_INSIDE_H

#include "view/view.h"

/* --- layout.c: parts of the frame that all frames share ---------------------------------------------- */

void view_put_head(struct view_page *p);   /* everything before <body> */
void view_put_brand(struct view_page *p);  /* the mark and the portal's name, a link to its first page */
void view_put_picker(struct view_page *p); /* a form with a button for each language, folded away; works without script */

/* --- header.c, footer.c: what surrounds pages of the front -------------------------------------------- */

void view_put_header(struct view_page *p);
void view_put_footer(struct view_page *p);      /* from </main> to the end */
void view_put_brand_large(struct view_page *p); /* with the mark that is meant for signing in */
/* Cleaned markup with its placeholders (##name##) filled, each at most once; gives a bit for each that was. Ends with a row without name. */
enum { VIEW_HOLES = 16 }; /* placeholders of a header or footer, at most */
struct view_hole { const char *name; void (*put)(struct view_page *p); };
unsigned view_put_filled(struct view_page *p, struct str markup, const struct view_hole *holes);

/* --- frame.c ------------------------------------------------------------------------------------------ */

void view_put_frame_end(struct view_page *p);
bool view_put_frame_policy(struct view_page *p, struct err *e) must_use; /* who may show it */

/* --- office.c -------------------------------------------------------------------------------------- */

void view_put_account(struct view_page *p, bool office); /* who is signed in, folded away: their account, the way out */

/* --- form.c ----------------------------------------------------------------------------------------- */

/* Writes a message when there is one, else the text. */
void view_put_words(struct html *h, const char *message_or_null, struct str text);
/* Two literals, one of which is written. */
void view_put_either(struct html *h, bool first, struct str a, struct str b);

/* stood.c, for form.c */
void view_stood_open(struct html *h, const struct html_form *f) nonnull_all;
void view_stood_box(struct html *h, const struct view_stood_box *box) nonnull_all;
void view_stood_close(struct html *h) nonnull_all;
void view_stood_put_told(struct html *h) nonnull_all;

#endif

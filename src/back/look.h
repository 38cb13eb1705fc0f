/* What the pages about the portal's look share. */
#ifndef BACK_LOOK_H
#define BACK_LOOK_H

#include "back/inside.h"
#include "look/look.h"

enum back_look_tab { LOOK_TAB_THEME, LOOK_TAB_CODE, LOOK_TAB_VERSIONS, LOOK_TAB_BRAND, LOOK_TAB_FILES, LOOK_TABS };
void back_put_look_tabs(struct html *h, enum back_look_tab tab);
enum back_navigation_tab { NAVIGATION_MENU, NAVIGATION_LEGAL };
void back_put_navigation_tabs(struct html *h, enum back_navigation_tab tab);

/* Whether the draft differs from what is live, and what can be done with it: a preview, making it live, throwing it away. */
void back_put_draft_bar(struct view_page *p, const struct look *draft) nonnull_all;
/* Parts of a theme that differ, as messages; gives how many. */
enum { LOOK_PARTS = 7 };
size_t back_look_changes(const struct look_theme *a, const struct look_theme *b, const char *out[LOOK_PARTS]) nonnull_all;
/* "#1f5a7a" */
struct str back_colour(struct arena *a, uint32_t c) nonnull_all;
/* Two colours, one on the other, as a small picture. */
void back_put_sample(struct html *h, uint32_t front, uint32_t back) nonnull_all;
/* Texts of a form in the portal's languages: fields "name.fr"; languages the portal does not have (any more) keep theirs. */
struct look_text back_take_text(struct visit *v, const struct visitor_form *f, struct str name, const struct look_text *former) nonnull_all;
/* The other way: in the order of the portal's languages. */
const struct str *back_text_values(const struct visit *v, const struct look_text *t) nonnull_all;
/* The draft, until look_release. */
bool back_hold_draft(struct visit *v, const struct look **out, struct err *e) must_use nonnull_all;

#endif

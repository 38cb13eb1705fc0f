/* What the files about content pages share. */
#ifndef MANAGE_PAGES_H
#define MANAGE_PAGES_H

#include "manage/inside.h"
#include "page/page.h"

struct manage_shelf { bool code; const char *what; };
extern const struct manage_shelf manage_code_pages, manage_studio_pages;
struct manage_leaf { const struct page_view *view; const struct page *page; };
/* The page of the address, which the caller may edit; ended by manage_page_drop. ERR_NOT_FOUND. */
bool manage_page_find(struct manage_call *c, const struct manage_shelf *s, struct manage_leaf *out, struct err *e) must_use;
void manage_page_drop(struct manage_call *c, struct manage_leaf *l);

#endif

/* What the files of content pages and of the first page share. */
#ifndef FRONT_PAGE_H
#define FRONT_PAGE_H

#include "front/inside.h"
#include "content/content.h"

extern const struct content_shelf front_shelf;
/* Shows a published page at an address: "/pages/x/" or "/". */
bool front_page_show(struct visit *v, const struct page *p, struct str path, bool root, struct err *e) must_use nonnull_all;
/* The catalogue as the first page. */
bool front_catalogue_home(struct httpd_request *r, struct httpd_reply *p, struct site *site, struct err *e) must_use nonnull_all;

#endif

/* What the files of content pages and of the first page share. */
#ifndef FRONT_PAGE_H
#define FRONT_PAGE_H

#include "front/inside.h"
#include "content/content.h"

extern const struct content_shelf front_shelf;
/* Shows a published page at an address: "/pages/x/" or "/". */
bool front_page_show(struct visit *v, const struct page *p, struct str path, bool root, struct err *e) must_use nonnull_all;
/* A publisher's stylesheet, cleaned and nested below a selector. False, and nothing written, when its brackets or quotation marks do not fit. */
bool front_put_sheet(struct buf *out, const char *below, struct str css) must_use nonnull_all;
/* The link to the page's own, when there is one. */
void front_put_page_sheet(struct view_page *page, const struct page *p) nonnull_all;
/* The catalogue as the first page. */
bool front_catalogue_home(struct httpd_request *r, struct httpd_reply *p, struct site *site, struct err *e) must_use nonnull_all;

#endif

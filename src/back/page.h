/* What the files about content pages share. */
#ifndef BACK_PAGE_H
#define BACK_PAGE_H

#include "back/inside.h"
#include "content/content.h"

enum { BACK_PAGE_BODY = 4 << 20 };

/* One page and who looks at it; ended by page_office_leave. */
struct page_office {
	struct visit visit;
	const struct page_view *view; /* all pages, as editors have them */
	const struct page *page;
	struct str path;              /* "/backoffice/pages/7/" */
	struct str title;
};
/* Comes in and finds the page of the address; ERR_NOT_FOUND as well for one that is not to be edited here. False with ERR_NONE: led
 * elsewhere. */
bool page_office_enter(struct page_office *o, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) must_use nonnull_all;
void page_office_leave(struct page_office *o);
#define auto_page_office auto_with(page_office_leave) struct page_office
enum page_tab { PAGE_TAB_CONTENT, PAGE_TAB_ACCESS, PAGE_TAB_SHARE, PAGE_TAB_HISTORY };
/* The heading, its buttons and the tabs. */
void page_office_head(struct page_office *o, struct view_page *page, enum page_tab tab);
void page_put_state(struct html *h, const struct page *p);

/* page_many.c: what can be done to a page from the list. */
struct page_deed {
	const char *word, *label;
	const char *said;                     /* a word of said.def; NULL: the way back is offered */
	bool (*act)(struct pages *ps, struct tenant_id t, int64_t id, struct err *e);
	bool (*fits)(const struct page *p);   /* where there is something to do */
};
const struct page_deed *page_deeds(size_t *n) __attribute__((returns_nonnull));
bool page_may(const struct visit *v, const struct page *p, const struct page_deed *d) must_use nonnull_all;

/* page_read.c: a posted form as a document; what its button asks for is done to sections and blocks. In the arena. */
struct str page_form_doc(const struct visit *v, const struct page *p, const struct visitor_form *f) nonnull_all;
/* page_form.c: the fields of a document. */
void page_put_fields(struct html *h, struct visit *v, const struct page *p, const struct json_node *root);
/* Faults as errors of the form. */
void page_complain(const struct visit *v, struct html_errors *errors, const struct page_faults *faults);

#endif

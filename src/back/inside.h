/* What the pages of this room share. A page is a file with its routes:
 *
 *	static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
 *	{
 *		auto_visit v = { 0 };
 *		if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
 *			return back_answered(p, e);            // led elsewhere, or an error
 *		struct visitor_form form;
 *		struct html_errors errors = { 0 };
 *		if (r->method == HTTPD_POST) {
 *			if (!back_form(&v, &form, e))
 *				return false;
 *			if (save(&v, &form, &errors, e))
 *				return back_done(&v, STR("/backoffice/privacy/"), "saved", e);  // 303
 *			…
 *		}
 *		auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Cookies and privacy")), .path = STR("/backoffice/privacy/") };
 *		view_office_open(&page, VIEW_OFFICE_PRIVACY);
 *		back_said(&page, r);                           // "Saved."
 *		…
 *		return view_close(&page, e);
 *	}
 */
#ifndef BACK_INSIDE_H
#define BACK_INSIDE_H

#include "back/back.h"
#include "view/view.h"

enum back_flags {
	BACK_FRESH = 1u << 0, /* a secret must have been proved of late (SES-10) */
};
/* Who may come in: signed in, with a second factor where one is asked for, with the permission of the section. False with
 * e->code ERR_NONE when the reply leads elsewhere (sign-in, enrolment, proving a secret again); ERR_FORBIDDEN when it may not
 * be. Makes the answer private and chooses the language of the back office. */
bool back_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, enum view_section section, unsigned flags,
                struct visit *out, struct err *e) must_use nonnull_all;
/* For the line after a false of back_enter or back_fresh: true when the reply is set already. */
bool back_answered(struct httpd_reply *p, const struct err *e) must_use nonnull_all;
/* Reads a posted form and checks its token. */
bool back_form(struct visit *v, struct visitor_form *out, struct err *e) must_use nonnull_all;
/* Asked before a change when the page itself did not ask for BACK_FRESH. As back_enter. */
bool back_fresh(struct visit *v, struct err *e) must_use nonnull_all;
/* 303 to a page that then says what was done: `what` is a word of said.def. */
bool back_done(struct visit *v, struct str path, const char *what, struct err *e) must_use nonnull_all;
/* Writes the notice for the parameter "done" of the address. */
void back_said(struct view_page *p, const struct httpd_request *r) nonnull_all;
/* The status of a page that shows a form again. */
void back_refused(struct visit *v) nonnull_all;

#endif

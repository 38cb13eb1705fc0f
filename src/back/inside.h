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
#include "text/text.h"
#include "view/view.h"

enum back_flags {
	BACK_FRESH = 1u << 0, /* a secret must have been proved of late (SES-10) */
	BACK_KEYS = 1u << 1,  /* for programs, too: an API key that may write, in place of a session */
};
/* Who may come in: signed in (ERR_UNAUTHENTICATED), with the permission of the section (ERR_FORBIDDEN), with a second factor
 * where one is asked for (false with e->code ERR_NONE: the reply leads to the enrolment), and with BACK_FRESH a proof of late
 * (ERR_NOT_FRESH). Makes the answer private and chooses the language of the back office. */
bool back_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, enum view_section section, unsigned flags,
                struct visit *out, struct err *e) must_use nonnull_all;
/* For the line after a false: true when there is no error, the reply being set already. */
bool back_answered(struct httpd_reply *p, const struct err *e) must_use nonnull_all;
/* stood.c: two editors at once. Every form of this room with boxes carries how they stood (view.h); the three below compare it with how they stand now, and
 * note an error with status 409 when somebody else has changed them meanwhile. */
bool back_turn(const struct httpd_request *r, uint64_t *turn, struct err *e) must_use nonnull_all;
void back_stood_begin(struct visit *v) nonnull_all;
void back_stood_carry(struct visit *v, const struct visitor_form *f) nonnull_all; /* shown again without having been compared */
bool back_stood(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e) must_use nonnull_all;
/* Reads a posted form and checks its token. */
bool back_form(struct visit *v, struct visitor_form *out, struct err *e) must_use nonnull_all;
/* The same for a page with much to fill in: when only the token is stale (another tab signed in or proved a secret, CSR-5), false
 * notes an error instead, `out` holds what was posted, and the page is shown again with a fresh token. */
bool back_form_kept(struct visit *v, struct visitor_form *out, struct html_errors *errors, struct err *e) must_use nonnull_all;
/* The same for a page that is read and posted alike: false for what cannot be mended. `taken`: a form came and is to be obeyed;
 * when one came that is not, `errors` says so and the page is shown as posted. */
bool back_form_taken(struct visit *v, struct visitor_form *out, struct html_errors *errors, bool *taken, struct err *e) must_use nonnull_all;
/* kept.c. After ERR_UNAUTHENTICATED for a form that was posted: lays it aside and leads to the sign-in that comes back to it. False either way; with
 * e->code ERR_NONE the reply is set. */
bool back_keep(struct visit *v, struct err *e) nonnull_all;
/* The form that was laid aside for this address; false: there is none. It is for showing only. back_form_taken asks by itself. */
bool back_kept(struct visit *v, struct visitor_form *out) must_use nonnull_all;
/* Asked before a change by a single button. ERR_NOT_FRESH leads to a page where the secret is proved, and from there to this
 * address. */
bool back_fresh(struct visit *v, struct err *e) must_use nonnull_all;
bool back_is_fresh(const struct visit *v) must_use nonnull_all;
/* The same for a form with something filled in, which is not to be lost: false notes an error, the page is shown again with
 * what was posted, and back_put_stale says where to go in another tab. */
bool back_fresh_form(struct visit *v, struct html_errors *errors) must_use nonnull_all;
void back_put_stale(struct view_page *p, const struct html_errors *errors) nonnull_all;
/* 303 to a page that then says what was done: `what` is a word of said.def. */
bool back_done(struct visit *v, struct str path, const char *what, struct err *e) must_use nonnull_all;
/* Writes the notice for the parameter "done" of the address. */
void back_said(struct view_page *p, const struct httpd_request *r) nonnull_all;
/* The status of a page that shows a form again. */
void back_refused(struct visit *v) nonnull_all;

/* The route of a page that is read and posted at one address: back_NAME and back_NAME_post, both rows of routes.def. */
#define BACK_PAGE(name, path, handler)                                                                                  \
	const struct httpd_route back_##name = { .method = HTTPD_GET, .pattern = path, .run = handler };                 \
	const struct httpd_route back_##name##_post = { .method = HTTPD_POST, .pattern = path, .body_max = 256 * 1024, .run = handler }
/* A page with a title and a path, not open yet. */
struct view_page back_page(struct visit *v, const char *title, const char *path) nonnull_all;
/* Turns a failure that is the person's to mend into an error of the form; true when it is not one: hand it on. */
bool back_complain(struct visit *v, struct html_errors *errors, const char *field, const struct err *e) nonnull_all;
/* A number of an address or a form; above 0. */
bool back_number(struct str s, int64_t *out) must_use nonnull_all;
/* One part of a text at a time, cut at commas, semicolons, blanks, line ends and angle brackets: addresses as people paste them. */
bool back_next_word(struct str *rest, struct str *out) must_use nonnull_all;
/* dataset_history.c: what a change was, from JSON {section: [{path, old_value, new_value, operation_type}]}; the configuration as it stands tells the names
 * of its parts. */
struct json_node;
void back_put_diff(struct html *h, struct visit *v, const struct json_node *doc_or_null, struct str diff);
/* Who did it; words for the command line (0) and for an account that is gone. */
struct str back_account_name(struct visit *v, int64_t account) nonnull_all;
/* dataset_history.c: that older versions which readers still read hold more than the present one, and where they are forgotten; nothing where they do not. */
struct config;
void back_put_older_notice(struct html *h, struct visit *v, const struct config *c) nonnull_all;
/* A day (days since 1970; -1: never). */
void back_put_day(struct html *h, int64_t day);

/* --- remember.c: lists that come back as they were left -------------------------------------------------------- */

/* The state of a list that has a search box `q`: what the address says (and it is kept with the account), or, when it says nothing of the list, what
 * was kept. Links of the page that say nothing are written "?q=". */
struct back_list {
	const char *list, *path;     /* "datasets", "/backoffice/datasets/" */
	const char *const *names;    /* of the parameters */
	size_t n;
	bool forgets_words;          /* what is searched for is not kept: it would be names of people */
	const char *aside;           /* a parameter whose value is a place apart, such as a bin: what is asked for there changes nothing of what is kept; NULL: none */
	const char *aside_value;
};
bool back_list_state(struct visit *v, struct view_state *s, const struct back_list *l, struct err *e) must_use nonnull_all;
/* The button of a list: "unpublish da_x" of a row, or "unpublish" of the rows that are ticked ("uid"), `most` of them; *word is the deed. */
size_t back_chosen(const struct visitor_form *f, struct str *word, struct str *out, size_t most) nonnull_all;
/* That the list is as it was left, with a way to all of it; nothing when the address says it all. */
void back_put_left(struct html *h, const struct visit *v, const struct view_state *s) nonnull_all;

/* --- may.c: permissions in forms ----------------------------------------------------------------------------- */

/* Boxes for all permissions; those that `v` does not have cannot be given by it, and stay as they are. */
void back_put_permissions(struct html *h, const struct visit *v, uint64_t bits) nonnull_all;
/* What a form says, with what the person may not decide taken from `former`. */
uint64_t back_read_permissions(const struct visit *v, const struct visitor_form *f, uint64_t former) must_use nonnull_all;
/* Sentences of permissions, a list; nothing when there are none. */
void back_put_permission_list(struct html *h, uint64_t bits);
/* True when somebody may change an account: administrators are changed by administrators only. */
bool back_may_change(const struct visit *v, const struct account *a) must_use nonnull_all;
struct account_scene back_scene(struct visit *v) nonnull_all;

#endif

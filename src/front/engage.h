/* What the pages of this room share by which readers write to a portal: forms that are whole without script, whose errors stand
 * beside their fields and that keep what was typed. A page:
 *
 *	struct front_form f = { .name = "contact" };
 *	bool good;
 *	if (!front_form_take(&f, &v, &good, e)) return false;
 *	if (good && !send(…, &f, e)) …                  // complains with front_form_refused, or 303 by front_form_done
 *	front_form_open(&page, &f, …); fields; front_form_close(…)
 */
#ifndef FRONT_ENGAGE_H
#define FRONT_ENGAGE_H

#include "engage/engage.h"
#include "front/inside.h"

struct engage_scene front_engage(const struct visit *v) nonnull_all;

struct front_form {
	const char *name;               /* of the form, for its stamp */
	struct visitor_form posted;
	struct html_errors errors;
	bool was_posted;
	bool files;                     /* it has a field for files */
};
/* Reads and judges what was posted; good: it is to be obeyed. False for what cannot be mended. */
bool front_form_take(struct front_form *f, struct visit *v, bool *good, struct err *e) must_use nonnull_all;
struct str front_form_field(const struct front_form *f, const char *name) nonnull_all;
/* A message beside a field, and status 422. */
void front_form_complain(struct front_form *f, struct visit *v, const char *field, const char *message) nonnull_all;
/* Takes a refusal that is for who typed: true, and *e is clear again. */
bool front_form_refused(struct front_form *f, struct visit *v, const char *field, struct err *e) must_use nonnull_all;
/* 303 to the same page with "done" in its address. */
bool front_form_done(struct visit *v, struct str path, struct err *e) must_use nonnull_all;
bool front_form_is_done(const struct visit *v) must_use nonnull_all;

/* Numbers of the datasets a reader sees: all, or the one called so (none when it is not theirs). In the arena. */
size_t front_engage_datasets(const struct visit *v, struct str only, const int64_t **out) nonnull_all;

/* A page with a title, a way back and one column. */
void front_engage_open(struct view_page *p, const struct view_crumb *crumbs, size_t n, const char *sentence_or_null);
bool front_engage_close(struct view_page *p, struct err *e) must_use nonnull_all;
void front_form_open(struct view_page *p, const struct front_form *f, struct str action) nonnull_all;
/* Name and address, for who is not signed in. */
void front_form_person(struct view_page *p, bool address_required) nonnull_all;
/* What becomes of it, the button, and the end of the form. */
void front_form_close(struct view_page *p, const char *button) nonnull_all;

extern const struct httpd_route front_follow, front_follow_post, front_follow_confirm, front_follow_confirm_post, front_follow_off, front_follow_off_post,
	front_reuse, front_reuse_post, front_reuse_picture, front_reuses, front_feedback, front_feedback_post, front_contact, front_contact_post, front_access, front_access_post,
	front_feed_atom, front_feed_rss, front_feed_dataset, front_feed_reuses, front_preview_portal_png, front_preview_dataset_png, front_preview_page_png;

#endif

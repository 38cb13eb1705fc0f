/* What the pages about one dataset share: who comes in, the frame with its status, its Publish button and its tabs, and how a part of the
 * configuration is saved. A tab is a file:
 *
 *	static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
 *	{
 *		auto_visit v = { 0 };
 *		struct config c;
 *		if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
 *			return back_answered(p, e);
 *		…
 *		if (!back_form_taken(&v, &form, &errors, &taken, e))
 *			return false;
 *		if (taken && back_dataset_save(&v, &c, STR("metadata/default"), json, &form, &errors, e))
 *			return back_done(&v, back_dataset_path(&v, &c, DATASET_TAB_INFORMATION), "saved", e);
 *		if (taken && !errors.n)
 *			return false;
 *		auto_page page = { .visit = &v };
 *		if (!back_dataset_open(&page, &c, DATASET_TAB_INFORMATION, e))
 *			return false;
 *		html_form_open(h, …);
 *		back_dataset_base(h, &c, STR("metadata/default"));     // the hidden fields that tell two editors apart
 *		back_dataset_buttons(&page, &c);                       // Save, and Save and publish
 *		…
 *		return view_close(&page, e);
 *	}
 */
#ifndef BACK_DATASET_H
#define BACK_DATASET_H

#include "back/inside.h"
#include "config/config.h"
#include "job/job.h"

enum dataset_tab {
#define TAB(symbol, ...) DATASET_TAB_##symbol,
#include "back/dataset_tabs.def"
#undef TAB
	DATASET_TABS
};

/* Comes in and finds the dataset of the address ({uid} is the first hole; its identifier does, too). ERR_NOT_FOUND when it is not there or not
 * to be read by this account, ERR_FORBIDDEN when only the deed is not allowed; a form that is posted asks for CONFIG_EDIT besides. False
 * with ERR_NONE: led elsewhere. */
bool back_dataset_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, enum config_deed deed, struct visit *v,
                        struct config *out, struct err *e) must_use nonnull_all;
/* Whether the account of a visit may do something to it; BACK's answer to all buttons. */
bool back_dataset_may(const struct visit *v, const struct config *c, enum config_deed deed) must_use nonnull_all;
/* "/backoffice/datasets/da_…/sources/"; DATASET_TABS: without tab. */
struct str back_dataset_path(const struct visit *v, const struct config *c, enum dataset_tab tab) nonnull_all;

/* Opens the page: title, status with progress, buttons, tabs, and what was done (back_said). Titles and paths of the page are set. Ended by
 * view_close; on failure the page is dropped. */
bool back_dataset_open(struct view_page *page, const struct config *c, enum dataset_tab tab, struct err *e) must_use nonnull_all;

/* --- saving ----------------------------------------------------------------------------------------------------- */

/* A place of the document (see config_put) and the JSON that goes there; empty: taken out. */
struct back_put { struct str place, json; };
enum { BACK_PUTS = 12 };
/* Hidden fields of a form that saves a place (or several, with blanks between them): the revision it shows, and what stood there. Who saves
 * second is refused only when somebody else has changed the same place. */
void back_dataset_base(struct html *h, struct visit *v, const struct config *c, struct str places) nonnull_all;
/* Puts the values into the newest document and stores it as a draft; `c` is then as stored. A form that asks for it (button
 * "do" = "publish") publishes as well. False with errors noted: show the page again with what was posted, status set (422, 409); false
 * without: a failure to hand on. Faults below a place come as errors of the fields called so: "processors/2/regexp" → "regexp". */
bool back_dataset_save(struct visit *v, struct config *c, struct str place, struct str value_json, const struct visitor_form *form,
                       struct html_errors *errors, struct err *e) must_use nonnull_all;
bool back_dataset_save_all(struct visit *v, struct config *c, const struct back_put *puts, size_t n, const struct visitor_form *form,
                           struct html_errors *errors, struct err *e) must_use nonnull_all;
/* The word of said.def after a save: "saved-dataset", or "publishing" when the form asked for that and the queue took it (the save noted it). */
const char *back_dataset_said(const struct html_errors *errors) nonnull_all;
/* The row of buttons at the end of a form: Save, Save and publish; after a refusal because of somebody else "Save mine over it" with links to
 * what stands there now. Nothing for those who may not edit. */
void back_dataset_buttons(struct view_page *page, const struct config *c, const struct html_errors *errors) __attribute__((nonnull(1, 2)));

/* --- small helps -------------------------------------------------------------------------------------------------- */

/* How a state is shown: a badge. */
void back_put_state(struct html *h, struct str state_word, bool published);
/* JSON of a text. */
struct str back_json_text(struct arena *a, struct str s) nonnull_all;

#endif

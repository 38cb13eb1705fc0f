/* Settings of the portal as forms: a field has the name of its setting ("access.signup", "access.terms.fr"). */
#ifndef BACK_SETTINGS_H
#define BACK_SETTINGS_H

#include "back/inside.h"

enum { SETTINGS_AT_ONCE = 64 };
struct back_settings {
	struct visit *visit;
	struct tenant_setting_value values[SETTINGS_AT_ONCE];
	size_t n;
};
/* Takes a setting from a form when it differs from what is in force. */
void back_setting_take(struct back_settings *s, const struct visitor_form *f, struct str name);
/* The same in each language of the portal. */
void back_setting_take_languages(struct back_settings *s, const struct visitor_form *f, const char *name);
void back_setting_put(struct back_settings *s, struct str name, struct str value);
/* Writes what was taken, notes it in the security log, and answers 303. False: errors has any, or *e. Asks for a fresh proof. */
bool back_settings_save(struct back_settings *s, struct str path, struct html_errors *errors, struct err *e) must_use;
/* Suggestions for a field of a time zone: <datalist id="zones">. */
void back_put_zones(struct html *h);
/* The values of a text in the languages of the portal. */
const struct str *back_setting_languages(const struct visit *v, const char *name);

/* A page of settings from its request to its answer. `save` takes what was posted and ends with back_settings_save; `put` writes the fields; `after`
 * (may be NULL) what stands below the form. */
struct back_settings_page {
	enum view_section section;
	const char *title, *path, *sentence; /* sentence: may be NULL */
	bool (*save)(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e);
	void (*tabs)(struct html *h);
	bool (*put)(struct html *h, struct visit *v, struct err *e);
	bool (*after)(struct html *h, struct visit *v, struct err *e);
};
bool back_settings_run(const struct back_settings_page *s, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) must_use nonnull_all;

/* The tabs of the pages about access. */
enum back_access_tab { ACCESS_PORTAL, ACCESS_SESSIONS, ACCESS_PROVIDERS };
void back_put_access_tabs(struct html *h, enum back_access_tab tab);

#endif

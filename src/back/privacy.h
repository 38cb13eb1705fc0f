/* What the pages of cookies and privacy share: the tabs above them, and the draft that an author works on. */
#ifndef BACK_PRIVACY_H
#define BACK_PRIVACY_H

#include "back/inside.h"
#include "json/json.h"

/* Links to all pages of this part; `path` is the one that is open. */
void back_privacy_tabs(struct html *h, const char *path) nonnull_all;

/* The draft of whoever is signed in; what is in force when they have none. */
struct privacy_draft {
	struct visit *visit;
	const struct registry *now;
	struct json_doc *doc;
	const struct json_node *root;
	struct str base;          /* hash of what it was begun from */
	struct str json;
	bool changed;             /* there is a draft */
};
bool privacy_draft_open(struct visit *v, struct privacy_draft *out, struct err *e) must_use nonnull_all;
void privacy_draft_close(struct privacy_draft *d);
#define auto_privacy auto_with(privacy_draft_close) struct privacy_draft
/* Keeps another text as the draft, and reads it again. */
bool privacy_draft_save(struct privacy_draft *d, struct str json, struct err *e) must_use nonnull_all;
/* A notice with the way to publish, when there is a draft. */
void privacy_draft_notice(struct html *h, const struct privacy_draft *d) nonnull_all;

/* Changes of a draft: an element of a list is put in the place of that id, added at the end, or (json empty) taken out with
 * all that belongs to it; a member is put in its place. Empty ids: nothing. */
struct privacy_edit {
	struct str service, service_json;
	struct str item, item_json;
	const struct json_node *more_items; /* added at the end */
	const char *member[3];
	struct str member_json[3];
};
struct str privacy_edited(struct privacy_draft *d, const struct privacy_edit *x) nonnull_all;
const struct json_node *privacy_find(const struct privacy_draft *d, const char *list, struct str id) nonnull_all; /* NULL: none */

/* `node` may be NULL. Texts of a member by the portal's languages, in the order of its list. */
const struct str *privacy_texts(const struct visit *v, const struct json_node *node, const char *member);
/* Faults of the draft below a name ("services.matomo.") as errors of a form; names of fields as `map` says, else with "_" for ".". */
/* A fault as a sentence for people: the label of its field, its language, what is wrong. */
struct str privacy_fault_text(const struct visit *v, const struct registry_fault *f);
bool privacy_faults(struct privacy_draft *d, struct str lead, struct html_errors *errors, struct err *e) must_use nonnull_all;
/* Lines of a form's area as a JSON list. */
void privacy_put_lines(struct json_out *j, struct str text) nonnull_all;
/* {"en":…} from fields "name.en". */
void privacy_put_texts(struct json_out *j, const struct visit *v, const struct visitor_form *f, const char *name) nonnull_all;
void privacy_put_member(struct json_out *j, const struct visitor_form *f, const char *key, const char *name) nonnull_all;
/* A list as lines, for an area. */
struct str privacy_lines(struct arena *a, const struct json_node *list_or_null);

/* The name of a category, a legal basis, and a difference for readers. */
const char *privacy_category_name(enum registry_category c) __attribute__((returns_nonnull));
const char *privacy_basis_name(enum registry_basis b) __attribute__((returns_nonnull));
void privacy_put_differences(struct html *h, const struct registry_difference *d, size_t n) nonnull_all;

#endif

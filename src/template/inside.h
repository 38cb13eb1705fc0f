/* What the files of this room share. */
#ifndef TEMPLATE_INSIDE_H
#define TEMPLATE_INSIDE_H

#include "template/template.h"

/* A label by language: a text, or an object {lang: text} read in `code`, else in "en", else any; in the arena. */
struct str template_label(struct arena *a, const struct json_node *label, struct str code);
/* A setting that holds JSON; NULL: there is none, or it cannot be read. The caller frees it. */
struct json_doc *template_setting(const struct tenant *t, const char *name);
/* A word of addresses and files: letters, digits, "-", "_"; at most 100. */
bool template_is_name(struct str s);
bool template_store(struct tenants *ts, const struct tenant *t, const char *name, struct buf *json, struct err *e) must_use;
/* A portal's own set, of its stored object. */
struct template_set template_own_set(const struct json_node *n, struct str code, struct arena *a);

#endif

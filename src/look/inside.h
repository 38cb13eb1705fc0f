/* What the files of the room share. */
#ifndef LOOK_INSIDE_H
#define LOOK_INSIDE_H

#include "i18n/i18n.h"
#include "json/json.h"
#include "look/look.h"

enum {
#define Q(name, text) LOOK_Q_##name,
#define HOUSE(name, text)
#include "look/queries.def"
#undef Q
#undef HOUSE
	LOOK_Q_COUNT
};
extern const struct store_query look_queries[];

enum { LOOK_JSON_BYTES = 1 << 20 };

struct look_box {
	struct look look;         /* first, so that one is the other */
	struct arena arena;
	uint32_t held;            /* guarded by looks.lock */
	uint32_t accent;          /* the setting it was made with */
};

struct looks {
	struct lock lock;         /* LOCK_LOOK; guards the boxes */
	struct store *store;
	struct tenants *tenants;
	struct str folder;        /* of temporary files */
	struct arena arena;
	struct look_box **boxes;
	size_t nboxes, room;
	uint64_t changes;         /* a box made before one of them is not put in place */
	struct look_box *house;
	struct log *log;          /* NULL: nowhere */
	void (*changed)(void *arg, struct tenant_id t);
	void *changed_arg;
};

/* versions.c: the draft, of a theme that was checked. */
bool look_put_draft(struct store_tx *x, struct tenant_id t, const struct look_theme *theme, struct err *e) must_use;

/* look.c */
void look_forget(struct looks *ls, struct tenant_id t); /* after a change: the snapshot and finished answers are void */

/* words.c: themes and sites as JSON. Reading is strict: the first thing that cannot be is ERR_INVALID, by name. */
void look_put_theme(struct json_out *j, const struct look_theme *t);
void look_put_site(struct json_out *j, const struct look_site *s);
/* Of what was `stored`, members that this release does not know are passed by; people are told of them. */
bool look_read_theme(const struct json_node *n, bool stored, struct arena *a, struct look_theme *out, struct err *e) must_use;
bool look_read_site(const struct json_node *n, bool stored, struct arena *a, struct look_site *out, struct err *e) must_use; /* members that are there */

/* check.c */
bool look_check_theme(const struct look_theme *t, struct err *e) must_use nonnull_all;
bool look_check_site(const struct tenant *t, const struct look_site *s, struct err *e) must_use nonnull_all;

/* sheet.c: the stylesheet of a snapshot whose theme and palettes are set. */
void look_make_sheet(struct look_box *b, const struct look_file *files, size_t n);

#endif

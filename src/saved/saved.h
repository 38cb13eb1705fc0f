/* Maps and charts that people saved, and the drafts of what they have not. A thing has a kind, a slug (unique among its kind, what its
 * address says), a title, its JSON as the room of its kind reads it (atlas/, chart/), an owner and a revision; who may see it
 * is its visibility. Refuses to know what the JSON says and who asks: accounts are numbers, and a caller decides with saved_may_see and
 * saved_may_change. When an owner's account goes, private things and drafts go with it; what others may see stays, without an owner.
 *
 * Texts given back live in the arena given. Threads: any. */
#ifndef SAVED_SAVED_H
#define SAVED_SAVED_H

#include "base/base.h"
#include "clock/clock.h"
#include "store/store.h"
#include "value/value.h"

enum saved_kind { SAVED_MAP, SAVED_CHART };
enum saved_visibility {
	SAVED_PRIVATE,          /* its owner alone */
	SAVED_UNLISTED,         /* whoever has its address */
	SAVED_PUBLIC,           /* and it is listed */
};
enum {
	SAVED_JSON = 256 << 10, SAVED_SLUG = 100, SAVED_TITLE = 300, SAVED_DESCRIPTION = 4000, /* bytes */
	SAVED_MOST = 500, SAVED_DRAFTS = 40,    /* of one account */
	SAVED_DRAFT_DAYS = 180, SAVED_HASH = 16,
};

struct saved {
	int64_t id;
	enum saved_kind kind;
	struct str slug, title, description, json;
	int64_t owner;                  /* 0: nobody any more */
	enum saved_visibility visibility;
	int64_t revision;               /* grows by one with each change */
	struct instant created, changed;
};

/* ERR_NOT_FOUND when there is none. */
bool saved_find(struct store *s, struct tenant_id t, enum saved_kind kind, struct str slug, struct arena *a, struct saved *out, struct err *e) must_use nonnull_all;
/* Whether an account (0: nobody) may look at it. */
bool saved_may_see(const struct saved *x, int64_t account) must_use nonnull_all;
bool saved_may_change(const struct saved *x, int64_t account) must_use nonnull_all;

/* Makes a new one of kind, title, description, json, owner, visibility and slug (empty: made of the title, and another number behind it when
 * it is taken). Gives slug, id, revision and times back in *x. ERR_INVALID with what is wrong in words for its author, ERR_CONFLICT when the slug
 * is taken, ERR_TOO_MANY when the owner has SAVED_MOST. */
bool saved_make(struct store *s, struct tenant_id t, struct arena *a, struct saved *x, struct err *e) must_use nonnull_all;
/* Writes title, description, json, visibility and slug of the thing x->id, if it is still at x->revision; gives the new revision in *x.
 * ERR_CONFLICT when somebody changed it in between, or the slug is taken; ERR_NOT_FOUND. */
bool saved_change(struct store *s, struct tenant_id t, struct arena *a, struct saved *x, struct err *e) must_use nonnull_all;
/* Only who may see it; the revision stays. */
bool saved_show(struct store *s, struct tenant_id t, int64_t id, enum saved_visibility visibility, struct err *e) must_use nonnull_all;
/* With the drafts made of it. */
bool saved_remove(struct store *s, struct tenant_id t, int64_t id, struct err *e) must_use nonnull_all;

struct saved_question {
	bool maps, charts;
	int64_t owner;                  /* of this account; 0: everybody's */
	bool listed;                    /* public ones alone */
	struct str words;               /* all of which stand in title or description, whatever case and accents; may be empty */
	int64_t start, rows;
};
/* Newest change first, without json; *total counts all that match. */
bool saved_list(struct store *s, struct tenant_id t, const struct saved_question *q, struct arena *a, struct saved **out, size_t *n, int64_t *total,
                struct err *e) must_use nonnull_all;

/* What somebody is building: kept while they build, known by a hash that only they can use. At most one draft of each saved thing. */
struct saved_draft {
	struct str hash;                /* SAVED_HASH characters; empty: not kept yet */
	enum saved_kind kind;
	int64_t of, base;               /* the saved thing and the revision it was begun from; 0: something new */
	struct str title, json;
	struct instant changed;
};
/* Keeps it: under its hash, else as the draft of `of`, else anew (the oldest goes when there are SAVED_DRAFTS). Gives the hash. ERR_INVALID. */
bool saved_draft_put(struct store *s, struct tenant_id t, struct arena *a, int64_t owner, struct saved_draft *d, struct err *e) must_use nonnull_all;
bool saved_draft_find(struct store *s, struct tenant_id t, int64_t owner, struct str hash, struct arena *a, struct saved_draft *out, struct err *e) must_use nonnull_all;
/* The draft of a saved thing; *found false when there is none. */
bool saved_draft_of(struct store *s, struct tenant_id t, int64_t owner, int64_t of, struct arena *a, struct saved_draft *out, bool *found, struct err *e) must_use nonnull_all;
/* Of something new or saved, newest first, without json. */
bool saved_draft_list(struct store *s, struct tenant_id t, int64_t owner, struct arena *a, struct saved_draft **out, size_t *n, struct err *e) must_use nonnull_all;
/* True too when there is none. */
bool saved_draft_drop(struct store *s, struct tenant_id t, int64_t owner, struct str hash, struct err *e) must_use nonnull_all;
/* What no one can reach any more, and drafts that nobody touched for SAVED_DRAFT_DAYS. */
bool saved_sweep(struct store *s, struct instant now, struct err *e) must_use nonnull_all;

#endif

/* What the files of this room share. */
#ifndef PROFILE_INSIDE_H
#define PROFILE_INSIDE_H

#include "profile/profile.h"

/* A profile as it is kept; what it points to lies in its own arena. */
struct kept {
	struct profile profile; /* first: readers hold a pointer to it */
	struct arena arena;
	struct profiles *of;    /* NULL: held by one reader only */
	struct version_ref at;
	struct str filter;      /* of rows, and of whom: profile_key */
	int64_t made_ns;        /* monotonic */
	unsigned users;         /* guarded by the shelf's lock */
	bool dropped;           /* goes with its last reader */
};

/* measure.c: asks everything about a target's columns. False only when the system failed; when `until_ns` (monotonic) has
 * passed, or the token fired, what was reached is kept and the profile is not whole. Gives a struct kept. */
bool profile_measure(struct engine *g, const struct query_target *t, int64_t until_ns, struct cancel *c_or_null, struct kept **out,
                     struct err *e) must_use;
/* Differs wherever another caller, or another portal, has other rows or fields of one version. */
struct str profile_key(struct arena *a, const struct query_target *t) nonnull_all;
void kept_free(struct kept *k);

#endif

/* What the files of the room share. */
#ifndef TRACE_INSIDE_H
#define TRACE_INSIDE_H

#include "trace/trace.h"

enum {
#define Q(name, text) TRACE_Q_##name,
#include "trace/queries.def"
#undef Q
	TRACE_Q_COUNT
};
extern const struct store_query trace_queries[];
#define TRACE_ASK(name) (&trace_queries[TRACE_Q_##name])

/* The settings of a portal as they were when it was last looked at. */
struct known {
	struct known *next;
	int64_t tenant;
	uint64_t generation;
	struct arena arena;
	struct map settings; /* name → struct str * */
};

/* The figures of a portal, as they were made last. */
struct kept_view {
	struct kept_view *next;
	int64_t tenant;
	const struct catalog_view *view; /* NULL: none yet */
	int64_t made_ns, cost_ns;        /* monotonic; what making it took */
	bool making;
	bool behind;                     /* an act was written since */
};

enum { USED = 1024 };
struct used { int64_t tenant, key, day, n; };

struct trace {
	struct site *site;
	struct lock lock;    /* LOCK_TRACE; guards what follows */
	struct lock_bell made;
	struct known *known;
	struct kept_view *views;
	struct used used[USED]; /* calls of keys that are not written down yet */
	size_t nused;
};
void views_close(struct trace *tr);

/* Written, and figures made before are told to be behind. */
bool act_write(struct site *s, struct tenant_id t, const struct trace_act *x, struct err *e) must_use;
/* What of a portal's settings is not as it was known, as JSON; empty: nothing. From now on it is known so. */
struct str settings_changed(struct trace *tr, struct tenant_id t, struct arena *a);

#endif

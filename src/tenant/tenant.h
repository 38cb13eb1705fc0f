/* Portals: who answers at which host name, and their settings. A struct tenant is an immutable
 * snapshot, counted while used; a change makes a new one. Refuses to know datasets or users.
 * Settings that a portal may have are rows of settings.def. Threads: all functions from any. */
#ifndef TENANT_TENANT_H
#define TENANT_TENANT_H

#include "base/base.h"
#include "clock/clock.h"
#include "store/store.h"
#include "value/value.h"

struct tenants;

struct tenant {
	struct tenant_id id;
	struct str host;              /* canonical, lower case, without port */
	const struct str *aliases;    /* further host names */
	size_t naliases;
	const struct str *languages;  /* at least one; the first is the default */
	size_t nlanguages;
	uint64_t generation;          /* grows with every change of the portal or its catalogue */
	bool suspended;               /* answers nobody; one that was removed or is being restored is, too */
	struct instant restoring;     /* since when a backup is being put in its place; 0: none is */
	struct instant created, removed; /* removed: 0 unless it is to go for good, TENANT_KEPT_DAYS later */
	struct tenant_id parent;      /* who runs it from their own back office; 0: nobody */
	struct map settings;          /* name → struct str *, as given */
};

bool tenants_open(struct store *s, struct tenants **out, struct err *e) must_use nonnull_all;
void tenants_close(struct tenants *ts);

/* The portal that answers at a host name (any case, port ignored, "[::1]" accepted), held until
 * tenant_release; NULL when none does. Memory only. */
const struct tenant *tenants_find_or_null(struct tenants *ts, struct str host);
const struct tenant *tenants_hold_or_null(struct tenants *ts, struct tenant_id id);
void tenant_release(struct tenants *ts, const struct tenant *t);
/* Ids of all portals, in order of creation. */
size_t tenants_list(struct tenants *ts, struct arena *a, struct tenant_id **out);

/* The value of a setting: as given, else its default row, else empty. */
struct str tenant_setting(const struct tenant *t, const char *name);
/* Reads "zoom,lat,lon" of a setting such as map.place. */
bool tenant_place(struct str text, double out[3]) must_use;
/* A text setting in a language: "title.fr", else "title". */
struct str tenant_text(const struct tenant *t, const char *name, struct str lang);
/* The value of a NUMBER or COUNT row, or of a SPAN row in seconds; its default when what is stored is not within its range. */
int64_t tenant_number(const struct tenant *t, const char *name);
/* What a whole number may be (ranges.def); false: nothing is said of it. */
bool tenant_range(struct str name, int64_t *least, int64_t *most) must_use nonnull_all;
/* A limit of the portal's own and the one that was set above it: the smaller; 0: neither. */
int64_t tenant_limit(const struct tenant *t, const char *name, const char *ceiling);
bool tenant_setting_on(const struct tenant *t, const char *name);
bool tenant_has_language(const struct tenant *t, struct str lang);

/* The current generation, without holding anything; for the validity of finished answers. */
uint64_t tenants_generation(struct tenants *ts, struct tenant_id id);
/* Counts a change: finished answers of the portal are no longer given. */
void tenants_bump(struct tenants *ts, struct tenant_id id);
/* Called after each change of a portal made below. */
void tenants_on_change(struct tenants *ts, void (*changed)(void *arg, struct tenant_id t), void *arg);

/* Changes. Host names: [a-z0-9.-], "localhost", IPv4, [IPv6]; one portal per name (ERR_CONFLICT). */
struct tenant_setting_value { struct str name, value; };
bool tenant_add(struct tenants *ts, struct str host, const struct str *aliases, size_t naliases,
                const struct tenant_setting_value *values, size_t nvalues, struct tenant_id *out,
                struct err *e) must_use;
/* The same for one that is run from another's back office from its first moment; ERR_FORBIDDEN when that one runs so many already, or is
 * run from another one itself. */
bool tenant_add_child(struct tenants *ts, struct str host, const struct tenant_setting_value *values, size_t nvalues, struct tenant_id parent,
                      int64_t most, struct tenant_id *out, struct err *e) must_use nonnull_all;
/* An empty value removes a setting. Unknown names and bad values are refused by name. */
bool tenant_set(struct tenants *ts, struct tenant_id id, const struct tenant_setting_value *values,
                size_t nvalues, struct err *e) must_use;
/* The settings a portal has, a line each, for help texts. */
extern const char tenant_settings_help[];
/* Whether a text can be a host name. */
bool tenant_host_ok(struct str host, struct err *e) must_use nonnull_all;
/* A portal that was taken in (store_portal_in) answers from now on at these names, the first of them its own, in the place of `replaced`
 * (0: none), which goes. Names that other portals have are passed over: answers tells, one a name; ERR_CONFLICT when the first is one.
 * With the place go: who runs whom, that it is suspended or removed, the backups, limits that were set from above (ceiling.*), and that a key is revoked. */
bool tenant_open(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, struct tenant_id replaced, bool *answers, struct err *e) must_use;
/* For good, at once. */
bool tenant_remove(struct tenants *ts, struct tenant_id id, struct err *e) must_use;

/* --- life.c: what happens to a portal as a whole ------------------------------------------------------------------ */

enum { TENANT_HOSTS = 20, TENANT_KEPT_DAYS = 30 };
/* All host names of a portal, the first its own: links to the others lead there. ERR_CONFLICT when another portal has one. */
bool tenant_hosts(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, struct err *e) must_use nonnull_all;
/* The same with what must be so from the same moment on, and not be so when it fails: a setting, and whatever is written in `within`, which comes first. */
bool tenant_rename(struct tenants *ts, struct tenant_id id, const struct str *hosts, size_t n, const struct tenant_setting_value *also_or_null,
                   bool (*within)(struct store_tx *tx, void *arg, struct err *e), void *arg, struct err *e) must_use;
/* Readers and people get a page that says so; nothing of it is lost. */
bool tenant_suspend(struct tenants *ts, struct tenant_id id, bool suspended, struct err *e) must_use nonnull_all;
/* The same while a backup is put in its place: it answers that it will be back, and nothing that is begun by itself begins. tenant_open with it as
 * `replaced` ends that, too. */
bool tenant_restoring(struct tenants *ts, struct tenant_id id, bool restoring, struct err *e) must_use nonnull_all;
/* Whether nobody but the caller holds this picture of a portal, which tenants_hold_or_null gave before it was closed: no request that came in
 * before is under way any more. */
bool tenant_is_alone(struct tenants *ts, const struct tenant *t) nonnull_all;
/* The same as tenant_suspend, until tenants_sweep makes an end of it; false takes that back. */
bool tenant_put_away(struct tenants *ts, struct tenant_id id, bool away, struct err *e) must_use nonnull_all;
/* Whose back office it is run from; a parent of 0: nobody's. A portal that is run from another runs none itself: ERR_CONFLICT. */
bool tenant_give_to(struct tenants *ts, struct tenant_id id, struct tenant_id parent, struct err *e) must_use nonnull_all;
/* Removes what was put away long enough ago. */
bool tenants_sweep(struct tenants *ts, struct instant now, struct err *e) must_use nonnull_all;

#endif

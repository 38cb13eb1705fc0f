/* What was done, and what is asked of a portal, for the people who run it.
 *
 * Acts: every change made by the back office, the management API or the command line: who, what, of which object, when, from where, and
 * what was before and after when that is short. They are written in two places only: trace_request, at the end of every request (the
 * finish hook of the server), and trace_command. What an address is about is a row of acts.def, so a new page is logged without a line
 * in it. Persons are numbers: whoever is deleted has no name here any more. No address of anybody, no secret. Kept for the months
 * of the setting log.activity_months.
 *
 * Sources: the figures of a portal as datasets that its own APIs answer about (source=monitoring), for whoever holds
 * explore_monitoring: trace_source puts a view of them in the place of the catalogue's, and everything above goes on as ever.
 * Acts on restricted datasets and pages and on what is not published, and what was before and after in any act, are for those who may see
 * restricted datasets: to others with that permission those rows, and the field `diff`, are not there. Figures of use name every dataset.
 * Rows come from the store and are written out as a version of a dataset when somebody asks and the last one is older than five
 * times what writing it took, a second at least and ten minutes at most; or than once that time, when an act came since.
 *
 * Threads: any. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "base/base.h"
#include "clock/clock.h"
#include "httpd/httpd.h"
#include "rights/rights.h"
#include "site/site.h"

/* After site_open; keeps the site, whose `trace` it sets. */
bool trace_open(struct site *s, struct err *e) must_use nonnull_all;
void trace_close(struct site *s); /* does nothing when it was not opened */

/* --- acts: act.c, seam.c -------------------------------------------------------------------------------------------- */

/* For the finish hook: writes an act when the request was one that changes something of the portal and it was done. */
void trace_request(struct site *s, const struct httpd_request *r, const struct httpd_reply *p) nonnull_all;
/* After a command: its words, its operands, and the value of its option --portal, or empty. Commands that change nothing are passed over.  `operands` NULL when there are none.
 * `object`: what it was done to when the operands do not say; else empty. */
void trace_command(struct site *s, struct str words, const struct str *operands, size_t n, struct str portal, struct str object);

/* After a backup took the place of a portal: its log is that of then, which does not have the order. */
void trace_restored(struct site *s, struct tenant_id t, int64_t who, struct str backup);

struct trace_act {
	int64_t id;
	struct instant at;
	int64_t who, key;        /* account and API key; 0: none */
	struct str origin;       /* page, api, command */
	struct str action;       /* edit_dataset … */
	struct str kind;         /* dataset … */
	struct str object;
	int64_t account;         /* the person it was done to; 0: none */
	struct str place;        /* pattern of the route, or words of the command */
	struct str diff;         /* JSON {section: [{path, old_value, new_value, operation_type}]}; empty: none, or too long to be kept */
};
struct trace_filter {
	int64_t who;             /* 0: everybody; -1: the command line */
	struct str kind;         /* empty: all */
	struct instant from, to; /* to: not included; 0: no bound */
	int64_t limit, offset;
};
/* Newest first, in the arena; *total: how many there are in all. */
bool trace_acts(struct site *s, struct tenant_id t, const struct trace_filter *f, struct arena *a, struct trace_act **out, size_t *n, int64_t *total,
                struct err *e) must_use nonnull_all;
/* All of them from offset on, whatever the limit, one after the other: each is given to `take` and forgotten, so memory stays flat. It stops when
 * `take` fails. `take` must not ask the store. */
bool trace_each_act(struct site *s, struct tenant_id t, const struct trace_filter *f, bool (*take)(void *arg, const struct trace_act *x, struct err *e), void *arg,
                    struct err *e) must_use __attribute__((nonnull(1, 3, 4, 6)));
/* The kinds there can be, NULL-ended, and a message for each. */
struct trace_kind { const char *word, *title; };
extern const struct trace_kind trace_kinds[];
/* Removes what is older than the portal keeps it. Once a day. */
bool trace_sweep(struct site *s, struct err *e) must_use nonnull_all;

/* --- dashboards: usage.c -------------------------------------------------------------------------------------------------- */

/* Rows of a question over days [from, to], numbered from 1970: the columns as queries.def names them. Titles are in `lang` where there is one, else in
 * the first language of the portal. */
enum trace_table { TRACE_DATASETS, TRACE_BY_DAY, TRACE_BY_PLACE, TRACE_BY_STATUS, TRACE_KEYS, TRACE_GROUPS, TRACE_BY_PROGRAM, TRACE_BY_SITE, TRACE_BY_COUNTRY,
	/* Of acts: `from` and `to` are moments in microseconds, the last not included. */
	TRACE_ACTS_BY_KIND, TRACE_ACTS_BY_HOUR, TRACE_ACTS_BY_OBJECT, TRACE_ACTS_BY_PERSON };
enum { TRACE_COLUMNS = 20 };
struct trace_row { struct value cells[TRACE_COLUMNS]; }; /* texts, whole numbers, or null */
bool trace_rows(struct site *s, const struct tenant *t, enum trace_table what, int64_t from, int64_t to, struct str lang, struct arena *a, struct trace_row **out, size_t *n,
                struct err *e) must_use nonnull_all;
/* Counts a call that came with a key: how many a day, never of what. Memory only, written down by trace_flush. */
void trace_used(struct site *s, struct tenant_id t, int64_t key) nonnull_all;
bool trace_flush(struct site *s, struct err *e) must_use nonnull_all;

/* --- sources: source.c ------------------------------------------------------------------------------------------------ */

/* What the parameter `source` of a request asks for: "monitoring" needs explore_monitoring (ERR_FORBIDDEN, ERR_UNAUTHENTICATED for nobody
 * known) and gives the visit another view; anything else leaves it as it is. The visit is left by site_leave as ever. */
bool trace_source(struct site_visit *at, const struct rights_caller *who, struct str source, struct err *e) must_use nonnull_all;

#endif

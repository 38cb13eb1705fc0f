/* What the columns of a dataset hold: how many values, how many different ones, from where to where, the middle, a
 * histogram or the values that come most often. Found out once a version and kept in memory while others ask; small
 * datasets at the first demand, large ones beside the pages on a lane of its own, within a bound of time: what
 * was not reached is not told, and nothing is estimated.
 *
 * A profile belongs to a version and a row filter: who sees only some rows has one of those rows where the dataset is small, and none
 * where it is large. It holds every field: profile_field_or_null asks by name, and the caller asks for what may be seen.
 * Refuses to know pages. Threads: any. */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include "base/base.h"
#include "catalog/catalog.h"
#include "query/query.h"
#include "site/site.h"

enum { PROFILE_BINS = 14, PROFILE_TOPS = 5 };

struct profile_bin { double from, to; int64_t n; };  /* [from, to[; of dates in days, of instants in seconds since 1970 */
struct profile_top { struct str value; int64_t n; }; /* "true" and "false" of truths, numbers as JSON has them */

struct profile_field {
	struct str name;
	enum value_type type;
	bool counted;               /* the next five are known */
	int64_t filled;             /* rows with a value */
	bool ranges;                /* low and high are known */
	double low, high;           /* numbers; dates and instants as in bins */
	double mean, middle;        /* numbers; middle: the median */
	bool shaped;                /* the rest is known */
	int64_t distinct;           /* -1: not for this type */
	struct profile_bin bins[PROFILE_BINS];
	size_t nbins;
	struct profile_top tops[PROFILE_TOPS];
	size_t ntops;
};
struct profile {
	int64_t rows;
	const struct profile_field *fields;
	size_t n;
	bool whole;                 /* every field was reached */
};

struct profiles;
/* Sets site->profiles and starts its lane; before it nothing is found out. */
bool profiles_open(struct site *s, struct err *e) must_use nonnull_all;
/* Ends what is under way; pages go on being told what is known. */
void profiles_stop(struct site *s) nonnull_all;
/* Once no page is being made. */
void profiles_close(struct site *s) nonnull_all;

enum profile_state { PROFILE_READY, PROFILE_COMING, PROFILE_NONE };
/* What is known of a dataset for a caller, whose target it is. READY: *out is to be given back with profile_release; COMING: it is being found out, ask again in a moment; NONE: it is
 * not found out for this caller. */
struct profile_ask {
	struct site *site;
	const struct query_target *target;
	const struct catalog_view *view;
	struct cancel *cancel;
};
bool profile_hold(const struct profile_ask *q, enum profile_state *state, const struct profile **out, struct err *e) must_use nonnull_all;
/* NULL does nothing. */
void profile_release(const struct profile *p);
const struct profile_field *profile_field_or_null(const struct profile *p, struct str name) nonnull_all;

#endif

/* The one place that turns a request into statements: bounds of parameters, ODSQL clauses, facet
 * filters, the rights of the caller, and the SQL of pages, counts, exports and facets. Front pages,
 * the Explore API and exports all ask here, so that a caller's row filter and hidden fields are
 * applied once and cannot be forgotten. Refuses to know HTTP, and who the caller is.
 *
 * Plans live in the arena given and borrow the request; both must outlive a cursor. Errors are those
 * of odsql/ and ERR_PARAMETER with the sentences of the Explore API. Safe on any thread. */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "base/base.h"
#include "catalog/catalog.h"
#include "clock/clock.h"
#include "engine/engine.h"
#include "odsql/odsql.h"
#include "pool/pool.h"
#include "qv1/qv1.h"
#include "record/record.h"
#include "sql/sql.h"
#include "value/value.h"

/* What is asked, and as whom. Kept by the request. */
struct query_target {
	struct version_ref at;
	const struct schema *schema;
	bool catalogue;              /* the reflected catalogue: names of §16, its own ceilings */
	struct str dataset_id;       /* value of the technical field datasetid */
	int64_t record_timestamp_us; /* value of the technical field record_timestamp */
	const bool *visible_or_null; /* one flag a field; NULL: every field */
	/* Whose files the cells of type file may name: such a cell comes out as a JSON object with its address,
	 * files_base and the file's id. NULL: as it is. */
	const struct dataset *files_of_or_null;
	struct str files_base;       /* empty: an address on the portal itself */
	struct str row_filter;       /* ODSQL where that every row must satisfy; empty: none. Runs with
	                              * all fields visible, and its own errors are ERR_SYSTEM */
	struct str language;         /* of the texts ("fr"), for forms of words; empty: not known */
};

enum query_mode {
	QUERY_PAGE,   /* a list: limit 10 by default, -1 … 100 (or 20000 grouped) */
	QUERY_EXPORT, /* everything unless a limit is given; streams */
	QUERY_RECORD, /* one record by its id; ERR_NOT_FOUND when there is none is the caller's to say */
};

/* Empty texts and zero counts mean "not given". All texts are as the caller wrote them, decoded. */
struct query_request {
	const struct query_target *target;
	enum query_mode mode;
	struct str select;
	const struct str *where;   size_t nwhere;
	const struct str *qv1;     size_t nqv1;      /* of the v1 language (see qv1/), ANDed with where */
	struct str group_by;
	const struct odsql_query *made_or_null; /* trees of another language, unsettled, in place of the texts
	                                         * of select, group_by and order_by */
	struct str order_by;       /* also the legacy "-field" */
	struct str limit, offset;
	const struct str *refine;  size_t nrefine;   /* "name:value" */
	const struct str *exclude; size_t nexclude;
	const struct str *facet;   size_t nfacet;    /* "name" or facet(name="…", …) */
	struct str record_id;      /* QUERY_RECORD: 40 digits */
	int64_t most_rows;         /* QUERY_PAGE: the largest page, when not that of the Explore API */
	bool with_id;              /* adds a last column of record ids, see query_plan.id_column */
	const struct clock_zone *zone_or_null; /* NULL: UTC */
	struct str lang;           /* empty: "en" */
	int64_t now_us;
	/* Where no order_by is given: ODSQL order_by of the house ("modified desc, datasetid" for the
	 * catalogue); empty: insertion order. */
	struct str default_order;
	/* Pages one after the other, however many: with_cursor and no cursor is the first; query_next_cursor
	 * gives what asks for the next. No groups, no aggregates, no offset; records are in the order asked for,
	 * and where none is, in the order in which they came (words do not rank them). */
	bool with_cursor;
	struct str cursor;
	bool legacy;               /* v2.0 of the API: no group of null; see query_plan.marks */
};

/* What v2.0 of the API prints in its own way. */
enum query_mark {
	QUERY_DATE_KEY = 1, /* key of groups that is a date or datetime: milliseconds since 1970 */
	QUERY_DATE_PART,    /* year(d) and the like: texts */
};

/* Zone and language from texts: ERR_PARAMETER when the zone is unknown; an empty one is UTC. */
bool query_zone(struct str text, const struct clock_zone **out, struct err *e) must_use nonnull_all;

struct query_plan {
	struct arena *arena;
	const struct query_request *request;
	struct sql sql;                 /* freed by query_plan_done */
	struct record_column *columns;  /* of the result, in order */
	struct column_type *types;      /* the same, for the engine */
	const struct field **fields;    /* the schema's field a column is, or NULL */
	size_t ncolumns;                /* what a caller prints; id_column is not among them */
	int id_column;                  /* place of the record ids (TEXT, 40 digits), or -1 */
	const uint8_t *marks;           /* enum query_mark of each column, 0: none */
	bool *ids;                      /* one flag a column, the last one included: holds record ids */
	bool grouped;                   /* group_by given: no total_count in the answer */
	bool aggregated;                /* one row of aggregates only */
	size_t nhidden;                 /* columns behind all others that the next cursor is made of */
	struct str question;            /* with a cursor: digest of what it belongs to */
	bool empty;                     /* limit 0: no need to ask */
	int64_t limit, offset;          /* as resolved; limit -1: everything */
	bool ranks;                     /* rows come best first unless there are too many, see rank.c … */
	struct sql found, scored;       /* … how many, and how well each fits; … */
	struct sql ranked;              /* … then this stands in for `sql` */
	size_t ranked_holes[2];         /* the values of it that take the numbers of the rows found */
	struct str canonical;           /* equal for equal questions: with the version, a cache key */
};

/* Plans the rows of a request. */
bool query_plan_rows(struct arena *a, const struct query_request *r, struct query_plan *out,
                     struct err *e) must_use nonnull_all;
void query_plan_done(struct query_plan *p);

/* Runs a plan. Batches have ncolumns columns (and the id column last when there is one), borrowed
 * until the next call; zero rows is the end. Gives a cursor to be ended by query_close. */
struct query_cursor;
bool query_open(struct engine *g, const struct query_plan *p, struct cancel *c_or_null,
                struct query_cursor **out, struct err *e) must_use;
bool query_next(struct query_cursor *k, struct batch *out, struct err *e) must_use nonnull_all;
void query_close(struct query_cursor *k);

/* What asks for the page after the last row given, of the cursor's memory until query_close; empty when
 * there is none: the plan has no cursor, or nothing comes after. To be asked after the last batch. */
struct str query_next_cursor(const struct query_cursor *k) nonnull_all;

/* The number of records after where, refine, exclude and the row filter when putting them in order has told
 * it already (words looked for that few rows have); -1: ask query_count. */
int64_t query_found(const struct query_cursor *k) nonnull_all;

/* The number of records after where, refine, exclude and the row filter (total_count). */
bool query_count(struct engine *g, struct arena *a, const struct query_request *r,
                 struct cancel *c_or_null, int64_t *out, struct err *e) must_use;

/* --- facets ------------------------------------------------------------------------------------ */

enum query_state { QUERY_DISPLAYED, QUERY_REFINED, QUERY_EXCLUDED };

struct query_facet_value {
	struct str name;      /* shown: the last level of a path */
	struct str path;      /* the whole value, what refine takes */
	int64_t count;        /* meaningless when excluded */
	enum query_state state;
	struct query_facet_value *children;
	size_t nchildren;
};
struct query_facet {
	struct str name;      /* as asked for */
	const struct field *field;
	bool disjunctive, hierarchical;
	struct query_facet_value *values;
	size_t nvalues;
};
struct query_facets {
	struct query_facet *facets;
	size_t n;
};

/* Counts the values of the facets asked for, or of all fields flagged FIELD_FACET. */
bool query_facets(struct engine *g, struct arena *a, const struct query_request *r,
                  struct cancel *c_or_null, struct query_facets *out, struct err *e) must_use;

/* --- spreads ------------------------------------------------------------------------------------ */

/* How the values of a number or date field are spread, in bins of round width; where most are small beside the greatest, in
 * bins that grow (1, 2, 5, 10 …). Numbers as they are; dates and datetimes (in
 * the zone of the request) as days since 1970. Bin i holds edges[i] <= value < edges[i + 1]. */
enum { QUERY_BINS = 100 };
struct query_spread {
	const struct field *field;   /* filled before the call; one-valued, visible, a number or a date */
	bool known;                  /* false: fewer than two different values, and nothing else is told */
	double low, high;            /* among all records of the caller, not only those asked for */
	double *edges;               /* n + 1 */
	int64_t *counts;             /* n, under the filters of the request */
	size_t n;
};
/* Fills n spreads with three statements, one of which reads all rows of the question. */
bool query_spreads(struct engine *g, struct arena *a, const struct query_request *r, struct query_spread *spreads, size_t n,
                   struct cancel *c_or_null, struct err *e) must_use;

#endif

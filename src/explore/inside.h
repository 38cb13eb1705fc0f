/* What the endpoints share: one call, from the request to its links. */
#ifndef EXPLORE_INSIDE_H
#define EXPLORE_INSIDE_H

#include "explore/explore.h"
#include "json/json.h"
#include "query/query.h"
#include "rest/rest.h"
#include "rights/rights.h"
#include "site/site.h"

#define EXPLORE_PREFIX_20 "/api/explore/v2.0"
#define EXPLORE_PREFIX_2 "/api/v2"

/* The handler of every route: enters the call and runs the endpoint the route belongs to. */
bool explore_run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) must_use;

/* One row: EXPLORE_ENDPOINT(get_thing, "/catalog/things", .name = "getThings", …). */
#define EXPLORE_ROUTE(symbol, at)                                                                                  \
	{ .method = HTTPD_GET, .pattern = at, .run = explore_run, .extra = &explore_##symbol }
#define EXPLORE_ENDPOINT(symbol, below, ...)                                                                       \
	extern const struct explore_endpoint explore_##symbol;                                                     \
	const struct explore_endpoint explore_##symbol = { .path = below, __VA_ARGS__, .routes = {                 \
		[EXPLORE_AT_V21] = EXPLORE_ROUTE(symbol, EXPLORE_PREFIX below),                                       \
		[EXPLORE_AT_V20] = EXPLORE_ROUTE(symbol, EXPLORE_PREFIX_20 below),                                    \
		[EXPLORE_AT_V2] = EXPLORE_ROUTE(symbol, EXPLORE_PREFIX_2 below) } }

/* What endpoints take: TAKES(LANG) | TAKES_FILTERS … */
#define TAKES(p) (UINT64_C(1) << CALL_##p)
#define TAKES_ALWAYS (TAKES(LANG) | TAKES(TIMEZONE) | TAKES(SOURCE))
#define TAKES_FILTERS (TAKES(WHERE) | TAKES(QV1) | TAKES(REFINE) | TAKES(EXCLUDE) | TAKES(FACET))
#define TAKES_ROWS (TAKES_ALWAYS | TAKES_FILTERS | TAKES(SELECT) | TAKES(GROUP_BY) | TAKES(ORDER_BY) | TAKES(SORT))
#define TAKES_PAGE (TAKES_ROWS | TAKES(SEARCH) | TAKES(LIMIT) | TAKES(ROWS) | TAKES(OFFSET) | TAKES(START))
#define TAKES_LINKS (TAKES(LINKS) | TAKES(APP_METAS))
#define TAKES_EXPORT (TAKES_ROWS | TAKES(LIMIT_ALL) | TAKES(ROWS_ALL) | TAKES_CELLS)
#define TAKES_FILE                                                                                                 \
	(TAKES(COMPRESSED) | TAKES(EPSG) | TAKES(PARQUET) | TAKES(NAME_FIELD) | TAKES(DESCRIPTIONS) | TAKES(EXTENSION))
#define TAKES_CELLS (TAKES(LABELS) | TAKES(DELIMITER) | TAKES(SEPARATOR) | TAKES(QUOTE_ALL) | TAKES(BOM))

struct call {
	struct httpd_request *r;
	struct httpd_reply *p;
	struct arena *arena;          /* the request's */
	struct site_visit at;
	struct rights_caller who;
	const struct explore_endpoint *endpoint;
	int version;                  /* of the API: 21 or 20 */
	struct rest_value v[CALL_PARAMS]; /* of what the endpoint takes */
	struct str lang;
	const struct clock_zone *zone;
	struct str prefix;            /* /api/explore/v2.1 */
	struct str base;              /* https://host/api/explore/v2.1 */
	const struct dataset *dataset; /* of the path's {id}; NULL where there is none */
	struct query_target target;   /* the dataset, or the catalogue, as the caller sees it */
	struct rights_dataset own;    /* what the caller may do with the dataset */
	bool links;                   /* include_links=true; always in v2.0 */
	int64_t planned_ns;           /* monotonic; 0: no plan */
};

/* Finds the portal, reads the parameters. Ended by call_leave. */
bool call_enter(struct call *c, const struct explore_endpoint *x, const struct explore_base *base, struct httpd_request *r,
                struct httpd_reply *p, void *app, struct err *e) must_use;
void call_leave(struct call *c);
#define auto_call auto_with(call_leave) struct call
/* The dataset of the first hole: ERR_NOT_FOUND when there is none. */
bool call_dataset(struct call *c, struct err *e) must_use;
/* The same, and its rows may be read: ERR_FORBIDDEN when they are hidden. */
bool call_records(struct call *c, struct err *e) must_use;
/* The catalogue as the target. */
void call_catalogue(struct call *c);
/* False when there is nothing to ask: a dataset without records, a portal without datasets. */
bool call_has_rows(const struct call *c);
/* total_count of a list that showed so many rows. A page that is not full tells it by itself, and so does one
 * whose rows were `found` before (query_found; -1: not known). */
bool call_total(const struct call *c, const struct query_request *q, const struct query_plan *p, int64_t shown,
                int64_t found, int64_t *total, struct err *e) must_use;
/* The dataset of a list's row as the caller sees it; NULL: not at all. */
const struct dataset *call_find_or_null(const struct call *c, struct str slug);
/* How values are written. */
struct record_style call_style(const struct call *c);
/* The question is understood: what follows is the engine's time (Server-Timing). */
void call_planned(struct call *c);
/* The question of the parameters; texts are borrowed from the request. */
struct query_request call_question(const struct call *c, enum query_mode mode);

/* Gives the answer its tag, made of the portal's state, the address and `of` (versions, canonical
 * query). True: the caller holds it already and nothing else need be done. */
bool call_is_fresh(struct call *c, struct str of);
/* An answer that stays right until the portal changes: kept by the server unless its question names
 * the time. */
bool call_reply(struct call *c, struct buf *body, struct err *e) must_use;

/* --- links.c ------------------------------------------------------------------------------------ */

/* An address below the base: link_to(c, "/catalog/datasets/%.*s", …). */
struct str link_to(const struct call *c, const char *fmt, ...) printf_like(2, 3);
struct str link_dataset(const struct call *c, struct str slug, const char *below);
/* The address of the request with another cursor. */
struct str link_cursor(const struct call *c, struct str cursor);
/* Members of _links for a list: self, first, last, next, previous. */
void link_pages(struct json_out *j, const struct call *c, const struct query_plan *p, int64_t total);

/* --- datasets.c --------------------------------------------------------------------------------- */

/* Appends one DatasetObject, with its links when they are asked for; in v2.0 in its envelope. */
void dataset_put(struct buf *b, const struct call *c, const struct dataset *d);
/* The links of a dataset: an array. */
void dataset_put_links(struct buf *b, const struct call *c, const struct dataset *d);
/* The datasets of a planned question whose one column is their id, bare, as the elements of an array. */
bool dataset_put_list(struct buf *b, const struct call *c, const struct query_plan *p, int64_t *n, struct err *e) must_use;
/* The whole answer of a list of datasets; wrapped: in the envelopes of v2.0. */
bool datasets_answer(struct call *c, bool wrapped, struct err *e) must_use;

/* --- selection.c -------------------------------------------------------------------------------- */

struct selection_member {
	const char *name;
	void (*put)(struct json_out *j, const struct call *c, const struct dataset *d);
};
enum { SELECTION_MEMBERS = 5 };
extern const struct selection_member selection_members[SELECTION_MEMBERS];
/* A select over the catalogue, with the members of DatasetObjects taken out of it. */
struct selection {
	struct str select;  /* for the planner; with_id: its last column is the dataset's id */
	const struct selection_member *members[SELECTION_MEMBERS];
	size_t n;
	bool with_id;
};
bool selection_read(struct call *c, struct str text, struct selection *out, struct err *e) must_use;

/* Tables have fields only: a member that is none is refused by name. */
bool selection_is_table(struct call *c, struct str text, struct err *e) must_use;
/* The rows of a planned selection as the elements of an array. */
bool selection_put(struct buf *b, const struct call *c, const struct query_plan *p, const struct selection *s, bool wrapped,
                   int64_t *n, struct err *e) must_use;

/* --- records.c ---------------------------------------------------------------------------------- */

enum records_form {
	RECORDS_BARE,     /* nothing but the fields */
	RECORDS_FLAT,     /* with include_links, also _links, _id, _timestamp, _size */
	RECORDS_ENVELOPE, /* {"links", "record": {"id", "timestamp", "size", "fields"}} of v2.0 */
};
/* What is known when the last row is written: the next cursor (of the call's memory), and query_found. */
struct records_end {
	struct str next;
	int64_t found;
};
/* The rows of a plan as the elements of an array. */
bool records_put(struct buf *b, const struct call *c, const struct query_plan *p, enum records_form form, int64_t *n,
                 struct records_end *end_or_null, struct err *e) must_use;
/* One record in its envelope; an empty id: it is no record, but an aggregation. */
void record_put_envelope(struct buf *b, const struct call *c, struct str id, struct str object);
/* The whole answer of a list of records. */
bool records_answer(struct call *c, enum records_form form, struct err *e) must_use;

/* --- dialect.c ---------------------------------------------------------------------------------- */

/* In v2.0: turns marked columns of a batch into what that version prints, in the arena. */
void dialect_turn(const struct call *c, const struct query_plan *p, struct arena *a, struct batch *rows);
/* In v2.0: says in headers what changes in v2.1. */
void dialect_warn(struct call *c);

/* --- files.c ------------------------------------------------------------------------------------ */

/* Sends a file of the dataset: to be saved, or to be shown where that is harmless. */
bool file_give(struct call *c, const struct dataset_file *f, struct err *e) must_use;
bool file_show(struct call *c, const struct dataset_file *f, struct err *e) must_use;
/* Sends a copy that fits a square of so many pixels. ERR_PARAMETER when it is no picture. */
bool file_give_small(struct call *c, const struct dataset_file *f, int side, struct err *e) must_use;

/* --- versions.c --------------------------------------------------------------------------------- */

/* Turns the target to the version that as_of names, with today's rights, and tells in a header which version
 * is shown. The dataset is known. */
bool version_choose(struct call *c, struct err *e) must_use;

/* --- facets.c ----------------------------------------------------------------------------------- */

/* The whole answer of a facets endpoint; parent is the second link. */
bool facets_answer(struct call *c, struct str self, const char *parent_rel, struct str parent, struct err *e) must_use;

/* --- downloads.c -------------------------------------------------------------------------------- */

/* Parameters of exports: delimiter, labels, compression. */
struct export_options;
bool download_options(const struct call *c, struct export_options *out, struct err *e) must_use;
/* True when a format is offered for what the caller sees; former versions have more. */
struct export_format;
bool download_is_for(const struct call *c, const struct export_format *f);

#endif

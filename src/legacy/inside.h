/* What the endpoints of the room share: one call, its parameters, and how answers are shaped. Private. */
#ifndef LEGACY_INSIDE_H
#define LEGACY_INSIDE_H

#include "json/json.h"
#include "legacy/legacy.h"
#include "query/query.h"
#include "rest/rest.h"
#include "rights/rights.h"
#include "site/site.h"

struct texts { VEC(struct str) v; };

struct v1_call {
	struct httpd_request *r;
	struct httpd_reply *p;
	struct arena *arena;
	const struct httpd_pair *pairs;  /* of the address, then of the form */
	size_t npairs;
	struct site_visit at;
	struct rights_caller who;
	struct rights_dataset own;       /* the dataset; unset for the catalogue */
	struct query_target target;
	struct str lang;
	const struct clock_zone *zone;
	bool pretty;
	struct str format, callback;     /* callback: only with jsonp and geojsonp */
};

/* --- call.c ------------------------------------------------------------------------------------- */

/* Portal, caller, language, zone, form. Ended by v1_leave. */
bool v1_enter(struct v1_call *c, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) must_use;
void v1_leave(struct v1_call *c);
#define auto_v1 auto_with(v1_leave) struct v1_call
/* The dataset of hole 0 or of `dataset`; v1_records also asks that its rows may be read. */
bool v1_dataset(struct v1_call *c, struct err *e) must_use;
bool v1_records(struct v1_call *c, struct err *e) must_use;
void v1_catalogue(struct v1_call *c);
bool v1_has_rows(const struct v1_call *c);
/* One of the words, NULL-ended, the first when absent; jsonp and geojsonp need a callback. */
bool v1_format(struct v1_call *c, const char *const *words, struct err *e) must_use;

/* The last value of a parameter, empty when absent. */
struct str v1_text(const struct v1_call *c, const char *name);
bool v1_bool(const struct v1_call *c, const char *name, bool *out, struct err *e) must_use;
bool v1_int(const struct v1_call *c, const char *name, int64_t least, int64_t most, int64_t absent, int64_t *out,
            struct err *e) must_use;
/* Steps through parameters PREFIX.NAME (or PREFIX alone, with an empty name): start with *at = 0. */
bool v1_each(const struct v1_call *c, const char *prefix, size_t *at, struct str *name, struct str *value);
bool v1_missing(struct err *e, const char *name);
/* What a name means to the caller: NULL when there is no such field. */
const struct field *v1_field_or_null(const struct v1_call *c, struct str name);
/* The first field with places: shapes before points when asked for; NULL when there is none. `geo_field`
 * of the request comes first. */
const struct field *v1_places_or_null(const struct v1_call *c, bool shapes_first);
/* A name between back-quotes, and a text between quotes, as ODSQL reads them. */
void v1_put_name(struct buf *b, struct str name);
void v1_put_quoted(struct buf *b, struct str text);
struct str v1_named(const struct v1_call *c, struct str name);

/* --- filters.c ---------------------------------------------------------------------------------- */

/* The question of the shared filters (§1.1): no rows, fields or order yet. */
bool v1_question(struct v1_call *c, struct query_request *out, struct err *e) must_use;
/* Adds fields, sort, rows and start. most: rows + start at most; 0: as many as there are. */
bool v1_page(struct v1_call *c, struct query_request *q, int64_t absent, int64_t most, struct err *e) must_use;
/* Appends the member `parameters`. */
void v1_echo(struct json_out *j, const struct v1_call *c);
/* Appends the member `facet_groups` when facets are asked for. */
bool v1_facets(struct json_out *j, struct v1_call *c, const struct query_request *q, struct err *e) must_use;

/* --- record.c ----------------------------------------------------------------------------------- */

struct v1_rows {
	const struct v1_call *c;
	const struct query_plan *plan;
	struct str *keys;          /* "name": */
	size_t geometry;           /* place of the column of places; ncolumns: none */
	struct str head;           /* {"datasetid":"…","recordid":" */
	struct str tail;           /* ,"record_timestamp":"…"} */
	const struct clock_zone *zone;
};
/* Plans asked with_id. Lives in the arena, borrows the plan. */
struct v1_rows v1_rows_of(struct arena *a, const struct v1_call *c, const struct query_plan *p);
void v1_put_record(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row);
void v1_put_feature(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row);
/* The bare geometry of a row; null where there is none. */
void v1_put_geometry(struct buf *b, const struct v1_rows *r, const struct batch *rows, size_t row);
struct str v1_record_id(const struct v1_rows *r, const struct batch *rows, size_t row);
/* Calls `each` for every row of a plan, and counts them. */
bool v1_each_row(const struct v1_call *c, const struct query_plan *p, struct cancel *cancel,
                 bool (*each)(void *arg, const struct batch *rows, size_t row, struct err *e), void *arg, int64_t *n,
                 struct err *e) must_use;

/* --- answer.c ----------------------------------------------------------------------------------- */

/* Hands over a JSON answer: pretty, wrapped in the callback, kept by the server when it may be. */
bool v1_answer(struct v1_call *c, struct buf *body, struct err *e) must_use;
/* Another kind of text. */
bool v1_answer_as(struct v1_call *c, struct buf *body, struct str type, struct err *e) must_use;
bool v1_error_window(struct err *e, int64_t sum, int64_t most);

/* --- feed.c ------------------------------------------------------------------------------------- */

enum v1_feed_kind { FEED_RSS, FEED_ATOM };
struct v1_feed {
	struct buf *b;
	enum v1_feed_kind kind;
};
void v1_feed_open(struct v1_feed *f, const struct v1_call *c, struct str title, struct str address);
struct v1_feed_item {
	struct str title, address, id, text;   /* text may hold HTML */
	int64_t changed_us;
	const struct str *categories;
	size_t ncategories;
	bool placed;
	double lat, lon;
};
void v1_feed_put(struct v1_feed *f, const struct v1_feed_item *item);
void v1_feed_close(struct v1_feed *f);

/* --- dataset.c ---------------------------------------------------------------------------------- */

/* Appends a DatasetV1, as the caller sees it. */
bool v1_put_dataset(struct buf *b, struct v1_call *c, struct str slug, struct err *e) must_use;

/* --- series.c: y.S.func of analyze and geocluster ------------------------------------------------- */

struct v1_series {
	struct str name;
	struct str *columns;    /* labels in the question: one, or one a quantile */
	double *subsets;
	size_t n;
	bool quantiles, cumulative, whole;
};
struct v1_all_series { VEC(struct v1_series) v; };
struct v1_items { VEC(struct odsql_item) v; };
/* Reads y.S.* and adds their aggregates to a select, labelled. */
bool v1_series_of(struct v1_call *c, struct v1_all_series *out, struct v1_items *select, struct err *e) must_use;
/* An aggregate by its v1 name over the expression. NULL with a complaint. */
struct odsql_node *v1_aggregate(struct v1_call *c, struct str series, struct str func, struct str expr, double subset,
                                struct err *e);
/* expr.c: an unsettled tree, or NULL with a complaint naming `parameter`. */
struct odsql_node *v1_expression(struct v1_call *c, struct str parameter, struct str text, struct err *e);
/* Appends the member of a series for a row of a result whose series columns begin at `first`. Running
 * totals are kept in `totals`, one a series; NULL: plain. */
void v1_put_series(struct json_out *j, const struct v1_all_series *all, const struct batch *rows, size_t row, size_t first,
                   double *totals_or_null);
/* A cell of a series as a number; false when it has none. */
bool v1_number(const struct batch *rows, size_t row, size_t column, double *out);

void v1_plan_done(struct query_plan *p);
#define auto_plan auto_with(v1_plan_done) struct query_plan

/* An endpoint at an address, for GET and for forms. */
#define V1_ROUTES(name, at, function)                                                                              \
	extern const struct httpd_route legacy_##name##_get, legacy_##name##_post;                                 \
	const struct httpd_route legacy_##name##_get = { .method = HTTPD_GET, .pattern = at, .run = function };    \
	const struct httpd_route legacy_##name##_post = { .method = HTTPD_POST, .pattern = at, .run = function }
/* An endpoint of records, at both of its addresses. */
#define V1_RECORDS(name, function)                                                                                 \
	V1_ROUTES(name, "/api/records/1.0/" #name, function);                                                      \
	V1_ROUTES(of_##name, "/api/datasets/1.0/{dataset}/records/" #name, function)

#endif

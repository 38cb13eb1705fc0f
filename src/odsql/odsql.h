/* ODSQL, the language of select, where, group_by and order_by: from the text of a clause to a tree
 * with names and types settled, and from there to SQL through sql/. Everything a caller wrote
 * reaches the engine as a value in a hole; nothing of it becomes SQL text. Refuses to know which
 * statement its expressions end up in: that is the query room's trade.
 *
 * Trees live in the arena given and borrow the clause's text, which must live as long. All functions
 * are safe on any thread (one arena, one thread).
 *
 * Errors: ERR_ODSQL_SYNTAX ("ODSQL syntax exception: unexpected X at position P in TEXT. …", P counts
 * characters from 0) when a text is not of the language, ERR_ODSQL ("ODSQL query is malformed: …")
 * when it is but means nothing here. Ceilings: LIMIT_CLAUSE_BYTES, LIMIT_ODSQL_DEPTH,
 * LIMIT_ODSQL_IN_ITEMS.
 *
 * Truth: a predicate that touches null is not true, and NOT gives every row for which its operand is
 * not true (so nulls come in). `!=` is "has a value, and not this one".
 *
 * What the engine provides. Plain DuckDB functions, and these of our own; all give null when any
 * argument is null, none ever fails a statement:
 *
 *   stoa_fold(VARCHAR) VARCHAR                              text_fold
 *   stoa_near(VARCHAR, VARCHAR token, VARCHAR lang) BOOLEAN a word within text_edits_for, or another form
 *   stoa_form(VARCHAR, VARCHAR token, VARCHAR lang) BOOLEAN a form of the token
 *   stoa_rank(VARCHAR, VARCHAR terms, VARCHAR lang) BIGINT  see odsql_emit_rank
 *   stoa_json(VARCHAR) VARCHAR                              the text itself when it is JSON, else null
 *   stoa_local(TIMESTAMP, VARCHAR zone) TIMESTAMP           wall time of a UTC instant
 *   stoa_utc(TIMESTAMP, VARCHAR zone) TIMESTAMP             UTC instant of a wall time
 *   stoa_instant(TIMESTAMP, VARCHAR zone) VARCHAR           clock_put_instant
 *   stoa_date_format(TIMESTAMP wall, VARCHAR pattern, VARCHAR lang) VARCHAR    clock_format
 *   stoa_date_format_at(TIMESTAMP, VARCHAR pattern, VARCHAR lang, VARCHAR zone) VARCHAR    clock_format_at
 *   stoa_point_test(DOUBLE lat, DOUBLE lon, BLOB shape, INTEGER relation) BOOLEAN   geo_test_point
 *   stoa_shape_test(BLOB wkb, BLOB shape, INTEGER relation) BOOLEAN            geo_test
 *   stoa_shape_distance(BLOB wkb, DOUBLE lat, DOUBLE lon) DOUBLE               geo_shape_distance_m
 *   stoa_hull(DOUBLE[] lats, DOUBLE[] lons) BLOB            geo_hull: convex hull as WKB
 *   stoa_clusters(BIGINT[] cells, DOUBLE[] lats, DOUBLE[] lons, DOUBLE[] counts, DOUBLE metres)
 *                                                           geo_clusters of cells, the fullest first: a list of
 *                                                           STRUCT(cell, cluster, lat, lon), lat and lon the
 *                                                           mean of the whole cluster
 *   stoa_quantile(DOUBLE[] values, DOUBLE fraction) DOUBLE   the value at that part of their order, nulls left out
 *   stoa_box(DOUBLE x0, DOUBLE y0, DOUBLE x1, DOUBLE y1) BLOB                  geo_box_wkb
 *
 * `relation` is an enum geo_relation; `shape` is a constant of the statement, so it can be prepared
 * once. */
#ifndef ODSQL_ODSQL_H
#define ODSQL_ODSQL_H

#include "base/base.h"
#include "clock/clock.h"
#include "sql/sql.h"
#include "value/value.h"

enum odsql_clause { ODSQL_SELECT, ODSQL_WHERE, ODSQL_GROUP_BY, ODSQL_ORDER_BY, ODSQL_REFINE, ODSQL_EXCLUDE, ODSQL_FACET, ODSQL_QV1 };

/* --- the tree ---------------------------------------------------------------------------------- */

enum odsql_kind {
	/* literals: `type`, and `null` or the value's member */
	ODSQL_NULL,     /* null */
	ODSQL_TEXT,     /* s */
	ODSQL_INT,      /* i */
	ODSQL_DOUBLE,   /* d */
	ODSQL_BOOL,     /* b */
	ODSQL_DATE,     /* s as written; period [from, to) once checked */
	ODSQL_GEOM,     /* s as written; WKB once checked */
	ODSQL_FIELD,    /* s: dotted name; `field` once checked */
	ODSQL_STAR,     /* * of select, count(*), search(*, …) and range(f, *, …) */
	ODSQL_CALL,     /* fn and args */
	/* arithmetic on args */
	ODSQL_NEGATE, ODSQL_ADD, ODSQL_SUBTRACT, ODSQL_MULTIPLY, ODSQL_DIVIDE,
	/* predicates on args */
	ODSQL_EQ, ODSQL_NE, ODSQL_LT, ODSQL_LE, ODSQL_GT, ODSQL_GE,
	ODSQL_LIKE,     /* args[0] like args[1] */
	ODSQL_IN_LIST,  /* args[0] in (args[1…]) */
	ODSQL_IN_RANGE, /* args[0] in [args[1] .. args[2]]; flags tell open ends */
	ODSQL_IN_FIELD, /* args[0] in args[1] */
	ODSQL_IS,       /* args[0] is [not] args[1] (null or a boolean) */
	ODSQL_WORDS,    /* a bare string: full text over all visible text fields */
	ODSQL_NOT, ODSQL_AND, ODSQL_OR, /* and, or: two args or more */
	/* only as arguments of calls */
	ODSQL_LENGTH,   /* d metres, of `5km` */
	ODSQL_INTERVAL, /* i and unit, of `2 days` */
	ODSQL_NAMED,    /* s=i, of now(days=-1) */
	ODSQL_MODE,     /* s, the third argument of geometry() */
};

enum odsql_flags {
	ODSQL_OPEN_LEFT = 1u << 0,   /* range: lower end excluded; range(): leading * */
	ODSQL_OPEN_RIGHT = 1u << 1,  /* range: upper end excluded; range(): trailing * */
	ODSQL_NEGATED = 1u << 2,     /* is not */
	ODSQL_DISTINCT = 1u << 3,    /* count(distinct …) */
	ODSQL_BRACKETED = 1u << 4,   /* range(f, [a,b]) */
	ODSQL_KEY = 1u << 5,         /* stands for the value of group key number `field` */
};

/* Interval units, in the order of odsql.md §12.4. */
enum odsql_unit { ODSQL_MS, ODSQL_S, ODSQL_MIN, ODSQL_H, ODSQL_D, ODSQL_W, ODSQL_MONTH, ODSQL_QUARTER, ODSQL_YEAR };

/* Fields that every record has without being in the schema. */
enum { ODSQL_NO_FIELD = -1, ODSQL_DATASETID = -2, ODSQL_RECORDID = -3, ODSQL_RECORD_TIMESTAMP = -4, ODSQL_RECORD_SIZE = -5 };

struct odsql_fn; /* a row of functions.def */

struct odsql_node {
	enum odsql_kind kind;
	unsigned flags;
	uint32_t at, end;     /* bytes of the clause's text */
	uint32_t height;
	struct str s;
	int64_t i;            /* also: start of an interval's unit count */
	double d;
	bool b;
	enum odsql_unit unit;
	int64_t from, to;     /* of a checked date: microseconds UTC, [from, to) */
	struct odsql_node **args;
	uint32_t nargs;
	const struct odsql_node *key; /* with ODSQL_KEY: the grouping expression */
	const struct odsql_fn *fn;
	/* filled by odsql_check */
	int field;
	int translated;       /* of a FIELD: 1 + the number of the field that has its value in the caller's language; 0: none */
	enum value_type type;
	bool list;            /* multivalued text */
	bool untyped;         /* the null literal */
	bool aggregate;       /* is or contains an aggregate */
	uint32_t total;       /* of an aggregate beside rows: its number, see odsql_emit_totals */
	bool varies;          /* depends on the row outside of any aggregate */
};

/* One item of select, group_by or order_by. */
struct odsql_item {
	struct odsql_node *expr;  /* STAR, or CALL of include/exclude, or an expression */
	struct str key;           /* label, or the source text verbatim */
	bool labelled, descending;
	int place;                /* order_by: the result column it names, or -1 */
};
struct odsql_items {
	struct odsql_item *p;
	size_t n;
};

/* The four clauses of one request; absent ones are empty. */
struct odsql_query {
	struct odsql_items select, group_by, order_by;
	struct odsql_node **where; /* ANDed */
	size_t nwhere;
	/* filled by odsql_check */
	bool grouped;          /* has group_by */
	bool aggregated;       /* no group_by, at least one aggregate selected, nothing varies */
	bool mixed;            /* no group_by, rows and aggregates of all rows together */
	bool full_text;        /* where has a full-text element */
	struct odsql_items columns; /* what comes back: select with *, include, exclude and keys resolved */
};

/* Parse one clause. A blank text gives no items, or *out = NULL. */
bool odsql_parse_items(struct arena *a, enum odsql_clause which, struct str text, struct odsql_items *out,
                       struct err *e) must_use nonnull_all;
bool odsql_parse_where(struct arena *a, struct str text, struct odsql_node **out, struct err *e) must_use nonnull_all;

/* Appends the one spelling of a tree: keywords lower-case, strings double-quoted, names back-quoted
 * only where needed. Parsing it again gives the same tree. */
void odsql_put(struct buf *b, const struct odsql_node *n);
void odsql_put_items(struct buf *b, const struct odsql_items *items, bool with_keys);

/* --- checking ---------------------------------------------------------------------------------- */

/* What names mean and how values are read. */
struct odsql_scope {
	const struct schema *schema;
	const bool *visible_or_null;    /* one flag a field; NULL: all but FIELD_HIDDEN ones */
	bool everything;                /* hidden fields have names too: for conditions of the house */
	bool catalogue;                 /* "default." may be left out, dataset_id is datasetid */
	struct str dataset_id;          /* value of the field datasetid */
	int64_t record_timestamp_us;    /* value of the field record_timestamp */
	const struct clock_zone *zone;  /* of the request */
	struct str lang;
	struct str text_lang;           /* language of the texts, whose forms of words search() finds; or empty */
	int64_t now_us;
};

/* The field a name means, or ODSQL_NO_FIELD. Technical fields give their negative number. */
int odsql_field(const struct odsql_scope *s, struct str name);
/* Settles names, types and places; folds now(), dates and geometries to values. */
bool odsql_check(struct arena *a, const struct odsql_scope *s, struct odsql_query *q, struct err *e) must_use nonnull_all;
/* One where on its own (row filters). */
bool odsql_check_where(struct arena *a, const struct odsql_scope *s, struct odsql_node *n, struct err *e) must_use nonnull_all;
/* How many fields words are looked for in that name none. */
size_t odsql_text_fields(const struct odsql_scope *s);
/* True when a where looks for words. */
bool odsql_is_full_text(const struct odsql_node *n);
/* [from, to) of a date text: in the scope's zone for a DATETIME field, without one for a DATE field.
 * A text to the second or finer is a single instant. False when it is no date. */
bool odsql_period(const struct odsql_scope *s, struct str text, enum value_type field, int64_t *from, int64_t *to) must_use;

/* --- facets (not the language, but names and values of the same schema) ------------------------- */

/* What facet(name="…", …) says; `given` tells which of the others were written. */
enum odsql_facet_arg { ODSQL_FACET_DISJUNCTIVE = 1, ODSQL_FACET_HIERARCHICAL = 2, ODSQL_FACET_SEPARATOR = 4, ODSQL_FACET_SORT = 8, ODSQL_FACET_LIMIT = 16 };
struct odsql_facet {
	struct str name;
	unsigned given;
	bool disjunctive, hierarchical;
	struct str separator, sort;
	int64_t limit;
};
/* Reads NAME, `NAME` or facet(…). */
bool odsql_parse_facet(struct arena *a, struct str text, struct odsql_facet *out, struct err *e) must_use nonnull_all;
/* Cuts NAME:VALUE of refine and exclude; quotes of either are taken off. */
bool odsql_parse_refine(struct arena *a, enum odsql_clause which, struct str text, struct str *name,
                        struct str *value, struct err *e) must_use nonnull_all;
/* A settled predicate: field number `field` has the value, or with a separator stands on or below
 * that path. Dates take YYYY, YYYY/MM and YYYY/MM/DD. */
bool odsql_facet_test(struct arena *a, const struct odsql_scope *s, enum odsql_clause which, int field,
                      struct str value, struct str separator, struct odsql_node **out, struct err *e) must_use nonnull_all;
/* Joins settled predicates; n of 1 or more. */
struct odsql_node *odsql_join(struct arena *a, enum odsql_kind and_or_not, struct odsql_node *const *nodes, size_t n);
/* A settled node for a field. */
struct odsql_node *odsql_field_node(struct arena *a, const struct odsql_scope *s, int field);
/* A date field as wall time of the scope's zone, in SQL. */
void odsql_emit_wall(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n);

/* The error of §18 for a request parameter that is not a clause of its own. Returns false. */
bool odsql_complain(struct err *e, enum odsql_clause clause, const char *fmt, ...) printf_like(3, 4);

/* --- trees made elsewhere (qv1/) ---------------------------------------------------------------- */

/* A literal, a FIELD by name, WORDS or a STAR, with its text; unsettled. */
struct odsql_node *odsql_leaf(struct arena *a, enum odsql_kind kind, struct str s);
/* A test or a junction of such nodes. */
struct odsql_node *odsql_test(struct arena *a, enum odsql_kind kind, struct odsql_node *const *args, size_t nargs);
/* A call of a function that a clause has in functions.def, which has some that ODSQL's own text cannot say, such as
 * "#geometry"(field, text): the value is a point, linestring, polygon, multipoint … */
struct odsql_node *odsql_call(struct arena *a, enum odsql_clause which, const char *word, struct odsql_node *const *args, size_t nargs);
/* odsql_check_where, complaining about another clause. */
bool odsql_check_as(struct arena *a, const struct odsql_scope *s, enum odsql_clause which, struct odsql_node *n,
                    struct err *e) must_use nonnull_all;
/* "unexpected TOKEN at position P in TEXT": bytes at … end of a clause's text. Returns false. */
bool odsql_unexpected(struct err *e, enum odsql_clause clause, struct str text, size_t at, size_t end);

/* --- help -------------------------------------------------------------------------------------- */

/* One way to write a function: its word, the clauses it may stand in (letters s w o g of select, where,
 * order_by, group_by), its spelling with arguments, and one English sentence. */
struct odsql_help { const char *word, *clauses, *spelling, *sentence; };
const struct odsql_help *odsql_help(size_t *n) nonnull_all; /* all of them, by word */

/* --- SQL --------------------------------------------------------------------------------------- */

/* Writes a checked expression. Fields are the bare columns of the version's table, so the FROM must
 * have them unqualified in scope. Points have two columns: see odsql_emit_part. */
void odsql_emit(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n);
/* For rows with aggregates of all rows beside them: the columns of a relation `totals` of one row, which has the aggregates
 * of some trees and must be written first, WITH totals AS MATERIALIZED (SELECT … FROM …); then expressions in which they
 * are read from there. */
void odsql_emit_totals(struct sql *q, const struct odsql_scope *s, const struct odsql_items *of);
void odsql_emit_over(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n);
/* Writes a checked predicate. May give null where it means false: use in WHERE and FILTER only, or
 * follow it by IS TRUE. */
void odsql_emit_where(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n);
/* How well a row fits: a whole number, higher is better, for rows that the wheres keep; true when they look for
 * words at all. Whole words count more than beginnings, those more than near words and other forms;
 * often in a short text counts more than once in a long one. */
bool odsql_ranks(const struct odsql_node *n);
void odsql_emit_rank(struct sql *q, const struct odsql_scope *s, struct odsql_node *const *where, size_t n);
/* Latitude or longitude of a checked point expression. */
void odsql_emit_part(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n, enum sql_part part);
/* Grouping: what rows are grouped and sorted by (an unnested element for lists). The column must be
 * called k0, k1 … in the order of group_by: a tree that repeats a key is written as what the caller
 * sees of that column. */
void odsql_emit_key(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n);
/* The same of a grouped statement, whose keys stand for texts by codes where there are any: the key in the
 * rows, and column k<place> where its text is shown or sorted by. */
void odsql_emit_group(struct sql *q, const struct odsql_scope *s, const struct odsql_node *n);
void odsql_emit_group_name(struct sql *q, const struct odsql_node *n, size_t place);
/* True when the text a tree gives is JSON to be embedded. */
bool odsql_gives_json(const struct odsql_node *n);
/* True for year(), month() … second(), which v2.0 of the API prints as texts. */
bool odsql_is_date_part(const struct odsql_node *n);
/* True when rows without this key make no group (ranges, clusters). */
bool odsql_key_skips_null(const struct odsql_node *n);
/* What a geo_cluster() key asks for: the statement must offer c<i>_cell, c<i> (the number of the
 * cluster), c<i>_lat and c<i>_lon beside key column k<i>; odsql_emit_key gives a row's cell. */
struct odsql_cluster { double radius_m; };
bool odsql_cluster(const struct odsql_node *n, struct odsql_cluster *out);
/* The type of what the caller sees of a key. */
struct column_type odsql_shown_type(const struct odsql_node *n);

#endif

/* What the files of the room share: a request understood. Private. */
#ifndef QUERY_INSIDE_H
#define QUERY_INSIDE_H

#include "query/query.h"

/* One refine or exclude. */
struct filter {
	int field;
	bool exclude;
	struct str name, value;
	struct odsql_node *test;
};

/* One facet parameter, completed by the field's annotations. */
struct facet_spec {
	struct str name;         /* as asked for */
	int field;
	bool disjunctive, hierarchical;
	struct str separator, sort;
	int64_t limit;
};

/* A condition that every row meets, whatever is asked, and what it may name. */
struct barrier {
	struct odsql_scope scope;
	struct odsql_node *node;
};

/* A request whose filters are settled: everything but select, group_by and order_by. */
struct scene {
	struct arena *arena;
	const struct query_request *request;
	struct odsql_scope scope;        /* what the caller may name */
	struct odsql_scope house;        /* what the house's own order and rules may name */
	struct barrier barriers[3];      /* of the caller's rights, and of where the table comes from */
	size_t nbarriers;
	struct odsql_node **where;
	size_t nwhere;
	size_t nasked;                   /* those of the language itself; the rest, of qv1, are settled already */
	struct filter *filters;
	size_t nfilters;
	struct facet_spec *facets;       /* those asked for by name */
	size_t nfacets;
	bool by_id;                      /* QUERY_RECORD with a well-formed id */
	struct str id_decimal;
};

/* Parses and checks all filters of a request. `settle` false leaves the wheres parsed but unchecked. */
bool scene_open(struct arena *a, const struct query_request *r, bool settle, struct scene *out, struct err *e) must_use;
/* " WHERE …" with everything, or nothing and false. Refinements on field number `but` are left out; -1: none. */
bool scene_put_where(struct sql *q, const struct scene *s, int but, const struct odsql_node *more_or_null);
/* Canonical text of the filters. */
void scene_put(struct buf *b, const struct scene *s);
/* The facet of a field as its annotations make it. */
struct facet_spec facet_of_field(const struct scene *s, int field);

/* limit and offset within bounds; `grouped` and `ordered_by_aggregate` decide which. */
struct window { int64_t limit, offset; };
bool window_of(const struct query_request *r, bool grouped, bool ordered_by_aggregate, struct window *out,
               struct err *e) must_use;

/* --- rank.c: relevance ------------------------------------------------------------------------------- */

struct rows;
/* Before the house's own order is read. */
bool rank_applies(const struct rows *r);
void rank_plan(struct rows *r);
/* The statement to be asked, ranked or not, NULL when there is no row; it and what it points to live as long as
 * the plan and the arena. `found` is the number of rows, or -1 when there are too many to rank. */
bool rank_question(struct engine *g, const struct query_plan *p, struct cancel *c_or_null, struct arena *a,
                   const struct sql **out, int64_t *found, struct err *e) must_use;

/* --- facets.c, tally.c: counting values -------------------------------------------------------------- */

/* What was counted for one facet, all its levels; or nothing, and each level is a statement of its own. */
struct tally {
	struct engine_codes codes;   /* texts */
	struct engine_tally counts;
	bool known;
};

struct counting {
	struct engine *engine;
	struct cancel *cancel;
	struct arena *arena;
	struct scene scene;
	struct tally *tallies;       /* one a facet of the scene */
};

/* One level of one facet: the children of `path`, or the top when depth is 0. */
struct level {
	const struct facet_spec *spec;
	const struct field *field;
	const struct tally *tally;
	struct str path;
	size_t depth;
};

struct level_value {
	struct str path;
	int64_t number, count;       /* number: what values are sorted by when they are no texts */
};
struct level_values { VEC(struct level_value) v; };

/* Counts in one reading whatever can be counted so. */
bool tally_facets(struct counting *c, struct err *e) must_use;
/* The values of a level whose tally is known, sorted and cut as its facet says. */
void tally_level(const struct counting *c, const struct level *l, struct level_values *out);
/* What a level is sorted by: its count or its value, upwards or down. */
struct level_order { bool by_count, down; };
struct level_order level_order(const struct counting *c, const struct level *l);

static inline bool is_date(const struct field *f) { return f->type == VALUE_DATE || f->type == VALUE_DATETIME; }

/* --- rows.c, groups.c: one statement of rows --------------------------------------------------------- */

/* The keys of the last row of a page: one value an order_by item, and the row's number. */
struct keyset {
	struct value *keys;
	int64_t row;
};

struct rows {
	struct scene scene;
	struct odsql_query query;
	struct window window;
	struct keyset after;             /* with a cursor: keys NULL on the first page */
	struct query_plan *plan;
};
void rows_put_columns(struct sql *q, const struct rows *r);
void rows_put_from(struct sql *q, const struct rows *r);
void rows_put_order(struct sql *q, const struct rows *r);
/* What an order_by item sorts by, without its direction. */
void rows_put_sorted(struct sql *q, const struct rows *r, const struct odsql_item *item);
void rows_put_window(struct sql *q, const struct rows *r);
void rows_put_key(struct sql *q, size_t i);
void rows_put_groups(struct sql *q, const struct rows *r);

/* --- keyset.c: where a page went on ------------------------------------------------------------------ */

/* Refuses what has no pages of this kind and reads the cursor; settles plan.question. */
bool keyset_open(struct rows *r, struct str canonical, struct err *e) must_use;
/* Types of the hidden columns from `types` on: plan.nhidden of them. */
void keyset_describe(const struct rows *r, struct column_type *types);
void keyset_put_columns(struct sql *q, const struct rows *r);
/* "(…)": true for rows after the cursor's. */
void keyset_put_after(struct sql *q, const struct rows *r);
/* The cursor that a row's hidden columns make; and back again: false when the text is none. */
void keyset_put(struct buf *b, struct str question, const struct column *hidden, size_t n, size_t row);
bool keyset_read(struct arena *a, struct str text, struct str question, const struct column_type *types, size_t nkeys, struct keyset *out);

#endif

/* What the files of this room share. */
#ifndef CHART_INSIDE_H
#define CHART_INSIDE_H

#include "chart/chart.h"

enum chart_member_kind {
	MEMBER_TEXT, MEMBER_SORT, MEMBER_COLOR,           /* struct str */
	MEMBER_FLAG, MEMBER_UNLESS,                       /* bool; UNLESS is true when the member is false */
	MEMBER_NUMBER, MEMBER_PERCENT,                    /* double */
	MEMBER_GIVEN,                                     /* double, with the flag has_… */
	MEMBER_WHOLE, MEMBER_POINTS, MEMBER_BINS, MEMBER_HOLE, /* int64_t */
	MEMBER_TYPE, MEMBER_FUNCTION, MEMBER_SCALE, MEMBER_STACK,
};
struct chart_member {
	const char *name, *other_or_null;
	enum chart_member_kind kind;
	size_t at;      /* offset in its struct */
};
enum chart_object { PART_CHART, PART_QUERY, PART_SERIES, CHART_PARTS };
const struct chart_member *chart_members(enum chart_object part, size_t *n);
/* The flag that belongs to a GIVEN member. */
bool *chart_given(struct chart_series *s, const struct chart_member *m);

extern const char *const chart_stack_words[]; /* by enum chart_stack */
bool chart_type_of(struct str word, enum chart_type *out);
bool chart_function_of(struct str word, enum chart_function *out);
bool chart_scale_of(struct str word, enum chart_scale *out);
bool chart_stack_of(struct str word, enum chart_stack *out);

/* A text as a member's value; NULL when it was taken, else what was expected. `into` is the struct the member belongs to. */
const char *chart_member_set(struct arena *a, const struct chart_member *m, void *into, struct str text);
/* What the members of a new query and series are before anything is said. */
struct chart_query chart_query_begin(void);
struct chart_series chart_series_begin(void);

/* A name between back-quotes, a text between quotes, of ODSQL. */
struct str chart_name(struct arena *a, struct str name);
struct str chart_quote(struct arena *a, struct str text);
/* A field the reader may see, or NULL. */
const struct field *chart_field_or_null(const struct query_target *t, struct str name);
bool chart_is_time(const struct field *f);
bool chart_is_number(const struct field *f);

/* --- filters.c: the filters of a query as those of a question ------------------------------------------------ */

/* Adds them to r; `place` names the query in errors. */
bool chart_filters(struct arena *a, const struct chart_query *q, const struct query_target *t, const char *place, struct query_request *r,
                   struct err *e) must_use;

/* --- label.c --------------------------------------------------------------------------------------------------- */

/* What a point of time is called: key "2020-04", label "April 2020". `us` is wall time. */
void chart_time_point(struct arena *a, enum chart_scale s, int64_t us, const struct i18n_lang *l, struct chart_point *out);
void chart_cycle_point(struct arena *a, enum chart_scale s, int64_t n, const struct i18n_lang *l, struct chart_point *out);
/* "Average of Price"; the label of a series that has none. */
struct str chart_series_label(struct arena *a, const struct chart_series *s, const struct field *y_or_null, const struct i18n_lang *l);

/* --- ask.c ----------------------------------------------------------------------------------------------------- */

/* One query of a chart while it is answered. */
struct chart_part {
	const struct chart_question *question;
	struct arena *arena;
	const struct chart_query *query;
	size_t place;
	char name[32];               /* "queries[0]" */
	struct chart_data data;
	struct query_request base;   /* filters of page and query, and that x has a value */
	const struct field *x, *breakdown_or_null;
	enum chart_x kind;
	enum chart_scale scale;      /* of dates */
	enum chart_scale breakdown_scale;
	double width;                /* of bins */
	double low, high;            /* of numbers, when they were asked for */
};

/* Finds the dataset and its fields; chooses timescale or bins, which may ask for the ends of x. */
bool chart_part_open(struct chart_part *p, struct err *e) must_use;

/* The key a row is about: a field with its timescale or bins. */
struct chart_key { const struct field *field; enum chart_scale scale; double width; };
/* How many columns a key takes: months are a year and a month. */
size_t chart_key_columns(const struct chart_key *k);
/* A question in groups. Every row is handed to `row` with the columns of the keys (in order), then those of the values. */
struct chart_ask {
	struct chart_key keys[2];
	size_t nkeys;
	bool with_values;            /* the values of all series, or only the count */
	struct str order_by;         /* of x0 x1 … (the first key), s0 s1 … (values; the count) */
	struct str where;            /* one more condition, or empty */
	int64_t limit;
	bool (*row)(void *arg, const struct batch *rows, size_t i);
	void *arg;
};
bool chart_ask(struct chart_part *p, const struct chart_ask *q, struct err *e) must_use;
/* What the cells of a key stand for, from its first column on; false for no value. */
bool chart_point_of(struct chart_part *p, const struct chart_key *k, const struct column *col, size_t row, struct chart_point *out);
/* A cell as a number; NAN when there is none. */
double chart_number(const struct column *col, size_t row);
/* The column of the first value of a series among the values: s3. */
size_t chart_value_column(const struct chart_query *q, size_t series);

#endif

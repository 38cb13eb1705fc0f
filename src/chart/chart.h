/* Charts: what is drawn, as a struct; its JSON, read and printed; and the table of numbers it stands for. The data of a
 * page, of the endpoint and of a page without script are made here, once. Refuses to know who asks (a dataset comes cut to its
 * reader's rights through chart_find), and how anything is drawn.
 *
 * The JSON is the one that the published portals put into `dataChart`: {"queries": [{"config": {"dataset", "options"}, "xAxis",
 * "timescale", "maxpoints", "sort", "seriesBreakdown", "seriesBreakdownTimescale", "stacked", "charts": [{"type", "func",
 * "yAxis", "color", …}]}], "timescale", "displayLegend", "alignMonth", "singleAxis"}, and a few members of our own beside
 * ("title", "bins", "showDataset" …); members.def lists all. "alignMonth" is kept and handed on: months stand side by side at equal distances,
 * whatever their days, whether it is said or not. In an address it is base64, with either alphabet, padded or not. What is unknown is
 * left aside; what is known and wrong is an error that names its place: "queries[0].charts[1].func: …".
 *
 * Everything lives in the arena given and borrows nothing but what chart_find gives. Any thread. */
#ifndef CHART_CHART_H
#define CHART_CHART_H

#include "base/base.h"
#include "catalog/catalog.h"
#include "clock/clock.h"
#include "engine/engine.h"
#include "httpd/httpd.h"
#include "i18n/i18n.h"
#include "json/json.h"
#include "pool/pool.h"
#include "query/query.h"
#include "value/value.h"

enum {
	CHART_QUERIES = 8, CHART_SERIES = 12, /* of a query */ CHART_THRESHOLDS = 12, CHART_FILTERS = 60,
	CHART_POINTS = 50,           /* when nothing is said */
	CHART_POINTS_MOST = 5000,    /* ceiling of points, also when all are asked for */
	CHART_GROUPS_MOST = 40,      /* lines that one breakdown makes */
	CHART_JSON_BYTES = 24 * 1024,
};

/* --- the chart ------------------------------------------------------------------------------------------ */

/* CHART_LINE … : rows of types.def. What takes more than one number a point is said there. */
enum chart_type {
#define CHART_TYPE(symbol, word, label, family, numbers) CHART_##symbol,
#include "chart/types.def"
#undef CHART_TYPE
	CHART_TYPES
};
enum chart_family { CHART_ON_AXES, CHART_ROUND, CHART_BOXES, CHART_ON_CALENDAR };
struct chart_type_row {
	const char *word, *label;    /* in JSON; an English message */
	enum chart_family family;
	size_t numbers;              /* a point has: 1, 2 (low, high) or 5 (boxes: min, lower quartile, median, upper, max) */
};
extern const struct chart_type_row chart_types[CHART_TYPES];

enum chart_function {
#define CHART_FUNCTION(symbol, word, label, takes_field) CHART_##symbol,
#include "chart/functions.def"
#undef CHART_FUNCTION
	CHART_FUNCTIONS
};
struct chart_function_row {
	const char *word, *label;
	bool takes_field;
};
extern const struct chart_function_row chart_functions[CHART_FUNCTIONS];

/* CHART_SCALE_NONE lets dates choose one by their span. */
enum chart_scale {
#define CHART_SCALE(symbol, word, other, label, cycle) CHART_SCALE_##symbol,
#include "chart/scales.def"
#undef CHART_SCALE
	CHART_SCALES
};
struct chart_scale_row {
	const char *word, *other;    /* another spelling that is read, or NULL */
	const char *label;
	bool cycle;                  /* Mondays of all weeks together, not one week after the other */
};
extern const struct chart_scale_row chart_scales[CHART_SCALES];

enum chart_stack { CHART_UNSTACKED, CHART_STACKED, CHART_PERCENT };

struct chart_threshold { double value; struct str color; };

struct chart_series {
	enum chart_type type;
	enum chart_function function;
	double quantile;             /* QUANTILES: 0 … 100; CONSTANT has its number in `constant` */
	double constant;
	enum chart_function low, high; /* of ranges; quantiles in low_quantile, high_quantile */
	double low_quantile, high_quantile;
	struct str y;                /* field; empty for COUNT and CONSTANT */
	struct str color;            /* "#rrggbb", "range-<palette>" or a word as it came; empty: the portal's palette */
	struct str label;            /* empty: made of function and field */
	bool cumulative, logarithmic, scientific, show_values, hide_units, on_right;
	bool has_min, has_max, has_step;
	double min, max, step, multiplier; /* multiplier 0: none */
	int64_t index;               /* order in which series are drawn */
	int64_t hole;                /* of a pie, percent of its radius; 0: none */
	const struct chart_threshold *thresholds;
	size_t nthresholds;
};

/* A filter of a query, with the names that addresses of the front office have ("refine.city", "q", "q.timerange.day",
 * "geofilter.distance", "where" …). */
struct chart_filter { struct str name, value; };

struct chart_query {
	struct str dataset;          /* slug; empty: the one the chart is shown for */
	const struct chart_filter *filters;
	size_t nfilters;
	struct str x;                /* field */
	enum chart_scale scale, breakdown_scale;
	int64_t points;              /* 0: as many as CHART_POINTS_MOST allows */
	struct str sort;             /* "", x, -x, y, -y, [-]serie{n}-{m}, [-]x.<field>.<precision> */
	struct str breakdown;        /* field */
	enum chart_stack stack;
	bool reverse_stacks;
	int64_t bins;                /* of a histogram; 0: chosen */
	const struct chart_series *series;
	size_t nseries;
};

struct chart {
	struct str title, x_label, y_label;
	const struct chart_query *queries;
	size_t nqueries;
	enum chart_scale scale;      /* of queries that say none */
	bool hide_legend, single_axis, align_month, logarithmic;
};

/* --- json.c ---------------------------------------------------------------------------------------------- */

/* Reads JSON (the text begins with "{") or its base64. ERR_PARAMETER, naming the place. */
bool chart_read(struct arena *a, struct str text, struct chart *out, struct err *e) must_use nonnull_all;
/* Without defaults; chart_read gives the same chart again. */
void chart_put_json(struct buf *b, const struct chart *c) nonnull_all;
/* The same as a member, where a value is expected. */
void chart_put_member(struct json_out *j, const struct chart *c) nonnull_all;
/* As base64 of RFC 4648 §5 without padding, fit for an address; in the arena. */
struct str chart_address(struct arena *a, const struct chart *c) nonnull_all;

/* --- suggest.c ------------------------------------------------------------------------------------------- */

/* True when the schema has a date or a facet the reader may see: the condition of the Analyze tab. */
bool chart_applies(const struct dataset *d) must_use nonnull_all;
/* The publisher's chart ("visualization.analyze_default"), or a sensible first one: a date as a line, a facet as columns of its ten
 * greatest, a number as a histogram. Always one query with one series or more; x is empty when the dataset has no field that fits. */
void chart_default(struct arena *a, const struct dataset *d, struct chart *out) nonnull_all;
/* What a field can be: an x axis, a breakdown, a y of functions. */
bool chart_takes_x(const struct field *f) must_use nonnull_all;
bool chart_takes_breakdown(const struct field *f) must_use nonnull_all;
bool chart_takes_y(const struct field *f, enum chart_function function) must_use nonnull_all;

/* --- form.c: a chart as fields of a plain form ------------------------------------------------------------- */

/* Lays what was given onto a chart. Fields have the names of the JSON's members: c.title, c.displayLegend; c.0.dataset, c.0.xAxis, c.0.timescale,
 * c.0.maxpoints, c.0.sort, c.0.seriesBreakdown, c.0.stacked; c.0.0.type, c.0.0.func, c.0.0.yAxis, c.0.0.color …; c.0.add=1 (another series),
 * c.0.1.remove=1. What comes later wins, so a hidden "false" may stand before a box to tick. False, and nothing done, when no pair is of the form. */
bool chart_form_read(struct arena *a, const struct httpd_pair *pairs, size_t n, struct chart *io) must_use;

/* --- run.c: numbers ----------------------------------------------------------------------------------------- */

/* A dataset as the reader has it. */
struct chart_data {
	const struct dataset *dataset;
	struct query_target target;
	const struct query_request *base_or_null; /* filters of the page, ANDed with those of the query: where, qv1, refine, exclude, facet */
};
/* ERR_NOT_FOUND, ERR_FORBIDDEN … An empty name is the dataset that the chart is shown for. */
typedef bool chart_find(void *arg, struct str dataset, struct chart_data *out, struct err *e);

struct chart_question {
	const struct chart *chart;
	struct engine *engine;
	struct cancel *cancel_or_null;
	chart_find *find;
	void *arg;
	const struct clock_zone *zone_or_null; /* NULL: UTC */
	const struct i18n_lang *lang;
	int64_t now_us;
};

enum chart_x { CHART_X_TEXT, CHART_X_TIME, CHART_X_CYCLE, CHART_X_NUMBER, CHART_X_BINS };
struct chart_point {
	struct str key;              /* for machines: "Paris", "2020-04", "3" (Wednesday), "10.5" */
	struct str label;            /* for the reader: "April 2020" */
	double at;                   /* TIME: microseconds of wall time; NUMBER, BINS (lower end), CYCLE: the number; TEXT: its place */
	double until;                /* BINS: upper end */
};
struct chart_line {
	size_t query, series;        /* of the chart */
	const struct chart_series *of;
	struct str label;            /* of the legend */
	struct str group, group_label; /* value of the breakdown, for machines and readers; has_group */
	bool has_group;
	struct str y_label, unit;
	int decimals;                /* of the field; -1: not said */
	size_t numbers;              /* a point has */
	double *values;              /* npoints × numbers; NAN: nothing */
};
enum chart_note {
	CHART_NOTE_POINTS,           /* only the first n points are shown */
	CHART_NOTE_GROUPS,           /* only the n greatest groups are shown */
	CHART_NOTE_ROWS,             /* so many groups that the table may lack some */
	CHART_NOTE_DEFAULT,          /* the chart asked for could not be read, this is another (for the caller to add) */
};
enum { CHART_NOTES = 4 };
struct chart_table {
	enum chart_x kind;
	enum chart_scale scale;      /* as used, when chosen too */
	struct str x_field, x_label, x_unit;
	struct chart_point *points;
	size_t npoints;
	struct chart_line *lines;
	size_t nlines;
	struct { enum chart_note what; int64_t n; struct str text; } notes[CHART_NOTES]; /* text: for the reader */
	size_t nnotes;
};
/* Fails with errors of query/ and of `find`, and with ERR_PARAMETER naming the place in the chart ("queries[0].xAxis: …"). Statements: one for
 * the points of each query, one more for a histogram's or an automatic timescale's ends, two more for a breakdown. */
bool chart_run(const struct chart_question *q, struct arena *a, struct chart_table *out, struct err *e) must_use nonnull_all;

/* Adds a note, with its sentence in the reader's language; once each. */
void chart_note(struct arena *a, struct chart_table *t, const struct i18n_lang *l, enum chart_note what, int64_t n) nonnull_all;

/* --- table.c ------------------------------------------------------------------------------------------------- */

/* The JSON of /chart-data/, a value: {"chart", "x", "keys", "labels", "series": [{"name", "values" …}], "notices"}. */
void chart_put_table(struct json_out *j, const struct chart *c, const struct chart_table *t) nonnull_all;
/* One line a point; semicolons, the heading is labels. */
void chart_put_csv(struct buf *b, const struct chart_table *t, char delimiter) nonnull_all;
/* A number of a line as the reader's language writes it, with its unit when `unit`. */
void chart_put_number(struct buf *b, const struct chart_line *l, double v, const struct i18n_lang *lang, bool unit) nonnull_all;

#endif

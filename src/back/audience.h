/* The figures of an audience page, gathered once, shown as a page, as CSV, as JSON, and to the public. */
#ifndef BACK_AUDIENCE_H
#define BACK_AUDIENCE_H

#include "back/inside.h"

enum { FIGURES_ROWS = 10, FIGURES_MOST = 5000 };

enum figures_table {
#define TABLE(symbol, ...) FIGURES_##symbol,
#include "back/audience_tables.def"
#undef TABLE
	FIGURES_TABLES
};
struct figures_cell { struct str key, label; int64_t n; bool hidden; }; /* label: for readers; hidden: not told to the public */
struct figures_list {
	struct figures_cell *cells;
	size_t n;
	int64_t total;
};
enum figures_period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_YEAR, PERIOD_CUSTOM };
struct figures {
	const struct tenant *tenant;
	struct arena *arena;
	enum figures_period period;
	struct audience_span span;     /* hours with PERIOD_DAY, else days */
	int64_t first_day, last_day;
	bool one_day;
	int64_t views, robots, calls, errors, visits, bounces, not_found, searches, in_vain, downloads, exports, visitors, days;
	int64_t *views_by, *visitors_by; /* a number for each of span; visitors only by day */
	struct figures_list lists[FIGURES_TABLES];
};
/* Reads what the address asks for (period, from, to); false with a message of what is wrong with it in *complaint. */
bool figures_period(const struct visit *v, struct figures *f, const char **complaint) must_use nonnull_all;
/* Fills the rest. `most` cells a list; datasets that the reader may not see are not named. */
bool figures_read(const struct visit *v, struct figures *f, size_t most, bool for_public, struct err *e) must_use nonnull_all;
const char *figures_title(enum figures_table t) __attribute__((returns_nonnull));
const char *figures_column(enum figures_table t) __attribute__((returns_nonnull)); /* heading of the names */
const char *figures_number(enum figures_table t) __attribute__((returns_nonnull)); /* heading of the numbers */
const char *figures_group(enum figures_table t) __attribute__((returns_nonnull));  /* heading of the part it stands in */
const char *figures_id(enum figures_table t) __attribute__((returns_nonnull));
/* Hides what fewer than five stand behind, and one more where that could be worked out (ANA-16); totals to the next five. */
void figures_for_public(struct figures *f);

/* audience_chart.c: no script, no library. */
void figures_chart(struct html *h, const struct figures *f, bool for_public);
void figures_summary(struct html *h, const struct figures *f, bool for_public);
void figures_lists(struct html *h, const struct figures *f);
/* A number of a list of tiles (<dl class="tiles">), with a unit behind it. */
void figures_tile(struct html *h, const char *label, int64_t n, const char *unit_or_null);
/* A bar beside a number, as a part of the greatest. */
void figures_bar(struct html *h, int64_t n, int64_t most);
/* The tabs of the audience pages. */
enum figures_tab { FIGURES_TAB_ALL, FIGURES_TAB_DATASETS, FIGURES_TAB_API, FIGURES_TAB_PEOPLE, FIGURES_TAB_STORAGE, FIGURES_TAB_OFFICE, FIGURES_TAB_QUALITY, FIGURES_TAB_ASSESSMENT, FIGURES_TAB_SETTINGS };
void figures_tabs(struct html *h, const struct visit *v, enum figures_tab at);
/* The choice of a period for the page at this path, and the same as a query string with "?". */
void figures_put_period(struct html *h, const struct figures *f, const char *path);
struct str figures_query(const struct figures *f);
/* A day (since 1970) in words. */
void figures_day(struct html *h, int64_t day);

#endif

/* The sheets of the dashboards: a table of figures, its bars and its CSV. What a dashboard says besides is in usage_sums.c and usage_office.c. */
#ifndef BACK_USAGE_H
#define BACK_USAGE_H

#include "back/audience.h"
#include "trace/trace.h"

/* A column: where it comes from, how it is shown. AS_SAID: an English message. */
enum shown { AS_TEXT, AS_SAID, AS_COUNT, AS_BYTES, AS_MS, AS_DAY };
struct sheet_column { const char *title, *id; int from; enum shown look; };
struct sheet_rows { struct trace_row *p; size_t n; };
struct sheet {
	const char *id, *title, *sentence;
	enum trace_table rows;
	const struct sheet_column *columns;
	size_t ncolumns;
	int sorted;                 /* the column that it is sorted by, greatest first; -1: as it comes */
	bool datasets;              /* the first column names a dataset */
	bool moments;               /* asked by moments, not by days */
	const char *of_all;         /* what an empty first cell stands for; NULL: it is left out */
	void (*fold)(struct visit *v, struct sheet_rows *rows); /* what is made of the rows before they are shown; NULL: nothing */
};

/* usage_sums.c: sums above the sheets. `rows`: of the first sheet. */
void usage_put_datasets(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows);
void usage_put_calls(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows);
/* Only those that the parameter `access` asks for: public, restricted, or all. */
struct str usage_access(const struct visit *v); /* "&access=public", or empty */
void usage_fold_access(struct visit *v, struct sheet_rows *rows);
void usage_fold_kinds(struct visit *v, struct sheet_rows *rows);

/* usage_office.c: what is made of acts. */
void usage_fold_acts(struct visit *v, struct sheet_rows *rows);
void usage_fold_weekdays(struct visit *v, struct sheet_rows *rows);
void usage_fold_objects(struct visit *v, struct sheet_rows *rows);
void usage_put_acts(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows);

#endif

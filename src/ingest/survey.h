/* The first of the two passes: what the columns are called and what they hold. */
#ifndef INGEST_SURVEY_H
#define INGEST_SURVEY_H

#include "ingest/fill.h"

struct heading {
	struct str label;   /* as the file has it, trimmed */
	struct str name;    /* a field name, unique */
};
struct survey {
	VEC(struct heading) headings;
	VEC(struct proof) proofs;
	bool headed;            /* the first row is headings */
	int64_t rows, bytes;    /* data rows; to tell whether the file changed between the passes */
	int64_t short_rows, first_short;
	int64_t long_rows;
	bool has_first;
	VEC(struct str) first;  /* cells of the first row */
	int64_t first_number;
	const struct field **declared; /* the field a column is for, where its type was chosen; NULL: none was */
	struct pledge **pledged; /* what a column was published as, by its place; NULL: nothing was promised */
	size_t aimed;           /* columns that were asked about */
};
/* Reads the source to its end and proves its columns. */
bool survey_run(struct load *l, struct survey *v, struct err *e) must_use;
/* The same of the first rows only: for the names of columns. */
bool survey_peek(struct load *l, struct survey *v, int64_t rows, struct err *e) must_use;
/* names.c: labels and names of the columns, with notes. */
void headings_make(struct load *l, struct survey *v, const struct str *labels, size_t n);
/* drift.c: what became of the columns that the sources had last time: ERR_BAD_SOURCE for one that vanished or broke its promise (pledge.h), aliases
 * for fields that are called otherwise now. Fills the result's columns and types. */
bool drift_check(struct load *l, const struct survey *v, struct plan *p, struct ingest_result *out, struct err *e) must_use;
/* plan.c: what the columns, or the dialect, say of marks and orders that single columns leave open; the fields of the new version. */
struct evidence plan_evidence(struct load *l, const struct survey *v);
bool plan_make(struct load *l, struct survey *v, struct plan *out, struct err *e) must_use;
/* Why a row cannot be used given how many columns there are; NULL: it can. */
const char *row_fault(const struct row *r, size_t columns, struct arena *a);
/* The cells of a row as a person would know it again in the file. */
struct str row_words(const struct row *r, struct arena *a);
/* names.c: which column a field is for, or -1. */
int heading_for(const struct survey *v, const struct field *f);
/* names.c: an error that names near spellings. */
bool missing_field(const struct survey *v, const struct field *f, struct err *e);
enum place_word { PLACE_NONE, PLACE_LATITUDE, PLACE_LONGITUDE };
enum place_word place_word_of(struct str name, int *rank);

#endif

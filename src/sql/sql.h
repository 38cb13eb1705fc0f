/* SQL text without strings: a statement grows from literals of the source code, quoted identifiers,
 * numbers and holes with values. Runtime text cannot be pasted in. The dialect spells identifiers,
 * holes, relations and column types.
 *
 * The table of a version is called through sql_relation. Its columns: `_id` (HUGEINT, the record's
 * identity) and for field i `f<i>`; a point is `f<i>_lat`, `f<i>_lon` (DOUBLE); a shape is `f<i>`
 * (WKB BLOB) with its box `f<i>_x0 f<i>_y0 f<i>_x1 f<i>_y1`; multivalued text is VARCHAR[]. Texts may
 * have small numbers beside them, `f<i>_code` (see engine/codes.c). `rowid` gives insertion order. */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include "base/base.h"
#include "value/value.h"

struct sql;

enum sql_part { SQL_MAIN, SQL_LAT, SQL_LON, SQL_X0, SQL_Y0, SQL_X1, SQL_Y1, SQL_CODE };

struct sql_dialect {
	const char *name;
	void (*ident)(struct buf *out, struct str name);
	void (*hole)(struct buf *out, uint32_t index); /* counted from 1 */
	void (*relation)(struct buf *out, struct version_ref v);
};
extern const struct sql_dialect sql_duckdb;

/* A condition on the words of text fields. The statement spells it so that every row is read; where the
 * version has an index of words, the engine asks that instead (see engine/words.c). A row satisfies it
 * when each of the words is in one of the fields; when not `sure`, such a row only may. */
enum sql_word_how {
	SQL_WORD_WHOLE,
	SQL_WORD_BEGINS,  /* the token is the beginning of a word */
	SQL_WORD_NEAR,    /* as many edits as text_edits_for forgives, or a form of the same word */
	SQL_WORD_LAST,    /* the beginning of a word, or a form of the same word */
};
struct sql_word {
	struct str token; /* folded */
	enum sql_word_how how;
};
struct sql_words {
	size_t from, to;  /* the bytes of the statement that spell it */
	size_t first_hole, last_hole; /* the holes in them, counted from 1; none when last < first */
	const size_t *fields;
	size_t nfields;
	const struct sql_word *words;
	size_t nwords;
	struct str lang;  /* of stems; empty: none */
	bool sure;
};

/* A test of a text field against whole values, or of a list of texts against such elements or none. The statement
 * spells it with the texts; where the version has codes of the field's values, the engine tests those instead, which
 * are numbers beside the texts and cost a fraction to read (see engine/coded.c). */
enum sql_coded_how {
	SQL_CODED_IN,      /* equals one of the values; of a list: has one of them */
	SQL_CODED_NOT,     /* differs from all of them; of a list: has elements, and none of them */
	SQL_CODED_NONE,    /* null; of a list: null or empty */
	SQL_CODED_SOME,    /* the opposite */
	SQL_CODED_KEY,     /* no test: the column itself, as what is grouped by; of a list: a row an element */
	SQL_CODED_NAME,    /* the text of a value of such a column, which is what is spelled */
};
struct sql_coded {
	size_t from, to;
	size_t first_hole, last_hole; /* as of sql_words */
	enum sql_coded_how how;
	size_t field;
	bool list;
	const struct str *values;
	size_t n;
};

/* A score made of how the texts of a row fit conditions: a whole number that the index can tell as well,
 * the sum over fields, words and the tokens found of weight times words_fit() (see engine/words.c). */
struct sql_rank {
	size_t from, to;
	size_t first_hole, last_hole; /* as of sql_words */
	const struct sql_words *conditions;
	size_t n;
	const int64_t *weights; /* one a field of the schema */
};

/* A statement being written. Text and parameters live in the arena's lifetime. */
struct sql {
	const struct sql_dialect *dialect;
	struct arena *arena;
	struct buf text;
	VEC(struct value) params;
	VEC(struct sql_words) words; /* in the order of the text; none inside another */
	VEC(struct sql_coded) coded; /* the same; none in a condition on words */
	struct sql_rank *rank;       /* at most one, before all of them; or NULL */
};

void sql_init(struct sql *q, struct arena *a, const struct sql_dialect *d);
void sql_done(struct sql *q); /* frees the text; the parameters stay in the arena */
#define sql_lit(q, lit) sql_put_literal((q), STR(lit))
void sql_put_literal(struct sql *q, struct str lit); /* for sql_lit and template tables only */
void sql_ident(struct sql *q, struct str name);
void sql_column(struct sql *q, size_t field, enum sql_part part); /* f3, f3_lat … */
void sql_relation(struct sql *q, struct version_ref v);
/* Around the spelling of a condition; `w` and what it points to must outlive the statement. */
void sql_words_begin(struct sql *q, struct sql_words *w);
void sql_words_end(struct sql *q, struct sql_words *w);
/* The same around a test of values, which is copied; what it points to must outlive the statement. */
void sql_coded_begin(struct sql *q, struct sql_coded *c);
void sql_coded_end(struct sql *q, struct sql_coded *c);
void sql_rank_begin(struct sql *q, struct sql_rank *r);
void sql_rank_end(struct sql *q, struct sql_rank *r);
void sql_int(struct sql *q, int64_t v);              /* a number written out */
void sql_param(struct sql *q, struct value v);       /* a hole; text is copied to the arena */
/* Appends another statement's text and parameters, renumbering its holes is not needed: parts are
 * written in order into one statement. */

#endif

/* A column of numbers or dates but for some cells: what most of its cells are, once one of them has proved that not all are. */
#ifndef INGEST_MIX_H
#define INGEST_MIX_H

#include "ingest/source.h"
#include "ingest/spell.h"

struct mix {
	int64_t seen;              /* cells with a value */
	int64_t fits[SPELL_BITS];
	int64_t day_first, month_first; /* dates, or times, by either order */
	int64_t timed;             /* of those, with a time */
	enum spell_sign sign;      /* of the numbers */
	int64_t nsigned;
	bool codes;                /* a cell that is no number has digits in it */
	bool over;                 /* hopeless: no longer counted */
};
struct mix_verdict {
	enum value_type type;      /* VALUE_INT, VALUE_DOUBLE, VALUE_DATE, VALUE_DATETIME; VALUE_TEXT: nothing much */
	enum spell_bit reading;
	int64_t fits, seen;
	bool open;                 /* its dates or marks can be read two ways */
};

/* After cells that all had the readings `before`. */
void mix_begin(struct mix *m, uint32_t before, int64_t cells, enum spell_sign sign, int64_t nsigned);
/* A cell with a value that is no word for none. */
void mix_cell(struct mix *m, const struct cell *c);
struct mix_verdict mix_verdict(const struct mix *m);
/* Would a publication read the column so without being told? */
bool mix_is_plain(const struct mix *m, const struct mix_verdict *v);
/* Does a cell fit what most are? */
bool mix_fits(const struct mix *m, const struct mix_verdict *v, const struct cell *c);

#endif

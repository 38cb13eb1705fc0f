/* The published type of a field is a promise to those who read it. What a column was when its dataset was published last is kept with that version
 * (ingest_result.types); when it is published again, a column whose type nobody chose is held to it:
 *
 *   its values now                                        the field
 *   every one fits the published type                     stays what it is: text of digits stays text, a decimal with whole numbers stays decimal,
 *                                                         a date and time without times stays one, a column without values stays what it was
 *   all fit (or nine of ten, as ever) the wider type      becomes the wider one, with a note: nobody who read the narrow one loses anything
 *     int     → double                                      where the whole numbers among them are exact as decimals
 *     date    → datetime
 *     the geometries of a file, points → any shapes         a point of each stays in its field, the shapes are a new one (where the reader of the
 *                                                           format named the column; else the points stay, with a note)
 *   some do not fit, at most half of those with a value   stays as though it had been chosen: they are null and listed, with a note
 *   more than half do not fit                             the publication is refused; the published data stay
 *
 * Nothing else is a widening: what was a number and becomes text breaks whoever compares it. Text fits everything, a list of texts and JSON likewise. In
 * which order dates were read, and which mark was the decimal one, is kept too: where the values leave it open the next time, it is as it was.
 * Not held to anything: what was never published or is no longer, a type that was chosen (by an operation or a schema), lists parted by a separator that
 * was chosen, files. What processors make is held like what sources have. The type may be taken anew by choosing it. */
#ifndef INGEST_PLEDGE_H
#define INGEST_PLEDGE_H

#include "ingest/source.h"
#include "ingest/spell.h"
#include "json/json.h"

enum pledge_way { PLEDGE_KEPT, PLEDGE_WIDENED, PLEDGE_MISFITS, PLEDGE_BROKEN };

struct pledge {
	struct str column;      /* name of the column */
	enum value_type type;
	bool list;
	bool geometry;          /* a point that is a geometry of its file */
	char order;             /* of dates: d or m; 0: nothing was open */
	char decimal;           /* . or , or 0 */
	/* From the first cell on that not all readings of the type are left of: until then every cell fits. */
	bool counting;
	int64_t seen, misfits;
	int64_t beyond;         /* that do not fit the wider type either */
	int64_t open;           /* of whole numbers: 1.234, which may be none */
	int64_t padded;         /* numbers with zeros in front */
	int64_t spread;         /* geometries that are no points */
	int64_t fits[SPELL_BITS];
	enum spell_sign sign;
	int64_t row;            /* of the first that does not fit */
	struct str value;
	/* What came of it. */
	enum pledge_way way;
	enum value_type now;    /* what the column would be without it */
};

/* The promise of a column by its name, in the arena, out of ingest_job.types; NULL: nothing was promised. */
struct pledge *pledge_of(struct arena *a, const struct json_node *types_or_null, struct str column);
/* A cell with a value, before which all had the readings `before` (cells of them) and which leaves those of `after`. */
void pledge_cell(struct pledge *g, struct arena *a, const struct cell *c, int64_t row, uint32_t before, int64_t cells, uint32_t after, enum spell_sign sign);
/* May there be cells that do not fit? Into text everything goes. */
bool pledge_counts(const struct pledge *g);
/* The type that loses nothing of another; itself: there is none. */
enum value_type pledge_wider(enum value_type t);
/* What becomes of it when the column would be read as this now. */
enum pledge_way pledge_decide(const struct pledge *g, enum value_type now, bool list);

struct load;
struct proof;
struct field;
struct evidence;
struct verdict;
struct plan;
struct survey;
/* The verdict on a column that is held to something: p->pledge. Notes what a publisher should know. */
struct verdict pledge_verdict(const struct proof *p, struct load *l, const struct field *f, const struct evidence *v);
/* The column that broke its promise, told as an error; true: none did. */
bool pledge_check(const struct survey *v, const struct plan *p, struct err *e) must_use;
/* The same where columns are not proved before (Parquet): what was counted while they were loaded. */
bool pledge_settle(struct load *l, const struct survey *v, const struct plan *p, struct err *e) must_use;
/* ingest_result.types of a plan. */
struct str pledge_types(struct load *l, const struct survey *v, const struct plan *p);

#endif

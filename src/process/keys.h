/* Keys that rows of two sources are matched by, and boundaries known by a key or by where they lie. */
#ifndef PROCESS_KEYS_H
#define PROCESS_KEYS_H

#include "process/place.h"

/* Appends what a cell is matched by: numbers by their value, however they are spelled (01262, 1262, 1262.0), other texts without the blanks round
 * them and, unless `cases`, in small letters. False, and nothing appended, for null and empty cells. */
bool key_put(struct buf *b, struct cell c, bool cases);

/* --- boundaries: columns code, name, geometry, and aliases (codes of other lists, between bars), in any order ---------- */

struct bound {
	struct str code, name, json, wkb;
	struct geo_box box;
	struct geo_shape *shape;      /* made when first needed */
};
struct bounds {
	struct bound *list;
	size_t n;
	struct map by_key;            /* of codes and aliases, then of folded names that only one has */
	uint32_t *cells[180][360];    /* by degree: how many, then their numbers */
};
/* In meet. Text and shapes go into s->keep; those without a geometry that can be read are passed over. */
bool bounds_read(struct process_step *s, const struct process_supply *rows, bool shapes, struct bounds **out, struct err *e) must_use;
void bounds_close(struct bounds *b_or_null);
const struct bound *bounds_find_or_null(const struct bounds *b, struct arena *a, struct cell key);
/* The smallest one that a point lies in; else, within `km` of it, the nearest. */
const struct bound *bounds_at_or_null(struct process_step *s, struct bounds *b, double lat, double lon, double km);

/* Declares a need for boundaries of a country (or "world") by a repository's name or level. */
void bounds_declare(struct process_step *s, struct str country, struct str repository);

#endif

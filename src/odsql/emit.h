/* What the emitting files share. Private. */
#ifndef ODSQL_EMIT_H
#define ODSQL_EMIT_H

#include "odsql/tree.h"

struct emitter {
	struct sql *q;
	const struct odsql_scope *s;
	bool over;  /* aggregates are read from the relation of totals */
	bool exact; /* inside an aggregate: a whole number that does not fit fails the statement, so that no row is left out silently */
};

void emit(struct emitter *m, const struct odsql_node *n);
/* What the caller sees of a group key's column. */
void emit_shown(struct emitter *m, const struct odsql_node *key, size_t place);
void emit_call(struct emitter *m, const struct odsql_node *n);
/* A whole number as wide as there is, out of arithmetic that is not cut to 64 bits on the way. */
void emit_wide(struct emitter *m, const struct odsql_node *n);
bool is_whole_arithmetic(const struct odsql_node *n);
/* A list of texts as one text, elements apart by a blank; other texts as they are. */
void emit_joined(struct emitter *m, const struct odsql_node *n);
void emit_like(struct emitter *m, const struct odsql_node *n);
void emit_words(struct emitter *m, const struct odsql_node *n);
void emit_word_call(struct emitter *m, const struct odsql_node *n);
void emit_geo_test(struct emitter *m, const struct odsql_node *n);
void emit_distance(struct emitter *m, size_t field, double lat, double lon);
/* The point of a checked geometry literal; false when it is none. */
bool point_of(const struct odsql_node *geom, double *lat, double *lon);
/* A date expression as wall time of the request's zone. */
void emit_wall(struct emitter *m, const struct odsql_node *n);

/* A field of texts as it stands in the version, whose values may have codes. */
static inline bool has_codes(const struct odsql_node *x)
{
	return x->kind == ODSQL_FIELD && !(x->flags & ODSQL_KEY) && x->field >= 0 && x->type == VALUE_TEXT;
}

void put_text(struct emitter *m, struct str s);
void put_double(struct emitter *m, double v);
void put_blob(struct emitter *m, struct str s);
/* A constant instant, or the first day at or after it. */
void put_time(struct emitter *m, int64_t us, enum value_type as);

static inline bool is_utc(const struct odsql_scope *s)
{
	return s->zone == clock_utc() || str_eq(clock_zone_name(s->zone), STR("UTC"));
}
#define lit(m, text) sql_lit((m)->q, text)

#endif

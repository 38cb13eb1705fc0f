/* What the files of the room share: the members of each kind of object, as rows. */
#ifndef ATLAS_INSIDE_H
#define ATLAS_INSIDE_H

#include "atlas/atlas.h"

enum member_kind {
	MEMBER_TEXT,       /* struct str of at most `high` bytes */
	MEMBER_COLOR,      /* struct str */
	MEMBER_NUMBER,     /* double */
	MEMBER_WHOLE,      /* int */
	MEMBER_FLAG,       /* bool */
	MEMBER_WORD,       /* an enum, as int */
	MEMBER_NUMBERS,    /* const double * and its count; `low` 1: upwards */
	MEMBER_RANGE,      /* const double *, of two */
	MEMBER_TEXTS,      /* const struct str * and its count */
	MEMBER_COLORS,
	MEMBER_CATEGORIES, /* const struct atlas_color * and its count */
	MEMBER_PARAMETERS, /* const struct atlas_parameter * and its count */
};

struct member {
	const char *name;
	enum member_kind kind;
	size_t at, count_at;     /* places in the struct */
	double low, high, otherwise;
	const char *const *words;
};

/* Each ends with a row without name. */
extern const struct member atlas_layer_members[], atlas_group_members[], atlas_members[], atlas_control_members[];

/* Gives the members of an object what they are when nothing is said. */
void member_init(const struct member *rows, void *object);

/* Reads an object by its rows; `more`, ended by NULL, are names that are read elsewhere. read.c */
struct json_node;
bool member_read(struct arena *a, const char *place, const struct member *rows, const char *const *more, const struct json_node *n, void *object,
                 struct err *e) must_use;

#endif

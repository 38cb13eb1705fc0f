/* What a preview proposes. */
#ifndef PUBLISH_ADVICE_H
#define PUBLISH_ADVICE_H

#include "publish/inside.h"

/* Puts the member "proposals" of a preview's answer: see publish_preview. */
void publish_advise(struct publish_road *r, const struct json_node *answer, struct json_out *j) nonnull_all;
/* swapped.c: one of them, for the fields of the last step; nothing where latitude and longitude are not exchanged. */
void publish_advise_swapped(struct publish_road *r, const struct json_node *fields, struct json_out *j) nonnull_all;

/* A bound of a preview's field, spelled with a point or a comma; 0 where it is none. */
double publish_number_of(const struct json_node *n);
/* Is one of the words of a name ("coord_x", "X_L93") one of these? */
bool publish_name_has(struct str name, const char *words);

#endif

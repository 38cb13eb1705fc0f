/* What the files of this room share. */
#ifndef SAVED_INSIDE_H
#define SAVED_INSIDE_H

#include "saved/saved.h"

enum saved_query {
#define Q(name, text) SAVED_Q_##name,
#define HOUSE(name, text)
#include "saved/queries.def"
#undef Q
#undef HOUSE
};
extern const struct store_query saved_queries[];
enum saved_house {
#define Q(name, text)
#define HOUSE(name, text) SAVED_H_##name,
#include "saved/queries.def"
#undef Q
#undef HOUSE
};
extern const struct store_house_query saved_house[];
#define SAVED_Q(name) (&saved_queries[SAVED_Q_##name])

/* What a title and a JSON must be, of things and of drafts; a draft may lack its title. */
bool saved_check(struct str title, struct str json, bool draft, struct err *e) must_use;

#endif

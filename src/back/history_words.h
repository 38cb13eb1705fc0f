/* What was changed in a dataset, in words of the reader's language: places as forms call them, things by their names and never by their uids. */
#ifndef BACK_HISTORY_WORDS_H
#define BACK_HISTORY_WORDS_H

#include "back/dataset.h"
#include "json/json.h"
#include "template/template.h"

struct history_words {
	struct visit *visit;
	const struct json_node *doc;        /* the configuration as it stands, for the names of its parts; NULL: not at hand */
	const struct template_set *sets;
	size_t nsets;
};
struct history_words history_words(struct visit *v, const struct json_node *doc_or_null);
/* "Title › Français", "Replace text › Output field"; what has no name is written as it is called in the configuration. `change` is {path, old_value,
 * new_value}. */
void history_put_place(struct html *h, const struct history_words *w, struct str section, const struct json_node *change);
/* Operations on fields are written anew whenever one of them is saved: a change of a list that another of the same list takes back is none. */
bool history_is_restated(const struct history_words *w, struct str section, const struct json_node *changes, size_t i);
/* A value that stood there, as text, in the visit's arena; a dash where there is none. */
struct str history_value(const struct history_words *w, struct str section, const struct json_node *change, const struct json_node *value);

#endif

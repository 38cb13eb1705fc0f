/* Places in a document: "metadata/default/title", "fields/2", "resources/re_k2j4". */
#include "config/config.h"

static const struct json_node *step(const struct json_node *n, struct str word)
{
	int64_t i;
	if (json_kind(n) == JSON_OBJECT) {
		struct str key;
		const struct json_node *v;
		for (size_t at = 0; json_each(n, &at, &key, &v);)
			if (str_eq(key, word)) return v;
		return NULL;
	}
	if (json_kind(n) != JSON_ARRAY) return NULL;
	if (str_to_int(word, &i)) return i >= 0 && (size_t)i < json_count(n) ? json_at(n, (size_t)i) : NULL;
	for (size_t k = 0; k < json_count(n); k++)
		if (str_eq(json_text(json_get(json_at(n, k), "uid")), word)) return json_at(n, k);
	return NULL;
}

const struct json_node *config_at_or_null(const struct json_node *doc, struct str place)
{
	const struct json_node *n = doc;
	while (n && place.n) {
		ptrdiff_t slash = str_find_char(place, '/');
		struct str word = slash < 0 ? place : str_sub(place, 0, (size_t)slash);
		place = slash < 0 ? STR("") : str_from(place, (size_t)slash + 1);
		n = step(n, word);
	}
	return n;
}

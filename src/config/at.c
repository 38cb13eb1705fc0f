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

/* The first word of a place. One that ends in a slash ends with the empty word: the value that does not depend on the language. */
static struct str next_word(struct str *place, bool *more)
{
	ptrdiff_t slash = str_find_char(*place, '/');
	struct str word = slash < 0 ? *place : str_sub(*place, 0, (size_t)slash);
	*more = slash >= 0;
	*place = slash < 0 ? STR("") : str_from(*place, (size_t)slash + 1);
	return word;
}

const struct json_node *config_at_or_null(const struct json_node *doc, struct str place)
{
	const struct json_node *n = doc;
	bool more = place.n != 0;
	while (n && more) n = step(n, next_word(&place, &more));
	return n;
}

/* --- another value at a place ------------------------------------------------------------------------------- */

struct put {
	struct json_out j;
	struct str value;     /* empty: taken out */
	bool done;
};

static void put_raw(struct put *p)
{
	json_value(&p->j);
	buf_put(p->j.b, p->value);
	p->done = true;
}

static void put_same(struct put *p, const struct json_node *n)
{
	json_value(&p->j);
	json_put_node(p->j.b, n);
}

static bool rewrite(struct put *p, const struct json_node *n, struct str place);

/* What stands at the next word of the place; the value itself when the place ends there. */
static bool descend(struct put *p, const struct json_node *child, struct str rest, bool more)
{
	if (more) return rewrite(p, child, rest);
	put_raw(p);
	return true;
}

static bool is_key(const struct json_node *item, size_t i, struct str word)
{
	int64_t number;
	if (str_to_int(word, &number)) return number >= 0 && (size_t)number == i;
	return word.n && str_eq(json_text(json_get(item, "uid")), word);
}

static bool rewrite_array(struct put *p, const struct json_node *n, struct str word, struct str rest, bool more)
{
	bool good = true;
	json_open(&p->j, '[');
	for (size_t i = 0; good && i < json_count(n); i++) {
		const struct json_node *item = json_at(n, i);
		if (p->done || !is_key(item, i, word)) put_same(p, item);
		else if (more || p->value.n) good = descend(p, item, rest, more);
		else p->done = true;
	}
	if (good && !p->done && !more && p->value.n && str_eq(word, STR("-"))) put_raw(p);
	json_close(&p->j, ']');
	return good && p->done;
}

static bool rewrite_object(struct put *p, const struct json_node *n, struct str word, struct str rest, bool more)
{
	struct str key;
	const struct json_node *v;
	bool good = true;
	json_open(&p->j, '{');
	for (size_t at = 0; good && json_each(n, &at, &key, &v);) {
		bool here = !p->done && str_eq(key, word);
		if (here && !more && !p->value.n) {
			p->done = true;
			continue;
		}
		json_key(&p->j, key);
		if (here) good = descend(p, v, rest, more);
		else put_same(p, v);
	}
	/* A member that is not there is made on the way; taking it out is done already. */
	if (good && !p->done && p->value.n) {
		json_key(&p->j, word);
		good = descend(p, NULL, rest, more);
	}
	p->done |= !p->value.n;
	json_close(&p->j, '}');
	return good && p->done;
}

static bool rewrite(struct put *p, const struct json_node *n, struct str place)
{
	bool more;
	struct str word = next_word(&place, &more);
	if (json_kind(n) == JSON_ARRAY || (!n && str_eq(word, STR("-")))) return rewrite_array(p, n, word, place, more);
	if (!n || json_kind(n) == JSON_OBJECT) return rewrite_object(p, n, word, place, more);
	return false;
}

bool config_put(struct arena *a, struct str json, struct str place, struct str value_json, struct str *out, struct err *e)
{
	enum { PUT_BYTES = 16 << 20 };
	auto_json *doc = NULL, *value = NULL;
	auto_buf b = BUF_INIT(PUT_BYTES);
	struct put p = { .j = JSON_OUT(&b), .value = str_trim(value_json) };
	struct str text;
	if (!json_read(json, &doc, e)) return false;
	/* Text that is no JSON would make the whole unreadable. */
	if (p.value.n && !json_read(p.value, &value, e)) return false;
	if (!place.n || !rewrite(&p, json_root(doc), place))
		return err_set(e, ERR_PARAMETER, "There is no place \"%.*s\" in the configuration.", STR_ARG(str_sub(place, 0, 200)));
	if (!buf_end(&b, &text, e)) return false;
	*out = arena_str(a, text);
	return true;
}

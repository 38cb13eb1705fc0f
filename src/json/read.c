/* Reading JSON. The library bounds nothing that we rely on, so depth is measured before it sees the
 * text. A node of ours is the library's own value under another name. */
#include "json/json.h"
#include "json/door.h"
#include "json/keep.h"
#include "text/text.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct json_doc {
	void *root;
};

static const struct kept *keep(struct arena *a, const void *node)
{
	struct kept *k = arena_new(a, struct kept);
	*k = (struct kept){ .tag = KEPT, .kind = door_kind(node) };
	switch (k->kind) {
	case DOOR_NULL: break;
	case DOOR_BOOL: k->truth = door_bool(node); break;
	case DOOR_INT: k->whole = door_int(node); break;
	case DOOR_REAL: k->real = door_real(node); break;
	case DOOR_TEXT: k->text = arena_str(a, door_text(node)); break;
	case DOOR_ARRAY:
		k->n = door_count(node);
		k->items = arena_array(a, const struct kept *, k->n + 1);
		for (size_t i = 0; i < k->n; i++) k->items[i] = keep(a, door_at(node, i));
		break;
	case DOOR_OBJECT:
		k->members = arena_array(a, struct kept_member, door_count(node) + 1);
		for (void *at = NULL; (at = door_iter(node, at));)
			k->members[k->n++] = (struct kept_member){ arena_str(a, door_iter_key(at)), keep(a, door_iter_value(at)) };
		break;
	}
	return k;
}

bool json_read_in(struct arena *a, struct str text, const struct json_node **out, struct err *e)
{
	auto_json *d = NULL;
	if (!json_read(text, &d, e)) return false;
	*out = (const struct json_node *)keep(a, d->root);
	return true;
}

/* Position of the first bracket deeper than allowed, or -1. Stops where the first value ends when
 * only a prefix is read. */
static ptrdiff_t too_deep(struct str s, bool prefix)
{
	int depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (quoted) {
			if (c == '\\') i++;
			else if (c == '"') quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			if (++depth > LIMIT_JSON_DEPTH) return (ptrdiff_t)i;
		} else if (c == ']' || c == '}') {
			if (--depth <= 0 && prefix) return -1;
		}
	}
	return -1;
}

static bool refuse_depth(struct str s, size_t at, struct err *e)
{
	int line = 1;
	size_t start = 0;
	for (size_t i = 0; i < at; i++) {
		if (s.p[i] != '\n') continue;
		line++;
		start = i + 1;
	}
	return err_set(e, ERR_BAD_REQUEST, "JSON: line %d, column %zu: nested deeper than %d levels", line,
	               at - start + 1, LIMIT_JSON_DEPTH);
}

/* --- whole numbers beyond 64 bits ------------------------------------------------------------------ */

static bool in_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

static bool is_huge(struct str number)
{
	int64_t ignored;
	for (size_t i = 0; i < number.n; i++)
		if (!(number.p[i] >= '0' && number.p[i] <= '9') && !(i == 0 && number.p[i] == '-')) return false;
	return number.n >= 19 && !text_to_int(number, &ignored);
}

/* The library knows none: they become reals, or texts that keep their digits, and nothing else changes. Gives the place in `s` where what was
 * written has `stop` bytes. */
static size_t tame(struct str s, bool digits, size_t stop, struct buf *out)
{
	bool quoted = false;
	size_t i = 0;
	while (i < s.n && out->n < stop) {
		size_t n = 0;
		while (!quoted && i + n < s.n && in_number(s.p[i + n])) n++;
		if (n == 0) {
			if (quoted && s.p[i] == '\\' && i + 1 < s.n) buf_put_char(out, s.p[i++]);
			else if (s.p[i] == '"') quoted = !quoted;
			buf_put_char(out, s.p[i++]);
			continue;
		}
		struct str number = str_sub(s, i, n);
		bool huge = is_huge(number);
		if (huge && digits) buf_put_char(out, '"');
		buf_put(out, number);
		if (huge) buf_put(out, digits ? STR("\"") : STR(".0"));
		i += n;
	}
	return i;
}

static void *load_tamed(struct str s, bool prefix, bool digits, size_t *used, struct err *e)
{
	auto_buf b = BUF_INIT(2 * s.n + 64);
	bool overflow;
	(void)tame(s, digits, SIZE_MAX, &b);
	void *root = door_load(buf_str(&b), prefix, used, &overflow, e);
	size_t stop = *used;
	b.n = 0;
	if (root && prefix) *used = tame(s, digits, stop, &b);
	return root;
}

static bool load(struct str s, bool prefix, bool digits, struct json_doc **out, size_t *used, struct err *e)
{
	ptrdiff_t deep = too_deep(s, prefix);
	if (deep >= 0) return refuse_depth(s, (size_t)deep, e);
	bool overflow;
	struct err first = { 0 };
	void *root = door_load(s, prefix, used, &overflow, &first);
	if (!root && overflow) root = load_tamed(s, prefix, digits, used, e);
	else if (!root) *e = first;
	if (!root) return false;
	struct json_doc *d = malloc(sizeof *d);
	ensure(d != NULL);
	d->root = root;
	*out = d;
	return true;
}

bool json_read(struct str text, struct json_doc **out, struct err *e)
{
	size_t used;
	return load(text, false, false, out, &used, e);
}

bool json_read_digits(struct str text, struct json_doc **out, struct err *e)
{
	size_t used;
	return load(text, false, true, out, &used, e);
}

bool json_read_prefix(struct str text, struct json_doc **out, size_t *used, struct err *e)
{
	return load(text, true, false, out, used, e);
}

void json_free(struct json_doc *d)
{
	if (!d) return;
	door_free(d->root);
	free(d);
}

void json_free_at(struct json_doc **d) { json_free(*d); }

const struct json_node *json_root(const struct json_doc *d) { return d ? d->root : NULL; }

enum json_kind json_kind(const struct json_node *n)
{
	static const enum json_kind kinds[] = {
		[DOOR_NULL] = JSON_NULL,   [DOOR_BOOL] = JSON_BOOL,   [DOOR_INT] = JSON_INT,
		[DOOR_REAL] = JSON_REAL,   [DOOR_TEXT] = JSON_TEXT,   [DOOR_ARRAY] = JSON_ARRAY,
		[DOOR_OBJECT] = JSON_OBJECT,
	};
	if (!n) return JSON_ABSENT;
	const struct kept *k = kept_or_null(n);
	return kinds[k ? k->kind : door_kind(n)];
}

/* Of nodes of that kind, wherever they live. */
static bool truth_of(const struct json_node *n) { return kept_or_null(n) ? kept_or_null(n)->truth : door_bool(n); }
static int64_t whole_of(const struct json_node *n) { return kept_or_null(n) ? kept_or_null(n)->whole : door_int(n); }
static struct str text_of(const struct json_node *n) { return kept_or_null(n) ? kept_or_null(n)->text : door_text(n); }
static double real_of(const struct json_node *n)
{
	const struct kept *k = kept_or_null(n);
	if (!k) return door_real(n);
	return k->kind == DOOR_INT ? (double)k->whole : k->real;
}

bool json_bool(const struct json_node *n, bool otherwise)
{
	return json_kind(n) == JSON_BOOL ? truth_of(n) : otherwise;
}

int64_t json_int(const struct json_node *n, int64_t otherwise)
{
	enum json_kind k = json_kind(n);
	if (k == JSON_INT) return whole_of(n);
	if (k != JSON_REAL) return otherwise;
	double v = real_of(n);
	/* 2^63 itself does not fit; the lower bound does. */
	return v >= -0x1p63 && v < 0x1p63 && v == floor(v) ? (int64_t)v : otherwise;
}

double json_real(const struct json_node *n, double otherwise)
{
	enum json_kind k = json_kind(n);
	return k == JSON_INT || k == JSON_REAL ? real_of(n) : otherwise;
}

struct str json_text(const struct json_node *n)
{
	return json_kind(n) == JSON_TEXT ? text_of(n) : STR("");
}

size_t json_count(const struct json_node *n)
{
	enum json_kind k = json_kind(n);
	if (k != JSON_ARRAY && k != JSON_OBJECT) return 0;
	return kept_or_null(n) ? kept_or_null(n)->n : door_count(n);
}

const struct json_node *json_at(const struct json_node *array, size_t i)
{
	if (json_kind(array) != JSON_ARRAY) return NULL;
	const struct kept *k = kept_or_null(array);
	if (k) return i < k->n ? (const struct json_node *)k->items[i] : NULL;
	return door_at(array, i);
}

const struct json_node *json_get(const struct json_node *object, const char *key)
{
	if (json_kind(object) != JSON_OBJECT) return NULL;
	const struct kept *k = kept_or_null(object);
	if (!k) return door_get(object, key);
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->members[i].key, str_of(key))) return (const struct json_node *)k->members[i].value;
	return NULL;
}

bool json_each(const struct json_node *object, size_t *at, struct str *key, const struct json_node **value)
{
	if (json_kind(object) != JSON_OBJECT) return false;
	const struct kept *k = kept_or_null(object);
	if (k && *at >= k->n) return false;
	if (k) {
		*key = k->members[*at].key;
		*value = (const struct json_node *)k->members[(*at)++].value;
		return true;
	}
	static_assert(sizeof(size_t) == sizeof(void *), "*at holds the library's place");
	void *place;
	memcpy(&place, at, sizeof place);
	place = door_iter(object, place);
	if (!place) return false;
	memcpy(at, &place, sizeof place);
	*key = door_iter_key(place);
	*value = door_iter_value(place);
	return true;
}

void json_put_node(struct buf *b, const struct json_node *n)
{
	struct json_out j = JSON_OUT(b);
	const struct json_node *value;
	struct str key;
	size_t at = 0;
	bool more = false;
	switch (json_kind(n)) {
	case JSON_ABSENT:
	case JSON_NULL: json_put_null(&j); break;
	case JSON_BOOL: json_put_bool(&j, truth_of(n)); break;
	case JSON_INT: json_put_int(&j, whole_of(n)); break;
	case JSON_REAL: json_put_real(&j, real_of(n)); break;
	case JSON_TEXT: json_put(&j, text_of(n)); break;
	case JSON_ARRAY: /* nesting may pass the writer's depth, so brackets are put by hand */
		buf_put_char(b, '[');
		for (size_t i = 0; i < json_count(n); i++) {
			if (i > 0) buf_put_char(b, ',');
			json_put_node(b, json_at(n, i));
		}
		buf_put_char(b, ']');
		break;
	case JSON_OBJECT:
		buf_put_char(b, '{');
		while (json_each(n, &at, &key, &value)) {
			if (more) buf_put_char(b, ',');
			more = true;
			text_put_json(b, key);
			buf_put_char(b, ':');
			json_put_node(b, value);
		}
		buf_put_char(b, '}');
		break;
	}
}

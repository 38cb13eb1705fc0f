/* What processors do with cells again and again: change the text of one or of each item of a list, take lists apart, read
 * numbers and truths as people write them. */
#include <math.h>
#include "process/inside.h"
#include "process/regexp.h"
#include "text/text.h"

/* --- changing texts --------------------------------------------------------------------------------- */

static bool change_list(struct process_step *s, struct process_row *r, size_t column, struct str text, process_change *change, void *arg, struct str *out)
{
	struct err e = { 0 };
	auto_json *doc = NULL;
	if (!json_read(text, &doc, &e)) return change(s, arg, r, column, text, out);
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	struct json_out j = JSON_OUT(&b);
	const struct json_node *root = json_root(doc);
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(root); i++) {
		const struct json_node *item = json_at(root, i);
		struct str changed;
		if (json_kind(item) != JSON_TEXT) {
			json_value(&j);
			json_put_node(&b, item);
			continue;
		}
		if (!change(s, arg, r, column, json_text(item), &changed)) return false;
		json_put(&j, changed);
	}
	json_close(&j, ']');
	char *p = b.over ? NULL : process_bytes(s, b.n);
	if (!p) {
		process_too_large(s, r, column);
		return false;
	}
	memcpy(p, b.p, b.n);
	*out = str_make(p, b.n);
	return true;
}

void process_change_into(struct process_step *s, struct process_row *r, size_t from, size_t to, process_change *change, void *arg)
{
	struct cell c = process_get(r, from);
	struct str out;
	if (c.kind == CELL_NONE) {
		process_put_null(r, to);
	} else if (c.kind == CELL_LIST) {
		if (change_list(s, r, to, c.text, change, arg, &out)) process_put(r, to, out, CELL_LIST);
	} else if (change(s, arg, r, to, c.text, &out)) {
		bool same = out.p == c.text.p ? out.n == c.text.n : str_eq(out, c.text);
		process_put(r, to, out, same ? c.kind : CELL_FREE);
	}
}

void process_change_cell(struct process_step *s, struct process_row *r, size_t column, process_change *change, void *arg)
{
	process_change_into(s, r, column, column, change, arg);
}

void process_need_field(const struct process_step *s, struct process_faults *f, size_t field, size_t all)
{
	if (s->values[field].text.n == 0 && !s->values[all].truth)
		process_step_fault(s, f, s->kind->parameters[field].name, "expected the name of a field, or %s.", s->kind->parameters[all].name);
}

void process_change_field_or_all(struct process_step *s, struct process_row *r, size_t field, size_t all, process_change *change, void *arg)
{
	if (!s->values[all].truth) {
		process_change_cell(s, r, s->values[field].column, change, arg);
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		enum cell_kind k = r->cells[i].kind;
		if (k == CELL_FREE || k == CELL_STRING || k == CELL_LIST) process_change_cell(s, r, i, change, arg);
	}
}

/* --- lists -------------------------------------------------------------------------------------------- */

static bool is_geometry(const struct json_node *n)
{
	static const char *const types[] = { "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection" };
	struct str type = json_text(json_get(n, "type"));
	if (!json_get(n, "coordinates") && !json_get(n, "geometries")) return false;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, str_of(types[i]))) return true;
	return false;
}

static enum cell_kind kind_of(const struct json_node *n)
{
	switch (json_kind(n)) {
	case JSON_ABSENT: case JSON_NULL: return CELL_NONE;
	case JSON_BOOL: return CELL_TRUTH;
	case JSON_INT: case JSON_REAL: return CELL_NUMBER;
	case JSON_TEXT: return CELL_STRING;
	case JSON_OBJECT: return is_geometry(n) ? CELL_SHAPE : CELL_NEST;
	case JSON_ARRAY: break;
	}
	for (size_t i = 0; i < json_count(n); i++) {
		enum json_kind k = json_kind(json_at(n, i));
		if (k == JSON_ARRAY || k == JSON_OBJECT) return CELL_NEST;
	}
	return CELL_LIST;
}

bool process_cell_of_node(struct process_step *s, struct process_row *r, size_t column, const struct json_node *node, struct cell *out)
{
	*out = (struct cell){ .kind = kind_of(node) };
	if (out->kind == CELL_NONE) return true;
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	struct str text = json_text(node);
	if (out->kind != CELL_STRING) {
		json_put_node(&b, node);
		text = buf_str(&b);
	}
	char *p = b.over ? NULL : process_bytes(s, text.n);
	if (!p) {
		process_too_large(s, r, column);
		return false;
	}
	if (text.n) memcpy(p, text.p, text.n);
	out->text = str_make(p, text.n);
	return true;
}

void process_put_buf(struct process_step *s, struct process_row *r, size_t column, const struct buf *b, enum cell_kind kind)
{
	struct str t;
	if (process_give_buf(s, r, column, b, &t)) process_put(r, column, t, kind);
}

bool process_give_buf(struct process_step *s, struct process_row *r, size_t column, const struct buf *b, struct str *out)
{
	char *p = b->over ? NULL : process_bytes(s, b->n);
	if (!p) {
		process_too_large(s, r, column);
		return false;
	}
	if (b->n) memcpy(p, b->p, b->n);
	*out = str_make(p, b->n);
	return true;
}

void process_put_items(struct process_step *s, struct process_row *r, size_t column, const struct cell *items, size_t n, struct str separator, bool as_list)
{
	if (n == 0) {
		process_put_null(r, column);
		return;
	}
	struct buf *b = process_scratch(s);
	struct json_out j = JSON_OUT(b);
	if (as_list) json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (!as_list) {
			if (i) buf_put(b, separator);
			buf_put(b, items[i].text);
		} else if (items[i].kind == CELL_NUMBER || items[i].kind == CELL_TRUTH) {
			json_value(&j);
			buf_put(b, items[i].text);
		} else {
			json_put(&j, items[i].text);
		}
	}
	if (as_list) json_close(&j, ']');
	process_put_buf(s, r, column, b, as_list ? CELL_LIST : CELL_FREE);
}

bool process_json(struct process_step *s, struct process_row *r, size_t from, size_t column, struct json_doc **doc)
{
	struct cell c = process_get(r, from);
	struct err e = { 0 };
	*doc = NULL;
	if (process_is_null(c)) return true;
	if (json_read(c.text, doc, &e)) return true;
	if (str_starts(str_of(e.pub), STR("JSON"))) process_tell(s, r, column, c.text, "This is not %s", e.pub);
	else process_tell(s, r, column, c.text, "This is not JSON.");
	return false;
}

void process_path(const struct json_node *root, struct str path, struct process_nodes *out)
{
	enum { MOST_NODES = 1000000 };
	VEC(const struct json_node *) now = { 0 };
	vec_push(out->arena, &now, root);
	struct str part;
	while (path.n && str_cut(&path, '.', &part)) {
		VEC(const struct json_node *) then = { 0 };
		const char *name = arena_cstr(out->arena, part);
		bool item = str_eq(part, STR("item"));
		for (size_t i = 0; i < now.n; i++) {
			const struct json_node *at = now.p[i];
			if (item && json_kind(at) == JSON_ARRAY)
				for (size_t k = 0; k < json_count(at) && then.n < MOST_NODES; k++) vec_push(out->arena, &then, json_at(at, k));
			else if (json_kind(at) == JSON_OBJECT && json_get(at, name)) vec_push(out->arena, &then, json_get(at, name));
		}
		now.p = then.p;
		now.n = then.n;
		now.cap = then.cap;
	}
	out->list.p = now.p;
	out->list.n = now.n;
}

struct process_regexp *process_regexp_open(struct process_step *s, struct process_faults *f, size_t parameter, unsigned flags)
{
	struct process_regexp *x = NULL;
	struct err e = { 0 };
	if (regexp_new(s->values[parameter].text, flags, &x, &e)) return x;
	process_step_fault(s, f, s->kind->parameters[parameter].name, "%s", e.pub);
	return NULL;
}

static bool items_of_list(struct process_step *s, struct process_row *r, size_t column, const struct json_node *list, struct cell **out, size_t *n)
{
	size_t most = json_count(list);
	struct cell *items = (struct cell *)(void *)process_bytes(s, (most + 1) * sizeof *items);
	if (!items) {
		process_too_large(s, r, column);
		return false;
	}
	*n = 0;
	for (size_t i = 0; i < most; i++) {
		struct cell c;
		if (!process_cell_of_node(s, r, column, json_at(list, i), &c)) return false;
		if (c.kind == CELL_STRING) {
			c.text = str_trim(c.text);
			c.kind = CELL_FREE;
		}
		if (!process_is_null(c)) items[(*n)++] = c;
	}
	*out = items;
	return true;
}

/* The next piece of *left up to the separator. */
static struct str piece(struct str *left, struct str separator, bool *more)
{
	ptrdiff_t at = separator.n ? str_find(*left, separator) : -1;
	struct str part = at < 0 ? *left : str_sub(*left, 0, (size_t)at);
	*more = at >= 0;
	*left = at < 0 ? (struct str){ 0 } : str_from(*left, (size_t)at + separator.n);
	return part;
}

static bool items_of_text(struct process_step *s, struct process_row *r, size_t column, struct cell c, struct str separator, struct cell **out, size_t *n)
{
	size_t most = 1;
	bool more = true;
	struct str left = c.text;
	for (piece(&left, separator, &more); more; piece(&left, separator, &more)) most++;
	struct cell *items = (struct cell *)(void *)process_bytes(s, most * sizeof *items);
	if (!items) {
		process_too_large(s, r, column);
		return false;
	}
	*n = 0;
	left = c.text;
	for (more = true; more;) {
		struct str part = str_trim(piece(&left, separator, &more));
		if (part.n) items[(*n)++] = (struct cell){ part, most == 1 ? c.kind : CELL_FREE };
	}
	*out = items;
	return true;
}

bool process_items(struct process_step *s, struct process_row *r, size_t column, struct str separator, struct cell **out, size_t *n)
{
	struct cell c = process_get(r, column);
	*n = 0;
	*out = NULL;
	if (process_is_null(c)) return true;
	if (c.kind == CELL_LIST || c.kind == CELL_NEST) {
		struct err e = { 0 };
		auto_json *doc = NULL;
		if (json_read(c.text, &doc, &e) && json_kind(json_root(doc)) == JSON_ARRAY) return items_of_list(s, r, column, json_root(doc), out, n);
	}
	return items_of_text(s, r, column, c, separator, out, n);
}

/* --- numbers and truths -------------------------------------------------------------------------------- */

bool process_number(struct cell c, double *out)
{
	char fixed[64];
	struct str t = str_trim(c.text);
	if (c.kind == CELL_NONE || t.n == 0) return false;
	if (text_to_double(t, out)) return true;
	if (t.p[0] == '+' && t.n > 1) return process_number((struct cell){ str_from(t, 1), c.kind }, out);
	ptrdiff_t comma = str_find_char(t, ',');
	if (comma < 0 || t.n >= sizeof fixed || str_find_char(t, '.') >= 0) return false;
	memcpy(fixed, t.p, t.n);
	fixed[comma] = '.';
	return text_to_double(str_make(fixed, t.n), out);
}

size_t process_spell_number(char *to, double v)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
	size_t n = 0;
	size_t places = 0;
	double scaled = v;
	/* A decimal of at most 15 digits that reads back to v is its shortest spelling. */
	while (places < COUNT_OF(tens) - 1 && (scaled != trunc(scaled) || scaled / tens[places] != v)) {
		places++;
		scaled = round(v * tens[places]);
	}
	if (scaled / tens[places] != v || scaled != trunc(scaled) || fabs(scaled) >= 1e15) {
		auto_buf b = BUF_INIT(40);
		text_put_double_plain(&b, v);
		memcpy(to, b.p, b.n);
		return b.n;
	}
	/* Nearly all: counts, sums and prices. */
	uint64_t left = (uint64_t)fabs(scaled);
	char back[32];
	size_t k = 0;
	for (; left || k <= places + (places > 0); left /= 10) {
		if (places && k == places) back[k++] = '.';
		back[k++] = (char)('0' + left % 10);
	}
	if (v < 0) to[n++] = '-';
	while (k) to[n++] = back[--k];
	return n;
}

void process_put_number(struct process_step *s, struct process_row *r, size_t column, double v)
{
	char text[40];
	size_t n = process_spell_number(text, v);
	char *p = process_bytes(s, n);
	if (!p) {
		process_too_large(s, r, column);
		return;
	}
	memcpy(p, text, n);
	process_put(r, column, str_make(p, n), CELL_NUMBER);
}

bool process_truth(struct cell c, bool *out)
{
	static const char *const yes[] = { "true", "1", "yes", "y", "t", "on", "oui", "vrai", "ja", "wahr", "si", "sí", "vero", "verdadero", "sim", "verdadeiro", "waar", "sant" };
	static const char *const no[] = { "false", "0", "no", "n", "f", "off", "non", "faux", "nein", "falsch", "falso", "não", "nee", "onwaar" };
	struct str t = str_trim(c.text);
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (str_eq_nocase(t, str_of(yes[i]))) return *out = true;
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (str_eq_nocase(t, str_of(no[i]))) return *out = false, true;
	return false;
}

/* Elements as trees, and trees as rows. */
#include "ingest/tree.h"
#include "text/text.h"
#include <stdlib.h>

/* --- trees ------------------------------------------------------------------------------------------- */

struct tree *tree_add(struct arena *a, struct tree *parent, struct str name)
{
	struct tree *t = arena_new(a, struct tree);
	t->name = name;
	if (!parent) return t;
	if (parent->last) parent->last->next = t;
	else parent->first = t;
	parent->last = t;
	return t;
}

struct str tree_attribute_of(const struct tree *t, const char *name)
{
	for (size_t i = 0; i < t->attributes.n; i++)
		if (str_eq(t->attributes.p[i].name, str_of(name))) return t->attributes.p[i].value;
	return STR("");
}

const struct tree *tree_child_or_null(const struct tree *t, const char *name)
{
	for (const struct tree *c = t->first; c; c = c->next)
		if (str_eq(c->name, str_of(name))) return c;
	return NULL;
}

static void take_attributes(struct xml *x, struct arena *a, struct tree *t, size_t *bytes)
{
	struct tree_attribute one;
	for (size_t i = 0; i < 1000 && xml_attribute_at(x, a, i, &one.name, &one.value); i++) {
		vec_push(a, &t->attributes, one);
		*bytes += one.name.n + one.value.n + sizeof one;
	}
}

static void add_text(struct arena *a, struct tree *t, struct str text)
{
	struct str more = str_trim(text);
	if (more.n == 0) return;
	t->text = t->text.n ? arena_printf(a, "%.*s %.*s", STR_ARG(t->text), STR_ARG(more)) : arena_str(a, more);
}

bool tree_read(struct xml *x, struct arena *a, struct tree **out, struct err *e)
{
	struct tree *above[TREE_DEPTH + 1];
	size_t depth = 0;
	size_t bytes = 0;
	auto_buf text = BUF_INIT(TREE_BYTES);
	above[0] = tree_add(a, NULL, arena_str(a, xml_name(x)));
	take_attributes(x, a, above[0], &bytes);
	*out = above[0];
	for (;;) {
		enum xml_event event;
		if (!xml_next(x, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		if (bytes > TREE_BYTES || text.over) return err_set(e, ERR_TOO_LARGE, "one record of the XML is larger than %d MB", TREE_BYTES >> 20);
		if (event == XML_TEXT) {
			struct str part = xml_text(x);
			bytes += part.n;
			buf_put(&text, part);
			continue;
		}
		add_text(a, above[depth], buf_str(&text));
		buf_clear(&text);
		if (event == XML_CLOSE) {
			if (depth-- == 0) return true;
			continue;
		}
		if (depth == TREE_DEPTH) return err_set(e, ERR_BAD_SOURCE, "a record of the XML is nested deeper than %d levels", TREE_DEPTH);
		bytes += sizeof **out + xml_name(x).n;
		above[depth + 1] = tree_add(a, above[depth], arena_str(a, xml_name(x)));
		depth++;
		take_attributes(x, a, above[depth], &bytes);
	}
}

/* --- JSON -------------------------------------------------------------------------------------------- */

static bool is_plain(const struct tree *t) { return !t->first && t->attributes.n == 0; }

static size_t count_of(const struct tree *parent, struct str name)
{
	size_t n = 0;
	for (const struct tree *c = parent->first; c; c = c->next) n += str_eq(c->name, name);
	return n;
}

static bool is_first(const struct tree *parent, const struct tree *child)
{
	const struct tree *c = parent->first;
	while (c != child && !str_eq(c->name, child->name)) c = c->next;
	return c == child;
}

static void put_json(struct json_out *j, const struct tree *t, int depth);

static void put_children(struct json_out *j, const struct tree *parent, const struct tree *first, int depth)
{
	bool many = count_of(parent, first->name) > 1;
	if (many) json_open(j, '[');
	for (const struct tree *c = first; c; c = c->next)
		if (str_eq(c->name, first->name)) put_json(j, c, depth + 1 + many);
	if (many) json_close(j, ']');
}

static void put_json(struct json_out *j, const struct tree *t, int depth)
{
	if (is_plain(t) || depth > 56) {
		json_put(j, t->text);
		return;
	}
	json_open(j, '{');
	for (size_t i = 0; i < t->attributes.n; i++) {
		auto_buf key = BUF_INIT(4096);
		buf_lit(&key, "@");
		buf_put(&key, t->attributes.p[i].name);
		json_key(j, buf_str(&key));
		json_put(j, t->attributes.p[i].value);
	}
	for (const struct tree *c = t->first; c; c = c->next) {
		if (!is_first(t, c)) continue;
		json_key(j, c->name);
		put_children(j, t, c, depth);
	}
	if (t->text.n) json_member(j, "#text", t->text);
	json_close(j, '}');
}

/* --- rows -------------------------------------------------------------------------------------------- */

void tree_rows_init(struct tree_rows *r, struct source *s) { *r = (struct tree_rows){ .s = s }; }

void tree_rows_done(struct tree_rows *r)
{
	arena_done(&r->row);
	arena_done(&r->names);
	free(r->cells);
	*r = (struct tree_rows){ 0 };
}

void tree_rows_begin(struct tree_rows *r)
{
	arena_done(&r->row);
	for (size_t i = 0; i < r->ncells; i++) r->cells[i] = (struct cell){ .kind = CELL_NONE };
}

static void make_room(struct tree_rows *r, size_t columns)
{
	if (columns <= r->ncells) return;
	size_t n = num_max(r->ncells * 2, num_max(columns, (size_t)32));
	r->cells = realloc(r->cells, n * sizeof *r->cells);
	ensure(r->cells);
	for (size_t i = r->ncells; i < n; i++) r->cells[i] = (struct cell){ .kind = CELL_NONE };
	r->ncells = n;
}

static void put_as(struct tree_rows *r, struct str key, struct str name, struct cell cell)
{
	uintptr_t at = (uintptr_t)map_get_or_null(&r->columns, key);
	if (cell.kind == CELL_NONE) return;
	if (at == 0) {
		if (r->s->names.n > 2 * (size_t)LIMIT_COLUMNS) return;
		vec_push(&r->names, &r->s->names, arena_str(&r->names, name));
		at = r->s->names.n;
		map_put(&r->names, &r->columns, arena_str(&r->names, key), (void *)at);
	}
	make_room(r, at);
	if (r->cells[at - 1].kind == CELL_NONE) r->cells[at - 1] = cell;
}

void tree_rows_put(struct tree_rows *r, struct str name, struct cell cell)
{
	put_as(r, name, r->has_subject && str_eq(name, STR("id")) ? STR("id (2)") : name, cell);
}

/* No element and no attribute has such a key. */
void tree_rows_put_subject(struct tree_rows *r, struct cell cell)
{
	r->has_subject = true;
	put_as(r, STR("\x02" "subject"), STR("id"), cell);
}

static struct cell json_cell(struct tree_rows *r, const struct tree *parent, const struct tree *first, bool list)
{
	auto_buf b = BUF_INIT(TREE_BYTES);
	struct json_out j = JSON_OUT(&b);
	put_children(&j, parent, first, 0);
	return (struct cell){ arena_str(&r->row, buf_str(&b)), list ? CELL_LIST : CELL_NEST };
}

struct cell tree_cell(struct tree_rows *r, const struct tree *parent, struct str name)
{
	const struct tree *first = NULL;
	bool plain = true;
	size_t n = 0;
	for (const struct tree *c = parent->first; c; c = c->next) {
		if (!str_eq(c->name, name)) continue;
		if (!first) first = c;
		plain = plain && is_plain(c);
		n++;
	}
	if (!first) return (struct cell){ .kind = CELL_NONE };
	if (n == 1 && plain) return (struct cell){ first->text, first->text.n ? CELL_FREE : CELL_NONE };
	return json_cell(r, parent, first, plain);
}

void tree_rows_put_all(struct tree_rows *r, const struct tree *t)
{
	size_t seen = 0;
	for (size_t i = 0; i < t->attributes.n; i++) {
		struct tree_attribute a = t->attributes.p[i];
		struct str value = str_trim(a.value);
		tree_rows_put(r, a.name, (struct cell){ value, value.n ? CELL_FREE : CELL_NONE });
	}
	for (const struct tree *c = t->first; c && seen++ < 4 * (size_t)LIMIT_COLUMNS; c = c->next)
		if (is_first(t, c)) tree_rows_put(r, c->name, tree_cell(r, t, c->name));
	tree_rows_put(r, STR("content"), (struct cell){ t->text, t->text.n ? CELL_FREE : CELL_NONE });
}

void tree_rows_end(struct tree_rows *r, struct row *out)
{
	make_room(r, r->s->names.n);
	out->cells = r->cells;
	out->n = r->s->names.n;
	for (size_t i = 0; i < out->n; i++)
		if (out->cells[i].text.n > LIMIT_CELL_BYTES) out->fault = "a cell is larger than 16 MB";
}

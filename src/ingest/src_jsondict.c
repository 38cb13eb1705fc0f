/* A JSON dictionary: a record for each of its keys, the key in a column of its own. A path leads to it; the word "item" in
 * the path stands for every element of an array. The dictionary is read as a whole, so it may not be larger than a window. */
#include "ingest/json_rows.h"
#include "text/text.h"
#include <stdlib.h>

enum { MOST_LEVELS = 32 };

struct dict {
	struct json_doc *doc;
	struct json_rows rows;
	VEC(const struct json_node *) places; /* the dictionaries, in their order */
	struct arena arena;
	size_t place, at;
	int64_t number;
	struct str key_name;
};

static struct dict *of(struct source *s) { return s->state; }

static void follow(struct dict *d, const struct json_node *n, struct str path, int depth)
{
	struct str key;
	if (depth > MOST_LEVELS || !n) return;
	if (path.n == 0) {
		if (json_kind(n) == JSON_OBJECT) vec_push(&d->arena, &d->places, n);
		return;
	}
	if (!str_cut(&path, '.', &key)) return;
	if (str_eq(key, STR("item")) && json_kind(n) == JSON_ARRAY) {
		for (size_t i = 0; i < json_count(n); i++) follow(d, json_at(n, i), path, depth + 1);
		return;
	}
	follow(d, json_get(n, arena_cstr(&d->arena, key)), path, depth + 1);
}

static bool read_all(struct source *s, struct err *e)
{
	struct window w;
	bool more = true;
	window_init(&w, s->fd, s->start);
	bool ok = window_rewind(&w, e);
	while (ok && more) ok = window_more(&w, &more, e);
	struct err inner = { 0 };
	if (ok && !json_read_digits(str_make(w.p + w.at, w.to - w.at), &of(s)->doc, &inner)) {
		err_set(e, ERR_BAD_SOURCE, "%.400s", inner.pub);
		ok = false;
	}
	window_done(&w);
	return ok;
}

static bool dict_rewind(struct source *s, struct err *e)
{
	struct dict *d = of(s);
	(void)e;
	d->place = d->at = 0;
	d->number = 0;
	return true;
}

static bool dict_open(struct source *s, struct err *e)
{
	struct dict *d = calloc(1, sizeof *d);
	ensure(d);
	s->state = d;
	json_rows_init(&d->rows, s);
	d->key_name = param_text(s, "key_column");
	if (d->key_name.n == 0) d->key_name = STR("key");
	if (!read_all(s, e)) return false;
	follow(d, json_root(d->doc), param_text(s, "json_root"), 0);
	if (d->places.n == 0)
		return err_set(e, ERR_BAD_SOURCE, "the JSON has no object at “%.*s”", STR_ARG(text_cut(param_text(s, "json_root"), 100)));
	json_rows_first(&d->rows, d->key_name);
	return true;
}

static bool dict_next(struct source *s, struct row *out, struct err *e)
{
	struct dict *d = of(s);
	struct str key;
	const struct json_node *value;
	(void)e;
	*out = (struct row){ .more = false };
	while (d->place < d->places.n && !json_each(d->places.p[d->place], &d->at, &key, &value)) {
		d->place++;
		d->at = 0;
	}
	if (d->place == d->places.n) return true;
	*out = (struct row){ .number = ++d->number, .more = true };
	json_rows_take(&d->rows, value, out);
	if (out->n == 0) return true;
	struct str text = str_trim(key);
	out->cells[0] = (struct cell){ text, text.n ? CELL_FREE : CELL_NONE };
	return true;
}

static void dict_close(struct source *s)
{
	struct dict *d = of(s);
	json_rows_done(&d->rows);
	json_free(d->doc);
	arena_done(&d->arena);
	s->names.n = s->names.cap = 0;
	free(d);
	s->state = NULL;
}

static int64_t dict_place(struct source *s) { return of(s)->number; }

/* Any object may be one; the likelier, the more of its values are objects. */
static unsigned dict_sniff(struct str head)
{
	struct str s = str_trim(head);
	if (s.n < 8 || s.p[0] != '{') return 0;
	ptrdiff_t colon = str_find(str_sub(s, 0, 200), STR("\":"));
	struct str rest = colon > 0 ? str_trim(str_from(s, (size_t)colon + 2)) : (struct str){ 0 };
	return rest.n && rest.p[0] == '{' ? 40 : 0;
}

const struct source_format source_jsondict = { "jsondict", "", SOURCE_TEXT, dict_sniff, dict_open, dict_rewind, dict_next, NULL, dict_close, NULL,
	dict_place, NULL };

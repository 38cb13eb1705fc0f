/* The configuration of a dataset that was published another way: one source that is the data as they now stand, and their
 * schema and metadata spelled as configurations spell them, so that a first edit changes nothing else. */
#include "config/inside.h"
#include "text/text.h"

struct writer {
	struct json_out *j;
	struct arena *a;
};

static void begin_item(const struct writer *w, const char *type)
{
	json_open(w->j, '{');
	json_member(w->j, "uid", config_uid(w->a, "pr"));
	json_member(w->j, "type", str_of(type));
}

static void annotate(const struct writer *w, const struct field *f, const char *annotation, struct str arg_or_empty)
{
	begin_item(w, "annotate");
	json_member(w->j, "field", f->name);
	json_member(w->j, "annotation", str_of(annotation));
	json_key(w->j, STR("args"));
	json_open(w->j, '[');
	if (arg_or_empty.n) json_put(w->j, arg_or_empty);
	json_close(w->j, ']');
	json_close(w->j, '}');
}

static void put_annotations(const struct writer *w, const struct field *f)
{
	static const struct { unsigned flag; const char *word; } switches[] = {
		{ FIELD_ID, "id" }, { FIELD_FACET, "facet" }, { FIELD_DISJUNCTIVE, "disjunctive" }, { FIELD_SORTABLE, "sortable" } };
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		if (f->flags & switches[i].flag) annotate(w, f, switches[i].word, STR(""));
	if (f->flags & FIELD_MULTIVALUED) annotate(w, f, "multivalued", f->separator.n ? f->separator : STR(","));
	if (f->flags & FIELD_HIERARCHICAL) annotate(w, f, "hierarchical", f->hierarchy.n ? f->hierarchy : STR("/"));
	if (f->facetsort.n) annotate(w, f, "facetsort", f->facetsort);
	if (f->unit.n) annotate(w, f, "unit", f->unit);
	if (f->timezone.n) annotate(w, f, "timezone", f->timezone);
	if (f->precision.n) annotate(w, f, "timeserie_precision", f->precision);
	if (f->decimals >= 0) annotate(w, f, "decimals", arena_printf(w->a, "%d", f->decimals));
}

static void put_field(const struct writer *w, const struct field *f)
{
	if (!str_eq(f->label, f->name)) {
		begin_item(w, "rename");
		json_member(w->j, "from_name", f->name);
		json_member(w->j, "to_name", f->name);
		json_member(w->j, "field_label", f->label);
		json_close(w->j, '}');
	}
	begin_item(w, "type");
	json_member(w->j, "field", f->name);
	json_member(w->j, "type_param", str_of(value_kind(f->type)->word));
	json_close(w->j, '}');
	if (f->description.n) {
		begin_item(w, "description");
		json_member(w->j, "field", f->name);
		json_member(w->j, "description", f->description);
		json_close(w->j, '}');
	}
	put_annotations(w, f);
}

struct stands { struct schema schema; struct str name; bool found; };

static bool read_stands(struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct stands *out, struct err *e)
{
	struct store_rows *r;
	struct str fields = STR("");
	int64_t number = row->version ? row->version : row->former;
	*out = (struct stands){ 0 };
	if (!store_ask(tx, CONFIG_Q(schema_of), t, STORE_PARAMS(VALUE_OF_INT(row->head.dataset), VALUE_OF_INT(number)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		fields = arena_str(a, store_text(r, 0));
		*out = (struct stands){ .name = arena_str(a, store_text(r, 1)), .found = true };
	}
	store_stop(r);
	if (step == STORE_FAILED) return false;
	return !out->found || schema_from_json(a, fields, &out->schema, e);
}

static void put_source(const struct writer *w, const struct stands *now)
{
	json_key(w->j, STR("resources"));
	json_open(w->j, '[');
	if (now->found) {
		json_open(w->j, '{');
		json_member(w->j, "uid", config_uid(w->a, "re"));
		json_member(w->j, "type", STR(""));
		json_member(w->j, "title", now->name);
		json_key(w->j, STR("params"));
		json_open(w->j, '{');
		json_close(w->j, '}');
		json_key(w->j, STR("datasource"));
		json_open(w->j, '{');
		json_member(w->j, "type", STR("published"));
		json_close(w->j, '}');
		json_close(w->j, '}');
	}
	json_close(w->j, ']');
}

/* {template: {name: {lang: value}}}; rows come in order of these three. */
static bool put_metas(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct json_out *j, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_rows *r;
	enum store_step step;
	struct str template_ = STR(""), name = STR("");
	if (!store_ask(tx, CONFIG_Q(metas_of), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	json_open(j, '{');
	while ((step = store_step(r, e)) == STORE_ROW) {
		bool other = !str_eq(store_text(r, 0), template_);
		if (name.n && (other || !str_eq(store_text(r, 1), name))) {
			json_close(j, '}');
			name = STR("");
		}
		if (other) {
			if (template_.n) json_close(j, '}');
			template_ = arena_str(&a, store_text(r, 0));
			json_key(j, template_);
			json_open(j, '{');
		}
		if (!name.n) {
			name = arena_str(&a, store_text(r, 1));
			json_key(j, name);
			json_open(j, '{');
		}
		json_key(j, store_text(r, 2));
		json_value(j);
		buf_put(j->b, store_text(r, 3));
	}
	store_stop(r);
	if (name.n) json_close(j, '}');
	if (template_.n) json_close(j, '}');
	json_close(j, '}');
	return step == STORE_DONE;
}

bool config_made(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct str *json, struct err *e)
{
	(void)s;
	auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct writer w = { &j, a };
	struct stands now;
	struct str text;
	if (!read_stands(tx, t, row, a, &now, e)) return false;
	json_open(&j, '{');
	put_source(&w, &now);
	json_key(&j, STR("processors"));
	json_open(&j, '[');
	json_close(&j, ']');
	json_key(&j, STR("fields"));
	json_open(&j, '[');
	for (size_t i = 0; i < now.schema.n; i++)
		if (!(now.schema.fields[i].flags & FIELD_HIDDEN)) put_field(&w, &now.schema.fields[i]);
	json_close(&j, ']');
	json_key(&j, STR("metadata"));
	if (!put_metas(tx, t, row->head.dataset, &j, e)) return false;
	json_close(&j, '}');
	if (!buf_end(&b, &text, e)) return false;
	*json = arena_str(a, text);
	return true;
}

bool config_add(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct err *e)
{
	struct str json;
	const struct json_node *doc;
	struct config_gist g;
	if (!config_made(s, tx, t, row, a, &json, e) || !json_read_in(a, json, &doc, e)) return false;
	config_gist(s, t, a, doc, row->head.slug, &g);
	struct value id = VALUE_OF_INT(row->head.dataset), at = VALUE_OF_INT(row->modified.us);
	return store_run(tx, CONFIG_Q(config_insert), t,
	                 STORE_PARAMS(id, VALUE_OF_INT(1), VALUE_OF_INT(0), VALUE_OF_INT(row->head.created.us), at, VALUE_OF_INT(0),
	                              VALUE_OF_TEXT(g.title), VALUE_OF_TEXT(g.folded), VALUE_OF_TEXT(g.source), VALUE_OF_TEXT(json)), e) &&
	       store_run(tx, CONFIG_Q(version_add), t,
	                 STORE_PARAMS(id, VALUE_OF_INT(1), VALUE_OF_TEXT(config_uid(a, "ch")), VALUE_OF_INT(0), VALUE_OF_INT(1), VALUE_OF_TEXT(STR("data metadata")),
	                              VALUE_OF_TEXT(STR("create")), VALUE_OF_INT(0), at, VALUE_OF_TEXT(STR("{}")), VALUE_OF_TEXT(json)), e);
}

static bool missing(struct store_tx *tx, struct tenant_id t, struct arena *a, int64_t **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	VEC(int64_t) list = { 0 };
	if (!store_ask(tx, CONFIG_Q(config_none), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, store_int(r, 0));
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step == STORE_DONE;
}

bool config_add_missing(struct site *s, struct tenant_id t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct err ignored = { 0 };
	int64_t *ids;
	size_t n = 0;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = missing(tx, t, &a, &ids, &n, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok || !n) return ok;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	for (size_t i = 0; ok && i < n; i++) {
		struct arena_mark m = arena_mark(&a);
		struct config_row row;
		bool found;
		ok = config_row(tx, t, STR(""), ids[i], &a, &row, &found, e) && (!found || row.head.revision || config_add(s, tx, t, &row, &a, e));
		arena_rewind(&a, m);
	}
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

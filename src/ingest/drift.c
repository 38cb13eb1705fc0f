/* What became of the columns that the sources had when the dataset was last published: a column that vanished takes its
 * field with it and is told, unless the field is left out on purpose; a new one comes in with a note; a field that is
 * called otherwise now keeps answering under its former names. Of what type the columns are is pledge.c's. */
#include "ingest/fields.h"
#include "ingest/many.h"
#include "ingest/survey.h"

/* --- names ------------------------------------------------------------------------------------------ */

static bool has_heading(const struct survey *v, struct str name)
{
	for (size_t i = 0; i < v->headings.n; i++)
		if (str_eq(v->headings.p[i].name, name)) return true;
	return false;
}

static bool has_own_name(const struct plan *p, struct str name)
{
	for (size_t i = 0; i < p->schema.n; i++)
		if (str_eq(p->schema.fields[i].name, name)) return true;
	return false;
}

static void add_alias(struct load *l, const struct plan *p, struct field *f, struct str name)
{
	if (name.n == 0 || has_own_name(p, name)) return;
	for (size_t i = 0; i < f->naliases; i++)
		if (str_eq(f->aliases[i], name)) return;
	struct str *all = arena_array(l->a, struct str, f->naliases + 1);
	for (size_t i = 0; i < f->naliases; i++) all[i] = f->aliases[i];
	all[f->naliases++] = arena_str(l->a, name);
	f->aliases = all;
}

/* An alias that has become another field's own name means that field. */
static void drop_shadowed(struct plan *p)
{
	for (size_t i = 0; i < p->schema.n; i++) {
		struct field *f = &p->schema.fields[i];
		size_t n = 0;
		for (size_t k = 0; k < f->naliases; k++)
			if (!has_own_name(p, f->aliases[k])) f->aliases[n++] = f->aliases[k];
		f->naliases = n;
	}
}

static struct str column_name(const struct survey *v, const struct plan_column *c)
{
	return c->from >= 0 ? v->headings.p[c->from].name : STR("");
}

/* --- then and now ------------------------------------------------------------------------------------ */

static bool vanished(const struct json_node *then, struct err *e)
{
	struct str name = json_text(json_get(then, "name"));
	struct str label = json_text(json_get(then, "label"));
	return err_set(e, ERR_BAD_SOURCE, "the source has no column “%.*s” any more, which the field “%.*s” is made of; the published data stay. Bring "
	                                  "the column back, rename the one that takes its place, or discard the field",
	               STR_ARG(label.n ? label : name), STR_ARG(json_text(json_get(then, "field"))));
}

static void keep_names(struct load *l, const struct survey *v, struct plan *p, const struct json_node *then)
{
	struct str name = json_text(json_get(then, "name"));
	const struct json_node *old = json_get(then, "aliases");
	for (size_t i = 0; i < p->schema.n; i++) {
		if (!str_eq(column_name(v, &p->columns[i]), name)) continue;
		struct field *f = &p->schema.fields[i];
		if (!str_eq(f->name, json_text(json_get(then, "field")))) add_alias(l, p, f, json_text(json_get(then, "field")));
		for (size_t k = 0; k < json_count(old); k++) add_alias(l, p, f, json_text(json_at(old, k)));
		return;
	}
}

static void note_new(struct load *l, const struct survey *v, const struct json_node *then)
{
	auto_buf list = BUF_INIT(500);
	size_t n = 0;
	for (size_t i = 0; i < v->headings.n; i++) {
		bool known = false;
		for (size_t k = 0; k < json_count(then) && !known; k++)
			known = str_eq(json_text(json_get(json_at(then, k), "name")), v->headings.p[i].name);
		if (known || v->headings.p[i].name.n == 0 || fields_one(l->a, l->fields, v->headings.p[i].name).deleted) continue;
		if (n++ < 8) buf_printf(&list, "%s“%.*s”", list.n ? ", " : "", STR_ARG(v->headings.p[i].label));
	}
	if (n) load_note(l, "New columns since the last publication (%zu): %.*s%s", n, STR_ARG(buf_str(&list)), n > 8 ? " …" : ".");
}

static bool compare(struct load *l, const struct survey *v, struct plan *p, struct err *e)
{
	const struct json_node *then;
	if (!json_read_in(l->a, l->job.columns, &then, e)) return false;
	for (size_t i = 0; i < json_count(then); i++) {
		const struct json_node *one = json_at(then, i);
		struct str name = json_text(json_get(one, "name"));
		if (json_bool(json_get(one, "made"), false)) continue;
		bool there = l->many ? many_has_column(l->many, name) : has_heading(v, name);
		if (there || has_own_name(p, json_text(json_get(one, "field")))) continue;
		if (!fields_one(l->a, l->fields, name).deleted) return vanished(one, e);
	}
	for (size_t i = 0; i < json_count(then); i++) keep_names(l, v, p, json_at(then, i));
	if (json_count(then)) note_new(l, v, then);
	return true;
}

static struct str columns_json(struct load *l, const struct survey *v, const struct plan *p)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < p->schema.n; i++) {
		const struct field *f = &p->schema.fields[i];
		struct str name = column_name(v, &p->columns[i]);
		if (name.n == 0) continue;
		json_open(&j, '{');
		json_member(&j, "name", name);
		json_member(&j, "label", v->headings.p[p->columns[i].from].label);
		json_member(&j, "field", f->name);
		if (l->many && !many_has_column(l->many, name)) json_member_bool(&j, "made", true);
		if (f->naliases) {
			json_key(&j, STR("aliases"));
			json_open(&j, '[');
			for (size_t k = 0; k < f->naliases; k++) json_put(&j, f->aliases[k]);
			json_close(&j, ']');
		}
		json_close(&j, '}');
	}
	json_close(&j, ']');
	return b.over ? STR("[]") : arena_str(l->a, buf_str(&b));
}

bool drift_check(struct load *l, const struct survey *v, struct plan *p, struct ingest_result *out, struct err *e)
{
	out->types = pledge_types(l, v, p);
	if (!pledge_check(v, p, e)) return false;
	if (l->job.nparts == 0) return true;
	if (l->job.columns.n && !compare(l, v, p, e)) return false;
	drop_shadowed(p);
	out->columns = columns_json(l, v, p);
	return true;
}

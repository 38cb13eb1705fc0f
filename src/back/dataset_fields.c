/* The operations on fields of a configuration, read as what each field has become, and written again from that: so that a page can show one field
 * with all its settings, and a program that wrote them one by one finds them meaning the same. */
#include "back/dataset_inside.h"

enum { JSON_BYTES = 16 << 20 };

struct dataset_field *dataset_field_or_null(const struct dataset_fields *all, struct str origin)
{
	for (size_t i = 0; i < all->list.n; i++)
		if (str_eq(all->list.p[i].origin, origin))
			return &all->list.p[i];
	return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------------------------------ */

/* The field that has a name now; one that no source has is made, so that what is said of it is not lost. */
static struct dataset_field *called(struct visit *v, struct dataset_fields *all, struct str name)
{
	for (size_t i = 0; i < all->list.n; i++)
		if (str_eq(all->list.p[i].name, name) && !all->list.p[i].discarded)
			return &all->list.p[i];
	struct dataset_field *f = vec_add(v->arena, &all->list);
	f->origin = f->name = name;
	return f;
}

/* The first of args, as text. */
static struct str arg(struct visit *v, const struct json_node *op)
{
	const struct json_node *args = json_get(op, "args"), *one = json_kind(args) == JSON_ARRAY ? json_at(args, 0) : args;
	return json_kind(one) == JSON_TEXT ? json_text(one) : json_kind(one) <= JSON_NULL ? STR("") : back_json_of(v->arena, one);
}

static void annotate(struct visit *v, struct dataset_field *f, const struct json_node *op)
{
	struct str what = json_text(json_get(op, "annotation")), value = arg(v, op);
	bool on = !str_eq(value, STR("false"));
	const struct { const char *word; bool *flag; } flags[] = { { "id", &f->id }, { "facet", &f->facet }, { "disjunctive", &f->disjunctive },
		{ "sortable", &f->sortable }, { "timerangeFilter", &f->range } };
	const struct { const char *word; struct str *text; } texts[] = { { "unit", &f->unit }, { "timezone", &f->timezone }, { "facetsort", &f->facetsort },
		{ "timeserie_precision", &f->precision }, { "decimals", &f->decimals }, { "multivalued", &f->separator }, { "hierarchical", &f->hierarchy } };
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (str_eq(what, str_of(flags[i].word)))
			*flags[i].flag = on;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (str_eq(what, str_of(texts[i].word)))
			*texts[i].text = value;
	f->no_facet = str_eq(what, STR("facet")) ? !on : f->no_facet;
	f->multivalued |= str_eq(what, STR("multivalued"));
	f->hierarchical |= str_eq(what, STR("hierarchical"));
}

static void rename_one(struct visit *v, struct dataset_fields *all, const struct json_node *op)
{
	struct dataset_field *f = called(v, all, json_text(json_get(op, "from_name")));
	struct str to = json_text(json_get(op, "to_name"));
	if (json_kind(json_get(op, "field_label")) > JSON_NULL)
		f->label = json_get(op, "field_label");
	if (!to.n || str_eq(to, f->name))
		return;
	if (!str_eq(f->name, f->origin))
		vec_push(v->arena, &f->former, f->name);
	f->name = to;
}

static void sort(struct visit *v, struct dataset_fields *all, const struct json_node *names)
{
	struct dataset_field *sorted = arena_array(v->arena, struct dataset_field, all->list.n + 1);
	bool *taken = arena_array(v->arena, bool, all->list.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < json_count(names); i++)
		for (size_t k = 0; k < all->list.n; k++)
			if (!taken[k] && str_eq(all->list.p[k].name, json_text(json_at(names, i)))) {
				taken[k] = true;
				sorted[n++] = all->list.p[k];
			}
	for (size_t k = 0; k < all->list.n; k++)
		if (!taken[k])
			sorted[n++] = all->list.p[k];
	for (size_t k = 0; k < n; k++)
		all->list.p[k] = sorted[k];
	all->ordered = true;
}

static void take(struct visit *v, struct dataset_fields *all, const struct json_node *op)
{
	struct str type = json_text(json_get(op, "type")), name = json_text(json_get(op, "field"));
	if (str_eq(type, STR("rename"))) {
		rename_one(v, all, op);
	} else if (str_eq(type, STR("order"))) {
		sort(v, all, json_get(op, "order") ? json_get(op, "order") : json_get(op, "args"));
	} else if (!name.n) {
		vec_push(v->arena, &all->others, op);
	} else if (str_eq(type, STR("annotate"))) {
		annotate(v, called(v, all, name), op);
	} else if (str_eq(type, STR("description"))) {
		called(v, all, name)->description = json_get(op, "description");
	} else if (str_eq(type, STR("delete"))) {
		called(v, all, name)->discarded = true;
	} else if (str_eq(type, STR("type"))) {
		struct dataset_field *f = called(v, all, name);
		f->type = json_text(json_get(op, "type_param"));
		f->dates = json_text(json_get(op, "dates"));
		f->decimal = json_text(json_get(op, "decimal"));
		if (json_text(json_get(op, "timezone")).n)
			f->timezone = json_text(json_get(op, "timezone"));
	} else {
		vec_push(v->arena, &all->others, op);
	}
}

void dataset_fields_read(struct visit *v, const struct json_node *operations, const struct back_preview *p, struct dataset_fields *out)
{
	size_t n = back_preview_steps(p), last = back_preview_find(p, STR("fields"));
	struct str *names;
	*out = (struct dataset_fields){ .ordered = false };
	size_t count = n ? back_preview_names(p, v->arena, last != SIZE_MAX && last ? last - 1 : n - 1, &names) : 0;
	for (size_t i = 0; i < count; i++)
		if (names[i].n) {
			struct dataset_field *f = vec_add(v->arena, &out->list);
			f->origin = f->name = names[i];
			f->there = true;
		}
	for (size_t i = 0; i < json_count(operations); i++)
		take(v, out, json_at(operations, i));
	const struct json_node *fields = json_get(back_preview_step_or_null(p, last), "fields");
	for (size_t i = 0; i < json_count(fields); i++)
		for (size_t k = 0; k < out->list.n; k++)
			if (str_eq(out->list.p[k].name, json_text(json_get(json_at(fields, i), "name")))) {
				out->list.p[k].found = json_text(json_get(json_at(fields, i), "type"));
				out->list.p[k].heading = json_text(json_get(json_at(fields, i), "label"));
			}
}

/* --- writing ---------------------------------------------------------------------------------------------------------------------------- */

struct writing { struct visit *v; struct json_out j; VEC(const char *) boxes; };

static void begin(struct writing *w, const char *type, const char *box)
{
	json_open(&w->j, '{');
	json_member(&w->j, "type", str_of(type));
	vec_push(w->v->arena, &w->boxes, box);
}

static void put_node(struct writing *w, const char *key, const struct json_node *n)
{
	json_key(&w->j, str_of(key));
	json_value(&w->j);
	json_put_node(w->j.b, n);
}

static void put_rename(struct writing *w, struct str from, struct str to, const struct json_node *label, const char *box)
{
	begin(w, "rename", box);
	json_member(&w->j, "from_name", from);
	json_member(&w->j, "to_name", to);
	if (label)
		put_node(w, "field_label", label);
	json_close(&w->j, '}');
}

static void put_annotation(struct writing *w, struct str field, const char *annotation, const struct str *value_or_null, const char *box)
{
	begin(w, "annotate", box);
	json_member(&w->j, "field", field);
	json_member(&w->j, "annotation", str_of(annotation));
	json_key(&w->j, STR("args"));
	json_open(&w->j, '[');
	if (value_or_null)
		json_put(&w->j, *value_or_null);
	json_close(&w->j, ']');
	json_close(&w->j, '}');
}

static void put_type(struct writing *w, const struct dataset_field *f)
{
	if (!f->type.n)
		return;
	begin(w, "type", "type");
	json_member(&w->j, "field", f->name);
	json_member(&w->j, "type_param", f->type);
	if (f->dates.n)
		json_member(&w->j, "dates", f->dates);
	if (f->decimal.n)
		json_member(&w->j, "decimal", f->decimal);
	json_close(&w->j, '}');
}

static void put_annotations(struct writing *w, const struct dataset_field *f)
{
	const struct { const char *word; bool on; const char *box; } flags[] = { { "id", f->id, "id" }, { "facet", f->facet, "facet" }, { "disjunctive", f->disjunctive, "disjunctive" },
		{ "sortable", f->sortable, "sortable" }, { "timerangeFilter", f->range, "range" } };
	const struct { const char *word; struct str value; bool on; const char *box; } texts[] = {
		{ "facetsort", f->facetsort, f->facetsort.n > 0, "facetsort" }, { "timeserie_precision", f->precision, f->precision.n > 0, "precision" },
		{ "unit", f->unit, f->unit.n > 0, "unit" }, { "decimals", f->decimals, f->decimals.n > 0, "decimals" }, { "timezone", f->timezone, f->timezone.n > 0, "timezone" },
		{ "multivalued", f->separator, f->multivalued, "separator" }, { "hierarchical", f->hierarchy, f->hierarchical, "hierarchy" } };
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (flags[i].on)
			put_annotation(w, f->name, flags[i].word, NULL, flags[i].box);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i].on)
			put_annotation(w, f->name, texts[i].word, &texts[i].value, texts[i].box);
	if (f->no_facet && !f->facet) {
		begin(w, "annotate", "facet");
		json_member(&w->j, "field", f->name);
		json_member(&w->j, "annotation", STR("facet"));
		json_key(&w->j, STR("args"));
		json_open(&w->j, '[');
		json_put_bool(&w->j, false);
		json_close(&w->j, ']');
		json_close(&w->j, '}');
	}
}

static void put_field(struct writing *w, const struct dataset_field *f)
{
	struct str from = f->origin;
	for (size_t i = 0; i < f->former.n; i++) {
		put_rename(w, from, f->former.p[i], NULL, "name");
		from = f->former.p[i];
	}
	if (!str_eq(from, f->name) || f->label)
		put_rename(w, from, f->name, f->label, "name");
	put_type(w, f);
	put_annotations(w, f);
	if (f->description) {
		begin(w, "description", "description");
		json_member(&w->j, "field", f->name);
		put_node(w, "description", f->description);
		json_close(&w->j, '}');
	}
}

struct str dataset_fields_write(struct visit *v, const struct dataset_fields *all, const char ***boxes, size_t *nboxes)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct writing w = { .v = v, .j = JSON_OUT(&b) };
	json_open(&w.j, '[');
	for (size_t i = 0; i < all->others.n; i++) {
		json_value(&w.j);
		json_put_node(&b, all->others.p[i]);
		vec_push(v->arena, &w.boxes, "");
	}
	for (size_t i = 0; i < all->list.n; i++)
		put_field(&w, &all->list.p[i]);
	for (size_t i = 0; i < all->list.n; i++)
		if (all->list.p[i].discarded) {
			begin(&w, "delete", "");
			json_member(&w.j, "field", all->list.p[i].name);
			json_close(&w.j, '}');
		}
	if (all->ordered) {
		begin(&w, "order", "");
		json_key(&w.j, STR("order"));
		json_open(&w.j, '[');
		for (size_t i = 0; i < all->list.n; i++)
			if (!all->list.p[i].discarded)
				json_put(&w.j, all->list.p[i].name);
		json_close(&w.j, ']');
		json_close(&w.j, '}');
	}
	json_close(&w.j, ']');
	*boxes = w.boxes.p;
	*nboxes = w.boxes.n;
	return arena_str(v->arena, buf_str(&b));
}

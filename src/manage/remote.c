/* What the origin of a linked dataset says of it. Nothing of it is kept twice: of a dataset of this server it is what that portal tells everybody now, of
 * one of another server what was read when it was published last. What a configuration says itself stands before it, value by value. */
#include "manage/inside.h"

static bool is_linked(const struct json_node *doc)
{
	const struct json_node *list = json_get(doc, "resources");
	for (size_t i = 0; i < json_count(list); i++) {
		struct str type = json_text(json_get(json_get(json_at(list, i), "datasource"), "type"));
		if (str_eq(type, STR("portal")) || str_eq(type, STR("federated"))) return true;
	}
	return false;
}

/* As far as the catalogue gives it on (catalog/link.c). */
static bool is_shared(const struct meta *m)
{
	if (str_eq(m->template_, STR("default")) && str_eq(m->name, STR("modified"))) return true;
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		if (str_eq(m->template_, str_of(r->template_)) && str_eq(m->name, str_of(r->name))) return !r->automatic;
	}
	return false;
}

/* Of one template and one name after the other, as a view has them. */
static struct str told_by(struct arena *a, const struct dataset *d)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	const struct meta *last = NULL;
	json_open(&j, '{');
	for (size_t i = 0; i < d->nmetas; i++) {
		const struct meta *m = &d->metas[i];
		if (!is_shared(m)) continue;
		bool set = last && str_eq(last->template_, m->template_), name = set && str_eq(last->name, m->name);
		if (last && !name) json_close(&j, '}');
		if (last && !set) json_close(&j, '}');
		if (!set) {
			json_key(&j, m->template_);
			json_open(&j, '{');
		}
		if (!name) {
			json_key(&j, m->name);
			json_open(&j, '{');
		}
		json_key(&j, m->lang);
		json_value(&j);
		buf_put(&b, m->json);
		last = m;
	}
	if (last) {
		json_close(&j, '}');
		json_close(&j, '}');
	}
	json_close(&j, '}');
	return b.over ? STR("") : arena_str(a, buf_str(&b));
}

static struct str there(struct manage_call *c, struct tenant_id origin, struct str slug)
{
	const struct catalog_view *v;
	struct err ignored = { 0 };
	if (!catalog_hold(c->s->catalog, origin, &v, &ignored)) return STR("");
	const struct dataset *d = catalog_find_or_null(v, slug);
	struct str said = d ? told_by(c->a, d) : STR("");
	catalog_release(c->s->catalog, v);
	return said;
}

bool manage_remote(struct manage_call *c, const struct config *of, const struct json_node **out)
{
	const struct catalog_view *v;
	struct err ignored = { 0 };
	struct tenant_id origin = { 0 };
	struct str slug = STR(""), summary = STR("");
	*out = NULL;
	if (!is_linked(of->doc)) return false;
	if (!catalog_hold(c->s->catalog, c->t, &v, &ignored)) return true;
	for (size_t i = 0; i < v->n; i++) {
		const struct dataset *d = &v->datasets[i];
		if (d->id != of->dataset) continue;
		summary = arena_str(c->a, d->summary);
		if (!d->link_or_null) continue;
		origin = d->link_or_null->origin;
		slug = arena_str(c->a, d->link_or_null->slug);
	}
	catalog_release(c->s->catalog, v);
	const struct json_node *read;
	if (origin.v) {
		struct str said = there(c, origin, slug);
		if (said.n && json_read_in(c->a, said, &read, &ignored)) *out = read;
	} else if (summary.n && json_read_in(c->a, summary, &read, &ignored)) {
		*out = json_get(read, "metadata");
	}
	return true;
}

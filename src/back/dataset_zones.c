/* Times that name no zone, of a portal that has one: they are read as UTC until somebody says that they are meant in the portal's zone. */
#include "back/dataset_inside.h"

static struct str moment(struct visit *v, int64_t us, const struct clock_zone *z)
{
	auto_buf b = BUF_INIT(100);
	clock_put_instant(&b, us, z);
	return arena_str(v->arena, buf_str(&b));
}

static void put_zone(struct html *h, struct visit *v, const struct json_node *one, struct str name, const struct clock_zone *z)
{
	struct str field = json_text(json_get(one, "field"));
	struct str label[] = { json_text(json_get(one, "label")), name };
	int64_t us = json_int(json_get(one, "us"), 0);
	struct civil civil;
	auto_buf title = BUF_INIT(4096);
	auto_buf hint = BUF_INIT(4096);
	clock_civil_of_us(us, &civil);
	struct str said[] = { json_text(json_get(one, "sample")), moment(v, us, z), moment(v, clock_local_to_us(z, &civil), z), name };
	i18n_put_filled(&title, i18n_text(v->lang, N_("The times of “{0}” have no time zone: read them as {1}")), label, COUNT_OF(label));
	i18n_put_filled(&hint, i18n_text(v->lang, N_("Times without a zone are read as UTC: {0} is {1}. Read as {3}, it is {2}.")), said, COUNT_OF(said));
	html_lit(h, "<div class=\"either words\">");
	html_check(h, &(struct html_check){ .name = arena_cstr(v->arena, arena_join(v->arena, STR("zone."), field)), .on = str_eq(json_text(json_get(one, "chosen")), name),
		.label_text = arena_str(v->arena, buf_str(&title)), .hint_text = arena_str(v->arena, buf_str(&hint)) });
	html_lit(h, "</div>");
	html_hidden(h, arena_cstr(v->arena, arena_join(v->arena, STR("zoned."), field)), name);
}

void dataset_put_zones(struct html *h, struct visit *v, const struct back_preview *p)
{
	const struct json_node *zones = p->root ? json_get(p->root, "zones") : NULL;
	struct str name = tenant_setting(v->at.tenant, "timezone");
	const struct clock_zone *z = name.n && !str_eq(name, STR("UTC")) ? clock_zone_or_null(name) : NULL;
	for (size_t i = 0; z && i < json_count(zones); i++) {
		struct str chosen = json_text(json_get(json_at(zones, i), "chosen"));
		if (!chosen.n || str_eq(chosen, name))
			put_zone(h, v, json_at(zones, i), name, z);
	}
}

bool dataset_zone_decided(struct visit *v, const struct visitor_form *f, const struct json_node *one)
{
	return str_eq(json_text(json_get(one, "type")), STR("annotate")) && str_eq(json_text(json_get(one, "annotation")), STR("timezone")) &&
	       visitor_field(f, arena_join(v->arena, STR("zoned."), json_text(json_get(one, "field")))).n > 0;
}

void dataset_put_zoned(struct json_out *j, struct visit *v, const struct visitor_form *f)
{
	struct str name, zone;
	for (size_t at = 0; dataset_next_pair(f, "zoned.", &at, &name, &zone);) {
		if (!visitor_field(f, arena_join(v->arena, STR("zone."), name)).n)
			continue;
		json_open(j, '{');
		json_member(j, "type", STR("annotate"));
		json_member(j, "field", name);
		json_member(j, "annotation", STR("timezone"));
		json_key(j, STR("args"));
		json_open(j, '[');
		json_put(j, zone);
		json_close(j, ']');
		json_close(j, '}');
	}
}

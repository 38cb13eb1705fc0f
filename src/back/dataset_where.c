/* Where a source lies, as one may read it again a year later and put it right: what its kind asks for (fetch/kinds.c) and the connection it
 * goes through. Secrets stand on the page of the connection alone. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

static const struct fetch_kind *kind_or_null(const struct json_node *datasource)
{
	struct str type = json_text(json_get(datasource, "type"));
	for (const struct fetch_kind *k = fetch_kinds; k->type; k++)
		if (k->connects && str_eq(type, str_of(k->type)))
			return k;
	return NULL;
}

/* What stands in the datasource itself, and the address of a connection that has no page of its own. Whether it is shown live is chosen elsewhere. */
static bool is_here(const struct fetch_parameter *p, bool saved_connection)
{
	bool of_connection = str_starts(str_of(p->name), STR("connection/"));
	return !p->secret && strcmp(p->name, "live") != 0 && (!of_connection || (!saved_connection && strcmp(p->name, "connection/url") == 0));
}

static struct str value_of(const struct json_node *datasource, const struct fetch_parameter *p)
{
	return strcmp(p->name, "connection/url") == 0 ? json_text(json_get(json_get(datasource, "connection"), "url")) : json_text(json_get(datasource, p->name));
}

static struct str field_of(struct arena *a, const struct fetch_parameter *p) { return arena_printf(a, "where.%s", p->name); }

static void put_connection(struct html *h, struct visit *v, struct str uid)
{
	struct fetch_connection c;
	struct err none = { 0 }; /* one that is gone is told by what reads the source */
	html_lit(h, "<p>");
	html_say(h, N_("Connection"));
	html_lit(h, ": <a href=\"");
	html_url(h, arena_printf(v->arena, "/backoffice/connections/%.*s/", STR_ARG(uid)));
	html_lit(h, "\"><bdi>");
	bool known = fetch_connection_read(v->at.site, v->at.tenant->id, uid, v->arena, &c, &none);
	html_text(h, known && c.name.n ? c.name : uid);
	html_lit(h, "</bdi></a>");
	if (known && c.url.n && !str_eq(c.url, c.name)) {
		html_lit(h, " <code>");
		html_text(h, c.url);
		html_lit(h, "</code>");
	}
	html_lit(h, "</p><p class=\"hint\">");
	html_say(h, N_("Server, user and password stand on its page."));
	html_lit(h, "</p>");
}

void dataset_put_where(struct html *h, struct visit *v, const struct json_node *resource, bool open)
{
	const struct json_node *ds = json_get(resource, "datasource");
	const struct fetch_kind *kind = kind_or_null(ds);
	struct str uid = json_text(json_get(json_get(ds, "connection"), "uid"));
	if (!kind)
		return;
	html_lit(h, "<details class=\"fold-plain\"");
	if (open)
		html_lit(h, " open");
	html_lit(h, "><summary>");
	html_say(h, N_("Where it comes from"));
	html_lit(h, "</summary><div class=\"form\">");
	if (uid.n)
		put_connection(h, v, uid);
	for (const struct fetch_parameter *p = kind->parameters; p->name; p++)
		if (is_here(p, uid.n > 0))
			html_field(h, &(struct html_field){ .name = arena_cstr(v->arena, field_of(v->arena, p)), .label = p->label, .hint = p->help, .value = value_of(ds, p), .code = true });
	html_lit(h, "</div></details>");
}

static bool given(const struct visitor_form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name))
			return true;
	return false;
}

size_t dataset_read_where(struct visit *v, const struct visitor_form *f, const struct json_node *resource, struct str place, struct back_put *puts, size_t most)
{
	const struct json_node *ds = json_get(resource, "datasource");
	const struct fetch_kind *kind = kind_or_null(ds);
	bool saved = json_text(json_get(json_get(ds, "connection"), "uid")).n > 0;
	size_t n = 0;
	for (const struct fetch_parameter *p = kind ? kind->parameters : NULL; p && p->name && n < most; p++) {
		struct str value = str_trim(visitor_field(f, field_of(v->arena, p)));
		/* A form without the field says nothing of it. */
		if (!is_here(p, saved) || !given(f, field_of(v->arena, p)) || str_eq(value, value_of(ds, p)))
			continue;
		puts[n++] = (struct back_put){ arena_printf(v->arena, "%.*sdatasource/%s", STR_ARG(place), p->name), value.n ? back_json_text(v->arena, value) : STR("null") };
	}
	return n;
}

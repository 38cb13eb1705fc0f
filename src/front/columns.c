/* Which fields a table shows, and the form that chooses them: what the address says, else what the publisher chose, else
 * the first of the schema, so that a dataset of 500 fields stays readable. */
#include "front/inside.h"

static bool is_shown(const struct query_target *t, size_t i)
{
	return !(t->schema->fields[i].flags & FIELD_HIDDEN) && (!t->visible_or_null || t->visible_or_null[i]);
}

static void add(struct front_columns *c, const struct query_target *t, int at)
{
	if (at < 0 || !is_shown(t, (size_t)at) || c->n == t->schema->n)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (c->fields[i] == &t->schema->fields[at])
			return;
	c->fields[c->n++] = &t->schema->fields[at];
}

static void add_names(struct front_columns *c, const struct query_target *t, struct str names)
{
	while (names.n) {
		ptrdiff_t comma = str_find_char(names, ',');
		struct str name = comma < 0 ? names : str_sub(names, 0, (size_t)comma);
		add(c, t, schema_find(t->schema, str_trim(name)));
		names = comma < 0 ? STR("") : str_from(names, (size_t)comma + 1);
	}
}

void front_columns_choose(struct front_columns *c, const struct front_records *r)
{
	const struct front_dataset *d = r->d;
	const struct query_target *t = &r->filter.target;
	*c = (struct front_columns){ .fields = arena_array(d->visit.arena, const struct field *, t->schema->n + 1) };
	for (size_t i = 0; i < t->schema->n; i++)
		c->all += is_shown(t, i);
	add_names(c, t, view_state_get(&d->state, STR("columns")));
	c->chosen = c->n > 0;
	if (!c->n)
		add_names(c, t, front_meta(d, "visualization", "table_fields"));
	for (size_t i = 0; i < t->schema->n && !c->chosen && c->n < FRONT_COLUMNS; i++)
		if (is_shown(t, i) && !front_meta(d, "visualization", "table_fields").n)
			add(c, t, (int)i);
	for (size_t i = 0; i < d->state.n; i++) {
		const struct httpd_pair *p = &d->state.pairs[i];
		c->compact |= str_eq(p->name, STR("view")) && str_eq(p->value, STR("compact"));
		c->pinned |= str_eq(p->name, STR("view")) && str_eq(p->value, STR("pinned"));
	}
}

struct str front_columns_select(struct arena *a, const struct front_columns *c)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < c->n; i++) {
		buf_put(&b, i ? STR(", `") : STR("`"));
		buf_put(&b, c->fields[i]->name);
		buf_put_char(&b, '`');
	}
	return arena_str(a, buf_str(&b));
}

static bool has(const struct front_columns *c, const struct field *f)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->fields[i] == f)
			return true;
	return false;
}

static void put_box(struct html *h, const char *name, struct str value, bool on)
{
	html_lit(h, "<input type=\"checkbox\" name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\" value=\"");
	html_text(h, value);
	html_put_literal(h, on ? STR("\" checked>") : STR("\">"));
}

static void put_view(struct html *h, const char *word, const char *label, bool on)
{
	html_lit(h, "<li><label>");
	put_box(h, "view", str_of(word), on);
	html_lit(h, "<span>");
	html_say(h, label);
	html_lit(h, "</span></label></li>");
}

static void put_boxes(struct html *h, const struct front_records *r, const struct front_columns *c)
{
	const struct query_target *t = &r->filter.target;
	html_lit(h, "<stoa-facet data-label=\"");
	html_say(h, N_("Find a column"));
	html_lit(h, "\"><ul class=\"boxes\">");
	for (size_t i = 0; i < t->schema->n; i++) {
		if (!is_shown(t, i))
			continue;
		html_lit(h, "<li><label>");
		put_box(h, "column", t->schema->fields[i].name, has(c, &t->schema->fields[i]));
		html_lit(h, "<bdi class=\"value\">");
		html_text(h, t->schema->fields[i].label);
		html_lit(h, "</bdi></label></li>");
	}
	html_lit(h, "</ul></stoa-facet>");
}

void front_columns_put(struct html *h, const struct front_records *r, const struct front_columns *c)
{
	const struct view_state *s = &r->d->state;
	html_lit(h, "<details class=\"chooser\"><summary class=\"button quiet\" data-focus=\"columns\">");
	html_icon(h, ICON_TABLE);
	html_lit(h, "<span>");
	html_say(h, N_("Choose columns"));
	html_lit(h, "</span><span class=\"count\">");
	html_say_with(h, N_("{0} of {1}"), HTML_ARG_COUNT((int64_t)c->n), HTML_ARG_COUNT((int64_t)c->all));
	html_lit(h, "</span></summary><form action=\"");
	html_url(h, s->path);
	html_lit(h, "\">");
	for (size_t i = 0; i < s->n; i++) {
		struct str name = s->pairs[i].name;
		if (!str_eq(name, STR("columns")) && !str_eq(name, STR("view")) && !str_eq(name, STR("start")) && !str_starts(name, STR("find.")))
			html_hidden_pair(h, &s->pairs[i]);
	}
	html_lit(h, "<fieldset><legend>");
	html_say(h, N_("Columns shown"));
	html_lit(h, "</legend>");
	put_boxes(h, r, c);
	html_lit(h, "</fieldset><fieldset><legend>");
	html_say(h, N_("Rows"));
	html_lit(h, "</legend><ul class=\"boxes\">");
	put_view(h, "compact", N_("Narrow rows"), c->compact);
	put_view(h, "pinned", N_("Keep the first column in sight"), c->pinned);
	html_lit(h, "</ul></fieldset><p class=\"buttons\"><button class=\"button\" data-focus=\"columns\">");
	html_say(h, N_("Apply"));
	html_lit(h, "</button>");
	if (c->chosen) {
		html_lit(h, "<a class=\"button quiet\" data-focus=\"columns\" href=\"");
		html_url(h, view_state_url(s, STR("columns"), NULL, STR(""), STR("")));
		html_lit(h, "\">");
		html_say(h, N_("As the publisher chose"));
		html_lit(h, "</a>");
	}
	html_lit(h, "</p></form></details>");
}

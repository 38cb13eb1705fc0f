/* Facets as lists of links, and the active filters as chips: every value is an address, so all of it
 * works without script and can be shared. */
#include "front/inside.h"

#include "template/template.h"
#include "text/text.h"

enum { YEARS = 10000 }; /* below it, whole numbers may be years and have no marks of thousands */

const char *const front_feature_names[][2] = {
	{ "analyze", N_("Can be analysed") },
	{ "timeserie", N_("Over time") },
	{ "geo", N_("On a map") },
	{ "image", N_("With images") },
	{ "calendar", N_("Calendar") },
	{ "custom_view", N_("Custom view") },
	{ "apiproxy", N_("From another API") },
	{ NULL, NULL },
};

static const char *const themes[] = {
	N_("Health"),
	N_("Culture"),
	N_("Education and research"),
	N_("Environment"),
	N_("Transport"),
	N_("Planning and housing"),
	N_("Economy"),
	N_("Administration and finance"),
	N_("Justice and safety"),
	N_("Sports and leisure"),
	N_("Hospitality"),
	N_("Services and social"),
};

struct str front_theme(struct html *h, struct str theme)
{
	const struct template_item *own = view_theme_or_null(h, theme);
	if (own)
		return own->label;
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (str_eq(theme, str_of(themes[i])))
			return i18n_text(h->lang, themes[i]);
	return theme;
}

void front_value(struct html *h, enum front_value kind, const struct template_field *field, struct str value)
{
	for (size_t i = 0; field && i < field->nchoices; i++)
		if (str_eq(field->choices[i].value, value))
			value = field->choices[i].label;
	if (kind == FRONT_VALUE_YES_NO && (str_eq(value, STR("true")) || str_eq(value, STR("false")))) {
		html_say(h, str_eq(value, STR("true")) ? N_("Yes") : N_("No"));
		return;
	}
	if (kind == FRONT_VALUE_FEATURE) {
		for (size_t i = 0; front_feature_names[i][0]; i++)
			if (str_eq(value, str_of(front_feature_names[i][0]))) {
				html_say(h, front_feature_names[i][1]);
				return;
			}
	}
	if (kind == FRONT_VALUE_LANGUAGE) {
		const struct i18n_lang *l = i18n_lang_or_null(value);
		if (l) {
			html_lit(h, "<span lang=\"");
			html_text(h, l->code);
			html_lit(h, "\">");
			html_text(h, l->name);
			html_lit(h, "</span>");
			return;
		}
	}
	html_text(h, kind == FRONT_VALUE_THEME ? front_theme(h, value) : value);
}

void front_amount(struct html *h, const struct field *f_or_null, struct str text)
{
	auto_buf b = BUF_INIT(1000);
	double d;
	bool number = (!f_or_null || value_kind(f_or_null->type)->numeric) && text_to_double(text, &d);
	if (number && (!f_or_null || f_or_null->type != VALUE_INT || d >= YEARS || d <= -YEARS))
		text_put_number(&b, d, -1, h->lang->code);
	else
		buf_put(&b, text);
	html_text(h, buf_str(&b));
}

struct drawing {
	struct html *h;
	const struct view_state *s;
	const struct query_facet *f;
	struct str param; /* "refine.theme" */
	enum front_value kind;
	const struct template_field *field;
};

static void put_values(const struct drawing *d, const struct query_facet_value *values, size_t from, size_t n, int depth);

static void put_month(struct html *h, struct str number)
{
	int64_t month;
	struct err e = { 0 };
	struct civil c = { .year = 2000, .day = 1 };
	auto_buf b = BUF_INIT(200);
	if (!str_to_int(number, &month) || month < 1 || month > 12) {
		html_text(h, number);
		return;
	}
	c.month = (int)month;
	html_text(h, clock_format(&b, &c, STR("MMMM"), h->lang->code, &e) ? buf_str(&b) : number);
}

/* Where a value leads. Inside a path that takes one value, a step further takes the place of the one before. */
static struct str link_of(const struct drawing *d, const struct query_facet_value *v, int depth)
{
	if (v->state == QUERY_EXCLUDED)
		return view_state_url(d->s, arena_join(d->s->arena, STR("exclude."), str_from(d->param, 7)), &v->path, STR(""), STR(""));
	if (v->state != QUERY_REFINED)
		return view_state_url(d->s, depth && !d->f->disjunctive ? d->param : STR(""), NULL, d->param, v->path);
	/* What is refined only by something below it leads there. */
	for (size_t i = 0; i < d->s->n; i++)
		if (str_eq(d->s->pairs[i].name, d->param) && str_eq(d->s->pairs[i].value, v->path))
			return view_state_url(d->s, d->param, &v->path, STR(""), STR(""));
	return view_state_url(d->s, d->param, NULL, d->param, v->path);
}

static void put_value(const struct drawing *d, const struct query_facet_value *v, int depth)
{
	struct html *h = d->h;
	bool on = v->state == QUERY_REFINED;
	html_lit(h, "<li><a rel=\"nofollow\" href=\"");
	html_url(h, link_of(d, v, depth));
	html_lit(h, "\" data-focus=\"");
	html_text(h, d->param);
	html_lit(h, "=");
	html_text(h, v->path);
	if (on)
		html_lit(h, "\" class=\"on\" aria-current=\"true\">");
	else if (v->state == QUERY_EXCLUDED)
		html_lit(h, "\" class=\"off\">");
	else
		html_lit(h, "\">");
	html_put_literal(h, d->f->disjunctive ? STR("<span class=\"box many\">") : STR("<span class=\"box\">"));
	if (on)
		html_icon(h, ICON_CHECK);
	if (v->state == QUERY_EXCLUDED)
		html_icon(h, ICON_CLOSE);
	html_lit(h, "</span><bdi class=\"value\">");
	if (depth == 1 && d->f->field && (d->f->field->type == VALUE_DATE || d->f->field->type == VALUE_DATETIME))
		put_month(h, v->name);
	else if (d->f->field && value_kind(d->f->field->type)->numeric)
		front_amount(h, d->f->field, v->name);
	else
		front_value(h, d->kind, d->field, v->name);
	html_lit(h, "</bdi>");
	if (v->state != QUERY_EXCLUDED) {
		html_lit(h, "<span class=\"count\">");
		html_count(h, v->count);
		html_lit(h, "</span>");
	}
	html_lit(h, "</a>");
	if (v->nchildren) {
		html_lit(h, "<ul>");
		put_values(d, v->children, 0, v->nchildren, depth + 1);
		html_lit(h, "</ul>");
	}
	html_lit(h, "</li>");
}

static void put_values(const struct drawing *d, const struct query_facet_value *values, size_t from, size_t n, int depth)
{
	for (size_t i = from; i < n; i++)
		put_value(d, &values[i], depth);
}

/* Looks for a value on the server, where there are more than a list can hold. */
static void put_find(struct html *h, const struct view_state *s, struct str param)
{
	struct str name = arena_join(s->arena, STR("find."), str_from(param, 7));
	html_lit(h, "<form class=\"find\" role=\"search\" data-quiet action=\"");
	html_url(h, s->path);
	html_lit(h, "\">");
	view_state_inputs(h, s, name);
	html_lit(h, "<input type=\"search\" maxlength=\"100\" name=\"");
	html_text(h, name);
	html_lit(h, "\" data-focus=\"");
	html_text(h, name);
	html_lit(h, "\" value=\"");
	html_text(h, view_state_get(s, name));
	html_lit(h, "\" aria-label=\"");
	html_say(h, N_("Find a value"));
	html_lit(h, "\" placeholder=\"");
	html_say(h, N_("Find a value"));
	html_lit(h, "\"><button class=\"button quiet\"><span class=\"visually-hidden\">");
	html_say(h, N_("Find a value"));
	html_lit(h, "</span>");
	html_icon(h, ICON_SEARCH);
	html_lit(h, "</button></form>");
}

static void put_list(const struct drawing *d, const struct front_facet_look *look)
{
	struct html *h = d->h;
	const struct query_facet *f = d->f;
	size_t n = num_min(f->nvalues, (size_t)FRONT_FACET_MOST);
	size_t shown = n <= FRONT_FACET_SHOWN + 2 || look->finds ? n : FRONT_FACET_SHOWN;
	html_lit(h, "<stoa-facet data-label=\"");
	html_say(h, N_("Find a value"));
	html_put_literal(h, look->searched ? STR("\" data-server>") : STR("\">"));
	if (look->searched)
		put_find(h, d->s, d->param);
	if (!n) {
		html_lit(h, "<p class=\"none\" role=\"status\">");
		html_say(h, N_("No value fits."));
		html_lit(h, "</p>");
	}
	html_lit(h, "<ul>");
	put_values(d, f->values, 0, shown, 0);
	html_lit(h, "</ul>");
	if (n > shown) {
		html_lit(h, "<details class=\"more\"><summary><span class=\"closed\">");
		html_say_plural(h, N2_("{0} more", "{0} more"), (int64_t)(n - shown));
		html_lit(h, "</span><span class=\"opened\">");
		html_say(h, N_("Fewer"));
		html_lit(h, "</span></summary><ul>");
		put_values(d, f->values, shown, n, 0);
		html_lit(h, "</ul></details>");
	}
	html_lit(h, "</stoa-facet>");
}

void front_facet_put(struct html *h, const struct view_state *s, const struct query_facet *f, const struct front_facet_look *look)
{
	bool open = look->open || look->finds;
	bool listed = f && (f->nvalues || look->finds);
	struct drawing d = { .h = h, .s = s, .f = f, .param = look->param, .kind = look->kind, .field = look->field };
	if (!listed && !look->spread)
		return;
	for (size_t i = 0; f && i < f->nvalues; i++)
		open |= f->values[i].state != QUERY_DISPLAYED;
	html_lit(h, "<details class=\"facet\" data-key=\"");
	html_text(h, look->param);
	html_lit(h, "\"");
	if (open)
		html_lit(h, " open");
	html_lit(h, "><summary><h2><bdi>");
	html_text(h, look->heading);
	html_lit(h, "</bdi></h2>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary>");
	if (look->spread)
		front_spread(h, s, look->spread);
	if (listed)
		put_list(&d, look);
	html_lit(h, "</details>");
}

bool front_is_complaint(const struct err *e)
{
	return e->code == ERR_ODSQL || e->code == ERR_ODSQL_SYNTAX || e->code == ERR_PARAMETER;
}

void front_complaint(struct html *h, const struct view_state *s, const struct err *e)
{
	html_lit(h, "<div class=\"notice bad\" role=\"alert\"><h2>");
	html_say(h, N_("This address asks for something that cannot be answered."));
	html_lit(h, "</h2><p dir=\"auto\">");
	html_reason(h, str_of(e->pub));
	html_lit(h, "</p><p><a class=\"button\" href=\"");
	html_url(h, s->path);
	html_lit(h, "\">");
	html_say(h, N_("Start again without filters"));
	html_lit(h, "</a></p></div>");
}

/* Facets as lists of links, and the active filters as chips: every value is an address, so all of it
 * works without script and can be shared. */
#include "front/inside.h"

#include "text/text.h"

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

struct str front_theme(const struct i18n_lang *l, struct str theme)
{
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (str_eq(theme, str_of(themes[i])))
			return i18n_text(l, themes[i]);
	return theme;
}

static const struct { const char *name, *label; } catalogue_labels[] = {
	{ "features", N_("View") },
	{ "modified", N_("Modified") },
	{ "publisher", N_("Publisher") },
	{ "keyword", N_("Keyword") },
	{ "theme", N_("Theme") },
	{ "language", N_("Language") },
	{ "license", N_("Licence") },
	{ "territory", N_("Territory") },
};

struct str front_catalogue_label(const struct i18n_lang *l, struct str name)
{
	if (str_starts(name, STR("default.")))
		name = str_from(name, 8);
	for (size_t i = 0; i < COUNT_OF(catalogue_labels); i++)
		if (str_eq(name, str_of(catalogue_labels[i].name)))
			return i18n_text(l, catalogue_labels[i].label);
	return STR("");
}

void front_value(struct html *h, enum front_value kind, struct str value)
{
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
	html_text(h, kind == FRONT_VALUE_THEME ? front_theme(h->lang, value) : value);
}

struct drawing {
	struct html *h;
	const struct view_state *s;
	struct str param; /* "refine.theme" */
	enum front_value kind;
};

static void put_values(const struct drawing *d, const struct query_facet_value *values, size_t from, size_t n);

static void put_value(const struct drawing *d, const struct query_facet_value *v)
{
	struct html *h = d->h;
	bool on = v->state == QUERY_REFINED;
	html_lit(h, "<li><a rel=\"nofollow\" href=\"");
	html_url(h, on ? view_state_url(d->s, d->param, &v->path, STR(""), STR("")) : view_state_url(d->s, STR(""), NULL, d->param, v->path));
	html_lit(h, "\" data-focus=\"");
	html_text(h, d->param);
	html_lit(h, "=");
	html_text(h, v->path);
	if (on)
		html_lit(h, "\" class=\"on\" aria-current=\"true\">");
	else
		html_lit(h, "\">");
	html_lit(h, "<span class=\"box\">");
	if (on)
		html_icon(h, ICON_CHECK);
	html_lit(h, "</span><bdi class=\"value\">");
	front_value(h, d->kind, v->name);
	html_lit(h, "</bdi>");
	if (v->state != QUERY_EXCLUDED) {
		html_lit(h, "<span class=\"count\">");
		html_count(h, v->count);
		html_lit(h, "</span>");
	}
	html_lit(h, "</a>");
	if (v->nchildren) {
		html_lit(h, "<ul>");
		put_values(d, v->children, 0, v->nchildren);
		html_lit(h, "</ul>");
	}
	html_lit(h, "</li>");
}

static void put_values(const struct drawing *d, const struct query_facet_value *values, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++)
		put_value(d, &values[i]);
}

void front_facet(struct html *h, const struct view_state *s, const struct query_facet *f, struct str param,
                 struct str heading, enum front_value kind, bool open)
{
	if (!f->nvalues)
		return;
	size_t n = num_min(f->nvalues, (size_t)FRONT_FACET_MOST);
	size_t shown = n <= FRONT_FACET_SHOWN + 2 ? n : FRONT_FACET_SHOWN;
	struct drawing d = { .h = h, .s = s, .param = param, .kind = kind };
	for (size_t i = 0; i < f->nvalues; i++)
		open |= f->values[i].state != QUERY_DISPLAYED;
	html_lit(h, "<details class=\"facet\"");
	if (open)
		html_lit(h, " open");
	html_lit(h, "><summary><h2>");
	html_text(h, heading);
	html_lit(h, "</h2>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><stoa-facet data-label=\"");
	html_say(h, N_("Find a value"));
	html_lit(h, "\"><ul>");
	put_values(&d, f->values, 0, shown);
	html_lit(h, "</ul>");
	if (n > shown) {
		html_lit(h, "<details class=\"more\"><summary><span class=\"closed\">");
		html_say_plural(h, N2_("{0} more", "{0} more"), (int64_t)(n - shown));
		html_lit(h, "</span><span class=\"opened\">");
		html_say(h, N_("Fewer"));
		html_lit(h, "</span></summary><ul>");
		put_values(&d, f->values, shown, n);
		html_lit(h, "</ul></details>");
	}
	html_lit(h, "</stoa-facet></details>");
}

bool front_is_filtered(const struct view_state *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->pairs[i].name, STR("q")) || str_starts(s->pairs[i].name, STR("refine.")) ||
		    str_starts(s->pairs[i].name, STR("exclude.")))
			return true;
	return false;
}

static void put_chip(struct html *h, const struct view_state *s, const struct httpd_pair *p, const struct schema *labels, bool catalogue)
{
	bool words = str_eq(p->name, STR("q"));
	bool excluded = str_starts(p->name, STR("exclude."));
	struct str name = words ? STR("") : str_from(p->name, excluded ? 8 : 7);
	ptrdiff_t at = words || !labels ? -1 : schema_find(labels, name);
	struct str label = catalogue ? front_catalogue_label(h->lang, name) : at >= 0 ? labels->fields[at].label : name;
	enum front_value kind = FRONT_VALUE_PLAIN;
	if (catalogue && str_eq(name, STR("features")))
		kind = FRONT_VALUE_FEATURE;
	if (catalogue && str_eq(name, STR("language")))
		kind = FRONT_VALUE_LANGUAGE;
	if (catalogue && str_eq(name, STR("theme")))
		kind = FRONT_VALUE_THEME;
	html_lit(h, "<li><a class=\"chip\" rel=\"nofollow\" href=\"");
	html_url(h, view_state_url(s, p->name, &p->value, STR(""), STR("")));
	html_lit(h, "\"><span class=\"visually-hidden\">");
	html_say(h, N_("Remove filter:"));
	html_lit(h, " </span>");
	if (words) {
		html_icon(h, ICON_SEARCH);
	} else {
		html_lit(h, "<span class=\"of\">");
		html_text(h, label.n ? label : name);
		if (excluded)
			html_lit(h, " ≠ ");
		else
			html_lit(h, ": ");
		html_lit(h, "</span>");
	}
	html_lit(h, "<bdi>");
	front_value(h, kind, p->value);
	html_lit(h, "</bdi>");
	html_icon(h, ICON_CLOSE);
	html_lit(h, "</a></li>");
}

void front_chips(struct html *h, const struct view_state *s, const struct schema *labels, bool catalogue)
{
	if (!front_is_filtered(s))
		return;
	html_lit(h, "<ul class=\"chips\" aria-label=\"");
	html_say(h, N_("Active filters"));
	html_lit(h, "\">");
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		if (!str_eq(p->name, STR("q")) && !str_starts(p->name, STR("refine.")) && !str_starts(p->name, STR("exclude.")))
			continue;
		put_chip(h, s, p, labels, catalogue);
		n++;
	}
	if (n > 1) {
		html_lit(h, "<li><a class=\"clear\" href=\"");
		html_url(h, s->path);
		html_lit(h, "\">");
		html_say(h, N_("Clear all"));
		html_lit(h, "</a></li>");
	}
	html_lit(h, "</ul>");
}

bool front_is_complaint(const struct err *e)
{
	return e->code == ERR_ODSQL || e->code == ERR_ODSQL_SYNTAX || e->code == ERR_PARAMETER;
}

void front_complaint(struct html *h, const struct view_state *s, const struct err *e)
{
	html_lit(h, "<div class=\"notice bad\" role=\"alert\"><h2>");
	html_say(h, N_("This address asks for something that cannot be answered."));
	html_lit(h, "</h2><p lang=\"en\" dir=\"ltr\">");
	html_text(h, str_of(e->pub));
	html_lit(h, "</p><p><a class=\"button\" href=\"");
	html_url(h, s->path);
	html_lit(h, "\">");
	html_say(h, N_("Start again without filters"));
	html_lit(h, "</a></p></div>");
}

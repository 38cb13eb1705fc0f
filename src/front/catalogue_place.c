/* Datasets by place: those whose extent meets a box, or, without larger territories, lies within it. The box is drawn on a map, or typed as four numbers; other shapes count as the box
 * around them, since of a dataset no more than its extent is known. */
#include "front/catalogue.h"

#include "text/text.h"
#include <math.h>

enum { NUMBERS = 400 };

static size_t read_numbers(struct str text, double out[NUMBERS])
{
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < NUMBERS;) {
		if (str_find_char(STR("(), \t"), text.p[i]) >= 0) {
			i++;
			continue;
		}
		size_t end = i;
		while (end < text.n && str_find_char(STR("(), \t"), text.p[end]) < 0)
			end++;
		if (!text_to_double(str_sub(text, i, end - i), &out[n]))
			return 0;
		n++;
		i = end;
	}
	return n;
}

static bool complain(const struct httpd_pair *p, struct err *e)
{
	return err_set(e, ERR_PARAMETER, "Invalid value for %.*s parameter: %.*s was found but places as lat,lon are expected.", STR_ARG(p->name),
	               STR_ARG(str_sub(p->value, 0, 80)));
}

/* South, west, north, east of what a parameter names. */
static bool read_box(const struct httpd_pair *p, double box[4], struct err *e)
{
	double at[NUMBERS];
	size_t n = read_numbers(p->value, at);
	bool circle = str_eq(p->name, STR("geofilter.distance"));
	if (circle ? n != 2 && n != 3 : n < 4 || n % 2)
		return complain(p, e);
	box[0] = box[2] = at[0];
	box[1] = box[3] = at[1];
	for (size_t i = 0; i + 1 < (circle ? 2 : n); i += 2) {
		if (!(fabs(at[i]) <= 90 && fabs(at[i + 1]) <= 180))
			return complain(p, e);
		box[0] = fmin(box[0], at[i]);
		box[1] = fmin(box[1], at[i + 1]);
		box[2] = fmax(box[2], at[i]);
		box[3] = fmax(box[3], at[i + 1]);
	}
	if (circle && n == 3) {
		double degrees = fabs(at[2]) / 111320, wide = degrees / fmax(0.01, cos(at[0] * 3.14159265358979 / 180));
		box[0] -= degrees;
		box[2] += degrees;
		box[1] -= wide;
		box[3] += wide;
	}
	return true;
}

/* Every link of the page names the place then; the one that takes it away says so, since an address without anything means this one. */
void front_catalogue_usual(struct catalogue *c)
{
	const struct tenant *t = c->visit.at.tenant;
	struct str box = tenant_setting(t, "catalogue.place.usual");
	bool asked = c->state.n > (view_state_get(&c->state, STR("flg")).n ? 1u : 0u);
	if (!box.n || !tenant_setting_on(t, "catalogue.place") || !tenant_setting_on(t, "catalogue.place.applied"))
		return;
	c->state.bare = STR("?territories=all");
	if (asked)
		return;
	struct httpd_pair *pairs = arena_array(c->visit.arena, struct httpd_pair, c->state.n + 1);
	if (c->state.n)
		memcpy(pairs, c->state.pairs, c->state.n * sizeof *pairs);
	pairs[c->state.n++] = (struct httpd_pair){ STR("geofilter.bbox"), box };
	c->state.pairs = pairs;
	c->usual = true;
}

/* The bounds of an extent that a box asks about: where it meets the box, and where it lies within. */
static const struct bounds { const char *south, *west, *north, *east; } meets = { CATALOG_NORTH, CATALOG_EAST, CATALOG_SOUTH, CATALOG_WEST },
	within = { CATALOG_SOUTH, CATALOG_WEST, CATALOG_NORTH, CATALOG_EAST };

bool front_catalogue_place(struct catalogue *c, struct err *e)
{
	struct query_target *t = &c->filter.target;
	struct str wish = view_state_get(&c->state, STR("territories"));
	c->larger = str_eq(wish, STR("larger")) || str_eq(wish, STR("within")) ? str_eq(wish, STR("larger")) : tenant_setting_on(c->visit.at.tenant, "catalogue.place.larger");
	const struct bounds *b = c->larger ? &meets : &within;
	for (size_t i = 0; i < c->state.n; i++) {
		double box[4];
		if (!str_starts(c->state.pairs[i].name, STR("geofilter.")))
			continue;
		if (!read_box(&c->state.pairs[i], box, e))
			return false;
		struct str now = t->row_filter;
		t->row_filter = arena_printf(c->visit.arena, "%s%.*s%s%s >= %.9f and %s >= %.9f and %s <= %.9f and %s <= %.9f", now.n ? "(" : "", STR_ARG(now), now.n ? ") and " : "",
		                             b->south, box[0], b->west, box[1], b->north, box[2], b->east, box[3]);
		c->placed = true;
		memcpy(c->box, box, sizeof box);
	}
	return true;
}

/* The four numbers of a form without script, as one parameter. */
struct httpd_pair *front_catalogue_typed_box(struct catalogue *c, const struct httpd_request *r)
{
	static const char *const names[4] = { "south", "west", "north", "east" };
	double at[4];
	for (size_t i = 0; i < 4; i++) {
		const struct str *s = httpd_query_or_null(r, str_of(names[i]));
		if (!s || !text_to_double(str_trim(*s), &at[i]))
			return NULL;
	}
	struct httpd_pair *p = arena_new(c->visit.arena, struct httpd_pair);
	*p = (struct httpd_pair){ STR("geofilter.bbox"), arena_printf(c->visit.arena, "%g,%g,%g,%g", at[0], at[1], at[2], at[3]) };
	return p;
}

static void put_number(struct catalogue *c, const char *name, const char *label, double most, double value)
{
	struct html *h = &c->page.h;
	html_lit(h, "<label><span>");
	html_say(h, label);
	html_lit(h, "</span><input type=\"number\" step=\"any\" required dir=\"ltr\" name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\" min=\"-");
	html_int(h, (int64_t)most);
	html_lit(h, "\" max=\"");
	html_int(h, (int64_t)most);
	if (c->placed) {
		html_lit(h, "\" value=\"");
		html_text(h, arena_printf(c->visit.arena, "%g", value));
	}
	html_lit(h, "\"></label>");
}

/* The place that the portal offers first, as a link that takes itself away. */
static void put_usual(struct catalogue *c, struct str box)
{
	struct html *h = &c->page.h;
	struct str name = STR("geofilter.bbox");
	bool on = str_eq(view_state_get(&c->state, name), box);
	html_lit(h, "<ul><li><a rel=\"nofollow\" href=\"");
	html_url(h, view_state_url(&c->state, name, NULL, on ? STR("") : name, box));
	html_lit(h, "\" data-focus=\"usual\"");
	html_put_literal(h, on ? STR(" class=\"on\" aria-current=\"true\"><span class=\"box\">") : STR("><span class=\"box\">"));
	if (on)
		html_icon(h, ICON_CHECK);
	html_lit(h, "</span><span class=\"value\">");
	html_say(h, N_("The usual place of this portal"));
	html_lit(h, "</span></a></li></ul>");
}

/* A place has been chosen: whether what reaches beyond it is among the datasets. */
static void put_larger(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<ul><li><a rel=\"nofollow\" href=\"");
	html_url(h, view_state_url(&c->state, STR("territories"), NULL, STR("territories"), c->larger ? STR("within") : STR("larger")));
	html_lit(h, "\" data-focus=\"territories\"");
	html_put_literal(h, c->larger ? STR(" class=\"on\" aria-current=\"true\"><span class=\"box many\">") : STR("><span class=\"box many\">"));
	if (c->larger)
		html_icon(h, ICON_CHECK);
	html_lit(h, "</span><span class=\"value\">");
	html_say(h, N_("Larger territories too"));
	html_lit(h, "</span></a></li></ul>");
}

void front_catalogue_map(struct catalogue *c)
{
	struct html *h = &c->page.h;
	html_lit(h, "<details class=\"facet place\" data-key=\"place\" data-label=\"");
	html_say(h, N_("Place"));
	if (c->placed) {
		html_lit(h, "\" data-value=\"");
		html_text(h, arena_printf(c->visit.arena, "%g,%g,%g,%g", c->box[0], c->box[1], c->box[2], c->box[3]));
		html_lit(h, "\" open><summary><h2>");
	} else {
		html_lit(h, "\"><summary><h2>");
	}
	html_say(h, N_("Place"));
	html_lit(h, "</h2>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><form class=\"box-of\" action=\"");
	html_url(h, c->state.path);
	html_lit(h, "\"><p>");
	html_say(h, N_("Datasets about places between these degrees:"));
	html_lit(h, "</p>");
	put_number(c, "north", N_("North"), 90, c->box[2]);
	put_number(c, "west", N_("West"), 180, c->box[1]);
	put_number(c, "east", N_("East"), 180, c->box[3]);
	put_number(c, "south", N_("South"), 90, c->box[0]);
	for (size_t i = 0; i < c->state.n; i++) {
		const struct httpd_pair *p = &c->state.pairs[i];
		if (!str_starts(p->name, STR("geofilter.")) && !str_eq(p->name, STR("start")))
			html_hidden(h, arena_cstr(c->visit.arena, p->name), p->value);
	}
	html_lit(h, "<button class=\"button small\">");
	html_say(h, N_("Show"));
	html_lit(h, "</button></form>");
	struct str usual = tenant_setting(c->visit.at.tenant, "catalogue.place.usual");
	if (usual.n)
		put_usual(c, usual);
	if (c->placed)
		put_larger(c);
	html_lit(h, "</details>");
}

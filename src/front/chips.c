/* The filters that are on, as chips in readable words that take themselves away. */
#include "front/inside.h"

#include "text/text.h"

bool front_is_filtered(const struct view_state *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (view_state_is_filter(s->pairs[i].name))
			return true;
	return false;
}

struct chip {
	struct html *h;
	const struct view_state *s;
	const struct schema *labels;
	const struct front_facets *catalogue; /* or NULL */
};

/* A field that the reader does not see is none. */
static const struct field *field_or_null(const struct chip *c, struct str name)
{
	int at = c->labels ? schema_find(c->labels, name) : -1;
	return at >= 0 && !(c->labels->fields[at].flags & FIELD_HIDDEN) ? &c->labels->fields[at] : NULL;
}

static struct str label_of(const struct chip *c, struct str name)
{
	const struct field *f = c->catalogue ? NULL : field_or_null(c, name);
	const struct front_facet_kind *k = c->catalogue ? front_facet_or_null(c->catalogue, name) : NULL;
	struct str label = k ? k->heading : f ? f->label : name;
	return label.n ? label : name;
}

static void put_label(const struct chip *c, struct str name, const char *sign)
{
	html_lit(c->h, "<span class=\"of\"><bdi>");
	html_text(c->h, label_of(c, name));
	html_lit(c->h, "</bdi>");
	html_text(c->h, str_of(sign));
	html_lit(c->h, "</span>");
}

/* A date as precise as it was written: 2020, May 2020, 1 May 2020. */
static void put_moment(struct buf *b, const struct clock_text *t, struct str lang)
{
	struct err e = { 0 };
	if (t->precision == CLOCK_YEAR)
		buf_put_int(b, t->civil.year);
	else if (t->precision == CLOCK_MONTH)
		ensure(clock_format(b, &t->civil, STR("MMMM yyyy"), lang, &e));
	else
		clock_put_long(b, clock_us_of_civil(&t->civil), clock_utc(), lang, t->precision > CLOCK_DAY);
}

static void put_end(struct html *h, const struct field *f, struct str text)
{
	struct clock_text t;
	html_lit(h, "<bdi>");
	if (f && (f->type == VALUE_DATE || f->type == VALUE_DATETIME) && clock_parse(text, &t)) {
		auto_buf b = BUF_INIT(1000);
		put_moment(&b, &t, h->lang->code);
		html_text(h, buf_str(&b));
	} else {
		front_amount(h, f, text);
	}
	html_lit(h, "</bdi>");
}

static void put_range(const struct chip *c, const struct front_range *r)
{
	const struct field *f = field_or_null(c, r->field);
	put_label(c, r->field, ": ");
	if (!r->high.n)
		html_lit(c->h, "≥ ");
	if (!r->low.n)
		html_lit(c->h, "≤ ");
	if (r->low.n)
		put_end(c->h, f, r->low);
	if (r->low.n && r->high.n)
		html_lit(c->h, " – ");
	if (r->high.n)
		put_end(c->h, f, r->high);
}

static void put_place(const struct chip *c, const struct httpd_pair *p)
{
	double metres = 0;
	ptrdiff_t comma = str_find_char(p->value, ',');
	struct str rest = comma > 0 ? str_from(p->value, (size_t)comma + 1) : STR("");
	ptrdiff_t second = str_find_char(rest, ',');
	html_icon(c->h, ICON_MAP);
	if (!str_eq(p->name, STR("geofilter.distance")) || second < 0 || !text_to_double(str_trim(str_from(rest, (size_t)second + 1)), &metres)) {
		html_say(c->h, N_("Within the drawn area"));
		return;
	}
	auto_buf b = BUF_INIT(200);
	text_put_number(&b, metres >= 1000 ? metres / 1000 : metres, 1, c->h->lang->code);
	buf_put(&b, metres >= 1000 ? STR(" km") : STR(" m"));
	html_say_with(c->h, N_("Up to {0} from a place"), HTML_ARG_TEXT(buf_str(&b)));
}

static void put_choice(const struct chip *c, const struct httpd_pair *p)
{
	bool excluded = str_starts(p->name, STR("exclude."));
	struct str name = str_from(p->name, excluded ? 8 : 7);
	const struct front_facet_kind *k = c->catalogue ? front_facet_or_null(c->catalogue, name) : NULL;
	put_label(c, name, excluded ? " ≠ " : ": ");
	html_lit(c->h, "<bdi>");
	const struct field *f = field_or_null(c, name);
	if (f && value_kind(f->type)->numeric)
		front_amount(c->h, f, p->value);
	else
		front_value(c->h, k ? k->kind : FRONT_VALUE_PLAIN, k ? k->field : NULL, p->value);
	html_lit(c->h, "</bdi>");
}

static void put_chip(const struct chip *c, const struct httpd_pair *p)
{
	struct html *h = c->h;
	struct front_range r;
	html_lit(h, "<li><a class=\"chip\" rel=\"nofollow\" href=\"");
	html_url(h, view_state_url(c->s, p->name, &p->value, STR(""), STR("")));
	html_lit(h, "\"><span class=\"visually-hidden\">");
	html_say(h, N_("Remove filter:"));
	html_lit(h, " </span>");
	if (str_starts(p->name, STR("refine.")) || str_starts(p->name, STR("exclude."))) {
		put_choice(c, p);
	} else if (str_starts(p->name, STR("geofilter."))) {
		put_place(c, p);
	} else if (front_range_read(c->s->arena, p->name, p->value, &r)) {
		put_range(c, &r);
	} else {
		html_icon(h, str_eq(p->name, STR("q")) ? ICON_SEARCH : ICON_FILTER);
		html_lit(h, "<bdi>");
		html_text(h, p->value);
		html_lit(h, "</bdi>");
	}
	html_icon(h, ICON_CLOSE);
	html_lit(h, "</a></li>");
}

void front_chips(struct html *h, const struct view_state *s, const struct schema *labels, const struct front_facets *catalogue)
{
	const struct chip c = { .h = h, .s = s, .labels = labels, .catalogue = catalogue };
	size_t n = 0;
	if (!front_is_filtered(s))
		return;
	html_lit(h, "<ul class=\"chips\" aria-label=\"");
	html_say(h, N_("Active filters"));
	html_lit(h, "\">");
	for (size_t i = 0; i < s->n; i++) {
		if (!view_state_is_filter(s->pairs[i].name))
			continue;
		put_chip(&c, &s->pairs[i]);
		n++;
	}
	if (n > 1) {
		html_lit(h, "<li><a class=\"clear\" href=\"");
		html_url(h, view_state_cleared(s));
		html_lit(h, "\">");
		html_say(h, N_("Clear all"));
		html_lit(h, "</a></li>");
	}
	html_lit(h, "</ul>");
}

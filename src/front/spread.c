/* Ranges of numbers and dates: a histogram over a form with two ends. The form works without script; <stoa-brush>
 * adds two handles to the bars. Which fields: those that filter already, facets, and a few more, so that a dataset
 * of 500 fields asks no more than one of five. */
#include "front/inside.h"

#include "text/text.h"

static bool is_date(const struct field *f)
{
	return f->type == VALUE_DATE || f->type == VALUE_DATETIME;
}

/* --- which fields ------------------------------------------------------------------------------------------ */

/* Numbers that are names: nobody looks for a range of them. */
static bool is_name(struct str name)
{
	static const char *const words[] = { "id", "code", "insee", "siren", "siret", "zip", "postcode", "latitude", "longitude", "lat", "lon", "lng", "gid",
		"fid", "objectid" };
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct str w = str_of(words[i]);
		if (str_eq(name, w) || (name.n > w.n && str_starts(str_from(name, name.n - w.n), w) && name.p[name.n - w.n - 1] == '_') ||
		    (name.n > w.n && str_starts(name, w) && name.p[w.n] == '_'))
			return true;
	}
	return false;
}

/* The range that the state has for a field; false: none that can be read. */
static bool range_of(const struct view_state *s, struct str field, struct front_range *out)
{
	for (size_t i = 0; i < s->n; i++)
		if (front_range_read(s->arena, s->pairs[i].name, s->pairs[i].value, out) && str_eq(out->field, field))
			return true;
	return false;
}

static bool can_range(const struct query_target *t, size_t i)
{
	const struct field *f = &t->schema->fields[i];
	return (value_kind(f->type)->numeric || is_date(f)) && !(f->flags & (FIELD_HIDDEN | FIELD_MULTIVALUED)) &&
	       (!t->visible_or_null || t->visible_or_null[i]);
}

size_t front_spread_fields(const struct query_target *t, const struct view_state *s, struct query_spread out[FRONT_SPREADS])
{
	enum { NUMBERS = 2, DATES = 1 };
	size_t n = 0, numbers = 0, dates = 0;
	struct front_range r;
	/* First those that must be there, then the rest in the order of fields. */
	for (int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < t->schema->n && n < FRONT_SPREADS; i++) {
			const struct field *f = &t->schema->fields[i];
			bool has = can_range(t, i) && range_of(s, f->name, &r), facet = (f->flags & FIELD_FACET) != 0;
			if (!can_range(t, i) || (turn == 0) != has)
				continue;
			if (turn == 1 && !facet)
				continue;
			if (turn == 2 && (facet || (f->flags & FIELD_ID) || is_name(f->name) || (is_date(f) ? dates : numbers) >= (is_date(f) ? DATES : NUMBERS)))
				continue;
			dates += is_date(f);
			numbers += !is_date(f);
			out[n++] = (struct query_spread){ .field = f };
		}
	return n;
}

bool front_spread_ask(struct front_records *r, struct err *e)
{
	struct front_dataset *d = r->d;
	struct visit *v = &d->visit;
	struct query_spread together[FRONT_SPREADS];
	size_t places[FRONT_SPREADS], n = 0;
	struct front_range range;
	r->nspreads = front_spread_fields(&r->filter.target, &d->state, r->spreads);
	for (size_t i = 0; i < r->nspreads; i++) {
		struct str name = r->spreads[i].field->name;
		if (!range_of(&d->state, name, &range)) {
			places[n] = i;
			together[n++] = r->spreads[i];
			continue;
		}
		struct front_filter but = r->filter;
		front_filter_make_but(&but, &d->state, v, name);
		if (!query_spreads(d->site->engine, v->arena, &but.request, &r->spreads[i], 1, v->request->cancel, e))
			return false;
	}
	if (!query_spreads(d->site->engine, v->arena, &r->filter.request, together, n, v->request->cancel, e))
		return false;
	for (size_t i = 0; i < n; i++)
		r->spreads[places[i]] = together[i];
	return true;
}

/* --- drawing ----------------------------------------------------------------------------------------------- */

struct drawing {
	struct html *h;
	const struct view_state *s;
	const struct query_spread *spread;
	struct str low, high;    /* the ends that are on, as inputs want them; empty: open */
	double from, to;         /* the same as numbers */
};

static void put_value(struct buf *b, const struct field *f, double v)
{
	if (is_date(f))
		clock_put_date(b, (int32_t)v);
	else
		text_put_double_plain(b, v);
}

/* A value that a reader reads. */
static struct str reading(const struct drawing *d, double v)
{
	const struct field *f = d->spread->field;
	auto_buf b = BUF_INIT(400);
	if (is_date(f))
		clock_put_long(&b, (int64_t)v * 86400000000, clock_utc(), d->h->lang->code, false);
	else if (f->type == VALUE_INT && v > -10000 && v < 10000)
		text_put_double_plain(&b, v);
	else
		text_put_number(&b, v, num_max(f->decimals, -1), d->h->lang->code);
	return arena_str(d->s->arena, buf_str(&b));
}

/* The first day of what a text of a date stands for, or the last. */
static bool day_of(struct str text, bool last, double *out)
{
	struct clock_text t;
	if (!clock_parse(text, &t))
		return false;
	struct civil c = t.civil;
	if (last && t.precision < CLOCK_DAY)
		c = clock_period_end(c, t.precision);
	*out = clock_days(c.year, c.month, c.day) - (last && t.precision < CLOCK_DAY ? 1 : 0);
	return true;
}

static struct str read_end(const struct drawing *d, struct str text, bool last, double *out)
{
	const struct field *f = d->spread->field;
	auto_buf b = BUF_INIT(400);
	if (!text.n || !(is_date(f) ? day_of(text, last, out) : text_to_double(text, out)))
		return STR("");
	put_value(&b, f, *out);
	return arena_str(d->s->arena, buf_str(&b));
}

static void put_bars(const struct drawing *d)
{
	enum { HEIGHT = 40 };
	struct html *h = d->h;
	const struct query_spread *s = d->spread;
	int64_t most = 0, all = 0;
	size_t fullest = 0;
	auto_buf b = BUF_INIT(1 << 16);
	for (size_t i = 0; i < s->n; i++) {
		all += s->counts[i];
		if (s->counts[i] > most) {
			most = s->counts[i];
			fullest = i;
		}
	}
	html_lit(h, "<p class=\"visually-hidden\">");
	/* Most: more than half of them stand in one bar. */
	html_say_with(h, 2 * most > all ? N_("Values go from {0} to {1}; most are near {2}.") : N_("Values go from {0} to {1}."), HTML_ARG_TEXT(reading(d, s->low)), HTML_ARG_TEXT(reading(d, s->high)),
	              HTML_ARG_TEXT(reading(d, num_max(s->edges[fullest], s->low))));
	html_lit(h, "</p><svg class=\"bars\" aria-hidden=\"true\" preserveAspectRatio=\"none\" viewBox=\"0 0 ");
	html_int(h, (int64_t)s->n * 10);
	html_lit(h, " 40\">");
	for (size_t i = 0; i < s->n; i++) {
		bool in = (!d->low.n || s->edges[i + 1] > d->from) && (!d->high.n || s->edges[i] <= d->to);
		double height = s->counts[i] ? num_max((double)s->counts[i] * HEIGHT / (double)most, 1.0) : 0;
		buf_clear(&b);
		buf_printf(&b, "x=\"%zu\" y=\"%.1f\" height=\"%.1f\" width=\"9\"/>", i * 10, HEIGHT - height, height);
		html_put_literal(h, in ? STR("<rect class=\"in\" ") : STR("<rect "));
		buf_put(&h->out, buf_str(&b));
	}
	html_lit(h, "</svg>");
}

/* The first and the last value of each bin, for the handles. */
static void put_ends(const struct drawing *d, bool last)
{
	const struct query_spread *s = d->spread;
	auto_buf b = BUF_INIT(1 << 16);
	for (size_t i = 0; i < s->n; i++) {
		double v = last ? s->edges[i + 1] : s->edges[i];
		if (last && (is_date(s->field) || s->field->type == VALUE_INT))
			v -= 1;
		if (i)
			buf_put_char(&b, ',');
		put_value(&b, s->field, v);
	}
	html_text(d->h, buf_str(&b));
}

static void put_input(const struct drawing *d, const char *label, struct str prefix, struct str value, double bound)
{
	struct html *h = d->h;
	const struct query_spread *s = d->spread;
	bool date = is_date(s->field);
	auto_buf b = BUF_INIT(400);
	struct str name = arena_join(d->s->arena, prefix, s->field->name);
	html_lit(h, "<label><span>");
	html_say(h, label);
	html_put_literal(h, date ? STR("</span><input type=\"date\" name=\"") : STR("</span><input type=\"number\" inputmode=\"decimal\" step=\"any\" name=\""));
	html_text(h, name);
	html_lit(h, "\" data-focus=\"");
	html_text(h, name);
	html_lit(h, "\" value=\"");
	html_text(h, value);
	if (date)
		put_value(&b, s->field, bound);
	else
		buf_put(&b, reading(d, bound));
	html_put_literal(h, date ? STR("\" data-bound=\"") : STR("\" placeholder=\""));
	html_text(h, buf_str(&b));
	html_lit(h, "\"></label>");
}

static void put_hidden(const struct drawing *d)
{
	struct front_range r;
	for (size_t i = 0; i < d->s->n; i++) {
		const struct httpd_pair *p = &d->s->pairs[i];
		if (str_eq(p->name, STR("start")) || str_starts(p->name, STR("find.")))
			continue;
		if (front_range_read(d->s->arena, p->name, p->value, &r) && str_eq(r.field, d->spread->field->name))
			continue;
		html_hidden_pair(d->h, p);
	}
}

void front_spread(struct html *h, const struct view_state *s, const struct query_spread *spread)
{
	struct drawing d = { .h = h, .s = s, .spread = spread };
	struct front_range r;
	bool date = is_date(spread->field);
	if (!spread->known)
		return;
	if (range_of(s, spread->field->name, &r)) {
		d.low = read_end(&d, r.low, false, &d.from);
		d.high = read_end(&d, r.high, true, &d.to);
	}
	html_put_literal(h, date ? STR("<stoa-brush class=\"spread\" data-kind=\"date\" data-low=\"") : STR("<stoa-brush class=\"spread\" data-kind=\"number\" data-low=\""));
	put_ends(&d, false);
	html_lit(h, "\" data-high=\"");
	put_ends(&d, true);
	html_lit(h, "\" data-from=\"");
	html_say(h, N_("From"));
	html_lit(h, "\" data-to=\"");
	html_say(h, N_("To"));
	html_lit(h, "\" data-about=\"");
	html_text(h, spread->field->label);
	html_lit(h, "\">");
	put_bars(&d);
	html_lit(h, "<form class=\"ends\" action=\"");
	html_url(h, s->path);
	html_lit(h, "\">");
	put_hidden(&d);
	put_input(&d, N_("From"), date ? STR("from.") : STR("min."), d.low, spread->low);
	put_input(&d, N_("To"), date ? STR("to.") : STR("max."), d.high, spread->high);
	html_lit(h, "<button class=\"button quiet\">");
	html_say(h, N_("Apply"));
	html_lit(h, "</button></form></stoa-brush>");
}

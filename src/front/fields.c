/* The fields of a dataset: what each is called, is and holds, with an example. What columns hold comes from profile/,
 * which never keeps a page waiting; of a dataset with very many fields the first are shown and the others folded away. */
#include "front/information.h"

#include "profile/profile.h"
#include "text/text.h"

enum { SAMPLE_ROWS = 20, SAMPLE = 120, TOP_SHOWN = 60, OPEN_FIELDS = 40 };

static const char *const type_labels[VALUE_TYPES] = {
	[VALUE_TEXT] = N_("Text"),
	[VALUE_INT] = N_("Whole number"),
	[VALUE_DOUBLE] = N_("Decimal number"),
	[VALUE_BOOL] = N_("True or false"),
	[VALUE_DATE] = N_("Date"),
	[VALUE_DATETIME] = N_("Date and time"),
	[VALUE_POINT] = N_("Point on a map"),
	[VALUE_SHAPE] = N_("Shape on a map"),
	[VALUE_FILE] = N_("File"),
	[VALUE_JSON] = N_("JSON"),
};

/* The first value found in a few rows for each column of the plan; empty where there is none. */
static bool read_samples(struct front_dataset *d, struct str *samples, struct err *e)
{
	struct front_filter f;
	struct view_state none = { .arena = d->visit.arena, .path = STR("/") };
	f.target = d->own.target;
	front_filter_make(&f, &none, &d->visit);
	f.request.limit = arena_printf(d->visit.arena, "%d", SAMPLE_ROWS);
	struct query_plan plan;
	if (!query_plan_rows(d->visit.arena, &f.request, &plan, e))
		return false;
	struct query_cursor *cursor;
	if (!query_open(d->site->engine, &plan, d->visit.request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	struct record_style style = { .zone = d->visit.zone };
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	struct batch batch;
	bool ok;
	while ((ok = query_next(cursor, &batch, e)) && batch.nrows)
		for (size_t c = 0; c < plan.ncolumns; c++) {
			ptrdiff_t at = plan.fields[c] ? plan.fields[c] - d->own.target.schema->fields : -1;
			for (size_t i = 0; at >= 0 && i < batch.nrows && !samples[at].n; i++) {
				buf_clear(&b);
				if (column_has(&batch.columns[c], i))
					front_put_reading(&b, &plan.columns[c], plan.fields[c], &batch.columns[c], i, &style, d->visit.lang->code);
				struct str text = buf_str(&b);
				samples[at] = text.n > SAMPLE ? arena_join(d->visit.arena, text_cut(text, SAMPLE), STR("…")) : arena_str(d->visit.arena, text);
			}
		}
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

struct columns {
	bool description, sample;
	const struct profile *profile;  /* NULL: nothing is known */
	const struct str *samples;
};

/* --- what a column holds ----------------------------------------------------------------------------------- */

static void put_fact_open(struct html *h) { html_lit(h, "<li>"); }
static void put_fact_close(struct html *h) { html_lit(h, "</li>"); }

static void put_bars(struct html *h, const struct profile_field *f)
{
	int64_t most = 1;
	for (size_t i = 0; i < f->nbins; i++)
		most = num_max(most, f->bins[i].n);
	html_lit(h, "<svg class=\"histogram\" viewBox=\"0 0 ");
	html_int(h, (int64_t)f->nbins * 10);
	html_lit(h, " 40\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\"><path d=\"");
	for (size_t i = 0; i < f->nbins; i++) {
		/* What is there at all is seen. */
		int64_t tall = f->bins[i].n ? num_max(INT64_C(1), f->bins[i].n * 40 / most) : 0;
		if (!tall)
			continue;
		html_lit(h, "M");
		html_int(h, (int64_t)i * 10);
		html_lit(h, " 40v-");
		html_int(h, tall);
		html_lit(h, "h9v");
		html_int(h, tall);
		html_lit(h, "z");
	}
	html_lit(h, "\"/></svg>");
}

/* A number as the column's own values are written. */
static struct str reading(struct front_dataset *d, const struct profile_field *f, double v, bool exact)
{
	auto_buf b = BUF_INIT(200);
	if (f->type == VALUE_DATE || f->type == VALUE_DATETIME)
		clock_put_long(&b, (int64_t)(f->type == VALUE_DATE ? v * 86400e6 : v * 1e6), f->type == VALUE_DATE ? clock_utc() : d->visit.zone, d->visit.lang->code, false);
	else
		text_put_number(&b, v, exact ? -1 : 2, d->visit.lang->code);
	return arena_str(d->visit.arena, buf_str(&b));
}

static void put_range(struct front_dataset *d, const struct profile_field *f)
{
	struct html *h = &d->page.h;
	if (!f->ranges)
		return;
	if (f->nbins) {
		put_fact_open(h);
		put_bars(h, f);
		put_fact_close(h);
	}
	put_fact_open(h);
	if (f->low < f->high)
		html_say_with(h, N_("{0} to {1}"), HTML_ARG_TEXT(reading(d, f, f->low, true)), HTML_ARG_TEXT(reading(d, f, f->high, true)));
	else
		html_say_with(h, N_("Always {0}"), HTML_ARG_TEXT(reading(d, f, f->low, true)));
	put_fact_close(h);
	if ((f->type == VALUE_INT || f->type == VALUE_DOUBLE) && f->low < f->high) {
		put_fact_open(h);
		html_say_with(h, N_("Mean {0}"), HTML_ARG_TEXT(reading(d, f, f->mean, false)));
		put_fact_close(h);
		if (f->shaped) {
			put_fact_open(h);
			html_say_with(h, N_("Median {0}"), HTML_ARG_TEXT(reading(d, f, f->middle, false)));
			put_fact_close(h);
		}
	}
}

static void put_tops(struct front_dataset *d, const struct profile_field *f, int64_t rows)
{
	struct html *h = &d->page.h;
	if (!f->ntops)
		return;
	html_lit(h, "<li><ol class=\"tops\">");
	for (size_t i = 0; i < f->ntops; i++) {
		struct str value = f->tops[i].value;
		html_lit(h, "<li><bdi>");
		if (f->type == VALUE_BOOL)
			html_say(h, str_eq(value, STR("true")) ? N_("true") : N_("false"));
		else
			html_text(h, value.n > TOP_SHOWN ? arena_join(d->visit.arena, text_cut(value, TOP_SHOWN), STR("…")) : value);
		html_lit(h, "</bdi><svg viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\"><path d=\"M0 0h");
		html_int(h, rows > 0 ? num_max(INT64_C(1), f->tops[i].n * 100 / num_max(rows, f->tops[i].n)) : 0);
		html_lit(h, "v4H0z\"/></svg><span class=\"count\">");
		html_count(h, f->tops[i].n);
		html_lit(h, "</span></li>");
	}
	html_lit(h, "</ol></li>");
}

static void put_profile(struct front_dataset *d, const struct profile *p, struct str name)
{
	struct html *h = &d->page.h;
	const struct profile_field *f = profile_field_or_null(p, name);
	html_lit(h, "<td class=\"profile\">");
	if (f && f->counted) {
		html_lit(h, "<ul>");
		put_range(d, f);
		if (f->shaped && f->distinct >= 0) {
			put_fact_open(h);
			if (f->distinct == f->filled && f->distinct > 1)
				html_say(h, N_("Every value is different"));
			else
				html_say_plural(h, N2_("{0} different value", "{0} different values"), f->distinct);
			put_fact_close(h);
		}
		put_fact_open(h);
		if (f->filled >= p->rows)
			html_say(h, N_("Never empty"));
		else
			html_say_plural(h, N2_("{0} empty", "{0} empty"), p->rows - f->filled);
		put_fact_close(h);
		put_tops(d, f, f->filled);
		html_lit(h, "</ul>");
	}
	html_lit(h, "</td>");
}

/* --- a row a field ----------------------------------------------------------------------------------------- */

static void put_field(struct front_dataset *d, const struct field *f, size_t at, const struct columns *with)
{
	struct html *h = &d->page.h;
	html_lit(h, "<tr><th scope=\"row\">");
	if (!str_eq(f->label, f->name)) {
		html_lit(h, "<bdi>");
		html_text(h, f->label);
		html_lit(h, "</bdi>");
	}
	html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
	html_text(h, f->name);
	html_lit(h, "</code></th><td>");
	html_say(h, type_labels[f->type]);
	if (f->unit.n) {
		html_lit(h, " <span class=\"unit\">(");
		html_text(h, f->unit);
		html_lit(h, ")</span>");
	}
	html_lit(h, "<code class=\"type\" dir=\"ltr\" translate=\"no\">");
	html_text(h, str_of(value_kind(f->type)->word));
	html_lit(h, "</code></td>");
	if (with->description) {
		html_lit(h, "<td><bdi>");
		html_text(h, f->description);
		html_lit(h, "</bdi></td>");
	}
	if (with->profile)
		put_profile(d, with->profile, f->name);
	if (with->sample) {
		html_lit(h, "<td class=\"sample\"><bdi>");
		html_text(h, with->samples[at]);
		html_lit(h, "</bdi></td>");
	}
	html_lit(h, "</tr>");
}

static void put_heading(struct html *h, const char *message)
{
	html_lit(h, "<th scope=\"col\">");
	html_say(h, message);
	html_lit(h, "</th>");
}

/* Fields from `from` on, at most `most` that are shown; gives the place after the last. */
static size_t put_table(struct front_dataset *d, const struct columns *with, size_t from, size_t most, const char *heading)
{
	struct html *h = &d->page.h;
	const struct schema *s = &d->dataset->schema;
	size_t shown = 0, at = from;
	html_lit(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"");
	html_text(h, str_of(heading));
	html_lit(h, "\"><table class=\"fields\"><thead><tr>");
	put_heading(h, N_("Name"));
	put_heading(h, N_("Type"));
	if (with->description)
		put_heading(h, N_("Description"));
	if (with->profile)
		put_heading(h, N_("Values"));
	if (with->sample)
		put_heading(h, N_("Example"));
	html_lit(h, "</tr></thead><tbody>");
	for (; at < s->n && shown < most; at++) {
		if (s->fields[at].flags & FIELD_HIDDEN)
			continue;
		put_field(d, &s->fields[at], at, with);
		shown++;
	}
	html_lit(h, "</tbody></table></div>");
	return at;
}

static void put_all(struct front_dataset *d, const struct columns *with)
{
	struct html *h = &d->page.h;
	const struct schema *s = &d->dataset->schema;
	size_t left = 0;
	size_t at = put_table(d, with, 0, OPEN_FIELDS, "fields");
	for (size_t i = at; i < s->n; i++)
		left += !(s->fields[i].flags & FIELD_HIDDEN);
	if (!left)
		return;
	html_lit(h, "<details class=\"more-fields\"><summary id=\"more-fields\">");
	html_say_plural(h, N2_("{0} more field", "{0} more fields"), (int64_t)left);
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary>");
	(void)put_table(d, with, at, s->n, "more-fields");
	html_lit(h, "</details>");
}

/* --- the section ------------------------------------------------------------------------------------------- */

static void put_coming(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	d->unfinished = true;
	html_lit(h, "<p class=\"coming\" role=\"status\">");
	html_icon(h, ICON_CLOCK);
	html_lit(h, "<span>");
	html_say_with(h, N_("What the columns hold is being found out. {0}Show it{1} in a moment."), HTML_ARG_OPEN(d->state.path), HTML_ARG_CLOSE);
	html_lit(h, "</span></p>");
}

static bool hold_profile(struct front_dataset *d, struct columns *with, enum profile_state *state, struct err *e)
{
	*state = PROFILE_NONE;
	if (!with->sample)
		return true;
	struct profile_ask q = { .site = d->site, .target = &d->own.target, .view = d->visit.at.view,
		.cancel = d->visit.request->cancel };
	return profile_hold(&q, state, &with->profile, e);
}

bool front_put_fields(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	const struct schema *s = &d->dataset->schema;
	struct columns with = { .sample = d->dataset->version.number > 0 && d->own.may_read && d->dataset->rows > 0 };
	enum profile_state state;
	size_t shown = 0;
	for (size_t i = 0; i < s->n; i++) {
		with.description |= s->fields[i].description.n > 0 && !(s->fields[i].flags & FIELD_HIDDEN);
		shown += !(s->fields[i].flags & FIELD_HIDDEN);
	}
	struct str *samples = arena_array(d->visit.arena, struct str, s->n + 1);
	with.samples = samples;
	if ((with.sample && !read_samples(d, samples, e)) || !hold_profile(d, &with, &state, e))
		return false;
	html_lit(h, "<stoa-again data-seconds=\"3\" class=\"schema\"");
	if (state == PROFILE_COMING)
		html_lit(h, " data-coming");
	html_lit(h, "><section><h2 id=\"fields\">");
	html_say(h, N_("Fields"));
	html_lit(h, " <span class=\"count\">");
	html_count(h, (int64_t)shown);
	html_lit(h, "</span></h2>");
	if (state == PROFILE_COMING)
		put_coming(d);
	if (with.profile && !with.profile->whole) {
		html_lit(h, "<p class=\"coming\">");
		html_say(h, N_("There are more columns than could be looked at; of the others, less is known."));
		html_lit(h, "</p>");
	}
	put_all(d, &with);
	html_lit(h, "</section></stoa-again>");
	profile_release(with.profile);
	return true;
}

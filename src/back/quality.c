/* How complete the information about the portal's datasets is: the score of each (meta.h says how it is reckoned) over all that readers see, how scores are
 * spread, what is missing most, and the datasets that need it most with links to where it is filled in. Figures are of what is published. */
#include "back/quality.h"
#include "back/sheet.h"
#include <stdlib.h>

#define HOME "/backoffice/monitoring/quality/"
enum { A_PAGE = 25, SHOWN_ADVICE = 3, CSV_BYTES = 64 << 20, MOST_VALUES = 2000 };
static const char *const names[] = { "theme", "publisher", "access", "band", "lacks", "start" };

/* --- reading ---------------------------------------------------------------------------------------------------------- */

static int by_score(const void *x, const void *y)
{
	const struct quality_row *a = x, *b = y;
	if (a->score.percent != b->score.percent) return a->score.percent < b->score.percent ? -1 : 1;
	return str_cmp(a->dataset->slug, b->dataset->slug);
}

static int by_weight(const void *x, const void *y)
{
	const struct quality_gap *a = x, *b = y;
	if (a->missing + a->little != b->missing + b->little) return a->missing + a->little < b->missing + b->little ? 1 : -1;
	return str_cmp(a->key, b->key);
}

static int by_text(const void *x, const void *y) { return str_cmp(*(const struct str *)x, *(const struct str *)y); }

/* Different values of a kind, in a map by themselves. */
struct values { struct map seen; struct str *list; size_t n; };

static void note(struct arena *a, struct values *w, struct str value)
{
	if (!value.n || w->n == MOST_VALUES || map_get_or_null(&w->seen, value)) return;
	w->list[w->n] = value;
	map_put(a, &w->seen, value, &w->list[w->n]);
	w->n++;
}

static bool has(const struct str *list, size_t n, struct str wanted)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], wanted)) return true;
	return !wanted.n;
}

static void count_gaps(struct quality *q, const struct back_score *s)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t at = 0;
		while (at < q->ngaps && !str_eq(q->gaps[at].key, s->advice[i].key)) at++;
		if (at == QUALITY_GAPS) continue;
		if (at == q->ngaps) q->gaps[q->ngaps++] = (struct quality_gap){ .key = s->advice[i].key, .label = s->advice[i].label };
		q->gaps[at].missing += s->advice[i].missing;
		q->gaps[at].little += !s->advice[i].missing;
	}
}

static bool lacks(const struct back_score *s, struct str key)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->advice[i].key, key)) return true;
	return !key.n;
}

static int band_of(const struct back_score *s) { return num_min(s->percent * QUALITY_BANDS / 100, QUALITY_BANDS - 1); }

void quality_read(struct visit *v, const struct view_state *s, struct quality *out)
{
	const struct catalog_view *view = v->at.view;
	struct arena *a = v->arena;
	struct values themes = { .list = arena_array(a, struct str, MOST_VALUES) }, publishers = { .list = arena_array(a, struct str, MOST_VALUES) };
	struct back_scorer scorer = back_scorer(v);
	int64_t band;
	*out = (struct quality){ .theme = view_state_get(s, STR("theme")), .publisher = view_state_get(s, STR("publisher")), .access = view_state_get(s, STR("access")),
		.lacks = view_state_get(s, STR("lacks")), .band = -1, .rows = arena_array(a, struct quality_row, view->n + 1) };
	if (str_to_int(view_state_get(s, STR("band")), &band) && band >= 0 && band < QUALITY_BANDS) out->band = (int)band;
	for (size_t i = 0; i < view->n; i++) {
		const struct dataset *d = &view->datasets[i];
		struct str *own;
		if (!rights_sees(&v->at, &v->who, d)) continue;
		size_t nown = dataset_meta_list(d, a, "theme", v->lang_code, &own);
		struct str publisher = dataset_meta_text(d, a, "publisher", v->lang_code), title = dataset_meta_text(d, a, "title", v->lang_code);
		for (size_t k = 0; k < nown; k++) note(a, &themes, own[k]);
		note(a, &publishers, publisher);
		if (!has(own, nown, out->theme) || !has(&publisher, 1, out->publisher) || (out->access.n && d->restricted != str_eq(out->access, STR("restricted")))) continue;
		struct quality_row *row = &out->rows[out->n];
		*row = (struct quality_row){ .dataset = d, .title = title.n ? title : d->slug };
		back_score_published(&scorer, d, &row->score);
		out->all++;
		out->sum += row->score.percent;
		out->bands[band_of(&row->score)]++;
		count_gaps(out, &row->score);
		if ((out->band < 0 || out->band == band_of(&row->score)) && lacks(&row->score, out->lacks)) out->n++;
	}
	qsort(out->rows, out->n, sizeof *out->rows, by_score);
	qsort(out->gaps, out->ngaps, sizeof *out->gaps, by_weight);
	qsort(themes.list, themes.n, sizeof *themes.list, by_text);
	qsort(publishers.list, publishers.n, sizeof *publishers.list, by_text);
	out->themes = themes.list;
	out->nthemes = themes.n;
	out->publishers = publishers.list;
	out->npublishers = publishers.n;
}

/* --- showing ------------------------------------------------------------------------------------------------------------ */

static void put_choice(struct html *h, struct visit *v, const char *name, const char *label, const struct str *values, size_t n, struct str now)
{
	struct html_option *options = arena_array(v->arena, struct html_option, n + 1);
	options[0] = (struct html_option){ .value = STR(""), .message = N_("Any") };
	for (size_t i = 0; i < n; i++) options[i + 1] = (struct html_option){ .value = values[i], .text = values[i] };
	if (n) html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = name, .label = label, .options = options, .noptions = n + 1, .value = now });
}

static void put_find(struct html *h, struct visit *v, const struct view_state *s, const struct quality *q)
{
	static const struct html_option access[] = { { .value = { "", 0 }, .message = N_("Any") }, { .value = { "public", 6 }, .message = N_("For everybody") },
		{ .value = { "restricted", 10 }, .message = N_("Restricted") } };
	static const char *const kept[] = { "band", "lacks" };
	html_form_open(h, &(struct html_form){ .inline_ = true, .action = STR(HOME), .label = N_("Narrow the datasets") });
	put_choice(h, v, "theme", N_("Theme"), q->themes, q->nthemes, q->theme);
	put_choice(h, v, "publisher", N_("Publisher"), q->publishers, q->npublishers, q->publisher);
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "access", .label = N_("Access"), .options = access, .noptions = COUNT_OF(access), .value = q->access });
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		if (view_state_get(s, str_of(kept[i])).n) html_hidden(h, kept[i], view_state_get(s, str_of(kept[i])));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show"), .icon = ICON_FILTER, .with_icon = true });
	html_form_close(h);
}

static void put_percent(struct html *h, int64_t n)
{
	html_say_with(h, N_("{0} %"), HTML_ARG_COUNT(n));
}

static void put_sums(struct html *h, const struct quality *q)
{
	html_lit(h, "<dl class=\"tiles\">");
	figures_tile(h, N_("Datasets"), q->all, NULL);
	figures_tile(h, N_("Score, on average"), (q->sum + q->all / 2) / q->all, " %");
	figures_tile(h, N_("Complete (80 % and more)"), q->bands[QUALITY_BANDS - 1], NULL);
	figures_tile(h, N_("In need (below 40 %)"), q->bands[0] + q->bands[1], NULL);
	html_lit(h, "</dl>");
}

/* A link that narrows the list below by this, or takes the narrowing away. */
static struct str narrowing(struct visit *v, const struct view_state *s, const char *name, struct str value)
{
	bool on = str_eq(view_state_get(s, str_of(name)), value);
	return arena_join(v->arena, view_state_url(s, str_of(name), NULL, on ? STR("") : str_of(name), value), STR("#datasets"));
}

static void open_link(struct html *h, struct str url, bool on)
{
	html_lit(h, "<a href=\"");
	html_url(h, url);
	html_put_literal(h, on ? STR("\" aria-current=\"true\">") : STR("\">"));
}

static void put_bands(struct html *h, struct visit *v, const struct view_state *s, const struct quality *q)
{
	static const struct html_column columns[] = { { .title = N_("Score"), .main = true }, { .title = N_("Datasets"), .number = true }, { .title = N_("Share"), .number = true } };
	struct html_table t = { .caption = N_("How scores are spread"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_panel_open(h, "spread", N_("How scores are spread"), NULL);
	html_table_open(h, &t);
	for (int i = QUALITY_BANDS - 1; i >= 0; i--) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		open_link(h, narrowing(v, s, "band", arena_printf(v->arena, "%d", i)), q->band == i);
		html_say_with(h, N_("{0} to {1} %"), HTML_ARG_COUNT(i * 20), HTML_ARG_COUNT(i == QUALITY_BANDS - 1 ? 100 : i * 20 + 19));
		html_lit(h, "</a>");
		html_cell_close(h, &t);
		html_cell_count(h, &t, q->bands[i]);
		html_cell_open(h, &t);
		put_percent(h, (q->bands[i] * 100 + q->all / 2) / q->all);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
}

static void put_gaps(struct html *h, struct visit *v, const struct view_state *s, const struct quality *q)
{
	static const struct html_column columns[] = { { .title = N_("Information"), .main = true }, { .title = N_("Missing"), .number = true }, { .title = N_("Too little"), .number = true },
		{ .title = N_("Share"), .number = true } };
	struct html_table t = { .caption = N_("What is missing most"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	if (!q->ngaps) return;
	html_panel_open(h, "gaps", N_("What is missing most"), N_("In how many datasets; follow a name to see which."));
	html_table_open(h, &t);
	for (size_t i = 0; i < q->ngaps; i++) {
		const struct quality_gap *g = &q->gaps[i];
		html_row_open(h, &t);
		html_cell_open(h, &t);
		open_link(h, narrowing(v, s, "lacks", g->key), str_eq(q->lacks, g->key));
		html_lit(h, "<bdi>");
		html_text(h, g->label);
		html_lit(h, "</bdi></a>");
		html_cell_close(h, &t);
		html_cell_count(h, &t, g->missing);
		html_cell_count(h, &t, g->little);
		html_cell_open(h, &t);
		put_percent(h, ((g->missing + g->little) * 100 + q->all / 2) / q->all);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct quality_row *row)
{
	const struct back_score *s = &row->score;
	struct str base = arena_printf(v->arena, "/backoffice/datasets/%.*s/", STR_ARG(row->dataset->slug));
	html_row_open(h, t);
	html_cell_open(h, t);
	open_link(h, arena_join(v->arena, base, STR("information/")), false);
	html_lit(h, "<bdi>");
	html_text(h, row->title);
	html_lit(h, "</bdi></a><small><code>");
	html_text(h, row->dataset->slug);
	html_lit(h, "</code></small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_percent(h, s->percent);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (s->n) html_lit(h, "<ul class=\"advice\">");
	for (size_t i = 0; i < s->n && i < SHOWN_ADVICE; i++) {
		html_lit(h, "<li>");
		open_link(h, arena_join(v->arena, base, s->advice[i].place), false);
		html_lit(h, "<bdi>");
		html_text(h, s->advice[i].label);
		html_lit(h, "</bdi></a></li>");
	}
	if (s->n > SHOWN_ADVICE) {
		html_lit(h, "<li>");
		html_say_plural(h, N2_("and {0} more", "and {0} more"), (int64_t)s->n - SHOWN_ADVICE);
		html_lit(h, "</li>");
	}
	if (s->n) html_lit(h, "</ul>");
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_datasets(struct html *h, struct visit *v, const struct view_state *s, const struct quality *q)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("Score"), .number = true }, { .title = N_("What would help most") } };
	struct html_table t = { .caption = N_("Datasets, the lowest score first"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	int64_t start = 0;
	if (!str_to_int(view_state_get(s, STR("start")), &start) || start < 0 || (size_t)start >= q->n) start = 0;
	html_panel_open(h, "datasets", N_("Datasets, the lowest score first"), NULL);
	if (q->band >= 0 || q->lacks.n) {
		struct view_state bare = *s;
		struct httpd_pair *pairs = arena_array(v->arena, struct httpd_pair, s->n + 1);
		bare.n = 0;
		for (size_t i = 0; i < s->n; i++)
			if (!str_eq(s->pairs[i].name, STR("band")) && !str_eq(s->pairs[i].name, STR("lacks")) && !str_eq(s->pairs[i].name, STR("start"))) pairs[bare.n++] = s->pairs[i];
		bare.pairs = pairs;
		html_lit(h, "<p class=\"hint\">");
		html_say_with(h, N_("{0} of {1} datasets."), HTML_ARG_COUNT((int64_t)q->n), HTML_ARG_COUNT(q->all));
		html_lit(h, " ");
		open_link(h, arena_join(v->arena, view_state_here(&bare), STR("#datasets")), false);
		html_say(h, N_("Show all"));
		html_lit(h, "</a></p>");
	}
	if (!q->n) {
		html_lit(h, "<p class=\"hint\">");
		html_say(h, N_("No dataset fits"));
		html_lit(h, "</p>");
	} else {
		html_table_open(h, &t);
		for (size_t i = (size_t)start; i < q->n && i < (size_t)start + A_PAGE; i++) put_row(h, &t, v, &q->rows[i]);
		html_table_close(h, &t);
		view_pager(h, s, start, A_PAGE, (int64_t)q->n, INT64_MAX);
	}
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct view_state state;
	struct quality q;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	view_state_only(&state, r, STR(HOME), names, COUNT_OF(names));
	quality_read(&v, &state, &q);
	auto_page page = back_page(&v, N_("Quality of information"), HOME);
	view_office_open(&page, VIEW_OFFICE_AUDIENCE);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("How complete the information about the datasets is that readers see: titles, descriptions, licences and what else helps to find and to use them."));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("CSV"), .icon = ICON_DOWNLOAD, .with_icon = true,
		.href = arena_join(v.arena, STR(HOME "export.csv"), str_from(view_state_here(&state), state.path.n)) });
	html_heading_close(h);
	figures_tabs(h, &v, FIGURES_TAB_QUALITY);
	put_find(h, &v, &state, &q);
	if (q.all) {
		put_sums(h, &q);
		put_bands(h, &v, &state, &q);
		put_gaps(h, &v, &state, &q);
		put_datasets(h, &v, &state, &q);
	} else {
		html_empty(h, N_("No dataset fits"), N_("Only what is published is looked at, and what this account may see."),
			&(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show all"), .href = STR(HOME) });
	}
	return view_close(&page, e);
}

const struct httpd_route back_quality = { .method = HTTPD_GET, .pattern = HOME, .run = run };

/* --- CSV ------------------------------------------------------------------------------------------------------------------ */

static bool run_csv(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct view_state state;
	struct quality q;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	view_state_only(&state, r, STR(HOME), names, COUNT_OF(names));
	quality_read(&v, &state, &q);
	struct buf b = BUF_INIT(CSV_BYTES);
	buf_lit(&b, "dataset_id,title,score,missing,too_little\r\n");
	for (size_t i = 0; i < q.n; i++) {
		const struct back_score *s = &q.rows[i].score;
		back_put_cell(&b, v.arena, q.rows[i].dataset->slug);
		buf_put_char(&b, ',');
		back_put_cell(&b, v.arena, q.rows[i].title);
		buf_put_char(&b, ',');
		buf_put_int(&b, s->percent);
		for (int little = 0; little < 2; little++) {
			bool some = false;
			buf_put_char(&b, ',');
			for (size_t k = 0; k < s->n; k++) {
				if (s->advice[k].missing == (little != 0)) continue;
				if (some) buf_put_char(&b, ' ');
				buf_put(&b, s->advice[k].key);
				some = true;
			}
		}
		buf_lit(&b, "\r\n");
	}
	httpd_reply_type(p, STR("text/csv; charset=utf-8"));
	httpd_reply_take(p, &b);
	return httpd_reply_header(p, STR("Content-Disposition"), STR("attachment; filename=\"quality.csv\""), e);
}

const struct httpd_route back_quality_csv = { .method = HTTPD_GET, .pattern = HOME "export.csv", .run = run_csv };

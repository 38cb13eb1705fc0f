/* What a dashboard says above its tables: sums and shares of the data and of the calls, what is used most and least, and themes. */
#include "back/usage.h"
#include "text/text.h"
#include <math.h>
#include <stdlib.h>

/* Cells of a row of TRACE_DATASETS. */
enum { SLUG, TITLE, PUBLISHED, RESTRICTED, RECORDS, VIEWS, TAKEN, CALLED, REUSED, THEME = 16, PUBLISHER, LICENCE, FEDERATED };
enum { ENDS = 5, BANDS = 5, THEMES = 60 };

static int64_t at(const struct trace_row *r, int cell) { return r->cells[cell].null ? 0 : r->cells[cell].i; }

static int64_t share(int64_t part, int64_t whole) { return whole ? (part * 100 + whole / 2) / whole : 0; }

static struct str access_of(const struct visit *v)
{
	const struct str *access = httpd_query_or_null(v->request, STR("access"));
	return access && (str_eq(*access, STR("public")) || str_eq(*access, STR("restricted"))) ? *access : STR("");
}

struct str usage_access(const struct visit *v)
{
	struct str access = access_of(v);
	return access.n ? arena_join(v->arena, STR("&access="), access) : access;
}

void usage_fold_access(struct visit *v, struct sheet_rows *rows)
{
	struct str access = access_of(v);
	size_t n = 0;
	if (!access.n) return;
	for (size_t i = 0; i < rows->n; i++)
		if ((at(&rows->p[i], RESTRICTED) != 0) == str_eq(access, STR("restricted"))) rows->p[n++] = rows->p[i];
	rows->n = n;
}

static void put_access(struct html *h, struct visit *v, const struct figures *f)
{
	static const struct { const char *word, *label; } words[] = { { "", N_("All datasets") }, { "public", N_("For everybody") }, { "restricted", N_("Restricted") } };
	struct html_tab tabs[COUNT_OF(words)];
	for (size_t i = 0; i < COUNT_OF(words); i++)
		tabs[i] = (struct html_tab){ .label = words[i].label, .current = str_eq(access_of(v), str_of(words[i].word)),
			.url = arena_printf(v->arena, "/backoffice/audience/datasets/%.*s%s%s", STR_ARG(figures_query(f)), i ? "&access=" : "", words[i].word) };
	html_tabs(h, N_("Access"), tabs, COUNT_OF(tabs));
}

/* --- popularity --------------------------------------------------------------------------------------------------------- */

/* 0 to 100: the mean of downloads, API calls and reuses, each on a scale of powers from nothing to the most of any dataset. */
struct ranked { const struct trace_row *row; int64_t score; };

static double scaled(int64_t n, int64_t most) { return most ? log1p((double)n) / log1p((double)most) : 0; }

static int by_popularity(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	if (a->score != b->score) return a->score < b->score ? 1 : -1;
	return str_cmp(a->row->cells[SLUG].s, b->row->cells[SLUG].s);
}

static size_t rank(struct visit *v, const struct sheet_rows *rows, struct ranked **out)
{
	static const int parts[] = { TAKEN, CALLED, REUSED };
	int64_t most[COUNT_OF(parts)] = { 0 };
	size_t n = 0;
	*out = arena_array(v->arena, struct ranked, rows->n + 1);
	for (size_t i = 0; i < rows->n; i++)
		for (size_t k = 0; k < COUNT_OF(parts); k++) most[k] = num_max(most[k], at(&rows->p[i], parts[k]));
	for (size_t i = 0; i < rows->n; i++) {
		double sum = 0;
		if (!at(&rows->p[i], PUBLISHED)) continue;
		for (size_t k = 0; k < COUNT_OF(parts); k++) sum += scaled(at(&rows->p[i], parts[k]), most[k]);
		(*out)[n++] = (struct ranked){ &rows->p[i], llround(sum * 100 / (double)COUNT_OF(parts)) };
	}
	if (n) qsort(*out, n, sizeof **out, by_popularity);
	return n;
}

static void put_name(struct html *h, const struct trace_row *r)
{
	html_lit(h, "<a href=\"/backoffice/datasets/");
	html_text(h, r->cells[SLUG].s);
	html_lit(h, "/monitoring/\"><bdi>");
	html_text(h, r->cells[TITLE].s);
	html_lit(h, "</bdi></a>");
}

static void put_ranks(struct html *h, const char *caption, const struct ranked *list, size_t n, bool last)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("Popularity"), .number = true }, { .title = N_("Downloads"), .number = true },
		{ .title = N_("API calls"), .number = true }, { .title = N_("Reuses"), .number = true } };
	struct html_table t = { .caption = caption, .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_lit(h, "<h3>");
	html_say(h, caption);
	html_lit(h, "</h3>");
	html_table_open(h, &t);
	for (size_t i = 0; i < n && i < ENDS; i++) {
		const struct ranked *one = &list[last ? n - 1 - i : i];
		html_row_open(h, &t);
		html_cell_open(h, &t);
		put_name(h, one->row);
		html_cell_close(h, &t);
		html_cell_count(h, &t, one->score);
		html_cell_count(h, &t, at(one->row, TAKEN));
		html_cell_count(h, &t, at(one->row, CALLED));
		html_cell_count(h, &t, at(one->row, REUSED));
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static void put_popularity(struct html *h, const struct ranked *list, size_t n)
{
	int64_t bands[BANDS] = { 0 }, most = 1;
	for (size_t i = 0; i < n; i++) bands[num_min(list[i].score * BANDS / 100, (int64_t)BANDS - 1)]++;
	for (size_t i = 0; i < BANDS; i++) most = num_max(most, bands[i]);
	html_panel_open(h, "popularity", N_("Popularity"),
		N_("From 0 to 100: the mean of downloads, API calls and reuses in this period, each measured against the dataset that has most, on a scale where every further step counts less."));
	put_ranks(h, N_("The most popular"), list, n, false);
	if (n > ENDS) put_ranks(h, N_("The least popular"), list + ENDS, n - ENDS, true);
	html_lit(h, "<h3>");
	html_say(h, N_("How popularity is spread"));
	html_lit(h, "</h3><ul class=\"usage-bars\">");
	for (size_t i = BANDS; i-- > 0;) {
		html_lit(h, "<li><span>");
		html_say_with(h, N_("{0} to {1}"), HTML_ARG_COUNT((int64_t)i * 20), HTML_ARG_COUNT(i == BANDS - 1 ? 100 : (int64_t)i * 20 + 19));
		html_lit(h, "</span>");
		figures_bar(h, bands[i], most);
		html_lit(h, "<span class=\"number\">");
		html_say_plural(h, N2_("{0} dataset", "{0} datasets"), bands[i]);
		html_lit(h, "</span></li>");
	}
	html_lit(h, "</ul>");
	html_panel_close(h);
}

/* --- themes -------------------------------------------------------------------------------------------------------------- */

struct theme { struct str name; int64_t datasets, views, taken, called, reused; };

static int by_datasets(const void *x, const void *y)
{
	const struct theme *a = x, *b = y;
	if (a->datasets != b->datasets) return a->datasets < b->datasets ? 1 : -1;
	return str_cmp(a->name, b->name);
}

static void add_theme(struct theme *list, size_t *n, struct str name, const struct trace_row *r)
{
	size_t i = 0;
	while (i < *n && !str_eq(list[i].name, name)) i++;
	if (i == THEMES) return;
	if (i == *n) list[(*n)++] = (struct theme){ .name = name };
	list[i].datasets++;
	list[i].views += at(r, VIEWS);
	list[i].taken += at(r, TAKEN);
	list[i].called += at(r, CALLED);
	list[i].reused += at(r, REUSED);
}

static void put_themes(struct html *h, struct visit *v, const struct sheet_rows *rows)
{
	static const struct html_column columns[] = { { .title = N_("Theme"), .main = true }, { .title = N_("Datasets"), .number = true }, { .title = N_("Page views"), .number = true },
		{ .title = N_("Downloads"), .number = true }, { .title = N_("API calls"), .number = true }, { .title = N_("Reuses"), .number = true } };
	struct html_table t = { .caption = N_("Themes"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct theme *list = arena_array(v->arena, struct theme, THEMES);
	size_t n = 0;
	for (size_t i = 0; i < rows->n; i++) {
		const struct dataset *d = catalog_find_or_null(v->at.view, rows->p[i].cells[SLUG].s);
		struct str *own;
		size_t nown = d ? dataset_meta_list(d, v->arena, "theme", v->lang_code, &own) : 0;
		for (size_t k = 0; k < nown; k++) add_theme(list, &n, own[k], &rows->p[i]);
		if (d && !nown) add_theme(list, &n, STR(""), &rows->p[i]);
	}
	if (!n) return;
	qsort(list, n, sizeof *list, by_datasets);
	html_panel_open(h, "themes", N_("Themes"), N_("A dataset of several themes counts in each."));
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<bdi>");
		if (list[i].name.n) html_text(h, list[i].name);
		else html_say(h, N_("Without a theme"));
		html_lit(h, "</bdi>");
		html_cell_close(h, &t);
		const int64_t numbers[] = { list[i].datasets, list[i].views, list[i].taken, list[i].called, list[i].reused };
		for (size_t k = 0; k < COUNT_OF(numbers); k++) html_cell_count(h, &t, numbers[k]);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	html_panel_close(h);
}

/* --- datasets -------------------------------------------------------------------------------------------------------------- */

/* How many lack something, as a link to which. */
static void put_lack(struct html *h, const char *label, int64_t n, const char *key)
{
	html_lit(h, "<div><dt><a href=\"/backoffice/monitoring/quality/?lacks=");
	html_text(h, str_of(key));
	html_lit(h, "#datasets\">");
	html_say(h, label);
	html_lit(h, "</a></dt><dd>");
	html_count(h, n);
	html_lit(h, "</dd></div>");
}

void usage_put_datasets(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows)
{
	int64_t published = 0, federated = 0, records = 0, taken = 0, called = 0, reuses = 0, reused = 0, lacks[3] = { 0 };
	struct ranked *ranked;
	for (size_t i = 0; i < rows->n; i++) {
		const struct trace_row *r = &rows->p[i];
		taken += at(r, TAKEN);
		called += at(r, CALLED);
		reuses += at(r, REUSED);
		if (!at(r, PUBLISHED)) continue;
		published++;
		federated += at(r, FEDERATED) != 0;
		records += at(r, RECORDS);
		reused += at(r, REUSED) > 0;
		for (int k = 0; k < 3; k++) lacks[k] += !r->cells[(k == 0 ? PUBLISHER : k == 1 ? THEME : LICENCE)].s.n;
	}
	put_access(h, v, f);
	html_lit(h, "<dl class=\"tiles\">");
	figures_tile(h, N_("Published datasets"), published, NULL);
	figures_tile(h, N_("Taken from other portals"), share(federated, published), " %");
	figures_tile(h, N_("Records"), records, NULL);
	figures_tile(h, N_("Downloads"), taken, NULL);
	figures_tile(h, N_("API calls"), called, NULL);
	figures_tile(h, N_("Reuses"), reuses, NULL);
	figures_tile(h, N_("Datasets with a reuse"), share(reused, published), " %");
	put_lack(h, N_("Without a publisher"), lacks[0], "default.publisher");
	put_lack(h, N_("Without a theme"), lacks[1], "default.theme");
	put_lack(h, N_("Without a licence"), lacks[2], "default.license");
	html_lit(h, "</dl>");
	size_t n = rank(v, rows, &ranked);
	if (n) put_popularity(h, ranked, n);
	put_themes(h, v, rows);
}

/* --- calls ------------------------------------------------------------------------------------------------------------------ */

/* What an address is for: the first row whose text is in it. */
static const struct { const char *part, *kind; } kinds[] = { { "/exports", N_("Exports and downloads") }, { "/download", N_("Exports and downloads") }, { "/attachments", N_("Files") },
	{ "/alternative_exports", N_("Files") }, { "/files", N_("Files") }, { "/images", N_("Files") }, { "/snapshots", N_("Exports and downloads") },
	{ "/facets", N_("Figures and facets") }, { "/aggregates", N_("Figures and facets") }, { "/analyze", N_("Figures and facets") }, { "/geo", N_("Maps") }, { "/boundingbox", N_("Maps") },
	{ "/tiles", N_("Maps") }, { "/records/{record}", N_("Single records") }, { "/records", N_("Searches of records") }, { "/push", N_("Records that are pushed") },
	{ "/automation", N_("Management") }, { "/management", N_("Management") }, { "/portal", N_("Management") }, { "/charts", N_("Figures and facets") },
	{ "/catalog", N_("Searches of the catalogue") }, { "/datasets", N_("Searches of the catalogue") }, { "", N_("Other calls") } };

static const char *kind_of(struct str endpoint)
{
	size_t i = 0;
	while (str_find(endpoint, str_of(kinds[i].part)) < 0) i++;
	return kinds[i].kind;
}

void usage_fold_kinds(struct visit *v, struct sheet_rows *rows)
{
	struct trace_row *out = arena_array(v->arena, struct trace_row, COUNT_OF(kinds));
	size_t n = 0;
	for (size_t i = 0; i < rows->n; i++) {
		struct str kind = str_of(kind_of(rows->p[i].cells[0].s));
		size_t k = 0;
		while (k < n && !str_eq(out[k].cells[0].s, kind)) k++;
		if (k == n) out[n++] = (struct trace_row){ .cells = { VALUE_OF_TEXT(kind), VALUE_OF_INT(0), VALUE_OF_INT(0) } };
		out[k].cells[1].i += at(&rows->p[i], 2);
		out[k].cells[2].i += at(&rows->p[i], 3);
	}
	*rows = (struct sheet_rows){ out, n };
}

void usage_put_calls(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows)
{
	struct audience_span days = { .from = f->first_day, .to = f->last_day };
	struct audience_call *callers;
	struct err e = { 0 };
	size_t n = 0;
	int64_t calls = 0, failed = 0, nobody = 0, total;
	for (size_t i = 0; i < rows->n; i++) {
		calls += at(&rows->p[i], 1);
		failed += at(&rows->p[i], 2);
	}
	if (!audience_calls(v->at.site->audience, v->at.tenant->id, days, AUDIENCE_BY_CALLER, 10, v->arena, &callers, &n, &total, &e)) {
		log_failure(v->at.site->log, LOG_LEVEL_WARN, "usage", &e);
		n = 0;
	}
	for (size_t i = 0; i < n; i++) nobody += str_eq(callers[i].caller, STR("anonymous")) ? callers[i].n : 0;
	html_lit(h, "<dl class=\"tiles\">");
	figures_tile(h, N_("API calls"), calls, NULL);
	figures_tile(h, N_("Calls a day, on average"), calls / num_max(f->last_day - f->first_day + 1, INT64_C(1)), NULL);
	figures_tile(h, N_("Failed"), share(failed, calls), " %");
	figures_tile(h, N_("Without a key or an account"), share(nobody, calls), " %");
	html_lit(h, "</dl>");
}

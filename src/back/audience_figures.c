/* What the audience pages show: one span of time, sums, lists. Everything was summed when it was counted; here it is
 * only read, given names, and for the public made coarser. */
#include "back/audience.h"
#include <stdlib.h>

/* For the rows of the table that say which field of calls. */
enum { AUDIENCE_ENDPOINT = 100, AUDIENCE_VERSION, AUDIENCE_CALLER, AUDIENCE_ERROR };
enum source { TOP, OF_DATASET, OF_PATH, TERMS, IN_VAIN, TAKEN, MISSING, SLOWEST, CALLS };
enum group { READ, READERS, WELL, API };
static const char *const groups[] = { [READ] = N_("What is read"), [READERS] = N_("Where from, and with what"), [WELL] = N_("How well it works"), [API] = N_("Use of the API") };
static const struct { const char *id; enum source source; int dim; const char *title, *column, *number; enum group group; bool public_; } tables[] = {
#define TABLE(symbol, id, source, dim, title, column, number, group, shown) { id, source, AUDIENCE_##dim, title, column, number, group, shown },
#include "back/audience_tables.def"
#undef TABLE
};

const char *figures_title(enum figures_table t) { return tables[t].title; }
const char *figures_column(enum figures_table t) { return tables[t].column; }
const char *figures_number(enum figures_table t) { return tables[t].number; }
const char *figures_group(enum figures_table t) { return groups[tables[t].group]; }
const char *figures_id(enum figures_table t) { return tables[t].id; }

/* --- the span -------------------------------------------------------------------------------------------------------- */

static bool read_day(struct str s, int64_t *out)
{
	struct clock_text t;
	if (!clock_parse(s, &t) || t.precision != CLOCK_DAY) return false;
	*out = clock_days(t.civil.year, t.civil.month, t.civil.day);
	return true;
}

bool figures_period(const struct visit *v, struct figures *f, const char **complaint)
{
	static const struct { const char *word; int64_t days; } periods[] = {
		[PERIOD_DAY] = { "24h", 1 }, [PERIOD_WEEK] = { "7d", 7 }, [PERIOD_MONTH] = { "30d", 30 }, [PERIOD_YEAR] = { "12m", 365 }, [PERIOD_CUSTOM] = { "custom", 0 } };
	const struct tenant *t = v->at.tenant;
	const struct str *word = httpd_query_or_null(v->request, STR("period"));
	int64_t hour = audience_hour(t, clock_now()), today = hour / 24;
	bool good = true;
	*f = (struct figures){ .tenant = t, .arena = v->arena, .period = PERIOD_WEEK };
	for (size_t i = 0; word && i < COUNT_OF(periods); i++)
		if (str_eq(*word, str_of(periods[i].word))) f->period = (enum figures_period)i;
	f->last_day = today;
	f->first_day = today - periods[f->period].days + 1;
	if (f->period == PERIOD_CUSTOM) {
		const struct str *from = httpd_query_or_null(v->request, STR("from")), *to = httpd_query_or_null(v->request, STR("to"));
		good = from && to && read_day(*from, &f->first_day) && read_day(*to, &f->last_day) && f->first_day <= f->last_day && f->last_day <= today &&
		       f->last_day - f->first_day < AUDIENCE_DAYS;
		if (!good) {
			*complaint = N_("Choose a first and a last day, the first not after the last, none in the future, and not more than 760 days apart.");
			f->period = PERIOD_WEEK;
			f->last_day = today;
			f->first_day = today - 6;
		}
	}
	f->span = (struct audience_span){ .from = f->first_day, .to = f->last_day };
	if (f->period == PERIOD_DAY) {
		f->span = (struct audience_span){ .hours = true, .from = hour - 23, .to = hour };
		f->first_day = (hour - 23) / 24;
	}
	f->one_day = f->period != PERIOD_DAY && f->first_day == f->last_day;
	return good;
}

/* --- names ------------------------------------------------------------------------------------------------------------- */

static struct str name_of(const struct visit *v, int dim, struct str key)
{
	static const struct { const char *key, *message; } words[] = {
		{ "other", N_("Other") }, { "internal", N_("This portal") }, { "desktop", N_("Computer") }, { "mobile", N_("Phone") }, { "tablet", N_("Tablet") },
		{ "key", N_("With a key or an account") }, { "anonymous", N_("Without") }, { "(unknown address)", N_("(unknown address)") }, { "/", N_("Home") } };
	if (dim == AUDIENCE_COUNTRY && key.n == 2) {
		auto_buf b = BUF_INIT(512);
		text_put_country(&b, key, v->lang->code);
		return arena_str(v->arena, buf_str(&b));
	}
	const struct i18n_lang *l = dim == AUDIENCE_LANGUAGE ? i18n_lang_or_null(key) : NULL;
	if (l) return l->name;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(key, str_of(words[i].key))) return i18n_text(v->lang, words[i].message);
	return key;
}

static void add(const struct visit *v, struct figures_list *l, int dim, struct str key, int64_t n)
{
	l->cells[l->n++] = (struct figures_cell){ .key = key, .label = name_of(v, dim, key), .n = n };
}

static int more_first(const void *a, const void *b)
{
	const struct figures_cell *x = a, *y = b;
	if (x->n != y->n) return x->n < y->n ? 1 : -1;
	return str_cmp(x->key, y->key);
}

/* Names of datasets stand in figures too. One that the reader may not see is not named; one that is gone is, but not to the public. */
static bool may_name(const struct visit *v, int dim, struct str key, bool for_public)
{
	static const struct str starts[] = { { "/explore/dataset/", 17 }, { "/explore/assets/", 16 } };
	struct str slug = dim == AUDIENCE_DATASET || dim == AUDIENCE_EVENT_DATASET ? key : str_make("", 0);
	for (size_t i = 0; (dim == AUDIENCE_PATH || dim == AUDIENCE_ENTRY || dim == AUDIENCE_EXIT) && i < COUNT_OF(starts); i++) {
		struct str rest = str_from(key, starts[i].n);
		if (str_starts(key, starts[i]) && !str_cut(&rest, '/', &slug)) slug = str_make("", 0);
	}
	if (!slug.n || slug.p[0] == '{' || str_eq(slug, STR("other"))) return true;
	const struct dataset *d = catalog_find_or_null(v->at.view, slug);
	return d ? rights_sees(&v->at, &v->who, d) : !for_public;
}

static void drop_unseen(const struct visit *v, struct figures *f, bool for_public)
{
	for (size_t t = 0; t < FIGURES_TABLES; t++) {
		struct figures_list *l = &f->lists[t];
		size_t n = 0;
		for (size_t i = 0; i < l->n; i++)
			if (may_name(v, tables[t].dim, l->cells[i].key, for_public)) l->cells[n++] = l->cells[i];
		l->n = n;
	}
}

/* --- lists --------------------------------------------------------------------------------------------------------------- */

static bool read_calls(const struct visit *v, struct figures *f, int dim, size_t most, struct figures_list *l, struct err *e)
{
	static const struct { int dim; unsigned by; size_t at; } fields[] = {
		{ AUDIENCE_DATASET, AUDIENCE_BY_DATASET, offsetof(struct audience_call, dataset) }, { AUDIENCE_ENDPOINT, AUDIENCE_BY_ENDPOINT, offsetof(struct audience_call, endpoint) },
		{ AUDIENCE_VERSION, AUDIENCE_BY_VERSION, offsetof(struct audience_call, version) }, { AUDIENCE_CALLER, AUDIENCE_BY_CALLER, offsetof(struct audience_call, caller) },
		{ AUDIENCE_ERROR, AUDIENCE_BY_ERROR, offsetof(struct audience_call, error) } };
	struct audience_call *calls;
	size_t n, at = 0;
	while (fields[at].dim != dim) at++;
	if (!audience_calls(v->at.site->audience, f->tenant->id, f->span, fields[at].by, most + 1, f->arena, &calls, &n, &l->total, e)) return false;
	l->cells = arena_array(f->arena, struct figures_cell, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str key = *(const struct str *)(const void *)((const char *)&calls[i] + fields[at].at);
		if (key.n) add(v, l, dim, key, calls[i].n);
	}
	return true;
}

/* The part of a pair's key before or behind its separator. */
static bool split(struct str pair, struct str *a, struct str *b)
{
	ptrdiff_t at = str_find_char(pair, 0x1f);
	if (at < 0) return false;
	*a = str_sub(pair, 0, (size_t)at);
	*b = str_from(pair, (size_t)at + 1);
	return true;
}

static void take_cells(const struct visit *v, enum figures_table t, const struct audience_cell *cells, size_t n, struct figures_list *l)
{
	l->cells = arena_array(v->arena, struct figures_cell, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str a, b;
		switch (tables[t].source) {
		case TAKEN:
			if (!split(cells[i].key, &a, &b) || !(str_eq(a, STR("export")) || str_eq(a, STR("download")))) break;
			for (size_t k = 0; k <= l->n; k++) {
				if (k == l->n) {
					add(v, l, tables[t].dim, b, cells[i].n);
					break;
				}
				if (!str_eq(l->cells[k].key, b)) continue;
				l->cells[k].n += cells[i].n;
				break;
			}
			break;
		case MISSING:
			if (split(cells[i].key, &a, &b) && str_eq(a, STR("(unknown address)"))) add(v, l, AUDIENCE_REFERRER, b, cells[i].n);
			break;
		case SLOWEST:
			if (cells[i].n >= 5) add(v, l, tables[t].dim, cells[i].key, cells[i].us / cells[i].n / 1000);
			break;
		case TOP:
		case OF_DATASET:
		case OF_PATH:
		case TERMS:
		case IN_VAIN:
		case CALLS: add(v, l, tables[t].dim, cells[i].key, cells[i].n); break;
		}
	}
}

static bool read_list(const struct visit *v, struct figures *f, enum figures_table t, size_t most, struct err *e)
{
	struct audience *a = v->at.site->audience;
	struct tenant_id id = f->tenant->id;
	struct figures_list *l = &f->lists[t];
	struct audience_cell *cells = NULL;
	struct audience_span days = { .from = f->first_day, .to = f->last_day };
	size_t n = 0;
	int dim = tables[t].dim;
	bool daily = dim == AUDIENCE_ENTRY || dim == AUDIENCE_EXIT, good = true;
	switch (tables[t].source) {
	case CALLS: return read_calls(v, f, dim, most, l, e);
	case TOP: good = audience_top(a, id, (enum audience_dimension)dim, daily ? days : f->span, most, f->arena, &cells, &n, &l->total, e); break;
	case TAKEN:
	case MISSING:
	case SLOWEST: good = audience_top(a, id, (enum audience_dimension)dim, f->span, FIGURES_MOST, f->arena, &cells, &n, &l->total, e); break;
	case OF_DATASET: good = audience_visitors_of(a, id, AUDIENCE_OF_DATASET, f->first_day, f->last_day, most, f->arena, &cells, &n, e); break;
	case OF_PATH: good = audience_visitors_of(a, id, AUDIENCE_OF_PATH, f->first_day, f->last_day, most, f->arena, &cells, &n, e); break;
	case TERMS:
	case IN_VAIN: good = audience_terms(a, id, f->first_day, f->last_day, tables[t].source == IN_VAIN, most, f->arena, &cells, &n, e); break;
	}
	if (!good) return false;
	take_cells(v, t, cells, n, l);
	if (tables[t].source == TOP) return true;
	/* No whole is known for these: what is shown is all that is told. */
	l->total = 0;
	qsort(l->cells, l->n, sizeof *l->cells, more_first);
	if (l->n > most) l->n = most;
	return true;
}

static bool read_sum(const struct visit *v, struct figures *f, enum audience_dimension d, const char *key, int64_t *out, struct err *e)
{
	int64_t *by;
	struct audience_span days = { .from = f->first_day, .to = f->last_day }, span = d == AUDIENCE_VISITS || d == AUDIENCE_BOUNCES ? days : f->span;
	if (!audience_series(v->at.site->audience, f->tenant->id, d, str_of(key), span, f->arena, &by, e)) return false;
	for (int64_t i = 0; i <= span.to - span.from; i++) *out += by[i];
	return true;
}

bool figures_read(const struct visit *v, struct figures *f, size_t most, bool for_public, struct err *e)
{
	struct audience *a = v->at.site->audience;
	struct tenant_id id = f->tenant->id;
	for (size_t i = 0; i < FIGURES_TABLES; i++)
		if (!read_list(v, f, (enum figures_table)i, most, e)) return false;
	drop_unseen(v, f, for_public);
	if (!audience_series(a, id, AUDIENCE_VIEWS, STR(""), f->span, f->arena, &f->views_by, e) ||
	    !audience_visitors(a, id, f->first_day, f->last_day, f->arena, &f->visitors_by, e) || !read_sum(v, f, AUDIENCE_VIEWS, "", &f->views, e) ||
	    !read_sum(v, f, AUDIENCE_ROBOT, "", &f->robots, e) || !read_sum(v, f, AUDIENCE_VISITS, "", &f->visits, e) ||
	    !read_sum(v, f, AUDIENCE_BOUNCES, "", &f->bounces, e) || !read_sum(v, f, AUDIENCE_EVENT, "not_found", &f->not_found, e) ||
	    !read_sum(v, f, AUDIENCE_EVENT, "search", &f->searches, e) || !read_sum(v, f, AUDIENCE_EVENT, "search_in_vain", &f->in_vain, e) || !read_sum(v, f, AUDIENCE_EVENT, "export", &f->exports, e) ||
	    !read_sum(v, f, AUDIENCE_EVENT, "download", &f->downloads, e) || !read_sum(v, f, AUDIENCE_EVENT, "error", &f->errors, e))
		return false;
	f->calls = f->lists[FIGURES_API_VERSIONS].total;
	f->days = f->last_day - f->first_day + 1;
	for (int64_t i = 0; i < f->days; i++) f->visitors += f->visitors_by[i];
	return true;
}

/* --- for everyone --------------------------------------------------------------------------------------------------------- */

static int64_t to_five(int64_t n) { return (n + 2) / 5 * 5; }

/* With one number hidden, the total would tell it: the smallest of the others is hidden too. */
static void hide_small(struct figures_list *l)
{
	size_t hidden = 0, next = l->n;
	for (size_t i = 0; i < l->n; i++) {
		l->cells[i].hidden = l->cells[i].n < 5;
		hidden += l->cells[i].hidden;
		if (!l->cells[i].hidden && (next == l->n || l->cells[i].n <= l->cells[next].n)) next = i;
	}
	if (hidden == 1 && next < l->n) l->cells[next].hidden = true;
	l->total = to_five(l->total);
}

void figures_for_public(struct figures *f)
{
	int64_t *const sums[] = { &f->views, &f->robots, &f->calls, &f->errors, &f->visits, &f->bounces, &f->not_found, &f->searches, &f->in_vain, &f->downloads, &f->exports, &f->visitors };
	for (size_t i = 0; i < FIGURES_TABLES; i++) {
		if (!tables[i].public_) f->lists[i] = (struct figures_list){ 0 };
		hide_small(&f->lists[i]);
	}
	for (size_t i = 0; i < COUNT_OF(sums); i++) *sums[i] = to_five(*sums[i]);
}

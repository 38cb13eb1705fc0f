/* What a caller may see: rules resolved to a grant, and a grant to a copy of the dataset and a target. */
#include "rights/inside.h"
#include <stdatomic.h>

/* What one caller has of one dataset. */
struct grant {
	bool data;
	bool broken;                 /* a rule cannot be applied: no rows */
	struct str row_filter;
	const bool *visible_or_null;
	struct str quota;            /* of calls; empty: none */
	struct dataset_memo *memo;   /* of the one rule it comes from; NULL: several, or none */
};

/* --- filters of rows -------------------------------------------------------------------------------- */

bool rights_filter_ok(const struct dataset *d, struct str text, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct odsql_node *n;
	struct odsql_scope house = { .schema = &d->schema, .everything = !d->schema.bound_or_null, .dataset_id = d->slug, .zone = clock_utc(),
		.lang = STR("en"), .now_us = clock_now().us };
	if (!str_trim(text).n) return true;
	if (!rights_filter_fill(&a, &d->schema, text, NULL, 0, &text, e)) return false;
	return odsql_parse_where(&a, text, &n, e) && (!n || odsql_check_where(&a, &house, n, e));
}

/* The operator is told once a view, the caller never. */
static void tell_broken(const struct site_visit *at, const struct dataset *d, const struct dataset_rule *r, const struct err *why)
{
	if (atomic_exchange_explicit(&r->memo->told, true, memory_order_relaxed)) return;
	log_say(at->site->log, LOG_LEVEL_WARN, "rule.broken", log_int("portal", at->tenant->id.v), log_text("dataset", d->slug),
	        log_int("account", r->account), log_int("group", r->group), log_text("message", str_of(why->pub)));
}

/* --- whose rules ------------------------------------------------------------------------------------ */

static bool holds(const int64_t *list, size_t n, int64_t v)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == v) return true;
	return false;
}

static bool is_listed(const struct rights_caller *w, const struct dataset_rule *r)
{
	if (!w->account) return false;
	return r->account ? r->account == w->account : holds(w->who.groups, w->who.ngroups, r->group);
}

static bool key_allows(const struct rights_caller *w, const struct dataset *d)
{
	return !rights_is_narrow(w) || holds(w->who.datasets, w->who.ndatasets, d->id);
}

/* Administrators, and whoever has the permission to see restricted datasets: no rule of a dataset is about them. A key, an administrator's
 * too, has what it lists. */
static bool is_above_rules(const struct rights_caller *w)
{
	return w->account && ((w->who.admin && !w->key) || (w->who.permissions & ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED)));
}

bool rights_sees(const struct site_visit *at, const struct rights_caller *w, const struct dataset *d)
{
	(void)at;
	if (w->stranger || !key_allows(w, d)) return false;
	if (!d->restricted || is_above_rules(w)) return true;
	for (size_t i = 0; i < d->nrules; i++)
		if (is_listed(w, &d->rules[i])) return true;
	return false;
}

/* The rules that hold for a caller: their own, or everybody's. Those without data are nothing beside one
 * that shows some. */
static size_t rules_of(const struct rights_caller *w, const struct dataset *d, struct arena *a, const struct dataset_rule ***out)
{
	const struct dataset_rule **list = arena_array(a, const struct dataset_rule *, d->nrules + 1);
	size_t n = 0;
	bool data = false;
	for (size_t i = 0; i < d->nrules; i++) {
		if (!is_listed(w, &d->rules[i])) continue;
		list[n++] = &d->rules[i];
		data |= d->rules[i].data_visible;
	}
	if (!n && !d->restricted) list[n++] = &d->everybody;
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!data || list[i]->data_visible) list[kept++] = list[i];
	*out = list;
	return kept;
}

/* (a) or (b): each alone has been read as a whole filter, so none can reach beyond its brackets. */
static struct str either(struct arena *a, struct str x, struct str y)
{
	if (!x.n) return arena_printf(a, "(%.*s)", STR_ARG(y));
	return arena_printf(a, "%.*s or (%.*s)", STR_ARG(x), STR_ARG(y));
}

static void join_fields(struct arena *a, const struct dataset *d, const struct dataset_rule *const *rules, size_t n, struct grant *g)
{
	bool *visible = arena_array(a, bool, d->schema.n + 1);
	for (size_t k = 0; k < n; k++) {
		if (!rules[k]->visible_or_null) return;
		for (size_t i = 0; i < d->schema.n; i++) visible[i] |= rules[k]->visible_or_null[i];
	}
	if (n) g->visible_or_null = visible;
}

static void join_rows(const struct site_visit *at, const struct rights_caller *w, struct arena *a, const struct dataset *d,
                      const struct dataset_rule *const *rules, size_t n, struct grant *g)
{
	size_t good = 0;
	bool all = false;
	for (size_t k = 0; k < n; k++) {
		struct err why = { 0 };
		struct str filter;
		if (!rights_filter_of(at, w, a, d, str_trim(rules[k]->row_filter), &filter, &why) || !rights_filter_ok(d, filter, &why)) {
			tell_broken(at, d, rules[k], &why);
			continue;
		}
		good++;
		all |= filter.n == 0;
		if (filter.n) g->row_filter = n == 1 ? filter : either(a, g->row_filter, filter);
	}
	if (all) g->row_filter = STR("");
	g->broken = !good;
}

/* The largest quota of several rules; one without any is larger than all. */
static struct str quota_of(const struct dataset_rule *const *rules, size_t n)
{
	struct str best = STR("");
	double most = -1;
	for (size_t i = 0; i < n; i++) {
		struct quota_dataset q = { 0 };
		if (!read_quota(rules[i]->quota, &q)) return STR("");
		double per_day = calls_a_day(&q);
		if (per_day > most) best = rules[i]->quota;
		most = num_max(most, per_day);
	}
	return best;
}

/* A rule that lets them explore it: then nothing bounds what they see of this one. A key must list that, too. */
static bool explores(const struct rights_caller *w, const struct dataset *d)
{
	if (!(w->who.ceiling & ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED))) return false;
	for (size_t i = 0; i < d->nrules; i++)
		if ((d->rules[i].permissions & RULE_MAY_EXPLORE) && is_listed(w, &d->rules[i])) return true;
	return false;
}

/* Rules whose fields are none of the dataset's show no data. */
static bool sees_some(const struct dataset *d, const struct grant *g)
{
	bool some = !g->visible_or_null || !d->schema.n;
	for (size_t i = 0; !some && i < d->schema.n; i++) some = g->visible_or_null[i];
	return some;
}

static struct grant grant_of(const struct site_visit *at, const struct rights_caller *w, const struct dataset *d, struct arena *a)
{
	const struct dataset_rule **rules;
	struct grant g = { .row_filter = STR("") };
	/* Of another portal's dataset nobody here has more than it shows to everybody. */
	bool there = !d->link_or_null || d->link_or_null->data;
	if (is_above_rules(w) || explores(w, d))
		return (struct grant){ .data = there, .row_filter = STR(""), .memo = d->link_or_null ? d->link_or_null->memo : NULL };
	size_t n = rules_of(w, d, a, &rules);
	for (size_t i = 0; i < n; i++) g.data |= rules[i]->data_visible;
	join_fields(a, d, rules, n, &g);
	join_rows(at, w, a, d, rules, n, &g);
	g.quota = quota_of(rules, n);
	if (n == 1 && !rights_filter_asks_caller(rules[0]->row_filter)) g.memo = rules[0]->memo;
	g.data &= !g.broken && there && sees_some(d, &g);
	return g;
}

/* --- what they have of it ---------------------------------------------------------------------------- */

/* Of the texts: as its metadata say, else the portal's own. */
static struct str language_of(const struct site_visit *at, struct arena *a, const struct dataset *d)
{
	struct str lang = dataset_meta_text(d, a, "language", STR(""));
	return lang.n || !at->tenant->nlanguages ? lang : at->tenant->languages[0];
}

static struct query_target target_of(const struct site_visit *at, struct arena *a, const struct dataset *d, const struct grant *g)
{
	return (struct query_target){
		.at = d->version,
		/* The view's own schema, which outlives the request; what is hidden is told by the flags. */
		.schema = &d->schema,
		.dataset_id = d->slug,
		.record_timestamp_us = d->data_processed.us,
		.files_of_or_null = d,
		.visible_or_null = g->visible_or_null,
		.row_filter = g->row_filter,
		.language = language_of(at, a, d),
	};
}

static bool names_now(struct str s)
{
	for (size_t i = 0; i + 3 <= s.n; i++)
		if (str_eq_nocase(str_sub(s, i, 3), STR("now"))) return true;
	return false;
}

/* The records a filter leaves. Found once a view, unless pushes or the time may change it meanwhile. */
static int64_t count_rows(const struct site_visit *at, const struct dataset *d, const struct grant *g)
{
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct query_target t = target_of(at, &a, d, g);
	struct query_request q = { .target = &t, .mode = QUERY_PAGE, .now_us = clock_now().us };
	const struct schema_bound *bound = d->schema.bound_or_null;
	bool kept = g->memo && d->version.live == 0 && !names_now(g->row_filter) && !(bound && (names_now(bound->filter) || names_now(bound->own)));
	int64_t n = kept ? atomic_load_explicit(&g->memo->rows, memory_order_relaxed) - 1 : -1;
	if (n >= 0 || g->broken || d->version.number == 0) return g->broken ? -1 : n < 0 ? 0 : n;
	if (!query_count(at->site->engine, &a, &q, NULL, &n, &ignored)) return -1;
	if (kept) atomic_store_explicit(&g->memo->rows, n + 1, memory_order_relaxed);
	return n;
}

static const struct dataset *copy_of(const struct site_visit *at, struct arena *a, const struct dataset *d, const struct grant *g)
{
	bool whole = !g->visible_or_null && !g->row_filter.n && !g->broken;
	const struct schema_bound *bound = d->schema.bound_or_null;
	bool some = bound && (bound->filter.n || bound->own.n);
	if (whole && g->data && d->data_visible && !some) return d;
	struct dataset *copy = arena_new(a, struct dataset);
	*copy = *d;
	copy->data_visible = g->data;
	copy->rules = NULL;
	copy->nrules = 0;
	if (!whole) copy->everybody = (struct dataset_rule){ .data_visible = g->data };
	if (!whole || !g->data) dataset_withhold_files(copy, a);
	if (g->row_filter.n || g->broken || some) {
		copy->rows = count_rows(at, d, g);
		copy->bytes = copy->rejects = 0;
		copy->summary = copy->source_name = STR("");
	}
	if (g->visible_or_null) dataset_narrow(copy, a, g->visible_or_null);
	return copy;
}

bool rights_find(const struct site_visit *at, const struct rights_caller *w, struct arena *a, struct str slug,
                 struct rights_dataset *out, struct err *e)
{
	const struct dataset *d = catalog_find_or_null(at->view, slug);
	if (!d || !rights_sees(at, w, d))
		return err_set(e, ERR_NOT_FOUND, "The requested dataset %.*s does not exist.", STR_ARG(str_sub(slug, 0, 200)));
	if (d->far.live && at->site->asked) at->site->asked(at->site->asked_arg, at->tenant->id, d->id);
	struct grant g = grant_of(at, w, d, a);
	*out = (struct rights_dataset){ .dataset = copy_of(at, a, d, &g), .may_read = g.data, .quota = g.quota, .target = target_of(at, a, d, &g) };
	return true;
}

bool rights_read(const struct rights_dataset *d, struct err *e)
{
	return d->may_read || err_set(e, ERR_FORBIDDEN, "You don't have permission to access the requested resource");
}

const struct dataset *rights_dataset_or_null(const struct site_visit *at, const struct rights_caller *w, struct arena *a, struct str slug)
{
	struct rights_dataset d;
	struct err ignored = { 0 };
	return rights_find(at, w, a, slug, &d, &ignored) ? d.dataset : NULL;
}

size_t rights_datasets(const struct site_visit *at, const struct rights_caller *w, struct arena *a, const struct dataset ***out)
{
	const struct dataset **list = arena_array(a, const struct dataset *, at->view->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < at->view->n; i++) {
		const struct dataset *d = &at->view->datasets[i];
		if (!rights_sees(at, w, d)) continue;
		struct grant g = grant_of(at, w, d, a);
		list[n++] = copy_of(at, a, d, &g);
	}
	*out = list;
	return n;
}

/* --- the catalogue ----------------------------------------------------------------------------------- */

static void put_readers(struct buf *b, const struct rights_caller *w)
{
	buf_lit(b, "(" CATALOG_READERS " = 'all'");
	if (w->account) buf_printf(b, " or " CATALOG_READERS " = 'a%lld'", (long long)w->account);
	for (size_t i = 0; w->account && i < w->who.ngroups; i++)
		buf_printf(b, " or " CATALOG_READERS " = 'g%lld'", (long long)w->who.groups[i]);
	buf_put_char(b, ')');
}

/* The datasets of a key, by their identifiers, which hold nothing that would need an escape. */
static void put_listed(struct buf *b, const struct site_visit *at, const struct rights_caller *w)
{
	buf_lit(b, "datasetid in (''");
	for (size_t i = 0; i < at->view->n; i++)
		if (key_allows(w, &at->view->datasets[i])) buf_printf(b, ", '%.*s'", STR_ARG(at->view->datasets[i].slug));
	buf_put_char(b, ')');
}

void rights_catalogue(const struct site_visit *at, const struct rights_caller *w, struct arena *a, struct query_target *out)
{
	auto_buf filter = BUF_INIT(1 << 20);
	if (at->view->restricted && !is_above_rules(w)) put_readers(&filter, w);
	if (w->stranger) {
		buf_clear(&filter);
		buf_lit(&filter, "datasetid in ('')");
	}
	if (rights_is_narrow(w)) {
		if (filter.n) buf_lit(&filter, " and ");
		put_listed(&filter, at, w);
	}
	*out = (struct query_target){
		.at = at->view->reflected,
		.schema = at->view->reflected_schema,
		.catalogue = true,
		.row_filter = arena_str(a, buf_str(&filter)),
		.language = at->tenant->nlanguages ? at->tenant->languages[0] : STR(""),
	};
}

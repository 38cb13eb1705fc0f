/* The proof of consents for who must show it: what is in the ledger, that it holds, its signed heads, what was shown, and what is
 * only counted. */
#include "back/privacy.h"
#include "crypt/crypt.h"

enum { SHOWN = 50, HEADS = 14, TALLY_DAYS = 30, EXPORT_BYTES = 1 << 30 };
static const char path[] = "/backoffice/privacy/ledger/";

/* --- entries ---------------------------------------------------------------------------------------------------- */

static const struct { const char *word, *message; enum html_tone tone; } events[] = {
	{ "grant", N_("Consent given"), HTML_SUCCESS },
	{ "change", N_("Choice changed"), HTML_INFO },
	{ "withdraw", N_("Consent withdrawn"), HTML_WARNING },
};
static const struct { const char *word, *message; } mechanisms[] = {
	{ "first_layer", N_("On the banner") },
	{ "preferences_page", N_("On the page of preferences") },
	{ "placeholder", N_("At an embedded content") },
	{ "api", N_("By a program") },
};

static void put_event(struct html *h, struct str word)
{
	for (size_t i = 0; i < COUNT_OF(events); i++)
		if (str_eq(str_of(events[i].word), word))
			html_badge(h, events[i].tone, events[i].message);
}

static void put_mechanism(struct html *h, struct str word)
{
	for (size_t i = 0; i < COUNT_OF(mechanisms); i++)
		if (str_eq(str_of(mechanisms[i].word), word))
			html_say(h, mechanisms[i].message);
}

static void put_choices(struct html *h, const struct json_node *choices)
{
	size_t at = 0, n = 0;
	struct str id;
	const struct json_node *yes;
	while (json_each(choices, &at, &id, &yes)) {
		if (n++)
			html_lit(h, ", ");
		html_lit(h, "<bdi translate=\"no\">");
		html_text(h, id);
		html_lit(h, "</bdi> ");
		html_say(h, json_bool(yes, false) ? N_("allowed") : N_("refused"));
	}
}

static void put_shown(struct html *h, struct str hash)
{
	html_lit(h, "<a href=\"/backoffice/privacy/ledger/shown/");
	html_text(h, hash);
	html_lit(h, "\">");
	html_say(h, N_("What was shown"));
	html_lit(h, "</a>");
}

static void put_time(struct html *h, const struct visit *v, struct str at)
{
	struct clock_text t;
	if (clock_parse(at, &t))
		html_date(h, clock_us_of_civil(&t.civil), v->zone, true);
	else
		html_text(h, at);
}

static void put_entry(struct html *h, const struct visit *v, struct html_table *t, const struct consent_entry *x)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	const struct json_node *root = x->json.n && json_read(x->json, &doc, &ignored) ? json_root(doc) : NULL;
	html_row_open(h, t);
	html_cell_count(h, t, x->seq);
	html_cell_open(h, t);
	if (root) {
		put_time(h, v, json_text(json_get(root, "at")));
	} else {
		html_say(h, N_("Erased: the time of proof is over"));
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_event(h, json_text(json_get(root, "event")));
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_choices(h, json_get(root, "choices"));
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_mechanism(h, json_text(json_get(root, "mechanism")));
	if (root) {
		html_lit(h, " <small>");
		put_shown(h, json_text(json_get(root, "ui_hash")));
		html_lit(h, "</small>");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_lit(h, "<code dir=\"ltr\">");
	html_text(h, str_sub(x->hash, 0, 16));
	html_lit(h, "…</code>");
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool put_entries(struct html *h, struct visit *v, int64_t from, int64_t last, struct err *e)
{
	static const struct html_column columns[] = {
		{ .title = N_("Entry"), .number = true, .main = true }, { .title = N_("When") }, { .title = N_("What") }, { .title = N_("Choices") },
		{ .title = N_("How") }, { .title = N_("Hash") },
	};
	struct html_table t = { .caption = N_("Entries of the ledger"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct consent_entry *list;
	size_t n;
	if (!consent_ledger(v->at.site->consent, v->at.tenant->id, num_max(from - SHOWN + 1, (int64_t)1), (size_t)num_min(from, (int64_t)SHOWN), v->arena, &list, &n, e))
		return false;
	html_panel_open(h, "entries", N_("Entries"), N_("A line for each consent given, changed or withdrawn; refusals leave none. No name, no address."));
	if (!n)
		html_empty(h, N_("Nothing yet."), N_("The first entry is made when somebody agrees to a service."), NULL);
	if (n) {
		html_table_open(h, &t);
		for (size_t i = n; i > 0; i--)
			put_entry(h, v, &t, &list[i - 1]);
		html_table_close(h, &t);
		html_buttons_open(h);
		if (from < last)
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Newer"), .href = arena_printf(v->arena, "%s?from=%lld#entries", path, (long long)num_min(from + SHOWN, last)) });
		if (list[0].seq > 1)
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Older"), .href = arena_printf(v->arena, "%s?from=%lld#entries", path, (long long)list[0].seq - 1) });
		html_buttons_close(h);
	}
	html_panel_close(h);
	return true;
}

/* --- counts and heads ------------------------------------------------------------------------------------------------ */

static bool put_counts(struct html *h, struct visit *v, int64_t entries, struct err *e)
{
	static const struct { const char *what, *label; } rows[] = {
		{ "refused", N_("Refusals in 30 days") }, { "signal", N_("Pages read with a privacy signal in 30 days") },
		{ "load_once", N_("Contents loaded once in 30 days") }, { "invalid", N_("Choices that were not valid in 30 days") },
	};
	struct consent_tally *list;
	size_t n;
	if (!consent_tallies(v->at.site->consent, v->at.tenant->id, clock_now().us / INT64_C(86400000000) - TALLY_DAYS + 1, v->arena, &list, &n, e))
		return false;
	html_panel_open(h, "counts", N_("Counts"), NULL);
	html_facts_open(h);
	html_fact_open(h, N_("Entries in the ledger"));
	html_count(h, entries);
	html_fact_close(h);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t sum = 0;
		for (size_t k = 0; k < n; k++)
			sum += str_eq(list[k].what, str_of(rows[i].what)) ? list[k].n : 0;
		html_fact_open(h, rows[i].label);
		html_count(h, sum);
		html_fact_close(h);
	}
	html_facts_close(h);
	html_panel_close(h);
	return true;
}

static bool put_heads(struct html *h, struct visit *v, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Day"), .main = true }, { .title = N_("Head") }, { .title = N_("Signature") } };
	struct html_table t = { .caption = N_("Signed heads"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct consent_signed_head *list;
	size_t n;
	if (!consent_heads(v->at.site->consent, v->at.tenant->id, HEADS, v->arena, &list, &n, e))
		return false;
	html_panel_open(h, "heads", N_("Signed heads"),
	                N_("Each day the last hash is signed and published. Who keeps one elsewhere can tell whether anything before it was changed later."));
	if (!n)
		html_empty(h, N_("Nothing yet."), N_("The first head is signed within a day."), NULL);
	if (n)
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_text(h, &t, list[i].date);
		html_cell_open(h, &t);
		html_lit(h, "<code dir=\"ltr\">");
		html_text(h, str_sub(list[i].head, 0, 32));
		html_lit(h, "…</code>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<code dir=\"ltr\">");
		html_text(h, str_sub(list[i].signature, 0, 20));
		html_lit(h, "…</code>");
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (n)
		html_table_close(h, &t);
	html_lit(h, "<p><a href=\"/.well-known/consent-ledger-head.json\">");
	html_say(h, N_("The head of today, as published"));
	html_lit(h, "</a></p>");
	html_panel_close(h);
	return true;
}

/* --- actions ------------------------------------------------------------------------------------------------------------ */

static void put_actions(struct html *h, struct visit *v)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = str_of(path), .label = N_("Verify the ledger"), .plain = true });
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Verify now"), .name = "action", .value = STR("verify"), .icon = ICON_CHECK, .with_icon = true });
	html_form_close(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Export"), .href = STR("/backoffice/privacy/ledger/export.ndjson"), .icon = ICON_DOWNLOAD, .with_icon = true });
}

/* Written out and read back as anybody would check it. */
static bool put_verdict(struct html *h, struct visit *v, struct err *e)
{
	auto_buf b = BUF_INIT(EXPORT_BYTES);
	struct err why = { 0 };
	int64_t bad;
	if (!consent_export(v->at.site->consent, v->at.tenant, &b, e))
		return false;
	if (consent_verify(buf_str(&b), NULL, &bad, &why)) {
		html_notice(h, HTML_SUCCESS, N_("The ledger holds: every entry, every link, every signature."));
		return true;
	}
	html_notice_open(h, HTML_BAD);
	html_lit(h, "<p>");
	html_say_with(h, N_("The ledger does not hold from entry {0} on."), HTML_ARG_COUNT(bad));
	html_lit(h, " <span dir=\"auto\">");
	html_reason(h, str_of(why.pub));
	html_lit(h, "</span></p>");
	html_notice_close(h);
	return true;
}

/* The number of the last entry, by halving: the ledger has no gaps. */
static bool last_seq(struct visit *v, int64_t *out, struct err *e)
{
	int64_t low = 0, high = 1;
	struct consent_entry *list;
	size_t n = 1;
	auto_arena a = ARENA_INIT;
	for (; n; high *= 2)
		if (!consent_ledger(v->at.site->consent, v->at.tenant->id, high, 1, &a, &list, &n, e))
			return false;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (!consent_ledger(v->at.site->consent, v->at.tenant->id, middle, 1, &a, &list, &n, e))
			return false;
		*(n ? &low : &high) = middle;
	}
	*out = low;
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	int64_t from, last;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	bool verify = r->method == HTTPD_POST;
	if (verify && !back_form(&v, &form, e))
		return false;
	if (!last_seq(&v, &last, e))
		return false;
	const struct str *asked = httpd_query_or_null(r, STR("from"));
	if (!asked || !str_to_int(*asked, &from) || from < 1 || from > last)
		from = last;
	auto_page page = back_page(&v, N_("Ledger of consent"), path);
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("The proof that who is counted as having agreed has agreed: a chain in which nothing can be changed unnoticed."));
	put_actions(h, &v);
	html_heading_close(h);
	back_privacy_tabs(h, path);
	if (verify && !put_verdict(h, &v, e))
		return false;
	if (!put_counts(h, &v, last, e) || !put_entries(h, &v, from, last, e) || !put_heads(h, &v, e))
		return false;
	return view_close(&page, e);
}

static bool run_export(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(EXPORT_BYTES);
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, BACK_FRESH, &v, e))
		return back_answered(p, e);
	if (!consent_export(v.at.site->consent, v.at.tenant, &b, e))
		return false;
	visitor_note(&v, EVENT_LEDGER_EXPORTED, STR("page"), STR(""));
	httpd_reply_type(p, STR("application/x-ndjson"));
	struct str name = arena_printf(v.arena, "attachment; filename=\"consent-ledger-%.*s.ndjson\"", STR_ARG(v.at.tenant->host));
	if (!httpd_reply_header(p, STR("Content-Disposition"), name, e))
		return false;
	httpd_reply_take(p, &b);
	return true;
}

static bool run_shown(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct consent_rendering shown;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!consent_archived(v.at.site->consent, v.at.tenant->id, r->holes[0], v.arena, &shown, e))
		return false;
	httpd_reply_type(p, STR("text/html; charset=utf-8"));
	httpd_reply_csp(p, STR("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"));
	httpd_reply_bytes(p, shown.html);
	return true;
}

static bool run_picture(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct consent_rendering shown;
	struct str png;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!consent_archived(v.at.site->consent, v.at.tenant->id, r->holes[0], v.arena, &shown, e))
		return false;
	if (!shown.bitmap.n || !crypt_base64url_decode(v.arena, shown.bitmap, &png))
		return err_set(e, ERR_NOT_FOUND, "No browser has made a picture of this rendering yet.");
	httpd_reply_type(p, STR("image/png"));
	httpd_reply_bytes(p, png);
	return true;
}

BACK_PAGE(privacy_ledger, "/backoffice/privacy/ledger/", run);
const struct httpd_route back_privacy_ledger_export = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/ledger/export.ndjson", .lane = HTTPD_LANE_HAUL,
	.deadline_ms = 120000, .run = run_export };
const struct httpd_route back_privacy_ledger_shown = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/ledger/shown/{hash}", .run = run_shown };
const struct httpd_route back_privacy_ledger_picture = { .method = HTTPD_GET, .pattern = "/backoffice/privacy/ledger/shown/{hash}/picture", .run = run_picture };

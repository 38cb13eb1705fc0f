/* What of the ledger everyone may see: its signed head of the day, and to who holds a receipt, the entries of that receipt. */
#include "privacy/inside.h"

#include "json/json.h"

static bool run_head(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct str json;
	if (!visitor_enter_anyone(app, r, p, &v, e) || !consent_head(v.at.site->consent, v.at.tenant, clock_now(), v.arena, &json, e))
		return false;
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_cache_control(p, STR("public, max-age=300"));
	httpd_reply_lit(p, "Access-Control-Allow-Origin", "*");
	httpd_reply_bytes(p, json);
	return true;
}

/* --- a receipt ---------------------------------------------------------------------------------------------- */

static const struct { const char *word, *message; } words[] = {
	{ "grant", N_("Consent given") },
	{ "change", N_("Choice changed") },
	{ "withdraw", N_("Consent withdrawn") },
	{ "first_layer", N_("On the banner") },
	{ "preferences_page", N_("On the page of preferences") },
	{ "placeholder", N_("At an embedded content") },
	{ "api", N_("By a program") },
};

static void put_word(struct html *h, struct str word)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(str_of(words[i].word), word)) {
			html_say(h, words[i].message);
			return;
		}
	html_text(h, word);
}

static void put_choices(struct html *h, const struct visit *v, const struct json_node *choices)
{
	size_t at = 0;
	struct str id;
	const struct json_node *yes;
	html_lit(h, "<dt>");
	html_say(h, N_("Choices"));
	html_lit(h, "</dt><dd><ul>");
	while (json_each(choices, &at, &id, &yes)) {
		const struct registry_service *s = v->registry ? registry_service_or_null(v->registry, id) : NULL;
		html_lit(h, "<li><bdi translate=\"no\">");
		html_text(h, s ? s->name : id);
		html_lit(h, "</bdi>: ");
		html_say(h, json_bool(yes, false) ? N_("allowed") : N_("refused"));
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul></dd>");
}

static void put_pair(struct html *h, const char *term, struct str text)
{
	html_lit(h, "<dt>");
	html_say(h, term);
	html_lit(h, "</dt><dd><code dir=\"ltr\">");
	html_text(h, text);
	html_lit(h, "</code></dd>");
}

static void put_entry(struct html *h, const struct visit *v, const struct consent_entry *x)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json_read(x->json, &doc, &ignored))
		return;
	const struct json_node *root = json_root(doc);
	html_lit(h, "<section class=\"category\"><h2>");
	put_word(h, json_text(json_get(root, "event")));
	html_lit(h, "</h2><dl>");
	put_pair(h, N_("Time"), json_text(json_get(root, "at")));
	put_choices(h, v, json_get(root, "choices"));
	html_lit(h, "<dt>");
	html_say(h, N_("How"));
	html_lit(h, "</dt><dd>");
	put_word(h, json_text(json_get(root, "mechanism")));
	html_lit(h, "</dd>");
	put_pair(h, N_("Number in the ledger"), arena_printf(v->arena, "%lld", (long long)x->seq));
	put_pair(h, N_("Hash"), x->hash);
	html_lit(h, "</dl></section>");
}

static bool run_receipt(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct consent_entry *list;
	size_t n;
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	/* Only who carries it: an address that is passed on opens nothing. */
	if (!v.consent.receipt[0] || !str_eq(r->holes[0], str_of(v.consent.receipt)))
		return err_set(e, ERR_NOT_FOUND, "Your browser does not hold this receipt.");
	if (!consent_of_receipt(v.at.site->consent, v.at.tenant->id, r->holes[0], v.arena, &list, &n, e))
		return false;
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Your receipt")), .path = STR("/cookies/preferences/"), .noindex = true,
		           .no_banner = true };
	view_open(&page);
	struct html *h = &page.h;
	html_lit(h, "<div class=\"preferences\"><div><h1>");
	html_say(h, N_("Your receipt"));
	html_lit(h, "</h1><p>");
	html_say(h, N_("This is everything that is recorded of your choices: no name, no address, nothing about your browser."));
	html_lit(h, "</p></div>");
	for (size_t i = 0; i < n; i++)
		put_entry(h, &v, &list[i]);
	html_lit(h, "<p><a href=\"/cookies/preferences/\">");
	html_say(h, N_("Cookie preferences"));
	html_lit(h, "</a></p></div>");
	if (!view_close(&page, e))
		return false;
	httpd_reply_cache_control(p, STR("private, no-store"));
	return true;
}

const struct httpd_route privacy_ledger_head = { .method = HTTPD_GET, .pattern = "/.well-known/consent-ledger-head.json", .run = run_head };
const struct httpd_route privacy_receipt = { .method = HTTPD_GET, .pattern = "/cookies/preferences/receipt/{receipt}", .run = run_receipt };

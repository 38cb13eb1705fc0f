/* The security log, in words: what happened to accounts, sessions, keys, cookies and settings. Kept without addresses and names
 * (LOG-1): networks are cut, people are numbers that the list gives their names back as long as the account is there. */
#include "back/people.h"

enum { EVENTS_SHOWN = 100, EVENTS_MOST = 1000 };

/* Sentences for what happened; a kind without one is said by its name. */
static const struct words { const char *sentence; enum html_tone tone; } words[EVENT_KINDS] = {
	[EVENT_AUTH_SUCCESS] = { N_("Signed in"), HTML_NEUTRAL },
	[EVENT_AUTH_FAILURE] = { N_("Sign-in refused"), HTML_WARNING },
	[EVENT_AUTH_THROTTLED] = { N_("Too many attempts to sign in"), HTML_WARNING },
	[EVENT_AUTH_SUSPENDED] = { N_("Sign-in by password suspended"), HTML_BAD },
	[EVENT_AUTH_FRESH] = { N_("Proved a secret again"), HTML_NEUTRAL },
	[EVENT_SESSION_CREATED] = { N_("Session began"), HTML_NEUTRAL },
	[EVENT_SESSION_RENEWED] = { N_("Session renewed"), HTML_NEUTRAL },
	[EVENT_SESSION_REVOKED] = { N_("Session ended"), HTML_NEUTRAL },
	[EVENT_SESSION_EXPIRED] = { N_("Session expired"), HTML_NEUTRAL },
	[EVENT_SESSION_STALE] = { N_("An old session was shown"), HTML_WARNING },
	[EVENT_CSRF_REJECTED] = { N_("A form was refused"), HTML_WARNING },
	[EVENT_COOKIE_UNDECLARED] = { N_("An undeclared cookie was withheld"), HTML_BAD },
	[EVENT_COOKIE_AMBIGUOUS] = { N_("Two cookies of one name came along"), HTML_WARNING },
	[EVENT_COOKIE_TOSSED] = { N_("A cookie of another site was cleaned away"), HTML_WARNING },
	[EVENT_FACTOR_ADDED] = { N_("Second factor enrolled"), HTML_INFO },
	[EVENT_FACTOR_REMOVED] = { N_("Second factor removed"), HTML_WARNING },
	[EVENT_FACTOR_FAILED] = { N_("Wrong code"), HTML_WARNING },
	[EVENT_RECOVERY_USED] = { N_("Recovery code used"), HTML_WARNING },
	[EVENT_RECOVERY_MADE] = { N_("Recovery codes made"), HTML_INFO },
	[EVENT_RESET_ASKED] = { N_("New password asked for"), HTML_NEUTRAL },
	[EVENT_RESET_DONE] = { N_("New password chosen by a link"), HTML_INFO },
	[EVENT_PASSWORD_CHANGED] = { N_("Password changed"), HTML_INFO },
	[EVENT_EMAIL_CHANGED] = { N_("E-mail address changed"), HTML_INFO },
	[EVENT_ACCOUNT_CREATED] = { N_("Account made"), HTML_INFO },
	[EVENT_ACCOUNT_CHANGED] = { N_("Account changed"), HTML_INFO },
	[EVENT_ACCOUNT_DISABLED] = { N_("Account disabled"), HTML_WARNING },
	[EVENT_ACCOUNT_DELETED] = { N_("Account removed"), HTML_WARNING },
	[EVENT_ACCOUNT_EXPORTED] = { N_("Personal data exported"), HTML_INFO },
	[EVENT_INVITATION_SENT] = { N_("Invited"), HTML_INFO },
	[EVENT_GROUP_CHANGED] = { N_("Group changed"), HTML_INFO },
	[EVENT_KEY_CREATED] = { N_("API key made"), HTML_INFO },
	[EVENT_KEY_REVOKED] = { N_("API key revoked"), HTML_INFO },
	[EVENT_PROGRAM_CHANGED] = { N_("Program registered or changed"), HTML_INFO },
	[EVENT_PROGRAM_LET_IN] = { N_("Let a program in"), HTML_INFO },
	[EVENT_PROGRAM_ENDED] = { N_("A program is no longer let in"), HTML_INFO },
	[EVENT_PROGRAM_REFUSED] = { N_("A program was refused"), HTML_WARNING },
	[EVENT_REGISTRY_PUBLISHED] = { N_("Cookie register published"), HTML_INFO },
	[EVENT_SETTINGS_CHANGED] = { N_("Settings changed"), HTML_INFO },
	[EVENT_REUSE_REVIEWED] = { N_("Reuse reviewed"), HTML_INFO },
	[EVENT_MESSAGE_ANSWERED] = { N_("Message of a reader answered"), HTML_INFO },
	[EVENT_MESSAGE_ERASED] = { N_("Message of a reader erased"), HTML_INFO },
	[EVENT_FOLLOWERS_WRITTEN] = { N_("Letter to the followers of a dataset"), HTML_INFO },
	[EVENT_LEDGER_EXPORTED] = { N_("Ledger of consent exported"), HTML_INFO },
	[EVENT_CRAWL_PASSED] = { N_("Verification by browsers passed"), HTML_SUCCESS },
	[EVENT_CRAWL_FAILED] = { N_("Verification by browsers failed"), HTML_BAD },
	[EVENT_SSO_REFUSED] = { N_("Identity provider refused"), HTML_WARNING },
	[EVENT_SSO_LINKED] = { N_("Identity linked"), HTML_INFO },
};

/* --- the list ---------------------------------------------------------------------------------------------- */

static const struct account *person(const struct account *people, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (people[i].id == id)
			return &people[i];
	return NULL;
}

static void put_person(struct html *h, const struct account *people, size_t n, int64_t id)
{
	const struct account *a = person(people, n, id);
	if (!id) {
		html_lit(h, "–");
		return;
	}
	if (!a) {
		html_say_with(h, N_("Account {0}, no longer there"), HTML_ARG_COUNT(id));
		return;
	}
	html_lit(h, "<a href=\"/backoffice/users/");
	html_int(h, id);
	html_lit(h, "/\"><bdi>");
	html_text(h, a->name.n ? a->name : a->email);
	html_lit(h, "</bdi></a>");
}

static void put_row(struct html *h, struct html_table *t, const struct visit *v, const struct event_line *l, const struct account *people, size_t npeople)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_date(h, l->at.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (words[l->kind].sentence)
		html_badge(h, words[l->kind].tone, words[l->kind].sentence);
	else
		html_badge_text(h, HTML_NEUTRAL, str_of(event_name(l->kind)));
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_person(h, people, npeople, l->account);
	if (l->by && l->by != l->account) {
		html_lit(h, "<small>");
		html_say(h, N_("by"));
		html_lit(h, " ");
		put_person(h, people, npeople, l->by);
		html_lit(h, "</small>");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (l->reason.n || l->detail.n) {
		html_lit(h, "<code lang=\"en\" dir=\"ltr\" translate=\"no\">");
		html_text(h, l->reason);
		if (l->reason.n && l->detail.n)
			html_lit(h, " · ");
		html_text(h, l->detail);
		html_lit(h, "</code>");
	} else {
		html_lit(h, "–");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_lit(h, "<bdi dir=\"ltr\">");
	html_text(h, l->network.n ? l->network : STR("–"));
	html_lit(h, "</bdi>");
	html_cell_close(h, t);
	html_row_close(h, t);
}

void back_put_events(struct html *h, const struct visit *v, const struct event_line *lines, size_t n, const struct account *people, size_t npeople)
{
	static const struct html_column columns[] = {
		{ .title = N_("When") }, { .title = N_("What") }, { .title = N_("Whom it concerns") }, { .title = N_("Details") }, { .title = N_("Network") },
	};
	struct html_table t = { .caption = N_("Security log"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_row(h, &t, v, &lines[i], people, npeople);
	html_table_close(h, &t);
}

/* --- the page ----------------------------------------------------------------------------------------------- */

/* Kinds by the first part of their name: "auth", "session" … */
static const struct family { const char *word, *title; } families[] = {
	{ "auth", N_("Signing in") }, { "session", N_("Sessions") }, { "factor", N_("Second factors") }, { "account", N_("Accounts") },
	{ "key", N_("API keys") }, { "settings", N_("Settings") }, { "csrf", N_("Refused forms") }, { "cookie", N_("Cookies") },
	{ "sso", N_("Identity providers") },
};

static bool is_of(enum event_kind k, struct str family)
{
	struct str name = str_of(event_name(k));
	return !family.n || (str_starts(name, family) && name.n > family.n && name.p[family.n] == '.');
}

static void put_filters(struct html *h, const struct view_state *s, const struct visit *v, const struct account *people, size_t npeople)
{
	struct html_option kinds[COUNT_OF(families) + 1] = { { .value = STR(""), .message = N_("Everything") } };
	for (size_t i = 0; i < COUNT_OF(families); i++)
		kinds[i + 1] = (struct html_option){ .value = str_of(families[i].word), .message = families[i].title };
	html_form_open(h, &(struct html_form){ .inline_ = true, .action = STR("/backoffice/events/"), .label = N_("Narrow the list") });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "kind", .label = N_("What"), .options = kinds, .noptions = COUNT_OF(kinds),
		.value = view_state_get(s, STR("kind")) });
	int64_t id = 0;
	if (str_to_int(view_state_get(s, STR("account")), &id)) {
		const struct account *a = person(people, npeople, id);
		const struct html_option who[] = { { .value = STR(""), .message = N_("Everybody") },
			{ .value = view_state_get(s, STR("account")), .text = a ? a->email : arena_printf(v->arena, "%lld", (long long)id) } };
		html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "account", .label = N_("Whom it concerns"), .options = who,
			.noptions = COUNT_OF(who), .value = view_state_get(s, STR("account")) });
	}
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show"), .icon = ICON_FILTER, .with_icon = true });
	html_form_close(h);
}

static size_t keep_family(struct event_line *lines, size_t n, struct str family, size_t most)
{
	size_t kept = 0;
	for (size_t i = 0; i < n && kept < most; i++)
		if (is_of(lines[i].kind, family))
			lines[kept++] = lines[i];
	return kept;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const names[] = { "kind", "account", "rows" };
	auto_visit v = { 0 };
	struct view_state s;
	struct event_line *lines;
	struct account *people;
	size_t n, npeople;
	int64_t account = 0, rows = EVENTS_SHOWN;
	if (!back_enter(app, r, p, VIEW_OFFICE_EVENTS, 0, &v, e))
		return back_answered(p, e);
	view_state_only(&s, r, STR("/backoffice/events/"), names, COUNT_OF(names));
	struct str family = view_state_get(&s, STR("kind"));
	if (!str_to_int(view_state_get(&s, STR("account")), &account) || account < 0)
		account = 0;
	if (!str_to_int(view_state_get(&s, STR("rows")), &rows) || rows < 1)
		rows = EVENTS_SHOWN;
	rows = num_min(rows, (int64_t)EVENTS_MOST);
	/* A family is picked out of a longer list; the log is one index scan either way. */
	if (!event_list(v.at.site->events, v.at.tenant->id, account, (size_t)(family.n ? EVENTS_MOST * 10 : rows + 1), v.arena, &lines, &n, e) ||
	    !account_list(v.at.site->store, v.at.tenant->id, v.arena, &people, &npeople, e))
		return false;
	n = keep_family(lines, n, family, (size_t)rows + 1);
	auto_page page = back_page(&v, N_("Security log"), "/backoffice/events/");
	view_office_open(&page, VIEW_OFFICE_EVENTS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What happened to accounts, sessions, keys and settings. Networks are cut short, and everything is forgotten in time."));
	html_heading_close(h);
	put_filters(h, &s, &v, people, npeople);
	if (!n)
		html_empty(h, N_("Nothing here"), N_("Nothing of this kind is in the log."), NULL);
	else
		back_put_events(h, &v, lines, num_min(n, (size_t)rows), people, npeople);
	if (n > (size_t)rows && rows < EVENTS_MOST) {
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show more"),
			.href = view_state_url(&s, STR("rows"), NULL, STR("rows"), arena_printf(v.arena, "%lld", (long long)num_min(rows * 4, (int64_t)EVENTS_MOST))) });
		html_buttons_close(h);
	}
	return view_close(&page, e);
}

const struct httpd_route back_events = { .method = HTTPD_GET, .pattern = "/backoffice/events/", .run = run };

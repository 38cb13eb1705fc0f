/* One's own API keys: made with a name and a part of one's permissions, shown once, revoked for good. */
#include "gate/inside.h"

static void put_names(struct html *h, uint64_t bits)
{
	bool more = false;
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		if (!(bits & ACCOUNT_BIT(i))) continue;
		if (more) html_lit(h, "; ");
		html_say(h, account_permission_row((enum account_permission)i)->sentence);
		more = true;
	}
	if (!more) html_say(h, N_("Read what is shown to you."));
}

static void put_day(struct html *h, int64_t day)
{
	if (day < 0) html_say(h, N_("never"));
	else html_date(h, day * 86400 * INT64_C(1000000), clock_utc(), false);
}

/* Calls of today, and how many there may be. */
static void put_calls(struct gate *g, const struct account_key *k)
{
	struct html *h = &g->page.h;
	int64_t used = quota_used(g->v.at.site->quota, g->v.at.tenant->id, k->id, clock_now());
	int64_t most = k->calls_a_day >= 0 ? k->calls_a_day : tenant_number(g->v.at.tenant, "quota.key");
	if (most > 0) html_say_with(h, N_("{0} of {1}"), HTML_ARG_COUNT(used), HTML_ARG_COUNT(most));
	else html_count(h, used);
}

/* The same of the account as a whole, where it has a quota. */
static void put_own_calls(struct gate *g)
{
	const struct account_who *who = &g->v.who.who;
	const struct tenant *t = g->v.at.tenant;
	static const char *const words[QUOTA_UNITS] = {
		N_("Calls of your account in this second, with all keys: {0} of {1}."), N_("Calls of your account in this minute, with all keys: {0} of {1}."),
		N_("Calls of your account in this hour, with all keys: {0} of {1}."), N_("Calls of your account today, with all keys: {0} of {1}."),
		N_("Calls of your account this month, with all keys: {0} of {1}."), N_("Calls of your account this year, with all keys: {0} of {1}.") };
	struct account_calls most = account_calls_of(t, &who->bounds);
	if (most.calls <= 0) return;
	html_lit(&g->page.h, "<p>");
	html_say_with(&g->page.h, words[most.unit], HTML_ARG_COUNT(quota_used_by(g->v.at.site->quota, t->id, g->v.session->account, clock_now())), HTML_ARG_COUNT(most.calls));
	html_lit(&g->page.h, "</p>");
}

static void put_key(struct gate *g, struct html_table *t, const struct account_key *k)
{
	struct html *h = &g->page.h;
	bool over = k->expires.us && k->expires.us <= clock_now().us;
	html_row_open(h, t);
	html_cell_open(h, t);
	html_text(h, k->name);
	html_lit(h, " <code dir=\"ltr\" translate=\"no\">");
	html_text(h, k->hint);
	html_lit(h, "…</code>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_names(h, k->listed_permissions ? k->permissions & g->v.who.who.permissions : 0);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_day(h, k->last_day);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_calls(g, k);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (k->revoked.us) html_badge(h, HTML_NEUTRAL, N_("Revoked"));
	else if (over) html_badge(h, HTML_NEUTRAL, N_("Over"));
	else html_badge(h, HTML_SUCCESS, N_("Good"));
	if (k->reason.n) {
		html_lit(h, " ");
		html_text(h, k->reason);
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (!k->revoked.us) {
		html_form_open(h, &(struct html_form){ .visit = &g->v, .plain = true });
		html_hidden(h, "do", STR("revoke"));
		html_hidden(h, "key", arena_printf(g->v.arena, "%lld", (long long)k->id));
		html_button(h, &(struct html_button){ .label = N_("Revoke"), .about = k->name, .weight = HTML_SECONDARY, .small = true });
		html_form_close(h);
	}
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool put_list(struct gate *g, struct err *e)
{
	static const struct html_column columns[] = {
		{ .title = N_("Key"), .main = true }, { .title = N_("What it may do") }, { .title = N_("Last used") }, { .title = N_("Calls today") }, { .title = N_("State") },
		{ .title = N_("Actions"), .hide_title = true } };
	struct html *h = &g->page.h;
	struct account_key *keys;
	size_t n, own = 0;
	struct html_table t = { .caption = N_("Your API keys"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	if (!account_key_list(g->scene.as, g->v.at.tenant->id, g->v.arena, &keys, &n, e)) return false;
	for (size_t i = 0; i < n; i++) own += keys[i].account == g->v.session->account;
	if (!own) {
		html_empty(h, N_("No key yet"), N_("Programs that read what only you may see, or that change something, send a key of yours."), NULL);
		return true;
	}
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		if (keys[i].account == g->v.session->account) put_key(g, &t, &keys[i]);
	html_table_close(h, &t);
	return true;
}

static void put_form(struct gate *g)
{
	struct html *h = &g->page.h;
	struct html_option options[ACCOUNT_PERMISSIONS];
	size_t n = 0;
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		const struct account_permission_row *row = account_permission_row((enum account_permission)i);
		if (g->v.who.who.permissions & ACCOUNT_BIT(i))
			options[n++] = (struct html_option){ .value = str_of(row->name), .message = row->sentence };
	}
	html_panel_open(h, "new", N_("Make a key"), N_("It is good at this portal only, and for what you may do yourself at most."));
	gate_form_open(g, NULL);
	html_hidden(h, "do", STR("make"));
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "label", .label = N_("What is it for?"), .required = true, .most = ACCOUNT_KEY_NAME });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "until", .label = N_("Good until"), .hint = N_("May stay empty: until you revoke it.") });
	if (n) html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "permissions", .label = N_("Besides reading it may"), .options = options, .noptions = n, .columns = true });
	gate_submit(g, N_("Make a key"));
	html_panel_close(h);
}

static bool show(struct gate *g, struct err *e)
{
	gate_open_own(g, N_("API keys"), GATE_KEYS);
	put_own_calls(g);
	if (!put_list(g, e)) return false;
	if (session_is_fresh(g->v.at.tenant, g->v.session, clock_now())) {
		put_form(g);
		return gate_close(g, e);
	}
	html_buttons_open(&g->page.h);
	html_button(&g->page.h, &(struct html_button){ .label = N_("Make a key"), .href = STR("/account/confirm/?next=/account/keys/") });
	html_buttons_close(&g->page.h);
	return gate_close(g, e);
}

static bool show_made(struct gate *g, const char *text, struct err *e)
{
	struct html *h = &g->page.h;
	gate_open_own(g, N_("Your new key"), GATE_KEYS);
	html_notice(h, HTML_WARNING, N_("Copy the key now: it is shown only this once."));
	view_code(h, "text", str_of(text));
	html_lit(h, "<p>");
	html_say_with(h, N_("Programs send it in the field {0}."), HTML_ARG_CODE(STR("Authorization: Apikey …")));
	html_lit(h, "</p>");
	gate_link(g, "/account/keys/", N_("Back to the keys"));
	return gate_close(g, e);
}

static bool make(struct gate *g, struct err *e)
{
	struct account_key k = { .name = str_trim(gate_field(g, "label")), .scope = ACCOUNT_READ, .listed_permissions = true, .calls_a_day = -1 };
	struct str until = str_trim(gate_field(g, "until"));
	struct account a;
	struct clock_text day;
	char text[ACCOUNT_KEY_TEXT];
	if (!account_get(g->scene.as, g->v.at.tenant->id, g->v.session->account, g->v.arena, &a, e)) return false;
	k.email = a.email;
	for (size_t i = 0; i < g->form.n; i++) {
		uint64_t bits;
		struct err ignored = { 0 };
		if (str_eq(g->form.pairs[i].name, STR("permissions")) && account_permissions_read(g->form.pairs[i].value, &bits, &ignored)) k.permissions |= bits;
	}
	k.permissions &= g->v.who.who.permissions;
	if (k.permissions) k.scope |= ACCOUNT_WRITE;
	if (!k.name.n) gate_complain(g, "label", N_("Please write what the key is for."));
	if (until.n && !clock_parse(until, &day)) gate_complain(g, "until", N_("Please give a day to come, such as 2030-01-31."));
	else if (until.n) k.expires.us = clock_us_of_civil(&day.civil);
	if (k.expires.us && k.expires.us <= clock_now().us) gate_complain(g, "until", N_("Please give a day to come, such as 2030-01-31."));
	if (g->errors.n) return show(g, e);
	if (!account_key_add(g->scene.as, g->v.at.tenant->id, &k, text, e)) return gate_refused(g, "label", e) && show(g, e);
	visitor_note(&g->v, EVENT_KEY_CREATED, STR(""), STR(""));
	return show_made(g, text, e);
}

static bool revoke(struct gate *g, struct err *e)
{
	int64_t id;
	if (!str_to_int(gate_field(g, "key"), &id)) return err_set(e, ERR_BAD_REQUEST, "Which key is to be revoked?");
	if (!account_key_revoke_for(g->scene.as, g->v.at.tenant->id, g->v.session->account, id, STR(""), e)) return false;
	visitor_note(&g->v, EVENT_KEY_REVOKED, STR(""), STR(""));
	return gate_go(g, STR("/account/keys/"), "revoked", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD && str_eq(gate_field(&g, "do"), STR("revoke"))) return revoke(&g, e);
		if (how == GATE_GOOD) return visitor_fresh(&g.v, e) && make(&g, e);
	}
	return show(&g, e);
}

const struct httpd_route gate_keys = { .method = HTTPD_GET, .pattern = "/account/keys/", .run = run };
const struct httpd_route gate_keys_post = { .method = HTTPD_POST, .pattern = "/account/keys/", .run = run };

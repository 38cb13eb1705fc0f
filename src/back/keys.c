/* All API keys of the portal. What a key reads was given once and is kept nowhere: a key that turned up somewhere can be shown
 * to this page, which says whose it is; the text is sent in a form and appears in no address and no log. */
#include "back/people.h"

struct keys {
	struct visit *visit;
	struct account_key *all;
	size_t n;
	bool searched;
	int64_t found;          /* 0: none reads so */
};

static bool is_over(const struct account_key *k, struct instant now)
{
	return k->expires.us && k->expires.us <= now.us;
}

static void put_state(struct html *h, const struct keys *o, const struct account_key *k)
{
	if (k->revoked.us) {
		html_badge(h, HTML_BAD, N_("Revoked"));
		html_lit(h, "<small>");
		html_date(h, k->revoked.us, o->visit->zone, false);
		if (k->reason.n) {
			html_lit(h, ": ");
			html_text(h, k->reason);
		}
		html_lit(h, "</small>");
	} else if (is_over(k, clock_now())) {
		html_badge(h, HTML_WARNING, N_("Expired"));
	} else {
		html_badge(h, HTML_SUCCESS, N_("Good"));
	}
}

static void put_row(struct html *h, struct html_table *t, const struct keys *o, const struct account_key *k)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_text(h, k->name.n ? k->name : i18n_text(h->lang, N_("Without a name")));
	html_lit(h, "<small><code dir=\"ltr\">");
	html_text(h, k->hint);
	html_lit(h, "…</code></small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"/backoffice/users/");
	html_int(h, k->account);
	html_lit(h, "/\"><bdi>");
	html_text(h, k->email);
	html_lit(h, "</bdi></a>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_say(h, k->scope & ACCOUNT_WRITE ? N_("Reads and writes") : N_("Reads"));
	if (k->scope & ACCOUNT_LISTED) {
		html_lit(h, "<small>");
		html_say_plural(h, N2_("{0} dataset", "{0} datasets"), (int64_t)k->ndatasets);
		html_lit(h, "</small>");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	back_put_day(h, k->last_day);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_state(h, o, k);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (!k->revoked.us)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Revoke"), .about = k->name.n ? k->name : k->hint,
			.href = arena_printf(o->visit->arena, "/backoffice/keys/%lld/revoke/", (long long)k->id) });
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_table(struct html *h, const struct keys *o)
{
	static const struct html_column columns[] = {
		{ .title = N_("Key"), .main = true }, { .title = N_("Owner") }, { .title = N_("May") }, { .title = N_("Last used") }, { .title = N_("State") },
		{ .title = N_("Actions"), .hide_title = true },
	};
	struct html_table t = { .caption = N_("API keys"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < o->n; i++)
		if (!o->searched || o->all[i].id == o->found)
			put_row(h, &t, o, &o->all[i]);
	html_table_close(h, &t);
}

static void put_search(struct html *h, struct visit *v, const struct html_errors *errors)
{
	html_panel_open(h, "find", N_("Whose key is this?"), N_("For a key that turned up where it should not be, such as in a public file."));
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/keys/"), .errors = errors });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_PASSWORD, .name = "key", .label = N_("The whole key"), .required = true, .code = true });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Find"), .icon = ICON_SEARCH, .with_icon = true });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct keys o = { .visit = &v };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_KEYS, 0, &v, e))
		return back_answered(p, e);
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e))
			return false;
		struct str key = str_trim(visitor_field(&form, STR("key")));
		struct err why = { 0 };
		o.searched = key.n > 0;
		if (!key.n)
			html_complain(&errors, v.lang, "key", N_("Give the key."));
		else if (!account_key_find(v.at.site->accounts, v.at.tenant->id, key, &o.found, &why) && why.code == ERR_NOT_FOUND)
			html_complain(&errors, v.lang, "key", N_("No key of this portal reads so."));
		else if (why.code)
			return err_set(e, why.code, "The keys cannot be read.");
		if (errors.n)
			back_refused(&v);
	}
	if (!account_key_list(v.at.site->accounts, v.at.tenant->id, v.arena, &o.all, &o.n, e))
		return false;
	auto_page page = back_page(&v, N_("API keys"), "/backoffice/keys/");
	view_office_open(&page, VIEW_OFFICE_KEYS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Every key that acts for an account of this portal. Their owners make them under My account."));
	html_heading_close(h);
	back_said(&page, r);
	put_search(h, &v, &errors);
	if (o.searched && o.found)
		html_notice(h, HTML_INFO, N_("This is the key:"));
	if (o.searched && !o.found)
		o.searched = false;
	if (o.n)
		put_table(h, &o);
	else
		html_empty(h, N_("No keys yet"), N_("Nobody has made an API key at this portal."), NULL);
	return view_close(&page, e);
}

BACK_PAGE(keys, "/backoffice/keys/", run);

/* --- revoking ----------------------------------------------------------------------------------------------- */

static const struct account_key *find_key(const struct keys *o, int64_t id)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->all[i].id == id)
			return &o->all[i];
	return NULL;
}

static bool revoke(struct visit *v, const struct account_key *k, struct str reason, struct err *e)
{
	if (!account_key_revoke_for(v->at.site->accounts, v->at.tenant->id, 0, k->id, reason, e))
		return false;
	event_note(v->at.site->events, v->at.tenant->id, &(struct event){ .kind = EVENT_KEY_REVOKED, .account = k->account, .by = v->who.account,
		.reason = STR("administrator"), .detail = k->hint, .client = v->request->client });
	return back_done(v, STR("/backoffice/keys/"), "revoked", e);
}

static bool run_revoke(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct keys o = { .visit = &v };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	int64_t id;
	if (!back_enter(app, r, p, VIEW_OFFICE_KEYS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	if (!account_key_list(v.at.site->accounts, v.at.tenant->id, v.arena, &o.all, &o.n, e))
		return false;
	const struct account_key *k = back_number(r->holes[0], &id) ? find_key(&o, id) : NULL;
	if (!k || k->revoked.us)
		return err_set(e, ERR_NOT_FOUND, "There is no such key, or it is revoked already.");
	struct str reason = STR("");
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e))
			return false;
		reason = str_trim(visitor_field(&form, STR("reason")));
		if (reason.n && reason.n <= ACCOUNT_KEY_NAME)
			return revoke(&v, k, reason, e);
		html_complain(&errors, v.lang, "reason", reason.n ? N_("The reason is too long.") : N_("Give a reason: the owner of the key reads it."));
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Revoke a key"), "/backoffice/keys/");
	view_office_open(&page, VIEW_OFFICE_KEYS);
	html_heading_open(&page.h, page.title, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = r->path, .back = STR("/backoffice/keys/"), .errors = &errors,
		.sentence = arena_printf(v.arena, "%.*s (%.*s…, %.*s): %.*s", STR_ARG(k->name), STR_ARG(k->hint), STR_ARG(k->email), STR_ARG(i18n_text(v.lang,
			N_("from now on no request is answered for this key. It cannot be brought back.")))), .button = N_("Revoke the key"),
		.field = &(struct html_field){ .name = "reason", .label = N_("Reason"), .value = reason, .required = true, .most = ACCOUNT_KEY_NAME,
			.hint = N_("Its owner reads it.") } });
	return view_close(&page, e);
}

BACK_PAGE(key_revoke, "/backoffice/keys/{id}/revoke/", run_revoke);

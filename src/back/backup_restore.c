/* A backup of the portal brought back from a page: what it has and what of now is not in it is shown before, the portal's name is typed, and a secret
 * proved of late. The work is transfer/'s; how it ended stands in the list of backups, for whoever signs in anew. */
#include "back/inside.h"
#include "transfer/transfer.h"

#define HOME "/backoffice/backups/"

static const struct { const char *word, *title; } kinds[] = {
	{ "datasets", N_("Datasets") }, { "pages", N_("Pages") }, { "people", N_("People") }, { "groups", N_("Groups") }, { "keys", N_("API keys") }, { "reuses", N_("Reuses") },
	{ "saved", N_("Maps and charts") },
};

static const char *title_of(const struct transfer_kind *k)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].word, k->word) == 0) return kinds[i].title;
	return k->word;
}

static void put_names(struct html *h, struct str *names, size_t n)
{
	if (!n) return;
	html_lit(h, "<details><summary>");
	html_say(h, N_("Which"));
	html_lit(h, "</summary><ul>");
	for (size_t i = 0; i < n && i < TRANSFER_NAMES; i++) {
		html_lit(h, "<li><bdi>");
		html_text(h, names[i]);
		html_lit(h, "</bdi></li>");
	}
	html_lit(h, "</ul>");
	if (n > TRANSFER_NAMES) {
		html_lit(h, "<p>");
		html_say_plural(h, N2_("And {0} more.", "And {0} more."), (int64_t)(n - TRANSFER_NAMES));
		html_lit(h, "</p>");
	}
	html_lit(h, "</details>");
}

static void put_count(struct html *h, struct html_table *t, size_t n, struct str *names)
{
	html_cell_open(h, t);
	html_count(h, (int64_t)n);
	put_names(h, names, n);
	html_cell_close(h, t);
}

static void put_contents(struct html *h, const struct transfer_contents *c)
{
	static const struct html_column columns[] = { { .title = N_("What"), .main = true }, { .title = N_("In the backup"), .number = true }, { .title = N_("Now"), .number = true },
		{ .title = N_("Made since: will be gone") }, { .title = N_("Changed since: as it was") }, { .title = N_("Removed since: there again"), .number = true } };
	struct html_table t = { .caption = N_("What this backup has, and what of now is not in it"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < TRANSFER_KINDS; i++) {
		const struct transfer_kind *k = &c->kinds[i];
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_say(h, title_of(k));
		html_cell_close(h, &t);
		html_cell_count(h, &t, (int64_t)k->then);
		html_cell_count(h, &t, (int64_t)k->now);
		put_count(h, &t, k->made, k->made_names);
		put_count(h, &t, k->changed, k->changed_names);
		html_cell_count(h, &t, (int64_t)k->removed);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static void put_what(struct html *h, struct visit *v, const struct transfer_backup *b, const struct transfer_contents *c)
{
	html_facts_open(h);
	html_fact_open(h, N_("Made"));
	html_date(h, b->queued.us, v->zone, true);
	html_fact_close(h);
	html_fact_open(h, N_("Size"));
	html_bytes(h, b->bytes);
	html_fact_close(h);
	html_facts_close(h);
	if (c->lacks_account)
		html_notice(h, HTML_WARNING, N_("Your own account is not in this backup: when it is back, somebody who was here then has to sign in, or whoever runs the server lets you in again."));
	if (c->known) put_contents(h, c);
	else html_notice(h, HTML_INFO, N_("This backup was made by an earlier version, which did not note what is in it."));
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("What else came since goes, too: messages of readers, settings, the look, logs, and what readers agreed to: if anybody did since, nothing more is agreed to until whoever runs the server has looked at the ledger. The names of the portal and the list of backups stay. API keys that were revoked since stay revoked."));
	html_lit(h, "</p>");
}

static bool order(struct visit *v, const struct visitor_form *f, const struct transfer_backup *b, struct html_errors *errors, struct err *e)
{
	if (!str_eq(str_trim(visitor_field(f, STR("name"))), v->at.tenant->host)) return html_complain(errors, v->lang, "name", N_("This is not its host name."));
	if (!back_fresh_form(v, errors)) return false;
	if (transfer_restore_order(v->at.site, b, v->who.account, e)) {
		visitor_note(v, EVENT_SETTINGS_CHANGED, STR("restore"), STR("backup"));
		return back_done(v, STR(HOME), "restore-ordered", e);
	}
	if (e->code == ERR_CONFLICT) return html_complain_text(errors, STR(""), arena_str(v->arena, str_of(e->pub)));
	back_complain(v, errors, "", e);
	return false;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct transfer_backup b;
	struct transfer_contents contents;
	if (!back_enter(app, r, p, VIEW_OFFICE_BACKUPS, 0, &v, e)) return back_answered(p, e);
	if (!v.who.who.admin) return err_set(e, ERR_FORBIDDEN, "Backups are brought back by administrators only.");
	if (!transfer_backup_find(v.at.site, v.at.tenant->id, r->holes[0], v.arena, &b, e)) return false;
	if (b.restores || !b.file.n) return err_set(e, ERR_NOT_FOUND, "There is no such backup.");
	if (r->method == HTTPD_POST) {
		if (back_form_kept(&v, &form, &errors, e) && order(&v, &form, &b, &errors, e)) return true;
		if (!errors.n) return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!transfer_contents_read(v.at.site, &b, v.who.account, v.arena, &contents, e)) return false;
	auto_page page = back_page(&v, N_("Bring a backup back"), HOME);
	view_office_open(&page, VIEW_OFFICE_BACKUPS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Backups")), STR(HOME) }, { page.title, STR("") } };
	const struct html_field name = { .name = "name", .label = N_("Type its host name"), .hint_text = v.at.tenant->host, .required = true, .code = true, .most = 253 };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, N_("The whole portal is put back to what it was when this backup was made."));
	html_heading_close(h);
	back_put_stale(&page, &errors);
	put_what(h, &v, &b, &contents);
	html_confirm(h, &(struct html_confirm){ .visit = &v, .action = arena_printf(v.arena, HOME "%.*s/restore/", STR_ARG(b.uid)), .back = STR(HOME), .button = N_("Bring it back"), .field = &name, .errors = &errors,
		.sentence = i18n_text(v.lang, N_("While this is done the portal is closed: everybody gets a page that says so, and it opens again by itself. A backup of that moment is made first, with which this can be taken back in the same way. Afterwards everybody signs in again.")) });
	return view_close(&page, e);
}

BACK_PAGE(backup_restore, "/backoffice/backups/{backup}/restore/", run);

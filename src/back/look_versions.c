/* Versions of the theme: the draft, what is live, what was. Going live is asked for on a page that says what changes and what cannot be
 * read; a version that was live stays as it was for ever. */
#include "back/look.h"

enum { SHOWN = 100, NOTE = 300 };

/* --- the list ---------------------------------------------------------------------------------------------------- */

static void put_row(struct html *h, struct html_table *table, struct visit *v, const struct look_version *w)
{
	html_row_open(h, table);
	html_cell_open(h, table);
	html_say_with(h, N_("Version {0}"), HTML_ARG_COUNT(w->version));
	if (w->live) {
		html_lit(h, " ");
		html_badge(h, HTML_SUCCESS, N_("Live"));
	}
	html_cell_close(h, table);
	html_cell_open(h, table);
	html_date(h, w->made_us, v->zone, true);
	html_cell_close(h, table);
	html_cell_text(h, table, w->note);
	html_cell_open(h, table);
	html_lit(h, "<div class=\"row-buttons\">");
	struct str about = arena_printf(v->arena, "%lld", (long long)w->version);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Look at it"), .about = about, .small = true,
		.href = arena_printf(v->arena, "/explore/?stage_theme=%lld", (long long)w->version) });
	if (!w->live) {
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true });
		html_hidden(h, "version", about);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Make it live again"), .about = about, .small = true, .name = "do", .value = STR("choose") });
		html_form_close(h);
	}
	html_lit(h, "</div>");
	html_cell_close(h, table);
	html_row_close(h, table);
}

static void put_draft(struct html *h, struct visit *v)
{
	html_panel_open(h, "draft", N_("The draft"), N_("Begin again from what is live, or from the house's own look. What was changed in the draft is then gone."));
	html_form_open(h, &(struct html_form){ .visit = v });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Begin again from what is live"), .name = "do", .value = STR("live") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Begin again from the house's look"), .name = "do", .value = STR("house") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool show(struct visit *v, const struct html_errors *errors, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Version"), .main = true }, { .title = N_("Went live") }, { .title = N_("Note") },
		{ .title = N_("Actions"), .hide_title = true } };
	struct html_table table = { .caption = N_("Versions"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct look_version *versions;
	size_t n;
	const struct look *draft;
	if (!look_versions(v->at.site->looks, v->at.tenant->id, v->arena, SHOWN, &versions, &n, e) || !back_hold_draft(v, &draft, e))
		return false;
	auto_page page = back_page(v, N_("Look and feel"), "/backoffice/look/versions/");
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Every look that went live is kept as it was, and can be put back."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_look_tabs(h, LOOK_TAB_VERSIONS);
	for (size_t i = 0; i < errors->n; i++)
		html_notice_text(h, HTML_BAD, errors->items[i].text);
	back_put_draft_bar(&page, draft);
	look_release(v->at.site->looks, draft);
	if (n) {
		html_table_open(h, &table);
		for (size_t i = 0; i < n; i++)
			put_row(h, &table, v, &versions[i]);
		html_table_close(h, &table);
	} else {
		html_empty(h, N_("No version yet"), N_("The portal has the house's own look, in its accent colour. The first draft that goes live is version 1."), NULL);
	}
	put_draft(h, v);
	return view_close(&page, e);
}

static bool act(struct visit *v, const struct visitor_form *f, const char **said, struct err *e)
{
	struct looks *ls = v->at.site->looks;
	struct str what = visitor_field(f, STR("do"));
	int64_t version = 0;
	*said = "discarded";
	if (str_eq(what, STR("live")) || str_eq(what, STR("house")))
		return look_reset_draft(ls, v->at.tenant, str_eq(what, STR("house")), e);
	*said = "live-again";
	if (!str_eq(what, STR("choose")) || !back_number(visitor_field(f, STR("version")), &version))
		return err_set(e, ERR_INVALID, "the form says nothing that can be done");
	if (!look_choose(ls, v->at.tenant, version, e))
		return false;
	visitor_note(v, EVENT_SETTINGS_CHANGED, STR(""), STR("look"));
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	const char *said;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (act(&v, &form, &said, e))
			return back_done(&v, STR("/backoffice/look/versions/"), said, e);
		if (back_complain(&v, &errors, "", e))
			return false;
		back_refused(&v);
	}
	return show(&v, &errors, e);
}

/* --- going live -------------------------------------------------------------------------------------------------- */

/* What cannot be read, with its numbers; gives how many. */
static size_t put_short(struct html *h, struct visit *v, const struct look *draft)
{
	size_t wrong = 0;
	for (int s = 0; s < LOOK_SCHEMES; s++) {
		struct look_pair pairs[LOOK_PAIRS];
		size_t n = look_pairs(&draft->palette[s], pairs);
		for (size_t i = 0; i < n; i++) {
			if (pairs[i].ok)
				continue;
			if (!wrong++) {
				html_notice_open(h, HTML_BAD);
				html_lit(h, "<p><strong>");
				html_say(h, N_("This draft cannot go live yet: some of it could not be read."));
				html_lit(h, "</strong></p><ul>");
			}
			html_lit(h, "<li>");
			back_put_sample(h, draft->palette[s].colour[pairs[i].front], draft->palette[s].colour[pairs[i].back]);
			html_lit(h, " ");
			html_say(h, pairs[i].title);
			html_lit(h, " (");
			html_say(h, s == LOOK_LIGHT ? N_("light") : N_("dark"));
			html_lit(h, "): ");
			html_say_with(h, N_("{0}:1 where {1}:1 is needed"), HTML_ARG_STRONG(arena_printf(v->arena, "%.2f", pairs[i].is)),
			              HTML_ARG_TEXT(arena_printf(v->arena, "%.1f", pairs[i].least)));
			html_lit(h, "</li>");
		}
	}
	if (wrong) {
		html_lit(h, "</ul>");
		html_notice_close(h);
	}
	return wrong;
}

static bool ask(struct visit *v, const struct look *draft, const struct html_errors *errors, struct err *e)
{
	const char *changes[LOOK_PARTS];
	const struct look *live = look_hold(v->at.site->looks, v->at.tenant);
	size_t n = back_look_changes(&draft->theme, &live->theme, changes);
	look_release(v->at.site->looks, live);
	auto_page page = back_page(v, N_("Make the draft live"), "/backoffice/look/live/");
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	for (size_t i = 0; i < errors->n; i++)
		html_notice_text(h, HTML_BAD, errors->items[i].text);
	bool wrong = put_short(h, v, draft) > 0;
	if (!n)
		html_notice(h, HTML_INFO, N_("The draft is the same as what visitors see: there is nothing to make live."));
	if (n && !wrong) {
		html_lit(h, "<p>");
		html_say(h, N_("This changes for every visitor, at once:"));
		html_lit(h, "</p><ul class=\"plain-list\">");
		for (size_t i = 0; i < n; i++) {
			html_lit(h, "<li>");
			html_say(h, changes[i]);
			html_lit(h, "</li>");
		}
		html_lit(h, "</ul>");
		html_confirm(h, &(struct html_confirm){ .visit = v, .back = STR("/backoffice/look/"), .button = N_("Make it live"),
			.sentence = i18n_text(v->lang, N_("The version is then locked for ever; a new draft begins as its copy. Any earlier version can be put back.")),
			.field = &(struct html_field){ .name = "note", .label = N_("Note"), .hint = N_("For the list of versions; may be empty."), .most = NOTE } });
	} else {
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Back to the editor"), .href = STR("/backoffice/look/") });
		html_buttons_close(h);
	}
	return view_close(&page, e);
}

static bool run_live(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	int64_t version;
	const struct look *draft;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (look_go_live(v.at.site->looks, v.at.tenant, str_trim(visitor_field(&form, STR("note"))), &version, e)) {
			visitor_note(&v, EVENT_SETTINGS_CHANGED, STR(""), STR("look"));
			return back_done(&v, STR("/backoffice/look/versions/"), "live", e);
		}
		if (back_complain(&v, &errors, "", e))
			return false;
		back_refused(&v);
	}
	if (!back_hold_draft(&v, &draft, e))
		return false;
	bool ok = ask(&v, draft, &errors, e);
	look_release(v.at.site->looks, draft);
	return ok;
}

BACK_PAGE(look_versions, "/backoffice/look/versions/", run);
BACK_PAGE(look_live, "/backoffice/look/live/", run_live);

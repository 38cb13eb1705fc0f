/* Backups of the portal: made at once by a button and kept for a while, each a tar file to be downloaded, with its checksum; what brings one
 * back is backup_restore.c, or a command, which the page shows. They hold everything of the portal, people too: given to administrators with a secret proved of late. */
#include "back/inside.h"
#include "transfer/transfer.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct { const char *word, *title; enum html_tone tone; } states[] = {
	{ "waiting", N_("Waiting"), HTML_INFO }, { "running", N_("Under way"), HTML_INFO }, { "done", N_("Done"), HTML_SUCCESS }, { "error", N_("Failed"), HTML_BAD } };

/* What is in it is for administrators, and so is taking one away: it may be the last. That there is one, and making one, for whoever runs the
 * portal. */
static bool may_have(const struct visit *v) { return v->who.who.admin; }

static struct str path_of(struct visit *v, const struct transfer_backup *b, const char *below)
{
	return arena_printf(v->arena, "/backoffice/backups/%.*s/%s", STR_ARG(b->uid), below);
}

/* The last part of the file's path. */
static struct str file_name(struct str path) { return str_from(path, (size_t)(str_rfind_char(path, '/') + 1)); }

/* --- the list --------------------------------------------------------------------------------------------------------- */

static void put_state(struct html *h, const struct transfer_backup *b)
{
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (str_eq(b->state, str_of(states[i].word))) html_badge(h, states[i].tone, states[i].title);
	if (!b->message.n) return;
	html_lit(h, " <small>");
	html_reason(h, b->message);
	html_lit(h, "</small>");
}

/* Of an order to bring one back: which. */
static void put_source(struct html *h, const struct visit *v, const struct transfer_backup *b, const struct transfer_backup *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].uid, b->source)) {
			html_say_with(h, N_("Brings back the backup of {0}."), HTML_ARG_DATE(list[i].queued.us, v->zone));
			return;
		}
	html_say(h, N_("Brings back a backup that is past its time."));
}

static void put_file(struct html *h, const struct transfer_backup *b)
{
	if (!b->file.n) {
		html_lit(h, "–");
		return;
	}
	html_bytes(h, b->bytes);
	html_lit(h, "<details><summary>");
	html_say(h, N_("Checksum"));
	html_lit(h, "</summary><code class=\"wrap\" lang=\"en\" dir=\"ltr\" translate=\"no\">SHA-256 ");
	html_text(h, b->digest);
	html_lit(h, "</code></details>");
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct transfer_backup *b, const struct transfer_backup *list, size_t n)
{
	struct str who = b->who < 0 ? STR("") : b->who ? accounts_name(v->at.site->accounts, v->at.tenant->id, b->who, v->arena) : i18n_text(v->lang, N_("Every day by itself"));
	html_row_open(h, t);
	html_cell_open(h, t);
	html_date(h, b->queued.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_text(h, t, who.n ? who : i18n_text(v->lang, N_("An account that is gone")));
	html_cell_open(h, t);
	put_state(h, b);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (b->restores) put_source(h, v, b, list, n);
	else put_file(h, b);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (b->file.n && may_have(v))
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Download"), .about = file_name(b->file), .href = path_of(v, b, "download.tar") });
	if (b->file.n && may_have(v))
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Bring back…"), .about = file_name(b->file), .href = path_of(v, b, "restore/") });
	if (b->ended.us && !b->restores && may_have(v))
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .small = true, .label = N_("Remove…"), .about = file_name(b->file), .href = path_of(v, b, "remove/") });
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_list(struct html *h, struct visit *v, const struct transfer_backup *list, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("Asked for"), .main = true }, { .title = N_("By whom") }, { .title = N_("State") }, { .title = N_("Size") }, { .title = N_("Actions") } };
	struct html_table t = { .caption = N_("Backups"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	if (!n) {
		html_empty(h, N_("No backups yet"), N_("Nobody has made one, or they are past their time."), NULL);
		return;
	}
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) put_row(h, &t, v, &list[i], list, n);
	html_table_close(h, &t);
}

static void put_restoring(struct html *h, const struct visit *v)
{
	html_panel_open(h, "restore", N_("Bringing one back"), N_("With this command on the server, in the place of this portal; or under another name, as a copy, with --host NAME and without --replace:"));
	html_lit(h, "<pre class=\"code\" lang=\"en\" dir=\"ltr\" translate=\"no\" tabindex=\"0\"><code>stoa portal import FILE.tar --host ");
	html_text(h, v->at.tenant->host);
	html_lit(h, " --replace</code></pre><p class=\"hint\">");
	html_say(h, N_("Secrets in it open only where the keys of this server are (keys/master in the data folder). Afterwards everybody signs in again."));
	html_lit(h, "</p>");
	html_panel_close(h);
}

static void put_about(struct html *h, const struct visit *v)
{
	const struct conf *c = v->at.site->conf;
	html_lit(h, "<p class=\"hint\">");
	if (c && c->backup_folder[0]) html_say(h, N_("One is made every day."));
	else html_say(h, N_("None is made by itself: whoever runs the server names a folder for daily backups in its settings (backup_folder)."));
	html_lit(h, " ");
	html_say_plural(h, N2_("Each is kept for {0} day.", "Each is kept for {0} days."), c ? c->backup_days : 7);
	html_lit(h, "</p>");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct transfer_backup *list;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_BACKUPS, 0, &v, e)) return back_answered(p, e);
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e)) return false;
		if (transfer_backup_order(v.at.site, v.at.tenant->id, v.who.account, e)) return back_done(&v, STR("/backoffice/backups/"), "backup-ordered", e);
		if (e->code != ERR_CONFLICT) return false;
		*e = (struct err){ 0 };
		return back_done(&v, STR("/backoffice/backups/"), "backup-already", e);
	}
	if (!transfer_backups(v.at.site, v.at.tenant->id, v.arena, &list, &n, e)) return false;
	bool busy = n && !list[0].ended.us;
	if (busy) httpd_reply_literal(p, STR("Refresh"), STR("5"));
	auto_page page = back_page(&v, N_("Backups"), "/backoffice/backups/");
	view_office_open(&page, VIEW_OFFICE_BACKUPS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("The whole portal as one file: datasets with their versions, pages, settings, people. It holds personal data: keep it as such."));
	html_form_open(h, &(struct html_form){ .visit = &v, .plain = true, .action = STR("/backoffice/backups/") });
	html_hidden(h, "do", STR("new"));
	html_button(h, &(struct html_button){ .label = N_("Back up now") });
	html_form_close(h);
	html_heading_close(h);
	back_said(&page, r);
	put_list(h, &v, list, n);
	put_about(h, &v);
	put_restoring(h, &v);
	return view_close(&page, e);
}

BACK_PAGE(backups, "/backoffice/backups/", run);

/* --- one ------------------------------------------------------------------------------------------------------------------ */

static bool run_download(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct transfer_backup b;
	struct stat st;
	if (!back_enter(app, r, p, VIEW_OFFICE_BACKUPS, BACK_FRESH, &v, e)) return back_answered(p, e);
	if (!may_have(&v)) return err_set(e, ERR_FORBIDDEN, "Backups are given to administrators only.");
	if (!transfer_backup_find(v.at.site, v.at.tenant->id, r->holes[0], v.arena, &b, e)) return false;
	int fd = b.file.n ? open(b.file.p, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0) return err_set(e, ERR_NOT_FOUND, "The file of this backup is not there any more.");
	if (fstat(fd, &st) != 0) {
		close(fd);
		return err_os(e, "look at a backup");
	}
	httpd_reply_file(p, fd, st.st_size);
	httpd_reply_type(p, STR("application/x-tar"));
	visitor_note(&v, EVENT_SETTINGS_CHANGED, STR("downloaded"), STR("backup"));
	return httpd_reply_header(p, STR("Content-Disposition"), arena_printf(v.arena, "attachment; filename=\"%.*s\"", STR_ARG(file_name(b.file))), e);
}

const struct httpd_route back_backup_file = { .method = HTTPD_GET, .pattern = "/backoffice/backups/{backup}/download.tar", .run = run_download };

static bool run_remove(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct transfer_backup b;
	if (!back_enter(app, r, p, VIEW_OFFICE_BACKUPS, BACK_FRESH, &v, e)) return back_answered(p, e);
	if (!may_have(&v)) return err_set(e, ERR_FORBIDDEN, "Backups are removed by administrators only.");
	if (!transfer_backup_find(v.at.site, v.at.tenant->id, r->holes[0], v.arena, &b, e)) return false;
	if (r->method == HTTPD_POST) {
		if (!back_form(&v, &form, e)) return false;
		if (!b.ended.us) return err_set(e, ERR_CONFLICT, "This backup is still being made.");
		return transfer_backup_remove(v.at.site, &b, e) && back_done(&v, STR("/backoffice/backups/"), "removed", e);
	}
	auto_page page = { .visit = &v, .title = i18n_text(v.lang, N_("Remove a backup")), .path = path_of(&v, &b, "remove/") };
	view_office_open(&page, VIEW_OFFICE_BACKUPS);
	html_heading_open(&page.h, page.title, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = page.path, .back = STR("/backoffice/backups/"),
		.sentence = i18n_text(v.lang, N_("The file is removed for good. This cannot be undone.")), .button = N_("Remove") });
	return view_close(&page, e);
}

BACK_PAGE(backup_remove, "/backoffice/backups/{backup}/remove/", run_remove);

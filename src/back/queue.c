/* Work on the portal's datasets: what waits, what is under way, what was done and how it ended. One job: its log, and what it found wrong with
 * single rows. */
#include "back/dataset_inside.h"
#include "back/sheet.h"

enum { ROWS = 50, FAULTS = 200, FAULTS_CSV = 100000 };

static const struct { const char *word, *title; enum html_tone tone; } outcomes[] = {
	{ "done", N_("Done"), HTML_SUCCESS }, { "unchanged", N_("The source had not changed"), HTML_NEUTRAL }, { "error", N_("Failed"), HTML_BAD },
	{ "aborted", N_("Stopped"), HTML_WARNING }, { "limit_reached", N_("Limit reached"), HTML_WARNING } };
static const char *const kinds[] = { [JOB_PUBLISH] = N_("Publication"), [JOB_PUBLISH_METADATA] = N_("Publication of information"), [JOB_UNPUBLISH] = N_("Taking back"),
	[JOB_DELETE] = N_("Deletion"), [JOB_RECOVER] = N_("Recovery") };

static void put_outcome(struct html *h, const struct job_item *j)
{
	if (!j->ended.us) {
		html_badge(h, HTML_INFO, j->started.us ? N_("Under way") : N_("Waiting"));
		return;
	}
	for (size_t i = 0; i < COUNT_OF(outcomes); i++)
		if (str_eq(j->outcome, str_of(outcomes[i].word)))
			html_badge(h, outcomes[i].tone, outcomes[i].title);
}

static void put_bar(struct html *h, const struct job_item *j)
{
	html_lit(h, "<progress max=\"1000\" aria-label=\"");
	html_say(h, N_("Progress"));
	html_lit(h, "\"");
	if (j->now.permille >= 0) {
		html_lit(h, " value=\"");
		html_int(h, j->now.permille);
		html_lit(h, "\"");
	}
	html_lit(h, "></progress><small>");
	back_put_progress(h, &j->now);
	html_lit(h, "</small>");
}

static struct str who_of(struct visit *v, int64_t account)
{
	struct str name = account ? accounts_name(v->at.site->accounts, v->at.tenant->id, account, v->arena) : i18n_text(v->lang, N_("A schedule"));
	return name.n ? name : STR("–");
}

static struct str path_of(struct visit *v, int64_t id)
{
	return arena_printf(v->arena, "/backoffice/queue/%lld/", (long long)id);
}

static void put_cancel(struct html *h, struct visit *v, const struct job_item *j)
{
	if (j->ended.us || !config_may(v->at.site, v->at.tenant->id, &v->who, j->dataset, CONFIG_PUBLISH))
		return;
	html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = path_of(v, j->id) });
	html_hidden(h, "do", STR("cancel"));
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .small = true, .label = N_("Stop"), .about = j->title });
	html_form_close(h);
}

static void put_row(struct html *h, struct html_table *t, struct visit *v, const struct job_item *j)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"");
	html_url(h, path_of(v, j->id));
	html_lit(h, "\"><bdi>");
	html_text(h, j->title.n ? j->title : j->slug);
	html_lit(h, "</bdi></a><small>");
	html_say(h, kinds[j->kind]);
	html_lit(h, " · <bdi>");
	html_text(h, who_of(v, j->who));
	html_lit(h, "</bdi></small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_outcome(h, j);
	if (!j->ended.us && j->started.us)
		put_bar(h, j);
	if (j->message.n && j->ended.us) {
		html_lit(h, "<small>");
		html_reason(h, j->message);
		html_lit(h, "</small>");
	}
	html_cell_close(h, t);
	html_cell_count(h, t, j->rows);
	html_cell_count(h, t, j->errors);
	html_cell_open(h, t);
	html_date(h, j->queued.us, v->zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_cancel(h, v, j);
	html_cell_close(h, t);
	html_row_close(h, t);
}

/* A page that is read again by itself only where somebody asked for it. */
static bool follows(const struct httpd_request *r)
{
	const struct str *f = httpd_query_or_null(r, STR("follow"));
	return f && str_eq(*f, STR("on"));
}

static void put_follow(struct html *h, const struct httpd_request *r, struct str path)
{
	html_lit(h, "<p><a class=\"button quiet small\" href=\"");
	html_url(h, path);
	html_put_literal(h, follows(r) ? STR("\">") : STR("?follow=on\">"));
	html_say(h, follows(r) ? N_("Stop reading again") : N_("Read again every few seconds"));
	html_lit(h, "</a></p>");
}

/* Only what the reader may edit is theirs to see. */
static size_t visible(struct visit *v, struct job_item *list, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (config_may(v->at.site, v->at.tenant->id, &v->who, list[i].dataset, CONFIG_READ))
			list[kept++] = list[i];
	return kept;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("State") }, { .title = N_("Rows"), .number = true }, { .title = N_("Errors"), .number = true },
		{ .title = N_("Asked for") }, { .title = N_("Actions"), .hide_title = true } };
	static const char *const names[] = { "start" };
	struct html_table t = { .caption = N_("Queue"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct view_state state;
	struct job_item *list;
	size_t n;
	int64_t total, start = 0;
	if (!back_enter(app, r, p, VIEW_OFFICE_QUEUE, 0, &v, e))
		return back_answered(p, e);
	view_state_only(&state, r, STR("/backoffice/queue/"), names, COUNT_OF(names));
	struct str from = view_state_get(&state, STR("start"));
	if (!str_to_int(from, &start) || start < 0)
		start = 0;
	if (!job_list(v.at.site, v.at.tenant->id, 0, ROWS, start, v.arena, &list, &n, &total, e))
		return false;
	n = visible(&v, list, n);
	bool running = false;
	for (size_t i = 0; i < n; i++)
		running |= !list[i].ended.us;
	auto_page page = back_page(&v, N_("Queue"), "/backoffice/queue/");
	if (running && follows(r))
		httpd_reply_literal(p, STR("Refresh"), STR("5"));
	view_office_open(&page, VIEW_OFFICE_QUEUE);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Work on datasets: what waits, what is under way, what was done."));
	html_heading_close(h);
	back_said(&page, r);
	if (running)
		put_follow(h, r, STR("/backoffice/queue/"));
	if (!start && !back_put_live_table(h, &v, e)) {
		view_drop(&page);
		return false;
	}
	if (!n)
		html_empty(h, N_("Nothing has been done yet"), N_("Publications appear here, those of schedules, too."), NULL);
	if (n) {
		html_table_open(h, &t);
		for (size_t i = 0; i < n; i++)
			put_row(h, &t, &v, &list[i]);
		html_table_close(h, &t);
		view_pager(h, &state, start, ROWS, total, total);
	}
	return view_close(&page, e);
}

const struct httpd_route back_queue = { .method = HTTPD_GET, .pattern = "/backoffice/queue/", .run = run };

/* --- one job ------------------------------------------------------------------------------------------------------- */

/* Jobs of the portal are few enough to be looked through: the newest first. */
static bool find(struct visit *v, int64_t id, struct job_item *out, struct err *e)
{
	struct job_item *list;
	size_t n;
	int64_t total = 1;
	for (int64_t start = 0; start < total && start < 5000; start += 500) {
		if (!job_list(v->at.site, v->at.tenant->id, 0, 500, start, v->arena, &list, &n, &total, e))
			return false;
		for (size_t i = 0; i < n; i++) {
			if (list[i].id != id)
				continue;
			*out = list[i];
			return config_may(v->at.site, v->at.tenant->id, &v->who, list[i].dataset, CONFIG_READ) || err_set(e, ERR_NOT_FOUND, "There is no such job.");
		}
	}
	return err_set(e, ERR_NOT_FOUND, "There is no such job.");
}

static void put_facts(struct html *h, struct visit *v, const struct job_item *j)
{
	html_facts_open(h);
	html_fact_open(h, N_("State"));
	put_outcome(h, j);
	html_fact_close(h);
	html_fact_open(h, N_("What"));
	html_say(h, kinds[j->kind]);
	html_fact_close(h);
	html_fact(h, N_("Asked for by"), who_of(v, j->who));
	html_fact_open(h, N_("Asked for"));
	html_date(h, j->queued.us, v->zone, true);
	html_fact_close(h);
	if (j->ended.us) {
		html_fact_open(h, N_("Ended"));
		html_date(h, j->ended.us, v->zone, true);
		html_fact_close(h);
	}
	html_fact_open(h, N_("Rows"));
	html_count(h, j->ended.us ? j->rows : j->now.rows);
	int64_t us = j->ended.us - j->started.us;
	if (j->ended.us && j->started.us && us > 0 && j->rows > 0) {
		html_lit(h, " (");
		html_say_with(h, N_("{0} a second"), HTML_ARG_COUNT((int64_t)((double)j->rows * 1e6 / (double)us)));
		html_lit(h, ")");
	}
	html_fact_close(h);
	html_fact_open(h, N_("Errors"));
	html_count(h, j->errors);
	html_fact_close(h);
	html_facts_close(h);
}

static bool put_log(struct html *h, struct visit *v, const struct job_item *j, struct err *e)
{
	struct job_line *lines;
	size_t n;
	if (!job_log(v->at.site, v->at.tenant->id, j->id, v->arena, &lines, &n, e))
		return false;
	html_panel_open(h, "log", N_("Log"), NULL);
	html_put_literal(h, n ? STR("<ol class=\"log\">") : STR(""));
	for (size_t i = 0; i < n; i++) {
		html_put_literal(h, lines[i].level == JOB_FAULT ? STR("<li class=\"bad\">") : lines[i].level == JOB_WARNING ? STR("<li class=\"warning\">") : STR("<li>"));
		html_date(h, lines[i].at.us, v->zone, true);
		html_lit(h, " <bdi>");
		html_reason(h, lines[i].text);
		html_lit(h, "</bdi></li>");
	}
	html_put_literal(h, n ? STR("</ol>") : STR(""));
	if (!n)
		html_say(h, N_("Nothing was noted."));
	html_panel_close(h);
	return true;
}

static bool put_faults(struct html *h, struct visit *v, const struct job_item *j, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Row"), .number = true, .main = true }, { .title = N_("Field") }, { .title = N_("Value") }, { .title = N_("What was wrong") } };
	struct html_table t = { .caption = N_("Errors by row"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct job_fault *list;
	size_t n;
	int64_t total;
	if (!job_faults(v->at.site, v->at.tenant->id, j->dataset, FAULTS, v->arena, &list, &n, &total, e))
		return false;
	if (!n)
		return true;
	html_panel_open(h, "errors", N_("Errors by row"), N_("Of the last publication. A cell that could not be read is empty; its row is there."));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Download all as CSV"), .href = arena_join(v->arena, path_of(v, j->id), STR("errors.csv")) });
	html_buttons_close(h);
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_count(h, &t, list[i].row);
		html_cell_text(h, &t, list[i].field);
		html_cell_text(h, &t, text_cut(list[i].value, 200));
		html_cell_reason(h, &t, list[i].message);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	if ((int64_t)n < total) {
		html_lit(h, "<p class=\"hint\">");
		html_say_with(h, N_("The first {0} of {1}."), HTML_ARG_COUNT((int64_t)n), HTML_ARG_COUNT(total));
		html_lit(h, "</p>");
	}
	html_panel_close(h);
	return true;
}

static bool cancel(struct visit *v, const struct job_item *j, struct err *e)
{
	if (!config_may(v->at.site, v->at.tenant->id, &v->who, j->dataset, CONFIG_PUBLISH))
		return err_set(e, ERR_FORBIDDEN, "This account may not stop this.");
	if (job_abort(v->at.site, v->at.tenant->id, j->dataset, e))
		return back_done(v, path_of(v, j->id), "stopped", e);
	if (e->code != ERR_CONFLICT)
		return false;
	*e = (struct err){ 0 };
	return back_done(v, path_of(v, j->id), "over", e);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct job_item j;
	int64_t id;
	if (!back_enter(app, r, p, VIEW_OFFICE_QUEUE, 0, &v, e))
		return back_answered(p, e);
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no such job.");
	if (!find(&v, id, &j, e))
		return false;
	if (r->method == HTTPD_POST)
		return back_form(&v, &form, e) && cancel(&v, &j, e);
	auto_page page = { .visit = &v, .title = j.title.n ? j.title : j.slug, .path = path_of(&v, id) };
	if (!j.ended.us && follows(r))
		httpd_reply_literal(p, STR("Refresh"), STR("3"));
	view_office_open(&page, VIEW_OFFICE_QUEUE);
	struct html *h = &page.h;
	html_heading_open(h, page.title, NULL);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("To the dataset"), .href = arena_printf(v.arena, "/backoffice/datasets/%.*s/", STR_ARG(j.slug)) });
	put_cancel(h, &v, &j);
	html_heading_close(h);
	back_said(&page, r);
	if (!j.ended.us)
		put_follow(h, r, page.path);
	if (!j.ended.us && j.started.us)
		put_bar(h, &j);
	if (j.message.n && j.ended.us)
		html_notice_text(h, str_eq(j.outcome, STR("error")) ? HTML_BAD : HTML_INFO, j.message);
	put_facts(h, &v, &j);
	return put_log(h, &v, &j, e) && put_faults(h, &v, &j, e) && view_close(&page, e);
}

const struct httpd_route back_queue_job = { .method = HTTPD_GET, .pattern = "/backoffice/queue/{job}/", .run = run_one };
const struct httpd_route back_queue_job_post = { .method = HTTPD_POST, .pattern = "/backoffice/queue/{job}/", .body_max = 64 * 1024, .run = run_one };

static bool run_csv(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct job_item j;
	struct job_fault *list;
	size_t n;
	int64_t id, total;
	if (!back_enter(app, r, p, VIEW_OFFICE_QUEUE, 0, &v, e))
		return back_answered(p, e);
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no such job.");
	if (!find(&v, id, &j, e) || !job_faults(v.at.site, v.at.tenant->id, j.dataset, FAULTS_CSV, v.arena, &list, &n, &total, e))
		return false;
	struct buf b = BUF_INIT(64 << 20);
	back_put_faults(&b, v.arena, list, n);
	httpd_reply_type(p, STR("text/csv; charset=utf-8"));
	httpd_reply_take(p, &b);
	return httpd_reply_header(p, STR("Content-Disposition"), arena_printf(v.arena, "attachment; filename=\"%.*s-errors.csv\"", STR_ARG(j.slug)), e);
}

const struct httpd_route back_queue_csv = { .method = HTTPD_GET, .pattern = "/backoffice/queue/{job}/errors.csv", .run = run_csv };

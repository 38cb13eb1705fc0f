/* What was done by the people who run the portal, and by programs and commands in their name: a list with filters, as a table and as CSV. The
 * same list answers questions as the dataset ods-activity-log (source=monitoring). */
#include "back/people.h"
#include "back/sheet.h"
#include "io/io.h"
#include "trace/trace.h"
#include <stdlib.h>

enum { SHOWN = 50 };
#define DAY_US INT64_C(86400000000)
#define CSV_BYTES (INT64_C(4) << 30)
static const char path[] = "/backoffice/activity/";

static const struct { const char *word, *title; } verbs[] = {
	{ "add", N_("Added") }, { "edit", N_("Changed") }, { "delete", N_("Deleted") }, { "publish", N_("Published") }, { "unpublish", N_("Taken off the portal") },
	{ "restore", N_("Brought back") }, { "copy", N_("Copied") }, { "abort", N_("Stopped") }, { "archive", N_("Archived") }, { "revoke", N_("Revoked") },
	{ "erase", N_("Erased") }, { "approve", N_("Approved") }, { "decline", N_("Declined") }, { "undo", N_("Change undone") }, { "redo", N_("Change made again") },
	{ "invite", N_("Invited") }, { "disable", N_("Disabled") }, { "enable", N_("Enabled") }, { "end", N_("Ended") }, { "export", N_("Exported") } };
static const struct { const char *word, *title; } origins[] = { { "page", N_("Back office") }, { "api", N_("Management API") }, { "command", N_("The command line") } };

struct list {
	struct visit *v;
	struct view_state state;
	struct trace_filter filter;
	struct account *people, *by_id;
	size_t npeople;
	struct trace_act *acts;
	size_t n;
	int64_t total;
};

/* --- words ------------------------------------------------------------------------------------------------------------- */

static struct str verb_of(const struct visit *v, struct str action)
{
	ptrdiff_t at = str_find_char(action, '_');
	struct str word = at < 0 ? action : str_sub(action, 0, (size_t)at);
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (str_eq(word, str_of(verbs[i].word))) return i18n_text(v->lang, verbs[i].title);
	return action;
}

static struct str kind_of(const struct visit *v, struct str kind)
{
	for (const struct trace_kind *k = trace_kinds; k->word; k++)
		if (str_eq(kind, str_of(k->word))) return i18n_text(v->lang, k->title);
	return kind;
}

static int by_id(const void *x, const void *y)
{
	const struct account *a = x, *b = y;
	return (a->id > b->id) - (a->id < b->id);
}

/* Whoever is deleted is a number; what was done stays. */
static struct str name_of(const struct list *l, int64_t id)
{
	const struct account key = { .id = id }, *a = l->npeople ? bsearch(&key, l->by_id, l->npeople, sizeof key, by_id) : NULL;
	if (a) return a->name.n ? a->name : a->email;
	return arena_printf(l->v->arena, "#%lld", (long long)id);
}

static struct str who_of(const struct list *l, const struct trace_act *x)
{
	if (x->who) return name_of(l, x->who);
	return i18n_text(l->v->lang, str_eq(x->origin, STR("command")) ? N_("The command line") : N_("Nobody known"));
}

static struct str object_of(const struct list *l, const struct trace_act *x) { return x->account ? name_of(l, x->account) : x->object; }

/* --- what was asked for ---------------------------------------------------------------------------------------------------- */

static int64_t day_of(struct str text)
{
	struct clock_text t;
	if (!text.n || !clock_parse(text, &t) || t.precision != CLOCK_DAY) return 0;
	return clock_us_of_civil(&t.civil);
}

/* Whoever may read the log need not see restricted datasets: of what they may not see the name is left out, and of nothing do they get what was
 * before and after. The dataset ods-activity-log does the same (trace/source.c). */
static void hide(const struct list *l, struct trace_act *x)
{
	const struct visit *v = l->v;
	if (v->who.who.admin || (v->who.who.permissions & ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED))) return;
	const struct dataset *d = str_eq(x->kind, STR("dataset")) ? catalog_find_or_null(v->at.view, x->object) : NULL;
	bool seen = d ? rights_sees(&v->at, &v->who, d) : !str_eq(x->kind, STR("dataset")) && !str_eq(x->kind, STR("page"));
	if (!seen) x->object = STR("");
	x->diff = STR("");
}

static bool read_filter(struct list *l, struct httpd_request *r, struct err *e)
{
	static const char *const names[] = { "who", "kind", "from", "to", "start" };
	struct visit *v = l->v;
	view_state_only(&l->state, r, str_of(path), names, COUNT_OF(names));
	struct trace_filter *f = &l->filter;
	if (!str_to_int(view_state_get(&l->state, STR("who")), &f->who) || f->who < -1) f->who = 0;
	if (!str_to_int(view_state_get(&l->state, STR("start")), &f->offset) || f->offset < 0 || f->offset > INT32_MAX) f->offset = 0;
	f->kind = view_state_get(&l->state, STR("kind"));
	int64_t from = day_of(view_state_get(&l->state, STR("from"))), to = day_of(view_state_get(&l->state, STR("to")));
	f->from.us = from ? from - (int64_t)clock_offset_s(v->zone, from) * 1000000 : 0;
	f->to.us = to ? to + DAY_US - (int64_t)clock_offset_s(v->zone, to) * 1000000 : 0;
	f->limit = SHOWN;
	if (!account_list(v->at.site->store, v->at.tenant->id, v->arena, &l->people, &l->npeople, e)) return false;
	l->by_id = arena_array(v->arena, struct account, l->npeople);
	if (l->npeople) memcpy(l->by_id, l->people, l->npeople * sizeof *l->people);
	qsort(l->by_id, l->npeople, sizeof *l->by_id, by_id);
	return true;
}

static bool read_list(struct list *l, struct httpd_request *r, struct err *e)
{
	const struct visit *v = l->v;
	if (!read_filter(l, r, e) || !trace_acts(v->at.site, v->at.tenant->id, &l->filter, v->arena, &l->acts, &l->n, &l->total, e)) return false;
	for (size_t i = 0; i < l->n; i++) hide(l, &l->acts[i]);
	return true;
}

static void put_filters(struct html *h, const struct list *l)
{
	struct html_option *kinds = arena_array(l->v->arena, struct html_option, 32), *who = arena_array(l->v->arena, struct html_option, l->npeople + 2);
	size_t nkinds = 0, nwho = 0;
	kinds[nkinds++] = (struct html_option){ .value = STR(""), .message = N_("Everything") };
	for (const struct trace_kind *k = trace_kinds; k->word && nkinds < 32; k++) kinds[nkinds++] = (struct html_option){ .value = str_of(k->word), .message = k->title };
	who[nwho++] = (struct html_option){ .value = STR(""), .message = N_("Everybody") };
	who[nwho++] = (struct html_option){ .value = STR("-1"), .message = N_("The command line") };
	for (size_t i = 0; i < l->npeople; i++)
		who[nwho++] = (struct html_option){ .value = arena_printf(l->v->arena, "%lld", (long long)l->people[i].id),
			.text = l->people[i].name.n ? l->people[i].name : l->people[i].email };
	html_form_open(h, &(struct html_form){ .inline_ = true, .action = str_of(path), .label = N_("Narrow the list") });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "who", .label = N_("Who"), .options = who, .noptions = nwho, .value = view_state_get(&l->state, STR("who")) });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "kind", .label = N_("What"), .options = kinds, .noptions = nkinds, .value = l->filter.kind });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "from", .label = N_("From"), .value = view_state_get(&l->state, STR("from")) });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "to", .label = N_("To"), .value = view_state_get(&l->state, STR("to")) });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show"), .icon = ICON_FILTER, .with_icon = true });
	html_form_close(h);
}

/* --- the page ------------------------------------------------------------------------------------------------------------------ */

static void put_object(struct html *h, const struct list *l, const struct trace_act *x)
{
	html_lit(h, "<small>");
	html_text(h, kind_of(l->v, x->kind));
	html_lit(h, "</small> ");
	struct str name = object_of(l, x);
	bool dataset = str_eq(x->kind, STR("dataset")) && name.n;
	if (dataset) {
		html_lit(h, "<a href=\"/backoffice/datasets/");
		html_text(h, name);
		html_lit(h, "/\">");
	}
	html_lit(h, "<bdi>");
	html_text(h, name);
	html_lit(h, "</bdi>");
	if (dataset) html_lit(h, "</a>");
	if (!x->diff.n) return;
	html_lit(h, "<details><summary>");
	html_say(h, N_("What changed"));
	html_lit(h, "</summary>");
	back_put_diff(h, l->v, NULL, x->diff);
	html_lit(h, "</details>");
}

static void put_row(struct html *h, struct html_table *t, const struct list *l, const struct trace_act *x)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_date(h, x->at.us, l->v->zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_lit(h, "<bdi>");
	html_text(h, who_of(l, x));
	html_lit(h, "</bdi>");
	html_cell_close(h, t);
	html_cell_text(h, t, verb_of(l->v, x->action));
	html_cell_open(h, t);
	put_object(h, l, x);
	html_cell_close(h, t);
	html_cell_open(h, t);
	for (size_t i = 0; i < COUNT_OF(origins); i++)
		if (str_eq(x->origin, str_of(origins[i].word))) html_say(h, origins[i].title);
	if (x->key) {
		html_lit(h, ", ");
		html_say_with(h, N_("key {0}"), HTML_ARG_COUNT(x->key));
	}
	html_lit(h, "<br><code lang=\"en\" dir=\"ltr\" translate=\"no\">");
	html_text(h, x->place);
	html_lit(h, "</code>");
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_list(struct html *h, const struct list *l)
{
	static const struct html_column columns[] = { { .title = N_("When"), .main = true }, { .title = N_("Who") }, { .title = N_("Act") }, { .title = N_("What") }, { .title = N_("From where") } };
	struct html_table t = { .caption = N_("Activity"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < l->n; i++) put_row(h, &t, l, &l->acts[i]);
	html_table_close(h, &t);
}

static void put_pages(struct html *h, const struct list *l)
{
	int64_t at = l->filter.offset;
	struct arena *a = l->v->arena;
	html_lit(h, "<p class=\"hint\">");
	html_say_with(h, N_("{0} to {1} of {2}"), HTML_ARG_COUNT(at + 1), HTML_ARG_COUNT(at + (int64_t)l->n), HTML_ARG_COUNT(l->total));
	html_lit(h, "</p>");
	html_buttons_open(h);
	if (at > 0)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Newer"),
			.href = view_state_url(&l->state, STR("start"), NULL, STR("start"), arena_printf(a, "%lld", (long long)num_max(at - SHOWN, INT64_C(0)))) });
	if (at + (int64_t)l->n < l->total)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Older"),
			.href = view_state_url(&l->state, STR("start"), NULL, STR("start"), arena_printf(a, "%lld", (long long)(at + SHOWN))) });
	html_buttons_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct list l = { .v = &v };
	if (!back_enter(app, r, p, VIEW_OFFICE_ACTIVITY, 0, &v, e)) return back_answered(p, e);
	if (!read_list(&l, r, e)) return false;
	auto_page page = back_page(&v, N_("Activity"), path);
	view_office_open(&page, VIEW_OFFICE_ACTIVITY);
	struct html *h = &page.h;
	struct str csv = arena_printf(v.arena, "%sexport.csv%s%.*s", path, r->raw_query.n ? "?" : "", STR_ARG(r->raw_query));
	html_heading_open(h, page.title, N_("What was changed on this portal, by whom and from where. People who are deleted stay as a number."));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("CSV"), .icon = ICON_DOWNLOAD, .with_icon = true, .href = csv });
	html_heading_close(h);
	put_filters(h, &l);
	if (!l.n) html_empty(h, N_("Nothing here"), N_("Nothing of this kind is in the log."), NULL);
	else put_list(h, &l);
	if (l.n) put_pages(h, &l);
	html_lit(h, "<p class=\"hint\">");
	html_say_with(h, N_("Kept for {0} months."), HTML_ARG_COUNT(tenant_number(v.at.tenant, "log.activity_months")));
	html_lit(h, "</p>");
	return view_close(&page, e);
}

const struct httpd_route back_activity = { .method = HTTPD_GET, .pattern = "/backoffice/activity/", .run = run };

/* --- CSV ------------------------------------------------------------------------------------------------------------------------- */

struct sheet {
	const struct list *list;
	struct io_spool *spool;
	struct buf line;
};

static bool put_line(void *arg, const struct trace_act *act, struct err *e)
{
	struct sheet *s = arg;
	struct arena *a = s->list->v->arena;
	struct arena_mark mark = arena_mark(a);
	struct trace_act x = *act;
	hide(s->list, &x);
	struct str key = x.key ? arena_printf(a, "%lld", (long long)x.key) : STR("");
	const struct str cells[] = { x.who ? name_of(s->list, x.who) : STR(""), x.action, x.kind, object_of(s->list, &x), x.origin, key, x.place, x.diff };
	buf_clear(&s->line);
	clock_put_instant(&s->line, x.at.us, clock_utc());
	for (size_t k = 0; k < COUNT_OF(cells); k++) {
		buf_put_char(&s->line, ',');
		back_put_cell(&s->line, a, cells[k]);
	}
	buf_lit(&s->line, "\r\n");
	arena_rewind(a, mark);
	return io_spool_write(s->spool, buf_str(&s->line), e);
}

/* Into a file of the disk and from there to the reader: a log of years is as light as one of days. */
static bool run_csv(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct list l = { .v = &v };
	if (!back_enter(app, r, p, VIEW_OFFICE_ACTIVITY, 0, &v, e)) return back_answered(p, e);
	if (!read_filter(&l, r, e)) return false;
	struct sheet s = { .list = &l, .line = BUF_INIT(1 << 20) };
	struct str folder = arena_printf(v.arena, "%.*s/tmp", STR_ARG(v.at.site->folder));
	if (!io_make_folders(folder.p, e) || !io_spool_open(folder.p, CSV_BYTES, &s.spool, e)) return false;
	struct io_reader *reader = io_spool_reader(s.spool);
	bool ok = io_spool_write(s.spool, STR("timestamp,user,action,kind,object,origin,key,place,diff\r\n"), e) && trace_each_act(v.at.site, v.at.tenant->id, &l.filter, put_line, &s, e);
	struct err ignored = { 0 };
	ok = io_spool_end(s.spool, ok, ok ? e : &ignored) && ok;
	buf_done(&s.line);
	if (!ok) {
		io_reader_close(reader);
		return false;
	}
	httpd_reply_type(p, STR("text/csv; charset=utf-8"));
	httpd_reply_spool(p, reader);
	return httpd_reply_header(p, STR("Content-Disposition"), STR("attachment; filename=\"activity.csv\""), e);
}

const struct httpd_route back_activity_csv = { .method = HTTPD_GET, .pattern = "/backoffice/activity/export.csv", .lane = HTTPD_LANE_HAUL, .deadline_ms = 120000, .run = run_csv };

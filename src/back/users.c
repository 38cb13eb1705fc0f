/* Who has an account at the portal: a list to search, to sort and to narrow by state, and the same as a table for other
 * programs. Last sign-ins are known by the day and no finer. */
#include "back/people.h"

#include <stdlib.h>

enum { USERS_A_PAGE = 50 };

/* --- states as they are shown ------------------------------------------------------------------------- */

static const struct status { const char *word, *title; enum html_tone tone; } statuses[USER_STATUSES] = {
	[USER_ACTIVE] = { "active", N_("Active"), HTML_SUCCESS },
	[USER_NEVER] = { "never", N_("Never signed in"), HTML_NEUTRAL },
	[USER_INVITED] = { "invited", N_("Invited"), HTML_INFO },
	[USER_WAITING] = { "waiting", N_("Waiting for approval"), HTML_WARNING },
	[USER_UNVERIFIED] = { "unverified", N_("Address not confirmed"), HTML_NEUTRAL },
	[USER_EXPIRED] = { "expired", N_("Expired"), HTML_WARNING },
	[USER_DISABLED] = { "disabled", N_("Disabled"), HTML_BAD },
	[USER_LEAVING] = { "leaving", N_("Deleted by its owner"), HTML_BAD },
};

enum user_status back_user_status(const struct account *a)
{
	switch (a->state) {
	case ACCOUNT_INVITED: return USER_INVITED;
	case ACCOUNT_UNVERIFIED: return USER_UNVERIFIED;
	case ACCOUNT_WAITING: return USER_WAITING;
	case ACCOUNT_DISABLED: return USER_DISABLED;
	case ACCOUNT_LEAVING: return USER_LEAVING;
	case ACCOUNT_ACTIVE:
	case ACCOUNT_STATES: break;
	}
	return a->expired ? USER_EXPIRED : a->last_day < 0 ? USER_NEVER : USER_ACTIVE;
}

void back_put_status(struct html *h, const struct account *a)
{
	const struct status *s = &statuses[back_user_status(a)];
	html_badge(h, s->tone, s->title);
}

const char *back_role_title(struct str role)
{
	if (str_eq(role, STR("admin")))
		return N_("Administrator");
	return str_eq(role, STR("publisher")) ? N_("Publisher") : N_("Member");
}

/* --- narrowing and sorting ------------------------------------------------------------------------------ */

struct row {
	const struct account *who;
	struct str key; /* the name, or the address, folded: "Élodie" stands near "Eloi" */
};
struct list {
	struct row *rows;
	size_t n;
	int64_t counts[USER_STATUSES], all;
};

static struct str fold(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(4096);
	text_fold(&b, s);
	return arena_str(a, buf_str(&b));
}

static bool is_wanted(struct arena *a, const struct account *u, struct str folded, struct str state)
{
	if (state.n && !str_eq(state, str_of(statuses[back_user_status(u)].word)))
		return false;
	return !folded.n || str_find(fold(a, u->email), folded) >= 0 || str_find(fold(a, u->name), folded) >= 0;
}

static int by_email(const void *x, const void *y)
{
	return str_cmp(((const struct row *)x)->who->email, ((const struct row *)y)->who->email);
}

static int by_name(const void *x, const void *y)
{
	int order = str_cmp(((const struct row *)x)->key, ((const struct row *)y)->key);
	return order ? order : by_email(x, y);
}

static int by_number(int64_t x, int64_t y)
{
	return (x > y) - (x < y);
}

static int by_seen(const void *x, const void *y)
{
	int order = by_number(((const struct row *)x)->who->last_day, ((const struct row *)y)->who->last_day);
	return order ? order : by_name(x, y);
}

static int by_joined(const void *x, const void *y)
{
	int order = by_number(((const struct row *)x)->who->created.us, ((const struct row *)y)->who->created.us);
	return order ? order : by_name(x, y);
}

static int by_role(const void *x, const void *y)
{
	int order = str_cmp(((const struct row *)x)->who->role, ((const struct row *)y)->who->role);
	return order ? order : by_name(x, y);
}

static const struct order { const char *word; int (*compare)(const void *, const void *); } orders[] = {
	{ "name", by_name }, { "email", by_email }, { "seen", by_seen }, { "joined", by_joined }, { "role", by_role },
};

static void sort(struct list *l, struct str wanted)
{
	bool down = str_starts(wanted, STR("-"));
	if (down)
		wanted = str_from(wanted, 1);
	int (*compare)(const void *, const void *) = by_name;
	for (size_t i = 0; i < COUNT_OF(orders); i++)
		if (str_eq(wanted, str_of(orders[i].word)))
			compare = orders[i].compare;
	qsort(l->rows, l->n, sizeof *l->rows, compare);
	for (size_t i = 0; down && i < l->n / 2; i++) {
		struct row kept = l->rows[i];
		l->rows[i] = l->rows[l->n - 1 - i];
		l->rows[l->n - 1 - i] = kept;
	}
}

static bool read_list(struct visit *v, const struct view_state *s, struct list *out, struct err *e)
{
	struct account *all;
	size_t n;
	if (!account_list(v->at.site->store, v->at.tenant->id, v->arena, &all, &n, e))
		return false;
	struct str folded = fold(v->arena, str_trim(view_state_get(s, STR("q"))));
	struct str state = view_state_get(s, STR("state"));
	*out = (struct list){ .rows = arena_array(v->arena, struct row, n + 1), .all = (int64_t)n };
	for (size_t i = 0; i < n; i++) {
		const struct account *u = &all[i];
		out->counts[back_user_status(u)]++;
		if (is_wanted(v->arena, u, folded, state))
			out->rows[out->n++] = (struct row){ .who = u, .key = fold(v->arena, u->name.n ? u->name : u->email) };
	}
	sort(out, view_state_get(s, STR("sort")));
	return true;
}

static const char *const names[] = { "q", "state", "sort", "start" };
static const struct back_list remembered = { .list = "users", .path = "/backoffice/users/", .names = names, .n = COUNT_OF(names), .forgets_words = true };

/* --- the page ------------------------------------------------------------------------------------------- */

static void put_tabs(struct html *h, const struct view_state *s, const struct list *l)
{
	struct html_tab tabs[USER_STATUSES + 1];
	size_t n = 0;
	struct str state = view_state_get(s, STR("state"));
	tabs[n++] = (struct html_tab){ .url = view_state_url(s, STR("state"), NULL, STR(""), STR("")), .label = N_("All"), .count = l->all,
		.with_count = true, .current = !state.n };
	for (size_t i = 0; i < USER_STATUSES; i++) {
		struct str word = str_of(statuses[i].word);
		if (l->counts[i] || str_eq(state, word))
			tabs[n++] = (struct html_tab){ .url = view_state_url(s, STR("state"), NULL, STR("state"), word), .label = statuses[i].title,
				.count = l->counts[i], .with_count = true, .current = str_eq(state, word) };
	}
	html_tabs(h, N_("States"), tabs, n);
}

static void put_search(struct html *h, const struct view_state *s)
{
	html_form_open(h, &(struct html_form){ .inline_ = true, .action = STR("/backoffice/users/"), .label = N_("Find users") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_SEARCH, .name = "q", .label = N_("Name or e-mail address"),
		.value = view_state_get(s, STR("q")) });
	if (view_state_get(s, STR("state")).n)
		html_hidden(h, "state", view_state_get(s, STR("state")));
	if (view_state_get(s, STR("sort")).n)
		html_hidden(h, "sort", view_state_get(s, STR("sort")));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Search"), .icon = ICON_SEARCH, .with_icon = true });
	html_form_close(h);
}

static void put_row(struct html *h, struct html_table *t, const struct account *u, const struct visit *v)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"/backoffice/users/");
	html_int(h, u->id);
	html_lit(h, "/\"><bdi>");
	html_text(h, u->name.n ? u->name : u->email);
	html_lit(h, "</bdi></a>");
	if (u->name.n) {
		html_lit(h, "<small><bdi>");
		html_text(h, u->email);
		html_lit(h, "</bdi></small>");
	}
	html_cell_close(h, t);
	html_cell_open(h, t);
	back_put_status(h, u);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_say(h, back_role_title(u->role));
	html_cell_close(h, t);
	html_cell_open(h, t);
	back_put_day(h, u->last_day);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (u->expires.us)
		html_date(h, u->expires.us - 1, v->zone, false); /* the last day that is good */
	else
		html_say(h, N_("Never"));
	html_cell_close(h, t);
	html_row_close(h, t);
}

static void put_table(struct html *h, const struct view_state *s, const struct list *l, const struct visit *v)
{
	static const struct html_column columns[] = {
		{ .title = N_("Name"), .sort = "name", .main = true },
		{ .title = N_("State") },
		{ .title = N_("Role"), .sort = "role" },
		{ .title = N_("Last sign-in"), .sort = "seen" },
		{ .title = N_("Expires") },
	};
	int64_t start = 0;
	if (!str_to_int(view_state_get(s, STR("start")), &start) || start < 0 || (size_t)start >= l->n)
		start = 0;
	if (!l->n) {
		html_empty(h, N_("Nobody is like that"), N_("No account fits what was asked for."),
		           &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show all users"), .href = STR("/backoffice/users/?q=") });
		return;
	}
	struct html_table t = { .caption = N_("Users"), .columns = columns, .ncolumns = COUNT_OF(columns), .state = s, .sorted = "name" };
	html_table_open(h, &t);
	for (size_t i = (size_t)start; i < l->n && i < (size_t)start + USERS_A_PAGE; i++)
		put_row(h, &t, l->rows[i].who, v);
	html_table_close(h, &t);
	view_pager(h, s, start, USERS_A_PAGE, (int64_t)l->n, INT64_MAX);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct view_state s;
	struct list l;
	if (!back_enter(app, r, p, VIEW_OFFICE_USERS, 0, &v, e))
		return back_answered(p, e);
	if (!back_list_state(&v, &s, &remembered, e) || !read_list(&v, &s, &l, e))
		return false;
	auto_page page = back_page(&v, N_("Users"), "/backoffice/users/");
	view_office_open(&page, VIEW_OFFICE_USERS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Who has an account here, and what became of invitations."));
	html_button(h, &(struct html_button){ .label = N_("Invite"), .href = STR("/backoffice/invite/"), .icon = ICON_PLUS, .with_icon = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Download as CSV"), .icon = ICON_DOWNLOAD, .with_icon = true,
		.href = arena_join(v.arena, STR("/backoffice/users/export.csv"),
		                   str_from(view_state_url(&s, STR("start"), NULL, STR(""), STR("")), s.path.n)) });
	html_heading_close(h);
	back_said(&page, r);
	put_search(h, &s);
	put_tabs(h, &s, &l);
	back_put_left(h, &v, &s);
	put_table(h, &s, &l, &v);
	return view_close(&page, e);
}

const struct httpd_route back_users = { .method = HTTPD_GET, .pattern = "/backoffice/users/", .run = run };

/* --- the same as CSV -------------------------------------------------------------------------------------- */

/* Always in quotes. A cell that a spreadsheet would take for a formula is given as the text it is. */
static void put_csv(struct buf *b, struct str s)
{
	buf_put_char(b, '"');
	if (s.n && strchr("=+-@\t\r", s.p[0]))
		buf_put_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_put_char(b, '"');
		buf_put_char(b, s.p[i]);
	}
	buf_put_char(b, '"');
}

static void put_csv_day(struct buf *b, bool known, int64_t days)
{
	buf_put_char(b, '"');
	if (known)
		clock_put_date(b, (int32_t)days);
	buf_put_char(b, '"');
}

/* The names of each member's groups, by address. */
static bool read_memberships(struct visit *v, struct map *out, struct err *e)
{
	struct account_group *groups;
	size_t n;
	if (!account_group_list(v->at.site->accounts, v->at.tenant->id, v->arena, &groups, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < groups[i].nmembers; k++) {
			const struct str *former = map_get_or_null(out, groups[i].members[k]);
			struct str *now = arena_new(v->arena, struct str);
			*now = former ? arena_printf(v->arena, "%.*s, %.*s", STR_ARG(*former), STR_ARG(groups[i].name)) : groups[i].name;
			map_put(v->arena, out, groups[i].members[k], now);
		}
	return true;
}

static void put_csv_row(struct buf *b, const struct account *u, const struct map *groups, struct arena *a, char by)
{
	const struct str *own = map_get_or_null(groups, u->email);
	const struct str cells[] = { u->email, u->name, str_of(statuses[back_user_status(u)].word), u->role, account_permissions_text(a, u->own),
		own ? *own : STR(""), u->second_factor ? STR("yes") : STR("no") };
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		put_csv(b, cells[i]);
		buf_put_char(b, by);
	}
	put_csv_day(b, true, u->created.us / INT64_C(86400000000));
	buf_put_char(b, by);
	put_csv_day(b, u->last_day >= 0, u->last_day);
	buf_put_char(b, by);
	put_csv_day(b, u->expires.us > 0, u->expires.us / INT64_C(86400000000));
	buf_lit(b, "\r\n");
}

/* Addresses of people leave the portal here: a secret must have been proved of late. */
static bool run_csv(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct view_state s;
	struct list l;
	struct map groups = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_USERS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	const struct str *delimiter = httpd_query_or_null(r, STR("delimiter"));
	if (delimiter && (delimiter->n != 1 || strchr("\"\r\n", delimiter->p[0])))
		return err_set(e, ERR_PARAMETER, "delimiter must be one character, such as , or ;");
	view_state_only(&s, r, STR("/backoffice/users/"), names, COUNT_OF(names));
	if (!read_list(&v, &s, &l, e) || !read_memberships(&v, &groups, e))
		return false;
	auto_buf b = BUF_INIT(VIEW_PAGE_BYTES);
	char by = delimiter ? delimiter->p[0] : ',';
	static const char *const heads[] = { "email", "name", "status", "role", "permissions", "groups", "second_factor", "joined_at", "last_seen_at", "expires_at" };
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		if (i)
			buf_put_char(&b, by);
		buf_put(&b, str_of(heads[i]));
	}
	buf_lit(&b, "\r\n");
	for (size_t i = 0; i < l.n; i++)
		put_csv_row(&b, l.rows[i].who, &groups, v.arena, by);
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	visitor_note(&v, EVENT_ACCOUNT_EXPORTED, STR("users_csv"), STR(""));
	httpd_reply_type(p, STR("text/csv; charset=utf-8"));
	httpd_reply_take(p, &b);
	return httpd_reply_header(p, STR("Content-Disposition"), STR("attachment; filename=\"users.csv\""), e);
}

const struct httpd_route back_users_csv = { .method = HTTPD_GET, .pattern = "/backoffice/users/export.csv", .run = run_csv };

/* How often the portal is called and how much it holds: what may be set, what that comes to with the limits above it, and what of it is used
 * today. */
#include "back/portal.h"

/* A number of a form: its bounds are those of the setting, so that a form is refused for the same reasons as a command. */
struct bound { const char *name, *label, *hint, *unit, *ceiling; };
static const struct bound calls[] = {
	{ "quota.portal", N_("Calls of everybody together"), N_("0: no limit."), N_("a day"), "ceiling.calls" },
	{ "quota.anonymous", N_("Calls from one address, without a key"), N_("Of callers who are not signed in; 0: no limit."), N_("a day"), NULL },
	{ "quota.user", N_("Calls of one account"), N_("With all its keys together; an account or a group can have its own. 0: no limit."), N_("a day"), NULL },
	{ "quota.key", N_("Calls with one key"), N_("Unless the key has its own; 0: no limit."), N_("a day"), NULL },
};
static const struct bound work[] = {
	{ "budget.ms", N_("Work for one address"), N_("How long the server works for it within a minute. Empty: 60,000; 0: no limit."), N_("milliseconds"), NULL },
	{ "budget.key", N_("Work for one key"), N_("Empty: 240,000; 0: no limit."), N_("milliseconds"), NULL },
};
static const struct bound data[] = {
	{ "limits.datasets", N_("Published datasets"), N_("0: no limit."), NULL, "ceiling.datasets" },
	{ "limits.records", N_("Records of one dataset"), N_("The first ones are kept; 0: no limit."), NULL, "ceiling.records" },
	{ "limits.source_mb", N_("Size of one source"), NULL, N_("MB"), NULL },
	{ "files.most_mb", N_("Size of one file that is sent here"), NULL, N_("MB"), NULL },
	{ "files.most", N_("Files that one dataset fetches"), N_("For the addresses in its records."), NULL, NULL },
	{ "join.most", N_("Records of a dataset that is joined to another"), NULL, NULL, NULL },
	{ "versions.kept", N_("Versions of a dataset that are kept"), N_("The present one included; 2 at least."), NULL, NULL },
	{ "schedule.least_minutes", N_("Between two runs of a schedule"), N_("5 to 1440; 1440 is a day."), N_("minutes"), NULL },
};

static void put_tabs(struct html *h) { back_put_portal_tabs(h, PORTAL_LIMITS); }

static void take(struct back_settings *s, const struct visitor_form *f, const struct bound *list, size_t n, struct html_errors *errors)
{
	for (size_t i = 0; i < n; i++) {
		struct str text = str_trim(visitor_field(f, str_of(list[i].name)));
		int64_t v, least, greatest, most = list[i].ceiling ? tenant_number(s->visit->at.tenant, list[i].ceiling) : 0;
		if (text.n && (!str_to_int(text, &v) || v < 0))
			html_complain(errors, s->visit->lang, list[i].name, N_("Please give a whole number, 0 or more."));
		else if (text.n && most > 0 && v > most)
			html_complain(errors, s->visit->lang, list[i].name, N_("This is more than was set for this portal from above."));
		else if (text.n && tenant_range(str_of(list[i].name), &least, &greatest) && (v < least || v > greatest))
			html_complain_text(errors, str_of(list[i].name), arena_printf(s->visit->arena, "%.*s %lld – %lld", STR_ARG(i18n_text(s->visit->lang, N_("Please give a whole number within these bounds:"))), (long long)least, (long long)greatest));
		else
			back_setting_put(s, str_of(list[i].name), text);
	}
}

static bool save(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct back_settings s = { .visit = v };
	take(&s, f, calls, COUNT_OF(calls), errors);
	take(&s, f, work, COUNT_OF(work), errors);
	take(&s, f, data, COUNT_OF(data), errors);
	return back_settings_save(&s, STR("/backoffice/portal/limits/"), errors, e);
}

static void put_limits(struct html *h, struct visit *v, const struct bound *list, size_t n)
{
	const struct tenant *t = v->at.tenant;
	for (size_t i = 0; i < n; i++) {
		int64_t most = list[i].ceiling ? tenant_number(t, list[i].ceiling) : 0;
		struct str hint = list[i].hint ? i18n_text(v->lang, list[i].hint) : STR("");
		if (most > 0)
			hint = arena_printf(v->arena, "%.*s %.*s %lld.", STR_ARG(hint), STR_ARG(i18n_text(v->lang, N_("Set from above, at most:"))), (long long)most);
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = list[i].name, .label = list[i].label, .hint_text = hint, .unit = list[i].unit, .narrow = true,
			.min = STR("0"), .value = tenant_setting(t, list[i].name) });
	}
}

static bool put(struct html *h, struct visit *v, struct err *e)
{
	(void)e;
	html_fieldset_open(h, N_("Calls of the API"), N_("Days end at midnight UTC. Every answer says how many calls are left."));
	put_limits(h, v, calls, COUNT_OF(calls));
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Work"), N_("So that nobody keeps the server from working for others."));
	put_limits(h, v, work, COUNT_OF(work));
	html_fieldset_close(h);
	html_fieldset_open(h, N_("Datasets"), NULL);
	put_limits(h, v, data, COUNT_OF(data));
	html_fieldset_close(h);
	return true;
}

/* --- what is used ------------------------------------------------------------------------------------------------------ */

static void put_share(struct html *h, int64_t now, int64_t most)
{
	html_count(h, now);
	if (most <= 0)
		return;
	html_lit(h, " <meter min=\"0\" max=\"");
	html_int(h, most);
	html_lit(h, "\" value=\"");
	html_int(h, num_min(now, most));
	html_lit(h, "\">");
	html_int(h, now * 100 / most);
	html_lit(h, " %</meter>");
}

/* Where a limit comes from, in words. */
static void put_reason(struct html *h, const struct tenant *t, const char *name, const char *ceiling)
{
	int64_t own = tenant_number(t, name), most = tenant_number(t, ceiling), holds = tenant_limit(t, name, ceiling);
	if (holds <= 0)
		html_say(h, N_("No limit"));
	else if (holds != own)
		html_say_with(h, N_("{0}, set from above"), HTML_ARG_COUNT(holds));
	else if (most > 0)
		html_say_with(h, N_("{0}, the portal's own; from above {1}"), HTML_ARG_COUNT(own), HTML_ARG_COUNT(most));
	else
		html_say_with(h, N_("{0}, the portal's own"), HTML_ARG_COUNT(own));
}

static void put_use(struct html *h, struct html_table *t, const struct tenant *portal, const char *what, int64_t now, const char *name, const char *ceiling)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_say(h, what);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (now < 0)
		html_say(h, N_("Not counted"));
	else
		put_share(h, now, tenant_limit(portal, name, ceiling));
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_reason(h, portal, name, ceiling);
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool after(struct html *h, struct visit *v, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("What"), .main = true }, { .title = N_("Now") }, { .title = N_("Limit that holds") } };
	struct html_table t = { .caption = N_("What is used"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	const struct tenant *portal = v->at.tenant;
	const struct catalog_view *view = v->at.view;
	int64_t largest = 0, records = 0;
	(void)e;
	for (size_t i = 0; i < view->n; i++) {
		largest = num_max(largest, view->datasets[i].rows);
		records += view->datasets[i].rows;
	}
	bool counted = tenant_limit(portal, "quota.portal", "ceiling.calls") > 0;
	html_panel_open(h, "use", N_("What is used"), N_("Calls are those of today, and are counted only where there is a limit."));
	html_table_open(h, &t);
	put_use(h, &t, portal, N_("Calls of the API today"), counted ? quota_used(v->at.site->quota, portal->id, 0, clock_now()) : -1, "quota.portal", "ceiling.calls");
	put_use(h, &t, portal, N_("Published datasets"), (int64_t)view->n, "limits.datasets", "ceiling.datasets");
	put_use(h, &t, portal, N_("Records of the largest dataset"), largest, "limits.records", "ceiling.records");
	html_table_close(h, &t);
	html_lit(h, "<p>");
	html_say_with(h, N_("All datasets together have {0} records."), HTML_ARG_COUNT(records));
	html_lit(h, "</p>");
	html_panel_close(h);
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct back_settings_page page = { .section = VIEW_OFFICE_PORTAL, .title = N_("Quotas and limits"), .path = "/backoffice/portal/limits/",
		.sentence = N_("How often the portal may be called, and how much it may hold."), .save = save, .tabs = put_tabs, .put = put, .after = after };
	return back_settings_run(&page, r, p, app, e);
}

BACK_PAGE(portal_limits, "/backoffice/portal/limits/", run);

/* --- the limits of an account or a group ----------------------------------------------------------------------------------- */

static const char *const units[QUOTA_UNITS] = { N_("a second"), N_("a minute"), N_("an hour"), N_("a day"), N_("a month"), N_("a year") };

static struct str number_text(struct arena *a, int64_t v)
{
	return v >= 0 ? arena_printf(a, "%lld", (long long)v) : STR("");
}

/* What holds for somebody, with everything that has a say. */
static struct str holding(const struct visit *v, const struct account_bounds *b)
{
	struct account_calls c = account_calls_of(v->at.tenant, b);
	if (c.calls <= 0)
		return i18n_text(v->lang, N_("No limit"));
	return arena_printf(v->arena, "%lld %.*s", (long long)c.calls, STR_ARG(i18n_text(v->lang, units[c.unit])));
}

static void put_number(struct html *h, const struct visit *v, const char *name, const char *label, const char *hint, int64_t now)
{
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = name, .label = label, .hint = hint, .narrow = true, .min = STR("0"), .value = number_text(v->arena, now) });
}

void back_put_limits(struct html *h, const struct visit *v, const struct account_bounds *now, bool group)
{
	struct html_option options[QUOTA_UNITS];
	const struct i18n_lang *l = v->lang;
	struct str hint = i18n_text(l, group ? N_("Of each member, with all keys together; the largest of their groups counts. Empty: nothing is said here. 0: no limit.")
	                                     : N_("With all keys together. Empty: as the groups say, else as the portal says. 0: no limit."));
	if (!group)
		hint = arena_printf(v->arena, "%.*s %.*s %.*s", STR_ARG(hint), STR_ARG(i18n_text(l, N_("What holds now:"))), STR_ARG(holding(v, now)));
	for (unsigned i = 0; i < QUOTA_UNITS; i++)
		options[i] = (struct html_option){ .value = str_of(quota_unit_words[i]), .message = units[i] };
	html_fieldset_open(h, N_("Limits"), NULL);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "calls", .label = N_("Calls of the API"), .narrow = true, .min = STR("0"), .hint_text = hint,
		.value = number_text(v->arena, now->own.calls) });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "calls_unit", .label = N_("In what time these calls may be made"), .options = options, .noptions = QUOTA_UNITS,
		.value = str_of(quota_unit_words[now->own.unit]) });
	put_number(h, v, "max_datasets", group ? N_("Datasets that each member may make") : N_("Datasets that this account may make"),
		N_("Those that are there already count. Of what an account and its groups have, the largest holds. Empty: nothing is said here. 0: no limit."), now->own.datasets);
	put_number(h, v, "max_records", N_("Records that each of these datasets may have"), N_("The first ones are published; the portal's own limit holds, too. Empty: nothing is said here. 0: no limit."), now->own.records);
	html_fieldset_close(h);
}

static bool has_field(const struct visitor_form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, str_of(name)))
			return true;
	return false;
}

bool back_read_limits(const struct visit *v, const struct visitor_form *f, struct back_limits *out, struct html_errors *errors)
{
	const struct { const char *name; int64_t *to; } numbers[] = {
		{ "calls", &out->to.calls }, { "max_datasets", &out->to.datasets }, { "max_records", &out->to.records } };
	bool good = true;
	*out = (struct back_limits){ .said = has_field(f, "calls"), .to = ACCOUNT_LIMITS_UNSAID };
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		struct str text = str_trim(visitor_field(f, str_of(numbers[i].name)));
		if (text.n && (!str_to_int(text, numbers[i].to) || *numbers[i].to < 0)) {
			html_complain(errors, v->lang, numbers[i].name, N_("Please give a whole number, 0 or more."));
			good = false;
		}
	}
	struct str unit = visitor_field(f, STR("calls_unit"));
	if (unit.n && !quota_unit_read(unit, &out->to.unit))
		good = html_complain(errors, v->lang, "calls_unit", N_("Please choose one of the list."));
	return good;
}

bool back_write_limits(struct visit *v, int64_t account, int64_t group, const struct back_limits *l, struct err *e)
{
	struct site *s = v->at.site;
	struct account_bounds b;
	if (!l->said)
		return true;
	if (!account_bounds(s->accounts, v->at.tenant->id, account, group, &b, e))
		return false;
	bool other = b.own.calls != l->to.calls || b.own.unit != l->to.unit;
	if (!other && b.own.datasets == l->to.datasets && b.own.records == l->to.records)
		return true;
	if (!account_limits_set(s->accounts, v->at.tenant->id, account, group, &l->to, e))
		return false;
	if (account && other)
		quota_begin_anew(s->quota, v->at.tenant->id, account);
	visitor_note(v, EVENT_SETTINGS_CHANGED, STR(""), STR("quota"));
	return true;
}

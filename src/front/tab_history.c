/* How a dataset changed: its versions, and what differs between two of them. All of it under the rights of today: a row or a
 * field that the reader may not see now is in no version and in no difference. */
#include "front/history.h"

#include "text/text.h"

enum { SHOWN = 20 };

bool history_sees(const struct history_version *v, size_t field)
{
	const struct query_target *t = &v->target;
	return !(t->schema->fields[field].flags & FIELD_HIDDEN) && (!t->visible_or_null || t->visible_or_null[field]);
}

static const struct dataset_version *find(const struct dataset *d, int64_t number)
{
	for (size_t i = 0; i < d->nversions; i++)
		if (d->versions[i].number == number)
			return &d->versions[i];
	return NULL;
}

static bool turn_to(struct front_dataset *d, int64_t number, struct history_version *out, struct err *e)
{
	struct view_state kept = d->state;
	struct httpd_pair pair = { STR("as_of"), arena_printf(d->visit.arena, "%lld", (long long)number) };
	int64_t shown;
	d->state = (struct view_state){ .arena = d->visit.arena, .path = kept.path, .pairs = &pair, .n = 1 };
	bool ok = front_as_of(d, &out->target, &shown, e);
	d->state = kept;
	return ok;
}

/* How many records the reader has of it: told by the version where they see all of them, else counted. */
static bool count_rows(struct front_dataset *d, struct history_version *v, struct err *e)
{
	if (v->version->number == d->dataset->version.number) {
		v->rows = d->dataset->rows;
		return true;
	}
	if (!str_trim(v->target.row_filter).n) {
		v->rows = v->version->rows;
		return true;
	}
	struct query_request r = { .target = &v->target, .mode = QUERY_PAGE, .now_us = clock_now().us };
	return query_count(d->site->engine, d->visit.arena, &r, d->visit.request->cancel, &v->rows, e);
}

bool history_open(struct front_dataset *d, int64_t number, struct history_version *out, struct err *e)
{
	struct err why = { 0 };
	*out = (struct history_version){ .version = find(d->dataset, number), .target = d->own.target, .rows = -1 };
	if (!out->version)
		return err_set(e, ERR_PARAMETER, "There is no version %lld that can be read.", (long long)number);
	out->readable = turn_to(d, number, out, &why);
	if (!out->readable && why.code != ERR_PARAMETER && why.code != ERR_NOT_FOUND) {
		*e = why;
		return false;
	}
	return !out->readable || count_rows(d, out, e);
}

/* --- the list ---------------------------------------------------------------------------------------------- */

static struct str compare_url(const struct front_dataset *d, int64_t old, int64_t new_)
{
	return arena_printf(d->visit.arena, "%.*shistory/?old=%lld&new=%lld", STR_ARG(d->url), (long long)old, (long long)new_);
}

static void put_link(struct html *h, enum view_icon icon, struct str url, const char *label, int64_t number)
{
	html_lit(h, "<a rel=\"nofollow\" href=\"");
	html_url(h, url);
	html_lit(h, "\">");
	html_icon(h, icon);
	html_lit(h, " <span>");
	html_say_with(h, label, HTML_ARG_COUNT(number));
	html_lit(h, "</span></a>");
}

static void put_records(struct html *h, const struct history_version *v, const struct history_version *before_or_null)
{
	html_lit(h, "<p class=\"facts\"><span>");
	if (v->rows >= 0)
		html_say_plural(h, N2_("{0} record", "{0} records"), v->rows);
	html_lit(h, "</span>");
	if (before_or_null && before_or_null->rows >= 0 && v->rows >= 0) {
		int64_t more = v->rows - before_or_null->rows;
		html_lit(h, "<span>");
		if (more > 0)
			html_say_plural(h, N2_("{0} more than before", "{0} more than before"), more);
		else if (more < 0)
			html_say_plural(h, N2_("{0} fewer than before", "{0} fewer than before"), -more);
		else
			html_say(h, N_("As many as before"));
		html_lit(h, "</span>");
	}
	html_lit(h, "</p>");
}

static void put_version(struct front_dataset *d, const struct history_version *v, const struct history_version *before_or_null, bool present)
{
	struct html *h = &d->page.h;
	int64_t number = v->version->number;
	html_lit(h, "<li class=\"version\"><h3>");
	html_say_with(h, N_("Version {0}"), HTML_ARG_COUNT(number));
	if (present) {
		html_lit(h, " ");
		html_badge(h, HTML_SUCCESS, N_("Present version"));
	}
	html_lit(h, "</h3><p>");
	html_date(h, v->version->published.us, d->visit.zone, true);
	html_lit(h, "</p>");
	if (!v->readable) {
		html_lit(h, "<p>");
		html_say(h, N_("This version cannot be shown: today’s rules on who sees which records do not fit it."));
		html_lit(h, "</p></li>");
		return;
	}
	put_records(h, v, before_or_null && before_or_null->readable ? before_or_null : NULL);
	if (before_or_null && before_or_null->readable) {
		html_lit(h, "<div class=\"changes\">");
		if (!history_put_fields(d, before_or_null, v)) {
			html_lit(h, "<p>");
			html_say(h, N_("The same fields as before"));
			html_lit(h, "</p>");
		}
		html_lit(h, "</div>");
	}
	html_lit(h, "<p class=\"actions\">");
	put_link(h, ICON_TABLE, present ? arena_join(d->visit.arena, d->url, STR("table/"))
	                                : arena_printf(d->visit.arena, "%.*stable/?as_of=%lld", STR_ARG(d->url), (long long)number),
	         N_("See the records of version {0}"), number);
	if (before_or_null && before_or_null->readable)
		put_link(h, ICON_ROWS, compare_url(d, before_or_null->version->number, number), N_("Compare with version {0}"), before_or_null->version->number);
	html_lit(h, "</p></li>");
}

static bool put_list(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	size_t n = num_min(d->dataset->nversions, (size_t)SHOWN);
	struct history_version *all = arena_array(d->visit.arena, struct history_version, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!history_open(d, d->dataset->versions[i].number, &all[i], e))
			return false;
	html_lit(h, "<section aria-labelledby=\"versions\"><h2 id=\"versions\">");
	html_say(h, N_("Versions"));
	html_lit(h, "</h2><p class=\"about\">");
	html_say_plural(h, N2_("Older versions can be read as long as the portal keeps them; there is {0}.", "Older versions can be read as long as the portal keeps them; there are {0}."), (int64_t)n);
	html_lit(h, "</p><ol class=\"versions\" reversed>");
	for (size_t i = 0; i < n; i++)
		put_version(d, &all[i], i + 1 < n ? &all[i + 1] : NULL, all[i].version->number == d->dataset->version.number);
	html_lit(h, "</ol></section>");
	return true;
}

/* --- two of them ------------------------------------------------------------------------------------------- */

static void put_choice(struct front_dataset *d, const char *name, const char *label, int64_t now)
{
	struct html *h = &d->page.h;
	html_lit(h, "<label><span>");
	html_say(h, label);
	html_lit(h, "</span><select name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\">");
	for (size_t i = 0; i < d->dataset->nversions; i++) {
		const struct dataset_version *v = &d->dataset->versions[i];
		html_lit(h, "<option value=\"");
		html_int(h, v->number);
		if (v->number == now)
			html_lit(h, "\" selected>");
		else
			html_lit(h, "\">");
		auto_buf b = BUF_INIT(200);
		clock_put_long(&b, v->published.us, d->visit.zone, h->lang->code, true);
		html_say_with(h, N_("Version {0}, {1}"), HTML_ARG_COUNT(v->number), HTML_ARG_TEXT(buf_str(&b)));
		html_lit(h, "</option>");
	}
	html_lit(h, "</select></label>");
}

static void put_form(struct front_dataset *d, int64_t old, int64_t new_)
{
	struct html *h = &d->page.h;
	if (d->dataset->nversions < 2)
		return;
	html_lit(h, "<section aria-labelledby=\"compare\"><h2 id=\"compare\">");
	html_say(h, N_("Compare two versions"));
	html_lit(h, "</h2><form class=\"compare\" action=\"");
	html_url(h, d->url);
	html_lit(h, "history/\">");
	put_choice(d, "old", N_("Older"), old);
	put_choice(d, "new", N_("Newer"), new_);
	html_lit(h, "<button class=\"button\">");
	html_say(h, N_("Compare"));
	html_lit(h, "</button></form></section>");
}

static bool put_difference(struct front_dataset *d, int64_t from, int64_t to, struct err *e)
{
	struct html *h = &d->page.h;
	struct history_version old, new_;
	struct err why = { 0 };
	if (!history_open(d, num_min(from, to), &old, &why) || !history_open(d, num_max(from, to), &new_, &why)) {
		if (why.code != ERR_PARAMETER) {
			*e = why;
			return false;
		}
		httpd_reply_status(d->visit.reply, 404);
		html_notice(h, HTML_BAD, N_("One of these versions cannot be read any more."));
		return true;
	}
	html_lit(h, "<div class=\"difference\"><h2>");
	html_say_with(h, N_("From version {0} to version {1}"), HTML_ARG_COUNT(old.version->number), HTML_ARG_COUNT(new_.version->number));
	html_lit(h, "</h2>");
	if (!old.readable || !new_.readable) {
		html_notice(h, HTML_INFO, N_("This version cannot be shown: today’s rules on who sees which records do not fit it."));
		html_lit(h, "</div>");
		return true;
	}
	html_lit(h, "<section><h3>");
	html_say(h, N_("Fields"));
	html_lit(h, "</h3>");
	if (!history_put_fields(d, &old, &new_)) {
		html_lit(h, "<p>");
		html_say(h, N_("The same fields as before"));
		html_lit(h, "</p>");
	}
	html_lit(h, "</section>");
	if (!history_put_rows(d, &old, &new_, e))
		return false;
	html_lit(h, "</div>");
	return true;
}

static int64_t wanted(const struct front_dataset *d, const char *name, int64_t otherwise)
{
	const struct str *s = httpd_query_or_null(d->visit.request, str_of(name));
	int64_t n;
	return s && str_to_int(str_trim(*s), &n) && n > 0 ? n : otherwise;
}

bool front_tab_history(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	int64_t old = wanted(d, "old", 0), new_ = wanted(d, "new", 0);
	html_lit(h, "<div class=\"wide history\">");
	if (old && new_ && !put_difference(d, old, new_, e))
		return false;
	if (!put_list(d, e))
		return false;
	put_form(d, old ? old : d->dataset->nversions > 1 ? d->dataset->versions[1].number : 0, new_ ? new_ : d->dataset->version.number);
	html_lit(h, "</div>");
	return true;
}

/* Who changed what and when, in words; what was before comes back by one button. */
#include "back/dataset.h"
#include "back/history_words.h"

enum { SHOWN_CHANGES = 30, VALUE_BYTES = 200 };

static const struct { const char *word, *title; } sections[] = { { "resources", N_("Sources") }, { "processors", N_("Processing") }, { "fields", N_("Schema") }, { "metadata", N_("Information") },
	{ "settings", N_("Settings") }, { "security", N_("Security") } };
static const struct { const char *word, *title; } actions[] = { { "create", N_("Made") }, { "edit", N_("Changed") }, { "undo", N_("Change undone") }, { "redo", N_("Change made again") },
	{ "restore", N_("Earlier version brought back") }, { "copy", N_("Copied from another dataset") }, { "follow", N_("Taken over from the command line") } };

static const char *action_title(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (str_eq(word, str_of(actions[i].word)))
			return actions[i].title;
	return N_("Changed");
}

struct str back_account_name(struct visit *v, int64_t account)
{
	struct str name = account ? accounts_name(v->at.site->accounts, v->at.tenant->id, account, v->arena) : i18n_text(v->lang, N_("The command line"));
	return name.n ? name : i18n_text(v->lang, N_("An account that is gone"));
}

static void put_value(struct html *h, struct str text)
{
	struct str cut = text_cut(text, VALUE_BYTES);
	html_text(h, cut);
	if (cut.n < text.n)
		html_lit(h, "…");
}

static void put_change(struct html *h, const struct history_words *w, struct str section, const struct json_node *c)
{
	struct str kind = json_text(json_get(c, "operation_type"));
	html_lit(h, "<li><span class=\"place\">");
	history_put_place(h, w, section, c);
	html_lit(h, "</span> ");
	if (!str_eq(kind, STR("create"))) {
		html_lit(h, "<del><span class=\"visually-hidden\">");
		html_say(h, N_("before:"));
		html_lit(h, " </span><bdi>");
		put_value(h, history_value(w, section, c, json_get(c, "old_value")));
		html_lit(h, "</bdi></del> ");
	}
	if (!str_eq(kind, STR("delete"))) {
		html_lit(h, "<ins><span class=\"visually-hidden\">");
		html_say(h, N_("now:"));
		html_lit(h, " </span><bdi>");
		put_value(h, history_value(w, section, c, json_get(c, "new_value")));
		html_lit(h, "</bdi></ins>");
	}
	html_lit(h, "</li>");
}

static const char *section_title_or_null(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (str_eq(word, str_of(sections[i].word)))
			return sections[i].title;
	return NULL;
}

void back_put_diff(struct html *h, struct visit *v, const struct json_node *doc_or_null, struct str diff)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	const struct json_node *list;
	struct str word;
	size_t shown = 0, all = 0, at = 0;
	if (!diff.n || !json_read(diff, &doc, &ignored))
		return;
	struct history_words words = history_words(v, doc_or_null);
	while (json_each(json_root(doc), &at, &word, &list)) {
		const char *title = section_title_or_null(word);
		bool open = false;
		for (size_t i = 0; title && i < json_count(list); i++) {
			if (history_is_restated(&words, word, list, i))
				continue;
			all++;
			if (shown == SHOWN_CHANGES)
				continue;
			if (!open) {
				html_lit(h, "<h3>");
				html_say(h, title);
				html_lit(h, "</h3><ul class=\"changes\">");
			}
			open = true;
			put_change(h, &words, word, json_at(list, i));
			shown++;
		}
		if (open)
			html_lit(h, "</ul>");
	}
	if (shown < all) {
		html_lit(h, "<p class=\"hint\">");
		html_say_plural(h, N2_("and {0} more change", "and {0} more changes"), (int64_t)(all - shown));
		html_lit(h, "</p>");
	}
}

static void put_version(struct html *h, struct visit *v, const struct config *c, const struct config_version *one, bool newest, bool may)
{
	html_lit(h, "<li class=\"version\"><p><strong>");
	html_say(h, action_title(one->action));
	html_lit(h, "</strong> · <bdi>");
	html_text(h, back_account_name(v, one->who));
	html_lit(h, "</bdi> · ");
	html_date(h, one->at.us, v->zone, true);
	if (newest) {
		html_lit(h, " ");
		html_badge(h, HTML_INFO, N_("As it stands"));
	}
	if (one->revision == c->published_revision) {
		html_lit(h, " ");
		html_badge(h, HTML_SUCCESS, N_("Published"));
	}
	html_lit(h, "</p>");
	if (one->diff.n > 2) {
		html_put_literal(h, newest ? STR("<details open><summary>") : STR("<details><summary>"));
		html_say(h, N_("What changed"));
		html_lit(h, "</summary>");
		back_put_diff(h, v, c->doc, one->diff);
		html_lit(h, "</details>");
	}
	if (!newest && may && one->can_restore) {
		auto_buf when = BUF_INIT(400);
		clock_put_long(&when, one->at.us, v->zone, v->lang->code, true);
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = back_dataset_path(v, c, DATASET_TAB_HISTORY) });
		html_hidden(h, "version", one->uid);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Bring this back"), .about = buf_str(&when) });
		html_form_close(h);
	}
	html_lit(h, "</li>");
}

static const char *const removing[] = { "delete_record", "skip_record", "polygon_filtering" };

static bool takes_rows_out(const struct config *c)
{
	const struct json_node *list = json_get(c->doc, "processors");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *p = json_at(list, i);
		struct str type = json_text(json_get(p, "type")).n ? json_text(json_get(p, "type")) : json_text(json_get(p, "name"));
		for (size_t k = 0; k < COUNT_OF(removing); k++)
			if (str_eq(type, str_of(removing[k])))
				return true;
	}
	return false;
}

/* The versions of its data that readers have beside the present one, newest first; *fewer: some of them seem to hold records that are gone now. */
static size_t older_versions(struct visit *v, const struct config *c, struct dataset_version **out, bool *fewer)
{
	const struct catalog_view *view;
	struct err ignored = { 0 };
	size_t n = 0;
	*fewer = false;
	if (!c->published || !catalog_hold(v->at.site->catalog, v->at.tenant->id, &view, &ignored))
		return 0;
	const struct dataset *d = catalog_find_or_null(view, c->slug);
	*out = arena_array(v->arena, struct dataset_version, (d ? d->nversions : 0) + 1);
	for (size_t i = 0; d && i < d->nversions; i++) {
		if (d->versions[i].number == d->version.number)
			continue;
		(*out)[n++] = d->versions[i];
		*fewer |= d->versions[i].rows > d->rows;
	}
	catalog_release(v->at.site->catalog, view);
	*fewer |= n > 0 && takes_rows_out(c);
	return n;
}

void back_put_older_notice(struct html *h, struct visit *v, const struct config *c)
{
	struct dataset_version *list;
	bool fewer;
	if (!older_versions(v, c, &list, &fewer) || !fewer)
		return;
	html_notice_open(h, HTML_INFO);
	html_lit(h, "<p>");
	html_say(h, N_("Earlier versions stay readable, with records that are taken out now."));
	html_lit(h, " <a href=\"");
	html_url(h, back_dataset_path(v, c, DATASET_TAB_HISTORY));
	html_lit(h, "#older\">");
	html_say(h, N_("Forget older versions…"));
	html_lit(h, "</a></p>");
	html_notice_close(h);
}

/* Files that were sent and are no source's any more: readers see none of them, those who edit can bring them back. */
static void put_spare_files(struct html *h, struct visit *v, const struct config_file *files, size_t n)
{
	if (!n)
		return;
	html_lit(h, "<p>");
	html_say(h, N_("These files were sent and no source uses them any more. They are kept for those who edit the dataset and bring an earlier change back."));
	html_lit(h, "</p><ul>");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li>");
		html_text(h, files[i].name);
		html_lit(h, " · ");
		html_date(h, files[i].created.us, v->zone, true);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
}

/* What can still be read of the data as they were, and the way to end that. */
static bool put_older(struct html *h, struct visit *v, const struct config *c, struct err *e)
{
	struct dataset_version *list;
	struct config_file *files;
	bool fewer;
	size_t nfiles, n = older_versions(v, c, &list, &fewer);
	if (!config_files_spare(v->at.site, v->at.tenant->id, c->dataset, v->arena, &files, &nfiles, e))
		return false;
	if (!n && !nfiles)
		return true;
	html_panel_open(h, "older", N_("Earlier data"), n ? N_("Whoever may read the dataset can also read these earlier versions of its records, under History on its page and through the API. Records that were taken out since are still in them.") : NULL);
	if (n)
		html_lit(h, "<ul>");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li>");
		html_date(h, list[i].published.us, v->zone, true);
		html_lit(h, " · ");
		html_say_plural(h, N2_("{0} record", "{0} records"), list[i].rows);
		html_lit(h, "</li>");
	}
	if (n)
		html_lit(h, "</ul>");
	put_spare_files(h, v, files, nfiles);
	if (back_dataset_may(v, c, CONFIG_PUBLISH)) {
		html_lit(h, "<details class=\"fold-plain\"><summary>");
		html_say(h, N_("Forget older versions…"));
		html_lit(h, "</summary><p>");
		html_say(h, N_("They are removed for good: nobody can read them or bring them back, nor the files that no source uses any more. Copies in backups stay until those expire. The sources stay as they are."));
		html_lit(h, "</p>");
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = arena_printf(v->arena, "/backoffice/datasets/%.*s/do/", STR_ARG(c->uid)) });
		html_hidden(h, "back", back_dataset_path(v, c, DATASET_TAB_HISTORY));
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Forget older versions"), .name = "do", .value = STR("forget") });
		html_form_close(h);
		html_lit(h, "</details>");
	}
	html_panel_close(h);
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c, now;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct config_version *list;
	size_t n;
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (config_restore(v.at.site, v.at.tenant->id, c.dataset, visitor_field(&form, STR("version")), v.who.account, v.arena, &now, e))
			return back_done(&v, back_dataset_path(&v, &c, DATASET_TAB_HISTORY), "version-back", e);
		if (e->code != ERR_NOT_FOUND && e->code != ERR_CONFLICT && e->code != ERR_PARAMETER)
			return false;
		html_complain_text(&errors, STR(""), arena_str(v.arena, str_of(e->pub)));
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	if (!config_versions(v.at.site, v.at.tenant->id, c.dataset, v.arena, &list, &n, e))
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_HISTORY, e))
		return false;
	struct html *h = &page.h;
	for (size_t i = 0; i < errors.n; i++)
		html_notice_text(h, HTML_BAD, errors.items[i].text);
	html_lit(h, "<p>");
	html_say(h, N_("The last 20 changes. Bringing one back is a change like any other: nothing is lost by it, and readers see it once it is published. Who sees the dataset and its schedules are not part of it."));
	html_lit(h, "</p>");
	if (!n)
		html_empty(h, N_("Nothing has been changed yet"), N_("Every change is listed here, with who made it and what was before."), NULL);
	html_put_literal(h, n ? STR("<ol class=\"versions\">") : STR(""));
	bool may = back_dataset_may(&v, &c, CONFIG_EDIT);
	for (size_t i = 0; i < n; i++)
		put_version(h, &v, &c, &list[i], i == 0, may);
	html_put_literal(h, n ? STR("</ol>") : STR(""));
	if (!put_older(h, &v, &c, e))
		return false;
	return view_close(&page, e);
}

const struct httpd_route back_dataset_history = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/history/", .run = run };
const struct httpd_route back_dataset_history_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/history/", .body_max = 64 * 1024, .run = run };

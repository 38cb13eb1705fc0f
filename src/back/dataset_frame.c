/* The frame of one dataset's pages: who comes in, what stands at the top of each (its name, how it is with it, what publishing would
 * change, the tabs), and the row of buttons that ends their forms. */
#include "back/dataset_inside.h"

bool back_dataset_may(const struct visit *v, const struct config *c, enum config_deed deed)
{
	return config_may(v->at.site, v->at.tenant->id, &v->who, c->dataset, deed);
}

bool back_dataset_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, enum config_deed deed, struct visit *v,
                        struct config *out, struct err *e)
{
	if (!back_enter(s, r, p, VIEW_OFFICE_DATASETS, 0, v, e))
		return false;
	if (!config_read(s, v->at.tenant->id, r->holes[0], v->arena, out, e))
		return false;
	if (!back_dataset_may(v, out, CONFIG_READ))
		return err_set(e, ERR_NOT_FOUND, "There is no such dataset.");
	if (!back_dataset_may(v, out, deed))
		return err_set(e, ERR_FORBIDDEN, "This account may look at this dataset, and not do this to it.");
	if (r->method == HTTPD_POST && deed == CONFIG_READ && !back_dataset_may(v, out, CONFIG_EDIT))
		return err_set(e, ERR_FORBIDDEN, "This account may look at this dataset, and not change it.");
	return true;
}

static const struct tab_row { const char *word, *title; enum config_deed deed; } tab_rows[DATASET_TABS] = {
#define TAB(symbol, word_, title_, deed_) { word_, title_, deed_ },
#include "back/dataset_tabs.def"
#undef TAB
};

struct str back_dataset_path(const struct visit *v, const struct config *c, enum dataset_tab tab)
{
	if (tab == DATASET_TABS)
		return arena_printf(v->arena, "/backoffice/datasets/%.*s/", STR_ARG(c->uid));
	return arena_printf(v->arena, "/backoffice/datasets/%.*s/%s/", STR_ARG(c->uid), tab_rows[tab].word);
}

/* --- how it is with it --------------------------------------------------------------------------------------------- */

static const struct state_row { const char *word, *title; enum html_tone tone; bool busy; } state_rows[] = {
	{ "queued", N_("Waiting"), HTML_INFO, true },
	{ "processing", N_("Being published"), HTML_INFO, true },
	{ "aborting_processing", N_("Stopping"), HTML_WARNING, true },
	{ "deleting", N_("Being taken back"), HTML_WARNING, true },
	{ "saving_version", N_("Saving"), HTML_INFO, true },
	{ "error", N_("Failed"), HTML_BAD, false },
	{ "limit_reached", N_("Limit reached"), HTML_WARNING, false },
};

static const struct state_row *state_row_or_null(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(state_rows); i++)
		if (str_eq(word, str_of(state_rows[i].word)))
			return &state_rows[i];
	return NULL;
}

const char *back_state_title(struct str word, bool published, enum html_tone *tone)
{
	const struct state_row *row = state_row_or_null(word);
	*tone = row ? row->tone : published ? HTML_SUCCESS : HTML_NEUTRAL;
	return row ? row->title : published ? N_("Published") : N_("Not published");
}

void back_put_state(struct html *h, struct str state_word, bool published)
{
	enum html_tone tone;
	const char *title = back_state_title(state_word, published, &tone);
	html_badge(h, tone, title);
}

bool back_is_busy(enum job_state s)
{
	const struct state_row *row = state_row_or_null(str_of(job_state_word(s)));
	return row && row->busy;
}

static const char *phase_title(struct str phase)
{
	static const struct { const char *word, *title; } rows[] = { { "fetching", N_("Fetching the source") }, { "reading", N_("Reading") },
		{ "processing", N_("Being processed") }, { "loading", N_("Loading") }, { "finishing", N_("Finishing") } };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq(phase, str_of(rows[i].word)))
			return rows[i].title;
	return N_("Working");
}

/* "Reading · 120,000 rows · 34,000 a second"; also what the page's script is told. */
void back_put_progress(struct html *h, const struct job_status *s)
{
	html_say(h, s->state == JOB_QUEUED ? N_("It begins as soon as there is room.") : phase_title(s->phase));
	if (s->rows > 0) {
		html_lit(h, " · ");
		html_say_plural(h, N2_("{0} row", "{0} rows"), s->rows);
	}
	if (s->rows_per_second >= 1) {
		html_lit(h, " · ");
		html_say_with(h, N_("{0} a second"), HTML_ARG_COUNT((int64_t)s->rows_per_second));
	}
	if (s->errors > 0) {
		html_lit(h, " · ");
		html_say_plural(h, N2_("{0} error", "{0} errors"), s->errors);
	}
}

static void put_bar(struct html *h, const struct job_status *s)
{
	html_lit(h, "<progress max=\"1000\" aria-label=\"");
	html_say(h, N_("Progress"));
	html_lit(h, "\"");
	if (s->permille >= 0) {
		html_lit(h, " value=\"");
		html_int(h, s->permille);
		html_lit(h, "\"");
	}
	html_lit(h, "></progress>");
}

/* What publishing would change: the parts of the configuration that changed since, told by the history. */
static bool sections_since(struct visit *v, const struct config *c, struct str *out, struct err *e)
{
	static const struct { const char *word, *title; } rows[] = { { "resources", N_("Sources") }, { "processors", N_("Processing") },
		{ "fields", N_("Schema") }, { "metadata", N_("Information") } };
	struct config_version *versions;
	size_t n;
	bool changed[COUNT_OF(rows)] = { false };
	*out = STR("");
	if (!config_versions(v->at.site, v->at.tenant->id, c->dataset, v->arena, &versions, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < COUNT_OF(rows); k++)
			changed[k] |= versions[i].revision > c->published_revision && str_find(versions[i].sections, str_of(rows[k].word)) >= 0;
	for (size_t k = 0; k < COUNT_OF(rows); k++)
		if (changed[k])
			*out = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(*out), out->n ? ", " : "", STR_ARG(i18n_text(v->lang, rows[k].title)));
	return true;
}

static bool put_pending(struct html *h, struct visit *v, const struct config *c, struct err *e)
{
	struct str what;
	if (!c->published) {
		html_say(h, N_("Readers do not see it yet."));
		return true;
	}
	if (c->revision <= c->published_revision) {
		html_say(h, N_("Readers see what you see here."));
		return true;
	}
	if (!sections_since(v, c, &what, e))
		return false;
	if (what.n)
		html_say_with(h, N_("Not published yet: {0}."), HTML_ARG_TEXT(what));
	else
		html_say(h, N_("Readers see what you see here."));
	return true;
}

static void put_deed(struct html *h, struct visit *v, const struct config *c, struct str back, const struct html_button *b)
{
	html_form_open(h, &(struct html_form){ .visit = v, .plain = true,
		.action = arena_printf(v->arena, "/backoffice/datasets/%.*s/do/", STR_ARG(c->uid)) });
	html_hidden(h, "back", back);
	html_button(h, b);
	html_form_close(h);
}

/* The one button that is always there. */
static void put_publish(struct html *h, struct visit *v, const struct config *c, const struct job_status *s, struct str back)
{
	if (!back_dataset_may(v, c, CONFIG_PUBLISH))
		return;
	bool running = s->state == JOB_PROCESSING || s->state == JOB_QUEUED;
	if (running)
		put_deed(h, v, c, back, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Stop"), .name = "do", .value = STR("abort") });
	else
		put_deed(h, v, c, back, &(struct html_button){ .label = N_("Publish"), .name = "do", .value = STR("publish"), .disabled = back_is_busy(s->state) });
}

static void put_undo(struct html *h, struct visit *v, const struct config *c, struct str back)
{
	if (!back_dataset_may(v, c, CONFIG_EDIT))
		return;
	put_deed(h, v, c, back, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Undo"), .name = "do", .value = STR("undo"), .small = true });
	put_deed(h, v, c, back, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Redo"), .name = "do", .value = STR("redo"), .small = true });
}

/* Everything else one can do to a dataset, folded away. */
static void put_more(struct html *h, struct visit *v, const struct config *c, struct str back)
{
	html_lit(h, "<details class=\"fold\"><summary>");
	html_say(h, N_("More"));
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><div class=\"sheet\"><ul>");
	if (c->published) {
		html_lit(h, "<li><a href=\"");
		html_url(h, arena_printf(v->arena, "/explore/dataset/%.*s/", STR_ARG(c->slug)));
		html_lit(h, "\">");
		html_icon(h, ICON_OUT);
		html_say(h, N_("Open it on the portal"));
		html_lit(h, "</a></li>");
	}
	static const struct { const char *word, *title; enum config_deed deed; int when; enum view_icon icon; } rows[] = {
		{ "metadata", N_("Publish the information only"), CONFIG_PUBLISH, 1, ICON_INFO },
		{ "copy", N_("Duplicate"), CONFIG_EDIT, 0, ICON_PLUS },
		{ "unpublish", N_("Unpublish"), CONFIG_PUBLISH, 1, ICON_CLOSE },
		{ "delete", N_("Delete"), CONFIG_DELETE, 0, ICON_TRASH },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if ((rows[i].when == 1 && !c->published) || !back_dataset_may(v, c, rows[i].deed))
			continue;
		html_lit(h, "<li>");
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true,
			.action = arena_printf(v->arena, "/backoffice/datasets/%.*s/do/", STR_ARG(c->uid)) });
		html_hidden(h, "back", back);
		html_lit(h, "<button name=\"do\" value=\"");
		html_text(h, str_of(rows[i].word));
		html_lit(h, "\">");
		html_icon(h, rows[i].icon);
		html_say(h, rows[i].title);
		html_lit(h, "</button>");
		html_form_close(h);
		if (rows[i].deed == CONFIG_DELETE) {
			html_lit(h, "<p class=\"hint\">");
			html_say(h, N_("What is deleted can be brought back for 30 days."));
			html_lit(h, "</p>");
		}
		html_lit(h, "</li>");
	}
	if (back_dataset_may(v, c, CONFIG_EDIT)) {
		html_lit(h, "<li><a href=\"");
		html_url(h, arena_printf(v->arena, "/backoffice/datasets/%.*s/identifier/", STR_ARG(c->uid)));
		html_lit(h, "\">");
		html_icon(h, ICON_EDIT);
		html_say(h, N_("Change the identifier"));
		html_lit(h, "</a></li>");
	}
	html_lit(h, "</ul></div></details>");
}

static void put_tabs(struct html *h, const struct visit *v, const struct config *c, enum dataset_tab tab)
{
	struct html_tab tabs[DATASET_TABS];
	size_t n = 0;
	for (int i = 0; i < DATASET_TABS; i++)
		if (tab_rows[i].deed == CONFIG_READ || back_dataset_may(v, c, tab_rows[i].deed))
			tabs[n++] = (struct html_tab){ .url = back_dataset_path(v, c, (enum dataset_tab)i), .label = tab_rows[i].title, .current = i == (int)tab };
	html_tabs(h, N_("Dataset"), tabs, n);
}

/* A limit of records cuts, one of datasets shuts out. */
static const char *limit_reached(const struct job_status *s)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	bool none = s->limit.n && json_read(s->limit, &doc, &ignored) && str_eq(json_text(json_get(json_root(doc), "limit_type")), STR("datasets"));
	return none ? N_("A limit of the portal was reached: the dataset is not published.") : N_("A limit of the portal was reached: not every row is published.");
}

/* What was said when it was begun is not said any more once it has ended otherwise. */
static bool was_begun(const struct httpd_request *r)
{
	const struct str *done = httpd_query_or_null(r, STR("done"));
	return done && (str_eq(*done, STR("publishing-now")) || str_eq(*done, STR("publishing")));
}

static bool put_status(struct html *h, struct visit *v, const struct config *c, const struct job_status *s, struct err *e)
{
	html_lit(h, "<stoa-dataset-status class=\"dataset-status\" data-url=\"");
	html_url(h, arena_printf(v->arena, "/backoffice/datasets/%.*s/status/", STR_ARG(c->uid)));
	if (back_is_busy(s->state))
		html_lit(h, "\" data-busy=\"yes");
	html_lit(h, "\"><p>");
	back_put_state(h, str_of(job_state_word(s->state)), c->published);
	html_lit(h, " <code class=\"uid\">");
	html_text(h, c->slug);
	html_lit(h, "</code> <span class=\"line\">");
	if (back_is_busy(s->state))
		back_put_progress(h, s);
	else if (!back_live_hidden(v, c->dataset) && !put_pending(h, v, c, e))
		return false;
	html_lit(h, "</span></p>");
	if (back_is_busy(s->state))
		put_bar(h, s);
	html_lit(h, "</stoa-dataset-status>");
	if (s->state == JOB_ERROR || s->state == JOB_LIMIT_REACHED) {
		html_notice_open(h, s->state == JOB_ERROR ? HTML_BAD : HTML_WARNING);
		html_lit(h, "<p><strong>");
		html_say(h, s->state == JOB_ERROR ? N_("The last publication failed. What readers see is unchanged.") : limit_reached(s));
		html_lit(h, "</strong></p><p dir=\"auto\">");
		html_reason(h, s->message);
		html_lit(h, "</p>");
		html_notice_close(h);
	} else if (s->errors > 0 && !back_is_busy(s->state)) {
		html_notice_open(h, HTML_WARNING);
		html_lit(h, "<p>");
		html_say_plural(h, N2_("{0} value or row did not fit at the last publication and was left out.", "{0} values or rows did not fit at the last publication and were left out."), s->errors);
		html_lit(h, " <a href=\"");
		html_url(h, arena_printf(v->arena, "/backoffice/datasets/%.*s/errors/", STR_ARG(c->uid)));
		html_lit(h, "\">");
		html_say(h, N_("Look at them"));
		html_lit(h, "</a></p>");
		html_notice_close(h);
	}
	return true;
}

static bool put_head(struct view_page *page, const struct config *c, enum dataset_tab tab, struct err *e)
{
	struct visit *v = page->visit;
	struct html *h = &page->h;
	struct job_status status;
	if (!job_status(v->at.site, v->at.tenant->id, c->dataset, v->arena, &status, e))
		return false;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Datasets")), STR("/backoffice/datasets/") }, { c->title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, c->title, NULL);
	put_undo(h, v, c, page->path);
	put_more(h, v, c, page->path);
	put_publish(h, v, c, &status, page->path);
	html_heading_close(h);
	if (!put_status(h, v, c, &status, e))
		return false;
	back_put_live_notice(h, v, c->dataset, tab);
	if (tab != DATASET_TAB_HISTORY && back_dataset_may(v, c, CONFIG_PUBLISH))
		back_put_older_notice(h, v, c);
	put_tabs(h, v, c, tab);
	if (!(was_begun(v->request) && (status.state == JOB_ERROR || status.state == JOB_LIMIT_REACHED)))
		back_said(page, v->request);
	return true;
}

bool back_dataset_open(struct view_page *page, const struct config *c, enum dataset_tab tab, struct err *e)
{
	struct visit *v = page->visit;
	page->title = tab == DATASET_TABS ? c->title : arena_printf(v->arena, "%.*s · %.*s", STR_ARG(i18n_text(v->lang, tab_rows[tab].title)), STR_ARG(c->title));
	if (!page->path.n)
		page->path = back_dataset_path(v, c, tab);
	view_office_open(page, VIEW_OFFICE_DATASETS);
	if (put_head(page, c, tab, e))
		return true;
	view_drop(page);
	return false;
}

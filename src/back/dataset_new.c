/* A new dataset begins with its source: files that are dropped or chosen, or one of the other ways. What is made is a draft that nobody sees in
 * lists, and the next page is the last: what was found, a title, and Publish. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

#define HOME "/backoffice/datasets/"
enum { FORM_BYTES = 256 << 20, OPTIONS = 100 };

/* --- files ----------------------------------------------------------------------------------------------------------------- */

void dataset_put_drop(struct html *h, struct visit *v, struct str action, const char *label, bool several)
{
	html_lit(h, "<stoa-upload class=\"drop\" data-url=\"" HOME "new/piece/\" data-waiting=\"");
	html_say(h, N_("The connection is lost. It goes on by itself where it was."));
	html_lit(h, "\" data-done=\"");
	html_say(h, N_("Sent. One moment …"));
	html_lit(h, "\" data-refused=\"");
	html_say(h, N_("This file could not be taken:"));
	html_lit(h, "\">");
	html_form_open(h, &(struct html_form){ .visit = v, .action = action, .files = true, .label = label, .id = "drop" });
	html_hidden(h, "way", STR("files"));
	html_lit(h, "<div class=\"drop-zone\">");
	html_icon(h, ICON_PLUS);
	html_lit(h, "<p><label for=\"drop-files\">");
	html_say(h, several ? N_("Drop files here, or choose them") : N_("Drop a file here, or choose it"));
	html_lit(h, "</label></p><p class=\"hint\" id=\"drop-hint\">");
	html_say(h, N_("Spreadsheets, CSV, JSON, GeoJSON, Shapefile, GeoPackage, KML, GPX, Parquet, XML, GTFS, calendars and more, packed or not. What it is, is found out."));
	html_lit(h, "</p><input type=\"file\" id=\"drop-files\" name=\"files\" aria-describedby=\"drop-hint\" class=\"box\"");
	if (several)
		html_lit(h, " multiple");
	html_lit(h, "></div><ul class=\"sending\" aria-live=\"polite\"></ul><noscript><p class=\"hint\">");
	html_say(h, N_("Without script a file may have 256 MB; larger ones can be fetched from an address."));
	html_lit(h, "</p></noscript>");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Go on with these files") });
	html_buttons_close(h);
	html_form_close(h);
	html_lit(h, "</stoa-upload>");
}

/* --- the other ways ------------------------------------------------------------------------------------------------------------ */

/* Saved connections of the kind, to be chosen in place of filling in an address and its secrets again. */
static void put_connections(struct html *h, struct visit *v, const struct dataset_way *w)
{
	struct fetch_connection *all;
	struct html_option options[OPTIONS] = { { .value = STR(""), .message = N_("As filled in below") } };
	size_t n, k = 1;
	struct err e = { 0 };
	if (!fetch_connections(v->at.site, v->at.tenant->id, v->arena, &all, &n, &e))
		return; /* the form does without */
	for (size_t i = 0; i < n && k < OPTIONS; i++)
		if (all[i].reusable && str_eq(all[i].type, str_of(w->connection)))
			options[k++] = (struct html_option){ .value = all[i].uid, .text = all[i].name.n ? all[i].name : all[i].url };
	if (k > 1)
		html_choice(h, &(struct html_choice){ .name = "connection", .label = N_("Saved connection"), .options = options, .noptions = k });
}

static void put_way_fields(struct html *h, struct visit *v, const struct dataset_way *w)
{
	if (w->connection)
		put_connections(h, v, w);
	bool open = false;
	for (const struct way_field *f = w->fields; f->name; f++) {
		bool secret = str_eq(str_of(w->word), STR("url")) && !f->required;
		if (secret && !open) {
			html_lit(h, "<details class=\"fold-plain\"><summary>");
			html_say(h, N_("The server asks for a password or a key"));
			html_lit(h, "</summary><div class=\"form\">");
			open = true;
		}
		html_field(h, &(struct html_field){ .kind = f->kind, .name = f->name, .label = f->label, .hint = f->hint, .required = f->required,
			.autocomplete = f->kind == HTML_FIELD_PASSWORD ? "new-password" : NULL, .rows = 2 });
	}
	if (w->connection && !str_eq(str_of(w->word), STR("portal")))
		html_check(h, &(struct html_check){ .name = "keep", .label = N_("Keep the connection for other datasets"),
			.hint = N_("Passwords and keys are kept encrypted and never shown again.") });
	if (open)
		html_lit(h, "</div></details>");
}

static bool has_source(const struct dataset_way *w) { return !str_eq(str_of(w->word), STR("empty")); }

void dataset_put_ways(struct html *h, struct visit *v, struct str action, const struct visitor_form *posted, const struct html_errors *errors, bool sources_only)
{
	struct str open = posted ? visitor_field(posted, STR("way")) : STR("");
	html_lit(h, "<div class=\"ways\">");
	for (const struct dataset_way *w = dataset_ways; w->word; w++) {
		bool mine = str_eq(open, str_of(w->word));
		if (sources_only && !has_source(w))
			continue;
		html_lit(h, "<details name=\"way\" class=\"way\"");
		if (mine)
			html_lit(h, " open");
		html_lit(h, "><summary>");
		html_icon(h, w->icon);
		html_lit(h, "<span><strong>");
		html_say(h, w->label);
		html_lit(h, "</strong><small>");
		html_say(h, w->help);
		html_lit(h, "</small></span></summary>");
		bool portal = str_eq(str_of(w->word), STR("portal"));
		html_form_open(h, &(struct html_form){ .visit = portal ? NULL : v, .action = portal ? STR(HOME "new/portal/") : action,
			.posted = mine ? posted : NULL, .errors = mine ? errors : NULL, .label = w->label });
		if (!portal)
			html_hidden(h, "way", str_of(w->word));
		else if (sources_only)
			html_hidden(h, "to", action);
		put_way_fields(h, v, w);
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .label = N_("Go on") });
		html_buttons_close(h);
		html_form_close(h);
		html_lit(h, "</details>");
	}
	html_lit(h, "</div>");
}

/* --- making it ----------------------------------------------------------------------------------------------------------------- */

/* The resources of the form and the title they suggest. */
static bool read_source(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct str *resources, struct str *title, struct err *e)
{
	size_t n;
	struct str source, way = visitor_field(f, STR("way"));
	const struct dataset_way *w = dataset_way_or_null(way);
	*title = str_trim(visitor_field(f, STR("title")));
	*resources = STR("");
	if (!w)
		return dataset_form_files(v, 0, f, errors, resources, &n, title, e);
	if (str_eq(way, STR("empty")) || str_eq(way, STR("push"))) {
		if (!title->n)
			return html_complain(errors, v->lang, "title", N_("This is needed."));
		if (str_eq(way, STR("push")))
			*resources = dataset_resource(v->arena, *title, STR("realtime"), dataset_example(v->arena, f), STR(""));
		return true;
	}
	if (!dataset_way_source(v, w, f, errors, &source, e))
		return false;
	bool portal = str_eq(way, STR("portal"));
	struct str from = visitor_field(f, str_eq(way, STR("postgresql")) ? STR("table") : portal ? STR("dataset_id") : STR("url"));
	if (portal && !title->n)
		*title = str_trim(visitor_field(f, arena_join(v->arena, STR("title:"), from)));
	struct str name = title->n ? *title : dataset_title_of(v->arena, from);
	*title = name.n ? name : i18n_text(v->lang, N_("New dataset"));
	*resources = dataset_resource(v->arena, *title, portal ? STR("federated") : STR(""), STR(""), source);
	return true;
}

static bool make(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct config *out, struct err *e)
{
	struct str resources, title;
	struct process_faults faults = { .arena = v->arena };
	if (!read_source(v, f, errors, &resources, &title, e))
		return false;
	struct str json = arena_printf(v->arena, "{\"resources\":[%.*s],\"processors\":[],\"fields\":[],\"metadata\":{\"default\":{\"title\":{\"\":%.*s}}}}",
		STR_ARG(resources), STR_ARG(back_json_text(v->arena, title)));
	bool empty = str_eq(visitor_field(f, STR("way")), STR("empty"));
	struct config_new made = { .tenant = v->at.tenant->id, .who = v->who.account, .caller_or_null = &v->who, .title = title, .json = json, .draft = !empty };
	if (config_create(v->at.site, &made, v->arena, out, &faults, e))
		return true;
	if (e->code != ERR_PARAMETER && e->code != ERR_INVALID && e->code != ERR_TOO_LARGE)
		return false;
	for (size_t i = 0; i < faults.list.n; i++)
		html_complain_text(errors, STR(""), faults.list.p[i].message);
	if (!faults.list.n)
		html_complain_text(errors, STR(""), arena_str(v->arena, str_of(e->pub)));
	*e = (struct err){ 0 };
	return false;
}

static bool show(struct visit *v, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, N_("New dataset"), HOME "new/");
	view_office_open(&page, VIEW_OFFICE_DATASETS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Datasets")), STR(HOME) }, { page.title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, N_("Where are the data? What you choose is looked at first; nobody sees it before you publish it."));
	html_heading_close(h);
	bool files = posted && !dataset_way_or_null(visitor_field(posted, STR("way")));
	if (files && errors && errors->n) {
		html_notice_open(h, HTML_BAD);
		for (size_t i = 0; i < errors->n; i++) {
			html_lit(h, "<p dir=\"auto\">");
			html_reason(h, errors->items[i].text);
			html_lit(h, "</p>");
		}
		html_notice_close(h);
	}
	dataset_put_drop(h, v, STR(HOME "new/"), N_("Files"), true);
	html_lit(h, "<h2>");
	html_say(h, N_("Or bring them from elsewhere"));
	html_lit(h, "</h2>");
	dataset_put_ways(h, v, STR(HOME "new/"), posted, errors, false);
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct config c;
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!rights_may(&v.who, ACCOUNT_MAY_CREATE_DATASET))
		return err_set(e, ERR_FORBIDDEN, "This account may edit datasets, and not make new ones.");
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (make(&v, &form, &errors, &c, e)) {
			bool draft = !str_eq(visitor_field(&form, STR("way")), STR("empty"));
			return httpd_reply_redirect(p, 303, arena_printf(v.arena, HOME "%.*s/%s/", STR_ARG(c.uid), draft ? "check" : "information"), e);
		}
		if (!errors.n && back_complain(&v, &errors, "", e))
			return false;
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	return show(&v, r->method == HTTPD_POST ? &form : NULL, errors.n ? &errors : NULL, e);
}

const struct httpd_route back_dataset_new = { .method = HTTPD_GET, .pattern = HOME "new/", .run = run };
const struct httpd_route back_dataset_new_post = { .method = HTTPD_POST, .pattern = HOME "new/", .lane = HTTPD_LANE_HAUL, .flags = HTTPD_SPILLS, .body_max = FORM_BYTES,
	.deadline_ms = 120000, .run = run };

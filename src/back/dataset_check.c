/* The second and last page of a new dataset: what was found in the source, a title, who may see it, and Publish. Whatever was found out can be
 * overruled and is looked at again. */
#include "back/dataset_inside.h"

enum { UNSURE = 50 }; /* below this a number says less than words */

struct check {
	struct visit visit;
	struct config c;
	struct back_preview preview;
	struct html_errors errors;
	struct visitor_form form;
	bool posted;
};

static void leave(struct check *k) { visitor_leave(&k->visit); }

static const struct json_node *resource(const struct check *k) { return json_at(json_get(k->c.doc, "resources"), 0); }

static bool is_restricted(struct check *k, bool *out, struct err *e)
{
	struct visit *v = &k->visit;
	struct catalog_rules rules;
	if (!catalog_rules(v->at.site->catalog, v->at.tenant->id, k->c.dataset, v->arena, &rules, e))
		return false;
	*out = rules.restricted;
	return true;
}

/* --- saving ---------------------------------------------------------------------------------------------------------------- */

static bool save_name(struct check *k, struct err *e)
{
	struct visit *v = &k->visit;
	struct site *s = v->at.site;
	struct str slug = str_trim(visitor_field(&k->form, STR("identifier")));
	if (slug.n && !str_eq(slug, k->c.slug) && !config_rename(s, v->at.tenant->id, k->c.dataset, slug, v->who.account, e)) {
		if (e->code != ERR_CONFLICT && e->code != ERR_PARAMETER && e->code != ERR_INVALID)
			return false;
		html_complain_text(&k->errors, STR("identifier"), arena_str(v->arena, str_of(e->pub)));
		*e = (struct err){ 0 };
		return false;
	}
	bool was, restricted = str_eq(visitor_field(&k->form, STR("access")), STR("restricted"));
	if (!is_restricted(k, &was, e))
		return false;
	struct rule_change rule = { .parts = RULE_RESTRICTED, .restricted = restricted, .by = v->who.account };
	struct str now = slug.n ? slug : k->c.slug;
	return was == restricted || catalog_rule_set(s->catalog, v->at.tenant->id, now, &rule, e);
}

static bool save(struct check *k, struct err *e)
{
	struct visit *v = &k->visit;
	struct str title = str_trim(visitor_field(&k->form, STR("title"))), type, params;
	struct back_put puts[BACK_PUTS];
	size_t n = 0;
	if (!title.n)
		return html_complain(&k->errors, v->lang, "title", N_("A dataset needs a title."));
	puts[n++] = (struct back_put){ STR("metadata/default/title"), arena_printf(v->arena, "{\"\":%.*s}", STR_ARG(back_json_text(v->arena, title))) };
	n += dataset_read_where(v, &k->form, resource(k), STR("resources/0/"), puts + n, COUNT_OF(puts) - n - 4);
	if (resource(k) && visitor_field(&k->form, STR("type")).n) {
		dataset_read_params(v, &k->form, resource(k), &type, &params);
		puts[n++] = (struct back_put){ STR("resources/0/type"), back_json_text(v->arena, type) };
		puts[n++] = (struct back_put){ STR("resources/0/params"), params };
		puts[n++] = (struct back_put){ STR("fields"), dataset_read_dates(v, &k->form, json_get(k->c.doc, "fields")) };
	}
	struct str places = dataset_read_grid(v, &k->form, json_get(k->c.doc, "processors"));
	if (places.n)
		puts[n++] = (struct back_put){ STR("processors"), places };
	return back_dataset_save_all(v, &k->c, puts, n, &k->form, &k->errors, e);
}

/* What was never published goes to where deleted datasets wait, as it stands; what the form says is not looked at. */
static bool may_discard(const struct check *k) { return !k->c.published && !k->c.published_revision && back_dataset_may(&k->visit, &k->c, CONFIG_DELETE); }

static bool discard(struct check *k, struct err *e)
{
	struct visit *v = &k->visit;
	if (!may_discard(k))
		return err_set(e, ERR_FORBIDDEN, "A dataset that was published is deleted on its own page.");
	/* In this order: a dataset that is deleted needs no room among those one may have. */
	return config_delete(v->at.site, v->at.tenant->id, k->c.dataset, v->who.account, e) && config_settle(v->at.site, v->at.tenant->id, k->c.dataset, e) &&
	       back_done(v, arena_printf(v->arena, "/backoffice/datasets/?deleted=%.*s", STR_ARG(k->c.uid)), "discarded", e);
}

/* Saved as the button says: looked at again, published, or kept for the editor. */
static bool obey(struct check *k, struct err *e)
{
	struct visit *v = &k->visit;
	struct str what = visitor_field(&k->form, STR("do"));
	bool look = str_eq(what, STR("look"));
	if (str_eq(what, STR("discard")))
		return discard(k, e);
	/* Publishing is asked of the queue once the draft is a dataset. */
	struct visitor_form quiet = k->form;
	struct httpd_pair *pairs = arena_array(v->arena, struct httpd_pair, quiet.n + 1);
	for (size_t i = 0; i < quiet.n; i++) {
		pairs[i] = quiet.pairs[i];
		if (str_eq(pairs[i].name, STR("do")))
			pairs[i].value = STR("save");
	}
	quiet.pairs = pairs;
	struct visitor_form kept = k->form;
	k->form = quiet;
	bool apart = str_eq(what, STR("apart"));
	bool saved = save(k, e) && (look || save_name(k, e)) &&
		     (!apart || dataset_part_several(v, &k->c, str_eq(visitor_field(&k->form, STR("access")), STR("restricted")), &k->errors, e));
	k->form = kept;
	if (!saved)
		return false;
	if (look)
		return httpd_reply_redirect(v->reply, 303, arena_printf(v->arena, "/backoffice/datasets/%.*s/check/", STR_ARG(k->c.uid)), e);
	if (!config_settle(v->at.site, v->at.tenant->id, k->c.dataset, e)) {
		if (e->code != ERR_TOO_LARGE)
			return false;
		*e = (struct err){ 0 };
		return back_done(v, arena_printf(v->arena, "/backoffice/datasets/%.*s/check/", STR_ARG(k->c.uid)), "full", e);
	}
	if (apart)
		return back_done(v, STR("/backoffice/datasets/?which=unpublished"), "parted", e);
	if (!str_eq(what, STR("publish")))
		return back_done(v, back_dataset_path(v, &k->c, DATASET_TAB_SOURCES), "saved-dataset", e);
	struct job_order order = { .tenant = v->at.tenant->id, .dataset = k->c.dataset, .who = v->who.account, .kind = JOB_PUBLISH };
	int64_t job;
	return job_put(v->at.site, &order, &job, e) && back_done(v, arena_printf(v->arena, "/backoffice/datasets/%.*s/done/", STR_ARG(k->c.uid)), "publishing-now", e);
}

/* --- showing -------------------------------------------------------------------------------------------------------------------- */

static void put_found(struct html *h, struct check *k)
{
	const struct json_node *source = k->preview.root ? json_get(k->preview.root, "source") : NULL;
	const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(source, "type")));
	const struct json_node *guess = json_at(json_get(source, "guesses"), 0);
	if (!source)
		return;
	html_lit(h, "<p class=\"found\"><bdi>");
	html_text(h, json_text(json_get(source, "name")));
	html_lit(h, "</bdi>");
	if (json_int(json_get(source, "bytes"), 0) > 0) {
		html_lit(h, " · ");
		html_bytes(h, json_int(json_get(source, "bytes"), 0));
	}
	if (x) {
		html_lit(h, " · ");
		html_say(h, x->label);
	}
	if (x && guess && str_eq(json_text(json_get(guess, "type")), str_of(x->type))) {
		html_lit(h, " · ");
		int64_t sure = json_int(json_get(guess, "confidence"), 0);
		if (sure < UNSURE)
			html_say(h, N_("not sure that it is a table"));
		else
			html_say_with(h, N_("{0} % sure"), HTML_ARG_COUNT(sure));
	}
	html_lit(h, "</p>");
}

static bool is_pushed(const struct check *k) { return str_eq(json_text(json_get(resource(k), "type")), STR("realtime")); }

static void put_options(struct html *h, struct check *k)
{
	/* Records that are pushed are no file to be read in one way or another. */
	if (!resource(k) || is_pushed(k))
		return;
	html_lit(h, "<details class=\"fold-plain\"");
	if (k->preview.fault.n)
		html_lit(h, " open");
	html_lit(h, "><summary>");
	html_say(h, N_("Read it differently"));
	html_lit(h, "</summary><div class=\"form\">");
	dataset_put_params(h, &k->visit, resource(k), &k->preview);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Look again"), .name = "do", .value = STR("look") });
	html_buttons_close(h);
	html_lit(h, "</div></details>");
}

static bool put_naming(struct html *h, struct check *k, struct err *e)
{
	static const struct html_option access[] = { { .value = { "public", 6 }, .message = N_("Everybody") },
		{ .value = { "restricted", 10 }, .message = N_("Only people and groups that I allow"), .hint = N_("They are named in the tab Security.") } };
	bool restricted;
	if (!is_restricted(k, &restricted, e))
		return false;
	html_field(h, &(struct html_field){ .name = "title", .label = N_("Title"), .value = k->c.title, .required = true, .most = 300,
		.hint = N_("What people would look for, such as “Trees along the streets”.") });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "access", .label = N_("Who may see it"), .options = access, .noptions = 2,
		.value = restricted ? STR("restricted") : STR("public"), .columns = true });
	html_lit(h, "<details class=\"fold-plain\"><summary>");
	html_say(h, N_("Identifier"));
	html_lit(h, " <code>");
	html_text(h, k->c.slug);
	html_lit(h, "</code></summary>");
	html_field(h, &(struct html_field){ .name = "identifier", .label = N_("Identifier"), .value = k->c.slug, .code = true,
		.hint = N_("Part of all addresses of the dataset: small letters, digits and hyphens. It stays the same when the title changes.") });
	html_lit(h, "</details>");
	return true;
}

/* A source that cannot be read is no dataset to publish: told above the form, not below it. */
static void see_fault(struct check *k)
{
	const struct json_node *fault = json_at(json_get(back_preview_step_or_null(&k->preview, 0), "faults"), 0);
	if (!k->preview.fault.n && str_eq(json_text(json_get(fault, "path")), STR("resources")))
		k->preview.fault = json_text(json_get(fault, "message"));
}

static void put_last_step(struct html *h, struct check *k)
{
	size_t n = back_preview_steps(&k->preview);
	if (!n || k->preview.fault.n)
		return;
	html_lit(h, "<h2>");
	html_say(h, N_("The first rows"));
	html_lit(h, "</h2>");
	back_put_step_errors(h, &k->visit, back_preview_step_or_null(&k->preview, n - 1));
	back_put_rows(h, &k->visit, &k->preview, n - 1, SIZE_MAX);
}

static void put_buttons(struct html *h, struct check *k)
{
	html_lit(h, "<div class=\"form-end\">");
	html_buttons_open(h);
	if (back_dataset_may(&k->visit, &k->c, CONFIG_PUBLISH) && !k->preview.fault.n)
		html_button(h, &(struct html_button){ .label = N_("Publish"), .name = "do", .value = STR("publish") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Save and go on editing"), .name = "do", .value = STR("save") });
	if (json_count(json_get(k->c.doc, "resources")) > 1)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Make a dataset of each file"), .name = "do", .value = STR("apart") });
	if (may_discard(k))
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Discard"), .name = "do", .value = STR("discard") });
	html_buttons_close(h);
	if (may_discard(k)) {
		html_lit(h, "<p class=\"hint\">");
		html_say(h, N_("What is discarded can be brought back for 30 days."));
		html_lit(h, "</p>");
	}
	html_lit(h, "</div>");
}

static bool show(struct check *k, struct err *e)
{
	struct visit *v = &k->visit;
	auto_page page = back_page(v, N_("Check and publish"), "");
	page.path = arena_printf(v->arena, "/backoffice/datasets/%.*s/check/", STR_ARG(k->c.uid));
	view_office_open(&page, VIEW_OFFICE_DATASETS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Datasets")), STR("/backoffice/datasets/") },
		{ i18n_text(v->lang, N_("New dataset")), STR("/backoffice/datasets/new/") }, { page.title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, N_("This is what was found. Give it a title, look at the rows, publish it: everything can be changed later."));
	html_heading_close(h);
	put_found(h, k);
	if (!dataset_put_several(h, v, &k->c, &k->preview, e))
		return false;
	back_put_fault(h, &k->preview);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = k->posted ? &k->form : NULL, .errors = k->errors.n ? &k->errors : NULL, .id = "check" });
	back_dataset_base(h, v, &k->c, STR("metadata/default/title resources/0 fields"));
	if (!put_naming(h, k, e))
		return false;
	dataset_put_left_out(h, &k->preview);
	dataset_put_mixed(h, v, &k->preview);
	dataset_put_dates(h, v, &k->preview);
	dataset_put_grid(h, v, &k->preview);
	put_buttons(h, k);
	if (resource(k))
		dataset_put_where(h, v, resource(k), k->preview.fault.n > 0);
	put_options(h, k);
	back_put_notes(h, &k->preview);
	html_form_close(h);
	put_last_step(h, k);
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(leave) struct check k = { 0 };
	if (!back_dataset_enter(app, r, p, CONFIG_EDIT, &k.visit, &k.c, e))
		return back_answered(p, e);
	if (!back_form_taken(&k.visit, &k.form, &k.errors, &k.posted, e))
		return false;
	if (k.posted) {
		if (obey(&k, e))
			return true;
		if (!k.errors.n)
			return false;
		back_refused(&k.visit);
	}
	if (resource(&k) && !is_pushed(&k) &&
	    !back_preview(&k.visit, k.c.dataset, k.c.doc, STR(""), false, &k.preview, e))
		return false;
	see_fault(&k);
	return show(&k, e);
}

const struct httpd_route back_dataset_check = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/check/", .lane = HTTPD_LANE_HAUL, .deadline_ms = 60000, .run = run };
const struct httpd_route back_dataset_check_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/check/", .lane = HTTPD_LANE_HAUL,
	.body_max = 256 * 1024, .deadline_ms = 60000, .run = run };

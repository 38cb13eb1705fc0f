/* Where a dataset's records come from: one source or several, in order, each with how it is read and what that gives. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

enum { FORM_BYTES = 256 << 20, JSON_BYTES = 64 << 20 };

struct sources {
	struct visit visit;
	struct config c;
	struct visitor_form form;
	struct html_errors errors;
	struct back_preview preview;
	struct str at;   /* uid of the one that is open */
	bool posted, may;
};

static void leave(struct sources *k) { visitor_leave(&k->visit); }

static const struct json_node *list(const struct sources *k) { return json_get(k->c.doc, "resources"); }
static struct str uid_of(const struct json_node *n) { return json_text(json_get(n, "uid")); }

static const struct json_node *find(const struct sources *k, struct str uid)
{
	for (size_t i = 0; i < json_count(list(k)); i++)
		if (str_eq(uid_of(json_at(list(k), i)), uid))
			return json_at(list(k), i);
	return NULL;
}

/* --- changes of the list ------------------------------------------------------------------------------------------------------ */

/* The list with one moved by `step`, or taken out (step 0); empty when that is not to be. */
static struct str moved(struct sources *k, struct str uid, int step)
{
	size_t n = json_count(list(k)), from = n;
	const struct json_node **order = arena_array(k->visit.arena, const struct json_node *, n + 1);
	for (size_t i = 0; i < n; i++) {
		order[i] = json_at(list(k), i);
		if (str_eq(uid_of(order[i]), uid))
			from = i;
	}
	if (from == n || (step < 0 && !from) || (step > 0 && from + 1 == n))
		return STR("");
	if (step) {
		size_t to = step < 0 ? from - 1 : from + 1;
		const struct json_node *other = order[to];
		order[to] = order[from];
		order[from] = other;
	}
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (!step && i == from)
			continue;
		json_value(&j);
		json_put_node(&b, order[i]);
	}
	json_close(&j, ']');
	return arena_str(k->visit.arena, buf_str(&b));
}

static bool put(struct sources *k, struct str place, struct str json, struct err *e)
{
	return back_dataset_save(&k->visit, &k->c, place, json, &k->form, &k->errors, e);
}

/* A button of a source: "up re_…". */
static bool press(struct sources *k, struct str what, struct str uid, struct err *e)
{
	if (str_eq(what, STR("guess"))) {
		const struct json_node *one = find(k, uid);
		return put(k, arena_printf(k->visit.arena, "resources/%.*s", STR_ARG(uid)),
			arena_printf(k->visit.arena, "{\"uid\":%.*s,\"title\":%.*s%s%.*s}", STR_ARG(back_json_text(k->visit.arena, uid)),
				STR_ARG(back_json_text(k->visit.arena, json_text(json_get(one, "title")))), json_get(one, "datasource") ? ",\"datasource\":" : "",
				STR_ARG(back_json_of(k->visit.arena, json_get(one, "datasource")))), e);
	}
	struct str json = moved(k, uid, str_eq(what, STR("up")) ? -1 : str_eq(what, STR("down")) ? 1 : 0);
	return !json.n || put(k, STR("resources"), json, e);
}

static bool save_one(struct sources *k, struct err *e)
{
	struct visit *v = &k->visit;
	struct str uid = visitor_field(&k->form, STR("resource")), type, params;
	const struct json_node *one = find(k, uid);
	if (!one)
		return html_complain(&k->errors, v->lang, "", N_("This source is not there any more."));
	struct str place = arena_printf(v->arena, "resources/%.*s/", STR_ARG(uid));
	struct back_put puts[BACK_PUTS];
	size_t n = 0;
	puts[n++] = (struct back_put){ arena_join(v->arena, place, STR("title")), back_json_text(v->arena, str_trim(visitor_field(&k->form, STR("title")))) };
	if (visitor_field(&k->form, STR("shown")).n && dataset_is_of_portal(one))
		puts[n++] = (struct back_put){ arena_join(v->arena, place, STR("datasource")),
			dataset_live_source(v->arena, json_get(one, "datasource"), str_eq(visitor_field(&k->form, STR("shown")), STR("live"))) };
	if (str_eq(json_text(json_get(one, "type")), STR("realtime")))
		puts[n++] = (struct back_put){ arena_join(v->arena, place, STR("params/bootstrap")), back_json_text(v->arena, str_trim(visitor_field(&k->form, STR("bootstrap")))) };
	n += dataset_read_where(v, &k->form, one, place, puts + n, COUNT_OF(puts) - n - 4);
	if (visitor_field(&k->form, STR("type")).n) {
		dataset_read_params(v, &k->form, one, &type, &params);
		puts[n++] = (struct back_put){ arena_join(v->arena, place, STR("type")), back_json_text(v->arena, type) };
		puts[n++] = (struct back_put){ arena_join(v->arena, place, STR("params")), params };
		puts[n++] = (struct back_put){ STR("fields"), dataset_read_dates(v, &k->form, json_get(k->c.doc, "fields")) };
	}
	return back_dataset_save_all(v, &k->c, puts, n, &k->form, &k->errors, e);
}

/* Sources of a form of this page: added at the end, or in place of the one it names. */
static bool add(struct sources *k, struct err *e)
{
	struct visit *v = &k->visit;
	struct str way = visitor_field(&k->form, STR("way")), instead = visitor_field(&k->form, STR("instead")), resources, source, title = STR("");
	const struct dataset_way *w = dataset_way_or_null(way);
	size_t n = 1;
	if (!w) {
		if (!dataset_form_files(v, k->c.dataset, &k->form, &k->errors, &resources, &n, &title, e))
			return false;
	} else if (str_eq(way, STR("push"))) {
		resources = dataset_resource(v->arena, visitor_field(&k->form, STR("title")), STR("realtime"), dataset_example(v->arena, &k->form), STR(""));
	} else {
		if (!dataset_way_source(v, w, &k->form, &k->errors, &source, e))
			return false;
		resources = dataset_resource(v->arena, dataset_title_of(v->arena, visitor_field(&k->form, STR("url"))), str_eq(way, STR("portal")) ? STR("federated") : STR(""), STR(""), source);
	}
	const struct json_node *fresh, *old = instead.n ? find(k, instead) : NULL;
	if (!json_read_in(v->arena, arena_printf(v->arena, "[%.*s]", STR_ARG(resources)), &fresh, e))
		return false;
	if (old && json_count(fresh)) {
		/* The options that somebody decided go on holding for the new file. */
		struct str place = arena_printf(v->arena, "resources/%.*s/", STR_ARG(instead));
		const struct json_node *one = json_at(fresh, 0);
		struct back_put puts[] = { { arena_join(v->arena, place, STR("datasource")), back_json_of(v->arena, json_get(one, "datasource")) },
			{ arena_join(v->arena, place, STR("title")), back_json_of(v->arena, json_get(one, "title")) } };
		return back_dataset_save_all(v, &k->c, puts, COUNT_OF(puts), &k->form, &k->errors, e);
	}
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(list(k)); i++) {
		json_value(&j);
		json_put_node(&b, json_at(list(k), i));
	}
	for (size_t i = 0; i < json_count(fresh); i++) {
		json_value(&j);
		json_put_node(&b, json_at(fresh, i));
	}
	json_close(&j, ']');
	return put(k, STR("resources"), buf_str(&b), e);
}

static bool obey(struct sources *k, struct err *e)
{
	struct str what = visitor_field(&k->form, STR("do"));
	ptrdiff_t blank = str_find_char(what, ' ');
	if (visitor_field(&k->form, STR("way")).n)
		return add(k, e);
	if (blank >= 0)
		return press(k, str_sub(what, 0, (size_t)blank), str_from(what, (size_t)blank + 1), e);
	return save_one(k, e);
}

/* --- showing ------------------------------------------------------------------------------------------------------------------------ */

static const char *kind_title(const struct json_node *one)
{
	struct str type = json_text(json_get(json_get(one, "datasource"), "type"));
	for (const struct fetch_kind *f = fetch_kinds; f->type; f++)
		if (str_eq(type, str_of(f->type)))
			return f->label;
	if (str_eq(type, STR("uploaded_file")))
		return N_("A file that was sent");
	return str_eq(type, STR("published")) ? N_("The data as they are published") : N_("Records that arrive by themselves");
}

static void put_item(struct html *h, struct sources *k, size_t i)
{
	struct visit *v = &k->visit;
	const struct json_node *one = json_at(list(k), i);
	struct str uid = uid_of(one), title = json_text(json_get(one, "title"));
	const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(one, "type")));
	html_lit(h, "<li class=\"step\"><a href=\"");
	html_url(h, arena_printf(v->arena, "%.*s?resource=%.*s", STR_ARG(back_dataset_path(v, &k->c, DATASET_TAB_SOURCES)), STR_ARG(uid)));
	if (str_eq(uid, k->at))
		html_lit(h, "\" aria-current=\"true");
	html_lit(h, "\"><bdi>");
	html_text(h, title.n ? title : uid);
	html_lit(h, "</bdi><small>");
	html_say(h, kind_title(one));
	if (x) {
		html_lit(h, " · ");
		html_say(h, x->label);
	}
	html_lit(h, "</small></a>");
	if (k->may && json_count(list(k)) > 1)
		back_put_moves(h, v, uid, title.n ? title : uid, i > 0, i + 1 < json_count(list(k)), NULL);
	else if (k->may)
		back_put_moves(h, v, uid, title.n ? title : uid, false, false, NULL);
	html_lit(h, "</li>");
}

static void put_list(struct html *h, struct sources *k)
{
	if (!json_count(list(k)))
		return;
	html_form_open(h, &(struct html_form){ .visit = &k->visit, .plain = true });
	back_dataset_base(h, &k->visit, &k->c, STR("resources"));
	html_lit(h, "<ol class=\"line-of\">");
	for (size_t i = 0; i < json_count(list(k)); i++)
		put_item(h, k, i);
	html_lit(h, "</ol>");
	html_form_close(h);
	if (json_count(list(k)) > 1) {
		html_lit(h, "<p class=\"hint\">");
		html_say(h, N_("The first source says which fields there are; the others fill them."));
		html_lit(h, "</p>");
	}
}

static void put_push(struct html *h, struct sources *k, const struct json_node *one)
{
	struct visit *v = &k->visit;
	struct str url = json_text(json_get(one, "url"));
	if (!url.n)
		url = arena_printf(v->arena, "%.*s/api/push/1.0/%.*s/realtime/push/", STR_ARG(v->origin), STR_ARG(k->c.slug));
	html_lit(h, "<p>");
	html_say(h, N_("Programs send records as JSON to this address, with the key that is made below."));
	html_lit(h, "</p>");
	view_code(h, N_("Copy the address"), url);
	const struct json_node *example = json_get(json_get(one, "params"), "bootstrap");
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "bootstrap", .code = true, .rows = 5, .label = N_("An example of a record"), .hint = dataset_example_hint,
		.value = json_kind(example) == JSON_TEXT ? json_text(example) : json_kind(example) > JSON_NULL ? back_json_of(v->arena, example) : STR("") });
}

static void put_one(struct view_page *page, struct sources *k, const struct json_node *one)
{
	struct html *h = &page->h;
	struct visit *v = &k->visit;
	struct str uid = uid_of(one), place = arena_printf(v->arena, "resources/%.*s fields", STR_ARG(uid));
	bool push = str_eq(json_text(json_get(one, "type")), STR("realtime"));
	bool mine = k->posted && k->errors.n && str_eq(visitor_field(&k->form, STR("resource")), uid);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = mine ? &k->form : NULL, .errors = mine ? &k->errors : NULL, .id = "source" });
	back_dataset_base(h, v, &k->c, place);
	html_hidden(h, "resource", uid);
	html_field(h, &(struct html_field){ .name = "title", .label = N_("Name of the source"), .value = json_text(json_get(one, "title")), .most = 300 });
	if (dataset_is_of_portal(one))
		dataset_put_live_choice(h, fetch_is_live(json_get(one, "datasource")));
	dataset_put_where(h, v, one, k->preview.fault.n > 0);
	if (push)
		put_push(h, k, one);
	else {
		dataset_put_dates(h, v, &k->preview);
		html_lit(h, "<details class=\"fold-plain\" open><summary>");
		html_say(h, N_("How it is read"));
		html_lit(h, "</summary><div class=\"form\">");
		dataset_put_params(h, v, one, &k->preview);
		if (k->may) {
			html_buttons_open(h);
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Find out again"), .name = "do",
				.value = arena_join(v->arena, STR("guess "), uid) });
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Fetch again"),
				.href = arena_printf(v->arena, "%.*s?resource=%.*s&fresh=yes", STR_ARG(back_dataset_path(v, &k->c, DATASET_TAB_SOURCES)), STR_ARG(uid)) });
			html_buttons_close(h);
		}
		html_lit(h, "</div></details>");
	}
	back_dataset_buttons(page, &k->c, mine ? &k->errors : NULL);
	html_form_close(h);
}

static void put_add(struct html *h, struct sources *k)
{
	struct visit *v = &k->visit;
	struct str here = back_dataset_path(v, &k->c, DATASET_TAB_SOURCES);
	bool refused = k->posted && k->errors.n && visitor_field(&k->form, STR("way")).n;
	if (!k->may)
		return;
	html_lit(h, "<details class=\"fold-plain add\" id=\"add\"");
	if (!json_count(list(k)) || refused)
		html_lit(h, " open");
	html_lit(h, "><summary>");
	html_say(h, json_count(list(k)) ? N_("Add a source, or replace one") : N_("Add a source"));
	html_lit(h, "</summary>");
	dataset_put_drop(h, v, here, N_("Files"), true);
	dataset_put_ways(h, v, here, refused ? &k->form : NULL, refused ? &k->errors : NULL, true);
	html_lit(h, "</details>");
}

static void put_replace(struct html *h, struct sources *k, const struct json_node *one)
{
	struct visit *v = &k->visit;
	if (!k->may || !str_eq(json_text(json_get(json_get(one, "datasource"), "type")), STR("uploaded_file")))
		return;
	html_lit(h, "<details class=\"fold-plain\"><summary>");
	html_say(h, N_("Replace the file"));
	html_lit(h, "</summary>");
	html_form_open(h, &(struct html_form){ .visit = v, .files = true });
	html_hidden(h, "way", STR("files"));
	html_hidden(h, "instead", uid_of(one));
	html_file(h, "files", N_("New file"), N_("It is read as the former one was; a field that is missing in it stops the publication and is named."), "");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Replace") });
	html_buttons_close(h);
	html_form_close(h);
	html_lit(h, "</details>");
}

static bool show(struct sources *k, struct err *e)
{
	struct visit *v = &k->visit;
	auto_page page = { .visit = v };
	const struct json_node *one = find(k, k->at);
	if (!back_dataset_open(&page, &k->c, DATASET_TAB_SOURCES, e))
		return false;
	struct html *h = &page.h;
	html_lit(h, "<div class=\"workbench\"><div class=\"bench-side\">");
	put_list(h, k);
	if (one) {
		put_one(&page, k, one);
		if (str_eq(json_text(json_get(one, "type")), STR("realtime")))
			dataset_put_push_key(h, v, &k->c);
		put_replace(h, k, one);
	} else {
		html_empty(h, N_("No source yet"), N_("Add a file or an address: what it holds is shown here."), NULL);
	}
	html_lit(h, "</div><div class=\"bench-main\">");
	back_put_fault(h, &k->preview);
	if (back_preview_steps(&k->preview)) {
		html_lit(h, "<h2>");
		html_say(h, N_("The source as it comes"));
		html_lit(h, "</h2>");
		back_put_rows(h, v, &k->preview, 0, SIZE_MAX);
		back_put_notes(h, &k->preview);
	}
	put_add(h, k);
	html_lit(h, "</div></div>");
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(leave) struct sources k = { 0 };
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &k.visit, &k.c, e))
		return back_answered(p, e);
	if (!back_form_taken(&k.visit, &k.form, &k.errors, &k.posted, e))
		return false;
	k.may = back_dataset_may(&k.visit, &k.c, CONFIG_EDIT);
	const struct str *asked = httpd_query_or_null(r, STR("resource"));
	k.at = asked ? *asked : visitor_field(&k.form, STR("resource"));
	if (k.posted) {
		if (obey(&k, e)) {
			struct str path = back_dataset_path(&k.visit, &k.c, DATASET_TAB_SOURCES);
			return back_done(&k.visit, k.at.n ? arena_printf(k.visit.arena, "%.*s?resource=%.*s", STR_ARG(path), STR_ARG(k.at)) : path, back_dataset_said(&k.errors), e);
		}
		if (!k.errors.n)
			return false;
		back_refused(&k.visit);
	}
	if (!find(&k, k.at))
		k.at = uid_of(json_at(list(&k), 0));
	const struct json_node *one = find(&k, k.at);
	if (one && !str_eq(json_text(json_get(one, "type")), STR("realtime")) &&
	    !back_preview(&k.visit, k.c.dataset, k.c.doc, k.at, httpd_query_or_null(r, STR("fresh")) != NULL, &k.preview, e))
		return false;
	return show(&k, e);
}

const struct httpd_route back_dataset_sources = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/sources/", .lane = HTTPD_LANE_HAUL, .deadline_ms = 60000, .run = run };
const struct httpd_route back_dataset_sources_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/sources/", .lane = HTTPD_LANE_HAUL,
	.flags = HTTPD_SPILLS, .body_max = FORM_BYTES, .deadline_ms = 120000, .run = run };

/* What is done to the rows on their way: processors in order, each with a form made of its table of parameters and the rows before and after it. The
 * list is changed by buttons, by keyboard and by dragging; a processor that is not saved yet is shown at work all the same. */
#include "back/dataset_inside.h"

enum { JSON_BYTES = 64 << 20, MOST = 400 };
#define NEW_UID "pr_new"

static void leave(struct processing *k) { visitor_leave(&k->visit); }

static const struct json_node *list(const struct processing *k) { return json_get(k->c.doc, "processors"); }
static struct str uid_of(const struct json_node *n) { return json_text(json_get(n, "uid")); }

static size_t find(const struct processing *k, struct str uid)
{
	for (size_t i = 0; i < json_count(list(k)); i++)
		if (str_eq(uid_of(json_at(list(k), i)), uid))
			return i;
	return SIZE_MAX;
}

static struct str path(const struct processing *k, const char *query, struct str value)
{
	return arena_printf(k->visit.arena, "%.*s?%s=%.*s", STR_ARG(back_dataset_path(&k->visit, &k->c, DATASET_TAB_PROCESSING)), query, STR_ARG(value));
}

/* --- changes of the list --------------------------------------------------------------------------------------------------------- */

/* The list in another order, each by its place. */
static struct str in_order(struct processing *k, const size_t *order, size_t n)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_value(&j);
		json_put_node(&b, json_at(list(k), order[i]));
	}
	json_close(&j, ']');
	return arena_str(k->visit.arena, buf_str(&b));
}

static bool store(struct processing *k, struct str place, struct str json, struct err *e)
{
	return back_dataset_save(&k->visit, &k->c, place, json, &k->form, &k->errors, e);
}

/* "order" once a processor, as the list was dragged. Those that are not named keep their place at the end. */
static bool reorder(struct processing *k, struct err *e)
{
	size_t order[MOST], n = 0, all = num_min(json_count(list(k)), (size_t)MOST);
	bool taken[MOST] = { false };
	for (size_t i = 0; i < k->form.n && n < all; i++) {
		size_t at = str_eq(k->form.pairs[i].name, STR("order")) ? find(k, k->form.pairs[i].value) : SIZE_MAX;
		if (at < all && !taken[at]) {
			taken[at] = true;
			order[n++] = at;
		}
	}
	for (size_t i = 0; i < all; i++)
		if (!taken[i])
			order[n++] = i;
	return store(k, STR("processors"), in_order(k, order, n), e);
}

/* A processor as it is, switched on or off. */
static struct str switched(struct processing *k, size_t at, bool on)
{
	const struct json_node *one = json_at(list(k), at), *value;
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str key;
	json_open(&j, '{');
	for (size_t i = 0; json_each(one, &i, &key, &value);) {
		if (str_eq(key, STR("enabled")))
			continue;
		json_key(&j, key);
		json_value(&j);
		json_put_node(&b, value);
	}
	if (!on)
		json_member_bool(&j, "enabled", false);
	json_close(&j, '}');
	return arena_str(k->visit.arena, buf_str(&b));
}

static bool press(struct processing *k, struct str what, struct str uid, struct err *e)
{
	size_t order[MOST], n = num_min(json_count(list(k)), (size_t)MOST), at = find(k, uid);
	if (at >= n)
		return true;
	struct str place = arena_printf(k->visit.arena, "processors/%zu", at);
	if (str_eq(what, STR("on")) || str_eq(what, STR("off")))
		return store(k, place, switched(k, at, str_eq(what, STR("on"))), e);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	if (str_eq(what, STR("remove"))) {
		for (size_t i = at; i + 1 < n; i++)
			order[i] = i + 1;
		return store(k, STR("processors"), in_order(k, order, n - 1), e);
	}
	size_t to = str_eq(what, STR("up")) ? at - (at > 0) : num_min(at + 1, n - 1);
	order[at] = to;
	order[to] = at;
	return store(k, STR("processors"), in_order(k, order, n), e);
}

/* The form as a processor, in place of the one it is about or at the end. */
static bool save_step(struct processing *k, struct err *e)
{
	struct visit *v = &k->visit;
	const struct processor *x = process_find_or_null(visitor_field(&k->form, STR("processor")));
	struct str uid = visitor_field(&k->form, STR("step"));
	if (!x)
		return html_complain(&k->errors, v->lang, "", N_("There is no such processor."));
	size_t at = find(k, uid);
	struct str json = dataset_read_step(v, &k->form, x, at == SIZE_MAX ? STR("") : uid, at == SIZE_MAX ? NULL : json_at(list(k), at));
	struct str place = at == SIZE_MAX ? STR("processors/-") : arena_printf(v->arena, "processors/%zu", at);
	if (!store(k, place, json, e)) {
		/* Faults are named by parameter, boxes by "a." and the parameter. */
		for (size_t i = 0; i < k->errors.n; i++)
			if (k->errors.items[i].field.n)
				k->errors.items[i].field = arena_join(v->arena, STR("a."), k->errors.items[i].field);
		return false;
	}
	if (at == SIZE_MAX)
		k->at = uid_of(json_at(list(k), json_count(list(k)) - 1));
	return true;
}

static bool obey(struct processing *k, struct err *e)
{
	struct str what = visitor_field(&k->form, STR("do"));
	ptrdiff_t blank = str_find_char(what, ' ');
	if (str_eq(what, STR("order")))
		return reorder(k, e);
	if (blank >= 0)
		return press(k, str_sub(what, 0, (size_t)blank), str_from(what, (size_t)blank + 1), e);
	return save_step(k, e);
}

/* --- the configuration as the form has it, for the preview ----------------------------------------------------------------------------- */

static bool unsaved(struct processing *k, const struct json_node **doc, struct err *e)
{
	struct visit *v = &k->visit;
	size_t at = find(k, k->at);
	*doc = k->c.doc;
	if (!k->kind || !k->posted)
		return true;
	struct str uid = at == SIZE_MAX ? STR(NEW_UID) : k->at, json;
	struct str one = dataset_read_step(v, &k->form, k->kind, uid, at == SIZE_MAX ? NULL : json_at(list(k), at));
	struct str place = at == SIZE_MAX ? STR("processors/-") : arena_printf(v->arena, "processors/%zu", at);
	k->at = uid;
	return config_put(v->arena, k->c.json, place, one, &json, e) && json_read_in(v->arena, json, doc, e);
}

/* --- the list -------------------------------------------------------------------------------------------------------------------------------- */

static void put_count(struct html *h, struct processing *k, struct str uid)
{
	const struct json_node *step = back_preview_step_or_null(&k->preview, back_preview_find(&k->preview, uid));
	size_t faults = json_count(json_get(step, "faults")), errors = json_count(json_get(step, "errors"));
	if (faults) {
		html_lit(h, " ");
		html_badge(h, HTML_BAD, N_("not right yet"));
	} else if (errors) {
		html_lit(h, " ");
		html_lit(h, "<span class=\"badge warning\">");
		html_say_plural(h, N2_("{0} error", "{0} errors"), (int64_t)errors);
		html_lit(h, "</span>");
	}
}

static void put_item(struct html *h, struct processing *k, size_t i, const struct str *moved)
{
	struct visit *v = &k->visit;
	const struct json_node *one = json_at(list(k), i);
	const struct processor *x = process_find_or_null(json_text(json_get(one, "type")));
	struct str uid = uid_of(one), label = json_text(json_get(one, "label"));
	struct str title = label.n ? label : x ? i18n_text(v->lang, x->label) : json_text(json_get(one, "type"));
	bool on = json_bool(json_get(one, "enabled"), true);
	const struct back_move more[] = { { on ? "off" : "on", on ? N_("Switch off") : N_("Switch on") }, { NULL, NULL } };
	html_lit(h, "<li class=\"step");
	if (!on)
		html_lit(h, " off");
	html_lit(h, "\"><input type=\"hidden\" name=\"order\" value=\"");
	html_text(h, uid);
	html_lit(h, "\"><a href=\"");
	html_url(h, path(k, "step", uid));
	if (str_eq(uid, k->at))
		html_lit(h, "\" aria-current=\"true");
	html_lit(h, "\"");
	if (moved && str_eq(*moved, uid))
		html_lit(h, " autofocus");
	html_lit(h, "><bdi>");
	html_text(h, title);
	html_lit(h, "</bdi><small dir=\"auto\">");
	dataset_put_summary(h, v, x, one);
	html_lit(h, "</small></a>");
	if (!on) {
		html_lit(h, " ");
		html_badge(h, HTML_NEUTRAL, N_("off"));
	}
	put_count(h, k, uid);
	if (k->may)
		back_put_moves(h, v, uid, title, i > 0, i + 1 < json_count(list(k)), more);
	html_lit(h, "</li>");
}

static bool is_pushed(const struct processing *k)
{
	const struct json_node *sources = json_get(k->c.doc, "resources");
	for (size_t i = 0; i < json_count(sources); i++)
		if (str_eq(json_text(json_get(json_at(sources, i), "type")), STR("realtime")))
			return true;
	return false;
}

static void put_list(struct html *h, struct processing *k)
{
	const struct str *moved = httpd_query_or_null(k->visit.request, STR("moved"));
	if (!json_count(list(k)) && k->kind)
		return;
	if (!json_count(list(k))) {
		html_empty(h, N_("Nothing is done to the rows"), N_("They are published as they come. Add a processor to clean, join, split or place them."), NULL);
		return;
	}
	if (is_pushed(k))
		html_notice(h, HTML_INFO, N_("Records that programs push are taken as they come: processors work on files and on what is fetched, each time the dataset is published."));
	html_form_open(h, &(struct html_form){ .visit = &k->visit, .plain = true, .id = "line" });
	back_dataset_base(h, &k->visit, &k->c, STR("processors"));
	html_lit(h, "<stoa-steps data-grip=\"");
	html_say(h, N_("Drag to another place"));
	html_lit(h, "\"><ol class=\"line-of\">");
	for (size_t i = 0; i < json_count(list(k)); i++)
		put_item(h, k, i, moved);
	html_lit(h, "</ol></stoa-steps>");
	html_form_close(h);
}

/* All there are, by family, with a box to find one in. */
static void put_catalogue(struct html *h, struct processing *k)
{
	static const struct { const char *word, *title; } families[] = { { "text", N_("Text") }, { "generic", N_("Fields and rows") }, { "date", N_("Dates") }, { "geo", N_("Places") } };
	struct visit *v = &k->visit;
	const struct str *asked = httpd_query_or_null(v->request, STR("find"));
	if (!k->may)
		return;
	html_lit(h, "<details class=\"fold-plain add\" id=\"add\"");
	if (asked || (!k->kind && !json_count(list(k))))
		html_lit(h, " open");
	html_lit(h, "><summary>");
	html_say(h, N_("Add a processor"));
	html_lit(h, "</summary><stoa-narrow><p class=\"field\"><label for=\"find-processor\">");
	html_say(h, N_("What should happen?"));
	html_lit(h, "</label><input class=\"box\" type=\"search\" id=\"find-processor\" autocomplete=\"off\"></p><p class=\"hint\" role=\"status\" data-none=\"");
	html_say(h, N_("No processor is known by these words. “Expression” computes a field from others, “Replace text” changes a piece of a text."));
	html_lit(h, "\"></p><div class=\"processors\">");
	for (size_t f = 0; f < COUNT_OF(families); f++) {
		html_lit(h, "<section><h3>");
		html_say(h, families[f].title);
		html_lit(h, "</h3><ul>");
		for (size_t i = 0; process_table[i]; i++) {
			const struct processor *x = process_table[i];
			if (!str_eq(str_of(x->family), str_of(families[f].word)))
				continue;
			html_lit(h, "<li data-words=\"");
			html_say(h, process_words(i));
			html_lit(h, "\"><a href=\"");
			html_url(h, path(k, "new", str_of(x->type)));
			html_lit(h, "\"><strong>");
			html_say(h, x->label);
			html_lit(h, "</strong><small>");
			html_say(h, x->help);
			html_lit(h, "</small></a></li>");
		}
		html_lit(h, "</ul></section>");
	}
	html_lit(h, "</div></stoa-narrow></details>");
}

/* --- one processor -------------------------------------------------------------------------------------------------------------------------------- */

static void put_form(struct view_page *page, struct processing *k)
{
	struct html *h = &page->h;
	struct visit *v = &k->visit;
	size_t at = find(k, k->at);
	const struct json_node *one = at == SIZE_MAX ? NULL : json_at(list(k), at);
	bool refused = k->posted && k->errors.n;
	html_lit(h, "<stoa-rehearse data-into=\"rows\">");
	html_form_open(h, &(struct html_form){ .visit = v, .posted = k->posted ? &k->form : NULL, .errors = refused ? &k->errors : NULL, .id = "step",
		.action = one ? path(k, "step", k->at) : path(k, "new", str_of(k->kind->type)) });
	html_lit(h, "<h2>");
	html_say(h, k->kind->label);
	html_lit(h, "</h2><p class=\"hint\">");
	html_say(h, k->kind->help);
	html_lit(h, "</p>");
	back_dataset_base(h, v, &k->c, one ? arena_printf(v->arena, "processors/%.*s", STR_ARG(k->at)) : STR("processors/-"));
	html_hidden(h, "step", one ? k->at : STR(""));
	html_hidden(h, "processor", str_of(k->kind->type));
	dataset_put_step(h, v, k, one);
	html_lit(h, "<noscript>");
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show what it does"), .name = "do", .value = STR("look") });
	html_lit(h, "</noscript>");
	back_dataset_buttons(page, &k->c, refused ? &k->errors : NULL);
	html_form_close(h);
	html_lit(h, "</stoa-rehearse>");
	dataset_put_example(h, v, k->kind);
}

static void put_rows(struct html *h, struct processing *k)
{
	struct visit *v = &k->visit;
	size_t at = k->at.n ? back_preview_find(&k->preview, k->at) : SIZE_MAX, n = back_preview_steps(&k->preview);
	html_lit(h, "<div id=\"rows\" class=\"rows-of\">");
	back_put_fault(h, &k->preview);
	back_put_notes(h, &k->preview);
	if (k->kind && (k->kind->flags & PROCESS_STORED)) {
		html_notice(h, HTML_INFO, N_("This one acts on records that are published already: there is no preview of it."));
	} else if (at != SIZE_MAX && at > 0) {
		html_lit(h, "<h2>");
		html_say(h, N_("After this step"));
		html_lit(h, "</h2>");
		back_put_step_errors(h, v, back_preview_step_or_null(&k->preview, at));
		back_put_rows(h, v, &k->preview, at, at - 1);
		html_lit(h, "<h2>");
		html_say(h, N_("Before it"));
		html_lit(h, "</h2>");
		back_put_rows(h, v, &k->preview, at - 1, SIZE_MAX);
	} else if (n) {
		html_lit(h, "<h2>");
		html_say(h, k->kind ? N_("The rows as they come to this step") : N_("The rows after all steps"));
		html_lit(h, "</h2>");
		if (k->kind) {
			html_lit(h, "<p class=\"hint\">");
			html_say(h, N_("As soon as the form says enough, what it does is shown here."));
			html_lit(h, "</p>");
		}
		back_put_rows(h, v, &k->preview, n > 1 ? n - 2 : 0, SIZE_MAX);
	}
	html_lit(h, "</div>");
}

static bool show(struct processing *k, struct err *e)
{
	struct visit *v = &k->visit;
	auto_page page = { .visit = v };
	if (!back_dataset_open(&page, &k->c, DATASET_TAB_PROCESSING, e))
		return false;
	struct html *h = &page.h;
	if (k->errors.n && !k->kind)
		html_notice_text(h, HTML_BAD, k->errors.items[0].text);
	html_lit(h, "<div class=\"workbench\"><div class=\"bench-side\">");
	put_list(h, k);
	if (k->kind)
		put_form(&page, k);
	if (k->kind)
		put_catalogue(h, k);
	html_lit(h, "</div><div class=\"bench-main\">");
	if (!k->kind)
		put_catalogue(h, k);
	put_rows(h, k);
	html_lit(h, "</div></div>");
	return view_close(&page, e);
}

/* Which processor is open: the one of the address, the one of the form, a new one. */
static void choose(struct processing *k)
{
	const struct httpd_request *r = k->visit.request;
	const struct str *step = httpd_query_or_null(r, STR("step")), *new = httpd_query_or_null(r, STR("new"));
	k->at = step ? *step : STR("");
	size_t at = find(k, k->at);
	if (at == SIZE_MAX)
		k->at = STR("");
	k->kind = at != SIZE_MAX ? process_find_or_null(json_text(json_get(json_at(list(k), at), "type"))) : new ? process_find_or_null(*new) : NULL;
}

static bool done(struct processing *k, struct err *e)
{
	struct str what = visitor_field(&k->form, STR("do"));
	ptrdiff_t blank = str_find_char(what, ' ');
	struct str to = back_dataset_path(&k->visit, &k->c, DATASET_TAB_PROCESSING);
	if (blank >= 0)
		to = path(k, "moved", str_from(what, (size_t)blank + 1));
	else if (k->at.n)
		to = path(k, "step", k->at);
	return back_done(&k->visit, to, back_dataset_said(&k->errors), e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(leave) struct processing k = { 0 };
	const struct json_node *doc;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &k.visit, &k.c, e))
		return back_answered(p, e);
	if (!back_form_taken(&k.visit, &k.form, &k.errors, &k.posted, e))
		return false;
	k.may = back_dataset_may(&k.visit, &k.c, CONFIG_EDIT);
	choose(&k);
	if (k.posted && !str_eq(visitor_field(&k.form, STR("do")), STR("look"))) {
		if (obey(&k, e))
			return done(&k, e);
		if (!k.errors.n)
			return false;
		back_refused(&k.visit);
	}
	if (!unsaved(&k, &doc, e))
		return false;
	if (json_count(json_get(doc, "resources")) && !back_preview(&k.visit, k.c.dataset, doc, STR(""), false, &k.preview, e))
		return false;
	return show(&k, e);
}

const struct httpd_route back_dataset_processing = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/processing/", .lane = HTTPD_LANE_HAUL, .deadline_ms = 60000, .run = run };
const struct httpd_route back_dataset_processing_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/processing/", .lane = HTTPD_LANE_HAUL,
	.body_max = 1 << 20, .deadline_ms = 60000, .run = run };

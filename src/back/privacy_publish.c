/* From draft to version: what is wrong, what would change, who would be asked again, what browsers would be told; then a note and a
 * date. Somebody else's publication in the meantime is shown and costs nothing of the draft. */
#include "back/privacy.h"

#define AHEAD_MOST_US (366 * INT64_C(86400000000))

static const char *const changes[] = { [REGISTRY_ADDED] = N_("Added"), [REGISTRY_REMOVED] = N_("Removed"), [REGISTRY_CHANGED] = N_("Changed") };

void privacy_put_differences(struct html *h, const struct registry_difference *d, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("What"), .main = true }, { .title = N_("Kind of change") }, { .title = N_("Before") }, { .title = N_("Afterwards") },
		{ .title = N_("Consequence") } };
	struct html_table t = { .caption = N_("Differences"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
		html_text(h, d[i].id.n ? d[i].id : d[i].of);
		if (d[i].field.n) {
			html_lit(h, " ");
			html_text(h, d[i].field);
		}
		html_lit(h, "</code>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, i18n_text(h->lang, changes[d[i].what]));
		html_cell_text(h, &t, text_cut(d[i].before, 400));
		html_cell_text(h, &t, text_cut(d[i].after, 400));
		html_cell_open(h, &t);
		if (d[i].material)
			html_badge(h, HTML_WARNING, N_("Asks again"));
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static void put_faults(struct html *h, struct visit *v, const struct registry_draft *d)
{
	html_notice_open(h, HTML_BAD);
	html_lit(h, "<p>");
	html_say(h, N_("This has to be corrected before it can be published:"));
	html_lit(h, "</p><ul>");
	for (size_t i = 0; i < d->nfaults; i++) {
		struct str f = d->faults[i].field;
		struct str where = STR("/backoffice/privacy/registry/");
		struct str rest = str_from(f, str_starts(f, STR("services.")) ? 9 : str_starts(f, STR("items.")) ? 6 : 0);
		ptrdiff_t dot = str_find_char(rest, '.');
		if (str_starts(f, STR("services.")) && dot > 0)
			where = arena_printf(v->arena, "/backoffice/privacy/services/%.*s/", (int)dot, rest.p);
		ptrdiff_t second = dot > 0 ? str_find_char(str_from(rest, (size_t)dot + 1), '.') : -1;
		if (str_starts(f, STR("items.")) && second > 0)
			where = arena_printf(v->arena, "/backoffice/privacy/items/%.*s/", (int)(dot + 1 + second), rest.p);
		html_lit(h, "<li><a href=\"");
		html_url(h, where);
		html_lit(h, "\"><code dir=\"ltr\" translate=\"no\">");
		html_text(h, f);
		html_lit(h, "</code></a> ");
		html_text(h, privacy_fault_text(v, &d->faults[i]));
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
	html_notice_close(h);
}

/* Directives as lines, those that differ marked. */
static void put_csp(struct html *h, struct visit *v, const struct registry_draft *d)
{
	auto_buf b = BUF_INIT(1 << 20);
	if (str_eq(d->csp_before, d->csp_after))
		return;
	struct str before = d->csp_before;
	struct str after = d->csp_after;
	struct str x = STR("");
	struct str y = STR("");
	while (before.n && after.n && str_cut(&before, ';', &x) && str_cut(&after, ';', &y)) {
		if (str_eq(x, y)) {
			buf_printf(&b, "  %.*s\n", STR_ARG(str_trim(x)));
			continue;
		}
		buf_printf(&b, "- %.*s\n+ %.*s\n", STR_ARG(str_trim(x)), STR_ARG(str_trim(y)));
	}
	html_panel_open(h, "csp", N_("What browsers are allowed to load"), N_("With every service granted and used on one page."));
	html_diff(h, arena_str(v->arena, buf_str(&b)));
	html_panel_close(h);
}

/* Services whose words changed without another sign that the change is material. */
static void put_material(struct html *h, const struct registry_draft *d, const struct visitor_form *posted)
{
	struct html_option options[64];
	size_t n = 0;
	for (size_t i = 0; i < d->next->nservices && n < COUNT_OF(options); i++) {
		const struct registry_service *s = &d->next->services[i];
		bool words = false;
		bool chosen = false;
		for (size_t k = 0; k < d->ndifferences; k++) {
			const struct registry_difference *x = &d->differences[k];
			bool of = str_eq(x->of, STR("service")) && str_eq(x->id, s->id);
			words |= of && (str_starts(x->field, STR("purpose.")) || str_starts(x->field, STR("data_sent.")));
			chosen |= of && x->material && (str_starts(x->field, STR("purpose.")) || str_starts(x->field, STR("data_sent.")));
		}
		for (size_t k = 0; posted && k < posted->n; k++)
			chosen |= str_eq(posted->pairs[k].name, STR("material")) && str_eq(posted->pairs[k].value, s->id);
		if (words && s->basis == REGISTRY_BASIS_CONSENT)
			options[n++] = (struct html_option){ .value = s->id, .text = s->name, .on = chosen };
	}
	if (n)
		html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "material", .label = N_("Does a new wording mean something else?"),
		            .hint = N_("Tick the services whose purpose or data really changed: visitors are then asked about them again. A correction or a translation asks nobody."), .options = options, .noptions = n });
}

static void put_consequence(struct html *h, struct visit *v, const struct registry_draft *d)
{
	struct str names = STR("");
	for (size_t i = 0; i < d->next->nservices; i++) {
		const struct registry_service *s = &d->next->services[i];
		if (s->basis == REGISTRY_BASIS_CONSENT && s->asked_epoch == d->next->epoch)
			names = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(names), names.n ? ", " : "", STR_ARG(s->name));
	}
	if (!d->material) {
		html_notice(h, HTML_SUCCESS, N_("The change is not material: nobody who answered is asked again."));
		return;
	}
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p><strong>");
	html_say(h, N_("The change is material."));
	html_lit(h, "</strong> ");
	if (names.n)
		html_say_with(h, N_("Visitors who answered earlier will be asked about: {0}."), HTML_ARG_TEXT(names));
	else
		html_say(h, N_("No service needs consent, so nobody is asked."));
	html_lit(h, "</p>");
	html_notice_close(h);
}

static void put_publish(struct html *h, struct visit *v, const struct registry_draft *d, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	put_material(h, d, posted);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "note", .label = N_("What changed, in a sentence"), .hint = N_("Shown in the public history of the policy."), .rows = 2, .most = 500, .required = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "effective", .label = N_("In force from"), .hint = N_("Left empty: at once. A later day is announced on the policy until then."), .narrow = true });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Publish"), .name = "do", .value = STR("publish") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Check again"), .name = "do", .value = STR("check") });
	html_buttons_close(h);
	html_form_close(h);
}

static void put_conflict(struct html *h, struct privacy_draft *d)
{
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p><strong>");
	html_say_with(h, N_("Somebody else published version {0} while you were working."), HTML_ARG_COUNT(d->now->version));
	html_lit(h, "</strong> ");
	html_say(h, N_("Nothing of yours is lost. Below is what would change from that version to your draft; what is marked as removed or changed back may be their work."));
	if (d->now->note.n) {
		html_lit(h, " <q>");
		html_text(h, d->now->note);
		html_lit(h, "</q>");
	}
	html_lit(h, "</p>");
	html_form_open(h, &(struct html_form){ .visit = d->visit, .plain = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("I have looked at it: go on from that version"), .name = "do", .value = STR("rebase") });
	html_form_close(h);
	html_notice_close(h);
}

static void put_discard(struct html *h, struct privacy_draft *d)
{
	html_panel_open(h, "discard", N_("Throw the draft away"), N_("What is in force stays as it is."));
	html_form_open(h, &(struct html_form){ .visit = d->visit, .plain = true });
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Throw the draft away"), .name = "do", .value = STR("discard") });
	html_form_close(h);
	html_panel_close(h);
}

/* --- doing it ------------------------------------------------------------------------------------------------------------- */

/* What the form says of material changes goes into the draft. */
static bool keep_material(struct privacy_draft *d, const struct visitor_form *f, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, STR("material")))
			json_put(&j, f->pairs[i].value);
	json_close(&j, ']');
	struct privacy_edit x = { .member = { "material" }, .member_json = { buf_str(&b) } };
	return privacy_draft_save(d, privacy_edited(d, &x), e);
}

static bool publish(struct privacy_draft *d, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = d->visit;
	struct registries *rs = v->at.site->registries;
	struct str note = str_trim(visitor_field(f, STR("note")));
	struct str day = str_trim(visitor_field(f, STR("effective")));
	struct clock_text text;
	struct instant at = { 0 };
	int64_t version;
	if (!note.n)
		html_complain(errors, v->lang, "note", N_("Say in a sentence what changed."));
	if (day.n && (!clock_parse(day, &text) || text.precision != CLOCK_DAY))
		html_complain(errors, v->lang, "effective", N_("Give a day."));
	else if (day.n)
		at.us = clock_local_to_us(v->zone, &text.civil);
	if (at.us > clock_now().us + AHEAD_MOST_US)
		html_complain(errors, v->lang, "effective", N_("A version can wait for a year at most."));
	if (errors->n || !back_fresh_form(v, errors))
		return false;
	if (!registry_publish(rs, v->at.tenant, d->json, d->base, note, v->who.who.admin ? STR("administrator") : STR("editor"), at, &version, e)) {
		if (e->code == ERR_INVALID)
			html_complain_text(errors, STR(""), arena_str(v->arena, str_of(e->pub)));
		return false;
	}
	/* The draft is out already, from another tab or by somebody else. */
	if (version == d->now->version)
		return registry_working_drop(rs, v->at.tenant->id, v->who.account, e) && back_done(v, STR("/backoffice/privacy/"), "published-already", e);
	visitor_note(v, EVENT_REGISTRY_PUBLISHED, STR(""), arena_printf(v->arena, "version %lld", (long long)version));
	if (!registry_working_drop(rs, v->at.tenant->id, v->who.account, e))
		return false;
	return back_done(v, STR("/backoffice/privacy/"), at.us > clock_now().us ? "scheduled" : "published", e);
}

/* True when the answer is given. */
static bool act(struct privacy_draft *d, const struct visitor_form *f, struct html_errors *errors, bool *conflict, struct err *e)
{
	struct visit *v = d->visit;
	struct registries *rs = v->at.site->registries;
	struct str what = visitor_field(f, STR("do"));
	if (str_eq(what, STR("discard")))
		return registry_working_drop(rs, v->at.tenant->id, v->who.account, e) && back_done(v, STR("/backoffice/privacy/services/"), "discarded", e);
	if (str_eq(what, STR("rebase"))) {
		d->base = arena_str(v->arena, d->now->hash);
		return privacy_draft_save(d, d->json, e) && back_done(v, STR("/backoffice/privacy/registry/publish/"), "saved-draft", e);
	}
	if (!keep_material(d, f, e))
		return false;
	if (!str_eq(what, STR("publish")))
		return false;
	if (publish(d, f, errors, e))
		return true;
	*conflict = e->code == ERR_PRECONDITION;
	if (*conflict || errors->n)
		*e = (struct err){ 0 };
	return false;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_privacy d = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct registry_draft checked;
	bool taken, posted = r->method == HTTPD_POST;
	bool conflict = false;
	if (!back_enter(app, r, p, VIEW_OFFICE_PRIVACY, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !privacy_draft_open(&v, &d, e))
		return false;
	if (taken && act(&d, &form, &errors, &conflict, e))
		return true;
	if (conflict) { /* what is in force is another one by now */
		privacy_draft_close(&d);
		if (!privacy_draft_open(&v, &d, e))
			return false;
	}
	if (e->code != ERR_NONE || !registry_dry_run(v.at.site->registries, v.at.tenant, d.json, v.arena, &checked, e))
		return false;
	if (conflict)
		httpd_reply_status(p, 412);
	else if (errors.n)
		back_refused(&v);
	auto_page page = back_page(&v, N_("Check and publish"), "/backoffice/privacy/registry/publish/");
	view_office_open(&page, VIEW_OFFICE_PRIVACY);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Nothing is in force before you publish it here."));
	html_heading_close(h);
	back_privacy_tabs(h, "/backoffice/privacy/registry/publish/");
	back_said(&page, r);
	back_put_stale(&page, &errors);
	bool stale = !str_eq(d.base, d.now->hash);
	bool asks = !checked.nfaults && checked.ndifferences && !stale;
	if (!asks && errors.n) /* there is no form to say it */
		html_notice_text(h, HTML_WARNING, errors.items[0].text);
	if (stale || conflict)
		put_conflict(h, &d);
	if (checked.nfaults) {
		put_faults(h, &v, &checked);
	} else if (!checked.ndifferences) {
		html_empty(h, N_("Nothing to publish"), N_("The draft says the same as what is in force."), NULL);
	} else {
		put_consequence(h, &v, &checked);
		privacy_put_differences(h, checked.differences, checked.ndifferences);
		put_csp(h, &v, &checked);
		if (asks)
			put_publish(h, &v, &checked, posted ? &form : NULL, &errors);
	}
	if (d.changed)
		put_discard(h, &d);
	registry_draft_done(v.at.site->registries, &checked);
	return view_close(&page, e);
}

BACK_PAGE(privacy_publish, "/backoffice/privacy/registry/publish/", run);

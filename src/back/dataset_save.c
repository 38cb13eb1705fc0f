/* Saving a part of a dataset's configuration from a form. Two people may edit at once: what the second saves goes in beside the first's when
 * they changed different places; where it is the same place, nothing is overwritten, the second is told and decides. */
#include "back/dataset_inside.h"

struct str back_json_text(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(64 << 20);
	text_put_json(&b, s);
	return arena_str(a, buf_str(&b));
}

struct str back_json_of(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(64 << 20);
	if (n)
		json_put_node(&b, n);
	return arena_str(a, buf_str(&b));
}

void back_put_moves(struct html *h, struct visit *v, struct str uid, struct str about, bool up, bool down, const struct back_move *more)
{
	static const struct { const char *word, *label; enum view_icon icon; } moves[] = { { "up", N_("Move up"), ICON_ARROW_UP },
		{ "down", N_("Move down"), ICON_ARROW_DOWN }, { "remove", N_("Remove"), ICON_TRASH } };
	/* Fields are discarded, not removed: the source brings them again. */
	bool removable = !more || !(str_eq(str_of(more->word), STR("discard")) || str_eq(str_of(more->word), STR("restore")));
	html_lit(h, "<span class=\"step-moves\">");
	for (; more && more->word; more++)
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = more->label, .about = about, .name = "do",
			.value = arena_printf(v->arena, "%s %.*s", more->word, STR_ARG(uid)) });
	for (size_t i = 0; i < (removable ? COUNT_OF(moves) : 2); i++) {
		html_lit(h, "<button class=\"move\" name=\"do\" value=\"");
		html_text(h, arena_printf(v->arena, "%s %.*s", moves[i].word, STR_ARG(uid)));
		html_lit(h, "\"");
		if ((!i && !up) || (i == 1 && !down))
			html_lit(h, " disabled");
		html_lit(h, ">");
		html_icon(h, moves[i].icon);
		html_lit(h, "<span class=\"visually-hidden\">");
		html_say(h, moves[i].label);
		html_lit(h, ": ");
		html_text(h, about);
		html_lit(h, "</span></button>");
	}
	html_lit(h, "</span>");
}

/* Tells whether what stands at the places is the same; places are separated by blanks. */
static struct str fingerprint(struct arena *a, const struct config *c, struct str places)
{
	auto_buf b = BUF_INIT(64 << 20);
	struct str place;
	struct str rest = places.n ? places : STR(" ");
	while (rest.n && str_cut(&rest, ' ', &place)) {
		const struct json_node *n = config_at_or_null(c->doc, place);
		if (n)
			json_put_node(&b, n);
		buf_put_char(&b, '\n');
	}
	return arena_printf(a, "%llx", (unsigned long long)map_hash(buf_str(&b)));
}

void back_dataset_base(struct html *h, struct visit *v, const struct config *c, struct str places)
{
	/* A form that is shown again keeps the state it was opened in, or the second save would overwrite what the first was refused for. */
	bool kept = h->posted && visitor_field(h->posted, STR("revision")).n;
	html_hidden(h, "revision", kept ? visitor_field(h->posted, STR("revision")) : arena_printf(v->arena, "%lld", (long long)c->revision));
	html_hidden(h, "base", kept ? visitor_field(h->posted, STR("base")) : fingerprint(v->arena, c, places));
	html_hidden(h, "places", places);
	html_form_held(h);
}

/* The field of a form that a fault is about: what comes after the place. */
static struct str field_of(struct str path, const struct back_put *puts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(path, puts[i].place) && path.n > puts[i].place.n && path.p[puts[i].place.n] == '/')
			return str_from(path, puts[i].place.n + 1);
	return path;
}

static void complain_faults(struct visit *v, struct html_errors *errors, const struct process_faults *faults, const struct back_put *puts, size_t n)
{
	for (size_t i = 0; i < faults->list.n; i++) {
		struct str field = field_of(faults->list.p[i].path, puts, n);
		ptrdiff_t slash = str_rfind_char(field, '/');
		struct str name = slash < 0 ? field : str_from(field, (size_t)slash + 1);
		html_complain_text(errors, field, name.n ? arena_printf(v->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(faults->list.p[i].message)) : faults->list.p[i].message);
	}
}

static bool conflict(struct visit *v, struct html_errors *errors)
{
	httpd_reply_status(v->reply, 409);
	return html_complain(errors, v->lang, "", N_("Somebody else has changed the same thing since you opened it. Nothing of yours is lost: it stands below."));
}

static bool is_stale(struct visit *v, const struct config *c, const struct visitor_form *f)
{
	int64_t revision;
	if (str_eq(visitor_field(f, STR("over")), STR("yes")) || !str_to_int(visitor_field(f, STR("revision")), &revision) || revision == c->revision)
		return false;
	return !str_eq(visitor_field(f, STR("base")), fingerprint(v->arena, c, visitor_field(f, STR("places"))));
}

/* The queue refuses what is being stopped or taken back: then it is saved only, and the page's status says what goes on. */
static bool publish_too(struct visit *v, const struct config *c, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	if (!str_eq(visitor_field(f, STR("do")), STR("publish")) || !back_dataset_may(v, c, CONFIG_PUBLISH))
		return true;
	struct job_order order = { .tenant = v->at.tenant->id, .dataset = c->dataset, .who = v->who.account, .kind = JOB_PUBLISH };
	int64_t job;
	errors->queued = job_put(v->at.site, &order, &job, e);
	if (errors->queued)
		return true;
	if (e->code != ERR_CONFLICT)
		return false;
	*e = (struct err){ 0 };
	return true;
}

bool back_dataset_save_all(struct visit *v, struct config *c, const struct back_put *puts, size_t n, const struct visitor_form *form,
                           struct html_errors *errors, struct err *e)
{
	if (is_stale(v, c, form))
		return conflict(v, errors);
	struct str json = c->json;
	for (size_t i = 0; i < n; i++)
		if (!config_put(v->arena, json, puts[i].place, puts[i].json, &json, e)) {
			if (e->code != ERR_PARAMETER)
				return false;
			html_complain_text(errors, STR(""), arena_str(v->arena, str_of(e->pub)));
			*e = (struct err){ 0 };
			back_refused(v);
			return false;
		}
	struct config_change change = { .tenant = v->at.tenant->id, .dataset = c->dataset, .revision = c->revision, .who = v->who.account, .caller_or_null = &v->who, .json = json };
	struct process_faults faults = { .arena = v->arena };
	struct config stored;
	if (str_eq(json, c->json))
		return publish_too(v, c, form, errors, e);
	if (config_write(v->at.site, &change, v->arena, &stored, &faults, e)) {
		*c = stored;
		return publish_too(v, c, form, errors, e);
	}
	if (e->code == ERR_CONFLICT || e->code == ERR_PRECONDITION) {
		*e = (struct err){ 0 };
		return conflict(v, errors);
	}
	if (e->code != ERR_PARAMETER && e->code != ERR_INVALID && e->code != ERR_BAD_REQUEST)
		return false;
	complain_faults(v, errors, &faults, puts, n);
	if (!faults.list.n)
		html_complain_text(errors, STR(""), arena_str(v->arena, str_of(e->pub)));
	*e = (struct err){ 0 };
	back_refused(v);
	return false;
}

bool back_dataset_save(struct visit *v, struct config *c, struct str place, struct str value_json, const struct visitor_form *form,
                       struct html_errors *errors, struct err *e)
{
	const struct back_put put = { place, value_json };
	return back_dataset_save_all(v, c, &put, 1, form, errors, e);
}

const char *back_dataset_said(const struct html_errors *errors)
{
	return errors->queued ? "publishing" : "saved-dataset";
}

void back_dataset_buttons(struct view_page *page, const struct config *c, const struct html_errors *errors)
{
	struct visit *v = page->visit;
	struct html *h = &page->h;
	if (!back_dataset_may(v, c, CONFIG_EDIT))
		return;
	bool refused = errors && errors->n && httpd_reply_get_status(v->reply) == 409;
	html_lit(h, "<div class=\"form-end\">");
	if (refused) {
		html_lit(h, "<p class=\"hint\">");
		html_say(h, N_("Look at what is saved now in another tab, copy from it what you need, then save yours over it. The other version stays in the history."));
		html_lit(h, " <a target=\"_blank\" rel=\"noopener\" href=\"");
		html_url(h, page->path);
		html_lit(h, "\">");
		html_say(h, N_("What is saved now"));
		html_lit(h, "</a></p>");
	}
	html_buttons_open(h);
	if (refused) {
		html_button(h, &(struct html_button){ .label = N_("Save mine over it"), .name = "over", .value = STR("yes") });
	} else {
		html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
		if (back_dataset_may(v, c, CONFIG_PUBLISH))
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Save and publish"), .name = "do", .value = STR("publish") });
	}
	html_buttons_close(h);
	html_lit(h, "</div>");
}

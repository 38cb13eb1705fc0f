/* How settings go from a form into the portal: only what changed is written, all of it or nothing, and the security log says
 * which. */
#include "back/settings.h"

void back_setting_put(struct back_settings *s, struct str name, struct str value)
{
	const struct tenant *t = s->visit->at.tenant;
	const struct str *given = map_get_or_null(&t->settings, name);
	struct str former = given ? *given : tenant_setting(t, arena_cstr(s->visit->arena, name));
	if (str_eq(former, value))
		return;
	ensure(s->n < SETTINGS_AT_ONCE);
	s->values[s->n++] = (struct tenant_setting_value){ .name = name, .value = value };
}

void back_setting_take(struct back_settings *s, const struct visitor_form *f, struct str name)
{
	back_setting_put(s, name, str_trim(visitor_field(f, name)));
}

void back_setting_take_languages(struct back_settings *s, const struct visitor_form *f, const char *name)
{
	const struct tenant *t = s->visit->at.tenant;
	for (size_t i = 0; i < t->nlanguages; i++)
		back_setting_take(s, f, arena_printf(s->visit->arena, "%s.%.*s", name, STR_ARG(t->languages[i])));
}

/* A text given without a language stands for those that have none of their own. */
const struct str *back_setting_languages(const struct visit *v, const char *name)
{
	const struct tenant *t = v->at.tenant;
	struct str *values = arena_array(v->arena, struct str, t->nlanguages);
	for (size_t i = 0; i < t->nlanguages; i++)
		values[i] = tenant_text(t, name, t->languages[i]);
	return values;
}

/* The box of the setting that a refusal names. */
static const char *refused_box(const struct back_settings *s, const struct err *e)
{
	struct arena *a = s->visit->arena;
	for (size_t i = 0; i < s->n; i++)
		if (str_starts(str_of(e->pub), arena_printf(a, "the setting %.*s cannot be ", STR_ARG(s->values[i].name))))
			return arena_cstr(a, s->values[i].name);
	return "";
}

bool back_settings_save(struct back_settings *s, struct str path, struct html_errors *errors, struct err *e)
{
	struct visit *v = s->visit;
	if (errors->n || !back_fresh_form(v, errors))
		return false;
	/* No text of a setting may make browsers fetch from a site that is not declared (REG-8). */
	for (size_t i = 0; i < s->n; i++)
		if (v->registry && str_find_char(s->values[i].value, '<') >= 0 && !registry_check_markup(v->registry, s->values[i].value, e)) {
			html_complain_text(errors, s->values[i].name, arena_str(v->arena, str_of(e->pub)));
			return false;
		}
	if (s->n && !tenant_set(v->at.site->tenants, v->at.tenant->id, s->values, s->n, e)) {
		back_complain(v, errors, refused_box(s, e), e);
		return false;
	}
	for (size_t i = 0; i < s->n; i++)
		visitor_note(v, EVENT_SETTINGS_CHANGED, STR(""), s->values[i].name);
	return back_done(v, path, "saved", e);
}

void back_put_zones(struct html *h)
{
	static const char *const near[] = { "UTC", "Europe/Paris", "Europe/London", "Europe/Berlin", "Europe/Madrid", "Europe/Rome", "Europe/Amsterdam", "Europe/Brussels", "Europe/Zurich",
		"Europe/Vienna", "Europe/Lisbon", "Europe/Stockholm", "Europe/Athens", "Africa/Casablanca", "America/New_York", "America/Chicago", "America/Montreal", "America/Mexico_City",
		"America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Tokyo", "Australia/Melbourne", "Pacific/Noumea", "Indian/Reunion" };
	html_lit(h, "<datalist id=\"zones\">");
	for (size_t i = 0; i < COUNT_OF(near); i++) {
		html_lit(h, "<option value=\"");
		html_text(h, str_of(near[i]));
		html_lit(h, "\"></option>");
	}
	html_lit(h, "</datalist>");
}

static bool show(const struct back_settings_page *s, struct visit *v, const struct visitor_form *posted_or_null, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, s->title, s->path);
	view_office_open(&page, s->section);
	struct html *h = &page.h;
	html_heading_open(h, page.title, s->sentence);
	html_heading_close(h);
	if (s->tabs)
		s->tabs(h);
	back_said(&page, v->request);
	back_put_stale(&page, errors);
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = str_of(s->path), .posted = posted_or_null, .errors = errors });
	if (!s->put(h, v, e))
		return false;
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	return (!s->after || s->after(h, v, e)) && view_close(&page, e);
}

bool back_settings_run(const struct back_settings_page *s, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, s->section, 0, &v, e))
		return back_answered(p, e);
	if (posted) {
		if (back_form_kept(&v, &form, &errors, e) && s->save(&v, &form, &errors, e))
			return true;
		if (!errors.n)
			return back_answered(p, e);
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	return show(s, &v, posted ? &form : NULL, &errors, e);
}

void back_put_access_tabs(struct html *h, enum back_access_tab tab)
{
	const struct html_tab tabs[] = {
		[ACCESS_PORTAL] = { .url = STR("/backoffice/access/"), .label = N_("Access and sign-up") },
		[ACCESS_SESSIONS] = { .url = STR("/backoffice/access/sessions/"), .label = N_("Sessions and second factor") },
		[ACCESS_PROVIDERS] = { .url = STR("/backoffice/access/providers/"), .label = N_("Identity providers") },
	};
	struct html_tab mine[COUNT_OF(tabs)];
	for (size_t i = 0; i < COUNT_OF(tabs); i++) {
		mine[i] = tabs[i];
		mine[i].current = i == (size_t)tab;
	}
	html_tabs(h, N_("Access and sign-in"), mine, COUNT_OF(mine));
}

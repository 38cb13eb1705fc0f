/* The language picker's answer: the only place where django_language is set or removed. */
#include "front/inside.h"

static bool wants_json(const struct httpd_request *r)
{
	return str_find(httpd_header(r, STR("Accept")), STR("application/json")) >= 0;
}

static struct str field(const struct httpd_pair *pairs, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name))
			return pairs[i].value;
	return STR("");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	const struct tenant *t = v.at.tenant;
	if (t->nlanguages < 2)
		return err_set(e, ERR_NOT_FOUND, "This portal speaks one language.");
	const char *reason;
	if (!visitor_same_origin(r, v.origin, &reason))
		return err_set(e, ERR_FORBIDDEN, "The request does not come from a page of this portal (%s).", reason);
	const struct httpd_pair *pairs;
	size_t n;
	if (!httpd_form(v.arena, r->body, &pairs, &n, e))
		return false;
	struct str wanted = field(pairs, n, STR("language"));
	struct str next = field(pairs, n, STR("next"));
	bool json = !next.n && wants_json(r);
	ptrdiff_t chosen = i18n_find(t->languages, t->nlanguages, wanted);
	const struct httpd_cookie_spec *spec = &registry_cookie_specs[REGISTRY_LANGUAGE];
	if (str_eq(wanted, STR("auto"))) {
		if (!httpd_cookie_remove(p, spec, STR(""), e))
			return false;
	} else if (chosen >= 0) {
		if (!httpd_cookie_set(p, spec, t->languages[chosen], spec->life_s, e))
			return false;
	} else if (json) {
		httpd_reply_status(p, 422);
		httpd_reply_type(p, STR("application/json"));
		httpd_reply_bytes(p, STR("{\"error_code\":\"UnknownLanguage\",\"message\":\"This portal does not offer that language.\"}"));
		return true;
	}
	if (json) {
		httpd_reply_status(p, 204);
		return true;
	}
	return httpd_reply_redirect(p, 303, visitor_next(r, v.arena, v.origin, next), e);
}

const struct httpd_route front_set_language = { .method = HTTPD_POST, .pattern = "/set-language/", .body_max = 64 * 1024, .run = run };

/* The language picker's answer: the only place where django_language is set or removed. */
#include "front/inside.h"

static bool wants_json(const struct httpd_request *r)
{
	return str_find(httpd_header(r, STR("Accept")), STR("application/json")) >= 0;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	const struct tenant *t = v.at.tenant;
	if (t->nlanguages < 2)
		return err_set(e, ERR_NOT_FOUND, "This portal speaks one language.");
	struct visitor_form form;
	if (!visitor_form(&v, VISITOR_TOKEN_FREE, &form, e))
		return false;
	struct str wanted = visitor_field(&form, STR("language"));
	struct str next = visitor_field(&form, STR("next"));
	bool json = !next.n && wants_json(r);
	ptrdiff_t chosen = i18n_find(t->languages, t->nlanguages, wanted);
	if (str_eq(wanted, STR("auto"))) {
		if (!visitor_remove_cookie(&v, REGISTRY_LANGUAGE, e))
			return false;
	} else if (chosen >= 0) {
		if (!visitor_set_cookie(&v, REGISTRY_LANGUAGE, t->languages[chosen], registry_cookie_specs[REGISTRY_LANGUAGE].life_s, e))
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

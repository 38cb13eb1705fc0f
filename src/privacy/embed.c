/* "Load once" (EMB-3): the way back to a page with a word that shows one embed there one time. Nothing is stored. */
#include "privacy/inside.h"

enum { EMBED_ID = 16 };

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == EMBED_ID;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	if (!visitor_enter_anyone(app, r, p, &v, e) || !visitor_form(&v, VISITOR_TOKEN_FREE, &form, e))
		return false;
	struct str embed = visitor_field(&form, STR("embed")), page = visitor_field(&form, STR("page"));
	if (!is_id(embed))
		return err_set(e, ERR_INVALID, "The field embed does not name an embed of a page.");
	page = visitor_next(r, v.arena, v.origin, page);
	ptrdiff_t hash = str_find_char(page, '#');
	if (hash >= 0)
		page = str_sub(page, 0, (size_t)hash);
	ptrdiff_t query = str_find_char(page, '?');
	struct str path = query < 0 ? page : str_sub(page, 0, (size_t)query);
	struct instant now = clock_now();
	struct str word = consent_once_make(v.at.site->consent, v.at.tenant->host, path, embed, now, v.arena);
	if (v.registry)
		consent_count(v.at.site->consent, v.at.tenant->id, STR("load_once"), v.lang_code, v.registry->version, now);
	httpd_reply_cache_control(p, STR("no-store"));
	return httpd_reply_redirect(p, 303,
	                            arena_printf(v.arena, "%.*s%conce=%.*s.%.*s#embed-%.*s", STR_ARG(page), query < 0 ? '?' : '&', STR_ARG(embed),
	                                         STR_ARG(word), STR_ARG(embed)), e);
}

const struct httpd_route privacy_embed_once = { .method = HTTPD_POST, .pattern = "/cookies/embed/", .body_max = 64 * 1024, .run = run };

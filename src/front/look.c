/* What pages look like, as files: the stylesheet of a look, and the pictures and fonts of a portal. Their addresses change with their
 * content, so readers keep them for ever. Everyone gets them, at a private portal too: its door has the same look. */
#include "front/inside.h"

#include "look/look.h"

static void keep_for_ever(struct httpd_reply *p)
{
	httpd_reply_cache_control(p, STR("public, max-age=31536000, immutable"));
	httpd_reply_cacheable(p, 3600);
}

/* The version in "12-5f1c….css"; 0: it is none. */
static int64_t version_of(struct str name)
{
	int64_t version;
	struct str head;
	if (str_starts(name, STR("draft-")))
		return LOOK_DRAFT;
	return str_cut(&name, '-', &head) && str_to_int(head, &version) && version > 0 ? version : 0;
}

static void put_sheet(struct httpd_reply *p, const struct look *l, struct str name)
{
	httpd_reply_type(p, STR("text/css; charset=utf-8"));
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "same-origin");
	httpd_reply_bytes(p, l->stylesheet);
	/* A page kept from before a change asks by the former name, and gets what holds now. */
	if (str_ends(l->url, name) && !l->draft)
		keep_for_ever(p);
	else
		httpd_reply_cache_control(p, STR("no-store"));
}

static bool run_sheet(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct str name = r->holes[0];
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	if (!str_ends(name, STR(".css")) || name.n > 60)
		return err_set(e, ERR_NOT_FOUND, "No such file.");
	int64_t version = version_of(name);
	if (str_ends(v.look->url, name) || !version) {
		put_sheet(p, v.look, name);
		return true;
	}
	bool may = rights_may(&v.who, ACCOUNT_MAY_EDIT_THEME) || rights_may(&v.who, ACCOUNT_MAY_EDIT_DOMAIN);
	const struct look *l;
	struct err ignored = { 0 };
	if ((version == LOOK_DRAFT && !may) || !look_hold_version(v.at.site->looks, v.at.tenant, version, &l, &ignored))
		return err_set(e, ERR_NOT_FOUND, "No such file.");
	put_sheet(p, l, name);
	look_release(v.at.site->looks, l);
	return true;
}

static bool run_file(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct look_file f;
	struct str bytes;
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	if (!look_file_read(v.at.site->looks, v.at.tenant->id, r->holes[0], v.arena, &f, &bytes, e))
		return false;
	struct str tag = str_sub(f.hash, 0, 24);
	const struct str *wanted = httpd_query_or_null(r, STR("v"));
	if (wanted && wanted->n >= 12 && str_starts(f.hash, *wanted))
		keep_for_ever(p);
	else
		httpd_reply_cache_control(p, STR("public, max-age=300"));
	httpd_reply_type(p, f.type);
	httpd_reply_etag(p, tag);
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "cross-origin");
	/* A picture opened by itself is a document: it may draw, and nothing else. */
	httpd_reply_csp(p, STR("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
	if (!httpd_reply_is_fresh(r, tag))
		httpd_reply_bytes(p, bytes);
	return true;
}

const struct httpd_route front_theme_sheet = { .method = HTTPD_GET, .pattern = "/assets/theme/{name}", .run = run_sheet };
const struct httpd_route front_theme_file = { .method = HTTPD_GET, .pattern = "/assets/theme_image/{file}", .run = run_file };

/* Two editors at once: a form that comes back tells how its page stood when it was opened (view/stood.c). The page is written once more, aside, as it would
 * be now; when the form stands otherwise there, and not as it was posted either, nothing is done, and whoever sent it is told. From the beginning of the
 * request to its end nobody else has the turn of the same address, so nothing comes between this look and the writing, but what programs write by the API. */
#include "back/inside.h"

static size_t depth(struct str path)
{
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n + (path.n && path.p[path.n - 1] != '/');
}

/* The page that the form was on: this address, or one above it. */
static const struct httpd_route *page_or_null(const struct httpd_request *r, struct str path)
{
	if (!r->route_or_null || !str_starts(r->raw_path, path) || !str_starts(r->path, path))
		return NULL;
	for (size_t i = 0; back_routes[i]; i++)
		if (back_routes[i]->method == HTTPD_GET && str_starts(str_of(r->route_or_null->pattern), str_of(back_routes[i]->pattern)) &&
		    depth(str_of(back_routes[i]->pattern)) == depth(path))
			return back_routes[i];
	return NULL;
}

bool back_turn(const struct httpd_request *r, uint64_t *turn, struct err *e)
{
	*turn = 0;
	return r->method != HTTPD_POST || str_find(r->body, STR("stood")) < 0 || visitor_turn_take(r, turn, e);
}

void back_stood_begin(struct visit *v)
{
	v->stood = v->request->aside ? v->request->aside : arena_new(v->arena, struct view_stood);
}

void back_stood_carry(struct visit *v, const struct visitor_form *f)
{
	v->stood->carried = visitor_field(f, STR("stood"));
}

bool back_stood(struct visit *v, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct view_stood_word was;
	struct view_stood *now = arena_new(v->arena, struct view_stood);
	back_stood_carry(v, f);
	if (!view_stood_read(v->arena, v->stood->carried, &was))
		return true;
	const struct httpd_route *page = page_or_null(v->request, was.path);
	if (!page)
		return true;
	if (!httpd_aside(v->request, v->reply, page, was.path, was.query, v->at.site, now, e)) {
		/* It is not there any more: what is posted to it says so. */
		if (e->code != ERR_NOT_FOUND && e->code != ERR_GONE)
			return false;
		*e = (struct err){ 0 };
		return true;
	}
	const struct view_stood_form *form = view_stood_nearest_or_null(v->arena, now, was.pieces);
	if (!form)
		return true;
	v->stood->carried = view_stood_word_of(v->arena, now, &was);
	if (view_stood_is(v->arena, now, was.pieces) || view_stood_says(v->arena, form, f))
		return true;
	v->stood->told = true;
	v->stood->page = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(was.path), was.query.n ? "?" : "", STR_ARG(was.query));
	httpd_reply_status(v->reply, 409);
	html_complain(errors, v->lang, "", N_("Somebody else has changed the same thing since you opened it. Nothing of yours is lost: it stands below."));
	view_stood_tell(v, form, was.pieces, errors);
	return false;
}

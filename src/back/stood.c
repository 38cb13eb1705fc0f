/* Two editors at once: a form that comes back tells how its page stood when it was opened (view/stood.c). The page is written once more, aside, as it would
 * be now; when the form stands otherwise there, and not as it was posted either, nothing is done, and whoever sent it is told. From the beginning of the
 * request to its end nobody else has the turn of the same address, so nothing comes between this look and the writing, but what programs write by the API. */
#include "back/inside.h"

static const struct httpd_route *page_or_null(const struct httpd_request *r)
{
	for (size_t i = 0; back_routes[i] && r->route_or_null; i++)
		if (back_routes[i]->method == HTTPD_GET && strcmp(back_routes[i]->pattern, r->route_or_null->pattern) == 0)
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
	const struct httpd_route *page = page_or_null(v->request);
	back_stood_carry(v, f);
	if (!page || !view_stood_read(v->arena, v->stood->carried, &was) || !str_eq(was.path, v->request->raw_path))
		return true;
	if (!httpd_aside(v->request, v->reply, page, was.query, v->at.site, now, e)) {
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
	httpd_reply_status(v->reply, 409);
	html_complain(errors, v->lang, "", N_("Somebody else has changed the same thing since you opened it. Nothing of yours is lost: it stands below."));
	view_stood_tell(v, form, was.pieces, errors);
	return false;
}

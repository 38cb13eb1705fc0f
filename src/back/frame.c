/* How every page of the back office begins and ends: who may come in, forms and their tokens, what is said after something was
 * done. Strangers, and those whose last proof is too old, are led on by the server's hook for errors. */
#include "back/inside.h"

bool back_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, enum view_section section, unsigned flags,
                struct visit *out, struct err *e)
{
	uint64_t turn;
	if (!back_turn(r, &turn, e))
		return false;
	bool entered = visitor_enter(s, r, p, out, e);
	out->turn = turn;
	if (!entered)
		return false;
	back_stood_begin(out);
	visitor_private(out);
	/* A key was made by somebody who had just proved a secret: for programs, it stands for all that follows. */
	bool by_key = (flags & BACK_KEYS) && out->who.key && (out->who.who.scope & ACCOUNT_WRITE);
	if (!by_key && !visitor_signed_in(out, e))
		return back_keep(out, e);
	if (!view_section_open(out, section))
		return err_set(e, ERR_FORBIDDEN, "This account has no permission for this part of the back office.");
	if (by_key)
		return true;
	/* Also whoever has rights of single datasets or pages only. */
	bool office = str_eq(tenant_setting(out->at.tenant, "second_factor.required"), STR("office"));
	if ((office || account_needs_factor(out->at.tenant, &out->who.who)) && !out->who.who.second_factor) {
		bool led = httpd_reply_redirect(p, 303, STR("/login/enrol/"), e);
		return led && false;
	}
	return !(flags & BACK_FRESH) || back_fresh(out, e);
}

bool back_answered(struct httpd_reply *p, const struct err *e)
{
	(void)p;
	return e->code == ERR_NONE;
}

bool back_form(struct visit *v, struct visitor_form *out, struct err *e)
{
	struct html_errors errors = { 0 };
	if (!visitor_form(v, VISITOR_TOKEN, out, e))
		return false;
	return back_stood(v, out, &errors, e) || (errors.n && err_set(e, ERR_CONFLICT, "Somebody else has changed the same thing since you opened the page. Nothing was done: open it again."));
}

bool back_form_kept(struct visit *v, struct visitor_form *out, struct html_errors *errors, struct err *e)
{
	*out = (struct visitor_form){ 0 };
	if (visitor_form(v, VISITOR_TOKEN, out, e))
		return back_stood(v, out, errors, e);
	back_stood_carry(v, out);
	if (!out->n || !visitor_may_retry(v, e))
		return false;
	httpd_reply_status(v->reply, 403);
	return html_complain(errors, v->lang, "", N_("This page was opened before you last signed in or proved who you are, so nothing was done. What you filled in is still here: please send it again."));
}

bool back_form_taken(struct visit *v, struct visitor_form *out, struct html_errors *errors, bool *taken, struct err *e)
{
	*taken = v->request->method == HTTPD_POST && back_form_kept(v, out, errors, e);
	if (back_kept(v, out)) {
		back_stood_carry(v, out);
		html_complain(errors, v->lang, "", N_("You had been signed out, so nothing was done. What you filled in is still here: please send it again."));
		return true;
	}
	if (*taken || v->request->method != HTTPD_POST)
		return true;
	if (!errors->n)
		return false;
	*e = (struct err){ 0 };
	return true;
}

bool back_is_fresh(const struct visit *v)
{
	return v->session && session_is_fresh(v->at.tenant, v->session, clock_now());
}

bool back_fresh(struct visit *v, struct err *e)
{
	return v->who.key || visitor_fresh(v, e);
}

bool back_fresh_form(struct visit *v, struct html_errors *errors)
{
	if (back_is_fresh(v))
		return true;
	return html_complain(errors, v->lang, "", N_("Your changes are not saved yet: please confirm that it is you, then save again."));
}

void back_put_stale(struct view_page *p, const struct html_errors *errors)
{
	if (!errors->n || back_is_fresh(p->visit))
		return;
	struct html *h = &p->h;
	struct buf where = BUF_INIT(4096);
	buf_lit(&where, "/account/confirm/?next=");
	text_put_url(&where, p->visit->request->raw_path);
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p>");
	html_say(h, N_("It has been a while since you proved who you are. The page to do so opens in a new tab; come back to this one and save again."));
	html_lit(h, "</p><p><a class=\"button\" target=\"_blank\" rel=\"noopener\" href=\"");
	html_url(h, buf_str(&where));
	html_lit(h, "\">");
	html_say(h, N_("Confirm that it is you"));
	html_lit(h, "</a></p>");
	html_notice_close(h);
	buf_done(&where);
}

/* --- what is said afterwards ------------------------------------------------------------------------------ */

static const struct said { const char *word; enum html_tone tone; const char *sentence; bool letter; } saids[] = {
#define SAID(word_, tone_, sentence_) { word_, HTML_##tone_, sentence_, false },
#define POSTED(word_, tone_, sentence_) { word_, HTML_##tone_, sentence_, true },
#include "back/said.def"
#undef POSTED
#undef SAID
};

bool back_done(struct visit *v, struct str path, const char *what, struct err *e)
{
	struct str where = arena_printf(v->arena, "%.*s%cdone=%s", STR_ARG(path), str_find_char(path, '?') < 0 ? '?' : '&', what);
	return httpd_reply_redirect(v->reply, 303, where, e);
}

void back_said(struct view_page *p, const struct httpd_request *r)
{
	const struct str *done = httpd_query_or_null(r, STR("done"));
	for (size_t i = 0; done && r->method != HTTPD_POST && i < COUNT_OF(saids); i++)
		if (str_eq(*done, str_of(saids[i].word))) {
			html_notice(&p->h, saids[i].tone, saids[i].sentence);
			if (saids[i].letter && !mail_where(p->visit->arena, p->visit->at.site->conf).n)
				html_notice(&p->h, HTML_WARNING, N_("This server has nowhere to send letters yet: they wait until its operator has named a mail server."));
		}
}

void back_refused(struct visit *v)
{
	if (httpd_reply_get_status(v->reply) != 403 && !v->stood->told)
		httpd_reply_status(v->reply, 422);
}

/* --- small helps ------------------------------------------------------------------------------------------ */

struct view_page back_page(struct visit *v, const char *title, const char *path)
{
	return (struct view_page){ .visit = v, .title = i18n_text(v->lang, title), .path = str_of(path) };
}

bool back_complain(struct visit *v, struct html_errors *errors, const char *field, const struct err *e)
{
	static const struct { enum err_code code; const char *sentence; } words[] = {
		{ ERR_CONFLICT, N_("This cannot be done: it would leave the portal without an administrator, or the name is taken already.") },
		{ ERR_NOT_FOUND, N_("It is not there any more.") },
		{ ERR_BUSY, N_("The portal is busy. Please try again in a moment.") },
		{ ERR_DISK_FULL, N_("No space is left on the portal's disk.") },
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (e->code == words[i].code)
			return html_complain(errors, v->lang, field, words[i].sentence);
	if (e->code == ERR_PARAMETER || e->code == ERR_INVALID)
		return html_complain_text(errors, str_of(field), arena_str(v->arena, str_of(e->pub[0] ? e->pub : err_kind(e->code)->sentence)));
	return true;
}

bool back_number(struct str s, int64_t *out)
{
	return str_to_int(s, out) && *out > 0;
}

void back_put_day(struct html *h, int64_t day)
{
	if (day >= 0)
		html_date(h, day * INT64_C(86400000000), clock_utc(), false);
	else
		html_say(h, N_("Never"));
}

bool back_next_word(struct str *rest, struct str *out)
{
	while (rest->n) {
		size_t n = 0;
		while (n < rest->n && !strchr(",; \t\r\n<>", rest->p[n]))
			n++;
		*out = str_sub(*rest, 0, n);
		*rest = str_from(*rest, n < rest->n ? n + 1 : n);
		if (out->n)
			return true;
	}
	return false;
}

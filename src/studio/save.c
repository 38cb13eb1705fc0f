/* What builders send: something new, a change, a draft to be kept; JSON with a token, JSON back. A change names the revision it was made of, and
 * who comes second is told what to do (409). */
#include "studio/state.h"

#include <string.h>

#include "json/json.h"

static const char *const visibilities[] = { [SAVED_PRIVATE] = "private", [SAVED_UNLISTED] = "unlisted", [SAVED_PUBLIC] = "public" };

/* --- the state ------------------------------------------------------------------------------------------------------ */

static struct str text_of(const struct visit *v, const struct json_node *root, const char *name)
{
	return arena_str(v->arena, json_text(json_get(root, name)));
}

bool studio_read_state(const struct visit *v, struct str json, struct studio_state *out, struct err *e)
{
	auto_json *doc = NULL;
	if (!json_read(json, &doc, e))
		return false;
	const struct json_node *root = json_root(doc);
	if (json_kind(root) != JSON_OBJECT || json_kind(json_get(root, "config")) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "A JSON object with the members title and config was expected; config is an object too.");
	*out = (struct studio_state){ .title = text_of(v, root, "title"), .description = text_of(v, root, "description"), .slug = text_of(v, root, "slug"),
	                              .draft = text_of(v, root, "draft"), .of = text_of(v, root, "of"), .revision = json_int(json_get(root, "revision"), 0) };
	struct str seen = json_text(json_get(root, "visibility"));
	for (size_t i = 0; i < COUNT_OF(visibilities); i++)
		if (str_eq(seen, str_of(visibilities[i])))
			out->visibility = (enum saved_visibility)i;
	auto_buf b = BUF_INIT(SAVED_JSON * 2);
	json_put_node(&b, json_get(root, "config"));
	out->config = arena_str(v->arena, buf_str(&b));
	return !b.over || err_set(e, ERR_INVALID, N_("It is too large to be saved. Fewer layers, series or colours help."));
}

void studio_put_state(struct buf *b, const struct studio_state *s)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member(&j, "title", s->title);
	json_member(&j, "description", s->description);
	json_member(&j, "slug", s->slug);
	json_member(&j, "visibility", str_of(visibilities[s->visibility]));
	json_key(&j, STR("config"));
	json_value(&j);
	buf_put(b, s->config.n ? s->config : STR("{}"));
	json_close(&j, '}');
}

/* --- coming in -------------------------------------------------------------------------------------------------------- */

struct posted {
	struct visit v;
	struct studio_state state;
	struct studio_work work;
};

static void done(struct posted *x) { visitor_leave(&x->v); }

static bool enter(struct posted *x, const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct str body;
	if (!visitor_enter(app, r, p, &x->v, e) || !visitor_json(&x->v, VISITOR_TOKEN, &body, e))
		return false;
	if (!x->v.session)
		return err_set(e, ERR_UNAUTHENTICATED, N_("Please sign in: what is saved belongs to an account."));
	return studio_read_state(&x->v, body, &x->state, e) && studio_read(k, &x->v, x->state.config, false, &x->work, e);
}

static bool check_public(const struct posted *x, struct err *e)
{
	return x->state.visibility != SAVED_PUBLIC || studio_may_publish(&x->v) ||
	       err_set(e, ERR_FORBIDDEN, N_("To list it for everyone, your account needs the permission create_page. You can give its address to others all the same."));
}

/* What is refused is said to a person, in their language; messages that name a member are for whoever wrote the JSON, and stay. */
static bool say(const struct posted *x, bool ok, struct err *e)
{
	if (!ok && x->v.lang && err_kind(e->code)->status < 500) {
		struct str text = i18n_reason(x->v.lang, x->v.arena, str_of(e->pub));
		struct err said = { 0 };
		(void)err_set(&said, e->code, "%.*s", STR_ARG(text));
		memcpy(e->pub, said.pub, sizeof e->pub);
	}
	return ok;
}

/* --- answers ------------------------------------------------------------------------------------------------------------ */

enum { REPLY = 16 << 10 };

static void reply(struct posted *x, int status, struct buf *b)
{
	visitor_private(&x->v);
	httpd_reply_status(x->v.reply, status);
	httpd_reply_type(x->v.reply, STR("application/json"));
	httpd_reply_take(x->v.reply, b);
}

static bool reply_saved(struct posted *x, const struct studio_kind *k, const struct saved *s, int status)
{
	auto_buf b = BUF_INIT(REPLY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "slug", s->slug);
	json_member_int(&j, "revision", s->revision);
	json_member(&j, "url", studio_url(k, &x->v, s->slug, ""));
	json_member(&j, "edit", studio_url(k, &x->v, s->slug, "edit/"));
	json_close(&j, '}');
	reply(x, status, &b);
	return true;
}

/* 409 with the reason as a word, which a builder says in its reader's language. */
static bool reply_conflict(struct posted *x, const struct err *why, const char *reason)
{
	auto_buf b = BUF_INIT(REPLY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "error_code", str_of(err_kind(why->code)->word));
	json_member(&j, "reason", str_of(reason));
	json_member(&j, "message", str_of(why->pub));
	json_close(&j, '}');
	reply(x, err_kind(why->code)->status, &b);
	return true;
}

static bool drop_draft(struct posted *x, struct err *e)
{
	const struct visit *v = &x->v;
	return !x->state.draft.n || saved_draft_drop(v->at.site->store, v->at.tenant->id, v->session->account, x->state.draft, e);
}

/* --- saving --------------------------------------------------------------------------------------------------------------- */

static void fill(const struct posted *x, struct saved *out)
{
	out->title = x->state.title;
	out->description = x->state.description;
	out->json = x->work.json;
	out->visibility = x->state.visibility;
}

static bool make_it(struct posted *x, const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	if (!enter(x, k, r, p, app, e) || !check_public(x, e))
		return false;
	struct saved s = { .kind = k->saved, .owner = x->v.session->account, .slug = x->state.slug };
	fill(x, &s);
	struct err why = { 0 };
	if (!saved_make(x->v.at.site->store, x->v.at.tenant->id, x->v.arena, &s, &why)) {
		if (why.code == ERR_CONFLICT)
			return reply_conflict(x, &why, "taken");
		*e = why;
		return false;
	}
	return drop_draft(x, e) && reply_saved(x, k, &s, 201);
}

static bool make(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(done) struct posted x = { 0 };
	return say(&x, make_it(&x, k, r, p, app, e), e);
}
STUDIO_PAGE(make, HTTPD_POST, make, "/map/", "/chart/");

static bool save_it(struct posted *x, const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct saved s;
	if (!enter(x, k, r, p, app, e) || !studio_find(k, &x->v, r->holes[0], &s, e))
		return false;
	if (!saved_may_change(&s, x->v.session->account))
		return err_set(e, ERR_FORBIDDEN, N_("Only its owner may change it. You can save a copy."));
	/* What is public already stays so, whoever may publish now. */
	if (s.visibility != SAVED_PUBLIC && !check_public(x, e))
		return false;
	bool behind = s.revision != x->state.revision;
	fill(x, &s);
	s.revision = x->state.revision;
	if (x->state.slug.n)
		s.slug = x->state.slug;
	struct err why = { 0 };
	if (!saved_change(x->v.at.site->store, x->v.at.tenant->id, x->v.arena, &s, &why)) {
		if (why.code == ERR_CONFLICT)
			return reply_conflict(x, &why, behind ? "changed" : "taken");
		*e = why;
		return false;
	}
	return drop_draft(x, e) && reply_saved(x, k, &s, 200);
}

static bool save(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(done) struct posted x = { 0 };
	return say(&x, save_it(&x, k, r, p, app, e), e);
}
STUDIO_PAGE(save, HTTPD_POST, save, "/map/{slug}/", "/chart/{slug}/");

/* --- drafts ----------------------------------------------------------------------------------------------------------------- */

static bool keep_it(struct posted *x, const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct saved_draft d = { .kind = k->saved };
	struct saved s;
	if (!enter(x, k, r, p, app, e))
		return false;
	const struct visit *v = &x->v;
	if (x->state.of.n) {
		if (!studio_find(k, v, x->state.of, &s, e))
			return false;
		if (!saved_may_change(&s, v->session->account))
			return err_set(e, ERR_FORBIDDEN, N_("Only its owner may change it. You can save a copy."));
		d.of = s.id;
		d.base = x->state.revision;
	}
	auto_buf json = BUF_INIT(SAVED_JSON * 2);
	x->state.config = x->work.json;
	studio_put_state(&json, &x->state);
	d.hash = x->state.draft;
	d.title = x->state.title;
	d.json = buf_str(&json);
	if (!saved_draft_put(v->at.site->store, v->at.tenant->id, v->arena, v->session->account, &d, e))
		return false;
	auto_buf b = BUF_INIT(REPLY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "draft", d.hash);
	json_member(&j, "edit", d.of ? studio_url(k, v, s.slug, "edit/") : studio_url(k, v, arena_join(v->arena, STR("+"), d.hash), "edit/"));
	json_close(&j, '}');
	reply(x, 200, &b);
	return true;
}

static bool keep(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(done) struct posted x = { 0 };
	return say(&x, keep_it(&x, k, r, p, app, e), e);
}
STUDIO_PAGE(keep, HTTPD_POST, keep, "/map/drafts/", "/chart/drafts/");

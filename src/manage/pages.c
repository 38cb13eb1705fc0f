/* Content pages: those written in HTML by their slug ("code editor pages"), all others by their uid ("studio pages"), whose blocks are
 * the back office's alone. Who may what is content/'s to say; a page that one may not edit does not exist here. */
#include "content/content.h"
#include "manage/pages.h"
#include "text/text.h"

enum { BAD = 400 };

const struct manage_shelf manage_code_pages = { true, "code editor page" }, manage_studio_pages = { false, "studio page" };

static bool is_of(const struct manage_shelf *s, const struct page *p) { return s->code == (p->kind == PAGE_TEXT && p->format == PAGE_HTML); }

static bool may_begin(struct manage_call *c) { return rights_may(c->who, ACCOUNT_MAY_CREATE_PAGE) || rights_may(c->who, ACCOUNT_MAY_EDIT_PAGE); }

static bool denied(struct err *e) { return err_set(e, ERR_FORBIDDEN, "You do not have the permission to do this."); }

static int64_t number_of(struct str uid)
{
	int64_t id = 0;
	return str_starts(uid, STR("sp_")) && str_to_int(str_from(uid, 3), &id) ? id : 0;
}

bool manage_page_find(struct manage_call *c, const struct manage_shelf *s, struct manage_leaf *out, struct err *e)
{
	struct str name = c->r->holes[0];
	if (!pages_read(c->s->pages, c->t, &out->view, e)) return false;
	out->page = s->code ? page_find_or_null(out->view, name) : page_of_id_or_null(out->view, number_of(name));
	if (out->page && is_of(s, out->page) && content_may_edit(&c->visit, out->page)) return true;
	pages_release(c->s->pages, out->view);
	return manage_none(s->what, name, e);
}

void manage_page_drop(struct manage_call *c, struct manage_leaf *l) { pages_release(c->s->pages, l->view); }

/* --- answers ------------------------------------------------------------------------------------------------------ */

/* One text for all languages is said in the portal's first. */
static void put_texts(struct manage_call *c, const char *member, const struct json_node *texts)
{
	json_key(&c->j, str_of(member));
	if (json_kind(texts) == JSON_OBJECT) {
		json_value(&c->j);
		json_put_node(c->j.b, texts);
		return;
	}
	json_open(&c->j, '{');
	if (json_text(texts).n) {
		json_key(&c->j, manage_language(c));
		json_put(&c->j, json_text(texts));
	}
	json_close(&c->j, '}');
}

static struct str said(struct manage_call *c, const struct json_node *root, const char *member)
{
	return page_text(json_get(root, member), c->visit.lang_code, manage_language(c));
}

static int64_t last_author(struct manage_call *c, const struct page *p)
{
	struct page_revision *list;
	size_t n = 0;
	struct err ignored = { 0 };
	return page_revisions(c->s->pages, c->t, p->id, c->a, &list, &n, &ignored) && n ? list[0].author : p->author;
}

static void put_content(struct manage_call *c, const struct page *p)
{
	json_key(&c->j, STR("content"));
	json_open(&c->j, '{');
	put_texts(c, "html", json_get(p->root, "content"));
	json_key(&c->j, STR("css"));
	json_open(&c->j, '{');
	json_close(&c->j, '}');
	json_close(&c->j, '}');
}

static void put_code(struct manage_call *c, const struct page *p)
{
	const struct json_node *tags = json_get(p->root, "tags");
	json_open(&c->j, '{');
	json_member(&c->j, "slug", p->slug);
	put_texts(c, "title", json_get(p->root, "title"));
	json_member(&c->j, "description", said(c, p->root, "description"));
	put_content(c, p);
	json_member(&c->j, "template", STR("custom.html"));
	json_key(&c->j, STR("tags"));
	json_open(&c->j, '[');
	for (size_t i = 0; i < json_count(tags); i++) json_put(&c->j, json_text(json_at(tags, i)));
	json_close(&c->j, ']');
	json_member_bool(&c->j, "has_subdomain_copies", false);
	json_member_bool(&c->j, "is_pushed_by_parent", false);
	json_member_bool(&c->j, "is_restricted", !p->open);
	json_member_bool(&c->j, "is_archived", p->archived);
	json_member_bool(&c->j, "is_published", p->published != 0);
	manage_put_user_ref(c, "created_by", manage_username(c, p->author));
	manage_put_user_ref(c, "updated_by", manage_username(c, last_author(c, p)));
	manage_member_time(&c->j, "created_at", p->created);
	manage_member_time(&c->j, "updated_at", p->changed);
	json_close(&c->j, '}');
}

static void put_said(struct manage_call *c, const char *member, struct str text)
{
	json_key(&c->j, str_of(member));
	if (text.n) json_put(&c->j, text);
	else json_put_null(&c->j);
}

static void put_version(struct manage_call *c, const struct page *p, const char *name, const struct json_node *root, struct instant at)
{
	json_open(&c->j, '{');
	json_member(&c->j, "version_name", str_of(name));
	put_said(c, "title", said(c, root, "title"));
	put_said(c, "description", said(c, root, "description"));
	manage_member_time(&c->j, "created_at", p->created);
	manage_member_time(&c->j, "updated_at", at);
	manage_put_user_ref(c, "updated_by", manage_username(c, last_author(c, p)));
	json_close(&c->j, '}');
}

static void put_studio(struct manage_call *c, const struct page *p)
{
	struct str doc;
	const struct json_node *root;
	struct err ignored = { 0 };
	json_open(&c->j, '{');
	json_member(&c->j, "uid", arena_printf(c->a, "sp_%lld", (long long)p->id));
	json_member(&c->j, "slug", p->slug);
	json_member_bool(&c->j, "public", p->open);
	json_key(&c->j, STR("contents"));
	json_open(&c->j, '[');
	put_version(c, p, "draft", p->root, p->changed);
	if (p->published && page_revision_doc(c->s->pages, c->t, p->id, p->published, c->a, &doc, &ignored) && json_read_in(c->a, doc, &root, &ignored))
		put_version(c, p, "published", root, p->published_at);
	json_close(&c->j, ']');
	manage_member_time(&c->j, "first_published_at", p->published_at);
	manage_member_time(&c->j, "created_at", p->created);
	manage_member_time(&c->j, "updated_at", p->changed);
	manage_put_user_ref(c, "created_by", manage_username(c, p->author));
	json_close(&c->j, '}');
}

static void put_page(struct manage_call *c, const struct manage_shelf *s, const struct page *p)
{
	if (s->code) put_code(c, p);
	else put_studio(c, p);
}

static bool answer(struct manage_call *c, const struct manage_shelf *s, int64_t id, struct err *e)
{
	const struct page_view *v;
	if (!pages_read(c->s->pages, c->t, &v, e)) return false;
	const struct page *p = page_of_id_or_null(v, id);
	if (p) put_page(c, s, p);
	pages_release(c->s->pages, v);
	return p || manage_none(s->what, STR(""), e);
}

static bool list_pages(struct manage_call *c, const struct manage_shelf *s, struct err *e)
{
	struct manage_page page;
	const struct page_view *v;
	size_t total = 0, at = 0;
	if (!manage_page(c, &page, e) || !pages_read(c->s->pages, c->t, &v, e)) return false;
	for (size_t i = 0; i < v->n; i++) total += is_of(s, &v->pages[i]) && content_may_edit(&c->visit, &v->pages[i]);
	bool may = total || may_begin(c);
	if (may) manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = 0; may && i < v->n; i++) {
		if (!is_of(s, &v->pages[i]) || !content_may_edit(&c->visit, &v->pages[i])) continue;
		if (at >= (size_t)page.offset && at < (size_t)(page.offset + page.limit)) put_page(c, s, &v->pages[i]);
		at++;
	}
	if (may) manage_page_end(c);
	pages_release(c->s->pages, v);
	return may || denied(e);
}

static bool read_one(struct manage_call *c, const struct manage_shelf *s, struct err *e)
{
	struct manage_leaf l;
	if (!manage_page_find(c, s, &l, e)) return false;
	put_page(c, s, l.page);
	manage_page_drop(c, &l);
	return true;
}

/* --- documents ---------------------------------------------------------------------------------------------------- */

/* A member of the body, else what is there. */
static void put_member(struct json_out *j, const char *name, const struct json_node *given, const struct json_node *former)
{
	const struct json_node *v = json_kind(given) == JSON_ABSENT || json_kind(given) == JSON_NULL ? former : given;
	if (v) manage_member_node(j, name, v);
}

static bool says_something(const struct json_node *texts)
{
	struct str key;
	const struct json_node *v;
	bool any = json_text(texts).n > 0;
	for (size_t at = 0; json_each(texts, &at, &key, &v);) any |= json_text(v).n > 0;
	return any;
}

/* The document that the body asks for. False: a fault was noted, or *e. */
static bool document(struct manage_call *c, const struct manage_shelf *s, const struct page *former_or_null, struct str *doc, struct err *e)
{
	const struct json_node *now = former_or_null ? former_or_null->root : NULL, *content = json_get(c->body, "content");
	struct str template_ = json_text(json_get(c->body, "template"));
	struct page_faults *faults = arena_new(c->a, struct page_faults);
	auto_buf b = BUF_INIT(2 * PAGE_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	if (says_something(json_get(content, "css"))) process_fault(&c->faults, STR("content/css"), "Pages have no stylesheets of their own here: styles are the theme's.");
	if (template_.n && !str_eq(template_, STR("custom.html"))) process_fault(&c->faults, STR("template"), "Expected custom.html.");
	json_open(&j, '{');
	json_member(&j, "kind", s->code || (former_or_null && former_or_null->kind == PAGE_TEXT) ? STR("text") : STR("grid"));
	if (s->code) json_member(&j, "format", STR("html"));
	else put_member(&j, "format", NULL, json_get(now, "format"));
	put_member(&j, "title", json_get(c->body, "title"), json_get(now, "title"));
	put_member(&j, "description", json_get(c->body, "description"), json_get(now, "description"));
	put_member(&j, "tags", s->code ? json_get(c->body, "tags") : NULL, json_get(now, "tags"));
	put_member(&j, "image", NULL, json_get(now, "image"));
	put_member(&j, "template", NULL, json_get(now, "template"));
	put_member(&j, "content", s->code ? json_get(content, "html") : NULL, json_get(now, "content"));
	if (!s->code && !now) {
		json_key(&j, STR("sections"));
		json_open(&j, '[');
		json_close(&j, ']');
	}
	put_member(&j, "sections", NULL, json_get(now, "sections"));
	json_close(&j, '}');
	*doc = arena_str(c->a, buf_str(&b));
	if (!page_check(*doc, s->code, faults, c->a, e)) return false;
	for (size_t i = 0; i < faults->n; i++) process_fault(&c->faults, STR("content"), "%.*s", STR_ARG(page_fault_text(&faults->items[i], c->a)));
	return c->faults.list.n == 0;
}

static bool store(struct manage_call *c, const struct page_put *put, int64_t *id, struct err *e)
{
	int64_t revision;
	if (page_put(c->s->pages, c->t, put, id, &revision, e)) return true;
	if (e->code != ERR_PARAMETER && e->code != ERR_CONFLICT) return false;
	struct str why = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	process_fault(&c->faults, STR("slug"), "%.*s", STR_ARG(why));
	return false;
}

static bool refuse(struct manage_call *c, struct err *e) { return !e->code && c->faults.list.n && manage_invalid(c, STR("")); }

/* A switch of the body, else what is there. Anything but true and false is a fault: nobody's page is opened by a word. */
static bool read_switch(struct manage_call *c, const char *member, bool otherwise)
{
	const struct json_node *v = json_get(c->body, member);
	if (json_kind(v) > JSON_NULL && json_kind(v) != JSON_BOOL) process_fault(&c->faults, str_of(member), "Expected true or false.");
	return json_bool(v, otherwise);
}

static bool add(struct manage_call *c, const struct manage_shelf *s, struct err *e)
{
	struct page_put put = { .author = c->who->account, .slug = json_text(json_get(c->body, "slug")) };
	bool open = s->code ? !read_switch(c, "is_restricted", true) : read_switch(c, "public", false);
	int64_t id;
	if (!may_begin(c)) return denied(e);
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
	if (open && !rights_may(c->who, ACCOUNT_MAY_EDIT_PAGE) && !rights_may(c->who, ACCOUNT_MAY_MANAGE_PAGE)) return err_set(e, ERR_FORBIDDEN, "Deciding who may see a page needs the permission manage_page.");
	put.open = open;
	if (!put.slug.n) put.slug = text_slug(c->a, page_text(json_get(c->body, "title"), c->visit.lang_code, manage_language(c)));
	if (!document(c, s, NULL, &put.doc, e) || !store(c, &put, &id, e)) return refuse(c, e);
	bool live = s->code && (rights_may(c->who, ACCOUNT_MAY_EDIT_PAGE) || rights_may(c->who, ACCOUNT_MAY_PUBLISH_PAGE));
	return (!live || page_publish(c->s->pages, c->t, id, true, e)) && answer(c, s, id, e);
}

static bool may_open(struct manage_call *c, const struct page *p, bool open, struct err *e)
{
	return open == p->open || content_may_manage(&c->visit, p) || err_set(e, ERR_FORBIDDEN, "Deciding who may see a page needs the permission manage_page.");
}

static bool set_open(struct manage_call *c, const struct page *p, bool open, struct err *e)
{
	return open == p->open || page_access(c->s->pages, c->t, p->id, open, p->rights, p->nrights, e);
}

/* Everything is checked before anything is written; the document, which somebody else may have changed meanwhile, is written first. */
static bool change_code(struct manage_call *c, const struct page *p, struct err *e)
{
	struct page_put put = { .id = p->id, .base = p->revision, .author = c->who->account };
	struct str slug = json_text(json_get(c->body, "slug"));
	bool archived = read_switch(c, "is_archived", p->archived), open = !read_switch(c, "is_restricted", !p->open);
	int64_t id;
	if (slug.n && !str_eq(slug, p->slug)) return manage_invalid_field(c, "slug", "The slug of a page stays.");
	if (archived && p->archived) return manage_refused(c, BAD, "bad_request", STR("An archived page cannot be changed; unarchive it first."));
	if (!document(c, &manage_code_pages, p, &put.doc, e)) return refuse(c, e);
	if (archived != p->archived && !content_may_publish(&c->visit, p)) return denied(e);
	if (!may_open(c, p, open, e)) return false;
	if (!store(c, &put, &id, e)) return refuse(c, e);
	if (!set_open(c, p, open, e)) return false;
	if (content_may_publish(&c->visit, p) && !page_publish(c->s->pages, c->t, p->id, true, e)) return false;
	if (archived != p->archived && !page_archive(c->s->pages, c->t, p->id, archived, e)) return false;
	return answer(c, &manage_code_pages, p->id, e);
}

static bool rename(struct manage_call *c, const struct page *p, struct str slug, struct err *e)
{
	if (page_rename(c->s->pages, c->t, p->id, slug, e)) return true;
	if (e->code != ERR_CONFLICT && e->code != ERR_PARAMETER) return false;
	process_fault(&c->faults, STR("slug"), "%s", e->pub);
	*e = (struct err){ 0 };
	return false;
}

static bool change_studio(struct manage_call *c, const struct page *p, struct err *e)
{
	struct page_put put = { .id = p->id, .base = p->revision, .author = c->who->account };
	struct str slug = json_text(json_get(c->body, "slug")), former = arena_str(c->a, p->slug);
	bool renamed = slug.n && !str_eq(slug, p->slug), said_more = json_get(c->body, "title") || json_get(c->body, "description"), open = read_switch(c, "public", p->open);
	struct err ignored = { 0 };
	int64_t id;
	if (!document(c, &manage_studio_pages, p, &put.doc, e)) return refuse(c, e);
	if (!may_open(c, p, open, e)) return false;
	if (renamed && !rename(c, p, slug, e)) return refuse(c, e);
	if (said_more && !store(c, &put, &id, e)) {
		/* Somebody was quicker: the name goes back, too. */
		if (renamed && !page_rename(c->s->pages, c->t, p->id, former, &ignored)) log_failure(c->s->log, LOG_LEVEL_ERROR, "a page's slug", &ignored);
		return refuse(c, e);
	}
	return set_open(c, p, open, e) && answer(c, &manage_studio_pages, p->id, e);
}

static bool change(struct manage_call *c, const struct manage_shelf *s, struct err *e)
{
	struct manage_leaf l;
	if (!manage_page_find(c, s, &l, e)) return false;
	bool ok = json_kind(c->body) != JSON_OBJECT ? manage_invalid_field(c, "non_field_errors", "Expected a JSON object.") :
	          s->code ? change_code(c, l.page, e) : change_studio(c, l.page, e);
	manage_page_drop(c, &l);
	return ok;
}

/* --- deeds -------------------------------------------------------------------------------------------------------- */

enum deed { ARCHIVE, UNARCHIVE, PUBLISH, UNPUBLISH, REMOVE };

static bool may_remove(struct manage_call *c, const struct page *p) { return !p->published || content_may_publish(&c->visit, p); }

static bool publish(struct manage_call *c, const struct page *p, struct err *e)
{
	struct page_faults *faults = arena_new(c->a, struct page_faults);
	if (!page_check(p->doc, true, faults, c->a, e)) return false;
	for (size_t i = 0; i < faults->n; i++) process_fault(&c->faults, STR("contents"), "%.*s", STR_ARG(page_fault_text(&faults->items[i], c->a)));
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	if (!page_publish(c->s->pages, c->t, p->id, true, e)) return false;
	manage_ok(c);
	return true;
}

static bool act(struct manage_call *c, const struct manage_shelf *s, enum deed d, struct err *e)
{
	struct manage_leaf l;
	if (!manage_page_find(c, s, &l, e)) return false;
	const struct page *p = l.page;
	bool ok = d == REMOVE ? may_remove(c, p) || denied(e) : content_may_publish(&c->visit, p) || denied(e);
	if (ok && d == PUBLISH) ok = publish(c, p, e);
	else if (ok && d == REMOVE) ok = page_remove(c->s->pages, c->t, p->id, e);
	else if (ok) {
		ok = d == UNPUBLISH ? page_publish(c->s->pages, c->t, p->id, false, e) : page_archive(c->s->pages, c->t, p->id, d == ARCHIVE, e);
		manage_ok(c);
	}
	manage_page_drop(c, &l);
	return ok;
}

/* Asked for by slug or by a word in title or slug. */
static bool is_asked(struct manage_call *c, const struct page *p, struct str search)
{
	for (size_t i = 0; i < c->r->nquery; i++)
		if (str_eq(c->r->query[i].name, STR("slug")) && str_eq(c->r->query[i].value, p->slug)) return true;
	return search.n && (manage_holds(c, p->slug, search) || manage_holds(c, page_heading(p, c->visit.lang_code, manage_language(c)), search));
}

bool manage_remove_code_pages(struct manage_call *c, struct err *e)
{
	const struct page_view *v;
	struct str search = str_trim(manage_query(c, "search"));
	bool ok = true;
	if (!search.n && !manage_query(c, "slug").n) return may_begin(c) ? manage_refused(c, BAD, "bad_request", STR("Say which: slug, which may be repeated, or search.")) : denied(e);
	if (!pages_read(c->s->pages, c->t, &v, e)) return false;
	json_open(&c->j, '[');
	size_t asked = 0, gone = 0;
	for (size_t i = 0; ok && i < v->n; i++) {
		const struct page *p = &v->pages[i];
		if (!is_of(&manage_code_pages, p) || !content_may_edit(&c->visit, p) || !is_asked(c, p, search)) continue;
		asked++;
		if (!may_remove(c, p)) continue;
		ok = page_remove(c->s->pages, c->t, p->id, e);
		json_put(&c->j, p->slug);
		gone++;
	}
	json_close(&c->j, ']');
	pages_release(c->s->pages, v);
	if (ok && !gone && (asked || !may_begin(c))) return denied(e);
	return ok;
}

bool manage_list_code_pages(struct manage_call *c, struct err *e) { return list_pages(c, &manage_code_pages, e); }
bool manage_add_code_page(struct manage_call *c, struct err *e) { return add(c, &manage_code_pages, e); }
bool manage_read_code_page(struct manage_call *c, struct err *e) { return read_one(c, &manage_code_pages, e); }
bool manage_update_code_page(struct manage_call *c, struct err *e) { return change(c, &manage_code_pages, e); }
bool manage_remove_code_page(struct manage_call *c, struct err *e) { return act(c, &manage_code_pages, REMOVE, e); }
bool manage_archive_code_page(struct manage_call *c, struct err *e) { return act(c, &manage_code_pages, ARCHIVE, e); }
bool manage_unarchive_code_page(struct manage_call *c, struct err *e) { return act(c, &manage_code_pages, UNARCHIVE, e); }
bool manage_list_studio_pages(struct manage_call *c, struct err *e) { return list_pages(c, &manage_studio_pages, e); }
bool manage_add_studio_page(struct manage_call *c, struct err *e) { return add(c, &manage_studio_pages, e); }
bool manage_read_studio_page(struct manage_call *c, struct err *e) { return read_one(c, &manage_studio_pages, e); }
bool manage_update_studio_page(struct manage_call *c, struct err *e) { return change(c, &manage_studio_pages, e); }
bool manage_remove_studio_page(struct manage_call *c, struct err *e) { return act(c, &manage_studio_pages, REMOVE, e); }
bool manage_publish_studio_page(struct manage_call *c, struct err *e) { return act(c, &manage_studio_pages, PUBLISH, e); }
bool manage_unpublish_studio_page(struct manage_call *c, struct err *e) { return act(c, &manage_studio_pages, UNPUBLISH, e); }

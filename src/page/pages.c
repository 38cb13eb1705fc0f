/* What is published at each portal, as counted snapshots: made when a portal is first asked for, forgotten with each change. */
#include "page/inside.h"
#include <stdlib.h>

const struct store_query page_queries[] = {
#define Q(name, text) [PAGE_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "page/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query page_house[] = {
#define Q(name, text)
#define HOUSE(name, text) [PAGE_H_##name] = { #name, text },
#include "page/queries.def"
#undef Q
#undef HOUSE
};

static void let_go(struct page_box *b)
{
	ensure(b->held > 0);
	if (--b->held)
		return;
	for (size_t i = 0; i < b->ndocs; i++)
		json_free(b->docs[i]);
	arena_done(&b->arena);
	free(b);
}

bool pages_open(struct store *s, struct pages **out, struct err *e)
{
	(void)e;
	struct pages *ps = calloc(1, sizeof *ps);
	ensure(ps != NULL);
	ps->store = s;
	lock_init(&ps->lock, LOCK_PAGE);
	lock_init(&ps->markdown, LOCK_MARKDOWN);
	*out = ps;
	return true;
}

void pages_close(struct pages *ps)
{
	if (!ps)
		return;
	for (size_t i = 0; i < ps->nboxes; i++)
		let_go(ps->boxes[i]);
	free(ps->boxes);
	lock_done(&ps->lock);
	lock_done(&ps->markdown);
	free(ps);
}

void pages_on_change(struct pages *ps, void (*changed)(void *arg, struct tenant_id t), void *arg)
{
	ps->changed = changed;
	ps->arg = arg;
}

void pages_forget(struct pages *ps, struct tenant_id t)
{
	lock_take(&ps->lock);
	ps->stamp++;
	for (size_t i = 0; i < ps->nboxes; i++)
		if (ps->boxes[i]->view.tenant.v == t.v) {
			let_go(ps->boxes[i]);
			ps->boxes[i] = ps->boxes[--ps->nboxes];
			break;
		}
	lock_give(&ps->lock);
	if (ps->changed)
		ps->changed(ps->arg, t);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static bool read_page(struct page_box *b, struct store_rows *r, struct page *p, struct err *e)
{
	struct arena *a = &b->arena;
	*p = (struct page){ .id = store_int(r, 0), .slug = arena_str(a, store_text(r, 1)), .open = store_int(r, 2) != 0,
		.archived = store_int(r, 3) != 0, .author = store_int(r, 4), .created = { store_int(r, 5) }, .changed = { store_int(r, 6) },
		.published_at = { store_int(r, 7) }, .revision = store_int(r, 8), .published = store_int(r, 9), .doc = arena_str(a, store_text(r, 10)) };
	struct json_doc *doc;
	if (!json_read(p->doc, &doc, e))
		return false;
	b->docs[b->ndocs++] = doc;
	p->root = json_root(doc);
	p->kind = str_eq(json_text(json_get(p->root, "kind")), STR("grid")) ? PAGE_GRID : PAGE_TEXT;
	p->format = str_eq(json_text(json_get(p->root, "format")), STR("html")) ? PAGE_HTML : PAGE_MARKDOWN;
	return true;
}

static bool read_pages(struct page_box *b, struct store_tx *x, enum page_query which, struct err *e)
{
	struct store_rows *r = NULL;
	struct page *pages = arena_array(&b->arena, struct page, PAGE_MOST);
	b->docs = arena_array(&b->arena, struct json_doc *, PAGE_MOST);
	bool ok = store_ask(x, &page_queries[which], b->view.tenant, STORE_NONE, &r, e);
	enum store_step step = STORE_FAILED;
	while (ok && b->view.n < PAGE_MOST && (step = store_step(r, e)) == STORE_ROW) {
		ok = read_page(b, r, &pages[b->view.n], e);
		b->view.n += ok;
	}
	store_stop(r);
	b->view.pages = pages;
	return ok && step != STORE_FAILED;
}

static bool read_rights(struct page_box *b, struct store_tx *x, struct err *e)
{
	struct store_rows *r = NULL;
	enum store_step step = STORE_FAILED;
	VEC(struct page_right) all = { 0 };
	VEC(int64_t) of = { 0 };
	if (!store_ask(x, &page_queries[PAGE_Q_page_rights], b->view.tenant, STORE_NONE, &r, e))
		return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		vec_push(&b->arena, &of, store_int(r, 0));
		vec_push(&b->arena, &all, (struct page_right){ .account = store_int(r, 1), .group = store_int(r, 2), .edits = store_int(r, 3) != 0 });
	}
	store_stop(r);
	/* Rights of one page stand together. */
	for (size_t i = 0; i < of.n; i++)
		for (size_t k = 0; k < b->view.n; k++) {
			struct page *p = (struct page *)(uintptr_t)&b->view.pages[k]; /* made by this file */
			if (p->id != of.p[i])
				continue;
			if (!p->nrights++)
				p->rights = &all.p[i];
		}
	return step != STORE_FAILED;
}

static bool make(struct pages *ps, struct tenant_id t, enum page_query which, struct page_box **out, struct err *e)
{
	struct store_tx *x;
	struct err ignored = { 0 };
	if (!store_begin(ps->store, STORE_READ, &x, e))
		return false;
	struct page_box *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	b->held = 1;
	b->view.tenant = t;
	bool ok = read_pages(b, x, which, e) && read_rights(b, x, e);
	ok = store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
	if (!ok) {
		let_go(b);
		return false;
	}
	*out = b;
	return true;
}

/* --- holding ------------------------------------------------------------------------------------------------------ */

bool pages_hold(struct pages *ps, struct tenant_id t, const struct page_view **out, struct err *e)
{
	lock_take(&ps->lock);
	uint64_t stamp = ps->stamp;
	for (size_t i = 0; i < ps->nboxes; i++)
		if (ps->boxes[i]->view.tenant.v == t.v) {
			ps->boxes[i]->held++;
			*out = &ps->boxes[i]->view;
			lock_give(&ps->lock);
			return true;
		}
	lock_give(&ps->lock);
	struct page_box *b;
	if (!make(ps, t, PAGE_Q_page_published, &b, e))
		return false;
	lock_take(&ps->lock);
	bool there = stamp != ps->stamp;
	for (size_t i = 0; i < ps->nboxes && !there; i++)
		there = ps->boxes[i]->view.tenant.v == t.v;
	if (!there) {
		if (ps->nboxes == ps->room) {
			ps->room = ps->room ? 2 * ps->room : 16;
			struct page_box **more = realloc(ps->boxes, ps->room * sizeof(struct page_box *));
			ensure(more != NULL);
			ps->boxes = more;
		}
		ps->boxes[ps->nboxes++] = b;
		b->held++;
	}
	lock_give(&ps->lock);
	*out = &b->view;
	return true;
}

bool pages_read(struct pages *ps, struct tenant_id t, const struct page_view **out, struct err *e)
{
	struct page_box *b;
	if (!make(ps, t, PAGE_Q_page_drafts, &b, e))
		return false;
	*out = &b->view;
	return true;
}

void pages_release(struct pages *ps, const struct page_view *v)
{
	if (!v)
		return;
	struct page_box *b = (struct page_box *)(uintptr_t)v; /* its first member, made writable */
	lock_take(&ps->lock);
	let_go(b);
	lock_give(&ps->lock);
}

const struct page *page_find_or_null(const struct page_view *v, struct str slug)
{
	size_t low = 0, high = v->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = str_cmp(v->pages[mid].slug, slug);
		if (!order)
			return &v->pages[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct page *page_of_id_or_null(const struct page_view *v, int64_t id)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->pages[i].id == id)
			return &v->pages[i];
	return NULL;
}

/* --- texts ------------------------------------------------------------------------------------------------------------ */

static struct str text_in(const struct json_node *texts, struct str lang)
{
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	while (json_each(texts, &at, &key, &value))
		if (str_eq(key, lang) && json_text(value).n)
			return json_text(value);
	return STR("");
}

struct str page_text(const struct json_node *texts, struct str lang, struct str otherwise)
{
	if (json_kind(texts) == JSON_TEXT)
		return json_text(texts);
	if (json_kind(texts) != JSON_OBJECT)
		return STR("");
	struct str s = text_in(texts, lang);
	if (!s.n)
		s = text_in(texts, otherwise);
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	while (!s.n && json_each(texts, &at, &key, &value))
		s = json_text(value);
	return s;
}

bool page_speaks(const struct json_node *texts, struct str lang)
{
	return json_kind(texts) == JSON_TEXT ? json_text(texts).n > 0 : json_kind(texts) == JSON_OBJECT && text_in(texts, lang).n > 0;
}

struct str page_heading(const struct page *p, struct str lang, struct str otherwise)
{
	struct str s = page_text(json_get(p->root, "title"), lang, otherwise);
	return s.n ? s : p->slug;
}

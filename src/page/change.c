/* What editors do to pages, each in one transaction; readers see the next snapshot. */
#include "page/inside.h"

bool page_slug_ok(struct str s)
{
	if (!s.n || s.n > PAGE_SLUG)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	/* /pages/embed/… is an address of its own. */
	return !str_eq(s, STR("embed"));
}

static bool bad_slug(struct str slug, struct err *e)
{
	return err_set(e, ERR_PARAMETER, "\"%.*s\" cannot be the address of a page: 1 to %d small letters, digits, - and _, and not \"embed\"",
	               STR_ARG(slug), (int)PAGE_SLUG);
}

/* One number of a statement's first row. */
static bool ask_number(struct store_tx *x, enum page_query q, struct tenant_id t, const struct value *params, size_t n, int64_t *out, bool *found, struct err *e)
{
	struct store_rows *r = NULL;
	if (!store_ask(x, &page_queries[q], t, params, n, &r, e))
		return false;
	enum store_step step = store_step(r, e);
	*found = step == STORE_ROW;
	if (*found)
		*out = store_int(r, 0);
	store_stop(r);
	return step != STORE_FAILED;
}

static bool slug_is_free(struct store_tx *x, struct tenant_id t, struct str slug, int64_t but, struct err *e)
{
	int64_t other = 0;
	bool found = false;
	if (!ask_number(x, PAGE_Q_page_of_slug, t, STORE_PARAMS(VALUE_OF_TEXT(slug)), &other, &found, e))
		return false;
	if (found && other != but)
		return err_set(e, ERR_CONFLICT, "there is a page at \"%.*s\" already; try \"%.*s-2\"", STR_ARG(slug), STR_ARG(slug));
	return true;
}

struct now { int64_t revision, published; struct str slug, doc; };
static bool read_now(struct store_tx *x, struct tenant_id t, int64_t id, struct arena *a, struct now *out, struct err *e)
{
	struct store_rows *r = NULL;
	if (!store_ask(x, &page_queries[PAGE_Q_page_one], t, STORE_PARAMS(VALUE_OF_INT(id)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct now){ store_int(r, 0), store_int(r, 1), arena_str(a, store_text(r, 2)), arena_str(a, store_text(r, 3)) };
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "there is no such page"));
}

static bool revise(struct store_tx *x, struct tenant_id t, int64_t id, int64_t number, const struct page_put *c, struct err *e)
{
	int64_t at = clock_now().us;
	return store_run(x, &page_queries[PAGE_Q_page_revise], t,
	                 STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(number), VALUE_OF_INT(at), VALUE_OF_INT(c->author), VALUE_OF_TEXT(c->doc)), e) &&
	       store_run(x, &page_queries[PAGE_Q_page_trim], t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(number - PAGE_REVISIONS)), e);
}

static bool add(struct store_tx *x, struct tenant_id t, const struct page_put *c, int64_t *id, struct err *e)
{
	int64_t n = 0;
	bool found;
	if (!page_slug_ok(c->slug))
		return bad_slug(c->slug, e);
	if (!ask_number(x, PAGE_Q_page_count, t, STORE_NONE, &n, &found, e))
		return false;
	if (n >= PAGE_MOST)
		return err_set(e, ERR_TOO_LARGE, "a portal can have %d pages; remove one first", (int)PAGE_MOST);
	if (!slug_is_free(x, t, c->slug, 0, e) ||
	    !store_run(x, &page_queries[PAGE_Q_page_add], t, STORE_PARAMS(VALUE_OF_TEXT(c->slug), VALUE_OF_INT(c->author), VALUE_OF_INT(clock_now().us),
	               VALUE_OF_INT(c->open)), e))
		return false;
	*id = store_last_id(x);
	return revise(x, t, *id, 1, c, e);
}

static bool change(struct store_tx *x, struct tenant_id t, const struct page_put *c, int64_t *revision, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	struct now now;
	if (!read_now(x, t, c->id, &scratch, &now, e))
		return false;
	if (now.revision != c->base)
		return err_set(e, ERR_PRECONDITION, "somebody else has changed this page since you opened it");
	*revision = now.revision;
	if (str_eq(now.doc, c->doc))
		return true;
	*revision = now.revision + 1;
	return revise(x, t, c->id, *revision, c, e) &&
	       store_run(x, &page_queries[PAGE_Q_page_next], t, STORE_PARAMS(VALUE_OF_INT(c->id), VALUE_OF_INT(*revision), VALUE_OF_INT(clock_now().us)), e);
}

bool page_put(struct pages *ps, struct tenant_id t, const struct page_put *c, int64_t *id, int64_t *revision, struct err *e)
{
	struct store_tx *x;
	if (c->doc.n > PAGE_DOC_BYTES)
		return err_set(e, ERR_TOO_LARGE, "a page can have %d bytes", (int)PAGE_DOC_BYTES);
	if (!store_begin(ps->store, STORE_WRITE, &x, e))
		return false;
	int64_t made = c->id, number = 1;
	bool ok = c->id ? change(x, t, c, &number, e) : add(x, t, c, &made, e);
	if (!(store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok))
		return false;
	*id = made;
	*revision = number;
	pages_forget(ps, t);
	return true;
}

/* A statement that changes one page; none changed: there is none. */
static bool change_one(struct pages *ps, struct tenant_id t, enum page_query q, const struct value *params, size_t n, struct err *e)
{
	struct store_tx *x;
	if (!store_begin(ps->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &page_queries[q], t, params, n, e) && (store_changes(x) || err_set(e, ERR_NOT_FOUND, "there is no such page"));
	if (!(store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok))
		return false;
	pages_forget(ps, t);
	return true;
}

bool page_publish(struct pages *ps, struct tenant_id t, int64_t id, bool on, struct err *e)
{
	return change_one(ps, t, on ? PAGE_Q_page_show : PAGE_Q_page_hide, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(clock_now().us)), e);
}

bool page_archive(struct pages *ps, struct tenant_id t, int64_t id, bool on, struct err *e)
{
	return change_one(ps, t, PAGE_Q_page_put_away, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(on), VALUE_OF_INT(clock_now().us)), e);
}

bool page_remove(struct pages *ps, struct tenant_id t, int64_t id, struct err *e)
{
	return change_one(ps, t, PAGE_Q_page_mark, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(clock_now().us)), e);
}

bool page_rename(struct pages *ps, struct tenant_id t, int64_t id, struct str slug, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	struct store_tx *x;
	struct now now;
	if (!page_slug_ok(slug))
		return bad_slug(slug, e);
	if (!store_begin(ps->store, STORE_WRITE, &x, e))
		return false;
	bool ok = read_now(x, t, id, &scratch, &now, e) &&
	          (!now.published || err_set(e, ERR_CONFLICT, "the address of a published page cannot change: others link to it. Take the page back first")) &&
	          slug_is_free(x, t, slug, id, e) &&
	          store_run(x, &page_queries[PAGE_Q_page_slug], t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_TEXT(slug), VALUE_OF_INT(clock_now().us)), e);
	if (!(store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok))
		return false;
	pages_forget(ps, t);
	return true;
}

bool page_access(struct pages *ps, struct tenant_id t, int64_t id, bool open, const struct page_right *rights, size_t n, struct err *e)
{
	struct store_tx *x;
	if (!store_begin(ps->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &page_queries[PAGE_Q_page_set_open], t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(open)), e) &&
	          (store_changes(x) || err_set(e, ERR_NOT_FOUND, "there is no such page")) &&
	          store_run(x, &page_queries[PAGE_Q_page_right_drop], t, STORE_PARAMS(VALUE_OF_INT(id)), e);
	for (size_t i = 0; ok && i < n; i++)
		ok = store_run(x, &page_queries[PAGE_Q_page_right_add], t,
		               STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(rights[i].account), VALUE_OF_INT(rights[i].group), VALUE_OF_INT(rights[i].edits)), e);
	if (!(store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok))
		return false;
	pages_forget(ps, t);
	return true;
}

bool page_unremove(struct pages *ps, struct tenant_id t, int64_t id, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	struct store_tx *x;
	struct store_rows *r = NULL;
	if (!store_begin(ps->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_ask(x, &page_queries[PAGE_Q_page_removed], t, STORE_PARAMS(VALUE_OF_INT(id)), &r, e);
	enum store_step step = ok ? store_step(r, e) : STORE_FAILED;
	struct str slug = step == STORE_ROW ? arena_str(&scratch, store_text(r, 0)) : STR("");
	store_stop(r);
	ok = step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "there is no such page"));
	ok = ok && slug_is_free(x, t, slug, id, e) &&
	     store_run(x, &page_queries[PAGE_Q_page_unmark], t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(clock_now().us)), e);
	if (!(store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok))
		return false;
	pages_forget(ps, t);
	return true;
}

bool pages_sweep(struct pages *ps, struct err *e)
{
	struct store_tx *x;
	int64_t before = clock_now().us - (int64_t)PAGE_KEPT_DAYS * 86400 * 1000000;
	if (!store_begin(ps->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run_house(x, &page_house[PAGE_H_page_sweep], STORE_PARAMS(VALUE_OF_INT(before)), e);
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- revisions ---------------------------------------------------------------------------------------------------- */

bool page_revisions(struct pages *ps, struct tenant_id t, int64_t id, struct arena *a, struct page_revision **out, size_t *n, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	VEC(struct page_revision) found = { 0 };
	if (!store_begin(ps->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &page_queries[PAGE_Q_page_history], t, STORE_PARAMS(VALUE_OF_INT(id)), &r, e);
	enum store_step step = STORE_FAILED;
	while (ok && (step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &found, (struct page_revision){ .number = store_int(r, 0), .at = { store_int(r, 1) }, .author = store_int(r, 2) });
	store_stop(r);
	ok = step != STORE_FAILED;
	*out = found.p;
	*n = found.n;
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool page_revision_doc(struct pages *ps, struct tenant_id t, int64_t id, int64_t number, struct arena *a, struct str *out, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	if (!store_begin(ps->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &page_queries[PAGE_Q_page_revision], t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(number)), &r, e);
	enum store_step step = ok ? store_step(r, e) : STORE_FAILED;
	if (step == STORE_ROW)
		*out = arena_str(a, store_text(r, 0));
	store_stop(r);
	ok = step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "this revision is no longer kept"));
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

/* Changing a look: the draft, going live, choosing an older version, and what all versions have in common. */
#include "clock/clock.h"
#include "look/inside.h"
#include "store/store.h"
#include "text/text.h"

enum { NOTE_BYTES = 300 };

static bool finish(struct looks *ls, struct tenant_id t, struct store_tx *x, bool ok, struct err *e)
{
	struct err ignored = { 0 };
	if (!store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	look_forget(ls, t);
	return true;
}

static bool put_theme(struct store_tx *x, struct tenant_id t, int64_t version, struct str note, struct str json, struct err *e)
{
	return store_run(x, &look_queries[LOOK_Q_theme_put], t,
	                 STORE_PARAMS(VALUE_OF_INT(version), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(note), VALUE_OF_TEXT(json)), e);
}

bool look_put_draft(struct store_tx *x, struct tenant_id t, const struct look_theme *theme, struct err *e)
{
	auto_buf b = BUF_INIT(LOOK_JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str json;
	look_put_theme(&j, theme);
	return buf_end(&b, &json, e) && put_theme(x, t, 0, STR(""), json, e);
}

bool look_save_draft(struct looks *ls, const struct tenant *t, const struct look_theme *theme, struct err *e)
{
	struct store_tx *x;
	if (!look_check_theme(theme, e) || !store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	/* A draft is seen by nobody but who asks for it: nothing is void. */
	bool ok = look_put_draft(x, t->id, theme, e);
	struct err ignored = { 0 };
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool look_reset_draft(struct looks *ls, const struct tenant *t, bool to_house, struct err *e)
{
	struct store_tx *x;
	if (to_house) {
		struct look_theme plain = look_theme_plain();
		return look_save_draft(ls, t, &plain, e);
	}
	if (!store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &look_queries[LOOK_Q_draft_drop], t->id, STORE_NONE, e);
	struct err ignored = { 0 };
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

/* ERR_INVALID naming the first pair that cannot be read; what is made by the house holds its contrast, so this is about what was chosen. */
static bool check_contrast(const struct look *l, struct err *e)
{
	for (int s = 0; s < LOOK_SCHEMES; s++) {
		struct look_pair pairs[LOOK_PAIRS];
		size_t n = look_pairs(&l->palette[s], pairs);
		for (size_t i = 0; i < n; i++)
			if (!pairs[i].ok)
				return err_set(e, ERR_INVALID, "%s on %s (%s) have a contrast of %.2f:1; at least %.1f:1 is needed to be read",
				               look_colour_rows[pairs[i].front].word, look_colour_rows[pairs[i].back].word, s == LOOK_LIGHT ? "light" : "dark",
				               pairs[i].is, pairs[i].least);
	}
	return true;
}

static bool newest(struct store_tx *x, struct tenant_id t, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(x, &look_queries[LOOK_Q_theme_newest], t, STORE_NONE, &r, e))
		return false;
	bool ok = store_step(r, e) == STORE_ROW;
	if (ok)
		*out = store_int(r, 0);
	store_stop(r);
	return ok;
}

bool look_go_live(struct looks *ls, const struct tenant *t, struct str note, int64_t *version, struct err *e)
{
	const struct look *draft;
	if (note.n > NOTE_BYTES || !text_is_utf8(note))
		return err_set(e, ERR_INVALID, "the note has more than %d bytes", NOTE_BYTES);
	if (!look_hold_version(ls, t, LOOK_DRAFT, &draft, e))
		return false;
	auto_buf b = BUF_INIT(LOOK_JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str json = STR("");
	look_put_theme(&j, &draft->theme);
	bool ok = check_contrast(draft, e) && buf_end(&b, &json, e);
	look_release(ls, draft);
	struct store_tx *x;
	if (!ok || !store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	int64_t last = 0;
	ok = newest(x, t->id, &last, e) && put_theme(x, t->id, last + 1, note, json, e) &&
	     store_run(x, &look_queries[LOOK_Q_draft_drop], t->id, STORE_NONE, e) &&
	     store_run(x, &look_queries[LOOK_Q_live_put], t->id, STORE_PARAMS(VALUE_OF_INT(last + 1)), e);
	if (!finish(ls, t->id, x, ok, e))
		return false;
	*version = last + 1;
	return true;
}

bool look_choose(struct looks *ls, const struct tenant *t, int64_t version, struct err *e)
{
	const struct look *l;
	struct store_tx *x;
	if (version < 1)
		return err_set(e, ERR_NOT_FOUND, "the look has no version %lld", (long long)version);
	if (!look_hold_version(ls, t, version, &l, e))
		return false;
	look_release(ls, l);
	if (!store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &look_queries[LOOK_Q_live_put], t->id, STORE_PARAMS(VALUE_OF_INT(version)), e);
	return finish(ls, t->id, x, ok, e);
}

bool look_save_site(struct looks *ls, const struct tenant *t, const struct look_site *site, struct err *e)
{
	auto_buf b = BUF_INIT(LOOK_JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str json;
	struct store_tx *x;
	if (!look_check_site(t, site, e))
		return false;
	look_put_site(&j, site);
	if (!buf_end(&b, &json, e) || !store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &look_queries[LOOK_Q_site_put], t->id, STORE_PARAMS(VALUE_OF_TEXT(json)), e);
	return finish(ls, t->id, x, ok, e);
}

bool look_versions(struct looks *ls, struct tenant_id t, struct arena *a, size_t most, struct look_version **out, size_t *n, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r;
	struct err ignored = { 0 };
	int64_t live = 0;
	VEC(struct look_version) rows = { 0 };
	if (!store_begin(ls->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &look_queries[LOOK_Q_site_get], t, STORE_NONE, &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		live = step == STORE_ROW ? store_int(r, 0) : 0;
		ok = step != STORE_FAILED;
		store_stop(r);
	}
	ok = ok && store_ask(x, &look_queries[LOOK_Q_versions], t, STORE_PARAMS(VALUE_OF_INT((int64_t)most)), &r, e);
	if (ok) {
		enum store_step step;
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &rows, (struct look_version){ .version = store_int(r, 0), .made_us = store_int(r, 1), .note = arena_str(a, store_text(r, 2)),
			                                          .live = store_int(r, 0) == live });
		ok = step == STORE_DONE;
		store_stop(r);
	}
	*out = rows.p;
	*n = rows.n;
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool look_read_json(struct looks *ls, const struct tenant *t, struct str text, struct err *e)
{
	auto_json *doc = NULL;
	auto_arena a = ARENA_INIT;
	const struct look *now;
	if (!json_read(text, &doc, e) || !look_hold_version(ls, t, LOOK_DRAFT, &now, e))
		return false;
	const struct json_node *theme_node = json_get(json_root(doc), "theme");
	const struct json_node *site_node = json_get(json_root(doc), "site");
	struct look_theme theme = now->theme;
	struct look_site site = now->site;
	bool ok = theme_node || site_node || err_set(e, ERR_INVALID, "a look is an object with \"theme\", \"site\" or both");
	/* Both are read and checked before either is kept. */
	ok = ok && (!theme_node || (look_read_theme(theme_node, false, &a, &theme, e) && look_check_theme(&theme, e)));
	ok = ok && (!site_node || (look_read_site(site_node, false, &a, &site, e) && look_check_site(t, &site, e)));
	ok = ok && (!theme_node || look_save_draft(ls, t, &theme, e)) && (!site_node || look_save_site(ls, t, &site, e));
	look_release(ls, now);
	return ok;
}

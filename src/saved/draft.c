/* Drafts: what somebody is building, kept without being asked. They belong to one account, whose number stands in every statement. */
#include "saved/inside.h"

#include "crypt/crypt.h"

static void read_row(struct store_rows *r, struct arena *a, struct saved_draft *out)
{
	*out = (struct saved_draft){
		.hash = arena_str(a, store_text(r, 0)),
		.kind = store_int(r, 1) ? SAVED_CHART : SAVED_MAP,
		.of = store_int(r, 2),
		.base = store_int(r, 3),
		.title = arena_str(a, store_text(r, 4)),
		.json = arena_str(a, store_text(r, 5)),
		.changed = { store_int(r, 6) },
	};
}

/* The hash of the draft of a saved thing; empty when there is none. */
static bool hash_of(struct store_tx *tx, struct tenant_id t, struct arena *a, int64_t owner, int64_t of, struct str *out, struct err *e)
{
	struct store_rows *r;
	*out = STR("");
	if (!store_ask(tx, SAVED_Q(draft_hash), t, STORE_PARAMS(VALUE_OF_INT(owner), VALUE_OF_INT(of)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = arena_str(a, store_text(r, 0));
	store_stop(r);
	return step != STORE_FAILED;
}

/* Writes it over the draft of its hash, if there is one. */
static bool over(struct store_tx *tx, struct tenant_id t, int64_t owner, const struct saved_draft *d, bool *done, struct err *e)
{
	if (!store_run(tx, SAVED_Q(draft_update), t,
	               STORE_PARAMS(VALUE_OF_INT(owner), VALUE_OF_TEXT(d->hash), VALUE_OF_TEXT(d->title), VALUE_OF_TEXT(d->json), VALUE_OF_INT(d->changed.us),
	                            VALUE_OF_INT(d->base)), e))
		return false;
	*done = store_changes(tx) > 0;
	return true;
}

static bool put(struct store_tx *tx, struct tenant_id t, struct arena *a, int64_t owner, struct saved_draft *d, struct err *e)
{
	bool done = false;
	d->changed = clock_now();
	if (d->hash.n && (!over(tx, t, owner, d, &done, e) || done))
		return done;
	/* It has none yet, or that was discarded elsewhere, or trimmed: it may have another, else it begins anew. */
	if (d->of && !hash_of(tx, t, a, owner, d->of, &d->hash, e))
		return false;
	if (d->of && d->hash.n && (!over(tx, t, owner, d, &done, e) || done))
		return done;
	char *hash = arena_bytes(a, SAVED_HASH + 1);
	crypt_random_base36(hash, SAVED_HASH);
	d->hash = str_make(hash, SAVED_HASH);
	return store_run(tx, SAVED_Q(draft_insert), t,
	                 STORE_PARAMS(VALUE_OF_INT(owner), VALUE_OF_TEXT(d->hash), VALUE_OF_INT(d->kind), VALUE_OF_INT(d->of), VALUE_OF_INT(d->base),
	                              VALUE_OF_TEXT(d->title), VALUE_OF_TEXT(d->json), VALUE_OF_INT(d->changed.us)), e) &&
	       store_run(tx, SAVED_Q(draft_trim), t, STORE_PARAMS(VALUE_OF_INT(owner), VALUE_OF_INT(SAVED_DRAFTS)), e);
}

bool saved_draft_put(struct store *s, struct tenant_id t, struct arena *a, int64_t owner, struct saved_draft *d, struct err *e)
{
	struct store_tx *tx;
	if (!saved_check(d->title, d->json, true, e) || !store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = put(tx, t, a, owner, d, e);
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

static bool find(struct store_tx *tx, struct tenant_id t, int64_t owner, struct str hash, struct arena *a, struct saved_draft *out, bool *found, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, SAVED_Q(draft_find), t, STORE_PARAMS(VALUE_OF_INT(owner), VALUE_OF_TEXT(hash)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	*found = step == STORE_ROW;
	if (*found)
		read_row(r, a, out);
	store_stop(r);
	return step != STORE_FAILED;
}

bool saved_draft_find(struct store *s, struct tenant_id t, int64_t owner, struct str hash, struct arena *a, struct saved_draft *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	bool found = false;
	if (!store_begin(s, STORE_READ, &tx, e))
		return false;
	bool ok = find(tx, t, owner, hash, a, out, &found, e);
	if (ok && !found)
		ok = err_set(e, ERR_NOT_FOUND, "There is no such draft of yours.");
	return store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_draft_of(struct store *s, struct tenant_id t, int64_t owner, int64_t of, struct arena *a, struct saved_draft *out, bool *found, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	struct str hash;
	*found = false;
	if (!store_begin(s, STORE_READ, &tx, e))
		return false;
	bool ok = hash_of(tx, t, a, owner, of, &hash, e) && (!hash.n || find(tx, t, owner, hash, a, out, found, e));
	return store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_draft_list(struct store *s, struct tenant_id t, int64_t owner, struct arena *a, struct saved_draft **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	VEC(struct saved_draft) list = { 0 };
	if (!store_begin(s, STORE_READ, &tx, e))
		return false;
	bool ok = store_ask(tx, SAVED_Q(draft_list), t, STORE_PARAMS(VALUE_OF_INT(owner)), &r, e);
	enum store_step step = STORE_DONE;
	while (ok && (step = store_step(r, e)) == STORE_ROW)
		read_row(r, a, vec_add(a, &list));
	if (ok)
		store_stop(r);
	ok = ok && step != STORE_FAILED;
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_draft_drop(struct store *s, struct tenant_id t, int64_t owner, struct str hash, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = store_run(tx, SAVED_Q(draft_drop), t, STORE_PARAMS(VALUE_OF_INT(owner), VALUE_OF_TEXT(hash)), e);
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

/* Renderings that entries refer to. They are written with the entry; here they are read, and get their picture. */
#include "consent/inside.h"

static struct consent_rendering rendering(struct store_rows *r, struct arena *a)
{
	return (struct consent_rendering){ .hash = arena_str(a, store_text(r, 0)), .html = arena_str(a, store_text(r, 1)),
		                           .bitmap = arena_str(a, store_text(r, 2)), .made = { store_int(r, 3) } };
}

static bool list(struct consent *c, const struct store_query *q, struct tenant_id t, const struct value *params, size_t np, struct arena *a,
                 struct consent_rendering **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	struct err ignored = { 0 };
	VEC(struct consent_rendering) v = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, q, t, params, np, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &v, rendering(r, a));
		store_stop(r);
	}
	bool ended = store_end(tx, STORE_ROLLBACK, &ignored);
	*out = v.p;
	*n = v.n;
	return step == STORE_DONE && ended;
}

bool consent_archived(struct consent *c, struct tenant_id t, struct str hash, struct arena *a, struct consent_rendering *out, struct err *e)
{
	struct consent_rendering *found;
	size_t n;
	if (!list(c, CONSENT_Q(rendering_get), t, STORE_PARAMS(VALUE_OF_TEXT(hash)), a, &found, &n, e)) return false;
	if (!n) return err_set(e, ERR_NOT_FOUND, "No entry of the ledger refers to such a rendering.");
	*out = found[0];
	return true;
}

bool consent_renderings(struct consent *c, struct tenant_id t, struct arena *a, struct consent_rendering **out, size_t *n, struct err *e)
{
	return list(c, CONSENT_Q(rendering_list), t, STORE_NONE, a, out, n, e);
}

bool consent_picture(struct consent *c, struct tenant_id t, struct str hash, struct str png, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, CONSENT_Q(rendering_bitmap), t, STORE_PARAMS(VALUE_OF_TEXT(hash), VALUE_OF_TEXT(png)), e);
	if (ok && store_changes(tx) == 0) ok = err_set(e, ERR_NOT_FOUND, "No entry of the ledger refers to such a rendering.");
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	return ok && ended;
}

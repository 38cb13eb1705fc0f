/* The chain itself. An entry is numbered, hashed and written in one transaction of the store, which is durable before the
 * answer goes out; entries that had to wait go first, in their order. */
#include "consent/inside.h"

const struct store_query consent_queries[] = {
#define Q(name, text) [CONSENT_Q_##name] = { #name, text },
#include "consent/queries.def"
#undef Q
};

/* --- formulas ------------------------------------------------------------------------------------------ */

static void hex_of(struct str message, char hex[CONSENT_HEX + 1])
{
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(message, digest);
	crypt_hex(digest, sizeof digest, hex);
}

static int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* Lower-case hexadecimal as bytes; what is not hexadecimal ends it. */
static void put_bytes(struct buf *b, struct str hex)
{
	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		int high = nibble(hex.p[i]), low = nibble(hex.p[i + 1]);
		if (high < 0 || low < 0) return;
		buf_put_char(b, (char)(high * 16 + low));
	}
}

void consent_commit(struct str salt, struct str json, char hex[CONSENT_HEX + 1])
{
	auto_buf b = BUF_INIT(CONSENT_EXPORT_BYTES);
	put_bytes(&b, salt);
	buf_put(&b, json);
	hex_of(buf_str(&b), hex);
}

void consent_first(struct str host, char hex[CONSENT_HEX + 1])
{
	auto_buf b = BUF_INIT(CONSENT_ENTRY_BYTES);
	buf_lit(&b, "ledger1\x1f");
	buf_put(&b, host);
	hex_of(buf_str(&b), hex);
}

void consent_link(struct str former, struct str commit, char hex[CONSENT_HEX + 1])
{
	auto_buf b = BUF_INIT(CONSENT_ENTRY_BYTES);
	buf_lit(&b, "ledger1\x1f");
	put_bytes(&b, former);
	put_bytes(&b, commit);
	hex_of(buf_str(&b), hex);
}

struct str consent_ledger_name(const struct tenant *t)
{
	struct str former = tenant_setting(t, "consent.ledger_name");
	return former.n ? former : t->host;
}

/* --- appending ------------------------------------------------------------------------------------------ */

static bool last_of(struct consent *c, struct store_tx *tx, struct tenant_id t, int64_t *seq, char hash[CONSENT_HEX + 1], struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONSENT_Q(ledger_last), t, STORE_NONE, &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		struct str text = store_text(r, 1);
		*seq = store_int(r, 0);
		if (text.n == CONSENT_HEX) memcpy(hash, text.p, CONSENT_HEX + 1);
		else hash[0] = '\0';
	}
	store_stop(r);
	if (step == STORE_FAILED) return false;
	if (step == STORE_ROW) return hash[0] ? true : err_set(e, ERR_DATABASE, "the ledger of consent is damaged");
	const struct tenant *owner = tenants_hold_or_null(c->tenants, t);
	if (!owner) return err_set(e, ERR_NOT_FOUND, "the portal is gone");
	*seq = 0;
	consent_first(consent_ledger_name(owner), hash);
	tenant_release(c->tenants, owner);
	return true;
}

static bool is_there(struct store_tx *tx, const struct consent_line *l, bool *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONSENT_Q(ledger_has), l->tenant, STORE_PARAMS(VALUE_OF_TEXT(l->salt)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW;
	store_stop(r);
	return step != STORE_FAILED;
}

static bool append_in(struct consent *c, struct store_tx *tx, const struct consent_line *l, struct err *e)
{
	int64_t seq;
	char former[CONSENT_HEX + 1], commit[CONSENT_HEX + 1], hash[CONSENT_HEX + 1];
	if (!last_of(c, tx, l->tenant, &seq, former, e)) return false;
	auto_buf json = BUF_INIT(CONSENT_ENTRY_BYTES);
	buf_put(&json, l->before);
	buf_put_int(&json, ++seq);
	buf_put(&json, l->after);
	struct str text;
	if (!buf_end(&json, &text, e)) return false;
	consent_commit(l->salt, text, commit);
	consent_link(str_of(former), str_of(commit), hash);
	/* What the receipt said before is over now. */
	return store_run(tx, CONSENT_Q(ledger_ended), l->tenant, STORE_PARAMS(VALUE_OF_TEXT(l->receipt), VALUE_OF_INT(l->at)), e) &&
	       store_run(tx, CONSENT_Q(ledger_insert), l->tenant,
	                 STORE_PARAMS(VALUE_OF_INT(seq), VALUE_OF_INT(l->at), VALUE_OF_INT(l->ends), VALUE_OF_TEXT(l->receipt), VALUE_OF_TEXT(text),
	                              VALUE_OF_TEXT(l->salt), VALUE_OF_TEXT(l->ui_hash), VALUE_OF_TEXT(str_of(commit)),
	                              VALUE_OF_TEXT(str_of(hash))), e) &&
	       (!l->ui_html.n || store_run(tx, CONSENT_Q(rendering_insert), l->tenant,
	                                   STORE_PARAMS(VALUE_OF_TEXT(l->ui_hash), VALUE_OF_TEXT(l->ui_html), VALUE_OF_INT(l->at)), e));
}

/* What waits, as it is now, without that of ledgers that are held, which `n` counts no longer; a portal that is gone takes its
 * entries along. */
static bool append_waiting(struct consent *c, struct store_tx *tx, struct consent_line *lines, size_t *n, struct err *e)
{
	size_t all = *n;
	*n = 0;
	for (size_t i = 0; i < all; i++) {
		bool there, held;
		struct err why = { 0 };
		if (!consent_holds(tx, lines[i].tenant, &held, e)) return false;
		if (held) continue;
		lines[(*n)++] = lines[i];
		if (!is_there(tx, &lines[i], &there, e)) return false;
		if (!there && !append_in(c, tx, &lines[i], &why) && why.code != ERR_NOT_FOUND) {
			*e = why;
			return false;
		}
	}
	return true;
}

static bool append_new(struct consent *c, struct store_tx *tx, const struct consent_line *l, struct err *e)
{
	bool held;
	if (!consent_holds(tx, l->tenant, &held, e)) return false;
	if (held) return err_set(e, ERR_CONFLICT, "the ledger was restored and waits for an operator: stoa ledger acknowledge");
	return append_in(c, tx, l, e);
}

static bool append(struct consent *c, const struct consent_line *l_or_null, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct consent_line *waiting;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	size_t n = consent_queue_copy(c, &a, &waiting);
	bool ok = append_waiting(c, tx, waiting, &n, e) && (!l_or_null || append_new(c, tx, l_or_null, e));
	bool ended = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored);
	/* Not before the commit, which can fail. An entry that another thread sees in between is known by its salt. */
	if (ok && ended && n) consent_queue_drop(c, waiting, n);
	return ok && ended;
}

bool consent_append(struct consent *c, const struct consent_line *l, struct err *e) { return append(c, l, e); }
bool consent_drain(struct consent *c, struct err *e) { return append(c, NULL, e); }

/* --- reading ---------------------------------------------------------------------------------------------- */

static bool list(struct consent *c, const struct store_query *q, struct tenant_id t, const struct value *params, size_t np, struct arena *a,
                 struct consent_entry **out, size_t *count, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	struct err ignored = { 0 };
	VEC(struct consent_entry) v = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, q, t, params, np, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &v, (struct consent_entry){ .seq = store_int(r, 0), .json = arena_str(a, store_text(r, 1)),
			                                        .salt = arena_str(a, store_text(r, 2)), .commit = arena_str(a, store_text(r, 3)),
			                                        .hash = arena_str(a, store_text(r, 4)) });
		store_stop(r);
	}
	bool ended = store_end(tx, STORE_ROLLBACK, &ignored);
	if (step != STORE_DONE || !ended) return step == STORE_DONE ? err_set(e, ERR_DATABASE, "the ledger cannot be read") : false;
	*out = v.p;
	*count = v.n;
	return true;
}

bool consent_ledger(struct consent *c, struct tenant_id t, int64_t first, size_t n, struct arena *a, struct consent_entry **out, size_t *count,
                    struct err *e)
{
	return list(c, CONSENT_Q(ledger_list), t, STORE_PARAMS(VALUE_OF_INT(first), VALUE_OF_INT((int64_t)n)), a, out, count, e);
}

bool consent_of_receipt(struct consent *c, struct tenant_id t, struct str receipt, struct arena *a, struct consent_entry **out, size_t *count,
                        struct err *e)
{
	if (!receipt.n) {
		*out = NULL;
		*count = 0;
		return true;
	}
	return list(c, CONSENT_Q(ledger_receipt), t, STORE_PARAMS(VALUE_OF_TEXT(receipt)), a, out, count, e);
}

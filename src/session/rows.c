/* Sessions in the store: all are read once, then memory is the truth and rows follow it. */
#include "session/inside.h"
#include <stdlib.h>

enum { BATCH = 500, FORGET = 500 };

const struct store_query session_queries[] = {
#define Q(name, text) [SESSION_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "session/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query session_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [SESSION_H_##name] = { #name, text },
#include "session/queries.def"
#undef Q
#undef HOUSE
};

const char *const session_ends[ENDS] = {
	[END_NOT] = "", [END_IDLE] = "idle", [END_ABSOLUTE] = "absolute", [END_EPOCH] = "epoch", [END_SIGN_OUT] = "sign_out",
	[END_REPLACED] = "replaced", [END_REVOKED] = "revoked", [END_TOO_MANY] = "too_many",
};

static enum end end_of(struct str word)
{
	for (size_t i = END_IDLE; i < ENDS; i++)
		if (str_eq(word, str_of(session_ends[i]))) return (enum end)i;
	return END_REVOKED;
}

static bool digest_of_hex(struct str hex, struct digest *out)
{
	if (hex.n != 2 * sizeof out->b) return false;
	for (size_t i = 0; i < sizeof out->b; i++) {
		const char *digits = "0123456789abcdef";
		const char *high = memchr(digits, hex.p[2 * i], 16), *low = memchr(digits, hex.p[2 * i + 1], 16);
		if (!high || !low) return false;
		out->b[i] = (unsigned char)((high - digits) << 4 | (low - digits));
	}
	return true;
}

static void copy_text(char *to, size_t room, struct str s)
{
	size_t n = num_min(s.n, room - 1);
	memcpy(to, s.p ? s.p : "", n);
	to[n] = '\0';
}

static struct live *read_row(struct store_rows *r)
{
	struct live *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	l->s.id = store_int(r, 0);
	l->tenant.v = store_int(r, 1);
	l->s.account = store_int(r, 2);
	bool good = digest_of_hex(store_text(r, 3), &l->hash);
	l->former_until = digest_of_hex(store_text(r, 4), &l->former) ? store_int(r, 5) : 0;
	l->epoch = store_int(r, 6);
	copy_text(l->s.csrf_salt, sizeof l->s.csrf_salt, store_text(r, 7));
	l->s.created.us = store_int(r, 8);
	l->s.authenticated.us = store_int(r, 9);
	l->s.fresh.us = store_int(r, 10);
	l->s.seen.us = l->used_us = store_int(r, 11);
	l->s.issued.us = store_int(r, 12);
	l->s.remember = store_int(r, 13) != 0;
	l->s.factors = (unsigned)store_int(r, 14);
	copy_text(l->label, sizeof l->label, store_text(r, 15));
	copy_text(l->country, sizeof l->country, store_text(r, 16));
	l->ended_us = store_int(r, 17);
	l->end = store_is_null(r, 17) ? END_NOT : end_of(store_text(r, 18));
	if (good) return l;
	free(l);
	return NULL;
}

bool rows_load(struct sessions *ss, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(ss->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, SESSION_H(session_all), STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct live *l = read_row(r);
			if (l) table_put(&ss->table, l);
		}
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

static struct str hex_of(const struct digest *d, char hex[2 * CRYPT_SHA256 + 1])
{
	crypt_hex(d->b, sizeof d->b, hex);
	return str_of(hex);
}

bool rows_insert(struct sessions *ss, struct live *l, struct err *e)
{
	struct store_tx *tx;
	char hex[2 * CRYPT_SHA256 + 1];
	const struct session *s = &l->s;
	if (!store_begin(ss->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, SESSION_Q(session_insert), l->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(s->account), VALUE_OF_TEXT(hex_of(&l->hash, hex)), VALUE_OF_INT(l->epoch),
	                                 VALUE_OF_TEXT(str_of(s->csrf_salt)), VALUE_OF_INT(s->created.us), VALUE_OF_INT(s->authenticated.us),
	                                 VALUE_OF_INT(s->fresh.us), VALUE_OF_INT(s->seen.us), VALUE_OF_INT(s->issued.us),
	                                 VALUE_OF_INT(s->remember), VALUE_OF_INT(s->factors), VALUE_OF_TEXT(str_of(l->label)),
	                                 VALUE_OF_TEXT(str_of(l->country))), e);
	if (ok) l->s.id = store_last_id(tx);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool rows_update(struct sessions *ss, const struct live *l, struct err *e)
{
	struct store_tx *tx;
	char hex[2 * CRYPT_SHA256 + 1], former[2 * CRYPT_SHA256 + 1] = "";
	if (l->former_until) hex_of(&l->former, former);
	if (!store_begin(ss->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, SESSION_Q(session_update), l->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(l->s.id), VALUE_OF_TEXT(hex_of(&l->hash, hex)), VALUE_OF_TEXT(str_of(former)),
	                                 VALUE_OF_INT(l->former_until), VALUE_OF_INT(l->epoch), VALUE_OF_TEXT(str_of(l->s.csrf_salt)),
	                                 VALUE_OF_INT(l->s.fresh.us), VALUE_OF_INT(l->s.issued.us), VALUE_OF_INT(l->s.seen.us)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* What one unwritten row is to say. */
struct saying { struct tenant_id tenant; int64_t id, seen_us, ended_us; enum end end; };

static size_t gather(struct sessions *ss, struct saying *out, size_t most)
{
	size_t n = 0;
	lock_take(&ss->lock);
	for (size_t i = 0; ss->any_unwritten && i < ss->table.size && n < most; i++) {
		for (struct live *l = ss->table.by_hash[i]; l && n < most; l = l->next_hash) {
			if (!l->unwritten) continue;
			l->unwritten = false;
			out[n++] = (struct saying){ l->tenant, l->s.id, l->s.seen.us, l->ended_us, l->end };
		}
	}
	if (n < most) ss->any_unwritten = false;
	lock_give(&ss->lock);
	return n;
}

/* A row that could not be written is written next time. */
static void unsay(struct sessions *ss)
{
	lock_take(&ss->lock);
	for (size_t i = 0; i < ss->table.size; i++)
		for (struct live *l = ss->table.by_hash[i]; l; l = l->next_hash) l->unwritten = true;
	ss->any_unwritten = true;
	lock_give(&ss->lock);
}

bool rows_write(struct sessions *ss, struct err *e)
{
	struct saying say[BATCH];
	size_t n;
	do {
		struct store_tx *tx;
		n = gather(ss, say, BATCH);
		if (!n) return true;
		bool ok = store_begin(ss->store, STORE_WRITE, &tx, e);
		bool begun = ok;
		for (size_t i = 0; ok && i < n; i++) {
			struct value ended = say[i].end ? VALUE_OF_INT(say[i].ended_us) : VALUE_NULL_OF(VALUE_INT);
			ok = store_run(tx, SESSION_Q(session_seen), say[i].tenant,
			               STORE_PARAMS(VALUE_OF_INT(say[i].id), VALUE_OF_INT(say[i].seen_us), ended,
			                            VALUE_OF_TEXT(str_of(session_ends[say[i].end]))), e);
		}
		if (begun) ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
		if (!ok) {
			unsay(ss);
			return false;
		}
	} while (n == BATCH);
	return true;
}

bool rows_forget(struct sessions *ss, int64_t before_us, struct err *e)
{
	for (;;) {
		struct store_tx *tx;
		if (!store_begin(ss->store, STORE_WRITE, &tx, e)) return false;
		bool ok = store_run_house(tx, SESSION_H(session_forget), STORE_PARAMS(VALUE_OF_INT(before_us), VALUE_OF_INT(FORGET)), e);
		int64_t n = ok ? store_changes(tx) : 0;
		if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
		if (n < FORGET) return true;
	}
}

/* The queue: letters in the store, put in by whoever writes, listed without what they say. */
#include "crypt/crypt.h"
#include "mail/inside.h"
#include "text/text.h"

const struct store_query mail_q[] = {
#define Q(name, text) [MAIL_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "mail/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query mail_h[] = {
#define Q(name, text)
#define HOUSE(name, text) [MAIL_H_##name] = { #name, text },
#include "mail/queries.def"
#undef Q
#undef HOUSE
};

static const struct { const char *word, *sentence; } kinds[] = {
#define KIND(symbol, word, sentence) [MAIL_##symbol] = { word, sentence },
#include "mail/kinds.def"
#undef KIND
};
const char *mail_kind_word(enum mail_kind k) { return kinds[k].word; }
const char *mail_kind_sentence(enum mail_kind k) { return kinds[k].sentence; }

enum { GIVE_UP_DAYS = 3 };

/* --- in ------------------------------------------------------------------------------------------- */

/* Where answers go is an address like another, and an address that ends letters is one line of a web address: nothing else
 * gets into the headers. */
static bool seal_extra(const struct mail_letter *l, struct arena *a, struct buf *out, struct err *e)
{
	struct str reply = STR("");
	if (!l->reply_to.n && !l->off.n) return true;
	if (l->reply_to.n && !mail_address(a, l->reply_to, &reply, e)) return false;
	for (size_t i = 0; i < l->off.n; i++)
		if ((unsigned char)l->off.p[i] <= 0x20 || (unsigned char)l->off.p[i] > 0x7e || strchr("<>", l->off.p[i]))
			return err_set(e, ERR_SYSTEM, "the address that ends letters cannot stand in a header");
	return vault_seal(l->vault, MAIL_SEAL_HOST, MAIL_SEAL_EXTRA, arena_printf(a, "%.*s\n%.*s", STR_ARG(reply), STR_ARG(l->off)), out, e);
}

bool mail_put(struct store_tx *t, struct tenant_id tenant, const struct mail_letter *l, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf sealed = BUF_INIT(4 * MAIL_TEXT_BYTES), extra = BUF_INIT(4 * MAIL_TEXT_BYTES);
	struct str to;
	char id[32 + 1];
	int64_t now = clock_now().us, until = l->good_until.us ? l->good_until.us : now + GIVE_UP_DAYS * MAIL_DAY_US;
	if (!mail_address(&a, l->to, &to, e)) return false;
	if (l->text.n > MAIL_TEXT_BYTES) return err_set(e, ERR_TOO_LARGE, "a letter has at most %d bytes", MAIL_TEXT_BYTES);
	if (!text_is_utf8(l->text) || !text_is_utf8(l->subject)) return err_set(e, ERR_PARAMETER, "a letter is written in UTF-8");
	if (!vault_seal(l->vault, MAIL_SEAL_HOST, MAIL_SEAL_WORD, l->text, &sealed, e)) return false;
	if (!seal_extra(l, &a, &extra, e)) return false;
	crypt_random_base36(id, sizeof id - 1);
	if (!store_run(t, &mail_q[MAIL_Q_put], tenant,
	               STORE_PARAMS(VALUE_OF_TEXT(str_of(mail_kind_word(l->kind))), VALUE_OF_TEXT(to), VALUE_OF_TEXT(l->sender), VALUE_OF_TEXT(l->lang),
	                            VALUE_OF_TEXT(text_cut(l->subject, MAIL_SUBJECT_BYTES)), VALUE_OF_TEXT(buf_str(&sealed)), VALUE_OF_TEXT(str_of(id)),
	                            VALUE_OF_INT(now), VALUE_OF_INT(until), VALUE_OF_INT(MAIL_WAITING),
	                            VALUE_OF_TEXT(buf_str(&extra))),
	               e))
		return false;
	return store_changes(t) == 1 || err_set(e, ERR_BUSY, "too many letters of this portal are waiting to be sent");
}

/* --- what there is ----------------------------------------------------------------------------------- */

static enum mail_kind kind_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(word, str_of(kinds[i].word))) return (enum mail_kind)i;
	return MAIL_NOTICE;
}

bool mail_list(struct store *s, struct tenant_id tenant, size_t n, struct arena *a, struct mail_line **out, size_t *count, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	VEC(struct mail_line) lines = { 0 };
	enum store_step step;
	if (!store_begin(s, STORE_READ, &t, e)) return false;
	bool ok = store_ask(t, &mail_q[MAIL_Q_list], tenant, STORE_PARAMS(VALUE_OF_INT((int64_t)n)), &r, e);
	if (!ok) return store_end(t, STORE_ROLLBACK, e) && ok;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &lines,
		         (struct mail_line){ .id = store_int(r, 0), .kind = kind_of(store_text(r, 1)), .recipient = mail_mask(a, store_text(r, 2)),
		                             .state = (enum mail_state)store_int(r, 3), .tries = store_int(r, 4), .error = arena_str(a, store_text(r, 5)),
		                             .created = { store_int(r, 6) }, .next = { store_int(r, 7) }, .ended = { store_int(r, 8) } });
	store_stop(r);
	if (!store_end(t, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	*out = lines.p;
	*count = lines.n;
	return true;
}

bool mail_count(struct store *s, struct mail_counts *out, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	if (!store_begin(s, STORE_READ, &t, e)) return false;
	bool ok = store_ask_house(t, &mail_h[MAIL_H_counts], STORE_NONE, &r, e);
	if (ok) {
		ok = store_step(r, e) == STORE_ROW;
		if (ok) {
			*out = (struct mail_counts){ .waiting = store_int(r, 0), .failed = store_int(r, 1) };
			if (!store_is_null(r, 2)) out->oldest_s = (clock_now().us - store_int(r, 2)) / 1000000;
		}
		store_stop(r);
	}
	return store_end(t, STORE_ROLLBACK, e) && ok;
}

/* --- an administrator's hand --------------------------------------------------------------------------- */

/* The state of a letter; ERR_NOT_FOUND. */
static bool state_of(struct store_tx *t, struct tenant_id tenant, int64_t id, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(t, &mail_q[MAIL_Q_state], tenant, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) *out = store_int(r, 0);
	store_stop(r);
	if (step == STORE_DONE) return err_set(e, ERR_NOT_FOUND, "there is no letter with the number %lld", (long long)id);
	return step == STORE_ROW;
}

bool mail_retry(struct store *s, struct tenant_id tenant, int64_t id, int64_t *n, struct err *e)
{
	struct store_tx *t;
	int64_t state = MAIL_IS_WAITING;
	if (!store_begin(s, STORE_WRITE, &t, e)) return false;
	bool ok = id == 0 || state_of(t, tenant, id, &state, e);
	if (ok && state != MAIL_IS_WAITING)
		ok = err_set(e, ERR_CONFLICT, "letter %lld is not waiting: its text was erased when it %s", (long long)id,
		             state == MAIL_IS_SENT ? "was delivered" : "was given up; ask for a new one");
	ok = ok && store_run(t, &mail_q[MAIL_Q_due], tenant, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(clock_now().us)), e);
	if (ok) *n = store_changes(t);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool mail_drop(struct store *s, struct tenant_id tenant, int64_t id, int64_t *n, struct err *e)
{
	struct store_tx *t;
	int64_t state;
	if (!store_begin(s, STORE_WRITE, &t, e)) return false;
	bool ok = id == 0 ? store_run(t, &mail_q[MAIL_Q_drop_failed], tenant, STORE_NONE, e) :
	                    state_of(t, tenant, id, &state, e) && store_run(t, &mail_q[MAIL_Q_drop_one], tenant, STORE_PARAMS(VALUE_OF_INT(id)), e);
	if (ok) *n = store_changes(t);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

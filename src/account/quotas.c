/* How often people may call the API, and which letters they want: a number and a few words beside an account or a group. */
#include "account/inside.h"

/* --- calls ---------------------------------------------------------------------------------------------------- */

bool account_calls(struct accounts *as, struct tenant_id t, int64_t account, int64_t group, struct account_calls *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, account ? ACCOUNT_Q(calls_of) : ACCOUNT_Q(calls_of_group), t, STORE_PARAMS(VALUE_OF_INT(account ? account : group)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW)
			*out = (struct account_calls){ .own = store_is_null(r, 0) ? -1 : store_int(r, 0), .groups = store_is_null(r, 1) ? -1 : store_int(r, 1) };
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	return step == STORE_ROW || err_set(e, ERR_NOT_FOUND, "there is no such account or group");
}

bool account_calls_set(struct accounts *as, struct tenant_id t, int64_t account, int64_t group, int64_t calls, struct err *e)
{
	struct store_tx *tx;
	struct value v = calls < 0 ? VALUE_NULL_OF(VALUE_INT) : VALUE_OF_INT(calls);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, account ? ACCOUNT_Q(calls_set) : ACCOUNT_Q(calls_set_group), t, STORE_PARAMS(VALUE_OF_INT(account ? account : group), v), e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && accounts_changed(as, t, e);
}

int64_t account_calls_effective(const struct tenant *t, int64_t own, int64_t groups)
{
	return own >= 0 ? own : groups >= 0 ? groups : tenant_number(t, "quota.user");
}

/* --- letters --------------------------------------------------------------------------------------------------- */

static const struct account_wish_row rows[] = {
#define WISH(symbol, word_, label_, hint_, usual_, permissions_) [ACCOUNT_WISH_##symbol] = { word_, label_, hint_, usual_, permissions_ },
#include "account/wishes.def"
#undef WISH
};

const struct account_wish_row *account_wish_row(enum account_wish w) { return &rows[w]; }

static uint64_t read_wishes(struct str text)
{
	uint64_t bits = 0;
	struct str one;
	for (unsigned i = 0; i < ACCOUNT_WISHES; i++)
		if (rows[i].usual) bits |= UINT64_C(1) << i;
	while (text.n && str_cut(&text, ',', &one))
		for (unsigned i = 0; i < ACCOUNT_WISHES; i++) {
			if (one.n < 2 || !str_eq(str_from(one, 1), str_of(rows[i].word))) continue;
			if (one.p[0] == '+') bits |= UINT64_C(1) << i;
			else bits &= ~(UINT64_C(1) << i);
		}
	return bits;
}

bool account_wish_in(struct str text, enum account_wish w) { return (read_wishes(text) >> w & 1) != 0; }

bool account_wishes(struct accounts *as, struct tenant_id t, int64_t account, uint64_t *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ACCOUNT_Q(letters_of), t, STORE_PARAMS(VALUE_OF_INT(account)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *out = read_wishes(store_text(r, 0));
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	return step == STORE_ROW || err_set(e, ERR_NOT_FOUND, "there is no such account");
}

bool account_wishes_set(struct accounts *as, struct tenant_id t, int64_t account, uint64_t wishes, struct err *e)
{
	struct store_tx *tx;
	auto_buf b = BUF_INIT(1000);
	for (unsigned i = 0; i < ACCOUNT_WISHES; i++) {
		bool on = (wishes >> i & 1) != 0;
		if (on != rows[i].usual) buf_printf(&b, "%s%c%s", b.n ? "," : "", on ? '+' : '-', rows[i].word);
	}
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(letters_set), t, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(buf_str(&b))), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool account_wants(struct accounts *as, struct tenant_id t, int64_t account, enum account_wish w)
{
	struct err ignored = { 0 };
	uint64_t bits;
	if (!account_wishes(as, t, account, &bits, &ignored)) return rows[w].usual;
	return (bits >> w & 1) != 0;
}

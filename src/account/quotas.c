/* What people are allowed of calls and datasets, and which letters they want: a few numbers and words beside an account or a group. */
#include "account/inside.h"

/* --- limits --------------------------------------------------------------------------------------------------- */

void account_limits_row(struct store_rows *r, int from, struct account_limits *out)
{
	*out = (struct account_limits)ACCOUNT_LIMITS_UNSAID;
	if (!store_is_null(r, from)) out->calls = store_int(r, from);
	if (!quota_unit_read(store_text(r, from + 1), &out->unit)) out->unit = QUOTA_DAY;
	if (!store_is_null(r, from + 2)) out->datasets = store_int(r, from + 2);
	if (!store_is_null(r, from + 3)) out->records = store_int(r, from + 3);
}

/* -1 is the least of all and 0, which is no limit, the most. */
static int64_t larger(int64_t a, int64_t b) { return a == 0 || b == 0 ? 0 : num_max(a, b); }

void account_limits_join(struct account_limits *into, const struct account_limits *other)
{
	if (other->calls >= 0 && (into->calls < 0 || quota_per_day(other->calls, other->unit) > quota_per_day(into->calls, into->unit))) {
		into->calls = other->calls;
		into->unit = other->unit;
	}
	into->datasets = larger(into->datasets, other->datasets);
	into->records = larger(into->records, other->records);
}

static bool read_all(struct store_tx *tx, struct tenant_id t, const struct store_query *q, int64_t of, struct account_limits *out, size_t *n, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	*out = (struct account_limits)ACCOUNT_LIMITS_UNSAID;
	*n = 0;
	if (!store_ask(tx, q, t, STORE_PARAMS(VALUE_OF_INT(of)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct account_limits one;
		account_limits_row(r, 0, &one);
		account_limits_join(out, &one);
		++*n;
	}
	store_stop(r);
	return step == STORE_DONE;
}

bool account_bounds(struct accounts *as, struct tenant_id t, int64_t account, int64_t group, struct account_bounds *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	size_t found = 0, n;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	out->groups = (struct account_limits)ACCOUNT_LIMITS_UNSAID;
	bool ok = read_all(tx, t, account ? ACCOUNT_Q(limits_of) : ACCOUNT_Q(limits_of_group), account ? account : group, &out->own, &found, e) &&
	          (!account || read_all(tx, t, ACCOUNT_Q(limits_by_groups), account, &out->groups, &n, e));
	ok = store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
	return ok && (found || err_set(e, ERR_NOT_FOUND, "there is no such account or group"));
}

static struct value number_or_null(int64_t v) { return v < 0 ? VALUE_NULL_OF(VALUE_INT) : VALUE_OF_INT(v); }

bool account_limits_set(struct accounts *as, struct tenant_id t, int64_t account, int64_t group, const struct account_limits *l, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, account ? ACCOUNT_Q(limits_set) : ACCOUNT_Q(limits_set_group), t,
	                    STORE_PARAMS(VALUE_OF_INT(account ? account : group), number_or_null(l->calls), VALUE_OF_TEXT(str_of(quota_unit_words[l->unit])),
	                                 number_or_null(l->datasets), number_or_null(l->records)), e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && accounts_changed(as, t, e);
}

struct account_calls account_calls_of(const struct tenant *t, const struct account_bounds *b)
{
	const struct account_limits *l = b->own.calls >= 0 ? &b->own : &b->groups;
	if (l->calls < 0) return (struct account_calls){ num_max(tenant_number(t, "quota.user"), (int64_t)0), QUOTA_DAY };
	return (struct account_calls){ l->calls, l->unit };
}

int64_t account_datasets_of(const struct account_bounds *b) { return num_max(larger(b->own.datasets, b->groups.datasets), (int64_t)0); }
int64_t account_records_of(const struct account_bounds *b) { return num_max(larger(b->own.records, b->groups.records), (int64_t)0); }

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

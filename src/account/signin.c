/* Signing in. Whatever is wrong, the answer and the work are the same: an attempt is counted in one transaction, one password is
 * hashed (a dummy when there is none to compare with), and what follows is written in another. */
#include "account/inside.h"

enum { STEP_S = 300, STEP_TRIES = 5, SUSPENDED_AFTER = 100, CHOOSE_S = 900, UNLOCK_DAYS = 7, FACTOR_PASSWORD = 1 };

static bool may_enter(const struct account_private *p)
{
	return p->id && p->state == ACCOUNT_ACTIVE && !p->expired && !p->suspended;
}

/* Counts the attempt, unless it has to wait. The account's own count goes up with it and falls when the password was right. */
static bool reserve(const struct account_scene *s, struct str email, struct account_private *p, struct account_outcome *out, struct err *e)
{
	struct store_tx *tx;
	int64_t network = 0;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_private_of(tx, s, email, p, e) && account_throttled(tx, s, ACCOUNT_COUNT_NETWORK, account_network(s->arena, s->client), &network, e);
	if (ok && network) out->wait_s = network;
	else if (ok) ok = account_throttle(tx, s, ACCOUNT_COUNT_SIGN_IN, email, &out->wait_s, e);
	if (ok && !out->wait_s)
		ok = account_throttle(tx, s, ACCOUNT_COUNT_NETWORK, account_network(s->arena, s->client), &network, e) &&
		     (!p->id || account_run(tx, ACCOUNT_Q(account_failed), s, p->id, e));
	return account_done(s, tx, ok, e);
}

static bool take_back(struct store_tx *tx, const struct account_scene *s, struct str email, struct err *e)
{
	return account_unthrottle(tx, s, ACCOUNT_COUNT_SIGN_IN, email, e) &&
	       account_unthrottle(tx, s, ACCOUNT_COUNT_NETWORK, account_network(s->arena, s->client), e);
}

static bool failed(const struct account_scene *s, struct str email, struct err *e)
{
	struct store_tx *tx;
	return account_begin(s, &tx, e) && account_done(s, tx, account_throttle_touch(tx, s, ACCOUNT_COUNT_SIGN_IN, email, e), e);
}

/* Every hundredth failure in a row closes the way by password until the owner follows a link. */
static bool suspend(const struct account_scene *s, const struct account_private *p, struct err *e)
{
	struct store_tx *tx;
	char token[ACCOUNT_TOKEN_TEXT];
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_run(tx, ACCOUNT_Q(account_suspend), s, p->id, e) &&
	          account_secret_put(tx, s, ACCOUNT_PASS_UNLOCK, p->id, UNLOCK_DAYS * ACCOUNT_DAY_US, STR(""), token, e) &&
	          account_letter_link(tx, s, ACCOUNT_PASS_UNLOCK, p->email, p->language, token, e);
	if (!account_done(s, tx, ok, e)) return false;
	account_note(s, EVENT_AUTH_SUSPENDED, p->id, STR(""), STR(""));
	return true;
}

/* The secret of the second step says whom and whose browser it is for. */
static bool put_step(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct str binding, unsigned factors,
                     bool remember, char token[ACCOUNT_TOKEN_TEXT], struct err *e)
{
	struct str detail = arena_printf(s->arena, "%d,%u,%.*s", remember, factors, STR_ARG(binding));
	return account_secret_put(tx, s, ACCOUNT_SECRET_STEP, p->id, STEP_S * ACCOUNT_SECOND_US, detail, token, e);
}

/* All factors are proved: somebody with a one-time password chooses another first. */
static bool arrive(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct account_outcome *out, struct err *e)
{
	out->account = p->id;
	out->verdict = p->must_change ? ACCOUNT_MUST_CHANGE : ACCOUNT_PROVED;
	return !p->must_change || (account_secret_void(tx, s, p->id, ACCOUNT_PASS_RESET, e) &&
	                           account_secret_put(tx, s, ACCOUNT_PASS_RESET, p->id, CHOOSE_S * ACCOUNT_SECOND_US, STR(""), out->txn, e));
}

static bool welcome(const struct account_scene *s, const struct account_attempt *a, const struct account_private *p, bool old,
                    struct account_outcome *out, struct err *e)
{
	char hash[ACCOUNT_HASH_TEXT] = "";
	struct store_tx *tx;
	if (old && !account_hash(s->as, a->password, hash, e)) return false;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = take_back(tx, s, a->email, e) && account_run(tx, ACCOUNT_Q(account_passed), s, p->id, e);
	if (ok && old)
		ok = store_run(tx, ACCOUNT_Q(account_rehash), s->tenant->id,
		               STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(p->hash)), e);
	out->factors = FACTOR_PASSWORD;
	out->account = p->id;
	if (ok && p->totp.n) {
		out->verdict = ACCOUNT_NEEDS_CODE;
		ok = put_step(tx, s, p, a->binding, FACTOR_PASSWORD, a->remember, out->txn, e);
	} else if (ok) {
		ok = arrive(tx, s, p, out, e);
	}
	return account_done(s, tx, ok, e);
}

bool account_sign_in(const struct account_scene *s, const struct account_attempt *a, struct account_outcome *out, struct err *e)
{
	struct account_private p;
	struct account_attempt given = *a;
	bool old;
	*out = (struct account_outcome){ .verdict = ACCOUNT_REFUSED, .remember = a->remember };
	struct err unlike = { 0 };
	/* What is no address has no account, and is treated as any other that has none. */
	if (!mail_address(s->arena, a->email, &given.email, &unlike)) given.email = str_sub(a->email, 0, MAIL_ADDRESS_BYTES);
	if (!reserve(s, given.email, &p, out, e)) return false;
	if (out->wait_s) {
		out->verdict = ACCOUNT_THROTTLED;
		account_note(s, EVENT_AUTH_THROTTLED, p.id, STR("password"), STR(""));
		return true;
	}
	bool right = account_hash_verify(s->as, p.hash, given.password, &old);
	if (right && may_enter(&p)) return welcome(s, &given, &p, old, out, e);
	if (!failed(s, given.email, e)) return false;
	account_note(s, EVENT_AUTH_FAILURE, p.id, !p.id ? STR("unknown") : !right ? STR("password") : p.suspended ? STR("suspended") : STR("state"), STR(""));
	if (p.id && !right && !p.suspended && p.failures + 1 >= SUSPENDED_AFTER) return suspend(s, &p, e);
	return true;
}

bool account_sign_in_by(const struct account_scene *s, int64_t account, bool second, struct str binding, struct account_outcome *out, struct err *e)
{
	enum { FACTOR_PROVIDER = 8 };
	struct account_private p;
	struct store_tx *tx;
	*out = (struct account_outcome){ .verdict = ACCOUNT_REFUSED, .factors = FACTOR_PROVIDER };
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_private_by(tx, s, account, &p, e);
	if (ok && p.id && p.state == ACCOUNT_ACTIVE && !p.expired) {
		out->account = p.id;
		out->verdict = second && p.totp.n ? ACCOUNT_NEEDS_CODE : ACCOUNT_PROVED;
		if (out->verdict == ACCOUNT_NEEDS_CODE) ok = put_step(tx, s, &p, binding, FACTOR_PROVIDER, false, out->txn, e);
	}
	return account_done(s, tx, ok, e);
}

/* --- the second step ----------------------------------------------------------------------------------------- */

struct step { bool remember; unsigned factors; struct str binding; };

static bool read_step(struct str detail, struct step *out)
{
	struct str remember, factors;
	int64_t n;
	if (!str_cut(&detail, ',', &remember) || !str_cut(&detail, ',', &factors) || !str_to_int(factors, &n)) return false;
	*out = (struct step){ .remember = str_eq(remember, STR("1")), .factors = (unsigned)n, .binding = detail };
	return true;
}

/* Whether the transaction is still good, and this browser's; *good false: back to the password. */
static bool open_step(struct store_tx *tx, const struct account_scene *s, const struct account_attempt *a, struct account_private *p,
                      struct step *step, bool *good, struct err *e)
{
	struct account_secret secret;
	*good = false;
	if (!account_secret_get(tx, s, ACCOUNT_SECRET_STEP, a->txn, &secret, e)) {
		if (e->code != ERR_GONE) return false;
		*e = (struct err){ 0 };
		return true;
	}
	if (!read_step(secret.detail, step) || !a->binding.n || !crypt_equal(step->binding, a->binding)) return true;
	if (secret.tries >= STEP_TRIES) return account_secret_void(tx, s, secret.account, ACCOUNT_SECRET_STEP, e);
	if (!account_private_by(tx, s, secret.account, p, e)) return false;
	*good = p->id && p->state == ACCOUNT_ACTIVE && !p->expired;
	return true;
}

/* A code of an account, counted: at most ten wrong ones an hour. */
static bool code_counted(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct str code,
                         struct account_outcome *out, unsigned *factor, struct err *e)
{
	struct str who = arena_printf(s->arena, "%lld", (long long)p->id);
	*factor = 0;
	if (!account_throttle(tx, s, ACCOUNT_COUNT_CODE, who, &out->wait_s, e)) return false;
	if (out->wait_s) {
		out->verdict = ACCOUNT_THROTTLED;
		return true;
	}
	if (!account_code_check(tx, s, p, code, factor, &out->recovery, e)) return false;
	return !*factor || account_unthrottle(tx, s, ACCOUNT_COUNT_CODE, who, e);
}

bool account_verify(const struct account_scene *s, const struct account_attempt *a, struct account_outcome *out, struct err *e)
{
	struct account_private p = { 0 };
	struct account_secret used;
	struct step step = { 0 };
	struct store_tx *tx;
	unsigned factor = 0;
	bool good;
	*out = (struct account_outcome){ .verdict = ACCOUNT_OVER };
	if (!account_begin(s, &tx, e)) return false;
	bool ok = open_step(tx, s, a, &p, &step, &good, e);
	if (ok && good) {
		out->verdict = ACCOUNT_REFUSED;
		out->remember = step.remember;
		ok = code_counted(tx, s, &p, a->code, out, &factor, e);
		if (ok && factor)
			ok = account_secret_use(tx, s, ACCOUNT_SECRET_STEP, a->txn, &used, e) && arrive(tx, s, &p, out, e);
		else if (ok && out->verdict == ACCOUNT_REFUSED)
			ok = account_secret_try(tx, s, a->txn, e);
	}
	out->factors = step.factors | factor;
	out->account = factor ? p.id : 0;
	if (!account_done(s, tx, ok, e)) return false;
	if (out->verdict == ACCOUNT_REFUSED) account_note(s, EVENT_FACTOR_FAILED, p.id, STR(""), STR(""));
	if (out->verdict == ACCOUNT_THROTTLED) account_note(s, EVENT_AUTH_THROTTLED, p.id, STR("code"), STR(""));
	return true;
}

/* --- proving it again ------------------------------------------------------------------------------------------- */

static bool confirm_code(const struct account_scene *s, int64_t account, struct str code, struct account_outcome *out, struct err *e)
{
	struct account_private p;
	struct store_tx *tx;
	unsigned factor = 0;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_private_by(tx, s, account, &p, e) && (!p.totp.n || code_counted(tx, s, &p, code, out, &factor, e));
	if (!account_done(s, tx, ok, e)) return false;
	if (factor) out->verdict = ACCOUNT_PROVED;
	else account_note(s, EVENT_FACTOR_FAILED, account, STR(""), STR(""));
	return true;
}

bool account_confirm(const struct account_scene *s, int64_t account, const struct account_attempt *a, struct account_outcome *out, struct err *e)
{
	struct account_private p;
	struct store_tx *tx;
	bool old;
	*out = (struct account_outcome){ .verdict = ACCOUNT_REFUSED, .account = account };
	if (a->code.n) return confirm_code(s, account, a->code, out, e);
	if (!account_begin(s, &tx, e)) return false;
	if (!account_done(s, tx, account_private_by(tx, s, account, &p, e), e) || !reserve(s, p.email, &p, out, e)) return false;
	if (out->wait_s) {
		out->verdict = ACCOUNT_THROTTLED;
		return true;
	}
	if (!account_hash_verify(s->as, p.hash, a->password, &old)) {
		account_note(s, EVENT_AUTH_FAILURE, account, STR("password"), STR(""));
		return failed(s, p.email, e);
	}
	if (!account_begin(s, &tx, e)) return false;
	out->verdict = ACCOUNT_PROVED;
	return account_done(s, tx, take_back(tx, s, p.email, e) && account_run(tx, ACCOUNT_Q(account_passed), s, account, e), e);
}

/* --- afterwards --------------------------------------------------------------------------------------------------- */

bool account_signed_in(const struct account_scene *s, int64_t account, struct str label, struct str country, struct err *e)
{
	struct account who;
	struct store_tx *tx;
	int64_t known = 0;
	struct str client = country.n ? arena_printf(s->arena, "%.*s, %.*s", STR_ARG(str_sub(label, 0, 100)), STR_ARG(str_sub(country, 0, 10)))
	                              : str_sub(label, 0, 100);
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) &&
	          store_run(tx, ACCOUNT_Q(account_day), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_INT(clock_now().us / ACCOUNT_DAY_US)), e) &&
	          account_number(tx, ACCOUNT_Q(client_count), s->tenant->id, VALUE_OF_INT(account), &known, e) &&
	          store_run(tx, ACCOUNT_Q(client_put), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(client)), e);
	bool fresh = ok && store_changes(tx) == 1;
	/* The first time there is nothing to compare with: the letter would tell people of what they are just doing. */
	if (fresh && known) ok = account_letter_client(tx, s, who.email, who.language, client, e);
	return account_done(s, tx, ok, e);
}

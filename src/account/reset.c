/* Getting back in by letter, and what the holder of a link may do with it. Asking tells nothing: whatever the address, one
 * transaction is written, one letter is composed, and the page is the same (RST-1). */
#include "account/inside.h"

enum { RESET_S = 3600 };

/* The work of a letter, without one. */
static bool as_if(const struct account_scene *s, struct err *e)
{
	auto_buf b = BUF_INIT(64 * 1024);
	struct str text = i18n_text(s->lang, N_("The link is good for one hour and works once. If it was not you, nothing needs doing: your password stays as it is."));
	return vault_seal(s->vault, s->tenant->host, STR("mail"), text, &b, e);
}

static bool put_reset(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct err *e)
{
	char token[ACCOUNT_TOKEN_TEXT];
	return account_secret_void(tx, s, p->id, ACCOUNT_PASS_RESET, e) &&
	       account_secret_put(tx, s, ACCOUNT_PASS_RESET, p->id, RESET_S * ACCOUNT_SECOND_US, STR(""), token, e) &&
	       account_letter_link(tx, s, ACCOUNT_PASS_RESET, p->email, p->language, token, e);
}

/* Somebody who signs in through another provider only has no password to forget: the letter would give them one. */
static bool may_reset(const struct account_private *p)
{
	return p->id && p->hash.n && p->state == ACCOUNT_ACTIVE && !p->expired;
}

bool account_reset_ask(const struct account_scene *s, struct str email, int64_t *wait_s, struct err *e)
{
	struct account_private p;
	struct str address = str_sub(email, 0, MAIL_ADDRESS_BYTES);
	struct err unlike = { 0 };
	struct store_tx *tx;
	int64_t letters = 0;
	if (!mail_address(s->arena, email, &address, &unlike)) address = str_sub(email, 0, MAIL_ADDRESS_BYTES);
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_throttle(tx, s, ACCOUNT_COUNT_ASKED, account_network(s->arena, s->client), wait_s, e);
	if (ok && !*wait_s) {
		ok = account_throttle(tx, s, ACCOUNT_COUNT_LETTER, address, &letters, e) && account_private_of(tx, s, address, &p, e);
		if (ok && !letters && may_reset(&p)) ok = put_reset(tx, s, &p, e);
		else if (ok) ok = as_if(s, e);
		if (ok) account_note(s, EVENT_RESET_ASKED, p.id, letters ? STR("too_many") : STR(""), STR(""));
	}
	return account_done(s, tx, ok, e);
}

bool account_reset_send(const struct account_scene *s, int64_t account, struct err *e)
{
	struct account_private p;
	struct store_tx *tx;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_private_by(tx, s, account, &p, e) &&
	          (p.id || err_set(e, ERR_NOT_FOUND, "there is no such account on this portal")) &&
	          (p.state == ACCOUNT_ACTIVE || err_set(e, ERR_CONFLICT, "%.*s", STR_ARG(i18n_text(s->lang, N_("This account is not active."))))) &&
	          put_reset(tx, s, &p, e);
	if (!account_done(s, tx, ok, e)) return false;
	account_note(s, EVENT_RESET_ASKED, account, STR("administrator"), STR(""));
	return true;
}

/* --- links ------------------------------------------------------------------------------------------------------- */

/* In which states of its account a link means something. */
static bool fits(enum account_pass kind, const struct account_private *p)
{
	switch (kind) {
	case ACCOUNT_PASS_RESET:
	case ACCOUNT_PASS_EMAIL:
	case ACCOUNT_PASS_UNLOCK: return p->state == ACCOUNT_ACTIVE && !p->expired;
	case ACCOUNT_PASS_EMAIL_UNDO: return p->state == ACCOUNT_ACTIVE;
	case ACCOUNT_PASS_CONFIRM: return p->state == ACCOUNT_UNVERIFIED;
	case ACCOUNT_PASS_INVITATION: return p->state == ACCOUNT_INVITED && !p->expired;
	case ACCOUNT_PASS_DELETE_UNDO: return p->state == ACCOUNT_LEAVING;
	case ACCOUNT_PASSES: return false;
	}
	return false;
}

static bool gone(struct err *e) { return err_set(e, ERR_GONE, "this link is no longer good"); }

bool account_pass_read(const struct account_scene *s, enum account_pass kind, struct str token, struct account_bearer *out, struct err *e)
{
	struct account_secret secret;
	struct account_private p;
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(accounts_store(s->as), STORE_READ, &tx, e)) return false;
	bool ok = account_secret_get(tx, s, (int)kind, token, &secret, e) && account_private_by(tx, s, secret.account, &p, e) && (fits(kind, &p) || gone(e));
	if (ok)
		*out = (struct account_bearer){ .account = p.id, .email = p.email, .name = p.name, .detail = secret.detail,
		                                .second_factor = p.totp.n > 0, .has_password = p.hash.n > 0 };
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

/* Somebody who signed up: those who decide are told, or the account is good at once. */
static bool arrive(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, bool *waits, struct err *e)
{
	struct store_rows *r;
	struct account who;
	struct manager { struct str email, language; } managers[20];
	size_t n = 0;
	enum store_step step;
	*waits = account_signup_mode(s->tenant) != ACCOUNT_SIGNUP_OPEN;
	if (!*waits) return true;
	if (!account_read(tx, s->tenant->id, p->id, s->arena, &who, e) ||
	    !store_ask(tx, ACCOUNT_Q(user_managers), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(clock_now().us)), &r, e))
		return false;
	while ((step = store_step(r, e)) == STORE_ROW && n < COUNT_OF(managers))
		if (account_wish_in(store_text(r, 2), ACCOUNT_WISH_REQUEST))
			managers[n++] = (struct manager){ arena_str(s->arena, store_text(r, 0)), arena_str(s->arena, store_text(r, 1)) };
	store_stop(r);
	bool ok = step != STORE_FAILED;
	for (size_t i = 0; ok && i < n; i++)
		ok = account_letter_request(tx, s, managers[i].email, managers[i].language, who.email, who.message, e);
	return ok;
}

static bool set_password(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, const char *hash,
                         enum account_state state, struct err *e)
{
	/* Whatever link was made before is void: it came before this password (RST-2). */
	return account_secret_void(tx, s, p->id, ACCOUNT_PASS_RESET, e) && account_secret_void(tx, s, p->id, ACCOUNT_SECRET_STEP, e) &&
	       account_secret_void(tx, s, p->id, ACCOUNT_PASS_UNLOCK, e) && account_secret_void(tx, s, p->id, ACCOUNT_PASS_EMAIL, e) &&
	       account_unthrottle(tx, s, ACCOUNT_COUNT_SIGN_IN, p->email, e) &&
	       store_run(tx, ACCOUNT_Q(account_set_password), s->tenant->id,
	                 STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(state)), e);
}

static bool tell_changed(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct err *e)
{
	return account_letter_plain(tx, s, MAIL_NOTICE, p->email, p->language, N_("Your password at {0} was changed"),
	                            N_("The password of your account at {0} was changed, and all sessions but the one it was changed in have ended. If it was not you, ask for a new password here at once:"),
	                            "/password/reset/", e);
}

bool account_pass_password(const struct account_scene *s, enum account_pass kind, struct str token, struct str name, struct str password,
                           enum account_fault *fault, bool *waits, struct err *e)
{
	struct account_bearer b;
	struct account_secret secret;
	struct account_private p;
	struct store_tx *tx;
	char hash[ACCOUNT_HASH_TEXT];
	*waits = false;
	if (!account_pass_read(s, kind, token, &b, e)) return false;
	*fault = account_password_fault(s->tenant, b.email, name.n ? name : b.name, b.second_factor, password);
	if (*fault != ACCOUNT_FINE) return true;
	if (!account_text_ok(name, ACCOUNT_NAME)) return err_set(e, ERR_PARAMETER, "a name has at most %d bytes and no control characters", ACCOUNT_NAME);
	if (!account_hash(s->as, password, hash, e) || !account_begin(s, &tx, e)) return false;
	bool ok = account_secret_use(tx, s, (int)kind, token, &secret, e) && account_private_by(tx, s, secret.account, &p, e) && (fits(kind, &p) || gone(e));
	if (ok && kind == ACCOUNT_PASS_CONFIRM) ok = arrive(tx, s, &p, waits, e);
	ok = ok && set_password(tx, s, &p, hash, *waits ? ACCOUNT_WAITING : ACCOUNT_ACTIVE, e);
	if (name.n) ok = ok && store_run(tx, ACCOUNT_Q(account_name), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(p.id), VALUE_OF_TEXT(name)), e);
	if (kind == ACCOUNT_PASS_RESET && !p.must_change) ok = ok && tell_changed(tx, s, &p, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, kind == ACCOUNT_PASS_RESET ? EVENT_RESET_DONE : EVENT_ACCOUNT_CREATED, p.id, STR(""), STR(""));
	return true;
}

bool account_password_change(const struct account_scene *s, int64_t account, struct str password, enum account_fault *fault, struct err *e)
{
	struct account_private p;
	struct store_tx *tx;
	char hash[ACCOUNT_HASH_TEXT];
	if (!account_begin(s, &tx, e)) return false;
	if (!account_done(s, tx, account_private_by(tx, s, account, &p, e), e)) return false;
	if (!p.id) return err_set(e, ERR_NOT_FOUND, "there is no such account on this portal");
	*fault = account_password_fault(s->tenant, p.email, p.name, p.totp.n > 0, password);
	if (*fault != ACCOUNT_FINE) return true;
	if (!account_hash(s->as, password, hash, e) || !account_begin(s, &tx, e)) return false;
	if (!account_done_changed(s, tx, set_password(tx, s, &p, hash, p.state, e) && tell_changed(tx, s, &p, e), e)) return false;
	account_note(s, EVENT_PASSWORD_CHANGED, account, STR(""), STR(""));
	return true;
}

/* How accounts come: signing up, with or without somebody's approval, and invitations. Signing up makes no password: it is chosen on
 * the page of the letter, so that nobody can prepare an account for somebody else's address. */
#include "account/inside.h"

enum { CONFIRM_DAYS = 1, INVITATION_DAYS = 7 };

enum account_signup account_signup_mode(const struct tenant *t)
{
	struct str mode = tenant_setting(t, "access.signup");
	if (str_eq(mode, STR("open"))) return ACCOUNT_SIGNUP_OPEN;
	return str_eq(mode, STR("approval")) ? ACCOUNT_SIGNUP_APPROVAL : ACCOUNT_SIGNUP_CLOSED;
}

/* What new members may do without anybody's doing. */
static uint64_t usual(const struct tenant *t) { return account_permissions_known(tenant_setting(t, "access.permissions")); }

static bool put_confirm(struct store_tx *tx, const struct account_scene *s, int64_t id, struct str email, struct str language, struct err *e)
{
	char token[ACCOUNT_TOKEN_TEXT];
	return account_secret_void(tx, s, id, ACCOUNT_PASS_CONFIRM, e) &&
	       account_secret_put(tx, s, ACCOUNT_PASS_CONFIRM, id, CONFIRM_DAYS * ACCOUNT_DAY_US, STR(""), token, e) &&
	       account_letter_link(tx, s, ACCOUNT_PASS_CONFIRM, email, language, token, e);
}

/* The address has an account: its owner is told, unless the letter of sign-up is what they still need. */
static bool already(struct store_tx *tx, const struct account_scene *s, const struct account_private *p, struct err *e)
{
	if (p->state == ACCOUNT_UNVERIFIED) return put_confirm(tx, s, p->id, p->email, p->language, e);
	return account_letter_plain(tx, s, MAIL_EXISTS, p->email, p->language, N_("You have an account at {0} already"),
	                            N_("Somebody asked for an account at {0} with your address, which has one already. If it was you, sign in, or choose a new password here:"),
	                            "/password/reset/", e);
}

bool account_sign_up(const struct account_scene *s, struct str email, struct str name, struct str message, int64_t *wait_s, struct err *e)
{
	struct account_new n = { .email = email, .name = str_trim(name), .role = STR("member"), .language = s->lang->code, .hash = STR(""),
	                         .state = ACCOUNT_UNVERIFIED, .message = str_sub(message, 0, ACCOUNT_MESSAGE), .own = usual(s->tenant) };
	struct account_private p;
	struct store_tx *tx;
	int64_t letters = 0, id = 0;
	*wait_s = 0;
	if (account_signup_mode(s->tenant) == ACCOUNT_SIGNUP_CLOSED) return err_set(e, ERR_FORBIDDEN, "%.*s", STR_ARG(i18n_text(s->lang, N_("Accounts of this portal are made by invitation."))));
	if (!account_new_check(s->arena, &n, e) || !account_begin(s, &tx, e)) return false;
	bool ok = account_throttle(tx, s, ACCOUNT_COUNT_ASKED, account_network(s->arena, s->client), wait_s, e);
	if (ok && !*wait_s) {
		ok = account_throttle(tx, s, ACCOUNT_COUNT_LETTER, n.email, &letters, e) && account_private_of(tx, s, n.email, &p, e);
		if (ok && !p.id) ok = account_insert(tx, s->tenant->id, &n, &id, e) && put_confirm(tx, s, id, n.email, n.language, e);
		else if (ok && !letters) ok = already(tx, s, &p, e);
	}
	if (!account_done_changed(s, tx, ok, e)) return false;
	if (id) account_note(s, EVENT_ACCOUNT_CREATED, id, STR("sign_up"), STR(""));
	return true;
}

bool account_decide(const struct account_scene *s, int64_t account, bool yes, struct err *e)
{
	struct account who;
	struct store_tx *tx;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) &&
	          (who.state == ACCOUNT_WAITING || err_set(e, ERR_CONFLICT, "%.*s", STR_ARG(i18n_text(s->lang, N_("Somebody has decided about this request already.")))));
	if (ok && yes)
		ok = store_run(tx, ACCOUNT_Q(account_state), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_INT(ACCOUNT_ACTIVE)), e) &&
		     account_letter_plain(tx, s, MAIL_DECISION, who.email, who.language, N_("Your account at {0}"),
		                          N_("Your request was accepted: you can sign in at {0} now."), "/login/", e);
	else if (ok)
		ok = account_take_away(tx, s, account, e) &&
		     account_letter_plain(tx, s, MAIL_DECISION, who.email, who.language, N_("Your request for an account at {0}"),
		                          N_("Your request for an account at {0} was not accepted. What you wrote has been erased."), NULL, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, yes ? EVENT_ACCOUNT_CREATED : EVENT_ACCOUNT_DELETED, account, yes ? STR("approved") : STR("rejected"), STR(""));
	return true;
}

/* --- invitations ----------------------------------------------------------------------------------------------------- */

static bool put_invitation(struct store_tx *tx, const struct account_scene *s, int64_t id, struct str email, struct str language, struct err *e)
{
	char token[ACCOUNT_TOKEN_TEXT];
	return account_secret_void(tx, s, id, ACCOUNT_PASS_INVITATION, e) &&
	       account_secret_put(tx, s, ACCOUNT_PASS_INVITATION, id, INVITATION_DAYS * ACCOUNT_DAY_US, STR(""), token, e) &&
	       account_letter_link(tx, s, ACCOUNT_PASS_INVITATION, email, language, token, e);
}

bool account_invite(const struct account_scene *s, const struct account_invitation *i, int64_t *account, struct err *e)
{
	struct account_new n = { .email = i->email, .name = str_trim(i->name), .role = i->role.n ? i->role : STR("member"), .language = i->language,
	                         .hash = STR(""), .state = ACCOUNT_INVITED, .own = i->own, .expires = i->expires, .message = STR("") };
	struct store_tx *tx;
	if (!account_new_check(s->arena, &n, e) || !account_begin(s, &tx, e)) return false;
	bool ok = account_insert(tx, s->tenant->id, &n, account, e) && account_join_all(tx, s, *account, i->groups, i->ngroups, e) &&
	          put_invitation(tx, s, *account, n.email, n.language, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_INVITATION_SENT, *account, STR(""), STR(""));
	return true;
}

bool account_invite_again(const struct account_scene *s, int64_t account, struct err *e)
{
	struct account who;
	struct store_tx *tx;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) &&
	          (who.state == ACCOUNT_INVITED || err_set(e, ERR_CONFLICT, "%.*s", STR_ARG(i18n_text(s->lang, N_("This person has an account already."))))) &&
	          put_invitation(tx, s, account, who.email, who.language, e);
	if (!account_done(s, tx, ok, e)) return false;
	account_note(s, EVENT_INVITATION_SENT, account, STR("again"), STR(""));
	return true;
}

/* What owners do with their account: another address, everything the portal keeps about them, and links that undo. */
#include "account/inside.h"
#include "json/json.h"

enum { EMAIL_DAYS = 1, UNDO_DAYS = 3 };

bool account_email_ask(const struct account_scene *s, int64_t account, struct str email, struct err *e)
{
	struct account who;
	struct str address;
	struct store_tx *tx;
	int64_t taken = 0, letters = 0;
	char token[ACCOUNT_TOKEN_TEXT];
	if (!mail_address(s->arena, email, &address, e) || !account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) &&
	          account_number(tx, ACCOUNT_Q(account_id), s->tenant->id, VALUE_OF_TEXT(address), &taken, e) &&
	          account_throttle(tx, s, ACCOUNT_COUNT_LETTER, address, &letters, e) && account_secret_void(tx, s, account, ACCOUNT_PASS_EMAIL, e);
	/* An address that another account has gets no letter; the page says the same. */
	if (ok && !letters && (!taken || taken == account))
		ok = account_secret_put(tx, s, ACCOUNT_PASS_EMAIL, account, EMAIL_DAYS * ACCOUNT_DAY_US, address, token, e) &&
		     account_letter_link(tx, s, ACCOUNT_PASS_EMAIL, address, who.language, token, e);
	return account_done(s, tx, ok, e);
}

static bool set_email(struct store_tx *tx, const struct account_scene *s, int64_t account, struct str email, struct err *e)
{
	int64_t taken;
	if (!account_number(tx, ACCOUNT_Q(account_id), s->tenant->id, VALUE_OF_TEXT(email), &taken, e)) return false;
	if (taken && taken != account) return err_set(e, ERR_GONE, "another account has that address by now");
	/* Links that went to the former address are void (RST-2). */
	return account_secret_void(tx, s, account, ACCOUNT_PASS_RESET, e) && account_secret_void(tx, s, account, ACCOUNT_PASS_EMAIL, e) &&
	       account_secret_void(tx, s, account, ACCOUNT_SECRET_STEP, e) &&
	       store_run(tx, ACCOUNT_Q(account_set_email), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(email)), e);
}

static bool change_email(struct store_tx *tx, const struct account_scene *s, const struct account *who, struct str email, struct err *e)
{
	char token[ACCOUNT_TOKEN_TEXT];
	return set_email(tx, s, who->id, email, e) &&
	       account_secret_put(tx, s, ACCOUNT_PASS_EMAIL_UNDO, who->id, UNDO_DAYS * ACCOUNT_DAY_US, who->email, token, e) &&
	       account_letter_link(tx, s, ACCOUNT_PASS_EMAIL_UNDO, who->email, who->language, token, e) &&
	       account_letter_plain(tx, s, MAIL_NOTICE, email, who->language, N_("The address of your account at {0} was changed"),
	                            N_("This is the address of your account at {0} from now on."), "/account/security/", e);
}

bool account_pass_apply(const struct account_scene *s, enum account_pass kind, struct str token, struct err *e)
{
	struct account_bearer b;
	struct account_secret secret;
	struct account who;
	struct store_tx *tx;
	if (!account_pass_read(s, kind, token, &b, e) || !account_begin(s, &tx, e)) return false;
	bool ok = account_secret_use(tx, s, (int)kind, token, &secret, e) && account_read(tx, s->tenant->id, secret.account, s->arena, &who, e);
	if (kind == ACCOUNT_PASS_EMAIL) ok = ok && change_email(tx, s, &who, secret.detail, e);
	else if (kind == ACCOUNT_PASS_EMAIL_UNDO) ok = ok && set_email(tx, s, who.id, secret.detail, e);
	else if (kind == ACCOUNT_PASS_DELETE_UNDO) ok = ok && account_run(tx, ACCOUNT_Q(account_stays), s, who.id, e);
	else ok = ok && kind == ACCOUNT_PASS_UNLOCK && account_run(tx, ACCOUNT_Q(account_unlock), s, who.id, e) && account_unthrottle(tx, s, ACCOUNT_COUNT_SIGN_IN, who.email, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	bool address = kind == ACCOUNT_PASS_EMAIL || kind == ACCOUNT_PASS_EMAIL_UNDO;
	account_note(s, address ? EVENT_EMAIL_CHANGED : EVENT_ACCOUNT_CHANGED, who.id,
	             kind == ACCOUNT_PASS_EMAIL_UNDO || kind == ACCOUNT_PASS_DELETE_UNDO ? STR("undo") : kind == ACCOUNT_PASS_UNLOCK ? STR("unlock") : STR(""), STR(""));
	return true;
}

bool account_tell_sessions(const struct account_scene *s, int64_t account, int64_t n, struct err *e)
{
	struct account who;
	struct store_tx *tx;
	if (n <= 0) return true;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, account, s->arena, &who, e) &&
	          account_letter_notice(tx, s, &who, N_("Sessions of your account at {0} were ended"),
	                                N_("Sessions of your account were ended, by you or by an administrator. Whoever used them has to sign in again."), e);
	return account_done(s, tx, ok, e);
}

/* --- everything that is kept (SES-15) ------------------------------------------------------------------------------- */

static void put_time(struct json_out *j, struct str key, int64_t us)
{
	json_key(j, key);
	if (!us) {
		json_put_null(j);
		return;
	}
	json_value(j);
	buf_put_char(j->b, '"');
	clock_put_instant(j->b, us, clock_utc());
	buf_put_char(j->b, '"');
}

static void put_day(struct json_out *j, struct str key, int64_t day)
{
	json_key(j, key);
	if (day < 0) {
		json_put_null(j);
		return;
	}
	json_value(j);
	buf_put_char(j->b, '"');
	clock_put_date(j->b, (int32_t)day);
	buf_put_char(j->b, '"');
}

static void put_words(struct json_out *j, struct str key, struct str words)
{
	struct str part;
	json_key(j, key);
	json_open(j, '[');
	while (words.n && str_cut(&words, ',', &part)) json_put(j, part);
	json_close(j, ']');
}

static bool put_keys(const struct account_scene *s, int64_t account, struct json_out *j, struct err *e)
{
	struct account_key *keys;
	size_t n;
	if (!account_key_list(s->as, s->tenant->id, s->arena, &keys, &n, e)) return false;
	json_key(j, STR("api_keys"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		if (keys[i].account != account) continue;
		json_open(j, '{');
		json_member(j, "label", keys[i].name);
		json_member(j, "begins_with", keys[i].hint);
		put_words(j, STR("permissions"), account_permissions_text(s->arena, keys[i].permissions));
		put_time(j, STR("created"), keys[i].created.us);
		put_time(j, STR("expires"), keys[i].expires.us);
		put_time(j, STR("revoked"), keys[i].revoked.us);
		put_day(j, STR("last_used"), keys[i].last_day);
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}

static bool put_identities(const struct account_scene *s, int64_t account, struct json_out *j, struct err *e)
{
	struct account_identity *all;
	size_t n;
	if (!account_identities(s->as, s->tenant->id, account, s->arena, &all, &n, e)) return false;
	json_key(j, STR("identities"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "provider", all[i].provider);
		json_member(j, "subject", all[i].subject);
		json_member(j, "email", all[i].email);
		json_member(j, "name", all[i].name);
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}

static bool put_events(const struct account_scene *s, int64_t account, struct json_out *j, struct err *e)
{
	enum { EVENTS = 5000 };
	struct event_line *lines = NULL;
	size_t n = 0;
	if (s->events && (!event_flush(s->events, e) || !event_list(s->events, s->tenant->id, account, EVENTS, s->arena, &lines, &n, e))) return false;
	json_key(j, STR("security_log"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		put_time(j, STR("at"), lines[i].at.us);
		json_member(j, "what", str_of(event_name(lines[i].kind)));
		json_member(j, "reason", lines[i].reason);
		json_member(j, "network", lines[i].network);
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}

static bool put_wishes(const struct account_scene *s, int64_t account, struct json_out *j, struct err *e)
{
	uint64_t wishes;
	if (!account_wishes(s->as, s->tenant->id, account, &wishes, e)) return false;
	json_key(j, STR("letters"));
	json_open(j, '[');
	for (unsigned i = 0; i < ACCOUNT_WISHES; i++)
		if (wishes >> i & 1) json_put(j, str_of(account_wish_row((enum account_wish)i)->word));
	json_close(j, ']');
	return true;
}

static bool put_lists(const struct account_scene *s, int64_t account, struct json_out *j, struct err *e)
{
	struct account_list_left all[50];
	size_t n;
	if (!account_lists_left(s->as, s->tenant->id, account, s->arena, all, COUNT_OF(all), &n, e)) return false;
	json_key(j, STR("lists"));
	json_open(j, '{');
	for (size_t i = 0; i < n; i++) {
		json_key(j, all[i].list);
		json_put(j, all[i].query);
	}
	json_close(j, '}');
	return true;
}

bool account_export(const struct account_scene *s, int64_t account, struct buf *out, struct str more, struct err *e)
{
	struct account who;
	struct json_out j = JSON_OUT(out);
	if (!account_get(s->as, s->tenant->id, account, s->arena, &who, e)) return false;
	json_open(&j, '{');
	json_member(&j, "portal", s->tenant->host);
	put_time(&j, STR("made"), clock_now().us);
	json_key(&j, STR("account"));
	json_open(&j, '{');
	json_member(&j, "email", who.email);
	json_member(&j, "name", who.name);
	json_member(&j, "language", who.language);
	if (!put_wishes(s, account, &j, e) || !put_lists(s, account, &j, e)) return false;
	json_member(&j, "role", who.role);
	json_member(&j, "state", str_of(account_state_word(who.state)));
	put_words(&j, STR("permissions"), account_permissions_text(s->arena, who.own));
	json_key(&j, STR("groups"));
	json_open(&j, '[');
	for (size_t i = 0; i < who.ngroups; i++) json_put(&j, who.groups[i]);
	json_close(&j, ']');
	json_member_bool(&j, "second_factor", who.second_factor);
	json_member_int(&j, "recovery_codes_left", (int64_t)who.recovery);
	put_time(&j, STR("created"), who.created.us);
	put_time(&j, STR("expires"), who.expires.us);
	put_day(&j, STR("last_signed_in"), who.last_day);
	if (who.message.n) json_member(&j, "request", who.message);
	json_close(&j, '}');
	if (!put_keys(s, account, &j, e) || !put_identities(s, account, &j, e) || !put_events(s, account, &j, e)) return false;
	if (more.n) {
		buf_put_char(out, ',');
		buf_put(out, more);
	}
	json_close(&j, '}');
	account_note(s, EVENT_ACCOUNT_EXPORTED, account, STR(""), STR(""));
	return !out->over || err_set(e, ERR_TOO_LARGE, "the export is larger than can be sent at once");
}

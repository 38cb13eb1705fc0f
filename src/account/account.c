/* Accounts of a portal. */
#include "account/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

const struct store_query account_queries[] = {
#define Q(name, text) [ACCOUNT_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "account/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query account_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [ACCOUNT_H_##name] = { #name, text },
#include "account/queries.def"
#undef Q
#undef HOUSE
};

static const char *const roles[] = { "admin", "publisher", "member" };

bool account_role_ok(struct str role)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (str_eq(role, str_of(roles[i]))) return true;
	return false;
}

/* One @ with something on both sides, no blanks or controls: the mail itself is the real check. */
static bool email_ok(struct str s)
{
	ptrdiff_t at = str_find_char(s, '@');
	if (s.n < 3 || s.n > 254 || at <= 0 || (size_t)at + 1 >= s.n || str_rfind_char(s, '@') != at) return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("<>\",;()", s.p[i])) return false;
	return text_is_utf8(s);
}

static bool fresh_password(char password[ACCOUNT_PASSWORD_TEXT], char hash[CRYPT_PASSWORD_TEXT], struct err *e)
{
	crypt_random_base62(password, ACCOUNT_PASSWORD_TEXT - 1);
	return crypt_password_hash(str_of(password), hash, e);
}

bool account_add(struct store *s, struct tenant_id t, struct str email, struct str name, struct str role,
                 char password[ACCOUNT_PASSWORD_TEXT], struct err *e)
{
	char hash[CRYPT_PASSWORD_TEXT];
	struct store_tx *tx;
	if (!email_ok(email)) return err_set(e, ERR_PARAMETER, "\"%.*s\" is not an e-mail address", STR_ARG(email));
	if (!account_role_ok(role))
		return err_set(e, ERR_PARAMETER, "there is no role \"%.*s\"; roles are admin, publisher, member", STR_ARG(role));
	if (!fresh_password(password, hash, e) || !store_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(account_insert), t,
	                    STORE_PARAMS(VALUE_OF_TEXT(email), VALUE_OF_TEXT(name), VALUE_OF_TEXT(role),
	                                 VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(clock_now().us)), e);
	if (!ok && e->code == ERR_CONFLICT) {
		*e = (struct err){ 0 };
		err_set(e, ERR_CONFLICT, "%.*s has an account on this portal already; `stoa user password` gives a new password", STR_ARG(email));
	}
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool account_password(struct store *s, struct tenant_id t, struct str email, char password[ACCOUNT_PASSWORD_TEXT], struct err *e)
{
	char hash[CRYPT_PASSWORD_TEXT];
	struct store_tx *tx;
	if (!fresh_password(password, hash, e) || !store_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(account_password), t, STORE_PARAMS(VALUE_OF_TEXT(email), VALUE_OF_TEXT(str_of(hash))), e);
	if (ok && store_changes(tx) == 0)
		ok = err_set(e, ERR_NOT_FOUND, "%.*s has no account on this portal", STR_ARG(email));
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool account_list(struct store *s, struct tenant_id t, struct arena *a, struct account **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	VEC(struct account) list = { 0 };
	struct err ignored = { 0 };
	if (!store_begin(s, STORE_READ, &tx, e)) return false;
	enum store_step step = STORE_FAILED;
	if (store_ask(tx, ACCOUNT_Q(account_list), t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct account){
				.id = store_int(r, 0), .email = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
				.role = arena_str(a, store_text(r, 3)), .must_change = store_int(r, 4) != 0, .created = { store_int(r, 5) } });
		store_stop(r);
	}
	bool ok = store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
	*out = list.p;
	*n = list.n;
	return ok;
}

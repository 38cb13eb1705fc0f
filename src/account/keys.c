/* API keys: made, listed, revoked. The text of a key is told once; the store keeps its digest and its first
 * characters, by which people tell keys apart. */
#include "account/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

static const struct { const char *word; unsigned bit; } words[] = {
	{ "read", ACCOUNT_READ }, { "listed", ACCOUNT_LISTED }, { "write", ACCOUNT_WRITE },
};

unsigned account_scope_of(struct str text)
{
	struct str part;
	unsigned scope = 0;
	while (str_cut(&text, ',', &part))
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (str_eq(str_trim(part), str_of(words[i].word))) scope |= words[i].bit;
	return scope;
}

struct str account_scope_text(struct arena *a, unsigned scope)
{
	struct str all = STR("");
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scope & words[i].bit) all = arena_printf(a, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", words[i].word);
	return all;
}

/* --- what the changes of the room have in common --------------------------------------------------- */

bool account_end(struct accounts *as, struct store_tx *tx, struct tenant_id t, bool ok, struct err *e)
{
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && accounts_changed(as, t, e);
}

bool account_say(struct store_tx *tx, struct tenant_id t, const char *what, struct str subject, struct str detail, struct err *e)
{
	return store_run(tx, ACCOUNT_Q(audit_insert), t,
	                 STORE_PARAMS(VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(STR("command line")),
	                              VALUE_OF_TEXT(str_of(what)), VALUE_OF_TEXT(subject), VALUE_OF_TEXT(detail)), e);
}

bool account_number(struct store_tx *tx, const struct store_query *q, struct tenant_id t, struct value by, int64_t *out, struct err *e)
{
	struct store_rows *r;
	*out = 0;
	if (!store_ask(tx, q, t, STORE_PARAMS(by), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) *out = store_int(r, 0);
	store_stop(r);
	return step != STORE_FAILED;
}

static bool ask_number(struct accounts *as, const struct store_query *q, struct tenant_id t, struct str by, int64_t *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	bool ok = account_number(tx, q, t, VALUE_OF_TEXT(by), out, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool account_id(struct accounts *as, struct tenant_id t, struct str email, int64_t *out, struct err *e)
{
	return ask_number(as, ACCOUNT_Q(account_id), t, email, out, e) &&
	       (*out || err_set(e, ERR_NOT_FOUND, "%.*s has no account on this portal; `stoa user list` shows the accounts", STR_ARG(email)));
}

bool account_group_id(struct accounts *as, struct tenant_id t, struct str name, int64_t *out, struct err *e)
{
	return ask_number(as, ACCOUNT_Q(group_id), t, name, out, e) &&
	       (*out || err_set(e, ERR_NOT_FOUND, "there is no group %.*s on this portal; `stoa group list` shows the groups", STR_ARG(name)));
}

/* --- adding ---------------------------------------------------------------------------------------- */

static bool check(const struct account_key *k, struct err *e)
{
	if (!k->name.n || k->name.n > ACCOUNT_KEY_NAME || !text_is_utf8(k->name))
		return err_set(e, ERR_PARAMETER, "a key needs a name of 1 to %d bytes that says what it is for", ACCOUNT_KEY_NAME);
	if (k->ndatasets > ACCOUNT_KEY_DATASETS)
		return err_set(e, ERR_PARAMETER, "a key lists at most %d datasets; a group with rules can hold more", ACCOUNT_KEY_DATASETS);
	if (k->expires.us && k->expires.us <= clock_now().us)
		return err_set(e, ERR_PARAMETER, "a key cannot end before it begins; give a day to come, as 2030-01-31");
	return k->calls_a_day >= -1 || err_set(e, ERR_PARAMETER, "calls a day are 0 (no limit) or more");
}

static bool put_key(struct store_tx *tx, struct tenant_id t, const struct account_key *k, const char *text, struct err *e)
{
	enum { HINT = 9 };
	auto_arena a = ARENA_INIT;
	unsigned char digest[CRYPT_SHA256];
	char hash[2 * CRYPT_SHA256 + 1];
	int64_t account;
	crypt_sha256(str_of(text), digest);
	crypt_hex(digest, sizeof digest, hash);
	if (!account_number(tx, ACCOUNT_Q(account_id), t, VALUE_OF_TEXT(k->email), &account, e)) return false;
	if (!account)
		return err_set(e, ERR_NOT_FOUND, "%.*s has no account on this portal; `stoa user add` makes one", STR_ARG(k->email));
	struct value calls = k->calls_a_day < 0 ? VALUE_NULL_OF(VALUE_INT) : VALUE_OF_INT(k->calls_a_day);
	struct value list = k->listed_permissions ? VALUE_OF_TEXT(account_permissions_text(&a, k->permissions)) : VALUE_NULL_OF(VALUE_TEXT);
	struct value expires = k->expires.us ? VALUE_OF_INT(k->expires.us) : VALUE_NULL_OF(VALUE_INT);
	bool ok = store_run(tx, ACCOUNT_Q(key_insert), t,
	                    STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(k->name), VALUE_OF_TEXT(str_make(text, HINT)),
	                                 VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(account_scope_text(&a, k->scope)), calls,
	                                 VALUE_OF_INT(clock_now().us), expires, list), e);
	struct value id = VALUE_OF_INT(ok ? store_last_id(tx) : 0);
	for (size_t i = 0; ok && i < k->ndatasets; i++)
		ok = store_run(tx, ACCOUNT_Q(key_dataset), t, STORE_PARAMS(id, VALUE_OF_INT(k->datasets[i])), e);
	return ok && account_say(tx, t, "key.add", k->email, k->name, e);
}

bool account_key_add(struct accounts *as, struct tenant_id t, const struct account_key *k, char text[ACCOUNT_KEY_TEXT], struct err *e)
{
	static const char prefix[] = "stoa_";
	struct store_tx *tx;
	if (!check(k, e)) return false;
	/* The prefix lets those who look for secrets in what people publish find it. */
	memcpy(text, prefix, sizeof prefix - 1);
	crypt_random_base62(text + sizeof prefix - 1, ACCOUNT_KEY_TEXT - sizeof prefix);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	return account_end(as, tx, t, put_key(tx, t, k, text, e), e);
}

bool account_key_change(struct accounts *as, struct tenant_id t, const struct account_key *k, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	if (!check(k, e) || !store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	struct value list = k->listed_permissions ? VALUE_OF_TEXT(account_permissions_text(&a, k->permissions)) : VALUE_NULL_OF(VALUE_TEXT);
	bool ok = store_run(tx, ACCOUNT_Q(key_change), t, STORE_PARAMS(VALUE_OF_INT(k->id), VALUE_OF_TEXT(k->name), VALUE_OF_TEXT(account_scope_text(&a, k->scope)),
	                    list, VALUE_OF_INT(k->account)), e);
	if (ok && store_changes(tx) == 0) ok = err_set(e, ERR_NOT_FOUND, "there is no good key with the number %lld", (long long)k->id);
	ok = ok && account_say(tx, t, "key.change", arena_printf(&a, "%lld", (long long)k->id), k->name, e);
	return account_end(as, tx, t, ok, e);
}

/* --- listing --------------------------------------------------------------------------------------- */

struct keys { VEC(struct account_key) v; };

static bool read_keys(struct store_tx *tx, struct tenant_id t, struct arena *a, struct keys *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, ACCOUNT_Q(key_list), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &out->v, (struct account_key){
			.id = store_int(r, 0), .email = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
			.hint = arena_str(a, store_text(r, 3)), .scope = account_scope_of(store_text(r, 4)),
			.calls_a_day = store_is_null(r, 5) ? -1 : store_int(r, 5), .created = { store_int(r, 6) },
			.expires = { store_int(r, 7) }, .revoked = { store_int(r, 8) },
			.last_day = store_is_null(r, 9) ? -1 : store_int(r, 9), .account = store_int(r, 10),
			.listed_permissions = !store_is_null(r, 11), .permissions = account_permissions_known(store_text(r, 11)),
			.reason = arena_str(a, store_text(r, 12)) });
	store_stop(r);
	return step == STORE_DONE;
}

static bool read_listed(struct store_tx *tx, struct tenant_id t, struct arena *a, struct keys *keys, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, ACCOUNT_Q(key_datasets), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		for (size_t i = 0; i < keys->v.n; i++) {
			struct account_key *k = &keys->v.p[i];
			if (k->id != store_int(r, 0) || k->ndatasets >= ACCOUNT_KEY_DATASETS) continue;
			int64_t *list = (int64_t *)(uintptr_t)k->datasets;
			if (!list) k->datasets = list = arena_array(a, int64_t, ACCOUNT_KEY_DATASETS);
			list[k->ndatasets++] = store_int(r, 1);
		}
	store_stop(r);
	return step == STORE_DONE;
}

bool account_key_list(struct accounts *as, struct tenant_id t, struct arena *a, struct account_key **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	struct keys keys = { 0 };
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	bool ok = read_keys(tx, t, a, &keys, e) && read_listed(tx, t, a, &keys, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	*out = keys.v.p;
	*n = keys.v.n;
	return ok;
}

/* --- the rest -------------------------------------------------------------------------------------- */

bool account_key_revoke_for(struct accounts *as, struct tenant_id t, int64_t account, int64_t id, struct str reason, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	if (!account_text_ok(reason, ACCOUNT_KEY_NAME)) return err_set(e, ERR_PARAMETER, "a reason is one line of at most %d bytes", ACCOUNT_KEY_NAME);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(key_revoke), t,
	                    STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(reason), VALUE_OF_INT(account)), e);
	if (ok && store_changes(tx) == 0)
		ok = err_set(e, ERR_NOT_FOUND, "there is no good key with the number %lld on this portal; `stoa key list` shows the keys", (long long)id);
	ok = ok && account_say(tx, t, "key.revoke", arena_printf(&a, "%lld", (long long)id), reason, e);
	return account_end(as, tx, t, ok, e);
}

bool account_key_revoke(struct accounts *as, struct tenant_id t, int64_t id, struct err *e)
{
	return account_key_revoke_for(as, t, 0, id, STR(""), e);
}

bool account_key_find(struct accounts *as, struct tenant_id t, struct str key, int64_t *id, struct err *e)
{
	unsigned char digest[CRYPT_SHA256];
	char hash[2 * CRYPT_SHA256 + 1];
	crypt_sha256(key, digest);
	crypt_hex(digest, sizeof digest, hash);
	return ask_number(as, ACCOUNT_Q(key_find), t, str_of(hash), id, e) &&
	       (*id || err_set(e, ERR_NOT_FOUND, "no key of this portal reads so"));
}

bool account_keys_used(struct store *s, struct tenant_id t, int64_t key, int64_t day, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(key_used), t, STORE_PARAMS(VALUE_OF_INT(key), VALUE_OF_INT(day)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

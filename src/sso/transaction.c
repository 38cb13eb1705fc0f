/* Sign-ins under way. The state is known to the browser and the provider only; kept is its hash. One statement takes a transaction
 * away, so that of two uses exactly one succeeds. */
#include "crypt/crypt.h"
#include "sso/inside.h"

enum { TRANSACTIONS = 10000 };

bool sso_is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) return false;
	return true;
}

void sso_random(char out[SSO_STATE_TEXT])
{
	unsigned char bytes[32];
	auto_buf b = BUF_INIT(64);
	crypt_random(bytes, sizeof bytes);
	crypt_put_base64url(&b, str_make((const char *)bytes, sizeof bytes));
	ensure(b.n == SSO_STATE_TEXT - 1);
	memcpy(out, b.p, b.n);
	out[b.n] = 0;
	crypt_wipe(bytes, sizeof bytes);
}

void sso_hash(struct str s, char out[64 + 1])
{
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(s, digest);
	crypt_hex(digest, sizeof digest, out);
}

bool sso_refuse(const struct sso_scene *s, struct str provider, const char *word, const char **reason, struct err *e)
{
	struct event ev = { .kind = EVENT_SSO_REFUSED, .reason = str_of(word), .detail = provider, .client = s->client };
	if (s->events) event_note(s->events, s->tenant->id, &ev);
	*reason = word;
	return err_set(e, ERR_FORBIDDEN, "The answer of the identity provider was not accepted (%s).", word);
}

bool sso_transaction_begin(const struct sso_scene *s, const struct sso_start *b, struct str nonce, struct str verifier, char state[SSO_STATE_TEXT], struct err *e)
{
	char hash[65], binding[65];
	int64_t made;
	auto_buf sealed = BUF_INIT(4096);
	sso_random(state);
	sso_hash(str_make(state, SSO_STATE_TEXT - 1), hash);
	sso_hash(b->binding, binding);
	if (!vault_seal(s->vault, s->tenant->host, SSO_SEAL_VERIFIER, verifier, &sealed, e)) return false;
	if (!sso_sweep(s->store, e)) return false;
	if (!sso_write(s, SSO_Q_begin,
	               STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(b->provider), VALUE_OF_TEXT(str_of(binding)), VALUE_OF_TEXT(nonce),
	                            VALUE_OF_TEXT(buf_str(&sealed)), VALUE_OF_TEXT(b->next), VALUE_OF_INT(b->link), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(TRANSACTIONS)),
	               &made, e))
		return false;
	return made == 1 || err_set(e, ERR_BUSY, "too many people are signing in at once");
}

static bool read_one(const struct sso_scene *s, struct store_tx *t, struct str hash, struct sso_transaction *out, struct str *binding, int64_t *created, struct err *e)
{
	struct store_rows *r;
	struct arena *a = s->arena;
	if (!store_ask(t, &sso_q[SSO_Q_transaction], s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(hash)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		*out = (struct sso_transaction){ .provider = arena_str(a, store_text(r, 0)), .nonce = arena_str(a, store_text(r, 2)), .verifier = arena_str(a, store_text(r, 3)),
			                         .next = arena_str(a, store_text(r, 4)), .link = store_int(r, 5), .response = arena_str(a, store_text(r, 7)) };
		*binding = arena_str(a, store_text(r, 1));
		*created = store_int(r, 6);
	}
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_GONE, "This sign-in is over or was used already. Please begin again."));
}

/* Reads and deletes in one transaction of the store; true even when another browser asks: then it is gone, too. */
static bool take(const struct sso_scene *s, struct str hash, struct sso_transaction *out, struct str *binding, int64_t *created, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(s->store, STORE_WRITE, &t, e)) return false;
	bool ok = read_one(s, t, hash, out, binding, created, e) && store_run(t, &sso_q[SSO_Q_consume], s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(hash)), e);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool sso_transaction_end(const struct sso_scene *s, struct str state, struct str binding, struct sso_transaction *out, const char **reason, struct err *e)
{
	char hash[65], mine[65];
	struct str bound;
	int64_t created, now = clock_now().us;
	sso_hash(state, hash);
	sso_hash(binding, mine);
	if (!take(s, str_of(hash), out, &bound, &created, e)) {
		if (e->code == ERR_GONE) {
			struct event ev = { .kind = EVENT_SSO_REFUSED, .reason = STR("state"), .client = s->client };
			if (s->events) event_note(s->events, s->tenant->id, &ev);
			*reason = "state";
		}
		return false;
	}
	if (!binding.n || !crypt_equal(bound, str_of(mine))) return sso_refuse(s, out->provider, "binding", reason, e);
	/* A clock that was set back must not make a transaction young again. */
	if (now - created > (int64_t)SSO_TRANSACTION_S * 1000000 || now < created - (int64_t)SSO_SKEW_S * 1000000) {
		*reason = "late";
		return err_set(e, ERR_GONE, "This sign-in took longer than %d minutes. Please begin again.", SSO_TRANSACTION_S / 60);
	}
	return vault_unseal(s->vault, s->tenant->host, SSO_SEAL_VERIFIER, out->verifier, s->arena, &out->verifier, e);
}

bool sso_use_once(const struct sso_scene *s, struct str provider, struct str id, int64_t until_us, bool *fresh, struct err *e)
{
	char hash[65];
	int64_t n;
	sso_hash(id, hash);
	if (!sso_write(s, SSO_Q_use, STORE_PARAMS(VALUE_OF_TEXT(provider), VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(until_us)), &n, e)) return false;
	*fresh = n == 1;
	return true;
}

bool sso_sweep(struct store *s, struct err *e)
{
	struct store_tx *t;
	int64_t now = clock_now().us;
	if (!store_begin(s, STORE_WRITE, &t, e)) return false;
	bool ok = store_run_house(t, &sso_h[SSO_H_sweep], STORE_PARAMS(VALUE_OF_INT(now - (int64_t)SSO_TRANSACTION_S * 2000000)), e) &&
	          store_run_house(t, &sso_h[SSO_H_sweep_used], STORE_PARAMS(VALUE_OF_INT(now)), e);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- any kind ---------------------------------------------------------------------------------------------- */

bool sso_begin(const struct sso_scene *s, const struct sso_start *b, struct str *url, struct err *e)
{
	struct sso_provider p;
	if (!sso_provider_get(s, b->provider, &p, e)) return false;
	if (!p.enabled) return err_set(e, ERR_NOT_FOUND, "this identity provider is switched off");
	return p.kind == SSO_OIDC ? sso_oidc_begin(s, &p, b, url, e) : sso_saml_begin(s, &p, b, url, e);
}

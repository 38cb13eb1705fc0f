/* What every part of the room needs: transactions, keys, sealed texts, drafts, and who is told. */
#include "engage/inside.h"

const struct store_query engage_queries[] = {
#define Q(name, text) [ENGAGE_Q_##name] = { #name, text },
#include "engage/queries.def"
#undef Q
};

bool engage_begin(const struct engage_scene *s, enum store_mode m, struct store_tx **tx, struct err *e)
{
	return store_begin(s->site->store, m, tx, e);
}

bool engage_done(const struct engage_scene *s, struct store_tx *tx, bool ok, struct err *e)
{
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok) mail_wake(s->site->mail);
	return ok;
}

bool engage_done_shown(const struct engage_scene *s, struct store_tx *tx, bool ok, struct err *e)
{
	ok = engage_done(s, tx, ok, e);
	if (ok) site_changed(s->site, s->tenant->id);
	return ok;
}

bool engage_run(const struct engage_scene *s, const struct store_query *q, const struct value *params, size_t n, int64_t *changes, struct err *e)
{
	struct store_tx *tx;
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, q, s->tenant->id, params, n, e);
	if (ok) *changes = store_changes(tx);
	return engage_done(s, tx, ok, e);
}

/* --- keys ------------------------------------------------------------------------------------------------ */

/* Signatures of Ed25519 are the same every time and known to nobody else, so one of them is a key that stays. */
void engage_mac(const struct engage_scene *s, const char *purpose, struct str text, char out[2 * CRYPT_MAC + 1])
{
	unsigned char signature[VAULT_SIGNATURE], key[CRYPT_SHA256], mac[CRYPT_MAC];
	struct str about = arena_printf(s->arena, "engage\x1f%s", purpose);
	vault_sign(s->site->vault, STR("engage"), about, signature);
	crypt_sha256(str_make((const char *)signature, sizeof signature), key);
	crypt_hmac(str_make((const char *)key, sizeof key), arena_printf(s->arena, "%lld\x1f%.*s", (long long)s->tenant->id.v, STR_ARG(text)), mac);
	crypt_hex(mac, sizeof mac, out);
	crypt_wipe(signature, sizeof signature);
	crypt_wipe(key, sizeof key);
}

/* Addresses are the same in any case. */
struct str engage_mark(const struct engage_scene *s, struct str address)
{
	char *low = arena_bytes(s->arena, address.n + 1), mark[2 * CRYPT_MAC + 1];
	for (size_t i = 0; i < address.n; i++) low[i] = address.p[i] >= 'A' && address.p[i] <= 'Z' ? (char)(address.p[i] + 32) : address.p[i];
	engage_mac(s, "address", str_make(low, address.n), mark);
	return arena_str(s->arena, str_of(mark));
}

bool engage_seal(const struct engage_scene *s, struct str plain, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(256 * 1024);
	*out = STR("");
	if (!plain.n) return true;
	if (!vault_seal(s->site->vault, STR("engage"), STR("words"), plain, &b, e)) return false;
	*out = arena_str(s->arena, buf_str(&b));
	return true;
}

struct str engage_open(const struct engage_scene *s, struct arena *a, struct str sealed)
{
	struct err e = { 0 };
	struct str out = STR("");
	/* A key that is lost takes the words with it; the list goes on without them. */
	if (sealed.n && !vault_unseal(s->site->vault, STR("engage"), STR("words"), sealed, a, &out, &e)) return STR("");
	return out;
}

void engage_hash(struct str token, char hash[ENGAGE_HASH + 1])
{
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(token, digest);
	crypt_hex(digest, sizeof digest, hash);
}

void engage_secret(char token[ENGAGE_TOKEN + 1], char hash[ENGAGE_HASH + 1])
{
	unsigned char bytes[32];
	struct buf b = { .p = token, .cap = ENGAGE_TOKEN + 1, .max = ENGAGE_TOKEN + 1 };
	crypt_random(bytes, sizeof bytes);
	crypt_put_base64url(&b, str_make((const char *)bytes, sizeof bytes));
	ensure(!b.over && b.n == ENGAGE_TOKEN);
	token[b.n] = '\0';
	crypt_wipe(bytes, sizeof bytes);
	engage_hash(str_make(token, b.n), hash);
}

/* --- words ------------------------------------------------------------------------------------------------- */

struct account_scene engage_account_scene(const struct engage_scene *s)
{
	return (struct account_scene){ .as = s->site->accounts, .vault = s->site->vault, .events = s->site->events, .mail = s->site->mail,
		.tenant = s->tenant, .origin = s->origin, .lang = s->lang, .client = s->client, .by = s->by, .arena = s->arena };
}

const struct i18n_lang *engage_lang(const struct engage_scene *s, struct str code)
{
	const struct i18n_lang *l = code.n ? i18n_lang_or_null(code) : NULL;
	if (!l && s->tenant->nlanguages) l = i18n_lang_or_null(s->tenant->languages[0]);
	return l ? l : i18n_english();
}

struct str engage_portal(const struct engage_scene *s, const struct i18n_lang *l)
{
	struct str title = tenant_text(s->tenant, "title", l->code);
	return title.n ? title : s->tenant->host;
}

struct mail_draft engage_draft(const struct engage_scene *s, struct str lang)
{
	const struct i18n_lang *l = engage_lang(s, lang);
	return mail_draft(s->arena, s->site->vault, l, engage_portal(s, l), s->origin);
}

struct str engage_title(const struct engage_scene *s, const struct dataset *d, struct str lang)
{
	struct str title = str_trim(dataset_meta_text(d, s->arena, "title", lang));
	return text_cut(title.n ? title : d->slug, 300);
}

struct str engage_dataset_url(const struct engage_scene *s, struct str slug)
{
	return arena_printf(s->arena, "%.*s/explore/dataset/%.*s/", STR_ARG(s->origin), STR_ARG(slug));
}

bool engage_text_ok(struct str s, size_t most, bool lines)
{
	if (s.n > most || !text_is_utf8(s)) return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t')))) return false;
	}
	return true;
}

/* --- who is told --------------------------------------------------------------------------------------------- */

void engage_reader_add(const struct engage_scene *s, struct engage_readers *r, struct str email, struct str lang)
{
	struct err e = { 0 };
	struct str address;
	if (r->n == COUNT_OF(r->items) || !mail_address(s->arena, email, &address, &e)) return;
	for (size_t i = 0; i < r->n; i++)
		if (str_eq_nocase(r->items[i].email, address)) return;
	r->items[r->n++] = (struct engage_reader){ address, lang };
}

void engage_readers_add(const struct engage_scene *s, struct engage_readers *r, struct str list)
{
	struct str rest = list, part;
	while (rest.n && str_cut(&rest, ',', &part)) engage_reader_add(s, r, str_trim(part), STR(""));
}

bool engage_readers_may(const struct engage_scene *s, struct engage_readers *r, enum account_permission what, struct err *e)
{
	struct account *all;
	size_t n;
	if (!account_list(s->site->store, s->tenant->id, s->arena, &all, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		struct account_who who;
		if (all[i].state == ACCOUNT_ACTIVE && accounts_who(s->site->accounts, s->tenant->id, all[i].id, s->arena, &who) &&
		    (who.permissions & ACCOUNT_BIT(what)) &&
		    account_wants(s->site->accounts, s->tenant->id, all[i].id, what == ACCOUNT_MAY_EDIT_REUSE ? ACCOUNT_WISH_REUSE : ACCOUNT_WISH_MESSAGE))
			engage_reader_add(s, r, all[i].email, all[i].language);
	}
	return true;
}

bool engage_account(const struct engage_scene *s, int64_t id, struct account *out, struct err *e)
{
	return account_get(s->site->accounts, s->tenant->id, id, s->arena, out, e);
}

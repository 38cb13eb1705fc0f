/* Scopes in words, the words of RFC 6749 for faults, secrets and their digests, and the statements. */
#include "oauth/inside.h"

const struct store_query oauth_queries[] = {
#define Q(name, text) [OAUTH_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "oauth/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query oauth_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [OAUTH_H_##name] = { #name, text },
#include "oauth/queries.def"
#undef Q
#undef HOUSE
};

static const struct { const char *word; int status; } faults[] = {
#define FAULT(symbol, word, status) { word, status },
#include "oauth/faults.def"
#undef FAULT
};

const char *oauth_fault_word(enum oauth_fault f) { return faults[f < OAUTH_FAULTS ? f : OAUTH_INVALID_REQUEST].word; }
int oauth_fault_status(enum oauth_fault f) { return faults[f < OAUTH_FAULTS ? f : OAUTH_INVALID_REQUEST].status; }

static bool one_scope(struct str word, uint64_t *bits)
{
	if (str_eq(word, STR("read"))) return true;
	if (str_eq(word, STR("all"))) {
		*bits = UINT64_MAX;
		return true;
	}
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		if (!str_eq(word, str_of(account_permission_row((enum account_permission)i)->name))) continue;
		*bits |= ACCOUNT_BIT(i);
		return true;
	}
	return false;
}

bool oauth_scopes_read(struct str words, uint64_t *out, struct str *bad)
{
	struct str word;
	uint64_t bits = 0;
	bool any = false;
	while (str_cut(&words, ' ', &word)) {
		if (!word.n) continue;
		any = true;
		if (one_scope(word, &bits)) continue;
		*bad = word;
		return false;
	}
	if (any) *out = bits;
	return true;
}

struct str oauth_scopes_text(struct arena *a, uint64_t scopes)
{
	struct str all = STR("read");
	if (scopes == UINT64_MAX) return STR("all");
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (scopes & ACCOUNT_BIT(i)) all = arena_printf(a, "%.*s %s", STR_ARG(all), account_permission_row((enum account_permission)i)->name);
	return all;
}

void oauth_hash(struct str secret, char out[OAUTH_HASH_TEXT])
{
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(secret, digest);
	crypt_hex(digest, sizeof digest, out);
}

void oauth_secret(const char *prefix, char out[OAUTH_SECRET_TEXT])
{
	size_t n = strlen(prefix);
	ensure(n + OAUTH_SECRET < OAUTH_SECRET_TEXT);
	memcpy(out, prefix, n);
	crypt_random_base62(out + n, OAUTH_SECRET);
}

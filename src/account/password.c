/* Which passwords are accepted, and how they are kept: argon2id, optionally of an HMAC under a key outside the store. Hashes that
 * another product made with PBKDF2 are verified, and replaced when their owner signs in (PWD-4). */
#include "account/inside.h"
#include "io/io.h"
#include "text/text.h"
#include <assert.h>

enum { LEFT_OVER = 8, WORD = 3, UNIT = 8, ITERATIONS_MOST = 4000000 };

/* --- rules ------------------------------------------------------------------------------------------------- */

static const char *const sentences[ACCOUNT_FAULTS] = {
	[ACCOUNT_FINE] = "",
	[ACCOUNT_SHORT] = N_("Please use at least {0} characters. A few words in a row are easy to remember."),
	[ACCOUNT_LONG] = N_("This is longer than the portal accepts; 1,024 bytes are the most."),
	[ACCOUNT_NOT_TEXT] = N_("This cannot be read as text."),
	[ACCOUNT_COMMON] = N_("This password is on lists of common passwords. Please choose another one."),
	[ACCOUNT_CONTEXT] = N_("This is made of the portal's name, or of your own name or address. Please choose something that cannot be guessed."),
	[ACCOUNT_REPEATED] = N_("This repeats a few characters, or counts them up. Please choose something less regular."),
};

const char *account_fault_sentence(enum account_fault f) { return sentences[f < ACCOUNT_FAULTS ? f : ACCOUNT_NOT_TEXT]; }

int64_t account_password_least(const struct tenant *t, bool second_factor)
{
	return tenant_number(t, second_factor ? "password.min_with_2fa" : "password.min_single");
}

/* A few characters again and again, or each character one more or one less than the one before. */
static bool is_regular(struct str s)
{
	uint32_t c[ACCOUNT_PASSWORD_BYTES];
	size_t n = 0, up = 0, down = 0, same = 0;
	for (size_t at = 0; at < s.n && n < COUNT_OF(c);) c[n++] = text_next(s, &at);
	for (size_t unit = 1; unit <= num_min(n / 3, (size_t)UNIT); unit++) {
		size_t i = unit;
		while (i < n && c[i] == c[i - unit]) i++;
		if (i == n) return true;
	}
	for (size_t i = 1; i < n; i++) {
		if (c[i] >= 0x80) return false; /* neighbours in the tables of Unicode are not what people count by */
		up += c[i] == c[i - 1] + 1;
		down += c[i] + 1 == c[i - 1];
		same += c[i] == c[i - 1];
	}
	return n > 3 && (up + same >= n - 2 || down + same >= n - 2);
}

static struct str lower(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	return str_make(p, s.n);
}

/* Marks every place where a word of the person or the portal stands. */
static size_t mark(struct str password, struct str word, bool *taken)
{
	size_t found = 0;
	if (word.n < WORD) return 0;
	for (size_t i = 0; i + word.n <= password.n; i++)
		if (memcmp(password.p + i, word.p, word.n) == 0) {
			memset(taken + i, true, word.n);
			found++;
		}
	return found;
}

static size_t mark_parts(struct arena *a, struct str password, struct str words, const char *separators, bool *taken)
{
	struct str all = lower(a, words);
	size_t from = 0, found = mark(password, all, taken);
	for (size_t i = 0; i <= all.n; i++) {
		if (i < all.n && !strchr(separators, all.p[i])) continue;
		found += mark(password, str_sub(all, from, i - from), taken);
		from = i + 1;
	}
	return found;
}

/* True when little is left of a password once the words that everybody knows of its owner are taken out. */
static bool is_context(const struct tenant *t, struct str email, struct str name, struct str password)
{
	auto_arena a = ARENA_INIT;
	struct str p = lower(&a, password);
	bool *taken = arena_array(&a, bool, p.n + 1);
	size_t found = mark_parts(&a, p, t->host, ".-", taken) + mark_parts(&a, p, email, "@.-_+", taken) + mark_parts(&a, p, name, " -.'", taken);
	for (size_t i = 0; i < t->nlanguages; i++) found += mark_parts(&a, p, tenant_text(t, "title", t->languages[i]), " -.,:'", taken);
	found += mark_parts(&a, p, tenant_setting(t, "title"), " -.,:'", taken);
	size_t left = 0;
	for (size_t i = 0; i < p.n; i++) left += !taken[i] && ((unsigned char)p.p[i] & 0xc0) != 0x80;
	return found && left < LEFT_OVER;
}

enum account_fault account_password_fault(const struct tenant *t, struct str email, struct str name, bool second_factor, struct str password)
{
	if (password.n > ACCOUNT_PASSWORD_BYTES) return ACCOUNT_LONG;
	if (!text_is_utf8(password)) return ACCOUNT_NOT_TEXT;
	for (size_t i = 0; i < password.n; i++)
		if ((unsigned char)password.p[i] < ' ' || password.p[i] == 0x7f) return ACCOUNT_NOT_TEXT;
	if ((int64_t)text_length(password) < account_password_least(t, second_factor)) return ACCOUNT_SHORT;
	if (is_context(t, email, name, password)) return ACCOUNT_CONTEXT;
	if (is_regular(password)) return ACCOUNT_REPEATED;
	return account_password_common(password) ? ACCOUNT_COMMON : ACCOUNT_FINE;
}

/* --- keeping -------------------------------------------------------------------------------------------------- */

enum { PEPPER_HEAD = 1 + ACCOUNT_PEPPER_ID + 1 };
static_assert(ACCOUNT_HASH_TEXT >= PEPPER_HEAD + CRYPT_PASSWORD_TEXT, "a hash and the number of its pepper fit");

static void season(const struct account_pepper *p, struct str password, char out[2 * CRYPT_MAC + 1])
{
	unsigned char mac[CRYPT_MAC];
	crypt_hmac(str_make((const char *)p->key, sizeof p->key), password, mac);
	crypt_hex(mac, sizeof mac, out);
	crypt_wipe(mac, sizeof mac);
}

bool account_hash(struct accounts *as, struct str password, char out[ACCOUNT_HASH_TEXT], struct err *e)
{
	const struct account_hashing *h = accounts_hashing(as);
	if (!h->npeppers) return crypt_password_hash_at(&h->cost, password, out, e);
	const struct account_pepper *p = &h->peppers[h->npeppers - 1];
	char seasoned[2 * CRYPT_MAC + 1];
	season(p, password, seasoned);
	out[0] = '{';
	memcpy(out + 1, p->id, ACCOUNT_PEPPER_ID);
	out[PEPPER_HEAD - 1] = '}';
	bool ok = crypt_password_hash_at(&h->cost, str_of(seasoned), out + PEPPER_HEAD, e);
	crypt_wipe(seasoned, sizeof seasoned);
	return ok;
}

bool account_pbkdf2_read(struct str stored, struct account_pbkdf2 *out)
{
	auto_arena a = ARENA_INIT;
	struct str rest = stored, name, iterations, salt, hash, bytes;
	int64_t n;
	if (!stored.p || !str_cut(&rest, '$', &name) || !str_eq(name, STR("pbkdf2_sha256")) || !rest.n || !str_cut(&rest, '$', &iterations) || !rest.n ||
	    !str_cut(&rest, '$', &salt))
		return false;
	hash = rest;
	while (hash.n && hash.p[hash.n - 1] == '=') hash.n--;
	if (!str_to_int(iterations, &n) || n < 1 || n > ITERATIONS_MOST || !salt.n || salt.n > sizeof out->salt || hash.n != 43) return false;
	char *url = arena_bytes(&a, hash.n + 1);
	for (size_t i = 0; i < hash.n; i++) url[i] = hash.p[i] == '+' ? '-' : hash.p[i] == '/' ? '_' : hash.p[i];
	if (!crypt_base64url_decode(&a, str_make(url, hash.n), &bytes) || bytes.n != sizeof out->hash) return false;
	*out = (struct account_pbkdf2){ .iterations = (int)n, .nsalt = salt.n };
	memcpy(out->salt, salt.p, salt.n);
	memcpy(out->hash, bytes.p, bytes.n);
	return true;
}

static bool verify_pbkdf2(struct str stored, struct str password)
{
	struct account_pbkdf2 p;
	unsigned char made[CRYPT_PBKDF2];
	return account_pbkdf2_read(stored, &p) && crypt_pbkdf2(password, str_make(p.salt, p.nsalt), p.iterations, made) &&
	       crypt_equal(str_make((const char *)made, sizeof made), str_make((const char *)p.hash, sizeof p.hash));
}

static bool verify_seasoned(const struct account_hashing *h, struct str stored, struct str password, bool *old)
{
	struct str id = str_sub(stored, 1, ACCOUNT_PEPPER_ID);
	for (size_t i = 0; i < h->npeppers; i++) {
		if (!str_eq(id, str_of(h->peppers[i].id))) continue;
		char seasoned[2 * CRYPT_MAC + 1];
		season(&h->peppers[i], password, seasoned);
		const char *text = stored.p + PEPPER_HEAD; /* ends with a NUL: it comes from an arena */
		bool good = crypt_password_verify(str_of(seasoned), text);
		*old = i + 1 < h->npeppers || crypt_password_is_old_at(&h->cost, text);
		crypt_wipe(seasoned, sizeof seasoned);
		return good;
	}
	return crypt_password_dummy_at(&h->cost, password); /* its key is gone: nobody can tell any more */
}

bool account_hash_verify(struct accounts *as, struct str stored, struct str password, bool *old)
{
	const struct account_hashing *h = accounts_hashing(as);
	*old = false;
	if (password.n > ACCOUNT_PASSWORD_BYTES) password = STR("");
	if (stored.n > PEPPER_HEAD && stored.p[0] == '{') return verify_seasoned(h, stored, password, old);
	if (str_starts(stored, STR("pbkdf2_sha256$"))) {
		*old = true;
		return verify_pbkdf2(stored, password);
	}
	if (!stored.n || !password.n) return crypt_password_dummy_at(&h->cost, password);
	*old = h->npeppers > 0 || crypt_password_is_old_at(&h->cost, stored.p);
	return crypt_password_verify(password, stored.p);
}

/* --- settings -------------------------------------------------------------------------------------------------- */

static bool read_pepper(struct str line, struct account_pepper *p)
{
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	if (line.n != 2 * sizeof p->key) return false;
	for (size_t i = 0; i < line.n; i++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, line.p[i] >= 'A' && line.p[i] <= 'F' ? line.p[i] + 32 : line.p[i]);
		if (!line.p[i] || !at) return false;
		p->key[i / 2] = (unsigned char)((unsigned)p->key[i / 2] << 4 | (unsigned)(at - digits));
	}
	crypt_sha256(str_make((const char *)p->key, sizeof p->key), digest);
	crypt_hex(digest, sizeof digest, hex);
	memcpy(p->id, hex, ACCOUNT_PEPPER_ID);
	return true;
}

static bool read_peppers(struct account_hashing *h, struct str path, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str rest, line;
	if (!io_read(&a, arena_cstr(&a, path), 64 * 1024, &rest, e)) return false;
	while (rest.n && str_cut(&rest, '\n', &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#') continue;
		if (h->npeppers == ACCOUNT_PEPPERS || !read_pepper(line, &h->peppers[h->npeppers]))
			return err_set(e, ERR_USAGE, "password_pepper_file: expected at most %d lines of 64 hexadecimal digits", ACCOUNT_PEPPERS);
		h->npeppers++;
	}
	return h->npeppers || err_set(e, ERR_USAGE, "password_pepper_file: the file holds no key; a line of 64 hexadecimal digits is one");
}

bool accounts_settings(struct accounts *as, const struct account_settings *o, struct err *e)
{
	struct account_hashing *h = accounts_hashing(as);
	int64_t kb = o->argon_kb ? o->argon_kb : 65536, passes = o->argon_passes ? o->argon_passes : 3;
	/* RFC 9106 lets memory and passes stand in for each other; these are the least that PWD-3 takes. */
	bool enough = kb <= 1 << 20 && passes <= 100 && ((kb >= 19456 && passes >= 2) || (kb >= 47104 && passes >= 1));
	if (!enough)
		return err_set(e, ERR_USAGE, "argon2_memory_kb and argon2_passes: expected at least 19456 with 2 passes or 47104 with 1, and at most 1048576");
	h->cost = (struct crypt_cost){ .memory_kb = (size_t)kb, .passes = (unsigned)passes };
	return !o->pepper_file.n || read_peppers(h, o->pepper_file, e);
}

/* Master keys: read from and added to <data>/keys/master, a line each: kid, time it was made (seconds), key in
 * hexadecimal. The file is replaced whole, so it holds the former keys or the new list, never half of one. */
#include "vault/vault.h"
#include "clock/clock.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include <stdlib.h>
#include <sys/stat.h>

enum {
	MOST_KEYS = 24,             /* 24 × 30 days: longer than any grace; the first is kept besides */
	KEY_LIFE_S = 30 * 86400,
	FILE_MOST = 1 << 14,
};
static const char kids[] = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0";

struct master {
	char kid;
	int64_t made_s;
	unsigned char key[VAULT_KEY];
};

struct vault {
	struct lock lock;           /* LOCK_VAULT; guards what follows */
	struct master keys[MOST_KEYS + 1];
	size_t n;
	bool writing;               /* one thread makes a key at a time */
	char *folder, *path;        /* do not change */
};

static const char *const purposes[VAULT_PURPOSES] = {
	[VAULT_CSRF] = "csrf", [VAULT_PREFS] = "prefs", [VAULT_THROTTLE] = "throttle", [VAULT_SIGN] = "sign", [VAULT_SEAL] = "seal",
};

/* --- the file ------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_key(struct str hex, unsigned char out[VAULT_KEY])
{
	if (hex.n != 2 * VAULT_KEY) return false;
	for (size_t i = 0; i < VAULT_KEY; i++) {
		int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);
		if (high < 0 || low < 0) return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool read_line(struct vault *v, struct str line)
{
	struct str kid, made;
	struct master *m = &v->keys[v->n];
	if (v->n > MOST_KEYS || !str_cut(&line, ' ', &kid) || kid.n != 1 || !strchr(kids, kid.p[0]) || !str_cut(&line, ' ', &made)) return false;
	m->kid = kid.p[0];
	if (!str_to_int(made, &m->made_s) || !read_key(line, m->key)) return false;
	v->n++;
	return true;
}

static bool read_file(struct vault *v, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str text, line;
	if (!io_read(&a, v->path, FILE_MOST, &text, e)) return false;
	struct str rest = text;
	bool good = true;
	while (good && rest.n && str_cut(&rest, '\n', &line)) good = !line.n || line.p[0] == '#' || read_line(v, line);
	if (!good || v->n == 0)
		return err_set(e, ERR_SYSTEM, "keys/master in the data folder cannot be read; put back the copy that was kept of it");
	return true;
}

static bool check_mode(const struct vault *v, struct err *e)
{
	struct stat s;
	if (stat(v->path, &s) != 0) return err_os(e, "stat %s", v->path);
	if (s.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e, ERR_SYSTEM, "keys/master in the data folder can be read by others than its owner: chmod 600 it");
	return true;
}

static bool write_file(const char *path, const struct master *keys, size_t n, struct err *e)
{
	auto_buf b = BUF_INIT(FILE_MOST);
	char hex[2 * VAULT_KEY + 1];
	buf_lit(&b, "# Master keys of this server: with them, and only with them, its cookies, signatures and sealed secrets hold.\n"
	            "# They are not in the database. Keep a copy apart from the backups.\n");
	for (size_t i = 0; i < n; i++) {
		crypt_hex(keys[i].key, VAULT_KEY, hex);
		buf_printf(&b, "%c %lld %s\n", keys[i].kid, (long long)keys[i].made_s, hex);
	}
	bool ok = io_replace(path, buf_str(&b), 0600, e);
	crypt_wipe(hex, sizeof hex);
	crypt_wipe(b.p, b.n);
	return ok;
}

/* --- keys ---------------------------------------------------------------------------------------- */

/* The next number in the circle that no key held has. */
static char next_kid(const struct master *keys, size_t n)
{
	size_t at = n ? (size_t)(strchr(kids, keys[n - 1].kid) - kids) + 1 : 0;
	for (;; at++) {
		char kid = kids[at % (sizeof kids - 1)];
		bool taken = false;
		for (size_t i = 0; i < n && !taken; i++) taken = keys[i].kid == kid;
		if (!taken) return kid;
	}
}

/* The list with one more key; the oldest goes when there is no room, but never the first. */
static size_t with_one_more(const struct master *keys, size_t n, int64_t now_s, struct master *out)
{
	memcpy(out, keys, n * sizeof *out);
	if (n > MOST_KEYS) {
		memmove(out + 1, out + 2, (n - 2) * sizeof *out);
		n--;
	}
	out[n] = (struct master){ .kid = next_kid(out, n), .made_s = now_s };
	crypt_random(out[n].key, VAULT_KEY);
	return n + 1;
}

bool vault_open(struct str folder, struct vault **out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct vault *v = calloc(1, sizeof *v);
	ensure(v != NULL);
	lock_init(&v->lock, LOCK_VAULT);
	v->folder = strdup(arena_printf(&a, "%.*s/keys", STR_ARG(folder)).p);
	v->path = strdup(arena_printf(&a, "%.*s/keys/master", STR_ARG(folder)).p);
	ensure(v->folder && v->path);
	struct stat s;
	bool ok;
	if (stat(v->path, &s) == 0) {
		ok = check_mode(v, e) && read_file(v, e);
	} else {
		v->n = with_one_more(v->keys, 0, clock_now().us / 1000000, v->keys);
		ok = io_make_folders(v->folder, e) && write_file(v->path, v->keys, v->n, e);
	}
	if (!ok) {
		vault_close(v);
		return false;
	}
	*out = v;
	return true;
}

struct vault *vault_passing(void)
{
	struct vault *v = calloc(1, sizeof *v);
	ensure(v != NULL);
	lock_init(&v->lock, LOCK_VAULT);
	v->n = with_one_more(v->keys, 0, clock_now().us / 1000000, v->keys);
	v->writing = true; /* no other key is made */
	return v;
}

void vault_close(struct vault *v)
{
	if (!v) return;
	lock_done(&v->lock);
	free(v->folder);
	free(v->path);
	crypt_wipe(v, sizeof *v);
	free(v);
}

char vault_kid(struct vault *v, int64_t now_s)
{
	struct master list[MOST_KEYS + 1];
	lock_take(&v->lock);
	char kid = v->keys[v->n - 1].kid;
	size_t n = 0;
	bool due = !v->writing && now_s - v->keys[v->n - 1].made_s >= KEY_LIFE_S;
	if (due) {
		v->writing = true;
		n = with_one_more(v->keys, v->n, now_s, list);
	}
	lock_give(&v->lock);
	if (!due) return kid;
	struct err ignored = { 0 };
	bool kept = write_file(v->path, list, n, &ignored);
	lock_take(&v->lock);
	if (kept) {
		memcpy(v->keys, list, n * sizeof *list);
		v->n = n;
	}
	kid = v->keys[v->n - 1].kid;
	v->writing = false;
	lock_give(&v->lock);
	crypt_wipe(list, sizeof list);
	return kid;
}

/* --- sub-keys ------------------------------------------------------------------------------------ */

void vault_derive(const unsigned char master[VAULT_KEY], const char *purpose, struct str host, unsigned char out[VAULT_KEY])
{
	enum { INFO = 512 };
	static const char salt[32];
	auto_buf info = BUF_INIT(INFO);
	buf_put(&info, str_make("odp1", sizeof "odp1")); /* with its NUL */
	buf_put(&info, str_make(purpose, strlen(purpose) + 1));
	buf_put(&info, host);
	crypt_hkdf(str_make((const char *)master, VAULT_KEY), str_make(salt, sizeof salt), buf_str(&info), out, VAULT_KEY);
}

bool vault_key(struct vault *v, char kid, enum vault_purpose purpose, struct str host, int64_t now_s, int64_t grace_s,
               unsigned char out[VAULT_KEY])
{
	unsigned char master[VAULT_KEY];
	bool good = false;
	lock_take(&v->lock);
	for (size_t i = 0; i < v->n && !good; i++) {
		/* Nothing was written with it after its time, whenever its successor was asked for. */
		bool in_time = grace_s < 0 || i + 1 == v->n || now_s - v->keys[i].made_s <= KEY_LIFE_S + grace_s;
		good = v->keys[i].kid == kid && in_time;
		if (good) memcpy(master, v->keys[i].key, sizeof master);
	}
	lock_give(&v->lock);
	if (!good) return false;
	vault_derive(master, purposes[purpose], host, out);
	crypt_wipe(master, sizeof master);
	return true;
}

/* What must hold for ever is made of the first key. */
static void lasting(struct vault *v, enum vault_purpose purpose, struct str host, unsigned char out[VAULT_KEY])
{
	unsigned char master[VAULT_KEY];
	lock_take(&v->lock);
	memcpy(master, v->keys[0].key, sizeof master);
	lock_give(&v->lock);
	vault_derive(master, purposes[purpose], host, out);
	crypt_wipe(master, sizeof master);
}

/* --- sealing and signing ------------------------------------------------------------------------- */

bool vault_seal(struct vault *v, struct str host, struct str what, struct str plain, struct buf *out, struct err *e)
{
	unsigned char key[VAULT_KEY];
	auto_buf raw = BUF_INIT(plain.n + 256);
	lasting(v, VAULT_SEAL, host, key);
	crypt_seal(key, what, plain, &raw);
	crypt_wipe(key, sizeof key);
	if (raw.over) return err_set(e, ERR_TOO_LARGE, "a secret is too long");
	crypt_put_base64url(out, buf_str(&raw));
	return !out->over || err_set(e, ERR_TOO_LARGE, "a secret is too long");
}

bool vault_unseal(struct vault *v, struct str host, struct str what, struct str sealed, struct arena *a, struct str *out, struct err *e)
{
	unsigned char key[VAULT_KEY];
	struct str raw;
	lasting(v, VAULT_SEAL, host, key);
	bool ok = crypt_base64url_decode(a, sealed, &raw) && crypt_unseal(key, what, raw, a, out);
	crypt_wipe(key, sizeof key);
	if (ok) return true;
	err_set(e, ERR_SYSTEM, "%s", err_kind(ERR_SYSTEM)->sentence);
	return err_cause(e, "a sealed \"%.*s\" does not open: was the file of keys replaced?", STR_ARG(what));
}

void vault_sign(struct vault *v, struct str host, struct str message, unsigned char out[VAULT_SIGNATURE])
{
	unsigned char seed[VAULT_KEY];
	lasting(v, VAULT_SIGN, host, seed);
	crypt_sign(seed, message, out);
	crypt_wipe(seed, sizeof seed);
}

void vault_public(struct vault *v, struct str host, unsigned char out[VAULT_PUBLIC])
{
	unsigned char seed[VAULT_KEY];
	lasting(v, VAULT_SIGN, host, seed);
	crypt_sign_public(seed, out);
	crypt_wipe(seed, sizeof seed);
}

bool vault_verify(const unsigned char key[VAULT_PUBLIC], struct str message, const unsigned char signature[VAULT_SIGNATURE])
{
	return crypt_sign_verify(key, message, signature);
}

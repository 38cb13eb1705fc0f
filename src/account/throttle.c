/* Counts of failures and of letters asked for. They lie in the store, so that a restart does not begin anew; the key of a row
 * is an HMAC of portal, kind and whom it counts, under a key of the day made of the vault's: who is counted cannot be told from
 * the table, and from one day to the next nothing connects (AUT-2). The price is that counts begin anew at midnight UTC;
 * what must outlast that, the hundred failures of AUT-3, stands in the account's own row.
 *
 * An attempt is counted before it is evaluated and taken back when it was good, so that many at the same moment do not
 * all go by a count that none of them has raised yet. */
#include "account/inside.h"
#include <arpa/inet.h>

enum { FREE_FAILURES = 5, RUN_S = 900, LONGEST_WAIT_S = 900 };

/* Windows that begin with the first of what they count. */
static const struct window { enum account_count kind; int64_t most, seconds; } windows[] = {
	{ ACCOUNT_COUNT_NETWORK, 30, 600 },
	{ ACCOUNT_COUNT_CODE, 10, 3600 },
	{ ACCOUNT_COUNT_LETTER, 3, 3600 },
	{ ACCOUNT_COUNT_ASKED, 10, 3600 },
	{ ACCOUNT_COUNT_FORM, 10, 3600 },
	{ ACCOUNT_COUNT_FOLLOW, 3, 3600 },
};

struct count { char key[2 * CRYPT_MAC + 1]; int64_t count, first, last; };

struct str account_network(struct arena *a, struct str client)
{
	unsigned char v4[4], v6[16];
	const char *text = arena_cstr(a, client);
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	if (inet_pton(AF_INET, text, v4) == 1) return arena_printf(a, "%d.%d.%d", v4[0], v4[1], v4[2]);
	if (inet_pton(AF_INET6, text, v6) != 1) return STR("?");
	if (memcmp(v6, mapped, sizeof mapped) == 0) return arena_printf(a, "%d.%d.%d", v6[12], v6[13], v6[14]);
	return arena_printf(a, "%02x%02x:%02x%02x:%02x%02x:%02x", v6[0], v6[1], v6[2], v6[3], v6[4], v6[5], v6[6]);
}

static bool key_of(const struct account_scene *s, enum account_count kind, struct str who, int64_t now_us, char out[2 * CRYPT_MAC + 1], struct err *e)
{
	unsigned char key[VAULT_KEY], day[CRYPT_MAC], mac[CRYPT_MAC];
	int64_t now = now_us / ACCOUNT_SECOND_US;
	if (!vault_key(s->vault, vault_kid(s->vault, now), VAULT_THROTTLE, s->tenant->host, now, -1, key))
		return err_set(e, ERR_SYSTEM, "the server has no key to count with");
	crypt_hmac(str_make((const char *)key, sizeof key), arena_printf(s->arena, "day\x1f%lld", (long long)(now / 86400)), day);
	/* Addresses are the same in any case; so are their counts. */
	auto_buf b = BUF_INIT(4096);
	buf_printf(&b, "%c\x1f", (char)kind);
	for (size_t i = 0; i < who.n && i < 1024; i++) buf_put_char(&b, who.p[i] >= 'A' && who.p[i] <= 'Z' ? (char)(who.p[i] + 32) : who.p[i]);
	crypt_hmac(str_make((const char *)day, sizeof day), buf_str(&b), mac);
	crypt_hex(mac, sizeof mac, out);
	crypt_wipe(key, sizeof key);
	crypt_wipe(day, sizeof day);
	return true;
}

static bool read_count(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, int64_t now, struct count *c, struct err *e)
{
	struct store_rows *r;
	*c = (struct count){ 0 };
	if (!key_of(s, kind, who, now, c->key, e) ||
	    !store_ask(tx, ACCOUNT_Q(throttle_get), s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(str_of(c->key))), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		c->count = store_int(r, 0);
		c->first = store_int(r, 1);
		c->last = store_int(r, 2);
	}
	store_stop(r);
	return step != STORE_FAILED;
}

static bool write_count(struct store_tx *tx, const struct account_scene *s, const struct count *c, struct err *e)
{
	return store_run(tx, ACCOUNT_Q(throttle_put), s->tenant->id,
	                 STORE_PARAMS(VALUE_OF_TEXT(str_of(c->key)), VALUE_OF_INT(c->count), VALUE_OF_INT(c->first), VALUE_OF_INT(c->last)), e);
}

/* After five failures in a row each further attempt waits 1, 2, 4 … 900 s. A run is over 15 minutes after the wait that
 * its last failure made due. */
static int64_t wait_after_failures(struct count *c, int64_t now)
{
	int64_t over = c->count - FREE_FAILURES;
	int64_t due = over < 0 ? 0 : over >= 10 ? LONGEST_WAIT_S : num_min((int64_t)1 << over, (int64_t)LONGEST_WAIT_S);
	int64_t since = now - c->last;
	if (since < 0 || since > (due + RUN_S) * ACCOUNT_SECOND_US) {
		*c = (struct count){ 0 };
		return 0;
	}
	int64_t left = due * ACCOUNT_SECOND_US - since;
	return left > 0 ? (left + ACCOUNT_SECOND_US - 1) / ACCOUNT_SECOND_US : 0;
}

static int64_t wait_in_window(const struct window *w, struct count *c, int64_t now)
{
	int64_t since = now - c->first;
	if (since < 0 || since >= w->seconds * ACCOUNT_SECOND_US) {
		*c = (struct count){ 0 };
		return 0;
	}
	if (c->count < w->most) return 0;
	return (w->seconds * ACCOUNT_SECOND_US - since + ACCOUNT_SECOND_US - 1) / ACCOUNT_SECOND_US;
}

static int64_t wait_of(enum account_count kind, struct count *c, int64_t now)
{
	if (kind == ACCOUNT_COUNT_SIGN_IN) return wait_after_failures(c, now);
	for (size_t i = 0; i < COUNT_OF(windows); i++)
		if (windows[i].kind == kind) return wait_in_window(&windows[i], c, now);
	return 0;
}

static bool look(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, bool counts, int64_t *wait_s, struct err *e)
{
	struct count c, kept;
	int64_t now = clock_now().us;
	*wait_s = 0;
	if (!read_count(tx, s, kind, who, now, &c, e)) return false;
	kept = c;
	*wait_s = wait_of(kind, &c, now);
	if (*wait_s || !counts) return true;
	memcpy(c.key, kept.key, sizeof c.key);
	c.count++;
	c.first = c.first ? c.first : now;
	c.last = now;
	return write_count(tx, s, &c, e);
}

bool account_throttle(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, int64_t *wait_s, struct err *e)
{
	return look(tx, s, kind, who, true, wait_s, e);
}

bool account_throttled(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, int64_t *wait_s, struct err *e)
{
	return look(tx, s, kind, who, false, wait_s, e);
}

bool account_unthrottle(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, struct err *e)
{
	struct count c;
	if (!read_count(tx, s, kind, who, clock_now().us, &c, e)) return false;
	if (kind == ACCOUNT_COUNT_SIGN_IN || c.count <= 1)
		return store_run(tx, ACCOUNT_Q(throttle_drop), s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(str_of(c.key))), e);
	c.count--;
	return write_count(tx, s, &c, e);
}

bool account_throttle_touch(struct store_tx *tx, const struct account_scene *s, enum account_count kind, struct str who, struct err *e)
{
	struct count c;
	int64_t now = clock_now().us;
	if (!read_count(tx, s, kind, who, now, &c, e)) return false;
	c.last = now;
	return !c.count || write_count(tx, s, &c, e);
}

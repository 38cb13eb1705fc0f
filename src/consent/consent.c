/* Opening and closing; upkeep; showings of one embed. */
#include "consent/inside.h"

#include <stdlib.h>

bool consent_open(struct store *s, struct vault *v, struct tenants *ts, struct str folder, struct consent **out, struct err *e)
{
	static const char name[] = "/consent.queue";
	struct consent *c = calloc(1, sizeof *c);
	ensure(c != NULL);
	c->store = s;
	c->vault = v;
	c->tenants = ts;
	c->queue_path = malloc(folder.n + sizeof name);
	ensure(c->queue_path != NULL);
	memcpy(c->queue_path, folder.p, folder.n);
	memcpy(c->queue_path + folder.n, name, sizeof name);
	lock_init(&c->lock, LOCK_CONSENT);
	if (!consent_queue_open(c, e)) {
		consent_close(c);
		return false;
	}
	*out = c;
	return true;
}

void consent_resume(struct consent *c)
{
	struct err ignored = { 0 };
	if (consent_waits(c) && !consent_drain(c, &ignored)) ignored = (struct err){ 0 };
}

void consent_close(struct consent *c)
{
	struct err ignored = { 0 };
	if (!c) return;
	/* Counters that cannot be written at the end are given up: they are no proof. */
	if (!consent_tally_flush(c, &ignored)) ignored = (struct err){ 0 };
	consent_queue_close(c);
	lock_done(&c->lock);
	free(c->queue_path);
	free(c);
}

/* --- load once -------------------------------------------------------------------------------------------- */

/* "<kid>.<until, seconds>.<nonce>.<mac>" */
static bool once_mac(struct consent *c, struct str host, struct str page, struct str embed, struct str head, char kid, int64_t now_s,
                     char mac[CONSENT_MAC + 1])
{
	unsigned char key[VAULT_KEY];
	unsigned char digest[CRYPT_MAC];
	auto_buf b = BUF_INIT(64 << 10);
	if (!vault_key(c->vault, kid, VAULT_PREFS, host, now_s, CONSENT_GRACE_S, key)) return false;
	buf_lit(&b, "once1\x1f");
	buf_put(&b, host);
	buf_put_char(&b, '\x1f');
	buf_put(&b, page);
	buf_put_char(&b, '\x1f');
	buf_put(&b, embed);
	buf_put_char(&b, '\x1f');
	buf_put(&b, head);
	crypt_hmac(str_make((const char *)key, VAULT_KEY), buf_str(&b), digest);
	crypt_wipe(key, sizeof key);
	buf_clear(&b);
	crypt_put_base64url(&b, str_make((const char *)digest, 16));
	memcpy(mac, b.p, CONSENT_MAC);
	mac[CONSENT_MAC] = '\0';
	return true;
}

struct str consent_once_make(struct consent *c, struct str host, struct str page, struct str embed, struct instant now, struct arena *a)
{
	char nonce[12 + 1], mac[CONSENT_MAC + 1];
	int64_t now_s = now.us / 1000000;
	char kid = vault_kid(c->vault, now_s);
	crypt_random_base62(nonce, 12);
	struct str head = arena_printf(a, "%c.%lld.%s", kid, (long long)(now_s + CONSENT_ONCE_S), nonce);
	if (!once_mac(c, host, page, embed, head, kid, now_s, mac)) return STR("");
	return arena_printf(a, "%.*s.%s", STR_ARG(head), mac);
}

/* Called with the lock: true when it was not there yet. */
static bool note_used(struct consent *c, const char mac[CONSENT_MAC + 1], int64_t until_us, int64_t now_us, bool consume)
{
	size_t kept = 0;
	bool fresh = true;
	for (size_t i = 0; i < c->nused; i++) {
		if (c->used[i].until_us < now_us) continue;
		fresh &= memcmp(c->used[i].mac, mac, CONSENT_MAC) != 0;
		c->used[kept++] = c->used[i];
	}
	c->nused = kept;
	/* No place to remember it: then it is not shown. */
	if (!fresh || c->nused == CONSENT_ONCE_MOST) return false;
	if (consume) {
		struct consent_used *u = &c->used[c->nused++];
		memcpy(u->mac, mac, CONSENT_MAC);
		u->until_us = until_us;
	}
	return true;
}

bool consent_once_take(struct consent *c, struct str host, struct str page, struct str embed, struct str word, bool consume, struct instant now)
{
	char mac[CONSENT_MAC + 1];
	int64_t until, now_s = now.us / 1000000;
	struct str rest = word, kid, when, nonce;
	if (word.n < CONSENT_MAC + 4 || word.n > 100) return false;
	struct str head = str_sub(word, 0, word.n - CONSENT_MAC - 1), given = str_from(word, word.n - CONSENT_MAC);
	if (!str_cut(&rest, '.', &kid) || kid.n != 1 || !str_cut(&rest, '.', &when) || !str_cut(&rest, '.', &nonce) || !str_to_int(when, &until))
		return false;
	if (until < now_s || until > now_s + CONSENT_ONCE_S) return false;
	if (!once_mac(c, host, page, embed, head, kid.p[0], now_s, mac) || !crypt_equal(str_of(mac), given)) return false;
	lock_take(&c->lock);
	bool good = note_used(c, mac, (until + 1) * 1000000, now.us, consume);
	lock_give(&c->lock);
	return good;
}

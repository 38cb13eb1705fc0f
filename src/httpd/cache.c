/* Finished answers, kept by what was asked. Nothing is searched for to be invalidated: an
 * answer remembers the generation of its portal from before the handler ran, and holds while it
 * is still the same. The least recently used leave when the bytes run out. Only the http thread
 * comes here. */
#include "httpd/inside.h"
#include <stdlib.h>

enum { SLOTS_FIRST = 1024, OVERHEAD = 1024 };

struct entry {
	uint64_t hash;
	struct entry *chain;
	struct entry *newer, *older;
	struct cache_answer answer; /* response NULL: a signpost that says "ask with the language" */
	size_t cost;
	size_t key_n;
	char key[];
};
struct cache {
	struct entry **slots;
	size_t nslots, n, bytes, most;
	struct entry *newest, *oldest;
	struct buf key;
};

struct cache *cache_new(size_t bytes)
{
	struct cache *c = calloc(1, sizeof *c);
	ensure(c != NULL);
	c->most = bytes;
	c->nslots = SLOTS_FIRST;
	c->slots = calloc(c->nslots, sizeof *c->slots);
	ensure(c->slots != NULL);
	c->key = BUF_INIT(256 * 1024);
	return c;
}

static struct str key_text(struct cache *c, const struct cache_key *k, bool language)
{
	struct buf *b = &c->key;
	buf_clear(b);
	buf_put_char(b, (char)('0' + (int)k->coding));
	buf_put_char(b, (char)('0' + (int)k->flags));
	buf_put(b, k->host);
	buf_put_char(b, '\n');
	buf_put(b, k->target);
	if (language) {
		buf_put_char(b, '\n');
		buf_put(b, k->language);
	}
	return buf_str(b);
}

static struct entry **place_of(struct cache *c, struct str key, uint64_t hash)
{
	struct entry **at = &c->slots[hash & (c->nslots - 1)];
	while (*at && !((*at)->hash == hash && (*at)->key_n == key.n &&
	                memcmp((*at)->key, key.p, key.n) == 0))
		at = &(*at)->chain;
	return at;
}

static void unlink_age(struct cache *c, struct entry *x)
{
	*(x->newer ? &x->newer->older : &c->newest) = x->older;
	*(x->older ? &x->older->newer : &c->oldest) = x->newer;
	x->newer = x->older = NULL;
}

static void link_newest(struct cache *c, struct entry *x)
{
	x->older = c->newest;
	x->newer = NULL;
	*(c->newest ? &c->newest->newer : &c->oldest) = x;
	c->newest = x;
}

static void drop(struct cache *c, struct entry **at)
{
	struct entry *x = *at;
	*at = x->chain;
	unlink_age(c, x);
	c->bytes -= x->cost;
	c->n--;
	if (x->answer.response) MHD_destroy_response(x->answer.response);
	if (x->answer.fresh_or_null) MHD_destroy_response(x->answer.fresh_or_null);
	free(x);
}

static void drop_entry(struct cache *c, struct entry *x)
{
	struct entry **at = &c->slots[x->hash & (c->nslots - 1)];
	while (*at != x) at = &(*at)->chain;
	drop(c, at);
}

void cache_free(struct cache *c)
{
	if (!c) return;
	while (c->oldest) drop_entry(c, c->oldest);
	buf_done(&c->key);
	free(c->slots);
	free(c);
}

static bool holds(const struct cache_answer *x, const struct httpd *h, int64_t now_s)
{
	return x->until_s > now_s && x->generation == generation_of(h, x->tenant) &&
	       x->epoch == atomic_load_explicit(&h->epoch, memory_order_acquire);
}

const struct cache_answer *cache_find(struct cache *c, const struct cache_key *k,
                                      const struct httpd *h, int64_t now_s)
{
	for (int language = 0; language < 2; language++) {
		struct str key = key_text(c, k, language);
		if (c->key.over) return NULL;
		struct entry **at = place_of(c, key, map_hash(key));
		struct entry *x = *at;
		if (!x) return NULL;
		if (!holds(&x->answer, h, now_s)) {
			drop(c, at);
			return NULL;
		}
		if (x != c->newest) {
			unlink_age(c, x);
			link_newest(c, x);
		}
		if (x->answer.response) return &x->answer;
	}
	return NULL;
}

static void grow(struct cache *c)
{
	size_t n = c->nslots * 2;
	struct entry **slots = calloc(n, sizeof *slots);
	ensure(slots != NULL);
	for (struct entry *x = c->newest; x; x = x->older) {
		x->chain = slots[x->hash & (n - 1)];
		slots[x->hash & (n - 1)] = x;
	}
	free(c->slots);
	c->slots = slots;
	c->nslots = n;
}

static void put(struct cache *c, struct str key, const struct cache_answer *a, size_t cost)
{
	uint64_t hash = map_hash(key);
	struct entry **at = place_of(c, key, hash);
	if (*at) drop(c, at);
	struct entry *x = calloc(1, sizeof *x + key.n + a->etag.n);
	ensure(x != NULL);
	memcpy(x->key, key.p, key.n);
	x->key_n = key.n;
	x->hash = hash;
	x->answer = *a;
	if (a->etag.n) memcpy(x->key + key.n, a->etag.p, a->etag.n);
	x->answer.etag = str_make(x->key + key.n, a->etag.n);
	x->cost = cost + key.n + OVERHEAD;
	at = &c->slots[hash & (c->nslots - 1)];
	x->chain = *at;
	*at = x;
	link_newest(c, x);
	c->bytes += x->cost;
	c->n++;
	while (c->bytes > c->most && c->oldest != x) drop_entry(c, c->oldest);
	if (c->n > c->nslots) grow(c);
}

void cache_store(struct cache *c, const struct cache_key *k, const struct cache_answer *a)
{
	struct str key = key_text(c, k, false);
	/* One answer may take a sixteenth of the room at most, so that it cannot push all others out. */
	bool fits = !c->key.over && a->bytes + OVERHEAD + key.n <= c->most / 16;
	if (!fits) {
		MHD_destroy_response(a->response);
		if (a->fresh_or_null) MHD_destroy_response(a->fresh_or_null);
		return;
	}
	if (a->by_language) {
		struct cache_answer signpost = *a;
		signpost.response = signpost.fresh_or_null = NULL;
		signpost.etag = str_make("", 0);
		put(c, key, &signpost, 0);
		key = key_text(c, k, true);
	}
	put(c, key, a, a->bytes);
}

void cache_sizes(const struct cache *c, uint64_t *bytes, uint64_t *entries)
{
	*bytes = c ? c->bytes : 0;
	*entries = c ? c->n : 0;
}

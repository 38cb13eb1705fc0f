/* Hits on their way from the http thread to ours: one producer, one consumer, no lock. A hit is a head of fixed size and its texts
 * behind it, never broken at the end of the memory. The consumer overwrites each with zeros before the producer may have the place
 * again, so that an address or a User-Agent is there for a fraction of a second (ANA-10); the kernel leaves the
 * memory out of core dumps. */
#include "audience/inside.h"
#include <assert.h>
#include <sys/mman.h>

enum { SKIP = 1 }; /* a head that only says: go on at the beginning */
enum { TEXTS = 6 };
struct head {
	uint32_t size; /* of head and texts, a multiple of 8 */
	uint32_t flags;
	struct audience_hit hit;
	uint16_t n[TEXTS];
};
static_assert(sizeof(struct head) % 8 == 0, "heads stay aligned");

bool ring_open(struct ring *r, struct err *e)
{
	void *p = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) return err_os(e, "mmap of the ring");
	(void)madvise(p, RING_BYTES, MADV_DONTDUMP);
	(void)madvise(p, RING_BYTES, MADV_DONTFORK);
	r->bytes = p;
	return true;
}

void ring_close(struct ring *r)
{
	if (r->bytes) munmap(r->bytes, RING_BYTES);
	r->bytes = NULL;
}

static size_t fit(struct str s, size_t most) { return s.n < most ? s.n : most; }

void ring_put(struct ring *r, const struct audience_hit *h)
{
	const struct str texts[TEXTS] = { h->target, h->host, h->user_agent, h->referer, h->accept, h->fetch_dest };
	static const size_t most[TEXTS] = { TEXT_BYTES, 255, UA_BYTES, TEXT_BYTES, 255, 20 };
	size_t n[TEXTS];
	size_t size = sizeof(struct head) + 8;
	for (size_t i = 0; i < TEXTS; i++) size += n[i] = fit(texts[i], most[i]);
	size = (size + 7) & ~(size_t)7;
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	/* acquire: pairs with ring_drop, so that the place is overwritten before it is written again */
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	size_t at = (size_t)(head % RING_BYTES);
	size_t skip = at + size > RING_BYTES ? RING_BYTES - at : 0;
	if (head + skip + size - tail > RING_BYTES) {
		atomic_fetch_add_explicit(&r->left_out, 1, memory_order_relaxed);
		return;
	}
	if (skip) {
		uint32_t mark[2] = { (uint32_t)skip, SKIP };
		memcpy(r->bytes + at, mark, sizeof mark);
		at = 0;
	}
	struct head *to = (struct head *)(void *)(r->bytes + at);
	to->size = (uint32_t)size;
	to->flags = 0;
	to->hit = *h;
	unsigned char *p = (unsigned char *)(to + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		to->n[i] = (uint16_t)n[i];
		if (n[i]) memcpy(p, texts[i].p, n[i]);
		p += n[i];
	}
	/* The language is at most eight bytes and stands last. */
	size_t nlang = fit(h->language, 8);
	memset(p, 0, (size_t)((unsigned char *)to + size - p));
	if (nlang) memcpy(p, h->language.p, nlang);
	/* release: the hit is whole before the consumer sees it */
	atomic_store_explicit(&r->head, head + skip + size, memory_order_release);
}

bool ring_peek(struct ring *r, struct audience_hit *out)
{
	/* acquire: pairs with ring_put */
	uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	while (tail != head) {
		const struct head *at = (const struct head *)(const void *)(r->bytes + tail % RING_BYTES);
		if (!(at->flags & SKIP)) {
			*out = at->hit;
			struct str *const texts[TEXTS] = { &out->target, &out->host, &out->user_agent, &out->referer, &out->accept, &out->fetch_dest };
			const char *p = (const char *)(at + 1);
			for (size_t i = 0; i < TEXTS; i++) {
				*texts[i] = str_make(p, at->n[i]);
				p += at->n[i];
			}
			size_t rest = at->size - (size_t)(p - (const char *)at);
			out->language = str_make(p, strnlen(p, rest < 8 ? rest : 8));
			return true;
		}
		uint32_t skip = at->size;
		tail += skip;
		atomic_store_explicit(&r->tail, tail, memory_order_release);
	}
	return false;
}

void ring_drop(struct ring *r)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	unsigned char *at = r->bytes + tail % RING_BYTES;
	uint32_t size = ((const struct head *)(const void *)at)->size;
	explicit_bzero(at, size);
	/* release: overwritten before the producer may write here */
	atomic_store_explicit(&r->tail, tail + size, memory_order_release);
}

bool ring_is_filling(struct ring *r)
{
	return atomic_load_explicit(&r->head, memory_order_relaxed) - atomic_load_explicit(&r->tail, memory_order_relaxed) > RING_BYTES / 4;
}

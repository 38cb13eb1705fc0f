/* Finished PDF files. Whoever asks first for one makes it, the others wait for that one; no more than a few are made at
 * a time, because each wants a processor for itself. */
#include "policy/policy.h"

#include <stdlib.h>

#include "crypt/crypt.h"

enum { FILES_MOST = 128, FILE_BYTES_MOST = 8 << 20, KEY = CRYPT_SHA256 };

struct file {
	unsigned char key[KEY];
	bool used, ready;
	struct buf bytes;
	char etag[POLICY_ETAG];
	size_t missing;
	uint64_t last;          /* turn of its last use */
};
struct policy_shelf {
	struct lock lock;       /* LOCK_SHELF; guards all below */
	struct lock_bell bell;  /* something was finished */
	struct file files[FILES_MOST];
	uint64_t turn;
	int making;
	struct policy_shelf_stats stats;
};

void policy_shelf_open(struct policy_shelf **out)
{
	struct policy_shelf *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	lock_init(&s->lock, LOCK_SHELF);
	lock_bell_init(&s->bell);
	*out = s;
}

void policy_shelf_close(struct policy_shelf *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < FILES_MOST; i++)
		buf_done(&s->files[i].bytes);
	lock_bell_done(&s->bell);
	lock_done(&s->lock);
	free(s);
}

/* Everything the bytes depend on, but the fonts. */
static void key_of(const struct policy_ask *ask, const struct policy_pdf_facts *f, unsigned char out[KEY])
{
	auto_arena a = ARENA_INIT;
	const struct registry *g = ask->registry;
	crypt_sha256(arena_printf(&a, "%lld %.*s %lld %.*s %.*s %.*s %d %d %.*s %.*s %06x %.*s", (long long)g->tenant.v, STR_ARG(g->origin),
	                          (long long)g->version, STR_ARG(g->hash), STR_ARG(ask->lang->code), STR_ARG(ask->lang_code),
	                          ask->heading_address, g->development, STR_ARG(ask->authoritative), STR_ARG(ask->reviewed), f->accent,
	                          STR_ARG(clock_zone_name(ask->zone))), out);
}

static struct file *find_or_null(struct policy_shelf *s, const unsigned char key[KEY])
{
	for (size_t i = 0; i < FILES_MOST; i++)
		if (s->files[i].used && memcmp(s->files[i].key, key, KEY) == 0)
			return &s->files[i];
	return NULL;
}

static void drop(struct policy_shelf *s, struct file *f)
{
	s->stats.bytes -= f->bytes.n;
	s->stats.files -= f->ready;
	buf_done(&f->bytes);
	*f = (struct file){ 0 };
}

static struct file *oldest_or_null(struct policy_shelf *s)
{
	struct file *found = NULL;
	for (size_t i = 0; i < FILES_MOST; i++) {
		struct file *f = &s->files[i];
		if (f->used && f->ready && (!found || f->last < found->last))
			found = f;
	}
	return found;
}

/* A free place; NULL while all are being made or waited for. */
static struct file *place_or_null(struct policy_shelf *s)
{
	for (size_t i = 0; i < FILES_MOST; i++)
		if (!s->files[i].used)
			return &s->files[i];
	struct file *f = oldest_or_null(s);
	if (f)
		drop(s, f);
	return f;
}

static void copy(struct policy_shelf *s, struct file *f, struct arena *a, struct policy_file *out)
{
	f->last = ++s->turn;
	s->stats.given++;
	out->bytes = arena_str(a, buf_str(&f->bytes));
	out->missing = f->missing;
	memcpy(out->etag, f->etag, POLICY_ETAG);
}

/* Makes one with the lock given back; f is ours until it is ready. */
static bool make(struct policy_shelf *s, struct file *f, const struct policy_ask *ask, const struct policy_pdf_facts *facts, struct err *e)
{
	s->making++;
	s->stats.most_at_once = num_max(s->stats.most_at_once, (int64_t)s->making);
	lock_give(&s->lock);
	struct buf bytes = BUF_INIT(FILE_BYTES_MOST);
	size_t missing = 0;
	bool done = policy_write_pdf(ask, facts, &bytes, &missing, e);
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(buf_str(&bytes), digest);
	lock_take(&s->lock);
	s->making--;
	if (done) {
		f->bytes = bytes;
		f->missing = missing;
		crypt_hex(digest, 16, f->etag);
		f->ready = true;
		s->stats.made++;
		s->stats.files++;
		s->stats.bytes += bytes.n;
	} else {
		buf_done(&bytes);
		*f = (struct file){ 0 };
	}
	lock_bell_ring_all(&s->bell);
	return done;
}

bool policy_shelf_get(struct policy_shelf *s, const struct policy_ask *ask, const struct policy_pdf_facts *f, struct arena *a,
                      struct policy_file *out, struct err *e)
{
	unsigned char key[KEY];
	bool done = true;
	key_of(ask, f, key);
	lock_take(&s->lock);
	for (;;) {
		struct file *found = find_or_null(s, key);
		if (found && found->ready) {
			copy(s, found, a, out);
			break;
		}
		struct file *place = found || s->making >= POLICY_AT_ONCE ? NULL : place_or_null(s);
		if (!place) {
			lock_bell_wait(&s->bell, &s->lock);
			continue;
		}
		place->used = true;
		memcpy(place->key, key, KEY);
		if (!make(s, place, ask, f, e)) {
			done = false;
			break;
		}
		copy(s, place, a, out);
		for (struct file *old; s->stats.bytes > POLICY_SHELF_BYTES && (old = oldest_or_null(s)) && old != place;)
			drop(s, old);
		break;
	}
	lock_give(&s->lock);
	return done;
}

void policy_shelf_stats(struct policy_shelf *s, struct policy_shelf_stats *out)
{
	lock_take(&s->lock);
	*out = s->stats;
	lock_give(&s->lock);
}

/* How heads and entries of a journal lie in a file. Numbers are little-endian; a check is the first eight
 * bytes of the BLAKE2b of what follows it. */
#include "crypt/crypt.h"
#include "live/journal.h"

static const char MAGIC[8] = { 'S', 'T', 'O', 'A', 'P', 'S', 'H', '1' };
enum { CHECK = 8 };

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) buf_put_char(b, (char)(v >> (8 * i) & 0xff));
}

static uint64_t number_at(const char *p, size_t bytes)
{
	uint64_t v = 0;
	for (size_t i = 0; i < bytes; i++) v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

static void check_of(struct str s, char out[CHECK])
{
	unsigned char hash[16];
	crypt_blake2b(s, hash, sizeof hash);
	memcpy(out, hash, CHECK);
}

void journal_put_head(struct buf *b, const struct journal_head *h)
{
	char check[CHECK];
	size_t from = b->n;
	buf_put(b, str_make(MAGIC, sizeof MAGIC));
	put_number(b, (uint64_t)h->base, 8);
	put_number(b, (uint64_t)h->first, 8);
	if (b->over) return;
	check_of(str_from(buf_str(b), from), check);
	buf_put(b, str_make(check, CHECK));
}

bool journal_read_head(struct str s, struct journal_head *out)
{
	char check[CHECK];
	if (s.n < JOURNAL_HEAD_BYTES || memcmp(s.p, MAGIC, sizeof MAGIC) != 0) return false;
	check_of(str_sub(s, 0, JOURNAL_HEAD_BYTES - CHECK), check);
	if (memcmp(check, s.p + JOURNAL_HEAD_BYTES - CHECK, CHECK) != 0) return false;
	*out = (struct journal_head){ (int64_t)number_at(s.p + 8, 8), (int64_t)number_at(s.p + 16, 8) };
	return true;
}

void journal_put(struct buf *b, const struct journal_entry *e)
{
	size_t from = b->n;
	char *check = buf_room(b, CHECK);
	if (!check) return;
	b->n += CHECK;
	put_number(b, e->payload.n, 4);
	put_number(b, (uint64_t)e->op, 4);
	put_number(b, (uint64_t)e->seq, 8);
	put_number(b, (uint64_t)e->at_us, 8);
	buf_put(b, e->payload);
	if (!b->over) check_of(str_from(buf_str(b), from + CHECK), b->p + from);
}

enum journal_step journal_read(struct str s, size_t *at, struct journal_entry *out)
{
	char check[CHECK];
	if (*at >= s.n) return JOURNAL_END;
	struct str rest = str_from(s, *at);
	if (rest.n < JOURNAL_ENTRY_BYTES) return JOURNAL_TORN;
	size_t n = number_at(rest.p + CHECK, 4);
	uint64_t op = number_at(rest.p + CHECK + 4, 4);
	if (n > JOURNAL_PAYLOAD_BYTES || rest.n - JOURNAL_ENTRY_BYTES < n) return JOURNAL_TORN;
	check_of(str_sub(rest, CHECK, JOURNAL_ENTRY_BYTES - CHECK + n), check);
	if (memcmp(check, rest.p, CHECK) != 0 || (op != JOURNAL_PUT && op != JOURNAL_DELETE)) return JOURNAL_TORN;
	*out = (struct journal_entry){ .seq = (int64_t)number_at(rest.p + 16, 8), .at_us = (int64_t)number_at(rest.p + 24, 8),
		.op = (enum journal_op)op, .payload = str_sub(rest, JOURNAL_ENTRY_BYTES, n) };
	*at += JOURNAL_ENTRY_BYTES + n;
	return JOURNAL_ENTRY;
}

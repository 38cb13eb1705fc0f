/* Networks that programs run in and people do not (ANA-11): a file that the operator gives, kept as spans of addresses in order, so that
 * tens of thousands of them cost a page view some fifteen comparisons. */
#include "audience/inside.h"
#include "io/io.h"
#include <stdlib.h>

enum { FILE_BYTES = 64 << 20 };

struct span { unsigned char from[AUDIENCE_ADDRESS], to[AUDIENCE_ADDRESS]; };
struct centres {
	struct span *spans; /* in order of their beginnings, none within or beside another */
	size_t n;
};

static void span_of(const struct cidr *c, struct span *out)
{
	for (int i = 0; i < AUDIENCE_ADDRESS; i++) {
		int fixed = c->bits - 8 * i;
		unsigned mask = fixed >= 8 ? 0xff : fixed <= 0 ? 0 : 0xffu << (8 - fixed) & 0xffu;
		out->from[i] = (unsigned char)(c->address[i] & mask);
		out->to[i] = (unsigned char)(out->from[i] | (~mask & 0xffu));
	}
}

static int by_beginning(const void *a, const void *b)
{
	return memcmp(((const struct span *)a)->from, ((const struct span *)b)->from, AUDIENCE_ADDRESS);
}

/* Of spans that hold one another the wide one stays: blocks never overlap otherwise. */
static void merge(struct centres *c)
{
	size_t kept = 0;
	qsort(c->spans, c->n, sizeof *c->spans, by_beginning);
	for (size_t i = 0; i < c->n; i++) {
		struct span *last = kept ? &c->spans[kept - 1] : NULL;
		if (!last || memcmp(c->spans[i].from, last->to, AUDIENCE_ADDRESS) > 0) c->spans[kept++] = c->spans[i];
		else if (memcmp(c->spans[i].to, last->to, AUDIENCE_ADDRESS) > 0) memcpy(last->to, c->spans[i].to, AUDIENCE_ADDRESS);
	}
	c->n = kept;
}

static bool read_lines(struct centres *c, struct str all, struct err *e)
{
	struct str line;
	int number = 0;
	while (all.n && str_cut(&all, '\n', &line)) {
		struct cidr block;
		ptrdiff_t hash = str_find_char(line, '#');
		number++;
		line = str_trim(hash >= 0 ? str_sub(line, 0, (size_t)hash) : line);
		if (!line.n) continue;
		if (!cidr_read(line, &block))
			return err_set(e, ERR_USAGE, "datacentre_networks: line %d of the file is not an address or a block such as 192.0.2.0/24", number);
		span_of(&block, &c->spans[c->n++]);
	}
	return true;
}

bool centres_open(const char *path, struct centres **out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str all;
	size_t lines = 1;
	struct err why = { 0 };
	if (!io_read(&a, path, FILE_BYTES, &all, &why)) {
		err_set(e, ERR_USAGE, "the setting datacentre_networks names a file that cannot be read");
		return err_cause(e, "%s: %s", path, why.priv[0] ? why.priv : why.pub);
	}
	for (size_t i = 0; i < all.n; i++) lines += all.p[i] == '\n';
	struct centres *c = calloc(1, sizeof *c);
	ensure(c != NULL);
	c->spans = calloc(lines, sizeof *c->spans);
	ensure(c->spans != NULL);
	if (!read_lines(c, all, e)) {
		centres_close(c);
		return false;
	}
	merge(c);
	*out = c;
	return true;
}

void centres_close(struct centres *c)
{
	if (!c) return;
	free(c->spans);
	free(c);
}

bool centres_hold(const struct centres *c, const unsigned char client[AUDIENCE_ADDRESS])
{
	size_t low = 0, high = c ? c->n : 0;
	while (low < high) { /* the first that begins behind it */
		size_t middle = low + (high - low) / 2;
		if (memcmp(c->spans[middle].from, client, AUDIENCE_ADDRESS) <= 0) low = middle + 1;
		else high = middle;
	}
	return low > 0 && memcmp(client, c->spans[low - 1].to, AUDIENCE_ADDRESS) <= 0;
}

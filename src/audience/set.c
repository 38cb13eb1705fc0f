/* Distinct counting (ANA-7): a sorted list of up to 1,024 members, beyond it HyperLogLog. Members are
 * 8 bytes of an HMAC, so they are evenly spread and need no further hashing. */
#include "audience/inside.h"
#include "audience/set.h"
#include <math.h>
#include <stdlib.h>

struct audience_set *audience_set_new(unsigned bits)
{
	struct audience_set *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	s->bits = bits;
	return s;
}

void audience_set_free(struct audience_set *s)
{
	if (!s) return;
	if (s->members) explicit_bzero(s->members, s->cap * sizeof *s->members);
	free(s->members);
	free(s->registers);
	free(s);
}

size_t audience_set_bytes(const struct audience_set *s) { return sizeof *s + s->cap * sizeof *s->members + (s->registers ? (size_t)1 << s->bits : 0); }

static void add_register(struct audience_set *s, uint64_t member)
{
	size_t i = (size_t)(member >> (64 - s->bits));
	uint64_t rest = member << s->bits;
	uint8_t rank = (uint8_t)(rest ? (unsigned)__builtin_clzll(rest) + 1 : 64 - s->bits + 1);
	if (s->registers[i] < rank) s->registers[i] = rank;
}

void set_estimate(struct audience_set *s)
{
	if (s->registers) return;
	s->registers = calloc((size_t)1 << s->bits, 1);
	ensure(s->registers != NULL);
	for (size_t i = 0; i < s->n; i++) add_register(s, s->members[i]);
	if (s->members) explicit_bzero(s->members, s->cap * sizeof *s->members);
	free(s->members);
	s->members = NULL;
	s->n = s->cap = 0;
}

/* Where a member stands or would stand. */
static size_t find(const struct audience_set *s, uint64_t member)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (s->members[mid] < member) low = mid + 1;
		else high = mid;
	}
	return low;
}

bool set_would_grow(const struct audience_set *s, uint64_t member)
{
	if (s->registers || s->n < s->cap) return false;
	size_t at = find(s, member);
	return at == s->n || s->members[at] != member;
}

void audience_set_add(struct audience_set *s, uint64_t member)
{
	if (s->registers) {
		add_register(s, member);
		return;
	}
	size_t at = find(s, member);
	if (at < s->n && s->members[at] == member) return;
	if (s->n == SET_EXACT) {
		set_estimate(s);
		add_register(s, member);
		return;
	}
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 4;
		uint64_t *more = malloc(cap * sizeof *more);
		ensure(more != NULL);
		/* Not realloc: it would leave a copy behind that nobody overwrites. */
		if (s->n) memcpy(more, s->members, s->n * sizeof *more);
		if (s->members) explicit_bzero(s->members, s->cap * sizeof *s->members);
		free(s->members);
		s->members = more;
		s->cap = cap;
	}
	memmove(s->members + at + 1, s->members + at, (s->n - at) * sizeof *s->members);
	s->members[at] = member;
	s->n++;
}

int64_t audience_set_count(const struct audience_set *s)
{
	if (!s->registers) return (int64_t)s->n;
	const size_t registers = (size_t)1 << s->bits;
	const double m = (double)registers;
	double sum = 0;
	int empty = 0;
	for (size_t i = 0; i < registers; i++) {
		sum += ldexp(1.0, -s->registers[i]);
		empty += s->registers[i] == 0;
	}
	double estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (estimate <= 2.5 * m && empty) estimate = m * log(m / empty);
	return (int64_t)(estimate + 0.5);
}

/* Evaluates the plural rules of catalogues: C expressions over n with ?:, ||, &&, comparisons,
 * arithmetic and brackets. Rules come from our own catalogues, yet depth and division are guarded so
 * that a broken file gives a wrong plural at worst. */
#include "i18n/i18n.h"

enum { DEPTH = 40 };

struct reader {
	struct str s;
	size_t at;
	uint64_t n;
	int depth;
	bool bad;
};

static uint64_t ternary(struct reader *r);

static bool take(struct reader *r, const char *sign)
{
	while (r->at < r->s.n && (r->s.p[r->at] == ' ' || r->s.p[r->at] == '\t'))
		r->at++;
	size_t n = strlen(sign);
	if (!str_starts(str_from(r->s, r->at), str_make(sign, n)))
		return false;
	r->at += n;
	return true;
}

static uint64_t primary(struct reader *r)
{
	if (++r->depth > DEPTH) {
		r->bad = true;
		return 0;
	}
	uint64_t v = 0;
	if (take(r, "!")) {
		v = !primary(r);
	} else if (take(r, "(")) {
		v = ternary(r);
		r->bad = r->bad || !take(r, ")");
	} else if (take(r, "n")) {
		v = r->n;
	} else {
		size_t from = r->at;
		while (r->at < r->s.n && r->s.p[r->at] >= '0' && r->s.p[r->at] <= '9' && r->at - from < 9)
			v = v * 10 + (uint64_t)(r->s.p[r->at++] - '0');
		r->bad = r->bad || r->at == from;
	}
	r->depth--;
	return v;
}

static uint64_t product(struct reader *r)
{
	uint64_t v = primary(r);
	for (;;) {
		bool times = take(r, "*");
		bool over = !times && take(r, "/");
		if (!times && !over && !take(r, "%"))
			return v;
		uint64_t by = primary(r);
		if (!times && by == 0) {
			r->bad = true;
			return 0;
		}
		v = times ? v * by : over ? v / by : v % by;
	}
}

static uint64_t sum(struct reader *r)
{
	uint64_t v = product(r);
	for (;;) {
		if (take(r, "+"))
			v += product(r);
		else if (take(r, "-"))
			v -= product(r);
		else
			return v;
	}
}

static uint64_t comparison(struct reader *r)
{
	uint64_t v = sum(r);
	if (take(r, "<="))
		return v <= sum(r);
	if (take(r, ">="))
		return v >= sum(r);
	if (take(r, "=="))
		return v == sum(r);
	if (take(r, "!="))
		return v != sum(r);
	if (take(r, "<"))
		return v < sum(r);
	if (take(r, ">"))
		return v > sum(r);
	return v;
}

static uint64_t conjunction(struct reader *r)
{
	uint64_t v = comparison(r);
	while (take(r, "&&")) {
		uint64_t other = comparison(r);
		v = v && other;
	}
	return v;
}

static uint64_t disjunction(struct reader *r)
{
	uint64_t v = conjunction(r);
	while (take(r, "||")) {
		uint64_t other = conjunction(r);
		v = v || other;
	}
	return v;
}

static uint64_t ternary(struct reader *r)
{
	if (++r->depth > DEPTH) {
		r->bad = true;
		return 0;
	}
	uint64_t v = disjunction(r);
	if (take(r, "?")) {
		uint64_t yes = ternary(r);
		r->bad = r->bad || !take(r, ":");
		uint64_t no = ternary(r);
		v = v ? yes : no;
	}
	r->depth--;
	return v;
}

bool i18n_plural_rule(struct str expression, uint64_t n, uint64_t *out)
{
	struct reader r = { .s = str_trim(expression), .n = n };
	uint64_t v = ternary(&r);
	(void)take(&r, "");
	if (r.bad || r.at != r.s.n)
		return false;
	*out = v;
	return true;
}

/* Doubles to their shortest decimal, by Raffaello Giulietti's method (The Schubfach way to render
 * doubles, 2020): the interval that rounds to v is scaled by one power of ten held in 128 bits, and
 * the shortest integer inside it is picked. Millions of these are written per export, and trying
 * 15, 16 and 17 digits costs fifty times as much. */
#include "text/shortest.h"

enum { FIRST_POWER = -292, MANTISSA_BITS = 52, BIAS = 1075 };

static const struct power { uint64_t high, low; } powers[] = {
#define POWER(h, l) { h, l },
#include "text/powers.def"
#undef POWER
};

__extension__ typedef unsigned __int128 wide;

/* The upper 64 bits of g × c, the last bit also telling whether anything was cut off. */
static uint64_t scale(struct power g, uint64_t c)
{
	wide low = (wide)g.low * c;
	wide high = (wide)g.high * c + (uint64_t)(low >> 64);
	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static struct shortest trimmed(uint64_t digits, int exponent)
{
	while (digits >= 10 && digits % 10 == 0) {
		digits /= 10;
		exponent++;
	}
	return (struct shortest){ digits, exponent };
}

/* floor(log10(2^q)), and of 3/4 of it where the lower neighbour is nearer. */
static int decimal_exponent(int q, bool near)
{
	return (q * 1262611 - (near ? 524031 : 0)) >> 22;
}

static int log2_of_power(int k) { return (k * 1741647) >> 19; }

struct shortest shortest_of(double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof bits);
	uint64_t fraction = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
	int biased = (int)(bits >> MANTISSA_BITS & 0x7ff);
	uint64_t c = biased ? fraction | UINT64_C(1) << MANTISSA_BITS : fraction;
	int q = (biased ? biased : 1) - BIAS;
	if (c == 0) return (struct shortest){ 0 };
	if (q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0) return trimmed(c >> -q, 0);

	bool near = fraction == 0 && biased > 1;
	int k = decimal_exponent(q, near);
	int shift = q + log2_of_power(-k) + 1;
	struct power g = powers[-k - FIRST_POWER];
	uint64_t odd = c & 1; /* an even mantissa owns the ends of its interval */
	uint64_t lower = scale(g, (4 * c - 2 + near) << shift) + odd;
	uint64_t middle = scale(g, 4 * c << shift);
	uint64_t upper = scale(g, (4 * c + 2) << shift) - odd;

	uint64_t s = middle / 4;
	if (s >= 10) {
		uint64_t ten = s / 10;
		bool down = lower <= 40 * ten;
		bool up = 40 * ten + 40 <= upper;
		if (down != up) return trimmed(ten + up, k + 1);
	}
	bool down = lower <= 4 * s;
	bool up = 4 * s + 4 <= upper;
	if (down != up) return trimmed(s + up, k);
	uint64_t half = 4 * s + 2;
	bool round_up = middle > half || (middle == half && (s & 1));
	return trimmed(s + round_up, k);
}

/* The shortest decimal that reads back as the same double. */
#ifndef TEXT_SHORTEST_H
#define TEXT_SHORTEST_H

#include "base/base.h"

struct shortest {
	uint64_t digits;  /* no zeros at the end, unless it is 0 */
	int exponent;     /* value = digits × 10^exponent */
};
/* v is finite and not negative. */
struct shortest shortest_of(double v);

#endif

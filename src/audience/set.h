/* The inside of a set of visitors, for those who bound its memory. */
#ifndef AUDIENCE_SET_H
#define AUDIENCE_SET_H

#include "audience/audience.h"

enum { SET_EXACT = 1024, SET_REGISTERS = 1 << AUDIENCE_SET_NAME };
struct audience_set {
	uint64_t *members; /* sorted; NULL once there are registers */
	uint8_t *registers;
	size_t n, cap;
	unsigned bits;
};
/* Adding this member would take more memory. */
bool set_would_grow(const struct audience_set *s, uint64_t member);
/* Goes over to registers at once. */
void set_estimate(struct audience_set *s);

#endif

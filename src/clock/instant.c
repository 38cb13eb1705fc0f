/* Wall time and monotonic time: two types that do not mix. */
#include "clock/clock.h"
#include <time.h>

struct instant clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (struct instant){ (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 };
}

int64_t clock_monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct deadline clock_in_ms(int64_t ms)
{
	return (struct deadline){ clock_monotonic_ns() + ms * 1000000 };
}

/* Wall time and monotonic time: two types that do not mix. */
#include "clock/clock.h"
#include <time.h>

#ifdef STOA_TEST_CONTROL
static _Atomic(int64_t) ahead_us;

void clock_set_ahead(int64_t us) { ahead_us = us; }
int64_t clock_ahead(void) { return ahead_us; }
#else
static int64_t clock_ahead(void) { return 0; }
#endif

struct instant clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (struct instant){ (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + clock_ahead() };
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

/* The vocabulary of the house in one include: every file's first line. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "base/str.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/buf.h"
#include "base/vec.h"
#include "base/map.h"
#include "base/lock.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Aborts with a line on standard error, in every build. For broken promises between our own
 * functions only; nothing a stranger sends may reach one. */
#define ensure(x) ((x) ? (void)0 : base_broken(#x, __FILE__, __LINE__))
_Noreturn void base_broken(const char *what, const char *file, int line);

/* Ceilings of the house; limits.def gives value, reason and what happens at the edge. */
enum limit {
#define LIMIT(symbol, value, why, edge) LIMIT_##symbol = (value),
#include "base/limits.def"
#undef LIMIT
};

#endif

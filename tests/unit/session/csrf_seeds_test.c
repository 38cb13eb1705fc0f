/* The seeds of the fuzz target "csrf", whole and in ruins. */
#include "../../fuzz/csrf.c"
#define SEEDS "csrf"
enum { LEAST = 5 };
#include "../seeds.h"

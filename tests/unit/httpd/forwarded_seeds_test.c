/* The seeds of the fuzz target "forwarded", whole and in ruins. */
#include "../../fuzz/forwarded.c"
#define SEEDS "forwarded"
enum { LEAST = 10 };
#include "../seeds.h"

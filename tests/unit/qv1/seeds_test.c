/* The seeds of the v1 query language. */
#include "../../fuzz/qv1.c"
#define SEEDS "qv1"
enum { LEAST = 50 };
#include "../seeds.h"

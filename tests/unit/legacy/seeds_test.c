/* The seeds of the expressions of v1. */
#include "../../fuzz/v1expr.c"
#define SEEDS "v1expr"
enum { LEAST = 25 };
#include "../seeds.h"

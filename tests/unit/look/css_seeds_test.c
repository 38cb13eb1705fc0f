/* The seeds of the fuzz target "css", whole and ruined. */
#define SEEDS "css"
enum { LEAST = 3 };
#include "../../fuzz/css.c"
#include "../seeds.h"

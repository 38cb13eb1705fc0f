/* The seeds of the fuzz target "sift", whole and ruined. */
#define SEEDS "sift"
enum { LEAST = 3 };
#include "../../fuzz/sift.c"
#include "../seeds.h"

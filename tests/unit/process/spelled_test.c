/* The seeds of spelled places. */
#include "../../fuzz/places.c"
#define SEEDS "places"
enum { LEAST = 10 };
#include "../seeds.h"

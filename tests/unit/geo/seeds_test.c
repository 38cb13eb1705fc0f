/* The seeds of geometries. */
#include "../../fuzz/geo.c"
#define SEEDS "geo"
enum { LEAST = 10 };
#include "../seeds.h"

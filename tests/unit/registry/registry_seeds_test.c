/* The seeds of the fuzz target "registry", whole and ruined. */
#define SEEDS "registry"
enum { LEAST = 4 };
#include "../../fuzz/registry.c"
#include "../seeds.h"

/* The seeds of the fuzz target "header", whole and ruined. */
#define SEEDS "header"
enum { LEAST = 3 };
#include "../../fuzz/header.c"
#include "../seeds.h"

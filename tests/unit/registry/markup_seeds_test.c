/* The seeds of the fuzz target "markup", whole and ruined. */
#define SEEDS "markup"
enum { LEAST = 4 };
#include "../../fuzz/markup.c"
#include "../seeds.h"

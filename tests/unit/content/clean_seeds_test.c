/* The seeds of the fuzz target "content", whole and ruined. */
#define SEEDS "content"
enum { LEAST = 4 };
#include "../../fuzz/content.c"
#include "../seeds.h"

/* The seeds of the fuzz target "language", whole and in ruins. */
#include "../../fuzz/language.c"
#define SEEDS "language"
enum { LEAST = 6 };
#include "../seeds.h"

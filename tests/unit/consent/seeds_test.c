/* The seeds of the consent target, and what is left of them when they break. */
#include "../../fuzz/consent.c"
#define SEEDS "consent"
enum { LEAST = 6 };
#include "../seeds.h"

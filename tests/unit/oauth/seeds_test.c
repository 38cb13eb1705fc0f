/* The seeds of the oauth target, and what is left of them when they break. */
#include "../../fuzz/oauth.c"
#define SEEDS "oauth"
enum { LEAST = 4 };
#include "../seeds.h"

/* Tokens, key sets and claims of strangers, and their ruins. */
#define SEEDS "oidc"
#define LEAST 6
#include "../../fuzz/oidc.c"
#include "../seeds.h"

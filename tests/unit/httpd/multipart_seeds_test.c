/* The seeds of the fuzz target "multipart", whole and ruined. */
#define SEEDS "multipart"
enum { LEAST = 2 };
#include "../../fuzz/multipart.c"
#include "../seeds.h"

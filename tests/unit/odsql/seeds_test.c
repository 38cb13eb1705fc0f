/* The seeds of the query language. */
#include "../../fuzz/odsql.c"
#define SEEDS "odsql"
enum { LEAST = 50 };
#include "../seeds.h"

/* The seeds of the Markdown of administrators. */
#include "../../fuzz/markdown.c"
#define SEEDS "markdown"
enum { LEAST = 7 };
#include "../seeds.h"

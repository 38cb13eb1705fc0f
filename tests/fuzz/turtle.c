/* Any bytes as Turtle or N-Triples. */
#include "formats.h"

FUZZ_FORMAT("turtle", "a.ttl")

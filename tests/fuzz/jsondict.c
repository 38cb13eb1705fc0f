/* Any bytes as a JSON dictionary. */
#include "formats.h"

FUZZ_FORMAT("jsondict", "a.json")

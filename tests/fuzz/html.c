/* Any bytes as a web page with a table. */
#include "formats.h"

FUZZ_FORMAT("html", "a.html")

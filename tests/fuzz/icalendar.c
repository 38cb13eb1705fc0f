/* Any bytes as a calendar. */
#include "formats.h"

FUZZ_FORMAT("icalendar", "a.ics")

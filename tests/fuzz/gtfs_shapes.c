/* Any bytes as the shapes of a timetable. */
#include "formats.h"

FUZZ_FORMAT("gtfs_shapes", "shapes.txt")

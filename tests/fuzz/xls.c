/* Any bytes as an old Excel workbook. */
#include "formats.h"

FUZZ_FORMAT("xls", "a.xls")

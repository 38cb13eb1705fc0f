/* Any bytes as an Excel workbook. */
#include "ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_source("xlsx", "a.xlsx", data, size); }

/* Any bytes as a zip or gzip, and as whatever it holds. */
#include "ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_source("", "a.zip", data, size); }

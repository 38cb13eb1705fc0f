/* Any text as JSON, JSON Lines or GeoJSON, by its own look. */
#include "ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_source("", "a", data, size); }

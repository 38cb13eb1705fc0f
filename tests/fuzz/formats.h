/* A target of one format, whatever its bytes. */
#ifndef TESTS_FUZZ_FORMATS_H
#define TESTS_FUZZ_FORMATS_H

#include "ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#define FUZZ_FORMAT(format, name) \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_source(format, name, data, size); }

#endif

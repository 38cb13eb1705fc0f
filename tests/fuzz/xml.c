/* Any bytes as XML: as records, as RDF and as a feed. */
#include "formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_source("xml", "a.xml", data, size);
	fuzz_source("rdf", "a.rdf", data, size);
	return fuzz_source("feed", "a.rss", data, size);
}

/* Any bytes as the head of a picture: told or refused, and what is told is sane. */
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_facts f;
	if (!image_sniff(str_make((const char *)data, size), &f)) return 0;
	ensure(f.kind > IMAGE_NONE && f.kind <= IMAGE_WEBP && f.mime);
	ensure(f.width > 0 && f.width <= IMAGE_SIDE && f.height > 0 && f.height <= IMAGE_SIDE);
	ensure(f.orientation >= 1 && f.orientation <= 8);
	return 0;
}

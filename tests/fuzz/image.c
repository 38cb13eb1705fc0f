/* Any bytes as the head of a picture: told or refused, and what is told is sane. Where it was taken is taken out once and for all. */
#include "image/image.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_facts f;
	struct image_exif x;
	char *copy = malloc(size + 1);
	ensure(copy);
	memcpy(copy, data, size);
	(void)!image_exif(str_make(copy, size), &x);
	/* Directories that lie over one another show others when they are emptied. */
	bool more = true;
	for (int i = 0; i < 16 && more; i++) more = image_forget_place(copy, size);
	ensure(more || !image_exif(str_make(copy, size), &x) || !x.has_place);
	free(copy);
	if (!image_sniff(str_make((const char *)data, size), &f)) return 0;
	ensure(f.kind > IMAGE_NONE && f.kind <= IMAGE_WEBP && f.mime);
	ensure(f.width > 0 && f.width <= IMAGE_SIDE && f.height > 0 && f.height <= IMAGE_SIDE);
	ensure(f.orientation >= 1 && f.orientation <= 8);
	return 0;
}

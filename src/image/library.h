/* The functions of gd that are used, found by name when the process of the role starts. */
#ifndef IMAGE_LIBRARY_H
#define IMAGE_LIBRARY_H

#include "base/base.h"
#include <gd.h>

#define IMAGE_FUNCTIONS(F)                                                                                       \
	F(gdImageCreateFromPngPtr) F(gdImageCreateFromJpegPtr) F(gdImageCreateFromGifPtr) F(gdImageCreateFromWebpPtr) \
	F(gdImageCreateFromBmpPtr) F(gdImageCreateFromTiffPtr) \
	F(gdImageCreateTrueColor) F(gdImageCopyResampled) F(gdImageAlphaBlending) F(gdImageSaveAlpha) F(gdImageFilledRectangle) \
	F(gdImageGetTrueColorPixel) F(gdImageSetPixel) F(gdImageJpegPtr) F(gdImagePngPtrEx) F(gdImageDestroy) F(gdFree) \
	F(gdSetErrorMethod)

struct image_library {
#define MEMBER(name) __typeof__(name) *name;
	IMAGE_FUNCTIONS(MEMBER)
#undef MEMBER
};
bool image_library(struct image_library *out, struct err *e) must_use;

#endif

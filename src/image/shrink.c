/* The small copy: decoded, resampled, turned upright, encoded. Turning comes last, on few pixels. */
#include "image/inside.h"
#include "image/library.h"

enum { JPEG_QUALITY = 82, PNG_LEVEL = 6 };

static gdImagePtr decode(const struct image_library *gd, struct str s, enum image_kind kind)
{
	void *bytes = (void *)(uintptr_t)s.p; /* gd only reads them */
	switch (kind) {
	case IMAGE_PNG: return gd->gdImageCreateFromPngPtr((int)s.n, bytes);
	case IMAGE_JPEG: return gd->gdImageCreateFromJpegPtr((int)s.n, bytes);
	case IMAGE_GIF: return gd->gdImageCreateFromGifPtr((int)s.n, bytes);
	case IMAGE_WEBP: return gd->gdImageCreateFromWebpPtr((int)s.n, bytes);
	case IMAGE_BMP: return gd->gdImageCreateFromBmpPtr((int)s.n, bytes);
	case IMAGE_TIFF: return gd->gdImageCreateFromTiffPtr((int)s.n, bytes);
	case IMAGE_NONE: break;
	}
	return NULL;
}

static int scaled(int of, int longest, int side)
{
	int v = (int)(((int64_t)of * side + longest / 2) / longest);
	return v > 0 ? v : 1;
}

static gdImagePtr canvas(const struct image_library *gd, int w, int h)
{
	gdImagePtr im = gd->gdImageCreateTrueColor(w, h);
	if (!im) return NULL;
	gd->gdImageAlphaBlending(im, 0);
	gd->gdImageSaveAlpha(im, 1);
	gd->gdImageFilledRectangle(im, 0, 0, w - 1, h - 1, gdTrueColorAlpha(255, 255, 255, gdAlphaTransparent));
	return im;
}

static gdImagePtr resample(const struct image_library *gd, gdImagePtr from, int side)
{
	int w = gdImageSX(from), h = gdImageSY(from);
	int longest = num_max(w, h);
	if (side > longest) side = longest;
	int tw = scaled(w, longest, side), th = scaled(h, longest, side);
	gdImagePtr to = canvas(gd, tw, th);
	if (to) gd->gdImageCopyResampled(to, from, 0, 0, 0, 0, tw, th, w, h);
	return to;
}

/* EXIF orientations: 2 mirrored, 3 upside down, 4 both, 5 … 8 the same on the side. */
static gdImagePtr turn(const struct image_library *gd, gdImagePtr from, int orientation)
{
	int w = gdImageSX(from), h = gdImageSY(from);
	bool side = orientation >= 5;
	gdImagePtr to = canvas(gd, side ? h : w, side ? w : h);
	for (int y = 0; to && y < h; y++) {
		for (int x = 0; x < w; x++) {
			int mx = w - 1 - x, my = h - 1 - y;
			int tx = orientation == 2 || orientation == 3 ? mx : orientation == 4 ? x : orientation == 5 || orientation == 8 ? y : my;
			int ty = orientation == 2 ? y : orientation == 3 || orientation == 4 ? my : orientation == 5 || orientation == 6 ? x : mx;
			gd->gdImageSetPixel(to, tx, ty, gd->gdImageGetTrueColorPixel(from, x, y));
		}
	}
	return to;
}

bool image_shrink(const struct image_library *gd, struct str picture, const struct image_facts *f, int side, struct buf *out, struct err *e)
{
	gdImagePtr whole = decode(gd, picture, f->kind);
	if (!whole) return err_set(e, ERR_BAD_SOURCE, "the picture is damaged");
	if ((int64_t)gdImageSX(whole) * gdImageSY(whole) > IMAGE_PIXELS) {
		gd->gdImageDestroy(whole);
		return err_set(e, ERR_TOO_LARGE, "the picture has too many pixels");
	}
	gdImagePtr small = resample(gd, whole, side);
	gd->gdImageDestroy(whole);
	if (small && f->orientation > 1) {
		gdImagePtr turned = turn(gd, small, f->orientation);
		gd->gdImageDestroy(small);
		small = turned;
	}
	if (!small) return err_set(e, ERR_TOO_LARGE, "the picture needs more memory than is allowed");
	int n = 0;
	void *bytes = f->kind == IMAGE_JPEG ? gd->gdImageJpegPtr(small, &n, JPEG_QUALITY) : gd->gdImagePngPtrEx(small, &n, PNG_LEVEL);
	gd->gdImageDestroy(small);
	if (!bytes || n <= 0) return err_set(e, ERR_SYSTEM, "the small picture could not be written");
	buf_put(out, str_make(bytes, (size_t)n));
	gd->gdFree(bytes);
	return !out->over || err_set(e, ERR_TOO_LARGE, "the small picture is too large");
}

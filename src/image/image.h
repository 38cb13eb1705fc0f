/* Pictures of strangers: what they are, and small copies of them. The door to gd, which is only ever loaded
 * by a caged child process (see child/child.h): a picture is decoded nowhere else. Knows PNG, JPEG, GIF and
 * WebP, which browsers show, and reads TIFF and BMP to draw them anew; everything else is no picture. Refuses to know datasets and caches. Any thread. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/base.h"

enum image_kind { IMAGE_NONE, IMAGE_PNG, IMAGE_JPEG, IMAGE_GIF, IMAGE_WEBP, IMAGE_BMP, IMAGE_TIFF };
struct image_facts {
	enum image_kind kind;
	const char *mime;    /* "image/png" */
	int width, height;   /* pixels as shown: turned as the camera was held */
	int orientation;     /* of EXIF, 1 … 8; 1 where nothing is said */
};
/* Tells a picture by its first bytes (IMAGE_HEAD_BYTES are always enough to try), without decoding it.
 * False when it is none, or when its size is not told or absurd. */
enum { IMAGE_HEAD_BYTES = 256 * 1024, IMAGE_SIDE = 65535 };
bool image_sniff(struct str head, struct image_facts *out) must_use nonnull_all;
/* TIFF and BMP as well, which a copy can be drawn of but which nobody is to be given as they are. The directory of a TIFF may stand at its
 * end: of one that is not in `head` the size is 0 by 0. */
bool image_sniff_drawable(struct str head, struct image_facts *out) must_use nonnull_all;

/* What the camera wrote into a JPEG (exif.c), from the same first bytes. False when it wrote nothing that is known. */
enum { IMAGE_CAMERA = 96 };
struct image_exif {
	int orientation;     /* 1 … 8; 0: not told */
	bool has_place;
	double lat, lon;
	char date[20];       /* "2024-05-01T12:30:00", without a zone; empty: not told */
	char camera[IMAGE_CAMERA];
};
bool image_exif(struct str head, struct image_exif *out) must_use nonnull_all;
/* Takes out of a picture (JPEG, PNG, WebP, TIFF, HEIC and AVIF) where it was taken, its length and everything else staying; true when
 * something was there. It may lie anywhere in a file, so the whole of it is wanted; of a part, what lies in the part is taken out. What an
 * XMP packet says is taken out as a whole when a place is in it. */
bool image_forget_place(char *bytes, size_t n);

/* A small copy that fits a square of `side` pixels (1 … IMAGE_THUMBNAIL), never larger than the picture,
 * turned upright; a JPEG of a JPEG, else a PNG. Reads fd from its start; gives the bytes. ERR_TOO_LARGE when
 * the picture has more than IMAGE_PIXELS, or took more time or memory than a picture should; ERR_BAD_SOURCE
 * when it cannot be read. Takes a process, and some 0.3 s for 12 million pixels. */
enum { IMAGE_THUMBNAIL = 2048, IMAGE_PIXELS = 64000000 };
bool image_thumbnail(int fd, int side, struct buf *out, const char **mime, struct err *e) must_use nonnull_all;

/* The role of the child process, for main(). */
#define IMAGE_ROLE "__image"
int image_child_main(void);

#endif

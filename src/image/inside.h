/* What the two processes of the room share. */
#ifndef IMAGE_INSIDE_H
#define IMAGE_INSIDE_H

#include "image/image.h"

enum image_frame { IMAGE_FRAME_DONE = 1, IMAGE_FRAME_ERROR };
enum { IMAGE_FILE_BYTES = 64 << 20 };

/* Decodes, shrinks, turns, encodes: in the child, inside its cage. */
struct image_library;
bool image_shrink(const struct image_library *gd, struct str picture, const struct image_facts *f, int side, struct buf *out,
                  struct err *e) must_use nonnull_all;

/* exif.c: numbers of a TIFF, which is what cameras write into every kind of picture. What lies beyond it is 0. */
struct tiff { struct str s; bool little; };
enum { TIFF_ENTRIES = 512 };
bool tiff_begins(struct str s, struct tiff *out) must_use;
uint32_t tiff_number(const struct tiff *t, size_t at, size_t n);
/* The place of an entry of a directory, 0 when it has none of this tag; the whole number that an entry holds. */
size_t tiff_entry(const struct tiff *t, size_t directory, uint32_t tag);
uint32_t tiff_whole(const struct tiff *t, size_t directory, uint32_t tag);
/* The next block of a JPEG's beginning; *at goes on behind it. */
bool jpeg_block(struct str head, size_t *at, unsigned char *marker, struct str *block) must_use;

#endif

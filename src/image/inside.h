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

#endif

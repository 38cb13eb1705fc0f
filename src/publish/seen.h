/* Inside of the room: previews that were made a moment ago. */
#ifndef PUBLISH_SEEN_H
#define PUBLISH_SEEN_H

#include "publish/inside.h"

/* Where the answer to this preview would lie, once its source is there; empty: it is not to be kept. */
struct str publish_seen_path(const struct publish_road *r, int rows) nonnull_all;
bool publish_seen_read(const struct publish_road *r, struct str path, struct str *json) must_use nonnull_all;
void publish_seen_keep(const struct publish_road *r, struct str path, struct str json) nonnull_all;

#endif

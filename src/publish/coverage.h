/* Inside of the room: what is found out of where a dataset's places lie. */
#ifndef PUBLISH_COVERAGE_H
#define PUBLISH_COVERAGE_H

#include "config/config.h"

/* Tells the catalogue of the geographic reference of a dataset that was just published, when its metadata want it found out. Nothing is
 * told where no place is known. Blocks: reads up to a million rows. */
bool publish_coverage(struct site *s, struct tenant_id t, struct str slug, const struct config *told, struct err *e) must_use nonnull_all;

#endif

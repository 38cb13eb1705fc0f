/* The builders of maps and charts, what was saved by them, their frames for other sites, and the galleries of what is public. Anyone may
 * build: what is built stands in the address. Saving is for who is signed in; drafts are kept for them by themselves. A dataset that a reader may
 * not see is cut out of what they are shown, its name too. Without script a page shows what is saved: a chart as its table, a map as the list of
 * its layers.
 *
 * Addresses, of /map/ as of /chart/: / (build; ?from=SLUG begins with a copy, ?dataset=ID with the dataset as the portal shows it), {slug}/,
 * {slug}/edit/, +{hash}/edit/ (a draft), {slug}/delete/, embed/{slug}/; POST / (save a new one), {slug}/ (save), drafts/ (keep), as JSON. */
#ifndef STUDIO_STUDIO_H
#define STUDIO_STUDIO_H

#include "httpd/httpd.h"

extern const struct httpd_route *const studio_routes[]; /* NULL-ended */

#endif

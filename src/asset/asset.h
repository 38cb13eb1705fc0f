/* The front end, compiled in: scripts, styles and fonts by hashed name, each text also compressed. An
 * asset's bytes never change under its name, so readers may keep it for ever. Refuses to know requests.
 * Everything is constant; any thread. */
#ifndef ASSET_ASSET_H
#define ASSET_ASSET_H

#include "base/base.h"

struct asset {
	struct str name;    /* "style.4XK2AB7Q.css" */
	struct str logical; /* "style.css" */
	struct str url;     /* "/assets/style.4XK2AB7Q.css" */
	struct str type;    /* media type */
	struct str tag;     /* strong validator, without quotes */
	struct str bytes;
	struct str gzip;    /* empty when compressing does not help */
	struct str br;
};

/* An asset by hashed name, or NULL. */
const struct asset *asset_find_or_null(struct str name);
/* The address of an asset by its logical name, which must be one of web/'s ("style.css"). */
struct str asset_url(struct str logical);

#endif

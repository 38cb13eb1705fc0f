/* What maps add to the room: tiles, and the tab of a dataset. */
#ifndef FRONT_MAP_H
#define FRONT_MAP_H

#include "front/inside.h"

front_tab front_tab_map;
/* True when the dataset has a field with places that this reader may see. */
bool front_has_map(const struct front_dataset *d) must_use nonnull_all;
extern const struct httpd_route front_tiles, front_basemap, front_world, front_places, front_ground;

#endif

/* Circles, polygons and boxes from "lat,lon" texts. Private. */
#ifndef QV1_PLACES_H
#define QV1_PLACES_H

#include "qv1/inside.h"

/* Each gives a condition on the field, or NULL with a complaint that shows the text. */
struct odsql_node *place_circle(struct reader *r, struct odsql_node *field, struct str centre, struct str metres);
struct odsql_node *place_polygon(struct reader *r, struct odsql_node *field, struct str corners);
struct odsql_node *place_box(struct reader *r, struct odsql_node *field, struct str corners);

#endif

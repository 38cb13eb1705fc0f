/* GeoPackage: an SQLite file with one layer and its spatial index. */
#include "export/inside.h"

static bool run(struct export *x, struct err *e) { return export_convert(x, false, e); }

const struct export_format export_fmt_gpkg = { "gpkg", "application/geopackage+sqlite3", "gpkg", EXPORT_GEO, run };

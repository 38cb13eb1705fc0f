/* GeoPackage: an SQLite file with one layer and, up to two million rows, its spatial index. Moments are in
 * UTC, as the format wants them. */
#include "export/inside.h"

static bool run(struct export *x, struct err *e) { return export_convert(x, false, e); }

const struct export_format export_fmt_gpkg = {
	"gpkg", "application/geopackage+sqlite3", "gpkg", EXPORT_GEO | EXPORT_TAKES_EPSG | EXPORT_TAKES_LISTS, run,
};

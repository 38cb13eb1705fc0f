/* Shapefiles (Explore API §12.7) in a zip: a set of files for each kind of geometry, so nothing is dropped. No ceiling of
 * records but that of the format, 4 GiB a file, which is told as an error. Names of fields have at most 10
 * letters; texts are cut at 254 bytes by the format. */
#include "export/inside.h"

static bool run(struct export *x, struct err *e) { return export_convert(x, true, e); }

const struct export_format export_fmt_shp = {
	"shp", "application/zip", "zip", EXPORT_GEO | EXPORT_PACKED | EXPORT_TAKES_EPSG | EXPORT_TAKES_LISTS, run,
};

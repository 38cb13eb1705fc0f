/* Features of a file that another program wrote, as texts: attributes by the type the file gives them, shapes as
 * GeoJSON in WGS 84. One driver is made known, so that nothing else looks at the bytes. */
#include "gdal/read.h"
#include "json/json.h"
#include "text/text.h"
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

const char *const gdal_read_folders[] = { "/usr/share/proj", "/usr/share/gdal", "/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache",
	"/usr/local/lib" };
static_assert(COUNT_OF(gdal_read_folders) == GDAL_READ_FOLDERS, "the header tells how many");

struct layer {
	OGRLayerH handle;
	int nfields;
	OGRFieldType *types;
	OGRFieldSubType *subs;
	OGRCoordinateTransformationH into; /* NULL: as they are */
	bool own_into;
};

struct gdal_reader {
	struct gdal_read_library lib;
	struct read_files *files;
	GDALDatasetH dataset;
	OGRSpatialReferenceH world;
	struct arena a;
	struct layer *layers;       /* those that are read */
	struct gdal_layer *told;
	size_t n, at;
	struct str *names;          /* all */
	size_t nnames;
	bool mixed;                 /* features of all layers come as they stand in the file (OSM) */
	bool own_layer;             /* one layer of several was asked for */
	int epsg;
	bool centroids;
	struct arena row;
	struct gdal_cell *cells;
	size_t ncells;
};

static const struct { const char *driver; const char *symbols[2]; const char *name; } drivers[] = {
	{ "ESRI Shapefile", { "RegisterOGRShape" }, "ESRI Shapefile" },
	{ "GPKG", { "RegisterOGRGeoPackage" }, "GPKG" },
	{ "FlatGeobuf", { "RegisterOGRFlatGeobuf" }, "FlatGeobuf" },
	{ "KML", { "RegisterOGRLIBKML", "RegisterOGRKML" }, NULL },
	{ "GPX", { "RegisterOGRGPX" }, "GPX" },
	{ "GML", { "RegisterOGRGML" }, "GML" },
	{ "MapInfo File", { "RegisterOGRTAB" }, "MapInfo File" },
	{ "TopoJSON", { "RegisterOGRTopoJSON" }, "TopoJSON" },
	{ "OSM", { "RegisterOGROSM" }, "OSM" },
};

static bool complain(struct gdal_reader *r, const char *doing, struct err *e)
{
	const char *said = r->lib.CPLGetLastErrorMsg ? r->lib.CPLGetLastErrorMsg() : "";
	auto_buf b = BUF_INIT(400);
	for (const char *p = said; *p && b.n < 300; p++) buf_put_char(&b, (unsigned char)*p < ' ' ? ' ' : *p);
	/* Its messages speak of paths that exist for it only. */
	struct str words = text_cut(buf_str(&b), 200);
	bool plain = text_is_utf8(words) && str_find(words, STR("/")) < 0 && words.n > 0;
	if (plain) err_set(e, ERR_BAD_SOURCE, "the file is damaged or not what it seems: %.*s", STR_ARG(words));
	else err_set(e, ERR_BAD_SOURCE, "the file is damaged or not what it seems");
	return err_cause(e, "gdal, %s: %.300s", doing, said);
}

/* --- coordinate systems ------------------------------------------------------------------------------ */

static bool in_degrees(struct gdal_reader *r, OGRLayerH l)
{
	OGREnvelope box;
	if (r->lib.OGR_L_GetExtent(l, &box, 0) != OGRERR_NONE && r->lib.OGR_L_GetExtent(l, &box, 1) != OGRERR_NONE) return true;
	return box.MinX >= -181 && box.MaxX <= 181 && box.MinY >= -91 && box.MaxY <= 91;
}

static bool transform_for(struct gdal_reader *r, struct layer *l, struct err *e)
{
	OGRSpatialReferenceH own = r->lib.OGR_L_GetSpatialRef(l->handle);
	OGRSpatialReferenceH from = NULL;
	if (r->epsg) {
		from = r->lib.OSRNewSpatialReference(NULL);
		if (r->lib.OSRImportFromEPSG(from, r->epsg) != OGRERR_NONE) {
			r->lib.OSRDestroySpatialReference(from);
			return err_set(e, ERR_BAD_SOURCE, "the coordinate system EPSG:%d is not known", r->epsg);
		}
	} else if (own) {
		from = r->lib.OSRClone(own);
	} else if (in_degrees(r, l->handle)) {
		return true;
	} else {
		return err_set(e, ERR_BAD_SOURCE, "the file does not say in which coordinate system it is, and its numbers are no degrees; "
		               "name the system by its EPSG code (2154 is Lambert 93)");
	}
	r->lib.OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
	bool ok = true;
	if (!r->lib.OSRIsSame(from, r->world)) {
		r->lib.CPLErrorReset();
		l->into = r->lib.OCTNewCoordinateTransformation(from, r->world);
		if (!l->into)
			ok = err_set(e, ERR_BAD_SOURCE, "the file's coordinate system cannot be turned into WGS 84; name it by its EPSG code");
	}
	r->lib.OSRDestroySpatialReference(from);
	return ok;
}

/* --- layers ------------------------------------------------------------------------------------------ */

static bool add_layer(struct gdal_reader *r, OGRLayerH h, struct err *e)
{
	struct layer *l = &r->layers[r->n];
	struct gdal_layer *t = &r->told[r->n];
	OGRFeatureDefnH d = r->lib.OGR_L_GetLayerDefn(h);
	l->handle = h;
	l->nfields = r->lib.OGR_FD_GetFieldCount(d);
	t->nfields = (size_t)l->nfields;
	t->name = arena_str(&r->a, str_of(r->lib.OGR_L_GetName(h)));
	t->features = r->lib.OGR_L_GetFeatureCount(h, 0);
	t->shapes = r->lib.OGR_FD_GetGeomFieldCount(d) > 0;
	t->fields = arena_array(&r->a, struct str, t->nfields + 1);
	l->types = arena_array(&r->a, OGRFieldType, t->nfields + 1);
	l->subs = arena_array(&r->a, OGRFieldSubType, t->nfields + 1);
	for (int i = 0; i < l->nfields; i++) {
		OGRFieldDefnH f = r->lib.OGR_FD_GetFieldDefn(d, i);
		t->fields[i] = arena_str(&r->a, str_of(r->lib.OGR_Fld_GetNameRef(f)));
		l->types[i] = r->lib.OGR_Fld_GetType(f);
		l->subs[i] = r->lib.OGR_Fld_GetSubType(f);
	}
	if (t->nfields > r->ncells) {
		r->ncells = t->nfields;
		r->cells = realloc(r->cells, r->ncells * sizeof *r->cells);
		ensure(r->cells);
	}
	r->n++;
	return !t->shapes || transform_for(r, l, e);
}

static bool no_such_layer(struct gdal_reader *r, struct str name, struct err *e)
{
	auto_buf list = BUF_INIT(400);
	for (size_t i = 0; i < r->nnames && list.n < 240; i++)
		buf_printf(&list, "%s“%.*s”", i ? ", " : "", STR_ARG(text_cut(r->names[i], 60)));
	return err_set(e, ERR_BAD_SOURCE, "the file has no layer “%.*s”; it has %.*s", STR_ARG(text_cut(name, 60)), STR_ARG(buf_str(&list)));
}

/* The layer asked for, all, or the one with most features. */
static bool choose(struct gdal_reader *r, const struct gdal_source *s, int count, struct err *e)
{
	int best = -1;
	int64_t most = -2;
	for (int i = 0; i < count; i++) {
		OGRLayerH h = r->lib.GDALDatasetGetLayer(r->dataset, i);
		if (s->layer.n) {
			if (best < 0 && str_eq_nocase(r->names[i], s->layer)) best = i;
			continue;
		}
		if (s->all_layers) {
			if (!add_layer(r, h, e)) return false;
			continue;
		}
		int64_t n = r->lib.OGR_L_GetFeatureCount(h, 0);
		if (n <= most) continue;
		most = n;
		best = i;
	}
	if (r->n > 0) return true;
	if (best < 0) return s->layer.n ? no_such_layer(r, s->layer, e) : err_set(e, ERR_BAD_SOURCE, "the file holds no layers");
	r->own_layer = true;
	return add_layer(r, r->lib.GDALDatasetGetLayer(r->dataset, best), e);
}

static bool open_dataset(struct gdal_reader *r, const struct gdal_source *s, struct err *e)
{
	const char *names[3] = { NULL };
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(drivers); i++) {
		if (strcmp(drivers[i].driver, s->driver) != 0) continue;
		if (gdal_register(&r->lib, drivers[i].symbols[0])) names[n++] = drivers[i].name ? drivers[i].name : "LIBKML";
		else if (drivers[i].symbols[1] && gdal_register(&r->lib, drivers[i].symbols[1])) names[n++] = "KML";
	}
	if (n == 0) return err_set(e, ERR_SYSTEM, "the library for this format (GDAL) was built without %s", s->driver);
	const char *path = arena_printf(&r->a, "%s%.*s", r->files->prefix, STR_ARG(s->first)).p;
	const char *made[] = { arena_printf(&r->a, "CONFIG_FILE=%s%.*s", r->files->prefix, STR_ARG(s->settings)).p, NULL };
	r->lib.CPLErrorReset();
	r->dataset = r->lib.GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, names, s->settings.n ? made : s->options, NULL);
	if (!r->dataset) return complain(r, "open", e);
	int count = r->lib.GDALDatasetGetLayerCount(r->dataset);
	if (count < 0 || count > 10000) return err_set(e, ERR_BAD_SOURCE, "the file holds more than 10,000 layers");
	r->layers = arena_array(&r->a, struct layer, (size_t)count + 1);
	r->told = arena_array(&r->a, struct gdal_layer, (size_t)count + 1);
	r->names = arena_array(&r->a, struct str, (size_t)count + 1);
	for (int i = 0; i < count; i++)
		r->names[r->nnames++] = arena_str(&r->a, str_of(r->lib.OGR_L_GetName(r->lib.GDALDatasetGetLayer(r->dataset, i))));
	r->mixed = strcmp(s->driver, "OSM") == 0 && s->layer.n == 0;
	return choose(r, s, count, e);
}

static void settle(struct gdal_reader *r, const struct gdal_source *s)
{
	static const char *const options[][2] = { { "GDAL_PAM_ENABLED", "NO" }, { "GDAL_DISABLE_READDIR_ON_OPEN", "FALSE" },
		{ "GDAL_NUM_THREADS", "1" }, { "GML_SKIP_CORRUPTED_FEATURES", "NO" }, { "OGR_GEOJSON_MAX_OBJ_SIZE", "0" },
		{ "GDAL_HTTP_MAX_RETRY", "0" }, { "OSM_MAX_TMPFILE_SIZE", "256" }, { "OGR_SQLITE_LIST_VIRTUAL_OGR", "NO" },
		{ "OGR_XLSX_HEADERS", "DISABLE" }, { "LIBKML_RESOLVE_STYLE", "NO" } };
	r->lib.CPLSetErrorHandler(r->lib.CPLQuietErrorHandler);
	r->lib.OSRSetPROJEnableNetwork(0);
	for (size_t i = 0; i < COUNT_OF(options); i++) r->lib.CPLSetConfigOption(options[i][0], options[i][1]);
	r->lib.CPLSetConfigOption("SHAPE_ENCODING", s->raw ? "" : NULL);
	if (s->folder) r->lib.CPLSetConfigOption("CPL_TMPDIR", s->folder);
}

bool gdal_reader_open(const struct gdal_source *s, struct gdal_reader **out, struct err *e)
{
	struct gdal_reader *r = calloc(1, sizeof *r);
	ensure(r);
	if (!gdal_read_library(&r->lib, e)) {
		free(r);
		return false;
	}
	settle(r, s);
	r->epsg = s->epsg;
	r->centroids = s->centroids;
	r->files = read_files_mount(&r->lib, s->files, s->nfiles);
	r->world = r->lib.OSRNewSpatialReference(NULL);
	bool ok = r->lib.OSRImportFromEPSG(r->world, 4326) == OGRERR_NONE || err_set(e, ERR_SYSTEM, "the table of coordinate systems is missing");
	r->lib.OSRSetAxisMappingStrategy(r->world, OAMS_TRADITIONAL_GIS_ORDER);
	ok = ok && open_dataset(r, s, e);
	if (ok) *out = r;
	else gdal_reader_close(r);
	return ok;
}

size_t gdal_reader_layers(const struct gdal_reader *r, const struct gdal_layer **out)
{
	*out = r->told;
	return r->n;
}

size_t gdal_reader_names(const struct gdal_reader *r, const struct str **out)
{
	*out = r->names;
	return r->nnames;
}

/* --- features ---------------------------------------------------------------------------------------- */

bool gdal_reader_rewind(struct gdal_reader *r, struct err *e)
{
	r->at = 0;
	r->lib.CPLErrorReset();
	if (r->mixed) r->lib.GDALDatasetResetReading(r->dataset);
	else for (size_t i = 0; i < r->n; i++) r->lib.OGR_L_ResetReading(r->layers[i].handle);
	return r->lib.CPLGetLastErrorType() < CE_Failure || complain(r, "rewind", e);
}

static struct str moment(struct gdal_reader *r, OGRFeatureH f, int i, OGRFieldType type)
{
	int year, month, day, hour, minute, zone;
	float second;
	if (!r->lib.OGR_F_GetFieldAsDateTimeEx(f, i, &year, &month, &day, &hour, &minute, &second, &zone)) return STR("");
	if (type == OFTTime) return arena_printf(&r->row, "%02d:%02d:%02d", hour, minute, (int)second);
	if (type == OFTDate) return arena_printf(&r->row, "%04d-%02d-%02d", year, month, day);
	struct str text = arena_printf(&r->row, "%04d-%02d-%02dT%02d:%02d:%06.3f", year, month, day, hour, minute, (double)second);
	if (zone <= 1) return text;
	int off = (zone - 100) * 15;
	return arena_printf(&r->row, "%.*s%c%02d:%02d", STR_ARG(text), off < 0 ? '-' : '+', abs(off) / 60, abs(off) % 60);
}

static struct gdal_cell list(struct gdal_reader *r, OGRFeatureH f, int i)
{
	char **items = r->lib.OGR_F_GetFieldAsStringList(f, i);
	auto_buf b = BUF_INIT(32 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t k = 0; items && items[k]; k++)
		if (text_is_utf8(str_of(items[k]))) json_put(&j, str_of(items[k]));
	json_close(&j, ']');
	return (struct gdal_cell){ arena_str(&r->row, buf_str(&b)), GDAL_LIST };
}

static struct gdal_cell cell_of(struct gdal_reader *r, const struct layer *l, OGRFeatureH f, int i)
{
	if (!r->lib.OGR_F_IsFieldSetAndNotNull(f, i)) return (struct gdal_cell){ .kind = GDAL_NONE };
	OGRFieldType t = l->types[i];
	struct buf b = BUF_INIT(400);
	struct gdal_cell c = { .kind = GDAL_TEXT };
	if (t == OFTInteger || t == OFTInteger64) {
		int64_t v = r->lib.OGR_F_GetFieldAsInteger64(f, i);
		bool truth = l->subs[i] == OFSTBoolean;
		c = (struct gdal_cell){ truth ? v ? STR("true") : STR("false") : arena_printf(&r->row, "%lld", (long long)v),
			truth ? GDAL_TRUTH : GDAL_NUMBER };
	} else if (t == OFTReal) {
		double v = r->lib.OGR_F_GetFieldAsDouble(f, i);
		if (v - v == 0) text_put_double_plain(&b, v);
		c = (struct gdal_cell){ arena_str(&r->row, buf_str(&b)), b.n ? GDAL_NUMBER : GDAL_NONE };
	} else if (t == OFTDate || t == OFTDateTime || t == OFTTime) {
		c.text = moment(r, f, i, t);
	} else if (t == OFTStringList || t == OFTIntegerList || t == OFTInteger64List || t == OFTRealList) {
		c = t == OFTStringList ? list(r, f, i)
		                       : (struct gdal_cell){ arena_str(&r->row, str_of(r->lib.OGR_F_GetFieldAsString(f, i))), GDAL_TEXT };
	} else if (t == OFTBinary) {
		c.kind = GDAL_NONE;
	} else {
		c = (struct gdal_cell){ arena_str(&r->row, str_trim(str_of(r->lib.OGR_F_GetFieldAsString(f, i)))),
			l->subs[i] == OFSTJSON ? GDAL_NEST : GDAL_TEXT };
	}
	buf_done(&b);
	if (c.text.n == 0) c.kind = GDAL_NONE;
	return c;
}

static OGRGeometryH simple(struct gdal_reader *r, OGRGeometryH g)
{
	OGRwkbGeometryType t = r->lib.OGR_GT_Flatten(r->lib.OGR_G_GetGeometryType(g));
	if (r->lib.OGR_G_HasCurveGeometry(g, 1)) {
		OGRGeometryH line = r->lib.OGR_G_GetLinearGeometry(g, 0, NULL);
		r->lib.OGR_G_DestroyGeometry(g);
		g = line;
	} else if (t == wkbTIN || t == wkbPolyhedralSurface || t == wkbTriangle) {
		g = r->lib.OGR_G_ForceToMultiPolygon(g);
	}
	if (g) r->lib.OGR_G_FlattenTo2D(g);
	OGRGeometryH point = g && r->centroids && (t == wkbPolygon || t == wkbMultiPolygon) ? r->lib.OGR_G_CreateGeometry(wkbPoint) : NULL;
	if (!point) return g;
	bool ok = r->lib.OGR_G_Centroid(g, point) == (int)OGRERR_NONE;
	r->lib.OGR_G_DestroyGeometry(ok ? g : point);
	return ok ? point : g;
}

static struct str shape_of(struct gdal_reader *r, const struct layer *l, OGRFeatureH f, bool *misplaced)
{
	char digits[] = "COORDINATE_PRECISION=8";
	char *options[] = { digits, NULL };
	struct str out = { 0 };
	OGRGeometryH g = r->lib.OGR_F_StealGeometry(f);
	*misplaced = false;
	if (!g) return out;
	if (!r->lib.OGR_G_IsEmpty(g)) g = simple(r, g);
	if (g && !r->lib.OGR_G_IsEmpty(g)) {
		r->lib.CPLErrorReset();
		*misplaced = l->into && r->lib.OGR_G_Transform(g, l->into) != OGRERR_NONE;
		char *text = *misplaced ? NULL : r->lib.OGR_G_ExportToJsonEx(g, options);
		if (text) out = arena_str(&r->row, str_of(text));
		r->lib.VSIFree(text);
	}
	if (g) r->lib.OGR_G_DestroyGeometry(g);
	return out;
}

static OGRFeatureH next_handle(struct gdal_reader *r, size_t *layer)
{
	if (r->mixed) {
		OGRLayerH from = NULL;
		OGRFeatureH f;
		while ((f = r->lib.GDALDatasetGetNextFeature(r->dataset, &from, NULL, NULL, NULL))) {
			for (*layer = 0; *layer < r->n; ++*layer)
				if (r->layers[*layer].handle == from) return f;
			r->lib.OGR_F_Destroy(f);
		}
		return NULL;
	}
	for (; r->at < r->n; r->at++) {
		OGRFeatureH f = r->lib.OGR_L_GetNextFeature(r->layers[r->at].handle);
		*layer = r->at;
		if (f || r->lib.CPLGetLastErrorType() >= CE_Failure) return f;
	}
	return NULL;
}

bool gdal_reader_next(struct gdal_reader *r, struct gdal_feature *out, bool *more, struct err *e)
{
	arena_done(&r->row);
	r->lib.CPLErrorReset();
	size_t layer = 0;
	OGRFeatureH f = next_handle(r, &layer);
	*more = f != NULL;
	*out = (struct gdal_feature){ 0 };
	if (!f) return r->lib.CPLGetLastErrorType() < CE_Failure || complain(r, "feature", e);
	const struct layer *l = &r->layers[layer];
	for (int i = 0; i < l->nfields; i++) r->cells[i] = cell_of(r, l, f, i);
	*out = (struct gdal_feature){ .layer = layer, .fid = r->lib.OGR_F_GetFID(f), .cells = r->cells };
	out->geometry = shape_of(r, l, f, &out->misplaced);
	r->lib.OGR_F_Destroy(f);
	return true;
}

void gdal_reader_close(struct gdal_reader *r)
{
	if (!r) return;
	for (size_t i = 0; i < r->n; i++)
		if (r->layers[i].into) r->lib.OCTDestroyCoordinateTransformation(r->layers[i].into);
	if (r->dataset) r->lib.GDALClose(r->dataset);
	if (r->world) r->lib.OSRDestroySpatialReference(r->world);
	/* The handler in the library stays, and with it the (now empty) table. */
	read_files_unmount(r->files);
	arena_done(&r->row);
	arena_done(&r->a);
	free(r->cells);
	free(r);
}

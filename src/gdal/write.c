/* Rows into files, through the library. A shapefile holds one kind of geometry, so there is a set of files for
 * each kind that is met; the first set also takes the rows without geometry. Those that come before any
 * geometry wait until its kind is known; when too many wait, points are assumed. */
#include "gdal/inside.h"
#include "gdal/library.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { KIND_POINTS, KIND_MULTI, KIND_LINES, KIND_POLYGONS, KINDS, KIND_NONE = KINDS };
static const struct { const char *suffix; OGRwkbGeometryType type; } kinds[KINDS] = {
	[KIND_POINTS] = { "points", wkbPoint },
	[KIND_MULTI] = { "multipoints", wkbMultiPoint },
	[KIND_LINES] = { "lines", wkbMultiLineString },
	[KIND_POLYGONS] = { "polygons", wkbMultiPolygon },
};
/* A spatial index takes several times the writing of the rows, so beyond this many it is left to the reader. */
enum { COMMIT_ROWS = 100000, INDEX_ROWS = 2000000, WAITING_BYTES = 256 << 20 };

struct gdal_set {
	struct gdal_library lib;
	const struct gdal_settings *s;
	struct arena *a;
	GDALDatasetH dataset;
	OGRSpatialReferenceH crs;
	OGRLayerH first;         /* of a shapefile: NULL until its kind is known */
	enum kind first_kind;
	OGRLayerH layers[KINDS]; /* of a shapefile, by kind; NULL: not met */
	struct buf waiting;      /* lengths and fields of rows without geometry, while first is NULL */
	int64_t rows;
	const char *geometry_name; /* of a package: the column */
};

static bool complain(struct gdal_set *w, const char *doing, struct err *e)
{
	const char *why = w->lib.CPLGetLastErrorMsg();
	bool full = strstr(why, "No space left") || strstr(why, "disk is full");
	bool large = strstr(why, "4GB") || strstr(why, "2GB") || strstr(why, "too large") || strstr(why, "maximum");
	if (full) err_set(e, ERR_DISK_FULL, "no space is left where the portal keeps its data");
	else if (large) err_set(e, ERR_TOO_LARGE, "this is more than the format can hold; please choose fewer records or another format");
	else err_set(e, ERR_SYSTEM, "the file could not be written");
	return err_cause(e, "%s: %.400s", doing, why);
}

/* --- layers ------------------------------------------------------------------------------------------ */

/* The value types of the house in the library's words. */
static const struct { OGRFieldType type; OGRFieldSubType sub; } types[VALUE_TYPES] = {
	[VALUE_TEXT] = { OFTString, OFSTNone },         [VALUE_INT] = { OFTInteger64, OFSTNone },
	[VALUE_DOUBLE] = { OFTReal, OFSTNone },         [VALUE_BOOL] = { OFTInteger, OFSTBoolean },
	[VALUE_DATE] = { OFTDate, OFSTNone },           [VALUE_DATETIME] = { OFTDateTime, OFSTNone },
};

static bool add_fields(struct gdal_set *w, OGRLayerH layer, struct err *e)
{
	for (size_t i = 0; i < w->s->nfields; i++) {
		enum value_type t = w->s->fields[i].type;
		OGRFieldDefnH f = w->lib.OGR_Fld_Create(w->s->names[i], types[t].type);
		w->lib.OGR_Fld_SetSubType(f, types[t].sub);
		OGRErr said = w->lib.OGR_L_CreateField(layer, f, 0);
		w->lib.OGR_Fld_Destroy(f);
		if (said != OGRERR_NONE) return complain(w, "field", e);
	}
	return true;
}

/* A name that no field has, for the columns that the format adds. */
static const char *free_name(struct gdal_set *w, const char *name)
{
	for (size_t i = 0; i < w->s->nfields; i++)
		if (str_eq_nocase(w->s->fields[i].name, str_of(name))) return free_name(w, arena_printf(w->a, "%s_", name).p);
	return name;
}

static bool new_layer(struct gdal_set *w, const char *name, OGRwkbGeometryType type, OGRLayerH *out, struct err *e)
{
	char encoding[] = "ENCODING=UTF-8";
	char index[] = "SPATIAL_INDEX=NO";
	char *shape[] = { encoding, NULL };
	const char *fid = arena_printf(w->a, "FID=%s", free_name(w, "fid")).p;
	w->geometry_name = free_name(w, "geom");
	const char *geometry = arena_printf(w->a, "GEOMETRY_NAME=%s", w->geometry_name).p;
	char *package[] = { index, (char *)(uintptr_t)fid, (char *)(uintptr_t)geometry, NULL };
	char **options = w->s->driver == GDAL_SHAPEFILE ? shape : package;
	*out = w->lib.GDALDatasetCreateLayer(w->dataset, name, w->crs, type, options);
	return *out ? add_fields(w, *out, e) : complain(w, "layer", e);
}

/* --- rows -------------------------------------------------------------------------------------------- */

#define DBF_BEYOND 1e23

struct reader { const char *p; size_t n; bool bad; };

static const char *take(struct reader *r, size_t n)
{
	static const char zeros[16];
	if (r->bad || r->n < n) {
		r->bad = true;
		return zeros;
	}
	const char *at = r->p;
	r->p += n;
	r->n -= n;
	return at;
}

static struct str take_bytes(struct reader *r)
{
	uint32_t n;
	memcpy(&n, take(r, sizeof n), sizeof n);
	const char *p = take(r, n);
	return r->bad ? STR("") : str_make(p, n);
}

static void set_moment(struct gdal_set *w, OGRFeatureH f, int i, int64_t us)
{
	enum { UTC = 100 };
	struct civil c;
	clock_civil_of_us(us, &c);
	w->lib.OGR_F_SetFieldDateTimeEx(f, i, c.year, c.month, c.day, c.hour, c.minute, (float)c.second + (float)c.micro / 1e6f, UTC);
}

static void set_field(struct gdal_set *w, OGRFeatureH f, int i, enum value_type t, struct reader *r, struct buf *text)
{
	int64_t whole;
	int32_t small;
	double real;
	struct civil c;
	if (*take(r, 1) == 0) return;
	if (t == VALUE_INT || t == VALUE_DATETIME) {
		memcpy(&whole, take(r, sizeof whole), sizeof whole);
		if (t == VALUE_INT) w->lib.OGR_F_SetFieldInteger64(f, i, whole);
		else set_moment(w, f, i, whole);
	} else if (t == VALUE_DOUBLE) {
		memcpy(&real, take(r, sizeof real), sizeof real);
		/* The table of a shapefile has 24 characters and no exponents: of more digits it would keep the first ones. */
		if (w->s->driver != GDAL_SHAPEFILE || (real < DBF_BEYOND && real > -DBF_BEYOND)) w->lib.OGR_F_SetFieldDouble(f, i, real);
	} else if (t == VALUE_BOOL) {
		w->lib.OGR_F_SetFieldInteger(f, i, *take(r, 1) != 0);
	} else if (t == VALUE_DATE) {
		memcpy(&small, take(r, sizeof small), sizeof small);
		clock_civil_of_days(small, &c);
		w->lib.OGR_F_SetFieldDateTimeEx(f, i, c.year, c.month, c.day, 0, 0, 0, 0);
	} else {
		buf_clear(text);
		buf_put(text, take_bytes(r));
		buf_put_char(text, 0);
		if (!text->over) w->lib.OGR_F_SetFieldString(f, i, text->p);
	}
}

static bool put_feature(struct gdal_set *w, OGRLayerH layer, OGRGeometryH g, struct reader fields, struct err *e)
{
	struct buf text = BUF_INIT(GDAL_ROW_BYTES);
	OGRFeatureH f = w->lib.OGR_F_Create(w->lib.OGR_L_GetLayerDefn(layer));
	for (size_t i = 0; i < w->s->nfields; i++) set_field(w, f, (int)i, w->s->fields[i].type, &fields, &text);
	buf_done(&text);
	if (g) w->lib.OGR_F_SetGeometry(f, g);
	w->lib.CPLErrorReset();
	bool ok = !fields.bad && w->lib.OGR_L_CreateFeature(layer, f) == OGRERR_NONE;
	w->lib.OGR_F_Destroy(f);
	if (fields.bad) return err_set(e, ERR_SYSTEM, "the rows for the converter make no sense");
	return ok || complain(w, "feature", e);
}

/* --- kinds of geometry ------------------------------------------------------------------------------- */

static enum kind kind_of(struct gdal_set *w, OGRGeometryH g)
{
	switch ((int)w->lib.OGR_GT_Flatten(w->lib.OGR_G_GetGeometryType(g))) {
	case wkbPoint: return KIND_POINTS;
	case wkbMultiPoint: return KIND_MULTI;
	case wkbLineString:
	case wkbMultiLineString: return KIND_LINES;
	case wkbPolygon:
	case wkbMultiPolygon: return KIND_POLYGONS;
	default: return KIND_NONE;
	}
}

/* The first set of files, and what waited for it. KIND_NONE: no row has a geometry. */
static bool open_first(struct gdal_set *w, enum kind k, struct err *e)
{
	OGRwkbGeometryType type = k == KIND_NONE ? wkbUnknown : kinds[k].type;
	if (!new_layer(w, w->s->name, type, &w->first, e)) return false;
	w->first_kind = k;
	if (k != KIND_NONE) w->layers[k] = w->first;
	struct str rest = buf_str(&w->waiting);
	for (uint32_t n; rest.n > sizeof n; rest = str_from(rest, n)) {
		memcpy(&n, rest.p, sizeof n);
		rest = str_from(rest, sizeof n);
		if (!put_feature(w, w->first, NULL, (struct reader){ rest.p, n, false }, e)) return false;
	}
	buf_done(&w->waiting);
	return true;
}

static bool layer_for(struct gdal_set *w, enum kind k, OGRLayerH *out, struct err *e)
{
	if (!w->first && !open_first(w, k, e)) return false;
	if (!w->layers[k]) {
		const char *name = arena_printf(w->a, "%s_%s", w->s->name, kinds[k].suffix).p;
		if (!new_layer(w, name, kinds[k].type, &w->layers[k], e)) return false;
	}
	*out = w->layers[k];
	return true;
}

static bool put_bare(struct gdal_set *w, struct reader fields, struct err *e)
{
	uint32_t n = (uint32_t)fields.n;
	if (!w->first && w->waiting.n > WAITING_BYTES && !open_first(w, KIND_POINTS, e)) return false;
	if (w->first) return put_feature(w, w->first, NULL, fields, e);
	buf_put(&w->waiting, str_make((const char *)&n, sizeof n));
	buf_put(&w->waiting, str_make(fields.p, fields.n));
	return !w->waiting.over || err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
}

/* The simple parts of a collection, gathered by kind. */
static void gather(struct gdal_set *w, OGRGeometryH g, OGRGeometryH many[KINDS])
{
	for (int i = 0; i < w->lib.OGR_G_GetGeometryCount(g); i++) {
		OGRGeometryH part = w->lib.OGR_G_GetGeometryRef(g, i);
		enum kind k = kind_of(w, part);
		bool simple = k != KIND_NONE && w->lib.OGR_G_GetGeometryCount(part) == 0;
		/* A polygon counts its rings as parts. */
		simple = simple || w->lib.OGR_GT_Flatten(w->lib.OGR_G_GetGeometryType(part)) == wkbPolygon;
		if (w->lib.OGR_G_IsEmpty(part)) continue;
		if (!simple) {
			gather(w, part, many);
			continue;
		}
		if (k == KIND_POINTS) k = KIND_MULTI;
		if (!many[k]) many[k] = w->lib.OGR_G_CreateGeometry(kinds[k].type);
		w->lib.OGR_G_AddGeometry(many[k], part);
	}
}

static bool put_collection(struct gdal_set *w, OGRGeometryH g, struct reader fields, struct err *e)
{
	OGRGeometryH many[KINDS] = { NULL };
	OGRLayerH layer;
	bool ok = true;
	bool any = false;
	gather(w, g, many);
	for (enum kind k = 0; k < KINDS; k++) {
		if (!many[k]) continue;
		ok = ok && layer_for(w, k, &layer, e) && put_feature(w, layer, many[k], fields, e);
		any = true;
		w->lib.OGR_G_DestroyGeometry(many[k]);
	}
	return any ? ok : put_bare(w, fields, e);
}

static bool put_shape(struct gdal_set *w, OGRGeometryH g, struct reader fields, struct err *e)
{
	OGRLayerH layer;
	if (!g) return put_bare(w, fields, e);
	enum kind k = kind_of(w, g);
	if (k == KIND_NONE) return put_collection(w, g, fields, e);
	return layer_for(w, k, &layer, e) && put_feature(w, layer, g, fields, e);
}

/* --- the set ----------------------------------------------------------------------------------------- */

bool gdal_write(struct gdal_set *w, struct str row, struct err *e)
{
	struct reader r = { row.p, row.n, false };
	struct str wkb = take_bytes(&r);
	OGRGeometryH g = NULL;
	if (wkb.n && w->lib.OGR_G_CreateFromWkb(wkb.p, NULL, &g, (int)wkb.n) != OGRERR_NONE) g = NULL;
	if (g && w->lib.OGR_G_IsEmpty(g)) {
		w->lib.OGR_G_DestroyGeometry(g);
		g = NULL;
	}
	bool ok = w->s->driver == GDAL_SHAPEFILE ? put_shape(w, g, r, e) : put_feature(w, w->first, g, r, e);
	if (g) w->lib.OGR_G_DestroyGeometry(g);
	if (ok && w->s->driver == GDAL_GEOPACKAGE && ++w->rows % COMMIT_ROWS == 0)
		ok = w->lib.GDALDatasetCommitTransaction(w->dataset) == OGRERR_NONE &&
		     w->lib.GDALDatasetStartTransaction(w->dataset, 0) == OGRERR_NONE ? true : complain(w, "commit", e);
	return ok;
}

bool gdal_load(struct arena *a, const struct gdal_settings *s, struct gdal_set **out, struct err *e)
{
	struct gdal_set *w = arena_new(a, struct gdal_set);
	if (!gdal_library(&w->lib, e)) return false;
	w->s = s;
	w->a = a;
	w->first_kind = KIND_NONE;
	w->waiting = BUF_INIT((size_t)WAITING_BYTES + GDAL_ROW_BYTES);
	w->lib.CPLSetErrorHandler(w->lib.CPLQuietErrorHandler);
	w->lib.OSRSetPROJEnableNetwork(0);
	static const char *const options[][2] = { { "OGR_SQLITE_SYNCHRONOUS", "OFF" }, { "OGR_SQLITE_JOURNAL", "OFF" },
		{ "GDAL_PAM_ENABLED", "NO" }, { "GDAL_DISABLE_READDIR_ON_OPEN", "TRUE" }, { "GDAL_NUM_THREADS", "1" } };
	for (size_t i = 0; i < COUNT_OF(options); i++) w->lib.CPLSetConfigOption(options[i][0], options[i][1]);
	w->lib.CPLSetConfigOption("CPL_TMPDIR", s->folder);
	w->lib.RegisterOGRShape();
	w->lib.RegisterOGRGeoPackage();
	w->crs = w->lib.OSRNewSpatialReference(NULL);
	if (w->lib.OSRImportFromEPSG(w->crs, s->epsg) != OGRERR_NONE) return complain(w, "coordinate system", e);
	w->lib.OSRSetAxisMappingStrategy(w->crs, OAMS_TRADITIONAL_GIS_ORDER);
	*out = w;
	return true;
}

bool gdal_open(struct gdal_set *w, struct err *e)
{
	bool shape = w->s->driver == GDAL_SHAPEFILE;
	GDALDriverH driver = w->lib.GDALGetDriverByName(shape ? "ESRI Shapefile" : "GPKG");
	const char *path = shape ? w->s->folder : arena_printf(w->a, "%s/%s.gpkg", w->s->folder, w->s->name).p;
	w->dataset = driver ? w->lib.GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL) : NULL;
	if (!w->dataset) return complain(w, "create", e);
	if (shape) return !w->s->points || open_first(w, KIND_POINTS, e);
	if (!new_layer(w, w->s->name, w->s->points ? wkbPoint : wkbUnknown, &w->first, e)) return false;
	return w->lib.GDALDatasetStartTransaction(w->dataset, 0) == OGRERR_NONE || complain(w, "transaction", e);
}

static bool add_index(struct gdal_set *w, struct err *e)
{
	if (w->rows > INDEX_ROWS) return true;
	const char *sql = arena_printf(w->a, "SELECT CreateSpatialIndex('%s', '%s')", w->s->name, w->geometry_name).p;
	w->lib.CPLErrorReset();
	OGRLayerH answer = w->lib.GDALDatasetExecuteSQL(w->dataset, sql, NULL, NULL);
	if (answer) w->lib.GDALDatasetReleaseResultSet(w->dataset, answer);
	return w->lib.CPLGetLastErrorType() < CE_Failure || complain(w, "spatial index", e);
}

/* With several sets, the first one is named by its kind like the others. */
static bool rename_first(struct gdal_set *w, struct err *e)
{
	size_t sets = 0;
	for (enum kind k = 0; k < KINDS; k++) sets += w->layers[k] != NULL;
	if (sets < 2) return true;
	DIR *d = opendir(w->s->folder);
	if (!d) return err_os(e, "opendir of a converter");
	bool ok = true;
	struct str stem = arena_printf(w->a, "%s.", w->s->name);
	for (struct dirent *f; ok && (f = readdir(d));) {
		struct str name = str_of(f->d_name);
		if (!str_starts(name, stem)) continue;
		const char *from = arena_printf(w->a, "%s/%s", w->s->folder, f->d_name).p;
		const char *to = arena_printf(w->a, "%s/%s_%s.%s", w->s->folder, w->s->name, kinds[w->first_kind].suffix,
		                              name.p + stem.n).p;
		ok = rename(from, to) == 0 || err_os(e, "rename of a converter");
	}
	closedir(d);
	return ok;
}

bool gdal_close(struct gdal_set *w, struct err *e)
{
	bool package = w->s->driver == GDAL_GEOPACKAGE;
	if (!w->first && !open_first(w, KIND_NONE, e)) return false;
	if (package && w->lib.GDALDatasetCommitTransaction(w->dataset) != OGRERR_NONE) return complain(w, "commit", e);
	if (package && !add_index(w, e)) return false;
	w->lib.CPLErrorReset();
	w->lib.GDALClose(w->dataset);
	if (w->lib.CPLGetLastErrorType() >= CE_Failure) return complain(w, "close", e);
	w->lib.OSRDestroySpatialReference(w->crs);
	return package || rename_first(w, e);
}

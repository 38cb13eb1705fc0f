/* The functions of the library that are used, found by name when the process of the role starts. */
#ifndef GDAL_LIBRARY_H
#define GDAL_LIBRARY_H

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

/* The library exports these for its own use: with them only two of some two hundred drivers are there. */
void RegisterOGRShape(void);
void RegisterOGRGeoPackage(void);

#define GDAL_FUNCTIONS(F) \
	F(RegisterOGRShape) F(RegisterOGRGeoPackage) F(CPLSetConfigOption) F(CPLSetErrorHandler) F(CPLGetLastErrorMsg) \
	F(CPLQuietErrorHandler) F(CPLErrorReset) F(CPLGetLastErrorType) \
	F(GDALGetDriverByName) F(GDALCreate) F(GDALClose) F(GDALDatasetCreateLayer) F(GDALDatasetStartTransaction) \
	F(GDALDatasetCommitTransaction) F(GDALDatasetExecuteSQL) F(GDALDatasetReleaseResultSet) \
	F(OGR_L_CreateField) F(OGR_L_CreateFeature) F(OGR_L_GetLayerDefn) F(OGR_Fld_Create) \
	F(OGR_Fld_Destroy) F(OGR_Fld_SetSubType) F(OGR_F_Create) F(OGR_F_Destroy) F(OGR_F_SetFieldInteger) \
	F(OGR_F_SetFieldInteger64) F(OGR_F_SetFieldDouble) F(OGR_F_SetFieldString) F(OGR_F_SetFieldDateTimeEx) \
	F(OGR_F_SetGeometry) F(OGR_G_CreateFromWkb) F(OGR_G_DestroyGeometry) F(OGR_G_GetGeometryType) F(OGR_G_IsEmpty) \
	F(OGR_G_GetGeometryCount) F(OGR_G_GetGeometryRef) F(OGR_G_CreateGeometry) F(OGR_G_AddGeometry) F(OGR_GT_Flatten) \
	F(OSRNewSpatialReference) F(OSRDestroySpatialReference) F(OSRImportFromEPSG) F(OSRSetAxisMappingStrategy) \
	F(OSRSetPROJEnableNetwork)

struct gdal_library {
#define MEMBER(name) __typeof__(name) *name;
	GDAL_FUNCTIONS(MEMBER)
#undef MEMBER
};
bool gdal_library(struct gdal_library *out, struct err *e) must_use;

/* The same for reading. */
#define GDAL_READ_FUNCTIONS(F) \
	F(CPLSetConfigOption) F(CPLSetErrorHandler) F(CPLGetLastErrorMsg) F(CPLQuietErrorHandler) F(CPLErrorReset) F(CPLGetLastErrorType) \
	F(VSIAllocFilesystemPluginCallbacksStruct) F(VSIFreeFilesystemPluginCallbacksStruct) F(VSIInstallPluginHandler) F(VSIFree) \
	F(CSLAddString) F(GDALOpenEx) F(GDALClose) F(GDALDatasetGetLayerCount) F(GDALDatasetGetLayer) F(GDALDatasetResetReading) \
	F(GDALDatasetGetNextFeature) F(OGR_L_GetName) F(OGR_L_ResetReading) F(OGR_L_GetNextFeature) F(OGR_L_GetFeatureCount) \
	F(OGR_L_GetSpatialRef) F(OGR_L_GetExtent) F(OGR_L_GetLayerDefn) F(OGR_FD_GetFieldCount) F(OGR_FD_GetFieldDefn) \
	F(OGR_FD_GetGeomFieldCount) F(OGR_Fld_GetNameRef) F(OGR_Fld_GetType) F(OGR_Fld_GetSubType) F(OGR_F_IsFieldSetAndNotNull) F(OGR_F_Destroy) \
	F(OGR_F_GetFieldAsString) F(OGR_F_GetFieldAsInteger64) F(OGR_F_GetFieldAsDouble) F(OGR_F_GetFieldAsDateTimeEx) \
	F(OGR_F_GetFieldAsStringList) F(OGR_F_GetFID) F(OGR_F_StealGeometry) F(OGR_G_DestroyGeometry) F(OGR_G_IsEmpty) F(OGR_G_FlattenTo2D) \
	F(OGR_G_HasCurveGeometry) F(OGR_G_GetLinearGeometry) F(OGR_G_GetGeometryType) F(OGR_G_ForceToMultiPolygon) F(OGR_GT_Flatten) \
	F(OGR_G_ExportToJsonEx) F(OGR_G_Transform) F(OGR_G_Centroid) F(OGR_G_CreateGeometry) F(OSRNewSpatialReference) F(OSRDestroySpatialReference) \
	F(OSRImportFromEPSG) F(OSRSetAxisMappingStrategy) F(OSRSetPROJEnableNetwork) F(OSRClone) F(OSRIsSame) \
	F(OCTNewCoordinateTransformation) F(OCTDestroyCoordinateTransformation)

struct gdal_read_library {
	void *handle;
#define MEMBER(name) __typeof__(name) *name;
	GDAL_READ_FUNCTIONS(MEMBER)
#undef MEMBER
};
bool gdal_read_library(struct gdal_read_library *out, struct err *e) must_use;
/* Makes a driver known by the symbol that registers it; false: this build of the library lacks it. */
bool gdal_register(const struct gdal_read_library *lib, const char *symbol) must_use;

#endif

/* What exports of datasets and of the catalogue have in common: their parameters. */
#include "explore/inside.h"
#include "export/export.h"

enum { DELIMITER, SEPARATOR, QUOTE_ALL, BOM, LABELS, COMPRESSED, PARQUET, EPSG, OPTIONS };

static const char *const delimiters[] = { ";", ",", "\t", "|", NULL };
static const char *const compressions[] = { "snappy", "zstd", NULL };

static const struct rest_param params[] = {
	[DELIMITER] = { "delimiter", REST_WORD, 0, 0, 0, delimiters },
	[SEPARATOR] = { "list_separator", REST_TEXT, 0, 16, 0, NULL },
	[QUOTE_ALL] = { "quote_all", REST_BOOL, 0, 0, 0, NULL },
	[BOM] = { "with_bom", REST_BOOL, 0, 0, 1, NULL },
	[LABELS] = { "use_labels", REST_BOOL, 0, 0, 0, NULL },
	[COMPRESSED] = { "compressed", REST_BOOL, 0, 0, 0, NULL },
	[PARQUET] = { "parquet_compression", REST_WORD, 0, 0, 0, compressions },
	[EPSG] = { "epsg", REST_INT, 1, 999999, 4326, NULL },
	{ 0 }
};

bool download_options(const struct call *c, struct export_options *out, struct err *e)
{
	struct rest_value v[OPTIONS];
	if (!rest_params(c->r, params, v, e)) return false;
	if (v[EPSG].number != 4326)
		return err_set(e, ERR_PARAMETER, "Invalid value for epsg API parameter: %lld was found but 4326 is expected: "
		               "coordinates are written as longitude and latitude (WGS 84).", (long long)v[EPSG].number);
	*out = export_defaults();
	out->delimiter = delimiters[v[DELIMITER].number][0];
	if (v[SEPARATOR].given) out->list_separator = v[SEPARATOR].text;
	out->quote_all = v[QUOTE_ALL].number != 0;
	out->with_bom = v[BOM].number != 0;
	out->use_labels = v[LABELS].number != 0;
	out->compressed = v[COMPRESSED].number != 0;
	out->parquet_compression = str_of(compressions[v[PARQUET].number]);
	return true;
}

bool download_offered(const struct dataset *d, const struct export_format *f)
{
	if (d->version.number == 0) return false;
	if (!(f->flags & EXPORT_GEO)) return true;
	for (size_t i = 0; i < d->schema.n; i++) {
		const struct field *field = &d->schema.fields[i];
		bool geo = field->type == VALUE_POINT || field->type == VALUE_SHAPE;
		if (geo && !(field->flags & FIELD_HIDDEN)) return true;
	}
	return false;
}

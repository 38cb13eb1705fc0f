/* What exports of datasets and of the catalogue have in common: their parameters. */
#include "explore/inside.h"
#include "export/export.h"

bool download_options(const struct call *c, struct export_options *out, struct err *e)
{
	const struct rest_value *v = c->v;
	(void)e; /* values were read with the call; what a format refuses it says itself */
	bool modern = c->version >= 21; /* v2.0 writes neither a mark nor extensions unless told to */
	*out = export_defaults();
	out->delimiter = explore_delimiters[v[CALL_DELIMITER].number][0];
	if (v[CALL_SEPARATOR].given) out->list_separator = v[CALL_SEPARATOR].text;
	out->quote_all = v[CALL_QUOTE_ALL].number != 0;
	out->with_bom = v[CALL_BOM].given || modern ? v[CALL_BOM].number != 0 : false;
	out->use_labels = v[CALL_LABELS].number != 0;
	out->compressed = v[CALL_COMPRESSED].number != 0;
	out->parquet_compression = str_of(explore_compressions[v[CALL_PARQUET].number]);
	out->epochs = !modern;
	out->epsg = (int)v[CALL_EPSG].number;
	out->name_field = str_trim(v[CALL_NAME_FIELD].text);
	out->description_field_list = str_trim(v[CALL_DESCRIPTIONS].text);
	out->use_extension = v[CALL_EXTENSION].given || modern ? v[CALL_EXTENSION].number != 0 : false;
	return true;
}

bool download_is_for(const struct call *c, const struct export_format *f)
{
	if (f->flags & EXPORT_LEGACY) return c->version < 21 && c->target.at.number != 0;
	return export_offered(&c->target, f);
}

/* Parquet is the engine's own trade: it is sent as the engine makes it, in parts whose files beside the version have names that a sweep
 * knows. Where there is a geometry the file says so by the key "geo" of GeoParquet 1.1. */
#include "export/inside.h"
#include "crypt/crypt.h"
#include "json/json.h"

static bool send(void *to, struct str bytes, struct err *e)
{
	return export_put(to, bytes, e);
}

/* Without a "crs" a column is longitude and latitude of WGS 84. An empty list of types: any of them. */
static void put_geo_columns(struct json_out *j, const struct export *x, struct geo_transform *t_or_null)
{
	for (size_t i = 0; i < x->ncolumns; i++) {
		enum value_type type = x->columns[i].type.type;
		if (type != VALUE_POINT && type != VALUE_SHAPE) continue;
		json_key(j, x->headings[i]);
		json_open(j, '{');
		json_member(j, "encoding", STR("WKB"));
		json_key(j, STR("geometry_types"));
		json_open(j, '[');
		if (type == VALUE_POINT) json_put(j, STR("Point"));
		json_close(j, ']');
		struct str crs = t_or_null ? geo_transform_projjson(t_or_null) : STR("");
		if (crs.n) {
			json_key(j, STR("crs"));
			json_value(j);
			buf_put(j->b, crs);
		}
		json_close(j, '}');
	}
}

static bool put_geo(struct buf *b, const struct export *x, struct err *e)
{
	size_t primary = feature_column(x->columns, x->ncolumns);
	int epsg = x->job->options.epsg;
	struct geo_transform *t = NULL;
	if (primary == x->ncolumns) return true;
	if (epsg != GEO_WGS84 && !geo_transform_open(epsg, &t, e)) return false;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member(&j, "version", STR("1.1.0"));
	json_member(&j, "primary_column", x->headings[primary]);
	json_key(&j, STR("columns"));
	json_open(&j, '{');
	put_geo_columns(&j, x, t);
	json_close(&j, '}');
	json_close(&j, '}');
	geo_transform_close(t);
	return true;
}

static bool run(struct export *x, struct err *e)
{
	auto_buf geo = BUF_INIT(1 << 20);
	if (!put_geo(&geo, x, e)) return false;
	int epsg = x->job->options.epsg;
	struct engine_parquet_how how = { .compression = x->job->options.parquet_compression, .epsg = epsg == GEO_WGS84 ? 0 : epsg,
		.geo = buf_str(&geo) };
	const struct query_plan *p = x->job->plan;
	struct version_ref at = p->request->target->at;
	struct engine_query q = { .at = at, .sql = &p->sql, .columns = p->types, .ncolumns = p->ncolumns };
	char unique[17];
	crypt_random_base36(unique, 16);
	struct str file = engine_path(x->job->engine, &x->arena, at);
	struct str path = arena_printf(&x->arena, "%.*s.export-%s", STR_ARG(file), unique);
	const struct engine_output to = { send, x };
	return engine_write_parquet(x->job->engine, &q, x->headings, path, &how, &to, x->job->rows_or_null, x->job->cancel_or_null, e);
}

const struct export_format export_fmt_parquet = {
	"parquet", "application/parquet", "parquet", EXPORT_PACKED | EXPORT_TAKES_EPSG | EXPORT_TAKES_PARQUET | EXPORT_TAKES_LABELS, run,
};

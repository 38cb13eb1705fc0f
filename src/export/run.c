/* A run of an export: the plan's cursor on one side, the sink on the other, a format between. */
#include "export/inside.h"
#include "pack/pack.h"
#include <errno.h>
#include <unistd.h>

#define FORMAT(name) extern const struct export_format export_fmt_##name;
#include "export/formats.def"
#undef FORMAT

static const struct export_format *const formats[] = {
#define FORMAT(name) &export_fmt_##name,
#include "export/formats.def"
#undef FORMAT
	NULL
};

const struct export_format *const *export_formats(void) { return formats; }

const struct export_format *export_format_or_null(struct str name)
{
	for (size_t i = 0; formats[i]; i++)
		if (str_eq(name, str_of(formats[i]->name))) return formats[i];
	return NULL;
}

struct export_options export_defaults(void)
{
	return (struct export_options){ .delimiter = ';', .list_separator = STR(","), .with_bom = true,
		                        .parquet_compression = STR("snappy"), .epsg = GEO_WGS84, .use_extension = true };
}

void export_options_keep(struct arena *a, struct export_options *o)
{
	o->list_separator = arena_str(a, o->list_separator);
	o->parquet_compression = arena_str(a, o->parquet_compression);
	o->name_field = arena_str(a, o->name_field);
	o->description_field_list = arena_str(a, o->description_field_list);
	o->origin = arena_str(a, o->origin);
}

struct str export_suffix(struct arena *a, const struct export_format *f, const struct export_options *o)
{
	struct str suffix = str_of(f->suffix);
	return o->compressed ? arena_join(a, suffix, STR(".gzip")) : suffix;
}

struct str export_mime(const struct export_format *f, const struct export_options *o)
{
	return o->compressed ? STR("application/gzip") : str_of(f->mime);
}

/* --- before the first byte ---------------------------------------------------------------------- */

static bool has_type(const struct query_plan *p, enum value_type one, enum value_type other)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].type.type == one || p->columns[i].type.type == other) return true;
	return false;
}

static bool has_column(const struct query_plan *p, struct str name, const char *option, struct err *e)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (str_eq(p->columns[i].key, name)) return true;
	return err_set(e, ERR_PARAMETER, "Invalid value for %s API parameter: %.*s was found but the name of a field of the "
	               "result is expected.", option, STR_ARG(str_sub(name, 0, 100)));
}

bool export_check(const struct export_job *j, const struct export_format *f, struct err *e)
{
	const struct query_plan *p = j->plan;
	const struct export_options *o = &j->options;
	struct geo_transform *t = NULL;
	struct str list = str_trim(o->description_field_list);
	struct str name;
	if ((f->flags & EXPORT_NEEDS) && (f->flags & EXPORT_GEO) && !has_type(p, VALUE_SHAPE, VALUE_POINT))
		return err_set(e, ERR_PARAMETER, "The format %s needs a geometry: the select clause has no field of type geo_point_2d or "
		               "geo_shape.", f->name);
	if ((f->flags & EXPORT_NEEDS) && (f->flags & EXPORT_DATES) && !has_type(p, VALUE_DATE, VALUE_DATETIME))
		return err_set(e, ERR_PARAMETER, "The format %s needs a date: the select clause has no field of type date or datetime.", f->name);
	if (o->name_field.n && !has_column(p, o->name_field, "name_field", e)) return false;
	while (list.n && str_cut(&list, ',', &name))
		if (!has_column(p, str_trim(name), "description_field_list", e)) return false;
	if (o->epsg == GEO_WGS84) return true;
	if (!geo_transform_open(o->epsg, &t, e)) return false;
	geo_transform_close(t);
	return true;
}

/* --- sinks ------------------------------------------------------------------------------------ */

bool export_to_buf(void *to, struct str bytes, struct err *e)
{
	struct buf *b = to;
	buf_put(b, bytes);
	return !b->over || err_set(e, ERR_TOO_LARGE, "more than %zu bytes", b->max);
}

bool export_to_fd(void *to, struct str bytes, struct err *e)
{
	const int *fd = to;
	while (bytes.n > 0) {
		ssize_t n = write(*fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "write of an export");
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

/* gzip allows several members in a row, so each chunk is packed on its own and memory stays flat. */
struct packer {
	const struct export_sink *to;
	struct buf waiting, packed;
};
enum { PACKED_CHUNK = 1 << 20, PACKED_LEVEL = 5 };

static bool pack_waiting(struct packer *p, struct err *e)
{
	buf_clear(&p->packed);
	if (!pack_gzip(&p->packed, buf_str(&p->waiting), PACKED_LEVEL))
		return err_set(e, ERR_TOO_LARGE, "the export cannot be compressed");
	buf_clear(&p->waiting);
	return p->to->write(p->to->to, buf_str(&p->packed), e);
}

static bool write_packed(void *to, struct str bytes, struct err *e)
{
	struct packer *p = to;
	buf_put(&p->waiting, bytes);
	if (p->waiting.over) return err_set(e, ERR_TOO_LARGE, "one piece of the export is too large");
	return p->waiting.n < PACKED_CHUNK || pack_waiting(p, e);
}

/* --- the run ---------------------------------------------------------------------------------- */

bool export_flush(struct export *x, bool all, struct err *e)
{
	if (x->out.over) return err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
	if (x->out.n == 0 || (!all && x->out.n < EXPORT_CHUNK)) return true;
	bool ok = x->to->write(x->to->to, buf_str(&x->out), e);
	buf_clear(&x->out);
	return ok;
}

bool export_put(struct export *x, struct str bytes, struct err *e)
{
	return export_flush(x, true, e) && x->to->write(x->to->to, bytes, e);
}

bool export_batches(struct export *x, bool (*each)(struct export *, const struct batch *, struct err *),
                    struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	if (x->job->plan->empty) return true;
	if (!query_open(x->job->engine, x->job->plan, x->job->cancel_or_null, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		if (ok && x->job->cancel_or_null && cancel_fired(x->job->cancel_or_null))
			ok = err_set(e, ERR_CANCELLED, "the export was stopped");
		ok = ok && (rows.nrows == 0 || each(x, &rows, e));
		if (ok && x->job->rows_or_null) *x->job->rows_or_null += (int64_t)rows.nrows;
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}

static void prepare(struct export *x, const struct export_job *j)
{
	const struct query_plan *p = j->plan;
	x->job = j;
	x->columns = p->columns;
	x->ncolumns = p->ncolumns;
	x->style.zone = p->request->zone_or_null ? p->request->zone_or_null : clock_utc();
	x->headings = arena_array(&x->arena, struct str, p->ncolumns);
	for (size_t i = 0; i < p->ncolumns; i++) {
		const struct field *f = p->fields[i];
		bool labelled = j->options.use_labels && f && str_eq(f->name, p->columns[i].key);
		x->headings[i] = labelled ? f->label : p->columns[i].key;
	}
}

bool export_run(const struct export_job *j, const struct export_format *f, const struct export_sink *to,
                struct err *e)
{
	struct packer packer = { to, BUF_INIT(SIZE_MAX), BUF_INIT(SIZE_MAX) };
	struct export_sink packed = { write_packed, &packer };
	struct export x = { .to = j->options.compressed ? &packed : to, .out = BUF_INIT((size_t)1 << 30) };
	if (!export_check(j, f, e)) return false;
	prepare(&x, j);
	bool ok = f->run(&x, e) && export_flush(&x, true, e);
	if (ok && j->options.compressed) ok = pack_waiting(&packer, e);
	buf_done(&x.out);
	buf_done(&packer.waiting);
	buf_done(&packer.packed);
	arena_done(&x.arena);
	return ok;
}

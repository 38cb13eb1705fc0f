/* stoa query and export: the same questions as the API's, asked from a terminal. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "export/export.h"
#include "query/query.h"
#include "record/record.h"
#include "visitor/visitor.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* One question of a command: what is held while it runs. */
struct asked {
	const struct tenant *tenant;
	const struct catalog_view *view;
	const struct dataset *dataset;
	struct query_target target;
	struct query_request request;
	struct query_plan plan;
	bool planned;
	bool ids; /* the format names records */
};

static void ask_end(struct cli *c, struct asked *q)
{
	if (q->planned) query_plan_done(&q->plan);
	if (q->view) catalog_release(c->site->catalog, q->view);
	tenant_release(c->site->tenants, q->tenant);
}

static bool find_target(struct cli *c, struct asked *q, struct err *e)
{
	struct str id = c->operands[0];
	if (!cli_portal(c, &q->tenant, e) || !catalog_hold(c->site->catalog, q->tenant->id, &q->view, e)) return false;
	if (str_eq(id, STR("catalog"))) {
		q->target = (struct query_target){ .at = q->view->reflected, .schema = q->view->reflected_schema, .catalogue = true };
		return true;
	}
	q->dataset = catalog_find_or_null(q->view, id);
	if (!q->dataset) return err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(id));
	q->target = (struct query_target){ .at = q->dataset->version, .schema = &q->dataset->schema, .dataset_id = q->dataset->slug,
		                           .record_timestamp_us = q->dataset->data_processed.us,
		                           .language = dataset_meta_text(q->dataset, &c->arena, "language", STR("")) };
	return true;
}

static bool plan(struct cli *c, struct asked *q, enum query_mode mode, struct err *e)
{
	struct query_request *r = &q->request;
	struct str *list;
	if (!find_target(c, q, e)) return false;
	*r = (struct query_request){ .target = &q->target, .mode = mode, .select = cli_value(c, "select"), .group_by = cli_value(c, "group-by"),
		                     .order_by = cli_value(c, "order-by"), .limit = cli_value(c, "limit"), .offset = cli_value(c, "offset"),
		                     .lang = cli_has(c, "lang") ? cli_value(c, "lang") : q->tenant->languages[0], .now_us = clock_now().us,
		                     .with_id = q->ids };
	r->nwhere = cli_values(c, "where", &c->arena, &list);
	r->where = list;
	r->nrefine = cli_values(c, "refine", &c->arena, &list);
	r->refine = list;
	r->nexclude = cli_values(c, "exclude", &c->arena, &list);
	r->exclude = list;
	if (!query_zone(cli_value(c, "timezone"), &r->zone_or_null, e) || !query_plan_rows(&c->arena, r, &q->plan, e)) return false;
	q->planned = true;
	return true;
}

/* --- query --------------------------------------------------------------------------------------- */

static bool print_table(struct cli *c, struct asked *q, struct err *e)
{
	enum { SHOWN_BYTES = 1 << 16 };
	const struct query_plan *p = &q->plan;
	struct query_cursor *k;
	struct batch rows;
	struct record_style style = { .zone = q->request.zone_or_null ? q->request.zone_or_null : clock_utc() };
	const char **headings = arena_array(&c->arena, const char *, p->ncolumns + 1);
	unsigned right = 0;
	for (size_t i = 0; i < p->ncolumns; i++) {
		headings[i] = arena_cstr(&c->arena, p->columns[i].key);
		if (i < 32 && value_kind(p->types[i].type)->numeric) right |= 1u << i;
	}
	struct cli_table *t = cli_table_new(c, p->ncolumns, headings, right);
	if (!query_open(c->site->engine, p, c->cancel, &k, e)) return false;
	bool ok;
	while ((ok = query_next(k, &rows, e)) && rows.nrows) {
		for (size_t row = 0; row < rows.nrows; row++) {
			for (size_t i = 0; i < p->ncolumns; i++) {
				auto_buf b = BUF_INIT(SHOWN_BYTES);
				record_put_csv(&b, &p->columns[i], &rows.columns[i], row, &style, &(struct record_csv){ .delimiter = '\t', .list_separator = STR(", ") });
				cli_table_cell(t, b.over ? STR("…") : buf_str(&b));
			}
		}
	}
	query_close(k);
	if (ok) cli_table_print(t);
	return ok;
}

/* --- options of files ------------------------------------------------------------------------------ */

/* Which formats heed an option. */
static const struct { const char *option; unsigned takes; } heeded[] = {
	{ "delimiter", EXPORT_TAKES_CSV }, { "quote-all", EXPORT_TAKES_CSV }, { "with-bom", EXPORT_TAKES_CSV },
	{ "no-bom", EXPORT_TAKES_CSV }, { "bom", EXPORT_TAKES_CSV }, { "list-separator", EXPORT_TAKES_LISTS },
	{ "labels", EXPORT_TAKES_LABELS }, { "epsg", EXPORT_TAKES_EPSG }, { "compression", EXPORT_TAKES_PARQUET },
	{ "name-field", EXPORT_TAKES_NAME }, { "description-fields", EXPORT_TAKES_GPX }, { "no-extensions", EXPORT_TAKES_GPX },
};

/* An option that would change nothing is a mistake, and is told. */
static bool check_heeded(struct cli *c, const struct export_format *f, struct err *e)
{
	auto_buf b = BUF_INIT(1024);
	for (size_t i = 0; i < COUNT_OF(heeded); i++) {
		if (!cli_has(c, heeded[i].option) || (f->flags & heeded[i].takes)) continue;
		for (const struct export_format *const *g = export_formats(); *g; g++)
			if ((*g)->flags & heeded[i].takes) buf_printf(&b, "%s%s", b.n ? ", " : "", (*g)->name);
		return err_set(e, ERR_USAGE, "--%s changes nothing in the format %s; formats that heed it: %.*s", heeded[i].option, f->name,
		               STR_ARG(buf_str(&b)));
	}
	return true;
}

static bool read_delimiter(struct cli *c, char *out, struct err *e)
{
	struct str given = cli_value(c, "delimiter");
	if (!cli_has(c, "delimiter")) return true;
	if (str_eq(given, STR("tab")) || str_eq(given, STR("\\t"))) given = STR("\t");
	if (given.n != 1 || str_find_char(STR(";,|\t"), given.p[0]) < 0)
		return err_set(e, ERR_USAGE, "--delimiter is one of , ; | or tab, not \"%.*s\"", STR_ARG(given));
	*out = given.p[0];
	return true;
}

static bool read_epsg(struct cli *c, int *out, struct err *e)
{
	int64_t number;
	if (!cli_has(c, "epsg")) return true;
	if (!str_to_int(cli_value(c, "epsg"), &number) || number < 1 || number > 999999)
		return err_set(e, ERR_USAGE, "--epsg is the number of a coordinate system, as 3857, not \"%.*s\"", STR_ARG(cli_value(c, "epsg")));
	*out = (int)number;
	return true;
}

static bool read_options(struct cli *c, const struct export_format *f, struct export_options *o, struct err *e)
{
	struct str compression = cli_value(c, "compression");
	*o = export_defaults();
	o->delimiter = ',';
	if (!check_heeded(c, f, e) || !read_delimiter(c, &o->delimiter, e) || !read_epsg(c, &o->epsg, e)) return false;
	if (cli_has(c, "compression") && !str_eq(compression, STR("snappy")) && !str_eq(compression, STR("zstd")))
		return err_set(e, ERR_USAGE, "--compression is snappy or zstd, not \"%.*s\"", STR_ARG(compression));
	if (cli_has(c, "compression")) o->parquet_compression = compression;
	if (cli_has(c, "list-separator")) o->list_separator = cli_value(c, "list-separator");
	o->with_bom = (cli_has(c, "with-bom") || cli_has(c, "bom")) && !cli_has(c, "no-bom");
	o->quote_all = cli_has(c, "quote-all");
	o->use_labels = cli_has(c, "labels");
	o->compressed = cli_has(c, "gzip") || cli_has(c, "compressed");
	o->name_field = str_trim(cli_value(c, "name-field"));
	o->description_field_list = str_trim(cli_value(c, "description-fields"));
	o->use_extension = !cli_has(c, "no-extensions");
	return true;
}

/* --- files ----------------------------------------------------------------------------------------- */

/* Counts what goes by, for whoever waits for a file. */
struct counted { struct cli_progress progress; int fd; int64_t bytes; bool shown; };
static bool write_counted(void *to, struct str bytes, struct err *e)
{
	struct counted *k = to;
	k->bytes += (int64_t)bytes.n;
	if (k->shown) cli_progress_bytes(&k->progress, k->bytes, 0);
	return cli_write(k->progress.cli, k->fd, bytes) || err_os(e, "write of an export");
}

static bool write_export(struct cli *c, struct asked *q, const struct export_format *f, int fd, struct err *e)
{
	struct export_options o;
	if (!read_options(c, f, &o, e)) return false;
	o.origin = visitor_origin(&c->arena, q->tenant->host, c->site->listen_port);
	struct export_job job = { .engine = c->site->engine, .plan = &q->plan, .options = o, .cancel_or_null = c->cancel };
	/* Rows on the terminal itself are progress enough. */
	struct counted k = { .fd = fd, .shown = fd != c->out || isatty(fd) != 1 };
	cli_progress_start(&k.progress, c, q->dataset ? q->dataset->slug : STR("catalog"));
	struct export_sink to = { write_counted, &k };
	bool ok = export_run(&job, f, &to, e);
	cli_progress_end(&k.progress);
	return ok;
}

static bool query(struct cli *c, struct err *e)
{
	struct asked q = { 0 };
	bool json = cli_has(c, "json"), csv = cli_has(c, "csv");
	bool ok = plan(c, &q, QUERY_PAGE, e);
	if (ok && (json || csv)) ok = write_export(c, &q, export_format_or_null(json ? STR("json") : STR("csv")), c->out, e);
	else ok = ok && print_table(c, &q, e);
	ask_end(c, &q);
	if (ok && json) cli_say(c, "%s", "");
	return ok;
}

#define QUESTION_OPTIONS                                                                                  \
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },                                                \
	{ "where", "ODSQL", CLI_REPEAT, "Which records." },                                               \
	{ "select", "ODSQL", 0, "Which fields or expressions." },                                         \
	{ "group-by", "ODSQL", 0, "Groups." },                                                            \
	{ "order-by", "ODSQL", 0, "Order." },                                                             \
	{ "limit", "N", 0, "How many." },                                                                 \
	{ "refine", "FIELD:VALUE", CLI_REPEAT, "Keeps records with this facet value." },                  \
	{ "exclude", "FIELD:VALUE", CLI_REPEAT, "Leaves out records with this facet value." },            \
	{ "timezone", "ZONE", 0, "Zone of dates with a time, as Europe/Paris; UTC otherwise." },          \
	{ "lang", "LANG", 0, "Language of names of months and days." }

static const struct cli_option query_options[] = {
	QUESTION_OPTIONS,
	{ "offset", "N", 0, "How many to pass over first." },
	{ "json", NULL, 0, "Prints JSON." },
	{ "csv", NULL, 0, "Prints CSV." },
	{ 0 },
};
const struct cli_command cli_cmd_query = {
	.words = "query", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Asks a dataset a question in ODSQL and prints the answer.",
	.detail = "DATASET is an identifier, or `catalog` for the catalogue itself.", .options = query_options, .run = query,
};

/* --- export -------------------------------------------------------------------------------------- */

static bool unknown_format(struct cli *c, struct str name, struct err *e)
{
	auto_buf b = BUF_INIT(1024);
	(void)c;
	for (const struct export_format *const *f = export_formats(); *f; f++) buf_printf(&b, "%s%s", b.n ? ", " : "", (*f)->name);
	return err_set(e, ERR_USAGE, "there is no format \"%.*s\"; formats are %.*s", STR_ARG(name), STR_ARG(buf_str(&b)));
}

static bool export_file(struct cli *c, struct asked *q, const struct export_format *f, struct str path, struct err *e)
{
	struct str final = cli_path(c, path), tmp = arena_printf(&c->arena, "%.*s.part", STR_ARG(final));
	int fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) return err_os(e, "open the output file");
	bool ok = write_export(c, q, f, fd, e);
	if (close(fd) != 0 && ok) ok = err_os(e, "close the output file");
	if (ok && rename(tmp.p, final.p) != 0) ok = err_os(e, "rename the output file");
	if (!ok) unlink(tmp.p);
	return ok;
}

static bool export(struct cli *c, struct err *e)
{
	struct asked q = { 0 };
	struct str output = cli_value(c, "output"), name = cli_value(c, "format");
	if (!name.n && output.n) name = str_from(output, (size_t)(str_rfind_char(output, '.') + 1));
	if (!name.n) name = STR("csv");
	const struct export_format *f = export_format_or_null(name);
	if (!f) return unknown_format(c, name, e);
	q.ids = (f->flags & EXPORT_IDS) != 0;
	bool ok = plan(c, &q, QUERY_EXPORT, e);
	if (ok) ok = output.n && !str_eq(output, STR("-")) ? export_file(c, &q, f, output, e) : write_export(c, &q, f, c->out, e);
	ask_end(c, &q);
	return ok;
}

static const struct cli_option export_options[] = {
	QUESTION_OPTIONS,
	{ "format", "NAME", 0, "As csv, xlsx, ods, json, geojson, shp, gpkg, kml, gpx, ical, parquet, turtle; by the output's suffix otherwise." },
	{ "output", "FILE", 0, "Where to write (also -o FILE); standard output otherwise." },
	{ "gzip", NULL, 0, "Packs the whole file." },
	{ "labels", NULL, 0, "Headings are labels instead of names." },
	{ "delimiter", "C", 0, "Of CSV: , ; | or tab; a comma otherwise." },
	{ "quote-all", NULL, 0, "Of CSV: every text stands in quotation marks." },
	{ "with-bom", NULL, 0, "Begins a CSV with a byte order mark, for spreadsheets." },
	{ "no-bom", NULL, 0, "Begins a CSV without one, as when nothing is said." },
	{ "list-separator", "TEXT", 0, "Between values that share a cell; a comma otherwise." },
	{ "epsg", "N", 0, "Coordinate system of geometries, by its number; 4326 otherwise." },
	{ "compression", "NAME", 0, "Of Parquet: snappy or zstd; snappy otherwise." },
	{ "name-field", "FIELD", 0, "Of GPX and OV2: what names a place; the first text otherwise." },
	{ "description-fields", "FIELDS", 0, "Of GPX: the fields of a description, between commas." },
	{ "no-extensions", NULL, 0, "Of GPX: fields are a description rather than extensions." },
	{ "bom", NULL, 0, "Former name of --with-bom." },
	{ "compressed", NULL, 0, "Former name of --gzip." },
	{ 0 },
};
const struct cli_command cli_cmd_export = {
	.words = "export", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Writes a dataset, or part of it, in any export format.",
	.detail = "An option that the format has no use for is refused, with the formats that heed it.", .options = export_options, .run = export,
};

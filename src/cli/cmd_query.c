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
	struct export_options o = export_defaults();
	o.with_bom = false;
	o.delimiter = ',';
	if (cli_has(c, "delimiter")) o.delimiter = cli_value(c, "delimiter").n ? cli_value(c, "delimiter").p[0] : ',';
	if (cli_has(c, "bom")) o.with_bom = true;
	o.use_labels = cli_has(c, "labels");
	o.compressed = cli_has(c, "compressed");
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
	{ "format", "NAME", 0, "csv, json, jsonl, geojson, parquet, xlsx; by the output's suffix otherwise." },
	{ "output", "FILE", 0, "Where to write (also -o FILE); standard output otherwise." },
	{ "delimiter", "C", 0, "Of CSV: , ; | or a tab; a comma otherwise." },
	{ "bom", NULL, 0, "Begins a CSV with a byte order mark, for spreadsheets." },
	{ "labels", NULL, 0, "Headings are labels instead of names." },
	{ "compressed", NULL, 0, "Writes gzip." },
	{ 0 },
};
const struct cli_command cli_cmd_export = {
	.words = "export", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Writes a dataset, or part of it, in any export format.", .detail = "", .options = export_options, .run = export,
};

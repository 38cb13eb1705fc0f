/* stoa publish, unpublish, datasets. */
#include "cli/inside.h"
#include "config/config.h"
#include "io/io.h"
#include "json/json.h"
#include "publish/publish.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* --- publish ------------------------------------------------------------------------------------- */

static bool read_metas(struct cli *c, struct meta_change **out, size_t *n, struct err *e)
{
	struct str *texts;
	*n = cli_values(c, "meta", &c->arena, &texts);
	*out = arena_array(&c->arena, struct meta_change, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		ptrdiff_t equals = str_find_char(texts[i], '=');
		if (equals <= 0) return err_set(e, ERR_USAGE, "--meta \"%.*s\": write NAME=VALUE, as publisher=\"Town hall\"", STR_ARG(texts[i]));
		(*out)[i] = (struct meta_change){ str_sub(texts[i], 0, (size_t)equals), str_from(texts[i], (size_t)equals + 1) };
	}
	return true;
}

/* How it is to be read: the older words for formats stay what they were; any other is an extractor's. */
static bool read_way(struct cli *c, struct publish_request *r, struct err *e)
{
	static const char *const formats[] = { "csv", "tsv", "json", "jsonl", "geojson", "parquet", "xlsx" };
	struct str *texts;
	size_t n = cli_values(c, "param", &c->arena, &texts);
	struct str word = cli_value(c, "format");
	for (size_t i = 0; i < COUNT_OF(formats) && n == 0; i++)
		if (str_eq_nocase(word, str_of(formats[i]))) return true;
	const struct ingest_extractor *x = word.n ? ingest_extractor_called(word) : NULL;
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	if (word.n && !x) {
		for (const struct ingest_extractor *k = ingest_extractors; k->type; k++) buf_printf(&b, "%s%s", b.n ? ", " : "", k->type);
		return err_set(e, ERR_USAGE, "--format %.*s is not known; it is one of %.*s", STR_ARG(text_cut(word, 40)), STR_ARG(buf_str(&b)));
	}
	json_open(&j, '{');
	for (size_t i = 0; i < n; i++) {
		ptrdiff_t equals = str_find_char(texts[i], '=');
		if (equals <= 0) return err_set(e, ERR_USAGE, "--param \"%.*s\": write NAME=VALUE, as encoding=windows-1252", STR_ARG(texts[i]));
		json_key(&j, str_sub(texts[i], 0, (size_t)equals));
		json_put(&j, str_from(texts[i], (size_t)equals + 1));
	}
	json_close(&j, '}');
	r->format = STR("");
	r->extractor = x ? str_of(x->type) : STR("");
	r->params = n ? arena_str(&c->arena, buf_str(&b)) : STR("");
	return !x || ingest_params_check(x, r->params, e);
}

/* A list of a configuration, out of a file. */
static bool read_steps(struct cli *c, const char *option, struct str *out, struct err *e)
{
	const struct json_node *list;
	enum { STEPS_BYTES = 4 << 20 };
	struct str name = cli_value(c, option);
	if (!name.n) return true;
	if (!io_read(&c->arena, cli_path(c, name).p, STEPS_BYTES, out, e)) return err_cause(e, "--%s %.*s", option, STR_ARG(name));
	if (!json_read_in(&c->arena, *out, &list, e)) return false;
	return json_kind(list) == JSON_ARRAY || err_set(e, ERR_USAGE, "--%s %.*s: expected a JSON array", option, STR_ARG(name));
}

static bool open_source(struct cli *c, struct str path, int *fd, struct err *e)
{
	if (str_eq(path, STR("-"))) {
		*fd = dup(c->in);
		return *fd >= 0 || err_os(e, "dup of standard input");
	}
	*fd = open(cli_path(c, path).p, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0) return true;
	if (errno == ENOENT) return err_set(e, ERR_NOT_FOUND, "there is no file %.*s", STR_ARG(path));
	if (errno == EACCES)
		return err_set(e, ERR_FORBIDDEN, "the file %.*s cannot be read by the owner of the data folder; give it that right, or pass the file as - on standard input",
		               STR_ARG(path));
	return err_os(e, "open the source");
}

static void say_result(struct cli *c, const struct publish_result *r)
{
	const struct ingest_result *l = &r->loaded;
	if (cli_has(c, "json")) {
		struct json_out j = JSON_OUT(&c->text);
		json_open(&j, '{');
		json_member(&j, "dataset", r->id);
		json_member_int(&j, "version", r->version);
		json_member_int(&j, "rows", l->rows);
		json_member_int(&j, "rejects", l->rejects);
		json_member(&j, "format", l->format);
		json_key(&j, STR("notes"));
		json_open(&j, '[');
		for (size_t i = 0; i < l->nnotes; i++) json_put(&j, l->notes[i]);
		json_close(&j, ']');
		json_key(&j, STR("fields"));
		json_value(&j);
		schema_put_json(&c->text, &l->schema);
		json_close(&j, '}');
		cli_say(c, "%s", "");
		return;
	}
	cli_say(c, "%.*s: %lld rows, %zu fields, version %lld", STR_ARG(r->id), (long long)l->rows, l->schema.n, (long long)r->version);
	for (size_t i = 0; i < l->nnotes; i++) cli_say(c, "  note: %.*s", STR_ARG(l->notes[i]));
	if (l->rejects) cli_say(c, "  %lld %s did not fit and %s listed as rejects (stoa datasets --rejects %.*s):", (long long)l->rejects, l->rejects == 1 ? "cell or row" : "cells or rows", l->rejects == 1 ? "is" : "are", STR_ARG(r->id));
	for (size_t i = 0; i < l->nreasons; i++)
		cli_say(c, "    %.*s%s%.*s: %lld %s, first in row %lld", STR_ARG(l->reasons[i].field), l->reasons[i].field.n ? ": " : "",
		        STR_ARG(l->reasons[i].reason), (long long)l->reasons[i].count, l->reasons[i].count == 1 ? "time" : "times", (long long)l->reasons[i].first_row);
}

/* The files that records name: the data is published already, so what is missing is told, not refused. */
static bool publish_files(struct cli *c, struct tenant_id t, struct str id, struct err *e)
{
	struct publish_folder_result r;
	const struct publish_folder p = { .tenant = t, .dataset = id, .folder = cli_path(c, cli_value(c, "files")), .cancel = c->cancel };
	if (!publish_folder(c->site, &p, &c->arena, &r, e)) return false;
	if (cli_has(c, "json")) return true;
	cli_say(c, "  %zu %s that records name %s stored", r.stored, r.stored == 1 ? "file" : "files", r.stored == 1 ? "is" : "are");
	if (!r.missing) return true;
	cli_say(c, "  %zu %s not in the folder:", r.missing, r.missing == 1 ? "is" : "are");
	for (size_t i = 0; i < r.nfirst; i++) cli_say(c, "    %.*s", STR_ARG(r.first_missing[i]));
	if (r.missing > r.nfirst) cli_say(c, "    and %zu more", r.missing - r.nfirst);
	return true;
}

static bool publish_one(struct cli *c, struct publish_request *r, struct str path, struct err *e)
{
	int fd;
	struct publish_result result;
	struct cli_progress progress;
	if (!open_source(c, path, &fd, e)) return false;
	cli_progress_start(&progress, c, r->name);
	r->source = fd;
	r->progress = cli_progress_show;
	r->arg = &progress;
	bool ok = publish_source(c->site, r, &c->arena, &result, e);
	cli_progress_end(&progress);
	close(fd);
	if (ok) say_result(c, &result);
	if (ok) vec_push(&c->arena, &c->done, result.id);
	if (ok && cli_has(c, "files")) ok = publish_files(c, r->tenant, result.id, e);
	struct err ignored = { 0 };
	return ok && cli_flush(c, &ignored);
}

static void add_meta(struct cli *c, struct meta_change *list, size_t *n, const char *name, struct str value)
{
	(void)c;
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i].name, str_of(name))) return; /* the command line wins */
	if (value.n) list[(*n)++] = (struct meta_change){ str_of(name), value };
}

static struct str json_list(struct cli *c, const struct str *items, size_t n)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	if (n == 0) return STR("");
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) json_put(&j, items[i]);
	json_close(&j, ']');
	return arena_str(&c->arena, buf_str(&b));
}

static struct str paragraph(struct cli *c, struct str text)
{
	auto_buf b = BUF_INIT(1 << 20);
	if (!text.n) return text;
	buf_lit(&b, "<p>");
	text_put_html(&b, text);
	buf_lit(&b, "</p>");
	return arena_str(&c->arena, buf_str(&b));
}

/* One resource of a data package, with what the package says of it. */
static bool publish_resource(struct cli *c, const struct publish_request *shared, const struct ingest_resource *r, struct err *e)
{
	enum { MORE = 8 };
	struct publish_request one = *shared;
	struct meta_change *metas = arena_array(&c->arena, struct meta_change, shared->nmetas + MORE);
	size_t n = shared->nmetas;
	if (n) memcpy(metas, shared->metas, n * sizeof *metas);
	add_meta(c, metas, &n, "title", r->title);
	add_meta(c, metas, &n, "description", paragraph(c, r->description));
	if (r->nlicences) {
		add_meta(c, metas, &n, "license", r->licences[0].title.n ? r->licences[0].title : r->licences[0].name);
		add_meta(c, metas, &n, "license_url", r->licences[0].url);
	}
	if (r->nsources) {
		add_meta(c, metas, &n, "publisher", r->sources[0].title);
		add_meta(c, metas, &n, "references", r->sources[0].url);
	}
	add_meta(c, metas, &n, "keyword", json_list(c, r->keywords, r->nkeywords));
	one.name = r->path;
	one.id = text_slug(&c->arena, r->name);
	one.title = r->title;
	one.format = r->format;
	one.schema_or_null = shared->schema_or_null ? shared->schema_or_null : r->schema;
	one.dialect_or_null = &r->dialect;
	one.metas = metas;
	one.nmetas = n;
	return publish_one(c, &one, r->path, e);
}

static bool publish_package(struct cli *c, const struct publish_request *shared, struct str path, struct err *e)
{
	struct ingest_package p;
	size_t failed = 0;
	if (!ingest_package_read(&c->arena, cli_path(c, path), &p, e)) return false;
	for (size_t i = 0; i < p.nnotes; i++) cli_note(c, "note: %.*s", STR_ARG(p.notes[i]));
	for (size_t i = 0; i < p.n; i++) {
		struct err own = { 0 };
		if (publish_resource(c, shared, &p.resources[i], &own)) continue;
		cli_note(c, "stoa: resource %.*s: %s", STR_ARG(p.resources[i].name), own.pub);
		failed++;
		if (cancel_fired(c->cancel)) break;
	}
	return failed == 0 || err_set(e, ERR_BAD_SOURCE, "%zu of %zu resources could not be published", failed, p.n);
}

static bool is_package(struct str path)
{
	struct str name = str_from(path, (size_t)(str_rfind_char(path, '/') + 1));
	return str_eq(name, STR("datapackage.json"));
}

static bool read_schema(struct cli *c, struct publish_request *r, struct err *e)
{
	enum { SCHEMA_BYTES = 16 << 20 };
	struct str text, path = cli_value(c, "schema");
	if (!path.n) return true;
	struct schema *s = arena_new(&c->arena, struct schema);
	if (!io_read(&c->arena, cli_path(c, path).p, SCHEMA_BYTES, &text, e)) return err_cause(e, "schema %.*s", STR_ARG(path));
	r->schema_or_null = s;
	return schema_from_json(&c->arena, text, s, e);
}

static bool roll_back(struct cli *c, struct tenant_id id, struct err *e)
{
	int64_t number;
	if (!cli_has(c, "id")) return err_set(e, ERR_USAGE, "--rollback needs --id: which dataset goes back?");
	if (!catalog_rollback(c->site->catalog, id, cli_value(c, "id"), &number, e) || !config_follow(c->site, id, cli_value(c, "id"), true, e)) return false;
	vec_push(&c->arena, &c->done, cli_value(c, "id"));
	cli_say(c, "%.*s: version %lld serves again", STR_ARG(cli_value(c, "id")), (long long)number);
	return true;
}

static bool forget(struct cli *c, struct tenant_id id, struct err *e)
{
	struct publish_forgotten gone;
	if (!cli_has(c, "id")) return err_set(e, ERR_USAGE, "--forget needs --id: older versions of which dataset?");
	if (!publish_forget(c->site, id, cli_value(c, "id"), 0, &gone, e)) return false;
	vec_push(&c->arena, &c->done, cli_value(c, "id"));
	cli_say(c, "%.*s: older versions removed for good: %zu, files that no source uses any more: %zu; backups hold them until they expire", STR_ARG(cli_value(c, "id")), gone.versions, gone.files);
	return true;
}

static bool publish_all(struct cli *c, struct publish_request *r, struct err *e)
{
	size_t failed = 0;
	if (c->noperands > 1 && (cli_has(c, "id") || cli_has(c, "title")))
		return err_set(e, ERR_USAGE, "--id and --title fit one source; publish the sources one by one");
	for (size_t i = 0; i < c->noperands; i++) {
		struct err own = { 0 };
		r->name = c->operands[i];
		if (str_eq(r->name, STR("-"))) r->name = cli_has(c, "name") ? cli_value(c, "name") : STR("data");
		bool ok = is_package(c->operands[i]) ? publish_package(c, r, c->operands[i], &own) : publish_one(c, r, c->operands[i], &own);
		if (ok) continue;
		if (c->noperands == 1) {
			*e = own;
			return false;
		}
		cli_note(c, "stoa: %.*s: %s", STR_ARG(c->operands[i]), own.pub);
		failed++;
	}
	return failed == 0 || err_set(e, ERR_BAD_SOURCE, "%zu of %zu sources could not be published", failed, c->noperands);
}

static bool publish(struct cli *c, struct err *e)
{
	const struct tenant *p;
	struct meta_change *metas;
	struct publish_request r = { .cancel = c->cancel, .replace = cli_has(c, "replace"), .strict = cli_has(c, "strict"),
		                     .id = cli_value(c, "id"), .title = cli_value(c, "title"), .format = cli_value(c, "format"),
		                     .inside = cli_value(c, "inside"), .part = cli_value(c, "part") };
	if (!cli_portal(c, &p, e)) return false;
	r.tenant = p->id;
	tenant_release(c->site->tenants, p);
	if (cli_has(c, "rollback")) return roll_back(c, r.tenant, e);
	if (cli_has(c, "forget")) return forget(c, r.tenant, e);
	if (c->noperands == 0) return err_set(e, ERR_USAGE, "`stoa publish` needs SOURCE…: a file, a datapackage.json, or - for standard input");
	if (!read_metas(c, &metas, &r.nmetas, e) || !read_schema(c, &r, e) || !read_way(c, &r, e)) return false;
	r.metas = metas;
	if (!read_steps(c, "processors", &r.processors, e) || !read_steps(c, "fields", &r.fields, e)) return false;
	return publish_all(c, &r, e);
}

static const struct cli_option publish_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal to publish on." },
	{ "id", "ID", 0, "Identifier of the dataset; made from the title or the file's name otherwise." },
	{ "title", "T", 0, "Title for readers." },
	{ "schema", "FILE", 0, "Fields and types: a Frictionless Table Schema, or {\"fields\":[…]}." },
	{ "meta", "NAME=VALUE", CLI_REPEAT, "Metadata, as publisher=\"Town hall\" or title.fr=Arbres." },
	{ "files", "FOLDER", 0, "Where the files are that fields of type file name; they are stored with the dataset." },
	{ "replace", NULL, 0, "Publishes a new version of a dataset that exists. Types that were published stay, unless a schema says otherwise." },
	{ "strict", NULL, 0, "Refuses the whole source when a cell does not fit." },
	{ "rollback", NULL, 0, "Goes back to the former version of --id; takes no source." },
	{ "forget", NULL, 0, "Removes the older versions of --id for good, files that were sent for it and that no source uses any more, and files that no record names any more, so that what was taken out is read by nobody; takes no source." },
	{ "format", "NAME", 0, "How the source is read: csv, xlsx, shapefile, kml, xmlfile …; found out otherwise. Any other word lists them all." },
	{ "param", "NAME=VALUE", CLI_REPEAT, "A parameter of the format, as encoding=windows-1252, sheet=2023, first_row_no=4 or epsg=2154." },
	{ "processors", "FILE", 0, "Processors that the rows go through: a JSON array as in a configuration." },
	{ "fields", "FILE", 0, "What becomes of the fields: a JSON array as in a configuration (rename, type, annotate, order, delete …)." },
	{ "inside", "FILE", 0, "Which file inside an archive; otherwise all files of one format become one table." },
	{ "part", "NAME", 0, "Which sheet of a workbook, or the dotted path of a JSON array." },
	{ "name", "NAME", 0, "What standard input is called, as trees.csv." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_publish = {
	.words = "publish", .operands = "SOURCE…", .most = -1,
	.summary = "Publishes a file, or every resource of a datapackage.json.",
	.detail = "Reads CSV, TSV, JSON, JSON Lines, JSON dictionaries, XML, RDF, GeoJSON, TopoJSON, shapefiles, GeoPackage, FlatGeobuf, GML,\n"
	          "KML, KMZ, GPX, MapInfo, OpenStreetMap, XLSX, XLS, ODS, Parquet, RSS, Atom, GTFS and iCalendar, each also inside .gz, .bz2, .zip\n"
	          "and .tar; shapes of other coordinate systems are turned into WGS 84. What is found out can be overruled:\n"
	          "  csvfile    encoding separator quote doublequote escapechar decimal first_row_no headers_first_row header_rows skip_totals\n"
	          "  excel, ods sheet hidden first_row_no headers_first_row header_rows skip_totals\n"
	          "  html       table hidden first_row_no headers_first_row header_rows skip_totals encoding\n"
	          "  jsonfile   json_root json_object encoding        jsondict   json_root key_column encoding\n"
	          "  jsonlines  first_row_no headers_first_row        geojson    epsg encoding\n"
	          "  xmlfile    tag_depth tag_name parent_levels      rdf        rdf_type         feed  extra_fields\n"
	          "  shapefile, mapinfo, geopackage, gml, flatgeobuf  layer epsg (and encoding of the first two)\n"
	          "  kml, gpx, topojson  layer    gtfs  gtfs_file     icalendar  component\n"
	          "  osm        only_amenities metadata centroids tags relation_tags\n"
	          "  most of them also file (inside an archive) and extract_filename\n"
	          "Types are proved on every cell; with --schema, cells that do not fit are listed as rejects and the rest is published.\n"
	          "Readers see the former version until the new one is whole.",
	.options = publish_options, .run = publish,
};

/* --- unpublish ----------------------------------------------------------------------------------- */

static bool unpublish(struct cli *c, struct err *e)
{
	const struct tenant *p;
	if (!cli_portal(c, &p, e)) return false;
	struct tenant_id id = p->id;
	tenant_release(c->site->tenants, p);
	for (size_t i = 0; i < c->noperands; i++)
		if (!catalog_unpublish(c->site->catalog, id, c->operands[i], e)) return false;
	return true;
}

static const struct cli_option unpublish_options[] = { { "portal", "HOST", CLI_REQUIRED, "The portal." }, { 0 } };
const struct cli_command cli_cmd_unpublish = {
	.words = "unpublish", .operands = "DATASET…", .least = 1, .most = -1,
	.summary = "Takes datasets off a portal; `stoa publish --rollback` brings them back.", .detail = "",
	.options = unpublish_options, .run = unpublish,
};

/* --- datasets ------------------------------------------------------------------------------------ */

static void put_dataset(struct cli *c, struct json_out *j, const struct dataset *d)
{
	json_open(j, '{');
	json_member(j, "dataset", d->slug);
	json_member(j, "title", dataset_meta_text(d, &c->arena, "title", STR("")));
	json_member_int(j, "version", d->version.number);
	json_member_int(j, "rows", d->rows);
	json_member_int(j, "fields", (int64_t)d->schema.n);
	json_member_int(j, "bytes", d->bytes);
	json_member_int(j, "rejects", d->rejects);
	json_member(j, "source", d->source_name);
	json_close(j, '}');
}

/* The rejects of a dataset's published version, as they were written. */
static bool print_rejects(struct cli *c, const struct catalog_view *v, struct err *e)
{
	struct str id = cli_value(c, "rejects"), text;
	const struct dataset *d = catalog_find_or_null(v, id);
	if (!d) return err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(id));
	if (d->rejects == 0) return true;
	struct str path = arena_printf(&c->arena, "%.*s.rejects.jsonl", STR_ARG(engine_path(c->site->engine, &c->arena, d->version)));
	if (!io_read(&c->arena, path.p, 256 << 20, &text, e)) return false;
	buf_put(&c->text, text);
	return true;
}

static bool datasets(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "DATASET", "TITLE", "ROWS", "FIELDS", "VERSION", "REJECTS", "MB" };
	const struct tenant *p;
	const struct catalog_view *v;
	if (!cli_portal(c, &p, e)) return false;
	struct tenant_id id = p->id;
	tenant_release(c->site->tenants, p);
	if (!catalog_hold(c->site->catalog, id, &v, e)) return false;
	if (cli_has(c, "rejects")) {
		bool ok = print_rejects(c, v, e);
		catalog_release(c->site->catalog, v);
		return ok;
	}
	bool json = cli_has(c, "json");
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *t = cli_table_new(c, COUNT_OF(headings), headings, 0x7c);
	if (json) json_open(&j, '[');
	for (size_t i = 0; i < v->n; i++) {
		const struct dataset *d = &v->datasets[i];
		if (json) {
			put_dataset(c, &j, d);
			continue;
		}
		cli_table_cell(t, d->slug);
		cli_table_cell(t, dataset_meta_text(d, &c->arena, "title", STR("")));
		cli_table_cell(t, arena_printf(&c->arena, "%lld", (long long)d->rows));
		cli_table_cell(t, arena_printf(&c->arena, "%zu", d->schema.n));
		cli_table_cell(t, arena_printf(&c->arena, "%lld", (long long)d->version.number));
		cli_table_cell(t, arena_printf(&c->arena, "%lld", (long long)d->rejects));
		cli_table_cell(t, arena_printf(&c->arena, "%.1f", (double)d->bytes / 1e6));
	}
	if (json) json_close(&j, ']'), cli_say(c, "%s", "");
	else cli_table_print(t);
	catalog_release(c->site->catalog, v);
	return true;
}

static const struct cli_option datasets_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "rejects", "ID", 0, "Prints the rejects of a dataset instead: row, field, value, reason, as JSON Lines." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_datasets = {
	.words = "datasets", .operands = "", .summary = "Lists what a portal has published.", .detail = "", .flags = CLI_LOOKS,
	.options = datasets_options, .run = datasets,
};

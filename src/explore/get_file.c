/* GET …/files and …/files/{file} : the files that records name, as they are or, pictures, as small copies.
 * A caller has the files of the records that they see, and no others. */
#include "explore/inside.h"
#include "image/image.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

/* Reads one field of the rows the caller has until the name comes up. */
static bool read_names(struct call *c, const struct field *field, struct str name, bool *out, struct err *e)
{
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct query_cursor *k;
	struct batch rows = { 0 };
	struct query_target t = c->target;
	bool ok = true;
	t.files_of_or_null = NULL; /* names as they are */
	const struct query_request q = { .target = &t, .mode = QUERY_EXPORT, .now_us = clock_now().us,
		.select = arena_printf(c->arena, "`%.*s`", STR_ARG(field->name)) };
	if (!query_plan_rows(c->arena, &q, &plan, e) || !query_open(c->at.site->engine, &plan, c->r->cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && !*out && i < rows.nrows; i++)
			*out = column_has(&rows.columns[0], i) && str_eq(rows.columns[0].texts[i], name);
	} while (ok && !*out && rows.nrows > 0);
	query_close(k);
	return ok;
}

/* Whether a record the caller sees names the file in a field the caller sees. A file stays while any version that is kept names it, and so it
 * outlives its record: deleting that is how a picture is taken back. */
static bool is_named(struct call *c, const struct dataset_file *f, bool *out, struct err *e)
{
	const struct query_target *t = &c->target;
	*out = false;
	for (size_t i = 0; i < t->schema->n && !*out; i++) {
		const struct field *field = &t->schema->fields[i];
		if (field->type != VALUE_FILE || (field->flags & FIELD_HIDDEN) || (t->visible_or_null && !t->visible_or_null[i])) continue;
		if (!read_names(c, field, f->name, out, e)) return false;
	}
	return true;
}

static bool find(struct call *c, const struct dataset_file **out, struct err *e)
{
	struct str id = c->r->holes[1];
	bool named = false;
	if (!call_records(c, e)) return false;
	const struct dataset_file *f = dataset_file_or_null(c->dataset, CATALOG_RECORD_FILE, id);
	if (f && !is_named(c, f, &named, e)) return false;
	*out = f;
	return named || err_set(e, ERR_NOT_FOUND, "The requested file %.*s does not exist.", STR_ARG(str_sub(id, 0, 200)));
}

static bool run(struct call *c, struct err *e)
{
	const struct dataset_file *f;
	if (!find(c, &f, e)) return false;
	if (!c->v[CALL_THUMBNAIL].given) return file_show(c, f, e);
	return file_give_small(c, f, (int)c->v[CALL_THUMBNAIL].number, e);
}

static bool list(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	if (!call_records(c, e)) return false;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_dataset(c, c->dataset->slug, "/files"));
	rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_files, "/catalog/datasets/{dataset}/files", .name = "getDatasetFiles",
                 .summary = "Where the files that records name are found; each record tells the address of its own.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = list);
EXPLORE_ENDPOINT(get_file, "/catalog/datasets/{dataset}/files/{file}", .name = "getDatasetFile",
                 .summary = "Gives a file that a record names, or a small copy of a picture.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES(THUMBNAIL), .answer = EXPLORE_FILE, .run = run);

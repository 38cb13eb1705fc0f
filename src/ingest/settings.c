/* Jobs and results as JSON, between the process that asks and the one in the cage. The reading side of
 * a result trusts nothing: the child may have been in the hands of its file. */
#include "child/child.h"
#include "clock/clock.h"
#include "ingest/load.h"

/* --- schema ---------------------------------------------------------------------------------------- */

void schema_put_own(struct buf *b, const struct schema *s)
{
	buf_lit(b, "{\"fields\":");
	schema_put_json(b, s);
	buf_lit(b, "}");
}

/* --- job ------------------------------------------------------------------------------------------- */

static void put_dialect(struct json_out *j, const struct ingest_dialect *d)
{
	json_key(j, STR("dialect"));
	json_open(j, '{');
	json_member_int(j, "delimiter", d->delimiter);
	json_member_int(j, "quote", d->quote);
	json_member_int(j, "header", (int64_t)d->header);
	json_member_int(j, "decimal", d->decimal);
	json_member(j, "encoding", d->encoding);
	json_close(j, '}');
}

/* Parts and supplies by their place: the child counts the descriptors it is handed. */
static void put_line(struct json_out *j, const struct ingest_job *job)
{
	json_key(j, STR("parts"));
	json_open(j, '[');
	for (size_t i = 0; i < job->nparts; i++) {
		json_open(j, '{');
		json_member(j, "uid", job->parts[i].uid);
		json_member(j, "name", job->parts[i].name);
		json_member(j, "extractor", job->parts[i].extractor);
		json_member(j, "params", job->parts[i].params);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_member_int(j, "supplies", (int64_t)job->nsupplies);
	json_member(j, "processors", job->processors);
	json_member(j, "fields", job->fields);
	json_member(j, "columns", job->columns);
	json_member(j, "types", job->types);
	json_member_int(j, "most_rows", job->most_rows);
	json_member_bool(j, "example", job->example);
	json_member_int(j, "seed", (int64_t)job->seed);
	json_member_int(j, "now", job->now.us);
	json_member(j, "language", job->language);
	json_member_int(j, "collect", job->collect);
}

void settings_put(struct buf *b, const struct ingest_job *job)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	put_line(&j, job);
	json_member(&j, "name", job->name);
	json_member(&j, "format", job->format);
	json_member(&j, "inside", job->inside);
	json_member(&j, "part", job->part);
	put_dialect(&j, &job->dialect);
	json_member_bool(&j, "strict", job->strict);
	json_member_bool(&j, "plain", job->plain);
	json_member_bool(&j, "beside", job->beside);
	json_member(&j, "version_path", job->version_path);
	json_member(&j, "rejects_path", job->rejects_path);
	json_member(&j, "salt", job->salt);
	json_member_int(&j, "memory_mb", job->memory_mb);
	json_member_int(&j, "cpu_s", job->cpu_s);
	json_member_int(&j, "file_mb", job->file_mb);
	if (job->schema) {
		json_key(&j, STR("schema"));
		json_value(&j);
		schema_put_own(b, job->schema);
	}
	json_close(&j, '}');
}

static struct str text(struct arena *a, const struct json_node *o, const char *key)
{
	return arena_str(a, json_text(json_get(o, key)));
}

static bool read_schema(struct arena *a, const struct json_node *n, const struct schema **out, struct err *e)
{
	if (!n) return true;
	auto_buf b = BUF_INIT(64 << 20);
	json_put_node(&b, n);
	struct schema *s = arena_new(a, struct schema);
	if (!schema_from_json(a, buf_str(&b), s, e)) return false;
	*out = s;
	return true;
}

/* The job's descriptors come in this order: its source, or its parts; then its supplies. */
static void read_line(struct arena *a, const struct json_node *o, struct ingest_job *out)
{
	const struct json_node *parts = json_get(o, "parts");
	int fd = CHILD_FD;
	out->nparts = json_count(parts);
	struct ingest_part *list = arena_array(a, struct ingest_part, out->nparts + 1);
	for (size_t i = 0; i < out->nparts; i++) {
		const struct json_node *n = json_at(parts, i);
		list[i] = (struct ingest_part){ fd++, text(a, n, "uid"), text(a, n, "name"), text(a, n, "extractor"), text(a, n, "params") };
	}
	if (out->nparts == 0) fd++;
	out->source = CHILD_FD;
	out->parts = list;
	out->nsupplies = (size_t)json_int(json_get(o, "supplies"), 0);
	int *supplies = arena_array(a, int, out->nsupplies + 1);
	for (size_t i = 0; i < out->nsupplies; i++) supplies[i] = fd++;
	out->supplies = supplies;
	out->processors = text(a, o, "processors");
	out->fields = text(a, o, "fields");
	out->columns = text(a, o, "columns");
	out->types = text(a, o, "types");
	out->most_rows = json_int(json_get(o, "most_rows"), 0);
	out->example = json_bool(json_get(o, "example"), false);
	out->seed = (uint64_t)json_int(json_get(o, "seed"), 0);
	out->now.us = json_int(json_get(o, "now"), 0);
	out->language = text(a, o, "language");
	out->collect = (int)json_int(json_get(o, "collect"), 0);
}

bool settings_read(struct arena *a, struct str json, struct ingest_job *out, struct err *e)
{
	auto_json *doc = NULL;
	if (!json_read(json, &doc, e)) return false;
	const struct json_node *o = json_root(doc);
	const struct json_node *d = json_get(o, "dialect");
	*out = (struct ingest_job){
		.name = text(a, o, "name"), .format = text(a, o, "format"), .inside = text(a, o, "inside"),
		.part = text(a, o, "part"), .strict = json_bool(json_get(o, "strict"), false),
		.plain = json_bool(json_get(o, "plain"), false), .beside = json_bool(json_get(o, "beside"), false), .version_path = text(a, o, "version_path"),
		.rejects_path = text(a, o, "rejects_path"), .salt = text(a, o, "salt"), .memory_mb = json_int(json_get(o, "memory_mb"), 0),
		.cpu_s = json_int(json_get(o, "cpu_s"), 0), .file_mb = json_int(json_get(o, "file_mb"), 0),
	};
	out->dialect.delimiter = (char)json_int(json_get(d, "delimiter"), 0);
	out->dialect.quote = (char)json_int(json_get(d, "quote"), 0);
	read_line(a, o, out);
	int64_t header = json_int(json_get(d, "header"), 0);
	if (header == INGEST_HEADER_YES) out->dialect.header = INGEST_HEADER_YES;
	if (header == INGEST_HEADER_NO) out->dialect.header = INGEST_HEADER_NO;
	out->dialect.decimal = (char)json_int(json_get(d, "decimal"), 0);
	out->dialect.encoding = text(a, d, "encoding");
	return read_schema(a, json_get(o, "schema"), &out->schema, e);
}

/* --- result ---------------------------------------------------------------------------------------- */

static void put_lists(struct json_out *j, const struct ingest_result *r)
{
	json_key(j, STR("reasons"));
	json_open(j, '[');
	for (size_t i = 0; i < r->nreasons; i++) {
		json_open(j, '{');
		json_member(j, "reason", r->reasons[i].reason);
		json_member(j, "field", r->reasons[i].field);
		json_member_int(j, "count", r->reasons[i].count);
		json_member_int(j, "first_row", r->reasons[i].first_row);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, STR("notes"));
	json_open(j, '[');
	for (size_t i = 0; i < r->nnotes; i++) json_put(j, r->notes[i]);
	json_close(j, ']');
	json_key(j, STR("dates"));
	json_open(j, '[');
	for (size_t i = 0; i < r->ndates; i++) {
		json_open(j, '{');
		json_member(j, "field", r->dates[i].field);
		json_member_int(j, "first", r->dates[i].first_us);
		json_member_int(j, "last", r->dates[i].last_us);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void result_put(struct buf *b, const struct ingest_result *r)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("schema"));
	json_value(&j);
	schema_put_own(b, &r->schema);
	json_member_int(&j, "rows", r->rows);
	json_member_int(&j, "rejects", r->rejects);
	json_member_int(&j, "bytes", r->bytes);
	json_member_bool(&j, "limited", r->limited);
	json_member(&j, "columns", r->columns);
	json_member(&j, "types", r->types);
	json_member(&j, "format", r->format);
	json_member(&j, "dialect", r->dialect);
	if (r->has_box) {
		const double sides[] = { r->west, r->south, r->east, r->north };
		json_key(&j, STR("box"));
		json_open(&j, '[');
		for (size_t i = 0; i < COUNT_OF(sides); i++) json_put_real(&j, sides[i]);
		json_close(&j, ']');
	}
	put_lists(&j, r);
	json_close(&j, '}');
}

static void read_reasons(struct arena *a, const struct json_node *list, struct ingest_result *out)
{
	out->nreasons = json_count(list);
	out->reasons = arena_array(a, struct ingest_reason, out->nreasons + 1);
	for (size_t i = 0; i < out->nreasons; i++) {
		const struct json_node *n = json_at(list, i);
		out->reasons[i] = (struct ingest_reason){ text(a, n, "reason"), text(a, n, "field"), json_int(json_get(n, "count"), 0),
			json_int(json_get(n, "first_row"), 0) };
	}
}

static void read_lists(struct arena *a, const struct json_node *o, struct ingest_result *out)
{
	read_reasons(a, json_get(o, "reasons"), out);
	const struct json_node *notes = json_get(o, "notes");
	out->nnotes = json_count(notes);
	out->notes = arena_array(a, struct str, out->nnotes + 1);
	for (size_t i = 0; i < out->nnotes; i++) out->notes[i] = arena_str(a, json_text(json_at(notes, i)));
	const struct json_node *dates = json_get(o, "dates");
	out->ndates = json_count(dates);
	out->dates = arena_array(a, struct ingest_dates, out->ndates + 1);
	for (size_t i = 0; i < out->ndates; i++) {
		const struct json_node *n = json_at(dates, i);
		out->dates[i] = (struct ingest_dates){ text(a, n, "field"), json_int(json_get(n, "first"), 0), json_int(json_get(n, "last"), 0) };
	}
}

bool result_read(struct arena *a, struct str json, struct ingest_result *out, struct err *e)
{
	auto_json *doc = NULL;
	const struct schema *schema = NULL;
	struct err inner = { 0 };
	*out = (struct ingest_result){ 0 };
	bool ok = json_read(json, &doc, &inner) && read_schema(a, json_get(json_root(doc), "schema"), &schema, &inner) && schema;
	if (!ok) {
		err_set(e, ERR_SYSTEM, "the reader's answer made no sense");
		return err_cause(e, "%s", inner.pub);
	}
	const struct json_node *o = json_root(doc);
	const struct json_node *box = json_get(o, "box");
	out->schema = *schema;
	out->rows = json_int(json_get(o, "rows"), 0);
	out->rejects = json_int(json_get(o, "rejects"), 0);
	out->bytes = json_int(json_get(o, "bytes"), 0);
	out->limited = json_bool(json_get(o, "limited"), false);
	out->columns = text(a, o, "columns");
	out->types = text(a, o, "types");
	out->format = text(a, o, "format");
	out->dialect = text(a, o, "dialect");
	out->has_box = json_count(box) == 4;
	out->west = json_real(json_at(box, 0), 0);
	out->south = json_real(json_at(box, 1), 0);
	out->east = json_real(json_at(box, 2), 0);
	out->north = json_real(json_at(box, 3), 0);
	read_lists(a, o, out);
	return true;
}

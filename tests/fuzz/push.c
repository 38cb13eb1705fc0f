/* Any text as the body of a push onto a dataset with every type of field. A record that was taken is taken again
 * from its line in the journal, with the same id: otherwise a restart would lose what was answered. */
#include "base/base.h"
#include "ingest/ingest.h"
#include "json/json.h"
#include "live/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char SCHEMA[] =
	"{\"fields\":[{\"name\":\"t\",\"type\":\"text\"},{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"d\",\"type\":\"double\"},"
	"{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"day\",\"type\":\"date\"},"
	"{\"name\":\"at\",\"type\":\"datetime\",\"annotations\":{\"timezone\":\"Europe/Paris\"}},{\"name\":\"p\",\"type\":\"geo_point_2d\"},"
	"{\"name\":\"s\",\"type\":\"geo_shape\"},{\"name\":\"f\",\"type\":\"file\"},{\"name\":\"j\",\"type\":\"json_blob\"},"
	"{\"name\":\"l\",\"type\":\"text\",\"annotations\":{\"multivalued\":\",\"}},{\"name\":\"lat\",\"type\":\"double\"},{\"name\":\"lon\",\"type\":\"double\"}]}";

/* Files inside records: named after their content, and records without them. */
static void take_files(const struct schema *s, const struct json_node *root, struct arena *a)
{
	struct pushed_files files;
	struct err e = { 0 };
	ensure(pushed_files_take(&files, s, root, a, &e));
	ensure((files.doc != NULL) == (files.list.n > 0) || files.list.n == 0);
	pushed_files_done(&files);
}

static void take(struct ingest_taker *t, const struct json_node *record)
{
	struct err e = { 0 };
	const uint8_t (*ids)[16];
	uint8_t id[16];
	if (!ingest_take(t, record, &e)) {
		ensure(e.code == ERR_BAD_REQUEST && e.pub[0]);
		return;
	}
	ensure(ingest_taken(t, &ids)->nrows == 1);
	memcpy(id, ids[0], sizeof id);
	ingest_taker_clear(t);
	auto_buf line = BUF_INIT(SIZE_MAX);
	auto_json *doc = NULL;
	json_put_node(&line, record);
	ensure(str_find_char(buf_str(&line), '\n') < 0);
	ensure(json_read(buf_str(&line), &doc, &e) && ingest_take(t, json_root(doc), &e));
	ensure(ingest_taken(t, &ids)->nrows == 1 && memcmp(id, ids[0], sizeof id) == 0);
	ingest_taker_clear(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	auto_json *doc = NULL;
	struct err e = { 0 };
	struct schema schema;
	struct ingest_taker *t;
	ensure(schema_from_json(&a, str_of(SCHEMA), &schema, &e) && ingest_taker_new(&schema, STR(""), &t, &e));
	if (json_read(str_make((const char *)data, size), &doc, &e)) {
		const struct json_node *root = json_root(doc);
		take_files(&schema, root, &a);
		size_t n = json_kind(root) == JSON_ARRAY ? json_count(root) : 1;
		for (size_t i = 0; i < n; i++) take(t, json_kind(root) == JSON_ARRAY ? json_at(root, i) : root);
	}
	ingest_taker_free(t);
	return 0;
}

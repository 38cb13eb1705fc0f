/* Any text as a registry that an administrator sends: read, checked, written. What has no fault is written in a form that is read
 * back as the same. */
#include "registry/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str languages[] = { { "en", 2 }, { "fr", 2 }, { "ar", 2 } };
	static const struct tenant t = { .host = { "tags.example", 12 }, .languages = languages, .nlanguages = 3 };
	auto_arena a = ARENA_INIT;
	auto_json *doc = NULL;
	auto_box *box = NULL;
	auto_box *again = NULL;
	struct err e = { 0 };
	struct registry_notes notes = { .a = &a, .strict = true };
	struct registries rs = { .port = 0 };
	if (!json_read(str_make((const char *)data, size), &doc, &e))
		return 0;
	lock_init(&rs.lock, LOCK_REGISTRY);
	ensure(registry_make(&rs, &t, json_root(doc), &notes, &box, &e));
	lock_done(&rs.lock);
	registry_check(&box->g, &notes);
	registry_check_texts(&box->g, &notes);
	box->g.version = box->g.epoch = 1;
	bool sealed = registry_seal(box, &e);
	if (notes.faults.n || !sealed)
		return 0;
	auto_buf first = BUF_INIT(REGISTRY_JSON_BYTES);
	auto_buf second = BUF_INIT(REGISTRY_JSON_BYTES);
	registry_put_content(&first, &box->g);
	again = registry_box_new();
	ensure(registry_read_frozen(again, box->g.json, &e));
	registry_put_content(&second, &again->g);
	ensure(str_eq(buf_str(&first), buf_str(&second)));
	struct registry_difference *d;
	size_t n;
	registry_compare(&box->g, &again->g, &a, &d, &n);
	ensure(n == 0);
	return 0;
}

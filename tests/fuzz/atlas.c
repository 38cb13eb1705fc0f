/* Maps and lists of backgrounds as strangers may send them: what is read is printed, and reads as the same again. */
#include "atlas/atlas.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_arena a = ARENA_INIT;
	auto_buf first = BUF_INIT(1 << 24);
	auto_buf second = BUF_INIT(1 << 24);
	struct str text = str_make((const char *)data, n);
	struct err e = { 0 };
	struct atlas m;
	const struct atlas_ground *grounds;
	size_t count;
	if (atlas_read(&a, text, &m, &e)) {
		atlas_put_json(&first, &m);
		for (size_t i = 0; i < m.nlayers; i++) (void)atlas_parameters(&a, &m.layers[i]);
		ensure(atlas_read(&a, buf_str(&first), &m, &e));
		atlas_put_json(&second, &m);
		ensure(str_eq(buf_str(&first), buf_str(&second)));
	}
	e = (struct err){ 0 };
	if (atlas_grounds(&a, text, STR("en"), &grounds, &count, &e))
		for (size_t i = 0; i < count; i++) {
			struct str *templates;
			(void)atlas_ground_tile(&a, &grounds[i], 3, 4, 5);
			(void)atlas_ground_templates(&a, &grounds[i], &templates);
		}
	return 0;
}

/* Single records against a schema: what fits is brought to its type, what does not is refused with its field. */
#include "ingest/ingest.h"
#include "json/json.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

static const char FIELDS[] =
	"{\"fields\":[{\"name\":\"key\",\"type\":\"text\",\"annotations\":{\"id\":true}},{\"name\":\"i\",\"type\":\"int\"},"
	"{\"name\":\"d\",\"type\":\"double\"},{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"day\",\"type\":\"date\"},"
	"{\"name\":\"at\",\"type\":\"datetime\",\"annotations\":{\"timezone\":\"Europe/Paris\"}},{\"name\":\"p\",\"type\":\"geo_point_2d\"},"
	"{\"name\":\"lat\",\"type\":\"double\"},{\"name\":\"lon\",\"type\":\"double\"},"
	"{\"name\":\"tags\",\"type\":\"text\",\"annotations\":{\"multivalued\":\",\"}},{\"name\":\"j\",\"type\":\"json_blob\"},"
	"{\"name\":\"t\",\"type\":\"text\"}]}";
enum { KEY, I, D, B, DAY, AT, P, LAT, LON, TAGS, J, T };

struct fixture { struct arena arena; struct schema schema; struct ingest_taker *taker; };

static int begin(void **state)
{
	static struct fixture f;
	struct err e = { 0 };
	f = (struct fixture){ .arena = ARENA_INIT };
	*state = &f;
	return schema_from_json(&f.arena, str_of(FIELDS), &f.schema, &e) && ingest_taker_new(&f.schema, STR(""), &f.taker, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	ingest_taker_free(f->taker);
	arena_done(&f->arena);
	return 0;
}

static bool take(struct fixture *f, const char *text, struct err *e)
{
	auto_json *doc = NULL;
	struct err bad = { 0 };
	if (!json_read(str_of(text), &doc, &bad)) fail_msg("%s", bad.pub);
	return ingest_take(f->taker, json_root(doc), e);
}

static const struct batch *taken(struct fixture *f, const char *text, const uint8_t (**ids)[16])
{
	struct err e = { 0 };
	ingest_taker_clear(f->taker);
	if (!take(f, text, &e)) fail_msg("%s: %s", text, e.pub);
	const struct batch *b = ingest_taken(f->taker, ids);
	assert_int_equal(b->nrows, 1);
	return b;
}

static void refused(struct fixture *f, const char *text, const char *why)
{
	struct err e = { 0 };
	if (take(f, text, &e)) fail_msg("%s was taken", text);
	assert_int_equal(e.code, ERR_BAD_REQUEST);
	if (str_find(str_of(e.pub), str_of(why)) < 0) fail_msg("%s: \"%s\" does not say \"%s\"", text, e.pub, why);
}

static void values_are_brought_to_their_types(void **state)
{
	struct fixture *f = *state;
	const uint8_t (*ids)[16];
	const struct batch *b = taken(f, "{\"key\":7,\"i\":\"12\",\"d\":3,\"b\":\"yes\",\"day\":\"2024-05-06\",\"at\":\"2024-07-01T12:00:00\","
	                                 "\"p\":{\"lat\":48.5,\"lon\":2.5},\"tags\":\"x, y\",\"j\":{\"a\":1},\"t\":true,\"stranger\":1}", &ids);
	assert_true(str_eq(b->columns[KEY].texts[0], STR("7")));
	assert_int_equal(b->columns[I].ints[0], 12);
	assert_true(b->columns[D].doubles[0] == 3);
	assert_true(b->columns[B].bools[0]);
	assert_int_equal(b->columns[DAY].days[0], 19849);
	assert_int_equal(b->columns[AT].ints[0], INT64_C(1719828000000000)); /* 10:00 UTC: Paris in summer */
	assert_true(b->columns[P].lats[0] == 48.5 && b->columns[P].lons[0] == 2.5);
	assert_int_equal(b->columns[TAGS].lists[0].n, 2);
	assert_true(str_eq(b->columns[J].texts[0], STR("{\"a\":1}")));
	assert_true(str_eq(b->columns[T].texts[0], STR("true")));
	assert_false(column_has(&b->columns[LAT], 0));
}

static void what_is_missing_is_null(void **state)
{
	struct fixture *f = *state;
	const uint8_t (*ids)[16];
	const struct batch *b = taken(f, "{\"key\":\"a\",\"i\":null,\"t\":\"\",\"tags\":[]}", &ids);
	for (size_t i = I; i <= T; i++) assert_false(column_has(&b->columns[i], 0));
}

static void a_point_is_made_of_latitude_and_longitude(void **state)
{
	struct fixture *f = *state;
	const uint8_t (*ids)[16];
	const struct batch *b = taken(f, "{\"key\":\"a\",\"lat\":1.5,\"lon\":2.5}", &ids);
	assert_true(column_has(&b->columns[P], 0) && b->columns[P].lats[0] == 1.5 && b->columns[P].lons[0] == 2.5);
	b = taken(f, "{\"key\":\"a\",\"lat\":1.5,\"lon\":2.5,\"p\":\"3,4\"}", &ids);
	assert_true(b->columns[P].lats[0] == 3 && b->columns[P].lons[0] == 4);
}

static void the_id_is_made_of_the_key_alone(void **state)
{
	struct fixture *f = *state;
	const uint8_t (*ids)[16];
	uint8_t first[16];
	taken(f, "{\"key\":\"a\",\"i\":1}", &ids);
	memcpy(first, ids[0], 16);
	taken(f, "{\"i\":2,\"key\":\"a\"}", &ids);
	assert_memory_equal(first, ids[0], 16);
	taken(f, "{\"key\":\"b\",\"i\":1}", &ids);
	assert_memory_not_equal(first, ids[0], 16);
}

static void what_does_not_fit_is_refused_with_its_field(void **state)
{
	struct fixture *f = *state;
	const uint8_t (*ids)[16];
	refused(f, "{\"i\":1}", "\"key\"");
	refused(f, "{\"key\":\"a\",\"i\":\"many\"}", "field \"i\": \"many\" is not a whole number");
	refused(f, "{\"key\":\"a\",\"i\":1.5}", "decimals");
	refused(f, "{\"key\":\"a\",\"d\":\"x\"}", "not a number");
	refused(f, "{\"key\":\"a\",\"b\":\"perhaps\"}", "true or false");
	refused(f, "{\"key\":\"a\",\"day\":\"2024-02-30\"}", "not a date");
	refused(f, "{\"key\":\"a\",\"p\":\"91,0\"}", "\"p\"");
	refused(f, "[1]", "object");
	refused(f, "7", "object");
	/* A refusal leaves nothing behind for the next record. */
	struct err e = { 0 };
	ingest_taker_clear(f->taker);
	assert_true(take(f, "{\"key\":\"a\",\"tags\":[\"x\"]}", &e));
	assert_false(take(f, "{\"key\":\"b\",\"tags\":[\"y\",\"z\"],\"i\":\"no\"}", &e));
	assert_true(take(f, "{\"key\":\"c\",\"tags\":[\"w\"]}", &e));
	const struct batch *b = ingest_taken(f->taker, &ids);
	assert_int_equal(b->nrows, 2);
	const struct column *c = &b->columns[TAGS];
	assert_int_equal(c->lists[1].n, 1);
	assert_true(str_eq(c->items[c->lists[1].from], STR("w")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_are_brought_to_their_types, begin, end),
		cmocka_unit_test_setup_teardown(what_is_missing_is_null, begin, end),
		cmocka_unit_test_setup_teardown(a_point_is_made_of_latitude_and_longitude, begin, end),
		cmocka_unit_test_setup_teardown(the_id_is_made_of_the_key_alone, begin, end),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused_with_its_field, begin, end),
	};
	return cmocka_run_group_tests_name("taker", tests, NULL, NULL);
}

/* Rights, identities and places in plans: what a caller may not see has no name, a row filter is joined
 * to everything and never explained, ids are whole, equal questions have equal canonical texts. */
#include "cities.h"

static struct cities cities;

static struct query_request request(const struct query_target *t)
{
	return (struct query_request){ .target = t, .now_us = cities_now };
}

/* Rows of a plan as one text: the first column of each, which must be text. */
static struct str first_column(struct arena *a, const struct query_request *r, struct query_plan *p)
{
	struct query_cursor *c = NULL;
	struct err e = { 0 };
	struct batch b;
	auto_buf out = BUF_INIT(10000);
	if (!query_plan_rows(a, r, p, &e)) fail_msg("%s %s", e.pub, e.priv);
	if (!query_open(cities.engine, p, NULL, &c, &e)) fail_msg("%s %s", e.pub, e.priv);
	for (;;) {
		if (!query_next(c, &b, &e)) fail_msg("%s %s", e.pub, e.priv);
		if (!b.nrows) break;
		for (size_t i = 0; i < b.nrows; i++) {
			const struct column *col = &b.columns[p->id_column >= 0 ? p->id_column : 0];
			if (out.n) buf_put_char(&out, '|');
			if (column_has(col, i)) buf_put(&out, col->texts[i]);
		}
	}
	query_close(c);
	query_plan_done(p);
	return arena_str(a, buf_str(&out));
}

static void check_rows(const struct query_request *r, const char *want)
{
	auto_arena a = ARENA_INIT;
	struct query_plan p;
	struct str got = first_column(&a, r, &p);
	assert_string_equal(got.p, want);
}

static void refuse(const struct query_request *r, enum err_code code, const char *part)
{
	auto_arena a = ARENA_INIT;
	struct query_plan p;
	struct err e = { 0 };
	assert_false(query_plan_rows(&a, r, &p, &e));
	assert_int_equal(e.code, code);
	if (!strstr(e.pub, part)) fail_msg("%s", e.pub);
}

static void a_hidden_field_does_not_exist(void **state)
{
	(void)state;
	bool visible[CITIES_FIELDS] = { true, false, false, true, true, true, true, true, true };
	struct query_target t = cities.target;
	t.visible_or_null = visible;
	struct query_request r = request(&t);
	auto_arena a = ARENA_INIT;
	struct query_plan p;
	struct err e = { 0 };
	assert_true(query_plan_rows(&a, &r, &p, &e));
	assert_int_equal(p.ncolumns, CITIES_FIELDS - 2);
	for (size_t i = 0; i < p.ncolumns; i++) assert_false(str_eq(p.columns[i].key, STR("country")));
	query_plan_done(&p);
	r.select = STR("country");
	refuse(&r, ERR_ODSQL, "Unknown field: country.");
	r.select = STR("include(country)");
	refuse(&r, ERR_ODSQL, "Unknown field: country.");
	r.select = STR("name, include(c*)");
	assert_true(query_plan_rows(&a, &r, &p, &e));
	assert_int_equal(p.ncolumns, 2);
	query_plan_done(&p);
	const struct str where[] = { STR("country = 'FR'") };
	r = request(&t);
	r.where = where;
	r.nwhere = 1;
	refuse(&r, ERR_ODSQL, "Unknown field: country.");
	/* Full text does not look where the caller may not. */
	const struct str words[] = { STR("'river'") };
	r.where = words;
	r.select = STR("name");
	check_rows(&r, "");
	const struct str facet[] = { STR("country") };
	struct query_facets f;
	r = request(&t);
	r.facet = facet;
	r.nfacet = 1;
	assert_false(query_facets(cities.engine, &a, &r, NULL, &f, &e));
	struct err none = { 0 };
	r.nfacet = 0;
	assert_true(query_facets(cities.engine, &a, &r, NULL, &f, &none));
	assert_int_equal(f.n, 0);
	r.refine = (const struct str[]){ STR("country:FR") };
	r.nrefine = 1;
	refuse(&r, ERR_ODSQL, "Unknown field: country.");
}

static void a_row_filter_is_joined_to_everything(void **state)
{
	(void)state;
	bool visible[CITIES_FIELDS] = { true, false, true, true, true, true, true, true, true };
	struct query_target t = cities.target;
	t.visible_or_null = visible;
	t.row_filter = STR("country = 'FR' or country = 'BE'");
	struct query_request r = request(&t);
	r.select = STR("name");
	check_rows(&r, "Paris|La Rochelle|Bruxelles");
	r.where = (const struct str[]){ STR("capital or name = 'x' or name is not null") };
	r.nwhere = 1;
	r.order_by = STR("name desc");
	check_rows(&r, "Paris|La Rochelle|Bruxelles");
	r.group_by = STR("lower(name) as n");
	r.select = STR("");
	r.order_by = STR("");
	check_rows(&r, "bruxelles|la rochelle|paris");
	r = request(&t);
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct query_facets f;
	int64_t n = 0;
	assert_true(query_count(cities.engine, &a, &r, NULL, &n, &e));
	assert_int_equal(n, 3);
	r.facet = (const struct str[]){ STR("tags") };
	r.nfacet = 1;
	assert_true(query_facets(cities.engine, &a, &r, NULL, &f, &e));
	assert_int_equal(f.facets[0].nvalues, 3);
	assert_int_equal(f.facets[0].values[0].count, 1);
	/* The record that the filter leaves out cannot be fetched by its id either. */
	r = request(&t);
	r.mode = QUERY_RECORD;
	r.select = STR("name");
	r.record_id = cities.ids[3];
	check_rows(&r, "");
	r.record_id = cities.ids[0];
	check_rows(&r, "Paris");
}

static void a_broken_row_filter_lets_nobody_in(void **state)
{
	(void)state;
	struct query_target t = cities.target;
	struct query_request r = request(&t);
	t.row_filter = STR("secret_rule = 3");
	refuse(&r, ERR_SYSTEM, "The access rules of this dataset cannot be applied.");
	auto_arena a = ARENA_INIT;
	struct query_plan p;
	struct err e = { 0 };
	assert_false(query_plan_rows(&a, &r, &p, &e));
	assert_null(strstr(e.pub, "secret"));
	assert_non_null(strstr(e.priv, "secret_rule"));
}

static void ids_are_whole_and_find_their_record(void **state)
{
	(void)state;
	struct query_request r = request(&cities.target);
	r.with_id = true;
	r.select = STR("pop");
	auto_arena a = ARENA_INIT;
	struct query_plan p;
	struct str got = first_column(&a, &r, &p);
	struct str want = arena_printf(&a, "%s|%s|%s|%s", cities.ids[0].p, cities.ids[1].p, cities.ids[2].p, cities.ids[3].p);
	assert_string_equal(got.p, want.p);
	assert_int_equal(p.ncolumns, 1);
	assert_int_equal(p.id_column, 1);
	r = request(&cities.target);
	r.select = STR("recordid");
	got = first_column(&a, &r, &p);
	assert_string_equal(got.p, want.p);
	r.select = STR("name");
	r.where = (const struct str[]){ arena_printf(&a, "recordid = '%s'", cities.ids[2].p) };
	r.nwhere = 1;
	check_rows(&r, "Bruxelles");
	r.nwhere = 0;
	r.mode = QUERY_RECORD;
	r.record_id = STR("0123456789012345678901234567890123456789");
	check_rows(&r, "");
	r.record_id = STR("short");
	check_rows(&r, "");
}

static void random_is_a_permutation_that_its_seed_decides(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct query_plan p;
	struct query_request r = request(&cities.target);
	bool differs = false;
	r.select = STR("name");
	r.order_by = STR("random(1)");
	struct str first = first_column(&a, &r, &p);
	struct str again = first_column(&a, &r, &p);
	assert_string_equal(first.p, again.p);
	assert_int_equal(first.n, strlen("Paris|La Rochelle|Bruxelles|Besan\xc3\xa7on"));
	for (int seed = 2; seed < 8; seed++) {
		r.order_by = arena_printf(&a, "random(%d)", seed);
		differs = differs || !str_eq(first, first_column(&a, &r, &p));
	}
	assert_true(differs);
}

static void the_house_orders_where_nobody_else_does(void **state)
{
	(void)state;
	struct query_request r = request(&cities.target);
	r.select = STR("name");
	r.default_order = STR("pop desc, name");
	check_rows(&r, "Paris|Bruxelles|La Rochelle|Besan\xc3\xa7on");
	r.order_by = STR("name");
	check_rows(&r, "Besan\xc3\xa7on|Bruxelles|La Rochelle|Paris");
	r.order_by = STR("");
	r.default_order = STR("no_such_field");
	check_rows(&r, "Paris|La Rochelle|Bruxelles|Besan\xc3\xa7on");
}

static struct str canonical(struct arena *a, struct query_request r)
{
	struct query_plan p;
	struct err e = { 0 };
	if (!query_plan_rows(a, &r, &p, &e)) fail_msg("%s", e.pub);
	query_plan_done(&p);
	return p.canonical;
}

static void equal_questions_have_equal_canonical_texts(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct query_request x = request(&cities.target);
	x.where = (const struct str[]){ STR("pop>3 AND name='x'") };
	x.nwhere = 1;
	struct query_request y = x;
	y.where = (const struct str[]){ STR("(pop > 3) and `name` : \"x\"") };
	assert_string_equal(canonical(&a, x).p, canonical(&a, y).p);
	y.limit = STR("10");
	assert_string_equal(canonical(&a, x).p, canonical(&a, y).p);
	y.limit = STR("11");
	assert_string_not_equal(canonical(&a, x).p, canonical(&a, y).p);
	y = x;
	assert_true(query_zone(STR("Europe/Paris"), &y.zone_or_null, &(struct err){ 0 }));
	assert_string_not_equal(canonical(&a, x).p, canonical(&a, y).p);
	y = x;
	y.where = (const struct str[]){ STR("updated > now()") };
	struct query_request later = y;
	later.now_us += 1000000;
	assert_string_not_equal(canonical(&a, y).p, canonical(&a, later).p);
	struct query_target t = cities.target;
	t.row_filter = STR("capital");
	y = x;
	y.target = &t;
	assert_string_not_equal(canonical(&a, x).p, canonical(&a, y).p);
	bool visible[CITIES_FIELDS] = { true, true, true, true };
	t = cities.target;
	t.visible_or_null = visible;
	assert_string_not_equal(canonical(&a, x).p, canonical(&a, y).p);
}

static void the_catalogue_may_leave_out_default(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct schema s = cities_schema(&a);
	struct query_target t = cities.target;
	t.schema = &s;
	t.catalogue = true;
	s.fields[0].name = STR("datasetid");
	s.fields[1].name = STR("default.title");
	s.fields[2].name = STR("custom.data-owner");
	s.fields[3].flags |= FIELD_HIDDEN;
	struct query_request r = request(&t);
	r.select = STR("dataset_id");
	r.where = (const struct str[]){ STR("title = 'FR' and default.title = 'FR'"), STR("custom.`data-owner` = 'sea'"), STR("datasetid:\"La Rochelle\"") };
	r.nwhere = 3;
	check_rows(&r, "La Rochelle");
	struct query_plan p;
	struct err e = { 0 };
	r.nwhere = 0;
	r.select = STR("title, default.title, `custom.data-owner`");
	assert_true(query_plan_rows(&a, &r, &p, &e));
	assert_true(str_eq(p.columns[0].key, STR("title")));
	assert_true(str_eq(p.columns[1].key, STR("default.title")));
	query_plan_done(&p);
	r.refine = (const struct str[]){ STR("title:FR") };
	r.nrefine = 1;
	r.select = STR("datasetid");
	check_rows(&r, "Paris|La Rochelle");
	r.where = (const struct str[]){ STR("data_visible is true") };
	r.nwhere = 1;
	refuse(&r, ERR_ODSQL, "Field data_visible is not allowed in the current clause.");
	/* A technical column serves the house and nobody else. */
	r.where = (const struct str[]){ STR("pop > 1") };
	refuse(&r, ERR_ODSQL, "Unknown field: pop.");
	t.row_filter = STR("pop > 100000");
	r.nwhere = 0;
	check_rows(&r, "Paris");
	r = request(&t);
	r.select = STR("datasetid");
	r.default_order = STR("pop");
	t.row_filter = STR("");
	check_rows(&r, "La Rochelle|Bruxelles|Paris|Besan\xc3\xa7on");
}

static void an_unknown_zone_is_refused(void **state)
{
	(void)state;
	const struct clock_zone *z = NULL;
	struct err e = { 0 };
	assert_false(query_zone(STR("Europe/Atlantis"), &z, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
	assert_non_null(strstr(e.pub, "Europe/Atlantis"));
	assert_true(query_zone(STR("US/Eastern"), &z, &e));
	assert_true(query_zone(STR(""), &z, &e));
	assert_ptr_equal(z, clock_utc());
}

static int open_cities(void **state)
{
	(void)state;
	cities_open(&cities);
	return 0;
}

static int close_cities(void **state)
{
	(void)state;
	cities_close(&cities);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hidden_field_does_not_exist),
		cmocka_unit_test(a_row_filter_is_joined_to_everything),
		cmocka_unit_test(a_broken_row_filter_lets_nobody_in),
		cmocka_unit_test(ids_are_whole_and_find_their_record),
		cmocka_unit_test(random_is_a_permutation_that_its_seed_decides),
		cmocka_unit_test(the_house_orders_where_nobody_else_does),
		cmocka_unit_test(equal_questions_have_equal_canonical_texts),
		cmocka_unit_test(the_catalogue_may_leave_out_default),
		cmocka_unit_test(an_unknown_zone_is_refused),
	};
	return cmocka_run_group_tests_name("query rights", tests, open_cities, close_cities);
}

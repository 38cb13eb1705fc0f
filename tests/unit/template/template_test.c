/* The platform's templates hold every metadata value the catalogue knows; a portal's own are checked, kept and read back; licences and themes keep
 * their names whatever they are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "catalog/catalog.h"
#include "store/store.h"
#include "template/template.h"

struct scene {
	char folder[64];
	struct store *store;
	struct tenants *tenants;
	struct tenant_id id;
	struct arena arena;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	struct err e = { 0 };
	assert_non_null(s);
	snprintf(s->folder, sizeof s->folder, "/tmp/stoa-template-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	struct str path = arena_printf(&s->arena, "%s/stoa.sqlite", s->folder);
	static const struct tenant_setting_value values[] = { { { "languages", 9 }, { "en,fr", 5 } } };
	assert_true(store_open(path, &s->store, &e));
	assert_true(tenants_open(s->store, &s->tenants, &e));
	assert_true(tenant_add(s->tenants, STR("a.localhost"), NULL, 0, values, 1, &s->id, &e));
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	tenants_close(s->tenants);
	store_close(s->store);
	char command[100];
	snprintf(command, sizeof command, "rm -r %s", s->folder);
	assert_int_equal(system(command), 0);
	arena_done(&s->arena);
	free(s);
	return 0;
}

static const struct tenant *hold(struct scene *s) { return tenants_hold_or_null(s->tenants, s->id); }

static bool put(struct scene *s, const char *text, bool fresh, struct err *e)
{
	auto_json *doc = NULL;
	const struct tenant *t = hold(s);
	assert_true(json_read(str_of(text), &doc, e));
	bool ok = template_write(s->tenants, t, json_root(doc), fresh, e);
	tenant_release(s->tenants, t);
	return ok;
}

static const struct template_field *field(struct scene *s, const char *set, const char *name)
{
	const struct tenant *t = hold(s);
	const struct template_set *list;
	size_t n = template_list(t, i18n_lang_or_null(STR("fr")), STR("fr"), &s->arena, &list);
	tenant_release(s->tenants, t);
	return template_field_or_null(template_find_or_null(list, n, str_of(set)), str_of(name));
}

/* What the platform tells of a dataset's origin is nobody's to fill in. */
static void every_value_of_the_catalogue_has_a_field(void **state)
{
	for (size_t i = 0; i < catalog_meta_row_count(); i++)
		if (!catalog_meta_rows[i].automatic && !field(*state, catalog_meta_rows[i].template_, catalog_meta_rows[i].name))
			fail_msg("%s.%s is in metadata.def and not in fields.def", catalog_meta_rows[i].template_, catalog_meta_rows[i].name);
}

static const char *const own = "{\"name\":\"city\",\"title\":{\"en\":\"City\",\"fr\":\"Ville\"},\"type\":\"basic\",\"is_active\":true,\"schema\":["
	"{\"name\":\"district\",\"type\":\"enum\",\"label\":{\"fr\":\"Quartier\"},\"choices\":[\"n\",\"s\"],\"labels\":{\"n\":{\"fr\":\"Nord\"}},\"requirement_level\":\"mandatory\"},"
	"{\"name\":\"since\",\"type\":\"date\",\"label\":\"Since\"}]}";

static void own_templates_are_kept_and_checked(void **state)
{
	struct scene *s = *state;
	struct err e = { 0 };
	assert_true(put(s, own, true, &e));
	const struct template_field *f = field(s, "city", "district");
	assert_non_null(f);
	assert_string_equal(arena_cstr(&s->arena, f->label), "Quartier");
	assert_int_equal(f->level, TEMPLATE_MANDATORY);
	assert_int_equal(f->nchoices, 2);
	assert_string_equal(arena_cstr(&s->arena, f->choices[0].label), "Nord");
	assert_string_equal(arena_cstr(&s->arena, f->choices[1].label), "s");
	assert_false(put(s, own, true, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	e = (struct err){ 0 };
	assert_false(put(s, "{\"name\":\"city\",\"schema\":[{\"name\":\"since\",\"type\":\"text\"}]}", false, &e));
	assert_non_null(strstr(e.pub, "stays date"));
	e = (struct err){ 0 };
	assert_false(put(s, "{\"name\":\"dcat\",\"schema\":[]}", false, &e));
	e = (struct err){ 0 };
	assert_false(put(s, "{\"name\":\"x\",\"schema\":[{\"name\":\"y\",\"type\":\"enum\"}]}", true, &e));
	const struct tenant *t = hold(s);
	e = (struct err){ 0 };
	assert_true(template_remove(s->tenants, t, STR("city"), &e));
	tenant_release(s->tenants, t);
	assert_null(field(s, "city", "since"));
}

static void count(void *arg, struct str place, struct str sentence)
{
	struct buf *b = arg;
	buf_printf(b, "%.*s: %.*s\n", STR_ARG(place), STR_ARG(sentence));
}

static void values_that_do_not_fit_are_told_by_place(void **state)
{
	struct scene *s = *state;
	struct err e = { 0 };
	auto_json *doc = NULL;
	auto_buf said = BUF_INIT(10000);
	assert_true(put(s, own, true, &e));
	assert_true(json_read(STR("{\"default\":{\"title\":{\"fr\":\"Arbres\"},\"theme\":{\"\":[\"Santé\"]},\"publisher\":{\"fr\":\"x\"},\"timezone\":{\"\":\"Mars/Base\"}},"
		"\"city\":{\"district\":{\"\":\"west\"},\"since\":{\"\":\"soon\"},\"colour\":{\"\":1}},\"nothing\":{}}"), &doc, &e));
	const struct tenant *t = hold(s);
	template_check(t, json_root(doc), count, &said);
	tenant_release(s->tenants, t);
	assert_string_equal(arena_cstr(&s->arena, buf_str(&said)),
		"metadata/default/publisher/fr: this value is the same in every language\n"
		"metadata/default/timezone: expected a time zone as Europe/Paris\n"
		"metadata/city/district: \"west\" is not one of its choices\n"
		"metadata/city/since: expected a date as 2026-11-22\n"
		"metadata/city/colour: the template has no such field\n"
		"metadata/nothing: there is no template of this name\n");
	t = hold(s);
	assert_true(template_remove(s->tenants, t, STR("city"), &e));
	tenant_release(s->tenants, t);
}

static void templates_of_the_platform_can_be_switched_off(void **state)
{
	struct scene *s = *state;
	struct err e = { 0 };
	const struct template_set *list;
	const struct tenant *t = hold(s);
	assert_true(template_activate(s->tenants, t, STR("inspire"), false, &e));
	assert_false(template_activate(s->tenants, t, STR("default"), false, &e));
	tenant_release(s->tenants, t);
	t = hold(s);
	size_t n = template_list(t, i18n_english(), STR("en"), &s->arena, &list);
	tenant_release(s->tenants, t);
	assert_false(template_find_or_null(list, n, STR("inspire"))->active);
	assert_true(template_find_or_null(list, n, STR("dcat"))->active);
}

static void lists_keep_names_and_change_labels(void **state)
{
	struct scene *s = *state;
	struct err e = { 0 };
	auto_json *doc = NULL;
	const struct template_item *items;
	const struct tenant *t = hold(s);
	assert_int_equal(template_items(t, TEMPLATE_THEMES, i18n_english(), STR("en"), &s->arena, &items), 12);
	assert_non_null(template_item_or_null(items, 12, STR("Health")));
	assert_true(json_read(STR("[{\"id\":\"health\",\"name\":\"Health\",\"labels\":{\"fr\":\"Bien-être\"}},{\"labels\":{\"en\":\"Harbour\",\"fr\":\"Port\"},\"colour\":\"#123456\"}]"), &doc, &e));
	assert_true(template_items_write(s->tenants, t, TEMPLATE_THEMES, json_root(doc), &e));
	tenant_release(s->tenants, t);
	t = hold(s);
	const struct i18n_lang *fr = i18n_lang_or_null(STR("fr"));
	size_t n = template_items(t, TEMPLATE_THEMES, fr, STR("fr"), &s->arena, &items);
	assert_int_equal(n, 2);
	assert_string_equal(arena_cstr(&s->arena, items[0].label), "Bien-être");
	assert_string_equal(arena_cstr(&s->arena, items[1].name), "Harbour");
	assert_string_equal(arena_cstr(&s->arena, items[1].id), "harbour");
	/* One that is off the list is still called something where it is used. */
	struct str gone = template_theme_label(t, i18n_english(), STR("en"), &s->arena, STR("Culture"));
	assert_string_equal(arena_cstr(&s->arena, gone), "Culture");
	json_free(doc);
	doc = NULL;
	assert_true(json_read(STR("[{\"name\":\"A\"},{\"name\":\"a\"}]"), &doc, &e));
	assert_false(template_items_write(s->tenants, t, TEMPLATE_LICENCES, json_root(doc), &e));
	assert_non_null(strstr(e.pub, "1/name"));
	tenant_release(s->tenants, t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_of_the_catalogue_has_a_field), cmocka_unit_test(own_templates_are_kept_and_checked),
		cmocka_unit_test(values_that_do_not_fit_are_told_by_place), cmocka_unit_test(templates_of_the_platform_can_be_switched_off),
		cmocka_unit_test(lists_keep_names_and_change_labels),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

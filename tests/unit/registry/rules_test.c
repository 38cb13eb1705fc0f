/* What an administrator sends is refused by field and language, with every fault at once. */
#include "world.h"

struct rule_case { const char *from, *to, *field, *says; };

/* The registry of world.h with one text in place of another. */
static const struct rule_case cases[] = {
	{ "\"location\":[\"front\"]", "\"attributes\":{\"domain\":\"tags.example\"},\"location\":[\"front\"]", "items.matomo.pk_id.attributes.domain", "null" },
	{ "\"seconds\":33955200", "\"seconds\":34560001", "items.matomo.pk_id.lifetime.seconds", "34560000" },
	{ "\"seconds\":33955200", "\"seconds\":34560000", "items.matomo.pk_id.lifetime.seconds", "395 days" },
	{ "\"seconds\":33955200", "\"seconds\":0", "items.matomo.pk_id.lifetime.seconds", "whole number" },
	{ "\"_pk_id.\"", "\"a b\"", "items.matomo.pk_id.name", "cookie" },
	{ "\"category\":\"statistical\",\"legal_basis\":\"consent\",\"party\":\"first\"", "\"category\":\"necessary\",\"legal_basis\":\"consent\",\"party\":\"third\"", "items.matomo.pk_id.category", "third party" },
	{ ",\"fr\":\"Mesure les pages qui sont lues.\"", "", "services.matomo.purpose.fr", "\"fr\"" },
	{ ",\"fr\":\"Distingue les visiteurs.\"", ",\"fr\":\" \"", "items.matomo.pk_id.purpose.fr", "missing" },
	{ ",\"fr\":\"Mesure les pages qui sont lues.\"", ",\"fr\":\"Mesure.\",\"de\":\"Misst.\"", "services.matomo.purpose.de", "not a language" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"*\"]", "services.youtube.origins.frame", "https://host" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"http://x.test\"]", "services.youtube.origins.frame", "https://host" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://*.com\"]", "services.youtube.origins.frame", "public suffix" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://co.uk\"]", "services.youtube.origins.frame", "public suffix" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://*.co.uk\"]", "services.youtube.origins.frame", "public suffix" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://10.0.0.1\"]", "services.youtube.origins.frame", "IP address" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://[::1]\"]", "services.youtube.origins.frame", "IP address" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://2130706433\"]", "services.youtube.origins.frame", "IP address" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://x.test/path\"]", "services.youtube.origins.frame", "https://host" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://x.test; script-src *\"]", "services.youtube.origins.frame", "https://host" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"https://tags.example\"]", "services.youtube.origins.frame", "itself" },
	{ "[\"https://www.youtube-nocookie.com\"]", "[\"blob:\"]", "services.youtube.origins.frame", "not allowed" },
	{ "\"script\":[\"https://stats.test\"]", "\"script\":[\"https://stats.test\",\"data:\"]", "services.matomo.origins.script", "not allowed" },
	{ "\"script\":[\"https://stats.test\"]", "\"script\":[\"https://other.test\"]", "services.matomo.tag.url", "origins.script" },
	{ "\"loads\":\"embed\"", "\"loads\":\"embed\",\"colour\":\"red\"", "services.youtube.colour", "not a field" },
	{ "\"id\":\"youtube\"", "\"id\":\"You Tube\"", "services.You Tube.id", "small letter" },
	{ "\"id\":\"youtube\"", "\"id\":\"audience\"", "services.audience.id", "keeps for itself" },
	{ "\"id\":\"youtube\"", "\"id\":\"matomo\"", "services.matomo.id", "two services" },
	{ "\"id\":\"matomo.pk_id\"", "\"id\":\"pk_id\"", "items.pk_id.id", "matomo." },
	{ "\"service\":\"matomo\"", "\"service\":\"nobody\"", "items.matomo.pk_id.service", "not the id" },
	{ "\"category\":\"third_party\"", "\"category\":\"necessary\"", "services.youtube.legal_basis", "must be necessary" },
	{ "\"category\":\"third_party\",\"legal_basis\":\"consent\"", "\"category\":\"third_party\",\"legal_basis\":\"legitimate_interest\"", "services.youtube.legal_basis", "one of" },
	{ "\"category\":\"third_party\",\"legal_basis\":\"consent\"", "\"category\":\"statistical\",\"legal_basis\":\"audience_exemption\"", "services.youtube.legal_basis", "Matomo" },
	{ "\"category\":\"statistical\",\"legal_basis\":\"consent\",\"loads\"", "\"category\":\"statistical\",\"legal_basis\":\"audience_exemption\",\"loads\"", "services.matomo.attestation", "missing" },
	{ "\"Shows videos within pages.\"", "\"Montre des vidéos dans les pages pour vous.\"", "services.youtube.purpose.en", "seems to be in \"fr\"" },
	{ "\"Montre des vidéos dans les pages.\"", "\"Shows the videos within the pages of this site.\"", "services.youtube.purpose.fr", "seems to be in \"en\"" },
	{ "\"Montre des vidéos dans les pages.\"", "\"Shows videos within pages.\"", "services.youtube.purpose.fr", "same as" },
	{ "\"Shows videos within pages.\"", "\"Shows  videos within pages.\"", "services.youtube.purpose.en", "blanks" },
	{ "\"Shows videos within pages.\"", "\"Shows \\\"videos within pages.\"", "services.youtube.purpose.en", "pairs" },
	{ "\"Shows videos within pages.\"", "\"Shows {0} within pages.\"", "services.youtube.purpose.en", "placeholder" },
	{ "\"Shows videos within pages.\"", "\"Shows \\u0007 within pages.\"", "services.youtube.purpose.en", "control" },
	{ "{\"services\":", "{\"banner\":{\"title\":{\"en\":\"Accept for the best experience\"}},\"services\":", "banner.title.en", "neutral" },
	{ "{\"services\":", "{\"additions\":{\"after\":{\"en\":\"![x](https://undeclared.test/p.png)\"}},\"services\":", "additions.after.en", "picture" },
	{ "{\"services\":", "{\"controller\":{\"phone\":\"1\"},\"services\":", "controller.phone", "not a field" },
	{ "{\"services\":", "{\"material\":[\"nobody\"],\"services\":", "material", "not the id" },
	{ "\"items\":[", "\"items\":[{\"id\":\"platform.tracker\",\"service\":\"platform\",\"name\":\"tracker\"},", "items.platform.tracker", "not an item of the platform" },
	{ "\"items\":[", "\"items\":[{\"id\":\"platform.sessionid\",\"service\":\"platform\",\"name\":\"sid\"},", "items.platform.sessionid.name", "cannot be changed" },
	{ "\"items\":[", "\"items\":[{\"id\":\"platform.sessionid\",\"service\":\"platform\",\"name\":\"sessionid\"},", "items.platform.csrftoken", "cannot be removed" },
};

static struct str changed(struct arena *a, const struct rule_case *c)
{
	struct str whole = STR(WORLD_TAGS);
	ptrdiff_t at = str_find(whole, str_of(c->from));
	if (at < 0) fail_msg("%s is not there", c->from);
	return arena_printf(a, "%.*s%s%.*s", (int)at, whole.p, c->to, STR_ARG(str_from(whole, (size_t)at + strlen(c->from))));
}

static void reg_t10_t11_t12_t18_each_fault_is_named_by_field(void **s)
{
	struct world *w = *s;
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena a = ARENA_INIT;
		struct registry_draft d;
		struct err e = { 0 };
		if (!registry_dry_run(w->registries, t, changed(&a, &cases[i]), &a, &d, &e)) fail_msg("%s: %s", cases[i].to, e.pub);
		bool found = false;
		for (size_t k = 0; k < d.nfaults; k++)
			found |= str_eq(d.faults[k].field, str_of(cases[i].field)) && str_find(d.faults[k].message, str_of(cases[i].says)) >= 0;
		for (size_t k = 0; !found && k < d.nfaults; k++) print_message("  %.*s: %.*s\n", STR_ARG(d.faults[k].field), STR_ARG(d.faults[k].message));
		if (!found) fail_msg("%s: nothing says \"%s\" of %s", cases[i].to, cases[i].says, cases[i].field);
		assert_null(d.next);
		registry_draft_done(w->registries, &d);
		int64_t version;
		assert_false(world_publish(w, arena_cstr(&a, changed(&a, &cases[i])), 0, &version, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
	tenant_release(w->tenants, t);
}

static void reg_t17_a_dry_run_shows_the_difference_and_stores_nothing(void **s)
{
	struct world *w = *s;
	auto_arena a = ARENA_INIT;
	struct registry_draft d;
	struct err e = { 0 };
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	if (!registry_dry_run(w->registries, t, STR(WORLD_TAGS), &a, &d, &e)) fail_msg("%s", e.pub);
	for (size_t k = 0; k < d.nfaults; k++) fail_msg("%.*s: %.*s", STR_ARG(d.faults[k].field), STR_ARG(d.faults[k].message));
	assert_true(d.material);
	assert_int_equal(d.ndifferences, 3);
	assert_true(str_find(d.csp_before, STR("stats.test")) < 0);
	assert_true(str_find(d.csp_after, STR("script-src 'self' https://stats.test")) > 0);
	assert_int_equal(d.next->version, 2);
	registry_draft_done(w->registries, &d);
	const struct registry *g = world_hold(w);
	assert_int_equal(g->version, 1);
	registry_release(w->registries, g);
	tenant_release(w->tenants, t);
}

static void broken_json_is_told_by_line(void **s)
{
	struct world *w = *s;
	auto_arena a = ARENA_INIT;
	struct registry_draft d;
	struct err e = { 0 };
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	assert_false(registry_dry_run(w->registries, t, STR("{\"services\":\n[}"), &a, &d, &e));
	assert_int_equal(e.code, ERR_BAD_REQUEST);
	assert_true(str_find(str_of(e.pub), STR("line 2")) >= 0);
	e = (struct err){ 0 };
	assert_true(registry_dry_run(w->registries, t, STR("[1,2]"), &a, &d, &e));
	assert_int_equal(d.nfaults, 1);
	registry_draft_done(w->registries, &d);
	assert_true(registry_dry_run(w->registries, t, STR("{\"services\":7,\"items\":{\"a\":1}}"), &a, &d, &e));
	assert_int_equal(d.nfaults, 2);
	registry_draft_done(w->registries, &d);
	tenant_release(w->tenants, t);
}

static void emb_t12_matomo_does_without_consent_once_everything_is_attested(void **s)
{
	struct world *w = *s;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	int64_t version;
	auto_buf b = BUF_INIT(1 << 16);
	buf_lit(&b, "{\"services\":[");
	struct str m = STR(WORLD_MATOMO);
	ptrdiff_t at = str_find(m, STR("\"legal_basis\":\"consent\""));
	buf_put(&b, str_sub(m, 0, (size_t)at));
	buf_lit(&b, "\"legal_basis\":\"audience_exemption\",\"attestation\":{\"by\":\"Data protection officer\",\"at\":\"2026-11-01\",\"evidence\":\"https://town.example/dpia\",\"criteria\":[");
	for (size_t i = 0; registry_criteria[i]; i++) buf_printf(&b, "%s\"%s\"", i ? "," : "", registry_criteria[i]);
	buf_lit(&b, "]}");
	buf_put(&b, str_from(m, (size_t)at + 23));
	buf_lit(&b, "]}");
	if (!world_publish(w, arena_cstr(&a, buf_str(&b)), 0, &version, &e)) fail_msg("%s", e.pub);
	const struct registry *g = world_hold(w);
	assert_false(g->needs_consent);
	assert_non_null(g->services[0].attested);
	assert_int_equal(g->epoch, 1);
	registry_release(w->registries, g);
	/* Back to consent asks. */
	assert_true(world_publish(w, WORLD_TAGS, 0, &version, &e));
	g = world_hold(w);
	assert_int_equal(g->epoch, 2);
	registry_release(w->registries, g);
}

static void every_known_service_can_be_declared_as_it_stands(void **s)
{
	struct world *w = *s;
	world_set(w, "languages", "en");
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	for (const struct registry_known *k = registry_known_services; k->id; k++) {
		auto_arena a = ARENA_INIT;
		auto_buf b = BUF_INIT(1 << 20);
		struct registry_draft d;
		struct err e = { 0 };
		const struct registry *g = world_hold(w);
		registry_put_known(&b, g, k, STR("stats.town.test"));
		registry_release(w->registries, g);
		auto_json *doc = NULL;
		if (!json_read(buf_str(&b), &doc, &e)) fail_msg("%s: %s", k->id, e.pub);
		auto_buf whole = BUF_INIT(1 << 20);
		buf_lit(&whole, "{\"services\":[");
		json_put_node(&whole, json_get(json_root(doc), "service"));
		buf_lit(&whole, "],\"items\":");
		json_put_node(&whole, json_get(json_root(doc), "items"));
		buf_lit(&whole, "}");
		assert_true(registry_dry_run(w->registries, t, buf_str(&whole), &a, &d, &e));
		for (size_t i = 0; i < d.nfaults; i++) fail_msg("%s: %.*s: %.*s", k->id, STR_ARG(d.faults[i].field), STR_ARG(d.faults[i].message));
		registry_draft_done(w->registries, &d);
	}
	tenant_release(w->tenants, t);
}

static void a_registrable_domain_is_what_somebody_registered(void **s)
{
	(void)s;
	assert_true(str_eq(registry_registrable(STR("data.example.org")), STR("example.org")));
	assert_true(str_eq(registry_registrable(STR("a.b.co.uk")), STR("b.co.uk")));
	assert_int_equal(registry_registrable(STR("co.uk")).n, 0);
	assert_int_equal(registry_registrable(STR("10.0.0.1")).n, 0);
	assert_int_equal(registry_registrable(STR("localhost")).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reg_t10_t11_t12_t18_each_fault_is_named_by_field, world_begin, world_end),
		cmocka_unit_test_setup_teardown(reg_t17_a_dry_run_shows_the_difference_and_stores_nothing, world_begin, world_end),
		cmocka_unit_test_setup_teardown(broken_json_is_told_by_line, world_begin, world_end),
		cmocka_unit_test_setup_teardown(emb_t12_matomo_does_without_consent_once_everything_is_attested, world_begin, world_end),
		cmocka_unit_test_setup_teardown(every_known_service_can_be_declared_as_it_stands, world_begin, world_end),
		cmocka_unit_test(a_registrable_domain_is_what_somebody_registered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

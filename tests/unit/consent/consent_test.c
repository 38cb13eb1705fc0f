/* Choices and their proof: vectors of Appendix D, what makes a value worthless, what a choice keeps and drops, the chain and
 * its verifier, entries that waited, retention. */
#include "consent/inside.h"
#include "json/json.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY CONSENT_DAY_US
#define NOW (INT64_C(20514) * DAY + INT64_C(36900000000)) /* 2026-03-02T10:15:00Z */

struct fixture {
	char folder[64];
	struct store *store;
	struct vault *vault;
	struct tenants *tenants;
	struct consent *c;
	const struct tenant *t;
	struct registry_item item;
	struct registry_service services[3];
	struct registry g;
};

static void registry_of(struct fixture *f)
{
	static const struct str ids[] = { { "youtube", 7 }, { "matomo", 6 }, { "vimeo", 5 } };
	f->item = (struct registry_item){ .name = STR("cookies_preferences"), .cookie = REGISTRY_PREFERENCES, .life_s = 182 * 86400 };
	for (size_t i = 0; i < 3; i++)
		f->services[i] = (struct registry_service){ .id = ids[i], .basis = REGISTRY_BASIS_CONSENT, .asked_epoch = 1 };
	f->g = (struct registry){ .tenant = f->t->id, .host = f->t->host, .items = &f->item, .nitems = 1, .services = f->services, .nservices = 2,
		                  .needs_consent = true, .honours_dnt = true, .version = 7, .epoch = 3, .hash = STR("sha256-0") };
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char path[96];
	struct tenant_id id;
	ensure(f != NULL);
	*state = f;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-consent-XXXXXX");
	if (!mkdtemp(f->folder) || !crypt_open(&e)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	if (!store_open(str_of(path), &f->store, &e) || !vault_open(str_of(f->folder), &f->vault, &e) || !tenants_open(f->store, &f->tenants, &e) ||
	    !tenant_add(f->tenants, STR("tags.example"), NULL, 0, NULL, 0, &id, &e) ||
	    !consent_open(f->store, f->vault, f->tenants, str_of(f->folder), &f->c, &e))
		return -1;
	f->t = tenants_hold_or_null(f->tenants, id);
	registry_of(f);
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	tenant_release(f->tenants, f->t);
	consent_close(f->c);
	tenants_close(f->tenants);
	vault_close(f->vault);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static struct consent_state look(struct fixture *f, const char *value_or_null, int64_t now)
{
	struct consent_state st;
	struct str v = str_of(value_or_null);
	consent_read(f->c, &f->g, &v, value_or_null ? 1 : 0, NULL, 0, NULL, 0, (struct instant){ now }, &st);
	return st;
}

/* A choice of what `yes` says, by place: youtube 1, matomo 2, vimeo 4. */
static struct consent_outcome choose(struct fixture *f, const struct consent_state *before, unsigned yes, bool objects, int64_t now)
{
	struct consent_wish w = { .objects = objects, .epoch = f->g.epoch, .mechanism = CONSENT_FIRST_LAYER, .lang = STR("en"), .ui_html = STR("<p>banner") };
	struct consent_outcome out;
	struct err e = { 0 };
	for (size_t i = 0; i < f->g.nservices; i++) w.granted[i] = (yes >> i & 1) != 0;
	if (!consent_choose(f->c, before, &w, (struct instant){ now }, &out, &e)) fail_msg("%s", e.pub);
	return out;
}

static size_t entries(struct fixture *f, struct arena *a, struct consent_entry **out)
{
	size_t n;
	struct err e = { 0 };
	assert_true(consent_ledger(f->c, f->t->id, 1, 1000, a, out, &n, &e));
	return n;
}

/* --- vectors --------------------------------------------------------------------------------------------- */

static void d3_values_of_the_cookie(void **state)
{
	(void)state;
	static const char *const values[] = {
		"1.1.3.20514.matomo:0-youtube:0.-.B4CxkGLk6Q1GIPPUu_qZDQ",
		"1.1.3.20514.matomo:1-youtube:0.7Qm2rT9xKc4LwZ0aVb1NdE.IBUabxvsKrSEcTqhlmY9Yw",
		"1.1.3.20514.audience:0.-.4Gi9NnHJQRMGHEvtEULoCA",
	};
	unsigned char master[VAULT_KEY], key[VAULT_KEY];
	for (size_t i = 0; i < sizeof master; i++) master[i] = (unsigned char)i;
	vault_derive(master, "prefs", STR("tags.example"), key);
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		char mac[CONSENT_MAC + 1];
		struct str v = str_of(values[i]);
		consent_compose(key, STR("tags.example"), str_sub(v, 0, v.n - CONSENT_MAC - 1), mac);
		assert_string_equal(mac, values[i] + v.n - CONSENT_MAC);
	}
}

static void led_t01_d5_chain(void **state)
{
	(void)state;
	char h0[65], c1[65], h1[65], c2[65], h2[65];
	consent_first(STR("tags.example"), h0);
	assert_string_equal(h0, "5f8f8ccb33d1f9234a28522647a19d88219d9b3fe20c842ec7e4e75da15ca64b");
#define TAIL "\"registry_hash\":\"sha256-0000000000000000000000000000000000000000000000000000000000000000\","
#define UI ",\"signals\":{\"dnt\":false,\"gpc\":false},\"ui_hash\":\"sha256-1111111111111111111111111111111111111111111111111111111111111111\"}"
#define MIDDLE ",\"policy_epoch\":3,\"policy_version\":7,\"receipt\":\"7Qm2rT9xKc4LwZ0aVb1NdE\"," TAIL
	consent_commit(STR("000102030405060708090a0b0c0d0e0f"),
	               STR("{\"at\":\"2026-03-02T10:15:00Z\",\"choices\":{\"matomo\":true,\"youtube\":false},\"domain\":\"tags.example\",\"event\":\"grant\","
	                   "\"lang\":\"en\",\"mechanism\":\"first_layer\"" MIDDLE "\"seq\":1" UI), c1);
	assert_string_equal(c1, "90d75e06f66ad9b1c90a04e548a556417e990467fea3278f3d60642cb98fe2a5");
	consent_link(str_of(h0), str_of(c1), h1);
	assert_string_equal(h1, "6a888c2324230c2e27f384532462590c17946f78010fd36358dcfa830e96f25d");
	consent_commit(STR("101112131415161718191a1b1c1d1e1f"),
	               STR("{\"at\":\"2026-03-09T08:01:00Z\",\"choices\":{\"matomo\":false,\"youtube\":false},\"domain\":\"tags.example\","
	                   "\"event\":\"withdraw\",\"lang\":\"en\",\"mechanism\":\"preferences_page\"" MIDDLE "\"seq\":2" UI), c2);
	assert_string_equal(c2, "4007882a7232f636eb10a8555e6fa5d73abda8ee373b761b857fb022f0fa8440");
	consent_link(str_of(h1), str_of(c2), h2);
	assert_string_equal(h2, "f6e14e7be72d648c2d95517b9e9eac5d81b62d45267fdc082b56283534b5fde0");
}

/* --- the cookie -------------------------------------------------------------------------------------------- */

static void con_t04_refusals_of_a_day_are_alike(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	assert_true(none.banner_due && !none.stored && !none.any_granted);
	struct consent_outcome a = choose(f, &none, 0, false, NOW), b = choose(f, &none, 0, false, NOW + 3600000000);
	assert_string_equal(a.value, b.value);
	assert_true(a.store && strstr(a.value, ".3.20514.matomo:0-youtube:0.-."));
	struct consent_state st = look(f, a.value, NOW);
	assert_true(st.stored && !st.banner_due && st.receipt[0] == '\0' && !st.any_granted);
	auto_arena arena = ARENA_INIT;
	struct consent_entry *list;
	assert_int_equal(entries(f, &arena, &list), 0);
}

static void con_t05_t12_what_is_granted_is_granted_alone(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome a = choose(f, &none, 1, false, NOW);
	struct consent_state st = look(f, a.value, NOW);
	assert_true(strstr(a.value, "matomo:0-youtube:1."));
	assert_int_equal(strlen(st.receipt), 22);
	assert_true(consent_granted(&st, STR("youtube")) && !consent_granted(&st, STR("matomo")) && st.any_granted);
	auto_arena arena = ARENA_INIT;
	struct consent_entry *list;
	assert_int_equal(entries(f, &arena, &list), 1);
	assert_non_null(strstr(list[0].json.p, "\"event\":\"grant\""));
	assert_non_null(strstr(list[0].json.p, "\"choices\":{\"matomo\":false,\"youtube\":true}"));
	assert_non_null(strstr(list[0].json.p, st.receipt));
	assert_non_null(strstr(list[0].json.p, "\"at\":\"2026-03-02T10:15:00Z\""));
}

static void prf_3_a_receipt_lives_with_its_grants(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome a = choose(f, &none, 3, false, NOW);
	struct consent_outcome b = choose(f, &a.state, 1, false, NOW + 60000000);
	assert_string_equal(a.state.receipt, b.state.receipt);
	assert_true(b.withdrawn[1] && !b.withdrawn[0]);
	struct consent_outcome d = choose(f, &b.state, 0, false, NOW + 120000000);
	assert_string_equal(d.state.receipt, "");
	assert_true(strstr(d.value, ".-.") && d.withdrawn[0]);
	auto_arena arena = ARENA_INIT;
	struct consent_entry *list;
	assert_int_equal(entries(f, &arena, &list), 3);
	assert_non_null(strstr(list[1].json.p, "\"event\":\"change\""));
	assert_non_null(strstr(list[2].json.p, "\"event\":\"withdraw\""));
	assert_non_null(strstr(list[2].json.p, a.state.receipt));
	/* A second refusal is no news. */
	choose(f, &d.state, 0, false, NOW + 180000000);
	assert_int_equal(entries(f, &arena, &list), 3);
}

static void con_t15_t16_worthless_values(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome a = choose(f, &none, 1, false, NOW);
	char value[CONSENT_VALUE_TEXT];
	for (size_t i = 0; i < strlen(a.value); i++) {
		memcpy(value, a.value, sizeof value);
		value[i] = value[i] == '1' ? '0' : '1';
		struct consent_state st = look(f, value, NOW);
		assert_true(!st.stored && !st.any_granted && st.banner_due);
	}
	assert_false(look(f, "", NOW).stored);
	assert_false(look(f, "1.1.3", NOW).stored);
	assert_false(look(f, "1.1.3.20514.-.-.", NOW).stored);
	/* Two values that differ are none, and one from another portal is worth nothing. */
	struct str two[] = { str_of(a.value), STR("x") };
	struct consent_state st;
	consent_read(f->c, &f->g, two, 2, NULL, 0, NULL, 0, (struct instant){ NOW }, &st);
	assert_false(st.stored);
	f->g.host = STR("other.example");
	assert_false(look(f, a.value, NOW).stored);
	f->g.host = f->t->host;
	f->g.epoch = 2;
	assert_false(look(f, a.value, NOW).stored);
	f->g.epoch = 3;
	assert_true(look(f, a.value, NOW).stored);
	/* From tomorrow is a clock's matter; from the day after is a forger's, or a clock set back a year. */
	assert_true(look(f, a.value, NOW - DAY).stored);
	assert_false(look(f, a.value, NOW - 2 * DAY).stored);
	assert_false(look(f, a.value, NOW - 365 * DAY).stored);
}

static void con_t17_t18_days_181_and_182(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	for (unsigned yes = 0; yes < 2; yes++) {
		struct consent_outcome a = choose(f, &none, yes, false, NOW);
		assert_true(look(f, a.value, NOW + 181 * DAY).stored);
		assert_false(look(f, a.value, NOW + 181 * DAY).banner_due);
		struct consent_state late = look(f, a.value, NOW + 182 * DAY);
		assert_true(!late.stored && late.banner_due && !late.any_granted);
	}
	f->item.life_s = 30 * 86400;
	struct consent_outcome a = choose(f, &none, 0, false, NOW);
	assert_true(look(f, a.value, NOW + 29 * DAY).stored);
	assert_false(look(f, a.value, NOW + 30 * DAY).stored);
}

static void con_t20_t21_only_what_changed_is_asked_again(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome a = choose(f, &none, 3, false, NOW);
	f->g.nservices = 3;
	f->g.epoch = 4;
	f->services[2].asked_epoch = 4;
	struct consent_state st = look(f, a.value, NOW);
	assert_true(st.stored && st.banner_due && st.granted[0] && st.granted[1]);
	assert_int_equal(st.answers[2], CONSENT_UNDECIDED);
	f->services[1].asked_epoch = 4;
	st = look(f, a.value, NOW);
	assert_true(st.granted[0] && !st.granted[1] && st.answers[1] == CONSENT_UNDECIDED);
	/* A service that is gone takes nothing else along. */
	f->services[1] = f->services[2];
	f->g.nservices = 2;
	st = look(f, a.value, NOW);
	assert_true(st.stored && st.granted[0]);
}

static void con_t22_registry_unavailable(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW), st;
	struct consent_outcome a = choose(f, &none, 3, false, NOW);
	struct str v = str_of(a.value);
	consent_read(f->c, NULL, &v, 1, NULL, 0, NULL, 0, (struct instant){ NOW }, &st);
	assert_true(!st.banner_due && !st.any_granted && !consent_granted(&st, STR("youtube")));
}

static void con_t25_a_stale_page_grants_nothing(void **state)
{
	struct fixture *f = *state;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_wish w = { .epoch = 2, .granted = { true }, .lang = STR("en") };
	struct consent_outcome out;
	struct err e = { 0 };
	assert_false(consent_choose(f->c, &none, &w, (struct instant){ NOW }, &out, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	w.granted[0] = false;
	assert_true(consent_choose(f->c, &none, &w, (struct instant){ NOW }, &out, &e));
}

static void con_t29_t30_defaults_are_stored_nowhere(void **state)
{
	struct fixture *f = *state;
	f->g.nservices = 0;
	f->g.needs_consent = false;
	struct consent_state none = look(f, NULL, NOW);
	assert_false(none.banner_due);
	assert_false(choose(f, &none, 0, false, NOW).store);
	struct consent_outcome a = choose(f, &none, 0, true, NOW);
	assert_true(a.store && strstr(a.value, ".audience:0.-."));
	struct consent_state st = look(f, a.value, NOW);
	assert_true(st.objects && st.objected);
	assert_false(choose(f, &st, 0, false, NOW).store);
}

/* --- signals ------------------------------------------------------------------------------------------------ */

static void gpc_t01_to_t08(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *fields[2]; bool on; } cases[] = {
		{ { "1", NULL }, true }, { { "0", NULL }, false }, { { "true", NULL }, false }, { { " 1 ,1", NULL }, false },
		{ { "", NULL }, false }, { { "0", "1" }, true }, { { "11", NULL }, false },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str fields[2] = { str_of(cases[i].fields[0]), str_of(cases[i].fields[1]) };
		assert_int_equal(consent_signal(fields, cases[i].fields[1] ? 2 : 1, NULL, 0, true), cases[i].on);
	}
	struct str one = STR("1");
	assert_true(consent_signal(NULL, 0, &one, 1, true));
	assert_false(consent_signal(NULL, 0, &one, 1, false));
	/* An earlier yes is silenced by a signal; one that was given under it is not. */
	struct consent_state none = look(f, NULL, NOW), st;
	struct consent_outcome a = choose(f, &none, 1, false, NOW);
	struct str v = str_of(a.value);
	consent_read(f->c, &f->g, &v, 1, &one, 1, NULL, 0, (struct instant){ NOW }, &st);
	assert_true(st.stored && st.signal && !st.any_granted && !st.banner_due && st.objects);
	consent_read(f->c, &f->g, NULL, 0, &one, 1, NULL, 0, (struct instant){ NOW }, &st);
	assert_false(st.banner_due);
	struct consent_outcome b = choose(f, &st, 1, false, NOW);
	assert_non_null(strstr(b.value, "gpc:1-matomo:0-youtube:1"));
	v = str_of(b.value);
	consent_read(f->c, &f->g, &v, 1, &one, 1, NULL, 0, (struct instant){ NOW }, &st);
	assert_true(st.granted[0] && st.any_granted && !st.objects);
}

static void emb_9_exempt_services_heed_an_objection(void **state)
{
	struct fixture *f = *state;
	struct str one = STR("1");
	struct consent_state st;
	f->services[1].basis = REGISTRY_BASIS_EXEMPTION;
	assert_true(look(f, NULL, NOW).granted[1]);
	consent_read(f->c, &f->g, NULL, 0, &one, 1, NULL, 0, (struct instant){ NOW }, &st);
	assert_false(st.granted[1]);
	struct consent_state none = look(f, NULL, NOW);
	assert_false(choose(f, &none, 0, true, NOW).state.granted[1]);
}

/* --- the ledger --------------------------------------------------------------------------------------------- */

static void fill(struct fixture *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct consent_state none = look(f, NULL, NOW + (int64_t)i * DAY);
		choose(f, &none, 1 + (i & 1), false, NOW + (int64_t)i * DAY);
	}
}

static void export(struct fixture *f, struct buf *out)
{
	struct err e = { 0 };
	if (!consent_export(f->c, f->t, out, &e)) fail_msg("%s", e.pub);
}

static void expect(struct buf *b, int64_t where)
{
	struct err e = { 0 };
	int64_t bad = -1;
	bool good = consent_verify(buf_str(b), NULL, &bad, &e);
	assert_int_equal(good, where < 0);
	if (where >= 0) assert_int_equal(bad, where);
	if (where >= 0) assert_true(e.pub[0] != '\0');
}

static char *line(struct buf *b, size_t n)
{
	char *p = b->p;
	for (; n > 0; n--) p = strchr(p, '\n') + 1;
	return p;
}

static void led_t02_t03_the_verifier_says_where(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	fill(f, 10);
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + 11 * DAY }, &e));
	auto_buf b = BUF_INIT(CONSENT_EXPORT_BYTES);
	export(f, &b);
	buf_put_char(&b, '\0');
	b.n--;
	expect(&b, -1);
	/* Every byte of record 5 counts. */
	char *five = line(&b, 5), *six = line(&b, 6);
	for (char *p = five; p < six - 1; p++) {
		char was = *p;
		*p ^= 1;
		if (*p != '\n') expect(&b, 5);
		*p = was;
	}
	/* And every byte of the head line. */
	for (char *p = b.p; p < line(&b, 1) - 1; p++) {
		struct err ignored = { 0 };
		int64_t bad;
		char was = *p;
		*p ^= 1;
		assert_false(consent_verify(buf_str(&b), NULL, &bad, &ignored));
		*p = was;
	}
	expect(&b, -1);
	auto_buf cut = BUF_INIT(CONSENT_EXPORT_BYTES);
	buf_put(&cut, str_make(b.p, (size_t)(line(&b, 7) - b.p)));
	expect(&cut, 7);
	buf_put(&cut, str_of(line(&b, 8)));
	expect(&cut, 7);
	buf_clear(&cut);
	buf_put(&cut, str_make(b.p, (size_t)(line(&b, 8) - b.p)));
	buf_put(&cut, str_make(line(&b, 9), (size_t)(line(&b, 10) - line(&b, 9))));
	buf_put(&cut, str_make(line(&b, 8), (size_t)(line(&b, 9) - line(&b, 8))));
	buf_put(&cut, str_of(line(&b, 10)));
	expect(&cut, 8);
	buf_clear(&cut);
	buf_lit(&cut, "nonsense");
	expect(&cut, 0);
}

/* Somebody with the key of the portal, or the store, writes the past anew: yesterday's head gives them away. */
static void con_29_a_rewritten_ledger_lacks_its_signed_head(void **state)
{
	static const struct store_query erase = { "erase", "delete from consent_ledger where tenant = ?1 and seq > 2" };
	struct fixture *f = *state;
	struct err e = { 0 };
	struct store_tx *tx;
	fill(f, 4);
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + 5 * DAY }, &e));
	assert_true(store_begin(f->store, STORE_WRITE, &tx, &e));
	assert_true(store_run(tx, &erase, f->t->id, STORE_NONE, &e) && store_end(tx, STORE_COMMIT, &e));
	fill(f, 2);
	auto_buf b = BUF_INIT(CONSENT_EXPORT_BYTES);
	export(f, &b);
	expect(&b, 1);
	/* With a key that is another portal's nothing holds. */
	unsigned char key[VAULT_PUBLIC];
	int64_t bad;
	vault_public(f->vault, STR("other.example"), key);
	assert_false(consent_verify(buf_str(&b), key, &bad, &e));
}

static void con_29_heads_are_signed_daily_and_never_backwards(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct consent_signed_head *heads;
	size_t n;
	struct str json;
	assert_true(consent_head(f->c, f->t, (struct instant){ NOW }, &a, &json, &e));
	assert_non_null(strstr(json.p, "\"date\":\"2026-03-02\",\"domain\":\"tags.example\",\"head\":\"5f8f8ccb"));
	assert_null(strstr(json.p, "seq"));
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + DAY }, &e));
	assert_true(consent_upkeep(f->c, (struct instant){ NOW - 365 * DAY }, &e));
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + DAY }, &e));
	assert_true(consent_heads(f->c, f->t->id, 10, &a, &heads, &n, &e));
	assert_int_equal(n, 2);
	unsigned char key[VAULT_PUBLIC];
	vault_public(f->vault, f->t->host, key);
	assert_true(consent_signed(key, consent_head_text(&a, f->t->host, heads[0].date, heads[0].head), heads[0].signature));
}

static void led_t04_t09_an_entry_names_nobody_and_its_rendering(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct consent_entry *list;
	fill(f, 1);
	assert_int_equal(entries(f, &a, &list), 1);
	auto_json *doc = NULL;
	assert_true(json_read(list[0].json, &doc, &e));
	assert_int_equal(json_count(json_root(doc)), 13);
	struct consent_rendering r;
	assert_true(consent_archived(f->c, f->t->id, json_text(json_get(json_root(doc), "ui_hash")), &a, &r, &e));
	assert_true(str_eq(r.html, STR("<p>banner")) && r.bitmap.n == 0);
	assert_true(consent_picture(f->c, f->t->id, r.hash, STR("iVBORw0KGgo="), &e));
	assert_true(consent_archived(f->c, f->t->id, r.hash, &a, &r, &e) && r.bitmap.n == 12);
	assert_false(consent_picture(f->c, f->t->id, STR("sha256-x"), STR("iVBORw0KGgo="), &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void led_t05_refusals_are_counted_only(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct consent_tally *list;
	size_t n;
	struct consent_state none = look(f, NULL, NOW);
	for (size_t i = 0; i < 1000; i++) choose(f, &none, 0, false, NOW);
	struct consent_entry *xs;
	assert_int_equal(entries(f, &a, &xs), 0);
	assert_true(consent_tallies(f->c, f->t->id, 0, &a, &list, &n, &e));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].n, 1000);
	assert_true(str_eq(list[0].what, STR("refused")) && str_eq(list[0].lang, STR("en")) && list[0].day == 20514 && list[0].version == 7);
}

static void led_t07_after_the_time_of_proof_hashes_stay(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct consent_entry *list;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome x = choose(f, &none, 1, false, NOW);
	choose(f, &x.state, 0, false, NOW + DAY);
	choose(f, &none, 1, false, NOW + DAY);
	/* The first two were over on the second day; the third ran for 182 days more. */
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + 700 * DAY }, &e));
	assert_int_equal(entries(f, &a, &list), 3);
	assert_true(list[0].json.n && list[2].json.n);
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + 740 * DAY }, &e));
	entries(f, &a, &list);
	assert_true(!list[0].json.n && !list[0].salt.n && !list[1].json.n && list[2].json.n);
	assert_true(consent_upkeep(f->c, (struct instant){ NOW + 920 * DAY }, &e));
	entries(f, &a, &list);
	assert_true(!list[2].json.n);
	struct consent_rendering *shown;
	size_t n;
	assert_true(consent_renderings(f->c, f->t->id, &a, &shown, &n, &e));
	assert_int_equal(n, 0);
	auto_buf b = BUF_INIT(CONSENT_EXPORT_BYTES);
	export(f, &b);
	expect(&b, -1);
}

/* Another program holds the pen: a grant is refused, a withdrawal counts at once and is written later, even by a new process. */
static void con_26_a_withdrawal_waits_and_a_grant_does_not_happen(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct consent_entry *list;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome x = choose(f, &none, 1, false, NOW);
	static const struct store_house_query hide = { "hide", "alter table consent_ledger rename to hidden" };
	static const struct store_house_query show = { "show", "alter table hidden rename to consent_ledger" };
	struct store_tx *tx;
	assert_true(store_begin(f->store, STORE_WRITE, &tx, &e) && store_run_house(tx, &hide, STORE_NONE, &e) && store_end(tx, STORE_COMMIT, &e));
	struct consent_wish w = { .epoch = 3, .granted = { true }, .lang = STR("en") };
	struct consent_outcome out;
	assert_false(consent_choose(f->c, &none, &w, (struct instant){ NOW }, &out, &e));
	assert_int_equal(e.code, ERR_BUSY);
	e = (struct err){ 0 };
	struct consent_outcome y = choose(f, &x.state, 0, false, NOW + DAY);
	assert_true(!y.state.any_granted && y.withdrawn[0] && consent_waits(f->c));
	assert_true(store_begin(f->store, STORE_WRITE, &tx, &e) && store_run_house(tx, &show, STORE_NONE, &e) && store_end(tx, STORE_COMMIT, &e));
	consent_close(f->c);
	assert_true(consent_open(f->store, f->vault, f->tenants, str_of(f->folder), &f->c, &e));
	/* Nothing is appended before it is known which ledgers are held (SES-14). */
	assert_true(consent_waits(f->c));
	consent_resume(f->c);
	assert_false(consent_waits(f->c));
	assert_int_equal(entries(f, &a, &list), 2);
	assert_non_null(strstr(list[1].json.p, "\"event\":\"withdraw\""));
	assert_non_null(strstr(list[1].json.p, "\"at\":\"2026-03-03T10:15:00Z\""));
	/* What is read a second time is known by its salt. */
	auto_buf b = BUF_INIT(CONSENT_EXPORT_BYTES);
	export(f, &b);
	expect(&b, -1);
}

static void con_31_a_receipt_finds_its_own(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct consent_entry *list;
	size_t n;
	struct consent_state none = look(f, NULL, NOW);
	struct consent_outcome x = choose(f, &none, 1, false, NOW), y = choose(f, &none, 1, false, NOW);
	assert_string_not_equal(x.state.receipt, y.state.receipt);
	assert_true(consent_of_receipt(f->c, f->t->id, str_of(x.state.receipt), &a, &list, &n, &e));
	assert_int_equal(n, 1);
	assert_true(consent_of_receipt(f->c, f->t->id, STR(""), &a, &list, &n, &e));
	assert_int_equal(n, 0);
}

static void emb_t03_one_showing(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct str host = f->t->host, page = STR("/a/"), embed = STR("1");
	struct str word = consent_once_make(f->c, host, page, embed, (struct instant){ NOW }, &a);
	assert_false(consent_once_take(f->c, host, STR("/b/"), embed, word, true, (struct instant){ NOW }));
	assert_false(consent_once_take(f->c, host, page, STR("2"), word, true, (struct instant){ NOW }));
	assert_false(consent_once_take(f->c, STR("other.example"), page, embed, word, true, (struct instant){ NOW }));
	assert_false(consent_once_take(f->c, host, page, embed, word, true, (struct instant){ NOW + 61000000 }));
	assert_true(consent_once_take(f->c, host, page, embed, word, false, (struct instant){ NOW + 59000000 }));
	assert_true(consent_once_take(f->c, host, page, embed, word, true, (struct instant){ NOW + 59000000 }));
	assert_false(consent_once_take(f->c, host, page, embed, word, true, (struct instant){ NOW + 59000000 }));
	assert_false(consent_once_take(f->c, host, page, embed, STR("1.99999999999.x.yyyyyyyyyyyyyyyyyyyyyy"), true, (struct instant){ NOW }));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(d3_values_of_the_cookie), cmocka_unit_test(led_t01_d5_chain), T(con_t04_refusals_of_a_day_are_alike),
		T(con_t05_t12_what_is_granted_is_granted_alone), T(prf_3_a_receipt_lives_with_its_grants), T(con_t15_t16_worthless_values),
		T(con_t17_t18_days_181_and_182), T(con_t20_t21_only_what_changed_is_asked_again), T(con_t22_registry_unavailable),
		T(con_t25_a_stale_page_grants_nothing), T(con_t29_t30_defaults_are_stored_nowhere), T(gpc_t01_to_t08),
		T(emb_9_exempt_services_heed_an_objection), T(led_t02_t03_the_verifier_says_where), T(con_29_a_rewritten_ledger_lacks_its_signed_head),
		T(con_29_heads_are_signed_daily_and_never_backwards), T(led_t04_t09_an_entry_names_nobody_and_its_rendering),
		T(led_t05_refusals_are_counted_only), T(led_t07_after_the_time_of_proof_hashes_stay),
		T(con_26_a_withdrawal_waits_and_a_grant_does_not_happen), T(con_31_a_receipt_finds_its_own), T(emb_t03_one_showing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

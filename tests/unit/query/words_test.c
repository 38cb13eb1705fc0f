/* The index of words changes no answer: the same rows stand in a version without it, in one with it, and
 * in one whose index was written in many parts, and some hundreds of conditions give the same records,
 * counts and facets of all three. The index itself is checked to be asked: it answers what a scan would. */
#include "cities.h"

enum { FIELDS = 6, ROWS = 490, VERSIONS = 3, CONDITIONS = 240 };

struct library {
	struct arena arena;
	struct engine *engine;
	struct schema schema;
	struct query_target targets[VERSIONS];
	char folder[64];
};

static struct library world;
static uint64_t seed = 88172645463325252u;

static uint32_t some(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % below;
}

/* Words near each other, forms of each other, of several scripts, with marks that fold away or split. */
static const char *const words[] = { "film", "films", "filmer", "Filmé", "école", "ecoles", "ÉCOLE", "École-Normale", "rivière",
	"rivieres", "riviere", "l'eau", "eau", "eaux", "œuvre", "oeuvres", "straße", "strasse", "Øresund", "la", "le", "a", "x2", "2024",
	"20245", "Москва", "москвы", "Μοῦσα", "北京", "東京都", "हिन्दी", "هتاف", "chien", "chein", "chine", "chiens", "niche", "arbre",
	"arbres", "arbitre", "marbre", "e\xcc\x81t\xc3\xa9", "Shangri-La", "a_b", "50%", "naïveté", "naivete", "ﬁn", "Ĳssel", "\xf0\x9f\x98\x80", "" };

static void put_word(struct buf *b)
{
	if (some(400) == 0) {
		for (int i = 0; i < 300; i++) buf_lit(b, "long");
		return;
	}
	buf_put(b, str_of(words[some(some(2) ? COUNT_OF(words) : 8)]));
}

static struct str some_text(struct arena *a, uint32_t most)
{
	static const char *const gaps[] = { " ", " ", " ", "-", ", ", "  ", "'", "." };
	auto_buf b = BUF_INIT(1 << 20);
	for (uint32_t i = 0, n = some(most + 1); i < n; i++) {
		if (i) buf_put(&b, str_of(gaps[some(COUNT_OF(gaps))]));
		put_word(&b);
	}
	return arena_str(a, buf_str(&b));
}

static struct schema library_schema(struct arena *a)
{
	static const struct { const char *name; enum value_type type; unsigned flags; } fields[FIELDS] = {
		{ "n", VALUE_INT, FIELD_ID }, { "title", VALUE_TEXT, 0 }, { "body", VALUE_TEXT, 0 },
		{ "tags", VALUE_TEXT, FIELD_MULTIVALUED | FIELD_FACET }, { "kind", VALUE_TEXT, FIELD_FACET }, { "secret", VALUE_TEXT, 0 } };
	struct schema s = { .fields = arena_array(a, struct field, FIELDS), .n = FIELDS };
	for (size_t i = 0; i < s.n; i++)
		s.fields[i] = (struct field){ .name = str_of(fields[i].name), .label = str_of(fields[i].name), .type = fields[i].type,
			.flags = fields[i].flags, .decimals = -1 };
	return s;
}

static struct column texts_of(struct arena *a, uint32_t most, uint32_t null_in)
{
	struct str *texts = arena_array(a, struct str, ROWS);
	uint64_t *valid = arena_array(a, uint64_t, ROWS / 64 + 1);
	for (size_t i = 0; i < ROWS; i++) {
		if (some(null_in) == 0) continue;
		texts[i] = some_text(a, most);
		valid[i / 64] |= 1ull << (i % 64);
	}
	return (struct column){ .type = { VALUE_TEXT, false }, .texts = texts, .valid = valid };
}

static struct column lists_of(struct arena *a)
{
	struct list_span *spans = arena_array(a, struct list_span, ROWS);
	struct str *items = arena_array(a, struct str, ROWS * 4);
	uint32_t at = 0;
	for (size_t i = 0; i < ROWS; i++) {
		spans[i] = (struct list_span){ at, some(5) };
		for (uint32_t k = 0; k < spans[i].n; k++) items[at++] = some_text(a, 3);
	}
	return (struct column){ .type = { VALUE_TEXT, true }, .lists = spans, .items = items };
}

static void load(const struct batch *b, struct str path, bool index, size_t part)
{
	struct engine_load *l = NULL;
	struct err e = { 0 };
	uint8_t ids[ROWS][RECORD_ID_BYTES];
	record_ids(&world.schema, STR(""), b, ids);
	assert_true(engine_load_begin(path, &world.schema, &l, &e));
	engine_load_words(l, index, part);
	/* Several batches, so that an index in parts has several. */
	for (size_t from = 0; from < ROWS; from += ROWS / 7) {
		struct column columns[FIELDS];
		static uint64_t valid[FIELDS][ROWS / 64 + 1];
		for (size_t f = 0; f < FIELDS; f++) {
			columns[f] = b->columns[f];
			if (f == 0) columns[f].ints += from;
			else if (columns[f].type.list) columns[f].lists += from;
			else columns[f].texts += from;
			if (!columns[f].valid) continue;
			memset(valid[f], 0, sizeof valid[f]);
			for (size_t i = 0; i < ROWS / 7; i++)
				if (column_has(&b->columns[f], from + i)) valid[f][i / 64] |= 1ull << (i % 64);
			columns[f].valid = valid[f];
		}
		const struct batch part_of = { columns, FIELDS, ROWS / 7 };
		if (!engine_load_rows(l, &part_of, (const uint8_t(*)[RECORD_ID_BYTES])ids + from, &e)) fail_msg("%s %s", e.pub, e.priv);
	}
	if (!engine_load_end(l, LOAD_COMMIT, &e)) fail_msg("%s %s", e.pub, e.priv);
}

static int open_world(void **state)
{
	struct err e = { 0 };
	(void)state;
	world = (struct library){ .folder = "/tmp/stoa-words-XXXXXX" };
	assert_non_null(mkdtemp(world.folder));
	cities_mkdir(world.folder, "/1");
	cities_mkdir(world.folder, "/1/1");
	world.schema = library_schema(&world.arena);
	struct engine_options o = { .folder = str_of(world.folder) };
	assert_true(engine_open(&o, &world.engine, &e));
	int64_t *numbers = arena_array(&world.arena, int64_t, ROWS);
	for (size_t i = 0; i < ROWS; i++) numbers[i] = (int64_t)i;
	struct column columns[FIELDS] = { { .type = { VALUE_INT, false }, .ints = numbers } };
	columns[1] = texts_of(&world.arena, 4, 20);
	columns[2] = texts_of(&world.arena, 15, 9);
	columns[3] = lists_of(&world.arena);
	columns[4] = texts_of(&world.arena, 1, 5);
	columns[5] = texts_of(&world.arena, 4, 9);
	const struct batch b = { columns, FIELDS, ROWS };
	for (int i = 0; i < VERSIONS; i++) {
		world.targets[i] = (struct query_target){ .at = { .tenant = { 1 }, .dataset = 1, .number = i + 1 }, .schema = &world.schema,
			.dataset_id = STR("library"), .language = STR("fr") };
		load(&b, engine_path(world.engine, &world.arena, world.targets[i].at), i > 0, i == 2 ? 1000 : 0);
	}
	return 0;
}

static int close_world(void **state)
{
	char path[160];
	struct err e = { 0 };
	(void)state;
	for (int i = 0; i < VERSIONS; i++) assert_true(engine_drop(world.engine, world.targets[i].at, &e));
	engine_close(world.engine);
	static const char *const parts[] = { "/1/1", "/1", "/tmp", "/.tmp", "" };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		snprintf(path, sizeof path, "%s%s", world.folder, parts[i]);
		(void)rmdir(path);
	}
	arena_done(&world.arena);
	return 0;
}

/* --- conditions ------------------------------------------------------------------------------------- */

/* A word of the rows, often damaged: cut, two letters swapped, one left out or put in. */
static void put_query_word(struct buf *b)
{
	auto_buf w = BUF_INIT(1 << 16);
	put_word(&w);
	size_t n = w.n;
	size_t at = n ? some((uint32_t)n) : 0;
	bool ascii = true;
	for (size_t i = 0; i < n; i++) ascii = ascii && (unsigned char)w.p[i] < 0x80 && w.p[i] != '\'' && w.p[i] != '"';
	if (!ascii || n < 3) {
		buf_put(b, buf_str(&w));
		return;
	}
	switch (some(8)) {
	case 0: buf_put(b, str_sub(buf_str(&w), 0, at + 1)); return;
	case 1: buf_printf(b, "%.*s%.*s", (int)at, w.p, (int)(n - at - 1), w.p + at + 1); return;
	case 2: buf_printf(b, "%.*sz%.*s", (int)at, w.p, (int)(n - at), w.p + at); return;
	case 3:
		if (at + 1 < n) {
			char c = w.p[at];
			w.p[at] = w.p[at + 1];
			w.p[at + 1] = c;
		}
		break;
	case 4: buf_put(b, str_sub(buf_str(&w), 0, at + 1)), buf_put_char(b, '*'); return;
	default: break;
	}
	buf_put(b, buf_str(&w));
}

static void put_quoted(struct buf *b)
{
	buf_put_char(b, '"');
	for (uint32_t i = 0, n = 1 + some(3); i < n; i++) {
		if (i) buf_put_char(b, ' ');
		put_query_word(b);
	}
	buf_put_char(b, '"');
}

static void put_leaf(struct buf *b)
{
	static const char *const fields[] = { "title", "body", "tags", "kind", "secret" };
	static const char *const calls[] = { "search", "suggest", "startswith" };
	switch (some(7)) {
	case 0: buf_printf(b, "%s like ", fields[some(5)]); break;
	case 1: buf_printf(b, "n > %u", some(ROWS)); return;
	case 2: buf_printf(b, "%s is null", fields[some(5)]); return;
	case 3:
	case 4:
		buf_printf(b, "%s(", calls[some(3)]);
		for (uint32_t i = 0, n = some(3); i < n; i++) buf_printf(b, "%s, ", fields[some(5)]);
		put_quoted(b);
		buf_put_char(b, ')');
		return;
	default: break;
	}
	put_quoted(b);
}

static void put_condition(struct buf *b, int depth)
{
	uint32_t what = depth > 2 ? 0 : some(6);
	if (what < 3) {
		put_leaf(b);
		return;
	}
	if (what == 3) {
		buf_lit(b, "not (");
		put_condition(b, depth + 1);
		buf_put_char(b, ')');
		return;
	}
	buf_put_char(b, '(');
	put_condition(b, depth + 1);
	buf_put(b, what == 4 ? STR(" and ") : STR(" or "));
	put_condition(b, depth + 1);
	buf_put_char(b, ')');
}

/* --- answers ------------------------------------------------------------------------------------------ */

static void put_records(struct buf *out, struct arena *a, const struct query_request *r)
{
	struct query_plan p;
	struct query_cursor *k = NULL;
	struct err e = { 0 };
	struct batch b;
	if (!query_plan_rows(a, r, &p, &e)) fail_msg("%.*s: %s %s", STR_ARG(r->where[0]), e.pub, e.priv);
	if (!query_open(world.engine, &p, NULL, &k, &e)) fail_msg("%.*s: %s %s", STR_ARG(r->where[0]), e.pub, e.priv);
	for (;;) {
		if (!query_next(k, &b, &e)) fail_msg("%.*s: %s %s", STR_ARG(r->where[0]), e.pub, e.priv);
		if (!b.nrows) break;
		for (size_t i = 0; i < b.nrows; i++) buf_printf(out, " %lld", (long long)b.columns[0].ints[i]);
	}
	query_close(k);
	query_plan_done(&p);
}

static void put_answers(struct buf *out, struct arena *a, struct query_request r, bool counts_too)
{
	struct err e = { 0 };
	struct query_facets f;
	int64_t n;
	r.select = STR("n");
	r.mode = QUERY_EXPORT;
	put_records(out, a, &r);
	r.mode = QUERY_PAGE;
	r.limit = STR("40");
	r.offset = STR("2");
	put_records(out, a, &r);
	r.limit = r.offset = STR("");
	if (!query_count(world.engine, a, &r, NULL, &n, &e)) fail_msg("%.*s: %s %s", STR_ARG(r.where[0]), e.pub, e.priv);
	buf_printf(out, " count %lld", (long long)n);
	if (!counts_too) return;
	if (!query_facets(world.engine, a, &r, NULL, &f, &e)) fail_msg("%.*s: %s %s", STR_ARG(r.where[0]), e.pub, e.priv);
	for (size_t i = 0; i < f.n; i++)
		for (size_t k = 0; k < f.facets[i].nvalues; k++)
			buf_printf(out, " %.*s %lld", STR_ARG(f.facets[i].values[k].path), (long long)f.facets[i].values[k].count);
	r.group_by = STR("kind");
	r.select = STR("count(*) as n");
	r.mode = QUERY_PAGE;
	struct query_plan p;
	struct query_cursor *k = NULL;
	struct batch b;
	if (!query_plan_rows(a, &r, &p, &e) || !query_open(world.engine, &p, NULL, &k, &e) || !query_next(k, &b, &e))
		fail_msg("%.*s: %s %s", STR_ARG(r.where[0]), e.pub, e.priv);
	for (size_t i = 0; i < b.nrows; i++) buf_printf(out, " group %lld", (long long)b.columns[1].ints[i]);
	query_close(k);
	query_plan_done(&p);
}

static void compare(struct str where, struct str row_filter, const bool *visible, bool counts_too)
{
	auto_arena a = ARENA_INIT;
	struct buf answers[VERSIONS] = { BUF_INIT(1 << 20), BUF_INIT(1 << 20), BUF_INIT(1 << 20) };
	for (int i = 0; i < VERSIONS; i++) {
		struct query_target t = world.targets[i];
		t.row_filter = row_filter;
		t.visible_or_null = visible;
		const struct query_request r = { .target = &t, .where = &where, .nwhere = 1 };
		put_answers(&answers[i], &a, r, counts_too);
		if (i && !str_eq(buf_str(&answers[i]), buf_str(&answers[0])))
			fail_msg("%.*s\nwithout index: %.*s\nwith index %d: %.*s", STR_ARG(where), STR_ARG(buf_str(&answers[0])), i,
			         STR_ARG(buf_str(&answers[i])));
	}
	for (int i = 0; i < VERSIONS; i++) buf_done(&answers[i]);
}

static void answers_are_those_of_a_scan(void **state)
{
	(void)state;
	for (int i = 0; i < CONDITIONS; i++) {
		auto_buf where = BUF_INIT(1 << 16);
		put_condition(&where, 0);
		if (where.n > LIMIT_CLAUSE_BYTES) continue;
		compare(buf_str(&where), STR(""), NULL, i % 5 == 0);
	}
}

static void hidden_fields_are_not_searched_and_rules_hold(void **state)
{
	static const bool visible[FIELDS] = { true, true, true, true, true, false };
	(void)state;
	for (int i = 0; i < CONDITIONS / 10; i++) {
		auto_buf where = BUF_INIT(1 << 16);
		auto_buf rule = BUF_INIT(1 << 16);
		put_quoted(&where);
		buf_lit(&rule, "secret like ");
		put_quoted(&rule);
		compare(buf_str(&where), i % 2 ? buf_str(&rule) : STR(""), visible, false);
	}
}

/* --- what is found ---------------------------------------------------------------------------------------- */

static int64_t count_of(int version, const char *where)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	int64_t n;
	struct str w = str_of(where);
	const struct query_request r = { .target = &world.targets[version], .where = &w, .nwhere = 1 };
	if (!query_count(world.engine, &a, &r, NULL, &n, &e)) fail_msg("%s: %s %s", where, e.pub, e.priv);
	return n;
}

static void search_finds_forms_of_words_and_bare_strings_do_not(void **state)
{
	(void)state;
	for (int i = 0; i < VERSIONS; i++) {
		assert_true(count_of(i, "\"films\" and not \"film\"") > 0);
		assert_int_equal(count_of(i, "title like \"films\" and not search(title, \"film\")"), 0);
		assert_true(count_of(i, "search(title, \"films\") and not title like \"films\" and title like \"film\"") > 0);
		/* Another language has other forms. */
		world.targets[i].language = STR("");
		assert_int_equal(count_of(i, "search(title, \"films\") and not title like \"films*\""), 0);
		world.targets[i].language = STR("fr");
	}
}

static void words_longer_than_the_index_keeps_are_found(void **state)
{
	auto_buf where = BUF_INIT(1 << 16);
	(void)state;
	buf_put_char(&where, '"');
	for (int i = 0; i < 300; i++) buf_lit(&where, "long");
	buf_printf(&where, "\"%c", 0);
	for (int i = 0; i < VERSIONS; i++) {
		assert_true(count_of(i, where.p) > 0);
		assert_int_equal(count_of(i, where.p), count_of(i, "\"longlonglong*\""));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_those_of_a_scan), cmocka_unit_test(hidden_fields_are_not_searched_and_rules_hold),
		cmocka_unit_test(search_finds_forms_of_words_and_bare_strings_do_not),
		cmocka_unit_test(words_longer_than_the_index_keeps_are_found),
	};
	return cmocka_run_group_tests_name("words", tests, open_world, close_world);
}

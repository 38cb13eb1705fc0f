/* Runs the cases of tests/odsql: each is a request over the four cities and what comes back. A case is
 * a block of lines:
 *
 *   select|where|qv1|group_by|order_by|limit|offset|refine|exclude|facet|timezone|lang|mode: …
 *   rows: R1 R3        the rows kept, in order; any order where relevance decides it
 *   ranked: R3 R1      the rows kept, best first
 *   nothing: yes       no row at all
 *   count: 2           the number of records
 *   = {…}              one result object a line, in order
 *   error: CODE part of the message
 *   facets: …          one line, see put_facets
 *
 * A line starting with # is a comment; blocks are apart by blank lines. */
#include <dirent.h>
#include "cities.h"

enum { MOST = 16 };

struct kase {
	const char *file;
	int line;
	struct query_request request;
	struct str where[MOST], qv1[MOST], refine[MOST], exclude[MOST], facet[MOST];
	struct str want[64];
	size_t nwant;
	struct str rows, count, error, facets;
	bool has_rows, ranked, nothing;
};

static struct cities cities;
static int cases_run;
static int failures;

static void put_values(struct buf *b, const struct query_facet_value *v, size_t n)
{
	static const char *const marks[] = { "", "!", "-" };
	for (size_t i = 0; i < n; i++) {
		if (i) buf_lit(b, ", ");
		buf_put(b, str_of(marks[v[i].state]));
		buf_put(b, v[i].path);
		if (v[i].state != QUERY_EXCLUDED) buf_printf(b, " %lld", (long long)v[i].count);
		if (!v[i].nchildren) continue;
		buf_lit(b, " (");
		put_values(b, v[i].children, v[i].nchildren);
		buf_lit(b, ")");
	}
}

/* name: value count, !refined count (child count), -excluded; facets apart by " | ". */
static void put_facets(struct buf *b, const struct query_facets *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (i) buf_lit(b, " | ");
		buf_put(b, f->facets[i].name);
		buf_lit(b, ": ");
		put_values(b, f->facets[i].values, f->facets[i].nvalues);
	}
}

static void say(const struct kase *k, const char *what, struct str got, struct str want)
{
	failures++;
	print_error("%s:%d: %s\n was %.*s\n not %.*s\n", k->file, k->line, what, STR_ARG(got), STR_ARG(want));
}

static void check_error(const struct kase *k, const struct err *e)
{
	struct str want = k->error;
	struct str code;
	(void)str_cut(&want, ' ', &code);
	auto_buf got = BUF_INIT(2000);
	buf_printf(&got, "%s %s (%s)", err_kind(e->code)->word, e->pub, e->priv);
	if (!k->error.n) say(k, "failed", buf_str(&got), STR("success"));
	else if (!str_eq(code, str_of(err_kind(e->code)->word)) || str_find(str_of(e->pub), want) < 0)
		say(k, "error", buf_str(&got), k->error);
}

static void take_rows(struct kase *k, struct query_plan *p, struct query_cursor *c, struct buf *names, size_t *seen)
{
	static const char *const cities_names[] = { "\"Paris\"", "\"La Rochelle\"", "\"Bruxelles\"", "\"Besan\xc3\xa7on\"" };
	struct record_style style = { .zone = k->request.zone_or_null ? k->request.zone_or_null : clock_utc() };
	struct record_keys *keys = record_keys(p->arena, p->columns, p->ncolumns);
	struct batch b;
	struct err e = { 0 };
	for (;;) {
		if (!query_next(c, &b, &e)) {
			check_error(k, &e);
			return;
		}
		if (!b.nrows) break;
		for (size_t i = 0; i < b.nrows; i++) {
			auto_buf got = BUF_INIT(100000);
			record_put_object(&got, keys, &b, i, &style);
			if (!k->has_rows) {
				if (*seen >= k->nwant) say(k, "one row more", buf_str(&got), STR("nothing"));
				else if (!str_eq(buf_str(&got), k->want[*seen])) say(k, "row", buf_str(&got), k->want[*seen]);
			}
			for (size_t n = 0; n < CITIES_ROWS; n++)
				if (str_find(buf_str(&got), str_of(cities_names[n])) >= 0) buf_printf(names, "R%zu ", n + 1);
			(*seen)++;
		}
	}
}

/* "R4 R1 " as "R1 R4 ". */
static void sort_names(struct buf *names)
{
	auto_buf sorted = BUF_INIT(1000);
	for (char c = '1'; c <= '0' + CITIES_ROWS; c++)
		for (size_t i = 1; i < names->n; i += 3)
			if (names->p[i] == c) buf_printf(&sorted, "R%c ", c);
	buf_clear(names);
	buf_put(names, buf_str(&sorted));
}

static void run_rows(struct kase *k, struct arena *a)
{
	struct query_plan p;
	struct query_cursor *c = NULL;
	struct err e = { 0 };
	auto_buf names = BUF_INIT(1000);
	size_t seen = 0;
	if (k->has_rows) k->request.select = STR("name");
	if (!query_plan_rows(a, &k->request, &p, &e)) {
		check_error(k, &e);
		return;
	}
	if (!query_open(cities.engine, &p, NULL, &c, &e)) {
		buf_put_char(&p.sql.text, '\0');
		print_error("%s\n", p.sql.text.p);
		check_error(k, &e);
		query_plan_done(&p);
		return;
	}
	if (k->error.n) say(k, "error", STR("success"), k->error);
	take_rows(k, &p, c, &names, &seen);
	query_close(c);
	if (k->ranked && !p.ranks) say(k, "ranked", STR("insertion order"), k->rows);
	if (p.ranks && !k->ranked) sort_names(&names);
	query_plan_done(&p);
	if (k->has_rows && !str_eq(str_trim(buf_str(&names)), k->rows)) say(k, "rows", buf_str(&names), k->rows);
	if (!k->has_rows && seen < k->nwant) say(k, "a row is missing", STR("nothing"), k->want[seen]);
}

static void run_count(struct kase *k, struct arena *a)
{
	struct err e = { 0 };
	int64_t n = 0;
	int64_t want = -1;
	auto_buf got = BUF_INIT(64);
	if (!query_count(cities.engine, a, &k->request, NULL, &n, &e)) {
		check_error(k, &e);
		return;
	}
	buf_put_int(&got, n);
	if (!str_to_int(k->count, &want) || n != want) say(k, "count", buf_str(&got), k->count);
}

static void run_facets(struct kase *k, struct arena *a)
{
	struct query_facets f;
	struct err e = { 0 };
	auto_buf got = BUF_INIT(10000);
	if (!query_facets(cities.engine, a, &k->request, NULL, &f, &e)) {
		check_error(k, &e);
		return;
	}
	put_facets(&got, &f);
	if (!str_eq(buf_str(&got), k->facets)) say(k, "facets", buf_str(&got), k->facets);
}

static void run(struct kase *k)
{
	auto_arena a = ARENA_INIT;
	cases_run++;
	if (k->count.n) run_count(k, &a);
	if (k->facets.n) run_facets(k, &a);
	if (k->has_rows || k->nwant || k->nothing || (k->error.n && !k->count.n && !k->facets.n)) run_rows(k, &a);
	else if (!k->count.n && !k->facets.n) fail_msg("%s:%d: a case that expects nothing", k->file, k->line);
}

/* --- reading --------------------------------------------------------------------------------------- */

static bool mode_of(struct str word, enum query_mode *out)
{
	*out = str_eq(word, STR("export")) ? QUERY_EXPORT : str_eq(word, STR("record")) ? QUERY_RECORD : QUERY_PAGE;
	return true;
}

static void many(struct str *list, const struct str **into, size_t *n, struct str value)
{
	assert_true(*n < MOST);
	list[(*n)++] = value;
	*into = list;
}

static void read_line(struct kase *k, struct str line)
{
	struct str value = line;
	struct str key;
	struct err e = { 0 };
	if (str_starts(line, STR("= "))) {
		assert_true(k->nwant < COUNT_OF(k->want));
		k->want[k->nwant++] = str_from(line, 2);
		return;
	}
	(void)str_cut(&value, ':', &key);
	value = str_trim(value);
	struct query_request *r = &k->request;
	if (str_eq(key, STR("select"))) r->select = value;
	else if (str_eq(key, STR("where"))) many(k->where, &r->where, &r->nwhere, value);
	else if (str_eq(key, STR("qv1"))) many(k->qv1, &r->qv1, &r->nqv1, value);
	else if (str_eq(key, STR("group_by"))) r->group_by = value;
	else if (str_eq(key, STR("order_by"))) r->order_by = value;
	else if (str_eq(key, STR("limit"))) r->limit = value;
	else if (str_eq(key, STR("offset"))) r->offset = value;
	else if (str_eq(key, STR("refine"))) many(k->refine, &r->refine, &r->nrefine, value);
	else if (str_eq(key, STR("exclude"))) many(k->exclude, &r->exclude, &r->nexclude, value);
	else if (str_eq(key, STR("facet"))) many(k->facet, &r->facet, &r->nfacet, value);
	else if (str_eq(key, STR("timezone"))) assert_true(query_zone(value, &r->zone_or_null, &e));
	else if (str_eq(key, STR("lang"))) r->lang = value;
	else if (str_eq(key, STR("record"))) r->record_id = cities.ids[value.p[1] - '1'];
	else if (str_eq(key, STR("mode"))) assert_true(mode_of(value, &r->mode));
	else if (str_eq(key, STR("rows"))) k->rows = value, k->has_rows = true;
	else if (str_eq(key, STR("ranked"))) k->rows = value, k->has_rows = k->ranked = true;
	else if (str_eq(key, STR("nothing"))) k->nothing = true;
	else if (str_eq(key, STR("count"))) k->count = value;
	else if (str_eq(key, STR("facets"))) k->facets = value;
	else if (str_eq(key, STR("error"))) k->error = value;
	else fail_msg("%s:%d: what is '%.*s'?", k->file, k->line, STR_ARG(key));
}

static void run_file(const char *path, const char *name)
{
	FILE *f = fopen(path, "rb");
	char line[4096];
	struct arena a = ARENA_INIT;
	struct kase k = { 0 };
	bool open = false;
	assert_non_null(f);
	for (int n = 1;; n++) {
		bool more = fgets(line, sizeof line, f) != NULL;
		struct str s = more ? str_trim(arena_str(&a, str_of(line))) : STR("");
		if (s.n && s.p[0] == '#') continue;
		if (!s.n && open) {
			run(&k);
			open = false;
		}
		if (!more) break;
		if (!s.n) continue;
		if (!open) k = (struct kase){ .file = name, .line = n };
		open = true;
		k.request.target = &cities.target;
		k.request.now_us = cities_now;
		read_line(&k, s);
	}
	fclose(f);
	arena_done(&a);
}

static void every_case_gives_what_it_says(void **state)
{
	cases_run = failures = 0;
	char folder[512] = __FILE__;
	(void)state;
	/* tests/unit/query/cases_test.c → tests/odsql */
	for (int i = 0; i < 3; i++) *strrchr(folder, '/') = '\0';
	strcat(folder, "/odsql");
	struct dirent **list = NULL;
	int n = scandir(folder, &list, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char path[1024];
		snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
		if (str_ends(str_of(list[i]->d_name), STR(".case"))) run_file(path, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	print_message("%d cases\n", cases_run);
	assert_int_equal(failures, 0);
	assert_true(cases_run > 100);
}

static int open_cities(void **state)
{
	(void)state;
	cities_open_with(&cities, false);
	return 0;
}

static int open_indexed(void **state)
{
	(void)state;
	cities_open_with(&cities, true);
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_case_gives_what_it_says) };
	int scanned = cmocka_run_group_tests_name("odsql cases, reading every row", tests, open_cities, close_cities);
	return cmocka_run_group_tests_name("odsql cases, with an index of words", tests, open_indexed, close_cities) + scanned;
}

/* Datasets made of configurations: published, told anew, refused, cut at a limit; what was there before stays readable and keeps its names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "clock/clock.h"
#include "config/config.h"
#include "publish/publish.h"
#include "query/query.h"

struct fixture {
	struct arena arena;
	struct str folder;
	struct site *site;
	struct tenant_id t;
	int sent;
};

#define OK(call) do { struct err e = { 0 }; if (!(call)) fail_msg("%s: %s", e.pub, e.priv); } while (0)

static int open_site(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char name[] = "publish-test-XXXXXX";
	assert_non_null(f);
	assert_non_null(mkdtemp(name));
	char whole[4096];
	assert_non_null(realpath(name, whole));
	f->folder = arena_str(&f->arena, str_of(whole));
	struct site_options o = { .memory_mb = 200, .temp_mb = 100, .engine_threads = 1 };
	if (!site_open(f->folder, &o, &f->site, &e)) fail_msg("%s: %s", e.pub, e.priv);
	const struct tenant_setting_value values[] = { { STR("languages"), STR("en,fr") } };
	if (!tenant_add(f->site->tenants, STR("town.example"), NULL, 0, values, 1, &f->t, &e)) fail_msg("%s: %s", e.pub, e.priv);
	*state = f;
	return 0;
}

static int close_site(void **state)
{
	struct fixture *f = *state;
	char command[600];
	site_close(f->site);
	snprintf(command, sizeof command, "rm -r '%.*s'", STR_ARG(f->folder));
	assert_int_equal(system(command), 0);
	arena_done(&f->arena);
	free(f);
	return 0;
}

/* --- doing ---------------------------------------------------------------------------------------------------- */

static struct config make(struct fixture *f, const char *title)
{
	struct config c;
	struct process_faults faults = { .arena = &f->arena };
	struct config_new n = { .tenant = f->t, .title = str_of(title) };
	OK(config_create(f->site, &n, &f->arena, &c, &faults, &e));
	return c;
}

static struct config put(struct fixture *f, const struct config *c, const char *place, struct str value)
{
	struct config out;
	struct process_faults faults = { .arena = &f->arena };
	struct config_change change = { .tenant = f->t, .dataset = c->dataset, .revision = -1, .who = 0 };
	struct err e = { 0 };
	if (!config_put(&f->arena, c->json, str_of(place), value, &change.json, &e)) fail_msg("%s", e.pub);
	if (!config_write(f->site, &change, &f->arena, &out, &faults, &e))
		fail_msg("%s: %.*s", e.pub, faults.list.n ? (int)faults.list.p[0].message.n : 0, faults.list.n ? faults.list.p[0].message.p : "");
	return out;
}

static struct config send(struct fixture *f, const struct config *c, const char *name, struct str bytes)
{
	struct config_file file;
	struct config_piece p = { .tenant = f->t, .dataset = c->dataset, .name = str_of(name), .mime = STR("text/csv"), .total = (int64_t)bytes.n,
		.fd_or_minus = -1, .bytes = bytes };
	OK(config_file_put(f->site, &p, &f->arena, &file, &e));
	return put(f, c, "resources", arena_printf(&f->arena, "[{\"uid\":\"re_aaaaaa\",\"type\":\"csvfile\",\"title\":\"%s\",\"params\":{},"
	                                                      "\"datasource\":{\"type\":\"uploaded_file\",\"file\":{\"uid\":\"%.*s\"}}}]", name, STR_ARG(file.uid)));
}

static struct publish_outcome publish(struct fixture *f, const struct config *c, unsigned flags)
{
	struct publish_outcome out;
	OK(publish_dataset(f->site, f->t, c->dataset, flags, &(struct publish_watch){ 0 }, &f->arena, &out, &e));
	return out;
}

static struct err refused(struct fixture *f, const struct config *c, unsigned flags)
{
	struct publish_outcome out;
	struct err e = { 0 };
	assert_false(publish_dataset(f->site, f->t, c->dataset, flags, &(struct publish_watch){ 0 }, &f->arena, &out, &e));
	return e;
}

/* The first row as a client that selects would have it, "name=value" in the order asked for. */
static struct str ask(struct fixture *f, const struct config *c, const char *select)
{
	const struct catalog_view *v;
	struct query_plan plan;
	struct query_cursor *k;
	struct batch rows;
	auto_buf b = BUF_INIT(100000);
	OK(catalog_hold(f->site->catalog, f->t, &v, &e));
	const struct dataset *d = catalog_find_or_null(v, c->slug);
	assert_non_null(d);
	const struct query_target t = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug };
	const struct query_request q = { .target = &t, .mode = QUERY_EXPORT, .select = str_of(select), .order_by = STR("id"), .now_us = clock_now().us };
	OK(query_plan_rows(&f->arena, &q, &plan, &e));
	OK(query_open(f->site->engine, &plan, NULL, &k, &e));
	OK(query_next(k, &rows, &e));
	for (size_t i = 0; i < plan.ncolumns && rows.nrows; i++) {
		buf_printf(&b, "%s%.*s=", i ? " " : "", STR_ARG(plan.columns[i].key));
		const struct column *x = &rows.columns[i];
		if (!column_has(x, 0)) buf_lit(&b, "null");
		else if (x->type.type == VALUE_TEXT) buf_put(&b, x->texts[0]);
		else if (x->type.type == VALUE_INT) buf_put_int(&b, x->ints[0]);
		else if (x->type.type == VALUE_DATE) clock_put_date(&b, x->days[0]);
		else buf_printf(&b, "%g", x->doubles[0]);
	}
	query_close(k);
	query_plan_done(&plan);
	catalog_release(f->site->catalog, v);
	return arena_str(&f->arena, buf_str(&b));
}

static struct field field(struct fixture *f, const struct config *c, const char *name)
{
	const struct catalog_view *v;
	OK(catalog_hold(f->site->catalog, f->t, &v, &e));
	const struct dataset *d = catalog_find_or_null(v, c->slug);
	assert_non_null(d);
	int at = schema_find(&d->schema, str_of(name));
	struct field out = at >= 0 ? d->schema.fields[at] : (struct field){ 0 };
	out.label = arena_str(&f->arena, out.label);
	out.name = arena_str(&f->arena, out.name);
	catalog_release(f->site->catalog, v);
	return out;
}

#define SAME(got, expected) do { struct str same_ = (got); if (!str_eq(same_, str_of(expected))) fail_msg("%.*s is not %s", STR_ARG(same_), expected); } while (0)
#define SAYS(e, words) do { if (!strstr((e).pub, words)) fail_msg("“%s” does not say “%s”", (e).pub, words); } while (0)

static const char towns[] = "Id;Nom;Jour;Prix\n1;Paris;01/02/2020;3,5\n2;Lyon;03/04/2021;dear\n3;Lille;05/06/2022;7,25\n";
static const char shaping[] =
	"[{\"uid\":\"pr_f00001\",\"type\":\"type\",\"field\":\"jour\",\"type_param\":\"date\",\"dates\":\"day_first\"},"
	"{\"uid\":\"pr_f00002\",\"type\":\"type\",\"field\":\"prix\",\"type_param\":\"double\",\"decimal\":\",\"},"
	"{\"uid\":\"pr_f00003\",\"type\":\"rename\",\"from_name\":\"nom\",\"to_name\":\"%s\",\"field_label\":\"%s\"}]";

static struct config shaped(struct fixture *f, const struct config *c, const char *name, const char *label)
{
	char text[1000];
	snprintf(text, sizeof text, shaping, name, label);
	return put(f, c, "fields", str_of(text));
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

static void a_file_becomes_a_dataset_by_its_configuration(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Towns");
	c = send(f, &c, "towns.csv", str_of(towns));
	c = put(f, &c, "processors", STR("[{\"uid\":\"pr_p00001\",\"type\":\"string_replace\",\"field\":\"nom\",\"old\":\"P\",\"new\":\"B\"}]"));
	c = shaped(f, &c, "ville", "Town");
	struct publish_outcome out = publish(f, &c, 0);
	assert_int_equal(out.how, PUBLISH_DONE);
	assert_int_equal(out.rows, 3);
	assert_int_equal(out.errors, 1); /* “dear” is no number: null, and the job goes on */
	SAME(ask(f, &c, "ville, jour, prix"), "ville=Baris jour=2020-02-01 prix=3.5");
	SAME(ask(f, &c, "nom"), "nom=Baris"); /* by its former name, under which it is answered */
	SAME(field(f, &c, "ville").label, "Town");

	/* Nothing has changed: nothing is done. */
	assert_int_equal(publish(f, &c, PUBLISH_IF_CHANGED).how, PUBLISH_UNCHANGED);
	/* A label alone: the version stays. */
	c = shaped(f, &c, "ville", "City");
	struct publish_outcome told = publish(f, &c, 0);
	assert_int_equal(told.version, out.version);
	SAME(field(f, &c, "ville").label, "City");
	/* Another name: both former ones go on answering. */
	c = shaped(f, &c, "commune", "City");
	assert_true(publish(f, &c, 0).version > out.version);
	SAME(ask(f, &c, "commune, ville, nom"), "commune=Baris ville=Baris nom=Baris");
}

static void fields_are_told_by_language_and_offered_by_the_facets_of_the_metadata(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Words");
	c = send(f, &c, "towns.csv", str_of(towns));
	c = put(f, &c, "fields", STR("[{\"uid\":\"pr_w00001\",\"type\":\"rename\",\"from_name\":\"nom\",\"to_name\":\"\",\"field_label\":{\"\":\"Town\",\"fr\":\"Commune\"}},"
	                             "{\"uid\":\"pr_w00002\",\"type\":\"description\",\"field\":\"nom\",\"description\":{\"\":\"Its name\",\"fr\":\"Son nom\"}}]"));
	c = put(f, &c, "metadata/asset_content_configuration/facets", STR("{\"\":[{\"field_name\":\"prix\",\"disjunctive\":true,\"facetsort\":\"-count\"}]}"));
	publish(f, &c, 0);
	struct field town = field(f, &c, "nom");
	SAME(town.label, "Town");
	SAME(field_label(&town, &f->arena, STR("fr")), "Commune");
	SAME(field_description(&town, &f->arena, STR("fr")), "Son nom");
	SAME(field_label(&town, &f->arena, STR("de")), "Town");
	assert_int_equal(town.flags & FIELD_FACET, 0);
	struct field price = field(f, &c, "prix");
	assert_int_equal(price.flags & (FIELD_FACET | FIELD_DISJUNCTIVE), FIELD_FACET | FIELD_DISJUNCTIVE);
	/* Facets are told anew without the data. */
	int64_t version = publish(f, &c, 0).version;
	c = put(f, &c, "metadata/asset_content_configuration/facets", STR("{\"\":[{\"field_name\":\"nom\"}]}"));
	assert_int_equal(publish(f, &c, 0).version, version);
	assert_int_equal(field(f, &c, "prix").flags & FIELD_FACET, 0);
	assert_int_equal(field(f, &c, "nom").flags & FIELD_FACET, FIELD_FACET);
}

static struct str rejects(struct fixture *f, const struct config *c, int64_t version)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct str path = arena_printf(&f->arena, "%.*s.rejects.jsonl",
	                               STR_ARG(engine_path(f->site->engine, &f->arena, (struct version_ref){ .tenant = f->t, .dataset = c->dataset, .number = version })));
	int fd = open(path.p, O_RDONLY);
	assert_true(fd >= 0);
	char *room = buf_room(&b, 65536);
	ssize_t n = read(fd, room, 65536);
	assert_true(n > 0);
	b.n += (size_t)n;
	close(fd);
	return arena_str(&f->arena, buf_str(&b));
}

static void errors_name_row_field_processor_and_source(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Errors");
	struct config_file file[2];
	static const char *const parts[] = { "id,day,n\n1,05/01/2020,3\n2,never,4\n", "N,ID,more\nx,3,y\n" };
	for (int i = 0; i < 2; i++) {
		struct config_piece p = { .tenant = f->t, .dataset = c.dataset, .name = i ? STR("two.csv") : STR("one.csv"), .mime = STR("text/csv"),
			.total = (int64_t)strlen(parts[i]), .fd_or_minus = -1, .bytes = str_of(parts[i]) };
		OK(config_file_put(f->site, &p, &f->arena, &file[i], &e));
	}
	c = put(f, &c, "resources", arena_printf(&f->arena, "[{\"uid\":\"re_aaaaaa\",\"type\":\"csvfile\",\"title\":\"one\",\"params\":{},\"datasource\":{\"type\":"
		"\"uploaded_file\",\"file\":{\"uid\":\"%.*s\"}}},{\"uid\":\"re_bbbbbb\",\"type\":\"csvfile\",\"title\":\"two\",\"params\":{},\"datasource\":{\"type\":"
		"\"uploaded_file\",\"file\":{\"uid\":\"%.*s\"}}}]", STR_ARG(file[0].uid), STR_ARG(file[1].uid)));
	c = put(f, &c, "processors", STR("[{\"uid\":\"pr_p00001\",\"type\":\"date_normalizer\",\"field\":\"day\",\"pattern\":\"%d/%m/%Y\"}]"));
	c = put(f, &c, "fields", STR("[{\"uid\":\"pr_f00001\",\"type\":\"type\",\"field\":\"n\",\"type_param\":\"int\"}]"));
	struct publish_outcome out = publish(f, &c, 0);
	assert_int_equal(out.rows, 3);
	assert_int_equal(out.errors, 2);
	if (str_find(out.summary, STR("more")) < 0) fail_msg("a field the first source lacks is not noted: %.*s", STR_ARG(out.summary));
	struct str lines = rejects(f, &c, out.version);
	static const char *const expected[] = { "\"row\":3,\"field\":\"day\",\"value\":\"never\"", "\"processor\":\"pr_p00001\"", "\"source\":\"one.csv\"",
		"\"row\":2,\"field\":\"n\",\"value\":\"x\",\"reason\":\"not a whole number\",\"source\":\"two.csv\"" };
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (str_find(lines, str_of(expected[i])) < 0) fail_msg("%s is not in %.*s", expected[i], STR_ARG(lines));
	SAME(ask(f, &c, "id, day, n"), "id=1 day=2020-01-05 n=3");
}

static void a_column_that_vanished_is_named_and_the_data_stay(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Drift");
	c = send(f, &c, "one.csv", STR("id,name,size\n1,a,3\n2,b,4\n"));
	int64_t version = publish(f, &c, 0).version;
	c = send(f, &c, "two.csv", STR("id,size,colour\n1,5,red\n"));
	struct err e = refused(f, &c, 0);
	assert_int_equal(e.code, ERR_BAD_SOURCE);
	SAYS(e, "name");
	SAME(ask(f, &c, "name, size"), "name=a size=3");
	c = put(f, &c, "fields", STR("[{\"uid\":\"pr_d00001\",\"type\":\"delete\",\"field\":\"name\"}]"));
	struct publish_outcome out = publish(f, &c, 0);
	assert_true(out.version > version);
	if (str_find(out.summary, STR("colour")) < 0) fail_msg("a new column is not noted: %.*s", STR_ARG(out.summary));
	SAME(ask(f, &c, "size, colour"), "size=5 colour=red");
}

static void the_first_records_are_kept_at_the_limit(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Limited");
	const struct tenant_setting_value most[] = { { STR("limits.records"), STR("2") } };
	const struct tenant_setting_value none[] = { { STR("limits.records"), STR("0") } };
	c = send(f, &c, "l.csv", STR("id,n\n1,1\n2,2\n3,3\n"));
	OK(tenant_set(f->site->tenants, f->t, most, 1, &e));
	struct publish_outcome out = publish(f, &c, 0);
	c = put(f, &c, "processors", STR("[{\"uid\":\"pr_p00001\",\"type\":\"string_replace\",\"field\":\"n\",\"old\":\"3\",\"new\":\"4\"}]"));
	struct publish_outcome processed = publish(f, &c, 0);
	OK(tenant_set(f->site->tenants, f->t, none, 1, &e));
	assert_int_equal(out.how, PUBLISH_LIMITED);
	assert_int_equal(out.rows, 2);
	assert_true(str_find(out.limit, STR("\"records\"")) >= 0);
	assert_int_equal(processed.how, PUBLISH_LIMITED);
	assert_int_equal(processed.rows, 2);
	assert_int_equal(publish(f, &c, 0).rows, 3);
}

static void what_came_by_the_command_line_can_be_edited(void **state)
{
	struct fixture *f = *state;
	struct publish_result result;
	FILE *file = tmpfile();
	assert_non_null(file);
	fputs("id,when,where,tags\n1,2020-01-05,\"48.5,2.5\",x\n2,2021-02-06,\"45.1,4.5\",y\n", file);
	fflush(file);
	struct publish_request r = { .tenant = f->t, .source = fileno(file), .name = STR("old.csv"), .id = STR("old") };
	OK(publish_source(f->site, &r, &f->arena, &result, &e));
	fclose(file);
	struct config c;
	OK(config_read(f->site, f->t, STR("old"), &f->arena, &c, &e));
	c = put(f, &c, "metadata/default/title", STR("{\"\":\"New title\"}"));
	assert_int_equal(publish(f, &c, 0).version, result.version); /* metadata alone */
	c = put(f, &c, "processors", STR("[{\"uid\":\"pr_p00001\",\"type\":\"string_replace\",\"field\":\"tags\",\"old\":\"x\",\"new\":\"z\"}]"));
	for (int again = 0; again < 2; again++) {
		struct publish_outcome out = publish(f, &c, 0);
		assert_int_equal(out.rows, 2);
		if (out.errors) fail_msg("%.*s", STR_ARG(out.summary));
		SAME(ask(f, &c, "id, when, tags"), "id=1 when=2020-01-05 tags=z");
		assert_int_equal(field(f, &c, "where").type, VALUE_POINT);
	}
}

struct stopping { struct cancel token; int64_t fired; };

static void stop_at_once(void *arg, const struct publish_progress *p)
{
	struct stopping *s = arg;
	if (strcmp(p->phase, "processing") != 0 || s->fired) return;
	s->fired = clock_monotonic_ns();
	cancel_fire(&s->token);
}

static void a_stop_is_quick_and_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Stopped");
	auto_buf b = BUF_INIT(64 << 20);
	buf_lit(&b, "id,n\n");
	for (int i = 0; i < 120000; i++) buf_printf(&b, "%d,%d some words\n", i, i);
	c = send(f, &c, "s.csv", buf_str(&b));
	c = put(f, &c, "processors", STR("[{\"uid\":\"pr_p00001\",\"type\":\"regexp_replace\",\"field\":\"n\",\"regexp\":\"[aeiou]\",\"new\":\"_\"}]"));
	struct stopping s = { .fired = 0 };
	cancel_init(&s.token);
	struct publish_watch w = { .progress = stop_at_once, .arg = &s, .cancel = &s.token };
	struct publish_outcome out;
	struct err e = { 0 };
	assert_false(publish_dataset(f->site, f->t, c.dataset, 0, &w, &f->arena, &out, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	if (clock_monotonic_ns() - s.fired > 1000000000) fail_msg("it took %lld ms to stop", (long long)(clock_monotonic_ns() - s.fired) / 1000000);
	cancel_done(&s.token);
	char command[600];
	snprintf(command, sizeof command, "test -z \"$(find '%.*s' -name '*.tmp')\"", STR_ARG(f->folder));
	assert_int_equal(system(command), 0);
}

static void a_preview_shows_every_step(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Seen");
	struct str json;
	c = send(f, &c, "towns.csv", str_of(towns));
	const struct json_node *doc;
	const struct json_node *o;
	struct str draft;
	OK(config_put(&f->arena, c.json, STR("processors"), STR("[{\"uid\":\"pr_p00001\",\"type\":\"string_replace\",\"field\":\"nom\",\"old\":\"P\",\"new\":\"B\"},"
		"{\"uid\":\"pr_p00002\",\"type\":\"regexp_replace\",\"field\":\"nom\",\"regexp\":\"(\",\"new\":\"B\"}]"), &draft, &e));
	OK(json_read_in(&f->arena, draft, &doc, &e));
	struct publish_preview p = { .tenant = f->t, .dataset = c.dataset, .doc = doc };
	OK(publish_preview(f->site, &p, &f->arena, &json, &e));
	OK(json_read_in(&f->arena, json, &o, &e));
	const struct json_node *steps = json_get(o, "steps");
	assert_int_equal(json_count(steps), 4);
	SAME(json_text(json_get(json_at(json_get(json_at(steps, 0), "records"), 0), "nom")), "Paris");
	SAME(json_text(json_get(json_at(json_get(json_at(steps, 1), "records"), 0), "nom")), "Baris");
	assert_int_equal(json_count(json_get(json_at(steps, 2), "records")), 0);
	assert_true(json_count(json_get(json_at(steps, 2), "faults")) > 0);
	assert_true(json_count(json_get(json_get(o, "source"), "guesses")) > 0);
	assert_true(json_bool(json_get(o, "whole"), false));
	/* Without the faulty one the fields are shown, and the dates with both readings. */
	p.doc = c.doc;
	OK(publish_preview(f->site, &p, &f->arena, &json, &e));
	OK(json_read_in(&f->arena, json, &o, &e));
	const struct json_node *dates = json_at(json_get(o, "dates"), 0);
	SAME(json_text(json_get(dates, "field")), "jour");
	SAME(json_text(json_at(json_get(dates, "day_first"), 0)), "2020-02-01");
	SAME(json_text(json_at(json_get(dates, "month_first"), 0)), "2020-01-02");
}

static void the_last_of_a_unique_id_stands_and_a_deleting_row_takes_those_before_it(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Changes");
	c = send(f, &c, "c.csv", STR("id,action,v\n1,added,a\n2,added,b\n2,removed,\n3,added,c\n1,added,d\n4,added,e\n4,removed,\n4,added,f\n"));
	c = put(f, &c, "processors", STR("[{\"uid\":\"pr_p00001\",\"type\":\"delete_record\",\"field\":\"action\",\"value\":\"removed\"}]"));
	struct publish_outcome out = publish(f, &c, 0);
	assert_int_equal(out.rows, 6); /* without a unique id a row is nobody's successor */
	c = put(f, &c, "fields", STR("[{\"uid\":\"pr_f00001\",\"type\":\"annotate\",\"field\":\"id\",\"annotation\":\"id\"}]"));
	out = publish(f, &c, 0);
	assert_int_equal(out.rows, 3);
	assert_true(str_find(out.summary, STR("came before and were deleted by a later row: 2")) >= 0);
	assert_true(str_find(out.summary, STR("unique id of a later row: 1")) >= 0);
	SAME(ask(f, &c, "id, v"), "id=1 v=d");
	/* The same without a processor between. */
	c = put(f, &c, "processors", STR("[]"));
	assert_int_equal(publish(f, &c, 0).rows, 4);
}

static void hear(void *arg, int level, struct str text)
{
	if (level == 1 && str_find(text, STR("geographic coverage could not be found out")) >= 0) ++*(int *)arg;
}

static void a_coverage_that_cannot_be_found_out_is_told_and_fails_nothing(void **state)
{
	struct fixture *f = *state;
	int heard = 0;
	struct publish_outcome out;
	struct config c = make(f, "Covered");
	c = send(f, &c, "c.csv", STR("id,lat,lon\n1,48.85,2.35\n2,48.86,2.36\n"));
	c = put(f, &c, "metadata/default/geographic_reference_auto", STR("{\"\":true}"));
	const struct publish_watch watch = { .say = hear, .arg = &heard };
	const struct tenant_setting_value bad[] = { { STR("geo.repositories"), STR("[{\"country\":\"fr\"}]") } };
	const struct tenant_setting_value none[] = { { STR("geo.repositories"), STR("") } };
	OK(tenant_set(f->site->tenants, f->t, bad, 1, &e));
	OK(publish_dataset(f->site, f->t, c.dataset, 0, &watch, &f->arena, &out, &e));
	OK(tenant_set(f->site->tenants, f->t, none, 1, &e));
	assert_int_equal(out.rows, 2);
	assert_int_equal(heard, 1);
	SAME(ask(f, &c, "id"), "id=1");
	c = send(f, &c, "d.csv", STR("id,lat,lon\n3,48.85,2.35\n"));
	OK(publish_dataset(f->site, f->t, c.dataset, 0, &watch, &f->arena, &out, &e));
	assert_int_equal(heard, 1); /* found out the next time */
}

/* The first proposal of a preview of a CSV; NULL: there is none. */
static const struct json_node *proposed(struct fixture *f, const char *title, const char *csv)
{
	struct config c = make(f, title);
	struct str json;
	const struct json_node *o;
	c = send(f, &c, "x.csv", str_of(csv));
	struct publish_preview p = { .tenant = f->t, .dataset = c.dataset, .doc = c.doc };
	OK(publish_preview(f->site, &p, &f->arena, &json, &e));
	OK(json_read_in(&f->arena, json, &o, &e));
	assert_int_equal(json_kind(json_get(o, "proposals")), JSON_ARRAY);
	return json_count(json_get(o, "proposals")) ? json_at(json_get(o, "proposals"), 0) : NULL;
}

static void what_may_become_a_map_is_proposed(void **state)
{
	struct fixture *f = *state;
	const struct json_node *p = proposed(f, "Called", "name,x,y\na,446360.64,6788946.14\nb,447452.45,6789453.49\nc,447000.5,6789000.1\n");
	assert_non_null(p);
	const struct json_node *best = json_at(json_get(p, "choices"), 0);
	assert_int_equal(json_int(json_get(best, "epsg"), 0), 2154);
	assert_true(json_int(json_get(best, "confidence"), 0) >= 70 && json_int(json_get(best, "confidence"), 0) < 100);
	assert_true(json_real(json_at(json_get(best, "place"), 0), 0) > 48 && json_real(json_at(json_get(best, "place"), 0), 0) < 48.4);
	assert_true(json_bool(json_get(p, "named"), false));
	/* Names say nothing: the numbers alone do, and are less sure. */
	p = proposed(f, "Numbers", "name,c1,c2\na,446360.64,6788946.14\nb,447452.45,6789453.49\nc,447000.5,6789000.1\n");
	assert_non_null(p);
	assert_false(json_bool(json_get(p, "named"), true));
	assert_true(json_int(json_get(p, "confidence"), 0) >= 50 && json_int(json_get(p, "confidence"), 0) <= 70);
	SAME(json_text(json_get(json_get(p, "processor"), "longitude")), "c1");
	assert_int_equal(json_int(json_get(json_at(json_get(proposed(f, "Zone", "a,e,n\n1,1700100.5,7200200.25\n2,1700400.5,7200900.25\n3,1701400,7201900\n"), "choices"), 0), "epsg"), 0), 3948);
	assert_null(proposed(f, "Money", "name,budget,spent\na,446360.64,66788\nb,4474,6784\nc,44000.5,67890\n"));
	/* Countries by name and by code, with one that is not known. */
	p = proposed(f, "Lands", "country,n\nFrance,1\nESPAGNE,2\nGermany,3\nIT,4\nSpain,5\nPortugal,6\n");
	assert_non_null(p);
	SAME(json_text(json_get(p, "kind")), "boundaries");
	SAME(json_text(json_get(json_get(p, "processor"), "local_key")), "country");
	assert_int_equal(json_int(json_get(p, "matched"), 0), 5);
	assert_null(proposed(f, "Words", "country,n\nold,1\nnew,2\nflat,3\n"));
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], INGEST_ROLE) == 0) return ingest_child_main();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_becomes_a_dataset_by_its_configuration),
		cmocka_unit_test(fields_are_told_by_language_and_offered_by_the_facets_of_the_metadata),
		cmocka_unit_test(errors_name_row_field_processor_and_source),
		cmocka_unit_test(a_column_that_vanished_is_named_and_the_data_stay),
		cmocka_unit_test(the_first_records_are_kept_at_the_limit),
		cmocka_unit_test(what_came_by_the_command_line_can_be_edited),
		cmocka_unit_test(a_stop_is_quick_and_leaves_nothing),
		cmocka_unit_test(a_preview_shows_every_step),
		cmocka_unit_test(the_last_of_a_unique_id_stands_and_a_deleting_row_takes_those_before_it),
		cmocka_unit_test(a_coverage_that_cannot_be_found_out_is_told_and_fails_nothing),
		cmocka_unit_test(what_may_become_a_map_is_proposed),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}

/* Replays the seeds of the fuzz targets: whole, cut short, and with single bytes exchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include "../../fuzz/ingest.h"

enum { RUINS = 24 };

static void try_all(const char *format, const char *name, const char *bytes, size_t n)
{
	static const char signs[] = "\",;\n{}[]<>&0-.\xff\x01";
	char copy[16384];
	fuzz_source(format, name, (const uint8_t *)bytes, n);
	for (size_t i = 1; i < RUINS; i++) fuzz_source(format, name, (const uint8_t *)bytes, n * i / RUINS);
	for (size_t i = 0; i < RUINS && n > 0; i++) {
		memcpy(copy, bytes, n);
		copy[n * i / RUINS] = signs[i % (sizeof signs - 1)];
		fuzz_source(format, name, (const uint8_t *)copy, n);
	}
}

static void replay(const char *kind, const char *format, const char *name)
{
	char folder[512] = __FILE__;
	char path[1024];
	char bytes[16384];
	struct dirent **list = NULL;
	size_t seen = 0;
	/* tests/unit/ingest/seeds_test.c → tests/fuzz/seeds/<kind> */
	for (int i = 0; i < 3; i++) *strrchr(folder, '/') = '\0';
	snprintf(path, sizeof path, "%s/fuzz/seeds/%s", folder, kind);
	int n = scandir(path, &list, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/fuzz/seeds/%s/%s", folder, kind, list[i]->d_name);
		FILE *f = list[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
		free(list[i]);
		if (!f) continue;
		size_t size = fread(bytes, 1, sizeof bytes, f);
		fclose(f);
		try_all(format, name, bytes, size);
		seen++;
	}
	free(list);
	assert_true(seen >= 3);
}

static void csv(void **state) { (void)state; replay("csv", "csv", "a.csv"); }
static void json(void **state) { (void)state; replay("json", "", "a"); }
static void xlsx(void **state) { (void)state; replay("xlsx", "xlsx", "a.xlsx"); }
static void zip(void **state) { (void)state; replay("zip", "", "a.zip"); }

static void xml(void **state)
{
	(void)state;
	replay("xml", "xml", "a.xml");
	replay("xml", "rdf", "a.rdf");
	replay("xml", "feed", "a.rss");
}
static void turtle(void **state) { (void)state; replay("turtle", "turtle", "a.ttl"); }
static void icalendar(void **state) { (void)state; replay("icalendar", "icalendar", "a.ics"); }
static void xls(void **state) { (void)state; replay("xls", "xls", "a.xls"); }
static void html(void **state) { (void)state; replay("html", "html", "a.html"); }
static void ods(void **state) { (void)state; replay("ods", "ods", "a.ods"); }
static void jsondict(void **state) { (void)state; replay("jsondict", "jsondict", "a.json"); }
static void gtfs_shapes(void **state) { (void)state; replay("gtfs_shapes", "gtfs_shapes", "shapes.txt"); }

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(csv), cmocka_unit_test(json), cmocka_unit_test(xlsx), cmocka_unit_test(zip),
		cmocka_unit_test(xml), cmocka_unit_test(turtle), cmocka_unit_test(icalendar), cmocka_unit_test(xls), cmocka_unit_test(jsondict),
		cmocka_unit_test(gtfs_shapes), cmocka_unit_test(html), cmocka_unit_test(ods) };
	return cmocka_run_group_tests_name("ingest seeds", tests, NULL, NULL);
}

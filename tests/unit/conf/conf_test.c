/* The later place wins, and a refusal names the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "conf/conf.h"

static bool read_with(struct arena *a, const char *text, const char *variable, char **flags, int *n, struct conf *c, struct err *e)
{
	char name[] = "conf-test-XXXXXX", config[100];
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(config, sizeof config, "STOA_CONFIG=%s", name);
	const char *environment[] = { config, variable, NULL };
	bool good = conf_read(a, environment, flags, n, c, e);
	unlink(name);
	return good;
}

static void later_places_win(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct conf c;
	struct err e = { 0 };
	char f1[] = "--workers=3", f2[] = "serve", f3[] = "--listen", f4[] = "0.0.0.0,::", f5[] = "--json", f6[] = "--trust-forwarded-host";
	char *flags[] = { f1, f2, f3, f4, f5, f6 };
	int n = 6;
	assert_true(read_with(&a, "# ports\nport = 81\nworkers=1\n data = \"/a # b\"\nlog_level = warn # quiet\n", "STOA_PORT=82", flags, &n, &c, &e));
	assert_int_equal(c.port, 82);
	assert_int_equal(c.workers, 3);
	assert_string_equal(c.data, "/a # b");
	assert_string_equal(c.log_level, "warn");
	assert_string_equal(c.listen[1], "::");
	assert_null(c.listen[2]);
	assert_true(c.trust_forwarded_host);
	assert_int_equal(c.cache_mb, 64);
	assert_int_equal(n, 2);
	assert_string_equal(flags[0], "serve");
	assert_string_equal(flags[1], "--json");
}

static void expect_refusal(const char *text, const char *variable, const char *said)
{
	auto_arena a = ARENA_INIT;
	struct conf c;
	struct err e = { 0 };
	int n = 0;
	assert_false(read_with(&a, text, variable, NULL, &n, &c, &e));
	assert_int_equal(e.code, ERR_USAGE);
	if (!strstr(e.pub, said)) fail_msg("\"%s\" does not say \"%s\"", e.pub, said);
}

static void refusals_name_the_place(void **state)
{
	(void)state;
	expect_refusal("\nport = 99999\n", NULL, "line 2: port must be a whole number from 0 to 65535, not \"99999\"");
	expect_refusal("prot = 1\n", NULL, "line 1: there is no setting \"prot\"");
	expect_refusal("port\n", NULL, "name = value");
	expect_refusal("", "STOA_CACHE_MB=much", "STOA_CACHE_MB: cache_mb must be a whole number");
	expect_refusal("log_format = xml\n", NULL, "log_format must be text or json");
	expect_refusal("trust_forwarded_host = maybe\n", NULL, "true or false");
	expect_refusal("listen = ,\n", NULL, "at least one address");
}

static void a_switch_stands_alone(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct conf c;
	struct err e = { 0 };
	char f1[] = "serve", f2[] = "--fetch_private", f3[] = "true";
	char *flags[] = { f1, f2, f3 };
	int n = 3;
	assert_false(read_with(&a, "", NULL, flags, &n, &c, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_string_equal(e.pub, "--fetch_private is a switch and stands alone: write --fetch_private, or --fetch_private=true");
	char g1[] = "--fetch_private=true", g2[] = "serve";
	char *spelt[] = { g1, g2 };
	struct err none = { 0 };
	n = 2;
	assert_true(read_with(&a, "", NULL, spelt, &n, &c, &none));
	assert_true(c.fetch_private && n == 1);
}

static void a_missing_file_is_named(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct conf c;
	struct err e = { 0 };
	char f1[] = "--config=no-such.conf", f2[] = "--config=.";
	char *flags[] = { f1 }, *folder[] = { f2 };
	int n = 1;
	assert_false(conf_read(&a, NULL, flags, &n, &c, &e));
	assert_non_null(strstr(e.pub, "no-such.conf cannot be read: No such file"));
	struct err other = { 0 };
	n = 1;
	assert_false(conf_read(&a, NULL, folder, &n, &c, &other));
	assert_non_null(strstr(other.pub, "cannot be read"));
}

static void what_is_shown_can_be_read(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 16), again = BUF_INIT(1 << 16);
	struct conf c, d;
	struct err e = { 0 };
	int n = 0;
	conf_defaults(&a, &c);
	conf_put(&b, &c);
	buf_put_char(&b, '\0');
	assert_true(read_with(&a, b.p, NULL, NULL, &n, &d, &e));
	conf_put(&again, &d);
	b.n--;
	assert_true(str_eq(buf_str(&b), buf_str(&again)));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(later_places_win), cmocka_unit_test(refusals_name_the_place),
		cmocka_unit_test(a_switch_stands_alone),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(what_is_shown_can_be_read) };
	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}

/* Lines are whole, safe to parse, and never wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <unistd.h>
#include "log/log.h"

static void say(enum log_form form, char *out, size_t size)
{
	char name[] = "log-test-XXXXXX";
	struct log *l;
	struct err e = { 0 };
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	unlink(name);
	assert_true(log_open(&(struct log_options){ .fd = fd, .least = LOG_LEVEL_INFO, .form = form }, &l, &e));
	log_say(l, LOG_LEVEL_DEBUG, "hidden", log_int("n", 1));
	log_say(l, LOG_LEVEL_WARN, "seen", log_text("plain", STR("a/b")), log_text("odd", STR("x \"y\"\n\\")),
	        log_int("n", -5), log_ms("ms", 1234), log_text("empty", STR("")));
	log_flush(l);
	ssize_t n = pread(fd, out, size - 1, 0);
	assert_true(n > 0);
	out[n] = '\0';
	log_close(l);
	close(fd);
}

static void text_is_logfmt(void **state)
{
	(void)state;
	char line[2000];
	say(LOG_FORM_TEXT, line, sizeof line);
	assert_memory_equal(line, "time=20", 7);
	assert_non_null(strstr(line, "Z level=warn event=seen plain=a/b odd=\"x \\\"y\\\"\\u000a\\\\\" n=-5 ms=1.234 empty=\"\"\n"));
	assert_null(strstr(line, "hidden"));
}

static void json_is_json(void **state)
{
	(void)state;
	char line[2000];
	say(LOG_FORM_JSON, line, sizeof line);
	assert_memory_equal(line, "{\"time\":\"20", 11);
	assert_non_null(strstr(line, "\"level\":\"warn\",\"event\":\"seen\",\"plain\":\"a/b\",\"odd\":\"x \\\"y\\\"\\u000a\\\\\","
	                             "\"n\":-5,\"ms\":1.234,\"empty\":\"\"}\n"));
}

static void long_lines_stay_whole(void **state)
{
	(void)state;
	static char big[100000];
	char name[] = "log-test-XXXXXX", line[8192];
	struct log *l;
	struct err e = { 0 };
	memset(big, '"', sizeof big);
	int fd = mkstemp(name);
	unlink(name);
	assert_true(log_open(&(struct log_options){ .fd = fd, .form = LOG_FORM_JSON }, &l, &e));
	log_say(l, LOG_LEVEL_WARN, "big", log_text("a", str_make(big, sizeof big)), log_text("b", str_make(big, sizeof big)));
	log_close(l);
	ssize_t n = pread(fd, line, sizeof line, 0);
	assert_in_range(n, 1000, 4096);
	assert_memory_equal(line + n - 3, "\"}\n", 3);
	close(fd);
}

static void a_full_buffer_drops_and_counts(void **state)
{
	(void)state;
	int ends[2];
	struct log *l;
	struct err e = { 0 };
	static char text[1000];
	assert_int_equal(pipe(ends), 0);
	assert_true(log_open(&(struct log_options){ .fd = ends[1] }, &l, &e));
	for (int i = 0; i < 2000; i++) log_say(l, LOG_LEVEL_INFO, "flood", log_text("t", str_make(memset(text, 'a', sizeof text), sizeof text)));
	assert_true(log_dropped(l) > 0); /* nobody reads the pipe, and nobody waited */
	close(ends[0]);
	/* Without a reader the writes fail at once and closing ends. */
	log_close(l);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(text_is_logfmt), cmocka_unit_test(json_is_json),
		cmocka_unit_test(long_lines_stay_whole), cmocka_unit_test(a_full_buffer_drops_and_counts) };
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}

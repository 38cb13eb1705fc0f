/* Replays the seeds of the fuzz targets of this room: whole, cut short at every length, and with bytes
 * exchanged for those that mean something in a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#define LLVMFuzzerTestOneInput fuzz_cookie
#include "../../fuzz/cookie.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_target
#include "../../fuzz/target.c"
#undef LLVMFuzzerTestOneInput

static void try_all(int (*target)(const uint8_t *, size_t), const char *bytes, size_t n)
{
	static const char signs[] = "/%?&=;:[]@#\" \t\r\n\x7f\xff" "0a";
	char *copy = malloc(n + 1);
	assert_non_null(copy);
	for (size_t cut = 0; cut <= n; cut++) {
		char *exact = malloc(cut + !cut); /* of its exact size, so that reading past it is seen */
		assert_non_null(exact);
		memcpy(exact, bytes, cut);
		target((const uint8_t *)exact, cut);
		free(exact);
	}
	for (size_t i = 0; i < n * (sizeof signs); i++) {
		memcpy(copy, bytes, n);
		copy[i % n] = signs[i / n]; /* the last one is a NUL */
		target((const uint8_t *)copy, n);
	}
	free(copy);
}

static void replay(const char *name, int (*target)(const uint8_t *, size_t))
{
	char folder[512] = __FILE__, bytes[4096];
	struct dirent **list = NULL;
	size_t seen = 0;
	/* tests/unit/httpd/seeds_test.c is three steps below tests */
	for (int i = 0; i < 3; i++) *strrchr(folder, '/') = '\0';
	int n = scandir(strcat(strcat(folder, "/fuzz/seeds/"), name), &list, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char path[1024];
		snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
		FILE *f = list[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
		free(list[i]);
		if (!f) continue;
		size_t size = fread(bytes, 1, sizeof bytes, f);
		fclose(f);
		try_all(target, bytes, size);
		seen++;
	}
	free(list);
	assert_true(seen > 0);
}

static void cookies_are_read_or_refused(void **state)
{
	(void)state;
	replay("cookie", fuzz_cookie);
}

static void targets_are_answered(void **state)
{
	(void)state;
	replay("target", fuzz_target);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(cookies_are_read_or_refused), cmocka_unit_test(targets_are_answered) };
	return cmocka_run_group_tests_name("httpd seeds", tests, NULL, NULL);
}

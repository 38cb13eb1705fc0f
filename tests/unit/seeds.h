/* Replays the seeds of one fuzz target: whole, cut short at every length, and with bytes exchanged. A test includes the
 * target, names the folder of its seeds in SEEDS, and says in LEAST how many there are at the least. Every try has
 * memory of its exact size, so that reading past the end is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static void try_one(const char *bytes, size_t n, size_t changed, char to)
{
	char *exact = malloc(n + !n);
	assert_non_null(exact);
	memcpy(exact, bytes, n);
	if (changed < n) exact[changed] = to;
	LLVMFuzzerTestOneInput((const uint8_t *)exact, n);
	free(exact);
}

static void try_all(const char *bytes, size_t n)
{
	static const char signs[] = "()[],.*/+-=:<>'\"` 0a#";
	for (size_t cut = 0; cut <= n; cut++) try_one(bytes, cut, SIZE_MAX, 0);
	for (size_t i = 0; i < n; i++) try_one(bytes, n, i, signs[(i + n) % (sizeof signs - 1)]);
}

static void every_seed_and_its_ruins_are_read_or_refused(void **state)
{
	(void)state;
	char folder[512] = __FILE__;
	char bytes[4096];
	struct dirent **list = NULL;
	size_t seen = 0;
	*strrchr(folder, '/') = '\0'; /* tests/unit */
	strcat(folder, "/../fuzz/seeds/" SEEDS);
	int n = scandir(folder, &list, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char path[1024];
		snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
		FILE *f = list[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
		free(list[i]);
		if (!f) continue;
		size_t size = fread(bytes, 1, sizeof bytes, f);
		fclose(f);
		try_all(bytes, size);
		seen++;
	}
	free(list);
	assert_true(seen >= LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_seed_and_its_ruins_are_read_or_refused) };
	return cmocka_run_group_tests_name(SEEDS " seeds", tests, NULL, NULL);
}

/* Replays the seeds of the fuzz target, whole, cut short at every length, and with bytes exchanged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../fuzz/v1expr.c"

static void try_all(const char *bytes, size_t n)
{
	static const char signs[] = "()[],.*/+-=:<>'\"` 0a";
	char copy[4096];
	for (size_t cut = 0; cut <= n; cut++) LLVMFuzzerTestOneInput((const uint8_t *)bytes, cut);
	for (size_t i = 0; i < n; i++) {
		memcpy(copy, bytes, n);
		copy[i] = signs[(i + n) % (sizeof signs - 1)];
		LLVMFuzzerTestOneInput((const uint8_t *)copy, n);
	}
}

static void every_seed_and_its_ruins_are_read_or_refused(void **state)
{
	(void)state;
	char folder[512] = __FILE__;
	char bytes[4096];
	struct dirent **list = NULL;
	size_t seen = 0;
	/* tests/unit/legacy/seeds_test.c → tests/fuzz/seeds/v1expr */
	for (int i = 0; i < 3; i++) *strrchr(folder, '/') = '\0';
	strcat(folder, "/fuzz/seeds/v1expr");
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
	assert_true(seen > 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_seed_and_its_ruins_are_read_or_refused) };
	return cmocka_run_group_tests_name("v1 expression seeds", tests, NULL, NULL);
}

/* Links that people share files by become the addresses of the files, and no other address changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "fetch/inside.h"

#define GOOGLE "https://docs.google.com/spreadsheets/d/"
#define DRIVE "https://drive.usercontent.google.com/download?id=1AbC-d_9&export=download&confirm=t"

static const struct { const char *link, *file; } rows[] = {
	{ GOOGLE "1AbC-d_9/edit?usp=sharing", GOOGLE "1AbC-d_9/export?format=xlsx" },
	{ GOOGLE "1AbC-d_9/edit#gid=12", GOOGLE "1AbC-d_9/export?format=csv&gid=12" },
	{ GOOGLE "1AbC-d_9/edit?gid=0#gid=0", GOOGLE "1AbC-d_9/export?format=csv&gid=0" },
	{ GOOGLE "e/2PACX-1v/pubhtml?gid=7&single=true", GOOGLE "e/2PACX-1v/pub?output=csv&single=true&gid=7" },
	{ GOOGLE "e/2PACX-1v/pubhtml", GOOGLE "e/2PACX-1v/pub?output=xlsx" },
	{ "https://drive.google.com/file/d/1AbC-d_9/view?usp=drive_link", DRIVE },
	{ "https://drive.google.com/open?id=1AbC-d_9", DRIVE },
	{ "https://drive.google.com/uc?export=view&id=1AbC-d_9&x=1", DRIVE },
	{ "https://1drv.ms/x/s!AbC", "https://api.onedrive.com/v1.0/shares/u!aHR0cHM6Ly8xZHJ2Lm1zL3gvcyFBYkM/driveItem/content" },
	{ "https://town.sharepoint.com/:x:/s/Open/EaB?e=4x", "https://town.sharepoint.com/:x:/s/Open/EaB?e=4x&download=1" },
	{ "https://town-my.sharepoint.com/:x:/g/personal/a/EaB", "https://town-my.sharepoint.com/:x:/g/personal/a/EaB?download=1" },
	{ "https://www.dropbox.com/scl/fi/abc/trees.csv?rlkey=k&dl=0", "https://www.dropbox.com/scl/fi/abc/trees.csv?rlkey=k&dl=1" },
	{ "https://www.dropbox.com/s/abc/trees.csv?dl=0", "https://www.dropbox.com/s/abc/trees.csv?dl=1" },
};
static const char *const others[] = {
	"https://example.org/spreadsheets/d/1AbC/edit", "https://drive.google.com/drive/folders/1AbC", "https://docs.google.com.evil.example/spreadsheets/d/1/edit",
	"https://evilsharepoint.com/:x:/s/a", "http://docs.google.com/spreadsheets/d/1/edit", "https://docs.google.com/spreadsheets/d//edit", "https://docs.google.com/document/d/1/edit",
	"https://town.sharepoint.com/sites/Open/trees.csv", "ftp://drive.google.com/file/d/1/view", "not an address",
};

static void links_become_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_arena a = ARENA_INIT;
		struct str out = STR("");
		if (!fetch_shared(&a, str_of(rows[i].link), &out)) fail_msg("%s is no link", rows[i].link);
		if (!str_eq(out, str_of(rows[i].file))) fail_msg("%s: %.*s", rows[i].link, STR_ARG(out));
	}
}

static void others_stay(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		auto_arena a = ARENA_INIT;
		struct str out = STR("");
		if (fetch_shared(&a, str_of(others[i]), &out)) fail_msg("%s: %.*s", others[i], STR_ARG(out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(links_become_addresses), cmocka_unit_test(others_stay) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A folder goes with all that is in it. */
#include "io/io.h"
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

enum { OPEN_FILES = 16 };

/* What cannot be removed is met again by the folder that holds it. */
static int gone(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path);
	return 0;
}

bool io_remove_tree(const char *path)
{
	(void)nftw(path, gone, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
	return access(path, F_OK) != 0 && errno == ENOENT;
}

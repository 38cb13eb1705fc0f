/* What the files of reading share. */
#ifndef GDAL_READ_H
#define GDAL_READ_H

#include "gdal/gdal.h"
#include "gdal/library.h"

struct read_files {
	const struct gdal_read_library *lib;
	struct gdal_file *files;
	size_t n;
	char prefix[100];      /* what their paths begin with, a slash at its end */
};
struct read_files *read_files_mount(const struct gdal_read_library *lib, const struct gdal_file *files, size_t n);
void read_files_unmount(struct read_files *t);

#endif

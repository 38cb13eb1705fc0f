/* Loading the library. Linked with the program it would be loaded by every command, with the hundred and
 * more libraries that it needs itself. */
#include "gdal/inside.h"
#include "gdal/library.h"
#include <dlfcn.h>

/* Of the interface in C that is used here nothing has changed since version 3.3. */
static const char *const names[] = { "libgdal.so.32", "libgdal.so", "libgdal.so.34", "libgdal.so.35", "libgdal.so.36", "libgdal.so.37" };

bool gdal_library(struct gdal_library *out, struct err *e)
{
	void *handle = NULL;
	for (size_t i = 0; i < COUNT_OF(names) && !handle; i++) handle = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
	if (!handle) {
		err_set(e, ERR_SYSTEM, "the library that writes this format (GDAL) is not installed");
		return err_cause(e, "%s", dlerror());
	}
	void *found;
#define FIND(name) \
	found = dlsym(handle, #name); \
	if (!found) { \
		err_set(e, ERR_SYSTEM, "the library that writes this format (GDAL) is not one that is known"); \
		return err_cause(e, "no %s", #name); \
	} \
	memcpy(&out->name, &found, sizeof found);
	GDAL_FUNCTIONS(FIND)
#undef FIND
	return true;
}

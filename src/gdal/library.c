/* Loading the library. Linked with the program it would be loaded by every command, with the hundred and
 * more libraries that it needs itself. */
#include "gdal/inside.h"
#include "gdal/library.h"
#include <dlfcn.h>

/* Of the interface in C that is used here nothing has changed since version 3.3. */
static const char *const names[] = { "libgdal.so.32", "libgdal.so", "libgdal.so.34", "libgdal.so.35", "libgdal.so.36", "libgdal.so.37" };

static bool load(void **handle, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(names) && !*handle; i++) *handle = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
	if (*handle) return true;
	err_set(e, ERR_SYSTEM, "the library for this format (GDAL) is not installed");
	return err_cause(e, "%s", dlerror());
}

static bool strange(const char *name, struct err *e)
{
	err_set(e, ERR_SYSTEM, "the library for this format (GDAL) is not one that is known");
	return err_cause(e, "no %s", name);
}

#define FIND(name) \
	found = dlsym(handle, #name); \
	if (!found) return strange(#name, e); \
	memcpy(&out->name, &found, sizeof found);

bool gdal_library(struct gdal_library *out, struct err *e)
{
	void *handle = NULL;
	void *found;
	if (!load(&handle, e)) return false;
	GDAL_FUNCTIONS(FIND)
	return true;
}

bool gdal_read_library(struct gdal_read_library *out, struct err *e)
{
	void *handle = NULL;
	void *found;
	if (!load(&handle, e)) return false;
	GDAL_READ_FUNCTIONS(FIND)
	out->handle = handle;
	return true;
}

bool gdal_register(const struct gdal_read_library *lib, const char *symbol)
{
	void (*call)(void);
	void *found = dlsym(lib->handle, symbol);
	if (!found) return false;
	memcpy(&call, &found, sizeof found);
	call();
	return true;
}

/* Loading gd. Linked with the program it would be loaded by every command, with the fifty libraries that it
 * needs itself. */
#include "image/library.h"
#include <dlfcn.h>

bool image_library(struct image_library *out, struct err *e)
{
	void *handle = dlopen("libgd.so.3", RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		err_set(e, ERR_SYSTEM, "the library that reads pictures (gd) is not installed");
		return err_cause(e, "%s", dlerror());
	}
	void *found;
#define FIND(name)                                                                              \
	found = dlsym(handle, #name);                                                           \
	if (!found) {                                                                           \
		err_set(e, ERR_SYSTEM, "the library that reads pictures (gd) is not one that is known"); \
		return err_cause(e, "no %s", #name);                                            \
	}                                                                                       \
	memcpy(&out->name, &found, sizeof found);
	IMAGE_FUNCTIONS(FIND)
#undef FIND
	return true;
}

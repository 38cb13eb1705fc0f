/* Loading lasso. Linked with the program it would be loaded by every command, with GLib and XML Security. */
#include "sso/library.h"
#include <dlfcn.h>

bool sso_library(struct sso_library *out, struct err *e)
{
	void *handle = dlopen("liblasso.so.3", RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		err_set(e, ERR_SYSTEM, "the library for SAML (lasso) is not installed");
		return err_cause(e, "%s", dlerror());
	}
	void *found;
#define FIND(name)                                                                              \
	found = dlsym(handle, #name);                                                           \
	if (!found) {                                                                           \
		err_set(e, ERR_SYSTEM, "the library for SAML (lasso) is not one that is known"); \
		return err_cause(e, "no %s", #name);                                            \
	}                                                                                       \
	memcpy(&out->name, &found, sizeof found);
	SSO_FUNCTIONS(FIND)
#undef FIND
	return true;
}

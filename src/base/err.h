/* The one form of failure. A function that can fail returns bool and takes a struct err last:
 * true, outputs written; false, *e filled and outputs untouched. The first failure wins. `pub` may
 * be shown to anyone (no path, no SQL, no secret); `priv` goes to the log only. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include "base/attr.h"
#include "base/str.h"

enum err_code {
	ERR_NONE,
#define ERR(symbol, status, word, sentence) ERR_##symbol,
#include "base/errors.def"
#undef ERR
	ERR_COUNT
};

/* Lives on the caller's stack; filling it needs no memory. */
struct err {
	enum err_code code;
	const char *where; /* file:line of the failure */
	char pub[512];
	char priv[512];
};

struct err_kind {
	int status;           /* HTTP status */
	const char *word;     /* the word the API says */
	const char *sentence; /* English; translated by its own text */
};

const struct err_kind *err_kind(enum err_code code);

/* Note the first failure and return false, so that `return err_set(e, …)` reads well. */
#define err_set(e, code, ...) err_set_at((e), (code), __FILE__ ":" ERR_STRING(__LINE__), __VA_ARGS__)
#define ERR_STRING(x) ERR_STRING_(x)
#define ERR_STRING_(x) #x
bool err_set_at(struct err *e, enum err_code code, const char *where, const char *fmt, ...)
	printf_like(4, 5);
/* Adds the private cause to a failure already noted; returns false. */
bool err_cause(struct err *e, const char *fmt, ...) printf_like(2, 3);
/* A failed system call, errno read at once: a full disk becomes ERR_DISK_FULL, anything else
 * ERR_SYSTEM; the message of the system and fmt are private. */
#define err_os(e, ...) err_os_at((e), __FILE__ ":" ERR_STRING(__LINE__), __VA_ARGS__)
bool err_os_at(struct err *e, const char *where, const char *fmt, ...) printf_like(3, 4);

#endif

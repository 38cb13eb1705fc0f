/* The error value, filled without memory. */
#include "base/base.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const struct err_kind kinds[] = {
	[ERR_NONE] = { 200, "", "" },
#define ERR(symbol, status, word, sentence) [ERR_##symbol] = { status, word, sentence },
#include "base/errors.def"
#undef ERR
};

const struct err_kind *err_kind(enum err_code code)
{
	ensure((size_t)code < COUNT_OF(kinds));
	return &kinds[code];
}

bool err_set_at(struct err *e, enum err_code code, const char *where, const char *fmt, ...)
{
	if (e->code != ERR_NONE) return false;
	va_list ap;
	va_start(ap, fmt);
	e->code = code;
	e->where = where;
	vsnprintf(e->pub, sizeof e->pub, fmt, ap);
	va_end(ap);
	return false;
}

bool err_cause(struct err *e, const char *fmt, ...)
{
	size_t used = strnlen(e->priv, sizeof e->priv);
	va_list ap;
	va_start(ap, fmt);
	if (used + 3 < sizeof e->priv) {
		if (used) {
			memcpy(e->priv + used, "; ", 3);
			used += 2;
		}
		vsnprintf(e->priv + used, sizeof e->priv - used, fmt, ap);
	}
	va_end(ap);
	return false;
}

bool err_os_at(struct err *e, const char *where, const char *fmt, ...)
{
	int number = errno;
	if (e->code != ERR_NONE) return false;
	char what[256], message[128];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	const char *said = strerror_r(number, message, sizeof message);
	bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
	err_set_at(e, full ? ERR_DISK_FULL : ERR_SYSTEM, where,
	           full ? "no space is left where the portal keeps its data" : "the system refused");
	return err_cause(e, "%s: %s", what, said);
}

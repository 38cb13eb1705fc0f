/* Settings: rows of settings.def, read from the file, then the environment (STOA_<NAME>), then
 * flags (--name=value or --name value); the later wins. Unknown names and values out of bounds
 * are refused with the place where they stand. Nothing else in the house reads the environment.
 *
 * The file has lines "name = value"; '#' begins a comment; a value may stand in double quotes.
 * It is the one named by --config or STOA_CONFIG, else <data>/stoa.conf when it exists, else
 * /etc/stoa/stoa.conf when it exists. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/base.h"

struct conf {
#define NUMBER(symbol, name, least, most, otherwise, unit, sentence) int64_t symbol;
#define TEXT(symbol, name, otherwise, sentence) const char *symbol;
#define SWITCH(symbol, name, otherwise, sentence) bool symbol;
#define LIST(symbol, name, otherwise, sentence) const char *const *symbol; /* NULL-ended */
#include "conf/settings.def"
#undef NUMBER
#undef TEXT
#undef SWITCH
#undef LIST
	const char *file_or_null; /* the settings file that was read */
};

/* Reads settings into *out; texts live in the arena. `flags` are the arguments after the command's
 * name, `nflags` of them; what is not a setting's flag is left in place and the kept arguments are
 * moved to the front: *nflags becomes their count. `environment` is NULL-ended "NAME=value" and may
 * be NULL. Fails with ERR_USAGE naming file and line, variable or flag, what was expected. */
bool conf_read(struct arena *a, const char *const *environment, char **flags, int *nflags,
               struct conf *out, struct err *e) must_use;
/* The defaults alone. */
void conf_defaults(struct arena *a, struct conf *out);
/* Every setting with its value, where it came from is not told; as a settings file with
 * sentences. */
void conf_put(struct buf *b, const struct conf *c);
/* For help texts: name, value in words, unit, bounds, sentence. False past the last one. */
struct conf_row {
	const char *name, *otherwise, *unit, *sentence;
	int64_t least, most;
	bool number;
};
bool conf_row(size_t i, struct conf_row *out) must_use;

#endif

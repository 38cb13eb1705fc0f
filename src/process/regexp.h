/* Regular expressions as Python spells them, bounded: the room's door to PCRE2. Patterns are compiled once for a line
 * (just in time where the machine allows it); a match has a limit of steps and of memory, a text one of length. What goes
 * beyond is a failure of that cell. Names of groups: (?P<name>…). */
#ifndef PROCESS_REGEXP_H
#define PROCESS_REGEXP_H

#include "base/base.h"

enum {
	REGEXP_MOST_PATTERN = 4096,
	REGEXP_MOST_TEXT = 1 << 20
};
enum regexp_flags { REGEXP_IGNORE_CASE = 1u << 0, REGEXP_MULTILINE = 1u << 1, REGEXP_DOT_ALL = 1u << 2 };

struct process_regexp; /* of one thread */
/* Fails with ERR_PARAMETER and a sentence that tells the position. */
bool regexp_new(struct str pattern, unsigned flags, struct process_regexp **out, struct err *e) must_use nonnull_all;
void regexp_free(struct process_regexp *x_or_null);
size_t regexp_groups(const struct process_regexp *x);          /* without the whole */
/* The name of a group, from 1; empty when it has none. */
struct str regexp_group_name(const struct process_regexp *x, size_t group);
/* The number of a group's name, or -1. */
int regexp_group(const struct process_regexp *x, struct str name);

enum regexp_end { REGEXP_FOUND, REGEXP_NONE, REGEXP_LIMIT, REGEXP_LONG };
/* Searches text from `from`. What was found is read by regexp_span until the next search. */
enum regexp_end regexp_search(struct process_regexp *x, struct str text, size_t from);
/* Where a group matched (0: the whole); false when it took no part. */
bool regexp_span(const struct process_regexp *x, size_t group, size_t *from, size_t *to);
/* A sentence on LIMIT and LONG. */
const char *regexp_why(enum regexp_end end);

#endif

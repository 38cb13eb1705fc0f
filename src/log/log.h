/* The log: one line an event, logfmt or JSON, to a file descriptor. A line is put in a bounded
 * buffer and written by a thread of the log's own; when the buffer is full the line is counted
 * and dropped, so that nobody who logs ever waits for a disk. Refuses personal data by custom:
 * no address, no user agent, no query value, no name of a person goes into a field; paths
 * appear as route patterns. Any thread. */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include "base/base.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_form { LOG_FORM_TEXT, LOG_FORM_JSON };

enum log_kind { LOG_FIELD_END, LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_MS };
struct log_field {
	const char *name; /* [a-z_]+ */
	enum log_kind kind;
	struct str text;
	int64_t number;   /* LOG_FIELD_MS: microseconds, shown as milliseconds with three places */
};
static inline struct log_field log_text(const char *name, struct str v)
{
	return (struct log_field){ .name = name, .kind = LOG_FIELD_TEXT, .text = v };
}
static inline struct log_field log_int(const char *name, int64_t v)
{
	return (struct log_field){ .name = name, .kind = LOG_FIELD_INT, .number = v };
}
static inline struct log_field log_ms(const char *name, int64_t us)
{
	return (struct log_field){ .name = name, .kind = LOG_FIELD_MS, .number = us };
}

struct log;
struct log_options {
	int fd;               /* keeps; 2 is standard error */
	enum log_level least; /* below it nothing is written */
	enum log_form form;
};
bool log_open(const struct log_options *o, struct log **out, struct err *e) must_use nonnull_all;
/* Writes what is waiting, then frees. NULL does nothing. */
void log_close(struct log *l);
/* Waits until what was said so far is written; for the end of a process and for tests. */
void log_flush(struct log *l);
/* One line: time, level, event ([a-z_.]+), fields up to the one that ends them. l may be NULL:
 * nothing happens. Use log_say, which ends the list itself:
 *     log_say(l, LOG_LEVEL_INFO, "published", log_text("portal", host), log_int("rows", n)); */
void log_write(struct log *l, enum log_level level, const char *event,
               const struct log_field *fields);
#define log_say(l, level, event, ...) \
	log_write((l), (level), (event), (const struct log_field[]){ __VA_ARGS__, { 0 } })
/* A failure: code word, where, public and private parts. */
void log_failure(struct log *l, enum log_level level, const char *event, const struct err *e);
bool log_wants(const struct log *l, enum log_level level);
uint64_t log_dropped(const struct log *l);

#endif

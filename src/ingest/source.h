/* What the files of this room share: a source as rows of cells, whatever its format. Rows are read
 * twice, once to prove the types, once to load; a source can therefore begin again. */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include "ingest/ingest.h"
#include "json/json.h"
#include "process/process.h"

/* --- a window over a file ------------------------------------------------------------------------- */

/* Bytes of a file from a place on, kept whole while they are looked at. Reads with read(), so a file
 * that shrinks is an early end and not a signal. */
struct window {
	int fd;
	int64_t start;       /* where the text begins in the file (after a byte order mark) */
	char *p;
	size_t cap;
	size_t at, to;       /* p[at…to) is unread */
	bool end;            /* the file has no more */
	int64_t taken;       /* bytes of the file before p[0], counted from start */
};
enum { WINDOW_MAX = 128 << 20 };

void window_init(struct window *w, int fd, int64_t start);
void window_done(struct window *w);
bool window_rewind(struct window *w, struct err *e) must_use;
/* More bytes behind p[at…to), which may move. *more false: there are none. ERR_TOO_LARGE when the kept
 * part passes WINDOW_MAX. */
bool window_more(struct window *w, bool *more, struct err *e) must_use;
static inline int64_t window_place(const struct window *w) { return w->taken + (int64_t)w->at; }

/* --- rows of cells ------------------------------------------------------------------------------- */

struct row {
	struct cell *cells; /* borrowed until the next row */
	size_t n;
	int64_t number;     /* in the file, from 1 */
	bool more;          /* false: there was no further row */
	const char *fault;  /* not NULL: the row cannot be used, and why */
};

struct source;

enum source_flags {
	SOURCE_TEXT = 1u << 0,    /* bytes are text: the encoding is found out, and made UTF-8 */
	SOURCE_HEADED = 1u << 1,  /* the first row may be headings; else names come from the format */
};

struct source_format {
	const char *name;
	const char *suffixes;     /* separated by blanks */
	unsigned flags;
	unsigned (*sniff)(struct str head); /* 0 … 100, of the unpacked beginning */
	bool (*open)(struct source *s, struct err *e);
	bool (*rewind)(struct source *s, struct err *e);
	bool (*next)(struct source *s, struct row *out, struct err *e);
	/* Another way to read it, after a whole pass showed `bad` unusable rows of `rows`; NULL or false:
	 * there is none, and the best so far is chosen. */
	bool (*again)(struct source *s, int64_t rows, int64_t bad, size_t columns);
	void (*close)(struct source *s);
	void (*describe)(struct source *s, struct json_out *j); /* members of the dialect */
	int64_t (*place)(struct source *s); /* bytes read, for progress */
};

struct load; /* see load.h */

struct source {
	const struct source_format *format;
	struct load *load;
	int fd;               /* plain bytes; UTF-8 when the format is text */
	int64_t start;        /* where they begin, after a byte order mark */
	int64_t bytes;
	size_t columns;       /* how many cells most rows have, where a format knows; else 0 */
	/* Names of columns, for formats that are not headed; grows while rows come. */
	VEC(struct str) names;
	void *state;
};

extern const struct source_format *const source_formats[];

#endif

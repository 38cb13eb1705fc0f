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
	SOURCE_ZIPPED = 1u << 2,  /* the format is a zip file of its own (workbooks) */
	SOURCE_SET = 1u << 3,     /* several files belong together (a shapefile); see `files` */
	SOURCE_NAMED = 1u << 5,   /* read when its name or its publisher says so too; any other is a stranger (a web page) */
	SOURCE_WHOLE = 1u << 4,   /* rows do not pass through next(): the engine reads the file (Parquet) */
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
	/* Members of the extractor's parameters that were found out, as they would be given; NULL: none. */
	void (*used)(struct source *s, struct json_out *j);
};

/* A file of a set, or of an archive that is read as one. */
struct source_file { struct str name; int fd; int64_t bytes; };

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
	/* Of names that are names of fields already (many.c): what people call them. */
	VEC(struct str) labels;
	void *state;

	/* How it is to be read: of the part, or of the job where that has no parts. */
	int given;                     /* the descriptor that was handed in; borrowed */
	int archive;                   /* it, or what was unpacked of it, where that is an archive; -1 */
	struct str name;               /* of the file, without what it was packed in */
	const struct ingest_extractor *extractor; /* NULL: found out, by the format */
	struct json_doc *params;       /* of the extractor; NULL: none */
	struct ingest_dialect dialect; /* params win over the job's */
	struct str part, wanted;       /* dotted path or sheet; file inside an archive; empty: found out */
	int64_t limit_rows;            /* a sample ends there; 0: all */

	/* What was found. */
	struct str inside, encoding;
	int64_t nuls;                  /* NUL bytes in the text */
	int64_t table_row;             /* where the table begins, by the format; 0: in the first row */
	bool spread;                   /* merged cells of headings were filled */
	VEC(struct source_file) files; /* of a SOURCE_SET */
	VEC(struct str) members;       /* of an archive, in their order: one table; of the first is fd */
};

/* --- params.c: parameters of the extractor ----------------------------------------------------------- */

/* Values as they were given: texts, numbers and truths may each be spelled as text. */
struct str param_text(const struct source *s, const char *name);       /* empty: not given */
int64_t param_int(const struct source *s, const char *name, int64_t otherwise);
bool param_bool(const struct source *s, const char *name, bool otherwise);
bool param_given(const struct source *s, const char *name);

extern const struct source_format *const source_formats[];
/* The row of extractors.def that reads a format. */
const struct ingest_extractor *extractor_of_format(const char *format);

#endif

/* Publishing's reading half: a file from anywhere becomes a finished version file, its types proved on
 * every cell. Refuses to decide which dataset, which version number and who may: that is catalog's.
 *
 * Everything that touches the source's bytes (unpacking, parsing, proving, loading) happens in one
 * child process in the role "__load", caged before the first byte is read; a crash, a limit or a kill
 * there is one error here, with nothing left behind. See child/child.h.
 *
 * What is decided, for every format
 * - Blanks at both ends of a cell are dropped; an empty cell is null. `NA N/A n/a null NULL None nan
 *   NaN - -- #N/A \N n/c N/C n/d N/D n.c. n.d. nc NC nd ND s/o k.A.` are null only where the other cells of the column prove a
 *   type that is not text; how many there were is noted.
 * - int: every cell a whole number that fits 64 bits, no leading zero, no plus sign. double: digits
 *   with one decimal mark; a whole part beyond 15 digits would lose some, so the column stays text.
 *   Marks of thousands (comma, point, blank, apostrophe) are read when every cell has them in place.
 *   "1,234" in every cell may be either; other columns of the file decide, else it stays text.
 * - A sign beside numbers (% € k€ EUR $ £) is taken off and becomes the field's unit, where no cell of the column has another one and, of
 *   percentages, nine of ten have it. Of spreadsheets a percentage is what it shows: 12 %, not 0.12.
 * - A column of numbers or dates but for a few cells is one of numbers or dates all the same: where at least ten cells have a value and
 *   nine of ten fit, and no other looks like a code ("2A004" among whole numbers). The others become null and are rejected.
 * - Numbers of firms (columns called SIRET or SIREN) are text, whatever their first digit. So are whole numbers of nine figures and more, as many in
 *   every cell, in columns whose names are those of codes (proof_means_codes), where the file has no types; with a note.
 * - boolean: true/false, vrai/faux, wahr/falsch, verdadero/falso, vero/falso. Words such as yes/no are
 *   what readers search for and stay text, unless a schema says boolean.
 * - date: YYYY-MM-DD, YYYY/MM/DD, month names, DD/MM/YYYY or MM/DD/YYYY when some cell has a part over
 *   12. Where none has, another column of the file decides; else the column stays text and a note gives
 *   both readings. Years of two figures (3/4/24, 03.04.24) are 1969 to 2068, with a note. A year, or a year and a month, is a date from 1000 on: "0101" is a code. datetime: the same
 *   with a time; offsets are turned into UTC, none means UTC or the time zone the schema names; a note says
 *   that there was none.
 * - geo_point_2d: every cell "lat,lon" in degrees, and one of them more than "12,5" (strings of JSON may have a decimal comma). A column named latitude (lat, y …) and one named
 *   longitude (lon, lng, x …), both numbers in range, give one more field geo_point_2d; they stay.
 * - geo_shape: every cell a GeoJSON geometry or Feature, or WKT.
 * - JSON: an array of scalars is a multivalued text; objects and other arrays are a json_blob; a whole number
 *   beyond 64 bits is a text with its digits.
 * - Parquet: columns of geometry (GeoParquet) are shapes, points where all are; other systems are turned into WGS 84.
 * - The type that a field was published as is kept when its dataset is published again, unless somebody chose one: pledge.h has the rule.
 * - A heading becomes a field name by text_field_name, made unique by a number; the label keeps it. An
 *   empty heading is "Column 3". Both are noted.
 * - A file with headings only publishes no rows and text fields; an empty file is refused.
 * - A row with too few cells has nulls at its end (noted); one with more cells than headings that are
 *   not empty is left out and rejected: nobody knows which of its cells are which.
 *   A cell over LIMIT_CELL_BYTES rejects its row.
 *
 * With a schema, fields take the columns whose heading, field name or label is theirs. A field without
 * column is an error that names near spellings; a column without field is left out with a note. A cell
 * that does not fit its type becomes null and is rejected, the row stays; a cell of an `id` field that
 * does not fit rejects its row. Zeros in front fit a declared number. `strict` refuses the whole instead
 * when anything is rejected.
 *
 * Rejects are lines {"row","field","value","reason"}: `row` counts rows of the file, the heading
 * included, as a spreadsheet numbers them; `value` is cut at 200 bytes; at most LIMIT_REJECTS lines, the
 * rest is counted. The file exists only when there is at least one. */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include "base/base.h"
#include "ingest/supply.h"
#include "pool/pool.h"
#include "process/process.h"
#include "value/value.h"

/* --- one source into one version file ------------------------------------------------------------ */

/* What is known of a CSV before reading; zero: found out over the whole file. */
struct ingest_dialect {
	char delimiter;             /* , ; tab | */
	char quote;                 /* " or ' */
	char escape;                /* stands before a quote that belongs to a quoted cell, beside doubled ones; 0: none */
	enum { INGEST_HEADER_FIND, INGEST_HEADER_YES, INGEST_HEADER_NO } header;
	char decimal;               /* . or , */
	struct str encoding;        /* "utf-8", "windows-1252", "utf-16le" … */
};

enum ingest_phase { INGEST_UNPACKING, INGEST_PROVING, INGEST_LOADING, INGEST_FINISHING };
struct ingest_progress {
	enum ingest_phase phase;
	int64_t bytes, total; /* of this phase; total 0: not known */
	int64_t rows;
	int64_t errors;       /* refusals so far; told from loading on */
};

/* One of several sources of a dataset, and how it is to be read. */
struct ingest_part {
	int source;                   /* borrowed */
	struct str uid, name;
	struct str extractor;         /* type of a row of extractors.def; empty: found out */
	struct str params;            /* JSON object of its parameters; those that are missing are found out */
};

struct ingest_job {
	int source;                   /* open for reading: a file or a pipe; borrowed */
	struct str name;              /* as the person knows it; its suffix helps to tell the format */
	struct str format;            /* csv tsv json jsonl geojson parquet xlsx; empty: found out */
	struct str inside;            /* file inside a zip; empty: the only one that fits */
	struct str part;              /* JSON: dotted path of the array; XLSX: the sheet; empty: found out */
	struct ingest_dialect dialect;
	const struct schema *schema;  /* NULL: found out */
	bool strict;
	bool plain;                   /* true: no facets guessed where no schema is given */
	struct str version_path;      /* absolute, must not exist; ends in .tmp so that a sweep finds it */
	struct str rejects_path;      /* absolute, must not exist; likewise */
	struct str salt;              /* of the ids of records (record/); empty: none */
	int64_t spare_mb;             /* ends with ERR_DISK_FULL when less of the disk would stay free (io_spare_bytes) */
	/* A dataset made of a configuration (config/): several sources, the first of which says what the fields are, then processors and
	 * field configurations as JSON arrays, and rows for what processors need, each a file of supplies (see supply.h), in the order of
	 * process_needs. `source`, `name`, `dialect`, `inside` and `part` are not read when there are parts. */
	const struct ingest_part *parts;
	size_t nparts;
	struct str processors, fields;
	const int *supplies;
	size_t nsupplies;
	uint64_t seed;                /* of what processors draw by chance */
	struct instant now;           /* for processors; us 0: the present */
	struct str language;          /* of the dataset */
	int collect;                  /* ingest_collect's own */
	struct str lack;              /* previews: why there are fewer supplies than needs */
	bool beside;                  /* pictures and documents that lie in an archive beside its table are put into a file (ingest_beside_…) */
	int64_t most_rows;            /* of the dataset, the first are kept; 0: no limit */
	bool example;                 /* rows tell what fields there are, and are not kept */
	struct str columns;           /* JSON array of the columns that sources had last time (ingest_result.columns): one that
	                                 vanished, of a field that is not discarded, ends it; empty: never mind */
	struct str types;             /* what columns were published as last (ingest_result.types): they are held to it, see pledge.h; empty: nothing
	                                 was promised */
	int64_t memory_mb;            /* of the child; 0: half the machine, at least 2 GiB */
	int64_t cpu_s;                /* 0: 3600 */
	int64_t file_mb;              /* largest file written; 0: 65,536 */
	void (*progress)(void *arg, const struct ingest_progress *p); /* may be NULL; caller's thread */
	void *arg;
	struct cancel *cancel;        /* may be NULL */
	const char *program;          /* NULL: this program; it must call ingest_child_main for "__load" */
};

struct ingest_reason {
	struct str reason;  /* "not a whole number" */
	struct str field;   /* empty: the row */
	int64_t count;
	int64_t first_row;
};
struct ingest_dates {
	struct str field;
	int64_t first_us, last_us; /* days of date fields, as UTC midnight */
};
struct ingest_result {
	struct schema schema;
	int64_t rows, rejects, bytes; /* bytes of the source, unpacked */
	struct ingest_reason *reasons;
	size_t nreasons;
	struct str *notes;            /* whole sentences for the publisher */
	size_t nnotes;
	struct str format;            /* what it was read as */
	bool limited;                 /* there were more rows than most_rows */
	struct str columns;           /* JSON array [{"name","field"}]: columns of the sources, and the fields they became; of jobs with parts */
	struct str types;             /* JSON array [{"column","type","list","geometry","dates","decimal"}]: what the next publication is held to */
	struct str dialect;           /* JSON object: encoding, delimiter, header, inside, part … */
	bool has_box;
	double west, south, east, north;
	struct ingest_dates *dates;   /* one a date field that has values */
	size_t ndates;
};

/* Runs a job to its end in a child. Everything of the result lives in the arena. On failure neither
 * file exists: ERR_BAD_SOURCE for what is wrong with the file, ERR_TOO_LARGE, ERR_DISK_FULL,
 * ERR_CANCELLED within 200 ms of the token. Blocks; any thread. */
bool ingest_run(const struct ingest_job *job, struct arena *a, struct ingest_result *out,
                struct err *e) must_use nonnull_all;

/* What lay beside tables in archives, in a file of the version's name and this ending; there only when there was something. Whoever runs the
 * job removes it. The next file of it: its name, in the arena, and where its content is. False at the end; the bytes come from the
 * cage and are believed no further than the file reaches. */
#define INGEST_BESIDE ".beside.tmp"
struct ingest_beside { struct str name; int64_t at, bytes; };
bool ingest_beside_next(int fd, int64_t *at, struct arena *a, struct ingest_beside *out) must_use nonnull_all;

/* The role "__load": gives the exit code of the process. Call it from main before anything else when
 * the first argument is INGEST_ROLE. */
#define INGEST_ROLE "__load"
int ingest_child_main(void);

/* What is wrong with field configurations, by place ("fields/2/args"). `fields`: the array, or NULL. */
void ingest_fields_check(const struct json_node *fields, struct process_faults *out);
/* Does an operation change only how a field is told and offered (label, description, facet …), and no data? */
bool ingest_fields_looks(const struct json_node *operation);
/* A schema that stands, told anew by such operations; `columns`: ingest_result.columns of its publication. */
bool ingest_fields_describe(struct arena *a, const struct schema *now, struct str columns, struct str operations, struct schema *out,
                            struct err *e) must_use;

/* --- extractors: how the kinds of sources are read ---------------------------------------------------------- */

/* A row of extractors.def, in the words of the management API; a source's format is chosen by it. */
struct ingest_parameter {
	const char *name;     /* "separator" */
	const char *kind;     /* "text", "int", "bool", "choice", "list" */
	const char *otherwise;/* default as text; NULL: none */
	const char *choices;  /* separated by blanks; NULL */
	bool guessed;         /* found out when it is not given */
	const char *label, *help; /* N_("…"); help may be NULL */
};
struct ingest_extractor {
	const char *type;     /* "csvfile" */
	const char *label;    /* N_("…") */
	const char *suffixes; /* separated by blanks */
	const char *formats;  /* words of ingest_job.format that it reads, separated by blanks; empty: found out */
	const struct ingest_parameter *parameters; /* ends with a NULL name */
};
extern const struct ingest_extractor ingest_extractors[]; /* ends with a NULL type */
const struct ingest_extractor *ingest_extractor_or_null(struct str type) nonnull_all;
/* The same by a word that a person would use: a type, a format ("xlsx") or a suffix ("gpkg"). */
const struct ingest_extractor *ingest_extractor_called(struct str word) nonnull_all;
/* Are these parameters ones that the extractor has, with values of their kinds? ERR_PARAMETER names the parameter, what was
 * expected and, where a name is not known, those that are. An empty text and "{}" are none. */
bool ingest_params_check(const struct ingest_extractor *x, struct str params, struct err *e) must_use nonnull_all;
/* Which extractors fit a source, likeliest first, each with all its parameters as they would be used; in the cage. */
struct ingest_guess { struct str type, params; int confidence; /* 0 … 100 */ };
bool ingest_guess(int source, struct str name, struct arena *a, struct ingest_guess **out, size_t *n, struct err *e) must_use nonnull_all;
/* The distinct questions that need number `need` of the processors asks, needs before it being met by the job's supplies: a file of
 * supplies (supply.h) with one column "question", in a file without a name, the caller's. In the cage; nothing else is written. */
bool ingest_collect(const struct ingest_job *job, size_t need, int *questions, struct arena *a, struct err *e) must_use nonnull_all;
/* The answer of publish_preview (publish/publish.h) but for what it says of the file as a whole; in the cage. `parts`, `processors`,
 * `fields` and `supplies` of the job are read; nothing is written. */
bool ingest_preview(const struct ingest_job *job, int rows, struct arena *a, struct str *json, struct err *e) must_use nonnull_all;

/* --- single records --------------------------------------------------------------------------------- */

/* Takes JSON objects, one a record, as rows of a schema: the rules of publishing with a schema, except
 * that a record with a value that does not fit is refused as a whole. Members that are no field are
 * passed over; a member that is missing is null; one of an `id` field must be there. A point without a
 * value of its own is made of the record's shape, or of its latitude and longitude. In the calling
 * process: the only foreign code that sees the bytes is the JSON reader. One thread at a time. */
struct ingest_taker;
/* Keeps the schema and the salt of records' ids. ERR_BAD_SOURCE when it names a time zone that does not exist. */
bool ingest_taker_new(const struct schema *s, struct str salt, struct ingest_taker **out, struct err *e) must_use nonnull_all;
void ingest_taker_free(struct ingest_taker *t);
/* Adds a record; false: *why is ERR_BAD_REQUEST naming field, value and what was expected. There must be
 * room: fewer than LIMIT_BATCH_ROWS since the last clear. */
struct json_node;
bool ingest_take(struct ingest_taker *t, const struct json_node *record, struct err *why) must_use nonnull_all;
/* What was taken, with the records' ids; borrowed until the next take or clear. */
const struct batch *ingest_taken(struct ingest_taker *t, const uint8_t (**ids)[16]);
void ingest_taker_clear(struct ingest_taker *t);

/* --- Frictionless data packages -------------------------------------------------------------------- */

struct ingest_licence { struct str name, title, url; };
struct ingest_origin { struct str title, url; };
struct ingest_resource {
	struct str name;         /* identifier within the package */
	struct str title, description, format;
	struct str path;         /* absolute; inside the package's folder, links followed */
	struct str homepage, version, modified; /* empty: not given */
	struct ingest_licence *licences; /* the resource's own, else the package's; so are the next two */
	size_t nlicences;
	struct ingest_origin *sources;
	size_t nsources;
	struct str *keywords;
	size_t nkeywords;
	const struct schema *schema; /* NULL: not given */
	struct ingest_dialect dialect;
};
struct ingest_package {
	struct str name, title, description, homepage, version;
	struct ingest_resource *resources;
	size_t n;
	struct str *notes; /* resources passed over (remote, inline, several parts) and why */
	size_t nnotes;
};
/* Reads a datapackage.json. Fails with ERR_BAD_SOURCE naming the resource and the property; a path that
 * leaves the folder is refused. */
bool ingest_package_read(struct arena *a, struct str path, struct ingest_package *out,
                         struct err *e) must_use nonnull_all;

#endif

/* The typed currency of the house: field types, schemas, values, and batches of rows by column.
 * Refuses to know where rows live or how they are shown.
 *
 * Shapes: an int is 64 bits; a datetime is microseconds since 1970 UTC; a date is days since 1970; a
 * point is latitude then longitude in degrees WGS 84; a shape is WKB bytes (GeoJSON axis order,
 * lon lat); a file is its URL or JSON object as text; a json_blob is JSON text. Only text can be
 * multivalued (a list). */
#ifndef VALUE_VALUE_H
#define VALUE_VALUE_H

#include "base/base.h"

enum value_type {
#define TYPE(symbol, word, duckdb, orders, numeric, sentence) VALUE_##symbol,
#include "value/types.def"
#undef TYPE
	VALUE_TYPES
};

struct value_kind {
	const char *word;   /* as the APIs spell it */
	const char *duckdb; /* column type of its main part */
	bool orders, numeric;
	const char *sentence;
};
const struct value_kind *value_kind(enum value_type t);
bool value_type_of(struct str word, enum value_type *out) must_use;

/* --- one value ------------------------------------------------------------------------------ */

/* One typed value, or null. Text is borrowed. Also what a hole of a statement is filled with. */
struct value {
	enum value_type type;
	bool null;
	union {
		int64_t i;      /* INT; DATETIME microseconds */
		double d;       /* DOUBLE */
		bool b;         /* BOOL */
		int32_t days;   /* DATE */
		struct str s;   /* TEXT, FILE, JSON; SHAPE as WKB */
		struct { double lat, lon; } at; /* POINT */
	};
};
#define VALUE_NULL_OF(t) ((struct value){ .type = (t), .null = true })
#define VALUE_OF_INT(v) ((struct value){ .type = VALUE_INT, .i = (v) })
#define VALUE_OF_DOUBLE(v) ((struct value){ .type = VALUE_DOUBLE, .d = (v) })
#define VALUE_OF_BOOL(v) ((struct value){ .type = VALUE_BOOL, .b = (v) })
#define VALUE_OF_TEXT(v) ((struct value){ .type = VALUE_TEXT, .s = (v) })
#define VALUE_OF_DATE(v) ((struct value){ .type = VALUE_DATE, .days = (v) })
#define VALUE_OF_DATETIME(v) ((struct value){ .type = VALUE_DATETIME, .i = (v) })
#define VALUE_OF_BLOB(v) ((struct value){ .type = VALUE_SHAPE, .s = (v) })

/* --- schema --------------------------------------------------------------------------------- */

enum field_flags {
	FIELD_FACET = 1u << 0,
	FIELD_DISJUNCTIVE = 1u << 1,
	FIELD_SORTABLE = 1u << 2,
	FIELD_MULTIVALUED = 1u << 3,  /* text only: stored as a list */
	FIELD_HIERARCHICAL = 1u << 4, /* text: path with `hierarchy` between levels */
	FIELD_ID = 1u << 5,           /* part of the record's identity */
	FIELD_HIDDEN = 1u << 6,       /* technical columns of the reflected catalogue */
	FIELD_RANGE = 1u << 7,        /* dates: the facet is offered as a range */
	FIELD_UNREAD = 1u << 8,       /* text that says nothing to people: a search that names no field passes it by */
};

enum { SCHEMA_WEIGHT_MOST = 100 };
struct field {
	struct str name;        /* [a-z0-9_]+ for records; template.meta for the catalogue */
	struct str label;       /* never empty */
	struct str description; /* may be empty */
	enum value_type type;
	unsigned flags;
	struct str separator;   /* of a multivalued source cell; empty: already a list */
	struct str hierarchy;   /* level separator */
	struct str facetsort;   /* "-count", "alphanum" …; empty: the default */
	struct str unit;
	struct str timezone;    /* of datetimes without offset in the source */
	struct str precision;   /* timeserie_precision: year month day hour minute; empty: full */
	int decimals;           /* -1: not given */
	int weight;             /* how much a word that a search finds here counts, 1 … SCHEMA_WEIGHT_MOST; 0: not given, which is 1 */
	/* What the field was called before: questions that still use these names mean this field, where no field has the name. */
	struct str *aliases;
	size_t naliases;
	/* JSON objects by language, {"fr":"Nom"}; empty: none but the label and description above. */
	struct str labels, descriptions;
	struct str languages;   /* JSON array of those in which pages show the field; empty: all. APIs have it in all */
};

/* Ordered fields. Field number i is column f<i> of the version's table (see sql/sql.h). */
struct schema {
	struct field *fields;
	size_t n;
	const struct schema_bound *bound_or_null;
};
/* What questions about a table see of it at most, whoever asks, because the table is another portal's and is shown here (catalog/link.c).
 * It goes with the fields, so that no question can be made without it. Fields that the other portal does not show have no name here. */
struct schema_bound {
	const struct schema *schema; /* as it is there: the same fields in the same order */
	struct str dataset_id;       /* … and how it is called there */
	struct str filter;           /* ODSQL of that portal, read with all its fields; empty: all rows */
	struct str own;              /* ODSQL of who shows it here, read with what is shown to them; empty: all rows */
	struct str mark;             /* another wherever something else is seen: for keys of what is kept of a table */
};
/* Index by name, or -1: the field of that very name, else the one that was called so before. */
int schema_find(const struct schema *s, struct str name);
/* In a language, else as they are without one. */
struct str field_label(const struct field *f, struct arena *a, struct str lang);
struct str field_description(const struct field *f, struct arena *a, struct str lang);
bool field_shown_in(const struct field *f, struct str lang);
/* The portal's own form, {"fields":[{"name","type","label","description","annotations":{…}}]}, or a
 * Frictionless Table Schema. Gives a schema in the arena. The error names the field and the key. */
bool schema_from_json(struct arena *a, struct str json, struct schema *out, struct err *e) must_use;
/* The array of FieldObjects of the Explore API (§10.1), scalars as annotations. */
void schema_put_json(struct buf *b, const struct schema *s);

/* --- rows by column ------------------------------------------------------------------------- */

struct column_type {
	enum value_type type;
	bool list; /* multivalued text */
};

struct list_span { uint32_t from, n; }; /* elements text[from … from+n) */

/* One column of a batch. `valid` NULL: every row has a value; else bit i of word i/64 tells. */
struct column {
	struct column_type type;
	const uint64_t *valid;
	union {
		const int64_t *ints;     /* INT, DATETIME */
		const double *doubles;   /* DOUBLE */
		const bool *bools;       /* BOOL */
		const int32_t *days;     /* DATE */
		const struct str *texts; /* TEXT, FILE, JSON, SHAPE (WKB) */
		const double *lats;      /* POINT, with lons below */
		const struct list_span *lists; /* TEXT list: spans into `items` */
	};
	const double *lons;
	const struct str *items;
};

/* Up to LIMIT_BATCH_ROWS rows. Borrowed from whoever filled it until its next turn. */
struct batch {
	struct column *columns;
	size_t ncolumns;
	size_t nrows;
};

static inline bool column_has(const struct column *c, size_t row)
{
	return !c->valid || (c->valid[row / 64] >> (row % 64) & 1);
}
/* One cell as a value (not for lists). */
struct value column_value(const struct column *c, size_t row);

/* --- where rows live ------------------------------------------------------------------------ */

struct tenant_id { int64_t v; };
/* One immutable table of one dataset of one portal; or, with `live`, that table and what was pushed
 * onto it up to that sequence number: just as immutable, since a later push has a higher one. */
struct version_ref {
	struct tenant_id tenant;
	int64_t dataset;
	int64_t number;
	int64_t live;  /* 0: nothing but the table */
	bool replaced; /* some rows of the table were replaced or deleted; false when live is 0 */
};

#endif

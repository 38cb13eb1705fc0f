/* What a record looks like from outside: its identity, and its values as JSON and as CSV text
 * (Explore API §12.4, §17). Works on batches, a column at a time where it can; the exports and the
 * record pages both write through it. Refuses to know HTTP or files. */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/base.h"
#include "clock/clock.h"
#include "value/value.h"

/* --- identity ---------------------------------------------------------------------------------- */

/* The id of a record is shown as 40 hexadecimal digits: 16 bytes of BLAKE2b over the dataset's salt and the values (of
 * all fields, or of those flagged FIELD_ID), then 4 check bytes made of the first 16. The salt is a secret of the dataset:
 * who does not see a field could otherwise try values for it until the id is the same. */
enum { RECORD_ID_BYTES = 16, RECORD_ID_DIGITS = 40 };

/* Ids of all rows of a batch. Equal values give equal ids whatever the batch, under the same salt. Empty: none, for what hides
 * nothing from whoever sees it, and for versions made before there was one. */
void record_ids(const struct schema *s, struct str salt, const struct batch *b, uint8_t (*out)[RECORD_ID_BYTES]);
void record_id_put(struct buf *b, const uint8_t id[RECORD_ID_BYTES]);
/* False when the text is not the id of any record (length, digits, check bytes). */
bool record_id_parse(struct str text, uint8_t out[RECORD_ID_BYTES]) must_use;

/* --- values ------------------------------------------------------------------------------------ */

/* How one result column is written. */
struct record_column {
	struct str key;              /* JSON key or CSV heading */
	struct column_type type;
	struct str precision;        /* of dates: "year", "month"; empty: full */
	bool json_text;              /* TEXT that holds JSON to be embedded (json_format, geo keys) */
};
struct record_style {
	const struct clock_zone *zone;   /* of datetimes */
	bool epochs;                     /* datetimes as milliseconds since 1970 */
	bool geometry_only;              /* shapes as bare geometry instead of a Feature */
};

void record_put_json(struct buf *b, const struct record_column *c, const struct column *col, size_t row,
                     const struct record_style *style);
/* One flat object {"key":value,…}; keys are escaped once by record_keys. */
struct record_keys; /* `"key":` of every column, ready to copy */
struct record_keys *record_keys(struct arena *a, const struct record_column *columns, size_t n);
void record_put_object(struct buf *b, const struct record_keys *keys, const struct batch *rows,
                       size_t row, const struct record_style *style);

struct record_csv {
	char delimiter;
	struct str list_separator;
	bool quote_all;
};
void record_put_csv(struct buf *b, const struct record_column *c, const struct column *col, size_t row,
                    const struct record_style *style, const struct record_csv *csv);
/* A value for people: numbers by locale and decimals, dates by locale. Plain text, not escaped. */
void record_put_reading(struct buf *b, const struct record_column *c, const struct field *f_or_null,
                        const struct column *col, size_t row, const struct record_style *style,
                        struct str lang);

#endif

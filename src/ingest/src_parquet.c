/* Parquet has types of its own and is read by the engine in batches (parquet.c); this row only knows
 * the file by its beginning and its end. */
#include "ingest/source.h"
#include <unistd.h>

static bool parquet_open(struct source *s, struct err *e)
{
	char tail[4] = { 0 };
	if (s->bytes >= 12 && pread(s->fd, tail, sizeof tail, (off_t)(s->bytes - 4)) == (ssize_t)sizeof tail &&
	    memcmp(tail, "PAR1", 4) == 0) return true;
	return err_set(e, ERR_BAD_SOURCE, "the Parquet file is cut short: its end is missing");
}

static unsigned parquet_sniff(struct str head) { return str_starts(head, STR("PAR1")) ? 100 : 0; }

const struct source_format source_parquet = { .name = "parquet", .suffixes = "parquet pq", .flags = SOURCE_WHOLE, .sniff = parquet_sniff,
	.open = parquet_open };

/* As many records as a dataset may have. Records with a key replace their like: near the limit it is asked which of them are new. */
#include "live/inside.h"
#include "crypt/crypt.h"
#include <stdlib.h>

enum { ID = 16, AT_ONCE = 1000 };

int64_t bound_rows(const struct journal_entry *entry)
{
	int64_t n = 0;
	if (entry->op != JOURNAL_PUT) return 0;
	for (size_t i = 0; i < entry->payload.n; i++) n += entry->payload.p[i] == '\n';
	return n;
}

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, ID); }

/* Once each, in place. */
static size_t sort_ids(char *ids, size_t n)
{
	size_t kept = n > 0;
	if (n) qsort(ids, n, ID, by_bytes);
	for (size_t i = 1; i < n; i++)
		if (memcmp(ids + i * ID, ids + (kept - 1) * ID, ID) != 0) memmove(ids + kept++ * ID, ids + i * ID, ID);
	return kept;
}

/* How many of some ids the picture that readers have knows. */
static bool count_known(struct engine *g, struct version_ref at, const char *ids, size_t n, int64_t *out, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	auto_arena a = ARENA_INIT;
	struct engine_cursor *k = NULL;
	struct batch b;
	struct sql q;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT count(DISTINCT _id) FROM ");
	sql_relation(&q, at);
	sql_lit(&q, " WHERE lower(lpad(to_hex(_id), 32, '0')) IN (");
	for (size_t i = 0; i < n; i++) {
		char hex[2 * ID + 1];
		crypt_hex((const unsigned char *)ids + i * ID, ID, hex);
		if (i) sql_lit(&q, ", ");
		sql_param(&q, VALUE_OF_TEXT(arena_str(&a, str_of(hex))));
	}
	sql_lit(&q, ")");
	const struct engine_query ask = { .at = at, .sql = &q, .columns = &type, .ncolumns = 1 };
	bool ok = engine_ask(g, &ask, NULL, &k, e) && engine_next(k, &b, e);
	if (ok) *out = b.columns[0].ints[0];
	engine_finish(k);
	sql_done(&q);
	return ok;
}

bool bound_of(struct stream *s, const struct shape *shape, int64_t most, size_t taken, struct str ids, struct bound *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	*out = (struct bound){ .most = most, .news = (int64_t)taken, .keyed = shape->keyed };
	if (most <= 0 || !shape->keyed) return true;
	lock_take(&s->lock);
	struct version_ref at = s->at;
	bool near = s->rows + s->pending_rows + s->coming + (int64_t)taken > most;
	lock_give(&s->lock);
	if (!near) return true;
	char *own = arena_bytes(&a, ids.n + 1);
	memcpy(own, ids.p, ids.n);
	size_t n = sort_ids(own, ids.n / ID);
	out->news = (int64_t)n;
	for (size_t i = 0; i < n; i += AT_ONCE) {
		int64_t known;
		if (!count_known(s->live->site->engine, at, own + i * ID, num_min(n - i, (size_t)AT_ONCE), &known, e)) return false;
		out->news -= known;
	}
	return true;
}

bool bound_holds(const struct stream *s, const struct bound *b, struct err *e)
{
	int64_t ahead = s->pending_rows + s->coming;
	if (b->most <= 0 || b->news == 0 || s->rows + ahead + b->news <= b->most) return true;
	/* Some of those that wait may replace records: it is known in a moment. */
	if (b->keyed && s->rows + b->news <= b->most) return err_set(e, ERR_BUSY, "the dataset is close to its limit of records; please push again in a moment");
	return err_set(e, ERR_TOO_LARGE, "The dataset may have %lld records and has %lld; this push would add %lld, and nothing of it was taken. Delete records, or ask for a higher limit.",
	               (long long)b->most, (long long)(s->rows + (b->keyed ? 0 : ahead)), (long long)b->news);
}

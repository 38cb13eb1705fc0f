/* join.J of analyze: where x is the local key, each point also tells the record of another dataset that has the
 * same key. The other dataset is asked under the caller's own rights, once, before the points are written. */
#include "legacy/join.h"
#include "text/text.h"

enum { MOST_KEYS = 100000, MOST_BYTES = 64 << 20 };

static struct str part_of(const struct v1_call *c, struct str join, const char *part)
{
	struct str name;
	struct str value;
	struct str found = STR("");
	for (size_t at = 0; v1_each(c, "join", &at, &name, &value);)
		if (str_eq(name, arena_printf(c->arena, "%.*s.%s", STR_ARG(join), part))) found = value;
	return found;
}

static bool read_part(const struct v1_call *c, struct str join, const char *part, struct str *out, struct err *e)
{
	*out = part_of(c, join, part);
	return out->n || err_set(e, ERR_PARAMETER, "The parameter join.%.*s.%s is missing.", STR_ARG(text_cut(join, 60)), part);
}

/* A key as one text, whatever its type on either side. */
static struct str key_text(struct arena *a, const struct record_column *column, const struct batch *rows, size_t row, size_t i)
{
	struct record_style style = { .zone = clock_utc() };
	struct record_csv plain = { '\n', STR(","), false };
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	if (column_has(&rows->columns[i], row) && rows->columns[i].type.type == VALUE_TEXT && !rows->columns[i].type.list)
		return arena_str(a, rows->columns[i].texts[row]);
	record_put_csv(&b, column, &rows->columns[i], row, &style, &plain);
	return arena_str(a, buf_str(&b));
}

struct reading {
	struct v1_call *c;
	struct v1_join *join;
	struct v1_rows rows;
	size_t key;    /* its column */
	size_t bytes;  /* kept so far */
};

/* The first record of a key is the one that is told. */
static bool keep_record(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct reading *g = arg;
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	if (!column_has(&rows->columns[g->key], row)) return true;
	struct str key = key_text(g->c->arena, &g->rows.plan->columns[g->key], rows, row, g->key);
	if (map_get_or_null(&g->join->records, key)) return true;
	struct str *kept = arena_new(g->c->arena, struct str);
	v1_put_record(&b, &g->rows, rows, row);
	if (!buf_end(&b, kept, e)) return false;
	if ((g->bytes += kept->n) > MOST_BYTES)
		return err_set(e, ERR_PARAMETER, "The records to join are too large; name fewer fields in join.%.*s.fields.",
		               STR_ARG(text_cut(g->join->name, 60)));
	*kept = arena_str(g->c->arena, *kept);
	map_put(g->c->arena, &g->join->records, key, kept);
	return true;
}

static struct str select_of(struct v1_call *c, struct str fields, struct str key)
{
	auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES);
	struct str one;
	v1_put_name(&b, key);
	while (fields.n && str_cut(&fields, ',', &one)) {
		one = str_trim(one);
		if (!one.n || str_eq(one, key)) continue;
		buf_put_char(&b, ',');
		v1_put_name(&b, one);
	}
	return arena_str(c->arena, buf_str(&b));
}

/* The other dataset stands in for the call's own while its records are read. */
static bool read_records(struct v1_call *c, struct v1_join *join, struct str remote, struct str key, struct str fields, struct err *e)
{
	struct v1_call other = *c;
	auto_plan plan = { 0 };
	int64_t n;
	if (!rights_find(&c->at, &c->who, c->arena, remote, &other.own, e) || !rights_read(&other.own, e)) return false;
	other.target = other.own.target;
	struct query_request q = { .target = &other.target, .mode = QUERY_EXPORT, .select = select_of(c, fields, key), .with_id = true,
		.limit = arena_printf(c->arena, "%d", MOST_KEYS + 1), .zone_or_null = c->zone, .lang = c->lang, .now_us = clock_now().us };
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	struct reading g = { .c = c, .join = join, .rows = v1_rows_of(c->arena, &other, &plan) };
	if (!v1_each_row(&other, &plan, c->r->cancel, keep_record, &g, &n, e)) return false;
	return n <= MOST_KEYS || err_set(e, ERR_PARAMETER, "The dataset %.*s has more than %d records; it cannot be joined.", STR_ARG(remote), MOST_KEYS);
}

bool v1_join_read(struct v1_call *c, struct v1_join *out, struct err *e)
{
	struct str name;
	struct str value;
	struct str remote;
	struct str key;
	size_t at = 0;
	*out = (struct v1_join){ 0 };
	while (v1_each(c, "join", &at, &name, &value)) {
		ptrdiff_t dot = str_rfind_char(name, '.');
		struct str join = dot < 0 ? name : str_sub(name, 0, (size_t)dot);
		if (out->given && !str_eq(join, out->name)) return err_set(e, ERR_PARAMETER, "One dataset can be joined, not several.");
		out->given = true;
		out->name = join;
	}
	if (!out->given) return true;
	if (!read_part(c, out->name, "remotedataset", &remote, e) || !read_part(c, out->name, "remotekey", &key, e)) return false;
	if (!read_part(c, out->name, "localkey", &out->local, e)) return false;
	return read_records(c, out, remote, key, part_of(c, out->name, "fields"), e);
}

void v1_join_put(struct json_out *j, const struct v1_join *join, struct arena *a, const struct record_column *column,
                 const struct batch *rows, size_t row, size_t i)
{
	struct record_style style = { .zone = clock_utc() };
	const struct str *record = map_get_or_null(&join->records, key_text(a, column, rows, row, i));
	json_open(j, '[');
	json_value(j);
	buf_put(j->b, record ? *record : STR("{\"fields\":{}}"));
	json_value(j);
	record_put_json(j->b, column, &rows->columns[i], row, &style);
	json_close(j, ']');
}

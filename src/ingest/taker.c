/* Single records against a given schema, for those that come one by one instead of in a file. The cells
 * are those of the JSON formats and the casts those of a load; only what is done with a value that does
 * not fit differs: there is somebody to tell. */
#include "clock/clock.h"
#include "ingest/json_rows.h"
#include "ingest/survey.h"
#include "text/text.h"
#include <stdlib.h>

struct ingest_taker {
	struct arena arena;
	struct plan plan;
	struct load load;
	struct json_rows rows;
	struct str salt;
	struct fill *fill;
	struct caster caster;
	struct batch batch;
	struct err *why;        /* of the record being taken */
	bool refused;
};

static enum spell_bit reading_of(enum value_type t)
{
	switch (t) {
	case VALUE_DOUBLE: return SPELL_REAL;
	case VALUE_BOOL: return SPELL_BOOL_WORD;
	case VALUE_DATE: return SPELL_DATE_YMD;
	case VALUE_DATETIME: return SPELL_TIME_YMD;
	case VALUE_POINT: return SPELL_POINT;
	case VALUE_SHAPE: return SPELL_SHAPE_JSON;
	case VALUE_INT:
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_TYPES: break;
	}
	return SPELL_INT;
}

static bool is_number(const struct field *f)
{
	return (f->type == VALUE_INT || f->type == VALUE_DOUBLE) && !(f->flags & FIELD_MULTIVALUED);
}

/* The fields that a point without value is made of, as where a file was published. */
static void find_sources(const struct schema *s, struct plan_column *c)
{
	int best[2] = { 1000, 1000 };
	for (size_t i = 0; i < s->n; i++) {
		int rank;
		if (s->fields[i].type == VALUE_SHAPE && c->shape < 0) c->shape = (int)i;
		enum place_word word = is_number(&s->fields[i]) ? place_word_of(s->fields[i].name, &rank) : PLACE_NONE;
		if (word == PLACE_NONE || rank >= best[word == PLACE_LONGITUDE]) continue;
		best[word == PLACE_LONGITUDE] = rank;
		*(word == PLACE_LONGITUDE ? &c->lon : &c->lat) = (int)i;
	}
	if (c->lat < 0 || c->lon < 0) c->lat = c->lon = -1;
}

static bool make_plan(struct ingest_taker *t, const struct schema *s, struct err *e)
{
	t->plan = (struct plan){ *s, arena_array(&t->arena, struct plan_column, s->n + 1), s->n };
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		struct plan_column *c = &t->plan.columns[i];
		*c = (struct plan_column){ .from = (int)i, .field = f, .identity = f->flags & FIELD_ID, .lat = -1, .lon = -1, .shape = -1,
			.as = { f->type, f->flags & FIELD_MULTIVALUED, reading_of(f->type) } };
		if (f->type == VALUE_POINT) find_sources(s, c);
		if (f->timezone.n && !(c->zone = clock_zone_or_null(f->timezone)))
			return err_set(e, ERR_BAD_SOURCE, "the field “%.*s” has the time zone “%.*s”, which does not exist",
			               STR_ARG(f->name), STR_ARG(f->timezone));
	}
	return true;
}

static void refuse(void *arg, struct str field, struct str value, const char *reason)
{
	struct ingest_taker *t = arg;
	struct str cut = text_cut(value, 80);
	if (t->refused) return;
	t->refused = true;
	err_set(t->why, ERR_BAD_REQUEST, "field \"%.*s\": \"%.*s\"%s is %s", STR_ARG(field), STR_ARG(cut),
	        cut.n < value.n ? "…" : "", reason);
}

/* A first row with every field in its place, so that cell i of all further ones is field i. */
static void name_columns(struct ingest_taker *t)
{
	struct row ignored;
	auto_buf b = BUF_INIT(16 << 20);
	auto_json *doc = NULL;
	struct err e = { 0 };
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	for (size_t i = 0; i < t->plan.schema.n; i++) {
		json_key(&j, t->plan.schema.fields[i].name);
		json_put_null(&j);
	}
	json_close(&j, '}');
	bool ok = json_read(buf_str(&b), &doc, &e);
	ensure(ok);
	json_rows_take(&t->rows, json_root(doc), &ignored);
	ensure(t->load.source.names.n == t->plan.schema.n);
}

bool ingest_taker_new(const struct schema *s, struct str salt, struct ingest_taker **out, struct err *e)
{
	struct ingest_taker *t = calloc(1, sizeof *t);
	ensure(t);
	t->load.a = &t->arena;
	rejects_init(&t->load.rejects, &t->arena, STR(""));
	t->load.rejects.tell = refuse;
	t->load.rejects.arg = t;
	json_rows_init(&t->rows, &t->load.source);
	if (!make_plan(t, s, e)) {
		ingest_taker_free(t);
		return false;
	}
	t->fill = fill_new(&t->plan);
	t->salt = arena_str(&t->arena, salt);
	t->caster = (struct caster){ .load = &t->load, .plan = &t->plan, .geo = geo_new(),
		.dates = arena_array(&t->arena, struct ingest_dates, s->n + 1), .has_dates = arena_array(&t->arena, bool, s->n + 1) };
	t->batch.columns = arena_array(&t->arena, struct column, s->n + 1);
	t->batch.ncolumns = s->n;
	name_columns(t);
	*out = t;
	return true;
}

void ingest_taker_free(struct ingest_taker *t)
{
	if (!t) return;
	geo_free(t->caster.geo);
	arena_done(&t->caster.scratch);
	fill_free(t->fill);
	json_rows_done(&t->rows);
	buf_done(&t->load.rejects.out);
	arena_done(&t->arena);
	free(t);
}

/* What an upload in the record itself looks like; a file field is given the address of a file. */
static bool holds_file(const struct field *f, const struct json_node *record)
{
	auto_arena a = ARENA_INIT;
	const struct json_node *n = f->type == VALUE_FILE ? json_get(record, arena_cstr(&a, f->name)) : NULL;
	return json_get(n, "content") != NULL;
}

/* What must be there and what cannot be taken, before any value is looked at. */
static bool check_record(const struct ingest_taker *t, const struct json_node *record, const struct row *r, struct err *why)
{
	auto_arena a = ARENA_INIT;
	bool says = false;
	if (r->fault) return err_set(why, ERR_BAD_REQUEST, "%s", r->fault);
	for (size_t i = 0; i < t->plan.schema.n; i++) {
		const struct field *f = &t->plan.schema.fields[i];
		if ((f->flags & FIELD_ID) && r->cells[i].kind == CELL_NONE)
			return err_set(why, ERR_BAD_REQUEST, "field \"%.*s\" is part of the record's identity and has no value", STR_ARG(f->name));
		if (holds_file(f, record))
			return err_set(why, ERR_BAD_REQUEST, "field \"%.*s\": the content of the file is not base64",
			               STR_ARG(f->name));
		says = says || r->cells[i].kind != CELL_NONE || json_get(record, arena_cstr(&a, f->name));
	}
	/* A misspelt record would be a row of nothing that readers see. */
	return says || !t->plan.schema.n || err_set(why, ERR_BAD_REQUEST, "the record has none of the dataset's fields, the first of which is \"%.*s\"", STR_ARG(t->plan.schema.fields[0].name));
}

bool ingest_take(struct ingest_taker *t, const struct json_node *record, struct err *why)
{
	struct row r = { 0 };
	bool kept;
	struct fill *f = t->fill;
	ensure(f->nrows < LIMIT_BATCH_ROWS);
	if (json_kind(record) != JSON_OBJECT) return err_set(why, ERR_BAD_REQUEST, "a record is a JSON object; this is none");
	json_rows_take(&t->rows, record, &r);
	if (!check_record(t, record, &r, why)) return false;
	t->why = why;
	t->refused = false;
	/* Refusals are told, not written, so nothing here can fail. */
	bool ok = fill_row(f, &t->caster, &r, &kept, why);
	ensure(ok);
	if (t->refused && kept) f->nrows--;
	return !t->refused;
}

const struct batch *ingest_taken(struct ingest_taker *t, const uint8_t (**ids)[16])
{
	struct fill *f = t->fill;
	for (size_t i = 0; i < t->batch.ncolumns; i++) t->batch.columns[i] = f->columns[i].column;
	t->batch.nrows = f->nrows;
	record_ids(&t->plan.schema, t->salt, &t->batch, f->ids);
	*ids = (const uint8_t (*)[16])f->ids;
	return &t->batch;
}

void ingest_taker_clear(struct ingest_taker *t) { fill_clear(t->fill); }

/* Join datasets: fields of another dataset of the portal, where its keys are those of the row. A left join: a row without a partner goes on with
 * nulls; several partners make several rows, or one with their values side by side. What the other dataset's rows are, and whether they may be
 * read, is settled by who hands them in. */
#include "process/keys.h"
#include "text/text.h"

enum { DATASET, LOCAL_KEYS, REMOTE_KEYS, FIELDS, ALL, CASES, ONE_LINE, SEPARATOR, AGAIN };
static const struct process_parameter parameters[] = {
	{ "dataset", PROCESS_DATASET, true, NULL, NULL, N_("Dataset"), N_("Identifier of another dataset of this portal.") },
	{ "local_keys", PROCESS_FIELDS, true, NULL, NULL, N_("Fields here"), N_("What the rows are matched by.") },
	{ "remote_keys", PROCESS_REMOTE_FIELDS, true, NULL, NULL, N_("Fields there"), N_("As many, in the same order. 01262, 1262 and 1262.0 are the same.") },
	{ "output_fields", PROCESS_REMOTE_FIELDS, false, NULL, NULL, N_("Fields to add"), NULL },
	{ "all_fields", PROCESS_BOOL, false, "false", NULL, N_("Add all fields"), NULL },
	{ "case_sensitive", PROCESS_BOOL, false, "false", NULL, N_("Tell capital letters from small ones"), NULL },
	{ "one_line", PROCESS_BOOL, false, "false", NULL, N_("One line for several matches"), N_("Else every match makes a record of its own.") },
	{ "separator", PROCESS_TEXT, false, ",", NULL, N_("Separator"), N_("Put between the values of several matches in one line.") },
	{ "republish", PROCESS_BOOL, false, "false", NULL, N_("Publish again when the other dataset changes"), NULL },
	{ 0 }
};
#define TOWNS "[{\"code\":\"01262\",\"town\":\"Montluel\",\"people\":6911},{\"code\":\"2\",\"town\":\"Laon\",\"people\":null},{\"code\":\"2.0\",\"town\":\"Soissons\",\"people\":3}]"
static const struct process_example examples[] = {
	{ "{\"type\":\"join_datasets\",\"dataset\":\"towns\",\"local_keys\":[\"insee\"],\"remote_keys\":[\"code\"],\"output_fields\":[\"town\",\"people\"],\"!supplies\":[" TOWNS "]}",
	  "[{\"insee\":\"1262.0\"},{\"insee\":2},{\"insee\":\"9\"},{\"insee\":null}]",
	  "[{\"insee\":\"1262.0\",\"town\":\"Montluel\",\"people\":6911},{\"insee\":2,\"town\":\"Laon\",\"people\":null},{\"insee\":2,\"town\":\"Soissons\",\"people\":3},"
	  "{\"insee\":\"9\",\"town\":null,\"people\":null},{\"insee\":null,\"town\":null,\"people\":null}]" },
	{ "{\"type\":\"join_datasets\",\"dataset\":\"towns\",\"local_keys\":[\"code\"],\"remote_keys\":[\"code\"],\"all_fields\":true,\"one_line\":true,\"separator\":\";\",\"!supplies\":[" TOWNS "]}",
	  "[{\"code\":\"02\",\"town\":\"?\"}]", "[{\"code\":\"02\",\"town\":\"?\",\"town_joined\":\"Laon;Soissons\",\"people\":3}]" },
	{ "{\"type\":\"join_datasets\",\"dataset\":\"rates\",\"local_keys\":[\"a\",\"b\"],\"remote_keys\":[\"x\",\"y\"],\"output_fields\":[\"v\"],\"case_sensitive\":true,"
	  "\"!supplies\":[[{\"x\":\"A\",\"y\":\"1\",\"v\":\"yes\"}]]}",
	  "[{\"a\":\"A\",\"b\":\"01\"},{\"a\":\"a\",\"b\":\"1\"}]", "[{\"a\":\"A\",\"b\":\"01\",\"v\":\"yes\"},{\"a\":\"a\",\"b\":\"1\",\"v\":null}]" },
	{ 0 }
};

struct partner {
	struct cell *cells;
	struct partner *next;
};
struct partners { struct partner *first, *last; };
struct join {
	struct str *names;     /* of what is added, there */
	size_t n;
	size_t *columns;       /* here; after bind */
	struct map by_key;
};

/* --- what is wanted ------------------------------------------------------------------------------------- */

static bool is_key(const struct process_step *s, struct str name)
{
	const struct process_value *keys = &s->values[REMOTE_KEYS];
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->list[i], name)) return true;
	return false;
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	const struct process_value *fields = &s->values[FIELDS];
	const struct process_value *keys = &s->values[REMOTE_KEYS];
	struct join *own = arena_new(s->keep, struct join);
	s->own = own;
	if (keys->n != s->values[LOCAL_KEYS].n) process_step_fault(s, f, "remote_keys", "expected as many fields as in local_keys.");
	if (!fields->n && !s->values[ALL].truth) process_step_fault(s, f, "output_fields", "expected names of fields of the other dataset, or all_fields.");
	bool all = s->values[ALL].truth;
	own->names = fields->list;
	own->n = all ? 0 : fields->n;
	struct str *wanted = arena_array(s->keep, struct str, keys->n + own->n + 1);
	for (size_t i = 0; !all && i < keys->n; i++) wanted[i] = keys->list[i];
	for (size_t i = 0; i < own->n; i++) wanted[keys->n + i] = own->names[i];
	process_declare(s, PROCESS_NEEDS_DATASET, s->values[DATASET].text, wanted, all ? 0 : keys->n + own->n, 0);
	return true;
}

/* A field of the rows is never overwritten: one of the same name comes in beside it. */
static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	struct join *own = s->own;
	own->columns = arena_array(s->bound, size_t, own->n + 1);
	for (size_t i = 0; i < own->n; i++) {
		struct str name = own->names[i];
		if (process_column(s, name) != PROCESS_NOWHERE) name = arena_join(s->bound, name, STR("_joined"));
		own->columns[i] = process_make(s, name);
	}
	return true;
}

/* --- the other rows --------------------------------------------------------------------------------------- */

static size_t column_there(const struct process_supply *rows, struct str name)
{
	for (size_t i = 0; i < rows->ncolumns; i++)
		if (str_eq(rows->columns[i], name)) return i;
	return SIZE_MAX;
}

static void name_all(struct process_step *s, const struct process_supply *rows)
{
	struct join *own = s->own;
	own->names = arena_array(s->keep, struct str, rows->ncolumns + 1);
	own->n = 0;
	for (size_t i = 0; i < rows->ncolumns; i++)
		if (!is_key(s, rows->columns[i])) own->names[own->n++] = arena_str(s->keep, rows->columns[i]);
}

/* The key of a row; false when a part of it is null: such a row has no partner. */
static bool key_of(const struct process_step *s, const struct process_row *r, const size_t *columns, size_t n, struct buf *key)
{
	for (size_t i = 0; i < n; i++) {
		if (i) buf_put_char(key, '\x1f');
		if (!key_put(key, process_get(r, columns[i]), s->values[CASES].truth)) return false;
	}
	return n > 0 && !key->over;
}

static void keep_row(struct process_step *s, const struct process_row *r, const size_t *from, struct str key)
{
	struct join *own = s->own;
	struct partner *one = arena_new(s->keep, struct partner);
	struct partners *list = map_get_or_null(&own->by_key, key);
	one->cells = arena_array(s->keep, struct cell, own->n + 1);
	for (size_t i = 0; i < own->n; i++) {
		struct cell c = process_get(r, from[i]);
		one->cells[i] = (struct cell){ c.text.n ? arena_str(s->keep, c.text) : c.text, c.kind };
		if (!c.text.n) one->cells[i].text.p = "";
	}
	if (!list) {
		list = arena_new(s->keep, struct partners);
		map_put(s->keep, &own->by_key, arena_str(s->keep, key), list);
	}
	if (list->last) list->last->next = one;
	else list->first = one;
	list->last = one;
}

static bool meet(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e)
{
	(void)i;
	struct join *own = s->own;
	const struct process_value *remote = &s->values[REMOTE_KEYS];
	auto_buf key = BUF_INIT(1 << 20);
	auto_arena a = ARENA_INIT;
	if (s->values[ALL].truth) name_all(s, rows);
	size_t *keys = arena_array(&a, size_t, remote->n + 1);
	size_t *from = arena_array(&a, size_t, own->n + 1);
	for (size_t k = 0; k < remote->n; k++) keys[k] = column_there(rows, remote->list[k]);
	for (size_t k = 0; k < own->n; k++) from[k] = column_there(rows, own->names[k]);
	for (struct process_row r;;) {
		bool more;
		if (!rows->next(rows->arg, &r, &more, e)) return false;
		if (!more) return true;
		buf_clear(&key);
		if (key_of(s, &r, keys, remote->n, &key)) keep_row(s, &r, from, buf_str(&key));
	}
}

/* --- rows here ------------------------------------------------------------------------------------------------ */

static void put_one(const struct join *own, struct process_row *r, const struct partner *p)
{
	for (size_t i = 0; i < own->n; i++) process_put(r, own->columns[i], p ? p->cells[i].text : (struct str){ 0 }, p ? p->cells[i].kind : CELL_NONE);
}

/* The values of a column of all partners; one alone keeps its kind. */
static void put_together(struct process_step *s, struct process_row *r, const struct partner *first, size_t column)
{
	const struct join *own = s->own;
	struct str between = s->values[SEPARATOR].text;
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	struct cell only = { 0 };
	size_t n = 0;
	for (const struct partner *p = first; p; p = p->next) {
		struct cell c = p->cells[column];
		if (process_is_null(c)) continue;
		if (n++) buf_put(&b, between);
		else only = c;
		buf_put(&b, c.text);
	}
	char *to = n > 1 && !b.over ? process_bytes(s, b.n) : NULL;
	if (n <= 1) process_put(r, own->columns[column], only.text, only.kind);
	else if (!to) process_too_large(s, r, own->columns[column]);
	else {
		memcpy(to, b.p, b.n);
		process_put(r, own->columns[column], str_make(to, b.n), CELL_STRING);
	}
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	const struct join *own = s->own;
	const struct process_value *keys = &s->values[LOCAL_KEYS];
	auto_buf key = BUF_INIT(1 << 20);
	const struct partners *found = key_of(s, r, keys->columns, keys->n, &key) ? map_get_or_null(&own->by_key, buf_str(&key)) : NULL;
	if (!found || s->values[ONE_LINE].truth) {
		for (size_t i = 0; found && i < own->n; i++) put_together(s, r, found->first, i);
		if (!found) put_one(own, r, NULL);
		return process_pass(s, r, e);
	}
	for (const struct partner *p = found->first; p; p = p->next) {
		put_one(own, r, p);
		if (!process_pass(s, r, e)) return false;
	}
	return true;
}

static const struct process_works works = { .open = open, .bind = bind, .row = row, .meet = meet };
const struct processor process_join_datasets = {
	"join_datasets", "generic", N_("Join datasets"), N_("Adds fields of another dataset of the portal to the rows that have the same key."),
	PROCESS_MANY, parameters, examples, &works };

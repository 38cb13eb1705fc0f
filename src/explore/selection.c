/* Chosen members of datasets: select over the catalogue, which may also name members of a DatasetObject
 * that are no fields of the catalogue (fields, attachments …). */
#include "explore/inside.h"

static void put_fields(struct json_out *j, const struct call *c, const struct dataset *d)
{
	(void)c;
	json_value(j);
	buf_put(j->b, d->schema_json);
}

static void put_attachments(struct json_out *j, const struct call *c, const struct dataset *d)
{
	(void)c;
	dataset_put_files(j, d, CATALOG_ATTACHMENT);
}

static void put_alternatives(struct json_out *j, const struct call *c, const struct dataset *d)
{
	(void)c;
	dataset_put_files(j, d, CATALOG_ALTERNATIVE);
}

static void put_visibility(struct json_out *j, const struct call *c, const struct dataset *d)
{
	(void)c;
	json_put(j, d->restricted ? STR("restricted") : STR("domain"));
}

static void put_data_visible(struct json_out *j, const struct call *c, const struct dataset *d)
{
	(void)c;
	json_put_bool(j, d->data_visible);
}

const struct selection_member selection_members[SELECTION_MEMBERS] = {
	{ "fields", put_fields },
	{ "attachments", put_attachments },
	{ "alternative_exports", put_alternatives },
	{ "visibility", put_visibility },
	{ "data_visible", put_data_visible },
};

static const struct selection_member *member_of(const struct odsql_item *i)
{
	if (i->labelled || i->expr->kind != ODSQL_FIELD) return NULL;
	for (size_t k = 0; k < SELECTION_MEMBERS; k++)
		if (str_eq(i->expr->s, str_of(selection_members[k].name))) return &selection_members[k];
	return NULL;
}

/* In v2.0 every dataset of a list tells its links, so its id is always wanted where there is one. */
static bool wants_id(const struct call *c, const struct odsql_items *items)
{
	if (c->version >= 21) return false;
	for (size_t i = 0; i < items->n; i++)
		if (items->p[i].expr->kind != ODSQL_FIELD && items->p[i].expr->kind != ODSQL_STAR) return false;
	return true;
}

bool selection_read(struct call *c, struct str text, struct selection *out, struct err *e)
{
	struct odsql_items items;
	auto_buf rest = BUF_INIT(2 * LIMIT_CLAUSE_BYTES);
	*out = (struct selection){ .select = text };
	if (!odsql_parse_items(c->arena, ODSQL_SELECT, text, &items, e)) return false;
	for (size_t i = 0; i < items.n; i++) {
		const struct odsql_item *item = &items.p[i];
		const struct selection_member *m = member_of(item);
		if (m && out->n < SELECTION_MEMBERS) {
			out->members[out->n++] = m;
			continue;
		}
		if (m) continue;
		buf_put(&rest, str_sub(text, item->expr->at, item->expr->end - item->expr->at));
		if (item->labelled) buf_printf(&rest, " as `%.*s`", STR_ARG(item->key));
		buf_lit(&rest, ", ");
	}
	out->with_id = out->n > 0 || wants_id(c, &items);
	if (!out->with_id) return true;
	buf_lit(&rest, "datasetid as `stoa_dataset`");
	if (rest.over) return err_set(e, ERR_PARAMETER, "The select clause is too long.");
	out->select = arena_str(c->arena, buf_str(&rest));
	return true;
}

bool selection_is_table(struct call *c, struct str text, struct err *e)
{
	struct odsql_items items;
	if (!odsql_parse_items(c->arena, ODSQL_SELECT, text, &items, e)) return false;
	for (size_t i = 0; i < items.n; i++) {
		const struct selection_member *m = member_of(&items.p[i]);
		if (m && schema_find(c->target.schema, str_of(m->name)) < 0)
			return err_set(e, ERR_ODSQL, "ODSQL query is malformed: %s stands for whole objects and fits no column of a table; export it as json. Clause(s) containing the error(s): select.", m->name);
	}
	return true;
}

/* Members behind the fields of an object that was just written. */
static void put_members(struct buf *b, const struct call *c, const struct selection *s, const struct dataset *d)
{
	bool empty = b->n > 1 && b->p[b->n - 2] == '{';
	b->n--; /* the closing brace moves behind the members */
	for (size_t i = 0; i < s->n; i++) {
		struct json_out j = JSON_OUT(b);
		if (!empty || i > 0) buf_put_char(b, ',');
		json_key(&j, str_of(s->members[i]->name));
		s->members[i]->put(&j, c, d);
	}
	buf_put_char(b, '}');
}

static void put_row(struct buf *b, const struct call *c, const struct selection *s, struct record_keys *keys,
                    const struct batch *rows, size_t i, bool wrapped)
{
	struct record_style style = { .zone = c->zone };
	const struct dataset *d = s->with_id ? call_find_or_null(c, rows->columns[rows->ncolumns - 1].texts[i]) : NULL;
	if (wrapped) {
		buf_lit(b, "{\"links\":");
		if (d) dataset_put_links(b, c, d);
		else buf_lit(b, "[]");
		buf_lit(b, ",\"dataset\":");
	}
	record_put_object(b, keys, rows, i, &style);
	if (s->n && d && !b->over) put_members(b, c, s, d);
	if (wrapped) buf_put_char(b, '}');
}

bool selection_put(struct buf *b, const struct call *c, const struct query_plan *p, const struct selection *s, bool wrapped,
                   int64_t *n, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	*n = 0;
	if (p->empty || !call_has_rows(c)) return true;
	struct record_keys *keys = record_keys(c->arena, p->columns, p->ncolumns - s->with_id);
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		auto_arena turned = ARENA_INIT;
		ok = query_next(k, &rows, e);
		if (ok) dialect_turn(c, p, &turned, &rows);
		for (size_t i = 0; ok && i < rows.nrows; i++) {
			if ((*n)++ > 0) buf_put_char(b, ',');
			put_row(b, c, s, keys, &rows, i, wrapped);
		}
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}

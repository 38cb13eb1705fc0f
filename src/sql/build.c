/* SQL as literals of the source, quoted identifiers, numbers and holes; never free text. */
#include "sql/sql.h"

enum { STATEMENT_BYTES = 8 << 20 };

void sql_init(struct sql *q, struct arena *a, const struct sql_dialect *d)
{
	*q = (struct sql){ .dialect = d, .arena = a, .text = BUF_INIT(STATEMENT_BYTES) };
}

void sql_done(struct sql *q) { buf_done(&q->text); }

void sql_put_literal(struct sql *q, struct str lit) { buf_put(&q->text, lit); }

void sql_ident(struct sql *q, struct str name) { q->dialect->ident(&q->text, name); }

void sql_column(struct sql *q, size_t field, enum sql_part part)
{
	static const char *const suffix[] = { [SQL_MAIN] = "", [SQL_LAT] = "_lat", [SQL_LON] = "_lon",
		[SQL_X0] = "_x0", [SQL_Y0] = "_y0", [SQL_X1] = "_x1", [SQL_Y1] = "_y1", [SQL_CODE] = "_code" };
	buf_put_char(&q->text, 'f');
	buf_put_int(&q->text, (int64_t)field);
	buf_put(&q->text, str_of(suffix[part]));
}

void sql_relation(struct sql *q, struct version_ref v) { q->dialect->relation(&q->text, v); }

void sql_words_begin(struct sql *q, struct sql_words *w) 
{
	w->from = q->text.n;
	w->first_hole = q->params.n + 1;
}

void sql_words_end(struct sql *q, struct sql_words *w)
{
	w->to = q->text.n;
	w->last_hole = q->params.n;
	vec_push(q->arena, &q->words, *w);
}

void sql_coded_begin(struct sql *q, struct sql_coded *c)
{
	c->from = q->text.n;
	c->first_hole = q->params.n + 1;
}

void sql_coded_end(struct sql *q, struct sql_coded *c)
{
	c->to = q->text.n;
	c->last_hole = q->params.n;
	vec_push(q->arena, &q->coded, *c);
}

void sql_rank_begin(struct sql *q, struct sql_rank *r)
{
	r->from = q->text.n;
	r->first_hole = q->params.n + 1;
}

void sql_rank_end(struct sql *q, struct sql_rank *r)
{
	r->to = q->text.n;
	r->last_hole = q->params.n;
	q->rank = r;
}

void sql_int(struct sql *q, int64_t v) { buf_put_int(&q->text, v); }

void sql_param(struct sql *q, struct value v)
{
	bool text = !v.null && (v.type == VALUE_TEXT || v.type == VALUE_FILE || v.type == VALUE_JSON ||
	                        v.type == VALUE_SHAPE);
	if (text) v.s = arena_str(q->arena, v.s);
	vec_push(q->arena, &q->params, v);
	q->dialect->hole(&q->text, (uint32_t)q->params.n);
}

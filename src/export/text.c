/* Cells as plain text, for formats whose cells are text without quotes around it. */
#include "export/inside.h"

static struct str list_text(struct export *x, struct buf *scratch, const struct column *c, size_t row)
{
	struct list_span span = c->lists[row];
	for (uint32_t i = 0; i < span.n; i++) {
		if (i > 0) buf_put(scratch, x->job->options.list_separator);
		buf_put(scratch, c->items[span.from + i]);
	}
	return buf_str(scratch);
}

/* With no delimiter at all, quotes appear only around texts that hold one or a line end. */
static struct str unquoted(struct buf *b)
{
	if (b->over || b->n < 2 || b->p[0] != '"') return buf_str(b);
	size_t n = 0;
	for (size_t i = 1; i + 1 < b->n; i++) {
		if (b->p[i] == '"') i++;
		b->p[n++] = b->p[i];
	}
	b->n = n;
	return buf_str(b);
}

struct str export_text(struct export *x, struct buf *scratch, size_t column, const struct column *c, size_t row)
{
	static const struct record_csv plain = { 0, { ",", 1 }, false };
	if (!column_has(c, row)) return STR("");
	buf_clear(scratch);
	if (c->type.list) return list_text(x, scratch, c, row);
	if (c->type.type == VALUE_TEXT || c->type.type == VALUE_JSON) return c->texts[row];
	record_put_csv(scratch, &x->columns[column], c, row, &x->style, &plain);
	return unquoted(scratch);
}

size_t export_naming(const struct export *x, struct str name)
{
	for (size_t i = 0; i < x->ncolumns; i++) {
		const struct record_column *c = &x->columns[i];
		if (name.n ? str_eq(c->key, name) : c->type.type == VALUE_TEXT && !c->type.list) return i;
	}
	return x->ncolumns;
}

struct str export_label(const struct export *x, size_t column)
{
	const struct field *f = x->job->plan->fields[column];
	return f && str_eq(f->name, x->columns[column].key) ? f->label : x->columns[column].key;
}

bool export_is_cut(const struct export *x, size_t column)
{
	struct str p = x->columns[column].precision;
	return str_eq(p, STR("year")) || str_eq(p, STR("month"));
}

bool export_zip_sink(void *arg, struct str bytes, struct err *e)
{
	struct export *x = arg;
	return x->to->write(x->to->to, bytes, e);
}

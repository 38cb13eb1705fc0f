/* One JSON array of flat records. */
#include "export/inside.h"

struct state {
	struct record_keys *keys;
	bool more;
};

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct state *s = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		if (s->more) buf_put_char(&x->out, ',');
		s->more = true;
		record_put_object(&x->out, s->keys, b, row, &x->style);
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .keys = record_keys(&x->arena, x->columns, x->ncolumns) };
	x->state = &s;
	buf_put_char(&x->out, '[');
	bool ok = export_batches(x, rows, e);
	buf_put_char(&x->out, ']');
	return ok;
}

const struct export_format export_fmt_json = { "json", "application/json", "json", 0, run };

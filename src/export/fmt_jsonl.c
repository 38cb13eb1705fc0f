/* JSON Lines: one flat record a line. */
#include "export/inside.h"

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	for (size_t row = 0; row < b->nrows; row++) {
		record_put_object(&x->out, x->state, b, row, &x->style);
		buf_put_char(&x->out, '\n');
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

static bool run(struct export *x, struct err *e)
{
	x->state = record_keys(&x->arena, x->columns, x->ncolumns);
	return export_batches(x, rows, e);
}

const struct export_format export_fmt_jsonl = { "jsonl", "application/json", "jsonl", 0, run };

/* CSV (Explore API §12.4): UTF-8 with a byte order mark unless refused, CRLF line ends, a heading. */
#include "export/inside.h"
#include "text/text.h"

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	const struct export_options *o = &x->job->options;
	struct record_csv csv = { o->delimiter, o->list_separator, o->quote_all };
	for (size_t row = 0; row < b->nrows; row++) {
		for (size_t i = 0; i < x->ncolumns; i++) {
			if (i > 0) buf_put_char(&x->out, o->delimiter);
			record_put_csv(&x->out, &x->columns[i], &b->columns[i], row, &x->style, &csv);
		}
		buf_lit(&x->out, "\r\n");
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

static bool run(struct export *x, struct err *e)
{
	const struct export_options *o = &x->job->options;
	if (o->with_bom) buf_lit(&x->out, "\xef\xbb\xbf");
	for (size_t i = 0; i < x->ncolumns; i++) {
		if (i > 0) buf_put_char(&x->out, o->delimiter);
		text_put_csv(&x->out, x->headings[i], o->delimiter, o->quote_all);
	}
	buf_lit(&x->out, "\r\n");
	return export_batches(x, rows, e);
}

const struct export_format export_fmt_csv = {
	"csv", "text/csv; charset=utf-8", "csv",
	EXPORT_CATALOGUE | EXPORT_TAKES_CSV | EXPORT_TAKES_LISTS | EXPORT_TAKES_LABELS, run,
};

/* Cells and lists as CSV. What strangers wrote into a source comes out again here, so no cell may become a formula. */
#include "back/sheet.h"
#include "text/text.h"
#include <string.h>

void back_put_cell(struct buf *b, struct arena *a, struct str cell)
{
	if (cell.n && strchr("=+-@\t\r", cell.p[0])) cell = arena_join(a, STR("'"), cell);
	text_put_csv(b, cell, ',', false);
}

void back_put_faults(struct buf *b, struct arena *a, const struct job_fault *faults, size_t n)
{
	buf_lit(b, "row,record,field,processor,value,message\r\n");
	for (size_t i = 0; i < n; i++) {
		const struct str cells[] = { faults[i].record, faults[i].field, faults[i].processor, faults[i].value, faults[i].message };
		struct arena_mark mark = arena_mark(a);
		buf_put_int(b, faults[i].row);
		for (size_t k = 0; k < COUNT_OF(cells); k++) {
			buf_put_char(b, ',');
			back_put_cell(b, a, cells[k]);
		}
		buf_lit(b, "\r\n");
		arena_rewind(a, mark);
	}
}

/* Merged cells of old Excel workbooks, and what they hide. */
#ifndef INGEST_XLS_MERGES_H
#define INGEST_XLS_MERGES_H

#include "ingest/hidden.h"
#include "ingest/merge.h"

enum { XLS_ROWS = 65536 };
struct xls_beside {
	struct merges merges;
	struct hidden hidden;               /* its columns; begun by the caller */
	bool rows[XLS_ROWS];                /* those that are hidden, counted from 0 */
};
/* Those of a sheet, counted from 0 in the order of the workbook; none where the file does not tell. */
void xls_beside(int fd, unsigned sheet, struct xls_beside *out);
/* Is the sheet itself hidden? */
bool xls_is_hidden(int fd, unsigned sheet);

#endif

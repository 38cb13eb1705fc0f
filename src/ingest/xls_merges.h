/* Merged cells of old Excel workbooks. */
#ifndef INGEST_XLS_MERGES_H
#define INGEST_XLS_MERGES_H

#include "ingest/merge.h"

/* Those of a sheet, counted from 0 in the order of the workbook; none where the file does not tell. */
void xls_merges(int fd, unsigned sheet, struct merges *out);

#endif

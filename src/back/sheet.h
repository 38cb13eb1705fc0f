/* Lists as CSV, for people who open them in a spreadsheet. */
#ifndef BACK_SHEET_H
#define BACK_SHEET_H

#include "base/base.h"
#include "job/job.h"

/* A cell of somebody's words; one that a spreadsheet would take for a formula is given as the text it is. */
void back_put_cell(struct buf *b, struct arena *a, struct str cell) nonnull_all;
/* The values that did not fit, with their rows: row, record, field, processor, value, message. */
void back_put_faults(struct buf *b, struct arena *a, const struct job_fault *faults, size_t n) __attribute__((nonnull(1, 2)));

#endif

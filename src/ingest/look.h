/* Looking at what would become of a source: a sample of its rows before and after each processor, and as fields. */
#ifndef INGEST_LOOK_H
#define INGEST_LOOK_H

#include "ingest/ask.h"
#include "ingest/survey.h"

enum { LOOK_ROWS = 1000 };  /* of the source */

/* The child's work for ingest_preview and ingest_collect, after their settings: {"look":"preview"|"collect", …, "job":{…}}. */
bool look_work(struct arena *a, const struct json_node *settings, struct buf *answer, struct err *e) must_use;

/* steps.c: what is kept of one step. */
struct look_step;
struct look_step *look_step_new(struct arena *a, size_t shown);
void look_step_names(struct look_step *s, const struct heading *columns, size_t n);
/* A row as it stands after the step. `text` of a cell is copied where it is kept. */
void look_step_row(struct look_step *s, const struct process_row *row);
void look_step_error(struct look_step *s, int64_t row, struct str field, struct str value, const char *message);
/* Members "fields", "records" and "errors". `types`: words, one a column; NULL: found out. */
void look_step_put(struct look_step *s, struct load *l, struct json_out *j, const char *const *types);
size_t look_step_rows(const struct look_step *s);

#endif

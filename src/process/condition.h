/* What skip_record and delete_record ask of a row. The parameters are a field, a value (text, "=…" or with {{ }}) and whether
 * the match is exact; s->own is the condition's. A value that is true or false is the answer itself. */
#ifndef PROCESS_CONDITION_H
#define PROCESS_CONDITION_H

#include "process/expression.h"

bool condition_open(struct process_step *s, struct process_faults *f, size_t field, size_t value, size_t exact);
void condition_bind(struct process_step *s);
void condition_close(struct process_step *s);
/* False: told; the row is one that does not match. */
bool condition_holds(struct process_step *s, struct process_row *r, bool *out);

#endif

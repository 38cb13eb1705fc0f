/* What analyze needs of join.J. Private. */
#ifndef LEGACY_JOIN_H
#define LEGACY_JOIN_H

#include "legacy/inside.h"

struct v1_join {
	bool given;
	struct str name;
	struct str local;    /* the field that x must be */
	struct map records;  /* key as text → struct str *, a RecordV1 */
};
/* Reads join.J.* and the records of the other dataset, which must exist for the caller. */
bool v1_join_read(struct v1_call *c, struct v1_join *out, struct err *e) must_use;
/* [record of the key, or {"fields": {}}; the key itself] */
void v1_join_put(struct json_out *j, const struct v1_join *join, struct arena *a, const struct record_column *column,
                 const struct batch *rows, size_t row, size_t i);

#endif

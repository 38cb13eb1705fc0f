/* What the files of a dataset's History tab share. */
#ifndef FRONT_HISTORY_H
#define FRONT_HISTORY_H

#include "front/inside.h"

/* A version as its reader may see it today: their rows, their fields. */
struct history_version {
	const struct dataset_version *version;
	struct query_target target;
	int64_t rows;          /* -1: not known */
	bool readable;         /* false: today's rules mean nothing to it */
};
/* The version of a number; false with ERR_PARAMETER when there is none. */
bool history_open(struct front_dataset *d, int64_t number, struct history_version *out, struct err *e) must_use nonnull_all;
/* Whether the reader sees a field of a version. */
bool history_sees(const struct history_version *v, size_t field) nonnull_all;

/* changes.c: what fields came, went and changed between two versions, in a sentence each; false when none did. */
bool history_put_fields(struct front_dataset *d, const struct history_version *old, const struct history_version *new_);

/* difference.c: which rows did. */
enum { HISTORY_SAMPLE = 8, HISTORY_ROWS = 100000, HISTORY_CELLS = 2000000 };
bool history_put_rows(struct front_dataset *d, const struct history_version *old, const struct history_version *new_, struct err *e) must_use;

#endif

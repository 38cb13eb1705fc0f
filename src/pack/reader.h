/* What the kinds of packed streams share: the guard against bombs. */
#ifndef PACK_READER_H
#define PACK_READER_H

#include "pack/pack.h"

struct pack_reader {
	bool (*read)(struct pack_reader *r, char *to, size_t n, size_t *got, struct err *e);
	void (*close)(struct pack_reader *r);
	int fd;
	struct pack_limits limits;
	int64_t packed, unpacked; /* bytes so far */
	void *state;              /* of the kind */
};

/* Defaults in place of zeroes. */
struct pack_limits pack_limits_of(const struct pack_limits *l);
/* read() until n bytes or the end; false on a failure of the system. */
bool pack_fill(int fd, char *to, size_t n, size_t *got, struct err *e) must_use;

#endif

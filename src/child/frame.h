/* Frames: four bytes of length (of the payload, machine order: both ends are one machine), one byte of
 * kind, the payload. */
#ifndef CHILD_FRAME_H
#define CHILD_FRAME_H

#include "child/child.h"
#include <sys/types.h>

enum { FRAME_HEAD = 5, FRAME_MAX = 32 << 20 };

struct child {
	pid_t pid;
	int fd;
	struct buf in;  /* bytes that came; `used` of them were given out */
	size_t used;
	bool closed;
};

struct child *child_frames_new(pid_t pid, int fd);
void child_frames_free(struct child *c);

#endif

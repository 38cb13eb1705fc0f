/* Processes: this program started again in a small role, shut in a cage before it reads a stranger's
 * byte. Refuses to run other programs.
 *
 * The cage: resource limits, no new privileges, a Landlock ruleset where the kernel has it (only the
 * named folders and descriptors can be opened), and a seccomp list of the system calls that reading
 * and loading need: no network, no new program, no process but threads, no tracing.
 *
 * Life: a child dies with the thread that started it (SIGKILL by the kernel), so the starter stays
 * until child_end. Threads: a struct child belongs to one thread; child_kill may come from any. */
#ifndef CHILD_CHILD_H
#define CHILD_CHILD_H

#include "base/base.h"

/* --- parent side ------------------------------------------------------------------------------- */

struct child;
struct child_start {
	const char *program;  /* NULL: this program itself */
	const char *role;     /* its first argument, such as "__load" */
	const int *fds;       /* handed over as CHILD_FD, CHILD_FD + 1 …; borrowed */
	size_t nfds;          /* CHILD_FDS at most; ERR_TOO_LARGE */
	struct str settings;  /* what the child reads first; at most 16 MiB */
};
/* In the child: 0 is the settings, 1 the frames to the parent, 2 standard error as is. */
enum { CHILD_SETTINGS = 0, CHILD_FRAMES = 1, CHILD_FD = 3, CHILD_FDS = 400 };

bool child_start(const struct child_start *how, struct child **out, struct err *e) must_use nonnull_all;
/* The next frame, within timeout_ms: CHILD_FRAME with kind and payload (borrowed until the next
 * call), CHILD_NOTHING when time is up, CHILD_CLOSED when there will be no more. */
enum child_event { CHILD_FRAME, CHILD_NOTHING, CHILD_CLOSED };
enum child_event child_next(struct child *c, int timeout_ms, uint8_t *kind, struct str *payload);
void child_kill(struct child *c);

/* How it ended. */
enum child_way {
	CHILD_DONE,     /* exit 0 */
	CHILD_FAILED,   /* exit with another code */
	CHILD_CRASHED,  /* a signal that means a bug or a hostile file */
	CHILD_CPU,      /* used up its processor time */
	CHILD_KILLED    /* by us, or by the system (memory) */
};
/* Waits for the end (kills it first if it still runs after its frames closed), and frees. */
enum child_way child_end(struct child *c, int *signal_or_code);

/* --- child side -------------------------------------------------------------------------------- */

/* Ties the life of this process to its parent's. First thing in a role. */
bool child_begin(struct err *e) must_use;
/* All settings, into the arena. */
bool child_settings(struct arena *a, struct str *out, struct err *e) must_use nonnull_all;
/* Sends one frame; false when the parent is gone. One thread at a time. */
bool child_send(uint8_t kind, struct str payload) must_use;

struct child_cage {
	int64_t memory_mb;      /* address space; 0: no limit (always none under a sanitizer) */
	int64_t cpu_s;          /* processor time; 0: no limit */
	int64_t file_mb;        /* largest file it may write; 0: no limit */
	const int *read_fds;    /* files that may be opened again through /proc/self/fd */
	size_t nread_fds;
	const char *const *folders; /* absolute; whole trees that may be read and written */
	size_t nfolders;
	const char *const *readable; /* absolute; files and whole trees that may be read, where they exist */
	size_t nreadable;
};
enum child_cage_parts { CHILD_CAGE_SECCOMP = 1u << 0, CHILD_CAGE_LANDLOCK = 1u << 1 };
/* Shuts the cage for all threads to come; call while there is one thread. `parts` tells what the
 * kernel gave; seccomp missing is an error, Landlock missing is not. */
bool child_cage(const struct child_cage *c, unsigned *parts, struct err *e) must_use nonnull_all;

#endif

/* A browser as a process: its folder, its pipes, its end. */
#include "clock/clock.h"
#include "crawl/inside.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 64 << 20, TURN = 65536 };

bool crawl_profile(struct crawl_browser *b, struct err *e)
{
	strcpy(b->profile, "/tmp/stoa-crawl-XXXXXX");
	if (!mkdtemp(b->profile)) {
		b->profile[0] = 0;
		return err_os(e, "make a profile folder");
	}
	return true;
}

bool crawl_start(struct crawl_browser *b, const char *program, char *const argv[], int fd3, int fd4, struct err *e)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, usual;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	int said = 0;
	if (fd3 >= 0) said = posix_spawn_file_actions_adddup2(&actions, fd3, 3);
	if (said == 0 && fd4 >= 0) said = posix_spawn_file_actions_adddup2(&actions, fd4, 4);
	if (said == 0) said = posix_spawn_file_actions_addclosefrom_np(&actions, fd3 >= 0 ? 5 : 3);
	if (said == 0) said = posix_spawn(&b->pid, program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	errno = said;
	if (said == 0) return true;
	err_set(e, ERR_SYSTEM, "the browser %s cannot be started; is it installed?", program);
	return err_cause(e, "errno %d", said);
}

void crawl_stop(struct crawl_browser *b)
{
	if (b->to >= 0) close(b->to);
	if (b->from >= 0 && b->from != b->to) close(b->from);
	if (b->pid > 0) {
		int status;
		pid_t gone = 0;
		kill(-b->pid, SIGTERM);
		for (int i = 0; i < 100 && gone == 0; i++) {
			gone = waitpid(b->pid, &status, WNOHANG);
			if (gone == 0) poll(NULL, 0, 20);
		}
		kill(-b->pid, SIGKILL);
		if (gone == 0)
			while (waitpid(b->pid, &status, 0) < 0 && errno == EINTR) continue;
	}
	/* What the browser's own children still write may hold a folder back for a moment. */
	for (int i = 0; b->profile[0] && i < 20; i++) {
		if (io_remove_tree(b->profile)) break;
		poll(NULL, 0, 50);
	}
	buf_done(&b->in);
	buf_done(&b->seen);
	free(b);
}

bool crawl_write(struct crawl_browser *b, struct str bytes, struct err *e)
{
	while (bytes.n) {
		ssize_t w = write(b->to, bytes.p, bytes.n);
		if (w < 0 && errno == EINTR) continue;
		if (w <= 0) return err_os(e, "write to the browser");
		bytes = str_from(bytes, (size_t)w);
	}
	return true;
}

/* Where the first whole message stands and how many bytes it and its frame take; false: not whole yet. */
static bool whole(struct str in, enum crawl_frame frame, struct str *message, size_t *used)
{
	int64_t n;
	ptrdiff_t at = str_find_char(in, frame == CRAWL_NUL ? '\0' : ':');
	if (at < 0) return false;
	if (frame == CRAWL_NUL) {
		*message = str_sub(in, 0, (size_t)at);
		*used = (size_t)at + 1;
		return true;
	}
	if (!str_to_int(str_sub(in, 0, (size_t)at), &n) || n < 0 || (size_t)n > in.n - (size_t)at - 1) return false;
	*message = str_sub(in, (size_t)at + 1, (size_t)n);
	*used = (size_t)at + 1 + (size_t)n;
	return true;
}

bool crawl_read(struct crawl_browser *b, int ms, enum crawl_frame frame, struct arena *a, struct str *message, struct err *e)
{
	struct deadline until = clock_in_ms(ms);
	struct str found;
	size_t used;
	while (!whole(buf_str(&b->in), frame, &found, &used)) {
		int64_t left = (until.ns - clock_monotonic_ns()) / 1000000;
		struct pollfd p = { .fd = b->from, .events = POLLIN };
		if (left <= 0 || poll(&p, 1, (int)left) <= 0) return err_set(e, ERR_CANCELLED, "the browser did not answer in time");
		char turn[TURN];
		ssize_t n = read(b->from, turn, sizeof turn);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return err_set(e, ERR_SYSTEM, "the browser has gone");
		buf_put(&b->in, (struct str){ turn, (size_t)n });
		if (b->in.over) return err_set(e, ERR_TOO_LARGE, "the browser says too much at once");
	}
	*message = arena_str(a, found);
	b->in.n -= used;
	memmove(b->in.p, b->in.p + used, b->in.n);
	return true;
}

/* Starts this program again in a role, and tells how it ended. posix_spawn instead of fork: the server
 * has threads and a large address space, and neither should be copied. */
#include "child/frame.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETTINGS_MAX = 16 << 20 };

static void close_one(int *fd)
{
	if (*fd >= 0) close(*fd);
	*fd = -1;
}

/* The settings as a file without a name, so that a child that never reads cannot block us. */
static int settings_fd(struct str s, struct err *e)
{
	if (s.n > SETTINGS_MAX) {
		err_set(e, ERR_TOO_LARGE, "the settings of a job are too large");
		return -1;
	}
	int fd = memfd_create("settings", MFD_CLOEXEC);
	if (fd < 0) {
		err_os(e, "memfd_create");
		return -1;
	}
	size_t done = 0;
	while (done < s.n) {
		ssize_t w = write(fd, s.p + done, s.n - done);
		if (w < 0 && errno == EINTR) continue;
		if (w < 0) {
			err_os(e, "write of settings");
			close(fd);
			return -1;
		}
		done += (size_t)w;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Moves every descriptor above the places it may be wanted at, so that no dup2 closes one that a later
 * dup2 still needs. */
static bool lift(const int *fds, size_t n, int *out, struct err *e)
{
	for (size_t i = 0; i < n; i++) out[i] = -1;
	for (size_t i = 0; i < n; i++) {
		out[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, CHILD_FD + (int)n);
		if (out[i] < 0) return err_os(e, "dup of a descriptor for a child");
	}
	return true;
}

static bool launch(const struct child_start *how, const int *fds, size_t nfds, pid_t *pid, struct err *e)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	static const int places[] = { CHILD_SETTINGS, CHILD_FRAMES };
	int said = 0;
	for (size_t i = 0; i < nfds && said == 0; i++)
		said = posix_spawn_file_actions_adddup2(
			&actions, fds[i], i < COUNT_OF(places) ? places[i] : CHILD_FD + (int)(i - COUNT_OF(places)));
	int above = CHILD_FD + (int)(nfds - COUNT_OF(places));
	if (said == 0) said = posix_spawn_file_actions_addclosefrom_np(&actions, above);
	sigset_t none;
	sigset_t usual;
	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &usual);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	const char *program = how->program ? how->program : "/proc/self/exe";
	/* posix_spawn wants char *const[] and does not change the words. */
	char *argv[] = { (char *)(uintptr_t)"stoa", (char *)(uintptr_t)how->role, NULL };
	if (said == 0) said = posix_spawn(pid, program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	errno = said;
	return said == 0 || err_os(e, "start of a child process");
}

bool child_start(const struct child_start *how, struct child **out, struct err *e)
{
	if (how->nfds > CHILD_FDS) return err_set(e, ERR_TOO_LARGE, "%zu files at once are more than the %d that are read together", how->nfds, (int)CHILD_FDS);
	int ends[2] = { -1, -1 };
	int given[CHILD_FDS + 2];
	int lifted[CHILD_FDS + 2];
	size_t n = 0;
	bool ok = false;
	given[0] = settings_fd(how->settings, e);
	if (given[0] < 0) return false;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		err_os(e, "pipe to a child");
		close(given[0]);
		return false;
	}
	given[1] = ends[1];
	for (n = 0; n < how->nfds; n++) given[2 + n] = how->fds[n];
	n += 2;
	pid_t pid = 0;
	ok = lift(given, n, lifted, e) && launch(how, lifted, n, &pid, e);
	for (size_t i = 0; i < n; i++) close_one(&lifted[i]);
	close(given[0]);
	close(ends[1]);
	if (!ok) {
		close(ends[0]);
		return false;
	}
	*out = child_frames_new(pid, ends[0]);
	return true;
}

void child_kill(struct child *c) { kill(c->pid, SIGKILL); }

static enum child_way way_of(int status, int *what)
{
	if (WIFEXITED(status)) {
		*what = WEXITSTATUS(status);
		return *what == 0 ? CHILD_DONE : CHILD_FAILED;
	}
	*what = WTERMSIG(status);
	if (*what == SIGXCPU) return CHILD_CPU;
	return *what == SIGKILL || *what == SIGTERM ? CHILD_KILLED : CHILD_CRASHED;
}

/* After its frames closed a child has a moment to leave by itself: the way it ends is worth knowing. */
static int wait_or_kill(pid_t pid)
{
	int status = 0;
	for (int i = 0; i < 200; i++) {
		pid_t said = waitpid(pid, &status, WNOHANG);
		if (said == pid) return status;
		poll(NULL, 0, i < 20 ? 1 : 25);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
	return status;
}

enum child_way child_end(struct child *c, int *signal_or_code)
{
	int status = wait_or_kill(c->pid);
	child_frames_free(c);
	return way_of(status, signal_or_code);
}

bool child_begin(struct err *e)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return err_os(e, "prctl(PR_SET_PDEATHSIG)");
	/* A parent that died before the line above left us to another process; its pipe has no reader. */
	struct pollfd p = { .fd = CHILD_FRAMES, .events = POLLOUT };
	if (poll(&p, 1, 0) >= 0 && (p.revents & (POLLERR | POLLHUP)))
		return err_set(e, ERR_CANCELLED, "the parent is gone");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return true;
}

bool child_settings(struct arena *a, struct str *out, struct err *e)
{
	off_t n = lseek(CHILD_SETTINGS, 0, SEEK_END);
	if (n < 0 || n > SETTINGS_MAX || lseek(CHILD_SETTINGS, 0, SEEK_SET) < 0) return err_os(e, "seek in settings");
	char *p = arena_bytes(a, (size_t)n + 1);
	size_t done = 0;
	while (done < (size_t)n) {
		ssize_t r = read(CHILD_SETTINGS, p + done, (size_t)n - done);
		if (r < 0 && errno == EINTR) continue;
		if (r <= 0) return err_os(e, "read of settings");
		done += (size_t)r;
	}
	*out = str_make(p, (size_t)n);
	return true;
}

/* A child in its cage: what it may do, what it may not, and how its end is told. The test starts itself
 * in roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child/child.h"

/* --- roles ---------------------------------------------------------------------------------------- */

static bool enter_cage(const char *folder, struct child_cage c, bool *landlock)
{
	static const int fds[] = { CHILD_FD };
	struct err e = { 0 };
	unsigned parts = 0;
	c.read_fds = fds;
	c.nread_fds = 1;
	c.folders = &folder;
	c.nfolders = 1;
	bool shut = child_cage(&c, &parts, &e);
	*landlock = parts & CHILD_CAGE_LANDLOCK;
	if (shut) return parts & CHILD_CAGE_SECCOMP;
	fprintf(stderr, "%s: %s\n", e.pub, e.priv);
	return false;
}

static void *thread(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static void tell(const char *what, bool yes)
{
	char line[200];
	int n = snprintf(line, sizeof line, "%s=%s", what, yes ? "yes" : "no");
	(void)!child_send(1, str_make(line, (size_t)n));
}

/* Tries everything and tells what worked. */
static int role_try(struct arena *a, struct str folder)
{
	bool landlock;
	if (!enter_cage(arena_cstr(a, folder), (struct child_cage){ .file_mb = 1 }, &landlock)) return 3;
	/* A kernel without Landlock leaves files to their rights alone. */
	tell("landlock", landlock);
	const char *inside = arena_printf(a, "%.*s/new", STR_ARG(folder)).p;
	int worked = 0;
	pthread_t t;
	char *const none[] = { NULL };
	int fd = open(inside, O_WRONLY | O_CREAT, 0600);
	tell("write inside", fd >= 0 && write(fd, "x", 1) == 1);
	char *block = calloc(1, 2 << 20);
	ssize_t first = write(fd, block, 2 << 20);
	ssize_t second = write(fd, block, 2 << 20);
	tell("write too much", first == 2 << 20 || second > 0 || errno != EFBIG);
	free(block);
	tell("read the source again", open("/proc/self/fd/3", O_RDONLY) >= 0);
	tell("thread", pthread_create(&t, NULL, thread, &worked) == 0 && pthread_join(t, NULL) == 0 && worked);
	tell("read elsewhere", open("/etc/passwd", O_RDONLY) >= 0);
	tell("write elsewhere", open("/var/tmp/stoa-cage-test", O_WRONLY | O_CREAT, 0600) >= 0);
	tell("socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	tell("unix socket", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
	pid_t pid = fork();
	if (pid == 0) _exit(0);
	tell("fork", pid > 0);
	tell("exec", execve("/bin/true", none, none) == 0);
	tell("kill the parent", kill(getppid(), 0) == 0);
	return 0;
}

static int role(const char *name)
{
	struct arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str settings;
	if (!child_begin(&e) || !child_settings(&a, &settings, &e)) return 4;
	if (strcmp(name, "__try") == 0) return role_try(&a, settings);
	if (strcmp(name, "__echo") == 0) return child_send(7, settings) && child_send(8, STR("")) ? 0 : 1;
	if (strcmp(name, "__fail") == 0) return 42;
	if (strcmp(name, "__crash") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strcmp(name, "__spin") == 0) {
		bool landlock;
		if (!enter_cage("/var/tmp", (struct child_cage){ .cpu_s = 1 }, &landlock)) return 3;
		for (;;) (void)getppid();
	}
	if (strcmp(name, "__lie") == 0) {
		(void)!write(CHILD_FRAMES, "\xff\xff\xff\xff\x01 nothing", 13);
		return 0;
	}
	if (strcmp(name, "__sleep") == 0) pause();
	return 5;
}

/* --- the parent's side ---------------------------------------------------------------------------- */

static struct child *start(const char *name, struct str settings)
{
	struct child *c = NULL;
	struct err e = { 0 };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const struct child_start how = { .role = name, .fds = &fd, .nfds = 1, .settings = settings };
	assert_true(child_start(&how, &c, &e));
	close(fd);
	return c;
}

static void the_cage_lets_through_what_loading_needs_and_nothing_else(void **state)
{
	(void)state;
	static const struct { const char *what; bool needs_landlock, yes; } wanted[] = {
		{ "write inside", false, true }, { "write too much", false, false }, { "read the source again", false, true },
		{ "thread", false, true }, { "read elsewhere", true, false }, { "write elsewhere", true, false },
		{ "socket", false, false }, { "unix socket", false, false }, { "fork", false, false }, { "exec", false, false },
		{ "kill the parent", false, false } };
	char folder[] = "/var/tmp/stoa-cage-XXXXXX";
	assert_non_null(mkdtemp(folder));
	struct child *c = start("__try", str_of(folder));
	uint8_t kind;
	struct str said;
	assert_int_equal(child_next(c, 20000, &kind, &said), CHILD_FRAME);
	bool landlock = str_eq(said, STR("landlock=yes"));
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		char line[200];
		enum child_event event = child_next(c, 20000, &kind, &said);
		assert_int_equal(event, CHILD_FRAME);
		if (wanted[i].needs_landlock && !landlock) continue;
		snprintf(line, sizeof line, "%s=%s", wanted[i].what, wanted[i].yes ? "yes" : "no");
		if (!str_eq(said, str_of(line))) fail_msg("expected %s, the child said %.*s", line, STR_ARG(said));
	}
	int code;
	assert_int_equal(child_end(c, &code), CHILD_DONE);
	char made[64];
	snprintf(made, sizeof made, "%s/new", folder);
	unlink(made);
	assert_int_equal(rmdir(folder), 0);
}

static void settings_and_frames_arrive_whole(void **state)
{
	(void)state;
	auto_buf big = BUF_INIT(8 << 20);
	for (int i = 0; i < 300000; i++) buf_put_int(&big, i);
	struct child *c = start("__echo", buf_str(&big));
	uint8_t kind;
	struct str said;
	assert_int_equal(child_next(c, 20000, &kind, &said), CHILD_FRAME);
	assert_int_equal(kind, 7);
	assert_true(str_eq(said, buf_str(&big)));
	assert_int_equal(child_next(c, 20000, &kind, &said), CHILD_FRAME);
	assert_true(kind == 8 && said.n == 0);
	assert_int_equal(child_next(c, 20000, &kind, &said), CHILD_CLOSED);
	int code;
	assert_int_equal(child_end(c, &code), CHILD_DONE);
}

static void ends_with(const char *name, enum child_way way, int what)
{
	struct child *c = start(name, STR(""));
	uint8_t kind;
	struct str said;
	enum child_event event;
	do event = child_next(c, 20000, &kind, &said);
	while (event == CHILD_FRAME);
	assert_int_equal(event, CHILD_CLOSED);
	int code;
	assert_int_equal(child_end(c, &code), way);
	if (what >= 0) assert_int_equal(code, what);
}

static void the_way_it_ends_is_told(void **state)
{
	(void)state;
	ends_with("__fail", CHILD_FAILED, 42);
	ends_with("__crash", CHILD_CRASHED, SIGSEGV);
	ends_with("__spin", CHILD_CPU, SIGXCPU);
}

static void a_frame_no_honest_child_sends_closes_the_conversation(void **state)
{
	(void)state;
	ends_with("__lie", CHILD_DONE, 0);
}

static void a_child_can_be_killed(void **state)
{
	(void)state;
	struct child *c = start("__sleep", STR(""));
	uint8_t kind;
	struct str said;
	assert_int_equal(child_next(c, 50, &kind, &said), CHILD_NOTHING);
	child_kill(c);
	int code;
	assert_int_equal(child_end(c, &code), CHILD_KILLED);
	assert_int_equal(code, SIGKILL);
}

static void *start_and_leave(void *arg)
{
	*(struct child **)arg = start("__sleep", STR(""));
	poll(NULL, 0, 300); /* time for the child to tie itself */
	return NULL;
}

static void a_child_dies_with_its_starter(void **state)
{
	(void)state;
	struct child *c = NULL;
	pthread_t t;
	assert_int_equal(pthread_create(&t, NULL, start_and_leave, &c), 0);
	pthread_join(t, NULL);
	uint8_t kind;
	struct str said;
	assert_int_equal(child_next(c, 5000, &kind, &said), CHILD_CLOSED);
	int code;
	assert_int_equal(child_end(c, &code), CHILD_KILLED);
}

int main(int argc, char **argv)
{
	/* No destructors in a role: the leak checker would trace, which the cage forbids. */
	if (argc > 1 && strncmp(argv[1], "__", 2) == 0) _exit(role(argv[1]));
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cage_lets_through_what_loading_needs_and_nothing_else),
		cmocka_unit_test(settings_and_frames_arrive_whole),
		cmocka_unit_test(the_way_it_ends_is_told),
		cmocka_unit_test(a_frame_no_honest_child_sends_closes_the_conversation),
		cmocka_unit_test(a_child_can_be_killed),
		cmocka_unit_test(a_child_dies_with_its_starter),
	};
	return cmocka_run_group_tests_name("child cage", tests, NULL, NULL);
}

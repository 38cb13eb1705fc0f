/* The data folder's lock and the control socket. One process opens a folder: a server for as long as
 * it runs, or one command. A command that finds a server hands it its words and its own standard
 * streams over a socket in the folder, and waits for an exit code. The server lets in only root and
 * the folder's owner, whose folder it is anyway. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "io/io.h"
#include "json/json.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 30000, STEP_MS = 50, STREAMS = 3 };

/* A socket's address holds 108 bytes; a folder's name may be longer, so it is reached by descriptor. */
static bool address(struct str folder, int *dir, struct sockaddr_un *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	*dir = open(arena_cstr(&a, folder), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0) return err_os(e, "open the data folder");
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/control.sock", *dir);
	return true;
}

/* --- the caller's side ---------------------------------------------------------------------------- */

static int connect_or_minus(struct str folder)
{
	struct sockaddr_un to;
	struct err ignored = { 0 };
	int dir, s;
	if (!address(folder, &dir, &to, &ignored)) return -1;
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s >= 0 && connect(s, (const struct sockaddr *)&to, sizeof to) != 0) {
		close(s);
		s = -1;
	}
	close(dir);
	return s;
}

enum cli_door cli_door(struct str folder, int *lock, int *server, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const char *name = arena_cstr(&a, folder);
	bool said = false;
	if (!io_make_folders(name, e)) return CLI_DOOR_FAILED;
	*lock = open(arena_printf(&a, "%s/lock", name).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*lock < 0) {
		if (errno == EACCES)
			err_set(e, ERR_FORBIDDEN, "the data folder belongs to another user; run this as its owner, or with sudo");
		else
			err_os(e, "open the data folder's lock");
		return CLI_DOOR_FAILED;
	}
	for (int waited = 0; waited <= WAIT_MS; waited += STEP_MS) {
		if (flock(*lock, LOCK_EX | LOCK_NB) == 0) return CLI_DOOR_LOCKED;
		*server = connect_or_minus(folder);
		if (*server >= 0) {
			close(*lock);
			return CLI_DOOR_SERVER;
		}
		if (waited > 1000 && !said) fputs("stoa: another command is at work on this data folder; waiting\n", stderr);
		said |= waited > 1000;
		nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000L }, NULL);
	}
	close(*lock);
	err_set(e, ERR_BUSY, "another stoa command has been at work on this data folder for 30 s; try again when it is done");
	return CLI_DOOR_FAILED;
}

bool cli_lock(struct str folder, int *lock, struct err *e)
{
	int server = -1;
	switch (cli_door(folder, lock, &server, e)) {
	case CLI_DOOR_LOCKED: return true;
	case CLI_DOOR_FAILED: return false;
	case CLI_DOOR_SERVER: break;
	}
	close(server);
	return err_set(e, ERR_CONFLICT, "a server runs on this data folder already");
}

static bool send_all(int s, const void *p, size_t n)
{
	for (const char *at = p; n;) {
		ssize_t k = send(s, at, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR) continue;
		if (k <= 0) return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

static bool receive_all(int s, void *p, size_t n)
{
	for (char *at = p; n;) {
		ssize_t k = recv(s, at, n, 0);
		if (k < 0 && errno == EINTR) continue;
		if (k <= 0) return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

/* The length of what follows travels with the three streams. */
static bool send_streams(int s, uint32_t length)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(STREAMS * sizeof(int))]; } control = { 0 };
	struct iovec part = { &length, sizeof length };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int streams[STREAMS] = { 0, 1, 2 };
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof streams);
	memcpy(CMSG_DATA(c), streams, sizeof streams);
	return sendmsg(s, &m, MSG_NOSIGNAL) == (ssize_t)sizeof length;
}

int cli_ask_server(int server, const struct str *args, size_t n, struct str cwd)
{
	auto_buf b = BUF_INIT(LIMIT_CONTROL_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "cwd", cwd);
	json_key(&j, STR("args"));
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) json_put(&j, args[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	int32_t code = 1;
	if (b.over) fputs("stoa: the command is too long\n", stderr);
	else if (!send_streams(server, (uint32_t)b.n) || !send_all(server, b.p, b.n) || !receive_all(server, &code, sizeof code))
		fputs("stoa: the server ended before it answered\n", stderr);
	close(server);
	return code;
}

/* --- the server's side ---------------------------------------------------------------------------- */

struct guest {
	struct cli_control *control;
	int socket;
	struct cancel cancel;
	atomic_bool done;
	pthread_t thread;
	struct guest *next;
};

struct cli_control {
	struct site *site;
	const struct conf *conf;
	int listener;
	int stop[2];        /* a pipe: closing its end wakes the thread */
	uid_t owner;
	pthread_t thread;
	struct guest *guests; /* of the thread alone */
};

static bool receive_streams(int s, uint32_t *length, int streams[STREAMS])
{
	union { struct cmsghdr head; char room[CMSG_SPACE(STREAMS * sizeof(int))]; } control;
	struct iovec part = { length, sizeof *length };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room };
	ssize_t got = recvmsg(s, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS) return false;
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (got == (ssize_t)sizeof *length && n == STREAMS) {
		memcpy(streams, CMSG_DATA(c), STREAMS * sizeof(int));
		return true;
	}
	/* What came along with words that make no sense is ours all the same: closed, or the server runs out. */
	for (size_t i = 0; i < n; i++) {
		int fd;
		memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
		close(fd);
	}
	return false;
}

/* Watches the caller's socket while a command runs: a caller that leaves cancels it. */
struct watch { int socket; int stop; struct cancel *cancel; };
static void *watch_run(void *arg)
{
	struct watch *w = arg;
	struct pollfd p[2] = { { w->socket, POLLIN, 0 }, { w->stop, POLLIN, 0 } };
	while (poll(p, 2, -1) < 0 && errno == EINTR) continue;
	if (!(p[1].revents)) cancel_fire(w->cancel);
	return NULL;
}

static int32_t perform(struct guest *g, struct str text, const int streams[STREAMS])
{
	struct cli c = { .conf = g->control->conf, .site = g->control->site, .in = streams[0], .out = streams[1], .err = streams[2],
		         .cancel = &g->cancel, .in_server = true, .text = BUF_INIT(256 << 20) };
	struct err e = { 0 };
	auto_json *doc = NULL;
	int32_t code;
	if (!json_read(text, &doc, &e)) {
		code = cli_fail(&c, &e);
	} else {
		const struct json_node *list = json_get(json_root(doc), "args");
		size_t n = json_count(list);
		struct str *args = arena_array(&c.arena, struct str, n + 1);
		for (size_t i = 0; i < n; i++) args[i] = arena_str(&c.arena, json_text(json_at(list, i)));
		c.cwd = arena_str(&c.arena, json_text(json_get(json_root(doc), "cwd")));
		c.folder = g->control->site->folder;
		if (!cli_parse(&c, args, n, &e)) code = cli_fail(&c, &e);
		else if (c.command->flags & (CLI_NO_SITE | CLI_ALONE)) code = 2;
		else code = cli_perform(&c);
	}
	buf_done(&c.text);
	arena_done(&c.arena);
	return code;
}

static void serve_guest(struct guest *g)
{
	uint32_t length;
	int streams[STREAMS], stop[2];
	if (!receive_streams(g->socket, &length, streams)) return;
	char *text = length <= LIMIT_CONTROL_BYTES ? malloc(length + 1u) : NULL;
	if (text && receive_all(g->socket, text, length) && pipe2(stop, O_CLOEXEC) == 0) {
		struct watch w = { g->socket, stop[0], &g->cancel };
		pthread_t watcher;
		bool watched = pthread_create(&watcher, NULL, watch_run, &w) == 0;
		int32_t code = perform(g, str_make(text, length), streams);
		close(stop[1]);
		if (watched) pthread_join(watcher, NULL);
		close(stop[0]);
		/* A caller that has left does not hear its exit code: nothing to do about that. */
		(void)send_all(g->socket, &code, sizeof code);
	}
	free(text);
	for (int i = 0; i < STREAMS; i++) close(streams[i]);
}

static void *guest_run(void *arg)
{
	struct guest *g = arg;
	serve_guest(g);
	shutdown(g->socket, SHUT_RDWR);
	atomic_store(&g->done, true);
	return NULL;
}

static void sweep_guests(struct cli_control *k, bool all)
{
	for (struct guest **at = &k->guests; *at;) {
		struct guest *g = *at;
		if (!all && !atomic_load(&g->done)) {
			at = &g->next;
			continue;
		}
		if (all) {
			cancel_fire(&g->cancel);
			/* One that has not yet said what it wants would be waited for in vain. */
			shutdown(g->socket, SHUT_RD);
		}
		pthread_join(g->thread, NULL);
		close(g->socket);
		cancel_done(&g->cancel);
		*at = g->next;
		free(g);
	}
}

static void admit(struct cli_control *k, int s)
{
	struct ucred who;
	socklen_t n = sizeof who;
	bool ok = getsockopt(s, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 && (who.uid == 0 || who.uid == k->owner);
	struct guest *g = ok ? calloc(1, sizeof *g) : NULL;
	if (!g) {
		close(s);
		return;
	}
	g->control = k;
	g->socket = s;
	cancel_init(&g->cancel);
	if (pthread_create(&g->thread, NULL, guest_run, g) != 0) {
		cancel_done(&g->cancel);
		close(s);
		free(g);
		return;
	}
	g->next = k->guests;
	k->guests = g;
}

static void *control_run(void *arg)
{
	struct cli_control *k = arg;
	struct pollfd p[2] = { { k->listener, POLLIN, 0 }, { k->stop[0], POLLIN, 0 } };
	for (;;) {
		int n = poll(p, 2, 1000);
		if (n > 0 && p[1].revents) break;
		if (n > 0 && p[0].revents) {
			int s = accept4(k->listener, NULL, NULL, SOCK_CLOEXEC);
			if (s >= 0) admit(k, s);
			else nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000L }, NULL); /* out of descriptors: not in a circle */
		}
		sweep_guests(k, false);
	}
	sweep_guests(k, true);
	return NULL;
}

bool cli_control_open(struct site *s, const struct conf *conf, struct cli_control **out, struct err *e)
{
	struct sockaddr_un at;
	struct stat folder;
	int dir;
	if (!address(s->folder, &dir, &at, e)) return false;
	struct cli_control *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->site = s;
	k->conf = conf;
	k->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlinkat(dir, "control.sock", 0);
	bool ok = k->listener >= 0 && fstat(dir, &folder) == 0 &&
	          bind(k->listener, (const struct sockaddr *)&at, sizeof at) == 0 && fchmodat(dir, "control.sock", 0600, 0) == 0 &&
	          listen(k->listener, 16) == 0 && pipe2(k->stop, O_CLOEXEC) == 0;
	if (!ok) err_os(e, "the control socket");
	close(dir);
	k->owner = folder.st_uid;
	if (ok && pthread_create(&k->thread, NULL, control_run, k) != 0) ok = err_set(e, ERR_SYSTEM, "no thread for the control socket");
	if (!ok) {
		if (k->listener >= 0) close(k->listener);
		free(k);
		return false;
	}
	*out = k;
	return true;
}

void cli_control_close(struct cli_control *k)
{
	if (!k) return;
	auto_arena a = ARENA_INIT;
	close(k->stop[1]);
	pthread_join(k->thread, NULL);
	close(k->stop[0]);
	close(k->listener);
	unlink(arena_printf(&a, "%.*s/control.sock", STR_ARG(k->site->folder)).p);
	free(k);
}

/* The server with real sockets: keep-alive, finished answers, parked bodies, deadlines, clients that
 * leave, full lanes, drain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "clock/clock.h"
#include "httpd/httpd.h"

struct world {
	struct httpd *httpd;
	struct lane *talk, *haul;
	struct bell *bell;
	atomic_int runs, cancelled, version, napping;
};
static struct world world;

static void nap(long ms) { nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL); }

/* --- handlers ------------------------------------------------------------------------------------ */

static bool kept(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct world *w = app;
	(void)e;
	struct buf b = BUF_INIT(1000);
	atomic_fetch_add(&w->runs, 1);
	struct str language = httpd_header(r, STR("accept-language"));
	buf_printf(&b, "version %d %.*s", atomic_load(&w->version), STR_ARG(language));
	httpd_reply_etag(p, STR("t1"));
	httpd_reply_vary(p, HTTPD_VARY_LANGUAGE | HTTPD_VARY_COOKIE);
	httpd_reply_cacheable(p, 60);
	httpd_reply_take(p, &b);
	return true;
}

/* Publishes while it runs: its answer is of the former version and must not be kept. */
static bool raced(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct world *w = app;
	(void)r, (void)e;
	atomic_fetch_add(&w->runs, 1);
	httpd_forget(w->httpd, 5);
	httpd_reply_cacheable(p, 60);
	httpd_reply_bytes(p, STR("former"));
	return true;
}

static bool sleeps(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct world *w = app;
	int64_t ms = 0;
	if (!str_to_int(r->holes[0], &ms)) return err_set(e, ERR_PARAMETER, "ms");
	atomic_fetch_add(&w->napping, 1);
	for (int64_t i = 0; i < ms; i += 2) {
		nap(2);
		if (!cancel_fired(r->cancel)) continue;
		atomic_fetch_add(&w->cancelled, 1);
		atomic_fetch_sub(&w->napping, 1);
		return err_set(e, ERR_CANCELLED, "stopped");
	}
	atomic_fetch_sub(&w->napping, 1);
	httpd_reply_bytes(p, STR("slept"));
	return true;
}

static bool echo(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app, (void)e;
	httpd_reply_bytes(p, r->body);
	return true;
}

enum { PIECE = 10000 };
struct job {
	struct io_spool *spool;
	int64_t pieces;
	bool fails;
};

static void write_spool(void *arg)
{
	struct job *j = arg;
	struct err e = { 0 }, end = { 0 };
	char piece[PIECE];
	memset(piece, 'x', sizeof piece);
	bool good = true;
	for (int64_t i = 0; i < j->pieces && good; i++) good = io_spool_write(j->spool, str_make(piece, sizeof piece), &e);
	if (!good && e.code == ERR_CANCELLED) atomic_fetch_add(&world.cancelled, 1);
	good = io_spool_end(j->spool, good && !j->fails, &end);
	(void)good;
	free(j);
}

static bool spools(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct world *w = app;
	struct job *j = calloc(1, sizeof *j);
	assert_non_null(j);
	if (!str_to_int(r->holes[0], &j->pieces) || !io_spool_open(".", (int64_t)1 << 40, &j->spool, e)) return false;
	j->fails = httpd_query_or_null(r, STR("fail")) != NULL;
	httpd_reply_spool(p, io_spool_reader(j->spool));
	return lane_put(w->haul, 0, write_spool, j) || err_set(e, ERR_BUSY, "busy");
}

static bool admit(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)p, (void)app;
	r->tenant = 5;
	return str_eq(r->host, STR("localhost")) || err_set(e, ERR_NO_PORTAL, "no portal");
}

static const struct httpd_route kept_route = { .pattern = "/kept", .run = kept };
static const struct httpd_route raced_route = { .pattern = "/raced", .run = raced };
static const struct httpd_route sleep_route = { .pattern = "/sleep/{ms}", .run = sleeps, .deadline_ms = 30000 };
static const struct httpd_route short_route = { .pattern = "/short/{ms}", .run = sleeps, .deadline_ms = 300 };
static const struct httpd_route echo_route = { .method = HTTPD_POST, .pattern = "/echo", .run = echo, .body_max = 100000 };
static const struct httpd_route spool_route = { .pattern = "/spool/{n}", .run = spools };
static const struct httpd_route inline_route = { .pattern = "/inline", .run = echo, .flags = HTTPD_INLINE };
static const struct httpd_route *const routes[] = { &kept_route, &raced_route, &sleep_route, &short_route, &echo_route, &spool_route, &inline_route, NULL };

static int open_world(void **state)
{
	static const char *const listen[] = { "127.0.0.1", "::1", NULL };
	struct err e = { 0 };
	(void)state;
	world = (struct world){ .httpd = NULL };
	bool good = lane_open(&(struct lane_options){ .name = "talk", .workers = 2, .queue = 3 }, &world.talk, &e) &&
	            lane_open(&(struct lane_options){ .name = "haul", .workers = 2, .queue = 64 }, &world.haul, &e) &&
	            bell_open(&world.bell, &e);
	struct httpd_options o = { .listen = listen, .metrics_port = 0, .routes = routes, .hooks = { .admit = admit }, .app = &world,
		.lanes = { world.talk, world.haul }, .bell = world.bell, .cache_bytes = 1 << 20 };
	good = good && httpd_open(&o, &world.httpd, &e);
	if (!good) fprintf(stderr, "%s (%s)\n", e.pub, e.priv);
	return good ? 0 : -1;
}

static int close_world(void **state)
{
	(void)state;
	httpd_close(world.httpd);
	lane_close(world.talk);
	lane_close(world.haul);
	bell_close(world.bell);
	return 0;
}

/* --- a client -------------------------------------------------------------------------------------- */

static int dial_port(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval patience = { .tv_sec = 10 };
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static int dial(void) { return dial_port(httpd_port(world.httpd)); }

static void send_text(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Everything until the server closes. */
static struct str read_all(int fd, struct buf *b)
{
	for (;;) {
		char *room = buf_room(b, 65536);
		assert_non_null(room);
		ssize_t n = recv(fd, room, 65536, 0);
		if (n <= 0) break;
		b->n += (size_t)n;
	}
	close(fd);
	return buf_str(b);
}

static struct str ask(struct buf *b, const char *line, const char *heads)
{
	char text[1000];
	snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n", line, heads);
	int fd = dial();
	send_text(fd, text);
	buf_clear(b);
	return read_all(fd, b);
}

static void expect(struct str answer, const char *status, const char *end)
{
	if (!str_starts(str_from(answer, 9), str_of(status)) || !str_ends(answer, str_of(end)))
		fail_msg("expected %s … %s, got: %.*s", status, end, (int)num_min(answer.n, (size_t)2000), answer.p);
}

static void wait_for(atomic_int *what, int n)
{
	for (int i = 0; i < 5000 && atomic_load(what) != n; i++) nap(1);
	assert_int_equal(atomic_load(what), n);
}

/* --- tests ------------------------------------------------------------------------------------------- */

static void finished_answers_are_kept_and_forgotten(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	expect(ask(&b, "GET /kept", ""), "200", "version 0 ");
	expect(ask(&b, "GET /kept", ""), "200", "version 0 ");
	assert_int_equal(atomic_load(&world.runs), 1);
	expect(ask(&b, "GET /kept", "If-None-Match: \"t1\"\r\n"), "304", "\r\n\r\n");
	expect(ask(&b, "HEAD /kept", ""), "200", "\r\n\r\n");
	assert_int_equal(atomic_load(&world.runs), 1);
	expect(ask(&b, "GET /kept", "Accept-Language: fr\r\n"), "200", "version 0 fr");
	expect(ask(&b, "GET /kept", "Accept-Language: fr\r\n"), "200", "version 0 fr");
	assert_int_equal(atomic_load(&world.runs), 2);
	expect(ask(&b, "GET /kept", "Cookie: sessionid=a\r\n"), "200", "version 0 ");
	expect(ask(&b, "GET /kept", "Authorization: Apikey x\r\n"), "200", "version 0 ");
	expect(ask(&b, "GET /kept?a=1", ""), "200", "version 0 ");
	assert_int_equal(atomic_load(&world.runs), 5);
	atomic_store(&world.version, 1);
	httpd_forget(world.httpd, 6);
	expect(ask(&b, "GET /kept", ""), "200", "version 0 ");
	httpd_forget(world.httpd, 5);
	expect(ask(&b, "GET /kept", ""), "200", "version 1 ");
	atomic_store(&world.version, 2);
	httpd_forget(world.httpd, 0);
	expect(ask(&b, "GET /kept", "Accept-Language: fr\r\n"), "200", "version 2 fr");
}

static void an_answer_overtaken_by_a_publication_is_not_kept(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	expect(ask(&b, "GET /raced", ""), "200", "former");
	expect(ask(&b, "GET /raced", ""), "200", "former");
	assert_int_equal(atomic_load(&world.runs), 2);
}

static void one_connection_serves_many(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	int fd = dial();
	for (int i = 0; i < 20; i++) send_text(fd, "GET /kept HTTP/1.1\r\nHost: localhost\r\n\r\nGET /inline HTTP/1.1\r\nHost: localhost\r\n\r\n");
	send_text(fd, "GET /nope HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	struct str all = read_all(fd, &b);
	int good = 0;
	for (ptrdiff_t at; (at = str_find(all, STR("HTTP/1.1 200 OK"))) >= 0; good++) all = str_from(all, (size_t)at + 1);
	assert_int_equal(good, 40);
	assert_true(str_find(all, STR("HTTP/1.1 404")) >= 0);
}

static void bodies_are_bounded(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 22);
	expect(ask(&b, "POST /echo", "Content-Length: 5\r\n\r\nhello"), "200", "hello");
	expect(ask(&b, "POST /echo", "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n"), "200", "hello");
	expect(ask(&b, "POST /echo", "Content-Length: 100001\r\n\r\nx"), "413", "\n");
	int fd = dial();
	send_text(fd, "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
	char piece[1024 + 16];
	memset(piece, 'y', sizeof piece - 1);
	memcpy(piece, "400\r\n", 5);
	memcpy(piece + 1029, "\r\n", 3);
	for (int i = 0; i < 200; i++) send_text(fd, piece);
	send_text(fd, "0\r\n\r\n");
	buf_clear(&b);
	expect(read_all(fd, &b), "413", "\n");
}

static void spools_arrive_whole_or_broken(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 26);
	struct str all = ask(&b, "GET /spool/500", "");
	assert_true(all.n > 500 * PIECE);
	int fd = dial(); /* HTTP/1.0 gets the same without chunks */
	send_text(fd, "GET /spool/100 HTTP/1.0\r\nHost: localhost\r\n\r\n");
	buf_clear(&b);
	all = read_all(fd, &b);
	ptrdiff_t head = str_find(all, STR("\r\n\r\n"));
	assert_int_equal(all.n - (size_t)head - 4, 100 * PIECE);
	all = ask(&b, "GET /spool/100?fail=1", "");
	assert_false(str_ends(all, STR("\r\n0\r\n\r\n")));
	if (str_find(all, STR("Content-Length: 1000000")) >= 0) assert_true(all.n < 1000000);
	for (int i = 0; i < 2000 && io_spools_open(); i++) nap(1);
	assert_int_equal(io_spools_open(), 0);
}

static void a_client_that_leaves_stops_the_work(void **state)
{
	(void)state;
	int fd = dial();
	send_text(fd, "GET /sleep/20000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	wait_for(&world.napping, 1);
	close(fd);
	wait_for(&world.cancelled, 1);
	fd = dial();
	char some[100];
	send_text(fd, "GET /spool/1000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(recv(fd, some, sizeof some, 0) > 0);
	close(fd);
	wait_for(&world.cancelled, 2);
	for (int i = 0; i < 2000 && io_spools_open(); i++) nap(1);
	assert_int_equal(io_spools_open(), 0);
}

static void deadlines_answer_504(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	int64_t before = clock_monotonic_ns();
	expect(ask(&b, "GET /short/20000", ""), "504", "\n");
	int64_t took = (clock_monotonic_ns() - before) / 1000000;
	assert_in_range(took, 250, 8000);
	expect(ask(&b, "GET /sleep/10", ""), "200", "slept");
}

static void a_full_lane_answers_503_at_once(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	int fds[5];
	for (int i = 0; i < 2; i++) {
		fds[i] = dial();
		send_text(fds[i], "GET /sleep/500 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	}
	wait_for(&world.napping, 2);
	for (int i = 2; i < 5; i++) {
		fds[i] = dial();
		send_text(fds[i], "GET /sleep/4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	}
	for (int i = 0; i < 1000 && lane_depth(world.talk) < 3; i++) nap(1);
	struct str answer = ask(&b, "GET /sleep/1", "");
	expect(answer, "503", "\n");
	assert_true(str_find(answer, STR("Retry-After: ")) >= 0);
	expect(ask(&b, "GET /inline", ""), "200", "");
	for (int i = 0; i < 5; i++) {
		buf_clear(&b);
		expect(read_all(fds[i], &b), "200", "slept");
	}
}

static void unknown_hosts_are_not_admitted(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	int fd = dial();
	send_text(fd, "GET /kept HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n");
	expect(read_all(fd, &b), "421", "\n");
}

static void metrics_count(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	expect(ask(&b, "GET /kept", ""), "200", "version 0 ");
	expect(ask(&b, "GET /kept", ""), "200", "version 0 ");
	expect(ask(&b, "GET /nope", ""), "404", "\n");
	nap(20);
	int fd = dial_port(httpd_metrics_port(world.httpd));
	send_text(fd, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	buf_clear(&b);
	struct str all = read_all(fd, &b);
	static const char *const lines[] = { "stoa_http_requests_total{class=\"2xx\"} 2\n", "stoa_http_requests_total{class=\"4xx\"} 1\n",
		"stoa_cache_hits_total 1\n", "stoa_http_request_seconds_count 3\n", "stoa_lane_waiting{lane=\"talk\"} 0\n" };
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		if (str_find(all, str_of(lines[i])) < 0) fail_msg("no %s in %.*s", lines[i], STR_ARG(all));
	struct httpd_stats stats;
	httpd_stats(world.httpd, &stats);
	assert_int_equal(stats.cache_entries, 2); /* the answer and the signpost to its language */
}

static void *drain(void *arg)
{
	(void)arg;
	httpd_drain(world.httpd, 5);
	return NULL;
}

static void drain_lets_requests_end(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	pthread_t thread;
	int idle = dial();
	int fd = dial();
	send_text(fd, "GET /sleep/200 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	wait_for(&world.napping, 1);
	assert_int_equal(pthread_create(&thread, NULL, drain, NULL), 0);
	struct str answer = read_all(fd, &b);
	expect(answer, "200", "slept");
	assert_true(str_find(answer, STR("Connection: close\r\n")) >= 0);
	char c;
	assert_int_equal(recv(idle, &c, 1, 0), 0);
	close(idle);
	pthread_join(thread, NULL);
}

static void drain_cancels_what_does_not_end(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	int fd = dial();
	send_text(fd, "GET /sleep/20000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
	wait_for(&world.napping, 1);
	httpd_drain(world.httpd, 0);
	assert_int_equal(atomic_load(&world.cancelled), 1);
	expect(read_all(fd, &b), "503", "\n");
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
#define WORLD(t) cmocka_unit_test_setup_teardown(t, open_world, close_world)
	const struct CMUnitTest tests[] = {
		WORLD(finished_answers_are_kept_and_forgotten), WORLD(an_answer_overtaken_by_a_publication_is_not_kept),
		WORLD(one_connection_serves_many), WORLD(bodies_are_bounded), WORLD(spools_arrive_whole_or_broken),
		WORLD(a_client_that_leaves_stops_the_work), WORLD(deadlines_answer_504), WORLD(a_full_lane_answers_503_at_once),
		WORLD(unknown_hosts_are_not_admitted), WORLD(metrics_count), WORLD(drain_lets_requests_end),
		WORLD(drain_cancels_what_does_not_end),
	};
	return cmocka_run_group_tests_name("httpd wire", tests, NULL, NULL);
}

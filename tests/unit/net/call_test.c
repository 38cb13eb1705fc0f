/* Calls against a small server on this machine that answers as told: bounds, time, redirects, headers, private addresses. */
#include "clock/clock.h"
#include "net/net.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct fake {
	int fd, port;
	pthread_t thread;
	_Atomic(int) seen; /* connections */
};

static void say(int fd, const char *text)
{
	size_t n = strlen(text);
	while (n) {
		ssize_t w = send(fd, text, n, MSG_NOSIGNAL);
		if (w <= 0) return;
		text += w;
		n -= (size_t)w;
	}
}

static void answer(int fd, int port, const char *request)
{
	char line[256];
	if (strncmp(request, "GET /cookie", 11) == 0) {
		say(fd, "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nETag: \"x\"\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
	} else if (strncmp(request, "GET /away", 9) == 0) {
		snprintf(line, sizeof line, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/cookie\r\nETag: \"old\"\r\nContent-Length: 0\r\n\r\n", port);
		say(fd, line);
	} else if (strncmp(request, "GET /file", 9) == 0) {
		say(fd, "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n");
	} else if (strncmp(request, "GET /large", 10) == 0) {
		say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		for (int i = 0; i < 2000; i++) say(fd, "0123456789012345678901234567890123456789012345678901234567890123456789\n");
	} else if (strncmp(request, "GET /slow", 9) == 0) {
		say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		for (int i = 0; i < 60; i++) {
			say(fd, ".");
			usleep(100000);
			char c;
			if (recv(fd, &c, 1, MSG_DONTWAIT) == 0) break;
		}
	} else if (strncmp(request, "POST /echo", 10) == 0) {
		const char *body = strstr(request, "\r\n\r\n");
		snprintf(line, sizeof line, "HTTP/1.1 201 Created\r\nContent-Length: %zu\r\n\r\n%s", strlen(body + 4), body + 4);
		say(fd, line);
	} else {
		say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	}
}

static void *serve(void *arg)
{
	struct fake *f = arg;
	for (int fd; (fd = accept(f->fd, NULL, NULL)) >= 0;) {
		char request[4096];
		size_t n = 0;
		f->seen++;
		while (n < sizeof request - 1) {
			ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
			if (got <= 0) break;
			n += (size_t)got;
			request[n] = 0;
			if (strstr(request, "\r\n\r\n") && (request[0] != 'P' || strstr(request, "=end"))) break;
		}
		request[n] = 0;
		answer(fd, f->port, request);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

static struct fake begin(void)
{
	struct fake f = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	assert_true(f.fd >= 0 && bind(f.fd, (struct sockaddr *)&at, n) == 0 && listen(f.fd, 8) == 0 && getsockname(f.fd, (struct sockaddr *)&at, &n) == 0);
	f.port = ntohs(at.sin_port);
	return f;
}
static void end(struct fake *f)
{
	shutdown(f->fd, SHUT_RDWR);
	close(f->fd);
	pthread_join(f->thread, NULL);
}

#define WITH_SERVER(f, a)                                                                          \
	auto_arena a = ARENA_INIT;                                                                 \
	struct fake f = begin();                                                                   \
	(void)state;                                                                               \
	assert_int_equal(pthread_create(&f.thread, NULL, serve, &f), 0)

static struct str url(struct arena *a, const struct fake *f, const char *path) { return arena_printf(a, "http://127.0.0.1:%d%s", f->port, path); }

static void gives_the_named_headers_only(void **state)
{
	static const char *const wanted[] = { "etag", "x-none", NULL };
	WITH_SERVER(f, a);
	struct net_answer got;
	struct err e = { 0 };
	struct net_call c = { .url = url(&a, &f, "/cookie"), .flags = NET_PRIVATE | NET_NO_TLS, .wanted = wanted };
	assert_true(net_call(&c, &a, &got, &e));
	assert_int_equal(got.status, 200);
	assert_true(str_eq(got.body, STR("hi")) && str_eq(got.type, STR("text/plain")) && str_eq(got.wanted[0], STR("\"x\"")) && got.wanted[1].n == 0);
	end(&f);
}

static void private_addresses_are_refused_when_connecting(void **state)
{
	WITH_SERVER(f, a);
	struct net_answer got;
	/* The name means this machine only once it is looked up. */
	struct str named = arena_printf(&a, "http://localhost:%d/cookie", f.port);
	const struct str urls[] = { url(&a, &f, "/cookie"), named, arena_printf(&a, "http://[::ffff:127.0.0.1]:%d/", f.port), arena_printf(&a, "http://2130706433:%d/", f.port) };
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct err e = { 0 };
		struct net_call c = { .url = urls[i], .flags = NET_NO_TLS };
		assert_false(net_call(&c, &a, &got, &e));
		assert_int_equal(e.code, ERR_FORBIDDEN);
		assert_null(strstr(e.pub, "127.0"));
	}
	assert_int_equal(f.seen, 0);
	end(&f);
}

static void redirects_are_followed_only_when_asked_and_never_out_of_http(void **state)
{
	static const char *const wanted[] = { "etag", NULL };
	WITH_SERVER(f, a);
	struct net_answer got;
	struct err e = { 0 };
	struct net_call c = { .url = url(&a, &f, "/away"), .flags = NET_PRIVATE | NET_NO_TLS, .wanted = wanted };
	assert_true(net_call(&c, &a, &got, &e));
	assert_int_equal(got.status, 302);
	c.redirects = 2;
	assert_true(net_call(&c, &a, &got, &e));
	assert_int_equal(got.status, 200);
	assert_true(str_eq(got.wanted[0], STR("\"x\"")));
	c.url = url(&a, &f, "/file");
	assert_false(net_call(&c, &a, &got, &e));
	assert_int_equal(e.code, ERR_UPSTREAM);
	end(&f);
}

static void size_and_time_are_bounded(void **state)
{
	WITH_SERVER(f, a);
	struct net_answer got;
	struct err large = { 0 }, slow = { 0 };
	struct net_call c = { .url = url(&a, &f, "/large"), .flags = NET_PRIVATE | NET_NO_TLS, .most = 1000 };
	assert_false(net_call(&c, &a, &got, &large));
	assert_int_equal(large.code, ERR_TOO_LARGE);
	struct net_call d = { .url = url(&a, &f, "/slow"), .flags = NET_PRIVATE | NET_NO_TLS, .timeout_ms = 300 };
	int64_t from = clock_monotonic_ns();
	assert_false(net_call(&d, &a, &got, &slow));
	assert_int_equal(slow.code, ERR_CANCELLED);
	assert_true(clock_monotonic_ns() - from < INT64_C(3000000000));
	end(&f);
}

static void *fire_later(void *arg)
{
	usleep(200000);
	cancel_fire(arg);
	return NULL;
}

static void a_fired_token_ends_a_call_at_once(void **state)
{
	WITH_SERVER(f, a);
	struct net_answer got;
	struct err e = { 0 };
	struct cancel token;
	pthread_t t;
	cancel_init(&token);
	struct net_call c = { .url = url(&a, &f, "/slow"), .flags = NET_PRIVATE | NET_NO_TLS, .timeout_ms = 20000, .cancel_or_null = &token };
	int64_t from = clock_monotonic_ns();
	assert_int_equal(pthread_create(&t, NULL, fire_later, &token), 0);
	assert_false(net_call(&c, &a, &got, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	assert_true(clock_monotonic_ns() - from < INT64_C(2000000000));
	pthread_join(t, NULL);
	cancel_done(&token);
	end(&f);
}

static void posts_a_body_and_gives_any_status(void **state)
{
	WITH_SERVER(f, a);
	struct net_answer got;
	struct err e = { 0 };
	struct net_header h = { STR("X-One"), STR("1") };
	struct net_call c = { .method = "POST", .url = url(&a, &f, "/echo"), .body = STR("a=b&c=end"), .headers = &h, .nheaders = 1, .flags = NET_PRIVATE | NET_NO_TLS };
	assert_true(net_call(&c, &a, &got, &e));
	assert_int_equal(got.status, 201);
	assert_true(str_eq(got.body, STR("a=b&c=end")));
	h.value = STR("1\r\nX-Two: 2");
	assert_false(net_call(&c, &a, &got, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
	end(&f);
}

static void http_needs_a_word(void **state)
{
	auto_arena a = ARENA_INIT;
	struct net_answer got;
	struct err e = { 0 };
	struct net_call c = { .url = STR("http://127.0.0.1:9/"), .flags = NET_PRIVATE };
	(void)state;
	assert_false(net_call(&c, &a, &got, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_named_headers_only),
		cmocka_unit_test(private_addresses_are_refused_when_connecting),
		cmocka_unit_test(redirects_are_followed_only_when_asked_and_never_out_of_http),
		cmocka_unit_test(size_and_time_are_bounded),
		cmocka_unit_test(a_fired_token_ends_a_call_at_once),
		cmocka_unit_test(posts_a_body_and_gives_any_status),
		cmocka_unit_test(http_needs_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

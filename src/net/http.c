/* One HTTP call, and what every transfer has in common. The library's multi interface is used for one transfer at a time: its
 * wait can be woken from another thread, so that a fired token ends a call at once. */
#include "clock/clock.h"
#include "net/inside.h"
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10000, CONNECT_MS = 8000, POLL_MS = 1000, URL_BYTES = 4096 };

/* --- any transfer --------------------------------------------------------------------------------- */

void net_common(CURL *h, int timeout_ms, const char *ca_file_or_empty)
{
	net_set(h, CURLOPT_NOSIGNAL, 1L);
	net_set(h, CURLOPT_PROXY, "");
	net_set(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	net_set(h, CURLOPT_SSL_VERIFYPEER, 1L);
	net_set(h, CURLOPT_SSL_VERIFYHOST, 2L);
	net_set(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	net_set(h, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	net_set(h, CURLOPT_CONNECTTIMEOUT_MS, (long)num_min(timeout_ms, CONNECT_MS));
	if (ca_file_or_empty && *ca_file_or_empty) net_set(h, CURLOPT_CAINFO, ca_file_or_empty);
}

static void wake(void *multi) { (void)curl_multi_wakeup(multi); }

static CURLcode result_of(CURLM *m)
{
	int left;
	for (CURLMsg *said; (said = curl_multi_info_read(m, &left));)
		if (said->msg == CURLMSG_DONE) return said->data.result;
	return CURLE_GOT_NOTHING;
}

bool net_perform(CURL *h, struct cancel *cancel_or_null, CURLcode *code, struct err *e)
{
	return net_perform_ticking(h, cancel_or_null, NULL, NULL, POLL_MS, code, e);
}

bool net_perform_ticking(CURL *h, struct cancel *cancel_or_null, void (*tick)(void *arg), void *arg, int tick_ms, CURLcode *code, struct err *e)
{
	int running = 1;
	int64_t told = 0;
	CURLM *m = curl_multi_init();
	ensure(m != NULL);
	if (cancel_or_null && !cancel_guard(cancel_or_null, wake, m, e)) {
		curl_multi_cleanup(m);
		return false;
	}
	CURLMcode good = curl_multi_add_handle(m, h);
	while (good == CURLM_OK && running && !(cancel_or_null && cancel_fired(cancel_or_null))) {
		good = curl_multi_perform(m, &running);
		if (good == CURLM_OK && running) good = curl_multi_poll(m, NULL, 0, tick_ms, NULL);
		if (!tick || clock_monotonic_ns() - told < (int64_t)tick_ms * 1000000) continue;
		told = clock_monotonic_ns();
		tick(arg);
	}
	*code = good != CURLM_OK ? CURLE_OUT_OF_MEMORY : running ? CURLE_ABORTED_BY_CALLBACK : result_of(m);
	if (cancel_or_null) cancel_unguard(cancel_or_null);
	curl_multi_remove_handle(m, h);
	curl_multi_cleanup(m);
	return !running || good != CURLM_OK || err_set(e, ERR_CANCELLED, "the call to another server was stopped");
}

bool net_failed(CURLcode code, const char *detail, struct err *e)
{
	const char *words = "the other server cannot be reached";
	bool tls = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CACERT_BADFILE ||
	           code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER || code == CURLE_USE_SSL_FAILED;
	if (code == CURLE_OPERATION_TIMEDOUT) return err_set(e, ERR_CANCELLED, "the other server took too long to answer");
	if (code == CURLE_URL_MALFORMAT) return err_set(e, ERR_PARAMETER, "this address cannot be called");
	if (code == CURLE_UNSUPPORTED_PROTOCOL) words = "the other server answers in another protocol, or leads to one";
	if (code == CURLE_TOO_MANY_REDIRECTS) words = "the other server leads in circles";
	if (code == CURLE_COULDNT_RESOLVE_HOST) words = "the name of the other server is not known";
	if (tls) words = "the other server's certificate is not accepted";
	/* Told in words only. */
	if (detail && strstr(detail, "response headers")) words = "the other server's answer has too many headers";
	if (code == CURLE_LOGIN_DENIED) words = "the other server does not accept the user and password";
	err_set(e, ERR_UPSTREAM, "%s", words);
	return err_cause(e, "curl %d: %s", (int)code, detail && *detail ? detail : curl_easy_strerror(code));
}

/* --- what comes back ------------------------------------------------------------------------------- */

struct transfer {
	const struct net_call *call;
	struct arena *arena;
	struct buf body;
	struct str wanted[NET_HEADERS];
	bool refused; /* an address that is not public */
};

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	buf_put(&t->body, str_make(p, size * n));
	return t->body.over ? 0 : size * n;
}

static size_t take_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct str line = str_trim(str_make(p, size * n));
	/* A new status line: of the answer after a redirect. What came before it does not count. */
	if (str_starts(line, STR("HTTP/"))) memset(t->wanted, 0, sizeof t->wanted);
	ptrdiff_t colon = str_find_char(line, ':');
	for (size_t i = 0; colon > 0 && t->call->wanted && i < NET_HEADERS && t->call->wanted[i]; i++)
		if (str_eq_nocase(str_sub(line, 0, (size_t)colon), str_of(t->call->wanted[i])) && !t->wanted[i].p)
			t->wanted[i] = arena_str(t->arena, str_trim(str_from(line, (size_t)colon + 1)));
	return size * n;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;
	if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
	if (!(t->call->flags & NET_PRIVATE) && !net_is_public(&to->addr, to->addrlen)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	t->refused = false;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* --- the call --------------------------------------------------------------------------------------- */

/* One line of text: nothing that could become a line of the protocol. */
static bool is_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f) return false;
	return true;
}

bool net_url(struct arena *a, struct str url, struct net_url *out)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *password = NULL;
	CURLU *u = curl_url();
	int64_t number = 0;
	ensure(u != NULL);
	bool ok = url.n && url.n <= URL_BYTES && is_line(url) && str_find_char(url, ' ') < 0 &&
	          curl_url_set(u, CURLUPART_URL, arena_cstr(a, url), 0) == CURLUE_OK && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER && curl_url_get(u, CURLUPART_PASSWORD, &password, 0) == CURLUE_NO_PASSWORD &&
	          (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0) && str_to_int(str_of(port), &number);
	if (ok) *out = (struct net_url){ arena_str(a, str_of(scheme)), arena_str(a, str_of(host)), (int)number };
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(user);
	curl_free(password);
	curl_url_cleanup(u);
	return ok;
}

static bool check(const struct net_call *c, struct arena *a, struct err *e)
{
	struct net_url u;
	if (!net_url(a, c->url, &u)) return err_set(e, ERR_PARAMETER, "this is not an address that can be called; it should begin with https://");
	if (str_eq(u.scheme, STR("http")) && !(c->flags & NET_NO_TLS)) return err_set(e, ERR_PARAMETER, "only https:// addresses are called");
	for (size_t i = 0; i < c->nheaders; i++)
		if (!is_line(c->headers[i].name) || !is_line(c->headers[i].value)) return err_set(e, ERR_PARAMETER, "a header of a call is one line");
	return true;
}

static void set_body(CURL *h, const struct net_call *c, const char *method)
{
	if (strcmp(method, "GET") == 0) return;
	if (strcmp(method, "HEAD") == 0) net_set(h, CURLOPT_NOBODY, 1L);
	if (c->body.n || strcmp(method, "POST") == 0) {
		net_set(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.n);
		net_set(h, CURLOPT_POSTFIELDS, c->body.n ? c->body.p : "");
	}
	net_set(h, CURLOPT_CUSTOMREQUEST, method);
}

static bool finish(CURL *h, struct transfer *t, CURLcode code, const char *detail, struct net_answer *out, struct err *e)
{
	long status = 0;
	char *type = NULL;
	if (t->body.over) return err_set(e, ERR_TOO_LARGE, "the other server's answer is larger than %zu bytes", t->body.max);
	if (code != CURLE_OK && t->refused) return err_set(e, ERR_FORBIDDEN, "this address is not one of the public internet; the operator has to allow it");
	if (code != CURLE_OK) return net_failed(code, detail, e);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h, CURLINFO_CONTENT_TYPE, &type);
	*out = (struct net_answer){ .status = (int)status, .type = arena_str(t->arena, str_of(type)), .body = arena_str(t->arena, buf_str(&t->body)) };
	memcpy(out->wanted, t->wanted, sizeof out->wanted);
	return true;
}

bool net_call(const struct net_call *c, struct arena *a, struct net_answer *out, struct err *e)
{
	const char *method = c->method ? c->method : "GET", *schemes = c->flags & NET_NO_TLS ? "http,https" : "https";
	struct transfer t = { .call = c, .arena = a, .body = BUF_INIT(c->most ? c->most : NET_BODY_BYTES) };
	struct curl_slist *headers = NULL;
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode code = CURLE_OK;
	if (!check(c, a, e)) return false;
	CURL *h = curl_easy_init();
	ensure(h != NULL);
	net_common(h, c->timeout_ms ? c->timeout_ms : TIMEOUT_MS, c->ca_file_or_empty);
	net_set(h, CURLOPT_URL, arena_cstr(a, c->url));
	net_set(h, CURLOPT_PROTOCOLS_STR, schemes);
	net_set(h, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
	net_set(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	net_set(h, CURLOPT_FOLLOWLOCATION, c->redirects > 0 && strcmp(method, "GET") == 0 ? 1L : 0L);
	net_set(h, CURLOPT_MAXREDIRS, (long)c->redirects);
	net_set(h, CURLOPT_USERAGENT, "stoa");
	net_set(h, CURLOPT_ERRORBUFFER, detail);
	net_set(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	net_set(h, CURLOPT_OPENSOCKETDATA, &t);
	net_set(h, CURLOPT_WRITEFUNCTION, take_body);
	net_set(h, CURLOPT_WRITEDATA, &t);
	net_set(h, CURLOPT_HEADERFUNCTION, take_header);
	net_set(h, CURLOPT_HEADERDATA, &t);
	for (size_t i = 0; i < c->nheaders; i++) {
		struct str line = arena_printf(a, "%.*s: %.*s", STR_ARG(c->headers[i].name), STR_ARG(c->headers[i].value));
		headers = curl_slist_append(headers, line.p);
		ensure(headers != NULL);
	}
	/* A large form must not wait for a server that does not know "100 Continue". */
	headers = curl_slist_append(headers, "Expect:");
	net_set(h, CURLOPT_HTTPHEADER, headers);
	set_body(h, c, method);
	bool ok = net_perform(h, c->cancel_or_null, &code, e) && finish(h, &t, code, detail, out, e);
	curl_slist_free_all(headers);
	curl_easy_cleanup(h);
	buf_done(&t.body);
	return ok;
}

/* Files from other machines, piece by piece into whatever takes them, by HTTP, FTP and SFTP. Redirects are followed by hand: each
 * address is judged anew, and what lets us in at one server is not told to the next. */
#include "net/inside.h"
#include "clock/clock.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

enum { CONNECT_MS = 15000, STALL_S = 60, TICK_MS = 400, LEAST_SPEED = 1000, ALIVE_S = 20 };

struct trip {
	const struct net_bring *b;
	struct arena *arena;
	struct net_brought *out;
	CURL *h;
	struct str url;
	bool first;       /* the server that was asked for, which gets user, password and headers */
	bool refused, begun, failed, stopped;
	bool chunked;
	int64_t got;      /* with what was there */
	int64_t moved_ns; /* when the last byte came; 0: none did */
	struct err err;   /* of begin and take */
};

static const struct { unsigned bit; const char *word; } schemes[] = {
	{ NET_HTTP, "http" }, { NET_HTTPS, "https" }, { NET_FTP, "ftp" }, { NET_FTPS, "ftps" }, { NET_SFTP, "sftp" },
};

static unsigned scheme_of(struct str url)
{
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		struct str word = str_of(schemes[i].word);
		if (url.n > word.n + 3 && str_eq_nocase(str_sub(url, 0, word.n), word) && str_starts(str_from(url, word.n), STR("://"))) return schemes[i].bit;
	}
	return 0;
}

static bool is_http(unsigned scheme) { return (scheme & (NET_HTTP | NET_HTTPS)) != 0; }

/* --- the library's questions -------------------------------------------------------------------------------- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct trip *t = arg;
	if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
	if (!(t->b->flags & NET_PRIVATE) && !net_is_public(&to->addr, to->addrlen)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	t->refused = false;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_header(char *p, size_t size, size_t n, void *arg)
{
	struct trip *t = arg;
	struct str line = str_trim(str_make(p, size * n));
	if (str_starts(line, STR("HTTP/"))) {
		memset(t->out->wanted, 0, sizeof t->out->wanted);
		t->chunked = false;
	}
	ptrdiff_t colon = str_find_char(line, ':');
	if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), STR("transfer-encoding"))) t->chunked = true;
	for (size_t i = 0; colon > 0 && t->b->wanted && i < NET_HEADERS && t->b->wanted[i]; i++)
		if (str_eq_nocase(str_sub(line, 0, (size_t)colon), str_of(t->b->wanted[i])) && !t->out->wanted[i].p)
			t->out->wanted[i] = arena_str(t->arena, str_trim(str_from(line, (size_t)colon + 1)));
	return size * n;
}

static int64_t length_of(const struct trip *t)
{
	curl_off_t length = -1;
	curl_easy_getinfo(t->h, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length;
}

static bool begin(struct trip *t)
{
	const struct net_bring *b = t->b;
	long status = 0;
	curl_easy_getinfo(t->h, CURLINFO_RESPONSE_CODE, &status);
	bool http = is_http(scheme_of(t->url)), whole = b->from == 0 || (http && status != 206);
	int64_t length = length_of(t), total = length < 0 ? -1 : whole ? length : length + b->from;
	if (http && status == 206 && b->from == 0) return err_set(&t->err, ERR_UPSTREAM, "The other server answered %d instead of the file.", (int)status);
	t->begun = true;
	t->got = whole ? 0 : b->from;
	t->out->total = total;
	if (total > b->most) return err_set(&t->err, ERR_TOO_LARGE, "the source has %lld bytes; the portal accepts %lld", (long long)total, (long long)b->most);
	return b->begin(b->arg, whole, total, &t->err);
}

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct trip *t = arg;
	size_t bytes = size * n;
	long status = 0;
	curl_easy_getinfo(t->h, CURLINFO_RESPONSE_CODE, &status);
	/* What a server says beside a redirect or an error is read to its end and forgotten. */
	if (is_http(scheme_of(t->url)) && status != 200 && status != 206) return bytes;
	if (!t->begun && !begin(t)) {
		t->failed = true;
		return 0;
	}
	t->got += (int64_t)bytes;
	t->moved_ns = clock_monotonic_ns();
	if (t->got > t->b->most) err_set(&t->err, ERR_TOO_LARGE, "the source is larger than the %lld bytes that the portal accepts", (long long)t->b->most);
	t->failed = t->got > t->b->most || !t->b->take(t->b->arg, str_make(p, bytes), &t->err);
	return t->failed ? 0 : bytes;
}

/* --- one address ------------------------------------------------------------------------------------------------- */

static void set_http(struct trip *t, struct curl_slist **headers)
{
	const struct net_bring *b = t->b;
	if (t->first && b->method && strcmp(b->method, "GET") != 0) {
		net_set(t->h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)b->body.n);
		net_set(t->h, CURLOPT_POSTFIELDS, b->body.n ? b->body.p : "");
		net_set(t->h, CURLOPT_CUSTOMREQUEST, b->method);
	}
	for (size_t i = 0; t->first && i < b->nheaders; i++)
		*headers = curl_slist_append(*headers, arena_printf(t->arena, "%.*s: %.*s", STR_ARG(b->headers[i].name), STR_ARG(b->headers[i].value)).p);
	/* A server that knows no ranges sends the whole, which begin() notices. */
	if (b->from > 0) net_set(t->h, CURLOPT_RANGE, arena_printf(t->arena, "%lld-", (long long)b->from).p);
	*headers = curl_slist_append(*headers, "Expect:");
	net_set(t->h, CURLOPT_HTTPHEADER, *headers);
	net_set(t->h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
}

static void set_files(struct trip *t, unsigned scheme)
{
	const struct net_bring *b = t->b;
	if (b->user.n) net_set(t->h, CURLOPT_USERNAME, arena_cstr(t->arena, b->user));
	if (b->password.n) net_set(t->h, CURLOPT_PASSWORD, arena_cstr(t->arena, b->password));
	net_set(t->h, CURLOPT_FILETIME, 1L);
	net_set(t->h, CURLOPT_FTP_SKIP_PASV_IP, 1L); /* data come from the machine that was judged */
	net_set(t->h, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_SINGLECWD);
	if (scheme == NET_FTPS) net_set(t->h, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (b->from > 0) net_set(t->h, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)b->from);
	if (b->what == NET_NAMES) net_set(t->h, CURLOPT_DIRLISTONLY, 1L);
	if (b->what == NET_FACTS) net_set(t->h, CURLOPT_CUSTOMREQUEST, "MLSD");
	if (b->what == NET_ABOUT) net_set(t->h, CURLOPT_NOBODY, 1L);
	if (b->host_key.n) net_set(t->h, CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, arena_cstr(t->arena, b->host_key));
	net_set(t->h, CURLOPT_SSH_AUTH_TYPES, (long)(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
}

static void set_all(struct trip *t, char *detail, struct curl_slist **headers)
{
	const struct net_bring *b = t->b;
	unsigned scheme = scheme_of(t->url);
	net_common(t->h, b->longest_s * 1000, b->ca_file_or_empty);
	net_set(t->h, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	net_set(t->h, CURLOPT_LOW_SPEED_LIMIT, (long)LEAST_SPEED);
	net_set(t->h, CURLOPT_LOW_SPEED_TIME, (long)(b->stall_s ? b->stall_s : STALL_S));
	net_set(t->h, CURLOPT_URL, arena_cstr(t->arena, t->url));
	net_set(t->h, CURLOPT_PROTOCOLS_STR, "http,https,ftp,ftps,sftp");
	net_set(t->h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	net_set(t->h, CURLOPT_FOLLOWLOCATION, 0L);
	net_set(t->h, CURLOPT_USERAGENT, "stoa");
	net_set(t->h, CURLOPT_ERRORBUFFER, detail);
	net_set(t->h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	net_set(t->h, CURLOPT_OPENSOCKETDATA, t);
	net_set(t->h, CURLOPT_WRITEFUNCTION, take_body);
	net_set(t->h, CURLOPT_WRITEDATA, t);
	net_set(t->h, CURLOPT_HEADERFUNCTION, take_header);
	net_set(t->h, CURLOPT_HEADERDATA, t);
	if (is_http(scheme)) set_http(t, headers);
	else set_files(t, scheme);
}

/* Bytes still came when the time was over: going on would take as long again, and others wait. */
static bool is_slow(const struct trip *t, CURLcode code)
{
	return code == CURLE_OPERATION_TIMEDOUT && t->moved_ns && clock_monotonic_ns() - t->moved_ns < (int64_t)ALIVE_S * 1000000000;
}

static bool explain(struct trip *t, CURLcode code, const char *detail, struct err *e)
{
	if (t->failed) {
		*e = t->err;
		return false;
	}
	if (t->refused) return err_set(e, ERR_FORBIDDEN, "this address is not one of the public internet; the operator has to allow it (setting fetch_private)");
	if (is_slow(t, code)) return err_set(e, ERR_UPSTREAM, "The other server is too slow: its file did not come in the time that one may take.");
	t->out->broken = t->begun && (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_OPERATION_TIMEDOUT || code == CURLE_GOT_NOTHING ||
	                              code == CURLE_HTTP2_STREAM || code == CURLE_HTTP2 || code == CURLE_SSH);
	if (code == CURLE_LOGIN_DENIED) return err_set(e, ERR_UNAUTHENTICATED, "the other server does not accept the user and password");
	if (code == CURLE_REMOTE_FILE_NOT_FOUND || code == CURLE_REMOTE_ACCESS_DENIED || code == CURLE_FTP_COULDNT_RETR_FILE)
		return err_set(e, ERR_NOT_FOUND, "the other server has no such file or folder, or does not show it to this user");
	if (code == CURLE_OPERATION_TIMEDOUT) return err_set(e, ERR_UPSTREAM, "the other server took too long to answer");
	if (code == CURLE_PARTIAL_FILE) return err_set(e, ERR_UPSTREAM, "the other server broke off before the end of the file");
	return net_failed(code, detail, e);
}

/* A body that only ends with its connection may have been cut anywhere: nobody says how long it is, and the library does not tell whether a TLS connection
 * was closed with its notice. Chunks without the last are a fault. */
static bool has_end(const struct trip *t)
{
	long version = 0;
	curl_easy_getinfo(t->h, CURLINFO_HTTP_VERSION, &version);
	return length_of(t) >= 0 || t->chunked || (is_http(scheme_of(t->url)) && version >= CURL_HTTP_VERSION_2_0);
}

static bool one(struct trip *t, struct str *onward, struct err *e)
{
	char detail[CURL_ERROR_SIZE] = "", *next = NULL, *type = NULL;
	struct curl_slist *headers = NULL;
	CURLcode code = CURLE_OK;
	long status = 0;
	curl_off_t filetime = -1;
	t->h = curl_easy_init();
	ensure(t->h != NULL);
	set_all(t, detail, &headers);
	bool ok = net_perform_ticking(t->h, t->b->cancel_or_null, t->b->tick, t->b->arg, TICK_MS, &code, e);
	if (ok && code != CURLE_OK) ok = explain(t, code, detail, e);
	curl_easy_getinfo(t->h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->h, CURLINFO_FILETIME_T, &filetime);
	curl_easy_getinfo(t->h, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(t->h, CURLINFO_REDIRECT_URL, &next);
	t->out->status = is_http(scheme_of(t->url)) ? (int)status : 200;
	t->out->modified_s = filetime;
	if (t->b->what == NET_ABOUT) t->out->total = length_of(t);
	t->out->ended = ok && has_end(t);
	t->out->type = arena_str(t->arena, str_of(type));
	*onward = next ? arena_str(t->arena, str_of(next)) : STR("");
	/* An empty file has no first byte. */
	if (ok && !t->begun && t->b->what != NET_ABOUT && (t->out->status == 200 || t->out->status == 206) && !begin(t)) {
		*e = t->err;
		ok = false;
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(t->h);
	return ok;
}

/* --- the way there --------------------------------------------------------------------------------------------------- */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f) return false;
	return true;
}

static bool check(const struct net_bring *b, struct str url, struct err *e)
{
	unsigned scheme = scheme_of(url);
	if (!url.n || url.n > 8192 || !is_plain(url)) return err_set(e, ERR_PARAMETER, "this is not an address that can be called");
	if (!(scheme & b->schemes)) return err_set(e, ERR_PARAMETER, "this address does not begin with one of the protocols that are spoken here");
	for (size_t i = 0; i < b->nheaders; i++) {
		if (!b->headers[i].name.n || !is_plain(b->headers[i].name) || str_find_char(b->headers[i].name, ':') >= 0)
			return err_set(e, ERR_PARAMETER, "the name of a header is one word");
		for (size_t k = 0; k < b->headers[i].value.n; k++)
			if ((unsigned char)b->headers[i].value.p[k] < 0x20) return err_set(e, ERR_PARAMETER, "the value of a header is one line");
	}
	return true;
}

static struct str origin_of(struct arena *a, struct str url)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	struct str origin = STR("");
	ensure(u != NULL);
	if (curl_url_set(u, CURLUPART_URL, arena_cstr(a, url), 0) == CURLUE_OK && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
		origin = arena_printf(a, "%s://%s:%s", scheme, host, port);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return origin;
}

bool net_bring(const struct net_bring *b, struct arena *a, struct net_brought *out, struct err *e)
{
	struct trip t = { .b = b, .arena = a, .out = out, .url = b->url, .first = true };
	*out = (struct net_brought){ .total = -1, .modified_s = -1 };
	struct str origin = origin_of(a, b->url);
	for (int hops = 0;; hops++) {
		struct str onward;
		if (!check(b, t.url, e) || !one(&t, &onward, e)) return false;
		out->url = t.url;
		if (!onward.n || out->status < 300 || out->status > 399) return true;
		if (hops >= b->redirects) return err_set(e, ERR_UPSTREAM, "the other server leads on and on");
		if (scheme_of(t.url) == NET_HTTPS && scheme_of(onward) == NET_HTTP)
			return err_set(e, ERR_UPSTREAM, "the other server leads from a protected address to an unprotected one");
		t.url = onward;
		t.first = str_eq(origin_of(a, onward), origin);
	}
}

bool net_resolve(struct arena *a, struct str host, int port, unsigned flags, struct str *address, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char text[INET6_ADDRSTRLEN] = "";
	bool some = false;
	if (getaddrinfo(arena_cstr(a, host), arena_printf(a, "%d", port).p, &hints, &list) != 0) return err_set(e, ERR_UPSTREAM, "the name of the other server is not known");
	for (const struct addrinfo *i = list; i && !*text; i = i->ai_next) {
		some = true;
		if (!(flags & NET_PRIVATE) && !net_is_public(i->ai_addr, i->ai_addrlen)) continue;
		if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0) *text = '\0';
	}
	freeaddrinfo(list);
	if (!*text && some) return err_set(e, ERR_FORBIDDEN, "this address is not one of the public internet; the operator has to allow it (setting fetch_private)");
	if (!*text) return err_set(e, ERR_UPSTREAM, "the name of the other server is not known");
	*address = arena_str(a, str_of(text));
	return true;
}

/* The HTTP server: listeners, routing, replies, finished-answer cache, drain. The door to
 * libmicrohttpd (and to zlib and brotli for compressing answers).
 *
 * One http thread owns all sockets, parses, routes and sends; it never waits and never touches
 * a database. A handler runs on a worker of the route's lane (or on the http thread with
 * HTTPD_INLINE, for answers made from memory alone). Parked bodies come from io/ spools.
 * Refuses to know: TLS and HTTP/2 (a proxy's work), portals, accounts, languages, templates.
 *
 * Ownership words: borrows (until return), keeps (must outlive), takes (mine now), gives
 * (yours). Threads: everything named httpd_reply_* and httpd_request_* belongs to the handler's
 * thread while it runs; httpd_forget and httpd_stats may be called from any thread. */
#ifndef HTTPD_HTTPD_H
#define HTTPD_HTTPD_H

#include "base/base.h"
#include "io/io.h"
#include "log/log.h"
#include "pool/pool.h"

struct httpd;
struct sift;

/* --- requests --------------------------------------------------------------------------------- */

enum httpd_method {
	HTTPD_GET, HTTPD_HEAD, HTTPD_POST, HTTPD_PUT, HTTPD_PATCH, HTTPD_DELETE, HTTPD_OPTIONS,
	HTTPD_METHODS /* count; also stands for any other method */
};

struct httpd_pair { struct str name, value; };
enum { HTTPD_HOLES = 6 };

struct httpd_route;
struct httpd_request {
	enum httpd_method method;       /* HEAD arrives as HTTPD_HEAD; handlers may treat it as GET */
	struct str target;              /* as sent: path and query, undecoded */
	struct str path;                /* decoded, valid UTF-8, no NUL, starts with '/' */
	struct str raw_path, raw_query; /* undecoded parts of target, without '?' */
	const struct httpd_pair *query; /* decoded ('+' is a blank), in order, repeats kept */
	size_t nquery;
	const struct httpd_pair *headers; /* in order; names as sent */
	size_t nheaders;
	struct str holes[HTTPD_HOLES];  /* values of {…} in the order of the pattern, decoded */
	struct str host;                /* lower case, no port, no final dot; [::1] keeps its brackets */
	int port;                       /* of the Host field; 0 when absent */
	bool https;                     /* as told by a trusted proxy */
	struct str client;              /* address in text, after trusted proxies; never logged */
	struct str body;                /* whole, at most the route's ceiling; but for large files of forms, see HTTPD_SPILLS */
	const struct sift *form_or_null;/* those files; for httpd_parts */
	const struct httpd_route *route_or_null;
	struct arena *arena;            /* of this request; ends after the reply was handed over */
	struct cancel *cancel;          /* fired by deadline, by a client that left, by drain */
	uint64_t id;                    /* for the log */
	int64_t started_ns;             /* monotonic */
	int64_t run_ns;                 /* the same, when the handler began; 0: none has */
	/* Set by the admit hook, for the handler and the cache. */
	int64_t tenant;                 /* 0: none; share of the lane and generation of the cache */
	const void *portal;             /* whatever the app wants to hand to its handlers */
	void *note;                     /* what a handler leaves for the finish and error hooks; NULL: nothing */
	void *aside;                    /* httpd_aside: what the page is asked for; NULL: it is asked for as usual */
};

/* Names under which a portal may speak plain HTTP: localhost and all below it, 127.0.0.1, [::1]. */
bool httpd_is_loopback(struct str host);

/* First header of that name, empty view when absent; ASCII case ignored. */
struct str httpd_header(const struct httpd_request *r, struct str name);
/* First query parameter of that exact name; NULL when absent. */
const struct str *httpd_query_or_null(const struct httpd_request *r, struct str name);
/* Parses an application/x-www-form-urlencoded text into pairs living in the arena: order and
 * repeats kept. Fails with ERR_BAD_REQUEST on a broken escape, NUL or what is not UTF-8. */
bool httpd_form(struct arena *a, struct str text, const struct httpd_pair **out, size_t *n,
                struct err *e) must_use nonnull_all;

/* A form with files (multipart/form-data): its parts in order, views into the body; what is no file is UTF-8. `type` is the whole field
 * Content-Type. Fails with ERR_BAD_REQUEST when it cannot be read, or has more than HTTPD_PARTS. */
enum { HTTPD_PARTS = 1000 };
/* A large file of a request to a route with HTTPD_SPILLS has no bytes: it lies in a file without a name, which the request keeps. */
struct httpd_part { struct str name, filename, type, bytes; bool is_file; int64_t size; int fd_or_minus; };
bool httpd_multipart(struct arena *a, struct str type, struct str body, const struct httpd_part **out, size_t *n,
                     struct err *e) must_use nonnull_all;
/* The same of a request, with the files that lie on disk. */
bool httpd_parts(const struct httpd_request *r, struct arena *a, const struct httpd_part **out, size_t *n, struct err *e) must_use nonnull_all;
/* Gives a descriptor that is read from the part's beginning, to be closed; what is in memory goes to a file without a name in that folder. */
bool httpd_part_file(const struct httpd_part *p, const char *folder, int *fd, struct err *e) must_use nonnull_all;
/* The bytes, wherever they are, read into the arena. ERR_TOO_LARGE past most. */
bool httpd_part_bytes(const struct httpd_part *p, struct arena *a, size_t most, struct str *out, struct err *e) must_use nonnull_all;

/* --- cookies: reading ------------------------------------------------------------------------- */

/* Pairs of all Cookie fields joined with "; ", split on ';' only, SP and HTAB trimmed, cut at
 * the first '='; nothing is unquoted or decoded; nameless pairs are skipped. Names and values
 * are bytes as sent and may hold anything except controls. Fails with ERR_BAD_REQUEST on a
 * control byte, ERR_HEADERS_TOO_LARGE past 8,192 bytes or 200 pairs. The server has checked
 * every request already, so a handler's call fails only for requests it made itself. */
bool httpd_cookies(const struct httpd_request *r, const struct httpd_pair **out, size_t *n,
                   struct err *e) must_use nonnull_all;
/* The same from the text of one field; what the line above is made of. */
bool httpd_cookies_parse(struct arena *a, struct str field, const struct httpd_pair **out,
                         size_t *n, struct err *e) must_use nonnull_all;
/* Distinct values of one name, byte for byte, in order; at most max are written; gives their
 * count. */
size_t httpd_cookie_values(const struct httpd_pair *cookies, size_t n, struct str name,
                           struct str *out, size_t max);

/* --- cookies: writing ------------------------------------------------------------------------- */

enum httpd_cookie_flags { HTTPD_COOKIE_SECURE = 1u << 0, HTTPD_COOKIE_HTTP_ONLY = 1u << 1 };
/* A row of the registry the app hands down at start. SameSite=Lax and Path=/ are the same for
 * all. */
struct httpd_cookie_spec {
	const char *name;
	int64_t life_s;        /* most seconds; 0: until the browser closes (no Max-Age) */
	unsigned flags;        /* enum httpd_cookie_flags */
};
struct httpd_reply;
/* The only producer of Set-Cookie. `spec` must be a row of the registry handed down at start; the
 * value must be cookie-octets, name and value at most 1,100 bytes; life_s at most the row's.
 * Makes the reply no-store. Breaking the promise is ERR_SYSTEM. */
bool httpd_cookie_set(struct httpd_reply *p, const struct httpd_cookie_spec *spec, struct str value,
                      int64_t life_s, struct err *e) must_use nonnull_all;
/* Removal: empty value, Max-Age=0; domain_or_empty names a parent of the host when cleaning. */
bool httpd_cookie_remove(struct httpd_reply *p, const struct httpd_cookie_spec *spec,
                         struct str domain_or_empty, struct err *e) must_use nonnull_all;

/* Takes back what httpd_cookie_set or _remove said in this reply about a row. */
void httpd_cookie_drop(struct httpd_reply *p, const struct httpd_cookie_spec *spec) nonnull_all;
#ifdef STOA_TEST_CONTROL
/* Test builds only: a line past the writer, for the filter at the end. */
void httpd_cookie_raw(struct httpd_reply *p, struct str line) nonnull_all;
#endif
/* True when this reply sets or removes it already. */
bool httpd_cookie_given(const struct httpd_reply *p, const struct httpd_cookie_spec *spec) must_use nonnull_all;
/* From now on names are written with "__Host-" before them (for the admit hook). Without it a removal may still name the other
 * spelling: httpd_cookie_sweep. */
void httpd_cookie_prefix(struct httpd_reply *p, bool on) nonnull_all;
enum { HTTPD_COOKIE_NAME = 64 };
/* The name of a row in this reply's spelling, or in the other one. */
struct str httpd_cookie_name(const struct httpd_reply *p, const struct httpd_cookie_spec *spec, bool other,
                             char room[HTTPD_COOKIE_NAME]) nonnull_all;
/* Removal of a cookie that is not the platform's: one that a service has set (CON-24), or ours in the other spelling (REG-18).
 * Name and path as declared; domain_or_empty as in httpd_cookie_remove. */
bool httpd_cookie_sweep(struct httpd_reply *p, struct str name, struct str path, struct str domain_or_empty,
                        struct err *e) must_use nonnull_all;

/* --- replies ---------------------------------------------------------------------------------- */

enum httpd_vary {
	HTTPD_VARY_LANGUAGE = 1u << 0,
	HTTPD_VARY_COOKIE = 1u << 1,
	HTTPD_VARY_HOST = 1u << 2,
	HTTPD_VARY_SIGNALS = 1u << 3,
	HTTPD_VARY_AUTHORIZATION = 1u << 4
};

/* Starts as: status 200, no body, no type. Everything set is copied unless it says otherwise. */
void httpd_reply_status(struct httpd_reply *p, int status);
int httpd_reply_get_status(const struct httpd_reply *p);
struct str httpd_reply_get_location(const struct httpd_reply *p); /* where a redirection leads; empty: none */
void httpd_reply_type(struct httpd_reply *p, struct str content_type);
/* Adds a header. Refused (ERR_SYSTEM): set-cookie in any case, headers the server writes itself
 * (content-length, transfer-encoding, connection, date, content-encoding), a name that is not a
 * token, CR, LF or NUL in the value. */
bool httpd_reply_header(struct httpd_reply *p, struct str name, struct str value,
                        struct err *e) must_use nonnull_all;
/* The same for literals, which cannot be wrong. */
#define httpd_reply_lit(p, name, value) httpd_reply_literal((p), STR(name), STR(value))
void httpd_reply_literal(struct httpd_reply *p, struct str name, struct str value);
/* Cache-Control; default "no-store" for errors and nothing otherwise. */
void httpd_reply_cache_control(struct httpd_reply *p, struct str value);
void httpd_reply_vary(struct httpd_reply *p, unsigned vary);      /* added to what is there */
/* Content-Security-Policy and X-Frame-Options are the caller's to give; the rest of headers.def is
 * sent with every reply. */
void httpd_reply_csp(struct httpd_reply *p, struct str policy);
/* Strong validator without quotes, [A-Za-z0-9._-]+; a request whose If-None-Match names it is
 * answered 304. Compressed answers carry it as a weak one. */
void httpd_reply_etag(struct httpd_reply *p, struct str tag);
/* True when the request already holds this tag (GET or HEAD): set the tag, then stop early. */
bool httpd_reply_is_fresh(const struct httpd_request *r, struct str tag);
/* The finished answer may be kept by the server for at most so many seconds and given to any
 * request without Cookie and Authorization with the same host, target and coding, until
 * httpd_forget. Add HTTPD_VARY_LANGUAGE when it depends on Accept-Language. Only for GET,
 * status 200, 301, 308, 404, 410. */
void httpd_reply_cacheable(struct httpd_reply *p, int seconds);

/* Bodies: the last one wins. */
void httpd_reply_take(struct httpd_reply *p,
                      struct buf *body); /* takes the bytes, leaves body empty */
void httpd_reply_bytes(struct httpd_reply *p, struct str bytes);  /* copies */
void httpd_reply_static(struct httpd_reply *p,
                        struct str bytes); /* keeps: for ever, e.g. compiled in */
/* Takes an open file of `size` bytes; sent as it is, with ranges left to a later version. */
void httpd_reply_file(struct httpd_reply *p, int fd, int64_t size);
/* Takes the reader; the writer goes on in its own lane. Sent while it grows. The connection is cut
 * without a proper end when the writer fails. Notes of the spool are sent as trailers, or as headers
 * when the writer has ended before the answer begins. */
void httpd_reply_spool(struct httpd_reply *p, struct io_reader *reader);
/* Says the bytes are compressed already ("gzip", "br"): Content-Encoding is set, nothing compresses
 * again. The caller has asked httpd_accepts. */
void httpd_reply_encoded(struct httpd_reply *p, const char *coding);
bool httpd_accepts(const struct httpd_request *r, const char *coding);
/* 301, 302, 303, 307 or 308 to a local path ("/…", not "//") or an absolute URL. */
bool httpd_reply_redirect(struct httpd_reply *p, int status, struct str location,
                          struct err *e) must_use nonnull_all;
/* A page, to be shown by itself: HTML with status 200 and a body. */
bool httpd_reply_is_page(const struct httpd_reply *p) must_use nonnull_all;
/* A bit for the served hook, meaning nothing to the server; survives httpd_reply_reset. The first two are of who asks; NOTHING, a
 * search that found nothing, is of the answer, and goes with it when it is kept. */
enum httpd_mark { HTTPD_MARK_UNCOUNTED = 1u << 0, HTTPD_MARK_SIGNED_IN = 1u << 1, HTTPD_MARK_NOTHING = 1u << 2 };
void httpd_reply_mark(struct httpd_reply *p, unsigned marks);
/* Back to the fresh state, for an error page after a half-made reply. */
void httpd_reply_reset(struct httpd_reply *p);
struct arena *httpd_reply_arena(struct httpd_reply *p); /* lives as long as the reply */

/* --- routes ----------------------------------------------------------------------------------- */

enum httpd_route_flags {
	HTTPD_INLINE = 1u << 0,  /* runs on the http thread: memory-only, microseconds */
	HTTPD_ANY_HOST = 1u << 1, /* answered before the admit hook */
	/* Large files of its forms (multipart/form-data) go to disk while they arrive: the handler asks for parts by httpd_parts only, and
	 * not for their bytes. */
	HTTPD_SPILLS = 1u << 2
};
enum { HTTPD_LANE_TALK, HTTPD_LANE_HAUL, HTTPD_LANE_HASH, HTTPD_LANE_CALL, HTTPD_LANES }; /* answers; long work; hashing of passwords; waiting for other servers */

/* Patterns: literal segments and {name} holes, "{name...}" as the last segment takes the rest
 * of the path, slashes included. A trailing slash is optional. A literal beats a hole, a hole
 * beats a rest. */
struct httpd_route {
	enum httpd_method method;
	const char *pattern;
	int lane;
	unsigned flags;
	size_t body_max;   /* 0: no body is accepted beyond 64 KiB, which is read and given */
	int deadline_ms;   /* 0: the server's default */
	const char *label; /* for log and metrics; NULL: the pattern */
	/* False: *e says why; the server's error hook writes the answer. */
	bool (*run)(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e);
	const void *extra; /* for the room that owns the route */
};

/* aside.c: runs a page of GET in the name of this request, for what its handler writes to `aside`. It is the page of this address, or of one above it,
 * so that the first holes are the same. The reply is thrown away, and no hook hears of it. */
bool httpd_aside(const struct httpd_request *r, const struct httpd_reply *p, const struct httpd_route *route, struct str path, struct str raw_query, void *app,
                 void *aside, struct err *e) must_use nonnull_all;

/* --- the server ------------------------------------------------------------------------------- */

/* An answer that leaves, as far as those who count need it; views hold during the call. */
struct httpd_served {
	int64_t tenant;
	const struct httpd_route *route_or_null; /* NULL: no such address */
	enum httpd_method method;
	int status;
	unsigned marks;                 /* httpd_reply_mark */
	bool from_cache, html;          /* html: the resource is a page, whatever the status */
	int64_t us;                     /* until now, since the request began */
	unsigned char client[16];       /* after trusted proxies; IPv4 as mapped */
	struct str host, target, language; /* language: Content-Language of the answer */
	struct str user_agent, referer, accept, fetch_dest, purpose, gpc, dnt, cookie, authorization; /* of the request; as sent */
};

struct httpd_hooks {
	/* http thread, before routing: which portal is this? Sets r->tenant and r->portal; false with
	 * an error (ERR_NO_PORTAL) or with a reply already set and err untouched. NULL: everything is
	 * let in. */
	bool (*admit)(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e);
	/* Writes the body of an error answer; status is set already and kept unless changed. Runs on the
	 * thread where the error arose; must be short and memory-only. NULL: a line of text. */
	void (*error)(const struct httpd_request *r, struct httpd_reply *p, void *app,
	              const struct err *e);
	/* OPTIONS of a path that has routes; `allow` is "GET, HEAD, OPTIONS" … NULL: 204 with Allow. */
	void (*options)(const struct httpd_request *r, struct httpd_reply *p, void *app, struct str allow);
	/* Whether large files of this form may go to disk, asked once before they do: on a worker, so it may ask the store. `bytes` is the length
	 * of the whole body, -1 when it is not known. Gives a folder (in the request's arena, ended by NUL) and the most bytes of files. NULL: bodies stay in memory. */
	bool (*spill)(struct httpd_request *r, void *app, int64_t bytes, struct str *folder, int64_t *most, struct err *e);
	/* Every reply before it is finished, errors too: last touches (CORS, CSP by kind). May be NULL. */
	void (*finish)(const struct httpd_request *r, struct httpd_reply *p, void *app);
	/* http thread, once for every answer of a portal, those from the cache too: must cost next to nothing. May be NULL. */
	void (*served)(const struct httpd_served *s, void *app);
	/* Readiness: false makes /-/ready answer 503. NULL: ready while not draining. */
	bool (*ready)(void *app);
	/* A cookie was refused by its writer or by the filter at the end: its name, never its value. May be NULL. */
	void (*refused)(const struct httpd_request *r, void *app, struct str name);
	/* Appends gauges of others as Prometheus text. May be NULL. */
	void (*metrics)(struct buf *b, void *app);
};

struct httpd_options {
	const char *const *listen; /* "127.0.0.1", "::1", "0.0.0.0", "unix:/run/stoa/http" is a socket of this machine; NULL-ended */
	int port;                  /* 0: the system chooses; the same one for all addresses */
	int metrics_port;          /* on 127.0.0.1; -1: none; 0: the system chooses */
	const struct httpd_route *const *routes; /* keeps; NULL-ended */
	const struct httpd_cookie_spec *cookies; /* keeps; ends with a row without name; may be NULL */
	struct httpd_hooks hooks;
	void *app;                 /* keeps */
	struct lane *lanes[HTTPD_LANES]; /* keeps */
	struct bell *bell;         /* keeps */
	struct log *log_or_null;   /* keeps */
	const char *const *trusted_proxies; /* CIDR blocks; NULL-ended; may be NULL */
	bool trust_forwarded_host;
	bool forwarded;            /* trusted proxies speak by Forwarded (RFC 7239), not by X-Forwarded-* */
	bool insecure_cookies;     /* development over plain HTTP: cookies go without Secure */
	size_t cache_bytes;        /* 0: no finished-answer cache */
	int deadline_ms;           /* of a handler; 0: 15,000 */
	int header_timeout_s;      /* 0: 10 */
	int idle_timeout_s;        /* 0: 30 */
	int connections;           /* most at once; 0: as many as file limits allow, up to 16,000 */
	int connections_per_address; /* 0: 512; loopback and trusted proxies are exempt */
	size_t connection_bytes;   /* memory of one connection; 0: 40 KiB; bounds URL and headers */
	size_t bodies_bytes;       /* memory of all large bodies being taken in or looked at; 0: 512 MiB; past it they are refused (503) */
};

/* Listens and serves. Gives a server to be ended by httpd_close. Fails with ERR_SYSTEM when an
 * address cannot be had, ERR_USAGE when a pattern, an address or a CIDR block cannot be read.
 * Raises the process's file limit to its hard limit. */
bool httpd_open(const struct httpd_options *o, struct httpd **out,
                struct err *e) must_use nonnull_all;
int httpd_port(const struct httpd *h);          /* the main one */
int httpd_metrics_port(const struct httpd *h);  /* -1: none */
/* Stops accepting, closes idle connections, lets requests in flight end for so long, then fires
 * their tokens and cuts what is left. Blocks. The lanes must still be running. */
void httpd_drain(struct httpd *h, int seconds);
/* Drains (0 s) if nobody did, then frees. */
void httpd_close(struct httpd *h);

/* Forgets the finished answers of a portal (0: of all). Any thread, constant time. */
void httpd_forget(struct httpd *h, int64_t tenant);

/* Prometheus text of everything the server knows, hooks included. Any thread. */
void httpd_metrics_put(struct httpd *h, struct buf *b);

struct httpd_stats {
	uint64_t requests, cache_hits, cache_misses, connections_open, connections_refused,
		in_flight, spools_open, bytes_out;
	uint64_t cache_bytes, cache_entries;
};
void httpd_stats(struct httpd *h, struct httpd_stats *out);

/* --- loopback.c: a request with no socket, for tests and for `stoa` commands ------------------ */

struct httpd_answer {
	int status;
	struct str headers;  /* "Name: value\r\n"… */
	struct str body;     /* spools are read to their end; compressed only when head asks for it */
};
/* Runs a request through admit, router, handler and finish on the calling thread. `o` needs no
 * lanes, no bell, no listeners. head is "Name: value\r\n" lines and may be empty; Host:
 * localhost is added when absent. Fails with ERR_BAD_REQUEST when the request itself cannot be
 * read by the server. */
bool httpd_loopback(const struct httpd_options *o, struct arena *a, enum httpd_method method,
                    struct str target, struct str head, struct str body,
                    struct httpd_answer *out, struct err *e) must_use nonnull_all;

#endif

/* What the files of this room share: replies before and after finishing, visits, connections, the
 * server itself. Everything of a connection belongs to the http thread; a visit belongs to it until
 * it is put in a lane, then to the worker, and comes back through the done list. */
#ifndef HTTPD_INSIDE_H
#define HTTPD_INSIDE_H

#include "httpd/httpd.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>

enum { COOKIE_BYTES = 8192, COOKIE_PAIRS = 200, COOKIE_SIZE = 1100, COOKIES_PER_REPLY = 16 };

/* --- reply.c ---------------------------------------------------------------------------------- */

/* spec NULL: a sweep. */
struct cookie_line { const struct httpd_cookie_spec *spec; struct str text; };
enum body_kind { BODY_NONE, BODY_BUF, BODY_STATIC, BODY_FILE, BODY_SPOOL };
struct httpd_reply {
	struct arena *arena;
	const struct httpd_cookie_spec *specs; /* the registry; may be NULL */
	bool insecure;                         /* development: cookies go without Secure */
	bool prefixed;                         /* names begin with __Host- */
	struct str host;                       /* of the request */
	VEC(struct str) refused;               /* names of cookies that were refused; outlives a reset */
	int status;
	struct str type, cache_control, csp, etag;
	VEC(struct httpd_pair) headers;
	VEC(struct cookie_line) cookies; /* values of Set-Cookie, as wanted */
	unsigned vary;
	const char *coding; /* already applied; NULL: none */
	int cacheable_s;
	enum body_kind body;
	struct buf buf;
	struct str fixed;
	unsigned marks;
	int fd;
	int64_t fd_size;
	struct io_reader *reader;
};
void reply_init(struct httpd_reply *p, struct arena *a, const struct httpd_cookie_spec *specs,
                bool insecure);
void reply_done(struct httpd_reply *p); /* closes what was not handed on */
bool is_token(struct str s);
bool has_line_break(struct str s);      /* CR, LF or NUL */

/* --- fresh.c: from what a handler said to what goes out --------------------------------------- */

/* Names and values end with NUL beyond their length. The body stays in the reply. */
struct finished {
	int status;
	VEC(struct httpd_pair) headers;
	bool not_modified;
};
enum coding { CODING_NONE, CODING_GZIP, CODING_BR };
enum coding coding_of(struct str accept_encoding);
/* Compresses, decides freshness, joins headers. False when the wire filter refused a cookie and
 * `strict` is set. */
void finish(const struct httpd_request *r, struct httpd_reply *p, bool closing,
            struct finished *out);
bool etag_matches(struct str if_none_match, struct str tag);

/* --- squeeze.c -------------------------------------------------------------------------------- */
bool squeeze_brotli(struct buf *out, struct str in); /* false: did not fit */

/* --- cookie.c --------------------------------------------------------------------------------- */
/* The wire filter: is this text what the registry allows in this reply? */
bool cookie_line_allowed(const struct httpd_reply *p, struct str line);
/* The same for a sweep: a removal, whatever its name. */
bool cookie_sweep_allowed(const struct httpd_reply *p, struct str line);
void cookie_refused(struct httpd_reply *p, struct str name);
struct str cookie_line_name(struct str line);

/* --- url.c ------------------------------------------------------------------------------------ */
bool url_read_target(struct arena *a, struct str target, struct httpd_request *r,
                     struct err *e) must_use;
/* As much of the path as is the same with and without decoding: enough to tell whose form an answer has that is given before the
 * address was read. */
struct str url_plain_start(struct str target);
/* Host field or authority to host and port; false when malformed. */
bool url_read_host(struct arena *a, struct str text, struct str *host, int *port) must_use;

/* --- proxy.c ---------------------------------------------------------------------------------- */
struct cidr {
	struct in6_addr address; /* IPv4 as mapped */
	int bits;
};
struct proxies {
	struct cidr *p;
	size_t n;
	bool trust_host;
	bool forwarded;          /* the Forwarded field is read, X-Forwarded-* is not; else the other way round (PRX-2) */
};
bool proxies_read(struct arena *a, const char *const *texts_or_null, struct proxies *out,
                  struct err *e) must_use;
bool proxies_trust(const struct proxies *x, const struct in6_addr *peer);
bool address_parse(struct str text, struct in6_addr *out) must_use;
struct str address_text(struct arena *a, const struct in6_addr *address);
void address_of_socket(const struct sockaddr *sa, struct in6_addr *out);
/* The client alone, from one X-Forwarded-For field. */
void proxies_client(const struct proxies *x, const struct in6_addr *peer, struct str forwarded_for, struct in6_addr *out);
/* One hop as proxies write it: 192.0.2.1, 192.0.2.1:4711, [2001:db8::1]:4711, 2001:db8::1. */
bool hop_parse(struct str hop, struct in6_addr *out) must_use;
/* forwarded.c: what the Forwarded field of a trusted peer says; members that it says nothing about stay. */
struct forwarded { struct in6_addr client; bool https; struct str host; };
bool forwarded_read(const struct proxies *x, struct arena *a, struct str field, struct forwarded *out, struct err *e) must_use;
/* Client, scheme and forwarded host of a request, from a trusted peer only. */
bool proxies_apply(const struct proxies *x, const struct in6_addr *peer, struct httpd_request *r,
                   struct err *e) must_use;

/* --- router.c --------------------------------------------------------------------------------- */
struct router;
bool router_new(struct arena *a, const struct httpd_route *const *routes, struct router **out,
                struct err *e) must_use;
struct match {
	const struct httpd_route *route_or_null;
	unsigned methods; /* bit per method that this path has; 0: no such path */
	struct str holes[HTTPD_HOLES];
};
/* Decoded segments; the rest of a "{name...}" is joined again in the arena. */
void router_find(const struct router *t, struct arena *a, struct str raw_path, enum httpd_method m,
                 struct match *out);
void allow_put(struct buf *b, unsigned methods);

/* What tells one finished answer from another, see cache.c. */
enum { CACHE_HTTPS = 1, CACHE_GPC = 2, CACHE_DNT = 4 };
struct cache_key {
	struct str host, target, language;
	enum coding coding;
	unsigned flags;
};

/* --- multipart.c, sift.c ----------------------------------------------------------------------- */

enum { PART_HEAD_BYTES = 4096 };
/* The boundary of a media type: 1 to 70 characters, perhaps in quotes. */
bool part_boundary(struct str type, struct str *out) must_use;
bool part_head(struct str head, struct httpd_part *p, struct err *e) must_use;

/* Takes the content of large files out of a form while it arrives: what is kept is the form with those files empty. */
struct spilled { size_t part; int fd; int64_t bytes; };
enum sift_state { SIFT_BEFORE, SIFT_HEAD, SIFT_CONTENT, SIFT_REST };
struct sift {
	struct arena *a;
	struct str mark, between;
	size_t most_kept, least;  /* beyond so many bytes in all, files of at least so many go */
	/* Before n bytes are written; opens *fd when it is below 0. */
	bool (*give)(void *arg, size_t n, int *fd, struct err *e);
	void *arg;
	struct buf kept;
	enum sift_state state;
	size_t at, content;       /* of `kept`: what is looked at next; where the content of this part begins */
	size_t parts;
	bool is_file;
	struct spilled now;       /* fd -1: it is still in memory */
	VEC(struct spilled) files;
};
/* False: the type names no boundary. */
bool sift_open(struct sift *s, struct arena *a, struct str type) must_use;
bool sift_take(struct sift *s, struct str bytes, struct err *e) must_use;
void sift_done(struct sift *s);

/* --- serve.c: admit, route, run, fail; knows no sockets --------------------------------------- */

enum why { WHY_NOT, WHY_DEADLINE, WHY_GONE, WHY_DRAIN };
struct server { /* what serving needs; httpd and loopback each hold one */
	const struct httpd_options *o;
	struct router *router;
	struct proxies proxies;
	struct httpd *httpd_or_null;
	_Atomic(uint64_t) ids; /* of requests, for the log */
	bool insecure;
};
struct visit {
	struct server *server;
	struct arena arena;
	struct httpd_request request;
	struct httpd_reply reply;
	struct cancel cancel;
	struct bell_alarm alarm;
	_Atomic(int) why;
	struct err err;
	struct finished finished;
	bool closing; /* the connection is to be closed after the reply */
	bool hides;   /* a header holds a NUL */
	/* For listen.c. */
	struct conn *conn;
	struct visit *next;
	struct buf body;
	int64_t held;            /* bytes of it that count in *purse: those of a large one */
	_Atomic(int64_t) *purse; /* NULL: none were counted */
	bool crowded;            /* it was given up: large bodies have all the memory they may have, or err says why */
	int64_t taken;           /* bytes of the body so far */
	/* body.c: a form whose large files go to disk. A worker has `given` and `sift` while `pieces` is set, the http thread else. */
	struct sift *sift_or_null;
	struct buf given;
	bool pieces;
	struct str folder;       /* of those files; empty: not asked for yet */
	int64_t most, spilled;
	bool in_lane;
	uint64_t generation, epoch;
	struct cache_key key; /* texts in the arena */
	bool may_cache;
	struct MHD_Response *response;
	int64_t bytes;
};
struct visit *visit_new(struct server *s);
void visit_free(struct visit *v);
/* Reads what the request's target and headers say; headers are set. False: fail with v->err. */
bool visit_read(struct visit *v, struct str target, const struct in6_addr *peer);
/* Admission and routing: true when a handler is to run, false when the reply stands already. */
bool visit_route(struct visit *v);
void visit_run(struct visit *v);    /* the handler, then visit_finish */
void visit_finish(struct visit *v); /* error answers, finish hook, headers, compression */
void visit_fail(struct visit *v);   /* makes v->err the reply */
enum httpd_method method_of(struct str name);
struct str method_name(enum httpd_method m);

/* --- metrics.c -------------------------------------------------------------------------------- */
struct metrics;
struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);
void metrics_request(struct metrics *m, int status, int64_t us, int64_t bytes, bool from_cache);
void metrics_put(const struct metrics *m, struct buf *b);
void metrics_process_put(struct buf *b);
uint64_t metrics_requests(const struct metrics *m);
uint64_t metrics_bytes(const struct metrics *m);
void metrics_refused_cookie(struct metrics *m);

/* --- cache.c: http thread only ---------------------------------------------------------------- */

struct cache;
/* A finished answer, referred to once by the cache. */
struct cache_answer {
	struct MHD_Response *response;
	struct MHD_Response *fresh_or_null; /* its 304 */
	int status;
	struct str etag;
	const struct httpd_route *route_or_null;
	bool html;
	unsigned marks;
	char language[16];
	size_t bytes;                       /* of the body */
	int64_t tenant;
	uint64_t generation, epoch;         /* when the handler began */
	bool by_language;
	int64_t until_s;                    /* monotonic */
};
struct cache *cache_new(size_t bytes);
void cache_free(struct cache *c);
/* The answer while it holds; NULL otherwise. Borrowed until the next call that changes the
 * cache. */
const struct cache_answer *cache_find(struct cache *c, const struct cache_key *k,
                                      const struct httpd *h, int64_t now_s);
/* Takes both responses of *x; copies its texts. */
void cache_store(struct cache *c, const struct cache_key *k, const struct cache_answer *x);
void cache_sizes(const struct cache *c, uint64_t *bytes, uint64_t *entries);

/* What the headers say to the cache; views of libmicrohttpd's memory. */
struct look {
	struct cache_key key;
	struct str if_none_match, forwarded_host, forwarded_proto, forwarded_for;
	struct httpd_served served; /* what the request says for it */
	int hosts;
	bool barred, has_body, reads, get, hides;
	const char *line_end; /* of the header looked at before */
	struct str forwarded; /* the field of that name */
	struct in6_addr client;
	bool has_client;      /* told by it */
};

/* --- listen.c, connection.c, stream.c: sockets ------------------------------------------------ */

enum source_kind { SOURCE_LISTENER, SOURCE_METRICS_LISTENER, SOURCE_WAKE, SOURCE_MHD, SOURCE_CONN };
struct source {
	enum source_kind kind; /* what an event of the loop points at */
	int fd;
};
struct conn {
	struct source source; /* first: events point here */
	struct httpd *h;
	struct MHD_Connection *mhd;
	struct conn *before, *after;
	struct in6_addr peer;
	bool counted, metrics, suspended;
	bool busy, arrived,
		reading; /* a request is under way; its headers were answered or taken; its body comes */
	struct visit *visit;
	struct stream *stream;
	struct buf target;
	struct look look;
	int64_t since_s;          /* of the idle time, or of the request */
	uint64_t received_before; /* bytes when the idle time began */
	bool hung_up;             /* the client will send nothing more, but for what has been received already */
	int64_t hung_taken;       /* bytes of the body when that was last looked at */
	int64_t dripping_since_s; /* 0: no part of a request has come */
	/* The request under way, for log and metrics. */
	int64_t started_ns, bytes;
	uint64_t discarded;
	int status;
	bool from_cache;
};

enum { GENERATIONS = 1024, LISTENERS = 16, ADDRESSES = 1024 };
struct address_count {
	struct in6_addr address;
	int n;
	struct address_count *next;
};
struct httpd {
	struct server server;
	struct httpd_options o;
	struct arena arena;
	struct MHD_Daemon *mhd;
	int loop; /* epoll */
	struct source wake, mhd_source, listeners[LISTENERS];
	size_t nlisteners;
	int port, metrics_port;
	pthread_t thread;
	bool started;
	/* Handed over by other threads. */
	struct lock lock; /* LOCK_HTTPD; guards done and woken */
	struct visit *done, **done_end;
	struct stream *woken;
	_Atomic(int64_t) drain_until_ns; /* 0: serving */
	_Atomic(uint64_t) generations[GENERATIONS], epoch;
	/* The http thread's own. */
	struct conn *conns;
	size_t nconns, most_conns;
	size_t in_lanes;
	bool paused, cut, accepting_metrics, accepting_counted;
	int64_t now_s;
	struct address_count *addresses[ADDRESSES];
	struct cache *cache_or_null;
	struct metrics *metrics;
	_Atomic(int64_t) bodies; /* bytes of large bodies */
	_Atomic(uint64_t) hits, misses, refused, open_conns, in_flight, cache_bytes, cache_entries;
};

/* connection.c */
bool daemon_start(struct httpd *h, struct err *e) must_use;
void conn_shut(struct conn *c); /* the socket; the rest follows when libmicrohttpd notices */
void conn_cut(struct conn *c, bool at_once);     /* drain is over: cancel, then close */
void conn_gone(struct conn *c);                 /* the client hung up */
void visit_come_back(struct visit *v);          /* from its lane, on the http thread */
uint64_t generation_of(const struct httpd *h, int64_t tenant);
bool address_enter(struct httpd *h, const struct in6_addr *a, bool *counted);
void visit_start(struct visit *v);              /* the whole request is there */
void visit_refuse(struct visit *v);             /* v->err is the answer, now */
/* body.c */
bool body_begin(struct visit *v) must_use;      /* false: v->err says that it is too large */
/* True: the request is looked at on a worker first; body_back goes on. */
bool body_asks(struct visit *v) must_use;
void body_take(struct visit *v, struct str bytes);
bool body_last(struct visit *v) must_use;       /* on a worker, before the handler */
void body_back(struct visit *v);
/* listen.c */
void conn_watch(struct conn *c);
void conn_unwatch(struct conn *c); /* closing alone is not enough: a process begun at that moment holds the socket, too */
void httpd_hand_back(struct visit *v);          /* any thread */
void httpd_wake_loop(struct httpd *h);
/* metrics.c: routes of the metrics listener; false: the reply stands */
bool metrics_route(struct httpd *h, struct visit *v);
/* served.c */
void served_note(struct look *l, struct str name, struct str value);
void served_visit(const struct conn *c, const struct visit *v);
void served_kept(struct conn *c, const struct cache_answer *a, int status);
void served_keep(const struct visit *v, struct cache_answer *a);
/* stream.c: a spool on its way to a socket */
struct stream {
	struct httpd *h;
	struct conn *conn;
	struct io_reader *reader;
	struct MHD_Response *response; /* whose trailers tell what is known at the end */
	struct stream *next;
	bool parked, queued, gone, chunked;
};
struct MHD_Response *response_of(struct visit *v);
struct MHD_Response *response_fresh_of(struct visit *v); /* a 304 with the same headers, or NULL */
void stream_resume(struct stream *t);

#endif

/* Calls to other machines: one bounded HTTP(S) request, one letter to an SMTP server. The door to libcurl. Everything else
 * in the house only answers.
 *
 * An HTTP call speaks http and https only, checks certificates, follows no redirect unless asked, takes no proxy, password
 * file or cookie from its surroundings, and gives what was asked for alone: status, type, body, and the headers named by the
 * caller; what another server would like to store on a visitor's device (Set-Cookie and its like) goes nowhere (REG-16).
 * Connections to loopback, private, link-local and other addresses that are not of the public internet are refused at the
 * moment of connecting, on the address itself, so that a name which changes its meaning in between does not help.
 *
 * Threads: any; a call blocks its thread until its time is up or its token is fired. */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/base.h"
#include "pool/pool.h"

enum net_flags {
	NET_PRIVATE = 1u << 0,  /* addresses that are not public may be connected to: the operator's own word */
	NET_NO_TLS = 1u << 1,   /* http:// is let through, too */
};
struct net_header { struct str name, value; };
enum { NET_HEADERS = 8, NET_BODY_BYTES = 4 << 20 };

struct net_call {
	const char *method;              /* "GET", "POST" …; NULL: GET */
	struct str url;
	const struct net_header *headers;
	size_t nheaders;
	struct str body;                 /* of POST, PUT, PATCH */
	size_t most;                     /* bytes of the answer; 0: NET_BODY_BYTES */
	int timeout_ms;                  /* of the whole call; 0: 10,000 */
	int redirects;                   /* most to be followed, GET only; 0: none, the answer is given as it is */
	unsigned flags;                  /* enum net_flags */
	const char *ca_file_or_empty;    /* authorities believed beside the system's; NULL: none */
	const char *const *wanted;       /* names of headers to be given; NULL-ended, at most NET_HEADERS; may be NULL */
	struct cancel *cancel_or_null;
};
struct net_answer {
	int status;
	struct str type, body;           /* in the arena */
	struct str wanted[NET_HEADERS];  /* in the order of the names; empty: absent */
};
/* ERR_PARAMETER: the URL cannot be called. ERR_FORBIDDEN: its address is not public. ERR_TOO_LARGE. ERR_CANCELLED: by the
 * token, or time is up. ERR_UPSTREAM: no answer could be had; pub says why without naming addresses. An answer of any status
 * is true. */
bool net_call(const struct net_call *c, struct arena *a, struct net_answer *out, struct err *e) must_use nonnull_all;

/* True for addresses of the public internet; the address is a struct sockaddr. */
bool net_is_public(const void *sockaddr, size_t n) must_use nonnull_all;
/* "https", host and port of an absolute http(s) URL without user and password; false when it is none. */
struct net_url { struct str scheme, host; int port; };
bool net_url(struct arena *a, struct str url, struct net_url *out) must_use nonnull_all;

/* --- bring.c: files, of any size ---------------------------------------------------------------------- */

enum net_scheme { NET_HTTP = 1u << 0, NET_HTTPS = 1u << 1, NET_FTP = 1u << 2, NET_FTPS = 1u << 3, NET_SFTP = 1u << 4 };
struct net_bring {
	struct str url;                  /* of one of `schemes`, without user and password */
	unsigned schemes;                /* enum net_scheme */
	const char *method;              /* of HTTP; NULL: GET */
	struct str body;
	const struct net_header *headers;/* of HTTP; they go to the first server only, not where it leads to */
	size_t nheaders;
	struct str user, password;       /* of FTP and SFTP; empty: none */
	struct str host_key;             /* of SFTP: SHA-256 of the server's key, base64; empty: any */
	int64_t from;                    /* bytes that are there already and not sent again, if the other side can */
	int64_t most;                    /* bytes in all */
	int redirects;                   /* each address is judged like the first; https never leads to http */
	int stall_s;                     /* without a byte for so long: broken off; with fewer than 1,000 a second for so long: ERR_UPSTREAM; 0: 60 */
	int longest_s;                   /* of it all; 0: any time */
	unsigned flags;                  /* NET_PRIVATE */
	const char *ca_file_or_empty;
	const char *const *wanted;       /* as in net_call */
	enum { NET_CONTENT, NET_NAMES, NET_LINES, NET_FACTS, NET_ABOUT } what; /* folders over FTP and SFTP: names, lines as ls writes them, lines of
	                                    MLSD; NET_ABOUT: size and time alone */
	/* Once, before the first byte: `whole` false when they follow those that are there. False ends the call. */
	bool (*begin)(void *arg, bool whole, int64_t total, struct err *e);
	bool (*take)(void *arg, struct str bytes, struct err *e);
	void (*tick)(void *arg);         /* about twice a second, whether bytes come or not; may be NULL */
	void *arg;
	struct cancel *cancel_or_null;
};
struct net_brought {
	int status;                      /* of HTTP; anything but 200 and 206 brings nothing */
	struct str type;
	struct str wanted[NET_HEADERS];
	struct str url;                  /* where it led to in the end */
	int64_t total, modified_s;       /* as the other side says; -1: it does not */
	bool broken;                     /* with false: it began, and may be gone on with */
	bool ended;                      /* the other side said where it ends, and it did: by its length, its last chunk, or its framing */
};
/* As net_call; ERR_TOO_LARGE past `most`, ERR_UNAUTHENTICATED, ERR_NOT_FOUND (FTP, SFTP), or what begin and take say. */
bool net_bring(const struct net_bring *b, struct arena *a, struct net_brought *out, struct err *e) must_use nonnull_all;
/* Address and port of a host for libraries that connect by themselves: the first that may be connected to. ERR_FORBIDDEN, ERR_UPSTREAM. */
bool net_resolve(struct arena *a, struct str host, int port, unsigned flags, struct str *address, struct err *e) must_use nonnull_all;

enum net_security { NET_PLAIN, NET_STARTTLS, NET_TLS };
struct net_smtp {
	const char *host;                /* private addresses are fine: the operator named it */
	int port;
	enum net_security security;      /* NET_STARTTLS: required, not merely tried */
	const char *user, *password;     /* empty: no AUTH; never sent with NET_PLAIN to a machine that is not this one */
	const char *ca_file_or_empty;
	const char *helo;                /* our own name */
	int timeout_ms;                  /* 0: 60,000 */
	struct cancel *cancel_or_null;
};
/* Hands over one message (lines ended by CR LF). False: ERR_UPSTREAM or ERR_CANCELLED; *code is the server's own (0: it did not get
 * so far), from which net_smtp_final tells that trying again is of no use. */
bool net_smtp(const struct net_smtp *s, struct str from, struct str to, struct str message, int *code, struct err *e) must_use nonnull_all;
bool net_smtp_final(int code) must_use;

#endif

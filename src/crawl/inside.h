/* What the files of this room share: one way to drive a browser, whichever it is. */
#ifndef CRAWL_INSIDE_H
#define CRAWL_INSIDE_H

#include "crawl/crawl.h"
#include <sys/types.h>

struct crawl_cookie {
	struct str name, domain, path, same_site; /* domain with a leading dot when it is not host-only */
	bool http_only, secure, session;
	int64_t expires_s;
};
struct crawl_mode {
	struct str lang;  /* Accept-Language */
	bool signal;      /* Sec-GPC: 1 */
	bool script;
};

struct crawl_browser;
struct crawl_engine {
	const char *name;
	/* A new, empty profile, in a mode. */
	bool (*fresh)(struct crawl_browser *b, struct err *e);
	bool (*mode)(struct crawl_browser *b, const struct crawl_mode *m, struct err *e);
	/* Goes to an address and waits until it is loaded. Addresses that are downloads count as loaded. */
	bool (*visit)(struct crawl_browser *b, struct str url, struct err *e);
	/* The value of an expression of the page (promises are waited for), as JSON in the arena. */
	bool (*ask)(struct crawl_browser *b, struct str expression, struct arena *a, struct str *json, struct err *e);
	bool (*jar)(struct crawl_browser *b, struct arena *a, struct crawl_cookie **out, size_t *n, struct err *e);
	/* Addresses asked for by pages since the last call. */
	bool (*asked)(struct crawl_browser *b, struct arena *a, struct str **urls, size_t *n, struct err *e);
	void (*close)(struct crawl_browser *b);
};
struct crawl_browser {
	const struct crawl_engine *engine;
	char version[80];
	/* what follows belongs to the engine */
	pid_t pid;
	int to, from;           /* descriptors */
	int64_t last_id;
	struct buf in;          /* bytes read and not yet taken */
	struct buf seen;        /* addresses, a line each */
	char profile[64];
	char session[80], context[80], target[80];
	int64_t loads;          /* load events so far */
};

bool crawl_chromium(const char *program, const struct crawl_options *o, struct crawl_browser **out, struct err *e) must_use;
/* A picture (PNG) of a document as it would look on the portal; Chromium only. */
bool crawl_picture(struct crawl_browser *b, struct str origin, struct str html, struct arena *a, struct str *png, struct err *e) must_use;
bool crawl_firefox(const char *program, struct crawl_browser **out, struct err *e) must_use;

/* process.c: a browser as a child with its profile folder; `fds` become 3 and 4 when not -1. */
bool crawl_profile(struct crawl_browser *b, struct err *e) must_use;
bool crawl_start(struct crawl_browser *b, const char *program, char *const argv[], int fd3, int fd4, struct err *e) must_use;
void crawl_stop(struct crawl_browser *b);
/* The next message within ms, in the arena: ended by a NUL (DevTools), or led by its length and a colon (Marionette). */
enum crawl_frame { CRAWL_NUL, CRAWL_LENGTH };
bool crawl_read(struct crawl_browser *b, int ms, enum crawl_frame frame, struct arena *a, struct str *message, struct err *e) must_use;
bool crawl_write(struct crawl_browser *b, struct str bytes, struct err *e) must_use;

/* walk.c does the walking; judge.c compares. */
struct crawl_walk {
	struct crawl_browser *b;
	const struct json_node *plan, *registry;
	const struct crawl_options *options;
	struct arena *arena;       /* of the result */
	struct str origin, host;
	bool development;
	const char *state;
	/* what this state permits */
	bool may_session, may_language, may_csrf, may_preferences;
	const char *granted[64];   /* ids of services; NULL-ended */
	size_t ngranted;
	int64_t steps, pages;
	struct json_out differences;
	struct buf differences_text;
	int64_t ndifferences;
	struct map *seen;          /* names of first-party items seen, over all engines */
};
void crawl_differ(struct crawl_walk *w, struct str url, const char *fmt, ...) printf_like(3, 4);
/* Looks at jar, storage and hosts after a step. */
void crawl_judge(struct crawl_walk *w, struct str url);
/* Everything, in one browser. */
void crawl_walk_all(struct crawl_walk *w);

#endif

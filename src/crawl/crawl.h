/* The browser proof (REG-19): drives real browsers with empty profiles through a portal, in every state a visitor can be in, and
 * after each step compares the browser's own cookie jar, its other storage and the hosts it asked with what the portal's
 * registry permits in that state. Speaks to Chromium by the DevTools protocol over two pipes, to Firefox by Marionette over a
 * loopback socket; neither needs a driver program. Refuses to judge what it could not see: a step that fails is a difference.
 *
 * What is visited comes as a plan, JSON made by the portal's server:
 *	{"origin","host","languages":[…],"paths":[…],"pages":[…],"back":[…],"email","password","registry":{cookies.json}}
 * `paths` is everything (sitemap, every tab, files), `pages` one of each kind, `back` the back office. The result is JSON too:
 *	{"schema":"cookie-crawl/1","at","domain","origin","registry_hash","build","engines":{…},"pages","steps","seen":[…],"result",
 *	 "differences":[{"engine","state","url","what"}]}
 * One thread. The browser's profile is a temporary folder that goes with it. */
#ifndef CRAWL_CRAWL_H
#define CRAWL_CRAWL_H

#include "base/base.h"
#include "json/json.h"

struct crawl_options {
	const char *chromium_or_null; /* programs; NULL: not used */
	const char *firefox_or_null;
	const char *resolve_or_null;  /* "127.0.0.1:8443": Chromium asks this for every host, and takes its certificate; tests only */
	bool quick;                   /* one of each kind only, where otherwise everything is visited */
	struct str build;             /* version of the program, for the result */
	void (*say)(void *arg, const char *engine, const char *state, int64_t steps); /* progress; may be NULL */
	void *arg;
};
/* True when the crawl could be made, whatever it found: *passed tells. The result lives in the arena. */
bool crawl_run(const struct json_node *plan, const struct crawl_options *o, struct arena *a, struct str *result, bool *passed,
               int64_t *pages, struct err *e) must_use;

/* Pictures of the plan's `renderings` [{"hash","html"}] (CON-33), each handed to `keep` with its hash; none without Chromium. */
bool crawl_pictures(const struct json_node *plan, const struct crawl_options *o, bool (*keep)(void *arg, struct str hash, struct str png, struct err *e),
                    void *arg, struct err *e) must_use;

#endif

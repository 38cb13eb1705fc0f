/* The test control of a test build (meson option test_control; a release has none of it, and a test proves that): a second
 * server on 127.0.0.1, on a port written to <data>/probe.port, that shifts the clock, makes portals, people and
 * sessions, writes down what is buffered, and tells a dummy page what to emit. Whatever tests can see from outside (the
 * store's file, letters in their folder) they read there.
 *
 *	POST /clock {"unix":n}                    the wall clock now says that
 *	POST /clock/advance {"seconds":n}
 *	POST /fixture {"domains":[…],"users":[…],"sessions":[…],"registries":[…]}   see fixture.c
 *	POST /emit {"through":"header|cookie|declared|twice|raw","name":…,"value":…}   what GET /-/emit of the portals' server sends from now on
 *	GET  /events?host=                        what the security log holds, after writing down what was noted
 *	POST /audience/flush
 *	POST /upkeep                              what a server does once a day, now
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "base/base.h"
#include "httpd/httpd.h"
#include "site/site.h"

#ifdef STOA_TEST_CONTROL
struct probe;
bool probe_open(struct site *s, struct lane *const lanes[HTTPD_LANES], struct bell *b, struct probe **out, struct err *e) must_use;
void probe_close(struct probe *p);
/* The dummy page; joined to the portals' routes. */
extern const struct httpd_route *const probe_routes[];
#endif

#endif

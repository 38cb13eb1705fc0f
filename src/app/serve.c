/* The life of a server: opened in order, announced when it answers, drained on a signal, closed in
 * reverse. The roof is the only place that knows all rooms. */
#include "app/inside.h"
#include "back/back.h"
#include "base/base.h"
#include "clock/clock.h"
#include "config/config.h"
#include "explore/explore.h"
#include "export/export.h"
#include "front/front.h"
#include "gate/gate.h"
#include "gate/gate.h"
#include "httpd/httpd.h"
#include "io/io.h"
#include "job/job.h"
#include "live/live.h"
#include "legacy/legacy.h"
#include "log/log.h"
#include "manage/manage.h"
#include "mail/mail.h"
#include "page/page.h"
#include "policy/policy.h"
#include "pool/pool.h"
#include "privacy/privacy.h"
#include "probe/probe.h"
#include "profile/profile.h"
#include "push/push.h"
#include "rest/rest.h"
#include "rights/rights.h"
#include "site/site.h"
#include "studio/studio.h"
#include "trace/trace.h"
#include "transfer/transfer.h"
#include "visitor/visitor.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FORM_AROUND = 1 << 20, DISK_SPARE = 32 << 20, HASH_QUEUE = 64, CALL_WORKERS = 8, CALL_QUEUE = 64, HTTPS_PORT = 443, MOVED = 308, SEE_OTHER = 303 };

struct server {
	const struct conf *conf;
	struct site *site;
	struct log *log;
	struct bell *bell;
	struct lane *lanes[HTTPD_LANES];
	struct httpd *httpd;
	struct cli_control *control;
	struct upkeep *upkeep;
#ifdef STOA_TEST_CONTROL
	struct probe *probe;
#endif
	const struct httpd_route **routes;
	struct str folder;
};

/* --- hooks ----------------------------------------------------------------------------------------- */

/* Open data beside the APIs, for pages of others as well: errors in JSON, CORS, and no counting of calls. */
static bool is_tile(const struct httpd_request *r) { return str_starts(r->path, STR("/tiles/")); }
static bool is_api(const struct httpd_request *r) { return str_starts(r->path, STR("/api/")) || legacy_is(r->path); }

/* For the portal's own pages: not counted among calls, and not for pages of others. */
static bool is_own_api(const struct httpd_request *r)
{
	return str_starts(r->path, STR("/api/auth/")) || str_starts(r->path, STR("/api/cookies/"));
}

/* Plain HTTP is for loopback names; a portal's other names lead to its own. Nothing is read of such a request, and no cookie
 * set; a form that came unprotected is not led on but refused (PRX-6). */
static bool is_at_the_right_door(const struct site *s, const struct tenant *t, struct httpd_request *r, struct httpd_reply *p, struct err *e)
{
	bool plain = !r->https && !httpd_is_loopback(r->host), reads = r->method == HTTPD_GET || r->method == HTTPD_HEAD;
	if (plain && !reads) return err_set(e, ERR_BAD_REQUEST, "This portal is reached by HTTPS only.");
	if (!plain && !httpd_is_loopback(r->host) && r->port && r->port != HTTPS_PORT)
		return err_set(e, ERR_BAD_REQUEST, "No portal answers at this port.");
	if (!plain && str_eq(r->host, t->host)) return true;
	struct str origin = visitor_origin(r->arena, t->host, s->listen_port);
	(void)!httpd_reply_redirect(p, MOVED, arena_join(r->arena, origin, r->target), e);
	return false; /* with the way on in the reply, or with what was wrong in *e */
}

/* One that was suspended or removed, or is being restored, says so and nothing else, whatever is asked of it. */
static bool is_open(const struct tenant *t, struct err *e)
{
	if (!t->suspended) return true;
	if (t->restoring.us && !t->removed.us) return err_set(e, ERR_RESTORING, "%s", err_kind(ERR_RESTORING)->sentence);
	return t->removed.us ? err_set(e, ERR_GONE, "This portal was closed.") : err_set(e, ERR_CLOSED, "%s", err_kind(ERR_CLOSED)->sentence);
}

/* Which portal: the host name alone tells. Refused hosts get the same answer whatever they ask. */
static bool admit(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct site *s = app;
	const struct tenant *t = tenants_find_or_null(s->tenants, r->host);
	if (!t) return err_set(e, ERR_NO_PORTAL, "no portal answers at this address");
	r->tenant = t->id.v;
	httpd_cookie_prefix(p, registry_prefixed(t));
	bool good = is_at_the_right_door(s, t, r, p, e) && is_open(t, e) && (!is_api(r) || is_own_api(r) || rights_admit(s, t, r, p));
	tenant_release(s->tenants, t);
	return good;
}

static void error_body(const struct httpd_request *r, struct httpd_reply *p, void *app, const struct err *e)
{
	struct err ignored = { 0 };
	/* A host that is nobody's learns nothing, not even what it might have asked: 421 and no body. */
	if (e->code == ERR_NO_PORTAL) return;
	struct str lead = is_api(r) || is_tile(r) ? STR("") : visitor_lead(r, e);
	if (lead.n && httpd_reply_redirect(p, SEE_OTHER, lead, &ignored)) {
		httpd_reply_cache_control(p, STR("private, no-store"));
		return;
	}
	if (e->code == ERR_TOO_MANY && rights_refused(r, p)) return;
	if (visitor_guard_problem(r, p, app, e)) return;
	struct str challenge = rights_challenge(r, e);
	if (challenge.n) httpd_reply_literal(p, STR("WWW-Authenticate"), challenge);
	if (legacy_is(r->path)) legacy_problem(p, e);
	else if (manage_is(r->path)) manage_problem(r, p, e);
	else if (is_api(r) || is_tile(r) || visitor_wants_json(r)) rest_problem(p, e);
	else front_error(r, p, app, e);
}

static void options(const struct httpd_request *r, struct httpd_reply *p, void *app, struct str allow)
{
	(void)app;
	if (is_api(r) || is_tile(r)) {
		rest_options(p, allow);
		return;
	}
	struct err e = { 0 };
	httpd_reply_status(p, 204);
	if (!httpd_reply_header(p, STR("Allow"), allow, &e)) httpd_reply_status(p, 500);
}

/* An answer of the API to somebody signed in is theirs alone (SES-13); all others are anybody's, on any page. */
static void finish_api(const struct httpd_request *r, struct httpd_reply *p, struct site *s)
{
	bool cookie = rights_reads_cookies(r) && str_find(httpd_header(r, STR("Cookie")), STR("sessionid=")) >= 0;
	rest_cors(p);
	rights_settle(s, r, p);
	struct quota_purse purse = rights_purse(r);
	if (purse.key && r->tenant) trace_used(s, (struct tenant_id){ r->tenant }, purse.key);
	if (cookie) {
		httpd_reply_cache_control(p, STR("private, no-store"));
		httpd_reply_cacheable(p, 0);
	}
	httpd_reply_literal(p, STR("Cross-Origin-Resource-Policy"), cookie ? STR("same-origin") : STR("cross-origin"));
}

/* Files of forms lie where sources lie until they are one: under the portal's limit, and only those of somebody known. What arrives is copied
 * once, so there must be room for it twice. */
static bool spill(struct httpd_request *r, void *app, int64_t bytes, struct str *folder, int64_t *most, struct err *e)
{
	struct site *s = app;
	struct site_visit at;
	struct rights_caller who = { 0 };
	int64_t room;
	if (!site_enter(s, r->host, &at, e)) return false;
	struct str place = config_sources(s, r->arena, at.tenant->id);
	int64_t limit = config_file_most(s, at.tenant->id);
	bool ok = rights_caller(&at, r, &who, e) && (who.account || err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence)) &&
	          io_make_folders(place.p, e) && io_free_bytes(place.p, &room, e);
	site_leave(&at);
	if (!ok) return false;
	if (bytes > limit + FORM_AROUND)
		return err_set(e, ERR_TOO_LARGE, "A file may have %lld MB at most on this portal. Compress it (zip or gzip), or give its address instead.", (long long)(limit >> 20));
	if (2 * bytes > room - DISK_SPARE)
		return err_set(e, ERR_DISK_FULL, "This has %lld MB, and the portal's disk has no room for it. Make room, or ask the operator to.", (long long)((bytes >> 20) + 1));
	*folder = place;
	*most = limit;
	return true;
}

/* HSTS, as the portal has it; httpd gives the usual one to what has none. */
static void put_transport(const struct httpd_request *r, struct httpd_reply *p, struct site *s)
{
	struct err e = { 0 };
	const struct tenant *t = r->https && r->tenant ? tenants_hold_or_null(s->tenants, (struct tenant_id){ r->tenant }) : NULL;
	if (!t) return;
	struct str value = arena_printf(r->arena, "max-age=%lld%s", (long long)tenant_number(t, "hsts.max_age"),
	                                tenant_setting_on(t, "hsts.include_subdomains") ? "; includeSubDomains" : "");
	tenant_release(s->tenants, t);
	if (!httpd_reply_header(p, STR("Strict-Transport-Security"), value, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "headers", &e);
}

static void finish(const struct httpd_request *r, struct httpd_reply *p, void *app)
{
	put_transport(r, p, app);
	trace_request(app, r, p);
	if (is_own_api(r)) httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "same-origin");
	else if (is_api(r) || is_tile(r)) finish_api(r, p, app);
	else visitor_finish(app, r, p);
}

/* A cookie that the server refused to send: the portal's log says which, never what it held. */
static void refused(const struct httpd_request *r, void *app, struct str name)
{
	struct site *s = app;
	struct tenant_id t = { r->tenant };
	struct str route = r->route_or_null ? str_of(r->route_or_null->pattern) : STR("-");
	event_note(s->events, t, &(struct event){ .kind = EVENT_COOKIE_UNDECLARED, .reason = name, .detail = route });
}

/* Every answer that leaves, for the audience's sums. On the http thread: copies, and decides only what a field says outright. */
static void served(const struct httpd_served *x, void *app)
{
	struct site *s = app;
	struct audience_hit h = {
		.tenant = x->tenant,
		.method = x->method == HTTPD_GET ? AUDIENCE_GET : x->method == HTTPD_POST ? AUDIENCE_POST : AUDIENCE_OTHER,
		.pattern_or_null = x->route_or_null ? x->route_or_null->pattern : NULL,
		.target = x->target, .status = x->status, .us = x->us, .html = x->html, .host = x->host, .user_agent = x->user_agent,
		.referer = x->referer, .accept = x->accept, .fetch_dest = x->fetch_dest, .language = x->language,
		.found_nothing = (x->marks & HTTPD_MARK_NOTHING) != 0,
		.uncounted = (x->marks & HTTPD_MARK_UNCOUNTED) != 0 || audience_declines(AUDIENCE_GPC, x->gpc) || audience_declines(AUDIENCE_DNT, x->dnt) ||
		             audience_declines(AUDIENCE_PURPOSE, x->purpose) || audience_declines(AUDIENCE_COOKIE, x->cookie),
		.with_key = (x->marks & HTTPD_MARK_SIGNED_IN) != 0 || x->authorization.n || str_find(x->target, STR("apikey=")) >= 0 ||
		            str_find(x->target, STR("access_token=")) >= 0,
	};
	memcpy(h.client, x->client, sizeof h.client);
	audience_count(s->audience, &h);
}

/* A change of a portal voids its finished answers. */
static void changed(void *arg, struct tenant_id t)
{
	struct server *s = arg;
	tenants_bump(s->site->tenants, t);
	httpd_forget(s->httpd, t.v);
}

/* A portal that is closed, made private or renamed is that for the portals that show its datasets, too. Its templates of metadata make
 * facets of its catalogue. */
static void portal_changed(void *arg, struct tenant_id t)
{
	struct server *s = arg;
	struct err e = { 0 };
	changed(arg, t);
	if (!catalog_portal_changed(s->site->catalog, t, &e)) log_failure(s->log, LOG_LEVEL_WARN, "catalogue.templates", &e);
	e = (struct err){ 0 };
	if (!catalog_origin_changed(s->site->catalog, t, &e)) log_failure(s->log, LOG_LEVEL_WARN, "live.portal", &e);
}

/* --- opening ---------------------------------------------------------------------------------------- */

static const struct httpd_route **join_routes(void)
{
	static const struct httpd_route *const *const rooms[] = { explore_routes, push_routes, legacy_routes, front_routes,
		gate_routes, back_routes, privacy_routes, studio_routes, manage_routes,
#ifdef STOA_TEST_CONTROL
		probe_routes,
#endif
	};
	size_t n = 0;
	for (size_t k = 0; k < COUNT_OF(rooms); k++)
		for (size_t i = 0; rooms[k][i]; i++) n++;
	const struct httpd_route **all = calloc(n + 1, sizeof *all);
	ensure(all != NULL);
	n = 0;
	for (size_t k = 0; k < COUNT_OF(rooms); k++)
		for (size_t i = 0; rooms[k][i]; i++) all[n++] = rooms[k][i];
	return all;
}

static int cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 && n < 1024 ? (int)n : 1;
}

static bool open_log(struct server *s, struct err *e)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	struct log_options o = { .fd = 2, .least = LOG_LEVEL_INFO, .form = strcmp(s->conf->log_format, "json") == 0 ? LOG_FORM_JSON : LOG_FORM_TEXT };
	for (size_t i = 0; i < COUNT_OF(levels); i++)
		if (strcmp(s->conf->log_level, levels[i]) == 0) o.least = (enum log_level)i;
	return log_open(&o, &s->log, e);
}

static bool open_lanes(struct server *s, struct err *e)
{
	const struct conf *c = s->conf;
	struct lane_options talk = { .name = "talk", .workers = c->workers ? (int)c->workers : cores() + 1, .queue = (size_t)c->queue, .share = (size_t)c->share,
		                     .stack_bytes = 8u << 20 };
	struct lane_options haul = { .name = "haul", .workers = c->haul_workers ? (int)c->haul_workers : num_max(1, cores() / 2), .queue = (size_t)c->queue,
		                     .share = (size_t)c->share, .stack_bytes = 8u << 20 };
	/* Hashing a password is made to cost: it never takes more than half the machine (PWD-5). */
	struct lane_options hash = { .name = "hash", .workers = num_max(1, cores() / 2), .queue = HASH_QUEUE, .stack_bytes = 8u << 20 };
	/* Threads that wait for identity providers: a slow one must not keep the pages waiting. */
	struct lane_options call = { .name = "call", .workers = CALL_WORKERS, .queue = CALL_QUEUE, .share = CALL_QUEUE / 2 };
	return bell_open(&s->bell, e) && lane_open(&talk, &s->lanes[HTTPD_LANE_TALK], e) && lane_open(&haul, &s->lanes[HTTPD_LANE_HAUL], e) &&
	       lane_open(&hash, &s->lanes[HTTPD_LANE_HASH], e) && lane_open(&call, &s->lanes[HTTPD_LANE_CALL], e);
}

static bool open_httpd(struct server *s, struct err *e)
{
	const struct conf *c = s->conf;
	if (strcmp(c->proxy_header, "forwarded") != 0 && strcmp(c->proxy_header, "x-forwarded") != 0)
		return err_set(e, ERR_USAGE, "proxy_header must be x-forwarded or forwarded, not \"%s\"", c->proxy_header);
	s->routes = join_routes();
	struct httpd_options o = {
		.listen = c->listen, .port = (int)c->port, .metrics_port = (int)c->metrics_port, .routes = s->routes, .cookies = registry_cookie_specs,
		.hooks = { .admit = admit, .error = error_body, .options = options, .finish = finish, .refused = refused, .served = served, .spill = spill }, .app = s->site,
		.lanes = { s->lanes[0], s->lanes[1], s->lanes[2], s->lanes[3] }, .bell = s->bell, .log_or_null = s->log, .trusted_proxies = c->trusted_proxies,
		.trust_forwarded_host = c->trust_forwarded_host, .forwarded = strcmp(c->proxy_header, "forwarded") == 0, .cache_bytes = (size_t)c->cache_mb << 20, .deadline_ms = (int)c->deadline_ms,
		.header_timeout_s = (int)c->header_timeout_s, .idle_timeout_s = (int)c->idle_timeout_s, .connections = (int)c->connections,
		.connections_per_address = (int)c->connections_per_address, .connection_bytes = (size_t)c->connection_kb << 10, .bodies_bytes = (size_t)c->bodies_mb << 20,
	};
	return httpd_open(&o, &s->httpd, e);
}

static bool open_site(struct server *s, struct str folder, struct err *e)
{
	struct site_options o = { .memory_mb = s->conf->memory_mb, .temp_mb = s->conf->temp_mb,
	                          .accounts = { s->conf->argon2_memory_kb, s->conf->argon2_passes, str_of(s->conf->password_pepper_file) } };
	if (!site_open(folder, &o, &s->site, e) || !trace_open(s->site, e)) return false;
	if (store_kept(s->site->store).n) log_say(s->log, LOG_LEVEL_WARN, "migrated", log_text("former_store_kept_as", store_kept(s->site->store)));
	export_sweep(s->site->engine);
	return transfer_sweep(s->site, e);
}

/* Ports below 1024 or taken ones are the commonest mistake of a first start. */
static bool explain_port(const struct server *s, struct err *e)
{
	if (e->code != ERR_SYSTEM) return false;
	struct err better = { 0 };
	err_set(&better, ERR_SYSTEM, "port %lld cannot be had on the addresses of `listen`; is something else listening there? --port names another", (long long)s->conf->port);
	err_cause(&better, "%s; %s", e->pub, e->priv);
	*e = better;
	return false;
}

static void shut(struct server *s)
{
#ifdef STOA_TEST_CONTROL
	probe_close(s->probe);
#endif
	cli_control_close(s->control);
	transfer_backups_close(s->site);
	if (s->site) jobs_close(s->site); /* what is under way is gone on with at the next start */
	if (s->site) profiles_stop(s->site);
	if (s->httpd) httpd_drain(s->httpd, (int)s->conf->drain_s);
	for (size_t i = 0; i < HTTPD_LANES; i++)
		if (s->lanes[i]) lane_close(s->lanes[i]);
	if (s->site) {
		jobs_done(s->site);
		mail_close(s->site->mail);
		s->site->mail = NULL;
	}
	upkeep_close(s->upkeep);
	live_close(s->site); /* tells the server of changes, so it goes first */
	if (s->httpd) httpd_close(s->httpd);
	if (s->bell) bell_close(s->bell);
	if (s->site) policy_shelf_close(s->site->shelf);
	if (s->site) profiles_close(s->site);
	trace_close(s->site);
	site_close(s->site);
	log_close(s->log);
	free(s->routes);
}

/* --- running ----------------------------------------------------------------------------------------- */

static void announce(struct cli *c, const struct server *s)
{
	struct tenant_id *ids;
	int port = httpd_port(s->httpd);
	size_t n = tenants_list(s->site->tenants, &c->arena, &ids);
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(s->site->tenants, ids[i]);
		if (!t) continue;
		cli_say(c, "%-40.*s http://%.*s:%d/", STR_ARG(tenant_setting(t, "title")), STR_ARG(t->host), port);
		tenant_release(s->site->tenants, t);
	}
	cli_say(c, "READY http://localhost:%d/", port);
}

static bool run(struct cli *c, struct server *s, struct err *e)
{
	sigset_t wanted;
	int got;
	/* Blocked before any thread starts, so that only sigwait below sees them. */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &wanted, NULL);
	if (!open_log(s, e) || !open_site(s, c->folder, e) || !open_lanes(s, e)) return false;
	s->site->haul = s->lanes[HTTPD_LANE_HAUL];
	s->site->bell = s->bell;
	s->site->log = s->log;
	s->site->conf = s->conf;
	if (s->conf->address_log_days > 0) event_addresses_keep(s->site->events, s->site->vault, s->site->folder);
	if (!mail_open(s->site->store, s->site->vault, s->conf, s->site->folder, s->log, &s->site->mail, e)) return false;
	if (!open_httpd(s, e)) return explain_port(s, e);
	if (cli_has(c, "after-restore") && !site_after_restore(s->site, e)) return false;
	consent_resume(s->site->consent);
	s->site->listen_port = httpd_port(s->httpd);
	registries_port(s->site->registries, s->site->listen_port);
	tenants_on_change(s->site->tenants, portal_changed, s);
	looks_on_change(s->site->looks, changed, s);
	looks_log(s->site->looks, s->log);
	accounts_on_change(s->site->accounts, changed, s);
	catalog_on_change(s->site->catalog, changed, s);
	registries_on_change(s->site->registries, changed, s);
	s->site->changed = changed;
	s->site->changed_arg = s;
	pages_on_change(s->site->pages, changed, s);
	if (!audience_start(s->site->audience, s->conf->geoip_database, s->conf->datacentre_networks, s->log, e)) return false;
	policy_shelf_open(&s->site->shelf);
	if (!profiles_open(s->site, e)) return false;
	if (!live_open(s->site, true, e) || !upkeep_open(s->site, &s->upkeep, e) || !jobs_open(s->site, e) || !transfer_backups_open(s->site, jobs_still, e)) return false;
	if (!cli_control_open(s->site, s->conf, &s->control, e)) return false;
#ifdef STOA_TEST_CONTROL
	if (!probe_open(s->site, s->lanes, s->bell, &s->probe, e)) return false;
#endif
	log_say(s->log, LOG_LEVEL_INFO, "ready", log_int("port", httpd_port(s->httpd)), log_int("metrics_port", httpd_metrics_port(s->httpd)));
	if (!tenants_list(s->site->tenants, &c->arena, &(struct tenant_id *){ NULL }))
		cli_note(c, "stoa: there are no portals in %.*s yet; `stoa --data %.*s portal add HOST` makes the first", STR_ARG(c->folder), STR_ARG(c->folder));
	if (cli_has(c, "announce")) announce(c, s);
	if (!cli_flush(c, e)) return false;
	while (sigwait(&wanted, &got) != 0) continue;
	log_say(s->log, LOG_LEVEL_INFO, "draining", log_int("seconds", s->conf->drain_s));
	return true;
}

static bool say_routes(struct cli *c, struct err *e)
{
	const struct httpd_route **all = join_routes();
	static const char *const methods[] = { [HTTPD_GET] = "GET", [HTTPD_POST] = "POST", [HTTPD_PUT] = "PUT", [HTTPD_PATCH] = "PATCH",
		[HTTPD_DELETE] = "DELETE", [HTTPD_HEAD] = "HEAD", [HTTPD_OPTIONS] = "OPTIONS" };
	for (size_t i = 0; all[i]; i++) cli_say(c, "%s %s", methods[all[i]->method], all[i]->pattern);
	free(all);
	return cli_flush(c, e);
}

bool app_serve(struct cli *c, struct err *e)
{
	struct server s = { .conf = c->conf };
	int lock = -1;
	if (cli_has(c, "routes")) return say_routes(c, e);
	/* A unit or a script whose folder is mistyped must not serve an empty server instead. An empty folder that is there is a beginning. */
	if (access(c->folder.p, F_OK) != 0)
		return err_set(e, ERR_NOT_FOUND, "there is no data folder at %.*s: mend --data, or begin there with `stoa --data %.*s portal add HOST`", STR_ARG(c->folder), STR_ARG(c->folder));
	if (!cli_check_folder(c->folder, true, e) || !cli_become_owner(c->folder, e) || !cli_lock(c->folder, &lock, e)) return false;
	bool ok = run(c, &s, e);
	shut(&s);
	close(lock);
	return ok;
}

/* Counters of the server as Prometheus text. Counters are atomics and may lag each other by a
 * request; nothing here waits. */
#include "httpd/inside.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static const int64_t bounds_us[] = { 500,    1000,   2500,   5000,    10000,   25000,   50000,
	                             100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000 };
enum { BOUNDS = sizeof bounds_us / sizeof bounds_us[0], CLASSES = 6 };

struct metrics {
	_Atomic(uint64_t) classes[CLASSES]; /* by the first digit of the status */
	_Atomic(uint64_t) buckets[BOUNDS + 1];
	_Atomic(uint64_t) us, bytes, cached, refused_cookies;
};

static void count(_Atomic(uint64_t) *c, uint64_t n)
{
	atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}
static uint64_t get(const _Atomic(uint64_t) *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

struct metrics *metrics_new(void)
{
	struct metrics *m = calloc(1, sizeof *m);
	ensure(m != NULL);
	return m;
}

void metrics_free(struct metrics *m) { free(m); }

void metrics_request(struct metrics *m, int status, int64_t us, int64_t bytes, bool from_cache)
{
	size_t class = status >= 100 && status < 600 ? (size_t)status / 100 : 0;
	size_t i = 0;
	while (i < BOUNDS && us > bounds_us[i]) i++;
	count(&m->classes[class], 1);
	count(&m->buckets[i], 1);
	count(&m->us, (uint64_t)us);
	count(&m->bytes, (uint64_t)bytes);
	if (from_cache) count(&m->cached, 1);
}

void metrics_refused_cookie(struct metrics *m) { count(&m->refused_cookies, 1); }
uint64_t metrics_bytes(const struct metrics *m) { return get(&m->bytes); }

uint64_t metrics_requests(const struct metrics *m)
{
	uint64_t n = 0;
	for (size_t i = 0; i < CLASSES; i++) n += get(&m->classes[i]);
	return n;
}

void metrics_put(const struct metrics *m, struct buf *b)
{
	static const char *const names[CLASSES] = { "broken", "1xx", "2xx", "3xx", "4xx", "5xx" };
	buf_lit(b, "# HELP stoa_http_requests_total Requests answered, by class of status.\n# TYPE "
	           "stoa_http_requests_total counter\n");
	for (size_t i = 0; i < CLASSES; i++)
		buf_printf(b, "stoa_http_requests_total{class=\"%s\"} %llu\n", names[i],
		           (unsigned long long)get(&m->classes[i]));
	buf_lit(b, "# HELP stoa_http_request_seconds Time from the request line to the last "
	           "byte.\n# TYPE stoa_http_request_seconds histogram\n");
	uint64_t sum = 0;
	for (size_t i = 0; i < BOUNDS; i++) {
		sum += get(&m->buckets[i]);
		buf_printf(b, "stoa_http_request_seconds_bucket{le=\"%g\"} %llu\n",
		           (double)bounds_us[i] / 1e6, (unsigned long long)sum);
	}
	sum += get(&m->buckets[BOUNDS]);
	buf_printf(b, "stoa_http_request_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)sum);
	buf_printf(b, "stoa_http_request_seconds_sum %.6f\n", (double)get(&m->us) / 1e6);
	buf_printf(b, "stoa_http_request_seconds_count %llu\n", (unsigned long long)sum);
	buf_printf(b,
	           "# TYPE stoa_http_sent_bytes_total counter\nstoa_http_sent_bytes_total %llu\n",
	           (unsigned long long)get(&m->bytes));
	buf_printf(b,
	           "# TYPE stoa_http_undeclared_cookies_total "
	           "counter\nstoa_http_undeclared_cookies_total %llu\n",
	           (unsigned long long)get(&m->refused_cookies));
}

static long count_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	long n = -3; /* ".", ".." and the listing itself */
	if (!d) return -1;
	while (readdir(d)) n++;
	closedir(d);
	return n;
}

void metrics_process_put(struct buf *b)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages = 0, resident = 0;
	if (f) {
		if (fscanf(f, "%lu %lu", &pages, &resident) != 2) resident = 0;
		fclose(f);
	}
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	             (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
	buf_printf(b, "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %llu\n",
	           (unsigned long long)resident * (unsigned long long)sysconf(_SC_PAGESIZE));
	buf_printf(b, "# TYPE process_open_fds gauge\nprocess_open_fds %ld\n", count_files());
	buf_printf(b, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.2f\n", cpu);
}

static void put_gauge(struct buf *b, const char *name, const char *type, uint64_t v)
{
	buf_printf(b, "# TYPE %s %s\n%s %llu\n", name, type, name, (unsigned long long)v);
}

void httpd_metrics_put(struct httpd *h, struct buf *b)
{
	static const char *const lanes[HTTPD_LANES] = { "talk", "haul", "hash", "call" };
	metrics_put(h->metrics, b);
	put_gauge(b, "stoa_http_connections", "gauge", get(&h->open_conns));
	put_gauge(b, "stoa_http_connections_refused_total", "counter", get(&h->refused));
	put_gauge(b, "stoa_http_in_flight", "gauge", get(&h->in_flight));
	put_gauge(b, "stoa_cache_hits_total", "counter", get(&h->hits));
	put_gauge(b, "stoa_cache_misses_total", "counter", get(&h->misses));
	put_gauge(b, "stoa_cache_bytes", "gauge", get(&h->cache_bytes));
	put_gauge(b, "stoa_cache_entries", "gauge", get(&h->cache_entries));
	put_gauge(b, "stoa_spools_open", "gauge", io_spools_open());
	buf_lit(b, "# TYPE stoa_lane_waiting gauge\n");
	for (size_t i = 0; i < HTTPD_LANES; i++)
		if (h->o.lanes[i])
			buf_printf(b, "stoa_lane_waiting{lane=\"%s\"} %zu\n", lanes[i], lane_depth(h->o.lanes[i]));
	if (h->o.log_or_null)
		put_gauge(b, "stoa_log_dropped_total", "counter", log_dropped(h->o.log_or_null));
	metrics_process_put(b);
	if (h->o.hooks.metrics) h->o.hooks.metrics(b, h->o.app);
}

void httpd_stats(struct httpd *h, struct httpd_stats *out)
{
	*out = (struct httpd_stats){ .requests = metrics_requests(h->metrics),
		                     .cache_hits = get(&h->hits),
		                     .cache_misses = get(&h->misses),
		                     .connections_open = get(&h->open_conns),
		                     .connections_refused = get(&h->refused),
		                     .in_flight = get(&h->in_flight),
		                     .spools_open = io_spools_open(),
		                     .bytes_out = metrics_bytes(h->metrics),
		                     .cache_bytes = get(&h->cache_bytes),
		                     .cache_entries = get(&h->cache_entries) };
}

bool metrics_route(struct httpd *h, struct visit *v)
{
	struct str path = v->request.raw_path;
	bool ready = !atomic_load_explicit(&h->drain_until_ns, memory_order_relaxed) &&
	             (!h->o.hooks.ready || h->o.hooks.ready(h->o.app));
	struct httpd_reply *p = &v->reply;
	httpd_reply_type(p, STR("text/plain; charset=utf-8"));
	httpd_reply_cache_control(p, STR("no-store"));
	if (v->request.method != HTTPD_GET && v->request.method != HTTPD_HEAD) {
		httpd_reply_status(p, 405);
		httpd_reply_lit(p, "Allow", "GET, HEAD");
	} else if (str_eq(path, STR("/metrics"))) {
		struct buf b = BUF_INIT(4 << 20);
		httpd_metrics_put(h, &b);
		httpd_reply_type(p, STR("text/plain; version=0.0.4; charset=utf-8"));
		httpd_reply_take(p, &b);
	} else if (str_eq(path, STR("/healthz"))) {
		httpd_reply_static(p, STR("ok\n"));
	} else if (str_eq(path, STR("/readyz"))) {
		httpd_reply_status(p, ready ? 200 : 503);
		httpd_reply_static(p, ready ? STR("ok\n") : STR("not ready\n"));
	} else {
		httpd_reply_status(p, 404);
		httpd_reply_static(p, STR("/metrics, /healthz or /readyz\n"));
	}
	return false;
}

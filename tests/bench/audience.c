/* What counting the audience costs: the http thread per answer (a copy into the ring), and the thread that weighs and counts, both
 * against one HMAC-SHA-256 as the rival named. Prints nanoseconds, one line each. */
#include "audience/inside.h"
#include "crypt/crypt.h"
#include <stdio.h>
#include <stdlib.h>

enum { HITS = 5000, ROUNDS = 40 };

static void told(const char *what, int64_t ns) { printf("%-44s %8lld ns\n", what, (long long)(ns / ((int64_t)HITS * ROUNDS))); }

int main(void)
{
	struct err e = { 0 };
	struct store *store;
	struct tenants *tenants;
	struct audience *a;
	struct tenant_id id;
	char folder[] = "/tmp/stoa-bench-XXXXXX", path[64], command[80];
	int64_t put = 0, drain = 0, mac = 0;
	if (!mkdtemp(folder)) return 1;
	snprintf(path, sizeof path, "%s/stoa.db", folder);
	if (!crypt_open(&e) || !store_open(str_of(path), &store, &e) || !tenants_open(store, &tenants, &e) ||
	    !tenant_add(tenants, STR("a.test"), NULL, 0, NULL, 0, &id, &e) || !audience_open(store, tenants, &a, &e)) {
		fprintf(stderr, "%s %s\n", e.pub, e.priv);
		return 1;
	}
	a->running = true; /* without its thread: both sides are timed here */
	struct audience_hit h = { .tenant = id.v, .method = AUDIENCE_GET, .pattern_or_null = "/explore/dataset/{dataset}/{tab}/", .target = STR("/explore/dataset/trees/table/?q=oak"),
		.status = 200, .us = 900, .html = true, .host = STR("a.test"), .user_agent = STR("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
		.referer = STR("https://www.example.org/some/page"), .accept = STR("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), .language = STR("en") };
	h.client[10] = h.client[11] = 0xff;
	unsigned char out[CRYPT_MAC];
	for (int r = 0; r < ROUNDS; r++) {
		int64_t t0 = clock_monotonic_ns();
		for (int i = 0; i < HITS; i++) {
			h.client[14] = (unsigned char)(i >> 8);
			h.client[15] = (unsigned char)i;
			audience_count(a, &h);
		}
		int64_t t1 = clock_monotonic_ns();
		audience_drain(a);
		int64_t t2 = clock_monotonic_ns();
		for (int i = 0; i < HITS; i++) crypt_hmac(STR("01234567890123456789012345678901"), h.user_agent, out);
		int64_t t3 = clock_monotonic_ns();
		put += t1 - t0;
		drain += t2 - t1;
		mac += t3 - t2;
	}
	told("http thread, an answer", put);
	told("counting thread, an answer", drain);
	told("one HMAC-SHA-256 (rival)", mac);
	printf("%-44s %8llu\n", "left out", (unsigned long long)atomic_load(&a->ring.left_out));
	a->running = false;
	audience_close(a);
	tenants_close(tenants);
	store_close(store);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

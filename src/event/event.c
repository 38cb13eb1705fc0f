/* A ring of lines in memory that a thread writes down every second, all of them in one transaction. Texts are copied into
 * the line and cut there, so that a note costs no memory and no waiting. */
#include "event/inside.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

enum {
	RING = 512,
	REASON = 64,
	DETAIL = 160,
	SWEEP = 500,              /* rows a statement */
	LISTED = 10000,
};
#define EVERY_NS INT64_C(1000000000)

struct line {
	struct tenant_id tenant;
	int64_t at_us, account, by;
	enum event_kind kind;
	unsigned char nreason, ndetail;
	char reason[REASON], detail[DETAIL], network[EVENT_NETWORK_TEXT];
	char address[ADDRESS_TEXT]; /* whole; empty unless they are kept */
};

struct events {
	struct lock lock;         /* LOCK_EVENT; guards what follows */
	struct lock_bell wake, idle;
	struct line ring[RING];
	size_t first, n;
	bool stopping, writing;   /* one thread writes at a time, so that lines stay in order */
	uint64_t lost;            /* lines that the store refused */
	struct addresses addresses; /* set before the first note */
	struct store *store;
	pthread_t thread;
	bool started;
};

static const char *const names[EVENT_KINDS] = {
#define EVENT(symbol, name) [EVENT_##symbol] = name,
#include "event/events.def"
#undef EVENT
};

enum {
#define Q(name, text) Q_##name,
#include "event/queries.def"
#undef Q
};
static const struct store_query queries[] = {
#define Q(name, text) [Q_##name] = { #name, text },
#include "event/queries.def"
#undef Q
};

const char *event_name(enum event_kind k) { return names[k]; }

static enum event_kind kind_of(struct str name)
{
	for (size_t i = 0; i < EVENT_KINDS; i++)
		if (str_eq(name, str_of(names[i]))) return (enum event_kind)i;
	return EVENT_KINDS;
}

/* --- addresses ----------------------------------------------------------------------------------- */

void event_network(struct str client, char out[EVENT_NETWORK_TEXT])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	enum { KEPT = 6 };
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;
	out[0] = '\0';
	if (client.n == 0 || client.n >= sizeof text || memchr(client.p, '\0', client.n)) return;
	memcpy(text, client.p, client.n);
	text[client.n] = '\0';
	bool is_v6 = inet_pton(AF_INET6, text, &v6) == 1;
	bool is_v4 = !is_v6 && inet_pton(AF_INET, text, &v4) == 1;
	if (is_v6 && memcmp(v6.s6_addr, mapped, sizeof mapped) == 0) {
		memcpy(&v4, v6.s6_addr + sizeof mapped, sizeof v4);
		is_v4 = true;
		is_v6 = false;
	}
	auto_buf b = BUF_INIT(EVENT_NETWORK_TEXT - 1);
	if (is_v4) {
		const unsigned char *p = (const unsigned char *)&v4;
		buf_printf(&b, "%d.%d.%d.0/24", p[0], p[1], p[2]);
	} else if (is_v6) {
		memset(v6.s6_addr + KEPT, 0, sizeof v6.s6_addr - KEPT);
		inet_ntop(AF_INET6, &v6, text, sizeof text);
		buf_printf(&b, "%s/48", text);
	}
	memcpy(out, buf_str(&b).p, b.n);
	out[b.n] = '\0';
}

/* --- writing down -------------------------------------------------------------------------------- */

static struct value text(const char *p, size_t n) { return VALUE_OF_TEXT(str_make(p, n)); }

static bool write_lines(struct store *s, const struct line *lines, size_t n, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct line *l = &lines[i];
		ok = store_run(tx, &queries[Q_event_insert], l->tenant,
		               STORE_PARAMS(VALUE_OF_INT(l->at_us), VALUE_OF_TEXT(str_of(names[l->kind])), VALUE_OF_INT(l->account),
		                            VALUE_OF_INT(l->by), text(l->reason, l->nreason), text(l->detail, l->ndetail),
		                            VALUE_OF_TEXT(str_of(l->network))), e);
	}
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool write_addresses(struct events *es, const struct line *lines, size_t n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	if (!es->addresses.vault) return true;
	struct address_line *out = arena_array(&a, struct address_line, n);
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct address_line){ .tenant = lines[i].tenant, .at_us = lines[i].at_us, .account = lines[i].account, .kind = names[lines[i].kind] };
		memcpy(out[i].address, lines[i].address, sizeof out[i].address);
	}
	bool ok = addresses_write(&es->addresses, out, n, e);
	explicit_bzero(out, n * sizeof *out);
	return ok;
}

void event_addresses_keep(struct events *es, struct vault *v, struct str folder)
{
	lock_take(&es->lock);
	es->addresses = (struct addresses){ v, folder };
	lock_give(&es->lock);
}

bool event_flush(struct events *es, struct err *e)
{
	lock_take(&es->lock);
	while (es->writing) lock_bell_wait(&es->idle, &es->lock);
	size_t n = es->n;
	struct line *lines = n ? malloc(n * sizeof *lines) : NULL;
	ensure(!n || lines);
	for (size_t i = 0; i < n; i++) {
		lines[i] = es->ring[(es->first + i) % RING];
		explicit_bzero(es->ring[(es->first + i) % RING].address, ADDRESS_TEXT);
	}
	es->first = (es->first + n) % RING;
	es->n = 0;
	es->writing = n > 0;
	lock_give(&es->lock);
	if (!n) return true;
	bool ok = write_lines(es->store, lines, n, e);
	ok = write_addresses(es, lines, n, e) && ok;
	explicit_bzero(lines, n * sizeof *lines);
	free(lines);
	lock_take(&es->lock);
	es->writing = false;
	if (!ok) es->lost += n;
	lock_bell_ring_all(&es->idle);
	lock_give(&es->lock);
	return ok;
}

uint64_t event_lost(struct events *es)
{
	lock_take(&es->lock);
	uint64_t n = es->lost;
	lock_give(&es->lock);
	return n;
}

static void *write_down(void *arg)
{
	struct events *es = arg;
	lock_take(&es->lock);
	while (!es->stopping) {
		if (lock_bell_wait_until(&es->wake, &es->lock, clock_monotonic_ns() + EVERY_NS) || es->n == 0) continue;
		lock_give(&es->lock);
		struct err e = { 0 };
		bool kept = event_flush(es, &e);
		(void)kept; /* counted in `lost` */
		lock_take(&es->lock);
	}
	lock_give(&es->lock);
	return NULL;
}

/* --- noting -------------------------------------------------------------------------------------- */

static unsigned char cut(char *to, size_t room, struct str s)
{
	size_t n = num_min(s.n, room);
	/* Not in the middle of a letter. */
	while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
	for (size_t i = 0; i < n; i++) to[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i];
	return (unsigned char)n;
}

void event_note(struct events *es, struct tenant_id t, const struct event *ev)
{
	struct line l = { .tenant = t, .at_us = clock_now().us, .account = ev->account, .by = ev->by, .kind = ev->kind };
	l.nreason = cut(l.reason, sizeof l.reason, ev->reason);
	l.ndetail = cut(l.detail, sizeof l.detail, ev->detail);
	event_network(ev->client, l.network);
	if (es->addresses.vault) (void)cut(l.address, sizeof l.address - 1, ev->client);
	for (;;) {
		lock_take(&es->lock);
		bool room = es->n < RING;
		if (room) es->ring[(es->first + es->n++) % RING] = l;
		lock_give(&es->lock);
		if (room) return;
		struct err e = { 0 };
		bool kept = event_flush(es, &e);
		(void)kept; /* there is room now, whatever became of the lines */
	}
}

/* --- reading ------------------------------------------------------------------------------------- */

bool event_list(struct events *es, struct tenant_id t, int64_t account, size_t n, struct arena *a, struct event_line **out,
                size_t *count, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	VEC(struct event_line) list = { 0 };
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	struct value most = VALUE_OF_INT((int64_t)num_min(n, (size_t)LISTED));
	if (!event_flush(es, e) || !store_begin(es->store, STORE_READ, &tx, e)) return false;
	bool asked = account ? store_ask(tx, &queries[Q_event_of], t, STORE_PARAMS(VALUE_OF_INT(account), most), &r, e)
	                     : store_ask(tx, &queries[Q_event_list], t, STORE_PARAMS(most), &r, e);
	while (asked && (step = store_step(r, e)) == STORE_ROW) {
		enum event_kind kind = kind_of(store_text(r, 1));
		if (kind == EVENT_KINDS) continue; /* of another version of this program */
		vec_push(a, &list, (struct event_line){ .at = { store_int(r, 0) }, .kind = kind, .account = store_int(r, 2), .by = store_int(r, 3),
		                                        .reason = arena_str(a, store_text(r, 4)), .detail = arena_str(a, store_text(r, 5)),
		                                        .network = arena_str(a, store_text(r, 6)) });
	}
	if (asked) store_stop(r);
	if (!store_end(tx, STORE_ROLLBACK, &ignored) || step != STORE_DONE) return false;
	*out = list.p;
	*count = list.n;
	return true;
}

bool event_sweep(struct events *es, struct tenant_id t, struct instant before, int64_t *n, struct err *e)
{
	int64_t gone = 0;
	for (;;) {
		struct store_tx *tx;
		if (!store_begin(es->store, STORE_WRITE, &tx, e)) return false;
		bool ok = store_run(tx, &queries[Q_event_sweep], t, STORE_PARAMS(VALUE_OF_INT(before.us), VALUE_OF_INT(SWEEP)), e);
		int64_t some = ok ? store_changes(tx) : 0;
		if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
		gone += some;
		if (some < SWEEP) break;
	}
	*n = gone;
	return true;
}

/* --- opening ------------------------------------------------------------------------------------- */

bool events_open(struct store *s, struct events **out, struct err *e)
{
	struct events *es = calloc(1, sizeof *es);
	ensure(es != NULL);
	es->store = s;
	lock_init(&es->lock, LOCK_EVENT);
	lock_bell_init(&es->wake);
	lock_bell_init(&es->idle);
	errno = pthread_create(&es->thread, NULL, write_down, es);
	es->started = errno == 0;
	if (!es->started) {
		err_os(e, "start the thread of the security log");
		events_close(es);
		return false;
	}
	*out = es;
	return true;
}

void events_close(struct events *es)
{
	if (!es) return;
	lock_take(&es->lock);
	es->stopping = true;
	lock_bell_ring_all(&es->wake);
	lock_give(&es->lock);
	if (es->started) pthread_join(es->thread, NULL);
	struct err e = { 0 };
	bool kept = event_flush(es, &e);
	(void)kept;
	lock_bell_done(&es->wake);
	lock_bell_done(&es->idle);
	lock_done(&es->lock);
	free(es);
}

/* Lanes keep their bounds and shares, tokens poke once, alarms ring in order and never after unset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <time.h>
#include "clock/clock.h"
#include "pool/pool.h"

static void nap(long ms) { nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL); }

struct gate {
	struct lock lock;
	struct lock_bell open_bell;
	bool open;
	atomic_int inside, ran;
};

static void gate_init(struct gate *g)
{
	*g = (struct gate){ .open = false };
	lock_init(&g->lock, LOCK_TENANT);
	lock_bell_init(&g->open_bell);
}

static void gate_open(struct gate *g)
{
	lock_take(&g->lock);
	g->open = true;
	lock_bell_ring_all(&g->open_bell);
	lock_give(&g->lock);
}

static void pass(void *arg)
{
	struct gate *g = arg;
	atomic_fetch_add(&g->inside, 1);
	lock_take(&g->lock);
	while (!g->open) lock_bell_wait(&g->open_bell, &g->lock);
	lock_give(&g->lock);
	atomic_fetch_add(&g->ran, 1);
}

static void wait_inside(struct gate *g, int n)
{
	for (int i = 0; i < 2000 && atomic_load(&g->inside) < n; i++) nap(1);
	assert_int_equal(atomic_load(&g->inside), n);
}

static struct lane *open_lane(int workers, size_t queue, size_t share)
{
	struct lane *l;
	struct err e = { 0 };
	assert_true(lane_open(&(struct lane_options){ .name = "test", .workers = workers, .queue = queue, .share = share }, &l, &e));
	return l;
}

static void a_full_queue_refuses(void **state)
{
	(void)state;
	struct gate g;
	gate_init(&g);
	struct lane *l = open_lane(1, 2, 0);
	assert_true(lane_put(l, 1, pass, &g));
	wait_inside(&g, 1);
	assert_true(lane_put(l, 1, pass, &g));
	assert_true(lane_put(l, 1, pass, &g));
	assert_int_equal(lane_depth(l), 2);
	assert_false(lane_put(l, 2, pass, &g));
	gate_open(&g);
	lane_close(l);
	assert_int_equal(atomic_load(&g.ran), 3);
}

static void a_portal_keeps_to_its_share(void **state)
{
	(void)state;
	struct gate g;
	gate_init(&g);
	struct lane *l = open_lane(1, 10, 2);
	assert_true(lane_put(l, 7, pass, &g));
	wait_inside(&g, 1);
	assert_true(lane_put(l, 7, pass, &g));
	assert_false(lane_put(l, 7, pass, &g)); /* one runs, one waits */
	assert_true(lane_put(l, 8, pass, &g));
	assert_true(lane_put(l, 9, pass, &g));
	gate_open(&g);
	for (int i = 0; i < 2000 && atomic_load(&g.ran) < 4; i++) nap(1);
	nap(5); /* the counters go down after the last task has run */
	assert_true(lane_put(l, 7, pass, &g));
	assert_true(lane_put(l, 7, pass, &g));
	lane_close(l);
	assert_int_equal(atomic_load(&g.ran), 6);
}

static void closing_runs_what_waits(void **state)
{
	(void)state;
	struct gate g;
	gate_init(&g);
	g.open = true;
	struct lane *l = open_lane(4, 500, 0);
	for (int i = 0; i < 500; i++)
		while (!lane_put(l, i, pass, &g)) nap(1);
	lane_close(l);
	assert_int_equal(atomic_load(&g.ran), 500);
}

static void count(void *arg) { atomic_fetch_add((atomic_int *)arg, 1); }

static void a_token_pokes_once(void **state)
{
	(void)state;
	struct cancel c;
	struct err e = { 0 };
	atomic_int pokes = 0;
	cancel_init(&c);
	assert_true(cancel_guard(&c, count, &pokes, &e));
	cancel_fire(&c);
	cancel_fire(&c);
	assert_int_equal(atomic_load(&pokes), 1);
	cancel_unguard(&c);
	assert_false(cancel_guard(&c, count, &pokes, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	cancel_done(&c);
}

static void an_unguarded_token_pokes_nobody(void **state)
{
	(void)state;
	struct cancel c;
	struct err e = { 0 };
	atomic_int pokes = 0;
	cancel_init(&c);
	assert_true(cancel_guard(&c, count, &pokes, &e));
	cancel_unguard(&c);
	cancel_fire(&c);
	assert_true(cancel_fired(&c));
	assert_int_equal(atomic_load(&pokes), 0);
	cancel_done(&c);
}

struct order {
	atomic_int next;
	int seen[64];
};
struct mark {
	struct bell_alarm alarm;
	struct order *order;
	int number;
};

static void note(void *arg)
{
	struct mark *m = arg;
	m->order->seen[atomic_fetch_add(&m->order->next, 1)] = m->number;
}

static void alarms_ring_in_order(void **state)
{
	(void)state;
	struct bell *b;
	struct err e = { 0 };
	struct order order = { .next = 0 };
	struct mark marks[64];
	int64_t base = clock_monotonic_ns() + 20000000;
	assert_true(bell_open(&b, &e));
	for (int i = 0; i < 64; i++) {
		int n = i * 37 % 64; /* set in a mixed order */
		marks[n] = (struct mark){ .alarm = { .ring = note, .arg = &marks[n] }, .order = &order, .number = n };
		bell_set(b, &marks[n].alarm, base + n * 1000000);
	}
	for (int i = 0; i < 64; i += 4) bell_unset(b, &marks[i].alarm);
	for (int i = 0; i < 3000 && atomic_load(&order.next) < 48; i++) nap(1);
	bell_close(b);
	assert_int_equal(atomic_load(&order.next), 48);
	int last = -1;
	for (int i = 0; i < 48; i++) {
		assert_true(order.seen[i] > last);
		assert_int_not_equal(order.seen[i] % 4, 0);
		last = order.seen[i];
	}
}

static void an_alarm_set_earlier_rings_earlier(void **state)
{
	(void)state;
	struct bell *b;
	struct err e = { 0 };
	atomic_int rung = 0;
	assert_true(bell_open(&b, &e));
	struct bell_alarm far = { .ring = count, .arg = &rung };
	struct bell_alarm near = { .ring = count, .arg = &rung };
	bell_set(b, &far, clock_monotonic_ns() + 60000000000);
	nap(20);
	bell_set(b, &near, clock_monotonic_ns() + 10000000);
	for (int i = 0; i < 2000 && !atomic_load(&rung); i++) nap(1);
	assert_int_equal(atomic_load(&rung), 1);
	bell_set(b, &far, clock_monotonic_ns()); /* moved */
	for (int i = 0; i < 2000 && atomic_load(&rung) < 2; i++) nap(1);
	assert_int_equal(atomic_load(&rung), 2);
	bell_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_queue_refuses), cmocka_unit_test(a_portal_keeps_to_its_share),
		cmocka_unit_test(closing_runs_what_waits), cmocka_unit_test(a_token_pokes_once),
		cmocka_unit_test(an_unguarded_token_pokes_nobody), cmocka_unit_test(alarms_ring_in_order),
		cmocka_unit_test(an_alarm_set_earlier_rings_earlier),
	};
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}

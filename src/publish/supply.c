/* What processors need, one need after the other, and who must be published again when what they joined has changed. */
#include "publish/inside.h"
#include "publish/need.h"
#include "config/config.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include "rights/rights.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define Q(name, text) { #name, text },
#define HOUSE(name, text)
const struct store_query publish_queries[] = {
#include "publish/queries.def"
};
#undef Q
#undef HOUSE
#define Q(name, text)
#define HOUSE(name, text) static const struct store_house_query house_##name = { #name, text };
#include "publish/queries.def"
#undef Q
#undef HOUSE

enum { ANSWER_DAYS = 180 };

/* --- one need ------------------------------------------------------------------------------------------- */

bool need_file(struct site *s, int *fd, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const char *folder = arena_printf(&a, "%.*s/tmp", STR_ARG(s->folder)).p;
	if (!io_make_folders(folder, e)) return false;
	*fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return *fd >= 0 || err_os(e, "open of a temporary file");
}

bool need_stopped(const struct need *n, struct err *e)
{
	const struct publish_watch *w = n->all->watch;
	if (!w || !w->cancel || !cancel_fired(w->cancel)) return true;
	return err_set(e, ERR_CANCELLED, "interrupted");
}

void need_say(const struct need *n, int level, const char *fmt, ...)
{
	const struct publish_watch *w = n->all->watch;
	char text[480];
	va_list ap;
	if (!w || !w->say) return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	w->say(w->arg, level, text_cut(str_of(text), sizeof text - 4));
}

void need_progress(const struct need *n, const char *phase, int64_t done, int64_t total)
{
	const struct publish_watch *w = n->all->watch;
	if (w && w->progress) w->progress(w->arg, &(struct publish_progress){ .phase = phase, .rows = done, .total = total, .permille = -1 });
}

bool need_names(struct need *n, const struct str *names, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (!supply_name(&n->out, names[i], STR(""), e)) return false;
	return true;
}

static bool meet_kind(struct need *n, size_t i, const int *fds, struct err *e)
{
	int questions = -1;
	if (n->need->kind == PROCESS_NEEDS_DATASET) return need_dataset(n, e);
	if (n->need->kind == PROCESS_NEEDS_PLACES) return need_places(n, e);
	if (!n->all->ask) return err_set(e, ERR_PARAMETER, "this processor asks another service, which cannot be done here");
	if (!n->all->ask(n->all->arg, i, fds, &questions, e)) return false;
	bool ok = need_answers(n, questions, e);
	close(questions);
	return ok;
}

static bool meet_one(struct need *n, size_t i, int *fds, struct err *e)
{
	auto_arena a = ARENA_INIT;
	n->a = &a;
	if (!need_stopped(n, e) || !need_file(n->site, &fds[i], e)) return false;
	supply_begin(&n->out, fds[i]);
	bool ok = meet_kind(n, i, fds, e) && supply_end(&n->out, e);
	supply_done(&n->out);
	/* A half of a file is not one that can be read. */
	if (!ok) publish_needs_done(&fds[i], 1);
	return ok;
}

static bool forget_joins(struct need *n, struct err *e)
{
	struct store_tx *tx;
	if (n->all->preview || n->all->dataset <= 0) return true;
	if (!store_begin(n->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, PUBLISH_Q(joined_drop), n->all->tenant, STORE_PARAMS(VALUE_OF_INT(n->all->dataset)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool publish_needs_meet(struct site *s, const struct publish_needs *all, const struct process_need *needs, size_t nneeds, int *fds, struct err *e)
{
	for (size_t i = 0; i < nneeds; i++) fds[i] = -1;
	if (!nneeds) return true;
	struct need n = { .site = s, .all = all, .tenant = tenants_hold_or_null(s->tenants, all->tenant) };
	if (!n.tenant) return err_set(e, ERR_NOT_FOUND, "the portal is no more");
	bool ok = catalog_hold(s->catalog, all->tenant, &n.view, e);
	if (ok) {
		ok = forget_joins(&n, e);
		for (size_t i = 0; ok && i < nneeds; i++) {
			n.need = &needs[i];
			ok = meet_one(&n, i, fds, e);
		}
		catalog_release(s->catalog, n.view);
	}
	tenant_release(s->tenants, n.tenant);
	return ok;
}

void publish_needs_done(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0) close(fds[i]);
		fds[i] = -1;
	}
}

/* --- who answers ------------------------------------------------------------------------------------------ */

bool publish_answers_for(struct site *s, struct tenant_id t, const struct config *c, int64_t *who, struct err *e)
{
	bool known;
	return publish_answers(s, t, c, "processors", STR(""), who, &known, e);
}

/* --- joins that are behind ----------------------------------------------------------------------------------- */

struct edge { int64_t dataset, number; struct str slug, remote; };
typedef VEC(struct edge) edges;

static bool read_edges(struct store_tx *tx, struct tenant_id t, struct arena *a, const struct catalog_view *v, edges *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, PUBLISH_Q(joined_again), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct edge x = { .dataset = store_int(r, 0), .remote = arena_str(a, store_text(r, 1)), .number = store_int(r, 2) };
		for (size_t i = 0; i < v->n; i++)
			if (v->datasets[i].id == x.dataset) x.slug = v->datasets[i].slug;
		vec_push(a, out, x);
	}
	store_stop(r);
	return step != STORE_FAILED;
}

/* Whether a dataset is made of another, by however many joins: one that is made of itself would be published for ever. */
static bool reaches(const edges *all, struct str from, struct str to, int depth)
{
	if (str_eq(from, to) || depth > 20) return true;
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->p[i].slug, from) && reaches(all, all->p[i].remote, to, depth + 1)) return true;
	return false;
}

static bool find_due(struct store_tx *tx, struct tenant_id t, const struct catalog_view *v, const edges *all, struct arena *a, int64_t **out, size_t *n,
                     struct err *e)
{
	*out = arena_array(a, int64_t, all->n + 1);
	*n = 0;
	for (size_t i = 0; i < all->n; i++) {
		const struct edge *x = &all->p[i];
		const struct dataset *d = catalog_find_or_null(v, x->remote);
		if (!x->slug.n || !d || d->version.number == x->number || reaches(all, x->remote, x->slug, 0)) continue;
		/* Given once: what becomes of it is the queue's to keep. */
		if (!store_run(tx, PUBLISH_Q(joined_seen), t, STORE_PARAMS(VALUE_OF_INT(x->dataset), VALUE_OF_TEXT(x->remote), VALUE_OF_INT(d->version.number)), e)) return false;
		if (!*n || (*out)[*n - 1] != x->dataset) (*out)[(*n)++] = x->dataset;
	}
	return true;
}

bool publish_joins_due(struct site *s, struct tenant_id t, struct arena *a, int64_t **datasets, size_t *n, struct err *e)
{
	const struct catalog_view *v;
	struct store_tx *tx;
	edges all = { 0 };
	*n = 0;
	if (!catalog_hold(s->catalog, t, &v, e)) return false;
	/* Most portals have none: looked up without the pen. */
	bool ok = store_begin(s->store, STORE_READ, &tx, e);
	if (ok) {
		ok = read_edges(tx, t, a, v, &all, e);
		ok = store_end(tx, STORE_ROLLBACK, e) && ok;
	}
	bool behind = false;
	for (size_t i = 0; ok && i < all.n; i++) {
		const struct dataset *d = catalog_find_or_null(v, all.p[i].remote);
		behind |= d && d->version.number != all.p[i].number;
	}
	if (behind && (ok = store_begin(s->store, STORE_WRITE, &tx, e))) {
		ok = find_due(tx, t, v, &all, a, datasets, n, e);
		ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	}
	catalog_release(s->catalog, v);
	return ok;
}

bool publish_joins_turn(struct site *s, void (*due)(void *arg, struct tenant_id t, int64_t dataset), void *arg, struct err *e)
{
	auto_arena a = ARENA_INIT;
	VEC(struct tenant_id) tenants = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, &house_joined_in, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(&a, &tenants, (struct tenant_id){ store_int(r, 0) });
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	for (size_t i = 0; i < tenants.n; i++) {
		int64_t *datasets;
		size_t n;
		if (!publish_joins_due(s, tenants.p[i], &a, &datasets, &n, e)) return false;
		for (size_t k = 0; k < n; k++) due(arg, tenants.p[i], datasets[k]);
	}
	return true;
}

/* Made of a signature, which only this server's key makes, and always alike. */
uint64_t publish_seed(struct site *s, int64_t dataset)
{
	unsigned char signature[VAULT_SIGNATURE];
	unsigned char digest[CRYPT_SHA256];
	char text[64];
	uint64_t seed;
	int n = snprintf(text, sizeof text, "processors of dataset %lld", (long long)dataset);
	vault_sign(s->vault, STR("processors"), str_make(text, (size_t)n), signature);
	crypt_sha256(str_make((const char *)signature, sizeof signature), digest);
	memcpy(&seed, digest, sizeof seed);
	return seed;
}

bool publish_supply_sweep(struct site *s, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run_house(tx, &house_answer_old, STORE_PARAMS(VALUE_OF_INT(clock_now().us - ANSWER_DAYS * INT64_C(86400000000))), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

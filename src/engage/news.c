/* Letters about datasets that were published anew, and forgetting what is due. A publication is noticed by comparing when a dataset's data
 * were processed with what its follower was told of last, so nothing is missed when the server was off. Whoever may not
 * see a dataset any more is not told of it. */
#include "engage/inside.h"
#include "httpd/httpd.h"
#include "rights/rights.h"

enum { DAYS_OF_MONTH = 30, CONFIRM_DAYS = 1 };

struct due { int64_t id, dataset, account, processed, asked; struct str slug, mark, address, lang, email; };
struct round { const struct engage_scene *s; struct site_visit at; };

static bool read_due(const struct engage_scene *s, struct due **out, size_t *n, struct err *e)
{
	VEC(struct due) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	struct arena *a = s->arena;
	enum store_step step = STORE_FAILED;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ENGAGE_Q(news), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(clock_now().us - ENGAGE_DAY_US)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list,
			         (struct due){ .id = store_int(r, 0), .dataset = store_int(r, 1), .slug = arena_str(a, store_text(r, 2)), .account = store_int(r, 3),
				               .mark = arena_str(a, store_text(r, 4)), .address = arena_str(a, store_text(r, 5)), .lang = arena_str(a, store_text(r, 6)),
				               .email = arena_str(a, store_text(r, 7)), .processed = store_int(r, 8), .asked = store_int(r, 9) });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

/* What the reader has of it now; NULL when it is not theirs to see. */
static const struct dataset *seen_by(const struct round *w, const struct due *d)
{
	struct rights_caller who = { 0 };
	bool private_ = str_eq(tenant_setting(w->s->tenant, "access"), STR("private"));
	if (d->account) {
		if (!accounts_who(w->s->site->accounts, w->s->tenant->id, d->account, w->s->arena, &who.who)) return NULL;
		who.account = d->account;
	} else if (private_) {
		return NULL;
	}
	return rights_dataset_or_null(&w->at, &who, w->s->arena, d->slug);
}

static bool same_reader(const struct due *a, const struct due *b)
{
	return a->account ? a->account == b->account : !b->account && str_eq(a->mark, b->mark);
}

static bool letter(struct store_tx *tx, const struct round *w, const struct due *list, const struct dataset *const *sets, size_t n, size_t told, struct err *e)
{
	const struct engage_scene *s = w->s;
	struct str to = list->account ? list->email : engage_open(s, s->arena, list->address);
	size_t first = 0;
	while (!sets[first]) first++;
	if (!to.n) return true;
	struct mail_draft m = engage_draft(s, list->lang);
	struct str title = engage_title(s, sets[first], m.lang->code);
	if (told == 1) {
		mail_subject_with(&m, N_("“{0}” was published anew"), title);
		mail_say_with(&m, N_("There are new data for “{0}”, which you follow at {1}:"), title, m.portal);
		mail_link(&m, engage_dataset_url(s, list[first].slug));
	} else {
		mail_subject_with(&m, N_("Datasets that you follow at {0} were published anew"), m.portal);
		mail_say_with(&m, N_("There are new data for these datasets, which you follow at {0}:"), m.portal);
		for (size_t i = first; i < n; i++)
			if (sets[i]) mail_item(&m, engage_title(s, sets[i], m.lang->code), engage_dataset_url(s, list[i].slug));
	}
	mail_off(&m, engage_off_url(s, list[first].id, list[first].asked, told > 1));
	return mail_post(tx, s->tenant->id, &m, MAIL_NEWS, to, e);
}

/* One reader: a letter of all that is news to them, and what they were told of. */
static bool tell(const struct round *w, const struct due *list, size_t n, struct err *e)
{
	const struct engage_scene *s = w->s;
	const struct dataset **sets = arena_array(s->arena, const struct dataset *, n);
	struct store_tx *tx;
	size_t told = 0;
	int64_t now = clock_now().us;
	for (size_t i = 0; i < n; i++) {
		sets[i] = seen_by(w, &list[i]);
		told += sets[i] != NULL;
	}
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = store_run(tx, ENGAGE_Q(news_told), s->tenant->id,
		               STORE_PARAMS(VALUE_OF_INT(list[i].id), VALUE_OF_INT(list[i].processed), VALUE_OF_INT(sets[i] ? now : 0)), e);
	ok = ok && (!told || letter(tx, w, list, sets, n, told, e));
	return engage_done(s, tx, ok, e);
}

static bool news(const struct engage_scene *s, struct err *e)
{
	struct round w = { .s = s };
	struct due *list;
	size_t n;
	if (!tenant_setting_on(s->tenant, "follow")) return true;
	if (!read_due(s, &list, &n, e)) return false;
	if (!n) return true;
	if (!site_enter(s->site, s->tenant->host, &w.at, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < n;) {
		size_t end = i + 1;
		while (end < n && same_reader(&list[i], &list[end])) end++;
		ok = tell(&w, &list[i], end - i, e);
		i = end;
	}
	site_leave(&w.at);
	return ok;
}

static bool forget(const struct engage_scene *s, struct err *e)
{
	struct store_tx *tx;
	int64_t now = clock_now().us, before = now - tenant_number(s->tenant, "engage.months") * DAYS_OF_MONTH * ENGAGE_DAY_US, asked = now - CONFIRM_DAYS * ENGAGE_DAY_US;
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ENGAGE_Q(sweep_asked), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(asked)), e) &&
	          store_run(tx, ENGAGE_Q(sweep_notes), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(before)), e) &&
	          store_run(tx, ENGAGE_Q(sweep_reuses), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(before)), e) &&
	          store_run(tx, ENGAGE_Q(sweep_posts), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(before)), e);
	return engage_done(s, tx, ok, e);
}

static struct str origin_of(struct arena *a, struct str host, int port)
{
	if (!httpd_is_loopback(host)) return arena_join(a, STR("https://"), host);
	return port == 0 || port == 80 ? arena_join(a, STR("http://"), host) : arena_printf(a, "http://%.*s:%d", STR_ARG(host), port);
}

static bool of_portal(struct site *site, const struct tenant *t, bool daily, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct engage_scene s = { .site = site, .tenant = t, .arena = &a };
	s.origin = origin_of(&a, t->host, site->listen_port);
	s.lang = engage_lang(&s, STR(""));
	bool ok = news(&s, e);
	struct err own = { 0 };
	if (daily && !forget(&s, ok ? e : &own)) ok = false;
	return ok;
}

bool engage_upkeep(struct site *s, bool daily, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	bool ok = true;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; i < n; i++) {
		struct err own = { 0 };
		const struct tenant *t = tenants_hold_or_null(s->tenants, ids[i]);
		if (!t) continue;
		if (!of_portal(s, t, daily, &own)) {
			if (ok) *e = own;
			ok = false;
		}
		tenant_release(s->tenants, t);
	}
	return ok;
}

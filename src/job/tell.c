/* Letters about datasets: when what a schedule does begins to fail, or leaves some of the source out, when nothing is pushed any more, and once a day what needs a look.
 * One letter a streak: whoever knows is not told again until it was well in between. Each in the language of whom it is for, with
 * what to do. */
#include "engage/engage.h"
#include "httpd/httpd.h"
#include "job/inside.h"
#include "mail/mail.h"
#include "rights/rights.h"

enum { MINUTES_OF_YEAR = 366 * 1440, MOST = 50, REPORT_HOUR = 9, LISTED = 30 };
#define DAY_US INT64_C(86400000000)
#define MINUTE_US INT64_C(60000000)

struct letter {
	struct site *site;
	const struct tenant *tenant;
	struct arena *arena;
	struct str origin;
};
struct reader { struct str email, lang; };
struct about { int64_t dataset; struct str uid, slug, title, message; };

static struct str origin_of(struct arena *a, struct str host, int port)
{
	if (!httpd_is_loopback(host)) return arena_join(a, STR("https://"), host);
	return port == 0 || port == 80 ? arena_join(a, STR("http://"), host) : arena_printf(a, "http://%.*s:%d", STR_ARG(host), port);
}

static struct str dataset_url(const struct letter *l, const struct about *d)
{
	return arena_printf(l->arena, "%.*s/backoffice/datasets/%.*s/", STR_ARG(l->origin), STR_ARG(d->uid));
}

/* --- whom ---------------------------------------------------------------------------------------------------- */

/* Those only who want letters of that kind. */
static void add_reader(struct letter *l, int64_t account, enum account_wish wish, struct reader *out, size_t *n)
{
	struct account who;
	struct err ignored = { 0 };
	if (!account || *n == MOST || !account_get(l->site->accounts, l->tenant->id, account, l->arena, &who, &ignored) || who.state != ACCOUNT_ACTIVE || who.expired) return;
	if (!account_wants(l->site->accounts, l->tenant->id, account, wish)) return;
	for (size_t i = 0; i < *n; i++)
		if (str_eq(out[i].email, who.email)) return;
	out[(*n)++] = (struct reader){ who.email, who.language };
}

static bool may_edit_all(struct letter *l, int64_t account)
{
	struct account_who who;
	return accounts_who(l->site->accounts, l->tenant->id, account, l->arena, &who) && (who.admin || (who.permissions & ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DATASET)));
}

/* Everybody who may edit all datasets, and wants letters of that kind. */
static bool editors(struct letter *l, enum account_wish wish, struct reader out[MOST], size_t *n, struct err *e)
{
	struct account *all;
	size_t count;
	if (!account_list(l->site->store, l->tenant->id, l->arena, &all, &count, e)) return false;
	for (size_t i = 0; i < count; i++)
		if (may_edit_all(l, all[i].id)) add_reader(l, all[i].id, wish, out, n);
	return true;
}

/* Who set the schedules and who changed the configuration last; if none of them is here any more, everybody who may edit all datasets. */
static bool readers_of(struct letter *l, int64_t dataset, struct reader out[MOST], size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	int64_t people[MOST];
	size_t found = 0;
	*n = 0;
	if (!store_begin(l->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &job_q[JOB_Q_people], l->tenant->id, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && found < MOST) people[found++] = store_int(r, 0);
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	for (size_t i = 0; i < found; i++) add_reader(l, people[i], ACCOUNT_WISH_DATA, out, n);
	return *n || editors(l, ACCOUNT_WISH_DATA, out, n, e);
}

static const struct i18n_lang *lang_of(const struct letter *l, struct str code)
{
	const struct i18n_lang *x = code.n ? i18n_lang_or_null(code) : NULL;
	if (!x) x = i18n_lang_or_null(l->tenant->languages[0]);
	return x ? x : i18n_english();
}

static struct mail_draft draft_for(const struct letter *l, const struct reader *to)
{
	const struct i18n_lang *lang = lang_of(l, to->lang);
	struct str title = tenant_text(l->tenant, "title", lang->code);
	return mail_draft(l->arena, l->site->vault, lang, title.n ? title : l->tenant->host, l->origin);
}

/* --- what ------------------------------------------------------------------------------------------------------ */

static bool post_unpublished(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, const char *what, struct err *e)
{
	struct mail_draft m = draft_for(l, to);
	mail_subject_with(&m, N_("“{0}” could not be published"), d->title);
	mail_say_with(&m, what, d->title);
	mail_quote(&m, i18n_reason(m.lang, l->arena, d->message));
	mail_say(&m, N_("See whether the source is still where it was and still lets us in; then publish it by hand, or wait for the next time:"));
	mail_link(&m, dataset_url(l, d));
	mail_say(&m, N_("You get no other letter about this until it has worked again."));
	return mail_post(tx, l->tenant->id, &m, MAIL_DATA, to->email, e);
}

static bool post_failed(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, struct err *e)
{
	return post_unpublished(tx, l, to, d, N_("“{0}” was to be published by its schedule and was not. What was published before is still there for readers."), e);
}

static bool post_failed_by_hand(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, struct err *e)
{
	return post_unpublished(tx, l, to, d, N_("“{0}” was to be published and was not. What was published before is still there for readers."), e);
}

static bool post_errors(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, struct err *e)
{
	struct mail_draft m = draft_for(l, to);
	mail_subject_with(&m, N_("“{0}” was published with errors"), d->title);
	mail_say_with(&m, N_("“{0}” was published, but {1} values or records of the source could not be taken."), d->title, d->message);
	mail_say(&m, N_("Which ones, and why, stands on the page of the dataset:"));
	mail_link(&m, dataset_url(l, d));
	mail_say(&m, N_("You get no other letter about this until it has worked again."));
	return mail_post(tx, l->tenant->id, &m, MAIL_DATA, to->email, e);
}

static bool post_quiet(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, struct err *e)
{
	struct mail_draft m = draft_for(l, to);
	mail_subject_with(&m, N_("Nothing arrives for “{0}” any more"), d->title);
	mail_say_with(&m, N_("No record has been pushed to “{0}” for longer than {1} minutes."), d->title, d->message);
	mail_say(&m, N_("See whether what sends them is running, and whether it uses the key that stands with the source:"));
	mail_link(&m, dataset_url(l, d));
	mail_say(&m, N_("You get no other letter about this until it has worked again."));
	return mail_post(tx, l->tenant->id, &m, MAIL_DATA, to->email, e);
}

static bool post_all(struct letter *l, const struct about *d, bool (*post)(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, struct err *e),
                     const struct store_query *told, struct err *e)
{
	struct reader readers[MOST];
	struct store_tx *tx;
	size_t n;
	if (!readers_of(l, d->dataset, readers, &n, e) || !store_begin(l->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, told, l->tenant->id, STORE_PARAMS(VALUE_OF_INT(d->dataset), VALUE_OF_INT(clock_now().us)), e);
	for (size_t i = 0; ok && i < n; i++) ok = post(tx, l, &readers[i], d, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok) mail_wake(l->site->mail);
	return ok;
}

/* --- quotas -------------------------------------------------------------------------------------------------------- */

enum { NEARLY = 80, ALL = 100 };

static int level_of(int64_t calls, int64_t most) { return most <= 0 ? 0 : calls >= most ? ALL : calls * 100 >= most * NEARLY ? NEARLY : 0; }

/* The words for a limit a day and for one of another period; whoever waits an hour at most is not written to. */
static const struct quota_words { const char *over, *nearly, *by, *until_over, *until_nearly; } quota_words[] = {
	{ N_("The calls of today are used up at {0}"), N_("Most calls of today are used at {0}"), N_("Calls of the API by {0} today, and the limit: {1}"),
	  N_("Further calls are refused until midnight UTC."), N_("Beyond the limit, calls are refused until midnight UTC.") },
	{ N_("The calls of this month are used up at {0}"), N_("Most calls of this month are used at {0}"), N_("Calls of the API by {0} this month, and the limit: {1}"),
	  N_("Further calls are refused until the month ends, at midnight UTC."), N_("Beyond the limit, calls are refused until the month ends, at midnight UTC.") },
	{ N_("The calls of this year are used up at {0}"), N_("Most calls of this year are used at {0}"), N_("Calls of the API by {0} this year, and the limit: {1}"),
	  N_("Further calls are refused until the year ends, at midnight UTC."), N_("Beyond the limit, calls are refused until the year ends, at midnight UTC.") } };

static bool post_quota(struct store_tx *tx, struct letter *l, const struct reader *to, struct str whose, int64_t calls, const struct account_calls *limit, struct err *e)
{
	const struct quota_words *w = &quota_words[limit->unit - QUOTA_DAY];
	struct mail_draft m = draft_for(l, to);
	bool over = calls >= limit->calls;
	struct str counts = arena_printf(l->arena, "%lld / %lld", (long long)calls, (long long)limit->calls);
	if (over) mail_subject_with(&m, w->over, m.portal);
	else mail_subject_with(&m, w->nearly, m.portal);
	if (whose.n) mail_say_with(&m, w->by, whose, counts);
	else mail_say_with(&m, N_("Calls of the API by everybody together today, and the limit: {0}"), counts);
	mail_say(&m, over ? w->until_over : w->until_nearly);
	return mail_post(tx, l->tenant->id, &m, MAIL_QUOTA, to->email, e);
}

/* Once a level and period: the people concerned and those who may edit all datasets. */
static bool tell_quota(struct letter *l, int64_t account, int64_t calls, struct account_calls limit, struct err *e)
{
	struct reader readers[MOST];
	struct store_tx *tx;
	size_t n = 0;
	bool fresh;
	struct str whose = STR("");
	int level = limit.unit < QUOTA_DAY ? 0 : level_of(calls, limit.calls);
	if (!level) return true;
	if (account) add_reader(l, account, ACCOUNT_WISH_QUOTA, readers, &n);
	if (account) whose = accounts_name(l->site->accounts, l->tenant->id, account, l->arena);
	if (!editors(l, ACCOUNT_WISH_QUOTA, readers, &n, e) || !store_begin(l->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = quota_told(tx, l->tenant->id, account, limit.unit, clock_now(), level, &fresh, e);
	if (!fresh) n = 0;
	for (size_t i = 0; ok && i < n; i++) ok = post_quota(tx, l, &readers[i], whose, calls, &limit, e);
	ok = store_end(tx, ok && fresh ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok && n) mail_wake(l->site->mail);
	return ok;
}

static bool quotas(struct letter *l, struct err *e)
{
	struct quota_use *list;
	int64_t portal = tenant_limit(l->tenant, "quota.portal", "ceiling.calls");
	size_t n = quota_accounts(l->site->quota, l->tenant->id, l->arena, clock_now(), &list);
	if (portal > 0 && !tell_quota(l, 0, quota_used(l->site->quota, l->tenant->id, 0, clock_now()), (struct account_calls){ portal, QUOTA_DAY }, e)) return false;
	for (size_t i = 0; i < n; i++) {
		struct account_who who;
		if (accounts_who(l->site->accounts, l->tenant->id, list[i].account, l->arena, &who) &&
		    !tell_quota(l, list[i].account, list[i].calls, account_calls_of(l->tenant, &who.bounds), e))
			return false;
	}
	return true;
}

/* --- one portal -------------------------------------------------------------------------------------------------- */

static bool read_abouts(struct letter *l, const struct store_query *q, int64_t at, struct about **out, size_t *n, struct err *e)
{
	VEC(struct about) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(l->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, q, l->tenant->id, STORE_PARAMS(VALUE_OF_INT(at)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && list.n < MOST)
			vec_push(l->arena, &list, (struct about){ .dataset = store_int(r, 0), .uid = arena_str(l->arena, store_text(r, 1)), .slug = arena_str(l->arena, store_text(r, 2)),
			                                          .title = arena_str(l->arena, store_text(r, 3)), .message = arena_str(l->arena, store_text(r, 4)) });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

static bool each(struct letter *l, const struct store_query *which, bool (*post)(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *d, struct err *e),
                 const struct store_query *told, struct err *e)
{
	struct about *list;
	size_t n;
	if (!read_abouts(l, which, clock_now().us, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (!post_all(l, &list[i], post, told, e)) return false;
	return true;
}

/* When records last came, those included that are not one with the version yet. */
static bool last_came(struct letter *l, struct str slug, int64_t *us, struct err *e)
{
	const struct catalog_view *v;
	*us = clock_now().us;
	if (!catalog_hold(l->site->catalog, l->tenant->id, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, slug);
	if (d) *us = num_max(d->modified.us, d->data_processed.us);
	catalog_release(l->site->catalog, v);
	return true;
}

static bool speaks_again(struct letter *l, const struct about *d, int64_t told, struct err *e)
{
	struct store_tx *tx;
	int64_t came;
	if (!last_came(l, d->slug, &came, e)) return false;
	if (came <= told) return true;
	if (!store_begin(l->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_speaks_again], l->tenant->id, STORE_PARAMS(VALUE_OF_INT(d->dataset)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* Pushed datasets whose setting "alert" is on: a letter when nothing came for so many minutes, no second one until something did. */
static bool silences(struct letter *l, struct err *e)
{
	struct about *list;
	size_t n;
	int64_t now = clock_now().us, number, came;
	if (!read_abouts(l, &job_q[JOB_Q_are_quiet], now, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (str_to_int(list[i].message, &number) && !speaks_again(l, &list[i], number, e)) return false;
	if (!read_abouts(l, &job_q[JOB_Q_to_tell_quiet], now, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_to_int(list[i].message, &number) || number > MINUTES_OF_YEAR) continue;
		if (!last_came(l, list[i].slug, &came, e)) return false;
		if (came < now - number * MINUTE_US && !post_all(l, &list[i], post_quiet, &job_q[JOB_Q_told_quiet], e)) return false;
	}
	return true;
}

/* --- the daily report ------------------------------------------------------------------------------------------------ */

static void put_list(struct letter *l, struct mail_draft *m, const struct about *list, size_t n, const char *message)
{
	if (!n) return;
	mail_say(m, message);
	for (size_t i = 0; i < n && i < LISTED; i++) {
		const struct str why = i18n_reason(m->lang, l->arena, list[i].message), title = list[i].title;
		mail_item(m, why.n ? arena_printf(l->arena, "%.*s — %.*s", STR_ARG(title), STR_ARG(why)) : title, dataset_url(l, &list[i]));
	}
}

/* An address that was named, in the language of the account that has it. */
static struct reader named(struct letter *l, struct str email)
{
	struct reader to = { email, STR("") };
	struct account who;
	struct err ignored = { 0 };
	int64_t id;
	if (account_id(l->site->accounts, l->tenant->id, email, &id, &ignored) && account_get(l->site->accounts, l->tenant->id, id, l->arena, &who, &ignored)) to.lang = who.language;
	return to;
}

/* What readers wrote and nobody has answered yet. */
static void put_waiting(struct letter *l, struct mail_draft *m, const struct engage_waiting *waiting)
{
	const struct { int64_t n; const char *one, *many, *path; } rows[] = {
		{ waiting->notes, N2_("{0} message of a reader is open", "{0} messages of readers are open"), "/backoffice/messages/" },
		{ waiting->reuses, N2_("{0} reuse waits for review", "{0} reuses wait for review"), "/backoffice/reuses/" } };
	if (!waiting->notes && !waiting->reuses) return;
	mail_say(m, N_("Readers wait for an answer:"));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf title = BUF_INIT(4096);
		struct str count = arena_printf(l->arena, "%lld", (long long)rows[i].n);
		i18n_put_filled(&title, i18n_plural(m->lang, rows[i].one, rows[i].many, rows[i].n), &count, 1);
		if (rows[i].n) mail_item(m, arena_str(l->arena, buf_str(&title)), arena_join(l->arena, l->origin, str_of(rows[i].path)));
	}
}

static bool post_report(struct store_tx *tx, struct letter *l, const struct reader *to, const struct about *failed, size_t nfailed, const struct about *made, size_t nmade, const struct about *quiet,
                        size_t nquiet, const struct engage_waiting *waiting, struct err *e)
{
	struct mail_draft m = draft_for(l, to);
	mail_subject_with(&m, N_("Datasets of {0}: what needs a look"), m.portal);
	put_list(l, &m, failed, nfailed, N_("These datasets could not be published:"));
	put_list(l, &m, quiet, nquiet, N_("Nothing arrives any more for these:"));
	put_list(l, &m, made, nmade, N_("These are new since yesterday:"));
	put_waiting(l, &m, waiting);
	return mail_post(tx, l->tenant->id, &m, MAIL_DATA, to->email, e);
}

/* The addresses of the setting, and who asked for it. */
static bool report_readers(struct letter *l, struct reader out[MOST], size_t *n, struct err *e)
{
	struct str recipients = tenant_setting(l->tenant, "report.recipients"), one;
	*n = 0;
	while (recipients.n && *n < MOST && str_cut(&recipients, ',', &one))
		if (str_trim(one).n) out[(*n)++] = named(l, str_trim(one));
	return editors(l, ACCOUNT_WISH_REPORT, out, n, e);
}

static bool report(struct letter *l, struct err *e)
{
	struct reader readers[MOST];
	size_t nreaders;
	struct about *failed, *made, *quiet;
	size_t nfailed, nmade, nquiet;
	struct store_tx *tx;
	int64_t now = clock_now().us;
	if (!report_readers(l, readers, &nreaders, e)) return false;
	if (!nreaders) return true;
	if (!read_abouts(l, &job_q[JOB_Q_in_error], now, &failed, &nfailed, e) || !read_abouts(l, &job_q[JOB_Q_made_since], now - DAY_US, &made, &nmade, e) ||
	    !read_abouts(l, &job_q[JOB_Q_are_quiet], now, &quiet, &nquiet, e))
		return false;
	const struct engage_scene scene = { .site = l->site, .tenant = l->tenant, .origin = l->origin, .lang = i18n_english(), .arena = l->arena };
	struct engage_waiting waiting = { 0 };
	if (!engage_waiting(&scene, &waiting, e)) return false;
	if (!nfailed && !nmade && !nquiet && !waiting.notes && !waiting.reuses) return true;
	for (size_t i = 0; i < nquiet; i++) quiet[i].message = STR("");
	if (!store_begin(l->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = true;
	for (size_t i = 0; ok && i < nreaders; i++) ok = post_report(tx, l, &readers[i], failed, nfailed, made, nmade, quiet, nquiet, &waiting, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok) mail_wake(l->site->mail);
	return ok;
}

/* Nine in the morning, where the portal is, and not on a day when it was sent already. */
static bool is_report_time(const struct letter *l, int64_t *day)
{
	const struct clock_zone *z = clock_zone_or_null(tenant_setting(l->tenant, "timezone"));
	struct civil now;
	clock_us_to_local(z ? z : clock_utc(), clock_now().us, &now);
	*day = clock_days(now.year, now.month, now.day);
	return now.hour >= REPORT_HOUR;
}

static bool once_a_day(struct letter *l, struct err *e)
{
	struct store_tx *tx;
	int64_t day;
	if (!is_report_time(l, &day)) return true;
	if (!store_begin(l->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &job_q[JOB_Q_day_taken], l->tenant->id, STORE_PARAMS(VALUE_OF_INT(day)), e);
	bool mine = ok && store_changes(tx) == 1;
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && (!mine || (job_refresh_far(l->site, l->tenant->id, e) && report(l, e)));
}

static bool of_portal(struct letter *l, struct err *e)
{
	return each(l, &job_q[JOB_Q_to_tell], post_failed, &job_q[JOB_Q_told], e) && each(l, &job_q[JOB_Q_to_tell_hand], post_failed_by_hand, &job_q[JOB_Q_told], e) && each(l, &job_q[JOB_Q_to_tell_errors], post_errors, &job_q[JOB_Q_told_errors], e) &&
	       silences(l, e) && quotas(l, e) && once_a_day(l, e);
}

bool job_letters_turn(struct site *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	bool ok = true;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; i < n; i++) {
		auto_arena own = ARENA_INIT;
		struct err mine = { 0 };
		const struct tenant *t = tenants_hold_or_null(s->tenants, ids[i]);
		if (!t) continue;
		struct letter l = { .site = s, .tenant = t, .arena = &own, .origin = origin_of(&own, t->host, s->listen_port) };
		if (!t->suspended && !of_portal(&l, &mine) && ok) {
			ok = false;
			*e = mine;
		}
		tenant_release(s->tenants, t);
	}
	return ok;
}

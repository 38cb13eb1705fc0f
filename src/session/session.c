/* The life of a session: born at sign-in, found by the hash of its id, renewed once a day, ended by times, by its account's
 * epoch or by somebody. The store is asked by changes only. */
#include "session/inside.h"
#include <stdlib.h>

enum { COOKIE_VALUES = 4 };
#define RENEW_US DAY_US
#define GRACE_US MINUTE_US
#define TOLD_US DAY_US

void session_note(struct sessions *ss, struct tenant_id t, enum event_kind kind, int64_t account, struct str reason, struct str client)
{
	event_note(ss->events, t, &(struct event){ .kind = kind, .account = account, .reason = reason, .client = client });
}

void session_digest(struct str host, struct str id, struct digest *out)
{
	struct crypt_sha256_state s;
	crypt_sha256_start(&s);
	crypt_sha256_add(&s, STR("sid1\x1f"));
	crypt_sha256_add(&s, host);
	crypt_sha256_add(&s, STR("\x1f"));
	crypt_sha256_add(&s, id);
	crypt_sha256_end(&s, out->b);
}

void session_hash(struct str host, struct str id, unsigned char out[32])
{
	struct digest d;
	session_digest(host, id, &d);
	memcpy(out, d.b, sizeof d.b);
}

static bool well_formed(struct str id)
{
	if (id.n != ID) return false;
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'z'))) return false;
	return true;
}

static void end_row(struct sessions *ss, struct live *l, enum end why, struct instant now)
{
	if (l->end) return;
	l->end = why;
	l->ended_us = now.us;
	l->unwritten = ss->any_unwritten = true;
}

/* --- limits ---------------------------------------------------------------------------------------- */

struct limits { int64_t idle_us[2], absolute_us[2]; }; /* by `remember` */

static struct limits limits_of(const struct tenant *t)
{
	return (struct limits){
		.idle_us = { tenant_number(t, "session.idle_unremembered") * SECOND_US, tenant_number(t, "session.idle") * SECOND_US },
		.absolute_us = { tenant_number(t, "session.absolute_unremembered") * SECOND_US, tenant_number(t, "session.absolute") * SECOND_US },
	};
}

static enum end past(const struct live *l, const struct limits *x, struct instant now)
{
	if (now.us - l->s.created.us > x->absolute_us[l->s.remember]) return END_ABSOLUTE;
	return now.us - l->used_us > x->idle_us[l->s.remember] ? END_IDLE : END_NOT;
}

/* --- finding --------------------------------------------------------------------------------------- */

/* What one value of the cookie is worth. */
struct worth {
	bool live;
	int64_t id, account, epoch;
	struct tenant_id tenant;
	enum event_kind kind;        /* to be noted; EVENT_KINDS: nothing */
	enum end end;
};

static struct worth weigh(struct sessions *ss, struct tenant_id t, const struct digest *d, const struct limits *x, struct instant now)
{
	struct worth w = { .kind = EVENT_KINDS };
	lock_take(&ss->lock);
	struct live *l = table_find(&ss->table, d);
	bool former = !l;
	if (former) l = table_find_former(&ss->table, d);
	if (l && l->tenant.v != t.v) l = NULL;
	if (l) {
		w.account = l->s.account;
		w.id = l->s.id;
		w.epoch = l->epoch;
		enum end over = l->end ? END_NOT : past(l, x, now);
		if (over) end_row(ss, l, over, now);
		w.end = l->end;
		bool stale = former && now.us > l->former_until;
		w.live = !l->end && !stale;
		if (stale && !l->end) w.kind = EVENT_SESSION_STALE;
		else if (l->end && !l->told) {
			l->told = true;
			w.kind = EVENT_SESSION_EXPIRED;
		}
	}
	lock_give(&ss->lock);
	return w;
}

static void end_by_epoch(struct sessions *ss, struct tenant_id t, const struct worth *w, struct instant now)
{
	lock_take(&ss->lock);
	struct live *l = table_find_row(&ss->table, t, w->account, w->id);
	/* The change that moved the epoch may have been made in this very session just now. */
	if (l && l->epoch == w->epoch) end_row(ss, l, END_EPOCH, now);
	lock_give(&ss->lock);
}

/* Marks it used and copies it. */
static bool take_row(struct sessions *ss, struct tenant_id t, const struct worth *w, struct instant now, struct session *out)
{
	lock_take(&ss->lock);
	struct live *l = table_find_row(&ss->table, t, w->account, w->id);
	bool good = l && !l->end;
	if (good) {
		if (now.us > l->used_us) l->used_us = now.us;
		int64_t minute = l->used_us - l->used_us % MINUTE_US;
		if (minute > l->s.seen.us) {
			l->s.seen.us = minute;
			l->unwritten = ss->any_unwritten = true;
		}
		*out = l->s;
		out->renew = now.us - l->s.issued.us >= RENEW_US;
	}
	lock_give(&ss->lock);
	return good;
}

enum session_found session_find(struct sessions *ss, const struct tenant *t, const struct str *values, size_t n, struct instant now,
                                struct str client, struct session *out)
{
	struct worth found = { 0 };
	size_t live = 0;
	if (n > COOKIE_VALUES) {
		session_note(ss, t->id, EVENT_COOKIE_AMBIGUOUS, 0, STR("too_many"), client);
		return SESSION_AMBIGUOUS;
	}
	struct limits x = limits_of(t);
	for (size_t i = 0; i < n; i++) {
		struct digest d;
		if (!well_formed(values[i])) continue;
		session_digest(t->host, values[i], &d);
		struct worth w = weigh(ss, t->id, &d, &x, now);
		if (w.live && accounts_epoch(ss->accounts, t->id, w.account) != w.epoch) {
			end_by_epoch(ss, t->id, &w, now);
			w.live = false;
			w.kind = EVENT_SESSION_EXPIRED;
			w.end = END_EPOCH;
		}
		if (w.kind != EVENT_KINDS) session_note(ss, t->id, w.kind, w.account, str_of(session_ends[w.end]), client);
		/* The id of a session and the one it had before are one session. */
		if (!w.live || (live && w.id == found.id)) continue;
		live++;
		found = w;
	}
	if (live > 1) {
		session_note(ss, t->id, EVENT_COOKIE_AMBIGUOUS, 0, STR("two_live"), client);
		return SESSION_AMBIGUOUS;
	}
	return live && take_row(ss, t->id, &found, now, out) ? SESSION_ONE : SESSION_NONE;
}

/* --- beginning ------------------------------------------------------------------------------------- */

static void fresh_id(const struct tenant *t, char id[SESSION_ID_TEXT], struct digest *hash)
{
	crypt_random_base36(id, ID);
	session_digest(t->host, str_of(id), hash);
}

static void end_of_account(struct sessions *ss, struct tenant_id t, int64_t account, int64_t id, enum end why, struct instant now)
{
	struct live *l = table_find_row(&ss->table, t, account, id);
	if (l) end_row(ss, l, why, now);
}

/* Too many: the one unused for longest goes. Holds the lock. */
static int64_t make_room(struct sessions *ss, const struct tenant *t, int64_t account, const struct live *newest, struct instant now)
{
	int64_t most = tenant_number(t, "session.max_per_user"), n = 0, gone = 0;
	for (;;) {
		struct live *oldest = NULL;
		n = 0;
		for (struct live *l = table_account(&ss->table, t->id, account); l; l = l->next_account) {
			if (l->tenant.v != t->id.v || l->s.account != account || l->end) continue;
			n++;
			if (l != newest && (!oldest || l->used_us < oldest->used_us)) oldest = l;
		}
		if (n <= most || !oldest) return gone;
		end_row(ss, oldest, END_TOO_MANY, now);
		gone++;
	}
}

/* What was presented is over, whoever's it was; gives the owners of what was live. Holds the lock. */
static size_t end_presented(struct sessions *ss, const struct tenant *t, const struct session_birth *b, struct instant now,
                            int64_t owners[COOKIE_VALUES])
{
	size_t n = 0;
	for (size_t i = 0; i < num_min(b->npresented, (size_t)COOKIE_VALUES); i++) {
		struct digest d;
		if (!well_formed(b->presented[i])) continue;
		session_digest(t->host, b->presented[i], &d);
		struct live *l = table_find(&ss->table, &d);
		if (!l) l = table_find_former(&ss->table, &d);
		if (!l || l->tenant.v != t->id.v || l->end) continue;
		end_row(ss, l, END_REPLACED, now);
		owners[n++] = l->s.account;
	}
	return n;
}

bool session_create(struct sessions *ss, const struct tenant *t, const struct session_birth *b, char id[SESSION_ID_TEXT],
                    struct session *out, struct err *e)
{
	struct instant now = clock_now();
	int64_t epoch = accounts_epoch(ss->accounts, t->id, b->account);
	if (epoch < 0) return err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence);
	struct live *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	int64_t minute = now.us - now.us % MINUTE_US;
	*l = (struct live){ .tenant = t->id, .epoch = epoch, .used_us = now.us };
	l->s = (struct session){ .account = b->account, .created = now, .authenticated = now, .fresh = now, .issued = now,
	                         .seen = { minute }, .remember = b->remember, .factors = b->factors };
	crypt_random_base62(l->s.csrf_salt, SALT);
	session_label(b->user_agent, l->label);
	memcpy(l->country, b->country.p ? b->country.p : "", num_min(b->country.n, (size_t)COUNTRY - 1));
	fresh_id(t, id, &l->hash);
	if (!rows_insert(ss, l, e)) {
		free(l);
		return false;
	}
	lock_take(&ss->lock);
	int64_t owners[COOKIE_VALUES];
	size_t nowners = end_presented(ss, t, b, now, owners);
	table_put(&ss->table, l);
	int64_t gone = make_room(ss, t, b->account, l, now);
	*out = l->s;
	lock_give(&ss->lock);
	session_note(ss, t->id, EVENT_SESSION_CREATED, b->account, b->remember ? STR("remembered") : STR(""), b->client);
	for (size_t i = 0; i < nowners; i++)
		session_note(ss, t->id, EVENT_SESSION_REVOKED, owners[i], str_of(session_ends[END_REPLACED]), b->client);
	for (; gone > 0; gone--) session_note(ss, t->id, EVENT_SESSION_REVOKED, b->account, str_of(session_ends[END_TOO_MANY]), b->client);
	return rows_write(ss, e);
}

/* --- going on -------------------------------------------------------------------------------------- */

enum change { CHANGE_RENEW = 1u << 0, CHANGE_SALT = 1u << 1, CHANGE_EPOCH = 1u << 2, CHANGE_FRESH = 1u << 3, CHANGE_ID = 1u << 4 };

/* Changes a row and writes it down. *done false: it has gone, or somebody else has renewed it since it was found. */
static bool change(struct sessions *ss, const struct tenant *t, struct session *s, unsigned what, char *id, bool *done, struct err *e)
{
	struct instant now = clock_now();
	struct digest hash;
	struct live copy;
	int64_t epoch = what & CHANGE_EPOCH ? accounts_epoch(ss->accounts, t->id, s->account) : 0;
	if (id) fresh_id(t, id, &hash);
	lock_take(&ss->lock);
	struct live *l = table_find_row(&ss->table, t->id, s->account, s->id);
	*done = l && !l->end && !((what & CHANGE_RENEW) && l->s.issued.us != s->issued.us);
	if (*done) {
		if (id) {
			table_rename(&ss->table, l, &hash, what & CHANGE_RENEW ? now.us + GRACE_US : 0);
			l->s.issued = now;
		}
		if (what & CHANGE_SALT) crypt_random_base62(l->s.csrf_salt, SALT);
		if (what & CHANGE_EPOCH) l->epoch = epoch;
		if (what & CHANGE_FRESH) l->s.fresh = now;
		copy = *l;
		*s = l->s;
	}
	lock_give(&ss->lock);
	return !*done || rows_update(ss, &copy, e);
}

bool session_renew(struct sessions *ss, const struct tenant *t, struct session *s, char id[SESSION_ID_TEXT], struct err *e)
{
	bool done;
	if (!change(ss, t, s, CHANGE_RENEW | CHANGE_ID, id, &done, e)) return false;
	if (done) session_note(ss, t->id, EVENT_SESSION_RENEWED, s->account, STR(""), STR(""));
	else id[0] = '\0';
	return true;
}

bool session_survive(struct sessions *ss, const struct tenant *t, struct session *s, char id[SESSION_ID_TEXT], struct err *e)
{
	bool done;
	if (!change(ss, t, s, CHANGE_SALT | CHANGE_EPOCH | CHANGE_ID, id, &done, e)) return false;
	if (!done) return err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence);
	session_note(ss, t->id, EVENT_SESSION_RENEWED, s->account, STR("account_changed"), STR(""));
	return true;
}

bool session_freshen(struct sessions *ss, const struct tenant *t, struct session *s, struct err *e)
{
	bool done;
	if (!change(ss, t, s, CHANGE_SALT | CHANGE_FRESH, NULL, &done, e)) return false;
	if (!done) return err_set(e, ERR_UNAUTHENTICATED, "%s", err_kind(ERR_UNAUTHENTICATED)->sentence);
	session_note(ss, t->id, EVENT_AUTH_FRESH, s->account, STR(""), STR(""));
	return true;
}

bool session_is_fresh(const struct tenant *t, const struct session *s, struct instant now)
{
	/* A proof from the future is that of another clock. */
	int64_t age = now.us - s->fresh.us;
	return age >= -MINUTE_US && age <= tenant_number(t, "session.fresh") * SECOND_US;
}

/* --- ending ---------------------------------------------------------------------------------------- */

bool session_revoke(struct sessions *ss, const struct tenant *t, int64_t account, int64_t id, struct err *e)
{
	lock_take(&ss->lock);
	struct live *l = table_find_row(&ss->table, t->id, account, id);
	bool there = l && !l->end;
	end_of_account(ss, t->id, account, id, END_REVOKED, clock_now());
	lock_give(&ss->lock);
	if (!there) return err_set(e, ERR_NOT_FOUND, "This session has ended already.");
	session_note(ss, t->id, EVENT_SESSION_REVOKED, account, str_of(session_ends[END_REVOKED]), STR(""));
	return rows_write(ss, e);
}

bool session_revoke_all(struct sessions *ss, const struct tenant *t, int64_t account, int64_t keep, int64_t *n, struct err *e)
{
	struct instant now = clock_now();
	*n = 0;
	lock_take(&ss->lock);
	for (size_t i = 0; i < ss->table.size; i++) {
		for (struct live *l = ss->table.by_hash[i]; l; l = l->next_hash) {
			if (l->end || l->tenant.v != t->id.v || (account && l->s.account != account) || l->s.id == keep) continue;
			end_row(ss, l, END_REVOKED, now);
			(*n)++;
		}
	}
	lock_give(&ss->lock);
	if (*n) {
		auto_buf b = BUF_INIT(64);
		buf_printf(&b, "%lld", (long long)*n);
		event_note(ss->events, t->id, &(struct event){ .kind = EVENT_SESSION_REVOKED, .account = account,
		                                              .reason = account ? STR("all") : STR("everyone"), .detail = buf_str(&b) });
	}
	return rows_write(ss, e);
}

/* --- listing --------------------------------------------------------------------------------------- */

static int by_use(const void *a, const void *b)
{
	const struct session_line *x = a, *y = b;
	if (x->seen.us != y->seen.us) return x->seen.us > y->seen.us ? -1 : 1;
	return x->id > y->id ? -1 : x->id < y->id;
}

bool session_list(struct sessions *ss, const struct tenant *t, int64_t account, struct arena *a, struct session_line **out, size_t *n,
                  struct err *e)
{
	struct instant now = clock_now();
	struct limits x = limits_of(t);
	VEC(struct session_line) list = { 0 };
	int64_t epoch = accounts_epoch(ss->accounts, t->id, account);
	(void)e; /* memory only; a store may be asked one day */
	lock_take(&ss->lock);
	for (struct live *l = table_account(&ss->table, t->id, account); l; l = l->next_account) {
		if (l->end || l->tenant.v != t->id.v || l->s.account != account || l->epoch != epoch || past(l, &x, now)) continue;
		vec_push(a, &list, (struct session_line){ .id = l->s.id, .label = arena_str(a, str_of(l->label)),
		                                          .country = arena_str(a, str_of(l->country)), .created = l->s.created,
		                                          .seen = l->s.seen, .factors = l->s.factors, .remember = l->s.remember });
	}
	lock_give(&ss->lock);
	if (list.n) qsort(list.p, list.n, sizeof *list.p, by_use);
	*out = list.p;
	*n = list.n;
	return true;
}

/* --- upkeep ---------------------------------------------------------------------------------------- */

/* Drops what has been over for a day; gives how many. */
static int64_t drop_told(struct sessions *ss, struct instant now)
{
	int64_t n = 0;
	lock_take(&ss->lock);
	for (size_t i = 0; i < ss->table.size; i++) {
		struct live *next;
		for (struct live *l = ss->table.by_hash[i]; l; l = next) {
			next = l->next_hash;
			if (!l->end || l->unwritten || now.us - l->ended_us <= TOLD_US) continue;
			table_drop(&ss->table, l);
			n++;
		}
	}
	lock_give(&ss->lock);
	return n;
}

struct owner { struct tenant_id tenant; int64_t id, account, epoch; };

/* Sessions whose account has moved on, or is gone. */
static void end_orphans(struct sessions *ss, struct instant now)
{
	auto_arena a = ARENA_INIT;
	VEC(struct owner) all = { 0 };
	lock_take(&ss->lock);
	for (size_t i = 0; i < ss->table.size; i++)
		for (struct live *l = ss->table.by_hash[i]; l; l = l->next_hash)
			if (!l->end) vec_push(&a, &all, (struct owner){ l->tenant, l->s.id, l->s.account, l->epoch });
	lock_give(&ss->lock);
	for (size_t i = 0; i < all.n; i++) {
		const struct owner *o = &all.p[i];
		if (accounts_epoch(ss->accounts, o->tenant, o->account) == o->epoch) continue;
		struct worth w = { .id = o->id, .account = o->account, .epoch = o->epoch };
		end_by_epoch(ss, o->tenant, &w, now);
	}
}

int64_t sessions_purge(struct sessions *ss, const struct tenant *t)
{
	struct instant now = clock_now();
	struct limits x = limits_of(t);
	int64_t ended = 0;
	lock_take(&ss->lock);
	for (size_t i = 0; i < ss->table.size; i++) {
		for (struct live *l = ss->table.by_hash[i]; l; l = l->next_hash) {
			enum end over = l->end || l->tenant.v != t->id.v ? END_NOT : past(l, &x, now);
			if (!over) continue;
			end_row(ss, l, over, now);
			ended++;
		}
	}
	lock_give(&ss->lock);
	return ended;
}

bool sessions_upkeep(struct sessions *ss, struct err *e)
{
	struct instant now = clock_now();
	end_orphans(ss, now);
	if (!rows_write(ss, e)) return false;
	drop_told(ss, now);
	return rows_forget(ss, now.us - TOLD_US, e);
}

/* --- opening --------------------------------------------------------------------------------------- */

bool sessions_open(struct store *s, struct accounts *as, struct events *es, struct sessions **out, struct err *e)
{
	struct sessions *ss = calloc(1, sizeof *ss);
	ensure(ss != NULL);
	ss->store = s;
	ss->accounts = as;
	ss->events = es;
	lock_init(&ss->lock, LOCK_SESSION);
	if (!rows_load(ss, e)) {
		sessions_close(ss);
		return false;
	}
	*out = ss;
	return true;
}

void sessions_close(struct sessions *ss)
{
	if (!ss) return;
	struct err e = { 0 };
	bool kept = rows_write(ss, &e);
	(void)kept; /* what is lost is at most a minute of last use; ends were written when they came */
	table_done(&ss->table);
	lock_done(&ss->lock);
	free(ss);
}

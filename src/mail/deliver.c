/* The thread that takes letters from the queue, one at a time, oldest due first. The store is asked before and told after;
 * nothing of it is held while a server is spoken to. */
#include "io/io.h"
#include "mail/inside.h"
#include "net/net.h"
#include "pool/pool.h"
#include <pthread.h>
#include <stdlib.h>

enum { LOOK_S = 15, REST_S = 20, FIRST_WAIT_S = 60, LONGEST_WAIT_S = 4 * 3600, SENT_DAYS = 7, FAILED_DAYS = 30, PASSWORD_BYTES = 4096 };
#define SECOND_US INT64_C(1000000)
#define SECOND_NS INT64_C(1000000000)

struct mail {
	struct lock lock;       /* LOCK_MAIL; guards the three below */
	struct lock_bell bell;
	bool woken, stopping;
	struct cancel stop;     /* interrupts a letter on its way */
	struct store *store;
	struct vault *vault;
	const struct conf *conf;
	struct log *log;
	struct arena arena;     /* texts of settings */
	struct str folder, from, helo;
	const char *password;
	enum net_security security;
	pthread_t thread;
	bool running;
	int64_t swept_us;
	int64_t sent;           /* a letter that went out and could not be written down as sent; 0: none */
};

/* --- settings ---------------------------------------------------------------------------------------- */

static bool read_password(struct mail *m, struct err *e)
{
	struct str text, line;
	m->password = "";
	if (!*m->conf->smtp_password_file) return true;
	if (!io_read(&m->arena, m->conf->smtp_password_file, PASSWORD_BYTES, &text, e)) {
		struct err better = { 0 };
		err_set(&better, ERR_USAGE, "smtp_password_file: the file cannot be read");
		err_cause(&better, "%s", e->priv);
		*e = better;
		return false;
	}
	if (!str_cut(&text, '\n', &line)) line = text;
	m->password = arena_cstr(&m->arena, str_ends(line, STR("\r")) ? str_sub(line, 0, line.n - 1) : line);
	return true;
}

static bool read_settings(struct mail *m, struct err *e)
{
	static const struct { const char *word; enum net_security security; } words[] = { { "starttls", NET_STARTTLS }, { "tls", NET_TLS }, { "none", NET_PLAIN } };
	const struct conf *c = m->conf;
	size_t i = 0;
	while (i < COUNT_OF(words) && strcmp(words[i].word, c->smtp_security) != 0) i++;
	if (i == COUNT_OF(words)) return err_set(e, ERR_USAGE, "smtp_security must be starttls, tls or none, not \"%.60s\"", c->smtp_security);
	m->security = words[i].security;
	m->from = STR("stoa@localhost");
	if (*c->mail_from) {
		struct err own = { 0 };
		if (!mail_address(&m->arena, str_of(c->mail_from), &m->from, &own)) return err_set(e, ERR_USAGE, "mail_from: %s", own.pub);
	} else if (*c->smtp_host && !*c->mail_folder) {
		return err_set(e, ERR_USAGE, "smtp_host needs mail_from, the address that letters come from");
	}
	m->helo = str_from(m->from, (size_t)(str_rfind_char(m->from, '@') + 1));
	return read_password(m, e);
}

struct str mail_where(struct arena *a, const struct conf *c)
{
	if (*c->mail_folder) return STR("a folder");
	return *c->smtp_host ? arena_printf(a, "%s:%lld", c->smtp_host, (long long)c->smtp_port) : STR("");
}

/* --- the queue ---------------------------------------------------------------------------------------- */

/* The next letter that is due. *found false: none is. */
static bool next_letter(struct mail *m, struct arena *a, struct mail_waiting *w, bool *found, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	if (!store_begin(m->store, STORE_READ, &t, e)) return false;
	bool ok = store_ask_house(t, &mail_h[MAIL_H_next], STORE_PARAMS(VALUE_OF_INT(clock_now().us)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		*found = step == STORE_ROW;
		if (*found)
			*w = (struct mail_waiting){ .id = store_int(r, 0), .tenant = { store_int(r, 1) }, .to = arena_str(a, store_text(r, 2)),
				                    .sender = arena_str(a, store_text(r, 3)), .lang = arena_str(a, store_text(r, 4)),
				                    .subject = arena_str(a, store_text(r, 5)), .text = arena_str(a, store_text(r, 6)),
				                    .message = arena_str(a, store_text(r, 7)), .created = { store_int(r, 8) }, .tries = store_int(r, 9),
				                    .until = { store_int(r, 10) }, .off = arena_str(a, store_text(r, 11)) };
		ok = step != STORE_FAILED;
		store_stop(r);
	}
	return store_end(t, STORE_ROLLBACK, e) && ok;
}

/* When the next letter is due, in microseconds since 1970; far away when none waits. */
static int64_t soonest(struct mail *m)
{
	struct store_tx *t;
	struct store_rows *r;
	struct err e = { 0 };
	int64_t at = INT64_MAX;
	if (!store_begin(m->store, STORE_READ, &t, &e)) return at;
	if (store_ask_house(t, &mail_h[MAIL_H_soonest], STORE_NONE, &r, &e)) {
		if (store_step(r, &e) == STORE_ROW && !store_is_null(r, 0)) at = store_int(r, 0);
		store_stop(r);
	}
	(void)!store_end(t, STORE_ROLLBACK, &e);
	return at;
}

static bool write_down(struct mail *m, enum mail_house q, const struct value *params, size_t n, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(m->store, STORE_WRITE, &t, e)) return false;
	bool ok = store_run_house(t, &mail_h[q], params, n, e);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static void complain(struct mail *m, const char *event, const struct err *e)
{
	log_say(m->log, LOG_LEVEL_ERROR, event, log_text("why", str_of(e->pub)), log_text("cause", str_of(e->priv)));
}

static bool end_letter(struct mail *m, const struct mail_waiting *w, enum mail_state how, struct str why)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	if (!write_down(m, MAIL_H_end,
	                STORE_PARAMS(VALUE_OF_INT(w->id), VALUE_OF_INT(how), VALUE_OF_INT(1), VALUE_OF_TEXT(mail_mask(&a, w->to)), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(why)), &e)) {
		complain(m, "mail.not_noted", &e);
		return false;
	}
	m->sent = 0;
	return true;
}

static bool try_later(struct mail *m, const struct mail_waiting *w, struct str why)
{
	struct err e = { 0 };
	int64_t wait_s = w->tries < 8 ? (int64_t)FIRST_WAIT_S << w->tries : LONGEST_WAIT_S;
	int64_t at = clock_now().us + num_min(wait_s, LONGEST_WAIT_S) * SECOND_US;
	if (write_down(m, MAIL_H_later, STORE_PARAMS(VALUE_OF_INT(w->id), VALUE_OF_INT(at), VALUE_OF_TEXT(why)), &e)) return true;
	complain(m, "mail.not_noted", &e);
	return false;
}

static void sweep(struct mail *m)
{
	struct err e = { 0 };
	int64_t now = clock_now().us;
	if (now - m->swept_us < 3600 * SECOND_US && now >= m->swept_us) return;
	m->swept_us = now;
	if (!write_down(m, MAIL_H_sweep, STORE_PARAMS(VALUE_OF_INT(now - SENT_DAYS * MAIL_DAY_US), VALUE_OF_INT(now - FAILED_DAYS * MAIL_DAY_US)), &e))
		complain(m, "mail.not_swept", &e);
}

/* --- one letter ------------------------------------------------------------------------------------------ */

static bool hand_over(struct mail *m, const struct mail_waiting *w, int *code, struct err *e)
{
	auto_buf message = BUF_INIT(8 * MAIL_TEXT_BYTES);
	*code = 0;
	if (m->folder.n) return mail_box_put(m->folder, w, m->from, clock_now(), e);
	struct net_smtp s = { .host = m->conf->smtp_host, .port = (int)m->conf->smtp_port, .security = m->security, .user = m->conf->smtp_user,
		              .password = m->password, .ca_file_or_empty = m->conf->ca_file, .helo = m->helo.p, .cancel_or_null = &m->stop };
	mail_put_message(&message, w, m->from, clock_now());
	if (message.over) return err_set(e, ERR_TOO_LARGE, "the letter is too large");
	return net_smtp(&s, m->from, w->to, buf_str(&message), code, e);
}

/* False: the server could not be reached at all, or the store not written, so the next letter may rest for a while. */
static bool deliver(struct mail *m, struct mail_waiting *w, struct arena *a)
{
	struct err e = { 0 };
	int code = 0;
	/* Nobody gets a letter twice because a disk is full. */
	if (w->id == m->sent) return end_letter(m, w, MAIL_IS_SENT, STR(""));
	struct str extra = STR("");
	if (!vault_unseal(m->vault, MAIL_SEAL_HOST, MAIL_SEAL_WORD, w->text, a, &w->text, &e) ||
	    (w->off.n && !vault_unseal(m->vault, MAIL_SEAL_HOST, MAIL_SEAL_EXTRA, w->off, a, &extra, &e))) {
		complain(m, "mail.sealed", &e);
		return end_letter(m, w, MAIL_HAS_FAILED, STR("the text cannot be opened with the keys of this server"));
	}
	w->off = extra;
	(void)str_cut(&w->off, '\n', &w->reply_to); /* an empty text has neither */
	if (hand_over(m, w, &code, &e)) {
		m->sent = w->id;
		log_say(m->log, LOG_LEVEL_INFO, "mail.sent", log_int("portal", w->tenant.v), log_int("letter", w->id), log_int("tries", w->tries + 1));
		return end_letter(m, w, MAIL_IS_SENT, STR(""));
	}
	if (cancel_fired(&m->stop)) return true;
	bool final = net_smtp_final(code);
	log_say(m->log, LOG_LEVEL_WARN, final ? "mail.refused" : "mail.delayed", log_int("portal", w->tenant.v), log_int("letter", w->id),
	        log_int("tries", w->tries + 1), log_text("why", str_of(e.pub)));
	bool noted = final ? end_letter(m, w, MAIL_HAS_FAILED, str_of(e.pub)) : try_later(m, w, str_of(e.pub));
	return noted && (code != 0 || m->folder.n != 0);
}

/* *noted: it was too old, and is written down as failed. */
static bool give_up_old(struct mail *m, const struct mail_waiting *w, bool *noted)
{
	if (clock_now().us <= w->until.us) return false;
	*noted = end_letter(m, w, MAIL_HAS_FAILED, w->tries ? STR("given up: the mail server did not take it in time") : STR("given up: there was no mail server in time"));
	log_say(m->log, LOG_LEVEL_WARN, "mail.given_up", log_int("portal", w->tenant.v), log_int("letter", w->id), log_int("tries", w->tries));
	return true;
}

/* True when there may be more that is due. */
static bool step(struct mail *m, bool *reachable)
{
	auto_arena a = ARENA_INIT;
	struct mail_waiting w;
	struct err e = { 0 };
	bool found = false;
	*reachable = true;
	if (!next_letter(m, &a, &w, &found, &e)) {
		complain(m, "mail.queue", &e);
		return false;
	}
	if (!found) return false;
	if (give_up_old(m, &w, reachable)) return *reachable;
	if (!m->folder.n && !*m->conf->smtp_host) return false;
	*reachable = deliver(m, &w, &a);
	return *reachable;
}

/* --- the thread ---------------------------------------------------------------------------------------------- */

/* Waits until woken or a letter is due; false: the end. */
static bool wait_for_work(struct mail *m, bool reachable)
{
	int64_t now = clock_now().us, due = soonest(m);
	int64_t wait_ns = due <= now ? SECOND_NS : num_min((due - now) / SECOND_US + 1, LOOK_S) * SECOND_NS;
	if (!reachable) wait_ns = REST_S * SECOND_NS;
	int64_t until = clock_monotonic_ns() + wait_ns;
	lock_take(&m->lock);
	while (!m->woken && !m->stopping && lock_bell_wait_until(&m->bell, &m->lock, until)) continue;
	bool go_on = !m->stopping;
	m->woken = false;
	lock_give(&m->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct mail *m = arg;
	bool reachable = true;
	pthread_setname_np(pthread_self(), "mail");
	do {
		sweep(m);
		while (!cancel_fired(&m->stop) && step(m, &reachable)) continue;
	} while (wait_for_work(m, reachable));
	return NULL;
}

static bool start(struct mail *m, struct err *e)
{
	pthread_attr_t attributes;
	ensure(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, 1u << 20) == 0);
	m->running = pthread_create(&m->thread, &attributes, run, m) == 0;
	pthread_attr_destroy(&attributes);
	return m->running || err_os(e, "pthread_create");
}

bool mail_open(struct store *s, struct vault *v, const struct conf *c, struct str folder, struct log *log, struct mail **out, struct err *e)
{
	struct mail *m = calloc(1, sizeof *m);
	ensure(m != NULL);
	*m = (struct mail){ .store = s, .vault = v, .conf = c, .log = log };
	lock_init(&m->lock, LOCK_MAIL);
	lock_bell_init(&m->bell);
	cancel_init(&m->stop);
	m->folder = arena_str(&m->arena, mail_folder(&m->arena, c, folder));
	if (!read_settings(m, e) || !start(m, e)) {
		mail_close(m);
		return false;
	}
	*out = m;
	return true;
}

void mail_close(struct mail *m)
{
	if (!m) return;
	lock_take(&m->lock);
	m->stopping = true;
	lock_bell_ring_all(&m->bell);
	lock_give(&m->lock);
	cancel_fire(&m->stop);
	if (m->running) pthread_join(m->thread, NULL);
	cancel_done(&m->stop);
	lock_bell_done(&m->bell);
	lock_done(&m->lock);
	arena_done(&m->arena);
	free(m);
}

void mail_wake(struct mail *m)
{
	if (!m) return;
	lock_take(&m->lock);
	m->woken = true;
	lock_bell_ring(&m->bell);
	lock_give(&m->lock);
}

/* --- the folder ------------------------------------------------------------------------------------------------ */

bool mail_has_box(const struct mail *m) { return m && m->folder.n; }

bool mail_box(const struct mail *m, struct tenant_id tenant, size_t n, struct arena *a, struct mail_boxed **out, size_t *count, struct err *e)
{
	if (!mail_has_box(m)) return err_set(e, ERR_NOT_FOUND, "letters of this server do not go to a folder");
	return mail_box_read(m->folder, tenant, n, a, out, count, e);
}

/* Lines, a bounded buffer and the thread that writes it out. Two buffers of 256 KiB change places:
 * one is filled under the lock, the other written without it. */
#include "log/log.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, LINE = 4096 };

struct log {
	struct lock lock; /* LOCK_LOG; guards filling, used, busy, closing */
	struct lock_bell said;
	struct lock_bell written;
	char *filling, *writing;
	size_t used;
	bool busy, closing;
	_Atomic(uint64_t) dropped;
	struct log_options o;
	pthread_t thread;
};

static const char *const level_names[] = { "debug", "info", "warn", "error" };

static void write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t took = write(fd, p, n);
		if (took < 0 && errno == EINTR) continue;
		if (took <= 0) return; /* there is nobody left to tell */
		p += took;
		n -= (size_t)took;
	}
}

static void *write_out(void *arg)
{
	struct log *l = arg;
	pthread_setname_np(pthread_self(), "log");
	lock_take(&l->lock);
	for (;;) {
		while (l->used == 0 && !l->closing) lock_bell_wait(&l->said, &l->lock);
		if (l->used == 0) break;
		char *full = l->filling;
		size_t n = l->used;
		l->filling = l->writing;
		l->writing = full;
		l->used = 0;
		l->busy = true;
		lock_give(&l->lock);
		write_all(l->o.fd, full, n);
		lock_take(&l->lock);
		l->busy = false;
		lock_bell_ring_all(&l->written);
	}
	lock_give(&l->lock);
	return NULL;
}

bool log_open(const struct log_options *o, struct log **out, struct err *e)
{
	struct log *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	lock_init(&l->lock, LOCK_LOG);
	lock_bell_init(&l->said);
	lock_bell_init(&l->written);
	l->o = *o;
	l->filling = malloc(BUFFER);
	l->writing = malloc(BUFFER);
	ensure(l->filling && l->writing);
	int failed = pthread_create(&l->thread, NULL, write_out, l);
	if (failed) {
		free(l->filling);
		free(l->writing);
		free(l);
		errno = failed;
		return err_os(e, "start the log's thread");
	}
	*out = l;
	return true;
}

void log_close(struct log *l)
{
	if (!l) return;
	lock_take(&l->lock);
	l->closing = true;
	lock_bell_ring_all(&l->said);
	lock_give(&l->lock);
	pthread_join(l->thread, NULL);
	lock_bell_done(&l->said);
	lock_bell_done(&l->written);
	lock_done(&l->lock);
	free(l->filling);
	free(l->writing);
	free(l);
}

void log_flush(struct log *l)
{
	if (!l) return;
	lock_take(&l->lock);
	while (l->used || l->busy) lock_bell_wait(&l->written, &l->lock);
	lock_give(&l->lock);
}

bool log_wants(const struct log *l, enum log_level level) { return l && level >= l->o.least; }

uint64_t log_dropped(const struct log *l)
{
	return atomic_load_explicit(&l->dropped, memory_order_relaxed);
}

/* --- one line, on the caller's stack ---------------------------------------------------------- */

struct line {
	char p[LINE];
	size_t n;
};

static void put_char(struct line *t, char c)
{
	if (t->n < LINE - 2) t->p[t->n++] = c; /* the last two are for the end of the line */
}

static void put(struct line *t, const char *s)
{
	while (*s) put_char(t, *s++);
}

/* Text between quotes, safe for both forms: controls and bytes that could end a line are
 * escaped, the way JSON does; logfmt readers accept the same. */
static void put_quoted(struct line *t, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	put_char(t, '"');
	for (size_t i = 0; i < s.n && t->n < LINE - 16; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\') {
			put_char(t, '\\');
			put_char(t, (char)c);
		} else if (c < 0x20 || c == 0x7f) {
			put(t, "\\u00");
			put_char(t, hex[c >> 4]);
			put_char(t, hex[c & 15]);
		} else {
			put_char(t, (char)c);
		}
	}
	put_char(t, '"');
}

static bool is_bare(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f) return false;
	}
	return s.n > 0;
}

static void put_text(struct line *t, enum log_form form, struct str s)
{
	if (form == LOG_FORM_JSON || !is_bare(s)) put_quoted(t, s);
	else
		for (size_t i = 0; i < s.n && t->n < LINE - 16; i++) put_char(t, s.p[i]);
}

static void put_name(struct line *t, enum log_form form, const char *name)
{
	if (form == LOG_FORM_JSON) {
		put(t, t->n > 1 ? ",\"" : "\"");
		put(t, name);
		put(t, "\":");
	} else {
		if (t->n) put_char(t, ' ');
		put(t, name);
		put_char(t, '=');
	}
}

static void put_field(struct line *t, enum log_form form, const struct log_field *f)
{
	char number[48] = "";
	switch (f->kind) {
	case LOG_FIELD_END:
		return;
	case LOG_FIELD_TEXT:
		put_name(t, form, f->name);
		put_text(t, form, f->text);
		return;
	case LOG_FIELD_INT:
		snprintf(number, sizeof number, "%lld", (long long)f->number);
		break;
	case LOG_FIELD_MS:
		snprintf(number, sizeof number, "%lld.%03lld", (long long)(f->number / 1000),
		         (long long)(f->number % 1000));
		break;
	}
	put_name(t, form, f->name);
	put(t, number);
}

static void put_time(struct line *t, enum log_form form)
{
	struct timespec now;
	struct tm tm;
	char text[64];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof text - n, ".%03ldZ", now.tv_nsec / 1000000);
	put_field(t, form,
	          &(struct log_field){
			  .name = "time", .kind = LOG_FIELD_TEXT, .text = str_of(text) });
}

static bool append(struct log *l, const struct line *t)
{
	if (l->used + t->n > BUFFER) return false;
	memcpy(l->filling + l->used, t->p, t->n);
	l->used += t->n;
	return true;
}

void log_write(struct log *l, enum log_level level, const char *event,
               const struct log_field *fields)
{
	if (!log_wants(l, level)) return;
	struct line t;
	t.n = 0;
	enum log_form form = l->o.form;
	if (form == LOG_FORM_JSON) put_char(&t, '{');
	put_time(&t, form);
	put_field(&t, form,
	          &(struct log_field){ .name = "level",
	                               .kind = LOG_FIELD_TEXT,
	                               .text = str_of(level_names[level]) });
	put_field(&t, form,
	          &(struct log_field){
			  .name = "event", .kind = LOG_FIELD_TEXT, .text = str_of(event) });
	/* A field begins only while it fits whole, so that a long line stays readable JSON. */
	for (; fields->kind != LOG_FIELD_END && t.n < LINE - 128; fields++) {
		struct log_field f = *fields;
		size_t most = (LINE - 64 - t.n) / 6;
		if (f.text.n > most) {
			while (most > 0 && ((unsigned char)f.text.p[most] & 0xc0) == 0x80) most--;
			f.text.n = most;
		}
		put_field(&t, form, &f);
	}
	if (form == LOG_FORM_JSON) t.p[t.n++] = '}';
	t.p[t.n++] = '\n';
	lock_take(&l->lock);
	bool idle = l->used == 0;
	bool fits = append(l, &t);
	if (fits && idle) lock_bell_ring(&l->said);
	lock_give(&l->lock);
	if (!fits) atomic_fetch_add_explicit(&l->dropped, 1, memory_order_relaxed);
}

void log_failure(struct log *l, enum log_level level, const char *event, const struct err *e)
{
	log_say(l, level, event, log_text("error", str_of(err_kind(e->code)->word)),
	        log_text("where", str_of(e->where)), log_text("message", str_of(e->pub)),
	        log_text("cause", str_of(e->priv)));
}

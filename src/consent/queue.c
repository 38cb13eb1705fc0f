/* Entries that could not be written to the ledger: kept in a file of their own, a line each, synced before the answer goes
 * out, and in memory. Withdrawing must never wait for a store. */
#include "consent/inside.h"

#include "io/io.h"
#include "json/json.h"
#include "text/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { QUEUE_BYTES = 256 << 20, LINE_BYTES = 4 << 20 };

static void copy_line(struct arena *a, const struct consent_line *from, struct consent_line *to)
{
	*to = *from;
	to->salt = arena_str(a, from->salt);
	to->receipt = arena_str(a, from->receipt);
	to->before = arena_str(a, from->before);
	to->after = arena_str(a, from->after);
	to->ui_hash = arena_str(a, from->ui_hash);
	to->ui_html = arena_str(a, from->ui_html);
}

/* Called with the lock. */
static void link_up(struct consent *c, const struct consent_line *l)
{
	struct consent_waiting *w = calloc(1, sizeof *w);
	ensure(w != NULL);
	copy_line(&w->arena, l, &w->line);
	if (c->last) c->last->next = w;
	else c->first = w;
	c->last = w;
}

static void put_line(struct buf *b, const struct consent_line *l)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member_int(&j, "tenant", l->tenant.v);
	json_member(&j, "salt", l->salt);
	json_member_int(&j, "at", l->at);
	json_member_int(&j, "ends", l->ends);
	json_member(&j, "receipt", l->receipt);
	json_member(&j, "before", l->before);
	json_member(&j, "after", l->after);
	json_member(&j, "ui_hash", l->ui_hash);
	json_member(&j, "ui_html", l->ui_html);
	json_close(&j, '}');
	buf_put_char(b, '\n');
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n <= 0) return false;
		s = str_from(s, (size_t)n);
	}
	return fsync(fd) == 0;
}

/* Called with the lock: a withdrawal that is not on disk when the answer goes would be lost with the process, so this one
 * write is waited for. */
static void write_line(struct consent *c, const struct consent_line *l)
{
	auto_buf b = BUF_INIT(LINE_BYTES);
	put_line(&b, l);
	int fd = open(c->queue_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && !b.over && write_all(fd, buf_str(&b));
	if (fd >= 0) close(fd);
	c->queue_lost |= !ok;
}

void consent_queue_push(struct consent *c, const struct consent_line *l)
{
	lock_take(&c->lock);
	link_up(c, l);
	write_line(c, l);
	lock_give(&c->lock);
}

bool consent_waits(struct consent *c)
{
	lock_take(&c->lock);
	bool waits = c->first != NULL;
	lock_give(&c->lock);
	return waits;
}

size_t consent_queue_copy(struct consent *c, struct arena *a, struct consent_line **out)
{
	VEC(struct consent_line) v = { 0 };
	lock_take(&c->lock);
	for (struct consent_waiting *w = c->first; w; w = w->next) copy_line(a, &w->line, vec_add(a, &v));
	lock_give(&c->lock);
	*out = v.p;
	return v.n;
}

static bool is_among(const struct consent_line *lines, size_t n, struct str salt)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(lines[i].salt, salt)) return true;
	return false;
}

void consent_queue_drop(struct consent *c, const struct consent_line *lines, size_t n)
{
	auto_buf b = BUF_INIT(QUEUE_BYTES);
	struct err ignored = { 0 };
	lock_take(&c->lock);
	c->last = NULL;
	for (struct consent_waiting **at = &c->first; *at;) {
		struct consent_waiting *w = *at;
		if (is_among(lines, n, w->line.salt)) {
			*at = w->next;
			arena_done(&w->arena);
			free(w);
			continue;
		}
		put_line(&b, &w->line);
		c->last = w;
		at = &w->next;
	}
	/* A file that stays as it was is read again at the next start and changes nothing: entries are known by their salt. */
	c->queue_lost = !io_replace(c->queue_path, buf_str(&b), 0600, &ignored) && b.n > 0;
	lock_give(&c->lock);
}

static void read_line(struct consent *c, struct str text)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	/* The last line of a process that died while writing it: its answer was never sent. */
	if (!json_read(text, &doc, &ignored)) return;
	const struct json_node *n = json_root(doc);
	struct consent_line l = {
		.tenant = { json_int(json_get(n, "tenant"), 0) }, .salt = json_text(json_get(n, "salt")), .at = json_int(json_get(n, "at"), 0),
		.ends = json_int(json_get(n, "ends"), 0), .receipt = json_text(json_get(n, "receipt")), .before = json_text(json_get(n, "before")),
		.after = json_text(json_get(n, "after")), .ui_hash = json_text(json_get(n, "ui_hash")), .ui_html = json_text(json_get(n, "ui_html")),
	};
	if (l.tenant.v > 0 && l.salt.n == 2 * CONSENT_SALT && l.before.n && l.after.n) link_up(c, &l);
}

bool consent_queue_open(struct consent *c, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str all, line;
	if (!io_read(&a, c->queue_path, QUEUE_BYTES, &all, e)) {
		if (e->code != ERR_NOT_FOUND) return false;
		*e = (struct err){ 0 };
		return true;
	}
	while (all.n && str_cut(&all, '\n', &line))
		if (line.n) read_line(c, line);
	return true;
}

void consent_queue_close(struct consent *c)
{
	while (c->first) {
		struct consent_waiting *w = c->first;
		c->first = w->next;
		arena_done(&w->arena);
		free(w);
	}
	c->last = NULL;
}

/* Saying things on somebody's terminal or pipe: lines, tables, progress. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "ingest/ingest.h"
#include "text/text.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* In a server, nobody may hold up its end by not reading: a full pipe is waited for in short steps, until
 * the command is cancelled. On the command line the system's own waiting is right. */
static bool wait_for_room(const struct cli *c, int fd)
{
	enum { STEP_MS = 100 };
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	while (poll(&p, 1, 0) == 0) {
		if (cancel_fired(c->cancel)) {
			errno = ECANCELED;
			return false;
		}
		(void)poll(&p, 1, STEP_MS);
	}
	return true;
}

bool cli_write(const struct cli *c, int fd, struct str s)
{
	while (s.n) {
		/* A pipe that has room takes this much without blocking. */
		size_t most = c->in_server ? num_min(s.n, (size_t)PIPE_BUF) : s.n;
		if (c->in_server && !wait_for_room(c, fd)) return false;
		ssize_t n = write(fd, s.p, most);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

void cli_say(struct cli *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&c->text, fmt, ap);
	va_end(ap);
	buf_put_char(&c->text, '\n');
}

bool cli_flush(struct cli *c, struct err *e)
{
	struct str s;
	if (!buf_end(&c->text, &s, e)) return false;
	bool ok = cli_write(c, c->out, s);
	buf_clear(&c->text);
	/* A reader that has seen enough (`| head`) is no failure. */
	return ok || errno == EPIPE || err_os(e, "write to standard output");
}

void cli_note(struct cli *c, const char *fmt, ...)
{
	va_list ap;
	auto_buf b = BUF_INIT(1 << 16);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	buf_put_char(&b, '\n');
	(void)cli_write(c, c->err, buf_str(&b)); /* nowhere left to say that saying failed */
}

/* --- tables -------------------------------------------------------------------------------------- */

struct cli_table {
	struct cli *cli;
	size_t ncolumns;
	unsigned right;
	const char *const *headings;
	VEC(struct str) cells;
};

struct cli_table *cli_table_new(struct cli *c, size_t ncolumns, const char *const *headings, unsigned right)
{
	struct cli_table *t = arena_new(&c->arena, struct cli_table);
	*t = (struct cli_table){ .cli = c, .ncolumns = ncolumns, .right = right, .headings = headings };
	return t;
}

void cli_table_cell(struct cli_table *t, struct str text)
{
	/* Controls would break the table, or the terminal. */
	struct str copy = arena_str(&t->cli->arena, text);
	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)copy.p[i] < ' ' || copy.p[i] == 0x7f) ((char *)(uintptr_t)copy.p)[i] = ' ';
	vec_push(&t->cli->arena, &t->cells, copy);
}

static void put_row(struct cli_table *t, const struct str *cells, const size_t *widths)
{
	struct buf *b = &t->cli->text;
	for (size_t i = 0; i < t->ncolumns; i++) {
		size_t fill = widths[i] - num_min(widths[i], text_length(cells[i]));
		bool right = t->right >> i & 1;
		if (i) buf_lit(b, "  ");
		for (size_t k = 0; right && k < fill; k++) buf_put_char(b, ' ');
		buf_put(b, cells[i]);
		for (size_t k = 0; !right && k < fill && i + 1 < t->ncolumns; k++) buf_put_char(b, ' ');
	}
	buf_put_char(b, '\n');
}

void cli_table_print(struct cli_table *t)
{
	struct arena *a = &t->cli->arena;
	size_t *widths = arena_array(a, size_t, t->ncolumns);
	struct str *heads = arena_array(a, struct str, t->ncolumns);
	for (size_t i = 0; i < t->ncolumns; i++) {
		heads[i] = str_of(t->headings[i]);
		widths[i] = text_length(heads[i]);
	}
	for (size_t i = 0; i < t->cells.n; i++) {
		size_t n = text_length(t->cells.p[i]);
		if (n > widths[i % t->ncolumns]) widths[i % t->ncolumns] = num_min(n, (size_t)60);
	}
	put_row(t, heads, widths);
	for (size_t i = 0; i + t->ncolumns <= t->cells.n; i += t->ncolumns) put_row(t, t->cells.p + i, widths);
}

/* --- progress ------------------------------------------------------------------------------------ */

static const char *const phases[] = { "unpacking", "proving", "loading", "finishing" };

void cli_progress_start(struct cli_progress *p, struct cli *c, struct str name)
{
	*p = (struct cli_progress){ .cli = c, .terminal = isatty(c->err) == 1, .started_ns = clock_monotonic_ns(), .phase = -1, .name = name };
}

static void draw_bar(struct cli_progress *p, const struct ingest_progress *now, double part, double seconds)
{
	enum { CELLS = 24 };
	auto_buf b = BUF_INIT(1024);
	int full = (int)(part * CELLS);
	buf_printf(&b, "\r\033[K%-9s [", phases[now->phase]);
	for (int i = 0; i < CELLS; i++) buf_put_char(&b, i < full ? '#' : '.');
	buf_printf(&b, "] %3d %%", (int)(part * 100));
	if (now->rows) buf_printf(&b, "  %lld rows", (long long)now->rows);
	if (now->rows && seconds > 0.2) buf_printf(&b, "  %lld rows/s", (long long)((double)now->rows / seconds));
	if (part > 0.02 && part < 1) buf_printf(&b, "  %d s left", (int)(seconds / part * (1 - part) + 0.5));
	(void)cli_write(p->cli, p->cli->err, buf_str(&b));
}

void cli_progress_show(void *progress, const struct ingest_progress *now)
{
	struct cli_progress *p = progress;
	int64_t at = clock_monotonic_ns();
	double part = now->total > 0 ? (double)now->bytes / (double)now->total : 0;
	double seconds = (double)(at - p->started_ns) / 1e9;
	if (part > 1) part = 1;
	if (p->phase != (int)now->phase) p->tenths = 0;
	if (p->terminal) {
		if (at - p->drawn_ns < 100000000 && p->phase == (int)now->phase) return;
		draw_bar(p, now, part, seconds);
		p->drawn_ns = at;
	} else if (seconds > 2 && at - p->drawn_ns > 2000000000) {
		/* Quick work needs no lines in a log. */
		cli_note(p->cli, "%.*s: %s, %d %%, %lld rows", STR_ARG(p->name), phases[now->phase], (int)(part * 100), (long long)now->rows);
		p->drawn_ns = at;
	}
	p->phase = (int)now->phase;
}

void cli_progress_bytes(struct cli_progress *p, int64_t bytes, int64_t total)
{
	int64_t at = clock_monotonic_ns();
	double seconds = (double)(at - p->started_ns) / 1e9, mb = (double)bytes / 1e6;
	if (at - p->drawn_ns < (p->terminal ? 100000000 : 2000000000) || seconds < 0.5) return;
	auto_buf b = BUF_INIT(1024);
	buf_printf(&b, "%s%.*s: %.1f MB", p->terminal ? "\r\033[K" : "", STR_ARG(p->name), mb);
	if (total > 0) buf_printf(&b, " of %.1f MB", (double)total / 1e6);
	buf_printf(&b, ", %.1f MB/s", mb / seconds);
	if (total > bytes && bytes > 0) buf_printf(&b, ", %.0f s left", seconds * (double)(total - bytes) / (double)bytes);
	if (!p->terminal) buf_put_char(&b, '\n');
	(void)cli_write(p->cli, p->cli->err, buf_str(&b));
	p->drawn_ns = at;
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->terminal && p->drawn_ns) (void)cli_write(p->cli, p->cli->err, STR("\r\033[K"));
}

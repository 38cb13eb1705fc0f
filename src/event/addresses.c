/* Whole addresses of the security log, for who runs the server and has been told to keep them (LOG-1): a file a day below <data>/operator, each line
 * sealed with the keys of the server, for as many days as the setting address_log_days says, and nowhere else. No portal can read it,
 * and nothing joins it with the audience. Off unless that setting is above 0. */
#include "event/inside.h"
#include "io/io.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define DAY_US INT64_C(86400000000)
enum { LINE_BYTES = 512, FILE_BYTES = 256 << 20 };

static struct str folder_of(const struct addresses *k, struct arena *a) { return arena_printf(a, "%.*s/operator", STR_ARG(k->folder)); }

static struct str path_of(const struct addresses *k, struct arena *a, int64_t us)
{
	struct civil c;
	clock_civil_of_us(us, &c);
	return arena_printf(a, "%.*s/operator/addresses-%04d-%02d-%02d.log", STR_ARG(k->folder), (int)c.year, c.month, c.day);
}

/* Written first as they are, then sealed: what is not sealed never leaves memory. */
static bool put_line(const struct addresses *k, struct buf *out, const struct address_line *l, struct err *e)
{
	auto_buf plain = BUF_INIT(LINE_BYTES);
	clock_put_instant(&plain, l->at_us, clock_utc());
	buf_printf(&plain, " portal=%lld %s account=%lld %s", (long long)l->tenant.v, l->kind, (long long)l->account, l->address);
	bool ok = vault_seal(k->vault, STR("operator"), STR("address"), buf_str(&plain), out, e);
	explicit_bzero(plain.p, plain.n);
	buf_lit(out, "\n");
	return ok;
}

bool addresses_write(const struct addresses *k, const struct address_line *lines, size_t n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(FILE_BYTES);
	if (!k->vault || !n) return true;
	for (size_t i = 0; i < n; i++)
		if (lines[i].address[0] && !put_line(k, &b, &lines[i], e)) return false;
	if (!b.n) return true;
	if (!io_make_folders(folder_of(k, &a).p, e)) return false;
	int fd = open(path_of(k, &a, lines[0].at_us).p, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) return err_os(e, "open the log of addresses");
	ssize_t got = write(fd, b.p, b.n);
	close(fd);
	return got == (ssize_t)b.n || err_set(e, ERR_SYSTEM, "the log of addresses could not be written whole");
}

void event_addresses_sweep(struct str folder, int64_t days, struct instant now)
{
	auto_arena a = ARENA_INIT;
	struct addresses k = { .folder = folder };
	struct str keep = path_of(&k, &a, now.us - (days - 1) * DAY_US), dir = folder_of(&k, &a);
	DIR *d = opendir(dir.p);
	/* Names sort as their days do. */
	for (struct dirent *f; d && (f = readdir(d));) {
		struct str own = arena_printf(&a, "%.*s/%s", STR_ARG(dir), f->d_name);
		if (str_starts(str_of(f->d_name), STR("addresses-")) && (days <= 0 || str_cmp(own, keep) < 0)) unlink(own.p);
	}
	if (d) closedir(d);
}

bool event_addresses_read(struct vault *v, struct str folder, struct str day, struct arena *a, struct str **lines, size_t *n, struct err *e)
{
	VEC(struct str) list = { 0 };
	struct str text, line, path = arena_printf(a, "%.*s/operator/addresses-%.*s.log", STR_ARG(folder), STR_ARG(day));
	if (!io_read(a, path.p, FILE_BYTES, &text, e)) {
		if (e->code != ERR_NOT_FOUND) return false;
		*e = (struct err){ 0 };
		return err_set(e, ERR_NOT_FOUND, "no addresses are kept of that day");
	}
	while (str_cut(&text, '\n', &line)) {
		struct str plain;
		if (!line.n) continue;
		if (!vault_unseal(v, STR("operator"), STR("address"), line, a, &plain, e)) return false;
		vec_push(a, &list, plain);
	}
	*lines = list.p;
	*n = list.n;
	return true;
}

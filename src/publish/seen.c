/* Previews that were looked at a moment ago: going from page to page, or back, asks the cage once. An answer is kept as a file under a hash of
 * everything it was made of, for some minutes, beside the data it shows. What depends on more than that (other datasets, answers of other servers,
 * the time of day) is not kept. */
#include "publish/seen.h"

#include "io/io.h"
#include "publish/supply.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LIFE_S = 900, MOST_BYTES = 16 << 20 };

static struct str folder_of(const struct site *s, struct arena *a) { return arena_printf(a, "%.*s/previews", STR_ARG(s->folder)); }

static void put(struct buf *b, struct str s) { buf_printf(b, "%zu:%.*s,", s.n, STR_ARG(s)); }

struct str publish_seen_path(const struct publish_road *r, int rows)
{
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	auto_buf b = BUF_INIT(64 << 20);
	const struct publish_source_file *f = r->sources.n == 1 ? &r->sources.p[0] : NULL;
	struct str processors = publish_json_of(r->a, json_get(r->config.doc, "processors"));
	if (!f || !f->hash.n || r->nsupplies || str_find(processors, STR("now")) >= 0) return STR("");
	buf_printf(&b, "%lld %lld %d %llu ", (long long)r->tenant.v, (long long)r->config.dataset, rows,
	           (unsigned long long)publish_seed(r->site, r->config.dataset));
	put(&b, f->hash);
	put(&b, f->name);
	put(&b, f->mime);
	put(&b, publish_json_of(r->a, f->resource));
	put(&b, processors);
	put(&b, r->fields);
	put(&b, r->former.columns);
	put(&b, r->former.types);
	if (b.over) return STR("");
	crypt_sha256(buf_str(&b), digest);
	crypt_hex(digest, sizeof digest, hex);
	return arena_printf(r->a, "%.*s/%s", STR_ARG(folder_of(r->site, r->a)), hex);
}

static bool is_young(const struct stat *s) { return time(NULL) - s->st_mtime < LIFE_S; }

bool publish_seen_read(const struct publish_road *r, struct str path, struct str *json)
{
	struct stat s;
	struct err ignored = { 0 };
	return path.n && stat(path.p, &s) == 0 && is_young(&s) && io_read(r->a, path.p, MOST_BYTES, json, &ignored);
}

void publish_seen_sweep(struct site *site, bool all)
{
	auto_arena a = ARENA_INIT;
	struct stat s;
	struct str folder = folder_of(site, &a);
	DIR *d = opendir(folder.p);
	if (!d) return; /* there was none yet */
	for (struct dirent *f; (f = readdir(d));) {
		struct str path = arena_printf(&a, "%.*s/%s", STR_ARG(folder), f->d_name);
		if (f->d_name[0] != '.' && stat(path.p, &s) == 0 && (all || !is_young(&s))) unlink(path.p);
	}
	closedir(d);
}

void publish_seen_keep(const struct publish_road *r, struct str path, struct str json)
{
	if (!path.n || json.n > MOST_BYTES) return;
	if (mkdir(folder_of(r->site, r->a).p, 0700) != 0 && errno != EEXIST) return;
	/* Renamed into place whole, and not waited for: one that a crash loses is made again. */
	struct str beside = arena_printf(r->a, "%.*s/.XXXXXX", STR_ARG(folder_of(r->site, r->a)));
	int fd = mkostemp((char *)(uintptr_t)beside.p, O_CLOEXEC); /* just made, ours to change */
	if (fd < 0) return;
	bool whole = true;
	for (size_t at = 0; whole && at < json.n;) {
		ssize_t n = write(fd, json.p + at, json.n - at);
		whole = n > 0;
		at += whole ? (size_t)n : 0;
	}
	if (close(fd) != 0 || !whole || rename(beside.p, path.p) != 0) unlink(beside.p);
}

/* Pictures and documents that came in an archive beside a table become files of the dataset, where a field of type file names them: by their
 * path in the archive, or by their name alone. What could not be kept is told; the records are published all the same. */
#include "publish/inside.h"
#include "publish/need.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FILES = 20000, BLOCK = 1 << 16 };

struct heap { struct site *site; int fd; struct map by_name; };

static bool copy_part(int from, const struct ingest_beside *x, int to, struct err *e)
{
	char block[BLOCK];
	for (int64_t done = 0; done < x->bytes;) {
		ssize_t n = pread(from, block, (size_t)num_min(x->bytes - done, (int64_t)BLOCK), x->at + done);
		if (n <= 0 || write(to, block, (size_t)n) != n) return err_os(e, "copy of what lay in an archive");
		done += n;
	}
	return lseek(to, 0, SEEK_SET) == 0 || err_os(e, "seek in what lay in an archive");
}

static int open_beside(void *arg, struct arena *a, struct str name)
{
	struct heap *h = arg;
	struct err ignored = { 0 };
	int fd;
	(void)a;
	if (str_starts(name, STR("./"))) name = str_from(name, 2);
	const struct ingest_beside *x = map_get_or_null(&h->by_name, name);
	if (!x || !need_file(h->site, &fd, &ignored)) return -1;
	if (copy_part(h->fd, x, fd, &ignored)) return fd;
	close(fd);
	return -1;
}

/* By path; a name alone stands for the first file that has it. */
static size_t read_heap(struct heap *h, struct arena *a)
{
	size_t n = 0;
	int64_t at = 0;
	struct ingest_beside x;
	while (n < FILES && ingest_beside_next(h->fd, &at, a, &x)) {
		struct ingest_beside *one = arena_new(a, struct ingest_beside);
		struct str base = str_from(x.name, (size_t)(str_rfind_char(x.name, '/') + 1));
		*one = x;
		map_put(a, &h->by_name, x.name, one);
		if (!map_get_or_null(&h->by_name, base)) map_put(a, &h->by_name, base, one);
		n++;
	}
	return n;
}

static bool has_files(const struct publish_road *r)
{
	const struct catalog_view *v;
	struct err ignored = { 0 };
	bool found = false;
	if (!catalog_hold(r->site->catalog, r->tenant, &v, &ignored)) return false;
	const struct dataset *d = catalog_find_or_null(v, r->config.slug);
	for (size_t i = 0; d && i < d->schema.n; i++) found |= d->schema.fields[i].type == VALUE_FILE;
	catalog_release(r->site->catalog, v);
	return found;
}

static void keep(struct publish_road *r, struct heap *h)
{
	auto_arena a = ARENA_INIT;
	struct publish_folder_result out;
	struct err e = { 0 };
	size_t n = read_heap(h, &a);
	const struct publish_folder p = { .tenant = r->tenant, .dataset = r->config.slug, .cancel = r->watch ? r->watch->cancel : NULL };
	const struct publish_found from = { open_beside, h, true };
	if (n == 0) return;
	if (!has_files(r))
		publish_say(r, 1, "The archive holds %zu pictures or documents beside the table. Give the field that names them the type file, and they are published too.", n);
	else if (!publish_named(r->site, &p, &from, &a, &out, &e)) publish_say(r, 1, "The pictures and documents of the archive could not be kept: %s", e.pub);
	else if (out.missing)
		publish_say(r, 1, "%zu files of the archive were kept; %zu that records name are not in it, the first being “%.*s”.", out.stored, out.missing, STR_ARG(str_sub(out.first_missing[0], 0, 100)));
	else publish_say(r, 0, "%zu files of the archive were kept.", out.stored);
}

void publish_beside(struct publish_road *r, struct str path)
{
	struct heap h = { .site = r->site };
	h.fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (h.fd < 0) return; /* there was nothing */
	keep(r, &h);
	close(h.fd);
	unlink(path.p);
}

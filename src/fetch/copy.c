/* Files that were brought: how they are written (hashed on the way, the disk's room looked at before), and what is kept of them. A
 * copy spares bringing a source again within minutes, and is where a download that broke off goes on. Copies of folders stay until
 * they are forgotten; others are swept after a day. */
#include "fetch/inside.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "fetched-"
enum { NAME = 20, SPARE_MB = 32, DAY_S = 86400, ROOM_SHIFT = 26, PIECE = 1 << 20 };

/* --- rows ---------------------------------------------------------------------------------------------------- */

static struct fetch_copy of_row(struct fetching *f, struct store_rows *r, int c)
{
	return (struct fetch_copy){ .file = arena_str(f->a, store_text(r, c)), .name = arena_str(f->a, store_text(r, c + 1)), .mime = arena_str(f->a, store_text(r, c + 2)),
		                    .bytes = store_int(r, c + 3), .known = arena_str(f->a, store_text(r, c + 4)), .at = store_int(r, c + 5), .whole = store_int(r, c + 6) != 0 };
}

bool fetch_copy_read(struct fetching *f, struct str item, struct fetch_copy *out, bool *found, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	*found = false;
	*out = (struct fetch_copy){ .item = item };
	if (!store_begin(f->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &fetch_q[FETCH_Q_copy], f->r->tenant, STORE_PARAMS(VALUE_OF_INT(f->r->dataset), VALUE_OF_TEXT(f->mark), VALUE_OF_TEXT(item)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) {
			*out = of_row(f, r, 0);
			out->item = item;
			struct stat st;
			*found = stat(arena_printf(f->a, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(out->file)).p, &st) == 0 && st.st_size == out->bytes;
			if (!*found) *out = (struct fetch_copy){ .item = item };
		}
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

bool fetch_copy_list(struct fetching *f, struct fetch_copy **out, size_t *n, struct err *e)
{
	VEC(struct fetch_copy) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(f->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &fetch_q[FETCH_Q_copies], f->r->tenant, STORE_PARAMS(VALUE_OF_INT(f->r->dataset), VALUE_OF_TEXT(f->mark)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct fetch_copy c = of_row(f, r, 1);
			c.item = arena_str(f->a, store_text(r, 0));
			vec_push(f->a, &list, c);
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

/* The file that a row named before goes when the row names another. */
static void remove_file(struct fetching *f, struct str file)
{
	if (str_starts(file, STR(PREFIX))) unlink(arena_printf(f->a, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(file)).p);
}

bool fetch_copy_write(struct fetching *f, const struct fetch_copy *c, struct err *e)
{
	struct store_tx *tx;
	struct fetch_copy former;
	bool had;
	if (!fetch_copy_read(f, c->item, &former, &had, e) || !store_begin(f->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &fetch_q[FETCH_Q_copy_put], f->r->tenant,
	                    STORE_PARAMS(VALUE_OF_INT(f->r->dataset), VALUE_OF_TEXT(f->mark), VALUE_OF_TEXT(c->item), VALUE_OF_TEXT(c->file), VALUE_OF_TEXT(c->name),
	                                 VALUE_OF_TEXT(c->mime), VALUE_OF_INT(c->bytes), VALUE_OF_TEXT(c->known), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(c->whole)), e);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	if (had && !str_eq(former.file, c->file)) remove_file(f, former.file);
	return true;
}

bool fetch_copy_drop(struct fetching *f, struct str item, struct err *e)
{
	struct store_tx *tx;
	struct fetch_copy former;
	bool had;
	if (!fetch_copy_read(f, item, &former, &had, e) || !store_begin(f->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &fetch_q[FETCH_Q_copy_drop], f->r->tenant, STORE_PARAMS(VALUE_OF_INT(f->r->dataset), VALUE_OF_TEXT(f->mark), VALUE_OF_TEXT(item)), e);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	if (had) remove_file(f, former.file);
	return true;
}

bool fetch_copy_recent(const struct fetch_copy *c)
{
	int64_t age = clock_now().us - c->at;
	return c->whole && age >= 0 && age < (int64_t)FETCH_COPY_S * 1000000;
}

bool fetch_copy_give(struct fetching *f, const struct fetch_copy *c)
{
	int fd = open(arena_printf(f->a, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(c->file)).p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return false;
	vec_push(f->a, &f->out, (struct fetch_result){ .fd = fd, .name = c->name, .mime = c->mime, .bytes = c->bytes, .known = c->known });
	return true;
}

/* --- a file being written ------------------------------------------------------------------------------------------ */

static bool hash_what_is_there(struct fetch_file *x, struct err *e)
{
	char *piece = arena_bytes(x->f->a, PIECE);
	ssize_t got;
	while ((got = pread(x->fd, piece, PIECE, x->bytes)) > 0) {
		crypt_sha256_add(x->hash, str_make(piece, (size_t)got));
		x->last = piece[got - 1];
		x->bytes += got;
	}
	return got == 0 || err_os(e, "read what was fetched");
}

static struct str path_of(const struct fetch_file *x) { return arena_printf(x->f->a, "%.*s/%.*s", STR_ARG(x->f->folder), STR_ARG(x->name)); }

bool fetch_file_open(struct fetching *f, struct str name, struct fetch_file *out, struct err *e)
{
	struct fetch_file x = { .f = f, .name = name, .fd = -1, .total = -1, .hash = arena_new(f->a, struct crypt_sha256_state) };
	char random[NAME + 1];
	crypt_random_base36(random, NAME);
	if (!name.n) x.name = arena_printf(f->a, PREFIX "%s", random);
	x.fd = open(path_of(&x).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (x.fd < 0) return err_os(e, "open a file for a source");
	crypt_sha256_start(x.hash);
	if (!hash_what_is_there(&x, e)) {
		close(x.fd);
		return false;
	}
	*out = x;
	return true;
}

bool fetch_file_begin(struct fetch_file *x, bool whole, int64_t total, struct err *e)
{
	int64_t room;
	if (whole && x->bytes) {
		if (ftruncate(x->fd, 0) != 0) return err_os(e, "empty a file for a source");
		x->bytes = 0;
		crypt_sha256_start(x->hash);
	}
	x->total = total;
	if (total <= 0) return true;
	if (!io_free_bytes(x->f->folder.p, &room, e)) return false;
	if (total - x->bytes > room - ((int64_t)SPARE_MB << 20))
		return err_set(e, ERR_DISK_FULL, "The source has %lld MB, and the portal's disk has room for %lld MB. Make room, or ask the operator to.",
		               (long long)((total >> 20) + 1), (long long)num_max(0, (room >> 20) - SPARE_MB));
	return true;
}

bool fetch_file_take(struct fetch_file *x, struct str bytes, struct err *e)
{
	/* How much will come is not always said. */
	if (x->bytes >> ROOM_SHIFT != (x->bytes + (int64_t)bytes.n) >> ROOM_SHIFT) {
		int64_t room;
		if (!io_free_bytes(x->f->folder.p, &room, e)) return false;
		if (room < io_spare_bytes(x->f->folder.p, x->f->site->conf ? x->f->site->conf->disk_free_mb : -1))
			return err_set(e, ERR_DISK_FULL, "The source does not fit on the portal's disk. Make room, or ask the operator to.");
	}
	crypt_sha256_add(x->hash, bytes);
	if (bytes.n) x->last = bytes.p[bytes.n - 1];
	while (bytes.n) {
		ssize_t n = pwrite(x->fd, bytes.p, bytes.n, x->bytes);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "write a source");
		bytes = str_from(bytes, (size_t)n);
		x->bytes += n;
	}
	return true;
}

bool fetch_file_whole(struct fetch_file *x, bool ended, struct err *e)
{
	struct fetch_known then = fetch_known_read(x->f->a, x->f->r->known);
	if (ended || !then.lines || x->last == '\n' || x->bytes == 0) return true;
	fetch_file_abandon(x, false);
	return err_set(e, ERR_UPSTREAM, "The other server seems to have broken off in the middle of a line: it does not say how long the file is, and the file ended with a whole line before. "
	                                "If it is meant to end so, publish by hand.");
}

void fetch_file_tick(struct fetch_file *x)
{
	const struct fetch_request *r = x->f->r;
	if (r->progress) r->progress(r->arg, x->f->done + x->bytes, x->total < 0 ? 0 : x->f->done + x->total);
}

bool fetch_file_end(struct fetch_file *x, struct str *sha256, struct err *e)
{
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256_end(x->hash, hash);
	crypt_hex(hash, sizeof hash, hex);
	*sha256 = arena_str(x->f->a, str_of(hex));
	bool ok = fdatasync(x->fd) == 0 || err_os(e, "sync a source");
	close(x->fd);
	x->fd = -1;
	if (!ok) unlink(path_of(x).p);
	return ok;
}

void fetch_file_abandon(struct fetch_file *x, bool keep)
{
	if (x->fd >= 0) close(x->fd);
	x->fd = -1;
	if (!keep) unlink(path_of(x).p);
}

bool fetch_settle(struct fetching *f, struct fetch_file *x, struct fetch_copy *c, struct str etag, struct str modified, struct err *e)
{
	struct fetch_known k = { .etag = etag, .modified = modified, .bytes = x->bytes, .lines = x->last == '\n' };
	c->file = x->name;
	c->bytes = x->bytes;
	c->whole = true;
	f->done += x->bytes;
	if (!fetch_file_end(x, &k.sha256, e)) return false;
	c->known = fetch_known_text(f->a, &k);
	bool same = f->r->known.n && !c->item.n && str_eq(fetch_known_read(f->a, f->r->known).sha256, k.sha256);
	bool ok = fetch_copy_write(f, c, e) && (same || fetch_copy_give(f, c) || err_os(e, "open what was fetched"));
	if (ok && same) vec_push(f->a, &f->out, (struct fetch_result){ .unchanged = true, .fd = -1, .name = c->name, .mime = c->mime, .bytes = c->bytes, .known = c->known });
	/* Without a dataset no row keeps it: the open file is all there is. */
	if (!ok || f->r->dataset == 0) unlink(path_of(x).p);
	return ok;
}

/* --- what is known ------------------------------------------------------------------------------------------------------- */

struct fetch_known fetch_known_read(struct arena *a, struct str json)
{
	const struct json_node *o;
	struct err ignored = { 0 };
	if (!json.n || !json_read_in(a, json, &o, &ignored)) return (struct fetch_known){ 0 };
	return (struct fetch_known){ json_text(json_get(o, "sha256")), json_text(json_get(o, "etag")), json_text(json_get(o, "modified")), json_int(json_get(o, "bytes"), -1),
		                     json_bool(json_get(o, "lines"), false) };
}

struct str fetch_known_text(struct arena *a, const struct fetch_known *k)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "sha256", k->sha256);
	if (k->etag.n) json_member(&j, "etag", k->etag);
	if (k->modified.n) json_member(&j, "modified", k->modified);
	json_member_int(&j, "bytes", k->bytes);
	if (k->lines) json_member_bool(&j, "lines", true);
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

/* --- forgetting ----------------------------------------------------------------------------------------------------------- */

bool fetch_forget(struct site *s, struct tenant_id t, int64_t dataset, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str folder = arena_printf(&a, "%.*s/%lld/sources", STR_ARG(s->folder), (long long)t.v);
	VEC(struct str) files = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	if (store_ask(tx, &fetch_q[FETCH_Q_files_of], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(&a, &files, arena_str(&a, store_text(r, 0)));
		store_stop(r);
	}
	bool ok = step != STORE_FAILED && store_run(tx, &fetch_q[FETCH_Q_forget], t, STORE_PARAMS(VALUE_OF_INT(dataset)), e);
	if (!store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	for (size_t i = 0; i < files.n; i++)
		if (str_starts(files.p[i], STR(PREFIX))) unlink(arena_printf(&a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(files.p[i])).p);
	return true;
}

static bool is_kept(struct store_tx *tx, struct tenant_id t, struct str name, bool *kept, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, &fetch_q[FETCH_Q_has_file], t, STORE_PARAMS(VALUE_OF_TEXT(name)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*kept = step == STORE_ROW;
	store_stop(r);
	return step != STORE_FAILED;
}

/* Files that no row names: young ones may belong to a fetch on its way. */
static bool sweep_files(struct site *s, struct tenant_id t, struct str folder, struct err *e)
{
	struct store_tx *tx;
	struct dirent *entry;
	struct stat st;
	DIR *d = opendir(folder.p);
	bool ok = true, kept;
	if (!d) return true; /* none was brought yet */
	int64_t young = clock_now().us / 1000000 - DAY_S;
	if (!store_begin(s->store, STORE_READ, &tx, e)) {
		closedir(d);
		return false;
	}
	while (ok && (entry = readdir(d))) {
		struct str name = str_of(entry->d_name);
		if (!str_starts(name, STR(PREFIX)) || fstatat(dirfd(d), entry->d_name, &st, 0) != 0 || st.st_mtime > young) continue;
		ok = is_kept(tx, t, name, &kept, e);
		if (ok && !kept) unlinkat(dirfd(d), entry->d_name, 0);
	}
	closedir(d);

	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

bool fetch_sweep(struct site *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	bool ok = true;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; ok && i < n; i++) {
		struct store_tx *tx;
		if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
		ok = store_run(tx, &fetch_q[FETCH_Q_old], ids[i], STORE_PARAMS(VALUE_OF_INT(clock_now().us - (int64_t)DAY_S * 1000000)), e);
		ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
		ok = ok && sweep_files(s, ids[i], arena_printf(&a, "%.*s/%lld/sources", STR_ARG(s->folder), (long long)ids[i].v), e);
	}
	return ok;
}

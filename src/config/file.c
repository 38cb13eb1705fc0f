/* Files that are sent to be sources. Pieces go to the end of a file of their own, under a lock, so that an upload can go on where it
 * was cut off; once all of it is there it is kept under the hash of its content, once whatever it is called. */
#include "config/inside.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 80, PIECE = 1 << 20, JUST_SENT_S = 3600 };
#define USUAL_FILE_MB 10240

struct str config_sources(struct site *s, struct arena *a, struct tenant_id t)
{
	struct str files = catalog_files_folder(s->catalog, a, t);
	return arena_printf(a, "%.*s/sources", STR_ARG(str_sub(files, 0, (size_t)str_rfind_char(files, '/'))));
}

int64_t config_file_most(struct site *s, struct tenant_id t)
{
	int64_t mb = USUAL_FILE_MB;
	const struct tenant *portal = tenants_hold_or_null(s->tenants, t);
	if (!portal) return mb << 20;
	if (!str_to_int(tenant_setting(portal, "files.most_mb"), &mb) || mb < 1) mb = USUAL_FILE_MB;
	tenant_release(s->tenants, portal);
	return mb << 20;
}

/* What addresses and folders bear: "Données 2024.csv" is "donn_es_2024.csv". */
static struct str plain_name(struct arena *a, struct str name)
{
	struct str tail = str_from(name, (size_t)(str_rfind_char(name, '/') + 1));
	tail = str_from(tail, (size_t)(str_rfind_char(tail, '\\') + 1));
	if (tail.n > NAME_BYTES) tail = str_from(tail, tail.n - NAME_BYTES);
	char *p = arena_bytes(a, tail.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < tail.n; i++) {
		char c = tail.p[i];
		if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
		bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (c == '.' && n > 0);
		if (good) p[n++] = c;
		else if (n == 0 || p[n - 1] != '_') p[n++] = '_';
	}
	return n ? str_make(p, n) : STR("file");
}

static bool known(struct store_tx *tx, struct tenant_id t, struct str uid, struct arena *a, struct config_file *out, bool *found, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONFIG_Q(file_of), t, STORE_PARAMS(VALUE_OF_TEXT(uid)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*found = step == STORE_ROW;
	if (*found)
		*out = (struct config_file){ .uid = arena_str(a, uid), .dataset = store_int(r, 0), .who = store_int(r, 1), .name = arena_str(a, store_text(r, 2)), .mime = arena_str(a, store_text(r, 3)),
			.bytes = store_int(r, 4), .hash = arena_str(a, store_text(r, 6)), .created = { store_int(r, 7) } };
	store_stop(r);
	return step != STORE_FAILED;
}

static bool lookup(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct config_file *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	bool found = false;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = known(tx, t, uid, a, out, &found, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok) return false;
	return found || err_set(e, ERR_NOT_FOUND, "There is no uploaded file \"%.*s\".", STR_ARG(str_sub(uid, 0, 120)));
}

/* A name of its own: "data.csv", then "data_2.csv". */
static bool begin_alone(struct store_tx *tx, const struct config_piece *p, struct arena *a, struct config_file *out, struct err *e)
{
	struct str plain = plain_name(a, p->name), uid = plain;
	ptrdiff_t dot = str_rfind_char(plain, '.');
	size_t stem = dot > 0 ? (size_t)dot : plain.n;
	bool found = false;
	struct config_file other;
	for (int i = 2;; i++) {
		if (!known(tx, p->tenant, uid, a, &other, &found, e)) return false;
		if (!found) break;
		uid = arena_printf(a, "%.*s_%d%.*s", STR_ARG(str_sub(plain, 0, stem)), i, STR_ARG(str_from(plain, stem)));
	}
	struct instant now = clock_now();
	*out = (struct config_file){ .uid = uid, .dataset = p->dataset, .name = arena_str(a, p->name), .mime = arena_str(a, p->mime), .hash = STR(""), .created = now };
	return store_run(tx, CONFIG_Q(file_add), p->tenant,
	                 STORE_PARAMS(VALUE_OF_TEXT(uid), VALUE_OF_INT(p->dataset), VALUE_OF_INT(p->who), VALUE_OF_TEXT(p->name.n ? p->name : uid),
	                              VALUE_OF_TEXT(p->mime), VALUE_OF_INT(p->total), VALUE_OF_INT(now.us)), e);
}

static bool begin(struct site *s, const struct config_piece *p, struct arena *a, struct config_file *out, struct err *e)
{
	struct store_tx *tx;
	if (p->name.n > 1000) return err_set(e, ERR_PARAMETER, "The name of a file has 1000 bytes at most.");
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = begin_alone(tx, p, a, out, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- bytes ----------------------------------------------------------------------------------------------------- */

static bool write_all(int fd, struct str bytes, int64_t at, struct err *e)
{
	while (bytes.n) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, at);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "write a piece of an upload");
		bytes = str_from(bytes, (size_t)n);
		at += n;
	}
	return true;
}

static bool too_large(int64_t most, struct err *e)
{
	return err_set(e, ERR_TOO_LARGE, "A source file has %lld MB at most on this portal. Compress it (zip or gzip), or give its address instead.", (long long)(most >> 20));
}

static bool pour(int to, int from, int64_t *at, int64_t most, struct err *e)
{
	auto_buf b = BUF_INIT(PIECE);
	char *room = buf_room(&b, PIECE);
	ensure(room != NULL);
	for (;;) {
		ssize_t n = read(from, room, PIECE);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "read an upload");
		if (n == 0) return true;
		if (*at + n > most) return too_large(most, e);
		if (!write_all(to, str_make(room, (size_t)n), *at, e)) return false;
		*at += n;
	}
}

/* One writer at a time: the second is told where the file ends then. */
static bool append(int fd, const struct config_piece *p, int64_t most, int64_t *end, struct err *e)
{
	struct stat st;
	if (flock(fd, LOCK_EX)) return err_os(e, "lock an upload");
	if (fstat(fd, &st)) return err_os(e, "stat an upload");
	*end = st.st_size;
	if (p->offset != st.st_size)
		return err_set(e, ERR_CONFLICT, "The upload goes on at byte %lld, not %lld.", (long long)st.st_size, (long long)p->offset);
	if (p->fd_or_minus >= 0) return pour(fd, p->fd_or_minus, end, p->total >= 0 && p->total < most ? p->total : most, e);
	if (*end + (int64_t)p->bytes.n > most) return too_large(most, e);
	if (!write_all(fd, p->bytes, *end, e)) return false;
	*end += (int64_t)p->bytes.n;
	return true;
}

static bool hash_of(int fd, struct arena *a, struct str *out, struct err *e)
{
	struct crypt_sha256_state state;
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	auto_buf b = BUF_INIT(PIECE);
	char *room = buf_room(&b, PIECE);
	ensure(room != NULL);
	crypt_sha256_start(&state);
	for (int64_t at = 0;;) {
		ssize_t n = pread(fd, room, PIECE, at);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "read an upload back");
		if (n == 0) break;
		crypt_sha256_add(&state, str_make(room, (size_t)n));
		at += n;
	}
	crypt_sha256_end(&state, digest);
	crypt_hex(digest, sizeof digest, hex);
	*out = arena_str(a, str_of(hex));
	return true;
}

/* --- the end of a piece ----------------------------------------------------------------------------------------- */

static bool note_growth(struct site *s, const struct config_piece *p, const struct config_file *f, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	struct value uid = VALUE_OF_TEXT(f->uid), bytes = VALUE_OF_INT(f->bytes), now = VALUE_OF_INT(clock_now().us);
	bool ok = f->hash.n ? store_run(tx, CONFIG_Q(file_done), p->tenant, STORE_PARAMS(uid, bytes, VALUE_OF_TEXT(f->hash), now), e)
	                    : store_run(tx, CONFIG_Q(file_grown), p->tenant, STORE_PARAMS(uid, bytes, VALUE_OF_INT(p->total), now), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool finish(struct str folder, struct str part, int fd, struct arena *a, struct config_file *f, struct err *e)
{
	if (fsync(fd)) return err_os(e, "fsync an upload");
	if (!hash_of(fd, a, &f->hash, e)) return false;
	if (rename(part.p, arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(f->hash)).p)) return err_os(e, "rename an upload");
	return io_sync_folder(folder.p, e);
}

static struct str part_of(struct arena *a, struct str folder, struct str uid)
{
	return arena_printf(a, "%.*s/part-%.*s", STR_ARG(folder), STR_ARG(uid));
}

static bool grow(struct site *s, const struct config_piece *p, struct str folder, int64_t most, struct arena *a, struct config_file *f, struct err *e)
{
	struct str part = part_of(a, folder, f->uid);
	int fd = open(part.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) return err_os(e, "open an upload");
	bool ok = append(fd, p, most, &f->bytes, e);
	if (ok && p->total >= 0 && f->bytes > p->total)
		ok = err_set(e, ERR_PARAMETER, "More bytes came than the %lld that were announced.", (long long)p->total);
	if (ok && p->total >= 0 && f->bytes == p->total) ok = finish(folder, part, fd, a, f, e);
	ok = ok && note_growth(s, p, f, e);
	close(fd);
	return ok;
}

bool config_file_put(struct site *s, const struct config_piece *p, struct arena *a, struct config_file *out, struct err *e)
{
	struct config_file f;
	struct str folder = config_sources(s, a, p->tenant);
	int64_t most = config_file_most(s, p->tenant);
	if (p->total > most) return too_large(most, e);
	if (!io_make_folders(folder.p, e)) return false;
	if (!(p->uid.n ? lookup(s, p->tenant, p->uid, a, &f, e) : begin(s, p, a, &f, e))) return false;
	bool complete = f.hash.n != 0;
	if (complete && (p->offset != f.bytes || p->bytes.n))
		return err_set(e, ERR_CONFLICT, "The upload of \"%.*s\" is complete: %lld bytes.", STR_ARG(f.uid), (long long)f.bytes);
	if (!complete && !grow(s, p, folder, most, a, &f, e)) return false;
	*out = f;
	return true;
}

bool config_file_read(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct config_file *out, struct str *path, struct err *e)
{
	struct config_file f;
	struct stat st;
	if (!lookup(s, t, uid, a, &f, e)) return false;
	struct str folder = config_sources(s, a, t);
	*path = f.hash.n ? arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(f.hash)) : STR("");
	if (!f.hash.n) f.bytes = stat(part_of(a, folder, f.uid).p, &st) ? 0 : st.st_size;
	*out = f;
	return true;
}

bool config_files(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config_file **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	VEC(struct config_file) list = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CONFIG_Q(file_list), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct config_file){ .uid = arena_str(a, store_text(r, 0)), .name = arena_str(a, store_text(r, 1)), .mime = arena_str(a, store_text(r, 2)),
				.bytes = store_int(r, 3), .hash = arena_str(a, store_text(r, 4)), .created = { store_int(r, 5) }, .dataset = dataset });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

/* --- upkeep ------------------------------------------------------------------------------------------------------ */

/* In the transaction that drops the row, so that an upload of the same content does not come between. */
static bool drop(struct store_tx *tx, struct tenant_id t, struct str folder, struct str uid, struct str hash, struct arena *a, struct err *e)
{
	struct store_rows *r;
	if (!store_run(tx, CONFIG_Q(file_drop), t, STORE_PARAMS(VALUE_OF_TEXT(uid)), e)) return false;
	if (!hash.n) {
		unlink(part_of(a, folder, uid).p);
		return true;
	}
	if (!store_ask(tx, CONFIG_Q(file_of_hash), t, STORE_PARAMS(VALUE_OF_TEXT(hash)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	store_stop(r);
	if (step == STORE_DONE) unlink(arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(hash)).p);
	return step != STORE_FAILED;
}

static bool drop_idle(struct site *s, struct store_tx *tx, struct tenant_id t, struct arena *a, struct err *e)
{
	struct idle { struct str uid, hash; };
	struct store_rows *r;
	enum store_step step;
	VEC(struct idle) list = { 0 };
	int64_t day_ago = clock_now().us - INT64_C(86400) * 1000000;
	struct str folder = config_sources(s, a, t);
	if (!store_ask(tx, CONFIG_Q(file_idle), t, STORE_PARAMS(VALUE_OF_INT(day_ago)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, (struct idle){ arena_str(a, store_text(r, 0)), arena_str(a, store_text(r, 1)) });
	store_stop(r);
	bool ok = step == STORE_DONE;
	for (size_t i = 0; ok && i < list.n; i++) ok = drop(tx, t, folder, list.p[i].uid, list.p[i].hash, a, e);
	return ok;
}

static bool spare(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct config_file **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	VEC(struct config_file) list = { 0 };
	int64_t before = clock_now().us - INT64_C(1000000) * JUST_SENT_S;
	if (!store_ask(tx, CONFIG_Q(file_spare), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(before)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &list, (struct config_file){ .uid = arena_str(a, store_text(r, 0)), .hash = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
			.bytes = store_int(r, 3), .created = { store_int(r, 4) }, .mime = arena_str(a, store_text(r, 5)), .dataset = dataset });
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step == STORE_DONE;
}

bool config_files_spare(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config_file **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = spare(tx, t, dataset, a, out, n, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool config_files_forget(struct site *s, struct tenant_id t, struct str slug, size_t *n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct config_row row;
	struct config_file *list = NULL;
	struct str folder = config_sources(s, &a, t);
	bool found;
	*n = 0;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = config_row(tx, t, slug, 0, &a, &row, &found, e) && (found || config_unknown(slug, e)) && spare(tx, t, row.head.dataset, &a, &list, n, e);
	for (size_t i = 0; ok && i < *n; i++) ok = drop(tx, t, folder, list[i].uid, list[i].hash, &a, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool config_sweep_files(struct site *s, struct tenant_id t, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = drop_idle(s, tx, t, &a, e) &&
	          store_run(tx, CONFIG_Q(answer_old), t, STORE_PARAMS(VALUE_OF_INT(clock_now().us - INT64_C(86400) * 1000000)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

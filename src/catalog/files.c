/* Files beside a dataset: attachments, alternative exports, and the files that records name. The content
 * is kept once a portal, under its own hash; a row says what it is called. A file is renamed into place
 * and removed inside a write transaction, so that two changes never disagree on whether it is needed. */
#include "catalog/inside.h"
#include "crypt/crypt.h"
#include "image/image.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const kinds[] = {
	[CATALOG_ATTACHMENT] = "attachment", [CATALOG_ALTERNATIVE] = "alternative", [CATALOG_RECORD_FILE] = "record", [CATALOG_PICTURE] = "picture",
};

struct str catalog_files_folder(const struct catalog *c, struct arena *a, struct tenant_id t)
{
	struct str path = engine_path(c->engine, a, (struct version_ref){ .tenant = t, .dataset = 1, .number = 1 });
	for (int i = 0; i < 2; i++) path = str_sub(path, 0, (size_t)str_rfind_char(path, '/'));
	return arena_printf(a, "%.*s/files", STR_ARG(path));
}

struct str catalog_file_path(const struct catalog *c, struct arena *a, struct tenant_id t, struct str hash)
{
	return arena_printf(a, "%.*s/%.*s", STR_ARG(catalog_files_folder(c, a, t)), STR_ARG(hash));
}

/* --- reading into a view ------------------------------------------------------------------------- */

struct placed { int64_t dataset; struct dataset_file file; };
struct placed_list { VEC(struct placed) v; };

static enum catalog_file_kind kind_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(word, str_of(kinds[i]))) return (enum catalog_file_kind)i;
	return CATALOG_ATTACHMENT;
}

static bool read_files(struct store_tx *tx, struct tenant_id t, struct arena *a, struct arena *work, struct placed_list *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(files_published), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct placed *p = vec_add(work, &out->v);
		p->dataset = store_int(r, 0);
		p->file = (struct dataset_file){ .kind = kind_of(store_text(r, 1)),
			.id = arena_str(a, store_text(r, 2)), .name = arena_str(a, store_text(r, 3)),
			.title = arena_str(a, store_text(r, 4)), .description = arena_str(a, store_text(r, 5)),
			.mime = arena_str(a, store_text(r, 6)), .bytes = store_int(r, 7), .hash = arena_str(a, store_text(r, 8)),
			.width = (int)store_int(r, 9), .height = (int)store_int(r, 10), .created = { store_int(r, 11) } };
	}
	store_stop(r);
	return step == STORE_DONE;
}

static bool read_versions(struct store_tx *tx, struct view_box *b, struct map *by_id, struct arena *work, struct err *e)
{
	struct version { int64_t dataset; struct dataset_version v; };
	struct store_rows *r;
	VEC(struct version) rows = { 0 };
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(versions_readable), b->view.tenant, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(work, &rows, (struct version){ store_int(r, 0), { store_int(r, 1), store_int(r, 3), { store_int(r, 2) } } });
	store_stop(r);
	if (step != STORE_DONE) return false;
	struct dataset_version *all = arena_array(&b->arena, struct dataset_version, rows.n + 1);
	for (size_t i = 0, end; i < rows.n; i = end) {
		for (end = i; end < rows.n && rows.p[end].dataset == rows.p[i].dataset; end++) all[end] = rows.p[end].v;
		struct dataset *d = map_get_or_null(by_id, arena_printf(work, "%lld", (long long)rows.p[i].dataset));
		if (!d) continue;
		d->versions = all + i;
		d->nversions = end - i;
	}
	return true;
}

bool load_files(struct store_tx *tx, struct view_box *b, struct err *e)
{
	auto_arena work = ARENA_INIT;
	struct placed_list rows = { 0 };
	struct map by_id = { 0 };
	if (!read_files(tx, b->view.tenant, &b->arena, &work, &rows, e)) return false;
	/* The list was made for this view, so writing through it is ours to do. */
	struct dataset *list = (struct dataset *)(uintptr_t)b->view.datasets;
	for (size_t i = 0; i < b->view.n; i++) map_put(&work, &by_id, arena_printf(&work, "%lld", (long long)list[i].id), &list[i]);
	struct dataset_file *all = arena_array(&b->arena, struct dataset_file, rows.v.n + 1);
	for (size_t i = 0, end; i < rows.v.n; i = end) {
		struct dataset *d = map_get_or_null(&by_id, arena_printf(&work, "%lld", (long long)rows.v.p[i].dataset));
		for (end = i; end < rows.v.n && rows.v.p[end].dataset == rows.v.p[i].dataset; end++) {
			all[end] = rows.v.p[end].file;
			if (d && all[end].kind == CATALOG_RECORD_FILE) map_put(&b->arena, &d->files_by_name, all[end].name, &all[end]);
		}
		if (!d) continue;
		d->files = all + i;
		d->nfiles = end - i;
	}
	return read_versions(tx, b, &by_id, &work, e);
}

const struct dataset_file *dataset_file_or_null(const struct dataset *d, enum catalog_file_kind kind, struct str id)
{
	for (size_t i = 0; i < d->nfiles; i++)
		if (d->files[i].kind == kind && str_eq(d->files[i].id, id)) return &d->files[i];
	return NULL;
}

/* The newest: one takes the place of another. */
const struct dataset_file *dataset_picture_or_null(const struct dataset *d)
{
	const struct dataset_file *found = NULL;
	for (size_t i = 0; i < d->nfiles; i++)
		if (d->files[i].kind == CATALOG_PICTURE) found = &d->files[i];
	return found;
}

const struct dataset_file *dataset_file_named_or_null(const struct dataset *d, struct str name)
{
	return map_get_or_null(&d->files_by_name, name);
}

void dataset_withhold_files(struct dataset *copy, struct arena *a)
{
	struct dataset_file *kept = arena_array(a, struct dataset_file, copy->nfiles + 1);
	size_t n = 0;
	for (size_t i = 0; i < copy->nfiles; i++)
		if (copy->files[i].kind != CATALOG_ALTERNATIVE) kept[n++] = copy->files[i];
	copy->files = kept;
	copy->nfiles = n;
}

/* --- adding -------------------------------------------------------------------------------------- */

static bool read_block(int from, char *room, size_t most, size_t *n, struct err *e)
{
	for (*n = 0; *n < most;) {
		ssize_t got = read(from, room + *n, most - *n);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_os(e, "read a file to attach");
		if (got == 0) break;
		*n += (size_t)got;
	}
	return true;
}

static bool write_block(int to, struct str s, struct err *e)
{
	while (s.n) {
		ssize_t k = write(to, s.p, s.n);
		if (k < 0 && errno == EINTR) continue;
		if (k < 0) return err_os(e, "write an attached file");
		s = str_from(s, (size_t)k);
	}
	return true;
}

/* Where a picture was taken may stand anywhere in it. */
static bool forget_place(int fd, int64_t bytes, bool *changed, struct err *e)
{
	*changed = false;
	if (bytes == 0) return true;
	char *p = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) return err_os(e, "mmap of an attached file");
	*changed = image_forget_place(p, (size_t)bytes);
	munmap(p, (size_t)bytes);
	return true;
}

static bool hash_again(int fd, struct crypt_sha256_state *hash, char *room, struct err *e)
{
	size_t n = 1;
	crypt_sha256_start(hash);
	bool ok = lseek(fd, 0, SEEK_SET) == 0 || err_os(e, "seek in an attached file");
	while (ok && n > 0) {
		ok = read_block(fd, room, IMAGE_HEAD_BYTES, &n, e);
		if (ok) crypt_sha256_add(hash, str_make(room, n));
	}
	return ok;
}

static bool copy_in(int from, int to, bool forget, struct crypt_sha256_state *hash, int64_t *bytes, struct err *e)
{
	char *room = malloc(IMAGE_HEAD_BYTES);
	bool ok = true, changed = false;
	size_t n = 1;
	ensure(room);
	for (*bytes = 0; ok; *bytes += (int64_t)n) {
		ok = read_block(from, room, IMAGE_HEAD_BYTES, &n, e);
		if (!ok || n == 0) break;
		if (*bytes + (int64_t)n > CATALOG_FILE_BYTES) ok = err_set(e, ERR_TOO_LARGE, "a file beside a dataset may have %d MB at most", (int)(CATALOG_FILE_BYTES >> 20));
		crypt_sha256_add(hash, str_make(room, n));
		ok = ok && write_block(to, str_make(room, n), e);
	}
	ok = ok && (!forget || forget_place(to, *bytes, &changed, e)) && (!changed || hash_again(to, hash, room, e));
	free(room);
	return ok && (fsync(to) == 0 || err_os(e, "fsync an attached file"));
}

struct taken { struct str tmp, hash; int64_t bytes; };

/* The content beside its place, to be renamed there. */
static bool take_in(struct str folder, struct arena *a, const struct catalog_file_new *f, size_t number, struct taken *out, struct err *e)
{
	struct crypt_sha256_state state;
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	unsigned char dice[8];
	char word[2 * sizeof dice + 1];
	crypt_random(dice, sizeof dice);
	crypt_hex(dice, sizeof dice, word);
	out->tmp = arena_printf(a, "%.*s/%s-%zu.tmp", STR_ARG(folder), word, number);
	int to = open(out->tmp.p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0) return err_os(e, "create an attached file");
	crypt_sha256_start(&state);
	bool ok = copy_in(f->fd, to, f->kind == CATALOG_RECORD_FILE && !f->keep_place, &state, &out->bytes, e);
	if (close(to) != 0 && ok) ok = err_os(e, "close an attached file");
	if (!ok) {
		unlink(out->tmp.p);
		return false;
	}
	crypt_sha256_end(&state, digest);
	crypt_hex(digest, sizeof digest, hex);
	out->hash = arena_str(a, str_of(hex));
	return true;
}

/* "Notice of use.pdf" becomes notice_of_use_pdf; one that is taken gets a number. */
static bool new_id(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct catalog_file_new *f,
                   struct str hash, struct str *out, struct err *e)
{
	if (f->kind == CATALOG_RECORD_FILE) { /* one content under two names is two files */
		unsigned char digest[20];
		char hex[2 * sizeof digest + 1];
		crypt_blake2b(arena_printf(a, "%.*s %.*s", STR_ARG(hash), STR_ARG(f->name)), digest, sizeof digest);
		crypt_hex(digest, sizeof digest, hex);
		*out = arena_str(a, str_of(hex));
		return true;
	}
	struct str slug = text_slug(a, f->title);
	char *p = (char *)(uintptr_t)arena_str(a, slug).p; /* just copied, ours to change */
	for (size_t i = 0; i < slug.n; i++)
		if (p[i] == '-') p[i] = '_';
	struct str stem = slug.n ? str_make(p, slug.n) : STR("file");
	for (int i = 1;; i++) {
		struct store_rows *r;
		*out = i == 1 ? stem : arena_printf(a, "%.*s_%d", STR_ARG(stem), i);
		if (!store_ask(tx, CATALOG_Q(file_by_id), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(*out)), &r, e)) return false;
		enum store_step step = store_step(r, e);
		store_stop(r);
		if (step != STORE_ROW) return step == STORE_DONE;
	}
}

static bool put_row(struct catalog *c, struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset,
                    const struct catalog_file_new *f, const struct taken *in, struct str *id, struct err *e)
{
	struct str path = catalog_file_path(c, a, t, in->hash);
	if (rename(in->tmp.p, path.p) != 0) return err_os(e, "rename an attached file");
	struct value of = VALUE_OF_INT(dataset);
	/* A name stands for one file: the newest. */
	if (f->kind == CATALOG_RECORD_FILE &&
	    !store_run(tx, CATALOG_Q(file_forget_name), t, STORE_PARAMS(of, VALUE_OF_TEXT(f->name)), e)) return false;
	if (f->kind == CATALOG_PICTURE && !store_run(tx, CATALOG_Q(file_forget_picture), t, STORE_PARAMS(of), e)) return false;
	return new_id(tx, a, t, dataset, f, in->hash, id, e) &&
	       store_run(tx, CATALOG_Q(file_put), t,
	                 STORE_PARAMS(of, VALUE_OF_TEXT(str_of(kinds[f->kind])), VALUE_OF_TEXT(*id), VALUE_OF_TEXT(f->name),
	                              VALUE_OF_TEXT(f->title), VALUE_OF_TEXT(f->description), VALUE_OF_TEXT(f->mime),
	                              VALUE_OF_INT(in->bytes), VALUE_OF_TEXT(in->hash), VALUE_OF_INT(f->width),
	                              VALUE_OF_INT(f->height), VALUE_OF_INT(clock_now().us)), e);
}

static bool put_rows(struct catalog *c, struct arena *a, struct tenant_id t, struct str slug, const struct catalog_file_new *files,
                     const struct taken *in, size_t n, struct str *ids, struct err *e)
{
	struct store_tx *tx;
	struct dataset_row row;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e) && (row.found || unknown_dataset(slug, e));
	for (size_t i = 0; ok && i < n; i++) ok = put_row(c, tx, a, t, row.id, &files[i], &in[i], &ids[i], e);
	ok = ok && store_run(tx, CATALOG_Q(dataset_touched), t, STORE_PARAMS(VALUE_OF_INT(row.id), VALUE_OF_INT(clock_now().us)), e) &&
	     say_audit(tx, t, "dataset.files", slug, arena_printf(a, "%zu added", n), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool catalog_files_put(struct catalog *c, struct tenant_id t, struct str slug, const struct catalog_file_new *files, size_t n,
                       struct arena *a, struct str *ids, struct err *e)
{
	struct str folder = catalog_files_folder(c, a, t);
	struct str above = arena_str(a, str_sub(folder, 0, (size_t)str_rfind_char(folder, '/')));
	if ((mkdir(above.p, 0700) != 0 && errno != EEXIST) || (mkdir(folder.p, 0700) != 0 && errno != EEXIST))
		return err_os(e, "mkdir of the portal's files");
	struct taken *in = arena_array(a, struct taken, n + 1);
	size_t have = 0;
	bool ok = true;
	for (; ok && have < n; have += ok) ok = take_in(folder, a, &files[have], have, &in[have], e);
	ok = ok && put_rows(c, a, t, slug, files, in, n, ids, e);
	/* After a success nothing is left under these names. */
	for (size_t i = 0; i < have; i++) unlink(in[i].tmp.p);
	return ok && catalog_refresh(c, t, e);
}

/* --- removing ------------------------------------------------------------------------------------ */

static bool is_needed(struct store_tx *tx, struct tenant_id t, struct str hash, bool *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CATALOG_Q(file_by_hash), t, STORE_PARAMS(VALUE_OF_TEXT(hash)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW;
	store_stop(r);
	return step != STORE_FAILED;
}

bool catalog_files_of(struct catalog *c, struct tenant_id t, int64_t dataset, struct arena *a, struct dataset_file **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	VEC(struct dataset_file) list = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CATALOG_Q(files_of), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct dataset_file){ .kind = kind_of(store_text(r, 0)), .id = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
				.title = arena_str(a, store_text(r, 3)), .description = arena_str(a, store_text(r, 4)), .mime = arena_str(a, store_text(r, 5)),
				.bytes = store_int(r, 6), .hash = arena_str(a, store_text(r, 7)), .width = (int)store_int(r, 8), .height = (int)store_int(r, 9),
				.created = { store_int(r, 10) } });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

bool catalog_file_describe(struct catalog *c, struct tenant_id t, struct str slug, struct str id, struct str title, struct str description, struct err *e)
{
	struct store_tx *tx;
	struct dataset_row row;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e) && (row.found || unknown_dataset(slug, e)) &&
	          store_run(tx, CATALOG_Q(file_describe), t, STORE_PARAMS(VALUE_OF_INT(row.id), VALUE_OF_TEXT(id), VALUE_OF_TEXT(title), VALUE_OF_TEXT(description)), e) &&
	          (store_changes(tx) || err_set(e, ERR_NOT_FOUND, "the dataset %.*s has no file %.*s", STR_ARG(slug), STR_ARG(id))) &&
	          store_run(tx, CATALOG_Q(dataset_touched), t, STORE_PARAMS(VALUE_OF_INT(row.id), VALUE_OF_INT(clock_now().us)), e) &&
	          say_audit(tx, t, "dataset.files", slug, id, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && catalog_refresh(c, t, e);
}

bool catalog_file_remove(struct catalog *c, struct tenant_id t, struct str slug, struct str id, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct store_rows *r;
	struct dataset_row row;
	struct str hash = STR("");
	bool needed = true;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e) && (row.found || unknown_dataset(slug, e));
	struct value of = VALUE_OF_INT(row.id), name = VALUE_OF_TEXT(id);
	ok = ok && store_ask(tx, CATALOG_Q(file_by_id), t, STORE_PARAMS(of, name), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) hash = arena_str(&a, store_text(r, 0));
		store_stop(r);
		ok = step != STORE_FAILED && (hash.n || err_set(e, ERR_NOT_FOUND, "the dataset %.*s has no file %.*s; `stoa attach %.*s --list` lists them",
		                                               STR_ARG(slug), STR_ARG(id), STR_ARG(slug)));
	}
	ok = ok && store_run(tx, CATALOG_Q(file_remove), t, STORE_PARAMS(of, name), e) && is_needed(tx, t, hash, &needed, e) &&
	     store_run(tx, CATALOG_Q(dataset_touched), t, STORE_PARAMS(of, VALUE_OF_INT(clock_now().us)), e) &&
	     say_audit(tx, t, "dataset.files", slug, arena_printf(&a, "%.*s removed", STR_ARG(id)), e);
	/* Gone before the pen is given on; after a rollback the row would name nothing, so only when all is well. */
	if (ok && !needed) unlink(catalog_file_path(c, &a, t, hash).p);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && catalog_refresh(c, t, e);
}

/* --- for copies and for the sweep ------------------------------------------------------------------ */

static bool read_hashes(struct store_tx *tx, struct tenant_id t, struct arena *a, struct map *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(files_hashes), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct str hash = arena_str(a, store_text(r, 0));
		map_put(a, out, hash, out);
	}
	store_stop(r);
	return step == STORE_DONE;
}

bool files_known(struct store_tx *tx, struct tenant_id t, struct arena *a, struct map *out, struct err *e)
{
	return read_hashes(tx, t, a, out, e);
}

bool catalog_files(struct catalog *c, struct tenant_id t, struct arena *a, struct str **hashes, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct map known = { 0 };
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = read_hashes(tx, t, a, &known, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok) return false;
	*hashes = arena_array(a, struct str, known.n + 1);
	*n = known.n;
	for (size_t i = 0; i < known.n; i++) (*hashes)[i] = known.entries[i].key;
	return true;
}

/* --- older versions -------------------------------------------------------------------------------- */

bool catalog_version_schema(struct catalog *c, const struct dataset *d, int64_t number, struct arena *a, struct schema *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct str json = STR("");
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, CATALOG_Q(version_fields), d->version.tenant, STORE_PARAMS(VALUE_OF_INT(d->id), VALUE_OF_INT(number)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) json = arena_str(a, store_text(r, 0));
		store_stop(r);
		ok = step != STORE_FAILED && (json.n || err_set(e, ERR_NOT_FOUND, "The version %lld of the dataset %.*s is gone.", (long long)number, STR_ARG(d->slug)));
	}
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	return ok && schema_from_json(a, json, out, e);
}

/* --- what is not published ------------------------------------------------------------------------- */

bool catalog_kept(struct catalog *c, struct tenant_id t, struct str slug, struct arena *a, struct dataset *out, struct err *e)
{
	struct store_tx *tx;
	struct dataset_row row;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok) return false;
	int64_t number = row.version ? row.version : row.former;
	*out = (struct dataset){ .id = row.id, .slug = slug, .version = { .tenant = t, .dataset = row.id, .number = number } };
	if (!number) return err_set(e, ERR_NOT_FOUND, "nothing is kept of the dataset %.*s", STR_ARG(slug));
	return catalog_version_schema(c, out, number, a, &out->schema, e);
}

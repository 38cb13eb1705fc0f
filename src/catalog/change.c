/* Changes: a draft becomes a version by renaming its finished file and moving one pointer in one
 * transaction; rolling back moves the pointer again. Whatever fails on the way leaves the former
 * version standing, and leaves nothing that a sweep does not find. */
#include "catalog/inside.h"
#include "crypt/crypt.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static bool slug_ok(struct str s)
{
	if (s.n == 0 || s.n > 100) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
	}
	return true;
}

/* --- one publication of a dataset at a time ----------------------------------------------------- */

static const struct busy *busy_or_null(const struct catalog *c, struct tenant_id t, struct str slug)
{
	const struct busy *b = c->busy;
	while (b && (b->tenant.v != t.v || !str_eq(str_of(b->slug), slug))) b = b->next;
	return b;
}

static bool occupy(struct catalog *c, struct tenant_id t, struct str slug, bool passing, struct err *e)
{
	enum { WAIT_S = 60 };
	const struct busy *other;
	int64_t until = clock_monotonic_ns() + WAIT_S * INT64_C(1000000000);
	lock_take(&c->lock);
	/* What the server does by itself must not fail a person's command. */
	while ((other = busy_or_null(c, t, slug)) && other->passing && !passing)
		if (!lock_bell_wait_until(&c->loaded, &c->lock, until)) break;
	bool taken = other != NULL;
	if (!taken) {
		struct busy *b = calloc(1, sizeof *b);
		ensure(b != NULL && slug.n < sizeof b->slug);
		b->tenant = t;
		b->passing = passing;
		memcpy(b->slug, slug.p, slug.n);
		b->next = c->busy;
		c->busy = b;
	}
	lock_give(&c->lock);
	return !taken || err_set(e, ERR_CONFLICT, "the dataset %.*s is being changed by another command right now; try again when it is done", STR_ARG(slug));
}

static void vacate(struct catalog *c, struct tenant_id t, struct str slug)
{
	lock_take(&c->lock);
	for (struct busy **at = &c->busy; *at; at = &(*at)->next) {
		struct busy *b = *at;
		if (b->tenant.v != t.v || !str_eq(str_of(b->slug), slug)) continue;
		*at = b->next;
		free(b);
		break;
	}
	lock_bell_ring_all(&c->loaded);
	lock_give(&c->lock);
}

/* --- finding and making the dataset's row -------------------------------------------------------- */

bool find_row(struct store_tx *tx, struct tenant_id t, struct str slug, struct dataset_row *out, struct err *e)
{
	struct store_rows *r;
	*out = (struct dataset_row){ 0 };
	if (!store_ask(tx, CATALOG_Q(dataset_by_slug), t, STORE_PARAMS(VALUE_OF_TEXT(slug)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct dataset_row){ store_int(r, 0), store_int(r, 1), store_int(r, 2), store_int(r, 3), true };
	store_stop(r);
	return step != STORE_FAILED;
}

bool unknown_dataset(struct str slug, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(slug));
}

static struct str new_uid(struct arena *a)
{
	uint8_t dice[6] = { 0 };
	char text[] = "da_000000";
	ensure(getrandom(dice, sizeof dice, 0) == (ssize_t)sizeof dice);
	for (size_t i = 0; i < sizeof dice; i++) text[3 + i] = "0123456789abcdefghijklmnopqrstuvwxyz"[dice[i] % 36];
	return arena_str(a, str_of(text));
}

static bool insert_row(struct store_tx *tx, struct arena *a, struct tenant_id t, struct str slug, struct dataset_row *out, struct err *e)
{
	struct value now = VALUE_OF_INT(clock_now().us);
	if (!store_run(tx, CATALOG_Q(dataset_insert), t, STORE_PARAMS(VALUE_OF_TEXT(slug), VALUE_OF_TEXT(new_uid(a)), now), e))
		return false;
	*out = (struct dataset_row){ .id = store_last_id(tx), .found = false };
	return true;
}

bool say_audit_of(struct store_tx *tx, struct tenant_id t, int64_t who, const char *what, struct str subject, struct str detail, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str by = who ? arena_printf(&a, "account %lld", (long long)who) : STR("command line");
	return store_run(tx, CATALOG_Q(audit_insert), t,
	                 STORE_PARAMS(VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(by),
	                              VALUE_OF_TEXT(str_of(what)), VALUE_OF_TEXT(subject), VALUE_OF_TEXT(detail)), e);
}

bool say_audit(struct store_tx *tx, struct tenant_id t, const char *what, struct str subject, struct str detail, struct err *e)
{
	return say_audit_of(tx, t, 0, what, subject, detail, e);
}

/* --- salts --------------------------------------------------------------------------------------- */

static bool read_salt(struct store_tx *tx, const struct store_query *q, struct tenant_id t, const struct value *by, size_t nby, struct arena *a, struct str *out, struct err *e)
{
	struct store_rows *r;
	*out = STR("");
	if (!store_ask(tx, q, t, by, nby, &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) *out = arena_str(a, store_text(r, 0));
	store_stop(r);
	return step != STORE_FAILED;
}

bool catalog_salt(struct catalog *c, struct version_ref at, struct arena *a, struct str *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = read_salt(tx, CATALOG_Q(version_salt), at.tenant, STORE_PARAMS(VALUE_OF_INT(at.dataset), VALUE_OF_INT(at.number)), a, out, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

/* --- drafts ------------------------------------------------------------------------------------- */

/* So that the name of a file, or of a folder, outlives a loss of power. */
static bool sync_folder(struct str file, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str folder = arena_str(&a, str_sub(file, 0, (size_t)str_rfind_char(file, '/')));
	int fd = open(folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open the folder of a version");
	bool ok = fsync(fd) == 0 || err_os(e, "fsync the folder of a version");
	close(fd);
	return ok;
}

static bool make_folders(struct str file, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str folder = arena_str(&a, str_sub(file, 0, (size_t)str_rfind_char(file, '/')));
	struct str above = arena_str(&a, str_sub(folder, 0, (size_t)str_rfind_char(folder, '/')));
	if (mkdir(above.p, 0700) == 0) {
		if (!sync_folder(above, e)) return false;
	} else if (errno != EEXIST) {
		return err_os(e, "mkdir of the portal's folder");
	}
	if (mkdir(folder.p, 0700) == 0) return sync_folder(folder, e);
	return errno == EEXIST || err_os(e, "mkdir of the dataset's folder");
}

/* The dataset's salt, made when it has none yet. */
static bool salt_of(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, struct str *out, struct err *e)
{
	enum { SALT_TEXT = 32 };
	char made[SALT_TEXT + 1];
	if (!read_salt(tx, CATALOG_Q(dataset_salt), t, STORE_PARAMS(VALUE_OF_INT(dataset)), a, out, e)) return false;
	if (str_eq(*out, STR("-"))) *out = STR("");
	else if (!out->n) {
		crypt_random_base62(made, SALT_TEXT);
		*out = arena_str(a, str_of(made));
		return store_run(tx, CATALOG_Q(dataset_salt_put), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(*out)), e);
	}
	return true;
}

static bool draft_row(struct catalog *c, struct tenant_id t, struct str slug, bool replace, struct arena *a,
                      struct catalog_draft *out, struct err *e)
{
	struct store_tx *tx;
	struct dataset_row row;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e);
	if (ok && row.version && !replace)
		ok = err_set(e, ERR_CONFLICT, "the dataset %.*s is published already; --replace publishes a new version of it", STR_ARG(slug));
	bool fresh = ok && !row.found;
	ok = ok && (row.found || insert_row(tx, a, t, slug, &row, e));
	int64_t number = row.last + 1;
	struct str salt = STR("");
	ok = ok && store_run(tx, CATALOG_Q(dataset_number), t, STORE_PARAMS(VALUE_OF_INT(row.id), VALUE_OF_INT(number)), e) && salt_of(tx, a, t, row.id, &salt, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok) *out = (struct catalog_draft){ .tenant = t, .dataset = row.id, .number = number, .fresh = fresh, .salt = salt };
	return ok;
}

static bool begin_draft(struct catalog *c, struct tenant_id t, struct str slug, bool replace, bool passing, struct arena *a,
                        struct catalog_draft *out, struct err *e)
{
	struct catalog_draft d;
	if (!slug_ok(slug))
		return err_set(e, ERR_PARAMETER, "\"%.*s\" cannot be a dataset's identifier; use 1 to 100 of a-z, 0-9, _ and -", STR_ARG(slug));
	if (!occupy(c, t, slug, passing, e)) return false;
	if (!draft_row(c, t, slug, replace, a, &d, e)) {
		vacate(c, t, slug);
		return false;
	}
	d.slug = arena_str(a, slug);
	d.file = engine_path(c->engine, a, (struct version_ref){ .tenant = t, .dataset = d.dataset, .number = d.number });
	d.rejects = arena_printf(a, "%.*s.rejects.jsonl", STR_ARG(d.file));
	if (!make_folders(d.file, e)) {
		catalog_draft_abandon(c, &d);
		return false;
	}
	*out = d;
	return true;
}

bool catalog_draft_begin(struct catalog *c, struct tenant_id t, struct str slug, bool replace, struct arena *a,
                         struct catalog_draft *out, struct err *e)
{
	return begin_draft(c, t, slug, replace, false, a, out, e);
}

bool catalog_compact_begin(struct catalog *c, struct tenant_id t, struct str slug, struct arena *a, struct catalog_draft *out,
                           struct err *e)
{
	return begin_draft(c, t, slug, true, true, a, out, e);
}

void catalog_draft_abandon(struct catalog *c, struct catalog_draft *d)
{
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct store_tx *tx;
	unlink(arena_printf(&a, "%.*s.tmp", STR_ARG(d->file)).p);
	unlink(arena_printf(&a, "%.*s.tmp", STR_ARG(d->rejects)).p);
	/* A row that stays behind is found by the next sweep. */
	if (d->fresh && store_begin(c->store, STORE_WRITE, &tx, &ignored)) {
		bool ok = store_run(tx, CATALOG_Q(dataset_delete), d->tenant, STORE_PARAMS(VALUE_OF_INT(d->dataset)), &ignored);
		if (store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, &ignored)) d->fresh = false;
	}
	vacate(c, d->tenant, d->slug);
}

static bool rename_tmp(struct str to, bool must, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str from = arena_printf(&a, "%.*s.tmp", STR_ARG(to));
	if (rename(from.p, to.p) == 0) return true;
	return (!must && errno == ENOENT) || err_os(e, "rename the finished version");
}

static bool put_metas(struct store_tx *tx, struct tenant_id t, int64_t dataset, const struct meta_change *m, size_t n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	for (size_t i = 0; i < n; i++) {
		struct meta_place at;
		struct str json;
		if (str_eq(m[i].name, STR("*"))) {
			if (!store_run(tx, CATALOG_Q(meta_clear), t, STORE_PARAMS(VALUE_OF_INT(dataset)), e)) return false;
			continue;
		}
		if (!meta_place_of(m[i].name, &at, e)) return false;
		struct value id = VALUE_OF_INT(dataset), tpl = VALUE_OF_TEXT(at.template_);
		struct value name = VALUE_OF_TEXT(at.name), lang = VALUE_OF_TEXT(at.lang);
		bool ok = m[i].value.n
		        ? meta_to_json(&a, &at, m[i].value, &json, e) &&
		              store_run(tx, CATALOG_Q(meta_put), t, STORE_PARAMS(id, tpl, name, lang, VALUE_OF_TEXT(json)), e)
		        : store_run(tx, CATALOG_Q(meta_remove), t, STORE_PARAMS(id, tpl, name, lang), e);
		if (!ok) return false;
	}
	return true;
}

/* Versions no pointer reaches any more: their rows go now, their files once nobody reads them. */
static bool retire(struct catalog *c, struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset,
                   int64_t keep, int64_t keep_too, int64_t count, struct version_ref **gone, size_t *n, struct err *e)
{
	struct store_rows *r;
	VEC(struct version_ref) list = { 0 };
	enum store_step step;
	(void)c;
	if (!store_ask(tx, CATALOG_Q(versions_retired), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(count > 2 ? count : 2)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		int64_t old = store_int(r, 0);
		if (old != keep && old != keep_too) vec_push(a, &list, (struct version_ref){ .tenant = t, .dataset = dataset, .number = old });
	}
	store_stop(r);
	bool ok = step == STORE_DONE;
	for (size_t i = 0; ok && i < list.n; i++)
		ok = store_run(tx, CATALOG_Q(version_delete), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(list.p[i].number)), e) &&
		     store_run(tx, CATALOG_Q(link_delete), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(list.p[i].number)), e);
	*gone = list.p;
	*n = list.n;
	return ok;
}

/* Only while the version that was compacted is still the present one. */
static bool point_compacted(struct store_tx *tx, const struct catalog_draft *d, const struct catalog_loaded *l, struct err *e)
{
	return store_run(tx, CATALOG_Q(dataset_compacted), d->tenant,
	                 STORE_PARAMS(VALUE_OF_INT(d->dataset), VALUE_OF_INT(d->number), VALUE_OF_INT(l->modified.us),
	                              VALUE_OF_INT(l->compacts)), e) &&
	       (store_changes(tx) == 1 || err_set(e, ERR_CONFLICT, "the dataset was published again meanwhile"));
}

static bool file_bytes(struct str path, int64_t *out, struct err *e)
{
	struct stat s;
	if (stat(path.p, &s)) return err_os(e, "stat the finished version");
	*out = s.st_size;
	return true;
}

static bool finish_files(const struct catalog_draft *d, int64_t *bytes, struct err *e)
{
	return rename_tmp(d->file, true, e) && rename_tmp(d->rejects, false, e) && sync_folder(d->file, e) && file_bytes(d->file, bytes, e);
}

static bool put_link(struct store_tx *tx, const struct catalog_draft *d, const struct catalog_link_new *link, struct err *e)
{
	return !link || store_run(tx, CATALOG_Q(link_insert), d->tenant,
	                          STORE_PARAMS(VALUE_OF_INT(d->dataset), VALUE_OF_INT(d->number), VALUE_OF_TEXT(link->host), VALUE_OF_TEXT(link->slug),
	                                       VALUE_OF_TEXT(link->filter), VALUE_OF_TEXT(link->told)), e);
}

static bool commit(struct catalog *c, struct catalog_draft *d, const struct catalog_loaded *l, const struct meta_change *metas,
                   size_t nmetas, struct arena *a, struct version_ref **gone, size_t *ngone, struct err *e)
{
	struct store_tx *tx;
	int64_t bytes = 0;
	auto_buf fields = BUF_INIT(16 << 20);
	schema_put_json(&fields, &l->schema);
	struct str text;
	if (!buf_end(&fields, &text, e) || !(l->link_or_null || finish_files(d, &bytes, e))) return false;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	struct value id = VALUE_OF_INT(d->dataset), number = VALUE_OF_INT(d->number), now = VALUE_OF_INT(clock_now().us);
	bool ok = store_run(tx, CATALOG_Q(version_insert), d->tenant,
	                    STORE_PARAMS(id, number, now, VALUE_OF_INT(l->rows), VALUE_OF_INT(bytes), VALUE_OF_INT(l->rejects),
	                                 VALUE_OF_TEXT(text), VALUE_OF_TEXT(l->source_name), VALUE_OF_TEXT(l->summary),
	                                 VALUE_OF_INT(l->pushed), VALUE_OF_INT(l->compacts), VALUE_OF_TEXT(d->salt)), e);
	ok = ok && put_link(tx, d, l->link_or_null, e);
	if (ok && l->compacts)
		ok = retire(c, tx, a, d->tenant, d->dataset, l->compacts, d->number, INT32_MAX, gone, ngone, e) && point_compacted(tx, d, l, e);
	else
		ok = ok && rules_follow(tx, a, d->tenant, d->dataset, &l->schema, e) && store_run(tx, CATALOG_Q(dataset_point), d->tenant, STORE_PARAMS(id, number, now), e) &&
		     put_metas(tx, d->tenant, d->dataset, metas, nmetas, e) &&
		     retire(c, tx, a, d->tenant, d->dataset, number.i, 0, l->keep, gone, ngone, e) &&
		     say_audit(tx, d->tenant, "dataset.publish", d->slug, arena_printf(a, "version %lld", (long long)d->number), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool catalog_draft_commit(struct catalog *c, struct catalog_draft *d, const struct catalog_loaded *l,
                          const struct meta_change *metas, size_t nmetas, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct version_ref *gone = NULL;
	size_t ngone = 0;
	if (!commit(c, d, l, metas, nmetas, &a, &gone, &ngone, e)) {
		unlink(d->file.p);
		unlink(d->rejects.p);
		catalog_draft_abandon(c, d);
		return false;
	}
	d->fresh = false;
	bool ok = l->compacts || catalog_refresh(c, d->tenant, e);
	struct err ignored = { 0 };
	/* While the former view stands its versions are read, so they stay too. A file that cannot be removed now
	 * is removed by the next sweep. */
	for (size_t i = 0; ok && i < ngone; i++)
		if (!engine_drop(c->engine, gone[i], &ignored)) ignored = (struct err){ 0 };
	vacate(c, d->tenant, d->slug);
	return ok;
}

/* --- pointers and descriptions -------------------------------------------------------------------- */

enum move { ROLL_BACK, HIDE, DESCRIBE };

/* The fields of the present version are told anew; their data, number and order stay. */
static bool tell_fields(struct store_tx *tx, struct tenant_id t, const struct dataset_row *row, const struct schema *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf fields = BUF_INIT(16 << 20);
	struct str text;
	if (!s || !row->version) return true;
	if (!rules_follow(tx, &a, t, row->id, s, e)) return false;
	schema_put_json(&fields, s);
	return buf_end(&fields, &text, e) &&
	       store_run(tx, CATALOG_Q(version_tell), t, STORE_PARAMS(VALUE_OF_INT(row->id), VALUE_OF_INT(row->version), VALUE_OF_TEXT(text)), e);
}

static bool move(struct catalog *c, struct tenant_id t, struct str slug, enum move how, const struct schema *fields, const struct meta_change *metas,
                 size_t nmetas, int64_t *number, struct err *e)
{
	static const char *const words[] = { "dataset.rollback", "dataset.unpublish", "dataset.describe" };
	struct store_tx *tx;
	struct dataset_row row;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e) && (row.found || unknown_dataset(slug, e));
	struct value id = VALUE_OF_INT(row.id), now = VALUE_OF_INT(clock_now().us);
	if (ok && how == ROLL_BACK && !row.former)
		ok = err_set(e, ERR_CONFLICT, "the dataset %.*s has no former version to go back to", STR_ARG(slug));
	if (ok && how == HIDE && !row.version)
		ok = err_set(e, ERR_CONFLICT, "the dataset %.*s is not published", STR_ARG(slug));
	if (ok && how == ROLL_BACK) ok = store_run(tx, CATALOG_Q(dataset_swap), t, STORE_PARAMS(id, now), e);
	if (ok && how == HIDE) ok = store_run(tx, CATALOG_Q(dataset_hide), t, STORE_PARAMS(id, now), e);
	if (ok && how == DESCRIBE)
		ok = put_metas(tx, t, row.id, metas, nmetas, e) && tell_fields(tx, t, &row, fields, e) &&
		     store_run(tx, CATALOG_Q(dataset_described), t, STORE_PARAMS(id, now), e);
	ok = ok && say_audit(tx, t, words[how], slug, STR(""), e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok && number) *number = row.former;
	return ok && catalog_refresh(c, t, e);
}

static bool alone(struct catalog *c, struct tenant_id t, struct str slug, enum move how, const struct schema *fields, const struct meta_change *metas,
                  size_t nmetas, int64_t *number, struct err *e)
{
	if (!slug_ok(slug)) return unknown_dataset(slug, e);
	if (!occupy(c, t, slug, false, e)) return false;
	bool ok = move(c, t, slug, how, fields, metas, nmetas, number, e);
	vacate(c, t, slug);
	return ok;
}

bool catalog_rollback(struct catalog *c, struct tenant_id t, struct str slug, int64_t *number, struct err *e)
{
	return alone(c, t, slug, ROLL_BACK, NULL, NULL, 0, number, e);
}

static bool forget_rows(struct catalog *c, struct arena *a, struct tenant_id t, struct str slug, int64_t by, struct version_ref **gone, size_t *n,
                        struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct dataset_row row;
	VEC(struct version_ref) list = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e) && (row.found || unknown_dataset(slug, e));
	struct value id = VALUE_OF_INT(row.id);
	ok = ok && store_ask(tx, CATALOG_Q(versions_older), t, STORE_PARAMS(id), &r, e);
	if (ok) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct version_ref){ .tenant = t, .dataset = row.id, .number = store_int(r, 0) });
		store_stop(r);
		ok = step == STORE_DONE;
	}
	for (size_t i = 0; ok && i < list.n; i++)
		ok = store_run(tx, CATALOG_Q(version_delete), t, STORE_PARAMS(id, VALUE_OF_INT(list.p[i].number)), e) &&
		     store_run(tx, CATALOG_Q(link_delete), t, STORE_PARAMS(id, VALUE_OF_INT(list.p[i].number)), e);
	ok = ok && store_run(tx, CATALOG_Q(dataset_forget), t, STORE_PARAMS(id), e) &&
	     say_audit_of(tx, t, by, "dataset.forget", slug, arena_printf(a, "%zu versions", list.n), e);
	*gone = list.p;
	*n = list.n;
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* Their files go after the view that could lead to them is no longer handed out. */
bool catalog_forget(struct catalog *c, struct tenant_id t, struct str slug, int64_t by, size_t *n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct version_ref *gone = NULL;
	*n = 0;
	if (!slug_ok(slug)) return unknown_dataset(slug, e);
	if (!occupy(c, t, slug, false, e)) return false;
	bool ok = forget_rows(c, &a, t, slug, by, &gone, n, e) && catalog_refresh(c, t, e);
	for (size_t i = 0; ok && i < *n; i++) ok = engine_drop(c->engine, gone[i], e);
	vacate(c, t, slug);
	return ok;
}

bool catalog_unpublish(struct catalog *c, struct tenant_id t, struct str slug, struct err *e)
{
	return alone(c, t, slug, HIDE, NULL, NULL, 0, NULL, e);
}

bool catalog_set_metas(struct catalog *c, struct tenant_id t, struct str slug, const struct meta_change *metas, size_t nmetas,
                       struct err *e)
{
	return alone(c, t, slug, DESCRIBE, NULL, metas, nmetas, NULL, e);
}

bool catalog_describe(struct catalog *c, struct tenant_id t, struct str slug, const struct schema *fields, const struct meta_change *metas,
                      size_t nmetas, struct err *e)
{
	return alone(c, t, slug, DESCRIBE, fields, metas, nmetas, NULL, e);
}

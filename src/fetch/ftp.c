/* Sources on file servers: FTP, FTPS and SFTP. A file is asked for its size and time first and left alone when both are what they were; a
 * folder stands for all files in it, whose copies stay when they vanish there, until the copies are forgotten. */
#include "fetch/inside.h"
#include "fetch/listing.h"
#include "crypt/crypt.h"

enum { TRIES = 4, LIST_BYTES = 4 << 20 };

struct place {
	struct fetching *f;
	struct str url, user, password, host_key;
	bool sftp;
};

/* --- talking ---------------------------------------------------------------------------------------------------- */

struct sink { struct fetch_file *file; struct buf *text; };

static bool begin(void *arg, bool whole, int64_t total, struct err *e)
{
	struct sink *s = arg;
	return !s->file || fetch_file_begin(s->file, whole, total, e);
}
static bool take(void *arg, struct str bytes, struct err *e)
{
	struct sink *s = arg;
	if (s->file) return fetch_file_take(s->file, bytes, e);
	buf_put(s->text, bytes);
	return !s->text->over || err_set(e, ERR_TOO_LARGE, "The folder has too many files.");
}
static void tick(void *arg)
{
	struct sink *s = arg;
	if (s->file) fetch_file_tick(s->file);
}

static bool bring(const struct place *p, struct str url, int what, struct sink *to, struct net_brought *got, struct err *e)
{
	const struct net_bring b = { .url = url, .schemes = NET_FTP | NET_FTPS | NET_SFTP, .user = p->user.n ? p->user : STR("anonymous"),
		                     .password = p->user.n ? p->password : STR("stoa@"), .host_key = p->host_key, .what = what, .from = to->file ? to->file->bytes : 0,
		                     .most = to->file ? p->f->most : LIST_BYTES, .longest_s = fetch_longest(p->f->site), .flags = fetch_flags(p->f->site), .ca_file_or_empty = fetch_ca(p->f->site), .begin = begin, .take = take,
		                     .tick = tick, .arg = to, .cancel_or_null = p->f->r->cancel_or_null };
	return net_bring(&b, p->f->a, got, e);
}

static struct str encoded(struct arena *a, struct str path)
{
	static const char hex[] = "0123456789ABCDEF";
	auto_buf b = BUF_INIT(1 << 14);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		if (c <= ' ' || c >= 0x7f || c == '#' || c == '?' || c == '%' || c == ';') {
			buf_put_char(&b, '%');
			buf_put_char(&b, hex[c >> 4]);
			buf_put_char(&b, hex[c & 15]);
		} else {
			buf_put_char(&b, (char)c);
		}
	}
	return arena_str(a, buf_str(&b));
}

/* Size and time as one text; empty when the server tells neither. */
static bool stamp_of(const struct place *p, struct str url, struct str *out, struct err *e)
{
	struct net_brought got;
	auto_buf ignored = BUF_INIT(LIST_BYTES);
	struct sink sink = { .text = &ignored };
	*out = STR("");
	if (!bring(p, url, NET_ABOUT, &sink, &got, e)) return false;
	if (got.modified_s >= 0) *out = arena_printf(p->f->a, "%lld %lld", (long long)got.total, (long long)got.modified_s);
	return true;
}

/* --- one file ---------------------------------------------------------------------------------------------------------- */

static bool wait_a_little(const struct place *p, int try, struct err *e)
{
	int64_t until = clock_monotonic_ns() + (INT64_C(250000000) << try);
	while (clock_monotonic_ns() < until) {
		if (!fetch_stopped(p->f, e)) return false;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return true;
}

/* Brings a file, going on where it broke off as long as the one over there is the same. A file that changes while it is read is read
 * again. */
static bool download(const struct place *p, struct str url, struct str *stamp, struct fetch_file *file, bool *ended, struct err *e)
{
	for (int i = 0;; i++) {
		struct net_brought got;
		struct sink sink = { .file = file };
		struct err why = { 0 };
		struct str now = STR("");
		bool good = bring(p, url, NET_CONTENT, &sink, &got, &why);
		if (!good && (!got.broken || i == TRIES - 1)) {
			*e = why;
			return false;
		}
		if (!good && !wait_a_little(p, i, e)) return false;
		if (stamp->n && !stamp_of(p, url, &now, e)) return false;
		bool same = str_eq(now, *stamp);
		*ended = got.ended;
		if (good && same) return true;
		if (i == TRIES - 1) return err_set(e, ERR_UPSTREAM, "The file changes while it is read. Have it written elsewhere and moved there when it is whole.");
		*stamp = now;
		if ((!same || !stamp->n) && !fetch_file_begin(file, true, -1, e)) return false;
		if (!same || !stamp->n) file->bytes = 0;
	}
}

static struct str last_part(struct arena *a, struct str url)
{
	struct str name = str_from(url, (size_t)(str_rfind_char(url, '/') + 1));
	auto_buf b = BUF_INIT(1 << 12);
	for (size_t i = 0; i < name.n && b.n < 200; i++) buf_put_char(&b, (unsigned char)name.p[i] < 0x20 ? '_' : name.p[i]);
	return arena_str(a, b.n ? buf_str(&b) : STR("source"));
}

/* *same: what is kept, or known without being kept, is what lies there. */
static bool one_file(const struct place *p, struct str url, struct str item, struct str name, struct str stamp, bool *same, struct fetch_copy *copy, struct err *e)
{
	struct fetching *f = p->f;
	struct fetch_file file = { .fd = -1 };
	bool found;
	*same = false;
	if (!fetch_copy_read(f, item, copy, &found, e)) return false;
	struct fetch_known known = fetch_known_read(f->a, found ? copy->known : item.n ? STR("") : f->r->known);
	*same = stamp.n && str_eq(known.modified, stamp) && (!found || copy->whole);
	if (*same) return true;
	bool part = found && !copy->whole && stamp.n && str_eq(known.modified, stamp);
	if (!fetch_file_open(f, part ? copy->file : STR(""), &file, e)) return false;
	bool ended = true;
	if (download(p, url, &stamp, &file, &ended, e)) {
		if (!item.n && !fetch_file_whole(&file, ended, e)) return false;
		*copy = (struct fetch_copy){ .item = item, .name = name };
		return fetch_settle(f, &file, copy, STR(""), stamp, e);
	}
	struct fetch_copy rest = { .item = item, .file = file.name, .name = name, .bytes = file.bytes,
		                   .known = fetch_known_text(f->a, &(struct fetch_known){ .modified = stamp, .bytes = file.bytes }) };
	struct err ignored = { 0 };
	bool keep = stamp.n && file.bytes && f->r->dataset && (e->code == ERR_UPSTREAM || e->code == ERR_CANCELLED) && fetch_copy_write(f, &rest, &ignored);
	fetch_file_abandon(&file, keep);
	return false;
}

static bool single(const struct place *p, struct str given, struct err *e)
{
	struct fetching *f = p->f;
	struct fetch_copy copy;
	struct str stamp;
	bool found, same;
	if (!fetch_copy_read(f, STR(""), &copy, &found, e)) return false;
	if (found && !f->r->fresh && fetch_copy_recent(&copy) && fetch_copy_give(f, &copy)) return true;
	if (!stamp_of(p, p->url, &stamp, e) || !one_file(p, p->url, STR(""), last_part(f->a, given), stamp, &same, &copy, e)) return false;
	if (!same) return true;
	struct fetch_known then = fetch_known_read(f->a, f->r->known);
	if (copy.whole && !str_eq(then.sha256, fetch_known_read(f->a, copy.known).sha256))
		return fetch_copy_give(f, &copy) || err_set(e, ERR_UPSTREAM, "the kept copy of the source is gone; try again");
	vec_push(f->a, &f->out, (struct fetch_result){ .unchanged = true, .fd = -1, .name = last_part(f->a, given), .known = f->r->known });
	return true;
}

/* --- folders -------------------------------------------------------------------------------------------------------------- */

struct folder { VEC(struct fetch_entry) list; };

static void add(struct arena *a, struct folder *d, const struct fetch_entry *x)
{
	if (!fetch_name_ok(x->name)) return;
	(void)vec_add(a, &d->list);
	size_t i = d->list.n - 1;
	for (; i > 0 && str_cmp(x->name, d->list.p[i - 1].name) < 0; i--) d->list.p[i] = d->list.p[i - 1];
	d->list.p[i] = *x;
}

static bool listed(const struct place *p, int what, struct buf *text, struct err *e)
{
	struct sink sink = { .text = text };
	struct net_brought got;
	buf_clear(text);
	return bring(p, p->url, what, &sink, &got, e);
}

static bool list_by_facts(const struct place *p, struct folder *d, struct err *e)
{
	auto_buf text = BUF_INIT(LIST_BYTES);
	struct fetch_entry x;
	struct str line;
	if (!listed(p, NET_FACTS, &text, e)) return false;
	struct str rest = buf_str(&text);
	while (rest.n && str_cut(&rest, '\n', &line))
		if (fetch_facts(p->f->a, line, &x) && x.file) add(p->f->a, d, &x);
	return true;
}

static bool list_by_names(const struct place *p, struct folder *d, struct err *e)
{
	auto_buf names = BUF_INIT(LIST_BYTES), lines = BUF_INIT(LIST_BYTES);
	struct str line;
	if (!listed(p, NET_NAMES, &names, e) || !listed(p, NET_LINES, &lines, e)) return false;
	struct str rest = buf_str(&names);
	while (rest.n && str_cut(&rest, '\n', &line)) {
		struct str name = str_trim(line);
		name = str_from(name, (size_t)(str_rfind_char(name, '/') + 1));
		if (name.n && fetch_is_file(buf_str(&lines), name)) add(p->f->a, d, &(struct fetch_entry){ .name = arena_str(p->f->a, name), .file = true, .bytes = -1 });
	}
	return true;
}

static bool read_folder(const struct place *p, struct folder *d, struct err *e)
{
	struct err own = { 0 };
	if (!p->sftp && list_by_facts(p, d, &own)) return true;
	if (own.code == ERR_FORBIDDEN || own.code == ERR_UNAUTHENTICATED || own.code == ERR_CANCELLED) {
		*e = own;
		return false;
	}
	*d = (struct folder){ 0 };
	return list_by_names(p, d, e);
}

/* One text for all of them, so that a folder that has not changed is told from one that has. */
static struct str known_of(struct fetching *f, const struct fetch_copy *list, size_t n)
{
	auto_buf b = BUF_INIT(1 << 20);
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	int64_t bytes = 0;
	for (size_t i = 0; i < n; i++) {
		buf_put(&b, list[i].item);
		buf_put_char(&b, '\n');
		buf_put(&b, fetch_known_read(f->a, list[i].known).sha256);
		buf_put_char(&b, '\n');
		bytes += list[i].bytes;
	}
	crypt_sha256(buf_str(&b), hash);
	crypt_hex(hash, sizeof hash, hex);
	return fetch_known_text(f->a, &(struct fetch_known){ .sha256 = arena_str(f->a, str_of(hex)), .bytes = bytes });
}

bool fetch_folder_give(struct fetching *f, struct err *e)
{
	struct fetch_copy *list;
	size_t n;
	if (f->r->dataset == 0) return true; /* they are given as they came */
	fetch_done(f->out.p, f->out.n);
	f->out.n = 0;
	if (!fetch_copy_list(f, &list, &n, e)) return false;
	struct str known = known_of(f, list, n);
	if (f->r->known.n && str_eq(fetch_known_read(f->a, f->r->known).sha256, fetch_known_read(f->a, known).sha256)) {
		vec_push(f->a, &f->out, (struct fetch_result){ .unchanged = true, .fd = -1, .known = known });
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		if (!fetch_copy_give(f, &list[i])) return err_set(e, ERR_UPSTREAM, "A kept copy of the folder's files is gone. Clean the cache of the source and try again.");
		f->out.p[f->out.n - 1].known = known;
	}
	return true;
}

bool fetch_folder_recent(struct fetching *f, bool *given, struct err *e)
{
	struct fetch_copy *list;
	size_t n;
	*given = false;
	if (f->r->fresh || f->r->dataset == 0) return true;
	if (!fetch_copy_list(f, &list, &n, e)) return false;
	bool all = n > 0;
	for (size_t i = 0; i < n; i++) all = all && list[i].item.n && fetch_copy_recent(&list[i]);
	*given = all;
	return !all || fetch_folder_give(f, e);
}

static bool folder(const struct place *p, struct err *e)
{
	struct fetching *f = p->f;
	struct folder d = { 0 };
	bool given;
	if (!fetch_folder_recent(f, &given, e)) return false;
	if (given) return true;
	if (!read_folder(p, &d, e)) return false;
	if (!d.list.n) return err_set(e, ERR_NOT_FOUND, "There is no file in the folder. Files in folders inside of it are not read.");
	if (d.list.n > FETCH_ITEMS) return err_set(e, ERR_TOO_LARGE, "The folder has %zu files; at most %d are read.", d.list.n, FETCH_ITEMS);
	for (size_t i = 0; i < d.list.n; i++) {
		struct fetch_entry *x = &d.list.p[i];
		struct fetch_copy copy;
		struct str url = arena_join(f->a, p->url, encoded(f->a, x->name)), stamp;
		bool same;
		/* The same text whether the folder told of it or the file itself. */
		if (!stamp_of(p, url, &stamp, e) || !one_file(p, url, x->name, x->name, stamp, &same, &copy, e)) return false;
		if (f->r->dataset && f->out.n) {
			fetch_done(f->out.p, f->out.n);
			f->out.n = 0;
		}
		if (!fetch_stopped(f, e)) return false;
	}
	return fetch_folder_give(f, e);
}

bool fetch_ftp(struct fetching *f, struct err *e)
{
	const struct json_node *auth = json_get(f->connection, "auth");
	struct str base = fetch_text(f->connection, "url"), path = fetch_text(f->r->datasource, "relative_url");
	struct str whole = fetch_join(f->a, base, path);
	if (f->uid.n && !fetch_stays(f->a, f->r->datasource, f->connection, whole, e)) return false;
	ptrdiff_t at = str_find(whole, STR("://"));
	struct str head = str_sub(whole, 0, at < 0 ? 0 : (size_t)at + 3);
	struct place p = { .f = f, .url = arena_join(f->a, head, encoded(f->a, str_from(whole, head.n))), .user = arena_str(f->a, fetch_text(auth, "username")),
		           .password = arena_str(f->a, json_text(json_get(auth, "password"))), .host_key = fetch_text(f->connection, "host_key"),
		           .sftp = str_starts(whole, STR("sftp://")) };
	return str_ends(whole, STR("/")) ? folder(&p, e) : single(&p, whole, e);
}

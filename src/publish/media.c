/* Files that cells name by their address: brought once, asked for again only with what was told of them last time, kept as files of the dataset under the
 * text of the cell, so that pages and APIs show them. Addresses come out of a publisher's data: they are judged like those of sources. What could
 * not be had is told to the rows that name it. */
#include "image/image.h"
#include "net/net.h"
#include "publish/need.h"
#include <errno.h>
#include <unistd.h>

enum { FILE_BYTES = 100 << 20, AT_ONCE = 32, STALL_S = 20, REDIRECTS = 3, URL_BYTES = 2000, FRESH_S = 600, HOST_FAILURES = 10 };

struct media {
	struct need *n;
	const struct dataset *dataset;  /* as it is published; NULL: not yet */
	struct str slug;
	struct catalog_file_new files[AT_ONCE];
	struct str etags[AT_ONCE], changes[AT_ONCE], facts[AT_ONCE];
	size_t nfiles;
	struct arena batch;
	int64_t rows, most, brought;
	bool keep_place;
};
struct past { struct str etag, changed, facts; int64_t at; bool there; };

/* --- what is known ------------------------------------------------------------------------------------------ */

static bool read_past(struct media *m, struct arena *a, struct str url, struct past *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	*out = (struct past){ .there = false };
	if (!store_begin(m->n->site->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, PUBLISH_Q(media_find), m->n->all->tenant, STORE_PARAMS(VALUE_OF_INT(m->n->all->dataset), VALUE_OF_TEXT(url)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW)
			*out = (struct past){ arena_str(a, store_text(r, 0)), arena_str(a, store_text(r, 1)), arena_str(a, store_text(r, 2)), store_int(r, 3), true };
		store_stop(r);
		ok = step != STORE_FAILED;
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

static bool note(struct media *m, struct store_tx *tx, struct str url, struct str etag, struct str changed, struct str facts, struct err *e)
{
	return store_run(tx, PUBLISH_Q(media_put), m->n->all->tenant,
	                 STORE_PARAMS(VALUE_OF_INT(m->n->all->dataset), VALUE_OF_TEXT(url), VALUE_OF_TEXT(etag), VALUE_OF_TEXT(changed), VALUE_OF_TEXT(facts), VALUE_OF_INT(clock_now().us)), e);
}

/* What was brought becomes files of the dataset, and only then is it known. */
static bool flush(struct media *m, struct err *e)
{
	struct str ids[AT_ONCE];
	struct store_tx *tx;
	bool ok = m->nfiles == 0 || catalog_files_put(m->n->site->catalog, m->n->all->tenant, m->slug, m->files, m->nfiles, &m->batch, ids, e);
	if (ok && m->nfiles && (ok = store_begin(m->n->site->store, STORE_WRITE, &tx, e))) {
		for (size_t i = 0; ok && i < m->nfiles; i++) ok = note(m, tx, m->files[i].name, m->etags[i], m->changes[i], m->facts[i], e);
		ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	}
	for (size_t i = 0; i < m->nfiles; i++) close(m->files[i].fd);
	m->nfiles = 0;
	arena_done(&m->batch);
	return ok;
}

/* --- bringing ------------------------------------------------------------------------------------------------- */

struct sink { int fd; struct media *m; };

static bool begin(void *arg, bool whole, int64_t total, struct err *e)
{
	(void)arg;
	(void)whole;
	return total <= FILE_BYTES || err_set(e, ERR_TOO_LARGE, "the file is larger than %d MB", FILE_BYTES >> 20);
}

static bool take(void *arg, struct str bytes, struct err *e)
{
	const struct sink *s = arg;
	while (bytes.n) {
		ssize_t n = write(s->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "write of a file of records");
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

static void tick(void *arg)
{
	const struct sink *s = arg;
	need_progress(s->m->n, "fetching", s->m->brought, s->m->rows);
}

static bool bring(struct media *m, struct arena *a, struct str url, const struct past *past, int fd, struct net_brought *out, struct err *e)
{
	static const char *const wanted[] = { "ETag", "Last-Modified", NULL };
	const struct conf *c = m->n->site->conf;
	struct net_header headers[3] = { { STR("User-Agent"), arena_printf(a, "Stoa (open data portal %.*s)", STR_ARG(m->n->tenant->host)) } };
	size_t n = 1;
	struct sink sink = { fd, m };
	if (past->there && past->etag.n) headers[n++] = (struct net_header){ STR("If-None-Match"), past->etag };
	else if (past->there && past->changed.n) headers[n++] = (struct net_header){ STR("If-Modified-Since"), past->changed };
	const struct net_bring b = { .url = url, .schemes = NET_HTTP | NET_HTTPS, .headers = headers, .nheaders = n, .most = FILE_BYTES, .redirects = REDIRECTS,
		.stall_s = STALL_S, .flags = c && c->fetch_private ? NET_PRIVATE : 0, .ca_file_or_empty = c ? c->ca_file : NULL, .wanted = wanted, .begin = begin,
		.take = take, .tick = tick, .arg = &sink, .cancel_or_null = m->n->all->watch ? m->n->all->watch->cancel : NULL };
	return net_bring(&b, a, out, e);
}

/* --- what it is ---------------------------------------------------------------------------------------------------- */

/* The last part of an address, without what is asked of it; decoded. */
static struct str name_of(struct arena *a, struct str url)
{
	ptrdiff_t end = str_find_char(url, '?');
	struct str path = end < 0 ? url : str_sub(url, 0, (size_t)end);
	end = str_find_char(path, '#');
	if (end >= 0) path.n = (size_t)end;
	struct str last = str_from(path, (size_t)(str_rfind_char(path, '/') + 1));
	struct str decoded;
	if (text_url_decode(a, last, false, &decoded) && text_is_utf8(decoded) && decoded.n) last = decoded;
	return last.n ? last : STR("file");
}

static struct str facts_of(struct arena *a, int fd)
{
	auto_buf head = BUF_INIT(IMAGE_HEAD_BYTES);
	auto_buf b = BUF_INIT(1000);
	struct json_out j = JSON_OUT(&b);
	struct image_exif x;
	char *room = buf_room(&head, IMAGE_HEAD_BYTES);
	ssize_t n = pread(fd, room, IMAGE_HEAD_BYTES, 0);
	json_open(&j, '{');
	if (n > 0 && image_exif(str_make(room, (size_t)n), &x)) {
		if (x.date[0]) json_member(&j, "date", str_of(x.date));
		if (x.has_place) json_member(&j, "place", arena_printf(a, "%.7g,%.7g", x.lat, x.lon));
		if (x.orientation) json_member(&j, "orientation", arena_printf(a, "%d", x.orientation));
		if (x.camera[0]) json_member(&j, "camera", str_of(x.camera));
	}
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

static bool is_page(struct str type) { return str_eq_nocase(str_sub(type, 0, 9), STR("text/html")); }

static bool add(struct media *m, struct arena *a, struct str url, const struct net_brought *got, int fd, struct str *facts, struct err *e)
{
	size_t i = m->nfiles;
	struct catalog_file_new *f = &m->files[i];
	struct str name = name_of(&m->batch, url);
	*f = (struct catalog_file_new){ .kind = CATALOG_RECORD_FILE, .fd = fd, .name = name, .keep_place = m->keep_place };
	if (!publish_describe(fd, f, e) || lseek(fd, 0, SEEK_SET) < 0) return false;
	f->name = arena_str(&m->batch, url);
	f->title = name;
	m->etags[i] = arena_str(&m->batch, got->wanted[0]);
	m->changes[i] = arena_str(&m->batch, got->wanted[1]);
	m->facts[i] = facts_of(&m->batch, fd);
	*facts = arena_str(a, m->facts[i]);
	m->nfiles++;
	m->brought++;
	return true;
}

/* --- one address ---------------------------------------------------------------------------------------------------- */

/* True with *message (NULL: it is there) and *facts; false ends the whole. */
static bool fetch(struct media *m, struct arena *a, struct str url, const struct past *past, const char **message, struct str *facts, struct err *e)
{
	struct net_brought got = { 0 };
	struct err bad = { 0 };
	int fd;
	if (!need_file(m->n->site, &fd, e)) return false;
	bool ok = bring(m, a, url, past, fd, &got, &bad);
	if (!need_stopped(m->n, e)) {
		close(fd);
		return false;
	}
	if (ok && got.status == 304) *facts = past->facts;
	else if (!ok) *message = arena_printf(a, "This file could not be fetched: %s.", bad.pub).p;
	else if (got.status != 200) *message = arena_printf(a, "This file could not be fetched: the other server answered with status %d.", got.status).p;
	else if (is_page(got.type)) *message = "There is a web page at this address, not a file.";
	else if (lseek(fd, 0, SEEK_CUR) == 0) *message = "The file at this address is empty.";
	else {
		if (!add(m, a, url, &got, fd, facts, e)) {
			close(fd);
			return false;
		}
		return m->nfiles < AT_ONCE || flush(m, e);
	}
	close(fd);
	return true;
}

static bool put_fact(struct media *m, struct str url, const char *state, const char *message, struct str facts, struct err *e)
{
	static const char *const members[] = { "date", "place", "orientation", "camera" };
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	struct cell cells[7] = { { url, CELL_STRING }, { str_of(state), CELL_STRING } };
	if (message) cells[2] = (struct cell){ str_of(message), CELL_STRING };
	if (facts.n && json_read(facts, &doc, &ignored))
		for (size_t i = 0; i < COUNT_OF(members); i++) {
			struct str v = json_text(json_get(json_root(doc), members[i]));
			if (v.n) cells[3 + i] = (struct cell){ v, i == 2 ? CELL_NUMBER : CELL_STRING };
		}
	struct process_row r = { cells, COUNT_OF(cells), m->rows };
	return supply_row(&m->n->out, &r, e);
}

static bool one(struct media *m, struct str url, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct past past = { 0 };
	struct str facts = STR("");
	const char *message = NULL;
	if (m->n->all->dataset > 0 && !read_past(m, &a, url, &past, e)) return false;
	bool there = past.there && m->dataset && dataset_file_named_or_null(m->dataset, url);
	past.there = there;
	facts = past.facts;
	bool fresh = there && clock_now().us - past.at < FRESH_S * INT64_C(1000000);
	if (m->n->all->preview || m->n->all->dataset <= 0 || fresh) return put_fact(m, url, there ? "there" : "later", NULL, facts, e);
	if (url.n > URL_BYTES) message = "This address is too long.";
	else if (++m->rows > m->most) message = arena_printf(&a, "More than %lld different files are named; the rest is not fetched (files.most).", (long long)m->most).p;
	else if (!fetch(m, &a, url, &past, &message, &facts, e)) return false;
	/* What was there before is better than nothing while the other server is away. */
	if (message && there) {
		need_say(m->n, 1, "%.*s: %s The file fetched before is kept.", STR_ARG(text_cut(url, 200)), message);
		message = NULL;
	}
	return put_fact(m, url, message ? "missing" : "there", message, facts, e);
}

/* Whether the processor says that readers are to be told where pictures were taken. */
static bool keeps_place(const struct need *n)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json_read(n->need->parameters, &doc, &ignored)) return false;
	const struct json_node *args = json_get(json_root(doc), "args") ? json_get(json_root(doc), "args") : json_root(doc), *v = json_get(args, "keep_place");
	return json_bool(v, false) || str_eq(json_text(v), STR("true"));
}

static bool read_slug(struct need *n, struct str *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	if (!store_begin(n->site->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, PUBLISH_Q(slug_of), n->all->tenant, STORE_PARAMS(VALUE_OF_INT(n->all->dataset)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) *out = arena_str(n->a, store_text(r, 0));
		store_stop(r);
		ok = step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "the dataset is no more"));
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

bool need_media(struct need *n, struct supply_in *in, struct err *e)
{
	static const struct str names[] = { { "question", 8 }, { "state", 5 }, { "message", 7 }, { "date", 4 }, { "place", 5 }, { "orientation", 11 }, { "camera", 6 } };
	struct media m = { .n = n, .most = tenant_number(n->tenant, "files.most"), .keep_place = keeps_place(n) };
	struct process_row r;
	bool ok = need_names(n, names, COUNT_OF(names), e);
	for (size_t i = 0; i < n->view->n; i++)
		if (n->view->datasets[i].id == n->all->dataset) m.dataset = &n->view->datasets[i];
	ok = ok && (n->all->dataset <= 0 || read_slug(n, &m.slug, e));
	for (bool more = true; ok;) {
		ok = supply_next(in, &r, &more, e);
		if (!ok || !more) break;
		ok = !r.n || !r.cells[0].text.n || one(&m, r.cells[0].text, e);
	}
	/* Also after a failure: the next attempt need not bring again what has come. */
	struct err late = { 0 };
	bool kept = flush(&m, ok ? e : &late);
	arena_done(&m.batch);
	if (m.brought) need_say(n, 0, "%lld files were fetched.", (long long)m.brought);
	return ok && kept;
}

/* The thread that extracts and processes, and the source that the two passes see. */
#include "ingest/many.h"
#include "ingest/encoding.h"
#include "ingest/line.h"
#include "ingest/parts.h"
#include "ingest/supply.h"
#include "ingest/twins.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCKS = 8 };
struct block { char *p; size_t n; };

struct many {
	struct load *load;
	struct arena arena;          /* of the thread; the load's own while it does not run */
	struct line line;
	int fd;                      /* rows that wait for the second pass */
	struct supply_out out;
	struct supply_in *in;
	int drops_fd;                /* rows that say what is to be deleted (process_sink.drop); -1: there was none */
	struct supply_out drops;
	struct map deleted;          /* identity → the last row, counted from 1, that is deleted; of the second pass */
	int64_t ndeleted;
	VEC(struct str) notes;
	char decimal;                /* the first part's */
	struct buf dialect;          /* of the first part, an object */
	const char *format;
	VEC(struct str) columns;     /* of the first part */
	int64_t done_bytes;          /* of parts that were read; the thread's */
	_Atomic(int64_t) place, total;
	int64_t rows, second_rows;
	int64_t taken;               /* rows of all parts, before the processors; the thread's until the first pass is over */
	bool second, started, settled;

	struct lock lock;            /* LOCK_FEED; guards what follows */
	struct lock_bell bell;
	struct block blocks[BLOCKS]; /* oldest first */
	size_t nblocks;
	struct block now;            /* being read by the first pass */
	bool ended, failed, unwanted;
	struct err failure;
	pthread_t thread;
};

/* --- the thread: rows out ------------------------------------------------------------------------------- */

/* To the file for the second pass, and to the first pass itself. */
static bool give_block(void *arg, struct str block, struct err *e)
{
	struct many *m = arg;
	uint32_t n = (uint32_t)block.n;
	if (!spool_put(m->fd, str_make((const char *)&n, sizeof n), e) || !spool_put(m->fd, block, e)) return false;
	struct block copy = { malloc(block.n), block.n };
	ensure(copy.p);
	memcpy(copy.p, block.p, block.n);
	lock_take(&m->lock);
	while (m->nblocks == BLOCKS && !m->unwanted) lock_bell_wait(&m->bell, &m->lock);
	bool wanted = !m->unwanted;
	if (wanted) m->blocks[m->nblocks++] = copy;
	lock_bell_ring_all(&m->bell);
	lock_give(&m->lock);
	if (wanted) return true;
	free(copy.p);
	return err_set(e, ERR_CANCELLED, "stopped");
}

static bool out_row(void *arg, const struct process_row *row, bool *enough, struct err *e)
{
	struct many *m = arg;
	const struct heading *h;
	size_t n = line_columns(&m->line, &h);
	if (n > LIMIT_COLUMNS && m->out.names <= LIMIT_COLUMNS) n = LIMIT_COLUMNS + 1;
	while (m->out.names < n && m->out.names <= LIMIT_COLUMNS)
		if (!supply_name(&m->out, h[m->out.names].name, h[m->out.names].label, e)) return false;
	int64_t most = m->load->job.most_rows;
	if (most > 0 && m->rows == most) {
		m->load->limited = *enough = true;
		return true;
	}
	m->rows++;
	return supply_row(&m->out, row, e);
}

static bool out_fault(void *arg, struct str processor, int64_t row, struct str field, struct str value, const char *message, struct err *e)
{
	struct many *m = arg;
	return rejects_add_of(&m->load->rejects, processor, row, field, value, message, e);
}

/* Numbered by how many rows came out before it: those are what it deletes. */
static bool out_drop(void *arg, const struct process_row *row, struct err *e)
{
	struct many *m = arg;
	struct process_row numbered = { row->cells, num_min(row->n, (size_t)LIMIT_COLUMNS), m->rows };
	if (m->rows == 0) return true;
	if (m->drops_fd < 0) {
		m->drops_fd = spool_open(m->load, e);
		if (m->drops_fd < 0) return false;
		supply_begin(&m->drops, m->drops_fd);
	}
	while (m->drops.names < numbered.n)
		if (!supply_name(&m->drops, STR("cell"), STR(""), e)) return false;
	return supply_row(&m->drops, &numbered, e);
}

static void keep_notes(struct many *m, const struct part *p)
{
	const struct ingest_job *job = &m->load->job;
	for (size_t i = 0; i < p->load.notes.n; i++) {
		struct str note = p->load.notes.p[i];
		if (job->nparts > 1) note = arena_printf(&m->arena, "%.*s: %.*s", STR_ARG(p->load.job.parts->name), STR_ARG(note));
		vec_push(&m->arena, &m->notes, note);
	}
}

static void keep_dialect(struct many *m, struct part *p)
{
	const struct source *s = &p->load.source;
	struct json_out j = JSON_OUT(&m->dialect);
	json_open(&j, '{');
	if (s->encoding.n) json_member(&j, "encoding", s->encoding);
	if (s->inside.n) json_member(&j, "inside", s->inside);
	if (s->format->describe) s->format->describe(&p->load.source, &j);
	json_close(&j, '}');
	m->format = s->format->name;
	m->decimal = s->dialect.decimal;
	for (size_t i = 0; i < p->columns.n; i++) vec_push(&m->arena, &m->columns, arena_str(&m->arena, p->columns.p[i].name));
}

static bool run_part(struct many *m, size_t i, bool *enough, struct err *e)
{
	struct part p;
	bool ok = part_begin(&p, &m->arena, &m->load->job, i, 0, e) && line_part(&m->line, &p, i, e);
	struct row r = { .more = true };
	for (int64_t n = 0; ok && !*enough; n++) {
		ok = part_next(&p, &r, e);
		if (!ok || !r.more) break;
		ok = line_row(&m->line, &p, i, &r, enough, e);
		m->taken++;
		if (n % 1024 == 0) atomic_store(&m->place, m->done_bytes + part_place(&p));
	}
	ok = ok && line_part_end(&m->line, &p, i, e);
	if (ok) {
		keep_notes(m, &p);
		if (i == 0) keep_dialect(m, &p);
		m->done_bytes += p.load.source.bytes;
	}
	part_end(&p);
	return ok;
}

static bool run_all(struct many *m, struct err *e)
{
	bool enough = false;
	for (size_t i = 0; i < m->load->job.nparts && !enough; i++)
		if (!run_part(m, i, &enough, e)) return false;
	atomic_store(&m->place, m->done_bytes);
	atomic_store(&m->total, m->done_bytes);
	/* Columns that no row had a cell for. */
	const struct heading *h;
	size_t n = line_columns(&m->line, &h);
	while (m->out.names < n && m->out.names <= LIMIT_COLUMNS)
		if (!supply_name(&m->out, h[m->out.names].name, h[m->out.names].label, e)) return false;
	return supply_end(&m->out, e) && (m->drops_fd < 0 || supply_end(&m->drops, e));
}

static void *work(void *arg)
{
	struct many *m = arg;
	struct err e = { 0 };
	bool ok = run_all(m, &e);
	lock_take(&m->lock);
	m->ended = true;
	m->failed = !ok;
	m->failure = e;
	lock_bell_ring_all(&m->bell);
	lock_give(&m->lock);
	return NULL;
}

/* --- the source that the passes see ----------------------------------------------------------------------- */

static bool take_block(void *arg, struct str *block, struct err *e)
{
	struct many *m = arg;
	free(m->now.p);
	m->now = (struct block){ 0 };
	lock_take(&m->lock);
	while (m->nblocks == 0 && !m->ended) lock_bell_wait(&m->bell, &m->lock);
	if (m->nblocks > 0) {
		m->now = m->blocks[0];
		m->nblocks--;
		memmove(m->blocks, m->blocks + 1, m->nblocks * sizeof *m->blocks);
		lock_bell_ring_all(&m->bell);
	}
	bool failed = m->nblocks == 0 && !m->now.p && m->failed;
	if (failed) *e = m->failure;
	lock_give(&m->lock);
	*block = str_make(m->now.p, m->now.n);
	return !failed;
}

static bool spool_rewind(struct source *s, struct err *e)
{
	struct many *m = s->state;
	if (m->settled) {
		m->second = true;
		m->second_rows = m->ndeleted = 0;
		supply_from_file(m->in, m->fd);
		return supply_rewind(m->in, e);
	}
	if (m->started) return true; /* blocks come once */
	m->started = true;
	return pthread_create(&m->thread, NULL, work, m) == 0 || (m->started = false, err_set(e, ERR_SYSTEM, "a thread could not be started"));
}

static void see_names(struct source *s, const struct many *m)
{
	const struct str *names;
	const struct str *labels;
	size_t n = supply_columns(m->in, &names, &labels);
	for (size_t i = s->names.n; i < n; i++) {
		vec_push(s->load->a, &s->names, arena_str(s->load->a, names[i]));
		vec_push(s->load->a, &s->labels, arena_str(s->load->a, labels[i]));
	}
}

static bool spool_next(struct source *s, struct row *out, struct err *e)
{
	struct many *m = s->state;
	struct process_row row;
	*out = (struct row){ 0 };
	if (!supply_next(m->in, &row, &out->more, e)) return false;
	if (!m->second) see_names(s, m);
	else m->second_rows += out->more;
	if (!out->more) return true;
	out->cells = row.cells;
	out->n = row.n;
	out->number = row.number;
	return true;
}

/* Of the second pass by rows, so that it ends where the first did. */
static int64_t spool_place(struct source *s)
{
	struct many *m = s->state;
	if (!m->second) return atomic_load(&m->place);
	return m->rows ? (int64_t)((double)m->second_rows / (double)m->rows * (double)s->bytes) : s->bytes;
}

static const struct source_format source_rows = { .name = "rows", .suffixes = "", .rewind = spool_rewind, .next = spool_next,
	.place = spool_place };

bool many_open(struct load *l, struct err *e)
{
	struct many *m = calloc(1, sizeof *m);
	ensure(m);
	l->many = m;
	m->load = l;
	m->fd = m->drops_fd = -1;
	m->dialect = BUF_INIT(1 << 20);
	lock_init(&m->lock, LOCK_FEED);
	lock_bell_init(&m->bell);
	m->in = supply_from(take_block, m);
	supply_begin(&m->out, -1);
	m->out.give = give_block;
	m->out.arg = m;
	l->source = (struct source){ .format = &source_rows, .load = l, .fd = -1, .state = m };
	for (size_t i = 0; i < l->job.nparts; i++) {
		struct stat st;
		if (fstat(l->job.parts[i].source, &st) == 0) l->source.bytes += st.st_size;
	}
	/* Record errors come from the thread first, and from the second pass later: never at once. */
	l->rejects.a = &m->arena;
	if (l->job.nparts > 1) l->rejects.parts = l->job.parts;
	m->fd = spool_open(l, e);
	if (m->fd < 0 || !spool_put(m->fd, STR("stoarow1"), e)) return false;
	return line_open(&m->line, &m->arena, &l->job, &(struct line_sink){ .arg = m, .row = out_row, .fault = out_fault, .drop = out_drop }, e);
}

static void join(struct many *m)
{
	if (!m->started) return;
	lock_take(&m->lock);
	m->unwanted = true;
	lock_bell_ring_all(&m->bell);
	lock_give(&m->lock);
	pthread_join(m->thread, NULL);
	m->started = false;
}

/* Names that a processor took away meanwhile, and labels that came late. */
static void last_names(struct load *l, struct many *m)
{
	const struct heading *h;
	size_t n = num_min(line_columns(&m->line, &h), l->source.names.n);
	for (size_t i = 0; i < n; i++) l->source.names.p[i] = arena_str(l->a, h[i].name);
}

bool many_settle(struct load *l, struct err *e)
{
	struct many *m = l->many;
	if (!m) return true;
	join(m);
	m->settled = true;
	if (m->failed) {
		*e = m->failure;
		return false;
	}
	for (size_t i = 0; i < m->notes.n; i++) load_note(l, "%.*s", STR_ARG(m->notes.p[i]));
	line_notes(&m->line, l);
	l->source.bytes = atomic_load(&m->total);
	last_names(l, m);
	l->source.dialect.decimal = m->decimal;
	return true;
}

void many_close(struct load *l)
{
	struct many *m = l->many;
	if (!m) return;
	join(m);
	for (size_t i = 0; i < m->nblocks; i++) free(m->blocks[i].p);
	free(m->now.p);
	supply_close(m->in);
	supply_done(&m->out);
	supply_done(&m->drops);
	if (m->drops_fd >= 0) close(m->drops_fd);
	line_close(&m->line);
	if (m->fd >= 0) close(m->fd);
	buf_done(&m->dialect);
	/* What the thread's arena holds of the result. */
	for (size_t i = 0; i < l->rejects.reasons.n; i++) {
		l->rejects.reasons.p[i].reason = arena_str(l->a, l->rejects.reasons.p[i].reason);
		l->rejects.reasons.p[i].field = arena_str(l->a, l->rejects.reasons.p[i].field);
	}
	struct ingest_reason *reasons = arena_array(l->a, struct ingest_reason, l->rejects.reasons.n + 1);
	for (size_t i = 0; i < l->rejects.reasons.n; i++) reasons[i] = l->rejects.reasons.p[i];
	l->rejects.reasons.p = reasons;
	l->rejects.reasons.cap = l->rejects.reasons.n;
	l->rejects.a = l->a;
	arena_done(&m->arena);
	lock_bell_done(&m->bell);
	lock_done(&m->lock);
	free(m);
	l->many = NULL;
	l->source = (struct source){ .fd = -1, .archive = -1 };
}

/* --- what rows delete ----------------------------------------------------------------------------------------- */

bool many_deletions(struct load *l, const struct plan *p, struct err *e)
{
	struct many *m = l->many;
	struct supply_in *in;
	struct process_row row;
	bool more = true;
	if (!m || m->drops_fd < 0) return true;
	auto_buf key = BUF_INIT(LIMIT_CELL_BYTES);
	bool ok = supply_open(m->drops_fd, &in, e);
	while (ok && (ok = supply_next(in, &row, &more, e)) && more) {
		if (!identity_of(p, row.cells, row.n, &key)) continue;
		/* Numbers begin with 1, so that none is NULL; later ones are greater. */
		map_put(&m->arena, &m->deleted, arena_str(&m->arena, buf_str(&key)), (void *)(uintptr_t)row.number);
	}
	supply_close(in);
	return ok;
}

bool many_is_deleted(struct load *l, const struct plan *p, const struct row *r)
{
	struct many *m = l->many;
	if (!m || m->deleted.n == 0) return false;
	auto_buf key = BUF_INIT(LIMIT_CELL_BYTES);
	if (!identity_of(p, r->cells, r->n, &key)) return false;
	bool is = m->second_rows <= (int64_t)(uintptr_t)map_get_or_null(&m->deleted, buf_str(&key));
	m->ndeleted += is;
	return is;
}

void many_deleted_note(struct load *l)
{
	if (l->many && l->many->ndeleted)
		load_note(l, "Records that came before and were deleted by a later row: %lld.", (long long)l->many->ndeleted);
}

bool many_has_column(const struct many *m, struct str name)
{
	for (size_t i = 0; i < m->columns.n; i++)
		if (str_eq(m->columns.p[i], name)) return true;
	return false;
}

int64_t many_taken(const struct many *m) { return m->taken; }
struct str many_dialect(const struct many *m) { return buf_str(&m->dialect); }
const char *many_format(const struct many *m) { return m->format ? m->format : ""; }

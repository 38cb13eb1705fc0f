/* Parquet through DuckDB's own writer, in memory that does not grow with the rows. The library writes a file in order
 * with several threads only by keeping what came before its turn, as much as the engine's memory allows. So the rows are cut
 * into parts of one group of rows: a few threads take the next part of the question's rows in turn, write it
 * as a file of its own beside the version, and hand its pages on in the order of the parts; one footer tells of
 * all of them (footer.c). What comes out is one file, sent as it is made. */
#include "engine/inside.h"
#include "io/io.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PART_ROWS = 122880, /* the library's own size of a group */
	VECTOR_ROWS = 2048,
	PART_BYTES = 16 << 20, /* a part of many columns or of long texts has fewer rows */
	MAGIC = 4, TAIL = 8, COPY_BYTES = 128 << 10,
};

struct writing;

/* What one thread writes. */
struct engine_part {
	struct engine_part *next; /* of the engine; guarded by its lock */
	int64_t handle;
	struct writing *of;
	duckdb_connection connection;
	struct str path;
	struct buf text;          /* the statement */
	int64_t number, rows;
	size_t bytes;
	bool reading;             /* it is this one's turn to read */
	struct err failure;       /* of its source */
	pthread_t thread;
	bool running;
};

struct writing {
	struct engine *engine;
	struct engine_cursor *source;
	duckdb_connection asking;
	duckdb_result *result;
	size_t columns;           /* physical ones */
	bool big;
	struct cancel *cancel;
	const struct engine_output *to;
	struct footers footers;   /* of whoever's turn it is to hand on, like the next two */
	int64_t at;
	char *copied;
	struct arena arena;
	struct lock lock;         /* LOCK_FEED; guards what follows */
	struct lock_bell bell;
	bool reading, ended, failed;
	struct err failure;       /* the first one */
	int64_t begun, handed;    /* parts */
	struct engine_part parts[CORES_MOST];
	size_t nparts;
};

/* --- stoa_part(handle): the rows of a part, as they come ------------------------------------------------ */

static struct engine_part *part_of(struct engine *g, int64_t handle)
{
	lock_take(&g->lock);
	struct engine_part *p = g->parts;
	while (p && p->handle != handle) p = p->next;
	lock_give(&g->lock);
	return p;
}

static void bind_part(duckdb_bind_info info)
{
	duckdb_value given = duckdb_bind_get_parameter(info, 0);
	struct engine_part *p = part_of(duckdb_bind_get_extra_info(info), duckdb_get_int64(given));
	duckdb_destroy_value(&given);
	if (!p) {
		duckdb_bind_set_error(info, "there is no such part");
		return;
	}
	for (size_t i = 0; i < p->of->columns; i++) {
		duckdb_logical_type t = duckdb_column_logical_type(p->of->result, i);
		char name[32];
		snprintf(name, sizeof name, "c%zu", i);
		duckdb_bind_add_result_column(info, name, t);
		duckdb_destroy_logical_type(&t);
	}
	duckdb_bind_set_bind_data(info, p, NULL);
}

static void init_part(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

/* Roughly what a chunk takes. */
static size_t bytes_of(duckdb_data_chunk chunk, size_t columns, size_t rows)
{
	size_t sum = columns * rows * sizeof(int64_t);
	for (size_t c = 0; c < columns; c++) {
		duckdb_vector v = duckdb_data_chunk_get_vector(chunk, c);
		duckdb_logical_type t = duckdb_vector_get_column_type(v);
		duckdb_type id = duckdb_get_type_id(t);
		uint64_t *valid = duckdb_vector_get_validity(v);
		duckdb_destroy_logical_type(&t);
		if (id == DUCKDB_TYPE_LIST) sum += duckdb_list_vector_get_size(v) * sizeof(duckdb_string_t);
		if (id != DUCKDB_TYPE_VARCHAR && id != DUCKDB_TYPE_BLOB) continue;
		for (size_t i = 0; i < rows; i++)
			if (!valid || duckdb_validity_row_is_valid(valid, i)) sum += vector_text(v, i).n;
	}
	return sum;
}

/* The next part may be read. */
static void leave(struct engine_part *p, bool ended)
{
	struct writing *w = p->of;
	if (!p->reading) return;
	p->reading = false;
	lock_take(&w->lock);
	w->reading = false;
	w->ended = w->ended || ended;
	lock_bell_ring_all(&w->bell);
	lock_give(&w->lock);
}

static bool next_rows(struct engine_part *p, duckdb_data_chunk *out, struct err *e)
{
	struct writing *w = p->of;
	if (!engine_next_chunk(w->source, out, e)) return false;
	if (*out || !w->cancel || !cancel_fired(w->cancel)) return true;
	/* An interrupted stream must not pass for one that came to its end. */
	return err_set(e, ERR_CANCELLED, "this took too long and was stopped");
}

static void read_part(duckdb_function_info info, duckdb_data_chunk out)
{
	struct engine_part *p = duckdb_function_get_bind_data(info);
	duckdb_data_chunk chunk;
	duckdb_data_chunk_set_size(out, 0);
	if (!p->reading) return;
	if (!next_rows(p, &chunk, &p->failure)) {
		duckdb_function_set_error(info, "the rows cannot be read");
		return;
	}
	size_t n = chunk ? duckdb_data_chunk_get_size(chunk) : 0;
	for (size_t i = 0; n && i < p->of->columns; i++)
		duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(out, i), duckdb_data_chunk_get_vector(chunk, i));
	duckdb_data_chunk_set_size(out, n);
	p->rows += (int64_t)n;
	if (n) p->bytes += bytes_of(chunk, p->of->columns, n);
	if (!n || p->rows + VECTOR_ROWS > PART_ROWS || p->bytes >= PART_BYTES) leave(p, n == 0);
}

bool parquet_functions(struct engine *g, duckdb_connection c, struct err *e)
{
	duckdb_table_function f = duckdb_create_table_function();
	duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
	duckdb_table_function_set_name(f, "stoa_part");
	duckdb_table_function_add_parameter(f, number);
	duckdb_table_function_set_extra_info(f, g, NULL);
	duckdb_table_function_set_bind(f, bind_part);
	duckdb_table_function_set_init(f, init_part);
	duckdb_table_function_set_function(f, read_part);
	bool ok = duckdb_register_table_function(c, f) == DuckDBSuccess;
	duckdb_destroy_logical_type(&number);
	duckdb_destroy_table_function(&f);
	return ok || engine_said(e, "stoa_part");
}

/* --- the statement of a part ------------------------------------------------------------------------------ */

static void put_column(struct buf *b, struct column_type t, size_t at, int epsg)
{
	bool moved = epsg != 0 && (t.type == VALUE_POINT || t.type == VALUE_SHAPE);
	if (moved) buf_lit(b, "stoa_project(");
	if (t.type == VALUE_POINT) buf_printf(b, "stoa_point(c%zu, c%zu)", at, at + 1);
	else buf_printf(b, "c%zu", at);
	if (moved) buf_printf(b, ", %d)", epsg);
	buf_lit(b, " AS ");
}

static void put_copy(struct engine_part *p, const struct engine_query *q, const struct str *names,
                     const struct engine_parquet_how *how)
{
	struct buf *b = &p->text;
	size_t at = 0;
	buf_lit(b, "COPY (SELECT ");
	for (size_t i = 0; i < q->ncolumns; i++) {
		if (i) buf_lit(b, ", ");
		put_column(b, q->columns[i], at, how->epsg);
		engine_put_quoted(b, names[i], '"');
		at += q->columns[i].type == VALUE_POINT ? 2 : 1;
	}
	buf_printf(b, " FROM stoa_part(%lld)) TO ", (long long)p->handle);
	engine_put_quoted(b, p->path, '\'');
	buf_printf(b, " (FORMAT parquet, COMPRESSION %s", str_eq(how->compression, STR("zstd")) ? "zstd" : "snappy");
	if (how->geo.n) {
		buf_lit(b, ", KV_METADATA {geo: ");
		engine_put_quoted(b, how->geo, '\'');
		buf_put_char(b, '}');
	}
	buf_printf(b, ")%c", 0);
}

/* --- one part after the other -------------------------------------------------------------------------------- */

static void fail(struct writing *w, const struct err *e)
{
	lock_take(&w->lock);
	if (!w->failed) w->failure = *e;
	w->failed = true;
	lock_bell_ring_all(&w->bell);
	lock_give(&w->lock);
}

/* Waits for the turn to read; false when there is nothing left to do. The first part is written even when it has no rows. */
static bool begin_part(struct engine_part *p)
{
	struct writing *w = p->of;
	lock_take(&w->lock);
	while (w->reading && !w->failed) lock_bell_wait(&w->bell, &w->lock);
	bool more = !w->failed && !(w->ended && w->begun > 0);
	if (more) {
		w->reading = p->reading = true;
		p->number = w->begun++;
		p->rows = 0;
		p->bytes = 0;
	}
	lock_give(&w->lock);
	return more;
}

static bool write_part(struct engine_part *p, struct err *e)
{
	bool ok = engine_run(p->connection, p->text.p, e);
	leave(p, false);
	if (!ok && p->failure.code != ERR_NONE) *e = p->failure;
	return ok;
}

/* Waits for the turn to hand on. */
static bool wait_turn(struct engine_part *p)
{
	struct writing *w = p->of;
	lock_take(&w->lock);
	while (w->handed != p->number && !w->failed) lock_bell_wait(&w->bell, &w->lock);
	bool ok = !w->failed;
	lock_give(&w->lock);
	return ok;
}

static bool put(struct writing *w, struct str bytes, struct err *e)
{
	w->at += (int64_t)bytes.n;
	return w->to->write(w->to->to, bytes, e);
}

static bool send_pages(struct writing *w, int fd, int64_t from, int64_t to, struct err *e)
{
	while (from < to) {
		size_t n = (size_t)num_min(to - from, (int64_t)COPY_BYTES);
		if (!io_read_at(fd, w->copied, n, from, e) || !put(w, str_make(w->copied, n), e)) return false;
		from += (int64_t)n;
	}
	return true;
}

/* "PAR1", pages, the footer, its length in four bytes, "PAR1". */
static bool hand_on(struct writing *w, int fd, struct err *e)
{
	struct stat s;
	unsigned char tail[TAIL];
	if (fstat(fd, &s) != 0) return err_os(e, "stat of a part of a Parquet file");
	int64_t size = s.st_size;
	if (size < MAGIC + TAIL || !io_read_at(fd, (char *)tail, TAIL, size - TAIL, e)) return err_set(e, ERR_DATABASE, "the data could not be written");
	int64_t length = (int64_t)tail[0] | (int64_t)tail[1] << 8 | (int64_t)tail[2] << 16 | (int64_t)tail[3] << 24;
	int64_t pages = size - TAIL - length;
	if (memcmp(tail + 4, "PAR1", 4) != 0 || pages < MAGIC) return err_set(e, ERR_DATABASE, "the data could not be written");
	auto_buf footer = BUF_INIT((size_t)length);
	char *room = buf_room(&footer, (size_t)length);
	if (!room || !io_read_at(fd, room, (size_t)length, pages, e)) return err_set(e, ERR_DATABASE, "the data could not be written");
	if (w->at == 0 && !put(w, STR("PAR1"), e)) return false;
	return footers_add(&w->footers, str_make(room, (size_t)length), w->at - MAGIC, e) && send_pages(w, fd, MAGIC, pages, e);
}

static bool join_part(struct engine_part *p, struct err *e)
{
	struct writing *w = p->of;
	int fd = open(p->path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open of a part of a Parquet file");
	bool ok = hand_on(w, fd, e);
	close(fd);
	if (!ok) return false;
	lock_take(&w->lock);
	w->handed++;
	lock_bell_ring_all(&w->bell);
	lock_give(&w->lock);
	return true;
}

static void *work(void *arg)
{
	struct engine_part *p = arg;
	struct writing *w = p->of;
	help_begin(w->engine, w->big);
	while (begin_part(p)) {
		struct err e = { 0 };
		bool ok = write_part(p, &e) && (!wait_turn(p) || join_part(p, &e));
		unlink(p->path.p);
		if (!ok) fail(w, &e);
	}
	help_end(w->engine, w->big);
	return NULL;
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

static void poke(void *arg)
{
	struct writing *w = arg;
	duckdb_interrupt(w->asking);
	for (size_t i = 0; i < w->nparts; i++) duckdb_interrupt(w->parts[i].connection);
}

/* As many threads as there are cores that nobody else computes on. */
static size_t threads_for(struct writing *w)
{
	struct engine *g = w->engine;
	lock_take(&g->lock);
	int free_cores = g->cores - g->asking;
	lock_give(&g->lock);
	return w->big && free_cores > 1 ? (size_t)free_cores : 1;
}

static bool prepare(struct writing *w, const struct engine_query *q, const struct str *names, struct str path,
                    const struct engine_parquet_how *how, struct err *e)
{
	struct engine *g = w->engine;
	size_t n = threads_for(w);
	for (size_t i = 0; i < n; i++) {
		struct engine_part *p = &w->parts[i];
		*p = (struct engine_part){ .of = w, .text = BUF_INIT(8 << 20) };
		p->connection = engine_take_connection(g, e);
		if (!p->connection) return false;
		p->path = arena_printf(&w->arena, "%.*s.%zu.tmp", STR_ARG(path), i);
		lock_take(&g->lock);
		p->handle = ++g->last_set;
		p->next = g->parts;
		g->parts = p;
		lock_give(&g->lock);
		w->nparts++;
		put_copy(p, q, names, how);
		if (p->text.over) return err_set(e, ERR_TOO_LARGE, "this question is too long");
	}
	return true;
}

static void finish(struct writing *w)
{
	struct engine *g = w->engine;
	for (size_t i = 0; i < w->nparts; i++) {
		struct engine_part *p = &w->parts[i];
		lock_take(&g->lock);
		struct engine_part **at = &g->parts;
		while (*at != p) at = &(*at)->next;
		*at = p->next;
		lock_give(&g->lock);
		engine_give_connection(g, p->connection);
		buf_done(&p->text);
	}
	footers_done(&w->footers);
	arena_done(&w->arena);
	lock_bell_done(&w->bell);
	lock_done(&w->lock);
}

/* The caller's thread writes parts like the others; one that cannot be had is done without. */
static bool write_parts(struct writing *w, struct err *e)
{
	if (w->cancel && !cancel_guard(w->cancel, poke, w, e)) return false;
	for (size_t i = 1; i < w->nparts; i++)
		w->parts[i].running = pthread_create(&w->parts[i].thread, NULL, work, &w->parts[i]) == 0;
	work(&w->parts[0]);
	for (size_t i = 1; i < w->nparts; i++)
		if (w->parts[i].running) pthread_join(w->parts[i].thread, NULL);
	if (w->cancel) cancel_unguard(w->cancel);
	if (w->failed) *e = w->failure;
	return !w->failed;
}

static bool write_footer(struct writing *w, struct err *e)
{
	auto_buf b = BUF_INIT(INT32_MAX);
	footers_put(&w->footers, &b);
	size_t length = b.n;
	for (int i = 0; i < 4; i++) buf_put_char(&b, (char)(length >> (8 * i) & 0xff));
	buf_lit(&b, "PAR1");
	if (b.over) return err_set(e, ERR_TOO_LARGE, "this Parquet file has too many groups of rows");
	return put(w, buf_str(&b), e);
}

bool engine_write_parquet(struct engine *g, const struct engine_query *q, const struct str *names, struct str path,
                          const struct engine_parquet_how *how, const struct engine_output *to, int64_t *rows_or_null,
                          struct cancel *c_or_null, struct err *e)
{
	struct writing w = { .engine = g, .cancel = c_or_null, .to = to, .footers = FOOTERS_INIT };
	struct engine_query ask = *q;
	ask.stream = true;
	if (!engine_ask(g, &ask, c_or_null, &w.source, e)) return false;
	engine_adopt(w.source, &w.asking, &w.result, &w.big);
	w.columns = duckdb_column_count(w.result);
	w.copied = arena_bytes(&w.arena, COPY_BYTES);
	lock_init(&w.lock, LOCK_FEED);
	lock_bell_init(&w.bell);
	bool ok = prepare(&w, q, names, path, how, e) && write_parts(&w, e) && write_footer(&w, e);
	if (ok && rows_or_null) *rows_or_null = w.footers.rows;
	finish(&w);
	engine_finish(w.source);
	return ok;
}

/* --- into a file ------------------------------------------------------------------------------------------------- */

struct file {
	int fd;
	int64_t length;
};

static bool append(void *to, struct str bytes, struct err *e)
{
	struct file *f = to;
	bool ok = io_write_at(f->fd, bytes, f->length, e);
	f->length += (int64_t)bytes.n;
	return ok;
}

bool engine_write_parquet_file(struct engine *g, const struct engine_query *q, const struct str *names, struct str path,
                               const struct engine_parquet_how *how, struct cancel *c_or_null, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const char *name = arena_str(&a, path).p;
	struct file f = { .fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) };
	if (f.fd < 0) return err_os(e, "open of a Parquet file");
	const struct engine_output to = { append, &f };
	bool ok = engine_write_parquet(g, q, names, path, how, &to, NULL, c_or_null, e);
	close(f.fd);
	if (!ok) unlink(name);
	return ok;
}

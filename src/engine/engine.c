/* One DuckDB instance in memory, to which version files are attached. Hardened: no external access
 * beyond the data folder, no extensions, settings locked, memory and spill space capped, and no
 * threads but those that ask and their helpers (help.c). */
#include "engine/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool engine_said(struct err *e, const char *message)
{
	struct str m = str_of(message);
	if (str_find(m, STR("INTERRUPT")) >= 0)
		err_set(e, ERR_CANCELLED, "this took too long and was stopped");
	else if (str_find(m, STR("No space left")) >= 0)
		err_set(e, ERR_DISK_FULL, "no space is left where the portal keeps its data");
	else if (str_find(m, STR("out of range")) >= 0 || str_find(m, STR("Out of Range")) >= 0)
		err_set(e, ERR_ODSQL, "A total of whole numbers does not fit 64 bits; multiply them by 1.0 to have it as a decimal number.");
	else if (str_find(m, STR("Out of Memory")) >= 0 || str_find(m, STR("max_temp_directory_size")) >= 0)
		err_set(e, ERR_TOO_HEAVY, "%s", err_kind(ERR_TOO_HEAVY)->sentence);
	else
		err_set(e, ERR_DATABASE, "the data could not be read");
	return err_cause(e, "duckdb: %.400s", message ? message : "?");
}

bool engine_settings(duckdb_config config, const char *name, struct str value, struct err *e)
{
	char text[4096];
	snprintf(text, sizeof text, "%.*s", STR_ARG(value));
	if (duckdb_set_config(config, name, text) == DuckDBSuccess) return true;
	err_set(e, ERR_DATABASE, "the engine refuses a setting");
	return err_cause(e, "duckdb setting %s = %s", name, text);
}

bool engine_run(duckdb_connection c, const char *text, struct err *e)
{
	duckdb_result r;
	bool ok = duckdb_query(c, text, &r) == DuckDBSuccess;
	if (!ok) engine_said(e, duckdb_result_error(&r));
	duckdb_destroy_result(&r);
	return ok;
}

static int64_t default_memory_mb(void)
{
	int64_t mb = (int64_t)sysconf(_SC_PHYS_PAGES) * (int64_t)sysconf(_SC_PAGESIZE) / (1 << 20) / 4;
	return mb > 4096 ? 4096 : mb < 256 ? 256 : mb;
}

static int default_cores(void)
{
	enum { ENOUGH = 4 };
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > ENOUGH ? ENOUGH : (int)n;
}

static bool configure(duckdb_config cfg, const struct engine_options *o, int cores, struct arena *a, struct err *e)
{
	int64_t memory = o->memory_mb ? o->memory_mb : default_memory_mb();
	int64_t temp = o->temp_mb ? o->temp_mb : 4096;
	struct str threads = arena_printf(a, "%d", cores);
	/* As many external ones: the library starts no thread of its own (help.c). */
	return engine_settings(cfg, "threads", threads, e) && engine_settings(cfg, "external_threads", threads, e) &&
	       engine_settings(cfg, "memory_limit", arena_printf(a, "%lldMB", (long long)memory), e) &&
	       engine_settings(cfg, "temp_directory", arena_printf(a, "%.*s/tmp/engine", STR_ARG(o->folder)), e) &&
	       engine_settings(cfg, "max_temp_directory_size", arena_printf(a, "%lldMB", (long long)temp), e) &&
	       engine_settings(cfg, "autoinstall_known_extensions", STR("false"), e) &&
	       engine_settings(cfg, "autoload_known_extensions", STR("false"), e) &&
	       engine_settings(cfg, "preserve_insertion_order", STR("true"), e);
}

void engine_put_quoted(struct buf *b, struct str s, char quote)
{
	buf_put_char(b, quote);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote) buf_put_char(b, quote);
		buf_put_char(b, s.p[i]);
	}
	buf_put_char(b, quote);
}

static bool lock_down(struct engine *g, struct err *e)
{
	auto_buf text = BUF_INIT(1 << 16);
	buf_lit(&text, "SET allowed_directories=[");
	engine_put_quoted(&text, g->folder, '\'');
	buf_printf(&text, "]; SET enable_external_access=false; SET lock_configuration=true%c", 0);
	return engine_run(g->upkeep, text.p, e);
}

bool engine_open(const struct engine_options *o, struct engine **out, struct err *e)
{
	struct engine *g = calloc(1, sizeof *g);
	ensure(g != NULL);
	lock_init(&g->lock, LOCK_ENGINE);
	lock_bell_init(&g->bell);
	lock_bell_init(&g->help);
	g->cores = o->threads ? num_min(o->threads, (int)CORES_MOST) : default_cores();
	g->folder = arena_str(&g->arena, o->folder);
	g->attached_most = o->attached ? (size_t)o->attached : 200;
	g->nboxes = g->attached_most + CONNECTIONS;
	g->boxes = arena_array(&g->arena, struct box, g->nboxes);
	duckdb_config cfg = NULL;
	char *message = NULL;
	bool ok = duckdb_create_config(&cfg) == DuckDBSuccess && configure(cfg, o, g->cores, &g->arena, e);
	if (ok && duckdb_open_ext(":memory:", &g->db, cfg, &message) != DuckDBSuccess)
		ok = engine_said(e, message);
	duckdb_free(message);
	duckdb_destroy_config(&cfg);
	ok = ok && (duckdb_connect(g->db, &g->upkeep) == DuckDBSuccess || engine_said(e, "connect"));
	ok = ok && engine_functions(g->upkeep, e) && words_functions(g, g->upkeep, e) && coded_functions(g, g->upkeep, e) &&
	     parquet_functions(g, g->upkeep, e) && lock_down(g, e);
	if (!ok) {
		engine_close(g);
		return false;
	}
	*out = g;
	return true;
}

void engine_close(struct engine *g)
{
	if (!g) return;
	help_stop(g);
	for (size_t i = 0; i < g->nidle; i++) duckdb_disconnect(&g->idle[i]);
	for (size_t i = 0; i < g->nboxes; i++) codings_free(g, &g->boxes[i]);
	if (g->upkeep) duckdb_disconnect(&g->upkeep);
	if (g->db) duckdb_close(&g->db);
	lock_bell_done(&g->help);
	lock_bell_done(&g->bell);
	lock_done(&g->lock);
	arena_done(&g->arena);
	free(g);
}

duckdb_connection engine_take_connection(struct engine *g, struct err *e)
{
	duckdb_connection c = NULL;
	lock_take(&g->lock);
	if (g->nidle) c = g->idle[--g->nidle];
	lock_give(&g->lock);
	if (!c && duckdb_connect(g->db, &c) != DuckDBSuccess) {
		engine_said(e, "connect");
		return NULL;
	}
	return c;
}

void engine_give_connection(struct engine *g, duckdb_connection c)
{
	lock_take(&g->lock);
	bool keep = g->nidle < CONNECTIONS;
	if (keep) g->idle[g->nidle++] = c;
	lock_give(&g->lock);
	if (!keep) duckdb_disconnect(&c);
}

struct str engine_library_version(void) { return str_of(duckdb_library_version()); }

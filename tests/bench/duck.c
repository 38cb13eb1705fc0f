/* The rival of `make bench`: a bare program around DuckDB's C API. Reads statements from standard input, one a line, runs each to its
 * last row, and prints for each "milliseconds rows"; everything it fetches is summed, so that no value is left unread. A line
 * that begins with '!' runs without being timed. A failed statement ends the program.
 *
 *	bench-duck FILE read|write [THREADS]     FILE may be ":memory:"; THREADS 0 is DuckDB's own choice */
#include <duckdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Touches every vector of every chunk, as a program that shows rows would. */
static uint64_t read_all(duckdb_result *r)
{
	uint64_t rows = 0;
	volatile uint64_t sum = 0;
	duckdb_data_chunk chunk;
	while ((chunk = duckdb_fetch_chunk(*r))) {
		idx_t n = duckdb_data_chunk_get_size(chunk);
		idx_t columns = duckdb_data_chunk_get_column_count(chunk);
		for (idx_t c = 0; c < columns && n > 0; c++) {
			const unsigned char *data = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, c));
			sum = sum + data[0];
		}
		duckdb_destroy_data_chunk(&chunk);
		if (n == 0) break;
		rows += n;
	}
	return rows;
}

static bool run(duckdb_connection c, const char *sql, bool timed)
{
	duckdb_result r;
	double before = now_ms();
	bool ok = duckdb_query(c, sql, &r) == DuckDBSuccess;
	uint64_t rows = ok ? read_all(&r) : 0;
	double took = now_ms() - before;
	if (!ok) fprintf(stderr, "bench-duck: %s\n%s\n", duckdb_result_error(&r), sql);
	else if (timed) printf("%.3f %llu\n", took, (unsigned long long)rows);
	fflush(stdout);
	duckdb_destroy_result(&r);
	return ok;
}

static bool open_database(const char *file, const char *mode, const char *threads, duckdb_database *db, duckdb_connection *c)
{
	duckdb_config config;
	char *why = NULL;
	if (duckdb_create_config(&config) != DuckDBSuccess) return false;
	if (strcmp(mode, "read") == 0) duckdb_set_config(config, "access_mode", "READ_ONLY");
	if (strcmp(threads, "0") != 0) duckdb_set_config(config, "threads", threads);
	bool ok = duckdb_open_ext(file, db, config, &why) == DuckDBSuccess && duckdb_connect(*db, c) == DuckDBSuccess;
	if (!ok) fprintf(stderr, "bench-duck: %s\n", why ? why : "no connection");
	duckdb_free(why);
	duckdb_destroy_config(&config);
	return ok;
}

int main(int argc, char **argv)
{
	duckdb_database db = NULL;
	duckdb_connection c = NULL;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	if (argc < 3) {
		fputs("usage: bench-duck FILE read|write [THREADS]\n", stderr);
		return 2;
	}
	bool ok = open_database(argv[1], argv[2], argc > 3 ? argv[3] : "0", &db, &c);
	while (ok && (n = getline(&line, &room, stdin)) > 0) {
		if (line[n - 1] == '\n') line[n - 1] = 0;
		if (line[0]) ok = run(c, line[0] == '!' ? line + 1 : line, line[0] != '!');
	}
	free(line);
	if (c) duckdb_disconnect(&c);
	if (db) duckdb_close(&db);
	return ok ? 0 : 1;
}

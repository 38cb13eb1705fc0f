/* A program for black-box tests: reads one source as a publish would and prints what came of it.
 *
 *   ingest-probe rows FILE [name=value …]         in this process: rows as JSON arrays, one a line
 *   ingest-probe version FILE VERSION [name=…]    in a caged child, into a version file
 *   ingest-probe guess FILE [name=…]              the extractors that fit
 *   ingest-probe package FILE                     the resources of a data package
 *
 * A job with parts: parts=yes, or also=FILE for each further one; extractor params (of the first), processors and fields (JSON), columns,
 * types, most_rows. Settings: format inside part schema(file) delimiter quote header decimal encoding strict plain
 * memory_mb cpu_s file_mb cancel_ms. The last line is one JSON object: the result, or {"error","code"}. */
#include "child/child.h"
#include "sink.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct settings { struct ingest_job job; struct schema schema; int64_t cancel_ms; struct ingest_part parts[8]; struct str preview; int64_t shown; };

static bool read_file(const char *path, struct buf *out)
{
	int fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY);
	ssize_t got = 1;
	if (fd < 0) return false;
	while (got > 0) {
		char *room = buf_room(out, 65536);
		if (!room) return false;
		got = read(fd, room, 65536);
		if (got > 0) out->n += (size_t)got;
	}
	close(fd);
	return got == 0;
}

static bool take(struct arena *a, struct settings *s, const char *word, struct err *e)
{
	struct str text = str_of(word);
	struct str name;
	if (!str_cut(&text, '=', &name)) return false;
	struct ingest_job *j = &s->job;
	if (str_eq(name, STR("format"))) j->format = text;
	else if (str_eq(name, STR("inside"))) j->inside = text;
	else if (str_eq(name, STR("part"))) j->part = text;
	else if (str_eq(name, STR("name"))) j->name = text;
	else if (str_eq(name, STR("delimiter"))) j->dialect.delimiter = text.p[0];
	else if (str_eq(name, STR("quote"))) j->dialect.quote = text.p[0];
	else if (str_eq(name, STR("decimal"))) j->dialect.decimal = text.p[0];
	else if (str_eq(name, STR("encoding"))) j->dialect.encoding = text;
	else if (str_eq(name, STR("header"))) j->dialect.header = str_eq(text, STR("yes")) ? INGEST_HEADER_YES : INGEST_HEADER_NO;
	else if (str_eq(name, STR("strict"))) j->strict = true;
	else if (str_eq(name, STR("plain"))) j->plain = true;
	else if (str_eq(name, STR("memory_mb"))) (void)!str_to_int(text, &j->memory_mb);
	else if (str_eq(name, STR("cpu_s"))) (void)!str_to_int(text, &j->cpu_s);
	else if (str_eq(name, STR("file_mb"))) (void)!str_to_int(text, &j->file_mb);
	else if (str_eq(name, STR("cancel_ms"))) (void)!str_to_int(text, &s->cancel_ms);
	else if (str_eq(name, STR("processors"))) j->processors = text;
	else if (str_eq(name, STR("fields"))) j->fields = text;
	else if (str_eq(name, STR("columns"))) j->columns = text;
	else if (str_eq(name, STR("types"))) j->types = text;
	else if (str_eq(name, STR("extractor"))) s->parts[0].extractor = text;
	else if (str_eq(name, STR("params"))) s->parts[0].params = text;
	else if (str_eq(name, STR("parts"))) j->nparts = num_max(j->nparts, (size_t)1);
	else if (str_eq(name, STR("most_rows"))) (void)!str_to_int(text, &j->most_rows);
	else if (str_eq(name, STR("shown"))) (void)!str_to_int(text, &s->shown);
	else if (str_eq(name, STR("also"))) {
		j->nparts = num_max(j->nparts, (size_t)1);
		s->parts[j->nparts++] = (struct ingest_part){ .source = open(word + 5, O_RDONLY | O_CLOEXEC), .uid = STR("re_also"), .name = text };
	}
	else if (str_eq(name, STR("schema"))) {
		auto_buf b = BUF_INIT(16 << 20);
		if (!read_file(arena_cstr(a, text), &b) || !schema_from_json(a, buf_str(&b), &s->schema, e)) return false;
		j->schema = &s->schema;
	}
	return true;
}

static int say_error(const struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "error", str_of(e->pub));
	json_member(&j, "code", str_of(err_kind(e->code)->word));
	json_member(&j, "cause", str_of(e->priv));
	json_close(&j, '}');
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	return 1;
}

static int say_result(const struct ingest_result *r)
{
	auto_buf b = BUF_INIT(64 << 20);
	result_put(&b, r);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	return 0;
}

static int rows(struct settings *s, struct arena *a)
{
	struct text_sink sink = { .out = BUF_INIT((size_t)1 << 30) };
	struct load l = { .job = s->job, .a = a, .sink = { &sink, text_sink_begin, text_sink_rows, text_sink_end } };
	struct ingest_result r;
	struct err e = { 0 };
	bool ok = load_run(&l, &r, &e);
	if (ok) printf("%.*s", STR_ARG(buf_str(&sink.out)));
	buf_done(&sink.out);
	return ok ? say_result(&r) : say_error(&e);
}

static void progress(void *arg, const struct ingest_progress *p)
{
	(void)arg;
	fprintf(stderr, "phase %d: %lld of %lld bytes, %lld rows\n", (int)p->phase, (long long)p->bytes, (long long)p->total,
	        (long long)p->rows);
}

static void *fire_later(void *arg)
{
	struct settings *s = arg;
	usleep((useconds_t)s->cancel_ms * 1000);
	cancel_fire(s->job.cancel);
	return NULL;
}

static int version(struct settings *s, struct arena *a)
{
	struct ingest_result r;
	struct err e = { 0 };
	struct cancel token;
	cancel_init(&token);
	s->job.cancel = &token;
	s->job.progress = progress;
	pthread_t thread;
	if (s->cancel_ms) ensure(pthread_create(&thread, NULL, fire_later, s) == 0);
	bool ok = ingest_run(&s->job, a, &r, &e);
	if (s->cancel_ms) pthread_join(thread, NULL);
	cancel_done(&token);
	return ok ? say_result(&r) : say_error(&e);
}

static int preview(struct settings *s, struct arena *a)
{
	struct str json;
	struct err e = { 0 };
	if (!ingest_preview(&s->job, s->shown ? (int)s->shown : 20, a, &json, &e)) return say_error(&e);
	printf("%.*s\n", STR_ARG(json));
	return 0;
}

static int guess(struct settings *s, struct arena *a)
{
	struct err e = { 0 };
	struct ingest_guess *found;
	size_t n;
	if (!ingest_guess(s->job.source, s->job.name, a, &found, &n, &e)) return say_error(&e);
	for (size_t i = 0; i < n; i++)
		printf("[\"%.*s\",%d,%.*s]\n", STR_ARG(found[i].type), found[i].confidence, STR_ARG(found[i].params));
	printf("{}\n");
	return 0;
}

static int package(const char *path, struct arena *a)
{
	struct ingest_package p;
	struct err e = { 0 };
	if (!ingest_package_read(a, str_of(path), &p, &e)) return say_error(&e);
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "title", p.title);
	json_key(&j, STR("resources"));
	json_open(&j, '[');
	for (size_t i = 0; i < p.n; i++) {
		json_open(&j, '{');
		json_member(&j, "name", p.resources[i].name);
		json_member(&j, "path", p.resources[i].path);
		json_member(&j, "description", p.resources[i].description);
		json_member_int(&j, "licences", (int64_t)p.resources[i].nlicences);
		json_member_int(&j, "sources", (int64_t)p.resources[i].nsources);
		json_member_int(&j, "keywords", (int64_t)p.resources[i].nkeywords);
		json_member_int(&j, "fields", p.resources[i].schema ? (int64_t)p.resources[i].schema->n : 0);
		json_member(&j, "format", p.resources[i].format);
		if (p.resources[i].schema) {
			json_key(&j, STR("schema"));
			json_value(&j);
			schema_put_own(&b, p.resources[i].schema);
		}
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_key(&j, STR("notes"));
	json_open(&j, '[');
	for (size_t i = 0; i < p.nnotes; i++) json_put(&j, p.notes[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], INGEST_ROLE) == 0) return ingest_child_main();
	bool versioned = argc > 3 && strcmp(argv[1], "version") == 0;
	if (argc < 3) {
		fprintf(stderr, "usage: ingest-probe rows|version|package FILE …\n");
		return 2;
	}
	auto_arena a = ARENA_INIT;
	if (strcmp(argv[1], "package") == 0) return package(argv[2], &a);
	struct err e = { 0 };
	struct settings s = { .job = { .name = str_of(argv[2]) } };
	char here[4096];
	ensure(getcwd(here, sizeof here) != NULL);
	s.job.version_path = versioned ? str_of(argv[3]) : arena_printf(&a, "%s/probe-%d", here, (int)getpid());
	s.job.rejects_path = arena_printf(&a, "%.*s.rejects", STR_ARG(s.job.version_path));
	s.job.source = strcmp(argv[2], "-") == 0 ? 0 : open(argv[2], O_RDONLY | O_CLOEXEC);
	if (s.job.source < 0) {
		perror(argv[2]);
		return 2;
	}
	for (int i = versioned ? 4 : 3; i < argc; i++)
		if (!take(&a, &s, argv[i], &e)) return say_error(&e);
	if (s.job.processors.n || s.job.fields.n || s.parts[0].extractor.n) s.job.nparts = num_max(s.job.nparts, (size_t)1);
	s.parts[0].source = s.job.source;
	s.parts[0].name = s.job.name;
	s.parts[0].uid = STR("re_first");
	s.job.parts = s.parts;
	if (strcmp(argv[1], "preview") == 0) return preview(&s, &a);
	if (strcmp(argv[1], "guess") == 0) return guess(&s, &a);
	if (versioned) return version(&s, &a);
	int code = rows(&s, &a);
	unlink(arena_cstr(&a, s.job.rejects_path));
	return code;
}

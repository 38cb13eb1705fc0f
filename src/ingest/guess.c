/* Which extractors fit a source, and how each would read it: every format that the beginning does not rule out is
 * opened on a sample of the bytes, and what it found out is the answer. */
#include "ingest/ask.h"
#include "ingest/layer.h"
#include "ingest/survey.h"
#include "ingest/unpack.h"
#include "text/text.h"
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLE_BYTES = 4 << 20, SAMPLE_ROWS = 1000, MOST_GUESSES = 6, MEMORY_MB = 2048, CPU_S = 60, FILE_MB = 512, PATIENCE_MS = 60000 };

/* --- the child --------------------------------------------------------------------------------------- */

struct candidate { const struct ingest_extractor *x; unsigned sure; };

static int by_sure(const void *p, const void *q)
{
	const struct candidate *a = p;
	const struct candidate *b = q;
	if (a->sure != b->sure) return a->sure < b->sure ? 1 : -1;
	return a->x < b->x ? -1 : 1;
}

/* How sure the formats are that they read these bytes, by extractor. */
static size_t candidates(const struct source *s, struct str head, const char *hint, struct candidate *out)
{
	size_t n = 0;
	for (const struct ingest_extractor *x = ingest_extractors; x->type; x++) {
		unsigned sure = 0;
		for (size_t i = 0; source_formats[i]; i++) {
			const struct source_format *f = source_formats[i];
			if (!has_word(x->formats, str_of(f->name)) || (!hint && format_is_stranger(f, s->name, head))) continue;
			if (hint) sure = num_max(sure, strcmp(hint, f->name) == 0 ? 190u : 0u);
			else if (f->sniff && f->sniff(head)) sure = num_max(sure, format_sniff(f, s->name, head));
			else if (f->flags & SOURCE_TEXT && has_word(f->suffixes, suffix_of(s->name))) sure = num_max(sure, 60u);
		}
		if (sure) out[n++] = (struct candidate){ x, sure };
	}
	qsort(out, n, sizeof *out, by_sure);
	return n;
}

/* What is given by default for parameters that were not found out. */
static void put_otherwise(struct json_out *j, const struct ingest_parameter *p)
{
	if (!p->otherwise) return;
	json_key(j, str_of(p->name));
	int64_t n;
	if (strcmp(p->kind, "bool") == 0) json_put_bool(j, strcmp(p->otherwise, "true") == 0);
	else if (strcmp(p->kind, "int") == 0 && text_to_int(str_of(p->otherwise), &n)) json_put_int(j, n);
	else json_put(j, str_of(p->otherwise));
}

static void put_params(struct load *l, const struct ingest_extractor *x, bool headed, struct json_out *j)
{
	auto_buf found = BUF_INIT(64 * 1024);
	struct json_out f = JSON_OUT(&found);
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	json_open(&f, '{');
	layer_used(&l->source, &f, headed);
	json_close(&f, '}');
	bool ok = json_read(buf_str(&found), &doc, &ignored);
	json_open(j, '{');
	for (const struct ingest_parameter *p = x->parameters; p->name; p++) {
		const struct json_node *v = ok ? json_get(json_root(doc), p->name) : NULL;
		if (!v) {
			put_otherwise(j, p);
			continue;
		}
		json_key(j, str_of(p->name));
		json_value(j);
		json_put_node(j->b, v);
	}
	json_close(j, '}');
}

/* One extractor on the sample; false: it does not read it. */
static bool try(struct load *l, const struct ingest_part *part, const struct candidate *c, struct json_out *j, int *confidence,
                struct err *e)
{
	struct survey v = { 0 };
	l->job.parts = part;
	l->job.nparts = 1;
	l->notes.n = 0;
	if (!source_open(l, e)) return false;
	l->source.limit_rows = SAMPLE_ROWS;
	bool whole = l->source.format->flags & SOURCE_WHOLE;
	if (!whole && !survey_run(l, &v, e)) return false;
	unsigned sure = num_min(c->sure * 5 / 9, 99u);
	/* A text of one column is any text. */
	if (strcmp(c->x->type, "csvfile") == 0 && !whole) {
		if (v.proofs.n < 2) sure = num_min(sure, 15u);
		else if (v.long_rows == 0 && c->sure >= 20) sure = num_max(sure, 80u);
	}
	*confidence = (int)sure;
	put_params(l, c->x, v.headed, j);
	return true;
}

static bool put_guess(struct arena *a, struct str folder, const struct ingest_part *asked, const struct candidate *c, struct json_out *j,
                      struct err *e)
{
	struct ingest_part part = *asked;
	part.extractor = str_of(c->x->type);
	auto_buf params = BUF_INIT(64 * 1024);
	struct json_out p = JSON_OUT(&params);
	int confidence = 0;
	struct load l = { .a = a, .sample_bytes = SAMPLE_BYTES };
	l.job.version_path = arena_printf(a, "%.*s/look", STR_ARG(folder));
	bool ok = try(&l, &part, c, &p, &confidence, e);
	source_close(&l);
	if (!ok) return false;
	json_open(j, '{');
	json_member(j, "type", part.extractor);
	json_member_int(j, "confidence", confidence);
	json_member(j, "params", buf_str(&params));
	json_close(j, '}');
	return true;
}

static bool look(struct arena *a, struct str folder, const struct ingest_part *part, struct json_out *j, struct err *e)
{
	struct load l = { .a = a, .sample_bytes = SAMPLE_BYTES };
	l.job.version_path = arena_printf(a, "%.*s/look", STR_ARG(folder));
	l.job.parts = part;
	l.job.nparts = 1;
	struct candidate found[64];
	struct str head;
	const char *hint;
	size_t n = 0;
	if (source_peek(&l, part, &head, &hint, e)) n = candidates(&l.source, head, hint, found);
	source_close(&l);
	if (e->code != ERR_NONE) return false;
	size_t made = 0;
	struct err first = { 0 };
	for (size_t i = 0; i < n && made < MOST_GUESSES; i++) {
		struct err why = { 0 };
		if (put_guess(a, folder, part, &found[i], j, &why)) made++;
		else if (first.code == ERR_NONE) first = why;
	}
	if (made == 0 && first.code != ERR_NONE) *e = first;
	return made > 0 || first.code == ERR_NONE;
}

bool guess_work(struct arena *a, const struct json_node *settings, struct buf *answer, struct err *e)
{
	struct ingest_part part = { .source = CHILD_FD, .name = arena_str(a, json_text(json_get(settings, "name"))) };
	struct str folder = arena_str(a, json_text(json_get(settings, "folder")));
	static const int fds[] = { CHILD_FD };
	const char *folders[] = { arena_cstr(a, folder) };
	struct child_cage cage = { .memory_mb = MEMORY_MB, .cpu_s = CPU_S, .file_mb = FILE_MB, .read_fds = fds, .nread_fds = 1,
		.folders = folders, .nfolders = 1, .readable = gdal_read_folders, .nreadable = GDAL_READ_FOLDERS };
	unsigned parts;
	if (!child_cage(&cage, &parts, e)) return false;
	struct json_out j = JSON_OUT(answer);
	json_open(&j, '[');
	bool ok = look(a, folder, &part, &j, e);
	json_close(&j, ']');
	return ok;
}

/* --- the parent -------------------------------------------------------------------------------------- */

static int by_confidence(const void *p, const void *q)
{
	const struct ingest_guess *a = p;
	const struct ingest_guess *b = q;
	return a->confidence != b->confidence ? b->confidence - a->confidence : str_cmp(a->type, b->type);
}

static bool read_guesses(struct arena *a, struct str answer, struct ingest_guess **out, size_t *n, struct err *e)
{
	auto_json *doc = NULL;
	struct err inner = { 0 };
	*n = 0;
	if (!json_read(answer, &doc, &inner)) return err_set(e, ERR_SYSTEM, "the reader's answer made no sense");
	size_t count = json_count(json_root(doc));
	*out = arena_array(a, struct ingest_guess, count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct json_node *g = json_at(json_root(doc), i);
		const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(g, "type")));
		if (!x) continue;
		(*out)[(*n)++] = (struct ingest_guess){ str_of(x->type), arena_str(a, json_text(json_get(g, "params"))),
			(int)num_min(num_max(json_int(json_get(g, "confidence"), 0), (int64_t)0), (int64_t)100) };
	}
	qsort(*out, *n, sizeof **out, by_confidence);
	return true;
}

bool ingest_guess(int source, struct str name, struct arena *a, struct ingest_guess **out, size_t *n, struct err *e)
{
	auto_buf settings = BUF_INIT(64 * 1024);
	struct json_out j = JSON_OUT(&settings);
	struct str folder;
	struct str answer;
	*n = 0;
	if (!ask_folder(a, &folder, e)) return false;
	json_open(&j, '{');
	json_member_bool(&j, "guess", true);
	json_member(&j, "name", name);
	json_member(&j, "folder", folder);
	json_close(&j, '}');
	const int fds[] = { source };
	struct ask k = { .fds = fds, .nfds = 1, .settings = buf_str(&settings), .timeout_ms = PATIENCE_MS };
	bool ok = ask_child(&k, a, &answer, e) && read_guesses(a, answer, out, n, e);
	ask_folder_done(a, folder);
	return ok;
}

/* Turtle, TriG, N-Triples and N-Quads as records: what is said of one resource in a row is one record; resources
 * without a name stand as JSON inside the one that speaks of them. Parsed by serd, statement by statement. */
#include "ingest/tree.h"
#include "text/text.h"
#include <errno.h>
#include <serd/serd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
enum { PAGE = 65536, INSIDE = 32 };

/* A resource written in place, or a list: then `tree` is what has the list, and each item stands in it under the name of the property. */
struct open_node { struct tree *tree; struct str list; char id[256]; };
struct finished { struct tree *tree; struct arena arena; };

struct turtle {
	SerdReader *reader;
	SerdEnv *env;
	int64_t at;
	struct arena arena;        /* of the record that grows */
	struct tree_rows rows;
	struct tree *growing;
	struct finished *ready;    /* in order: one statement of Turtle may speak of many resources */
	size_t nready, ready_cap, nread;
	char subject[4096];
	struct open_node open[INSIDE];
	size_t nopen;
	size_t bytes, queued;      /* of what grows and what waits; of what waits */
	int64_t number;
	bool end, too_large, io_failed;
	struct str problem;
	char problem_text[200];
	SerdSyntax syntax;
};

static struct turtle *of(struct source *s) { return s->state; }

/* --- what serd calls --------------------------------------------------------------------------------------- */

static size_t turtle_read(void *to, size_t size, size_t n, void *arg)
{
	struct source *s = arg;
	struct turtle *t = of(s);
	ssize_t got = pread(s->fd, to, size * n, (off_t)t->at);
	if (got < 0) t->io_failed = true;
	if (got <= 0) return 0;
	t->at += got;
	return (size_t)got / size;
}

static int turtle_failed(void *arg) { return of(arg)->io_failed; }

static SerdStatus on_base(void *arg, const SerdNode *uri) { return serd_env_set_base_uri(of(arg)->env, uri); }
static SerdStatus on_prefix(void *arg, const SerdNode *name, const SerdNode *uri) { return serd_env_set_prefix(of(arg)->env, name, uri); }

/* Escapes and addresses may spell halves of letters: they are shown as what they are not. */
static struct str legible(struct arena *a, struct str s)
{
	if (text_is_utf8(s)) return arena_str(a, s);
	char *p = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) p[i] = (unsigned char)s.p[i] < 0x80 ? s.p[i] : '?';
	return str_make(p, s.n);
}

static struct str text_of(struct turtle *t, struct arena *a, const SerdNode *n)
{
	struct str plain = str_make((const char *)n->buf, n->n_bytes);
	if (n->type != SERD_CURIE && n->type != SERD_URI) return legible(a, plain);
	SerdNode whole = serd_env_expand_node(t->env, n);
	struct str out = legible(a, whole.buf ? str_make((const char *)whole.buf, whole.n_bytes) : plain);
	serd_node_free(&whole);
	return out;
}

static struct str last_part(struct str iri)
{
	for (size_t i = iri.n; i > 0; i--)
		if ((iri.p[i - 1] == '/' || iri.p[i - 1] == '#' || iri.p[i - 1] == ':') && i < iri.n) return str_from(iri, i);
	return iri;
}

static bool same(const char *id, const SerdNode *n) { return strlen(id) == n->n_bytes && memcmp(id, n->buf, n->n_bytes) == 0; }

static void keep_id(char *to, size_t room, const SerdNode *n)
{
	size_t m = num_min(n->n_bytes, room - 1);
	memcpy(to, n->buf, m);
	to[m] = 0;
}

static void finish(struct turtle *t)
{
	if (!t->growing) return;
	if (t->nready == t->ready_cap) {
		t->ready_cap = t->ready_cap ? t->ready_cap * 2 : 4;
		t->ready = reallocarray(t->ready, t->ready_cap, sizeof *t->ready);
		ensure(t->ready);
	}
	t->ready[t->nready++] = (struct finished){ t->growing, t->arena };
	t->arena = (struct arena){ 0 };
	t->growing = NULL;
	t->queued = t->bytes;
}

/* What was handed out goes; the bytes of what waits together are bounded like those of one. */
static void forget_ready(struct turtle *t)
{
	for (size_t i = 0; i < t->nready; i++) arena_done(&t->ready[i].arena);
	t->nready = t->nread = 0;
	t->bytes -= t->queued;
	t->queued = 0;
}

static void open_node(struct turtle *t, struct tree *tree, struct str list, const SerdNode *object)
{
	struct open_node *o = &t->open[t->nopen++];
	o->tree = tree;
	o->list = list;
	keep_id(o->id, sizeof o->id, object);
}

static SerdStatus on_statement(void *arg, SerdStatementFlags flags, const SerdNode *graph, const SerdNode *subject, const SerdNode *predicate,
                               const SerdNode *object, const SerdNode *datatype, const SerdNode *lang)
{
	struct turtle *t = of(arg);
	struct tree *at = t->nopen ? t->open[t->nopen - 1].tree : NULL;
	(void)graph;
	(void)datatype;
	(void)lang;
	t->bytes += object->n_bytes + 200;
	if (t->bytes > TREE_BYTES) {
		t->too_large = true;
		return SERD_ERR_INTERNAL;
	}
	/* Blank nodes written in place belong to the open one; all others are of the present subject, or of a new one. */
	while (t->nopen > 0 && !same(t->open[t->nopen - 1].id, subject)) at = --t->nopen ? t->open[t->nopen - 1].tree : NULL;
	if (t->nopen == 0) {
		if (!t->growing || !same(t->subject, subject)) {
			finish(t);
			t->growing = tree_add(&t->arena, NULL, text_of(t, &t->arena, subject));
			keep_id(t->subject, sizeof t->subject, subject);
		}
		at = t->growing;
	}
	struct str iri = text_of(t, &t->arena, predicate);
	struct str name = last_part(iri);
	bool empty_list = object->type != SERD_LITERAL && str_eq(text_of(t, &t->arena, object), STR(RDF "nil"));
	struct open_node *top = t->nopen ? &t->open[t->nopen - 1] : NULL;
	if (top && top->list.n) {
		if (str_eq(iri, STR(RDF "rest"))) {
			if (empty_list) t->nopen--;
			else keep_id(top->id, sizeof top->id, object);
			return SERD_SUCCESS;
		}
		name = top->list;
	}
	bool room = t->nopen < INSIDE;
	if (empty_list) return SERD_SUCCESS;
	if (!name.n) name = STR("value");
	if (flags & SERD_LIST_O_BEGIN && room) {
		open_node(t, at, name, object);
		return SERD_SUCCESS;
	}
	struct tree *child = tree_add(&t->arena, at, name);
	if (flags & SERD_ANON_O_BEGIN && room) open_node(t, child, (struct str){ 0 }, object);
	else child->text = text_of(t, &t->arena, object);
	return SERD_SUCCESS;
}

static SerdStatus on_end(void *arg, const SerdNode *node)
{
	struct turtle *t = of(arg);
	if (t->nopen > 0 && same(t->open[t->nopen - 1].id, node)) t->nopen--;
	return SERD_SUCCESS;
}

static SerdStatus on_error(void *arg, const SerdError *said)
{
	struct turtle *t = of(arg);
	if (t->problem.n) return SERD_SUCCESS;
	int n = snprintf(t->problem_text, sizeof t->problem_text, "line %u", said->line);
	t->problem = str_make(t->problem_text, n > 0 ? (size_t)n : 0);
	return SERD_SUCCESS;
}

/* --- the source ------------------------------------------------------------------------------------------- */

static void stop(struct turtle *t)
{
	if (t->reader) serd_reader_end_stream(t->reader);
	serd_reader_free(t->reader);
	serd_env_free(t->env);
	t->reader = NULL;
	t->env = NULL;
	t->growing = NULL;
	t->nopen = 0;
	arena_done(&t->arena);
	forget_ready(t);
}

static bool turtle_rewind(struct source *s, struct err *e)
{
	struct turtle *t = of(s);
	stop(t);
	t->at = t->number = 0;
	t->bytes = 0;
	t->end = t->too_large = false;
	t->problem = (struct str){ 0 };
	t->env = serd_env_new(NULL);
	t->reader = serd_reader_new(t->syntax, s, NULL, on_base, on_prefix, on_statement, on_end);
	ensure(t->env && t->reader);
	serd_reader_set_error_sink(t->reader, on_error, s);
	SerdStatus said = serd_reader_start_source_stream(t->reader, turtle_read, turtle_failed, s, (const uint8_t *)"file", PAGE);
	return said == SERD_SUCCESS || err_set(e, ERR_SYSTEM, "the reader of RDF could not be started");
}

static bool turtle_open(struct source *s, struct err *e)
{
	struct turtle *t = calloc(1, sizeof *t);
	ensure(t);
	s->state = t;
	tree_rows_init(&t->rows, s);
	const char *name = arena_cstr(s->load->a, s->name);
	size_t n = strlen(name);
	bool graphs = n > 3 && (strcmp(name + n - 3, ".nq") == 0 || (n > 5 && strcmp(name + n - 5, ".trig") == 0));
	t->syntax = !graphs ? SERD_TURTLE : name[n - 1] == 'q' ? SERD_NQUADS : SERD_TRIG;
	return turtle_rewind(s, e);
}

static struct tree *next_tree(struct source *s, struct err *e)
{
	struct turtle *t = of(s);
	if (t->nread == t->nready) forget_ready(t);
	while (t->nready == 0 && !t->end) {
		SerdStatus said = serd_reader_read_chunk(t->reader);
		if (said == SERD_SUCCESS) continue;
		if (t->too_large) err_set(e, ERR_TOO_LARGE, "one record of the RDF is larger than %d MB", TREE_BYTES >> 20);
		else if (t->io_failed) err_os(e, "read of a source");
		else if (said != SERD_FAILURE || t->problem.n)
			err_set(e, ERR_BAD_SOURCE, "the RDF is not well-formed (%.*s)", STR_ARG(t->problem.n ? t->problem : STR("no line known")));
		if (e->code != ERR_NONE) return NULL;
		t->end = true;
		finish(t);
	}
	return t->nread < t->nready ? t->ready[t->nread++].tree : NULL;
}

static bool has_type(const struct tree *t, struct str wanted)
{
	for (const struct tree *c = t->first; c; c = c->next)
		if (str_eq(c->name, STR("type")) && str_eq_nocase(last_part(c->text), wanted)) return true;
	return false;
}

static bool turtle_next(struct source *s, struct row *out, struct err *e)
{
	struct turtle *t = of(s);
	struct str wanted = param_text(s, "rdf_type");
	struct tree *tree;
	*out = (struct row){ .more = false };
	tree_rows_begin(&t->rows);
	do {
		tree = next_tree(s, e);
		if (!tree) return e->code == ERR_NONE;
	} while (wanted.n && !has_type(tree, wanted));
	*out = (struct row){ .number = ++t->number, .more = true };
	tree_rows_put_subject(&t->rows, (struct cell){ arena_str(&t->rows.row, tree->name), CELL_STRING });
	tree_rows_put_all(&t->rows, tree);
	tree_rows_end(&t->rows, out);
	return true;
}

static void turtle_close(struct source *s)
{
	struct turtle *t = of(s);
	stop(t);
	free(t->ready);
	tree_rows_done(&t->rows);
	s->names.n = s->names.cap = 0;
	free(t);
	s->state = NULL;
}

static int64_t turtle_place(struct source *s) { return of(s)->at; }

static unsigned turtle_sniff(struct str head)
{
	struct str s = str_trim(head);
	while (s.n && s.p[0] == '#') {
		ptrdiff_t end = str_find_char(s, '\n');
		s = end < 0 ? (struct str){ 0 } : str_trim(str_from(s, (size_t)end + 1));
	}
	if (str_starts(s, STR("@prefix")) || str_starts(s, STR("@base")) || str_eq_nocase(str_sub(s, 0, 7), STR("prefix "))) return 140;
	ptrdiff_t end = str_find_char(s, '\n');
	struct str line = str_trim(end < 0 ? s : str_sub(s, 0, (size_t)end));
	bool subject = line.n > 10 && (line.p[0] == '<' || str_starts(line, STR("_:"))) && line.p[line.n - 1] == '.';
	return subject && str_find(line, STR("> <")) >= 0 ? 130 : 0;
}

const struct source_format source_turtle = { "turtle", "ttl nt nq trig n3", 0, turtle_sniff, turtle_open, turtle_rewind, turtle_next, NULL,
	turtle_close, NULL, turtle_place, NULL };

/* Turtle, and N-Triples, its plain form of one statement a line. A node without a name is written inside
 * its parent; a named one follows when the parent is complete. */
#include "rdf/inside.h"

void rdf_put_quoted(struct buf *b, struct str text)
{
	size_t from = 0;
	buf_put_char(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		struct str with;
		if (c == '"') with = STR("\\\"");
		else if (c == '\\') with = STR("\\\\");
		else if (c == '\n') with = STR("\\n");
		else if (c == '\r') with = STR("\\r");
		else continue;
		buf_put(b, str_sub(text, from, i - from));
		buf_put(b, with);
		from = i + 1;
	}
	buf_put(b, str_from(text, from));
	buf_put_char(b, '"');
}

static void put_iri(struct buf *b, struct str iri)
{
	buf_put_char(b, '<');
	buf_put(b, iri);
	buf_put_char(b, '>');
}

/* What both write after the quoted text. */
static void put_language(struct buf *b, struct str lang)
{
	buf_put_char(b, '@');
	buf_put(b, lang);
}

static void put_node(struct buf *b, const struct rdf_level *level)
{
	if (level->blank) buf_put(b, buf_str(&level->subject));
	else put_iri(b, buf_str(&level->subject));
}

/* --- Turtle --------------------------------------------------------------------------------------- */

static void put_prefix(struct buf *b, const char *prefix, struct str iri)
{
	buf_printf(b, "@prefix %s: ", prefix);
	put_iri(b, iri);
	buf_lit(b, " .\n");
}

static void turtle_begin(struct rdf *w)
{
	for (size_t i = 0; i < w->o->nnamespaces; i++)
		put_prefix(w->out, w->o->namespaces[i].prefix, w->o->namespaces[i].iri);
	put_prefix(w->out, "rdf", STR(RDF_NS));
	put_prefix(w->out, "xsd", STR(XSD_NS));
	buf_put_char(w->out, '\n');
}

static void turtle_end(struct rdf *w) { (void)w; }

static void put_tabs(struct buf *b, int n)
{
	while (n-- > 0) buf_put_char(b, '\t');
}

/* Up to and with the property. */
static void turtle_head(struct rdf_level *level, int depth, struct str name)
{
	struct buf *b = level->to;
	bool inside = level->blank && depth > 1;
	int tabs = inside ? depth : 1;
	if (!level->more && inside) {
		buf_put_char(b, '\n');
		put_tabs(b, tabs);
	} else if (!level->more) {
		put_node(b, level);
		buf_put_char(b, ' ');
	} else if (str_eq(level->last, name)) {
		buf_lit(b, ", ");
		return;
	} else {
		buf_lit(b, " ;\n");
		put_tabs(b, tabs);
	}
	level->more = true;
	level->last = name;
	if (str_eq(name, STR("rdf:type"))) buf_put_char(b, 'a');
	else buf_put(b, name);
	buf_put_char(b, ' ');
}

static void turtle_open(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	level->to = w->out;
	if (parent) {
		turtle_head(parent, w->depth - 1, level->name);
		if (level->blank) buf_put_char(parent->to, '[');
		else put_node(parent->to, level);
		level->to = level->blank ? parent->to : &level->side;
	}
	if (level->type.n == 0) return;
	turtle_head(level, w->depth, STR("rdf:type"));
	buf_put(level->to, level->type);
}

static void turtle_close(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	if (parent && level->blank) {
		if (level->more) {
			buf_put_char(level->to, '\n');
			put_tabs(level->to, w->depth);
		}
		buf_put_char(level->to, ']');
		return;
	}
	if (level->more) buf_lit(level->to, " .\n");
	if (parent) {
		buf_put(&w->after, buf_str(&level->side));
	} else {
		buf_put(w->out, buf_str(&w->after));
		buf_clear(&w->after);
	}
}

/* Whole numbers and truth need no quotes. */
static bool is_bare(const struct rdf_value *v)
{
	return str_eq(v->datatype, STR("xsd:integer")) || str_eq(v->datatype, STR("xsd:boolean"));
}

static void turtle_put(struct rdf *w, struct rdf_level *level, struct str name, const struct rdf_value *v)
{
	turtle_head(level, w->depth, name);
	struct buf *b = level->to;
	if (v->link) {
		put_iri(b, v->text);
	} else if (is_bare(v)) {
		buf_put(b, v->text);
	} else {
		rdf_put_quoted(b, v->text);
		if (v->lang.n) put_language(b, v->lang);
		if (v->datatype.n) {
			buf_lit(b, "^^");
			buf_put(b, v->datatype);
		}
	}
}

/* --- N-Triples ------------------------------------------------------------------------------------ */

static void ntriples_head(const struct rdf *w, const struct rdf_level *level, struct str name)
{
	put_node(w->out, level);
	buf_lit(w->out, " <");
	rdf_put_whole(w, w->out, name);
	buf_lit(w->out, "> ");
}

static void ntriples_begin(struct rdf *w) { (void)w; }
static void ntriples_end(struct rdf *w) { (void)w; }

static void ntriples_open(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	if (parent) {
		ntriples_head(w, parent, level->name);
		put_node(w->out, level);
		buf_lit(w->out, " .\n");
	}
	if (level->type.n == 0) return;
	ntriples_head(w, level, STR("rdf:type"));
	buf_put_char(w->out, '<');
	rdf_put_whole(w, w->out, level->type);
	buf_lit(w->out, "> .\n");
}

static void ntriples_close(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	(void)w;
	(void)level;
	(void)parent;
}

static void ntriples_put(struct rdf *w, struct rdf_level *level, struct str name, const struct rdf_value *v)
{
	ntriples_head(w, level, name);
	if (v->link) {
		put_iri(w->out, v->text);
	} else {
		rdf_put_quoted(w->out, v->text);
		if (v->lang.n) put_language(w->out, v->lang);
		if (v->datatype.n) {
			buf_lit(w->out, "^^<");
			rdf_put_whole(w, w->out, v->datatype);
			buf_put_char(w->out, '>');
		}
	}
	buf_lit(w->out, " .\n");
}

const struct rdf_spelling rdf_turtle = { turtle_begin, turtle_end, turtle_open, turtle_close, turtle_put };
const struct rdf_spelling rdf_ntriples = { ntriples_begin, ntriples_end, ntriples_open, ntriples_close, ntriples_put };

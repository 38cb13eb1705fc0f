/* RDF/XML: a node is an element of its class, its statements are elements inside. */
#include "rdf/inside.h"
#include "text/text.h"

/* ":area" is an element of the document's own namespace. */
static void put_element(struct buf *b, struct str name)
{
	buf_put(b, name.n && name.p[0] == ':' ? str_from(name, 1) : name);
}

static void put_attribute(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, " %s=\"", name);
	text_put_xml(b, value);
	buf_put_char(b, '"');
}

/* A carriage return would be read back as a new line. */
static void put_content(struct buf *b, struct str text)
{
	for (ptrdiff_t at; (at = str_find_char(text, '\r')) >= 0; text = str_from(text, (size_t)at + 1)) {
		text_put_xml(b, str_sub(text, 0, (size_t)at));
		buf_lit(b, "&#13;");
	}
	text_put_xml(b, text);
}

static void begin(struct rdf *w)
{
	buf_lit(w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF");
	put_attribute(w->out, "xmlns:rdf", STR(RDF_NS));
	for (size_t i = 0; i < w->o->nnamespaces; i++) {
		const struct rdf_namespace *n = &w->o->namespaces[i];
		buf_put_char(w->out, ' ');
		buf_printf(w->out, n->prefix[0] ? "xmlns:%s=\"" : "xmlns%s=\"", n->prefix);
		text_put_xml(w->out, n->iri);
		buf_put_char(w->out, '"');
	}
	buf_lit(w->out, ">\n");
}

static void end(struct rdf *w) { buf_lit(w->out, "</rdf:RDF>\n"); }

static struct str class_of(const struct rdf_level *level) { return level->type.n ? level->type : STR("rdf:Description"); }

/* A node's statements stand on lines of their own; a node that says nothing is one line. */
static void begin_line(struct rdf *w, struct rdf_level *level)
{
	if (!level->more) buf_put_char(w->out, '\n');
	level->more = true;
}

static void open(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	struct buf *b = w->out;
	if (parent) {
		begin_line(w, parent);
		buf_put_char(b, '<');
		put_element(b, level->name);
		buf_put_char(b, '>');
	}
	buf_put_char(b, '<');
	put_element(b, class_of(level));
	if (!level->blank) put_attribute(b, "rdf:about", buf_str(&level->subject));
	buf_put_char(b, '>');
}

static void put_closing(struct buf *b, struct str name)
{
	buf_lit(b, "</");
	put_element(b, name);
	buf_put_char(b, '>');
}

static void close_node(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	put_closing(w->out, class_of(level));
	if (parent) put_closing(w->out, level->name);
	buf_put_char(w->out, '\n');
}

static void put(struct rdf *w, struct rdf_level *level, struct str name, const struct rdf_value *v)
{
	struct buf *b = w->out;
	begin_line(w, level);
	buf_put_char(b, '<');
	put_element(b, name);
	if (v->link) {
		put_attribute(b, "rdf:resource", v->text);
		buf_lit(b, "/>");
	} else {
		if (v->lang.n) put_attribute(b, "xml:lang", v->lang);
		if (v->datatype.n) {
			buf_lit(b, " rdf:datatype=\"");
			rdf_put_whole(w, b, v->datatype);
			buf_put_char(b, '"');
		}
		buf_put_char(b, '>');
		put_content(b, v->text);
		put_closing(b, name);
	}
	buf_put_char(b, '\n');
}

const struct rdf_spelling rdf_xml = { begin, end, open, close_node, put };

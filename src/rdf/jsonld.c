/* JSON-LD 1.1: one context, then a graph of nodes. Whole numbers and truth are JSON's own; other
 * literals keep their spelling as text, with the datatype beside it or, where the property has one, in
 * the context: a JSON number would come back from a processor in other digits. */
#include "rdf/inside.h"
#include "text/text.h"

static void put_whole(struct rdf *w, struct str name)
{
	auto_buf b = BUF_INIT(1 << 16);
	rdf_put_whole(w, &b, name);
	text_put_json(w->out, buf_str(&b));
}

/* A name in the shortest form that means it under this context. */
static void put_name(struct rdf *w, struct str name)
{
	if (!w->vocabulary) text_put_json(w->out, name);
	else if (name.p[0] == ':') text_put_json(w->out, str_from(name, 1));
	else put_whole(w, name);
}

static void put_prefix(struct buf *b, struct str prefix, struct str iri)
{
	buf_put_char(b, ',');
	text_put_json(b, prefix);
	buf_put_char(b, ':');
	text_put_json(b, iri);
}

static void put_typing(struct rdf *w, const struct rdf_typing *t)
{
	buf_put_char(w->out, ',');
	put_name(w, t->name);
	buf_lit(w->out, ":{\"@id\":");
	put_whole(w, t->name);
	buf_lit(w->out, ",\"@type\":");
	put_whole(w, t->datatype);
	buf_put_char(w->out, '}');
}

static void begin(struct rdf *w)
{
	struct buf *b = w->out;
	buf_lit(b, "{\"@context\":{\"@version\":1.1");
	for (size_t i = 0; i < w->o->nnamespaces; i++) {
		const struct rdf_namespace *n = &w->o->namespaces[i];
		if (n->prefix[0] == '\0') put_prefix(b, STR("@vocab"), n->iri);
		else if (!w->vocabulary) put_prefix(b, str_of(n->prefix), n->iri);
	}
	if (!w->vocabulary) {
		put_prefix(b, STR("rdf"), STR(RDF_NS));
		put_prefix(b, STR("xsd"), STR(XSD_NS));
	}
	for (size_t i = 0; i < w->o->ntypings; i++) {
		map_put(&w->arena, &w->typings, w->o->typings[i].name, w);
		put_typing(w, &w->o->typings[i]);
	}
	buf_lit(b, "},\"@graph\":[");
}

static void end(struct rdf *w) { buf_lit(w->out, "\n]}\n"); }

/* Up to and with the colon; the second value of a property makes an array of the first. */
static void head(struct rdf *w, struct rdf_level *level, struct str name)
{
	struct buf *b = w->out;
	if (level->last.n && str_eq(level->last, name)) {
		if (!level->array && buf_room(b, 1)) {
			memmove(b->p + level->value_at + 1, b->p + level->value_at, b->n - level->value_at);
			b->p[level->value_at] = '[';
			b->n++;
		}
		level->array = true;
		buf_put_char(b, ',');
		return;
	}
	if (level->array) buf_put_char(b, ']');
	if (level->more) buf_put_char(b, ',');
	level->more = true;
	level->array = false;
	level->last = name;
	put_name(w, name);
	buf_put_char(b, ':');
	level->value_at = b->n;
}

static void put_member(struct rdf *w, struct rdf_level *level, const char *key)
{
	if (level->more) buf_put_char(w->out, ',');
	level->more = true;
	buf_printf(w->out, "\"%s\":", key);
}

static void open(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	if (parent) {
		head(w, parent, level->name);
	} else {
		if (w->more) buf_put_char(w->out, ',');
		w->more = true;
		buf_put_char(w->out, '\n');
	}
	buf_put_char(w->out, '{');
	if (!level->blank) {
		put_member(w, level, "@id");
		text_put_json(w->out, buf_str(&level->subject));
	}
	if (level->type.n) {
		put_member(w, level, "@type");
		put_name(w, level->type);
	}
}

static void close_node(struct rdf *w, struct rdf_level *level, struct rdf_level *parent)
{
	(void)parent;
	if (level->array) buf_put_char(w->out, ']');
	buf_put_char(w->out, '}');
}

/* JSON numbers are doubles to many readers, so whole numbers beyond 15 digits stay text. */
static bool is_native(const struct rdf_value *v)
{
	return str_eq(v->datatype, STR("xsd:boolean")) || (str_eq(v->datatype, STR("xsd:integer")) && v->text.n <= 15);
}

static void put(struct rdf *w, struct rdf_level *level, struct str name, const struct rdf_value *v)
{
	struct buf *b = w->out;
	head(w, level, name);
	bool typed = v->datatype.n && w->typings.n && map_get_or_null(&w->typings, name);
	if (v->link) {
		buf_lit(b, "{\"@id\":");
		text_put_json(b, v->text);
		buf_put_char(b, '}');
	} else if (is_native(v)) {
		buf_put(b, v->text);
	} else if (typed || (v->datatype.n == 0 && v->lang.n == 0)) {
		text_put_json(b, v->text);
	} else {
		buf_lit(b, "{\"@value\":");
		text_put_json(b, v->text);
		if (v->lang.n) buf_lit(b, ",\"@language\":");
		else buf_lit(b, ",\"@type\":");
		if (v->lang.n) text_put_json(b, v->lang);
		else put_name(w, v->datatype);
		buf_put_char(b, '}');
	}
}

const struct rdf_spelling rdf_jsonld = { begin, end, open, close_node, put };

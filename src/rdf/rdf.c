/* The writer's front: checks and cleans what is said, then has it spelt. */
#include "rdf/inside.h"
#include "text/text.h"
#include <stdlib.h>

static const struct rdf_spelling *const spellings[] = {
	[RDF_TURTLE] = &rdf_turtle, [RDF_NTRIPLES] = &rdf_ntriples, [RDF_XML] = &rdf_xml, [RDF_JSONLD] = &rdf_jsonld,
};

/* --- names and IRIs ------------------------------------------------------------------------------- */

void rdf_split(struct str name, struct str *prefix, struct str *local)
{
	ptrdiff_t colon = str_find_char(name, ':');
	ensure(colon >= 0);
	*prefix = str_sub(name, 0, (size_t)colon);
	*local = str_from(name, (size_t)colon + 1);
}

static struct str namespace_of(const struct rdf *w, struct str prefix)
{
	for (size_t i = 0; i < w->o->nnamespaces; i++)
		if (str_eq(prefix, str_of(w->o->namespaces[i].prefix))) return w->o->namespaces[i].iri;
	if (str_eq(prefix, STR("xsd"))) return STR(XSD_NS);
	ensure(str_eq(prefix, STR("rdf")));
	return STR(RDF_NS);
}

void rdf_put_whole(const struct rdf *w, struct buf *b, struct str name)
{
	struct str prefix, local;
	rdf_split(name, &prefix, &local);
	buf_put(b, namespace_of(w, prefix));
	buf_put(b, local);
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool rdf_is_absolute(struct str text)
{
	size_t i = 0;
	while (i < text.n && (is_letter(text.p[i]) || (i > 0 && (is_digit(text.p[i]) || str_find_char(STR("+-."), text.p[i]) >= 0)))) i++;
	if (i < 2 || i + 1 >= text.n || text.p[i] != ':') return false;
	/* "Source: the town hall" is a sentence, not an address. */
	return (unsigned char)text.p[i + 1] > ' ' && str_find_char(text, '\n') < 0;
}

void rdf_put_iri(struct buf *b, struct str iri)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t from = 0;
	for (size_t i = 0; i < iri.n; i++) {
		unsigned char c = (unsigned char)iri.p[i];
		/* U+0080 … U+009F are C2 80 … C2 9F: controls too. */
		bool high = c == 0xc2 && i + 1 < iri.n && (unsigned char)iri.p[i + 1] < 0xa0;
		if (c > ' ' && c != 0x7f && !high && !strchr("<>\"{}|^`\\", c)) continue;
		buf_put(b, str_sub(iri, from, i - from));
		for (size_t k = i; k <= i + high; k++) {
			unsigned char x = (unsigned char)iri.p[k];
			char escape[3] = { '%', digits[x >> 4], digits[x & 15] };
			buf_put(b, str_make(escape, sizeof escape));
		}
		i += high;
		from = i + 1;
	}
	buf_put(b, str_from(iri, from));
}

/* Letters that begin a name in XML 1.0 (fifth edition) and in Turtle, beyond ASCII. */
static bool starts_name(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0xc0, 0xd6 }, { 0xd8, 0xf6 }, { 0xf8, 0x2ff }, { 0x370, 0x37d }, { 0x37f, 0x1fff }, { 0x200c, 0x200d },
		{ 0x2070, 0x218f }, { 0x2c00, 0x2fef }, { 0x3001, 0xd7ff }, { 0xf900, 0xfdcf }, { 0xfdf0, 0xfffd },
		{ 0x10000, 0xeffff },
	};
	if (c < 0x80) return is_letter((char)c) || c == '_';
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
	return false;
}

static bool is_in_name(uint32_t c)
{
	return starts_name(c) || (c < 0x80 && is_digit((char)c)) || c == '-' || c == 0xb7 || (c >= 0x300 && c <= 0x36f) ||
	       (c >= 0x203f && c <= 0x2040);
}

void rdf_put_name(struct buf *b, struct str text)
{
	for (size_t at = 0, from = 0; at < text.n; from = at) {
		uint32_t c = text_next(text, &at);
		/* An underscore that would read as the beginning of an escape is one. */
		bool escape = c == '_' && at < text.n && text.p[at] == 'x';
		if (!escape && (from == 0 ? starts_name(c) : is_in_name(c))) buf_put(b, str_sub(text, from, at - from));
		else buf_printf(b, c > 0xffff ? "_x%06X_" : "_x%04X_", (unsigned)c);
	}
	if (text.n == 0) buf_lit(b, "_");
}

/* --- values --------------------------------------------------------------------------------------- */

/* True when XML 1.0 has no way to say this text. */
static bool is_unspeakable(struct str s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i];
	if (c < 0x20) return c != '\t' && c != '\n' && c != '\r';
	return c == 0xef && s.n - i >= 3 && (unsigned char)s.p[i + 1] == 0xbf && (unsigned char)s.p[i + 2] >= 0xbe;
}

static struct str clean(struct rdf *w, struct str text)
{
	size_t i = 0;
	while (i < text.n && !is_unspeakable(text, i)) i++;
	if (i == text.n) return text;
	buf_clear(&w->value);
	buf_put(&w->value, str_sub(text, 0, i));
	for (; i < text.n; i++) {
		if (!is_unspeakable(text, i)) buf_put_char(&w->value, text.p[i]);
		else if ((unsigned char)text.p[i] == 0xef) i += 2;
	}
	return buf_str(&w->value);
}

static bool is_language(struct str s)
{
	size_t run = 0;
	bool first = true;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '-') {
			if (run == 0) return false;
			run = 0;
			first = false;
		} else if (!(is_letter(s.p[i]) || (!first && is_digit(s.p[i]))) || ++run > 8) {
			return false;
		}
	}
	return run > 0;
}

static struct rdf_level *present(struct rdf *w)
{
	ensure(w->depth > 0);
	return &w->levels[w->depth - 1];
}

void rdf_link(struct rdf *w, struct str name, struct str iri)
{
	buf_clear(&w->value);
	rdf_put_iri(&w->value, iri);
	w->how->put(w, present(w), name, &(struct rdf_value){ .link = true, .text = buf_str(&w->value) });
}

void rdf_text(struct rdf *w, struct str name, struct str text, struct str lang)
{
	struct rdf_value v = { .text = clean(w, text), .lang = is_language(lang) ? lang : STR("") };
	w->how->put(w, present(w), name, &v);
}

void rdf_typed(struct rdf *w, struct str name, struct str text, struct str datatype)
{
	bool plain = str_eq(datatype, STR("xsd:string"));
	w->how->put(w, present(w), name, &(struct rdf_value){ .text = clean(w, text), .datatype = plain ? STR("") : datatype });
}

/* --- nodes ---------------------------------------------------------------------------------------- */

void rdf_open(struct rdf *w, struct str name, struct str iri, struct str type)
{
	ensure(w->depth < RDF_DEPTH);
	struct rdf_level *parent = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;
	struct rdf_level *level = &w->levels[w->depth++];
	buf_clear(&level->subject);
	buf_clear(&level->side);
	level->blank = iri.n == 0;
	level->more = level->array = false;
	level->name = name;
	level->type = type;
	level->last = STR("");
	if (level->blank) buf_printf(&level->subject, "_:b%llu", (unsigned long long)w->blanks++);
	else rdf_put_iri(&level->subject, iri);
	w->how->open(w, level, parent);
}

void rdf_close(struct rdf *w)
{
	struct rdf_level *level = present(w);
	w->depth--;
	w->how->close(w, level, w->depth > 0 ? &w->levels[w->depth - 1] : NULL);
}

struct rdf *rdf_begin(struct buf *out, const struct rdf_options *o)
{
	struct rdf *w = calloc(1, sizeof *w);
	ensure(w != NULL);
	w->out = out;
	w->own = *o;
	w->o = &w->own;
	w->how = spellings[o->syntax];
	w->value = w->after = BUF_INIT(out->max);
	for (int i = 0; i < RDF_DEPTH; i++) w->levels[i].subject = w->levels[i].side = BUF_INIT(out->max);
	for (size_t i = 0; i < o->nnamespaces; i++) w->vocabulary |= o->namespaces[i].prefix[0] == '\0';
	w->how->begin(w);
	return w;
}

void rdf_end(struct rdf *w)
{
	if (!w) return;
	ensure(w->depth == 0);
	w->how->end(w);
	for (int i = 0; i < RDF_DEPTH; i++) {
		w->out->over |= w->levels[i].subject.over || w->levels[i].side.over;
		buf_done(&w->levels[i].subject);
		buf_done(&w->levels[i].side);
	}
	w->out->over |= w->value.over || w->after.over;
	buf_done(&w->value);
	buf_done(&w->after);
	arena_done(&w->arena);
	free(w);
}

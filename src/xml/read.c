/* libxml2's pull reader with the dangerous halves left off. A document type is refused when it is met,
 * which is before the root, so no entity is ever expanded; libxml2's own ceilings on depth and text
 * stay on. */
#include "xml/xml.h"
#include <libxml/xmlreader.h>
#include <stdlib.h>

struct xml {
	xmlTextReaderPtr reader;
	xml_pull *pull;
	void *arg;
	struct err *e;    /* of the call under way */
	char *name;       /* owned */
	char problem[160];
	bool pull_failed;
	bool close_next;  /* an empty element was opened: its end comes next */
};

static int pull(void *arg, char *to, int n)
{
	struct xml *x = arg;
	size_t got = 0;
	struct err lost = { 0 };
	if (x->pull(x->arg, to, (size_t)n, &got, x->e ? x->e : &lost)) return (int)got;
	x->pull_failed = true;
	return -1;
}

static int close_nothing(void *arg)
{
	(void)arg;
	return 0;
}

static void note(void *arg, xmlErrorPtr said)
{
	struct xml *x = arg;
	if (x->problem[0] || !said || !said->message) return;
	struct str m = str_trim(str_of(said->message));
	size_t n = num_min(m.n, sizeof x->problem - 1);
	memcpy(x->problem, m.p, n);
	x->problem[n] = 0;
}

bool xml_open(xml_pull *from, void *arg, struct str name, struct xml **out, struct err *e)
{
	struct xml *x = calloc(1, sizeof *x);
	ensure(x);
	*x = (struct xml){ .pull = from, .arg = arg, .e = e };
	x->name = calloc(1, name.n + 1);
	ensure(x->name);
	if (name.n) memcpy(x->name, name.p, name.n);
	x->reader = xmlReaderForIO(pull, close_nothing, x, NULL, NULL, XML_PARSE_NONET | XML_PARSE_COMPACT);
	ensure(x->reader);
	xmlTextReaderSetStructuredErrorHandler(x->reader, note, x);
	x->e = NULL;
	*out = x;
	return true;
}

void xml_close(struct xml *x)
{
	if (!x) return;
	xmlFreeTextReader(x->reader);
	free(x->name);
	free(x);
}

static bool complain(struct xml *x, struct err *e)
{
	if (x->pull_failed && e->code != ERR_NONE) return false;
	err_set(e, ERR_BAD_SOURCE, "%s is not well-formed XML (line %d)", x->name,
	        xmlTextReaderGetParserLineNumber(x->reader));
	return err_cause(e, "libxml2: %s", x->problem[0] ? x->problem : "no message");
}

/* Tells whether a node is one of our events; false for comments and the like. */
static bool event_of(struct xml *x, int type, enum xml_event *event)
{
	switch (type) {
	case XML_READER_TYPE_ELEMENT:
		x->close_next = xmlTextReaderIsEmptyElement(x->reader) == 1;
		*event = XML_OPEN;
		return true;
	case XML_READER_TYPE_END_ELEMENT:
		*event = XML_CLOSE;
		return true;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
	case XML_READER_TYPE_WHITESPACE:
		*event = XML_TEXT;
		return true;
	default:
		return false;
	}
}

bool xml_next(struct xml *x, enum xml_event *event, struct err *e)
{
	if (x->close_next) {
		x->close_next = false;
		*event = XML_CLOSE;
		return true;
	}
	x->e = e;
	for (;;) {
		int said = xmlTextReaderRead(x->reader);
		if (said == 0 && !x->problem[0]) {
			*event = XML_END_OF_DOCUMENT;
			break;
		}
		if (said != 1) return complain(x, e);
		int type = xmlTextReaderNodeType(x->reader);
		if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE)
			return err_set(e, ERR_BAD_SOURCE, "%s declares a document type or entities, which are refused",
			               x->name);
		if (event_of(x, type, event)) break;
	}
	x->e = NULL;
	return true;
}

int xml_depth(const struct xml *x) { return xmlTextReaderDepth(x->reader); }

struct str xml_name(const struct xml *x)
{
	return str_of((const char *)xmlTextReaderConstLocalName(x->reader));
}

struct str xml_text(const struct xml *x)
{
	return str_of((const char *)xmlTextReaderConstValue(x->reader));
}

bool xml_attribute(struct xml *x, struct arena *a, const char *name, struct str *out)
{
	bool found = false;
	struct str wanted = str_of(name);
	for (int more = xmlTextReaderMoveToFirstAttribute(x->reader); more == 1;
	     more = xmlTextReaderMoveToNextAttribute(x->reader)) {
		if (!str_eq(xml_name(x), wanted)) continue;
		*out = arena_str(a, xml_text(x));
		found = true;
		break;
	}
	xmlTextReaderMoveToElement(x->reader);
	return found;
}

bool xml_attribute_at(struct xml *x, struct arena *a, size_t i, struct str *name, struct str *value)
{
	bool found = false;
	for (int more = xmlTextReaderMoveToFirstAttribute(x->reader); more == 1; more = xmlTextReaderMoveToNextAttribute(x->reader)) {
		if (xmlTextReaderIsNamespaceDecl(x->reader) == 1 || i-- > 0) continue;
		*name = arena_str(a, xml_name(x));
		*value = arena_str(a, xml_text(x));
		found = true;
		break;
	}
	xmlTextReaderMoveToElement(x->reader);
	return found;
}

/* HTML as tolerant parsers read it: what was sent is repaired, then walked element by element. For looking at what strangers
 * wrote, not for showing it. */
#include "xml/xml.h"
#include <libxml/HTMLparser.h>
#include <stdlib.h>

enum { ATTRIBUTES_MOST = 200, DEPTH_MOST = 2000 };

struct walking {
	xml_html_element *visit;
	void *arg;
	struct err *e;
};

/* Names with the prefix that HTML gives no meaning ("xlink:href"), as written. */
static bool see(struct walking *w, const xmlNode *node)
{
	struct xml_html_attribute attributes[ATTRIBUTES_MOST];
	xmlChar *owned[ATTRIBUTES_MOST];
	size_t n = 0;
	for (const xmlAttr *a = node->properties; a && n < ATTRIBUTES_MOST; a = a->next) {
		owned[n] = xmlNodeListGetString(node->doc, a->children, 1);
		attributes[n] = (struct xml_html_attribute){ str_of((const char *)a->name), str_of((const char *)owned[n]) };
		n++;
	}
	bool raw = str_eq_nocase(str_of((const char *)node->name), STR("style"));
	xmlChar *text = raw ? xmlNodeGetContent(node) : NULL;
	bool ok = w->visit(w->arg, str_of((const char *)node->name), attributes, n, str_of((const char *)text), w->e);
	if (text)
		xmlFree(text);
	for (size_t i = 0; i < n; i++)
		if (owned[i])
			xmlFree(owned[i]);
	return ok;
}

bool xml_html_walk(struct str html, xml_html_element *visit, void *arg, struct err *e)
{
	if (html.n > XML_HTML_MOST)
		return err_set(e, ERR_TOO_LARGE, "the markup is longer than %d bytes", (int)XML_HTML_MOST);
	if (!str_trim(html).n)
		return true;
	if (str_find_char(html, '\0') >= 0)
		return err_set(e, ERR_INVALID, "the markup holds a NUL character");
	struct walking w = { visit, arg, e };
	htmlParserCtxtPtr parser = htmlNewParserCtxt();
	ensure(parser != NULL);
	htmlDocPtr doc = htmlCtxtReadMemory(parser, html.p, (int)html.n, NULL, "UTF-8",
	                                    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED | HTML_PARSE_NODEFDTD);
	/* The parser gives up on what is nested too deeply, and on much else that is out of measure: the rest was not seen. */
	bool whole = doc && !parser->disableSAX;
	htmlFreeParserCtxt(parser);
	if (!whole) {
		if (doc)
			xmlFreeDoc(doc);
		return err_set(e, ERR_INVALID, "the markup cannot be read to its end: it is nested too deeply, or damaged");
	}
	bool ok = true;
	int depth = 0;
	xmlNode *node = doc->children;
	while (ok && node) {
		if (node->type == XML_ELEMENT_NODE)
			ok = see(&w, node);
		if (ok && depth > DEPTH_MOST)
			ok = err_set(e, ERR_INVALID, "the markup is nested too deeply");
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			depth++;
			continue;
		}
		while (node && !node->next) {
			node = node->parent == (xmlNode *)doc ? NULL : node->parent;
			depth--;
		}
		node = node ? node->next : NULL;
	}
	xmlFreeDoc(doc);
	return ok;
}

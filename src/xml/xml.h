/* XML from strangers: the door to libxml2's pull reader. DTDs and entities are refused, depth and
 * size are bounded, the network is never asked. A reader belongs to one thread. */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/base.h"

struct xml;
/* Pulls up to n bytes of the document; *got 0 is the end. */
typedef bool xml_pull(void *arg, char *to, size_t n, size_t *got, struct err *e);
/* Keeps pull and arg until xml_close. `name` appears in messages. */
bool xml_open(xml_pull *pull, void *arg, struct str name, struct xml **out, struct err *e) must_use;
void xml_close(struct xml *x_or_null);

enum xml_event { XML_END_OF_DOCUMENT, XML_OPEN, XML_CLOSE, XML_TEXT };
/* Steps to the next element start, element end (an empty element has one too) or text. Fails with
 * ERR_BAD_SOURCE naming the line. */
bool xml_next(struct xml *x, enum xml_event *event, struct err *e) must_use nonnull_all;
int xml_depth(const struct xml *x);             /* of the present element; the root is 0 */
struct str xml_name(const struct xml *x);       /* local name, without prefix; until the next step */
struct str xml_text(const struct xml *x);       /* of XML_TEXT; until the next step */
/* An attribute of the element just opened, by local name ("id" finds r:id), in the arena. */
bool xml_attribute(struct xml *x, struct arena *a, const char *name, struct str *out);
/* Attribute number i of it, declarations of namespaces not counted; false: there are no more. */
bool xml_attribute_at(struct xml *x, struct arena *a, size_t i, struct str *name, struct str *value);

/* --- html.c: HTML as it comes, repaired as libxml2 does it ------------------------------------------------ */

enum { XML_HTML_MOST = 4 << 20 };
struct xml_html_attribute { struct str name, value; }; /* names in small letters, prefixes kept; entities resolved */
/* Called for every element; `text` is the content of a style element, empty for all others. Borrowed. False ends the walk. */
typedef bool xml_html_element(void *arg, struct str name, const struct xml_html_attribute *attributes, size_t n, struct str text, struct err *e);
/* ERR_TOO_LARGE, ERR_INVALID, or what the visitor said. */
bool xml_html_walk(struct str html, xml_html_element *visit, void *arg, struct err *e) must_use;

#endif

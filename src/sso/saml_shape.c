/* The shape of a SAML document, before anything is made of it. */
#include "crypt/crypt.h"
#include "sso/saml.h"
#include "xml/xml.h"

enum { ELEMENTS = 20000, DEPTH = 60 };

struct source { struct str left; };
static bool pull(void *arg, char *to, size_t n, size_t *got, struct err *e)
{
	struct source *s = arg;
	(void)e;
	*got = num_min(n, s->left.n);
	if (*got) memcpy(to, s->left.p, *got);
	s->left = str_from(s->left, *got);
	return true;
}

static void look(struct arena *a, struct xml *x, struct sso_shape *s)
{
	struct str name = xml_name(x);
	int depth = xml_depth(x);
	s->elements++;
	if (depth == 0) {
		s->root = arena_str(a, name);
		if (!xml_attribute(x, a, "entityID", &s->entity)) s->entity = STR("");
	}
	if (str_eq(name, STR("Assertion"))) {
		s->assertions++;
		s->misplaced += depth != 1;
	}
	s->misplaced += depth > 0 && str_eq(name, STR("Response"));
	s->encrypted += str_starts(name, STR("Encrypted"));
	if (str_eq(name, STR("Signature"))) {
		s->signatures++;
		s->misplaced += depth != 1 && depth != 2;
	}
}

bool sso_saml_shape(struct arena *a, struct str text, struct sso_shape *out)
{
	struct source s = { text };
	struct xml *x;
	enum xml_event event;
	struct err e = { 0 };
	*out = (struct sso_shape){ .root = STR(""), .entity = STR("") };
	if (!xml_open(pull, &s, STR("document"), &x, &e)) return false;
	bool ok;
	while ((ok = xml_next(x, &event, &e)) && event != XML_END_OF_DOCUMENT) {
		if (event == XML_OPEN) look(a, x, out);
		ok = xml_depth(x) <= DEPTH && out->elements <= ELEMENTS;
		if (!ok) break;
	}
	xml_close(x);
	return ok && out->elements > 0;
}

bool sso_saml_decode(struct arena *a, struct str text, struct str *out)
{
	char *p = arena_bytes(a, text.n + 1);
	size_t n = 0;
	/* Into the spelling that our decoder reads. */
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == '=') continue;
		p[n++] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	return crypt_base64url_decode(a, str_make(p, n), out);
}

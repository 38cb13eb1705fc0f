/* The Forwarded field of RFC 7239: elements between commas, pairs between semicolons, values as tokens or quoted texts. Each
 * proxy adds an element at the right end, about whoever spoke to it; so the list is read from there, and the element of the
 * first address that is no proxy of ours says how that client came. What stands left of it was written by anybody. */
#include "httpd/inside.h"

enum { HOPS = 64 };

struct hop { struct str who, proto, host; };

/* A token or a quoted text from the start of *s; false when it is neither. */
static bool take_value(struct arena *a, struct str *s, struct str *out)
{
	size_t n = 0;
	if (s->n && s->p[0] == '"') {
		char *to = arena_bytes(a, s->n);
		size_t at = 1;
		for (; at < s->n && s->p[at] != '"'; at++) {
			if (s->p[at] == '\\' && ++at == s->n) return false;
			to[n++] = s->p[at];
		}
		if (at == s->n) return false;
		*out = str_make(to, n);
		*s = str_from(*s, at + 1);
		return true;
	}
	while (n < s->n && is_token(str_sub(*s, n, 1))) n++;
	*out = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	return n > 0;
}

static void skip_blanks(struct str *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t')) *s = str_from(*s, 1);
}

static bool take_pair(struct arena *a, struct str *s, struct hop *h)
{
	struct str name, value;
	size_t n = 0;
	while (n < s->n && is_token(str_sub(*s, n, 1))) n++;
	name = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	if (!name.n || !s->n || s->p[0] != '=') return false;
	*s = str_from(*s, 1);
	if (!take_value(a, s, &value)) return false;
	struct str *to = str_eq_nocase(name, STR("for")) ? &h->who : str_eq_nocase(name, STR("proto")) ? &h->proto
	               : str_eq_nocase(name, STR("host")) ? &h->host : NULL;
	if (!to) return true;
	if (to->p) return false; /* each once an element */
	*to = value.n ? value : STR("");
	return true;
}

/* Elements in order; empty ones between commas are allowed. */
static bool read_hops(struct arena *a, struct str s, struct hop hops[HOPS], size_t *count)
{
	size_t n = 0;
	skip_blanks(&s);
	while (s.n) {
		struct hop h = { 0 };
		while (s.n && s.p[0] != ',') {
			if (s.p[0] != ';' && !take_pair(a, &s, &h)) return false;
			skip_blanks(&s);
			if (s.n && s.p[0] == ';') s = str_from(s, 1);
			else if (s.n && s.p[0] != ',') return false;
			skip_blanks(&s);
		}
		if (n == HOPS) return false;
		if (h.who.p || h.proto.p || h.host.p) hops[n++] = h;
		if (s.n) s = str_from(s, 1);
		skip_blanks(&s);
	}
	*count = n;
	return true;
}

bool forwarded_read(const struct proxies *x, struct arena *a, struct str field, struct forwarded *out, struct err *e)
{
	struct hop hops[HOPS];
	size_t n;
	if (!read_hops(a, field, hops, &n)) return err_set(e, ERR_BAD_REQUEST, "the Forwarded field cannot be read");
	const struct hop *about = NULL;
	while (n > 0) {
		struct in6_addr address;
		about = &hops[--n];
		if (!hop_parse(about->who, &address)) break;
		out->client = address;
		if (!proxies_trust(x, &address)) break;
	}
	if (!about) return true;
	if (about->proto.p) {
		out->https = str_eq_nocase(about->proto, STR("https"));
		if (!out->https && !str_eq_nocase(about->proto, STR("http")))
			return err_set(e, ERR_BAD_REQUEST, "the Forwarded field must say proto=https or proto=http");
	}
	if (x->trust_host) out->host = about->host;
	return true;
}

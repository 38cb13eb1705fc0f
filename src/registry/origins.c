/* Origins of services: what may be declared (REG-7), and whether an address is of one. The door to libpsl, whose list tells
 * names under which anybody can register from names that belong to somebody. */
#include "registry/inside.h"
#include <arpa/inet.h>
#include <libpsl.h>

enum { HOST_MOST = 253 };

bool registry_is_public_suffix(struct str host)
{
	char name[HOST_MOST + 1];
	if (!host.n || host.n > HOST_MOST)
		return false;
	memcpy(name, host.p, host.n);
	name[host.n] = 0;
	/* Names of one label that nobody has listed count, too. */
	return psl_is_public_suffix(psl_builtin(), name) != 0;
}

static bool is_address(struct str host)
{
	char name[HOST_MOST + 1];
	unsigned char raw[16];
	if (host.n > HOST_MOST)
		return false;
	memcpy(name, host.p, host.n);
	name[host.n] = 0;
	if (strchr(name, ':') || strchr(name, '['))
		return true;
	bool digits = true; /* "0x7f.1" and "2130706433" are addresses to a browser */
	ptrdiff_t dot = str_rfind_char(host, '.');
	struct str last = dot < 0 ? host : str_from(host, (size_t)dot + 1);
	for (size_t i = 0; i < last.n; i++)
		digits &= last.p[i] >= '0' && last.p[i] <= '9';
	return digits || str_starts(last, STR("0x")) || inet_pton(AF_INET, name, raw) == 1;
}

struct str registry_registrable(struct str host)
{
	char name[HOST_MOST + 1];
	if (!host.n || host.n > HOST_MOST || is_address(host))
		return STR("");
	memcpy(name, host.p, host.n);
	name[host.n] = 0;
	const char *found = psl_registrable_domain(psl_builtin(), name);
	return found ? str_from(host, (size_t)(found - name)) : STR("");
}

static bool is_host(struct str h)
{
	bool ok = h.n > 0 && h.n <= HOST_MOST && h.p[h.n - 1] != '.';
	size_t label = 0;
	for (size_t i = 0; ok && i < h.n; i++) {
		char c = h.p[i];
		if (c == '.') {
			ok = label > 0 && label <= 63 && h.p[i - 1] != '-';
			label = 0;
			continue;
		}
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && label > 0) || c == '_';
		label++;
	}
	return ok && label > 0 && h.p[h.n - 1] != '-';
}

static bool is_port(struct str s)
{
	int64_t v;
	return s.n > 0 && s.n <= 5 && s.p[0] != '0' && s.p[0] != '+' && str_to_int(s, &v) && v > 0 && v < 65536;
}

bool registry_origin_ok(const struct registry *g, struct str origin, enum registry_directive d, const char **why)
{
	*why = N_("\"{0}\" must be https://host, https://host:port or https://*.host");
	if (str_eq(origin, STR("data:")) || str_eq(origin, STR("blob:"))) {
		bool ours = d == REGISTRY_SCRIPT || d == REGISTRY_FRAME;
		*why = ours ? N_("\"{0}\" is not allowed for scripts and frames") : N_("\"{0}\" need not be declared: only origins of others are");
		return false;
	}
	if (!str_starts(origin, STR("https://")))
		return false;
	struct str rest = str_from(origin, 8);
	bool wild = str_starts(rest, STR("*."));
	if (wild)
		rest = str_from(rest, 2);
	ptrdiff_t colon = str_rfind_char(rest, ':');
	struct str host = colon >= 0 ? str_sub(rest, 0, (size_t)colon) : rest;
	if (str_find_char(rest, '[') >= 0 || is_address(host)) {
		*why = N_("\"{0}\" is an IP address; a host name is needed");
		return false;
	}
	if ((colon >= 0 && !is_port(str_from(rest, (size_t)colon + 1))) || !is_host(host))
		return false;
	if (registry_is_public_suffix(host)) {
		*why = wild ? N_("\"{0}\" covers every site below a public suffix") : N_("\"{0}\" is a public suffix, below which anybody can register");
		return false;
	}
	if (str_eq(host, g->host)) {
		*why = N_("\"{0}\" is this portal itself, which needs no declaration");
		return false;
	}
	return true;
}

bool registry_origin_holds(struct str origin, struct str scheme, struct str host, int port)
{
	if (!str_eq_nocase(scheme, STR("https")) || !str_starts(origin, STR("https://")))
		return false;
	struct str rest = str_from(origin, 8);
	ptrdiff_t colon = str_rfind_char(rest, ':');
	int64_t its = 443;
	if (colon >= 0 && !str_to_int(str_from(rest, (size_t)colon + 1), &its))
		return false;
	struct str name = colon >= 0 ? str_sub(rest, 0, (size_t)colon) : rest;
	if (its != port)
		return false;
	if (!str_starts(name, STR("*.")))
		return str_eq_nocase(name, host);
	struct str tail = str_from(name, 1); /* ".host" */
	return host.n > tail.n && str_eq_nocase(str_from(host, host.n - tail.n), tail);
}

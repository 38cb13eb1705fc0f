/* Addresses as browsers read them: blanks and controls at the ends, tabs and line ends within, and backslashes for slashes
 * are all forgiven by browsers, so they must not hide an address here. */
#include "registry/inside.h"

static bool is_scheme_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool registry_url_read(struct str url, struct registry_url *out)
{
	size_t i = 0;
	while (i < url.n && is_scheme_byte(url.p[i]))
		i++;
	struct str scheme = STR("https");
	struct str rest = url;
	if (i > 0 && i < url.n && url.p[i] == ':') {
		scheme = str_sub(url, 0, i);
		rest = str_from(url, i + 1);
		static const char *const fetched[] = { "http", "https", "ws", "wss", "ftp" };
		bool known = false;
		for (size_t k = 0; k < COUNT_OF(fetched); k++)
			known |= str_eq_nocase(scheme, str_of(fetched[k]));
		if (!known)
			return false;
	} else if (!str_starts(url, STR("//"))) {
		return false;
	}
	while (rest.n && rest.p[0] == '/')
		rest = str_from(rest, 1);
	size_t end = 0;
	while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#')
		end++;
	struct str host = str_sub(rest, 0, end);
	ptrdiff_t at = str_rfind_char(host, '@');
	if (at >= 0)
		host = str_from(host, (size_t)at + 1);
	ptrdiff_t bracket = str_find_char(host, ']');
	ptrdiff_t colon = str_rfind_char(host, ':');
	int64_t port = str_eq_nocase(scheme, STR("http")) ? 80 : 443;
	if (colon > bracket) {
		if (!str_to_int(str_from(host, (size_t)colon + 1), &port) || port < 1 || port > 65535)
			port = 0;
		host = str_sub(host, 0, (size_t)colon);
	}
	if (host.n && host.p[host.n - 1] == '.')
		host.n--;
	if (!host.n)
		return false;
	*out = (struct registry_url){ .scheme = scheme, .host = host, .port = (int)port };
	return true;
}

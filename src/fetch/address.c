/* Whether what a source asks for lies on the server of its saved connection. Its password and headers go along with every request, so an
 * address that leads elsewhere is refused, before a configuration keeps it and again before anything is sent. */
#include "fetch/inside.h"
#include <ctype.h>

struct spot { struct str scheme, host, port; };

static struct str usual_port(struct str scheme)
{
	static const struct { const char *scheme, *port; } usual[] = { { "http", "80" }, { "https", "443" }, { "ftp", "21" }, { "ftps", "990" }, { "sftp", "22" } };
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		if (str_eq_nocase(scheme, str_of(usual[i].scheme))) return str_of(usual[i].port);
	return STR("");
}

/* False for whatever two readers of addresses could take for two servers: a user, a backslash, blanks and the like before the path. */
static bool cut(struct str url, struct spot *out)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at <= 0) return false;
	out->scheme = str_sub(url, 0, (size_t)at);
	struct str rest = str_from(url, (size_t)at + 3);
	size_t n = 0;
	while (n < rest.n && !strchr("/?#", rest.p[n])) n++;
	struct str place = str_sub(rest, 0, n);
	for (size_t i = 0; i < place.n; i++)
		if ((unsigned char)place.p[i] <= ' ' || place.p[i] == 0x7f || place.p[i] == '@' || place.p[i] == '\\' || place.p[i] == '%') return false;
	ptrdiff_t colon = str_rfind_char(place, ':'), bracket = str_rfind_char(place, ']');
	bool port = colon >= 0 && colon > bracket;
	out->host = port ? str_sub(place, 0, (size_t)colon) : place;
	out->port = port && (size_t)colon + 1 < place.n ? str_from(place, (size_t)colon + 1) : usual_port(out->scheme);
	while (str_ends(out->host, STR("."))) out->host.n--;
	return out->host.n != 0;
}

/* The host itself, or (buckets that stand in the name) one below it. */
static bool is_host(struct str host, struct str base, bool below)
{
	if (str_eq_nocase(host, base)) return true;
	return below && host.n > base.n + 1 && host.p[host.n - base.n - 1] == '.' && str_eq_nocase(str_from(host, host.n - base.n), base);
}

bool fetch_lies_on(struct str base, struct str url, bool below)
{
	struct spot a, b;
	/* What stands after the server is not looked at twice by anybody but for these. */
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] < ' ' || url.p[i] == '\\') return false;
	return cut(base, &a) && cut(url, &b) && str_eq_nocase(a.scheme, b.scheme) && str_eq(a.port, b.port) && is_host(b.host, a.host, below);
}

static bool is_type(const struct json_node *d, const char *type) { return str_eq(fetch_text(d, "type"), str_of(type)); }

/* Where the server of a connection is; a bucket's may go without saying. */
static struct str base_of(struct arena *a, const struct json_node *d, const struct json_node *c)
{
	struct str url = fetch_text(c, "url"), account = fetch_text(json_get(c, "auth"), "account_name"), region = fetch_text(json_get(c, "auth"), "region");
	if (url.n) return url;
	if (is_type(d, "amazon_s3")) return arena_printf(a, "https://s3.%.*s.amazonaws.com", STR_ARG(region.n ? region : STR("us-east-1")));
	if (is_type(d, "azure_blob_storage") && account.n) return arena_printf(a, "https://%.*s.blob.core.windows.net", STR_ARG(account));
	return STR("");
}

bool fetch_stays(struct arena *a, const struct json_node *datasource, const struct json_node *connection, struct str url, struct err *e)
{
	if (fetch_lies_on(base_of(a, datasource, connection), url, is_type(datasource, "amazon_s3"))) return true;
	return err_set(e, ERR_PARAMETER, "This address leads to another server than that of the saved connection, which would be sent its password: give what stands behind the connection's own address.");
}

bool fetch_stays_written(struct arena *a, const struct json_node *d, const struct json_node *c, struct err *e)
{
	struct str relative = fetch_text(d, "relative_url"), url = fetch_text(d, "url"), domain = fetch_text(json_get(d, "domain"), "domain_id");
	bool portal = is_type(d, "portal") || is_type(d, "federated"), bucket = is_type(d, "amazon_s3") || is_type(d, "azure_blob_storage");
	struct str base = base_of(a, d, c);
	if (portal) {
		if (!url.n && domain.n) url = str_find_char(domain, '.') >= 0 ? arena_join(a, STR("https://"), domain) : arena_printf(a, "https://%.*s.opendatasoft.com", STR_ARG(domain));
		return !url.n || fetch_stays(a, d, c, url, e);
	}
	if (bucket && str_find(url, STR("://")) < 0) return true; /* a name below; signed where it lies */
	if (bucket) return str_starts(url, STR("s3://")) || fetch_stays(a, d, c, url, e);
	if (!is_type(d, "http") && !is_type(d, "ftp")) return true;
	if (!relative.n) relative = url;
	if (!relative.n) return true;
	if (str_starts(relative, STR("//"))) return fetch_stays(a, d, c, relative, e);
	return fetch_stays(a, d, c, fetch_join(a, base, relative), e);
}

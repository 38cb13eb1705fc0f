/* Links that people share files by, as a browser shows them: the address behind each that gives the file itself. Rows, one a service; whoever has the link
 * may read it without signing in, or the service answers with a page instead. */
#include "fetch/inside.h"
#include "crypt/crypt.h"

/* {id} is the word behind `mark`, {gid} the sheet, {code} the whole link as OneDrive wants it, {url} the link itself without `dl` and fragment. */
static const struct service { const char *host; bool below; const char *path, *mark, *needs, *address; } services[] = {
	{ "docs.google.com", false, "/spreadsheets/d/e/", "/d/e/", "gid", "https://docs.google.com/spreadsheets/d/e/{id}/pub?output=csv&single=true&gid={gid}" },
	{ "docs.google.com", false, "/spreadsheets/d/e/", "/d/e/", "", "https://docs.google.com/spreadsheets/d/e/{id}/pub?output=xlsx" },
	{ "docs.google.com", false, "/spreadsheets/d/", "/d/", "gid", "https://docs.google.com/spreadsheets/d/{id}/export?format=csv&gid={gid}" },
	{ "docs.google.com", false, "/spreadsheets/d/", "/d/", "", "https://docs.google.com/spreadsheets/d/{id}/export?format=xlsx" },
	{ "drive.google.com", false, "/file/d/", "/d/", "", "https://drive.usercontent.google.com/download?id={id}&export=download&confirm=t" },
	{ "drive.google.com", false, "/open", "id=", "", "https://drive.usercontent.google.com/download?id={id}&export=download&confirm=t" },
	{ "drive.google.com", false, "/uc", "id=", "", "https://drive.usercontent.google.com/download?id={id}&export=download&confirm=t" },
	{ "1drv.ms", false, "/", "", "", "https://api.onedrive.com/v1.0/shares/u!{code}/driveItem/content" },
	{ "onedrive.live.com", false, "/", "", "", "https://api.onedrive.com/v1.0/shares/u!{code}/driveItem/content" },
	{ "sharepoint.com", true, "/:", "", "", "{url}{and}download=1" },
	{ "www.dropbox.com", false, "/s", "", "", "{url}{and}dl=1" },
};

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

static struct str word_after(struct str s, const char *mark)
{
	ptrdiff_t at = *mark ? str_find(s, str_of(mark)) : -1;
	if (at < 0) return STR("");
	struct str rest = str_from(s, (size_t)at + strlen(mark));
	size_t n = 0;
	while (n < rest.n && is_word(rest.p[n])) n++;
	return str_sub(rest, 0, n);
}

/* Without its fragment and what `dl` said before. */
static struct str bare(struct arena *a, struct str url)
{
	ptrdiff_t at = str_find_char(url, '#');
	if (at >= 0) url = str_sub(url, 0, (size_t)at);
	at = str_find(url, STR("dl="));
	if (at < 1 || !strchr("?&", url.p[at - 1])) return url;
	struct str rest = str_from(url, (size_t)at + 3);
	ptrdiff_t next = str_find_char(rest, '&');
	if (next >= 0) return arena_printf(a, "%.*s%.*s", (int)at, url.p, STR_ARG(str_from(rest, (size_t)next + 1)));
	return str_sub(url, 0, (size_t)at - 1);
}

static bool holds(const struct service *s, struct str host, struct str path, struct str url)
{
	struct str own = str_of(s->host);
	bool there = str_eq_nocase(host, own);
	if (s->below && host.n > own.n + 1) there |= host.p[host.n - own.n - 1] == '.' && str_eq_nocase(str_from(host, host.n - own.n), own);
	return there && str_starts(path, str_of(s->path)) && (!*s->mark || word_after(url, s->mark).n) && (!*s->needs || word_after(url, "gid=").n);
}

static void put(struct buf *b, struct arena *a, const struct service *s, struct str url)
{
	struct str rest = str_of(s->address), plain = bare(a, url), part;
	while (rest.n && str_cut(&rest, '{', &part)) {
		buf_put(b, part);
		if (!rest.n || !str_cut(&rest, '}', &part)) break;
		if (str_eq(part, STR("id"))) buf_put(b, word_after(url, s->mark));
		else if (str_eq(part, STR("gid"))) buf_put(b, word_after(url, "gid="));
		else if (str_eq(part, STR("code"))) crypt_put_base64url(b, url);
		else if (str_eq(part, STR("url"))) buf_put(b, plain);
		else if (str_eq(part, STR("and"))) buf_put_char(b, str_find_char(plain, '?') < 0 ? '?' : '&');
	}
}

bool fetch_shared(struct arena *a, struct str url, struct str *out)
{
	struct net_url u;
	auto_buf b = BUF_INIT(16384);
	if (!net_url(a, url, &u) || !str_eq(u.scheme, STR("https"))) return false;
	struct str rest = str_from(url, (size_t)str_find(url, STR("://")) + 3);
	ptrdiff_t slash = str_find_char(rest, '/');
	struct str path = slash < 0 ? STR("/") : str_from(rest, (size_t)slash);
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		if (!holds(&services[i], u.host, path, url)) continue;
		put(&b, a, &services[i], url);
		*out = arena_str(a, buf_str(&b));
		return !b.over;
	}
	return false;
}

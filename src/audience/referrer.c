/* Where a reader came from: the host alone (ANA-3), never a path or a query, which may hold what somebody searched for or who
 * they are. Own host: "internal". */
#include "audience/inside.h"

enum row_kind { ENGINE, HOST, SPAM };
static const struct { enum row_kind kind; const char *host, *name; } rows[] = {
#define ENGINE(part, name) { ENGINE, part, name },
#define HOST(host, name) { HOST, host, name },
#define SPAM(host) { SPAM, host, "" },
#include "audience/referrers.def"
#undef ENGINE
#undef HOST
#undef SPAM
};

/* The host is that name or one below it. */
static bool below(struct str host, struct str name)
{
	return str_eq(host, name) || (host.n > name.n && host.p[host.n - name.n - 1] == '.' && str_ends(host, name));
}

/* "www.google.co.uk" is of "google": the label stands before an ending of one or two short labels. */
static bool is_engine(struct str host, struct str part)
{
	struct str rest = host, label;
	size_t left = 1;
	for (size_t i = 0; i < host.n; i++) left += host.p[i] == '.';
	for (; str_cut(&rest, '.', &label); left--) {
		if (!str_eq(label, part) || left < 2 || left > 3) continue;
		return left == 2 || (rest.n <= 6 && str_find_char(rest, '.') <= 3);
	}
	return false;
}

struct str audience_referrer(struct str referer, struct str own, char room[AUDIENCE_HOST_TEXT], bool *spam)
{
	*spam = false;
	if (referer.n >= 7 && str_eq_nocase(str_sub(referer, 0, 7), STR("http://"))) referer = str_from(referer, 7);
	else if (referer.n >= 8 && str_eq_nocase(str_sub(referer, 0, 8), STR("https://"))) referer = str_from(referer, 8);
	else return str_make("", 0);
	size_t n = 0;
	while (n < referer.n && !strchr("/?#", referer.p[n])) n++;
	referer.n = n;
	ptrdiff_t at = str_rfind_char(referer, '@');
	if (at >= 0) referer = str_from(referer, (size_t)at + 1);
	bool v6 = referer.n && referer.p[0] == '[';
	ptrdiff_t colon = v6 ? -1 : str_find_char(referer, ':');
	if (colon >= 0) referer = str_sub(referer, 0, (size_t)colon);
	if (referer.n && referer.p[referer.n - 1] == '.') referer.n--;
	if (referer.n == 0 || referer.n >= AUDIENCE_HOST_TEXT || v6) return str_make("", 0);
	bool name = false;
	for (size_t i = 0; i < referer.n; i++) {
		char c = referer.p[i];
		if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
		bool letter = (c >= 'a' && c <= 'z');
		if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_') return str_make("", 0);
		name = name || letter;
		room[i] = c;
	}
	struct str host = str_make(room, referer.n);
	/* The address of a machine may be somebody's at home. */
	if (!name) return str_make("", 0);
	if (str_eq(host, own)) return STR("internal");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str wanted = str_of(rows[i].host);
		if (rows[i].kind == ENGINE ? !is_engine(host, wanted) : !below(host, wanted)) continue;
		*spam = rows[i].kind == SPAM;
		return str_of(rows[i].name);
	}
	return str_starts(host, STR("www.")) && host.n > 4 ? str_from(host, 4) : host;
}

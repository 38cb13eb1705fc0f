/* What an answer counts as: a page view, a call, a download, or nothing (ANA-2, ANA-3). Looks at what every request carries and at
 * the pattern of the route that took it. Parts of an address become part of a name only where they are ids of published
 * content and the answer was good; everything else of an address, its parameters above all, is dropped. */
#include "audience/inside.h"
#include <stdlib.h>

static const struct { const char *start; enum kind kind; const char *version; } kinds[] = {
#define KIND(start, kind, version) { start, KIND_##kind, version },
#include "audience/kinds.def"
#undef KIND
};

static bool good_id(struct str s, size_t most)
{
	if (s.n == 0 || s.n > most) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')) return false;
	}
	return true;
}

static void put(char *out, size_t room, size_t *n, struct str s)
{
	for (size_t i = 0; i < s.n && *n + 1 < room; i++) out[(*n)++] = s.p[i];
	out[*n] = '\0';
}

static void copy(char *out, size_t room, struct str s)
{
	size_t n = 0;
	put(out, room, &n, s);
}

/* Walks pattern and path side by side; holes that are ids of content are filled. */
static void fill(struct weight *w, const char *pattern, struct str path, bool good)
{
	struct str left = str_of(pattern), part, real;
	size_t n = 0;
	while (str_cut(&left, '/', &part)) {
		if (!str_cut(&path, '/', &real)) real = str_make("", 0);
		bool dataset = str_eq(part, STR("{dataset}"));
		bool name = dataset || str_eq(part, STR("{tab}")) || str_eq(part, STR("{page}"));
		if (dataset && good && good_id(real, sizeof w->dataset - 1)) copy(w->dataset, sizeof w->dataset, real);
		if (str_eq(part, STR("{format}")) && good && good_id(real, 16)) copy(w->format, sizeof w->format, real);
		if (n || part.n) put(w->path, sizeof w->path, &n, STR("/"));
		put(w->path, sizeof w->path, &n, name && good && good_id(real, 100) ? real : part);
	}
	size_t end = strlen(pattern);
	if (end && pattern[end - 1] == '/' && (n == 0 || w->path[n - 1] != '/')) put(w->path, sizeof w->path, &n, STR("/"));
}

/* Value of a parameter, decoded as far as it fits. */
static size_t parameter(struct str query, struct str name, char *out, size_t room)
{
	struct str pair;
	while (query.p && str_cut(&query, '&', &pair)) {
		struct str key;
		if (!str_cut(&pair, '=', &key) || !str_eq(key, name) || !pair.n) continue;
		size_t n = 0;
		for (size_t i = 0; i < pair.n; i++) {
			char c = pair.p[i];
			if (n + 1 >= room) return 0; /* too long to be words */
			if (c == '%' && i + 2 < pair.n) {
				const char hex[3] = { pair.p[i + 1], pair.p[i + 2], '\0' };
				char *end;
				long v = strtol(hex, &end, 16);
				if (end != hex + 2) return 0;
				c = (char)v;
				i += 2;
			}
			out[n++] = c == '+' ? ' ' : c;
		}
		out[n] = '\0';
		return n;
	}
	return 0;
}

/* The weight that an Accept field gives to text/html, in thousandths, and the greatest it gives to anything else by name. */
static bool prefers_html(struct str accept)
{
	int html = -1, any = -1, best = 0;
	struct str range;
	if (!accept.n) return true;
	while (str_cut(&accept, ',', &range)) {
		struct str type, parameter_;
		if (!str_cut(&range, ';', &type)) continue;
		int q = 1000;
		while (range.p && str_cut(&range, ';', &parameter_)) {
			struct str p = str_trim(parameter_);
			if (p.n < 3 || (p.p[0] | 32) != 'q' || p.p[1] != '=') continue;
			q = p.p[2] == '1' ? 1000 : 0;
			for (size_t i = 4, unit = 100; i < p.n && i < 7; i++, unit /= 10)
				if (p.p[2] == '0' && p.p[i] >= '0' && p.p[i] <= '9') q += (p.p[i] - '0') * (int)unit;
		}
		type = str_trim(type);
		if (str_eq_nocase(type, STR("text/html")) || str_eq_nocase(type, STR("application/xhtml+xml"))) html = num_max(html, q);
		else if (str_eq(type, STR("*/*")) || str_eq_nocase(type, STR("text/*"))) any = num_max(any, q);
		else best = num_max(best, q);
	}
	if (html < 0) html = any;
	return html > 0 && html >= best;
}

static const char *latency_of(int64_t us)
{
	static const struct { int64_t below; const char *name; } buckets[] = {
		{ 10000, "0-10 ms" }, { 30000, "10-30 ms" }, { 100000, "30-100 ms" }, { 300000, "100-300 ms" }, { 1000000, "300-1000 ms" }, { 3000000, "1-3 s" } };
	for (size_t i = 0; i < COUNT_OF(buckets); i++)
		if (us < buckets[i].below) return buckets[i].name;
	return "3 s and more";
}

static const char *response_of(int status)
{
	static const char *const classes[] = { "2xx", "3xx", "4xx", "5xx" };
	return status >= 200 && status < 600 ? classes[status / 100 - 2] : "other";
}

static const char *event_of(const struct weight *w, const struct audience_hit *h)
{
	const char *p = h->pattern_or_null;
	if (w->kind == KIND_PAGE) {
		if (h->status == 404 || h->status == 410) return "not_found";
		if (h->status >= 500) return "error";
		return h->status == 200 || h->status == 304 ? "view" : NULL;
	}
	if (h->status != 200 && h->status != 304 && h->status != 206) return NULL;
	if (strstr(p, "/exports/{format}") || strstr(p, "/download")) return "export";
	if (strstr(p, "/attachments/{") || strstr(p, "/alternative_exports/{") || strstr(p, "/files/{")) return "download";
	return NULL;
}

bool weigh(const struct audience_hit *h, struct weight *w)
{
	const char *pattern = h->pattern_or_null;
	struct str query = h->target, path;
	*w = (struct weight){ .kind = KIND_PAGE, .version = "" };
	if (!str_cut(&query, '?', &path)) path = str_make("", 0);
	for (size_t i = 0; pattern && i < COUNT_OF(kinds); i++) {
		if (!str_starts(str_of(pattern), str_of(kinds[i].start))) continue;
		w->kind = kinds[i].kind;
		w->version = kinds[i].version;
		break;
	}
	if (w->kind == KIND_NOTHING || h->method == AUDIENCE_OTHER) return false;
	if (w->kind == KIND_PAGE && (!h->html || h->method != AUDIENCE_GET)) return false;
	w->navigation = str_eq(h->fetch_dest, STR("document")) || (!h->fetch_dest.n && prefers_html(h->accept));
	if (pattern) fill(w, pattern, path, h->status < 400);
	else copy(w->path, sizeof w->path, STR("(unknown address)"));
	w->latency = latency_of(h->us);
	w->response = response_of(h->status);
	w->event = event_of(w, h);
	if (w->kind == KIND_PAGE) {
		if (!parameter(query, STR("q"), w->query, sizeof w->query)) w->query[0] = '\0';
		return true;
	}
	char text[100];
	if (h->status < 400 && !w->dataset[0] && parameter(query, STR("dataset"), text, sizeof text) && good_id(str_of(text), sizeof text - 1))
		copy(w->dataset, sizeof w->dataset, str_of(text));
	if (h->status < 400 && !w->format[0] && parameter(query, STR("format"), text, sizeof text) && good_id(str_of(text), 16))
		copy(w->format, sizeof w->format, str_of(text));
	return true;
}

bool audience_declines(enum audience_field f, struct str value)
{
	value = str_trim(value);
	switch (f) {
	case AUDIENCE_GPC:
	case AUDIENCE_DNT: return str_find_char(value, '1') >= 0;
	case AUDIENCE_PURPOSE: return str_find(value, STR("prefetch")) >= 0 || str_find(value, STR("prerender")) >= 0 || str_eq_nocase(value, STR("preview"));
	case AUDIENCE_COOKIE: {
		ptrdiff_t at = str_find(value, STR("cookies_preferences="));
		if (at < 0) return false;
		struct str choice = str_from(value, (size_t)at), first;
		return str_cut(&choice, ';', &first) && str_find(first, STR("audience:0")) >= 0;
	}
	}
	return false;
}

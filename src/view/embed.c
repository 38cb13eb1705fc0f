/* Things of other providers in our pages: tags in the head, frames in texts. What is not granted is not written: not its host,
 * not a hint of it, but for the plain link a reader may follow. The Content-Security-Policy says the same once more. */
#include "view/inside.h"

#include "asset/asset.h"
#include "crypt/crypt.h"
#include "text/text.h"

enum { ID_TEXT = 16, SIDE_LEAST = 80, SIDE_MOST = 4096 };

void view_use(struct view_page *p, const struct registry_service *s)
{
	for (size_t i = 0; i < p->nused; i++)
		if (p->used[i] == s)
			return;
	if (p->nused < CONSENT_SERVICES)
		p->used[p->nused++] = s;
}

/* --- tags ------------------------------------------------------------------------------------------------- */

void view_put_tags(struct view_page *p)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	const struct registry *g = v->registry;
	if (!g || p->error || v->foreign_frame)
		return;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		const struct registry_service *s = &g->services[i];
		if (s->loads != REGISTRY_LOADS_TAG || !v->consent.granted[i])
			continue;
		view_use(p, s);
		if (!s->tag_url.n)
			continue;
		html_lit(h, "<script type=\"module\" src=\"");
		html_url(h, asset_url(STR("tag.js")));
		html_lit(h, "\" data-tag=\"");
		html_text(h, s->id);
		html_lit(h, "\" data-url=\"");
		html_url(h, s->tag_url);
		html_lit(h, "\" data-site=\"");
		html_text(h, s->tag_site);
		html_lit(h, "\"></script>");
	}
}

/* --- whose frame it is --------------------------------------------------------------------------------------- */

/* "https://host[:port]" of an address, in lower case; empty when it is not one a browser would read alike. */
static struct str origin_of(struct arena *a, struct str url)
{
	if (!str_starts(url, STR("https://")))
		return STR("");
	size_t n = 8;
	for (; n < url.n && url.p[n] != '/' && url.p[n] != '?' && url.p[n] != '#'; n++) {
		char c = url.p[n];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
		if (!good)
			return STR("");
	}
	struct str origin = arena_str(a, str_sub(url, 0, n));
	char *lower = arena_bytes(a, n + 1);
	for (size_t i = 0; i < n; i++)
		lower[i] = origin.p[i] >= 'A' && origin.p[i] <= 'Z' ? (char)(origin.p[i] + 32) : origin.p[i];
	return n > 8 ? str_make(lower, n) : STR("");
}

static bool covers(struct str declared, struct str origin)
{
	static const struct str wild = { "https://*.", 10 };
	if (!str_starts(declared, wild))
		return str_eq(declared, origin);
	struct str tail = str_from(declared, wild.n - 1); /* ".host" */
	return origin.n > tail.n + 8 && str_ends(origin, tail);
}

static bool declares(const struct registry_service *s, struct str origin)
{
	for (size_t k = 0; k < s->norigins[REGISTRY_FRAME]; k++)
		if (covers(s->origins[REGISTRY_FRAME][k], origin))
			return true;
	return false;
}

static const struct registry_service *service_of(const struct registry *g, struct str origin, size_t *place)
{
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++)
		if (g->services[i].loads == REGISTRY_LOADS_EMBED && declares(&g->services[i], origin)) {
			*place = i;
			return &g->services[i];
		}
	return NULL;
}

/* --- addresses -------------------------------------------------------------------------------------------------- */

static const char *const youtubes[] = { "https://www.youtube.com/embed/", "https://youtube.com/embed/", "https://www.youtube-nocookie.com/embed/" };

/* The variant that writes less, where the service declares it: not exempt for that (EMB-4). */
static struct str frame_address(struct arena *a, const struct registry_service *s, struct str src)
{
	for (size_t i = 0; i < 2; i++)
		if (str_starts(src, str_of(youtubes[i])) && declares(s, STR("https://www.youtube-nocookie.com")))
			return arena_join(a, str_of(youtubes[2]), str_from(src, strlen(youtubes[i])));
	return src;
}

/* Where the same thing is read at the provider's. */
static struct str plain_address(struct arena *a, struct str src)
{
	for (size_t i = 0; i < COUNT_OF(youtubes); i++) {
		if (!str_starts(src, str_of(youtubes[i])))
			continue;
		struct str id = str_from(src, strlen(youtubes[i]));
		size_t n = 0;
		while (n < id.n && id.p[n] != '?' && id.p[n] != '/' && id.p[n] != '#')
			n++;
		return arena_join(a, STR("https://www.youtube.com/watch?v="), str_sub(id, 0, n));
	}
	return src;
}

/* The name of an embed on its page: made of its address and place, so that it is the same in the next answer. */
static struct str id_of(struct arena *a, size_t place, struct str src)
{
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256(arena_printf(a, "%zu %.*s", place, STR_ARG(src)), digest);
	crypt_hex(digest, sizeof digest, hex);
	return arena_str(a, str_make(hex, ID_TEXT));
}

/* --- shown this one time ------------------------------------------------------------------------------------------- */

static bool is_ahead_of_time(const struct httpd_request *r)
{
	struct str purpose = httpd_header(r, STR("Sec-Purpose"));
	return r->method != HTTPD_GET || str_find(purpose, STR("prefetch")) >= 0 || str_find(purpose, STR("prerender")) >= 0 ||
	       str_find(httpd_header(r, STR("Purpose")), STR("prefetch")) >= 0;
}

static bool is_once(struct view_page *p, struct str id)
{
	const struct visit *v = p->visit;
	const struct str *given = httpd_query_or_null(v->request, STR("once"));
	if (!given)
		return false;
	/* Whoever comes with such a word gets an answer of their own, good or not. */
	p->once_used = true;
	if (given->n < ID_TEXT + 1 || !str_eq(str_sub(*given, 0, ID_TEXT), id) || is_ahead_of_time(v->request))
		return false;
	return consent_once_take(v->at.site->consent, v->at.tenant->host, v->request->raw_path, id, str_from(*given, ID_TEXT + 1), true, clock_now());
}

/* --- writing ----------------------------------------------------------------------------------------------------------- */

static int64_t side(int64_t n, int64_t otherwise)
{
	return n < SIDE_LEAST || n > SIDE_MOST ? otherwise : n;
}

/* A transparent picture of the frame's size keeps its place, whatever stands in it: no style attribute is allowed. */
static void open_box(struct html *h, const struct view_frame *f, struct str id, struct str classes)
{
	html_lit(h, "<div class=\"embed ");
	html_put_literal(h, classes);
	html_lit(h, "\" id=\"embed-");
	html_text(h, id);
	html_lit(h, "\"><svg class=\"size\" aria-hidden=\"true\" focusable=\"false\" width=\"");
	html_int(h, side(f->width, 560));
	html_lit(h, "\" height=\"");
	html_int(h, side(f->height, 315));
	html_lit(h, "\" viewBox=\"0 0 ");
	html_int(h, side(f->width, 560));
	html_lit(h, " ");
	html_int(h, side(f->height, 315));
	html_lit(h, "\"></svg>");
}

/* Declared by the service (EMB-4); none at all is the strictest. */
static void put_sandbox(struct html *h, const struct registry_service *s)
{
	html_lit(h, "\" sandbox=\"");
	for (size_t k = 0, n = 0; registry_sandbox_words[k]; k++) {
		if (!(s->sandbox >> k & 1))
			continue;
		if (n++)
			html_lit(h, " ");
		html_text(h, str_of(registry_sandbox_words[k]));
	}
	html_lit(h, "\"");
}

static void put_frame(struct html *h, const struct view_frame *f, const struct registry_service *s, struct str id, struct str title, struct str src)
{
	open_box(h, f, id, STR("shown"));
	html_lit(h, "<iframe src=\"");
	html_url(h, src);
	html_lit(h, "\" title=\"");
	html_text(h, title);
	html_lit(h, "\" width=\"");
	html_int(h, side(f->width, 560));
	html_lit(h, "\" height=\"");
	html_int(h, side(f->height, 315));
	put_sandbox(h, s);
	html_lit(h, " allow=\"fullscreen; picture-in-picture\" "
	            "referrerpolicy=\"no-referrer\" loading=\"lazy\" credentialless></iframe></div>");
}

static void put_hidden(struct html *h, struct str name, struct str value)
{
	html_lit(h, "<input type=\"hidden\" name=\"");
	html_text(h, name);
	html_lit(h, "\" value=\"");
	html_text(h, value);
	html_lit(h, "\">");
}

static void put_buttons(struct view_page *p, const struct registry_service *s, struct str id)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	struct str back = view_back(v);
	html_lit(h, "<div class=\"choices\"><form method=\"post\" action=\"/cookies/embed/\">");
	put_hidden(h, STR("page"), back);
	put_hidden(h, STR("embed"), id);
	html_lit(h, "<button class=\"choice outline\">");
	html_say(h, N_("Load once"));
	html_lit(h, "</button></form>");
	if (s->basis == REGISTRY_BASIS_CONSENT) {
		html_lit(h, "<form method=\"post\" action=\"/cookies/preferences/\">");
		put_hidden(h, STR("action"), STR("save"));
		put_hidden(h, STR("layer"), STR("placeholder"));
		put_hidden(h, arena_join(v->arena, STR("svc."), s->id), STR("on"));
		auto_buf epoch = BUF_INIT(32);
		buf_put_int(&epoch, v->registry->epoch);
		put_hidden(h, STR("epoch"), buf_str(&epoch));
		put_hidden(h, STR("return"), arena_printf(v->arena, "%.*s#embed-%.*s", STR_ARG(back), STR_ARG(id)));
		html_lit(h, "<button class=\"choice outline\">");
		html_say_with(h, N_("Always allow {0}"), HTML_ARG_TEXT(s->name));
		html_lit(h, "</button></form>");
	}
	html_lit(h, "</div><p class=\"small\"><a href=\"/cookies/preferences/\">");
	html_say(h, N_("Manage cookies"));
	html_lit(h, "</a></p>");
}

static void put_placeholder(struct view_page *p, const struct registry_service *s, const struct view_frame *f, struct str id, struct str title)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	open_box(h, f, id, STR("placeholder"));
	html_lit(h, "<div class=\"instead\" role=\"group\" aria-label=\"");
	html_text(h, title);
	html_lit(h, "\"><p class=\"title\">");
	html_text(h, title);
	html_lit(h, "</p><p>");
	html_say_with(h, N_("This content comes from {0}."), HTML_ARG_TEXT(s->provider.name));
	html_lit(h, " ");
	html_text(h, view_registry_text(v, &s->data_sent));
	html_lit(h, " <a rel=\"noopener noreferrer\" href=\"");
	html_url(h, plain_address(v->arena, f->src));
	html_lit(h, "\">");
	html_say_with(h, N_("Open it at {0}"), HTML_ARG_TEXT(s->provider.name));
	html_lit(h, "</a></p>");
	put_buttons(p, s, id);
	html_lit(h, "</div></div>");
}

bool view_put_embed(struct view_page *p, const struct view_frame *f)
{
	const struct visit *v = p->visit;
	size_t place = 0;
	if (!v->registry)
		return false;
	struct str origin = origin_of(v->arena, f->src);
	const struct registry_service *s = origin.n ? service_of(v->registry, origin, &place) : NULL;
	if (!s)
		return false;
	struct str id = id_of(v->arena, p->nembeds++, f->src), title = f->title.n ? f->title : s->name;
	if (v->consent.granted[place] || is_once(p, id)) {
		view_use(p, s);
		put_frame(&p->h, f, s, id, title, frame_address(v->arena, s, f->src));
	} else {
		put_placeholder(p, s, f, id, title);
	}
	return true;
}

/* How pages are shaped: an HTML writer that cannot be given runtime text as markup, the frame around
 * every page, and the parts pages share. Refuses to know datasets and queries. Messages are English
 * literals, looked up in the page's language. Everything belongs to the thread of its request. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/base.h"
#include "clock/clock.h"
#include "i18n/i18n.h"
#include "visitor/visitor.h"

/* --- html.c: HTML as literals and escaped values -------------------------------------------------- */

struct html {
	struct buf out;
	const struct i18n_lang *lang;
};
enum { VIEW_PAGE_BYTES = 16 << 20 };

#define html_lit(h, lit) html_put_literal((h), STR(lit))
void html_put_literal(struct html *h, struct str lit);   /* for html_lit and tables of literals only */
void html_text(struct html *h, struct str s);            /* escaped; content or quoted attribute */
void html_url(struct html *h, struct str url);           /* escaped; "#" unless local, http(s) or mailto */
void html_int(struct html *h, int64_t v);                /* plain digits, for attributes */
void html_count(struct html *h, int64_t v);              /* by locale, for readers */
void html_bytes(struct html *h, int64_t bytes);          /* "1.4 MB" by locale */
/* <time datetime="…">22 November 2026</time>, in a zone. */
void html_date(struct html *h, int64_t us, const struct clock_zone *zone, bool with_time);

/* --- say.c: messages ------------------------------------------------------------------------------ */

/* A message in the page's language, escaped. */
void html_say(struct html *h, const char *message);
/* What stands for {0}, {1} … of a message. */
enum html_arg_kind { HTML_TEXT, HTML_CODE, HTML_STRONG, HTML_COUNT, HTML_OPEN, HTML_CLOSE, HTML_DATE };
struct html_arg {
	enum html_arg_kind kind;
	struct str s;                   /* TEXT, CODE, STRONG; OPEN: the address of a link */
	int64_t n;                      /* COUNT; DATE: microseconds */
	const struct clock_zone *zone;  /* DATE */
};
#define HTML_ARG_TEXT(t) ((struct html_arg){ .kind = HTML_TEXT, .s = (t) })
#define HTML_ARG_CODE(t) ((struct html_arg){ .kind = HTML_CODE, .s = (t) })
#define HTML_ARG_STRONG(t) ((struct html_arg){ .kind = HTML_STRONG, .s = (t) })
#define HTML_ARG_COUNT(v) ((struct html_arg){ .kind = HTML_COUNT, .n = (v) })
#define HTML_ARG_OPEN(url) ((struct html_arg){ .kind = HTML_OPEN, .s = (url) })
#define HTML_ARG_CLOSE ((struct html_arg){ .kind = HTML_CLOSE })
#define HTML_ARG_DATE(us, z) ((struct html_arg){ .kind = HTML_DATE, .n = (us), .zone = (z) })
void html_say_args(struct html *h, const char *message, const struct html_arg *args, size_t n);
#define html_say_with(h, message, ...)                                                             \
	html_say_args((h), (message), (const struct html_arg[]){ __VA_ARGS__ },                    \
	              COUNT_OF(((const struct html_arg[]){ __VA_ARGS__ })))
/* A message that counts: {0} is n by locale. */
void html_say_plural(struct html *h, const char *one, const char *many, int64_t n);

/* --- rich.c: text that may hold markup of a publisher ---------------------------------------------- */

/* The allowed part of a publisher's HTML (paragraphs, lists, emphasis, code, links to http(s) and
 * mailto), everything else dropped; plain text becomes paragraphs. Always balanced. */
void html_rich(struct html *h, struct str s);
/* The words of it, at most about `max` bytes, cut between words; in the arena. */
struct str view_plain(struct arena *a, struct str html, size_t max);

/* --- icons.c ------------------------------------------------------------------------------------- */

enum view_icon {
	ICON_SEARCH, ICON_GLOBE, ICON_CLOSE, ICON_CHECK, ICON_DOWN, ICON_FILTER, ICON_CALENDAR, ICON_ROWS, ICON_PEOPLE,
	ICON_TAG, ICON_MAP, ICON_CHART, ICON_CLOCK, ICON_IMAGE, ICON_DOWNLOAD, ICON_CODE, ICON_INFO, ICON_TABLE,
	ICON_ARROW_UP, ICON_ARROW_DOWN, ICON_BEFORE, ICON_NEXT, ICON_SCALES, ICON_LINK, ICONS
};
/* Decorative: hidden from screen readers; a text stands beside it. */
void html_icon(struct html *h, enum view_icon icon);

/* --- theme.c: colours from a portal's accent ------------------------------------------------------- */

/* Six hexadecimal digits of "#RRGGBB"; false (out untouched) when it is not one. */
bool view_accent_parse(struct str colour, uint32_t *out) must_use;
/* The accent of a portal, or the house's. */
uint32_t view_accent(const struct tenant *t);
/* Addresses of the portal's stylesheet and mark, made of the accent alone. */
struct str view_theme_url(struct arena *a, uint32_t accent);
struct str view_mark_url(struct arena *a, uint32_t accent);
/* The files behind those addresses; false when the name is not one of them. */
bool view_theme_file(struct str name, struct buf *out, struct str *type) must_use;
/* A shade of the accent with at least such a contrast against a background (WCAG 2 formula). */
uint32_t view_readable(uint32_t colour, uint32_t background, double contrast);
double view_contrast(uint32_t a, uint32_t b);

/* --- layout.c: the frame ---------------------------------------------------------------------------- */

enum view_place { VIEW_ELSEWHERE, VIEW_CATALOGUE, VIEW_POLICY };
struct view_page {
	struct visit *visit;
	struct html h;
	struct str title;           /* without the portal's name; empty on its first page */
	struct str description;     /* for search engines and link previews; may be empty */
	struct str path;            /* canonical: path and the part of the query that matters, without flg */
	enum view_place place;
	bool noindex;
	bool error;                 /* an error page: no alternates, not for indexes */
	struct str json_alternate;  /* address of the same thing as JSON; may be empty */
};
/* Writes everything up to and with the start of <main>. */
void view_open(struct view_page *p);
/* Writes the rest and hands the page over: type, language, security headers, body. Fails with
 * ERR_TOO_LARGE. The buffer is freed either way. */
bool view_close(struct view_page *p, struct err *e) must_use;
/* Frees a page that is not finished; accepts zero. */
void view_drop(struct view_page *p);
#define auto_page auto_with(view_drop) struct view_page
/* The portal's name in the page's language. */
struct str view_portal_title(const struct visit *v);

/* A whole page for an error, without a portal: system words in a language. */
void view_bare_error(struct html *h, int status, const char *heading, const char *sentence);
void view_security(struct httpd_reply *p, bool development);

/* --- state.c: what a page's address says, and addresses that say a little more or less ------------- */

/* The parameters a page knows, in the order given. */
struct view_state {
	struct arena *arena;
	struct str path;
	const struct httpd_pair *pairs;
	size_t n;
};
/* Keeps of the request what a filter page understands: q, refine.*, exclude.*, disjunctive.*, sort, rows,
 * start, timezone, flg. */
void view_state_read(struct view_state *s, const struct httpd_request *r, struct str path);
struct str view_state_get(const struct view_state *s, struct str name); /* first value, or empty */
/* The address with one pair less and one more. `drop` empty: none; drop_value NULL: every pair of that
 * name; `add` empty: none. Paging starts over unless `add` is "start". */
struct str view_state_url(const struct view_state *s, struct str drop, const struct str *drop_value,
                          struct str add, struct str add_value);
/* Only the query, without flg, sort and paging: to carry filters to another tab. Starts with "?" or is
 * empty. */
struct str view_state_filters(const struct view_state *s);
/* Hidden inputs of all pairs but those named `except` and the paging. */
void view_state_inputs(struct html *h, const struct view_state *s, struct str except);

/* --- parts.c --------------------------------------------------------------------------------------- */

struct view_crumb { struct str title, url; };
void view_crumbs(struct html *h, const struct view_crumb *crumbs, size_t n);
/* Pages of `size` rows; at most `ceiling` rows can be reached. */
void view_pager(struct html *h, const struct view_state *s, int64_t start, int64_t size, int64_t total, int64_t ceiling);
/* A label that copies the code beside it, once the script runs. */
void view_code(struct html *h, const char *language, struct str code);

#endif

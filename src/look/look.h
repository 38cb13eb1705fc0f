/* How a portal looks: versions of its theme (colours, measures, letters, stylesheet, header and footer), what is the same in all of
 * them (menu, marks, palette, legal texts), and its own pictures and fonts. Refuses to know pages and requests.
 *
 * A theme is edited as a draft that nobody else sees; going live numbers it and locks it for ever, and a new draft begins as its
 * copy. Older ones can be looked at and put in force again. A `struct look` is an immutable snapshot, counted while held, with
 * everything that pages need made once: the stylesheet, header and footer cleaned. Colours are 0xRRGGBB. The contrast formula is
 * that of WCAG 2.2 (relative luminance).
 *
 * Threads: all functions from any. Errors: ERR_INVALID names what is wrong with what an editor gave; ERR_DATABASE; ERR_NOT_FOUND. */
#ifndef LOOK_LOOK_H
#define LOOK_LOOK_H

#include "base/base.h"
#include "doc/doc.h"
#include "log/log.h"
#include "store/store.h"
#include "tenant/tenant.h"

struct looks;

/* --- what a look is made of -------------------------------------------------------------------------- */

enum look_colour {
#define COLOUR(symbol, word, title) LOOK_##symbol,
#include "look/colours.def"
#undef COLOUR
	LOOK_COLOURS
};
struct look_colour_row { const char *word, *title; };
extern const struct look_colour_row look_colour_rows[LOOK_COLOURS];
struct look_font_row { const char *word, *title, *family; };
extern const struct look_font_row look_font_rows[]; /* ends with a row without word */

enum look_scheme { LOOK_LIGHT, LOOK_DARK, LOOK_SCHEMES };
struct look_palette { uint32_t colour[LOOK_COLOURS]; };

enum look_density { LOOK_ROOMY, LOOK_NORMAL, LOOK_DENSE };
extern const char *const look_density_words[]; /* "roomy" … NULL */

/* A text in some languages. */
struct look_words { struct str lang, text; };
struct look_text { const struct look_words *p; size_t n; };
/* In a language; else in the first that there is; empty when there is none. */
struct str look_say(const struct look_text *t, struct str lang) nonnull_all;

enum { LOOK_WIDTH_LEAST = 40, LOOK_WIDTH_MOST = 160, LOOK_RADIUS_MOST = 24, LOOK_CSS_BYTES = 128 << 10, LOOK_HTML_BYTES = 32 << 10 };
struct look_theme {
	bool given[LOOK_SCHEMES][LOOK_COLOURS];       /* the others are made of those that are */
	uint32_t colour[LOOK_SCHEMES][LOOK_COLOURS];
	int width;                      /* of pages, in rem; 0: the house's */
	int radius;                     /* of corners, in pixels; -1: the house's */
	enum look_density density;
	struct str text_font, title_font; /* a word of fonts.def, or "file:NAME"; empty: the house's */
	struct str css, header, footer, card; /* as written; empty: the house's */
};
/* A theme of which nothing is given. */
struct look_theme look_theme_plain(void);

struct look_item {
	struct look_text label;
	struct str url;                 /* "/explore/", or http(s)://… */
	bool new_tab;
	const struct look_item *items;  /* of a sub-menu: then the address may be empty; one level */
	size_t nitems;
};
enum { LOOK_ITEMS = 12, LOOK_SUB_ITEMS = 16, LOOK_PALETTE = 24, LOOK_LEGAL_BYTES = 64 << 10 };
enum look_legal_kind { LOOK_TERMS, LOOK_PRIVACY, LOOK_LEGALS };
extern const char *const look_legal_words[LOOK_LEGALS];   /* "terms", "privacy" */
extern const char *const look_legal_paths[LOOK_LEGALS];   /* "/terms/terms-and-conditions/" … */
struct look_legal { struct look_text text, url; };        /* Markdown (doc_markdown), or an address elsewhere, which wins */
/* What all versions of the theme have in common. */
struct look_site {
	const struct look_item *menu;   /* NULL: the house's */
	size_t nmenu;
	bool own_menu;                  /* false: menu is the house's */
	struct str logo, login_logo, favicon; /* names of files; empty: the house's mark */
	struct look_text brand;         /* beside the logo; empty: the portal's title */
	bool hide_brand;                /* the logo says it */
	struct look_text prefix;        /* of titles of pages; empty: the portal's title stands behind them */
	uint32_t palette[LOOK_PALETTE]; /* of charts, in order */
	size_t npalette;                /* 0: the house's */
	struct look_legal legal[LOOK_LEGALS];
};

/* --- a snapshot ---------------------------------------------------------------------------------------- */

struct look {
	struct tenant_id tenant;
	int64_t version;                /* 0: none has gone live yet */
	bool draft;
	struct look_theme theme;
	struct look_site site;
	struct look_palette palette[LOOK_SCHEMES]; /* every role, given or made */
	struct str header, footer, card; /* cleaned markup with placeholders; empty: the house's; card: of a dataset in lists */
	struct str stylesheet;          /* CSS */
	struct str url;                 /* of it: "/assets/theme/3-5f1c….css"; the letters are a hash of it */
	struct str logo_url, login_logo_url, favicon_url; /* of files that are there; else empty */
	int logo_width, logo_height;    /* pixels; 0: not known */
};

/* `folder` is the data folder. */
bool looks_open(struct store *s, struct tenants *ts, struct str folder, struct looks **out, struct err *e) must_use nonnull_all;
void looks_close(struct looks *ls);

/* Called after each change that visitors can see. */
void looks_on_change(struct looks *ls, void (*changed)(void *arg, struct tenant_id t), void *arg);
/* Where it is said that a look could not be read. Before the first request. */
void looks_log(struct looks *ls, struct log *l_or_null);

/* The look in force, held until look_release. Never fails: what cannot be read is the house's, and the log
 * says so. Memory only, but the first time after a change. */
const struct look *look_hold(struct looks *ls, const struct tenant *t) __attribute__((returns_nonnull)) nonnull_all;
/* The draft, or a version that was live. Made anew at each call. */
enum { LOOK_DRAFT = -1 };
bool look_hold_version(struct looks *ls, const struct tenant *t, int64_t version, const struct look **out, struct err *e) must_use nonnull_all;
/* A look of a theme that is kept nowhere: what the draft would be. Keeps the theme's texts until look_release. */
bool look_hold_theme(struct looks *ls, const struct tenant *t, const struct look_theme *theme, const struct look **out, struct err *e) must_use nonnull_all;
void look_release(struct looks *ls, const struct look *l_or_null);
/* Without a portal: the house's, for ever. */
const struct look *look_house(const struct looks *ls) __attribute__((returns_nonnull)) nonnull_all;

/* --- changing ------------------------------------------------------------------------------------------- */

/* Checks and keeps the draft. ERR_INVALID when something of it cannot be (see look_check). */
bool look_save_draft(struct looks *ls, const struct tenant *t, const struct look_theme *theme, struct err *e) must_use nonnull_all;
/* The draft begins again as a copy of what is live; version 0: as the house's. */
bool look_reset_draft(struct looks *ls, const struct tenant *t, bool to_house, struct err *e) must_use nonnull_all;
/* The draft is numbered, locked and in force. Fails with ERR_INVALID when a pair is below its contrast, or nothing changed. */
bool look_go_live(struct looks *ls, const struct tenant *t, struct str note, int64_t *version, struct err *e) must_use nonnull_all;
/* A version that was live is in force again. */
bool look_choose(struct looks *ls, const struct tenant *t, int64_t version, struct err *e) must_use nonnull_all;
bool look_save_site(struct looks *ls, const struct tenant *t, const struct look_site *site, struct err *e) must_use nonnull_all;

struct look_version { int64_t version; int64_t made_us; struct str note; bool live; };
/* Newest first, in the arena; at most `most`. */
bool look_versions(struct looks *ls, struct tenant_id t, struct arena *a, size_t most, struct look_version **out, size_t *n, struct err *e) must_use nonnull_all;

/* Everything as JSON, to be edited by hand and handed back. Writing takes what is there: "theme" into the draft, the members of
 * "site" one by one. */
void look_put_json(struct buf *b, const struct look *l) nonnull_all;
bool look_read_json(struct looks *ls, const struct tenant *t, struct str json, struct err *e) must_use nonnull_all;

/* --- colour.c ------------------------------------------------------------------------------------------- */

bool look_colour_parse(struct str text, uint32_t *out) must_use;   /* "#RRGGBB", "#RGB" */
double look_contrast(uint32_t a, uint32_t b);                      /* 1 … 21 */
/* A shade of a colour with at least such a contrast against a background. */
uint32_t look_readable(uint32_t colour, uint32_t background, double contrast);
uint32_t look_mix(uint32_t a, uint32_t b, uint32_t share);         /* `share` hundredths of a */
/* All roles of a scheme, those that are not given made of those that are; accent: the highlight when that is not given. */
void look_colours(const struct look_theme *t, enum look_scheme s, uint32_t accent, struct look_palette *out) nonnull_all;
struct look_pair { enum look_colour front, back; double least, is; const char *title; bool ok; };
enum { LOOK_PAIRS = 16 };
size_t look_pairs(const struct look_palette *p, struct look_pair out[LOOK_PAIRS]) nonnull_all;

/* --- css.c, markup.c: what strangers wrote ----------------------------------------------------------------- */

/* A stylesheet without what fetches from elsewhere or runs: @import, @charset, @namespace, url() but of /assets/, image-set(), expression()…
 * Never fails: what cannot be read is left out. `dropped` (may be NULL) counts what was. */
void look_clean_css(struct buf *out, struct str css, size_t *dropped_or_null);
/* Header or footer: elements and attributes of an allow-list, balanced; nothing that runs, pictures of /assets/ only. Placeholders
 * stay as they are. */
void look_clean_html(struct buf *out, struct str html, size_t *dropped_or_null);
/* The next placeholder of cleaned markup whose name is one of `names` (which end with NULL): its place among them. *before is what stands before
 * it, *rest what follows. -1: there is none any more, and *before is all that was left. */
int look_next_hole(struct str *rest, const char *const *names, struct str *before) nonnull_all;

/* lint.c: ERR_INVALID with the line when it is no stylesheet from end to end, ERR_TOO_LARGE past LOOK_CSS_BYTES. */
bool look_check_css(struct str css, struct err *e) must_use nonnull_all;

/* --- key.c: stylesheets that are sent from outside ------------------------------------------------------------- */

enum { LOOK_KEY = 40 }; /* letters and digits of a key */
struct look_key { int64_t made_us, pushed_us; }; /* made_us 0: there is none; pushed_us 0: nothing came by it yet */
/* A new key; the former one is good no longer. Its text is kept nowhere. */
bool look_key_make(struct looks *ls, const struct tenant *t, char text[LOOK_KEY + 1], struct err *e) must_use nonnull_all;
bool look_key_revoke(struct looks *ls, const struct tenant *t, struct err *e) must_use nonnull_all;
bool look_key_read(struct looks *ls, const struct tenant *t, struct look_key *out, struct err *e) must_use nonnull_all;
bool look_key_fits(struct looks *ls, const struct tenant *t, struct str key, bool *fits, struct err *e) must_use nonnull_all;
/* look.c: the stylesheet of the draft, and nothing else of it. Errors as look_check_css. */
bool look_push_css(struct looks *ls, const struct tenant *t, struct str css, struct err *e) must_use nonnull_all;

/* --- files.c: the portal's pictures and fonts ---------------------------------------------------------------- */

enum { LOOK_PICTURE_BYTES = 2 << 20, LOOK_FONT_BYTES = 700 << 10, LOOK_FILES = 300, LOOK_FILE_NAME = 100 };
struct look_file { struct str name, type, hash; int64_t bytes, made_us; int width, height; bool is_font; };
/* Keeps a file under a name made of the one given: pictures PNG, JPEG, GIF, WebP, TIFF, BMP (drawn anew, so that nothing else stays in them) and
 * SVG, fonts TTF, OTF, WOFF, WOFF2. One of the same name is replaced. ERR_INVALID, ERR_TOO_LARGE. Takes a process for pictures. */
bool look_file_add(struct looks *ls, const struct tenant *t, struct str name, struct str bytes, struct str *kept_as, struct arena *a, struct err *e) must_use nonnull_all;
bool look_file_remove(struct looks *ls, const struct tenant *t, struct str name, struct err *e) must_use nonnull_all;
bool look_files(struct looks *ls, struct tenant_id t, struct arena *a, struct look_file **out, size_t *n, struct err *e) must_use nonnull_all;
/* The bytes of a file, in the arena. */
bool look_file_read(struct looks *ls, struct tenant_id t, struct str name, struct arena *a, struct look_file *facts, struct str *bytes, struct err *e) must_use nonnull_all;
/* "/assets/theme_image/NAME" */
#define LOOK_FILES_PATH "/assets/theme_image/"

#endif

/* How pages are shaped: an HTML writer that cannot be given runtime text as markup, the frame around
 * every page, and the parts pages share. Refuses to know datasets and queries. Messages are English
 * literals, looked up in the page's language. Everything belongs to the thread of its request. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/base.h"
#include "chart/chart.h"
#include "clock/clock.h"
#include "doc/doc.h"
#include "i18n/i18n.h"
#include "template/template.h"
#include "visitor/visitor.h"

/* --- html.c: HTML as literals and escaped values -------------------------------------------------- */

struct html_errors;
struct html {
	struct buf out;
	const struct i18n_lang *lang;
	/* Of the form that is open (html_form_open): what was posted, and what is wrong with it. */
	const struct visitor_form *posted;
	const struct html_errors *errors;
	unsigned ids;                   /* how many ids were made, so that each is another */
	/* Whose page it is; NULL: nobody's. The portal's themes, read when first asked for (view_theme_or_null). */
	const struct visit *visit;
	const struct template_item *themes;
	size_t nthemes;
	bool themes_read;
	struct view_stood *stood;       /* of the form that is open, in the back office */
};
/* A theme of the portal's own list, with its label in the page's language; NULL: it has no list of its own, or no such theme. */
const struct template_item *view_theme_or_null(struct html *h, struct str name) nonnull_all;
enum { VIEW_PAGE_BYTES = 16 << 20 };

#define html_lit(h, lit) html_put_literal((h), STR(lit))
void html_put_literal(struct html *h, struct str lit);   /* for html_lit and tables of literals only */
void html_text(struct html *h, struct str s);            /* escaped; content or quoted attribute */
void html_reason(struct html *h, struct str english);    /* why something failed: the reader's language where its template is known (i18n_put_reason), escaped */
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

/* --- document.c ------------------------------------------------------------------------------------ */

/* The blocks of a document meant for screens, in the page's language. */
void html_document(struct html *h, const struct doc *d) nonnull_all;

/* --- icons.c ------------------------------------------------------------------------------------- */

enum view_icon {
	ICON_SEARCH, ICON_GLOBE, ICON_CLOSE, ICON_CHECK, ICON_DOWN, ICON_FILTER, ICON_CALENDAR, ICON_ROWS, ICON_PEOPLE,
	ICON_TAG, ICON_MAP, ICON_CHART, ICON_CLOCK, ICON_IMAGE, ICON_DOWNLOAD, ICON_CODE, ICON_INFO, ICON_TABLE,
	ICON_ARROW_UP, ICON_ARROW_DOWN, ICON_BEFORE, ICON_NEXT, ICON_SCALES, ICON_LINK, ICON_HOME, ICON_USERS, ICON_USER, ICON_KEY,
	ICON_LOCK, ICON_MAIL, ICON_LIST, ICON_SHIELD, ICON_GEAR, ICON_WARNING, ICON_PLUS, ICON_TRASH, ICON_MENU, ICON_SIGN_OUT,
	ICON_INBOX, ICON_EDIT, ICON_OUT, ICON_SHARE, ICONS
};
/* Decorative: hidden from screen readers; a text stands beside it. */
void html_icon(struct html *h, enum view_icon icon);

/* --- theme.c: the mark, and formulas of colour --------------------------------------------------------- */

/* Six hexadecimal digits of "#RRGGBB"; false (out untouched) when it is not one. */
bool view_accent_parse(struct str colour, uint32_t *out) must_use;
/* The accent of a portal's settings, or the house's; the highlight of its look, which may be another. */
uint32_t view_accent(const struct tenant *t);
uint32_t view_accent_of(const struct look *l) nonnull_all;
/* The address of the portal's mark, made of the colour alone, and the file behind it; false when the name is not one of them. */
struct str view_mark_url(struct arena *a, uint32_t accent);
bool view_mark_file(struct str name, struct buf *out, struct str *type) must_use;
/* A shade of the accent with at least such a contrast against a background (WCAG 2 formula). */
uint32_t view_readable(uint32_t colour, uint32_t background, double contrast);
double view_contrast(uint32_t a, uint32_t b);

/* --- layout.c: the frame ---------------------------------------------------------------------------- */

struct view_feed { struct str url, type, title; };
struct view_whole;
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
	struct str image;           /* local path of a picture for link previews, 1200 × 630; may be empty */
	struct str json_ld;         /* a description for search engines, JSON; may be empty */
	const struct view_feed *feeds; /* of RSS, Atom: <link rel=alternate> */
	size_t nfeeds;
	bool no_banner;             /* the preference page, which is a banner itself */
	bool once_used;             /* an embed is shown this one time: for no cache */
	const struct registry_service *used[CONSENT_SERVICES]; /* services this page shows; view_use */
	size_t nused, nembeds;
	bool secret_address;        /* the address holds a secret, such as a link to choose a password: told to nobody */
	const struct view_whole *framed; /* set by view_frame_open: this is a page for frames of others */
	void (*end)(struct view_page *p); /* writes what follows the content; set by view_gate_open and view_office_open */
};
/* Writes everything up to and with the start of <main>. */
void view_open(struct view_page *p);
/* Writes the rest and hands the page over: type, language, security headers, body. Fails with
 * ERR_TOO_LARGE. The buffer is freed either way. */
bool view_close(struct view_page *p, struct err *e) must_use;
/* Frees a page that is not finished; accepts zero. */
void view_drop(struct view_page *p);
#define auto_page auto_with(view_drop) struct view_page
/* The menu that portals have when they have none of their own. */
size_t view_menu_items(void);
void view_menu_item(size_t i, const char **title, struct str *url);
/* The portal's name in the page's language. */
struct str view_portal_title(const struct visit *v);

/* Notes that a service is used on this page: its origins are allowed to it (EMB-6). Before view_close. */
void view_use(struct view_page *p, const struct registry_service *s) nonnull_all;
/* For a page with a map: appends the portal's backgrounds as JSON for the attribute `basemaps` of <stoa-map> (setting map.basemaps). Those
 * that browsers ask for themselves only when a declared service covers their origin, and with their address only when this reader allows
 * that service, which is then used on this page. False, and nothing appended: there are none. basemaps.c */
bool view_basemaps(struct view_page *p, struct buf *json) nonnull_all;
/* The same as attributes of an element that is being written, with ` basemap-first` where maps open with the first of them. */
void view_put_basemaps(struct view_page *p) nonnull_all;
/* Whether services of the register cover everything a background is asked from: without, no browser asks for it. */
struct atlas_ground;
bool view_basemap_declared(const struct visit *v, const struct atlas_ground *g) nonnull_all;

/* --- banner.c: what every front page says about cookies ------------------------------------------------ */

/* The first layer (CON-2) for services that are not decided. `back` is the address to return to. */
void view_put_banner(struct html *h, const struct visit *v, struct str back) nonnull_all;
/* The same as it is kept for proof: it leads back to the first page, whoever it was shown to. */
struct str view_banner_proof(const struct visit *v) nonnull_all;
/* What stands for ##manage-cookies## (CON-8): the link to the preferences, the signal that is honoured, and the button that withdraws everything while
 * something is granted; in one <span>. */
void view_put_manage_cookies(struct html *h, const struct visit *v, struct str back) nonnull_all;
/* The address of this page to come back to: path and query as asked for, without words of ours. */
struct str view_back(const struct visit *v) nonnull_all;
/* After a choice (the parameter "cookies"): says what was done, and what the clean-up script needs to know (CON-24). */
/* That a choice is kept with the account of who is signed in. */
void view_say_account_choices(struct html *h) nonnull_all;
void view_put_said(struct html *h, const struct visit *v, struct str what) nonnull_all;
/* What a service's text says in the page's language. */
struct str view_registry_text(const struct visit *v, const struct registry_texts *t) nonnull_all;

/* --- preferences.c ---------------------------------------------------------------------------------------- */

/* The second layer: a switch a service, everything about each (CON-7). */
void view_put_preferences(struct html *h, const struct visit *v, struct str back) nonnull_all;
/* The same as nobody has filled it in, kept for proof (CON-33). */
struct str view_preferences_proof(const struct visit *v) nonnull_all;

/* --- frame.c: pages for frames of other sites (FRM-1 … FRM-3) --------------------------------------------- */

/* What a frame shows a part of, for the line that says where it comes from. */
struct view_whole {
	struct str title, url;      /* of the whole page; empty: the portal alone is named */
	struct str note;            /* what a card says besides: publisher, number of records; may be empty */
	bool card;                  /* the dataset card: title and note; else one line */
	bool still;                 /* "static": what would change what is shown is left out */
};
/* Instead of view_open, for addresses that rights_foreign_frame knows: no header, footer or banner, no cookie read or set, and any site may
 * show it unless the setting embed.ancestors says which. p->path is the address of the whole page, to which search engines are sent.
 * Keeps `whole` until view_close. */
void view_frame_open(struct view_page *p, const struct view_whole *whole) nonnull_all;
/* A box in a frame in place of what it would show: what is wrong, and a link to the whole page. Inside an open frame. */
void view_frame_refuse(struct view_page *p, const char *heading, const char *sentence) nonnull_all;

/* --- share.c: handing on what a page shows ------------------------------------------------------------------ */

/* One <details> that holds a link, the code of a frame with its options, and the code of an element. Without script everything is there to
 * be copied; with it, codes follow the options and the filters that the page's address has at that moment. */
struct view_share {
	struct str title;           /* of what is shown: for the frame's title and for letters */
	struct str path;            /* of the page with its filters: "/explore/dataset/x/map/?q=…" */
	struct str frame;           /* the same for frames of others: "/explore/embed/dataset/x/map/?q=…"; empty: none */
	const char *element;        /* "stoa-map"; NULL: none */
	const struct httpd_pair *attributes; /* of the element; source is added. `parameters` holds the filters: "q=…&refine.x=y" */
	size_t nattributes;
	struct str build;           /* of the builder that goes on with what is shown: "/map/?dataset=x"; empty: none */
	bool dataset;               /* a dataset's page: the option of its card */
	bool map;                   /* a map: the options of being locked and of the wheel */
};
void view_put_share(struct view_page *p, const struct view_share *s) nonnull_all;

/* --- embed.c: things of others (EMB-1 … EMB-8) ------------------------------------------------------------ */

/* Tags that are granted, for <head>; marks them as used. */
void view_put_tags(struct view_page *p) nonnull_all;
/* A frame of a declared service, or what stands in its place. False, and nothing written, when no service declares the
 * address. */
struct view_frame { struct str src, title; int64_t width, height; };
bool view_put_embed(struct view_page *p, const struct view_frame *f) must_use nonnull_all;
/* html_rich, with the frames of declared services. */
void view_rich(struct view_page *p, struct str s) nonnull_all;

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
	struct str bare; /* what follows the path where no pair is left; as a rule nothing */
};
/* Keeps of the request what a filter page understands. Which records: q, q.NAME=field:[A TO B] (written q.range.F for
 * numbers and q.timerange.F for dates), refine.*, exclude.*, disjunctive.*, geofilter.bbox|distance|polygon, timezone, as_of.
 * How a tab shows them: sort, rows, start, columns, location, basemap, dataChart, view, calendar, find.F (what is looked for
 * among a facet's values). And flg. Forms may say min.F and max.F, from.F and to.F, and column once a column: they become
 * q.range.F, q.timerange.F and columns. */
void view_state_read(struct view_state *s, const struct httpd_request *r, struct str path);
struct str view_state_get(const struct view_state *s, struct str name); /* first value, or empty */
/* The address with one pair less and one more. `drop` empty: none; drop_value NULL: every pair of that
 * name; `add` empty: none. Paging starts over unless `add` is "start". */
struct str view_state_url(const struct view_state *s, struct str drop, const struct str *drop_value,
                          struct str add, struct str add_value);
/* True for parameters that make the records fewer: not timezone, as_of, disjunctive.*. */
bool view_state_is_filter(struct str name);
/* The address without any filter; how the tab shows things stays, and as_of. */
struct str view_state_cleared(const struct view_state *s);
/* The address of the page itself, in the one spelling of its state. */
struct str view_state_here(const struct view_state *s);
/* Only the query with the filters, sort and flg: to carry them to another tab. Starts with "?" or is empty. */
struct str view_state_filters(const struct view_state *s);
/* Hidden inputs of all pairs but those named `except`, the paging and find.*. */
void view_state_inputs(struct html *h, const struct view_state *s, struct str except);
void html_hidden_pair(struct html *h, const struct httpd_pair *p);

/* --- parts.c --------------------------------------------------------------------------------------- */

struct view_crumb { struct str title, url; };
void view_crumbs(struct html *h, const struct view_crumb *crumbs, size_t n);
/* Pages of `size` rows; at most `ceiling` rows can be reached. */
void view_pager(struct html *h, const struct view_state *s, int64_t start, int64_t size, int64_t total, int64_t ceiling);
/* A label that copies the code beside it, once the script runs. */
void view_code(struct html *h, const char *language, struct str code);

/* --- chart.c: a chart where no script runs -------------------------------------------------------------- */

/* The table of a chart, with bars and notes. */
void view_put_chart_table(struct html *h, const struct chart *c, const struct chart_table *t) nonnull_all;
/* The fields of one query of a chart (chart_form_read reads them), inside a GET form of the caller's; `d` is its dataset. */
void view_put_chart_form(struct html *h, const struct chart *c, size_t query, const struct dataset *d) nonnull_all;

/* --- office.c: the frames of the back office and of the gate ------------------------------------------ */

/* Sections of the back office: rows of sections.def, each with the permission it asks for. */
enum view_section {
#define SECTION(symbol, ...) VIEW_OFFICE_##symbol,
#include "view/sections.def"
#undef SECTION
	VIEW_OFFICE_SECTIONS
};
struct view_section_row {
	const char *path, *title;       /* "/backoffice/users/"; an English message */
	enum view_icon icon;
	uint64_t permissions;           /* one of these bits (enum account_permission); 0: any of all sections */
};
const struct view_section_row *view_section_row(enum view_section s) __attribute__((returns_nonnull));
/* What the caller may open. Home is for everybody who may open anything else; datasets and their queue also for those with the right to
 * edit a single one. */
bool view_section_open(const struct visit *v, enum view_section s) must_use nonnull_all;
/* Whether a link to the back office is of use to a caller. */
bool view_has_office(const struct visit *v) must_use nonnull_all;

/* Instead of view_open: navigation, top bar and the start of <main>, for the person of page->visit. The page is not for indexes,
 * not for caches (view_close says so), and tells its own address to no other site. The heading is the page's: html_heading. Ended by view_close. */
void view_office_open(struct view_page *p, enum view_section section);
/* Instead of view_open: a card in the middle below the portal's name, for signing in and what goes with it: not for indexes.
 * and not for caches either. Writes the title as <h1>. Ended by view_close. */
void view_gate_open(struct view_page *p);
/* The same, wider, for pages about one's own account, with the name of who is signed in and the way out. */
void view_account_open(struct view_page *p);

/* --- form.c, table.c, block.c: components ---------------------------------------------------------------
 * One struct of options each; zero is a good beginning. `const char *` are English messages, looked up in the page's language;
 * `struct str` is text as it is, escaped. Pages keep their input on errors by handing what was posted to the form: fields then
 * show that instead of their value, and their own error beside it. */

/* What is wrong with a form: the name of a field (empty: the form as a whole) and a sentence. */
struct html_error { struct str field, text; };
enum { HTML_ERRORS = 40 };
struct html_errors {
	struct html_error items[HTML_ERRORS];
	size_t n;
	bool queued; /* nothing is wrong, and the work the form asked for besides has been taken on */
};
/* Notes a message in the page's language; the first for a field counts. Returns false. */
bool html_complain(struct html_errors *errors, const struct i18n_lang *l, const char *field, const char *message);
/* The same with a text that is one already, or with a reason in English: it is translated when it is shown (html_reason). */
bool html_complain_text(struct html_errors *errors, struct str field, struct str text);

struct html_form {
	struct visit *visit;            /* for the token; NULL: a GET form */
	struct str action;              /* empty: the page itself */
	const struct visitor_form *posted; /* NULL: shown for the first time */
	const struct html_errors *errors;  /* the list is written at the top, with links to the fields */
	const char *label;              /* for screen readers, when a page has several forms */
	const char *id;                 /* may be NULL */
	bool inline_;                   /* a row of fields and buttons, such as a search */
	bool plain;                     /* nothing but its content: a button in a table */
	bool files;                     /* it holds a field for files: the route's body_max must allow for them */
	bool rebuilt;                   /* its boxes are given what was posted, as rows that were moved; otherwise what is stored, and `posted` comes over it */
};
void html_form_open(struct html *h, const struct html_form *f);
void html_form_close(struct html *h);
/* --- stood.c: two editors at once. In the back office (visit.stood) every form with boxes carries how they stood; back_form_kept and its kind compare it
 * with how they stand now. Boxes of the functions below are counted by themselves. */
struct view_stood_box { struct str name, value, shown; bool on; bool of_several; /* boxes of one name */ };
struct view_stood_form { VEC(struct view_stood_box) boxes; };
struct view_stood {
	struct visit *visit;
	VEC(struct view_stood_form) forms;  /* those that are written */
	struct view_stood_form *open;
	bool held, again;                   /* of the open one: it tells two editors apart by itself; it comes back as posted */
	struct str carried;                 /* what forms that come back carry */
	bool told;
	struct str page;                    /* with `told`: the address of the page */
};
/* A box that a page writes by hand, with its stored value. */
void html_stood(struct html *h, struct str name, struct str value);
/* The open form tells two editors apart by itself, as those of datasets do. */
void html_form_held(struct html *h);
/* What a form carries. Pieces: how its boxes stood; path and query: the page it was on. */
struct view_stood_word { struct str pieces, path, query; };
bool view_stood_read(struct arena *a, struct str word, struct view_stood_word *out) must_use;
struct str view_stood_word_of(struct arena *a, const struct view_stood *now, const struct view_stood_word *was) nonnull_all; /* of all forms as they stand now */
bool view_stood_is(struct arena *a, const struct view_stood *now, struct str was) must_use nonnull_all; /* one of the forms, or all of them, stand so */
const struct view_stood_form *view_stood_nearest_or_null(struct arena *a, const struct view_stood *now, struct str was) nonnull_all;
bool view_stood_says(struct arena *a, const struct view_stood_form *now, const struct visitor_form *posted) must_use nonnull_all; /* what is posted stands there already */
void view_stood_tell(struct visit *v, const struct view_stood_form *now, struct str was, struct html_errors *errors) nonnull_all; /* beside each box that differs: what stands there now */
void html_hidden(struct html *h, const char *name, struct str value);

enum html_kind {
	HTML_FIELD_TEXT, HTML_FIELD_EMAIL, HTML_FIELD_PASSWORD, HTML_FIELD_NUMBER, HTML_FIELD_DATE, HTML_FIELD_TIME, HTML_FIELD_SEARCH,
	HTML_FIELD_URL, HTML_FIELD_CODE, HTML_FIELD_COLOUR, HTML_FIELD_AREA
};
struct html_field {
	enum html_kind kind;
	const char *name;
	const char *label;              /* or label_text */
	struct str label_text;
	const char *hint;               /* or hint_text */
	struct str hint_text;
	struct str value;               /* not written for passwords */
	const char *autocomplete;       /* "current-password"; NULL: "off" */
	const char *unit;               /* message after the box: "days" */
	const char *placeholder;
	struct str list;                /* id of a <datalist> with suggestions */
	struct str min, max;            /* numbers and dates */
	struct str lang;                /* of the value, when not the page's */
	size_t most;                    /* maxlength; 0: none */
	int rows;                       /* of an area; 0: 4 */
	bool required, readonly, autofocus, hide_label, code; /* code: in letters of one width, left to right */
	bool narrow;
};
void html_field(struct html *h, const struct html_field *f);
/* A field for one file; accept is what the browser offers, ".png,.svg". */
void html_file(struct html *h, const char *name, const char *label, const char *hint, const char *accept);
/* One text in each language of the portal: fields "name.fr"; values in the order of the portal's languages. */
void html_field_languages(struct html *h, const struct html_field *f, const struct tenant *t, const struct str *values);

struct html_option {
	struct str value;
	const char *message;            /* or text */
	struct str text;
	const char *hint;               /* a message, or hint_text: for radios and checks */
	struct str hint_text;
	bool on;                        /* for checks */
	bool disabled;
};
enum html_choice_kind { HTML_SELECT, HTML_RADIOS, HTML_CHECKS };
struct html_choice {
	enum html_choice_kind kind;
	const char *name, *label, *hint;
	struct str label_text;
	const struct html_option *options;
	size_t noptions;
	struct str value;               /* of a select and of radios */
	bool required, hide_label, columns; /* columns: side by side where there is room */
};
void html_choice(struct html *h, const struct html_choice *c);

/* One yes or no; posted as "on". */
struct html_check {
	const char *name, *label, *hint;
	struct str label_text, hint_text;
	bool on, as_switch, required, disabled;
};
void html_check(struct html *h, const struct html_check *c);

void html_fieldset_open(struct html *h, const char *legend, const char *hint);
void html_fieldset_close(struct html *h);

enum html_weight { HTML_PRIMARY, HTML_SECONDARY, HTML_DANGER, HTML_PLAIN };
struct html_button {
	enum html_weight weight;
	const char *label;              /* or text */
	struct str text;
	struct str href;                /* a link that looks like a button */
	const char *name;               /* a button of a form */
	struct str value;
	struct str about;               /* completes the label for screen readers: "Remove" + "ada@…" */
	enum view_icon icon;
	bool with_icon, small, disabled;
};
void html_button(struct html *h, const struct html_button *b);
/* A row of buttons, the first the most important. */
void html_buttons_open(struct html *h);
void html_buttons_close(struct html *h);

enum html_tone { HTML_INFO, HTML_SUCCESS, HTML_WARNING, HTML_BAD, HTML_NEUTRAL };
/* role=alert for BAD, status for the others. */
void html_notice_open(struct html *h, enum html_tone tone);
void html_notice_close(struct html *h);
void html_notice(struct html *h, enum html_tone tone, const char *message);
void html_notice_text(struct html *h, enum html_tone tone, struct str text); /* a reason in English is translated (html_reason) */
void html_badge(struct html *h, enum html_tone tone, const char *message);
void html_badge_text(struct html *h, enum html_tone tone, struct str text);

/* The heading of a page: <h1>, a sentence below it (may be NULL), then buttons until html_heading_close. */
void html_heading_open(struct html *h, struct str title, const char *sentence);
void html_heading_close(struct html *h);
/* A part of a page with a heading, on a raised ground. `id` may be NULL. */
void html_panel_open(struct html *h, const char *id, const char *heading, const char *sentence);
void html_panel_close(struct html *h);
/* Nothing here yet. The button may be NULL. */
void html_empty(struct html *h, const char *heading, const char *sentence, const struct html_button *b);

/* A table; on a narrow screen each row becomes a card that says its headings. */
struct html_column {
	const char *title;
	const char *sort;               /* word of the parameter "sort"; NULL: not sortable */
	bool number, hide_title, main;  /* main: the row's own heading */
};
struct html_table {
	const char *caption;            /* for screen readers */
	const struct html_column *columns;
	size_t ncolumns;
	const struct view_state *state; /* for links that sort; NULL: none */
	const char *sorted;             /* the order when the address names none: "name", "-at" */
	size_t at;                      /* the table's own: which cell comes next */
};
void html_table_open(struct html *h, struct html_table *t);
void html_row_open(struct html *h, struct html_table *t);
void html_cell_open(struct html *h, struct html_table *t); /* cells in the order of columns; closes nothing */
void html_cell_close(struct html *h, struct html_table *t);
void html_cell_text(struct html *h, struct html_table *t, struct str s);
void html_cell_reason(struct html *h, struct html_table *t, struct str english); /* see html_reason */
void html_cell_count(struct html *h, struct html_table *t, int64_t n);
void html_row_close(struct html *h, struct html_table *t);
void html_table_close(struct html *h, struct html_table *t);
/* A checkbox in a cell, named for what it chooses. */
void html_pick(struct html *h, const char *name, struct str value, struct str about);

/* Names and values below each other. */
void html_facts_open(struct html *h);
void html_fact_open(struct html *h, const char *label);
void html_fact_close(struct html *h);
void html_fact(struct html *h, const char *label, struct str value);
void html_facts_close(struct html *h);

struct html_tab { struct str url; const char *label; struct str text; int64_t count; bool with_count, current; };
/* Links that look like tabs. */
void html_tabs(struct html *h, const char *label, const struct html_tab *tabs, size_t n);
/* Where one is in something with several steps; `at` from 0. */
void html_steps(struct html *h, const char *const *steps, size_t n, size_t at);
/* The question before something that cannot be undone: a form with what is to be carried and two ways on. */
struct html_confirm {
	struct visit *visit;
	struct str action, back;        /* where it is posted; where to go instead */
	struct str sentence;            /* what will happen, in the page's language */
	const char *button;
	const struct httpd_pair *hidden;
	size_t nhidden;
	const struct html_errors *errors;
	const struct html_field *field; /* something to fill in, such as a reason; NULL: nothing */
};
void html_confirm(struct html *h, const struct html_confirm *c);
/* Lines of two texts that begin with "+" or "-" are shown as such. */
void html_diff(struct html *h, struct str text);
/* Keeps of the request's query the parameters that a list knows: for html_table.state and view_pager. */
void view_state_only(struct view_state *s, const struct httpd_request *r, struct str path, const char *const *names, size_t n);

#endif

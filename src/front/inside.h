/* What the files of this room share. */
#ifndef FRONT_INSIDE_H
#define FRONT_INSIDE_H

#include "base/base.h"
#include "asset/asset.h"
#include "catalog/catalog.h"
#include "front/front.h"
#include "query/query.h"
#include "view/view.h"
#include "visitor/visitor.h"

struct front_dataset;

enum { FRONT_CACHE_S = 300, FRONT_FACET_SHOWN = 6, FRONT_FACET_MOST = 60, FRONT_FACETS_OPEN = 5 };

/* --- filter.c: from the state of a page to a question ---------------------------------------------- */

struct front_filter {
	struct query_target target;
	struct query_request request;
	struct err wrong;       /* what of the address could not be read (a geofilter, a zone); the question then fails too */
};
/* A question in QUERY_PAGE mode with all of the state that filters: q, q.*, refine.*, exclude.*, disjunctive.*, geofilter.*
 * and timezone. `target` is filled before (as_of: front_as_of). */
void front_filter_make(struct front_filter *f, const struct view_state *s, const struct visit *v);
/* The same without the ranges of one field, for its histogram. */
void front_filter_make_but(struct front_filter *f, const struct view_state *s, const struct visit *v, struct str but);
/* A facet to be counted: its name, or the longer form when the state says that it takes several values. */
struct str front_facet_spec(struct arena *a, const struct view_state *s, struct str name);
/* The first row to show and how many, from start and rows; wrong numbers count as not given. */
void front_filter_page(const struct view_state *s, int64_t rows_default, int64_t *start, int64_t *rows);
/* The ODSQL order of "sort" by the published rule: numbers and dates downwards, texts upwards, "-" the
 * other way. Empty when the field is not one to sort by. */
struct str front_filter_order(struct arena *a, const struct schema *s, struct str sort, bool *descending, struct str *field);
/* The same filters as parameters of the Explore API: "?where=…&refine=…" or empty. */
/* Where the portal wishes a comma between the columns of its CSV files: what a link to one says behind its query; else empty. */
struct str front_csv_comma(const struct visit *v, const char *format, struct str query);
struct str front_filter_api(struct arena *a, const struct view_state *s, const struct schema *schema, bool with_order);
/* And as hidden inputs of a form that leads to the API; without `with_where` only the facet filters. */
void front_filter_inputs(struct html *h, struct arena *a, const struct view_state *s, const struct schema *schema, bool with_where);
/* The conditions of the state as one ODSQL text; empty: none. */
struct str front_filter_where(struct arena *a, const struct view_state *s, const struct schema *schema);
/* A text as an ODSQL string. */
struct str front_quote(struct arena *a, struct str s);

/* A value as people read it; a point with five decimals, which is a metre. */
void front_put_reading(struct buf *b, const struct record_column *c, const struct field *f, const struct column *col, size_t row,
                       const struct record_style *style, struct str lang);

/* --- range.c ---------------------------------------------------------------------------------------- */

/* q.NAME=field:[low TO high]; an end that is open is empty. */
struct front_range { struct str field, low, high; };
/* False when the pair is something else. Texts live in the arena or are borrowed. */
bool front_range_read(struct arena *a, struct str name, struct str text, struct front_range *out);
/* The conditions of a state: ODSQL texts, and texts of the v1 language that have no such form. Ranges of the field `but` are
 * left out. False with ERR_PARAMETER when one cannot be read; the others are there. */
struct front_conditions { struct str *where, *qv1; size_t nwhere, nqv1; };
bool front_conditions(struct arena *a, const struct view_state *s, const struct schema *schema, const bool *visible_or_null, struct str but,
                      struct front_conditions *out, struct err *e);
/* The field that geofilter.* mean: the first point, else the first shape; empty: none. */
struct str front_geo_field(const struct schema *s, const bool *visible_or_null);

/* --- as_of.c ---------------------------------------------------------------------------------------- */

/* Turns a target to the version that as_of of the state names (its number), with the rights of today; true and untouched when
 * there is none. `shown` gets the number when it is not the present version, else 0. ERR_PARAMETER, ERR_NOT_FOUND. */
bool front_as_of(struct front_dataset *d, struct query_target *t, int64_t *shown, struct err *e) must_use nonnull_all;

/* --- facets.c --------------------------------------------------------------------------------------- */

enum front_value { FRONT_VALUE_PLAIN, FRONT_VALUE_FEATURE, FRONT_VALUE_LANGUAGE, FRONT_VALUE_THEME, FRONT_VALUE_YES_NO };
void front_value(struct html *h, enum front_value kind, const struct template_field *field_or_null, struct str value);
/* A number of a filter as the reader's language writes it; text that is none, or of a field that holds none, as it is. */
void front_amount(struct html *h, const struct field *f_or_null, struct str text);
/* One facet as a folding list of links; nothing when it has no values. One that filters is always open. */
struct front_facet_look {
	struct str param, heading;
	enum front_value kind;
	const struct template_field *field;      /* or NULL: a field of the portal's own, whose choices have labels */
	bool open;
	bool searched;                           /* values are looked for on the server (find.F) … */
	bool finds;                              /* … and the values are what was found */
	const struct query_spread *spread;       /* or NULL */
};
void front_facet_put(struct html *h, const struct view_state *s, const struct query_facet *f_or_null, const struct front_facet_look *look);

/* --- spread.c: ranges, with how the values are spread ------------------------------------------------- */

/* A histogram and a form with two ends, for a field of numbers or dates. */
void front_spread(struct html *h, const struct view_state *s, const struct query_spread *spread);
/* The fields to show so: those that are facets or already have a range, and a few more. Gives how many. */
enum { FRONT_SPREADS = 5 };
size_t front_spread_fields(const struct query_target *t, const struct view_state *s, struct query_spread out[FRONT_SPREADS]);
/* Asks for them: the fields with a range of their own one by one, without it, the others together. */
struct front_records;
bool front_spread_ask(struct front_records *r, struct err *e) must_use;

struct front_facets;
/* --- chips.c ------------------------------------------------------------------------------------------ */
/* The active filters as chips that take themselves away, with the words of the facets of a catalogue, or (NULL) of the fields of rows. */
void front_chips(struct html *h, const struct view_state *s, const struct schema *labels, const struct front_facets *catalogue_or_null);
bool front_is_filtered(const struct view_state *s);
/* The message in place of results when the address asks what cannot be answered. */
void front_complaint(struct html *h, const struct view_state *s, const struct err *e);
/* Errors that are the reader's address's fault, to be shown in place. */
bool front_is_complaint(const struct err *e);
/* A theme as it is shown: as the portal's list calls it in the reader's language, else one of the twelve every portal begins with in
 * that language, any other as its publisher wrote it. What is stored, searched and put into addresses stays as it is. */
struct str front_theme(struct html *h, struct str theme);
/* catalogue_facets.c: what the catalogue's page can be narrowed by, in its order: the platform's facets, then the fields that the portal
 * marked as filters in its own templates of metadata. Words are in the reader's language. */
struct front_facet_kind {
	struct str name;                        /* of the column: "publisher", "city.ward", "city.ward.fr" */
	struct str base;                        /* without a language */
	struct str heading;
	enum front_value kind;
	bool several;                           /* values of it can be chosen together */
	const struct template_field *field;     /* of the portal's own; or NULL */
};
struct front_facets { const struct front_facet_kind *list; size_t n; };
void front_facets_of(const struct visit *v, struct front_facets *out);
/* The one that a filter is about, in whatever language its values are; or NULL. */
const struct front_facet_kind *front_facet_or_null(const struct front_facets *all, struct str name);
extern const char *const front_feature_names[][2]; /* word of the API, message; ends with NULL */

/* --- dataset.c -------------------------------------------------------------------------------------- */

struct front_dataset {
	struct visit visit;
	struct view_page page;
	struct rights_dataset own;      /* what the reader may see of it */
	const struct dataset *dataset; /* own.dataset */
	struct view_state state;
	struct str url;         /* "/explore/dataset/x/" */
	struct str title;
	struct site *site;
	bool embedded;          /* in a frame of others: no head, no tabs */
	bool still, wheel;      /* of a frame: "static", nothing that would change what is shown; the wheel zooms its map */
	bool draft;             /* its views are those of the draft, for who may change it */
	bool unfinished;        /* set by a tab: what is shown is not to be kept, more of it comes */
};
/* Everything of a dataset but its page and its state; ERR_NOT_FOUND as rights_find. Ended by front_dataset_leave, also
 * after a failure. */
bool front_dataset_enter(struct front_dataset *d, struct site *site, struct httpd_request *r, struct httpd_reply *p, struct str id,
                         struct err *e) must_use nonnull_all;
void front_dataset_leave(struct front_dataset *d) nonnull_all;

/* Shows a tab of d, which was entered: the page as readers have it. */
bool front_dataset_show(struct front_dataset *d, struct str tab, struct err *e) must_use nonnull_all;

typedef bool front_tab(struct front_dataset *d, struct err *e);
front_tab front_tab_information, front_tab_table, front_tab_export, front_tab_api, front_tab_history;
/* What draws a tab, when this dataset has it for this reader, and its label; else NULL. */
front_tab *front_tab_or_null(const struct front_dataset *d, struct str name, const char **label) nonnull_all;
/* The tabs a dataset has for its reader, in order; gives how many. */
enum { FRONT_TABS = 12 };
struct front_tab_link { struct str name, label; enum view_icon icon; };
size_t front_tabs(const struct front_dataset *d, struct front_tab_link *out) nonnull_all;

/* --- describe.c: what search engines read about a dataset -------------------------------------------- */

/* JSON-LD: where the page is, and with `whole` the dataset by schema.org; in the arena. */
struct str front_describe(const struct front_dataset *d, bool whole) nonnull_all;
/* A catalogue's page: where it is, and how to search it. */
struct str front_describe_catalogue(const struct visit *v) nonnull_all;

/* --- card.c, themes.c, catalogue.c: parts that lists and the first page share ------------------------------- */

/* The language a metadata text is in, when it is not the page's; else empty. */
struct str front_lang_of(const struct dataset *d, const struct visit *v, const char *name) nonnull_all;
/* The attributes for it: ` lang="…"` in an open tag; nothing when empty. */
void front_put_lang(struct html *h, struct str lang) nonnull_all;
/* A theme's pictogram in its colour, and its name. */
void front_put_theme(struct html *h, struct str theme) nonnull_all;
/* The pictogram alone; decorative. */
void front_put_pictogram(struct html *h, struct str theme) nonnull_all;
/* The form that searches the catalogue, with suggestions; `words` are shown in it. */
void front_put_search(struct html *h, struct str words, const struct view_state *state_or_null);
/* A list of datasets as cards, or as lines. */
void front_put_cards(struct html *h, const struct visit *v, const struct dataset *const *list, size_t n, bool lines) nonnull_all;

/* picture.c: the address of the picture of a dataset, empty when it has none; and the picture itself, false when it has none. */
struct str front_picture_url(const struct visit *v, const struct dataset *d) nonnull_all;
bool front_put_picture(struct html *h, const struct visit *v, const struct dataset *d) nonnull_all;
extern const struct httpd_route front_dataset_picture;

/* A metadata value of any template as plain text in the reader's language; empty when unset. */
struct str front_meta(const struct front_dataset *d, const char *template_, const char *name);

/* --- records.c: what every tab about records begins and ends with ------------------------------------ */

/* Opens <stoa-live> and the results: the bar with the count and the search, then the filters that are on. Asks for the
 * count and the facets. Between open and close a tab draws into d->page.h with `filter` (already counted: add a
 * select, order, limit of its own to a copy of filter.request), when `ok`:
 *
 *	struct front_records r;
 *	if (!front_records_open(&r, d, N_("Map"), e)) return false;
 *	if (r.ok) draw(&r);
 *	front_records_close(&r);
 *
 * An address that cannot be answered: the complaint stands in place of results, the status is 400 and ok is false.
 * With total 0 the sentence that nothing was found is written and ok stays true: draw nothing then, or go on. */
struct front_records {
	struct front_dataset *d;
	struct front_filter filter;
	int64_t total;
	struct query_facets facets;
	struct query_spread spreads[FRONT_SPREADS];
	size_t nspreads;
	int64_t as_of;          /* the older version that is shown; 0: the present one */
	struct err complaint;
	bool ok;
};
/* Only the question of a tab: as_of and filters, nothing written and nothing asked. Not ok: `complaint` says why. */
void front_records_begin(struct front_records *r, struct front_dataset *d) nonnull_all;
bool front_records_open(struct front_records *r, struct front_dataset *d, const char *label, struct err *e) must_use nonnull_all;
/* After a question of the tab's own failed: writes the complaint (ok becomes false) and gives true, or hands the error
 * over and gives false when the system failed. */
bool front_records_complain(struct front_records *r, const struct err *why, struct err *e) must_use nonnull_all;
/* Ends the results, writes the column of filters, ends <stoa-live>. */
void front_records_close(struct front_records *r) nonnull_all;

/* The order to ask for, in the words of "sort": the address's, else the publisher's. */
struct str front_records_sort(const struct front_dataset *d) nonnull_all;
/* The same as ODSQL, as front_filter_order; empty when the reader has no such field. */
struct str front_records_order(const struct front_records *r, bool *descending, struct str *field) nonnull_all;

/* --- columns.c ---------------------------------------------------------------------------------------- */

enum { FRONT_COLUMNS = 60 };
struct front_columns {
	const struct field **fields;
	size_t n, all;          /* of the fields the reader may see */
	bool chosen;            /* by the address */
	bool compact, pinned;
};
void front_columns_choose(struct front_columns *c, const struct front_records *r) nonnull_all;
struct str front_columns_select(struct arena *a, const struct front_columns *c) nonnull_all;
/* The form. */
void front_columns_put(struct html *h, const struct front_records *r, const struct front_columns *c) nonnull_all;

/* --- tab_images.c, tab_calendar.c, tab_custom.c ------------------------------------------------------- */

front_tab front_tab_images, front_tab_calendar, front_tab_custom;
/* Whether a dataset has such a tab for its reader. */
bool front_has_images(const struct front_dataset *d) nonnull_all;
bool front_has_calendar(const struct front_dataset *d) nonnull_all;
/* A chart of the records: dates or facets make one (tab_analyze.c). */
front_tab front_tab_analyze;
bool front_has_chart(const struct front_dataset *d) nonnull_all;
bool front_has_custom(const struct front_dataset *d) nonnull_all;
struct str front_custom_slug(const struct front_dataset *d) nonnull_all;  /* the tab's word in addresses */
struct str front_custom_title(const struct front_dataset *d) nonnull_all;
enum view_icon front_custom_icon(const struct front_dataset *d) nonnull_all;
/* view_css.c: the publisher's stylesheet for it, as a link; nothing when there is none. */
void front_put_custom_sheet(struct front_dataset *d) nonnull_all;
extern const struct httpd_route front_custom_sheet, front_page_sheet;
/* The field that a metadata value of the template "visualization" names, else the first that fits; NULL: none. */
const struct field *front_chosen_field(const struct front_dataset *d, const struct query_target *t, const char *meta, bool (*fits)(const struct field *f));
bool front_is_text(const struct field *f) nonnull_all;
/* Opens a link to the page of a record, with the filters of the page that leads there; the text and </a> follow. */
void front_put_record_link(struct front_dataset *d, struct str id) nonnull_all;

/* --- tip.c: what a publisher shows of one record ------------------------------------------------------- */

enum { FRONT_TIP_FIELDS = 30 };
/* HTML of the publisher's with {{record.fields.name}} in it, else the fields to show; `fields` are those that are asked for, either way. */
struct front_tip { struct str html; const struct field *fields[FRONT_TIP_FIELDS]; size_t n; };
/* Of a view ("map", "image", "calendar"), the other fields by the metadata value `fields`; only what the reader may see. False: nothing. */
bool front_tip_of(const struct front_dataset *d, const struct query_target *t, const char *view, const char *fields, struct front_tip *out) nonnull_all;
struct str front_tip_select(struct arena *a, const struct front_tip *tip) nonnull_all; /* ", `a`, `b`", behind a select */
struct front_tip_row { const struct front_tip *tip; const struct query_plan *plan; const struct batch *batch; size_t row; struct str id; };
void front_put_tip(struct front_dataset *d, const struct front_tip_row *row) nonnull_all;
/* The same as markup, in the arena. */
struct str front_tip_text(struct front_dataset *d, const struct front_tip_row *row) nonnull_all;

/* --- cell.c ------------------------------------------------------------------------------------------- */

struct front_value_at { const struct record_column *as; const struct field *field_or_null; const struct column *column; size_t row; };
/* Content of a cell; `whole`: nothing is cut. */
void front_cell(struct html *h, const struct front_value_at *v, const struct record_style *style, struct buf *scratch, bool whole) nonnull_all;
/* What a cell of type file holds; false when it leads nowhere. */
struct front_file { struct str url, name; bool picture; };
bool front_file_read(struct arena *a, struct str cell, struct front_file *out) must_use nonnull_all;
void front_file_picture(struct html *h, const struct front_file *f, int size, struct str alt) nonnull_all;

/* --- console.c -------------------------------------------------------------------------------------- */

/* A form that asks the API, with what a page already filters by. */
struct front_console {
	struct visit *visit;
	const struct dataset *dataset;      /* NULL: the catalogue */
	const struct query_target *target;  /* whose fields are completed */
	const struct view_state *state_or_null; /* filters of the page */
	struct str query;                   /* the same as "?where=…", or empty */
};
void front_console_put(struct html *h, const struct front_console *c);
struct str front_quotable(struct arena *a, struct str url); /* between single quotes in code */

/* --- engage_*.c: what readers tell the portal, and feeds ------------------------------------------------- */

/* On a dataset's page: follow, write to the publisher, ask for access, the feed; a row of links and one button. */
void front_put_follow(struct front_dataset *d) nonnull_all;
/* The approved reuses of a dataset, newest first, and the way to tell of another; a <section>. Nothing when they are off. */
void front_put_reuses(struct front_dataset *d) nonnull_all;
/* Local paths of pictures for view_page.image. */
struct str front_preview_portal(const struct visit *v) nonnull_all;
struct str front_preview_dataset(const struct visit *v, const struct dataset *d) nonnull_all;
struct str front_preview_page(const struct visit *v, struct str slug, struct str title) nonnull_all;

/* --- routes ----------------------------------------------------------------------------------------- */

extern const struct httpd_route front_home, front_page_route, front_page_short, front_page_frame, front_page_preview, front_explore, front_dataset_page, front_dataset_tab, front_dataset_draft, front_dataset_draft_post, front_record_page, front_asset_page,
	front_set_language, front_citation, front_sitemap_part,
	front_embed, front_robots, front_sitemap, front_favicon, front_assets, front_elements, front_elements_script, front_api_console;
#define FORMER(symbol, ...) extern const struct httpd_route front_former_##symbol;
#include "front/former.def"
#undef FORMER

extern const struct httpd_route front_theme_sheet, front_theme_file, front_terms, front_privacy_policy;

#endif

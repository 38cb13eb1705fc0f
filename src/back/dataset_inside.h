/* What the files about sources, processing and schema of a dataset share. */
#ifndef BACK_DATASET_INSIDE_H
#define BACK_DATASET_INSIDE_H

#include "back/dataset.h"
#include "json/json.h"
#include "process/process.h"
#include "publish/publish.h"

/* dataset_frame.c */
const char *back_state_title(struct str word, bool published, enum html_tone *tone) nonnull_all;
bool back_is_busy(enum job_state s) must_use;
/* What is going on, in a few words. */
void back_put_progress(struct html *h, const struct job_status *s) nonnull_all;

/* --- dataset_preview.c ------------------------------------------------------------------------------------------- */

/* What would become of a configuration, read of the beginning of its source. */
struct back_preview {
	const struct json_node *root; /* the answer of publish_preview; NULL: there is none */
	struct str fault;             /* why; for people */
};
/* Runs it; what is wrong with the source is a fault, not a failure. `doc` stored or not. */
bool back_preview(struct visit *v, int64_t dataset, const struct json_node *doc, struct str resource, bool fresh, struct back_preview *out,
                  struct err *e) must_use nonnull_all;
size_t back_preview_steps(const struct back_preview *p) must_use nonnull_all;
const struct json_node *back_preview_step_or_null(const struct back_preview *p, size_t i) nonnull_all;
/* The step of a processor by uid ("" the source, "fields" the last); NULL when there is none. SIZE_MAX: none. */
size_t back_preview_find(const struct back_preview *p, struct str uid) must_use nonnull_all;
/* Names of the columns a step gives. */
size_t back_preview_names(const struct back_preview *p, struct arena *a, size_t step, struct str **out) must_use nonnull_all;
/* The rows of a step as a table with what each column holds; cells that differ from those of step `before` are marked (SIZE_MAX: none). */
void back_put_rows(struct html *h, struct visit *v, const struct back_preview *p, size_t step, size_t before);
/* Faults and record errors of a step; notes on the file as a whole. */
void back_put_step_errors(struct html *h, struct visit *v, const struct json_node *step) nonnull_all;
void back_put_notes(struct html *h, const struct back_preview *p) nonnull_all;
void back_put_fault(struct html *h, const struct back_preview *p) nonnull_all;
const char *back_type_title(struct str type) __attribute__((returns_nonnull));

/* --- dataset_live.c ----------------------------------------------------------------------------------------------- */

/* What is shown live from other portals: of this server (link), or of another (far). */
struct back_live_list { const struct catalog_link *links; size_t nlinks; struct catalog_far *far; size_t nfar; };
struct back_live { int64_t dataset; const struct catalog_link *link; const struct catalog_far *far; };
struct back_live_list back_live_read(struct visit *v);
bool back_live_find(const struct back_live_list *l, int64_t dataset, struct back_live *out) must_use nonnull_all;
bool back_live_ails(const struct back_live *l) must_use nonnull_all; /* something to tell its publisher */
void back_put_live_badge(struct html *h, const struct back_live *l) nonnull_all;
void back_put_live_why(struct html *h, struct visit *v, const struct back_live *l) nonnull_all;
bool back_live_hidden(const struct visit *v, int64_t dataset) must_use nonnull_all; /* readers do not see it, whatever was published */
/* On the pages of a dataset: what ails it, and on some tabs what is another matter than for a dataset of one's own; nothing where it is not live. */
void back_put_live_notice(struct html *h, struct visit *v, int64_t dataset, enum dataset_tab tab) nonnull_all;
/* All of them that the reader may edit; nothing where there are none. */
bool back_put_live_table(struct html *h, struct visit *v, struct err *e) must_use nonnull_all;
/* Copied or live: the field "shown" of a form. */
void dataset_put_live_choice(struct html *h, bool live) nonnull_all;
bool dataset_is_of_portal(const struct json_node *resource) must_use;
struct str dataset_live_source(struct arena *a, const struct json_node *datasource, bool live);

/* --- dataset_where.c ---------------------------------------------------------------------------------------------- */

/* Where a source lies, to be seen and put right: inside a form, folded unless `open`. Nothing for files that were sent and for pushed records. */
void dataset_put_where(struct html *h, struct visit *v, const struct json_node *resource, bool open) __attribute__((nonnull(1, 2)));
/* What the form changes of it, as puts below `place` ("resources/0/"); how many. */
size_t dataset_read_where(struct visit *v, const struct visitor_form *f, const struct json_node *resource, struct str place, struct back_put *puts, size_t most) __attribute__((nonnull(1, 2, 5)));

/* --- dataset_several.c -------------------------------------------------------------------------------------------- */

/* The files of a new dataset, and what of the others has no place in it; nothing for one file. */
bool dataset_put_several(struct html *h, struct visit *v, const struct config *c, const struct back_preview *first, struct err *e) must_use nonnull_all;
/* A dataset of its own for every file but the first; false with errors noted. */
bool dataset_part_several(struct visit *v, struct config *c, bool restricted, struct html_errors *errors, struct err *e) must_use nonnull_all;

/* --- dataset_push.c ----------------------------------------------------------------------------------------------- */

/* Whether pushed records are taken, and the key for it: a panel of the tab of sources. */
void dataset_put_push_key(struct html *h, struct visit *v, const struct config *c) nonnull_all;

/* --- dataset_ways.c ----------------------------------------------------------------------------------------------- */

struct way_field { const char *name, *label, *hint; enum html_kind kind; bool required; };
struct dataset_way {
	const char *word;             /* of the form: "url" */
	const char *connection;       /* type of its connections; NULL: none */
	const char *label, *help;
	enum view_icon icon;
	const struct way_field *fields; /* ends with a NULL name */
};
/* What the example of a pushed record is for; and the parameters of such a source that a form gives, or the empty text. */
extern const char dataset_example_hint[];
struct str dataset_example(struct arena *a, const struct visitor_form *f) nonnull_all;
extern const struct dataset_way dataset_ways[]; /* ends with a NULL word */
const struct dataset_way *dataset_way_or_null(struct str word);
/* The datasource of a form, as JSON. False with errors noted: nothing was made. Makes a connection when there are secrets. */
bool dataset_way_source(struct visit *v, const struct dataset_way *w, const struct visitor_form *f, struct html_errors *errors, struct str *json, struct err *e) must_use nonnull_all;

/* --- dataset_delete.c --------------------------------------------------------------------------------------------- */

/* Leads to the page that asks whether these are to be deleted; it comes back with sure=yes. */
bool dataset_ask_delete(struct visit *v, const struct str *uids, size_t n, struct err *e) must_use nonnull_all;

/* --- dataset_new.c ------------------------------------------------------------------------------------------------- */

/* The fields and the form of each way that has a source; `action` empty: this page. `hidden` a place to go on with. */
void dataset_put_ways(struct html *h, struct visit *v, struct str action, const struct visitor_form *posted, const struct html_errors *errors, bool sources_only) __attribute__((nonnull(1, 2)));
/* A form or an element where files are dropped or chosen. */
void dataset_put_drop(struct html *h, struct visit *v, struct str action, const char *label, bool several) nonnull_all;
/* Resources of the files of a form: those that came with it, and those that were sent before ("file" = uid). A JSON array of
 * resources without the brackets' first member being special; *title from the first name. False with errors noted. */
bool dataset_form_files(struct visit *v, int64_t dataset, const struct visitor_form *f, struct html_errors *errors, struct str *resources, size_t *n, struct str *title, struct err *e) must_use nonnull_all;
/* "arbres_2024.csv" is "Arbres 2024". */
struct str dataset_title_of(struct arena *a, struct str file_name) nonnull_all;
/* One resource as JSON. */
struct str dataset_resource(struct arena *a, struct str title, struct str type, struct str params_json, struct str datasource_json) nonnull_all;

/* --- dataset_params.c: how a source is read ------------------------------------------------------------------------- */

/* The extractor and its options, with what was found out filled in; inside a form. */
void dataset_put_params(struct html *h, struct visit *v, const struct json_node *resource, const struct back_preview *p) __attribute__((nonnull(1, 2, 4)));
/* What the form says of them: type and params (JSON). Only what the person decided is kept, the rest goes on being found out. */
void dataset_read_params(struct visit *v, const struct visitor_form *f, const struct json_node *resource, struct str *type, struct str *params) __attribute__((nonnull(1, 2, 4, 5)));
/* Both readings of dates that may be either: "date.FIELD" = "day" or "month". */
void dataset_put_dates(struct html *h, struct visit *v, const struct back_preview *p) nonnull_all;
/* The array "fields" with what the form says of dates. */
struct str dataset_read_dates(struct visit *v, const struct visitor_form *f, const struct json_node *fields) __attribute__((nonnull(1, 2)));
/* dataset_marks.c: numbers whose mark may part thousands or decimals ("mark.FIELD"), inside a form; the operations that a form decides, and those it makes. */
void dataset_put_marks(struct html *h, struct visit *v, const struct back_preview *p) nonnull_all;
bool dataset_mark_decided(struct visit *v, const struct visitor_form *f, const struct json_node *operation) must_use __attribute__((nonnull(1, 2)));
void dataset_put_marked(struct json_out *j, struct visit *v, const struct visitor_form *f, const struct json_node *fields) __attribute__((nonnull(1, 2, 3)));
/* dataset_mixed.c: columns that are numbers or dates but for some values ("as.FIELD" = a type), inside a form. */
void dataset_put_mixed(struct html *h, struct visit *v, const struct back_preview *p) nonnull_all;
/* Does a form decide the type of a field? The operations by which it does. */
bool dataset_type_decided(const struct visitor_form *f, struct str field) must_use nonnull_all;
void dataset_put_types(struct json_out *j, struct visit *v, const struct visitor_form *f, const struct json_node *fields) __attribute__((nonnull(1, 2, 3)));
/* dataset_zones.c: times without a zone ("zone.FIELD" on: read as the portal's), inside a form; the operations that a form decides, and those it makes. */
void dataset_put_zones(struct html *h, struct visit *v, const struct back_preview *p) nonnull_all;
bool dataset_zone_decided(struct visit *v, const struct visitor_form *f, const struct json_node *one) __attribute__((nonnull(1, 2)));
void dataset_put_zoned(struct json_out *j, struct visit *v, const struct visitor_form *f) nonnull_all;
/* dataset_drift.c: columns whose values are no longer what their fields are published as, each with a button ("do" = "take FIELD"). */
void dataset_put_drift(struct html *h, struct visit *v, const struct config *c, const struct back_preview *p, bool may) nonnull_all;
/* The type that the values of such a column have now; empty: it is none. */
struct str dataset_drifted(const struct back_preview *p, struct str field) nonnull_all;
/* Rows that have no place in the table. */
void dataset_put_left_out(struct html *h, const struct back_preview *p) nonnull_all;
/* dataset_grid.c: what the preview proposes for a map, inside a form. */
void dataset_put_grid(struct html *h, struct visit *v, const struct back_preview *p) nonnull_all;
/* The array "processors" with what the form says of them; empty: it says nothing. */
struct str dataset_read_grid(struct visit *v, const struct visitor_form *f, const struct json_node *processors) __attribute__((nonnull(1, 2)));
/* Field i of all pairs whose name begins so, the rest of the name in *name. */
bool dataset_next_pair(const struct visitor_form *f, const char *beginning, size_t *at, struct str *name, struct str *value) must_use nonnull_all;

/* --- dataset_frame.c, dataset_save.c ------------------------------------------------------------------------------ */

/* A node as JSON; empty when there is none. */
struct str back_json_of(struct arena *a, const struct json_node *n) __attribute__((nonnull(1)));
/* Buttons of one of several things in order: up, down, remove, and the ones that are given ("disable" …). They say "up UID". */
struct back_move { const char *word, *label; };
void back_put_moves(struct html *h, struct visit *v, struct str uid, struct str about, bool up, bool down, const struct back_move *more) __attribute__((nonnull(1, 2)));

/* --- dataset_processing.c, dataset_step.c: processors -------------------------------------------------------------------- */

struct processing {
	struct visit visit;
	struct config c;
	struct visitor_form form;
	struct html_errors errors;
	struct back_preview preview;
	const struct processor *kind; /* of the one that is open; NULL: none */
	struct str at;                /* its uid */
	bool posted, may;
};
/* The boxes of a processor, by its table of parameters: "a." and the parameter. `one` NULL: a new one. */
void dataset_put_step(struct html *h, struct visit *v, const struct processing *k, const struct json_node *one) __attribute__((nonnull(1, 2, 3)));
/* The form as JSON; what the form does not know of `one` stays. */
struct str dataset_read_step(struct visit *v, const struct visitor_form *f, const struct processor *x, struct str uid, const struct json_node *one) __attribute__((nonnull(1, 2, 3)));
/* "height → height_m": its fields in a few words. */
void dataset_put_summary(struct html *h, struct visit *v, const struct processor *x, const struct json_node *one) __attribute__((nonnull(1, 2, 4)));
void dataset_put_example(struct html *h, struct visit *v, const struct processor *x) nonnull_all;

/* --- dataset_fields.c: the configuration of fields as one thing a field ------------------------------------------------------ */

/* A field as the operations of a configuration leave it. Labels and descriptions: text or object by language, as they stand there. */
struct dataset_field {
	struct str origin, name;            /* as it comes out of the processors; as it is called */
	VEC(struct str) former;             /* names it had in between */
	const struct json_node *label, *description; /* NULL: none */
	struct str type;                    /* empty: found out */
	struct str dates, decimal, timezone, facetsort, precision, unit, decimals, separator, hierarchy;
	bool id, facet, no_facet, disjunctive, sortable, range, multivalued, hierarchical, discarded;
	struct str heading;                 /* label as found out */
	struct str found;                   /* type as found out or as it is, of the preview; empty: not known */
	bool there;                         /* the preview has it */
};
struct dataset_fields {
	VEC(struct dataset_field) list;     /* in their order */
	VEC(const struct json_node *) others; /* operations that are not about one field: kept */
	bool ordered;
};
void dataset_fields_read(struct visit *v, const struct json_node *operations, const struct back_preview *p, struct dataset_fields *out) __attribute__((nonnull(1, 3, 4)));
/* The operations again. `boxes`: for each of them the name of the form's field that it came of. */
struct str dataset_fields_write(struct visit *v, const struct dataset_fields *all, const char ***boxes, size_t *nboxes) nonnull_all;
struct dataset_field *dataset_field_or_null(const struct dataset_fields *all, struct str origin) nonnull_all;

#endif

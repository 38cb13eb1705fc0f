/* The metadata of a draft as a list that pages read and change, and their values as texts of forms. */
#ifndef BACK_META_H
#define BACK_META_H

#include "back/dataset.h"
#include "json/json.h"
#include "template/template.h"

struct back_meta { struct str template_, name, lang, json; };
struct back_metas { struct arena *arena; VEC(struct back_meta) list; };
/* Of the member "metadata" of a configuration; NULL: none. */
void back_metas_read(struct back_metas *m, struct arena *a, const struct json_node *metadata_or_null);
/* The value of exactly this language as JSON; empty: there is none. */
struct str back_metas_json(const struct back_metas *m, struct str template_, struct str name, struct str lang) nonnull_all;
/* The same as a form shows it: lists with commas between, or lines. In `lang`, else (first language of the portal) without language. */
struct str back_metas_text(const struct back_metas *m, struct str template_, struct str name, struct str lang) nonnull_all;
bool back_metas_on(const struct back_metas *m, const char *name) nonnull_all; /* of visualization: true */
/* Empty JSON takes it out. */
void back_metas_set(struct back_metas *m, struct str template_, struct str name, struct str lang, struct str json) nonnull_all;
/* One template as it stands in a document. */
struct str back_metas_template(const struct back_metas *m, struct str template_) nonnull_all;
/* All of them: the member "metadata". */
struct str back_metas_whole(const struct back_metas *m) nonnull_all;

/* A text of a form as JSON of a field's kind; empty: no value. Lists: commas, or lines for texts that may hold commas. */
struct str back_meta_json(struct arena *a, const struct template_field *f, struct str text) nonnull_all;
struct str back_json_list(struct arena *a, struct str text, char between) nonnull_all;
/* Words with commas between them of a JSON list, or the text. */
struct str back_json_shown(struct arena *a, struct str json) nonnull_all;

/* What the portal's datasets say in a field, most used first, at most `most`. */
size_t back_meta_others(struct visit *v, const char *name, struct str lang, size_t most, struct str **out) nonnull_all;

/* Completeness. Points by the level of a field: mandatory 5, recommended 3 (of the portal's own templates as well), optional 1 (of Standard alone). A text counts in full when
 * it is as long as it should be: titles 10 characters, descriptions 200, three keywords; half when it is shorter. A licence without which nobody may
 * reuse the data, and a way to reach somebody, are among the recommended. Descriptions of fields count 10 points by their share. The score is
 * the share of all points, in per cent. */
struct back_advice {
	const char *sentence;        /* {0} of it is the text, else n */
	struct str text;
	int64_t n;
	struct str place;            /* an address below the dataset */
	struct str key, label;       /* "default.license", and what the forms call it */
	bool missing;                /* not there at all; else too little */
};
enum { BACK_ADVICE = 40 };
struct back_score { int percent; size_t n; struct back_advice advice[BACK_ADVICE]; };
void back_score(struct visit *v, const struct config *c, const struct back_metas *m, struct back_score *out) nonnull_all;
/* The same of many published datasets: what they have in common is read once. score.c */
struct back_scorer { struct visit *visit; const struct template_set *sets; size_t nsets; };
struct back_scorer back_scorer(struct visit *v) nonnull_all;
void back_score_published(const struct back_scorer *by, const struct dataset *d, struct back_score *out) nonnull_all;

/* The fields a dataset has once it is published, or has now: of its published schema, else of its configuration of fields. */
struct back_field { struct str name, label; enum value_type type; };
size_t back_dataset_fields(struct visit *v, const struct config *c, struct back_field **out) nonnull_all;

/* Tabs of the parts of the information: one a template, and "files". dataset_metadata.c */
void back_put_information_tabs(struct html *h, struct visit *v, const struct config *c, struct str part) nonnull_all;

#endif

/* What the files of the catalogue's page share. */
#ifndef FRONT_CATALOGUE_H
#define FRONT_CATALOGUE_H

#include "front/card.h"

/* What a list of datasets can be ordered by beyond its own fields: figures of the audience. */
enum front_figures { FRONT_FIGURES_NONE, FRONT_FIGURES_VIEWS, FRONT_FIGURES_DOWNLOADS };

struct catalogue {
	struct visit visit;
	struct view_page page;
	struct view_state state;   /* of the address */
	struct view_state asked;   /* the same as it is asked: facets that take several values say so, the map is left out */
	struct front_filter filter;
	struct site *site;
	bool home;
	bool lines;                /* a list of lines in place of cards */
	bool descending;
	struct str sorted_by;      /* "default.modified", "explore.popularity_score" */
	bool placed;               /* a place filters; south, west, north, east of it: */
	double box[4];
	bool larger;               /* datasets that reach beyond it, too */
	bool usual;                /* nobody asked for it: whoever comes sees the portal's usual place */
	bool no_figures;           /* the order asked for has nothing to go by */
	int64_t start, rows, total;
	const struct dataset **found;
	size_t nfound;
	struct front_facets kinds;    /* what the page can be narrowed by … */
	struct query_facets facets;   /* … and what there is of each */
	struct err complaint;      /* of the address; ERR_NONE when there is none */
};

/* catalogue_ask.c: fills everything from `state` on; a failure that is the address's fault is a complaint. */
void front_catalogue_state(struct catalogue *c, struct httpd_request *r, struct str path);
bool front_catalogue_ask(struct catalogue *c, struct err *e) must_use;

/* catalogue_place.c: the condition that the place of the state makes, added to the target; the parameter that a form of four numbers makes;
 * the map and that form. */
void front_catalogue_usual(struct catalogue *c); /* puts the usual place into a state that says nothing, where the portal wants that */
bool front_catalogue_place(struct catalogue *c, struct err *e) must_use;
struct httpd_pair *front_catalogue_typed_box(struct catalogue *c, const struct httpd_request *r);
void front_catalogue_map(struct catalogue *c);

/* figures.c: sums of the audience by dataset over the last days, by the dataset's identifier; memory of the arena.
 * Empty when nothing is counted. */
bool front_figures(const struct visit *v, enum front_figures which, struct map *out, struct err *e) must_use;
/* Downloads of one dataset, or -1 when nothing is counted here. */
bool front_downloads(const struct visit *v, struct str slug, int64_t *out, struct err *e) must_use;

/* near.c: what a search that found nothing may have meant. */
struct front_near {
	struct str words;                 /* the search with misspelt words put right; empty: none */
	const struct dataset *list[5];    /* datasets whose title is near */
	size_t n;
};
void front_near(const struct visit *v, struct str words, struct front_near *out);

/* catalogue_parts.c */
void front_catalogue_sorts(struct catalogue *c);
void front_catalogue_exports(struct catalogue *c);
void front_catalogue_nothing(struct catalogue *c);

#endif

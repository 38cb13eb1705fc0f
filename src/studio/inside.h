/* What the files of this room share. */
#ifndef STUDIO_INSIDE_H
#define STUDIO_INSIDE_H

#include "base/base.h"
#include "atlas/atlas.h"
#include "chart/chart.h"
#include "saved/saved.h"
#include "studio/studio.h"
#include "view/view.h"
#include "visitor/visitor.h"

/* --- kind.c: what differs between maps and charts ----------------------------------------------------------- */

struct studio_kind {
	enum saved_kind saved;
	struct str path, gallery;           /* "/map/", "/maps/" */
	const char *element, *builder;      /* names of elements */
	const char *state;                  /* parameter of an address that holds one */
	enum view_icon icon;
	/* Messages. */
	const char *all, *about, *new_one, *none, *none_public, *search, *edit, *layers, *hidden, *without;
	const char *sure;                   /* "{0}": its title */
};
extern const struct studio_kind studio_map, studio_chart;

/* A map or chart that was read, checked and printed again; without what its reader may not see, when asked for. */
struct studio_work {
	struct str json;                    /* whole, "{}" at least */
	struct str title;                   /* that it says itself; may be empty */
	size_t hidden;                      /* parts left out */
	struct atlas atlas;                 /* of a map */
	struct chart chart;                 /* of a chart */
};
/* Reads JSON (or base64 of it). ERR_PARAMETER with the place. With `cut`, parts of datasets that the visitor may not see are left out. */
bool studio_read(const struct studio_kind *k, const struct visit *v, struct str text, bool cut, struct studio_work *out, struct err *e) must_use nonnull_all;
/* One that shows a dataset as the portal does; false when it cannot be shown so. */
bool studio_of_dataset(const struct studio_kind *k, const struct visit *v, struct str slug, struct studio_work *out) must_use nonnull_all;
/* A dataset's title in the reader's language. */
struct str studio_dataset_title(const struct visit *v, const struct dataset *d) nonnull_all;

/* --- show.c: the element with what stands there without script ------------------------------------------------ */

struct studio_look { bool still, wheel, framed; };
/* <stoa-map config=…> or <stoa-chart config=…>; inside, the list of layers or the table. ERR_CANCELLED and failures of the system only. */
bool studio_put_work(struct view_page *p, const struct studio_kind *k, const struct studio_work *w, struct str title, struct studio_look look,
                     struct err *e) must_use nonnull_all;
/* The same words and list without the element, for the pages of builders. */
bool studio_put_plain(struct view_page *p, const struct studio_kind *k, const struct studio_work *w, struct err *e) must_use nonnull_all;
/* What it is found by: ERR_NOT_FOUND too when this visitor may not see it. */
bool studio_find(const struct studio_kind *k, const struct visit *v, struct str slug, struct saved *out, struct err *e) must_use nonnull_all;
/* Cache-Control of what changes without the portal being told. */
void studio_cache(const struct visit *v) nonnull_all;
bool studio_is_admin(const struct visit *v) must_use nonnull_all;
/* Whether what this visitor saves may be listed for everyone. */
bool studio_may_publish(const struct visit *v) must_use nonnull_all;
struct str studio_url(const struct studio_kind *k, const struct visit *v, struct str slug, const char *rest) nonnull_all;

/* --- routes --------------------------------------------------------------------------------------------------- */

/* Each page is written once and has two addresses. */
#define STUDIO_PAGE(symbol, verb, page, map_pattern, chart_pattern)                                                                          \
	static bool run_map_##symbol(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)                               \
	{                                                                                                                                    \
		return page(&studio_map, r, p, app, e);                                                                                      \
	}                                                                                                                                    \
	static bool run_chart_##symbol(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)                             \
	{                                                                                                                                    \
		return page(&studio_chart, r, p, app, e);                                                                                    \
	}                                                                                                                                    \
	const struct httpd_route studio_map_##symbol = { .method = verb, .pattern = map_pattern, .run = run_map_##symbol };                  \
	const struct httpd_route studio_chart_##symbol = { .method = verb, .pattern = chart_pattern, .run = run_chart_##symbol }

#define ROUTE(symbol) extern const struct httpd_route studio_map_##symbol, studio_chart_##symbol;
#define ROUTE_ONE(symbol) extern const struct httpd_route studio_##symbol;
#include "studio/routes.def"
#undef ROUTE
#undef ROUTE_ONE

#endif

/* What the pages and the endpoint of charts share. Private to the room. */
#ifndef FRONT_CHARTS_H
#define FRONT_CHARTS_H

#include "chart/chart.h"
#include "front/inside.h"

/* Where the data of a chart comes from: the page's dataset with the page's filters, others of the portal as their reader has them. */
struct front_chart_source {
	struct front_dataset *d;                 /* d->dataset may be NULL: charts that name their datasets */
	const struct front_filter *filter_or_null;
};
/* A chart_find; arg is a struct front_chart_source *. */
bool front_chart_find(void *arg, struct str dataset, struct chart_data *out, struct err *e);
/* A question about a chart for the visit of d. */
struct chart_question front_chart_question(struct front_chart_source *s, const struct chart *c);

extern const struct httpd_route front_chart_data, front_charts_data;

#endif

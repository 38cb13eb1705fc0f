/* How complete the information about all datasets is: read once, shown as a page and as CSV. */
#ifndef BACK_QUALITY_H
#define BACK_QUALITY_H

#include "back/audience.h"
#include "back/meta.h"

enum { QUALITY_BANDS = 5, QUALITY_GAPS = 100 };
struct quality_row {
	const struct dataset *dataset;
	struct str title;
	struct back_score score;
};
/* What is missing or too short in so many of them. `key`: "default.license". */
struct quality_gap { struct str key, label; int64_t missing, little; };
struct quality {
	struct str theme, publisher, access, lacks; /* as the address asks; empty: any */
	int band;                                   /* of QUALITY_BANDS, from the lowest; -1: any */
	struct str *themes, *publishers;            /* that the datasets have, sorted */
	size_t nthemes, npublishers;
	struct quality_row *rows;                   /* those asked for, the lowest score first */
	size_t n;
	/* Of all that have the theme, the publisher and the access asked for, whatever their score: */
	int64_t all, sum, bands[QUALITY_BANDS];
	struct quality_gap gaps[QUALITY_GAPS];      /* most first */
	size_t ngaps;
};
/* Of the published datasets that the reader sees. */
void quality_read(struct visit *v, const struct view_state *s, struct quality *out) nonnull_all;

#endif

/* What a builder has in hand, as JSON: {"title", "description", "slug", "visibility", "config"}. */
#ifndef STUDIO_STATE_H
#define STUDIO_STATE_H

#include "studio/inside.h"

struct studio_state {
	struct str title, description;
	struct str slug;                    /* asked for; empty: made of the title */
	enum saved_visibility visibility;
	struct str config;                  /* JSON of the map or chart */
	/* Of what is sent besides. */
	struct str draft, of;               /* hash; slug of the saved thing a draft is made of */
	int64_t revision;
};
/* ERR_INVALID, ERR_BAD_REQUEST. The config is not looked at. */
bool studio_read_state(const struct visit *v, struct str json, struct studio_state *out, struct err *e) must_use nonnull_all;
/* The five members above. */
void studio_put_state(struct buf *b, const struct studio_state *s) nonnull_all;

#endif

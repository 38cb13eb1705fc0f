/* What a preview proposes. */
#ifndef PUBLISH_ADVICE_H
#define PUBLISH_ADVICE_H

#include "publish/inside.h"

/* Puts the member "proposals" of a preview's answer: see publish_preview. */
void publish_advise(struct publish_road *r, const struct json_node *answer, struct json_out *j) nonnull_all;

#endif

/* What the files about sources, processing and schema of a dataset share. */
#ifndef BACK_DATASET_INSIDE_H
#define BACK_DATASET_INSIDE_H

#include "back/dataset.h"
#include "json/json.h"
#include "publish/publish.h"

/* dataset_frame.c */
const char *back_state_title(struct str word, bool published, enum html_tone *tone) nonnull_all;
bool back_is_busy(enum job_state s) must_use;
/* What is going on, in a few words. */
void back_put_progress(struct html *h, const struct job_status *s) nonnull_all;

#endif

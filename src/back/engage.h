/* What the pages about reuses, messages and followers share. */
#ifndef BACK_ENGAGE_H
#define BACK_ENGAGE_H

#include "back/inside.h"
#include "engage/engage.h"

struct engage_scene back_engage(struct visit *v) nonnull_all;
enum { BACK_ENGAGE_ROWS = 30 };
/* A line of the security log about one of them; true. */
bool back_engage_noted(const struct visit *v, enum event_kind kind, const char *reason, int64_t id) must_use nonnull_all;
/* From "start" of the address. */
int64_t back_engage_start(const struct httpd_request *r) nonnull_all;
/* The title of a dataset the person sees, as a link to its page; else its name in addresses. */
void back_put_dataset(struct html *h, const struct visit *v, struct str slug) nonnull_all;
/* A form that is one button. */
void back_put_do(struct html *h, struct visit *v, const char *word, const char *label, enum html_weight weight) nonnull_all;
/* Text of a reader: paragraphs, as written. */
void back_put_words(struct html *h, struct str text) nonnull_all;

#endif

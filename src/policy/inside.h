/* What the files that build the policy share. */
#ifndef POLICY_INSIDE_H
#define POLICY_INSIDE_H

#include "policy/policy.h"

struct policy_work {
	const struct policy_ask *ask;
	const struct registry *g;
	struct doc *doc;
	struct arena *arena;
	struct policy_voice voice;
	size_t lang;                    /* place of the language in the registry's texts */
};
static inline struct str policy_words(const struct policy_work *w, struct registry_texts t)
{
	return t.of ? t.of[w->lang] : STR("");
}
/* build.c */
struct doc_block *policy_paragraph(struct policy_work *w, const char *message);
/* tables.c: heading, table and services of one category. */
void policy_put_category(struct policy_work *w, enum registry_category c);
/* choices.c: measurement, choices, browsers. */
void policy_put_measurement(struct policy_work *w);
void policy_put_choices(struct policy_work *w);
void policy_put_browsers(struct policy_work *w);

#define POLICY_ARG_TEXT(t) ((struct policy_arg){ .kind = POLICY_TEXT, .s = (t) })
#define POLICY_ARG_APART(t) ((struct policy_arg){ .kind = POLICY_APART, .s = (t) })
#define POLICY_ARG_STRONG(t) ((struct policy_arg){ .kind = POLICY_STRONG, .s = (t) })
#define POLICY_ARG_CODE(t) ((struct policy_arg){ .kind = POLICY_CODE, .s = (t) })
#define POLICY_ARG_LINK(t, u) ((struct policy_arg){ .kind = POLICY_LINK, .s = (t), .url = (u), .about = (t) })
#define POLICY_ARG_ADDRESS(u) ((struct policy_arg){ .kind = POLICY_ADDRESS, .s = (u), .url = (u) })
#define POLICY_ARG_COUNT(v) ((struct policy_arg){ .kind = POLICY_COUNT, .n = (v) })
#define POLICY_ARG_DATE(i) ((struct policy_arg){ .kind = POLICY_DATE, .n = (i).us })

#endif

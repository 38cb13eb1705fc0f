/* Statements of the room, and states as the API spells them. */
#include "job/inside.h"

const struct store_query job_q[] = {
#define Q(name, text) [JOB_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "job/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query job_h[] = {
#define Q(name, text)
#define HOUSE(name, text) [JOB_H_##name] = { #name, text },
#include "job/queries.def"
#undef Q
#undef HOUSE
};

static const char *const words[] = {
	[JOB_IDLE] = "idle", [JOB_QUEUED] = "queued", [JOB_PROCESSING] = "processing", [JOB_ABORTING] = "aborting_processing",
	[JOB_DELETING] = "deleting", [JOB_ERROR] = "error", [JOB_LIMIT_REACHED] = "limit_reached", [JOB_SAVING] = "saving_version",
};

const char *job_state_word(enum job_state s) { return words[s]; }

enum job_state job_state_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(word, str_of(words[i]))) return (enum job_state)i;
	return JOB_IDLE;
}

enum job_state job_state_at_work(enum job_kind k)
{
	return k == JOB_UNPUBLISH || k == JOB_DELETE ? JOB_DELETING : JOB_PROCESSING;
}

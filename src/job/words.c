/* States as the API spells them. */
#include "job/job.h"

const char *job_state_word(enum job_state s)
{
	static const char *const words[] = { "idle", "queued", "processing", "aborting_processing", "deleting", "error", "limit_reached", "saving_version" };
	return words[s];
}

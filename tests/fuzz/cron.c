/* Any bytes as the five parts of a schedule: refused, or a next time that is later than the last. */
#include "job/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct instant out[3];
	struct err e = { 0 };
	const struct instant after = { INT64_C(1774746000000000) }; /* an hour before clocks go forward in Europe */
	if (!job_cron_next(str_make((const char *)data, size), STR("Europe/Paris"), after, 3, out, &e)) {
		ensure(e.code == ERR_PARAMETER);
		return 0;
	}
	ensure(out[0].us > after.us && out[1].us > out[0].us && out[2].us > out[1].us && out[0].us % 60000000 == 0);
	return 0;
}

/* Set timezone: the clock of a date and time stays, the zone it is meant in is written to it. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELD, ZONE };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "timezone", PROCESS_ZONE, false, "UTC", NULL, N_("Time zone"), N_("Such as Europe/Paris. A zone that the text states is replaced; a day without a time stays as it is.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"set_timezone\",\"field\":\"at\",\"timezone\":\"Europe/Paris\"}",
	  "[{\"at\":\"2024-07-01 12:00\"},{\"at\":\"2024-01-01T12:00:00Z\"},{\"at\":\"2024-01-01\"},{\"at\":\"noon\"}]",
	  "[{\"at\":\"2024-07-01T12:00:00+02:00\"},{\"at\":\"2024-01-01T12:00:00+01:00\"},{\"at\":\"2024-01-01\"},{\"at\":null,\"!\":\"Expected a date and time such as 2024-05-31T14:30; the processor date_normalizer reads others.\"}]" },
	{ 0 }
};

static bool force(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	struct clock_text t;
	struct str trimmed = str_trim(in);
	*out = in;
	if (trimmed.n == 0) return true;
	if (trimmed.n > 40 || !clock_parse(trimmed, &t)) {
		process_tell(s, r, column, text_cut(in, 200), "Expected a date and time such as 2024-05-31T14:30; the processor date_normalizer reads others.");
		return false;
	}
	if (t.precision <= CLOCK_DAY) return true;
	struct buf *b = process_scratch(s);
	const struct clock_zone *z = s->values[ZONE].zone;
	clock_put_instant(b, clock_local_to_us(z, &t.civil), z);
	return process_give_buf(s, r, column, b, out);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_cell(s, r, s->values[FIELD].column, force, NULL);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_set_timezone = {
	"set_timezone", "date", N_("Set timezone"), N_("States the time zone that dates and times are meant in."), 0, parameters, examples, &works };

/* A stranger's dataChart, JSON or base64: read or refused, never a crash; what is read is printed so that it is read the same, and makes a
 * form's worth of fields no trouble either. */
#include "chart/chart.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	auto_buf first = BUF_INIT(1 << 20);
	auto_buf second = BUF_INIT(1 << 20);
	struct str text = arena_str(&a, str_make((const char *)data, size));
	struct chart c;
	struct chart again;
	struct err e = { 0 };
	if (!chart_read(&a, text, &c, &e)) {
		ensure(e.code == ERR_PARAMETER);
		ensure(text_is_utf8(str_of(e.pub)));
		return 0;
	}
	ensure(c.nqueries > 0 && c.nqueries <= CHART_QUERIES);
	chart_put_json(&first, &c);
	ensure(!first.over);
	/* Escapes may make a text longer than it came; then it is refused for its length alone. */
	if (first.n <= CHART_JSON_BYTES) {
		ensure(chart_read(&a, buf_str(&first), &again, &e));
		chart_put_json(&second, &again);
		ensure(str_eq(buf_str(&first), buf_str(&second)));
	}
	const struct httpd_pair pairs[] = { { STR("c.0.add"), STR("1") }, { STR("c.0.xAxis"), text_cut(text, 300) }, { STR("c.0.0.func"), STR("SUM") },
		{ STR("c.1.0.remove"), STR("1") }, { arena_join(&a, STR("c."), text_cut(text, 40)), STR("3") } };
	ensure(chart_form_read(&a, pairs, COUNT_OF(pairs), &again) || !first.n || first.n > CHART_JSON_BYTES);
	return 0;
}

/* Extract bit range: a number out of bits that a device packed into hexadecimal or binary digits. */
#include <math.h>
#include "process/inside.h"

enum { FIELD, ENCODING, START, STOP, KIND, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "encoding", PROCESS_CHOICE, false, "hex", "hex binary", N_("Written as"), NULL },
	{ "start", PROCESS_INT, true, NULL, NULL, N_("First bit"), N_("Counted from 0 on the left.") },
	{ "stop", PROCESS_INT, true, NULL, NULL, N_("Last bit"), N_("Belongs to the range.") },
	{ "output_type", PROCESS_CHOICE, false, "int", "int uint float", N_("Read as"), N_("int has a sign; float takes 32 or 64 bits.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"extract_bit_range\",\"field\":\"frame\",\"start\":8,\"stop\":15,\"output_type\":\"int\",\"output_field\":\"temperature\"}",
	  "[{\"frame\":\"01fe\"},{\"frame\":\"0x0114\"},{\"frame\":\"zz\"}]",
	  "[{\"frame\":\"01fe\",\"temperature\":-2},{\"frame\":\"0x0114\",\"temperature\":20},{\"frame\":\"zz\",\"temperature\":null,\"!\":\"Expected hexadecimal digits.\"}]" },
	{ "{\"type\":\"extract_bit_range\",\"field\":\"b\",\"encoding\":\"binary\",\"start\":0,\"stop\":3,\"output_type\":\"uint\",\"output_field\":\"n\"}",
	  "[{\"b\":\"1111 0000\"}]", "[{\"b\":\"1111 0000\",\"n\":15}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	enum { MOST_BIT = 1 << 20 };
	(void)e;
	int64_t start = s->values[START].whole;
	int64_t stop = s->values[STOP].whole;
	if (start < 0 || start > MOST_BIT) process_step_fault(s, f, "start", "expected a bit from 0 to %d.", MOST_BIT);
	else if (stop < start || stop - start > 63) process_step_fault(s, f, "stop", "expected a bit from start to start + 63: 64 bits are read at most.");
	else if (s->values[KIND].whole == 2 && stop - start != 31 && stop - start != 63) process_step_fault(s, f, "stop", "a float has 32 or 64 bits.");
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The bits from start to stop; false where the text is shorter or has other signs. */
static const char *bits_of(struct str t, bool hex, int64_t start, int64_t stop, uint64_t *out)
{
	int64_t at = 0;
	*out = 0;
	if (hex && t.n > 2 && t.p[0] == '0' && (t.p[1] == 'x' || t.p[1] == 'X')) t = str_from(t, 2);
	for (size_t i = 0; i < t.n; i++) {
		int d = digit(t.p[i]);
		if (t.p[i] == ' ' || t.p[i] == '_' || t.p[i] == ':') continue;
		if (d < 0 || (!hex && d > 1)) return hex ? "Expected hexadecimal digits." : "Expected the digits 0 and 1.";
		for (int bit = hex ? 3 : 0; bit >= 0; bit--, at++)
			if (at >= start && at <= stop) *out = *out << 1 | (uint64_t)(d >> bit & 1);
	}
	return at > stop ? NULL : "There are fewer bits than the range asks for.";
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t output = s->values[OUTPUT].column;
	struct cell c = process_get(r, s->values[FIELD].column);
	uint64_t bits;
	if (process_is_null(c)) {
		process_put_null(r, output);
		return true;
	}
	const char *why = bits_of(str_trim(c.text), s->values[ENCODING].whole == 0, s->values[START].whole, s->values[STOP].whole, &bits);
	if (why) {
		process_tell(s, r, output, c.text, "%s", why);
		return true;
	}
	int64_t n = s->values[STOP].whole - s->values[START].whole + 1;
	char text[32];
	auto_buf b = BUF_INIT(sizeof text);
	if (s->values[KIND].whole == 2) {
		double d;
		float single;
		uint32_t half = (uint32_t)bits;
		memcpy(&single, &half, sizeof single);
		memcpy(&d, &bits, sizeof d);
		d = n == 32 ? (double)single : d;
		if (isfinite(d)) process_put_number(s, r, output, d);
		else process_tell(s, r, output, c.text, "The bits are no finite number.");
		return true;
	}
	if (s->values[KIND].whole == 0 && n < 64 && bits >> (n - 1) & 1) bits |= UINT64_MAX << n;
	if (s->values[KIND].whole == 0) buf_put_int(&b, (int64_t)bits);
	else buf_printf(&b, "%llu", (unsigned long long)bits);
	process_put_buf(s, r, output, &b, CELL_NUMBER);
	return true;
}

static const struct process_works works = { .open = open, .row = row };
const struct processor process_extract_bit_range = {
	"extract_bit_range", "generic", N_("Extract bit range"), N_("Reads a number out of packed bits."), 0, parameters, examples, &works };

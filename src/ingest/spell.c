/* Numbers, truth values and points as people spell them. One scan of a text finds its groups of digits
 * and the marks between them; each reading is then a question about groups and marks. */
#include "ingest/spell.h"
#include "ingest/spell_date.h"
#include "text/text.h"

enum { MAX_GROUPS = 12, MAX_NUMBER = 64 };

/* --- groups ------------------------------------------------------------------------------------- */

struct number {
	bool minus;
	int groups;                    /* of digits; at least one */
	uint8_t at[MAX_GROUPS];        /* where a group starts */
	uint8_t len[MAX_GROUPS];       /* its digits; the first may have none (".5") */
	char mark[MAX_GROUPS];         /* before group i (i > 0): . , ' or blank */
	bool has_exponent;
};

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Bytes of a mark at p, as one of . , ' and blank; 0 when there is none. */
static size_t mark_at(const char *p, size_t n, char *mark)
{
	if (*p == '.' || *p == ',' || *p == '\'' || *p == ' ') {
		*mark = *p;
		return 1;
	}
	static const struct { char bytes[4]; size_t n; char mark; } wide[] = {
		{ "\xc2\xa0", 2, ' ' }, { "\xe2\x80\xaf", 3, ' ' }, { "\xe2\x80\x89", 3, ' ' }, { "\xe2\x80\x99", 3, '\'' } };
	for (size_t i = 0; i < COUNT_OF(wide); i++) {
		if (n < wide[i].n || memcmp(p, wide[i].bytes, wide[i].n) != 0) continue;
		*mark = wide[i].mark;
		return wide[i].n;
	}
	return 0;
}

/* An exponent needs a sign or a decimal mark before it: "12E4" is more often a code than a number. */
static bool exponent_ok(struct str s, bool has_mark)
{
	if (s.n < 2) return false;
	size_t i = 1;
	if (s.p[1] == '+' || s.p[1] == '-') i = 2;
	else if (!has_mark) return false;
	if (i == s.n || s.n - i > 3) return false;
	for (; i < s.n; i++)
		if (!is_digit(s.p[i])) return false;
	return true;
}

static bool scan(struct str s, struct number *out)
{
	if (s.n == 0 || s.n > MAX_NUMBER) return false;
	struct number x = { .groups = 1 };
	size_t i = 0;
	if (s.p[0] == '-') {
		x.minus = true;
		i = 1;
	} else if (s.n > 3 && memcmp(s.p, "\xe2\x88\x92", 3) == 0) { /* the true minus sign */
		x.minus = true;
		i = 3;
	}
	x.at[0] = (uint8_t)i;
	while (i < s.n) {
		char c = s.p[i];
		if (is_digit(c)) {
			x.len[x.groups - 1]++;
			i++;
			continue;
		}
		if ((c == 'e' || c == 'E') && x.groups <= 2 && x.len[x.groups - 1] > 0) {
			if (!exponent_ok(str_from(s, i), x.groups == 2)) return false;
			x.has_exponent = true;
			break;
		}
		char mark = 0;
		size_t wide = mark_at(s.p + i, s.n - i, &mark);
		if (wide == 0 || x.groups == MAX_GROUPS) return false;
		if (x.len[x.groups - 1] == 0 && !(x.groups == 1 && (mark == '.' || mark == ','))) return false;
		i += wide;
		x.mark[x.groups] = mark;
		x.at[x.groups++] = (uint8_t)i;
	}
	if (x.len[x.groups - 1] == 0) return false;
	*out = x;
	return true;
}

/* A whole part that a number keeps as it is spelled: no zero in front, and not so many digits that a
 * double would drop some. */
static bool whole_ok(struct str s, const struct number *x, int groups)
{
	size_t digits = 0;
	for (int i = 0; i < groups; i++) digits += x->len[i];
	if (digits > 15) return false;
	return !(x->len[0] > 1 || groups > 1) || s.p[x->at[0]] != '0';
}

static bool in_threes(const struct number *x, int groups, char mark)
{
	if (x->len[0] == 0 || x->len[0] > 3) return false;
	for (int i = 1; i < groups; i++)
		if (x->len[i] != 3 || x->mark[i] != mark) return false;
	return true;
}

/* --- signs beside numbers ------------------------------------------------------------------------- */

static const struct { const char *word; enum spell_sign sign; bool before; } signs[] = {
	{ "%", SPELL_SIGN_PERCENT, false }, { "k€", SPELL_SIGN_KILOEURO, false }, { "€", SPELL_SIGN_EURO, true }, { "EUR", SPELL_SIGN_EURO, false },
	{ "euros", SPELL_SIGN_EURO, false }, { "$", SPELL_SIGN_DOLLAR, true }, { "£", SPELL_SIGN_POUND, true } };

static struct str trim_blanks(struct str s)
{
	static const char *const blanks[] = { " ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89" };
	for (size_t i = 0; i < COUNT_OF(blanks);) {
		struct str b = str_of(blanks[i]);
		if (str_starts(s, b)) s = str_from(s, b.n), i = 0;
		else if (str_ends(s, b)) s = str_sub(s, 0, s.n - b.n), i = 0;
		else i++;
	}
	return s;
}

/* Nearly every number begins and ends with a digit. */
static inline bool may_be_signed(struct str s)
{
	unsigned char first = (unsigned char)s.p[0];
	char last = s.p[s.n - 1];
	return s.n > 1 && s.n <= MAX_NUMBER && (!is_digit(last) || first == '$' || first >= 0x80);
}

struct str spell_bare(struct str s, enum spell_sign *sign)
{
	if (sign) *sign = SPELL_SIGN_NONE;
	if (s.n == 0 || !may_be_signed(s)) return s;
	for (size_t i = 0; i < COUNT_OF(signs); i++) {
		struct str word = str_of(signs[i].word);
		struct str bare = s;
		if (str_ends(s, word)) bare = str_sub(s, 0, s.n - word.n);
		else if (signs[i].before && str_starts(s, word)) bare = str_from(s, word.n);
		else continue;
		bare = trim_blanks(bare);
		if (bare.n == 0) return s;
		if (sign) *sign = signs[i].sign;
		return bare;
	}
	return s;
}

struct str spell_sign_unit(enum spell_sign sign)
{
	switch (sign) {
	case SPELL_SIGN_PERCENT: return STR("%");
	case SPELL_SIGN_EURO: return STR("€");
	case SPELL_SIGN_KILOEURO: return STR("k€");
	case SPELL_SIGN_DOLLAR: return STR("$");
	case SPELL_SIGN_POUND: return STR("£");
	case SPELL_SIGN_NONE:
	case SPELL_SIGNS: break;
	}
	return STR("");
}

enum spell_sign spell_unit_sign(struct str unit)
{
	for (enum spell_sign i = SPELL_SIGN_PERCENT; i < SPELL_SIGNS; i++)
		if (str_eq(unit, spell_sign_unit(i))) return i;
	return SPELL_SIGN_NONE;
}

/* --- readings of numbers ------------------------------------------------------------------------ */

#define EVERY_WHOLE (SPELL_INTS | SPELL_REALS)

static bool fits_int(struct str s, const struct number *x)
{
	if (x->len[0] > 1 && s.p[x->at[0]] == '0') return false;
	if (x->minus && x->len[0] == 1 && s.p[x->at[0]] == '0') return false;
	if (x->len[0] < 19) return true;
	int64_t ignored;
	return x->len[0] == 19 && text_to_int(s, &ignored);
}

static uint32_t plain_number(struct str s, const struct number *x)
{
	if (x->has_exponent) return SPELL(REAL);
	if (!fits_int(s, x)) {
		bool minus_zero = x->minus && x->len[0] == 1;
		return minus_zero ? SPELL_REALS : 0;
	}
	return x->len[0] <= 15 ? EVERY_WHOLE : SPELL_INTS;
}

/* Whole numbers with marks of thousands throughout. */
static uint32_t grouped_whole(const struct number *x)
{
	switch (x->mark[1]) {
	case ',': return SPELL(INT_COMMA) | SPELL(REAL_TH_COMMA);
	case '.': return SPELL(INT_POINT) | SPELL(REAL_TH_POINT);
	case ' ': return SPELL(INT_BLANK) | SPELL(REAL_TH_BLANK) | SPELL(REAL_TH_BLANK_COMMA);
	default: return SPELL(INT_APOSTROPHE) | SPELL(REAL_TH_APOSTROPHE);
	}
}

static uint32_t with_decimals(const struct number *x)
{
	char decimal = x->mark[x->groups - 1];
	if (decimal != '.' && decimal != ',') return 0;
	if (x->groups == 2) {
		uint32_t every = decimal == '.' ? SPELL(REAL) | SPELL(REAL_TH_COMMA) | SPELL(REAL_TH_BLANK) | SPELL(REAL_TH_APOSTROPHE)
		                                : SPELL(REAL_COMMA) | SPELL(REAL_TH_POINT) | SPELL(REAL_TH_BLANK_COMMA);
		return x->has_exponent ? every & (SPELL(REAL) | SPELL(REAL_COMMA)) : every;
	}
	char mark = x->mark[1];
	if (mark == decimal || !in_threes(x, x->groups - 1, mark)) return 0;
	switch (mark) {
	case ',': return SPELL(REAL_TH_COMMA);
	case '.': return SPELL(REAL_TH_POINT);
	case ' ': return decimal == '.' ? SPELL(REAL_TH_BLANK) : SPELL(REAL_TH_BLANK_COMMA);
	default: return decimal == '.' ? SPELL(REAL_TH_APOSTROPHE) : 0;
	}
}

static uint32_t number_readings(struct str s)
{
	struct number x;
	s = spell_bare(s, NULL);
	if (!scan(s, &x)) return 0;
	if (x.groups == 1) return plain_number(s, &x);
	uint32_t found = 0;
	if (!x.has_exponent && in_threes(&x, x.groups, x.mark[1]) && whole_ok(s, &x, x.groups)) found |= grouped_whole(&x);
	if (whole_ok(s, &x, x.groups - 1)) found |= with_decimals(&x);
	return found;
}

/* --- truth -------------------------------------------------------------------------------------- */

static const struct { const char *word; bool value, sure; } truths[] = {
	{ "true", true, true }, { "false", false, true }, { "vrai", true, true }, { "faux", false, true },
	{ "wahr", true, true }, { "falsch", false, true }, { "verdadero", true, true }, { "falso", false, true },
	{ "vero", true, true }, { "verdadeiro", true, true },
	{ "yes", true, false }, { "no", false, false }, { "oui", true, false }, { "non", false, false },
	{ "ja", true, false }, { "nein", false, false }, { "si", true, false }, { "s\xc3\xad", true, false },
	{ "t", true, false }, { "f", false, false }, { "y", true, false }, { "n", false, false },
	{ "o", true, false }, { "on", true, false }, { "off", false, false }, { "1", true, false }, { "0", false, false },
};

static const void *truth_of(struct str s, bool *value, bool *sure)
{
	if (s.n > 10) return NULL;
	for (size_t i = 0; i < COUNT_OF(truths); i++) {
		if (!str_eq_nocase(s, str_of(truths[i].word))) continue;
		*value = truths[i].value;
		*sure = truths[i].sure;
		return &truths[i];
	}
	return NULL;
}

static uint32_t truth_readings(struct str s)
{
	bool value;
	bool sure;
	if (!truth_of(s, &value, &sure)) return 0;
	return sure ? SPELL(BOOL) | SPELL(BOOL_WORD) : SPELL(BOOL_WORD);
}

bool spell_bool(struct str s, bool *out)
{
	bool sure;
	return truth_of(s, out, &sure) != NULL;
}

/* --- points and shapes --------------------------------------------------------------------------- */

/* Degrees: digits with a point, no exponent, no mark of thousands. */
static bool degrees(struct str s, double most, double *out)
{
	s = str_trim(s);
	struct number x;
	if (!scan(s, &x) || x.groups > 2 || x.has_exponent || (x.groups == 2 && x.mark[1] != '.')) return false;
	if (x.len[0] == 0 || x.len[0] > 3 || !whole_ok(s, &x, 1)) return false;
	return spell_real(s, SPELL_REAL, out) && *out >= -most && *out <= most;
}

bool spell_point(struct str s, enum spell_bit reading, double *lat, double *lon)
{
	ptrdiff_t comma = str_find_char(s, ',');
	if (comma <= 0 || s.n > 80) return false;
	struct str first = str_sub(s, 0, (size_t)comma);
	struct str second = str_from(s, (size_t)comma + 1);
	if (reading == SPELL_POINT) return degrees(first, 90, lat) && degrees(second, 180, lon);
	return degrees(first, 180, lon) && degrees(second, 90, lat);
}

static uint32_t point_readings(struct str s)
{
	double lat;
	double lon;
	uint32_t found = 0;
	if (spell_point(s, SPELL_POINT, &lat, &lon)) found |= SPELL(POINT);
	if (spell_point(s, SPELL_POINT_LONLAT, &lat, &lon)) found |= SPELL(POINT_LONLAT);
	return found;
}

static uint32_t shape_readings(struct str s)
{
	if (s.p[0] == '{')
		return str_find(str_sub(s, 0, 4096), STR("\"type\"")) >= 0 &&
		       (str_find(s, STR("\"coordinates\"")) >= 0 || str_find(s, STR("\"geometries\"")) >= 0)
			? SPELL(SHAPE_JSON) : 0;
	static const char *const words[] = { "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING",
		"MULTIPOLYGON", "GEOMETRYCOLLECTION" };
	ptrdiff_t open = str_find_char(str_sub(s, 0, 40), '(');
	if (open < 5 || s.p[s.n - 1] != ')') return 0;
	struct str word = str_trim(str_sub(s, 0, (size_t)open));
	if (str_ends(word, STR(" Z"))) word = str_trim(str_sub(word, 0, word.n - 2));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(word, str_of(words[i]))) return SPELL(SHAPE_WKT);
	return 0;
}

/* --- the question ------------------------------------------------------------------------------- */

/* Plain whole numbers are most cells of most files; this sees them in one short loop. */
static inline bool is_short_int(struct str s)
{
	if (s.n == 0 || s.n > 15) return false;
	size_t i = s.p[0] == '-';
	if (i == s.n || (s.p[i] == '0' && (s.n > 1))) return false;
	for (; i < s.n; i++)
		if (!is_digit(s.p[i])) return false;
	return true;
}

uint32_t spell_readings(struct str s, uint32_t wanted)
{
	uint32_t found = 0;
	if (s.n == 0 || wanted == 0) return 0;
	if (is_short_int(s)) {
		found = EVERY_WHOLE;
		if (s.n == 1) found |= truth_readings(s);
		/* 2017 and 20170131 are dates only where nothing else is asked for. */
		if (!(wanted & SPELL_INTS)) found |= spell_date_readings(s);
		return found & wanted;
	}
	unsigned char c = (unsigned char)s.p[0];
	bool number_like = is_digit((char)c) || c == '-' || c == '.' || c == ',' || c == 0xe2 || c == '$' || c == 0xc2;
	if (number_like) {
		if (wanted & SPELL_NUMBERS) found |= number_readings(s);
		if (wanted & (SPELL_DATES | SPELL_TIMES)) found |= spell_date_readings(s);
		if (wanted & SPELL_POINTS) found |= point_readings(s);
		if (wanted & SPELL(BOOL_WORD)) found |= truth_readings(s);
		return found & wanted;
	}
	if (wanted & (SPELL(BOOL) | SPELL(BOOL_WORD))) found |= truth_readings(s);
	if (wanted & (SPELL(DATE_NAMED) | SPELL(TIME_NAMED))) found |= spell_date_readings(s);
	if (wanted & SPELL_SHAPES) found |= shape_readings(s);
	return found & wanted;
}

bool spell_is_null_word(struct str s)
{
	static const char *const words[] = { "NA", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "-", "--", "#N/A", "\\N", "n/c", "N/C", "n/d", "N/D",
		"n.c.", "n.d.", "nc", "NC", "nd", "ND", "s/o", "k.A." };
	if (s.n > 4) return false;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(s, str_of(words[i]))) return true;
	return false;
}

bool spell_is_withheld_word(struct str s)
{
	static const char *const words[] = { "N/A", "n/a", "n/c", "N/C", "n/d", "N/D", "n.c.", "n.d.", "nc", "NC", "nd", "ND", "s/o", "k.A." };
	for (size_t i = 0; s.n <= 4 && i < COUNT_OF(words); i++)
		if (str_eq(s, str_of(words[i]))) return true;
	return false;
}

uint32_t spell_of_type(enum value_type t)
{
	switch (t) {
	case VALUE_INT: return SPELL_NUMBERS;
	case VALUE_DOUBLE: return SPELL_NUMBERS;
	case VALUE_BOOL: return SPELL(BOOL) | SPELL(BOOL_WORD);
	case VALUE_DATE: return SPELL_DATES | SPELL_TIMES;
	case VALUE_DATETIME: return SPELL_TIMES;
	case VALUE_POINT: return SPELL_POINTS;
	case VALUE_SHAPE: return SPELL_SHAPES;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_TYPES: return 0;
	}
	return 0;
}

enum value_type spell_type(enum spell_bit reading)
{
	uint32_t bit = 1u << reading;
	if (bit & SPELL_INTS) return VALUE_INT;
	if (bit & SPELL_REALS) return VALUE_DOUBLE;
	if (bit & (SPELL(BOOL) | SPELL(BOOL_WORD))) return VALUE_BOOL;
	if (bit & SPELL_DATES) return VALUE_DATE;
	if (bit & SPELL_TIMES) return VALUE_DATETIME;
	if (bit & SPELL_POINTS) return VALUE_POINT;
	return bit & SPELL_SHAPES ? VALUE_SHAPE : VALUE_TEXT;
}

/* --- casts of numbers ---------------------------------------------------------------------------- */

bool spell_int(struct str s, enum spell_bit reading, int64_t *out)
{
	if (is_short_int(s)) {
		int64_t v = 0;
		for (size_t i = s.p[0] == '-'; i < s.n; i++) v = v * 10 + (s.p[i] - '0');
		*out = s.p[0] == '-' ? -v : v;
		return true;
	}
	struct number x;
	s = spell_bare(s, NULL);
	if (!(number_readings(s) & SPELL_INTS & (1u << reading))) return false;
	if (!scan(s, &x)) return false;
	int64_t v = 0;
	for (int g = 0; g < x.groups; g++) {
		for (size_t i = 0; i < x.len[g]; i++) {
			int digit = s.p[x.at[g] + i] - '0';
			if (num_mul(&v, v, 10) || num_sub(&v, v, digit)) return false; /* counted downwards: the least fits */
		}
	}
	if (!x.minus && num_sub(&v, (int64_t)0, v)) return false;
	*out = v;
	return true;
}

/* Digits and a power of ten that a double holds exactly give the right double by one division. */
static bool exact_real(const char *digits, size_t n, size_t decimals, bool minus, double *out)
{
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
		1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	if (n > 18 || decimals >= COUNT_OF(tens)) return false;
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++) v = v * 10 + (uint64_t)(digits[i] - '0');
	if (v > (uint64_t)1 << 53) return false;
	double d = (double)v / tens[decimals];
	*out = minus ? -d : d;
	return true;
}

bool spell_real(struct str s, enum spell_bit reading, double *out)
{
	struct number x;
	s = spell_bare(s, NULL);
	if (!scan(s, &x)) return false;
	if (x.groups == 1 && !x.has_exponent) {
		/* A whole number has every reading of a number; one too long to be exact was never proved. */
		if (x.len[0] > 15 || (x.len[0] > 1 && s.p[x.at[0]] == '0')) return false;
		return exact_real(s.p + x.at[0], x.len[0], 0, x.minus, out);
	}
	if (reading != SPELL_REAL && !(number_readings(s) & (1u << reading))) return false;
	if (reading == SPELL_REAL && (x.groups > 2 || (x.groups == 2 && x.mark[1] != '.') || !whole_ok(s, &x, 1)))
		return false;
	bool comma = reading == SPELL_REAL_COMMA || reading == SPELL_REAL_TH_POINT || reading == SPELL_REAL_TH_BLANK_COMMA;
	bool decimals = x.groups > 1 && x.mark[x.groups - 1] == (comma ? ',' : '.');
	char clean[MAX_NUMBER + 2];
	size_t n = 0;
	for (int g = 0; g < x.groups; g++) {
		memcpy(clean + n, s.p + x.at[g], x.len[g]);
		n += x.len[g];
	}
	size_t fraction = decimals ? x.len[x.groups - 1] : 0;
	if (!x.has_exponent && exact_real(clean, n, fraction, x.minus, out)) return true;
	/* Spelled out again with a point for the exact conversion. */
	char again[2 * MAX_NUMBER];
	size_t m = 0;
	if (x.minus) again[m++] = '-';
	size_t whole = n - fraction;
	if (whole == 0) again[m++] = '0';
	memcpy(again + m, clean, whole);
	m += whole;
	again[m++] = '.';
	memcpy(again + m, clean + whole, fraction);
	m += fraction;
	if (fraction == 0) again[m++] = '0';
	if (x.has_exponent) {
		size_t from = (size_t)x.at[x.groups - 1] + x.len[x.groups - 1];
		memcpy(again + m, s.p + from, s.n - from);
		m += s.n - from;
	}
	return text_to_double(str_make(again, m), out);
}

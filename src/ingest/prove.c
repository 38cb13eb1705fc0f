/* Proof by elimination: a column starts with every reading, each cell strikes out those it does not
 * have, and what is left at the end is true of the whole file. */
#include "ingest/prove.h"
#include "geo/geo.h"
#include "text/text.h"

static bool some(uint32_t mask, uint32_t bits) { return (mask & bits) != 0; }

void proof_init(struct proof *p, struct arena *a, const struct field *declared, bool count_values)
{
	*p = (struct proof){ .mask = SPELL_FREE, .only_points = true };
	if (declared) {
		p->wanted = spell_of_type(declared->type);
		p->fits = arena_array(a, int64_t, SPELL_BITS);
		p->mask = 0;
	}
	if (count_values) p->values = arena_array(a, uint64_t, 2 * PROOF_VALUES);
	else p->many = true;
}

/* --- different values ----------------------------------------------------------------------------- */

static void count_value(struct proof *p, struct str s)
{
	if (s.n > 100) {
		p->many = true;
		return;
	}
	uint64_t h = map_hash(s) | 1;
	for (size_t i = h % (2 * PROOF_VALUES);; i = (i + 1) % (2 * PROOF_VALUES)) {
		if (p->values[i] == h) return;
		if (p->values[i]) continue;
		p->values[i] = h;
		if (++p->nvalues > PROOF_VALUES) p->many = true;
		return;
	}
}

/* --- one cell ------------------------------------------------------------------------------------- */

static uint32_t allowed_by(enum cell_kind kind)
{
	switch (kind) {
	case CELL_FREE: return ~0u;
	case CELL_STRING: return SPELL_DATES | SPELL_TIMES | SPELL_POINTS | SPELL(SHAPE_WKT);
	case CELL_NUMBER: return SPELL(INT) | SPELL(REAL);
	case CELL_TRUTH: return SPELL(BOOL) | SPELL(BOOL_WORD);
	case CELL_SHAPE:
	case CELL_NEST: return SPELL(SHAPE_JSON);
	case CELL_NONE:
	case CELL_LIST: return 0;
	}
	return 0;
}

static void note_text(struct proof *p, struct arena *a, const struct cell *c, int64_t row)
{
	p->before = p->mask;
	p->filled_before = p->filled - 1;
	p->text_row = row;
	p->text_value = arena_str(a, text_cut(c->text, 40));
}

/* The readings that are left when the sign beside a number is not that of those before. */
static uint32_t agree(struct proof *p, struct str s, uint32_t found)
{
	enum spell_sign sign;
	spell_bare(s, &sign);
	if (sign == SPELL_SIGN_NONE) return found;
	if (p->sign == SPELL_SIGN_NONE) p->sign = sign;
	if (p->sign != sign) return found & ~SPELL_NUMBERS;
	p->nsigned++;
	return found;
}

static void count_fits(struct proof *p, const struct cell *c)
{
	/* With a schema even a string of a typed format may be a number: the publisher said so. */
	uint32_t found = spell_readings(c->text, p->wanted);
	if (found == 0 && spell_is_null_word(c->text)) p->null_words++;
	if (found & SPELL_NUMBERS) found = agree(p, c->text, found);
	for (; found; found &= found - 1) p->fits[__builtin_ctz(found)]++;
}

static void keep_range(struct proof *p, const struct cell *c)
{
	double v;
	if (!spell_real(c->text, p->mask & SPELL(REAL) ? SPELL_REAL : SPELL_REAL_COMMA, &v)) return;
	bool first = p->filled == 1;
	ptrdiff_t mark = num_max(str_rfind_char(c->text, '.'), str_rfind_char(c->text, ','));
	if (mark >= 0) p->decimals = num_max(p->decimals, (int)(c->text.n - (size_t)mark) - 1);
	if (first || v < p->low) p->low = v;
	if (first || v > p->high) p->high = v;
}

bool proof_is_point(struct str shape)
{
	ptrdiff_t at = str_find(shape, STR("\"type\""));
	if (at < 0) return false;
	struct str rest = str_trim(str_from(shape, (size_t)at + 6));
	if (rest.n && rest.p[0] == ':') rest = str_trim(str_from(rest, 1));
	return str_starts(rest, STR("\"Point\""));
}

void proof_cell(struct proof *p, struct arena *a, const struct cell *c, int64_t row)
{
	if (c->kind == CELL_NONE) return;
	p->filled++;
	if (!p->many) count_value(p, c->text);
	p->kinds |= 1u << c->kind;
	if (p->fits) {
		count_fits(p, c);
		return;
	}
	if (p->pledge && p->pledge->counting) pledge_cell(p->pledge, a, c, row, 0, 0, 0, p->sign);
	bool words = c->kind == CELL_FREE || c->kind == CELL_STRING;
	if (p->mask == 0) {
		if (!p->mix || p->mix->over) return;
		if (!words || !spell_is_null_word(c->text)) mix_cell(p->mix, c);
		else p->null_words++;
		return;
	}
	uint32_t found = spell_readings(c->text, p->mask & allowed_by(c->kind));
	if (found & SPELL_NUMBERS) found = agree(p, c->text, found);
	if (found == 0) {
		if (words && spell_is_null_word(c->text)) {
			p->null_words++;
			p->filled--;
			return;
		}
		note_text(p, a, c, row);
		if (words || c->kind == CELL_NUMBER) {
			p->mix = arena_new(a, struct mix);
			mix_begin(p->mix, p->before, p->filled_before, p->sign, p->nsigned);
			mix_cell(p->mix, c);
		}
	}
	if (p->pledge && !p->pledge->counting) pledge_cell(p->pledge, a, c, row, p->mask, p->filled - 1, found, p->sign);
	p->mask = found;
	if (!p->parted && some(found, SPELL(POINT))) p->parted = str_find_char(c->text, '.') >= 0 || str_find_char(c->text, ' ') >= 0;
	if (c->kind == CELL_SHAPE && p->only_points) p->only_points = proof_is_point(c->text);
	if (p->ranged && found) keep_range(p, c);
}

/* --- the verdict ---------------------------------------------------------------------------------- */


#define POINT_MARK (SPELL(REAL) | SPELL(REAL_TH_COMMA) | SPELL(REAL_TH_BLANK) | SPELL(REAL_TH_APOSTROPHE))
#define COMMA_MARK (SPELL(REAL_COMMA) | SPELL(REAL_TH_POINT) | SPELL(REAL_TH_BLANK_COMMA))
#define DMY (SPELL(DATE_DMY) | SPELL(TIME_DMY))
#define MDY (SPELL(DATE_MDY) | SPELL(TIME_MDY))

/* Of some readings, those that most cells have. */
static uint32_t best_fits(const struct proof *p, uint32_t among)
{
	int64_t most = 0;
	uint32_t best = 0;
	for (uint32_t i = 0; i < SPELL_BITS; i++)
		if (among & (1u << i)) most = num_max(most, p->fits[i]);
	for (uint32_t i = 0; i < SPELL_BITS && most > 0; i++)
		if ((among & (1u << i)) && p->fits[i] == most) best |= 1u << i;
	return best;
}

void proof_testify(const struct proof *p, struct evidence *v)
{
	if (p->filled == 0) return;
	uint32_t m = p->mask;
	if (p->fits) {
		/* A schema's column says what most of its cells say. */
		m = best_fits(p, ~0u);
	}
	if (!some(m, SPELL(INT))) {
		if (some(m, POINT_MARK) && !some(m, COMMA_MARK) && !some(m, SPELL_INTS)) v->point = true;
		if (some(m, COMMA_MARK) && !some(m, POINT_MARK) && !some(m, SPELL_INTS)) v->comma = true;
	}
	if (some(m, DMY) && !some(m, MDY)) v->dmy = true;
	if (some(m, MDY) && !some(m, DMY)) v->mdy = true;
}

static enum spell_bit lowest(uint32_t bits) { return (enum spell_bit)__builtin_ctz(bits); }

/* A mark that may part thousands or decimals in every cell: 1.234 or 1,234. */
static bool open_mark(uint32_t m, const struct evidence *v, struct load *l, struct str label, enum spell_bit *out)
{
	bool point = some(m, SPELL(INT_POINT)) && some(m, SPELL(REAL));
	bool comma = some(m, SPELL(INT_COMMA)) && some(m, SPELL(REAL_COMMA));
	if (!point && !comma) {
		*out = lowest(m & (m & SPELL_INTS ? SPELL_INTS : SPELL_REALS));
		return true;
	}
	enum spell_bit whole = point ? SPELL_INT_POINT : SPELL_INT_COMMA;
	enum spell_bit real = point ? SPELL_REAL : SPELL_REAL_COMMA;
	bool says_real = point ? v->point && !v->comma : v->comma && !v->point;
	bool says_whole = point ? v->comma && !v->point : v->point && !v->comma;
	if (!says_real && !says_whole && point && v->delimiter != ';') says_real = true;
	if (!says_real && !says_whole) {
		load_note(l, "Every number of “%.*s” looks like %s: it may mean thousands or three decimals. It was kept as "
		             "text; give a schema (int or double) to decide.", STR_ARG(label), point ? "1.234" : "1,234");
		return false;
	}
	*out = says_real ? real : whole;
	return true;
}

static bool open_order(uint32_t m, const struct evidence *v, struct load *l, struct str label, enum spell_bit *out)
{
	uint32_t dates = m & (SPELL_DATES & m ? SPELL_DATES : SPELL_TIMES);
	if (!(some(dates, DMY) && some(dates, MDY))) {
		*out = lowest(dates);
		return true;
	}
	if (v->dmy == v->mdy) {
		load_note(l, "The dates of “%.*s” can be read day/month/year or month/day/year: no part of any is over 12. "
		             "They were kept as text until somebody says which comes first.", STR_ARG(label));
		return false;
	}
	if (v->before)
		load_note(l, "The dates of “%.*s” can be read both ways; they were read %s, as in the version published last.", STR_ARG(label),
		          v->dmy ? "day first" : "month first");
	else
		load_note(l, "The dates of “%.*s” can be read both ways; they were read %s, as another column of the file is.",
		          STR_ARG(label), v->dmy ? "day first" : "month first");
	*out = lowest(dates & (v->dmy ? DMY : MDY));
	return true;
}

/* "48,85 N", "48°51'24\"": none of the readings, and yet a number. "N 12" may be a road where its column does not say more. */
static bool is_degrees(struct str label, struct str s)
{
	static const char *const words[] = { "lat", "lon", "lng", "coord", "gps" };
	struct geo_degrees d;
	auto_buf b = BUF_INIT(4096);
	bool meant = str_find(s, STR("°")) >= 0;
	text_fold(&b, label);
	for (size_t i = 0; i < COUNT_OF(words); i++) meant |= str_starts(buf_str(&b), str_of(words[i]));
	return meant && !geo_degrees(s, &d);
}

static void explain_text(const struct proof *p, struct load *l, struct str label)
{
	if (p->filled_before == 0 && p->text_row && is_degrees(label, p->text_value))
		load_note(l, "“%.*s” holds degrees, as “%.*s” in row %lld, and was kept as text; the processor “Convert degrees” makes numbers "
		             "and places of them.", STR_ARG(label), STR_ARG(p->text_value), (long long)p->text_row);
	if (p->filled_before < 8 || !p->text_row) return;
	uint32_t b = p->before;
	if (!some(b, SPELL_NUMBERS | SPELL_DATES | SPELL_TIMES | SPELL(BOOL) | SPELL(POINT))) return;
	load_note(l, "“%.*s” is text because of “%.*s” in row %lld; the %lld values before it are %s.", STR_ARG(label),
	          STR_ARG(p->text_value), (long long)p->text_row, (long long)p->filled_before,
	          some(b, SPELL_NUMBERS) ? "numbers" : some(b, SPELL_DATES | SPELL_TIMES) ? "dates" : some(b, SPELL(BOOL)) ? "true or false" : "places");
}

/* Numbers or dates but for a few cells, which are told. */
static bool mostly(const struct proof *p, struct load *l, struct str label, const struct evidence *v, struct verdict *out)
{
	if (!p->mix || p->kinds & ~(1u << CELL_FREE | 1u << CELL_STRING | 1u << CELL_NUMBER)) return false;
	struct mix_verdict m = mix_verdict(p->mix);
	bool dates = m.type == VALUE_DATE || m.type == VALUE_DATETIME;
	if (m.open && dates && v->dmy != v->mdy) {
		m.open = false;
		if (v->mdy) m.reading = m.type == VALUE_DATE ? SPELL_DATE_MDY : SPELL_TIME_MDY;
	}
	if (!mix_is_plain(p->mix, &m)) return false;
	*out = (struct verdict){ .type = m.type, .reading = m.reading, .sign = p->mix->sign, .sign_needed = p->mix->sign == SPELL_SIGN_PERCENT };
	if (m.fits < m.seen)
		load_note(l, "“%.*s” was read as %s: %lld of %lld values are. Those that are not, such as “%.*s” in row %lld, are left empty and listed.",
		          STR_ARG(label), dates ? "dates" : "numbers", (long long)m.fits, (long long)m.seen, STR_ARG(p->text_value), (long long)p->text_row);
	return true;
}

/* What is called SIRET or SIREN is a code, though no value begins with a zero this time: its type is not to change with the next file. */
static bool is_number_of_firm(const struct proof *p, struct str label)
{
	auto_buf b = BUF_INIT(4096);
	if (p->sign || p->nsigned) return false;
	text_fold(&b, label);
	return str_find(buf_str(&b), STR("siret")) >= 0 || str_find(buf_str(&b), STR("siren")) >= 0;
}

/* Percentages among which many numbers have no sign may be parts of one and of a hundred. */
static bool half_signed(const struct proof *p, struct load *l, struct str label)
{
	if (p->sign != SPELL_SIGN_PERCENT || p->nsigned * 10 >= p->filled * 9) return false;
	load_note(l, "Some numbers of “%.*s” have a percent sign and others have none, so it was kept as text.", STR_ARG(label));
	return true;
}

struct verdict proof_verdict(const struct proof *p, struct load *l, struct str label, const struct evidence *v)
{
	struct verdict text = { .type = VALUE_TEXT };
	uint32_t m = p->mask;
	enum spell_bit reading = 0;
	bool nested = p->kinds & (1u << CELL_NEST);
	if (p->filled == 0) return text;
	/* XML: an element that is a plain text here and has attributes there. */
	if (nested && p->kinds & (1u << CELL_FREE)) return text;
	if (nested && !some(m, SPELL(SHAPE_JSON))) return (struct verdict){ .type = VALUE_JSON };
	if (p->kinds & (1u << CELL_LIST)) return (struct verdict){ .type = VALUE_TEXT, .list = true };
	if (m == 0) {
		if (mostly(p, l, label, v, &text)) return text;
		explain_text(p, l, label);
		return text;
	}
	if (some(m, SPELL_NUMBERS) && (is_number_of_firm(p, label) || half_signed(p, l, label))) return text;
	if (some(m, SPELL(INT))) reading = SPELL_INT;
	else if (some(m, SPELL_NUMBERS)) {
		if (!open_mark(m, v, l, label, &reading)) return text;
	} else if (some(m, SPELL(BOOL))) reading = SPELL_BOOL;
	else if (some(m, SPELL_DATES | SPELL_TIMES)) {
		if (!open_order(m, v, l, label, &reading)) return text;
	} else reading = lowest(m);
	if (reading == SPELL_POINT && !p->parted) {
		load_note(l, "The values of “%.*s” may be places or numbers with a decimal comma, so it was kept as text; choose its type under Schema.", STR_ARG(label));
		return text;
	}
	return (struct verdict){ .type = spell_type(reading), .reading = reading, .sign = p->sign, .sign_needed = p->sign == SPELL_SIGN_PERCENT };
}

/* --- with a schema --------------------------------------------------------------------------------- */

struct verdict proof_declared(const struct proof *p, struct load *l, const struct field *f, const struct evidence *v)
{
	struct verdict out = { .type = f->type, .list = f->flags & FIELD_MULTIVALUED };
	uint32_t every = spell_of_type(f->type);
	if (every) out.reading = lowest(every);
	if (!p->wanted) return out;
	out.sign = p->sign;
	/* A whole number among decimals is still whole: decimals are what gets rejected. */
	uint32_t best = f->type == VALUE_INT ? best_fits(p, SPELL_INTS) : 0;
	if (!best) best = best_fits(p, ~0u);
	if (!best) best = f->type == VALUE_DATE ? SPELL(DATE_YMD) : f->type == VALUE_DATETIME ? SPELL(TIME_YMD)
	                : f->type == VALUE_DOUBLE ? SPELL(REAL) : p->wanted;
	if (f->type == VALUE_DATE && some(best, SPELL_DATES)) best &= SPELL_DATES;
	if (f->type == VALUE_DOUBLE && some(best, SPELL_REALS)) best &= SPELL_REALS;
	if (some(best, DMY) && some(best, MDY)) {
		bool month_first = v->mdy && !v->dmy;
		if (!v->dmy && !v->mdy)
			load_note(l, "The dates of “%.*s” can be read day/month/year or month/day/year: no part of any is over "
			             "12. They were read day first.", STR_ARG(f->label));
		best &= month_first ? MDY : DMY;
	}
	bool comma = v->comma && !v->point;
	if (f->type == VALUE_DOUBLE && comma && some(best, COMMA_MARK)) best &= COMMA_MARK;
	out.reading = lowest(best);
	return out;
}

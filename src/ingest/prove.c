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

static void count_mark(struct proof *p, struct arena *a, int64_t *counts, int mark, struct str s, int64_t row)
{
	counts[mark]++;
	if (p->marks.odd_row[mark]) return;
	p->marks.odd[mark] = arena_str(a, text_cut(s, 40));
	p->marks.odd_row[mark] = row;
}

/* By all readings of a number, whatever those before it have left. */
static void count_marks(struct proof *p, struct arena *a, struct str s, uint32_t every, int64_t row)
{
	struct marks *m = &p->marks;
	if (every & SPELL(INT)) m->plain++;
	else if (every & SPELL(INT_POINT)) count_mark(p, a, every & SPELL(REAL) ? m->open : m->grouped, MARK_POINT, s, row);
	else if (every & SPELL(INT_COMMA)) count_mark(p, a, every & SPELL(REAL_COMMA) ? m->open : m->grouped, MARK_COMMA, s, row);
	else if (every & SPELL(REAL)) count_mark(p, a, m->decimal, MARK_POINT, s, row);
	else if (every & SPELL(REAL_COMMA)) count_mark(p, a, m->decimal, MARK_COMMA, s, row);
	else if (every & SPELL(REAL_TH_POINT)) m->grouped[MARK_POINT]++;
	else if (every & SPELL(REAL_TH_COMMA)) m->grouped[MARK_COMMA]++;
}

static void count_null(struct proof *p, struct arena *a, struct str word)
{
	if (p->null_words++ == 0) p->null_word = arena_str(a, word);
}

/* Cells that are figures alone, as a file without types has them. */
static void watch_figures(struct proof *p, const struct cell *c)
{
	bool bare = c->kind == CELL_FREE && c->text.n < 100 && p->mask & SPELL(INT) && c->text.p[0] != '-';
	uint8_t n = bare ? (uint8_t)c->text.n : 255;
	p->figures = p->figures == 0 || p->figures == n ? n : 255;
}

static void watch_years(struct proof *p, struct arena *a, struct str s, uint32_t found)
{
	static const uint32_t parted = SPELL(DATE_DMY) | SPELL(DATE_MDY) | SPELL(TIME_DMY) | SPELL(TIME_MDY);
	if (!p->short_year.n && found & parted && spell_short_year(s)) p->short_year = arena_str(a, text_cut(s, 40));
}

static void count_fits(struct proof *p, struct arena *a, const struct cell *c, int64_t row)
{
	/* With a schema even a string of a typed format may be a number: the publisher said so. */
	uint32_t found = spell_readings(c->text, p->wanted);
	if (found == 0 && spell_is_null_word(c->text)) count_null(p, a, c->text);
	watch_years(p, a, c->text, found);
	if (found & SPELL_NUMBERS) found = agree(p, c->text, found);
	if (found & SPELL_NUMBERS) count_marks(p, a, c->text, found, row);
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
		count_fits(p, a, c, row);
		return;
	}
	if (p->pledge && p->pledge->counting) pledge_cell(p->pledge, a, c, row, 0, 0, 0, p->sign);
	bool words = c->kind == CELL_FREE || c->kind == CELL_STRING;
	if (p->mask == 0) {
		bool live = p->mix && !p->mix->over;
		if (!live && !(p->pledge && p->pledge->counting)) return;
		if (words && spell_is_null_word(c->text)) count_null(p, a, c->text);
		else if (live) mix_cell(p->mix, c);
		return;
	}
	bool numbers = some(p->mask, SPELL_NUMBERS);
	uint32_t every = spell_readings(c->text, (numbers ? p->mask | SPELL_NUMBERS : p->mask) & allowed_by(c->kind));
	uint32_t found = every & p->mask;
	if (found & SPELL_NUMBERS) found = agree(p, c->text, found);
	if (found == 0) {
		if (words && spell_is_null_word(c->text)) {
			count_null(p, a, c->text);
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
	if (some(found, SPELL_NUMBERS)) count_marks(p, a, c->text, every, row);
	if (p->coded && p->figures != 255) watch_figures(p, c);
	watch_years(p, a, c->text, found);
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

/* 1.100, 2.101 … a thousand times, and one 7,5: the one does not turn all others into thousands. Where numbers have no mark either, it is one. */
static bool by_few(const struct marks *m, int mark)
{
	int64_t others = m->decimal[!mark] + m->open[!mark];
	return others && others * 9 < m->open[mark] && m->plain * 9 < m->open[mark];
}

static bool is_doubtful(const struct proof *p, int *mark)
{
	const struct marks *m = &p->marks;
	if (m->grouped[MARK_POINT] || m->grouped[MARK_COMMA]) return false;
	for (*mark = MARK_POINT; *mark < MARK_KINDS; ++*mark)
		if (!m->decimal[*mark] && by_few(m, *mark)) return true;
	return false;
}

bool proof_marks_open(const struct proof *p, int *mark)
{
	const struct marks *m = &p->marks;
	if (!p->fits && !p->mask) return false;
	if (is_doubtful(p, mark)) return true;
	if (m->grouped[MARK_POINT] || m->grouped[MARK_COMMA]) return false;
	*mark = m->open[MARK_COMMA] > m->open[MARK_POINT] ? MARK_COMMA : MARK_POINT;
	return m->open[*mark] && !m->decimal[MARK_POINT] && !m->decimal[MARK_COMMA];
}

void proof_testify(const struct proof *p, struct evidence *v)
{
	if (p->filled == 0) return;
	uint32_t m = p->mask;
	if (p->fits) {
		/* A schema's column says what most of its cells say. */
		m = best_fits(p, ~0u);
	}
	int mark;
	if (!some(m, SPELL(INT)) && !is_doubtful(p, &mark)) {
		if (some(m, POINT_MARK) && !some(m, COMMA_MARK) && !some(m, SPELL_INTS)) v->point = true;
		if (some(m, COMMA_MARK) && !some(m, POINT_MARK) && !some(m, SPELL_INTS)) v->comma = true;
	}
	/* 1.200.000: what parts thousands parts no decimals. */
	if (some(m, SPELL(INT_POINT)) && !some(m, SPELL(INT_COMMA) | SPELL(REAL)) && p->marks.grouped[MARK_POINT]) v->comma = true;
	if (some(m, SPELL(INT_COMMA)) && !some(m, SPELL(INT_POINT) | SPELL(REAL_COMMA)) && p->marks.grouped[MARK_COMMA]) v->point = true;
	if (some(m, DMY) && !some(m, MDY)) v->dmy = true;
	if (some(m, MDY) && !some(m, DMY)) v->mdy = true;
}

static enum spell_bit lowest(uint32_t bits) { return (enum spell_bit)__builtin_ctz(bits); }

/* Where a few numbers are written otherwise and nothing in the file agrees with them, they are what is left empty. */
static void tell_few(const struct proof *p, struct load *l, struct str label, int mark)
{
	load_note(l, "The numbers of “%.*s” were read with a decimal %s, as nearly all of them may be; those that cannot, such as “%.*s” in row %lld, were left empty and listed. If “%.*s” means "
	             "thousands, choose the decimal mark for the field under Schema.", STR_ARG(label), mark == MARK_POINT ? "point" : "comma", STR_ARG(p->marks.odd[!mark]),
	          (long long)row_number(p->marks.odd_row[!mark]), STR_ARG(p->marks.odd[mark]));
}

/* A mark that may part thousands or decimals in every cell, or nearly: 1.234 or 1,234. */
static bool open_mark(const struct proof *p, const struct evidence *v, struct load *l, struct str label, enum spell_bit *out)
{
	uint32_t m = p->mask;
	int few;
	bool doubtful = is_doubtful(p, &few);
	bool both = p->marks.open[MARK_POINT] && p->marks.open[MARK_COMMA] && some(m, SPELL(REAL_TH_POINT)) && some(m, SPELL(REAL_TH_COMMA));
	bool point = doubtful ? few == MARK_POINT : some(m, SPELL(INT_POINT)) && some(m, SPELL(REAL));
	bool comma = doubtful ? few == MARK_COMMA : some(m, SPELL(INT_COMMA)) && some(m, SPELL(REAL_COMMA));
	if (!point && !comma && !(both && v->point == v->comma)) {
		if (both) *out = v->point ? SPELL_REAL_TH_COMMA : SPELL_REAL_TH_POINT;
		else *out = lowest(m & (m & SPELL_INTS ? SPELL_INTS : SPELL_REALS));
		return true;
	}
	if (!point && !comma) {
		load_note(l, "The numbers of “%.*s” have points and commas, such as “%.*s” and “%.*s”, and either may part thousands. They were kept as text; choose the type and the decimal mark "
		             "for the field under Schema.", STR_ARG(label), STR_ARG(p->marks.odd[MARK_POINT]), STR_ARG(p->marks.odd[MARK_COMMA]));
		return false;
	}
	enum spell_bit whole = point ? SPELL_INT_POINT : SPELL_INT_COMMA;
	enum spell_bit real = point ? SPELL_REAL : SPELL_REAL_COMMA;
	if (doubtful) whole = point ? SPELL_REAL_TH_POINT : SPELL_REAL_TH_COMMA;
	bool says_real = point ? v->point && !v->comma : v->comma && !v->point;
	bool says_whole = point ? v->comma && !v->point : v->point && !v->comma;
	if (!says_real && !says_whole && point && v->delimiter != ';') says_real = true;
	if (!says_real && !says_whole) {
		if (doubtful)
			load_note(l, "Nearly every number of “%.*s” looks like %s: it may mean thousands or three decimals. It was kept as text; choose the type and the decimal mark for the field "
			             "under Schema.", STR_ARG(label), point ? "1.234" : "1,234");
		else
			load_note(l, "Every number of “%.*s” looks like %s: it may mean thousands or three decimals. It was kept as text; choose the type and the decimal mark for the field under Schema.",
			          STR_ARG(label), point ? "1.234" : "1,234");
		return false;
	}
	*out = says_real ? real : whole;
	if (doubtful && says_real) tell_few(p, l, label, few);
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

bool proof_means_codes(struct str label)
{
	static const char *const words[] = { "code", "codes", "id", "ids", "identifiant", "identifier", "identifiants", "tel", "telephone", "phone", "telefon", "telefono",
		"mobile", "fax", "insee", "iban", "isbn", "issn", "ean", "ean13", "gtin", "upc", "barcode", "uai", "finess", "rna", "rpps", "nir", "tva", "vat", "cadastre",
		"parcelle", "matricule", "imei", "isni", "orcid", "nuts", "geoid", "inspire", "prm", "pdl", "pce" };
	auto_buf b = BUF_INIT(4096);
	text_fold(&b, label);
	struct str rest = buf_str(&b);
	while (rest.n) {
		size_t n = 0;
		while (n < rest.n && ((rest.p[n] >= 'a' && rest.p[n] <= 'z') || (rest.p[n] >= '0' && rest.p[n] <= '9'))) n++;
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (str_eq(str_sub(rest, 0, n), str_of(words[i]))) return true;
		rest = str_from(rest, num_min(n + 1, rest.n));
	}
	return false;
}

/* Nine figures and more in every cell of a column that is called so: nobody counts or measures with them, and the next file may have one with a zero in front. */
static bool is_code(const struct proof *p, struct load *l, struct str label)
{
	enum { LEAST = 9 };
	if (!p->coded || p->figures < LEAST || p->figures == 255 || p->filled < 2 || p->sign || p->nsigned) return false;
	load_note(l, "Every value of “%.*s” has %d figures, and its name is that of codes, so it was kept as text. If it counts something, choose Whole number for the field under Schema.",
	          STR_ARG(label), p->figures);
	return true;
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
	if (some(m, SPELL_NUMBERS) && (is_number_of_firm(p, label) || is_code(p, l, label) || half_signed(p, l, label))) return text;
	if (some(m, SPELL(INT))) reading = SPELL_INT;
	else if (some(m, SPELL_NUMBERS)) {
		if (!open_mark(p, v, l, label, &reading)) return text;
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

/* Longitude first only where latitude first fits nothing, or fails for several and a quarter of the cells. */
static uint32_t order_of_points(const struct proof *p, uint32_t best, struct load *l, struct str label)
{
	int64_t lat = p->fits[SPELL_POINT];
	int64_t beyond = p->fits[SPELL_POINT_LONLAT] - lat;
	if (!some(best, SPELL_POINTS)) return best;
	if (lat > 0 && (beyond < 2 || beyond * 4 < p->fits[SPELL_POINT_LONLAT])) return SPELL(POINT);
	if (beyond > 0)
		load_note(l, "The places of “%.*s” were read as longitude, latitude: as latitude, longitude %lld of them would be beyond 90 degrees.", STR_ARG(label), (long long)beyond);
	return best;
}

/* The readings of numbers with decimals, by the mark that the file or its publisher says. */
static uint32_t by_mark(const struct proof *p, uint32_t best, const struct evidence *v, struct load *l, struct str label)
{
	bool comma = v->comma && !v->point;
	bool point = v->point && !v->comma;
	int few;
	if (is_doubtful(p, &few) && !(few == MARK_POINT ? comma : point)) {
		if (!comma && !point) tell_few(p, l, label, few);
		return few == MARK_POINT ? SPELL(REAL) : SPELL(REAL_COMMA);
	}
	if (comma && some(best, COMMA_MARK)) return best & COMMA_MARK;
	if (point && some(best, POINT_MARK)) return best & POINT_MARK;
	return best;
}

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
			load_note(l, "The dates of “%.*s” can be read day/month/year or month/day/year: as many fit the one as the other. They were read day first.", STR_ARG(f->label));
		best &= month_first ? MDY : DMY;
	}
	if (f->type == VALUE_POINT) best = order_of_points(p, best, l, f->label);
	if (f->type == VALUE_DOUBLE && some(best, SPELL_REALS)) best = by_mark(p, best, v, l, f->label);
	out.reading = lowest(best);
	return out;
}

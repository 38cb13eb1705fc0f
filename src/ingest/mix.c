/* Counting what single cells are. Numbers are counted by reading, since one mark of decimals holds for a column; dates by order, since those
 * that leave nothing open go with either. */
#include "ingest/mix.h"

enum { TRIAL = 64, LEAST = 10 };

#define SURE (SPELL(DATE_YMD) | SPELL(DATE_NAMED) | SPELL(TIME_YMD) | SPELL(TIME_NAMED))
#define DMY (SPELL(DATE_DMY) | SPELL(TIME_DMY))
#define MDY (SPELL(DATE_MDY) | SPELL(TIME_MDY))

static void add(struct mix *m, uint32_t readings, int64_t cells)
{
	for (uint32_t r = readings; r; r &= r - 1) m->fits[__builtin_ctz(r)] += cells;
	if (readings & (SURE | DMY)) m->day_first += cells;
	if (readings & (SURE | MDY)) m->month_first += cells;
	if (readings & SPELL_TIMES && !(readings & SPELL_DATES)) m->timed += cells;
}

void mix_begin(struct mix *m, uint32_t before, int64_t cells, enum spell_sign sign, int64_t nsigned)
{
	*m = (struct mix){ .seen = cells, .sign = sign, .nsigned = nsigned };
	if (cells > 0) add(m, before & (SPELL_NUMBERS | SPELL_DATES | SPELL_TIMES), cells);
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9') return true;
	return false;
}

/* Strings of a format that has numbers of its own were meant as strings. */
static uint32_t readings_of(const struct mix *m, const struct cell *c, enum spell_sign *sign)
{
	uint32_t dates = SPELL_DATES | SPELL_TIMES;
	uint32_t found = spell_readings(c->text, c->kind == CELL_STRING ? dates : c->kind == CELL_NUMBER ? SPELL(INT) | SPELL(REAL) : dates | SPELL_NUMBERS);
	*sign = SPELL_SIGN_NONE;
	if (found & SPELL_NUMBERS) spell_bare(c->text, sign);
	if (*sign && m->sign && *sign != m->sign) found &= ~SPELL_NUMBERS;
	return found;
}

void mix_cell(struct mix *m, const struct cell *c)
{
	enum spell_sign sign;
	if (m->over) return;
	uint32_t found = readings_of(m, c, &sign);
	m->seen++;
	if (sign && found & SPELL_NUMBERS) m->sign = sign, m->nsigned++;
	if (!(found & SPELL_NUMBERS) && has_digit(c->text)) m->codes = true;
	add(m, found, 1);
	if (m->seen % TRIAL) return;
	struct mix_verdict v = mix_verdict(m);
	m->over = v.fits * 2 < m->seen;
}

static enum spell_bit most_of(const struct mix *m, uint32_t among, int64_t *count)
{
	enum spell_bit best = (enum spell_bit)__builtin_ctz(among);
	for (uint32_t r = among; r; r &= r - 1)
		if (m->fits[__builtin_ctz(r)] > m->fits[best]) best = (enum spell_bit)__builtin_ctz(r);
	*count = m->fits[best];
	return best;
}

static struct mix_verdict as_numbers(const struct mix *m)
{
	struct mix_verdict v = { .seen = m->seen };
	int64_t whole;
	int64_t real;
	enum spell_bit i = most_of(m, SPELL_INTS, &whole);
	enum spell_bit r = most_of(m, SPELL_REALS, &real);
	v.type = whole >= real ? VALUE_INT : VALUE_DOUBLE;
	v.reading = whole >= real ? i : r;
	v.fits = num_max(whole, real);
	/* 1.234 may be a thousand and more. */
	v.open = (i == SPELL_INT_POINT && m->fits[i] == m->fits[SPELL_REAL]) || (i == SPELL_INT_COMMA && m->fits[i] == m->fits[SPELL_REAL_COMMA]);
	return v;
}

static struct mix_verdict as_dates(const struct mix *m)
{
	struct mix_verdict v = { .type = m->timed ? VALUE_DATETIME : VALUE_DATE, .fits = num_max(m->day_first, m->month_first), .seen = m->seen };
	bool month = m->month_first > m->day_first;
	bool ordered = m->fits[SPELL_TIME_DMY] > 0 || m->fits[SPELL_TIME_MDY] > 0;
	v.open = ordered && m->month_first == m->day_first;
	if (!ordered) v.reading = m->timed ? SPELL_TIME_YMD : SPELL_DATE_YMD;
	else if (m->timed) v.reading = month ? SPELL_TIME_MDY : SPELL_TIME_DMY;
	else v.reading = month ? SPELL_DATE_MDY : SPELL_DATE_DMY;
	return v;
}

struct mix_verdict mix_verdict(const struct mix *m)
{
	struct mix_verdict none = { .type = VALUE_TEXT, .seen = m->seen };
	if (m->over || m->seen == 0) return none;
	struct mix_verdict n = as_numbers(m);
	struct mix_verdict d = as_dates(m);
	struct mix_verdict v = n.fits >= d.fits ? n : d;
	return v.fits > 0 ? v : none;
}

bool mix_is_plain(const struct mix *m, const struct mix_verdict *v)
{
	bool number = v->type == VALUE_INT || v->type == VALUE_DOUBLE;
	if (v->type == VALUE_TEXT || v->open || v->seen < LEAST || v->fits * 10 < v->seen * 9) return false;
	if (m->sign == SPELL_SIGN_PERCENT && number && m->nsigned * 10 < v->fits * 9) return false;
	return !number || m->nsigned * 2 > v->fits || !m->codes;
}

bool mix_fits(const struct mix *m, const struct mix_verdict *v, const struct cell *c)
{
	enum spell_sign sign;
	uint32_t found = readings_of(m, c, &sign);
	if (v->type == VALUE_INT) return found & (1u << v->reading | SPELL(INT));
	if (v->type == VALUE_DOUBLE) return found & (1u << v->reading | SPELL(REAL));
	bool month = v->reading == SPELL_DATE_MDY || v->reading == SPELL_TIME_MDY;
	return found & (SURE | (month ? MDY : DMY));
}

/* Holding columns to their published types: counting what does not fit, deciding, and telling it. */
#include "ingest/pledge.h"
#include "ingest/survey.h"
#include "text/text.h"
#include <math.h>

/* --- the types -------------------------------------------------------------------------------------------- */

/* `own`: readings of a cell that surely fits, others must be looked at; 0: every cell fits. `wide`: readings that the wider type takes without loss. */
static const struct { uint32_t own, wide; enum value_type wider; } kinds[VALUE_TYPES] = {
	[VALUE_TEXT] = { .wider = VALUE_TEXT },
	[VALUE_INT] = { SPELL_INTS, SPELL_REALS, VALUE_DOUBLE },
	[VALUE_DOUBLE] = { SPELL_NUMBERS, 0, VALUE_DOUBLE },
	[VALUE_BOOL] = { SPELL(BOOL), 0, VALUE_BOOL },
	[VALUE_DATE] = { SPELL_DATES, SPELL_TIMES, VALUE_DATETIME },
	[VALUE_DATETIME] = { SPELL_TIMES, 0, VALUE_DATETIME },
	[VALUE_POINT] = { SPELL(POINT), 0, VALUE_POINT },
	[VALUE_SHAPE] = { SPELL_SHAPES, 0, VALUE_SHAPE },
	[VALUE_FILE] = { .wider = VALUE_FILE },
	[VALUE_JSON] = { .wider = VALUE_JSON },
};

enum value_type pledge_wider(enum value_type t) { return kinds[t].wider; }

bool pledge_counts(const struct pledge *g) { return !g->list && kinds[g->type].own; }

static bool is_held(enum value_type t) { return t != VALUE_FILE && t != VALUE_TYPES; }

static bool whole_real(struct str s)
{
	double v;
	return spell_real(s, SPELL_REAL, &v) && v == floor(v) && fabs(v) <= 9e15;
}

/* Zeros in front, which a number does not keep. */
static bool is_padded(struct str s)
{
	int64_t ignored;
	return s.n > 1 && s.p[0] == '0' && text_to_int(s, &ignored);
}

/* A geometry where points are published: the point of it is taken. */
static bool is_geometry(struct str s)
{
	return (s.p[0] == '{' || (s.p[0] | 32) == 'p') && spell_readings(s, SPELL_SHAPES);
}

static bool midnight(struct str s, uint32_t found)
{
	int32_t days;
	for (uint32_t r = found; r; r &= r - 1)
		if (spell_date(s, (enum spell_bit)__builtin_ctz(r), &days)) return true;
	return false;
}

/* Would the cast of this type take it? */
static bool suits(enum value_type t, const struct cell *c, uint32_t found)
{
	double ignored;
	if (found & kinds[t].own) return true;
	if (t == VALUE_INT) return (found & SPELL_REALS && whole_real(c->text)) || is_padded(c->text);
	if (t == VALUE_DOUBLE) return text_to_double(c->text, &ignored);
	if (t == VALUE_DATE) return midnight(c->text, found);
	if (t == VALUE_BOOL) return found & SPELL(BOOL_WORD);
	return t == VALUE_POINT && (found & SPELL_POINTS || is_geometry(c->text));
}

/* --- counting ------------------------------------------------------------------------------------------------ */

static void count(struct pledge *g, uint32_t found, int64_t cells)
{
	for (uint32_t r = found; r; r &= r - 1) g->fits[__builtin_ctz(r)] += cells;
}

static bool is_open(uint32_t found)
{
	if (found & SPELL(INT)) return false;
	return (found & SPELL(INT_POINT) && found & SPELL(REAL)) || (found & SPELL(INT_COMMA) && found & SPELL(REAL_COMMA));
}

/* Of two signs beside numbers the first is the column's. */
static uint32_t agree(struct pledge *g, struct str s, uint32_t found)
{
	enum spell_sign sign;
	spell_bare(s, &sign);
	if (sign == SPELL_SIGN_NONE) return found;
	if (g->sign == SPELL_SIGN_NONE) g->sign = sign;
	return g->sign == sign ? found : found & ~SPELL_NUMBERS;
}

static void look(struct pledge *g, struct arena *a, const struct cell *c, int64_t row)
{
	bool words = c->kind == CELL_FREE || c->kind == CELL_STRING;
	uint32_t found = spell_readings(c->text, spell_of_type(g->type));
	if (found & SPELL_NUMBERS) found = agree(g, c->text, found);
	if (found == 0 && words && spell_is_null_word(c->text)) return;
	g->seen++;
	count(g, found, 1);
	g->open += is_open(found);
	if (g->type == VALUE_POINT && !found) g->spread += is_geometry(c->text) && !proof_is_point(c->text);
	if (!found && (g->type == VALUE_INT || g->type == VALUE_DOUBLE)) g->padded += is_padded(c->text);
	if (!(found & kinds[g->type].wide)) g->beyond++;
	if (suits(g->type, c, found)) return;
	if (g->misfits++) return;
	g->row = row;
	g->value = arena_str(a, text_cut(c->text, 40));
}

void pledge_cell(struct pledge *g, struct arena *a, const struct cell *c, int64_t row, uint32_t before, int64_t cells, uint32_t after, enum spell_sign sign)
{
	if (!g->counting) {
		if (!pledge_counts(g) || after & kinds[g->type].own) return;
		/* Geometries of a file are points or shapes by what all of them are. */
		if (g->type == VALUE_POINT && after & SPELL(SHAPE_JSON) && proof_is_point(c->text)) return;
		g->counting = true;
		g->sign = sign;
		g->seen = cells;
		count(g, before & spell_of_type(g->type), cells);
		if (!(before & kinds[g->type].wide)) g->beyond = cells;
		if (is_open(before)) g->open = cells;
	}
	look(g, a, c, row);
}

/* --- deciding --------------------------------------------------------------------------------------------------- */

enum pledge_way pledge_decide(const struct pledge *g, enum value_type now, bool list)
{
	if (g->type == now && g->list == list) return PLEDGE_KEPT;
	bool wider = kinds[g->type].wide && kinds[g->type].wider == now && !list;
	if (wider && (!g->counting || g->beyond < g->misfits || g->open)) return PLEDGE_WIDENED;
	if (!g->counting || g->misfits == 0) return PLEDGE_KEPT;
	return g->misfits * 2 > g->seen ? PLEDGE_BROKEN : PLEDGE_MISFITS;
}

static const char *word(enum value_type t) { return value_kind(t)->word; }

static void tell_wider(struct load *l, const struct pledge *g, struct str label)
{
	if (!g->row)
		load_note(l, "“%.*s” was published as %s and is %s from now on: its values need it.", STR_ARG(label), word(g->type), word(g->now));
	else
		load_note(l, "“%.*s” was published as %s and is %s from now on: its values need it, the first of them “%.*s” in row %lld.", STR_ARG(label),
		          word(g->type), word(g->now), STR_ARG(g->value), (long long)row_number(g->row));
}

static void tell_misfits(struct load *l, const struct pledge *g, struct str label)
{
	load_note(l, "“%.*s” stays %s, as it was published: %lld of %lld values do not fit and are left empty and listed, the first of them “%.*s” in row %lld. "
	             "If the source means another type now, choose it for the field under Schema.", STR_ARG(label), word(g->type), (long long)g->misfits,
	          (long long)g->seen, STR_ARG(g->value), (long long)row_number(g->row));
}

/* It fits, and may yet be meant otherwise. */
static void tell_doubts(const struct proof *p, struct load *l, const struct pledge *g, struct str label)
{
	bool number = g->type == VALUE_INT || g->type == VALUE_DOUBLE;
	if (g->padded)
		load_note(l, "Values of “%.*s” that begin with a zero were read as numbers, without it, as it was published: %lld. If they are codes, choose the type Text for the field under Schema.",
		          STR_ARG(label), (long long)g->padded);
	if (g->spread)
		load_note(l, "“%.*s” is published as points: of geometries that are none (%lld of them), a point within each was taken. To publish the shapes, choose their type for the field under Schema.",
		          STR_ARG(label), (long long)g->spread);
	if (number && !g->counting && is_open(p->mask) && !g->decimal)
		load_note(l, "Every number of “%.*s” may mean thousands or three decimals. It was read as %s, as it was published; if that is not meant, choose its type and its decimal mark under Schema.",
		          STR_ARG(label), word(g->type));
}

/* As though it had been chosen. */
static struct verdict as_chosen(const struct proof *p, struct load *l, const struct field *f, const struct evidence *v)
{
	struct pledge *g = p->pledge;
	struct proof counted = *p;
	struct field field = *f;
	field.type = g->type;
	field.flags = g->list ? FIELD_MULTIVALUED : 0;
	if (!g->counting) count(g, p->mask & spell_of_type(g->type), p->filled);
	counted.fits = g->fits;
	counted.wanted = spell_of_type(g->type);
	if (g->counting) counted.sign = g->sign;
	struct verdict out = proof_declared(&counted, l, &field, v);
	/* Texts of Parquet, of which none was seen yet. */
	bool date = g->type == VALUE_DATE || g->type == VALUE_DATETIME;
	if (date && g->order && !g->counting && !(p->mask & counted.wanted))
		out.reading = g->order == 'd' ? (g->type == VALUE_DATE ? SPELL_DATE_DMY : SPELL_TIME_DMY) : (g->type == VALUE_DATE ? SPELL_DATE_MDY : SPELL_TIME_MDY);
	out.sign_needed = out.sign == SPELL_SIGN_PERCENT;
	return out;
}

struct verdict pledge_verdict(const struct proof *p, struct load *l, const struct field *f, const struct evidence *v)
{
	struct pledge *g = p->pledge;
	struct evidence said = *v;
	if (g->order) said.dmy = g->order == 'd', said.mdy = !said.dmy;
	if (g->decimal) said.comma = g->decimal == ',', said.point = !said.comma;
	said.before = g->order || g->decimal;
	size_t notes = l->notes.n;
	struct verdict now = proof_verdict(p, l, f->label, &said);
	/* Points among the geometries of a file are shapes until the plan has seen that all are. */
	if (g->type == VALUE_POINT && now.type == VALUE_SHAPE && p->kinds == 1u << CELL_SHAPE && p->only_points) return now;
	g->now = now.type;
	g->way = pledge_decide(g, now.type, now.list);
	if (g->way == PLEDGE_WIDENED) tell_wider(l, g, f->label);
	if (g->way == PLEDGE_WIDENED || (g->type == now.type && g->list == now.list)) return now;
	/* What was said of a reading that is not taken goes with it. */
	l->notes.n = notes;
	if (g->way == PLEDGE_MISFITS) tell_misfits(l, g, f->label);
	tell_doubts(p, l, g, f->label);
	return as_chosen(p, l, f, &said);
}

/* --- what broke ---------------------------------------------------------------------------------------------------- */

static bool broken(const struct pledge *g, const struct field *f, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE, "The field “%.*s” is published as %s, and its column looks like %s now: %lld of %lld values do not fit, the first of them “%.*s” "
	                                  "in row %lld. The published data stay. Mend the source, or choose the new type for the field: under Schema, or with a schema on the command line.",
	               STR_ARG(f->name), word(g->type), word(g->now), (long long)g->misfits, (long long)g->seen, STR_ARG(g->value), (long long)row_number(g->row));
}

static struct pledge *pledge_at(const struct survey *v, const struct plan *p, size_t i)
{
	return p->columns[i].from >= 0 ? v->proofs.p[p->columns[i].from].pledge : NULL;
}

bool pledge_check(const struct survey *v, const struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->schema.n; i++) {
		const struct pledge *g = pledge_at(v, p, i);
		if (g && g->way == PLEDGE_BROKEN) return broken(g, &p->schema.fields[i], e);
	}
	return true;
}

bool pledge_settle(struct load *l, const struct survey *v, const struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->schema.n; i++) {
		struct pledge *g = pledge_at(v, p, i);
		if (!g || !g->counting) continue;
		if (g->way == PLEDGE_KEPT) g->way = pledge_decide(g, VALUE_TYPES, false);
		if (g->way == PLEDGE_MISFITS) tell_misfits(l, g, p->schema.fields[i].label);
		tell_doubts(&v->proofs.p[p->columns[i].from], l, g, p->schema.fields[i].label);
		if (g->way == PLEDGE_BROKEN) return broken(g, &p->schema.fields[i], e);
	}
	return true;
}

/* --- kept with the version ------------------------------------------------------------------------------------------- */

struct pledge *pledge_of(struct arena *a, const struct json_node *types, struct str column)
{
	for (size_t i = 0; i < json_count(types); i++) {
		const struct json_node *one = json_at(types, i);
		enum value_type t;
		if (!str_eq(json_text(json_get(one, "column")), column)) continue;
		if (!value_type_of(json_text(json_get(one, "type")), &t) || !is_held(t)) return NULL;
		struct str order = json_text(json_get(one, "dates"));
		struct str decimal = json_text(json_get(one, "decimal"));
		struct pledge *g = arena_new(a, struct pledge);
		*g = (struct pledge){ .column = column, .type = t, .now = t, .list = json_bool(json_get(one, "list"), false),
			.geometry = json_bool(json_get(one, "geometry"), false),
			.order = str_eq(order, STR("day_first")) ? 'd' : str_eq(order, STR("month_first")) ? 'm' : 0, .decimal = decimal.n == 1 ? decimal.p[0] : 0 };
		return g;
	}
	return NULL;
}

/* The decimal mark that a reading of numbers has or, marking thousands, leaves. */
static char mark_of(enum spell_bit reading)
{
	uint32_t r = 1u << reading;
	if (r & (SPELL(REAL) | SPELL(INT_COMMA) | SPELL(REAL_TH_COMMA) | SPELL(REAL_TH_BLANK) | SPELL(REAL_TH_APOSTROPHE))) return '.';
	return r & (SPELL(REAL_COMMA) | SPELL(INT_POINT) | SPELL(REAL_TH_POINT) | SPELL(REAL_TH_BLANK_COMMA)) ? ',' : 0;
}

static void put_type(struct json_out *j, struct str column, const struct plan_column *c, const struct pledge *g)
{
	const struct field *f = c->field;
	bool number = f->type == VALUE_INT || f->type == VALUE_DOUBLE;
	bool date = f->type == VALUE_DATE || f->type == VALUE_DATETIME;
	uint32_t r = 1u << c->as.reading;
	char order = r & (SPELL(DATE_DMY) | SPELL(TIME_DMY)) ? 'd' : r & (SPELL(DATE_MDY) | SPELL(TIME_MDY)) ? 'm' : 0;
	char mark = mark_of(c->as.reading);
	/* A version without any such value remembers what the one before knew. */
	if (!order && g) order = g->order;
	if (!mark && g) mark = g->decimal;
	json_open(j, '{');
	json_member(j, "column", column);
	json_member(j, "type", str_of(word(f->type)));
	if (c->as.list) json_member_bool(j, "list", true);
	if (f->type == VALUE_POINT && (c->as.reading == SPELL_SHAPE_JSON || (g && g->geometry))) json_member_bool(j, "geometry", true);
	if (date && order) json_member(j, "dates", order == 'd' ? STR("day_first") : STR("month_first"));
	if (number && mark) json_member(j, "decimal", str_make(&mark, 1));
	json_close(j, '}');
}

struct str pledge_types(struct load *l, const struct survey *v, const struct plan *p)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < p->schema.n; i++) {
		const struct plan_column *c = &p->columns[i];
		bool parted = c->as.list && c->field->separator.n;
		if (c->from < 0 || parted || !is_held(c->field->type)) continue;
		put_type(&j, v->headings.p[c->from].name, c, pledge_at(v, p, i));
	}
	json_close(&j, ']');
	return b.over ? STR("[]") : arena_str(l->a, buf_str(&b));
}

/* Values for people: numbers with the marks of the language, dates in words. */
#include "record/inside.h"
#include "text/text.h"
#include <math.h>

static const struct { const char lang[4]; const char *yes, *no; } words[] = {
	{ "en", "Yes", "No" },   { "fr", "Oui", "Non" },  { "nl", "Ja", "Nee" }, { "pt", "Sim", "Não" },
	{ "it", "Sì", "No" },    { "ar", "نعم", "لا" },   { "de", "Ja", "Nein" }, { "es", "Sí", "No" },
	{ "ca", "Sí", "No" },    { "eu", "Bai", "Ez" },   { "sv", "Ja", "Nej" },
};

static struct str yes_or_no(bool v, struct str lang)
{
	size_t i = COUNT_OF(words) - 1;
	while (i > 0 && !str_eq(lang, str_of(words[i].lang))) i--;
	return str_of(v ? words[i].yes : words[i].no);
}

static void put_date(struct buf *b, int32_t days, struct str precision, struct str lang)
{
	struct civil c;
	clock_civil_of_days(days, &c);
	if (str_eq(precision, STR("year"))) {
		buf_put_int(b, c.year);
	} else if (str_eq(precision, STR("month"))) {
		struct err e = { 0 };
		ensure(clock_format(b, &c, STR("MMMM yyyy"), lang, &e));
	} else {
		clock_put_long(b, clock_us_of_civil(&c), clock_utc(), lang, false);
	}
}

static void put_list(struct buf *b, const struct column *col, size_t row)
{
	struct list_span span = col->lists[row];
	for (uint32_t i = 0; i < span.n; i++) {
		if (i) buf_lit(b, ", ");
		buf_put(b, col->items[span.from + i]);
	}
}

static void put_file(struct buf *b, struct str cell)
{
	auto_arena a = ARENA_INIT;
	buf_put(b, file_url(&a, cell));
}

/* Years and codes are whole numbers too; marks of thousands begin where nobody writes a year. */
static void put_int(struct buf *b, int64_t v, struct str lang)
{
	if (v > -10000 && v < 10000) buf_put_int(b, v);
	else text_put_count(b, v, lang);
}

void record_put_reading(struct buf *b, const struct record_column *c, const struct field *f_or_null,
                        const struct column *col, size_t row, const struct record_style *style,
                        struct str lang)
{
	if (!column_has(col, row)) return;
	if (col->type.list) {
		put_list(b, col, row);
		return;
	}
	switch (col->type.type) {
	case VALUE_TEXT:
	case VALUE_JSON: buf_put(b, col->texts[row]); break;
	case VALUE_INT: put_int(b, col->ints[row], lang); break;
	case VALUE_DOUBLE:
		if (isfinite(col->doubles[row]))
			text_put_number(b, col->doubles[row], f_or_null ? f_or_null->decimals : -1, lang);
		break;
	case VALUE_BOOL: buf_put(b, yes_or_no(col->bools[row], lang)); break;
	case VALUE_DATE: put_date(b, col->days[row], c->precision, lang); break;
	case VALUE_DATETIME: clock_put_long(b, col->ints[row], style->zone, lang, true); break;
	case VALUE_POINT:
		text_put_double_plain(b, col->lats[row]);
		buf_lit(b, ", ");
		text_put_double_plain(b, col->lons[row]);
		break;
	case VALUE_SHAPE: buf_put(b, shape_type(col->texts[row])); break;
	case VALUE_FILE: put_file(b, col->texts[row]); break;
	case VALUE_TYPES: ensure(false && "a type");
	}
}

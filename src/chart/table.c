/* The table as JSON for elements and as CSV for spreadsheets; numbers for readers. */
#include <math.h>
#include "chart/inside.h"

#include "text/text.h"

static void put_values(struct json_out *j, const struct chart_line *l, size_t npoints)
{
	json_key(j, STR("values"));
	json_open(j, '[');
	for (size_t i = 0; i < npoints; i++) {
		if (l->numbers > 1) json_open(j, '[');
		for (size_t k = 0; k < l->numbers; k++) {
			double v = l->values[i * l->numbers + k];
			json_value(j);
			if (isnan(v)) buf_lit(j->b, "null");
			else text_put_double_plain(j->b, v);
		}
		if (l->numbers > 1) json_close(j, ']');
	}
	json_close(j, ']');
}

static void put_line(struct json_out *j, const struct chart_line *l, size_t npoints)
{
	json_open(j, '{');
	json_member(j, "name", l->label);
	json_member_int(j, "query", (int64_t)l->query);
	json_member_int(j, "chart", (int64_t)l->series);
	json_member(j, "type", str_of(chart_types[l->of->type].word));
	json_member(j, "func", str_of(chart_functions[l->of->function].word));
	if (l->of->y.n) json_member(j, "field", l->of->y);
	if (l->y_label.n) json_member(j, "yLabel", l->y_label);
	if (l->unit.n) json_member(j, "unit", l->unit);
	if (l->decimals >= 0) json_member_int(j, "decimals", l->decimals);
	if (l->has_group) json_member(j, "group", l->group);
	put_values(j, l, npoints);
	json_close(j, '}');
}

void chart_put_table(struct json_out *j, const struct chart *c, const struct chart_table *t)
{
	static const char *const kinds[] = { [CHART_X_TEXT] = "text", [CHART_X_TIME] = "time", [CHART_X_CYCLE] = "cycle",
		[CHART_X_NUMBER] = "number", [CHART_X_BINS] = "bins" };
	static const char *const notes[CHART_NOTES] = { [CHART_NOTE_POINTS] = "points", [CHART_NOTE_GROUPS] = "groups",
		[CHART_NOTE_ROWS] = "rows", [CHART_NOTE_DEFAULT] = "default" };
	json_open(j, '{');
	json_key(j, STR("chart"));
	chart_put_member(j, c);
	json_key(j, STR("x"));
	json_open(j, '{');
	json_member(j, "kind", str_of(kinds[t->kind]));
	json_member(j, "field", t->x_field);
	json_member(j, "label", t->x_label);
	if (t->x_unit.n) json_member(j, "unit", t->x_unit);
	if (t->scale) json_member(j, "timescale", str_of(chart_scales[t->scale].word));
	json_close(j, '}');
	json_key(j, STR("keys"));
	json_open(j, '[');
	for (size_t i = 0; i < t->npoints; i++) json_put(j, t->points[i].key);
	json_close(j, ']');
	json_key(j, STR("labels"));
	json_open(j, '[');
	for (size_t i = 0; i < t->npoints; i++) json_put(j, t->points[i].label);
	json_close(j, ']');
	json_key(j, STR("series"));
	json_open(j, '[');
	for (size_t i = 0; i < t->nlines; i++) put_line(j, &t->lines[i], t->npoints);
	json_close(j, ']');
	json_key(j, STR("notices"));
	json_open(j, '[');
	for (size_t i = 0; i < t->nnotes; i++) {
		json_open(j, '{');
		json_member(j, "code", str_of(notes[t->notes[i].what]));
		json_member_int(j, "n", t->notes[i].n);
		json_member(j, "message", t->notes[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static const char *const ends[6][5] = { [2] = { "min", "max" }, [5] = { "min", "q1", "median", "q3", "max" } };

void chart_put_csv(struct buf *b, const struct chart_table *t, char delimiter)
{
	text_put_csv(b, t->x_label, delimiter, false);
	for (size_t i = 0; i < t->nlines; i++)
		for (size_t k = 0; k < t->lines[i].numbers; k++) {
			auto_buf name = BUF_INIT(4096);
			buf_put(&name, t->lines[i].label);
			if (t->lines[i].numbers > 1) buf_printf(&name, " (%s)", ends[t->lines[i].numbers][k]);
			buf_put_char(b, delimiter);
			text_put_csv(b, buf_str(&name), delimiter, false);
		}
	buf_lit(b, "\r\n");
	for (size_t p = 0; p < t->npoints; p++) {
		text_put_csv(b, t->kind == CHART_X_TEXT || t->kind == CHART_X_CYCLE || t->kind == CHART_X_BINS ? t->points[p].label : t->points[p].key, delimiter, false);
		for (size_t i = 0; i < t->nlines; i++)
			for (size_t k = 0; k < t->lines[i].numbers; k++) {
				double v = t->lines[i].values[p * t->lines[i].numbers + k];
				buf_put_char(b, delimiter);
				if (!isnan(v)) text_put_double_plain(b, v);
			}
		buf_lit(b, "\r\n");
	}
}

/* Means have more digits than anybody reads: three that count after the point, as many as the field has where it says. */
void chart_put_number(struct buf *b, const struct chart_line *l, double v, const struct i18n_lang *lang, bool unit)
{
	double size = fabs(v);
	int decimals = l->decimals >= 0 ? l->decimals : v == floor(v) ? 0 : size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
	if (isnan(v)) return;
	text_put_number(b, v, decimals, lang->code);
	if (!unit || !l->unit.n || l->of->hide_units) return;
	buf_lit(b, "\u00a0");
	buf_put(b, l->unit);
}

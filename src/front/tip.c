/* What a publisher shows of one record: HTML with {{record.fields.name}} in it, or some of its fields with their labels. Values are put in
 * as text first and the whole is cleaned after, so that neither the publisher's HTML nor a value can bring more than the allow-list has. */
#include "front/inside.h"

#include "content/content.h"
#include "text/text.h"

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The word between {{ and }}: "record.fields.height", with quotes and brackets or a filter behind it. */
static struct str field_named(struct str word)
{
	struct str rest;
	word = str_trim(word);
	if (str_starts(word, STR("record.fields.")))
		rest = str_from(word, STR("record.fields.").n);
	else if (str_starts(word, STR("record.fields['")) || str_starts(word, STR("record.fields[\"")))
		rest = str_from(word, STR("record.fields['").n);
	else
		return STR("");
	size_t n = 0;
	while (n < rest.n && is_name(rest.p[n]))
		n++;
	return str_sub(rest, 0, n);
}

/* The next {{word}} of a text; `before` is what stands before it. False at the end, with all of the rest in `before`. */
static bool next_word(struct str *rest, struct str *before, struct str *word)
{
	ptrdiff_t open = str_find(*rest, STR("{{")), close = open < 0 ? -1 : str_find(str_from(*rest, (size_t)open), STR("}}"));
	if (close < 0) {
		*before = *rest;
		*rest = STR("");
		return false;
	}
	*before = str_sub(*rest, 0, (size_t)open);
	*word = str_sub(*rest, (size_t)open + 2, (size_t)close - 2);
	*rest = str_from(*rest, (size_t)(open + close) + 2);
	return true;
}

static void want(const struct query_target *t, struct front_tip *out, struct str name)
{
	int at = name.n ? schema_find(t->schema, name) : -1;
	if (at < 0 || out->n == FRONT_TIP_FIELDS || (t->schema->fields[at].flags & FIELD_HIDDEN) || (t->visible_or_null && !t->visible_or_null[at]))
		return;
	for (size_t i = 0; i < out->n; i++)
		if (out->fields[i] == &t->schema->fields[at])
			return;
	out->fields[out->n++] = &t->schema->fields[at];
}

bool front_tip_of(const struct front_dataset *d, const struct query_target *t, const char *view, const char *fields, struct front_tip *out)
{
	struct arena *a = d->visit.arena;
	*out = (struct front_tip){ 0 };
	if (str_eq(front_meta(d, "visualization", arena_cstr(a, arena_printf(a, "%s_tooltip_html_enabled", view))), STR("true")))
		out->html = front_meta(d, "visualization", arena_cstr(a, arena_printf(a, "%s_tooltip_html", view)));
	struct str before, word, list = front_meta(d, "visualization", fields);
	for (struct str rest = out->html; out->html.n && next_word(&rest, &before, &word);)
		want(t, out, field_named(word));
	if (!out->html.n)
		while (list.n && str_cut(&list, ',', &word))
			want(t, out, str_trim(word));
	return out->html.n || out->n;
}

struct str front_tip_select(struct arena *a, const struct front_tip *tip)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < tip->n; i++)
		buf_printf(&b, ", `%.*s`", STR_ARG(tip->fields[i]->name));
	return arena_str(a, buf_str(&b));
}

/* As text: what a value brings is neither markup nor a word of the portal's own. */
static void put_safe(struct buf *b, struct str s)
{
	auto_buf safe = BUF_INIT(LIMIT_CELL_BYTES);
	text_put_html(&safe, s);
	struct str rest = buf_str(&safe), part;
	while (rest.n) {
		ptrdiff_t at = str_find_char(rest, '{');
		part = at < 0 ? rest : str_sub(rest, 0, (size_t)at);
		buf_put(b, part);
		if (at >= 0)
			buf_lit(b, "&#123;");
		rest = at < 0 ? STR("") : str_from(rest, (size_t)at + 1);
	}
}

/* The column of a field: one that is asked for twice, as the beginning of an event and for its card, comes once. ncolumns: none. */
static size_t place_of(const struct front_tip_row *row, size_t i)
{
	size_t at = 0;
	while (at < row->plan->ncolumns && !(row->plan->fields[at] && str_eq(row->plan->fields[at]->name, row->tip->fields[i]->name)))
		at++;
	return at;
}

static void put_value(struct buf *b, const struct front_dataset *d, const struct front_tip_row *row, size_t i)
{
	size_t at = place_of(row, i);
	const struct column *col = at < row->plan->ncolumns ? &row->batch->columns[at] : NULL;
	struct record_style style = { .zone = d->visit.zone };
	auto_buf text = BUF_INIT(LIMIT_CELL_BYTES);
	struct front_file f;
	if (!col || !column_has(col, row->row))
		return;
	if (col->type.type == VALUE_FILE && front_file_read(d->visit.arena, col->texts[row->row], &f))
		buf_put(&text, f.url);
	else if (col->type.list)
		for (uint32_t k = 0; k < col->lists[row->row].n; k++)
			buf_printf(&text, "%s%.*s", k ? ", " : "", STR_ARG(col->items[col->lists[row->row].from + k]));
	else
		front_put_reading(&text, &row->plan->columns[at], row->tip->fields[i], col, row->row, &style, d->visit.lang->code);
	put_safe(b, buf_str(&text));
}

static void put_html(struct front_dataset *d, const struct front_tip_row *row)
{
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	struct str rest = row->tip->html, before, word;
	while (rest.n) {
		bool more = next_word(&rest, &before, &word);
		buf_put(&b, before);
		if (!more)
			break;
		struct str name = field_named(word), what = str_trim(word);
		for (size_t i = 0; name.n && i < row->tip->n; i++)
			if (str_eq(row->tip->fields[i]->name, name))
				put_value(&b, d, row, i);
		if (str_eq(what, STR("record.recordid")))
			buf_put(&b, row->id);
		else if (str_eq(what, STR("record.datasetid")))
			buf_put(&b, d->dataset->slug);
	}
	html_lit(&d->page.h, "<div class=\"tip prose\">");
	content_put_html(&d->page, NULL, arena_str(d->visit.arena, buf_str(&b)));
	html_lit(&d->page.h, "</div>");
}

static void put_fields(struct front_dataset *d, const struct front_tip_row *row)
{
	struct html *h = &d->page.h;
	struct record_style style = { .zone = d->visit.zone };
	auto_buf scratch = BUF_INIT(LIMIT_CELL_BYTES);
	html_lit(h, "<dl class=\"tip\">");
	for (size_t i = 0; i < row->tip->n; i++) {
		const struct field *f = row->tip->fields[i];
		size_t place = place_of(row, i);
		if (place == row->plan->ncolumns)
			continue;
		struct front_value_at at = { .as = &row->plan->columns[place], .field_or_null = f, .column = &row->batch->columns[place], .row = row->row };
		if (!column_has(at.column, row->row))
			continue;
		html_lit(h, "<div><dt><bdi>");
		html_text(h, f->label);
		html_lit(h, "</bdi></dt><dd>");
		front_cell(h, &at, &style, &scratch, false);
		if (f->unit.n) {
			html_lit(h, " <span class=\"unit\">");
			html_text(h, f->unit);
			html_lit(h, "</span>");
		}
		html_lit(h, "</dd></div>");
	}
	html_lit(h, "</dl>");
}

void front_put_tip(struct front_dataset *d, const struct front_tip_row *row)
{
	if (row->tip->html.n)
		put_html(d, row);
	else if (row->tip->n)
		put_fields(d, row);
}

struct str front_tip_text(struct front_dataset *d, const struct front_tip_row *row)
{
	struct buf page = d->page.h.out;
	d->page.h.out = BUF_INIT(LIMIT_CELL_BYTES);
	front_put_tip(d, row);
	/* Half a tag would take in what follows: a card that is too long is left out. */
	struct str made = d->page.h.out.over ? STR("") : arena_str(d->visit.arena, buf_str(&d->page.h.out));
	buf_done(&d->page.h.out);
	d->page.h.out = page;
	return made;
}

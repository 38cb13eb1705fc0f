/* A value of a record as people meet it on a page: in a cell of the table, cut when long, or whole on the record's own
 * page. Texts of any direction keep to themselves; files show their picture or their name; addresses are links. */
#include "front/inside.h"

#include "json/json.h"
#include "text/text.h"

enum { CUT = 300, ITEMS = 8 };

static bool is_address(struct str text)
{
	return text.n < 2000 && (str_starts(text, STR("https://")) || str_starts(text, STR("http://"))) && str_find_char(text, ' ') < 0;
}

static void put_none(struct html *h)
{
	html_lit(h, "<span class=\"none\"><span aria-hidden=\"true\">–</span><span class=\"visually-hidden\">");
	html_say(h, N_("no value"));
	html_lit(h, "</span></span>");
}

static void put_text(struct html *h, struct str text, bool whole)
{
	bool link = is_address(text);
	if (link) {
		html_lit(h, "<a rel=\"noopener nofollow\" href=\"");
		html_url(h, text);
		html_lit(h, "\">");
	}
	html_text(h, whole ? text : text_cut(text, CUT));
	if (!whole && text.n > CUT)
		html_lit(h, "…");
	if (link)
		html_lit(h, "</a>");
}

static void put_list(struct html *h, const struct column *col, size_t row, bool whole)
{
	struct list_span span = col->lists[row];
	html_lit(h, "<ul class=\"values\">");
	for (uint32_t i = 0; i < span.n && (whole || i < ITEMS); i++) {
		html_lit(h, "<li><bdi>");
		put_text(h, col->items[span.from + i], whole);
		html_lit(h, "</bdi></li>");
	}
	if (!whole && span.n > ITEMS) {
		html_lit(h, "<li>+");
		html_count(h, (int64_t)span.n - ITEMS);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
}

bool front_file_read(struct arena *a, struct str cell, struct front_file *out)
{
	struct err e = { 0 };
	auto_json *doc = NULL;
	*out = (struct front_file){ .url = cell };
	if (!cell.n || cell.p[0] != '{' || !json_read(cell, &doc, &e))
		return is_address(cell);
	const struct json_node *n = json_root(doc);
	out->url = arena_str(a, json_text(json_get(n, "url")));
	out->name = arena_str(a, json_text(json_get(n, "filename")));
	out->picture = json_bool(json_get(n, "thumbnail"), false);
	return out->url.n > 0;
}

void front_file_picture(struct html *h, const struct front_file *f, int size, struct str alt)
{
	html_lit(h, "<img loading=\"lazy\" decoding=\"async\" src=\"");
	html_url(h, f->url);
	html_lit(h, "?thumbnail_size=");
	html_int(h, size);
	html_lit(h, "\" alt=\"");
	html_text(h, alt);
	html_lit(h, "\">");
}

static void put_file(struct html *h, struct str cell, bool whole)
{
	auto_arena a = ARENA_INIT;
	struct front_file f;
	if (!front_file_read(&a, cell, &f)) {
		html_text(h, cell);
		return;
	}
	html_lit(h, "<a rel=\"noopener nofollow\" href=\"");
	html_url(h, f.url);
	html_lit(h, "\">");
	if (f.picture)
		front_file_picture(h, &f, whole ? 800 : 96, f.name);
	else
		html_text(h, f.name.n ? f.name : f.url);
	html_lit(h, "</a>");
}

static void put_json(struct html *h, struct str text, bool whole)
{
	html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
	html_text(h, whole ? text : text_cut(text, CUT));
	if (!whole && text.n > CUT)
		html_lit(h, "…");
	html_lit(h, "</code>");
}

void front_cell(struct html *h, const struct front_value_at *v, const struct record_style *style, struct buf *scratch, bool whole)
{
	const struct column *col = v->column;
	if (!column_has(col, v->row)) {
		put_none(h);
		return;
	}
	if (col->type.list) {
		put_list(h, col, v->row, whole);
		return;
	}
	if (col->type.type == VALUE_FILE) {
		put_file(h, col->texts[v->row], whole);
		return;
	}
	if (col->type.type == VALUE_JSON) {
		put_json(h, col->texts[v->row], whole);
		return;
	}
	buf_clear(scratch);
	front_put_reading(scratch, v->as, v->field_or_null, col, v->row, style, h->lang->code);
	html_put_literal(h, whole ? STR("<bdi class=\"whole\">") : STR("<bdi>"));
	put_text(h, buf_str(scratch), whole);
	html_lit(h, "</bdi>");
}

/* Blocks that show data: a key figure, a chart with the table behind it, a map, a table, a list of records, filters. All of them are
 * whole without script; charts and maps become pictures with it. */
#include "content/inside.h"
#include "text/text.h"

static struct str word(const struct json_node *block, const char *name) { return json_text(json_get(block, name)); }

static int64_t number(const struct json_node *block, const char *name, int64_t otherwise, int64_t least, int64_t most)
{
	int64_t n = json_int(json_get(block, name), otherwise);
	return num_min(num_max(n, least), most);
}

static bool name_ok(struct str s) { return s.n && str_find_char(s, '`') < 0 && str_find_char(s, '\\') < 0; }

/* "sum(`visitors`) as v", or the number of records. */
static bool calculation(struct content *c, const struct json_node *block, const char *of, struct str *out, struct err *e)
{
	static const char *const known[] = { "sum", "avg", "min", "max", "median" };
	struct str f = word(block, "function"), field = word(block, of);
	if (!f.n || str_eq(f, STR("count"))) {
		*out = STR("count(*) as stoa_value");
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(f, str_of(known[i]))) {
			if (!name_ok(field))
				return err_set(e, ERR_PARAMETER, "this calculation needs a field");
			*out = arena_printf(c->v->arena, "%s(%.*s) as stoa_value", known[i], STR_ARG(content_field(c->v->arena, field)));
			return true;
		}
	return err_set(e, ERR_PARAMETER, "the calculation \"%.*s\" is not known", STR_ARG(f));
}

/* --- key figure ----------------------------------------------------------------------------------------------------------- */

static bool ask_one(struct content *c, const struct json_node *block, const char *conditions, bool everything, struct content_cell *out, struct err *e)
{
	struct content_ask q = { .dataset = word(block, "dataset"), .conditions = json_get(block, conditions), .limit = 1, .everything = everything };
	struct content_rows rows;
	*out = (struct content_cell){ 0 };
	if (!calculation(c, block, "field", &q.select, e) || !content_ask(c, &q, &rows, e))
		return false;
	if (rows.nrows && rows.ncolumns)
		*out = rows.cells[0];
	return true;
}

static void put_number(struct content *c, double v, int decimals, const char *sign)
{
	auto_buf b = BUF_INIT(400);
	text_put_number(&b, v, decimals, c->h->lang->code);
	html_lit(c->h, "<bdi>");
	html_text(c->h, str_of(sign));
	html_text(c->h, buf_str(&b));
	html_lit(c->h, "</bdi>");
}

static int decimals_of(const struct json_node *block, double v)
{
	bool whole = v < 1e15 && v > -1e15 && v == (double)(int64_t)v;
	return (int)number(block, "decimals", whole ? 0 : 2, 0, 6);
}

static void put_unit(struct content *c, const struct json_node *block, bool before)
{
	struct str unit = content_text(c, block, "unit");
	if (!unit.n || json_bool(json_get(block, "unit_before"), false) != before)
		return;
	html_lit(c->h, " <span class=\"unit\">");
	html_text(c->h, unit);
	html_lit(c->h, "</span> ");
}

static void put_comparison(struct content *c, const struct json_node *block, const struct content_cell *value)
{
	struct html *h = c->h;
	struct str how = word(block, "compare"), label = content_text(c, block, "compare_label");
	struct content_cell other;
	struct err e = { 0 };
	if (!how.n || str_eq(how, STR("none")) || !value->is_number)
		return;
	/* Compared with all records when nothing else is said: the share of a whole. */
	bool whole = !json_count(json_get(block, "compare_conditions"));
	if (!ask_one(c, block, "compare_conditions", whole, &other, &e)) {
		content_complain(c, &e);
		return;
	}
	if (!other.is_number || (!str_eq(how, STR("difference")) && other.number == 0))
		return;
	double v = value->number - other.number;
	html_lit(h, "<p class=\"change\">");
	if (str_eq(how, STR("difference"))) {
		put_number(c, v, decimals_of(block, v), v > 0 ? "+" : "");
	} else {
		v = str_eq(how, STR("ratio")) ? 100 * value->number / other.number : 100 * v / (other.number < 0 ? -other.number : other.number);
		put_number(c, v, 1, v > 0 && !str_eq(how, STR("ratio")) ? "+" : "");
		html_lit(h, " %");
	}
	html_lit(h, " ");
	html_text(h, label);
	html_lit(h, "</p>");
}

void content_block_kpi(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct content_cell value;
	struct err e = { 0 };
	struct str text = content_text(c, block, "text");
	html_lit(h, "<div class=\"kpi\">");
	content_put_heading(c, block);
	if (!ask_one(c, block, "conditions", false, &value, &e)) {
		content_complain(c, &e);
	} else if (!value.has) {
		html_lit(h, "<p class=\"value\">–</p>");
	} else {
		html_lit(h, "<p class=\"value\">");
		put_unit(c, block, true);
		if (value.is_number)
			put_number(c, value.number, decimals_of(block, value.number), "");
		else
			html_text(h, value.text);
		put_unit(c, block, false);
		html_lit(h, "</p>");
		put_comparison(c, block, &value);
	}
	if (text.n) {
		html_lit(h, "<p class=\"note\">");
		html_text(h, text);
		html_lit(h, "</p>");
	}
	html_lit(h, "</div>");
}

/* --- chart ------------------------------------------------------------------------------------------------------------------ */

static void put_attribute(struct html *h, const char *name, struct str value)
{
	if (!value.n)
		return;
	html_lit(h, " ");
	html_put_literal(h, str_of(name));
	html_lit(h, "=\"");
	html_text(h, value);
	html_lit(h, "\"");
}

/* The page's filters, for elements that ask by themselves. */
static void put_parameters(struct content *c, struct str dataset)
{
	if (!c->nrefine || !str_eq(dataset, c->filtered))
		return;
	auto_buf b = BUF_INIT(64 << 10);
	for (size_t i = 0; i < c->nrefine; i++) {
		struct str rest = c->refine[i], name;
		if (!str_cut(&rest, ':', &name))
			continue;
		buf_put(&b, b.n ? STR("&refine.") : STR("refine."));
		text_put_url(&b, name);
		buf_put_char(&b, '=');
		text_put_url(&b, rest);
	}
	put_attribute(c->h, "parameters", buf_str(&b));
}

static void put_where(struct content *c, const struct json_node *block, const struct schema *s)
{
	struct str where;
	struct err e = { 0 };
	if (content_where(c, json_get(block, "conditions"), s, &where, &e))
		put_attribute(c->h, "where", where);
}

static bool is_date(const struct schema *s, struct str name)
{
	int at = schema_find(s, name);
	return at >= 0 && (s->fields[at].type == VALUE_DATE || s->fields[at].type == VALUE_DATETIME);
}

/* Groups and their values, in the order that the block asks for. */
static bool ask_chart(struct content *c, const struct json_node *block, struct content_rows *out, struct str *scale, struct err *e)
{
	struct arena *a = c->v->arena;
	struct str x = word(block, "x"), sort = word(block, "sort"), value;
	struct rights_dataset d;
	*scale = STR("");
	if (!name_ok(x))
		return err_set(e, ERR_PARAMETER, "the chart needs a field to group by");
	if (!content_dataset(c, word(block, "dataset"), &d, e) || !calculation(c, block, "y", &value, e))
		return false;
	bool date = is_date(&d.dataset->schema, x);
	if (date) {
		*scale = word(block, "timescale");
		if (!str_eq(*scale, STR("month")) && !str_eq(*scale, STR("day")))
			*scale = STR("year");
	}
	struct str name = content_field(a, x), group = name;
	if (date)
		group = str_eq(*scale, STR("year"))  ? arena_printf(a, "date_format(%.*s, \"yyyy\")", STR_ARG(name))
		      : str_eq(*scale, STR("month")) ? arena_printf(a, "date_format(%.*s, \"yyyy-MM\")", STR_ARG(name))
		                                     : arena_printf(a, "date_format(%.*s, \"yyyy-MM-dd\")", STR_ARG(name));
	struct content_ask q = { .dataset = word(block, "dataset"), .select = value, .conditions = json_get(block, "conditions"),
		.group_by = arena_printf(a, "%.*s as stoa_group", STR_ARG(group)), .limit = number(block, "limit", 50, 1, CONTENT_ROWS) };
	q.order_by = str_eq(sort, STR("largest")) ? STR("stoa_value desc") : str_eq(sort, STR("smallest")) ? STR("stoa_value") : STR("stoa_group");
	return content_ask(c, &q, out, e);
}

static size_t column_of(const struct content_rows *r, struct str key, size_t otherwise)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (str_eq(r->labels[i], key))
			return i;
	return otherwise;
}

static void put_chart_table(struct content *c, const struct json_node *block, const struct content_rows *r)
{
	struct html *h = c->h;
	size_t value = column_of(r, STR("stoa_value"), r->ncolumns - 1), group = value ? 0 : 1;
	html_lit(h, "<div class=\"page-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
	html_text(h, content_text(c, block, "title"));
	html_lit(h, "\"><table><caption class=\"visually-hidden\">");
	html_text(h, content_text(c, block, "title"));
	html_lit(h, "</caption><thead><tr><th scope=\"col\">");
	html_text(h, content_text(c, block, "x_label"));
	html_lit(h, "</th><th scope=\"col\" class=\"page-number\">");
	html_text(h, content_text(c, block, "y_label"));
	html_lit(h, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < r->nrows && r->ncolumns > 1; i++) {
		const struct content_cell *g = &r->cells[i * r->ncolumns + group], *v = &r->cells[i * r->ncolumns + value];
		html_lit(h, "<tr><th scope=\"row\"><bdi>");
		html_text(h, g->has ? g->text : STR("–"));
		html_lit(h, "</bdi></th><td class=\"page-number\">");
		if (v->is_number && v->has)
			put_number(c, v->number, decimals_of(block, v->number), "");
		else
			html_text(h, v->text);
		html_lit(h, "</td></tr>");
	}
	html_lit(h, "</tbody></table></div>");
}

void content_block_chart(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct content_rows rows;
	struct str scale, type = word(block, "chart"), sort = word(block, "sort"), function = word(block, "function");
	struct err e = { 0 };
	content_put_heading(c, block);
	if (!ask_chart(c, block, &rows, &scale, &e)) {
		content_complain(c, &e);
		return;
	}
	html_lit(h, "<stoa-chart");
	put_attribute(h, "dataset", word(block, "dataset"));
	put_attribute(h, "type", type.n ? type : STR("column"));
	put_attribute(h, "x", word(block, "x"));
	put_attribute(h, "function", function.n ? function : STR("count"));
	put_attribute(h, "y", word(block, "y"));
	put_attribute(h, "timescale", scale);
	put_attribute(h, "label", content_text(c, block, "y_label"));
	put_attribute(h, "sort", str_eq(sort, STR("largest")) ? STR("-y") : str_eq(sort, STR("smallest")) ? STR("y") : STR(""));
	put_attribute(h, "max-points", arena_printf(c->v->arena, "%lld", (long long)number(block, "limit", 50, 1, CONTENT_ROWS)));
	put_where(c, block, rows.schema);
	put_parameters(c, word(block, "dataset"));
	html_lit(h, ">");
	put_chart_table(c, block, &rows);
	html_lit(h, "</stoa-chart>");
}

/* --- map ------------------------------------------------------------------------------------------------------------------- */

void content_block_map(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct rights_dataset d;
	struct err e = { 0 };
	struct str display = word(block, "display");
	content_put_heading(c, block);
	if (!content_dataset(c, word(block, "dataset"), &d, &e)) {
		content_complain(c, &e);
		return;
	}
	html_lit(h, "<stoa-map");
	put_attribute(h, "dataset", d.dataset->slug);
	put_attribute(h, "display", display);
	put_attribute(h, "field", word(block, "field"));
	put_attribute(h, "value", word(block, "value"));
	put_attribute(h, "label", content_text(c, block, "title"));
	put_where(c, block, &d.dataset->schema);
	put_parameters(c, d.dataset->slug);
	html_lit(h, "><p><a href=\"/explore/dataset/");
	html_text(h, d.dataset->slug);
	html_lit(h, "/map/\">");
	html_say(h, N_("Open the map"));
	html_lit(h, "</a></p></stoa-map>");
}

/* --- table and records ------------------------------------------------------------------------------------------------------ */

/* "-pop" to an ODSQL order. */
static struct str order_of(struct content *c, const struct json_node *block)
{
	struct str s = word(block, "sort");
	bool down = str_starts(s, STR("-"));
	s = down ? str_from(s, 1) : s;
	return name_ok(s) ? arena_printf(c->v->arena, "`%.*s`%s", STR_ARG(s), down ? " desc" : "") : STR("");
}

/* The fields that a comma list names, else the first few that can be read in a row. */
static struct str select_of(struct content *c, struct str list, const struct schema *s)
{
	enum { FIRST = 6 };
	auto_buf b = BUF_INIT(64 << 10);
	struct str part;
	size_t n = 0;
	while (list.n && str_cut(&list, ',', &part) && n < CONTENT_COLUMNS) {
		part = str_trim(part);
		if (name_ok(part))
			buf_printf(&b, "%s`%.*s`", n++ ? ", " : "", STR_ARG(part));
	}
	for (size_t i = 0; i < s->n && !list.n && n < FIRST && (n == 0 || b.n); i++) {
		const struct field *f = &s->fields[i];
		if (n && !b.n)
			break;
		if (f->flags & FIELD_HIDDEN || f->type == VALUE_SHAPE || f->type == VALUE_JSON)
			continue;
		buf_printf(&b, "%s`%.*s`", n++ ? ", " : "", STR_ARG(f->name));
	}
	return arena_str(c->v->arena, buf_str(&b));
}

static bool ask_table(struct content *c, const struct json_node *block, struct str fields, struct content_rows *rows, struct err *e)
{
	struct rights_dataset d;
	if (!content_dataset(c, word(block, "dataset"), &d, e))
		return false;
	struct content_ask q = { .dataset = word(block, "dataset"), .conditions = json_get(block, "conditions"), .order_by = order_of(c, block),
		.limit = number(block, "limit", 10, 1, 20) };
	q.select = fields.n && str_find_char(fields, '`') >= 0 ? fields : select_of(c, fields, &d.dataset->schema);
	return content_ask(c, &q, rows, e);
}

static void put_more(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	html_lit(h, "<p class=\"more\"><a href=\"/explore/dataset/");
	html_text(h, word(block, "dataset"));
	html_lit(h, "/\">");
	html_say(h, N_("Open the dataset"));
	html_lit(h, "<span class=\"visually-hidden\">: ");
	html_text(h, content_text(c, block, "title"));
	html_lit(h, "</span></a></p>");
}

static void put_none(struct content *c)
{
	html_lit(c->h, "<p class=\"none\">");
	html_say(c->h, N_("No record matches."));
	html_lit(c->h, "</p>");
}

void content_block_table(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct content_rows r;
	struct err e = { 0 };
	content_put_heading(c, block);
	if (!ask_table(c, block, word(block, "fields"), &r, &e)) {
		content_complain(c, &e);
		return;
	}
	if (!r.nrows) {
		put_none(c);
		return;
	}
	html_lit(h, "<div class=\"page-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
	html_text(h, content_text(c, block, "title"));
	html_lit(h, "\"><table><caption class=\"visually-hidden\">");
	html_text(h, content_text(c, block, "title"));
	html_lit(h, "</caption><thead><tr>");
	for (size_t k = 0; k < r.ncolumns; k++) {
		if (r.cells[k].is_number)
			html_lit(h, "<th scope=\"col\" class=\"page-number\"><bdi>");
		else
			html_lit(h, "<th scope=\"col\"><bdi>");
		html_text(h, r.labels[k]);
		html_lit(h, "</bdi></th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (size_t i = 0; i < r.nrows; i++) {
		html_lit(h, "<tr>");
		for (size_t k = 0; k < r.ncolumns; k++) {
			const struct content_cell *cell = &r.cells[i * r.ncolumns + k];
			if (cell->is_number)
				html_lit(h, "<td class=\"page-number\"><bdi>");
			else
				html_lit(h, "<td><bdi>");
			html_text(h, text_cut(cell->text, 300));
			html_lit(h, "</bdi></td>");
		}
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table></div>");
	put_more(c, block);
}

void content_block_records(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct content_rows r;
	struct err e = { 0 };
	struct str title = word(block, "title_field"), text = word(block, "text_field"), fields = content_field(c->v->arena, title);
	content_put_heading(c, block);
	if (name_ok(text))
		fields = arena_printf(c->v->arena, "%.*s, `%.*s`", STR_ARG(fields), STR_ARG(text));
	if (!name_ok(title) ? !err_set(&e, ERR_PARAMETER, "the list needs the field that holds the titles") : !ask_table(c, block, fields, &r, &e)) {
		content_complain(c, &e);
		return;
	}
	if (!r.nrows) {
		put_none(c);
		return;
	}
	html_lit(h, "<ul class=\"record-cards\">");
	for (size_t i = 0; i < r.nrows; i++) {
		html_lit(h, "<li><strong><bdi>");
		html_text(h, r.cells[i * r.ncolumns].text);
		html_lit(h, "</bdi></strong>");
		if (r.ncolumns > 1 && r.cells[i * r.ncolumns + 1].text.n) {
			html_lit(h, "<p><bdi>");
			html_text(h, text_cut(r.cells[i * r.ncolumns + 1].text, 400));
			html_lit(h, "</bdi></p>");
		}
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
	put_more(c, block);
}

/* --- filters ------------------------------------------------------------------------------------------------------------------ */

static void put_choice(struct content *c, const struct query_facet *f, const struct schema *s)
{
	struct html *h = c->h;
	int at = schema_find(s, f->field ? f->field->name : f->name);
	struct str name = at >= 0 ? s->fields[at].name : f->name, label = at >= 0 ? s->fields[at].label : f->name;
	struct str id = arena_printf(c->v->arena, "filter-%u", ++h->ids);
	html_lit(h, "<p><label for=\"");
	html_text(h, id);
	html_lit(h, "\"><bdi>");
	html_text(h, label);
	html_lit(h, "</bdi></label><select id=\"");
	html_text(h, id);
	html_lit(h, "\" name=\"refine.");
	html_text(h, name);
	html_lit(h, "\"><option value=\"\">");
	html_say(h, N_("All"));
	html_lit(h, "</option>");
	for (size_t i = 0; i < f->nvalues; i++) {
		html_lit(h, "<option value=\"");
		html_text(h, f->values[i].path);
		if (f->values[i].state == QUERY_REFINED)
			html_lit(h, "\" selected>");
		else
			html_lit(h, "\">");
		html_text(h, text_cut(f->values[i].name, 120));
		html_lit(h, "</option>");
	}
	html_lit(h, "</select></p>");
}

void content_block_filters(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct str names[CONTENT_COLUMNS], rest = word(block, "fields"), part;
	size_t n = 0;
	struct query_facets facets;
	const struct schema *schema;
	struct err e = { 0 };
	while (rest.n && str_cut(&rest, ',', &part) && n < CONTENT_COLUMNS)
		if (name_ok(str_trim(part)))
			names[n++] = str_trim(part);
	content_put_heading(c, block);
	if (!content_facets(c, word(block, "dataset"), names, n, &facets, &schema, &e)) {
		content_complain(c, &e);
		return;
	}
	html_lit(h, "<form class=\"page-filters\" action=\"");
	html_url(h, c->page->path);
	html_lit(h, "\">");
	for (size_t i = 0; i < facets.n; i++)
		put_choice(c, &facets.facets[i], schema);
	html_lit(h, "<p class=\"do\"><button class=\"button\">");
	html_say(h, N_("Show"));
	html_lit(h, "</button>");
	if (c->nrefine) {
		html_lit(h, " <a href=\"");
		html_url(h, c->page->path);
		html_lit(h, "\">");
		html_say(h, N_("Clear all"));
		html_lit(h, "</a>");
	}
	html_lit(h, "</p></form>");
}

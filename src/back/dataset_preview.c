/* Previews: the first rows of a source after each step, as tables that say what every column holds and what a step has changed. */
#include "back/dataset_inside.h"

enum { COLUMNS = 80, CELL = 160, LISTED = 20 };

/* --- asking ------------------------------------------------------------------------------------------------------------ */

static bool is_for_people(enum err_code c)
{
	static const enum err_code codes[] = { ERR_BAD_SOURCE, ERR_PARAMETER, ERR_INVALID, ERR_UPSTREAM, ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_TOO_LARGE,
		ERR_UNAUTHENTICATED, ERR_BAD_REQUEST, ERR_CANCELLED, ERR_BUSY, ERR_CONFLICT };
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (c == codes[i])
			return true;
	return false;
}

bool back_preview(struct visit *v, int64_t dataset, const struct json_node *doc, struct str resource, bool fresh, struct back_preview *out,
                  struct err *e)
{
	struct publish_preview ask = { .tenant = v->at.tenant->id, .dataset = dataset, .doc = doc, .resource = resource, .fresh = fresh,
		.who = v->who.account, .caller_or_null = &v->who, .cancel = v->request->cancel };
	struct str json;
	*out = (struct back_preview){ 0 };
	if (publish_preview(v->at.site, &ask, v->arena, &json, e) && json_read_in(v->arena, json, &out->root, e))
		return true;
	/* A reader that was stopped or that crashed in its cage is the source's doing, and told as such; the log has the cause. */
	if (e->code == ERR_SYSTEM)
		log_failure(v->at.site->log, LOG_LEVEL_WARN, "preview_failed", e);
	else if (!is_for_people(e->code))
		return false;
	out->fault = arena_str(v->arena, str_of(e->pub[0] ? e->pub : err_kind(e->code)->sentence));
	*e = (struct err){ 0 };
	return true;
}

static const struct json_node *steps(const struct back_preview *p) { return p->root ? json_get(p->root, "steps") : NULL; }
size_t back_preview_steps(const struct back_preview *p) { return json_count(steps(p)); }

const struct json_node *back_preview_step_or_null(const struct back_preview *p, size_t i)
{
	return i < back_preview_steps(p) ? json_at(steps(p), i) : NULL;
}

size_t back_preview_find(const struct back_preview *p, struct str uid)
{
	for (size_t i = 0; i < back_preview_steps(p); i++)
		if (str_eq(json_text(json_get(json_at(steps(p), i), "uid")), uid))
			return i;
	return SIZE_MAX;
}

size_t back_preview_names(const struct back_preview *p, struct arena *a, size_t step, struct str **out)
{
	const struct json_node *fields = json_get(back_preview_step_or_null(p, step), "fields");
	size_t n = json_count(fields);
	*out = arena_array(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = json_text(json_get(json_at(fields, i), "name"));
	return n;
}

/* --- words ----------------------------------------------------------------------------------------------------------------- */

const char *back_type_title(struct str type)
{
	static const struct { const char *word, *title; } rows[] = { { "text", N_("Text") }, { "int", N_("Whole number") }, { "double", N_("Decimal number") },
		{ "date", N_("Date") }, { "datetime", N_("Date and time") }, { "geo_point_2d", N_("Point on the map") }, { "geo_shape", N_("Shape on the map") },
		{ "file", N_("File") }, { "boolean", N_("Yes or no") }, { "json_blob", N_("JSON") } };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq(type, str_of(rows[i].word)))
			return rows[i].title;
	return N_("Text");
}

void back_put_fault(struct html *h, const struct back_preview *p)
{
	if (!p->fault.n)
		return;
	html_notice_open(h, HTML_BAD);
	html_lit(h, "<p><strong>");
	html_say(h, N_("The source cannot be read like this."));
	html_lit(h, "</strong></p><p dir=\"auto\">");
	html_reason(h, p->fault);
	html_lit(h, "</p>");
	html_notice_close(h);
}

void back_put_notes(struct html *h, const struct back_preview *p)
{
	const struct json_node *notes = p->root ? json_get(p->root, "notes") : NULL;
	if (!json_count(notes))
		return;
	html_notice_open(h, HTML_INFO);
	html_lit(h, "<ul class=\"plain-list\">");
	for (size_t i = 0; i < json_count(notes) && i < LISTED; i++) {
		html_lit(h, "<li dir=\"auto\">");
		html_reason(h, json_text(json_at(notes, i)));
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
	html_notice_close(h);
}

static void put_error(struct html *h, const struct json_node *one)
{
	html_lit(h, "<li>");
	html_say_with(h, N_("Row {0}"), HTML_ARG_COUNT(json_int(json_get(one, "row"), 0)));
	html_lit(h, ", <code>");
	html_text(h, json_text(json_get(one, "field")));
	html_lit(h, "</code>: <bdi>");
	html_reason(h, json_text(json_get(one, "message")));
	html_lit(h, "</bdi>");
	if (json_text(json_get(one, "value")).n) {
		html_lit(h, " <code dir=\"auto\">");
		html_text(h, text_cut(json_text(json_get(one, "value")), CELL));
		html_lit(h, "</code>");
	}
	html_lit(h, "</li>");
}

void back_put_step_errors(struct html *h, struct visit *v, const struct json_node *step)
{
	(void)v;
	const struct json_node *faults = json_get(step, "faults"), *errors = json_get(step, "errors");
	if (json_count(faults)) {
		html_notice_open(h, HTML_BAD);
		html_lit(h, "<ul class=\"plain-list\">");
		for (size_t i = 0; i < json_count(faults); i++) {
			struct str path = json_text(json_get(json_at(faults, i), "path"));
			ptrdiff_t slash = str_rfind_char(path, '/');
			html_lit(h, "<li><code>");
			html_text(h, slash < 0 ? path : str_from(path, (size_t)slash + 1));
			html_lit(h, "</code>: <bdi>");
			html_reason(h, json_text(json_get(json_at(faults, i), "message")));
			html_lit(h, "</bdi></li>");
		}
		html_lit(h, "</ul>");
		html_notice_close(h);
	}
	if (json_count(errors)) {
		html_lit(h, "<details class=\"fold-plain\"><summary>");
		html_say_plural(h, N2_("{0} value of these rows does not fit and is left empty", "{0} values of these rows do not fit and are left empty"), (int64_t)json_count(errors));
		html_lit(h, "</summary><ul>");
		for (size_t i = 0; i < json_count(errors) && i < LISTED; i++)
			put_error(h, json_at(errors, i));
		html_lit(h, "</ul></details>");
	}
}

/* --- the table ---------------------------------------------------------------------------------------------------------------- */

static bool is_same(const struct json_node *x, const struct json_node *y)
{
	auto_buf a = BUF_INIT(1 << 20);
	auto_buf b = BUF_INIT(1 << 20);
	if (!x || !y)
		return !x == !y || json_kind(x ? x : y) == JSON_NULL;
	json_put_node(&a, x);
	json_put_node(&b, y);
	return str_eq(buf_str(&a), buf_str(&b));
}

/* Decimal numbers as the reader's language writes them; whole ones may be years and codes, and stay as they are. */
static bool put_decimal(struct html *h, const struct json_node *n, struct str type)
{
	auto_buf b = BUF_INIT(1000);
	double v = json_real(n, 0);
	bool text = json_kind(n) == JSON_TEXT && str_eq(type, STR("double")) && text_to_double(json_text(n), &v);
	if (!text && json_kind(n) != JSON_REAL)
		return false;
	text_put_number(&b, v, -1, h->lang->code);
	html_text(h, buf_str(&b));
	return true;
}

static void put_value(struct html *h, struct arena *a, const struct json_node *n, struct str type)
{
	if (put_decimal(h, n, type))
		return;
	switch (json_kind(n)) {
	case JSON_ABSENT:
	case JSON_NULL: break;
	case JSON_TEXT: html_text(h, text_cut(json_text(n), CELL)); if (json_text(n).n > CELL) html_lit(h, "…"); break;
	case JSON_BOOL: html_say(h, json_bool(n, false) ? N_("yes") : N_("no")); break;
	case JSON_REAL:
	case JSON_INT:
	case JSON_ARRAY:
	case JSON_OBJECT: {
		auto_buf b = BUF_INIT(1 << 20);
		json_put_node(&b, n);
		html_text(h, arena_str(a, text_cut(buf_str(&b), CELL)));
		if (b.n > CELL)
			html_lit(h, "…");
		break;
	}
	}
}

/* "12 different · from 3 to 90 · 4 % empty" */
static void put_profile(struct html *h, struct visit *v, const struct json_node *f)
{
	int64_t distinct = json_int(json_get(f, "distinct"), -1);
	double empty = json_real(json_get(f, "empty"), 0);
	html_lit(h, "<small class=\"profile\">");
	if (empty > 0) {
		html_say_with(h, N_("{0} % empty"), HTML_ARG_COUNT((int64_t)(empty * 100 + 0.5)));
		html_lit(h, "<br>");
	}
	if (distinct >= 0) {
		html_say_plural(h, N2_("{0} value", "{0} different values"), distinct);
		html_lit(h, "<br>");
	}
	const struct json_node *least = json_get(f, "least"), *most = json_get(f, "most");
	if (json_kind(least) > JSON_NULL && json_kind(most) > JSON_NULL) {
		html_lit(h, "<span dir=\"auto\">");
		put_value(h, v->arena, least, json_text(json_get(f, "type")));
		html_lit(h, " … ");
		put_value(h, v->arena, most, json_text(json_get(f, "type")));
		html_lit(h, "</span>");
	}
	html_lit(h, "</small>");
}

static void put_heading(struct html *h, struct visit *v, const struct json_node *f, bool is_new)
{
	struct str name = json_text(json_get(f, "name")), label = json_text(json_get(f, "label"));
	if (is_new)
		html_lit(h, "<th scope=\"col\" class=\"new\"><bdi>");
	else
		html_lit(h, "<th scope=\"col\"><bdi>");
	html_text(h, label.n ? label : name);
	html_lit(h, "</bdi>");
	if (is_new) {
		html_lit(h, " ");
		html_badge(h, HTML_INFO, N_("new"));
	}
	html_lit(h, "<small><code>");
	html_text(h, name);
	html_lit(h, "</code> ");
	html_say(h, back_type_title(json_text(json_get(f, "type"))));
	html_lit(h, "</small>");
	put_profile(h, v, f);
	html_lit(h, "</th>");
}

static const struct json_node *field_or_null(const struct json_node *fields, struct str name)
{
	for (size_t i = 0; i < json_count(fields); i++)
		if (str_eq(json_text(json_get(json_at(fields, i), "name")), name))
			return json_at(fields, i);
	return NULL;
}

struct sheet { const struct json_node *fields, *records, *former_fields, *former; size_t columns; const size_t *order; bool rows_match; };

static bool is_touched(struct visit *v, const struct sheet *s, size_t column)
{
	const char *name = arena_cstr(v->arena, json_text(json_get(json_at(s->fields, column), "name")));
	if (!field_or_null(s->former_fields, str_of(name)))
		return true;
	for (size_t i = 0; s->rows_match && i < json_count(s->records); i++)
		if (!is_same(json_get(json_at(s->records, i), name), json_get(json_at(s->former, i), name)))
			return true;
	return false;
}

/* What a step has made or changed stands first, the rest as it comes. */
static const size_t *order_of(struct visit *v, const struct sheet *s)
{
	size_t n = json_count(s->fields), k = 0;
	size_t *order = arena_array(v->arena, size_t, n + 1);
	bool *touched = arena_array(v->arena, bool, n + 1);
	for (size_t i = 0; i < n; i++)
		if (s->former && (touched[i] = is_touched(v, s, i)))
			order[k++] = i;
	for (size_t i = 0; i < n; i++)
		if (!touched[i])
			order[k++] = i;
	return order;
}

static void put_row(struct html *h, struct visit *v, const struct sheet *s, size_t row)
{
	const struct json_node *record = json_at(s->records, row);
	html_lit(h, "<tr><th scope=\"row\">");
	html_count(h, (int64_t)row + 1);
	html_lit(h, "</th>");
	for (size_t i = 0; i < s->columns; i++) {
		const struct json_node *f = json_at(s->fields, s->order[i]);
		const char *name = arena_cstr(v->arena, json_text(json_get(f, "name")));
		struct str type = json_text(json_get(f, "type"));
		const struct json_node *value = json_get(record, name);
		bool number = str_eq(type, STR("int")) || str_eq(type, STR("double"));
		bool changed = s->former && s->rows_match && !is_same(value, json_get(json_at(s->former, row), name));
		html_lit(h, "<td dir=\"auto\" class=\"");
		if (number)
			html_lit(h, "number ");
		if (changed)
			html_lit(h, "changed");
		html_lit(h, "\">");
		if (changed) {
			html_lit(h, "<mark>");
			put_value(h, v->arena, value, type);
			html_lit(h, "</mark>");
		} else {
			put_value(h, v->arena, value, type);
		}
		html_lit(h, "</td>");
	}
	html_lit(h, "</tr>");
}

static void put_difference(struct html *h, const struct sheet *s)
{
	if (!s->former || s->rows_match)
		return;
	html_lit(h, "<p class=\"hint\">");
	html_say_with(h, N_("{0} rows before, {1} after."), HTML_ARG_COUNT((int64_t)json_count(s->former)), HTML_ARG_COUNT((int64_t)json_count(s->records)));
	html_lit(h, "</p>");
}

void back_put_rows(struct html *h, struct visit *v, const struct back_preview *p, size_t step, size_t before)
{
	const struct json_node *at = back_preview_step_or_null(p, step), *former = back_preview_step_or_null(p, before);
	struct sheet s = { .fields = json_get(at, "fields"), .records = json_get(at, "records"), .former_fields = json_get(former, "fields"),
		.former = former ? json_get(former, "records") : NULL };
	if (!at || !json_count(s.fields))
		return;
	s.columns = num_min(json_count(s.fields), (size_t)COLUMNS);
	s.rows_match = s.former && json_count(s.former) == json_count(s.records);
	s.order = order_of(v, &s);
	put_difference(h, &s);
	html_lit(h, "<div class=\"sheet-of\" tabindex=\"0\" role=\"region\" aria-label=\"");
	html_say(h, N_("Preview"));
	html_lit(h, "\"><table><caption class=\"visually-hidden\">");
	html_say(h, N_("The first rows"));
	html_lit(h, "</caption><thead><tr><th scope=\"col\"><span class=\"visually-hidden\">");
	html_say(h, N_("Row"));
	html_lit(h, "</span></th>");
	for (size_t i = 0; i < s.columns; i++) {
		const struct json_node *f = json_at(s.fields, s.order[i]);
		put_heading(h, v, f, former && !field_or_null(s.former_fields, json_text(json_get(f, "name"))));
	}
	html_lit(h, "</tr></thead><tbody>");
	for (size_t i = 0; i < json_count(s.records); i++)
		put_row(h, v, &s, i);
	html_lit(h, "</tbody></table></div>");
	if (json_count(s.fields) > s.columns) {
		html_lit(h, "<p class=\"hint\">");
		html_say_plural(h, N2_("One more column is not shown here.", "{0} more columns are not shown here."), (int64_t)(json_count(s.fields) - s.columns));
		html_lit(h, "</p>");
	}
}

/* The form of one processor, made of its table of parameters: boxes with the names of fields to choose from, help beside each, and an example of
 * what it does. Read back, an empty box is a parameter that is not given. */
#include "back/dataset_inside.h"

enum { BOXES = 60, JSON_BYTES = 4 << 20, OPTIONS = 80 };

/* --- what there is to choose from ------------------------------------------------------------------------------------------------ */

/* Names of the fields as they are before the step that is open. */
static size_t names_before(struct visit *v, const struct processing *k, struct str **out)
{
	size_t at = k->at.n ? back_preview_find(&k->preview, k->at) : SIZE_MAX, n = back_preview_steps(&k->preview);
	if (at == SIZE_MAX) /* a new one comes after all others, before the fields are settled */
		at = n ? n - 1 : 0;
	return back_preview_names(&k->preview, v->arena, at > 0 ? at - 1 : 0, out);
}

static void put_suggestions(struct html *h, struct visit *v, const struct str *names, size_t n)
{
	html_lit(h, "<datalist id=\"fields-there\">");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<option value=\"");
		html_text(h, names[i]);
		html_lit(h, "\">");
	}
	html_lit(h, "</datalist><datalist id=\"datasets-there\">");
	for (size_t i = 0; v->at.view && i < v->at.view->n; i++) {
		const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, v->at.view->datasets[i].slug);
		if (!d)
			continue;
		html_lit(h, "<option value=\"");
		html_text(h, d->slug);
		html_lit(h, "\">");
	}
	html_lit(h, "</datalist>");
}

/* --- one box ------------------------------------------------------------------------------------------------------------------------- */

static struct str lines_of(struct arena *a, const struct json_node *n, struct str between)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	if (json_kind(n) == JSON_TEXT)
		return json_text(n);
	for (size_t i = 0; i < json_count(n); i++) {
		if (i)
			buf_put(&b, between);
		buf_put(&b, json_text(json_at(n, i)));
	}
	return arena_str(a, buf_str(&b));
}

static struct str value_of(struct arena *a, const struct process_parameter *x, const struct json_node *n)
{
	if (!n || json_kind(n) == JSON_NULL)
		return str_of(x->otherwise);
	if (x->kind == PROCESS_LIST)
		return lines_of(a, n, STR("\n"));
	if (json_kind(n) == JSON_ARRAY && x->kind != PROCESS_GEOMETRY)
		return lines_of(a, n, STR(", "));
	return json_kind(n) == JSON_TEXT ? json_text(n) : back_json_of(a, n);
}

static bool is_in(const struct json_node *list, struct str name)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_at(list, i)), name))
			return true;
	return str_eq(json_text(list), name) && name.n;
}

/* Several fields: boxes to tick, while there are not too many of them. */
static void put_fields(struct html *h, struct visit *v, const struct process_parameter *x, const char *name, const struct json_node *value, const struct str *names, size_t n)
{
	struct html_option options[BOXES];
	size_t k = 0;
	for (size_t i = 0; i < n && k < BOXES; i++)
		options[k++] = (struct html_option){ .value = names[i], .text = names[i], .on = is_in(value, names[i]) };
	for (size_t i = 0; i < json_count(value) && k < BOXES; i++) {
		bool known = false;
		for (size_t m = 0; m < n; m++)
			known |= str_eq(names[m], json_text(json_at(value, i)));
		if (!known)
			options[k++] = (struct html_option){ .value = json_text(json_at(value, i)), .text = json_text(json_at(value, i)), .on = true };
	}
	if (n && n <= BOXES)
		html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = name, .label = x->label, .hint = x->help, .options = options, .noptions = k, .columns = true });
	else
		html_field(h, &(struct html_field){ .name = name, .label = x->label, .code = true, .required = x->required,
			.hint = N_("Names of fields, with commas between them."), .value = lines_of(v->arena, value, STR(", ")) });
}

static void put_select(struct html *h, const struct process_parameter *x, const char *name, struct str value)
{
	struct html_option options[OPTIONS];
	size_t n = 0;
	struct str word, rest = str_of(x->choices);
	if (!value.n || !x->required)
		options[n++] = (struct html_option){ .value = STR(""), .text = STR("–") };
	while (rest.n && n < OPTIONS && str_cut(&rest, ' ', &word))
		if (word.n)
			options[n++] = (struct html_option){ .value = word, .text = word };
	html_choice(h, &(struct html_choice){ .name = name, .label = x->label, .hint = x->help, .options = options, .noptions = n, .value = value, .required = x->required });
}

static void put_one(struct html *h, struct visit *v, const struct process_parameter *x, const struct json_node *value, const struct str *names, size_t n)
{
	const char *name = arena_cstr(v->arena, arena_printf(v->arena, "a.%s", x->name));
	struct html_field f = { .name = name, .label = x->label, .hint = x->help, .required = x->required, .value = value_of(v->arena, x, value) };
	switch (x->kind) {
	case PROCESS_FIELDS: put_fields(h, v, x, name, value, names, n); return;
	case PROCESS_CHOICE: put_select(h, x, name, f.value); return;
	case PROCESS_BOOL:
		html_check(h, &(struct html_check){ .name = name, .label = x->label, .hint = x->help, .on = value ? json_bool(value, false) : str_eq(str_of(x->otherwise), STR("true")) });
		return;
	case PROCESS_FIELD:
	case PROCESS_OUTPUT: f.list = STR("fields-there"); f.code = true; break;
	case PROCESS_DATASET: f.list = STR("datasets-there"); f.code = true; break;
	case PROCESS_LONG_TEXT: f.kind = HTML_FIELD_AREA; break;
	case PROCESS_EXPRESSION: f.kind = HTML_FIELD_AREA; f.code = true; f.rows = 3; break;
	case PROCESS_GEOMETRY: f.kind = HTML_FIELD_AREA; f.code = true; f.rows = 6; break;
	case PROCESS_LIST: f.kind = HTML_FIELD_AREA; f.rows = 4; if (!f.hint) f.hint = N_("One on each line."); break;
	case PROCESS_REMOTE_FIELDS: f.code = true; if (!f.hint) f.hint = N_("Names of fields, with commas between them."); break;
	case PROCESS_REGEXP: f.code = true; break;
	case PROCESS_INT:
	case PROCESS_DOUBLE:
	case PROCESS_EPSG: f.kind = HTML_FIELD_NUMBER; break;
	case PROCESS_TEXT:
	case PROCESS_ZONE: break;
	}
	html_field(h, &f);
}

void dataset_put_step(struct html *h, struct visit *v, const struct processing *k, const struct json_node *one)
{
	struct str *names;
	size_t n = names_before(v, k, &names);
	put_suggestions(h, v, names, n);
	for (const struct process_parameter *x = k->kind->parameters; x->name; x++)
		put_one(h, v, x, json_get(one, x->name), names, n);
	html_lit(h, "<details class=\"fold-plain\"><summary>");
	html_say(h, N_("Name of this step"));
	html_lit(h, "</summary>");
	html_field(h, &(struct html_field){ .name = "label", .label = N_("Name of this step"), .hint = N_("So that colleagues know what it is for."),
		.value = json_text(json_get(one, "label")), .most = 200 });
	html_lit(h, "</details>");
}

/* --- reading ------------------------------------------------------------------------------------------------------------------------------ */

static bool has(const struct visitor_form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name) && str_trim(f->pairs[i].value).n)
			return true;
	return false;
}

static void put_list(struct json_out *j, const struct visitor_form *f, struct str name, char cut)
{
	json_open(j, '[');
	for (size_t i = 0; i < f->n; i++) {
		if (!str_eq(f->pairs[i].name, name))
			continue;
		struct str part, rest = f->pairs[i].value;
		while (rest.n && str_cut(&rest, cut, &part))
			if (str_trim(part).n)
				json_put(j, str_trim(part));
	}
	json_close(j, ']');
}

/* Texts may begin and end with blanks, and come with the line ends of forms. */
static void put_text(struct json_out *j, struct str s, bool trim)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			buf_put_char(&b, s.p[i]);
	json_put(j, trim ? str_trim(buf_str(&b)) : buf_str(&b));
}

static void read_one(struct json_out *j, struct visit *v, const struct visitor_form *f, const struct process_parameter *x)
{
	struct str name = arena_printf(v->arena, "a.%s", x->name), value = visitor_field(f, name);
	int64_t whole;
	double real;
	const struct json_node *shape;
	struct err e = { 0 };
	bool text = x->kind == PROCESS_TEXT || x->kind == PROCESS_LONG_TEXT;
	if (x->kind != PROCESS_BOOL && !(text ? value.n > 0 : has(f, name)))
		return;
	json_key(j, str_of(x->name));
	if (x->kind == PROCESS_BOOL)
		json_put_bool(j, visitor_field_on(f, name));
	else if (x->kind == PROCESS_FIELDS || x->kind == PROCESS_REMOTE_FIELDS)
		put_list(j, f, name, ',');
	else if (x->kind == PROCESS_LIST)
		put_list(j, f, name, '\n');
	else if ((x->kind == PROCESS_INT || x->kind == PROCESS_EPSG) && str_to_int(str_trim(value), &whole))
		json_put_int(j, whole);
	else if (x->kind == PROCESS_DOUBLE && text_to_double(str_trim(value), &real))
		json_put_real(j, real);
	else if (x->kind == PROCESS_GEOMETRY && json_read_in(v->arena, value, &shape, &e)) {
		json_value(j);
		json_put_node(j->b, shape);
	} else
		put_text(j, value, !text);
}

struct str dataset_read_step(struct visit *v, const struct visitor_form *f, const struct processor *x, struct str uid, const struct json_node *one)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str label = str_trim(visitor_field(f, STR("label")));
	json_open(&j, '{');
	if (uid.n)
		json_member(&j, "uid", uid);
	json_member(&j, "type", str_of(x->type));
	if (label.n)
		json_member(&j, "label", label);
	if (one && !json_bool(json_get(one, "enabled"), true))
		json_member_bool(&j, "enabled", false);
	for (const struct process_parameter *p = x->parameters; p->name; p++)
		read_one(&j, v, f, p);
	json_close(&j, '}');
	return arena_str(v->arena, buf_str(&b));
}

/* --- in a few words, and by example -------------------------------------------------------------------------------------------------- */

void dataset_put_summary(struct html *h, struct visit *v, const struct processor *x, const struct json_node *one)
{
	bool any = false, arrow = false;
	for (const struct process_parameter *p = x ? x->parameters : NULL; p && p->name; p++) {
		if (p->kind != PROCESS_FIELD && p->kind != PROCESS_FIELDS && p->kind != PROCESS_OUTPUT)
			continue;
		struct str value = value_of(v->arena, p, json_get(one, p->name));
		if (!value.n)
			continue;
		if (any && !arrow && p->kind == PROCESS_OUTPUT) {
			html_lit(h, " → ");
			arrow = true;
		} else if (any) {
			html_lit(h, ", ");
		}
		html_text(h, text_cut(value, 80));
		any = true;
	}
}

static void put_records(struct html *h, struct visit *v, const char *json)
{
	const struct json_node *rows, *value;
	struct err e = { 0 };
	struct str key;
	if (!json || !json_read_in(v->arena, str_of(json), &rows, &e) || !json_count(rows))
		return;
	html_lit(h, "<div class=\"sheet-of small\" tabindex=\"0\" role=\"region\" aria-label=\"");
	html_say(h, N_("Example"));
	html_lit(h, "\"><table><thead><tr>");
	for (size_t i = 0; json_each(json_at(rows, 0), &i, &key, &value);) {
		html_lit(h, "<th scope=\"col\"><code>");
		html_text(h, key);
		html_lit(h, "</code></th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (size_t r = 0; r < json_count(rows) && r < 4; r++) {
		html_lit(h, "<tr>");
		for (size_t i = 0; json_each(json_at(rows, 0), &i, &key, &value);) {
			const struct json_node *cell = json_get(json_at(rows, r), arena_cstr(v->arena, key));
			html_lit(h, "<td dir=\"auto\">");
			html_text(h, text_cut(json_kind(cell) == JSON_TEXT ? json_text(cell) : json_kind(cell) > JSON_NULL ? back_json_of(v->arena, cell) : STR(""), 80));
			html_lit(h, "</td>");
		}
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table></div>");
}

void dataset_put_example(struct html *h, struct visit *v, const struct processor *x)
{
	if (!x->examples || !x->examples[0].processor)
		return;
	html_lit(h, "<details class=\"fold-plain example\"><summary>");
	html_say(h, N_("Example"));
	html_lit(h, "</summary><p>");
	html_say(h, N_("Before"));
	html_lit(h, "</p>");
	put_records(h, v, x->examples[0].before);
	html_lit(h, "<p>");
	html_say(h, N_("After"));
	html_lit(h, "</p>");
	put_records(h, v, x->examples[0].after);
	view_code(h, N_("Copy the processor"), str_of(x->examples[0].processor));
	html_lit(h, "</details>");
}

/* Numbers whose one mark may part thousands or decimals: both readings, and what somebody chose. A form has "mark.FIELD" = thousands, decimals or nothing (text), and
 * beside it, as the question was put, the mark, what the column is with thousands and what it was read as: ".int decimals". */
#include "back/dataset_inside.h"
#include "text/text.h"

static struct str texts(struct visit *v, const struct json_node *list)
{
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < json_count(list) && i < 3; i++)
		buf_printf(&b, "%s%.*s", i ? " · " : "", STR_ARG(json_text(json_at(list, i))));
	return arena_str(v->arena, buf_str(&b));
}

static struct str numbers(struct visit *v, const struct json_node *list)
{
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < json_count(list) && i < 3; i++) {
		if (i)
			buf_lit(&b, " · ");
		text_put_number(&b, json_real(json_at(list, i), 0), -1, v->lang->code);
	}
	return arena_str(v->arena, buf_str(&b));
}

void dataset_put_marks(struct html *h, struct visit *v, const struct back_preview *p)
{
	const struct json_node *marks = p->root ? json_get(p->root, "marks") : NULL;
	for (size_t i = 0; i < json_count(marks); i++) {
		const struct json_node *one = json_at(marks, i);
		struct str field = json_text(json_get(one, "field"));
		struct str chosen = json_text(json_get(one, "chosen"));
		struct str said[] = { json_text(json_get(one, "label")), texts(v, json_get(one, "sample")) };
		struct html_option options[] = {
			{ .value = STR("thousands"), .message = N_("They are thousands"), .hint_text = numbers(v, json_get(one, "thousands")) },
			{ .value = STR("decimals"), .message = N_("They are decimals"), .hint_text = numbers(v, json_get(one, "decimals")) },
			{ .value = STR(""), .message = N_("Leave it as text") },
		};
		auto_buf label = BUF_INIT(8192);
		i18n_put_filled(&label, i18n_text(v->lang, N_("Thousands or decimals? “{0}”: {1}")), said, COUNT_OF(said));
		html_lit(h, "<div class=\"either\">");
		html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .options = options, .noptions = COUNT_OF(options), .value = chosen,
			.name = arena_cstr(v->arena, arena_join(v->arena, STR("mark."), field)), .label_text = arena_str(v->arena, buf_str(&label)) });
		html_lit(h, "</div>");
		html_hidden(h, arena_cstr(v->arena, arena_join(v->arena, STR("marked."), field)),
			arena_printf(v->arena, "%.*s%.*s %.*s", STR_ARG(json_text(json_get(one, "mark"))), STR_ARG(json_text(json_get(one, "type"))), STR_ARG(chosen)));
	}
}

bool dataset_mark_decided(struct visit *v, const struct visitor_form *f, const struct json_node *one)
{
	return str_eq(json_text(json_get(one, "type")), STR("type")) && visitor_field(f, arena_join(v->arena, STR("marked."), json_text(json_get(one, "field")))).n > 0;
}

static bool is_typed(const struct json_node *fields, struct str name)
{
	for (size_t i = 0; i < json_count(fields); i++)
		if (str_eq(json_text(json_get(json_at(fields, i), "type")), STR("type")) && str_eq(json_text(json_get(json_at(fields, i), "field")), name))
			return true;
	return false;
}

void dataset_put_marked(struct json_out *j, struct visit *v, const struct visitor_form *f, const struct json_node *fields)
{
	struct str name, way;
	for (size_t at = 0; dataset_next_pair(f, "mark.", &at, &name, &way);) {
		struct str rest = visitor_field(f, arena_join(v->arena, STR("marked."), name)), asked;
		if (!rest.n || !str_cut(&rest, ' ', &asked) || !asked.n || dataset_type_decided(f, name))
			continue;
		bool point = asked.p[0] == '.', thousands = str_eq(way, STR("thousands"));
		/* Text that nobody chose goes on being found out. */
		if (!way.n && !rest.n && !is_typed(fields, name))
			continue;
		json_open(j, '{');
		json_member(j, "type", STR("type"));
		json_member(j, "field", name);
		json_member(j, "type_param", !way.n ? STR("text") : thousands && str_eq(asked, point ? STR(".int") : STR(",int")) ? STR("int") : STR("double"));
		if (way.n)
			json_member(j, "decimal", point == thousands ? STR(",") : STR("."));
		json_close(j, '}');
	}
}

/* What a new dataset asks before it is published: columns that are numbers or dates but for some values, and rows that cannot be read at all. */
#include "back/dataset_inside.h"

enum { SAMPLES = 5 }; /* of a preview: there may be more */

static struct str filled(struct visit *v, struct str text, const struct str *args, size_t n)
{
	auto_buf b = BUF_INIT(64 * 1024);
	i18n_put_filled(&b, text, args, n);
	return arena_str(v->arena, buf_str(&b));
}

static const char *as_title(struct str type)
{
	if (str_eq(type, STR("date")))
		return N_("As dates");
	return str_eq(type, STR("datetime")) ? N_("As dates with a time") : N_("As numbers");
}

/* "3 values do not fit and would be left empty: n/c, x, 12 rue …" */
static struct str losses(struct visit *v, const struct json_node *one)
{
	int64_t n = json_int(json_get(one, "misfit"), 0);
	auto_buf list = BUF_INIT(4096);
	const struct json_node *sample = json_get(one, "sample");
	for (size_t i = 0; i < json_count(sample); i++)
		buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(json_text(json_at(sample, i))));
	if (json_count(sample) == SAMPLES)
		buf_lit(&list, " …");
	struct str args[] = { arena_printf(v->arena, "%lld", (long long)n), arena_str(v->arena, buf_str(&list)) };
	struct str said = filled(v, i18n_plural(v->lang, N2_("{0} value does not fit and would be left empty: {1}", "{0} values do not fit and would be left empty: {1}"), n), args, 2);
	struct str unit = json_text(json_get(one, "unit"));
	bool number = !str_starts(json_text(json_get(one, "type")), STR("date"));
	if (!number || !unit.n)
		return said;
	return arena_printf(v->arena, "%.*s. %.*s", STR_ARG(said), STR_ARG(filled(v, i18n_text(v->lang, N_("The sign {0} becomes the unit of the field.")), &unit, 1)));
}

void dataset_put_mixed(struct html *h, struct visit *v, const struct back_preview *p)
{
	const struct json_node *mixed = p->root ? json_get(p->root, "mixed") : NULL;
	for (size_t i = 0; i < json_count(mixed); i++) {
		const struct json_node *one = json_at(mixed, i);
		struct str field = json_text(json_get(one, "field")), type = json_text(json_get(one, "type")), label = json_text(json_get(one, "label"));
		struct str chosen = json_text(json_get(one, "chosen"));
		bool as_text = str_eq(chosen, STR("text"));
		/* What somebody chose stands, a decimal where whole numbers would do. */
		if (!as_text)
			type = chosen;
		struct html_option options[] = { { .value = type, .message = as_title(type), .hint_text = losses(v, one) },
			{ .value = STR("text"), .message = N_("As text"), .hint = N_("Every value stays as it is written.") } };
		html_lit(h, "<div class=\"either words\">");
		html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .options = options, .noptions = COUNT_OF(options), .value = as_text ? STR("text") : type,
			.name = arena_cstr(v->arena, arena_join(v->arena, STR("as."), field)),
			.label_text = filled(v, i18n_text(v->lang, N_("How is “{0}” to be read?")), &label, 1) });
		html_lit(h, "</div>");
		html_hidden(h, arena_cstr(v->arena, arena_join(v->arena, STR("was."), field)), chosen);
	}
}

bool dataset_type_decided(const struct visitor_form *f, struct str field)
{
	struct str name, value;
	for (size_t at = 0; dataset_next_pair(f, "as.", &at, &name, &value);)
		if (str_eq(name, field))
			return true;
	return false;
}

void dataset_put_types(struct json_out *j, struct visit *v, const struct visitor_form *f, const struct json_node *fields)
{
	struct str name, value;
	for (size_t at = 0; dataset_next_pair(f, "as.", &at, &name, &value);) {
		bool had = false, text = str_eq(value, STR("text"));
		for (size_t i = 0; i < json_count(fields); i++)
			had |= str_eq(json_text(json_get(json_at(fields, i), "type")), STR("type")) && str_eq(json_text(json_get(json_at(fields, i), "field")), name);
		/* Text that nobody chose goes on being found out. */
		if (text && !had && str_eq(visitor_field(f, arena_join(v->arena, STR("was."), name)), STR("text")))
			continue;
		struct str order = visitor_field(f, arena_join(v->arena, STR("date."), name));
		json_open(j, '{');
		json_member(j, "type", STR("type"));
		json_member(j, "field", name);
		json_member(j, "type_param", value);
		if (order.n && str_starts(value, STR("date")))
			json_member(j, "dates", str_eq(order, STR("day")) ? STR("day_first") : STR("month_first"));
		json_close(j, '}');
	}
}

void dataset_put_left_out(struct html *h, const struct back_preview *p)
{
	enum { TOLD = 5 };
	const struct json_node *errors = json_get(back_preview_step_or_null(p, 0), "errors");
	int64_t total = json_int(json_get(back_preview_step_or_null(p, 0), "errors_total"), 0);
	if (!total)
		return;
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p><strong>");
	html_say_plural(h, N2_("{0} row does not fit the table and is left out.", "{0} rows do not fit the table and are left out."), total);
	html_lit(h, "</strong> ");
	html_say(h, N_("Mend the file, or read it differently below."));
	html_lit(h, "</p><ul>");
	for (size_t i = 0; i < json_count(errors) && i < TOLD; i++) {
		const struct json_node *one = json_at(errors, i);
		html_lit(h, "<li>");
		html_say_with(h, N_("Row {0}"), HTML_ARG_COUNT(json_int(json_get(one, "row"), 0)));
		html_lit(h, ": <bdi>");
		html_reason(h, json_text(json_get(one, "message")));
		html_lit(h, "</bdi> <code dir=\"auto\">");
		html_text(h, text_cut(json_text(json_get(one, "value")), 200));
		html_lit(h, "</code></li>");
	}
	html_lit(h, "</ul>");
	html_notice_close(h);
}

/* Columns whose values are no longer what their fields are published as: what would become of them, and a button that takes the new type. */
#include "back/dataset_inside.h"

static const struct json_node *drift_of(const struct back_preview *p) { return p->root ? json_get(p->root, "drift") : NULL; }

struct str dataset_drifted(const struct back_preview *p, struct str field)
{
	const struct json_node *list = drift_of(p);
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "field")), field))
			return json_text(json_get(json_at(list, i), "found"));
	return STR("");
}

static struct html_arg type_arg(struct visit *v, const struct json_node *one, const char *member)
{
	return HTML_ARG_TEXT(i18n_text(v->lang, back_type_title(json_text(json_get(one, member)))));
}

static void put_words(struct html *h, struct visit *v, const struct json_node *one)
{
	bool refused = json_bool(json_get(one, "refused"), false);
	html_lit(h, "<p><strong>");
	html_say_with(h, N_("“{0}” is published as {1}, and its column looks like {2} now."), HTML_ARG_TEXT(json_text(json_get(one, "label"))),
	              type_arg(v, one, "published"), type_arg(v, one, "found"));
	html_lit(h, "</strong> ");
	html_say_with(h, N_("Of {0} values that were looked at, {1} do not fit, the first of them {2} in row {3}."), HTML_ARG_COUNT(json_int(json_get(one, "values"), 0)),
	              HTML_ARG_COUNT(json_int(json_get(one, "misfit"), 0)), HTML_ARG_CODE(json_text(json_get(one, "value"))),
	              HTML_ARG_COUNT(json_int(json_get(one, "row"), 0)));
	html_lit(h, " ");
	html_say(h, refused ? N_("These are too many: a publication would be refused, and the published data stay.")
	                    : N_("A publication leaves them empty and lists them."));
	html_lit(h, " ");
	html_say(h, N_("Whoever reads the data by program counts on the published type. Mend the source, or take the new type if it is meant."));
	html_lit(h, "</p>");
}

void dataset_put_drift(struct html *h, struct visit *v, const struct config *c, const struct back_preview *p, bool may)
{
	const struct json_node *list = drift_of(p);
	if (!json_count(list))
		return;
	html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .id = "drift" });
	back_dataset_base(h, v, c, STR("fields"));
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		struct str type = i18n_text(v->lang, back_type_title(json_text(json_get(one, "found"))));
		auto_buf label = BUF_INIT(4096);
		i18n_put_filled(&label, i18n_text(v->lang, N_("Take the new type: {0}")), &type, 1);
		html_notice_open(h, json_bool(json_get(one, "refused"), false) ? HTML_BAD : HTML_WARNING);
		put_words(h, v, one);
		if (may)
			html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .text = arena_str(v->arena, buf_str(&label)), .name = "do",
				.about = json_text(json_get(one, "label")), .value = arena_join(v->arena, STR("take "), json_text(json_get(one, "field"))) });
		html_notice_close(h);
	}
	html_form_close(h);
}

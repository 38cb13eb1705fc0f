/* The letter that says when nothing is pushed any more: a switch and a number beside each source that is pushed to. They are settings of that
 * source, so what is saved here stands on its page, too. */
#include "back/dataset_inside.h"
#include "back/schedule_words.h"

enum { MINUTES_OF_YEAR = 527040, USUAL = 60 };

static const struct json_node *pushed_or_null(const struct config *c, struct str uid)
{
	const struct json_node *list = json_get(c->doc, "resources");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		bool right = !uid.n || str_eq(json_text(json_get(one, "uid")), uid);
		if (right && str_eq(json_text(json_get(one, "type")), STR("realtime")))
			return one;
	}
	return NULL;
}

bool back_silence_save(struct visit *v, struct config *c, const struct visitor_form *f, struct str path, struct html_errors *errors, struct err *e)
{
	struct arena *a = v->arena;
	const struct json_node *one = pushed_or_null(c, visitor_field(f, STR("source")));
	bool alert = visitor_field_on(f, STR("alert"));
	int64_t minutes = USUAL;
	if (!one)
		return err_set(e, ERR_NOT_FOUND, "There is no such source any more.");
	if (alert && (!str_to_int(str_trim(visitor_field(f, STR("minutes"))), &minutes) || minutes < 1 || minutes > MINUTES_OF_YEAR)) {
		back_refused(v);
		return html_complain(errors, v->lang, "minutes", N_("Please give a number of minutes from 1 to 527,040, which is a year."));
	}
	struct str at = arena_printf(a, "resources/%.*s/params", STR_ARG(json_text(json_get(one, "uid"))));
	const struct back_put puts[] = { { arena_printf(a, "%.*s/alert", STR_ARG(at)), alert ? STR("true") : STR("false") },
		{ arena_printf(a, "%.*s/minutes", STR_ARG(at)), arena_printf(a, "%lld", (long long)minutes) } };
	return back_dataset_save_all(v, c, puts, COUNT_OF(puts), f, errors, e) && back_done(v, path, "saved-now", e);
}

static void put_one(struct html *h, struct visit *v, const struct config *c, const struct json_node *one, struct str path, const struct visitor_form *posted_or_null,
                    const struct html_errors *errors)
{
	struct str uid = json_text(json_get(one, "uid")), title = json_text(json_get(one, "title"));
	const struct json_node *params = json_get(one, "params");
	bool mine = posted_or_null && str_eq(visitor_field(posted_or_null, STR("source")), uid);
	html_form_open(h, &(struct html_form){ .visit = v, .action = path, .posted = mine ? posted_or_null : NULL, .errors = mine ? errors : NULL });
	back_dataset_base(h, v, c, arena_printf(v->arena, "resources/%.*s/params", STR_ARG(uid)));
	html_hidden(h, "source", uid);
	html_check(h, &(struct html_check){ .name = "alert", .label = N_("A letter when nothing is pushed any more"), .hint_text = title, .on = json_bool(json_get(params, "alert"), false), .as_switch = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "minutes", .label = N_("Tell after"), .unit = N_("minutes"), .narrow = true, .min = STR("1"), .max = STR("527040"),
		.value = arena_printf(v->arena, "%lld", (long long)json_int(json_get(params, "minutes"), USUAL)) });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .about = title, .name = "do", .value = STR("silence") });
	html_buttons_close(h);
	html_form_close(h);
}

void back_put_silence(struct html *h, struct visit *v, const struct config *c, struct str path, const struct visitor_form *posted_or_null, const struct html_errors *errors)
{
	const struct json_node *list = json_get(c->doc, "resources");
	if (!pushed_or_null(c, STR("")))
		return;
	html_panel_open(h, "silence", N_("Silence"), N_("One letter to whoever looks after the dataset, and the next only after something came in between."));
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "type")), STR("realtime")))
			put_one(h, v, c, json_at(list, i), path, posted_or_null, errors);
	html_panel_close(h);
}

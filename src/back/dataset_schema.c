/* The fields of a dataset: their order, names, types and what pages make of them, each with a form of its own, and the rows as readers will
 * have them. */
#include "back/dataset_inside.h"
#include "back/meta.h"

#define SETTINGS STR("asset_content_configuration")
#define WEIGHTS STR("records_search_boosts")
#define LANGUAGES STR("fields_displayed_in_specific_languages")

struct schema_page {
	struct visit visit;
	struct config c;
	struct visitor_form form;
	struct html_errors errors;
	struct back_preview preview;
	struct dataset_fields all;
	struct back_metas metas; /* what they say of fields: SETTINGS */
	struct str settings;     /* … as it stands */
	struct str at;   /* origin of the field that is open */
	bool posted, may;
};

static void leave(struct schema_page *k) { visitor_leave(&k->visit); }

static struct str path(const struct schema_page *k, const char *query, struct str value)
{
	auto_buf b = BUF_INIT(4096);
	text_put_url(&b, value);
	return arena_printf(k->visit.arena, "%.*s?%s=%.*s", STR_ARG(back_dataset_path(&k->visit, &k->c, DATASET_TAB_SCHEMA)), query, STR_ARG(buf_str(&b)));
}

/* --- reading the form ---------------------------------------------------------------------------------------------------------------------- */

/* "label.fr" … as a text, or as an object by language where there are several; the first language's is the one for all others. NULL: none. */
static bool read_texts(struct schema_page *k, const char *name, const struct json_node **out, struct err *e)
{
	struct visit *v = &k->visit;
	const struct tenant *t = v->at.tenant;
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	size_t n = 0;
	json_open(&j, '{');
	for (size_t i = 0; i < t->nlanguages; i++) {
		struct str s = str_trim(visitor_field(&k->form, arena_printf(v->arena, "%s.%.*s", name, STR_ARG(t->languages[i]))));
		if (!s.n)
			continue;
		json_key(&j, i ? t->languages[i] : STR(""));
		json_put(&j, s);
		n++;
	}
	json_close(&j, '}');
	*out = NULL;
	return !n || json_read_in(v->arena, arena_str(v->arena, buf_str(&b)), out, e);
}

/* A name that has been given up before comes back as the name itself. */
static void rename_to(struct schema_page *k, struct dataset_field *f, struct str name)
{
	if (!name.n || str_eq(name, f->name))
		return;
	if (!str_eq(f->name, f->origin))
		vec_push(k->visit.arena, &f->former, f->name);
	size_t n = 0;
	for (size_t i = 0; i < f->former.n; i++)
		if (!str_eq(f->former.p[i], name))
			f->former.p[n++] = f->former.p[i];
	f->former.n = n;
	f->name = name;
}

static void read_field(struct schema_page *k, struct dataset_field *f)
{
	const struct visitor_form *form = &k->form;
	const struct { const char *name; struct str *text; } texts[] = { { "type", &f->type }, { "dates", &f->dates }, { "decimal", &f->decimal },
		{ "timezone", &f->timezone }, { "facetsort", &f->facetsort }, { "precision", &f->precision }, { "unit", &f->unit }, { "decimals", &f->decimals } };
	const struct { const char *name; bool *flag; } flags[] = { { "id", &f->id }, { "facet", &f->facet }, { "disjunctive", &f->disjunctive },
		{ "sortable", &f->sortable }, { "range", &f->range }, { "multivalued", &f->multivalued }, { "hierarchical", &f->hierarchical } };
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i].text = str_trim(visitor_field(form, str_of(texts[i].name)));
	bool was = f->facet || str_eq(visitor_field(form, STR("facet.was")), STR("yes"));
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		*flags[i].flag = visitor_field_on(form, str_of(flags[i].name));
	f->no_facet = was && !f->facet;
	f->separator = visitor_field(form, STR("separator")).n ? visitor_field(form, STR("separator")) : STR(";");
	f->hierarchy = visitor_field(form, STR("hierarchy")).n ? visitor_field(form, STR("hierarchy")) : STR("/");
	if (!f->type.n && (f->dates.n || f->decimal.n))
		f->type = f->found;
	rename_to(k, f, str_trim(visitor_field(form, STR("name"))));
}

/* --- what the metadata say of a field ------------------------------------------------------------------------------------------------------- */

/* {field: value} of the metadata; NULL: nothing. */
static const struct json_node *setting(struct schema_page *k, struct str name)
{
	struct str json = back_metas_json(&k->metas, SETTINGS, name, STR(""));
	const struct json_node *n = NULL;
	struct err ignored = { 0 };
	return json.n && json_read_in(k->visit.arena, json, &n, &ignored) && json_kind(n) == JSON_OBJECT ? n : NULL;
}

static int64_t weight_of(struct schema_page *k, struct str field) { return json_int(json_get(setting(k, WEIGHTS), arena_cstr(k->visit.arena, field)), 1); }

static bool is_shown_in(struct schema_page *k, struct str field, struct str lang)
{
	const struct json_node *list = json_get(setting(k, LANGUAGES), arena_cstr(k->visit.arena, field));
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_at(list, i)), lang))
			return true;
	return !json_count(list);
}

/* One member put, or taken out (empty). A field that is renamed keeps what is said of it. */
static void set_member(struct schema_page *k, struct str name, struct str was, struct str field, struct str json)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str key;
	const struct json_node *v;
	size_t n = 0;
	json_open(&j, '{');
	for (size_t at = 0; json_each(setting(k, name), &at, &key, &v);) {
		if (str_eq(key, was) || str_eq(key, field))
			continue;
		json_key(&j, key);
		json_value(&j);
		json_put_node(&b, v);
		n++;
	}
	if (json.n) {
		json_key(&j, field);
		json_value(&j);
		buf_put(&b, json);
		n++;
	}
	json_close(&j, '}');
	back_metas_set(&k->metas, SETTINGS, name, STR(""), n ? arena_str(k->visit.arena, buf_str(&b)) : STR(""));
}

static bool is_weight(struct str text)
{
	int64_t n;
	return !str_trim(text).n || (str_to_int(str_trim(text), &n) && n >= 1 && n <= SCHEMA_WEIGHT_MOST);
}

static void read_settings(struct schema_page *k, struct str was, const struct dataset_field *f)
{
	const struct tenant *t = k->visit.at.tenant;
	struct arena *a = k->visit.arena;
	struct str weight = STR("");
	int64_t many = 1;
	bool searched = visitor_field_on(&k->form, STR("searched")), told = str_to_int(str_trim(visitor_field(&k->form, STR("weight"))), &many);
	size_t shown = 0;
	auto_buf b = BUF_INIT(4096);
	struct json_out j = JSON_OUT(&b);
	if (!str_eq(visitor_field(&k->form, STR("settings")), STR("yes")))
		return;
	if (!searched)
		weight = STR("0");
	else if (told && many > 1)
		weight = arena_printf(a, "%lld", (long long)many);
	json_open(&j, '[');
	for (size_t i = 0; i < t->nlanguages; i++)
		if (visitor_field_on(&k->form, arena_join(a, STR("shown."), t->languages[i]))) {
			json_put(&j, t->languages[i]);
			shown++;
		}
	json_close(&j, ']');
	set_member(k, WEIGHTS, was, f->name, weight);
	set_member(k, LANGUAGES, was, f->name, shown && shown < t->nlanguages ? arena_str(a, buf_str(&b)) : STR(""));
}

/* --- storing ---------------------------------------------------------------------------------------------------------------------------------- */

/* Faults name the operation; the box it came of is known. */
static void place_errors(struct schema_page *k, const char **boxes, size_t n)
{
	for (size_t i = 0; i < k->errors.n; i++) {
		struct html_error *one = &k->errors.items[i];
		ptrdiff_t slash = str_find_char(one->field, '/');
		int64_t at;
		struct str number = slash < 0 ? one->field : str_sub(one->field, 0, (size_t)slash);
		if (one->field.n && str_to_int(number, &at) && at >= 0 && (size_t)at < n) {
			/* Beside its box a member of the document is nobody's word. */
			struct str member = slash < 0 ? STR("") : str_from(one->field, (size_t)str_rfind_char(one->field, '/') + 1);
			if (member.n && str_starts(one->text, member) && str_starts(str_from(one->text, member.n), STR(": ")))
				one->text = str_from(one->text, member.n + 2);
			one->field = str_of(boxes[at]);
		}
	}
}

static bool store(struct schema_page *k, struct err *e)
{
	const char **boxes;
	size_t n;
	struct str json = dataset_fields_write(&k->visit, &k->all, &boxes, &n);
	struct str settings = back_metas_template(&k->metas, SETTINGS);
	const struct back_put puts[] = { { STR("fields"), json }, { STR("metadata/asset_content_configuration"), settings } };
	if (back_dataset_save_all(&k->visit, &k->c, puts, str_eq(settings, k->settings) ? 1 : 2, &k->form, &k->errors, e))
		return true;
	place_errors(k, boxes, n);
	return false;
}

static void swap(struct schema_page *k, size_t x, size_t y)
{
	struct dataset_field kept = k->all.list.p[x];
	k->all.list.p[x] = k->all.list.p[y];
	k->all.list.p[y] = kept;
	k->all.ordered = true;
}

/* The type that the values of a field have now, by its name. */
static bool take_type(struct schema_page *k, struct str name, struct err *e)
{
	struct str found = dataset_drifted(&k->preview, name);
	for (size_t i = 0; i < k->all.list.n && found.n; i++)
		if (str_eq(k->all.list.p[i].name, name) && !k->all.list.p[i].discarded)
			k->all.list.p[i].type = found;
	return store(k, e);
}

static bool press(struct schema_page *k, struct str what, struct str origin, struct err *e)
{
	struct dataset_field *f = dataset_field_or_null(&k->all, origin);
	if (str_eq(what, STR("take")))
		return take_type(k, origin, e);
	if (!f)
		return true;
	size_t at = (size_t)(f - k->all.list.p);
	if (str_eq(what, STR("discard")) || str_eq(what, STR("restore")))
		f->discarded = str_eq(what, STR("discard"));
	else if (str_eq(what, STR("up")) && at)
		swap(k, at, at - 1);
	else if (str_eq(what, STR("down")) && at + 1 < k->all.list.n)
		swap(k, at, at + 1);
	return store(k, e);
}

static bool reorder(struct schema_page *k, struct err *e)
{
	size_t to = 0;
	for (size_t i = 0; i < k->form.n; i++) {
		if (!str_eq(k->form.pairs[i].name, STR("order")))
			continue;
		struct dataset_field *f = dataset_field_or_null(&k->all, k->form.pairs[i].value);
		if (!f)
			continue;
		for (size_t at = (size_t)(f - k->all.list.p); at > to; at--)
			swap(k, at, at - 1);
		to++;
	}
	return store(k, e);
}

static bool obey(struct schema_page *k, struct err *e)
{
	struct str what = visitor_field(&k->form, STR("do"));
	ptrdiff_t blank = str_find_char(what, ' ');
	if (str_eq(what, STR("order")))
		return reorder(k, e);
	if (blank >= 0)
		return press(k, str_sub(what, 0, (size_t)blank), str_from(what, (size_t)blank + 1), e);
	struct dataset_field *f = dataset_field_or_null(&k->all, visitor_field(&k->form, STR("field")));
	if (!f)
		return html_complain(&k->errors, k->visit.lang, "", N_("This field is not there any more."));
	struct str name = str_trim(visitor_field(&k->form, STR("name")));
	for (size_t i = 0; i < k->all.list.n; i++)
		if (&k->all.list.p[i] != f && !k->all.list.p[i].discarded && str_eq(k->all.list.p[i].name, name))
			return html_complain(&k->errors, k->visit.lang, "name", N_("Another field has this name."));
	struct str was = f->name;
	if (!is_weight(visitor_field(&k->form, STR("weight"))))
		return html_complain(&k->errors, k->visit.lang, "weight", N_("Write a whole number from 1 to 100."));
	read_field(k, f);
	read_settings(k, was, f);
	return read_texts(k, "label", &f->label, e) && read_texts(k, "description", &f->description, e) && store(k, e);
}

/* --- the list ---------------------------------------------------------------------------------------------------------------------------------- */

static struct str text_of(const struct json_node *n, struct str lang)
{
	if (json_kind(n) != JSON_OBJECT)
		return json_text(n);
	struct str key, found = STR("");
	const struct json_node *value;
	for (size_t at = 0; json_each(n, &at, &key, &value);)
		if (str_eq(key, lang) || (!key.n && !found.n))
			found = json_text(value);
	return found;
}

static void put_item(struct html *h, struct schema_page *k, size_t i, const struct str *moved)
{
	struct visit *v = &k->visit;
	const struct dataset_field *f = &k->all.list.p[i];
	struct str label = text_of(f->label, v->lang_code), type = f->type.n ? f->type : f->found;
	if (!label.n)
		label = f->heading;
	const struct back_move more[] = { { f->discarded ? "restore" : "discard", f->discarded ? N_("Restore") : N_("Discard") }, { NULL, NULL } };
	html_lit(h, "<li class=\"step");
	if (f->discarded)
		html_lit(h, " off");
	html_lit(h, "\"><input type=\"hidden\" name=\"order\" value=\"");
	html_text(h, f->origin);
	html_lit(h, "\"><a href=\"");
	html_url(h, path(k, "field", f->origin));
	if (str_eq(f->origin, k->at))
		html_lit(h, "\" aria-current=\"true");
	html_lit(h, "\"");
	if (moved && str_eq(*moved, f->origin))
		html_lit(h, " autofocus");
	html_lit(h, "><bdi>");
	html_text(h, label.n ? label : f->name);
	html_lit(h, "</bdi><small><code>");
	html_text(h, f->name);
	html_lit(h, "</code>");
	if (type.n) {
		html_lit(h, " · ");
		html_say(h, back_type_title(type));
	}
	html_lit(h, "</small></a>");
	if (f->discarded) {
		html_lit(h, " ");
		html_badge(h, HTML_NEUTRAL, N_("discarded"));
	} else if (!f->there && k->preview.root) {
		html_lit(h, " ");
		html_badge(h, HTML_WARNING, N_("not in the source"));
	}
	if (k->may)
		back_put_moves(h, v, f->origin, label.n ? label : f->name, i > 0, i + 1 < k->all.list.n, more);
	html_lit(h, "</li>");
}

static void put_list(struct html *h, struct schema_page *k)
{
	const struct str *moved = httpd_query_or_null(k->visit.request, STR("moved"));
	if (!k->all.list.n) {
		html_empty(h, N_("No field yet"), N_("Fields come with the source: add one first."), NULL);
		return;
	}
	html_form_open(h, &(struct html_form){ .visit = &k->visit, .plain = true, .id = "line" });
	back_dataset_base(h, &k->visit, &k->c, STR("fields"));
	html_lit(h, "<stoa-steps data-grip=\"");
	html_say(h, N_("Drag to another place"));
	html_lit(h, "\"><ol class=\"line-of tall\">");
	for (size_t i = 0; i < k->all.list.n; i++)
		put_item(h, k, i, moved);
	html_lit(h, "</ol></stoa-steps>");
	html_form_close(h);
}

/* --- one field ---------------------------------------------------------------------------------------------------------------------------------- */

static void put_texts(struct html *h, struct schema_page *k, const char *name, const char *label, const char *hint, const struct json_node *n, enum html_kind kind)
{
	const struct tenant *t = k->visit.at.tenant;
	struct str *values = arena_array(k->visit.arena, struct str, t->nlanguages + 1);
	for (size_t i = 0; i < t->nlanguages; i++) {
		struct str key;
		const struct json_node *value;
		if (json_kind(n) != JSON_OBJECT)
			values[i] = i ? STR("") : json_text(n);
		else
			for (size_t at = 0; json_each(n, &at, &key, &value);)
				if (str_eq(key, t->languages[i]) || (!i && !key.n))
					values[i] = json_text(value);
	}
	html_field_languages(h, &(struct html_field){ .kind = kind, .name = name, .label = label, .hint = hint, .rows = 2 }, t, values);
}

static void put_type(struct html *h, struct schema_page *k, const struct dataset_field *f)
{
	static const char *const types[] = { "text", "int", "double", "date", "datetime", "boolean", "geo_point_2d", "geo_shape", "file" };
	struct html_option options[COUNT_OF(types) + 1];
	size_t n = 0;
	struct visit *v = &k->visit;
	options[n++] = (struct html_option){ .value = STR(""), .text = f->found.n && !f->type.n
		? arena_printf(v->arena, "%.*s: %.*s", STR_ARG(i18n_text(v->lang, N_("Found out"))), STR_ARG(i18n_text(v->lang, back_type_title(f->found)))) : i18n_text(v->lang, N_("Found out")) };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		options[n++] = (struct html_option){ .value = str_of(types[i]), .message = back_type_title(str_of(types[i])) };
	html_choice(h, &(struct html_choice){ .name = "type", .label = N_("Type"), .options = options, .noptions = n, .value = f->type,
		.hint = N_("A value that does not fit its type is left empty and listed after publishing; the row stays.") });
}

static void put_select(struct html *h, const char *name, const char *label, const struct html_option *options, size_t n, struct str value)
{
	html_choice(h, &(struct html_choice){ .name = name, .label = label, .options = options, .noptions = n, .value = value });
}

#define WORD(word, title) { .value = { word, sizeof(word) - 1 }, .message = title }

static void put_time(struct html *h, struct schema_page *k, const struct dataset_field *f, bool clock)
{
	static const struct html_option dates[] = { WORD("", N_("Found out")), WORD("day_first", N_("The day comes first")), WORD("month_first", N_("The month comes first")) };
	static const struct html_option days[] = { WORD("", N_("The day")), WORD("month", N_("The month")), WORD("year", N_("The year")) };
	static const struct html_option times[] = { WORD("", N_("Seconds")), WORD("minute", N_("Minutes")), WORD("hour", N_("Hours")) };
	(void)k;
	put_select(h, "dates", N_("Written as"), dates, COUNT_OF(dates), f->dates);
	put_select(h, "precision", N_("Shown down to"), clock ? times : days, 3, f->precision);
	if (clock)
		html_field(h, &(struct html_field){ .name = "timezone", .label = N_("Time zone of the source"), .value = f->timezone, .code = true,
			.hint = N_("Of times without one, such as Europe/Paris; empty: UTC.") });
}

static void put_number(struct html *h, const struct dataset_field *f, bool fraction)
{
	static const struct html_option marks[] = { WORD("", N_("Found out")), WORD(",", N_("Comma ,")), WORD(".", N_("Point .")) };
	html_field(h, &(struct html_field){ .name = "unit", .label = N_("Unit"), .value = f->unit, .narrow = true, .hint = N_("Such as kg, m, km/h, € or %.") });
	if (!fraction)
		return;
	put_select(h, "decimal", N_("Decimal mark in the source"), marks, COUNT_OF(marks), f->decimal);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "decimals", .label = N_("Digits after the point"), .value = f->decimals, .hint = N_("Empty: as many as there are.") });
}

static void put_text_settings(struct html *h, const struct dataset_field *f)
{
	html_check(h, &(struct html_check){ .name = "multivalued", .label = N_("Holds several values"), .on = f->multivalued });
	html_field(h, &(struct html_field){ .name = "separator", .label = N_("Sign between them"), .value = f->multivalued ? f->separator : STR(";"), .narrow = true, .code = true });
	html_check(h, &(struct html_check){ .name = "hierarchical", .label = N_("Is a path, from the general to the particular"), .on = f->hierarchical });
	html_field(h, &(struct html_field){ .name = "hierarchy", .label = N_("Sign between its steps"), .value = f->hierarchical ? f->hierarchy : STR("/"), .narrow = true, .code = true });
	html_check(h, &(struct html_check){ .name = "sortable", .label = N_("Tables can be sorted by it"), .on = f->sortable });
}

static void put_facet(struct html *h, const struct dataset_field *f, bool date)
{
	static const struct html_option sorts[] = { WORD("", N_("As usual")), WORD("-count", N_("Most frequent first")), WORD("count", N_("Least frequent first")),
		WORD("alphanum", N_("By name")), WORD("-alphanum", N_("By name, backwards")), WORD("num", N_("By number")), WORD("-num", N_("By number, greatest first")) };
	html_check(h, &(struct html_check){ .name = "facet", .label = N_("Readers can filter by it"), .on = f->facet });
	html_check(h, &(struct html_check){ .name = "disjunctive", .label = N_("… and choose several values at once"), .on = f->disjunctive });
	if (date)
		html_check(h, &(struct html_check){ .name = "range", .label = N_("… as a range of dates"), .on = f->range });
	put_select(h, "facetsort", N_("Order of the values"), sorts, COUNT_OF(sorts), f->facetsort);
}

static void put_former(struct html *h, const struct dataset_field *f)
{
	if (str_eq(f->name, f->origin) && !f->former.n)
		return;
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("Links and programs that use a former name go on working:"));
	html_lit(h, " <code>");
	html_text(h, f->origin);
	html_lit(h, "</code>");
	for (size_t i = 0; i < f->former.n; i++) {
		html_lit(h, ", <code>");
		html_text(h, f->former.p[i]);
		html_lit(h, "</code>");
	}
	html_lit(h, "</p>");
}

/* Who finds it, and in which languages. */
static void put_readers(struct html *h, struct schema_page *k, const struct dataset_field *f)
{
	const struct tenant *t = k->visit.at.tenant;
	html_hidden(h, "settings", STR("yes"));
	int64_t weight = weight_of(k, f->name);
	html_check(h, &(struct html_check){ .name = "searched", .label = N_("Readers' searches look into it"), .on = weight != 0 });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "weight", .label = N_("How much it counts there"), .min = STR("1"), .max = STR("100"), .narrow = true,
		.hint = N_("Records where a search finds its words here come before others: 1 is usual, 100 the most."), .value = arena_printf(k->visit.arena, "%lld", (long long)num_max(INT64_C(1), num_min(weight, (int64_t)SCHEMA_WEIGHT_MOST))) });
	if (t->nlanguages < 2)
		return;
	html_lit(h, "<fieldset class=\"field\"><legend>");
	html_say(h, N_("Shown on pages in"));
	html_lit(h, "</legend><p class=\"hint\">");
	html_say(h, N_("For texts that stand in several fields, one a language. Exports and programs get all of them."));
	html_lit(h, "</p>");
	for (size_t i = 0; i < t->nlanguages; i++) {
		const struct i18n_lang *l = i18n_lang_or_null(t->languages[i]);
		html_check(h, &(struct html_check){ .name = arena_cstr(k->visit.arena, arena_join(k->visit.arena, STR("shown."), t->languages[i])),
			.label_text = l ? l->name : t->languages[i], .on = is_shown_in(k, f->name, t->languages[i]) });
	}
	html_lit(h, "</fieldset>");
}

static void put_settings(struct html *h, struct schema_page *k, const struct dataset_field *f)
{
	struct str type = f->type.n ? f->type : f->found;
	bool date = str_eq(type, STR("date")), clock = str_eq(type, STR("datetime")), geo = str_starts(type, STR("geo_"));
	put_type(h, k, f);
	if (date || clock)
		put_time(h, k, f, clock);
	if (str_eq(type, STR("int")) || str_eq(type, STR("double")))
		put_number(h, f, str_eq(type, STR("double")));
	if (!type.n || str_eq(type, STR("text")))
		put_text_settings(h, f);
	if (!geo)
		put_facet(h, f, date || clock);
	if (!type.n || str_eq(type, STR("text")))
		put_readers(h, k, f);
	html_check(h, &(struct html_check){ .name = "id", .label = N_("Identifies the record"),
		.hint = N_("Records with the same value are one record, told again; several fields together may do so.") , .on = f->id });
}

static void put_form(struct view_page *page, struct schema_page *k, const struct dataset_field *f)
{
	struct html *h = &page->h;
	bool refused = k->posted && k->errors.n && visitor_field(&k->form, STR("field")).n;
	html_form_open(h, &(struct html_form){ .visit = &k->visit, .posted = refused ? &k->form : NULL, .errors = refused ? &k->errors : NULL, .id = "field",
		.action = path(k, "field", f->origin) });
	html_lit(h, "<h2><bdi>");
	html_text(h, f->heading.n ? f->heading : f->name);
	html_lit(h, "</bdi></h2>");
	back_dataset_base(h, &k->visit, &k->c, STR("metadata fields"));
	html_hidden(h, "field", f->origin);
	html_hidden(h, "facet.was", f->facet ? STR("yes") : STR("no"));
	put_texts(h, k, "label", N_("Label"), N_("What readers see as its heading; empty: as the source has it."), f->label, HTML_FIELD_TEXT);
	put_settings(h, k, f);
	put_texts(h, k, "description", N_("Description"), N_("What it means, how it was measured."), f->description, HTML_FIELD_AREA);
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Technical name"), .value = f->name, .code = true, .most = 100,
		.hint = N_("In addresses and programs: small letters, digits and underscores. The old name stays as another name of the field, so that nothing breaks.") });
	put_former(h, f);
	back_dataset_buttons(page, &k->c, refused ? &k->errors : NULL);
	html_form_close(h);
}

static bool show(struct schema_page *k, struct err *e)
{
	struct visit *v = &k->visit;
	auto_page page = { .visit = v };
	if (!back_dataset_open(&page, &k->c, DATASET_TAB_SCHEMA, e))
		return false;
	struct html *h = &page.h;
	const struct dataset_field *f = k->at.n ? dataset_field_or_null(&k->all, k->at) : NULL;
	size_t last = back_preview_find(&k->preview, STR("fields"));
	if (k->errors.n && !visitor_field(&k->form, STR("field")).n)
		html_notice_text(h, HTML_BAD, k->errors.items[0].text);
	html_lit(h, "<div class=\"workbench\"><div class=\"bench-side\">");
	put_list(h, k);
	if (f)
		put_form(&page, k, f);
	html_lit(h, "</div><div class=\"bench-main\">");
	back_put_fault(h, &k->preview);
	dataset_put_drift(h, v, &k->c, &k->preview, k->may);
	if (last != SIZE_MAX) {
		html_lit(h, "<h2>");
		html_say(h, N_("The records as readers will have them"));
		html_lit(h, "</h2>");
		back_put_step_errors(h, v, back_preview_step_or_null(&k->preview, last));
		back_put_rows(h, v, &k->preview, last, SIZE_MAX);
		back_put_notes(h, &k->preview);
	}
	html_lit(h, "</div></div>");
	return view_close(&page, e);
}

static bool done(struct schema_page *k, struct err *e)
{
	struct str what = visitor_field(&k->form, STR("do")), field = visitor_field(&k->form, STR("field"));
	ptrdiff_t blank = str_find_char(what, ' ');
	struct str to = back_dataset_path(&k->visit, &k->c, DATASET_TAB_SCHEMA);
	if (blank >= 0)
		to = path(k, "moved", str_from(what, (size_t)blank + 1));
	else if (field.n)
		to = path(k, "field", field);
	return back_done(&k->visit, to, back_dataset_said(&k->errors), e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(leave) struct schema_page k = { 0 };
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &k.visit, &k.c, e))
		return back_answered(p, e);
	if (!back_form_taken(&k.visit, &k.form, &k.errors, &k.posted, e))
		return false;
	k.may = back_dataset_may(&k.visit, &k.c, CONFIG_EDIT);
	const struct str *at = httpd_query_or_null(r, STR("field"));
	k.at = at ? *at : STR("");
	if (json_count(json_get(k.c.doc, "resources")) && !back_preview(&k.visit, k.c.dataset, k.c.doc, STR(""), false, &k.preview, e))
		return false;
	dataset_fields_read(&k.visit, json_get(k.c.doc, "fields"), &k.preview, &k.all);
	back_metas_read(&k.metas, k.visit.arena, json_get(k.c.doc, "metadata"));
	k.settings = back_metas_template(&k.metas, SETTINGS);
	if (k.posted) {
		if (obey(&k, e))
			return done(&k, e);
		if (!k.errors.n)
			return false;
		back_refused(&k.visit);
	}
	return show(&k, e);
}

const struct httpd_route back_dataset_schema = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/schema/", .lane = HTTPD_LANE_HAUL, .deadline_ms = 60000, .run = run };
const struct httpd_route back_dataset_schema_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/schema/", .lane = HTTPD_LANE_HAUL,
	.body_max = 512 * 1024, .deadline_ms = 60000, .run = run };

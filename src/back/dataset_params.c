/* How a source is read: the extractor with its options, and dates that could be read either way. What was found out stands in the boxes;
 * what somebody changes there is kept, the rest goes on being found out. */
#include "back/dataset_inside.h"

enum { CHOICES = 60, OPTIONS = 40 };

bool dataset_next_pair(const struct visitor_form *f, const char *beginning, size_t *at, struct str *name, struct str *value)
{
	struct str lead = str_of(beginning);
	for (; *at < f->n; (*at)++) {
		const struct httpd_pair *p = &f->pairs[*at];
		if (!str_starts(p->name, lead) || p->name.n == lead.n)
			continue;
		*name = str_from(p->name, lead.n);
		*value = p->value;
		(*at)++;
		return true;
	}
	return false;
}

/* --- the extractor --------------------------------------------------------------------------------------------------------------- */

static void put_kind(struct html *h, struct visit *v, struct str used, const struct back_preview *p)
{
	struct html_option options[CHOICES];
	size_t n = 0;
	if (!used.n)
		options[n++] = (struct html_option){ .value = STR(""), .message = N_("Found out") };
	const struct json_node *guesses = p->root ? json_get(json_get(p->root, "source"), "guesses") : NULL;
	for (size_t i = 0; i < json_count(guesses) && n < CHOICES; i++) {
		const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(json_at(guesses, i), "type")));
		if (x)
			options[n++] = (struct html_option){ .value = str_of(x->type), .text = arena_printf(v->arena, "%.*s (%lld %%)", STR_ARG(i18n_text(v->lang, x->label)),
				(long long)json_int(json_get(json_at(guesses, i), "confidence"), 0)) };
	}
	size_t guessed = n;
	for (const struct ingest_extractor *x = ingest_extractors; x->type && n < CHOICES; x++) {
		bool had = false;
		for (size_t i = 0; i < guessed; i++)
			had |= str_eq(options[i].value, str_of(x->type));
		if (!had)
			options[n++] = (struct html_option){ .value = str_of(x->type), .message = x->label };
	}
	html_choice(h, &(struct html_choice){ .name = "type", .label = N_("Kind of file"), .options = options, .noptions = n, .value = used,
		.hint = N_("What it looks like comes first, with how sure that is.") });
	html_hidden(h, "type.was", used);
}

static struct str as_text(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(1 << 20);
	if (json_kind(n) == JSON_TEXT)
		return json_text(n);
	if (json_kind(n) <= JSON_NULL)
		return STR("");
	if (json_kind(n) == JSON_ARRAY) {
		for (size_t i = 0; i < json_count(n); i++) {
			if (i)
				buf_lit(&b, ", ");
			buf_put(&b, json_text(json_at(n, i)));
		}
	} else {
		json_put_node(&b, n);
	}
	return arena_str(a, buf_str(&b));
}

/* "\\t" in a list of choices is a tab. */
static struct str spelled(struct str s) { return str_eq(s, STR("\t")) ? STR("\\t") : s; }

static const char *choice_title(struct str s)
{
	static const struct { const char *word, *title; } rows[] = { { ",", N_("Comma ,") }, { ";", N_("Semicolon ;") }, { "\\t", N_("Tab") }, { "|", N_("Bar |") }, { "space", N_("A space") },
		{ ".", N_("Point .") }, { "\"", N_("Double \"") }, { "'", N_("Single '") } };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq(s, str_of(rows[i].word)))
			return rows[i].title;
	return NULL;
}

static void put_one(struct html *h, struct visit *v, const struct ingest_parameter *x, struct str value)
{
	const char *name = arena_cstr(v->arena, arena_printf(v->arena, "p.%s", x->name));
	struct str kind = str_of(x->kind);
	if (str_eq(kind, STR("bool"))) {
		static const struct html_option answers[] = { { .value = { "true", 4 }, .message = N_("Yes") }, { .value = { "false", 5 }, .message = N_("No") } };
		html_choice(h, &(struct html_choice){ .name = name, .label = x->label, .hint = x->help, .options = answers, .noptions = 2, .value = value });
	} else if (str_eq(kind, STR("choice")) && x->choices) {
		struct html_option options[OPTIONS];
		size_t n = 0;
		struct str word, rest = str_of(x->choices);
		if (!value.n)
			options[n++] = (struct html_option){ .value = STR(""), .message = N_("Found out") };
		while (rest.n && n < OPTIONS && str_cut(&rest, ' ', &word)) {
			const char *title = choice_title(word);
			if (word.n)
				options[n++] = (struct html_option){ .value = word, .message = title, .text = word };
		}
		html_choice(h, &(struct html_choice){ .name = name, .label = x->label, .hint = x->help, .options = options, .noptions = n, .value = spelled(value) });
	} else {
		html_field(h, &(struct html_field){ .kind = str_eq(kind, STR("int")) ? HTML_FIELD_NUMBER : HTML_FIELD_TEXT, .name = name, .label = x->label,
			.hint = x->help, .value = value });
	}
	html_hidden(h, arena_cstr(v->arena, arena_printf(v->arena, "g.%s", x->name)), spelled(value));
}

void dataset_put_params(struct html *h, struct visit *v, const struct json_node *resource, const struct back_preview *p)
{
	const struct json_node *source = p->root ? json_get(p->root, "source") : NULL;
	struct str used = json_text(json_get(source, "type"));
	if (!used.n)
		used = json_text(json_get(resource, "type"));
	const struct ingest_extractor *x = ingest_extractor_or_null(used);
	const struct json_node *params = json_get(source, "params"), *stored = json_get(resource, "params");
	put_kind(h, v, used, p);
	html_lit(h, "<div class=\"columns-of\">");
	for (const struct ingest_parameter *one = x ? x->parameters : NULL; one && one->name; one++) {
		const struct json_node *value = json_get(params, one->name);
		if (!value)
			value = json_get(stored, one->name);
		put_one(h, v, one, value ? as_text(v->arena, value) : str_of(one->otherwise));
	}
	html_lit(h, "</div>");
}

static void put_param(struct json_out *j, const struct ingest_parameter *x, struct str value)
{
	struct str kind = str_of(x->kind);
	int64_t number;
	json_key(j, str_of(x->name));
	if (str_eq(kind, STR("bool"))) {
		json_put_bool(j, str_eq(value, STR("true")));
	} else if (str_eq(kind, STR("int")) && str_to_int(str_trim(value), &number)) {
		json_put_int(j, number);
	} else if (str_eq(kind, STR("list"))) {
		struct str one;
		json_open(j, '[');
		while (value.n && str_cut(&value, ',', &one))
			if (str_trim(one).n)
				json_put(j, str_trim(one));
		json_close(j, ']');
	} else {
		json_put(j, str_eq(value, STR("\\t")) ? STR("\t") : value);
	}
}

void dataset_read_params(struct visit *v, const struct visitor_form *f, const struct json_node *resource, struct str *type, struct str *params)
{
	*type = visitor_field(f, STR("type"));
	bool other = !str_eq(*type, visitor_field(f, STR("type.was")));
	const struct ingest_extractor *x = ingest_extractor_or_null(*type);
	const struct json_node *stored = json_get(resource, "params");
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	for (const struct ingest_parameter *one = x && !other ? x->parameters : NULL; one && one->name; one++) {
		struct str value = visitor_field(f, arena_printf(v->arena, "p.%s", one->name));
		bool same = str_eq(value, visitor_field(f, arena_printf(v->arena, "g.%s", one->name)));
		if (value.n && (!same || json_get(stored, one->name)))
			put_param(&j, one, value);
	}
	json_close(&j, '}');
	*params = arena_str(v->arena, buf_str(&b));
}

/* --- dates that may be either ------------------------------------------------------------------------------------------------------ */

static struct str reading(struct visit *v, const struct json_node *list)
{
	struct str first = json_text(json_at(list, 0));
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < json_count(list) && i < 3; i++) {
		if (i)
			buf_lit(&b, ", ");
		buf_put(&b, json_text(json_at(list, i)));
	}
	return first.n ? arena_str(v->arena, buf_str(&b)) : STR("–");
}

void dataset_put_dates(struct html *h, struct visit *v, const struct back_preview *p)
{
	const struct json_node *dates = p->root ? json_get(p->root, "dates") : NULL;
	for (size_t i = 0; i < json_count(dates); i++) {
		const struct json_node *d = json_at(dates, i);
		struct str chosen = json_text(json_get(d, "chosen"));
		struct html_option options[] = {
			{ .value = STR("day"), .message = N_("The day comes first"), .hint_text = reading(v, json_get(d, "day_first")) },
			{ .value = STR("month"), .message = N_("The month comes first"), .hint_text = reading(v, json_get(d, "month_first")) },
			{ .value = STR(""), .message = N_("Leave it as text") },
		};
		html_lit(h, "<div class=\"either\">");
		html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .options = options, .noptions = COUNT_OF(options), .value = chosen,
			.name = arena_cstr(v->arena, arena_printf(v->arena, "date.%.*s", STR_ARG(json_text(json_get(d, "field"))))),
			.label_text = arena_printf(v->arena, "%.*s (%.*s): %.*s", STR_ARG(i18n_text(v->lang, N_("Which date is this?"))),
				STR_ARG(json_text(json_get(d, "field"))), STR_ARG(reading(v, json_get(d, "sample")))) });
		html_lit(h, "</div>");
		html_hidden(h, arena_cstr(v->arena, arena_printf(v->arena, "time.%.*s", STR_ARG(json_text(json_get(d, "field"))))),
			str_find_char(json_text(json_at(json_get(d, "sample"), 0)), ':') >= 0 ? STR("datetime") : STR("date"));
	}
	dataset_put_marks(h, v, p);
	dataset_put_zones(h, v, p);
}

struct str dataset_read_dates(struct visit *v, const struct visitor_form *f, const struct json_node *fields)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *one = json_at(fields, i);
		struct str name = arena_join(v->arena, STR("date."), json_text(json_get(one, "field")));
		bool decided = dataset_type_decided(f, json_text(json_get(one, "field")));
		for (size_t k = 0; k < f->n; k++)
			decided |= str_eq(f->pairs[k].name, name);
		if ((decided && str_eq(json_text(json_get(one, "type")), STR("type"))) || dataset_mark_decided(v, f, one) || dataset_zone_decided(v, f, one))
			continue;
		json_value(&j);
		json_put_node(&b, one);
	}
	struct str name, value;
	for (size_t at = 0; dataset_next_pair(f, "date.", &at, &name, &value);) {
		if (!value.n || dataset_type_decided(f, name))
			continue;
		struct str type = visitor_field(f, arena_join(v->arena, STR("time."), name));
		json_open(&j, '{');
		json_member(&j, "type", STR("type"));
		json_member(&j, "field", name);
		json_member(&j, "type_param", str_eq(type, STR("datetime")) ? type : STR("date"));
		json_member(&j, "dates", str_eq(value, STR("day")) ? STR("day_first") : STR("month_first"));
		json_close(&j, '}');
	}
	dataset_put_types(&j, v, f, fields);
	dataset_put_marked(&j, v, f, fields);
	dataset_put_zoned(&j, v, f);
	json_close(&j, ']');
	return arena_str(v->arena, buf_str(&b));
}

/* The operations on fields, one function each, and what is wrong with them before they are tried. */
#include "ingest/fields.h"
#include "clock/clock.h"
#include "text/text.h"

struct state {
	struct arena *a;
	struct fate *columns;
	size_t n;
	bool whole;
};

static struct fate *find(const struct state *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->columns[i].deleted && str_eq(s->columns[i].field.name, name)) return &s->columns[i];
	return NULL;
}

static struct str text_of(struct arena *a, const struct json_node *o, const char *key)
{
	return arena_str(a, str_trim(json_text(json_get(o, key))));
}

/* A text, or texts by language: the one without a language is the text itself. */
static bool take_texts(struct arena *a, const struct json_node *n, struct str *text, struct str *by_language)
{
	if (json_kind(n) == JSON_TEXT) {
		*text = arena_str(a, str_trim(json_text(n)));
		*by_language = STR("");
		return true;
	}
	if (json_kind(n) != JSON_OBJECT) return false;
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str lang;
	const struct json_node *value;
	struct str first = { 0 };
	struct str plain = { 0 };
	size_t some = 0;
	json_open(&j, '{');
	for (size_t at = 0; json_each(n, &at, &lang, &value);) {
		struct str t = str_trim(json_text(value));
		if (t.n == 0) continue;
		if (first.n == 0) first = t;
		if (lang.n == 0) {
			plain = t;
			continue;
		}
		json_key(&j, lang);
		json_put(&j, t);
		some++;
	}
	json_close(&j, '}');
	*text = arena_str(a, plain.n ? plain : first);
	*by_language = some && !b.over ? arena_str(a, buf_str(&b)) : STR("");
	return true;
}

static bool is_text(struct str s) { return s.n > 0; }

/* --- operations ------------------------------------------------------------------------------------- */

static void add_alias(struct arena *a, struct field *f, struct str name)
{
	struct str *all = arena_array(a, struct str, f->naliases + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->naliases; i++)
		if (!str_eq(f->aliases[i], name)) all[n++] = f->aliases[i];
	all[n++] = name;
	f->aliases = all;
	f->naliases = n;
}

/* A name that comes back to its field is its name again, and no alias. */
static void drop_alias(struct field *f, struct str name)
{
	size_t n = 0;
	for (size_t i = 0; i < f->naliases; i++)
		if (!str_eq(f->aliases[i], name)) f->aliases[n++] = f->aliases[i];
	f->naliases = n;
}

static bool do_rename(struct state *s, const struct json_node *o, struct err *e)
{
	struct str to = text_of(s->a, o, "to_name");
	struct fate *c = find(s, text_of(s->a, o, "from_name"));
	if (!c) return true;
	struct str label;
	struct str labels;
	if (take_texts(s->a, json_get(o, "field_label"), &label, &labels) && is_text(label)) {
		c->field.label = label;
		c->field.labels = labels;
		c->labelled = true;
	}
	if (to.n == 0 || str_eq(to, c->field.name)) return true;
	if (s->whole && find(s, to))
		return err_set(e, ERR_BAD_SOURCE, "the field “%.*s” cannot be renamed to “%.*s”: another field has that name",
		               STR_ARG(c->field.name), STR_ARG(to));
	add_alias(s->a, &c->field, c->field.name);
	drop_alias(&c->field, to);
	c->field.name = to;
	return true;
}

static void do_type(struct state *s, const struct json_node *o)
{
	struct fate *c = find(s, text_of(s->a, o, "field"));
	enum value_type t;
	if (!c || !value_type_of(json_text(json_get(o, "type_param")), &t)) return;
	struct str dates = json_text(json_get(o, "dates"));
	struct str decimal = json_text(json_get(o, "decimal"));
	c->typed = true;
	c->field.type = t;
	c->dates = str_eq(dates, STR("day_first")) ? FATE_DAY_FIRST : str_eq(dates, STR("month_first")) ? FATE_MONTH_FIRST : FATE_OPEN;
	c->decimal = decimal.n == 1 ? decimal.p[0] : 0;
	struct str zone = text_of(s->a, o, "timezone");
	if (zone.n) c->field.timezone = zone;
	if (t != VALUE_TEXT) c->field.flags &= ~(unsigned)(FIELD_MULTIVALUED | FIELD_HIERARCHICAL);
}

/* args: ["x"], or "x", or none. */
static struct str first_arg(struct arena *a, const struct json_node *o)
{
	const struct json_node *args = json_get(o, "args");
	const struct json_node *n = json_kind(args) == JSON_ARRAY ? json_at(args, 0) : args;
	if (json_kind(n) == JSON_TEXT) return arena_str(a, json_text(n));
	int64_t v = json_int(n, INT64_MIN);
	return v == INT64_MIN ? STR("") : arena_printf(a, "%lld", (long long)v);
}

/* [false] takes a switch off. */
static bool arg_is_off(const struct json_node *o)
{
	const struct json_node *args = json_get(o, "args");
	const struct json_node *n = json_kind(args) == JSON_ARRAY ? json_at(args, 0) : args;
	return !json_bool(n, true);
}

static const struct { const char *word; unsigned flag; } switches[] = {
	{ "id", FIELD_ID }, { "facet", FIELD_FACET }, { "disjunctive", FIELD_DISJUNCTIVE }, { "sortable", FIELD_SORTABLE },
	{ "timerangeFilter", FIELD_RANGE },
};

static void do_annotate(struct state *s, const struct json_node *o)
{
	struct fate *c = find(s, text_of(s->a, o, "field"));
	struct str what = json_text(json_get(o, "annotation"));
	struct str arg = first_arg(s->a, o);
	if (!c) return;
	struct field *f = &c->field;
	for (size_t i = 0; i < COUNT_OF(switches); i++) {
		if (!str_eq(what, str_of(switches[i].word))) continue;
		f->flags = arg_is_off(o) ? f->flags & ~switches[i].flag : f->flags | switches[i].flag;
		if (switches[i].flag == FIELD_FACET) c->facet_said = true;
	}
	int64_t digits;
	if (str_eq(what, STR("unit"))) f->unit = arg;
	else if (str_eq(what, STR("timezone"))) f->timezone = str_trim(arg);
	else if (str_eq(what, STR("facetsort"))) f->facetsort = arg;
	else if (str_eq(what, STR("timeserie_precision"))) f->precision = arg;
	else if (str_eq(what, STR("decimals"))) f->decimals = str_to_int(arg, &digits) && digits >= 0 && digits <= 20 ? (int)digits : -1;
	else if (str_eq(what, STR("multivalued"))) {
		f->flags |= FIELD_MULTIVALUED;
		f->separator = arg;
		c->listed = true;
	} else if (str_eq(what, STR("hierarchical"))) {
		f->flags |= FIELD_HIERARCHICAL;
		f->hierarchy = arg.n ? arg : STR("/");
	}
}

static void do_description(struct state *s, const struct json_node *o)
{
	struct fate *c = find(s, text_of(s->a, o, "field"));
	struct str text;
	struct str texts;
	if (!c || !take_texts(s->a, json_get(o, "description"), &text, &texts)) return;
	c->field.description = text;
	c->field.descriptions = texts;
}

static void do_order(struct state *s, const struct json_node *o)
{
	const struct json_node *names = json_get(o, "order") ? json_get(o, "order") : json_get(o, "args");
	struct fate *sorted = arena_array(s->a, struct fate, s->n + 1);
	bool *taken = arena_array(s->a, bool, s->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < json_count(names) && json_kind(names) == JSON_ARRAY; i++) {
		struct fate *c = find(s, json_text(json_at(names, i)));
		if (!c || taken[c - s->columns]) continue;
		taken[c - s->columns] = true;
		sorted[n++] = *c;
	}
	for (size_t i = 0; i < s->n; i++)
		if (!taken[i]) sorted[n++] = s->columns[i];
	memcpy(s->columns, sorted, s->n * sizeof *sorted);
}

static void do_facets(struct state *s, const struct json_node *o)
{
	const struct json_node *list = json_get(o, "facets");
	for (size_t i = 0; i < s->n; i++) {
		s->columns[i].field.flags &= ~(unsigned)(FIELD_FACET | FIELD_DISJUNCTIVE | FIELD_RANGE);
		s->columns[i].field.facetsort = STR("");
		s->columns[i].facet_said = true;
	}
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		struct str name = json_kind(one) == JSON_TEXT ? json_text(one) : json_text(json_get(one, "field_name"));
		struct fate *c = find(s, name);
		if (!c) continue;
		c->field.flags |= FIELD_FACET;
		if (json_bool(json_get(one, "disjunctive"), false)) c->field.flags |= FIELD_DISJUNCTIVE;
		if (json_bool(json_get(one, "timerange_filter"), false)) c->field.flags |= FIELD_RANGE;
		c->field.facetsort = text_of(s->a, one, "facetsort");
	}
}

/* {name: how much it counts when texts are searched}; 0: it is passed by. What is beyond the most counts as the most. */
static void do_weights(struct state *s, const struct json_node *weights)
{
	struct str name;
	const struct json_node *v;
	for (size_t at = 0; json_each(weights, &at, &name, &v);) {
		struct fate *c = find(s, name);
		if (!c) continue;
		if (json_int(v, 1) == 0) c->field.flags |= FIELD_UNREAD;
		c->field.weight = (int)num_max(INT64_C(1), num_min(json_int(v, 1), (int64_t)SCHEMA_WEIGHT_MOST));
	}
}

/* {name: [languages in which pages show it]}. */
static void do_languages(struct state *s, const struct json_node *languages)
{
	struct str name;
	const struct json_node *v;
	for (size_t at = 0; json_each(languages, &at, &name, &v);) {
		struct fate *c = find(s, name);
		auto_buf b = BUF_INIT(4096);
		if (!c || json_kind(v) != JSON_ARRAY || !json_count(v)) continue;
		json_put_node(&b, v);
		c->field.languages = arena_str(s->a, buf_str(&b));
	}
}

static bool apply_one(struct state *s, const struct json_node *o, struct err *e)
{
	struct str type = json_text(json_get(o, "type"));
	if (str_eq(type, STR("rename"))) return do_rename(s, o, e);
	if (str_eq(type, STR("type"))) do_type(s, o);
	else if (str_eq(type, STR("annotate"))) do_annotate(s, o);
	else if (str_eq(type, STR("description"))) do_description(s, o);
	else if (str_eq(type, STR("order"))) do_order(s, o);
	else if (str_eq(type, STR("facets"))) do_facets(s, o);
	else if (str_eq(type, STR("weights"))) do_weights(s, json_get(o, "weights"));
	else if (str_eq(type, STR("origin"))) fields_origin(s->a, o, s->columns, s->n);
	else if (str_eq(type, STR("languages"))) do_languages(s, json_get(o, "languages"));
	else if (str_eq(type, STR("delete"))) {
		struct fate *c = find(s, text_of(s->a, o, "field"));
		if (c) c->deleted = true;
	}
	return true;
}

bool fields_apply(struct arena *a, const struct json_node *operations, bool whole, struct fate *columns, size_t n, struct err *e)
{
	struct state s = { a, columns, n, whole };
	for (size_t i = 0; i < json_count(operations); i++)
		if (!apply_one(&s, json_at(operations, i), e)) return false;
	return true;
}

struct fate fields_one(struct arena *a, const struct json_node *operations, struct str name)
{
	struct fate one = { .field = { .name = name, .decimals = -1 } };
	struct err e = { 0 };
	bool ok = fields_apply(a, operations, false, &one, 1, &e);
	ensure(ok); /* alone it meets nobody */
	return one;
}

bool fields_recast(const struct json_node *operations)
{
	for (size_t i = 0; i < json_count(operations); i++) {
		const struct json_node *o = json_at(operations, i);
		struct str type = json_text(json_get(o, "type"));
		if (str_eq(type, STR("type")) || str_eq(type, STR("delete"))) return true;
		struct str what = json_text(json_get(o, "annotation"));
		if (str_eq(what, STR("multivalued")) || str_eq(what, STR("id")) || str_eq(what, STR("timezone"))) return true;
	}
	return false;
}

/* --- faults ------------------------------------------------------------------------------------------ */

struct check { struct process_faults *out; struct arena *a; size_t i; };

static void fault(const struct check *c, const char *member, const char *fmt, ...) printf_like(3, 4);
static void fault(const struct check *c, const char *member, const char *fmt, ...)
{
	auto_buf b = BUF_INIT(1000);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	process_fault(c->out, arena_printf(c->a, "fields/%zu%s%s", c->i, *member ? "/" : "", member), "%.*s", STR_ARG(buf_str(&b)));
}

static bool name_ok(struct str s)
{
	if (s.n == 0 || s.n > 100) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || c == '_';
		if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-' || c == '.'))) return false;
	}
	return true;
}

static void check_field(const struct check *c, const struct json_node *o, const char *member)
{
	if (json_text(json_get(o, member)).n == 0) fault(c, member, "which field is meant is missing: give its technical name");
}

static void check_texts(const struct check *c, const struct json_node *n, const char *member)
{
	struct str lang;
	const struct json_node *value;
	if (!n || json_kind(n) == JSON_NULL || json_kind(n) == JSON_TEXT) return;
	if (json_kind(n) != JSON_OBJECT) {
		fault(c, member, "expected a text, or an object of texts by language");
		return;
	}
	for (size_t at = 0; json_each(n, &at, &lang, &value);)
		if (json_kind(value) != JSON_TEXT && json_kind(value) != JSON_NULL)
			fault(c, member, "expected a text for the language \"%.*s\"", STR_ARG(text_cut(lang, 20)));
}

static void check_rename(const struct check *c, const struct json_node *o)
{
	struct str to = json_text(json_get(o, "to_name"));
	check_field(c, o, "from_name");
	check_texts(c, json_get(o, "field_label"), "field_label");
	if (to.n && !name_ok(to))
		fault(c, "to_name", "\"%.*s\" cannot be a field's name; use a-z, 0-9 and _, beginning with a letter, at most 100 of them",
		      STR_ARG(text_cut(to, 60)));
}

static void check_type(const struct check *c, const struct json_node *o)
{
	static const char *const known[] = { "text", "int", "double", "geo_point_2d", "geo_shape", "date", "datetime", "file", "boolean", "json_blob" };
	struct str t = json_text(json_get(o, "type_param"));
	struct str dates = json_text(json_get(o, "dates"));
	struct str decimal = json_text(json_get(o, "decimal"));
	struct str zone = json_text(json_get(o, "timezone"));
	bool ok = false;
	check_field(c, o, "field");
	for (size_t i = 0; i < COUNT_OF(known); i++) ok |= str_eq(t, str_of(known[i]));
	if (!ok)
		fault(c, "type_param", "\"%.*s\" is not a type; expected one of text, int, double, boolean, date, datetime, geo_point_2d, "
		                       "geo_shape, file, json_blob", STR_ARG(text_cut(t, 40)));
	if (dates.n && !str_eq(dates, STR("day_first")) && !str_eq(dates, STR("month_first")))
		fault(c, "dates", "expected day_first or month_first");
	if (decimal.n && !str_eq(decimal, STR(".")) && !str_eq(decimal, STR(","))) fault(c, "decimal", "expected a point or a comma");
	if (zone.n && !clock_zone_or_null(zone)) fault(c, "timezone", "there is no time zone \"%.*s\"", STR_ARG(text_cut(zone, 60)));
}

static const char *const units =
	"g kg t oz lb mm cm m km in ft mi mm2 cm2 m2 km2 ha sqft acre € k€ $ £ SAR MXN s min h d year years month months week weeks "
	"day days hour hours minute minutes second seconds milliseconds Wh kWh MWh GWh TWh Toe bar mbar Pa db W kW MW GW kVA A kA V kV "
	"m/s km/s km/h °C °F cm3 m3 l hl m3/s L/s m3/h L/h m3/d L/d ppm µg/L mg/L μg/m3 g/L kg/m3 % °";

static bool is_word_of(const char *list, struct str word)
{
	struct str rest = str_of(list);
	struct str one;
	while (str_cut(&rest, ' ', &one))
		if (str_eq(one, word)) return true;
	return false;
}

static void check_annotation(const struct check *c, const struct json_node *o)
{
	auto_arena a = ARENA_INIT;
	struct str what = json_text(json_get(o, "annotation"));
	struct str arg = first_arg(&a, o);
	int64_t digits;
	check_field(c, o, "field");
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		if (str_eq(what, str_of(switches[i].word))) return;
	if (str_eq(what, STR("facetsort"))) {
		struct str bare = str_starts(arg, STR("-")) || str_starts(arg, STR("+")) ? str_from(arg, 1) : arg;
		if (!is_word_of("count num alphanum", bare)) fault(c, "args", "expected one of count, num, alphanum, with or without a minus before it");
	} else if (str_eq(what, STR("timeserie_precision"))) {
		if (!is_word_of("year month day hour minute", arg)) fault(c, "args", "expected one of year, month, day, hour, minute");
	} else if (str_eq(what, STR("unit"))) {
		if (!is_word_of(units, arg)) fault(c, "args", "\"%.*s\" is not a unit that is known", STR_ARG(text_cut(arg, 40)));
	} else if (str_eq(what, STR("decimals"))) {
		if (!str_to_int(arg, &digits) || digits < 0 || digits > 20) fault(c, "args", "expected how many digits to show, 0 to 20");
	} else if (str_eq(what, STR("timezone"))) {
		if (!clock_zone_or_null(str_trim(arg))) fault(c, "args", "there is no time zone \"%.*s\"", STR_ARG(text_cut(arg, 60)));
	} else if (str_eq(what, STR("multivalued"))) {
		if (arg.n == 0) fault(c, "args", "expected the text that stands between two values, such as a comma");
	} else if (!str_eq(what, STR("hierarchical"))) {
		fault(c, "annotation", "\"%.*s\" is not known; expected one of id, facet, facetsort, disjunctive, sortable, timerangeFilter, multivalued, "
		                       "hierarchical, unit, decimals, timezone, timeserie_precision", STR_ARG(text_cut(what, 40)));
	}
}

/* What a type that was chosen does not allow: wrong only where both stand in the list, since the type found in a source may change. */
static void check_fit(const struct check *c, const struct json_node *all, const struct json_node *o)
{
	struct str name = json_text(json_get(o, "field"));
	struct str what = json_text(json_get(o, "annotation"));
	enum value_type t = VALUE_TYPES;
	for (size_t i = 0; i < c->i; i++) {
		const struct json_node *before = json_at(all, i);
		if (str_eq(json_text(json_get(before, "type")), STR("type")) && str_eq(json_text(json_get(before, "field")), name) &&
		    !value_type_of(json_text(json_get(before, "type_param")), &t)) t = VALUE_TYPES;
	}
	if (t == VALUE_TYPES) return;
	bool text = t == VALUE_TEXT;
	bool date = t == VALUE_DATE || t == VALUE_DATETIME;
	struct str arg = first_arg(c->a, o);
	bool ok = str_eq(what, STR("multivalued")) || str_eq(what, STR("hierarchical")) ? text
	        : str_eq(what, STR("unit")) ? t == VALUE_INT || t == VALUE_DOUBLE
	        : str_eq(what, STR("decimals")) ? t == VALUE_DOUBLE
	        : str_eq(what, STR("timeserie_precision")) ? (is_word_of("hour minute", arg) ? t == VALUE_DATETIME : date)
	        : str_eq(what, STR("timerangeFilter")) || str_eq(what, STR("timezone")) ? date
	        : str_eq(what, STR("facet")) ? t != VALUE_POINT && t != VALUE_SHAPE : true;
	if (!ok && arg.n && date)
		fault(c, "annotation", "a field of type %s cannot have the annotation \"%.*s\" (%.*s)", value_kind(t)->word, STR_ARG(what), STR_ARG(arg));
	else if (!ok)
		fault(c, "annotation", "a field of type %s cannot have the annotation \"%.*s\"", value_kind(t)->word, STR_ARG(what));
}

static void check_order(const struct check *c, const struct json_node *o)
{
	const struct json_node *names = json_get(o, "order") ? json_get(o, "order") : json_get(o, "args");
	if (json_kind(names) != JSON_ARRAY) {
		fault(c, "order", "expected a list of names of fields");
		return;
	}
	for (size_t i = 0; i < json_count(names); i++)
		if (json_kind(json_at(names, i)) != JSON_TEXT) fault(c, "order", "expected a name of a field at place %zu", i + 1);
}

void ingest_fields_check(const struct json_node *fields, struct process_faults *out)
{
	struct check c = { out, out->arena, 0 };
	if (fields && json_kind(fields) != JSON_ARRAY) {
		process_fault(out, STR("fields"), "expected a list of operations on fields");
		return;
	}
	for (; c.i < json_count(fields); c.i++) {
		const struct json_node *o = json_at(fields, c.i);
		struct str type = json_text(json_get(o, "type"));
		if (str_eq(type, STR("rename"))) check_rename(&c, o);
		else if (str_eq(type, STR("type"))) check_type(&c, o);
		else if (str_eq(type, STR("annotate"))) check_annotation(&c, o), check_fit(&c, fields, o);
		else if (str_eq(type, STR("description"))) check_field(&c, o, "field"), check_texts(&c, json_get(o, "description"), "description");
		else if (str_eq(type, STR("order"))) check_order(&c, o);
		else if (str_eq(type, STR("delete"))) check_field(&c, o, "field");
		else
			fault(&c, "type", "\"%.*s\" is not known; expected one of rename, type, annotate, description, order, delete",
			      STR_ARG(text_cut(type, 40)));
	}
}

/* Parameters of a processor, read by its table. Both shapes are read: members beside the type, and the older `name` with
 * nested `args`. A member that the table does not know is a fault: a misspelled parameter would otherwise be one
 * that silently does nothing. */
#include <math.h>
#include "process/line.h"
#include "text/text.h"

/* Other words for a parameter, where the table has no row of that word itself. */
static const struct { const char *given, *meant; } also[] = {
	{ "output", "output_field" }, { "output_field", "output" }, { "field_name", "field" }, { "input_field", "field" }, { "new_field", "output_field" },
	{ "pattern", "regexp" }, { "regex", "regexp" }, { "tz", "timezone" }, { "zone", "timezone" }, { "old_value", "old" }, { "new_value", "new" },
	{ "replacement", "new" }, { "format", "pattern" }, { "strptime", "pattern" }, { "expr", "expression" }, { "field1", "left" }, { "field2", "right" },
	{ "left_field", "left" }, { "right_field", "right" }, { "json_array_field", "field" }, { "field", "json_array_field" }, { "fields", "field" }, { "field", "fields" },
	{ "exact", "exact_match" }, { "keep_records", "keep" }, { "json_path", "path" }, { "paths", "path" },
};
static const char *const about[] = { "uid", "type", "name", "label", "args", "description", "enabled" };

struct str process_nearest(struct str given, const struct str *words, size_t n)
{
	if (given.n == 0 || given.n > 100) return (struct str){ 0 };
	for (size_t edits = 0; edits <= TEXT_EDITS_MOST; edits++)
		for (size_t i = 0; i < n; i++)
			if (words[i].n && words[i].n > edits && (edits ? given.n > edits + 1 && text_is_near(given, words[i], edits) : str_eq_nocase(given, words[i])))
				return words[i];
	return (struct str){ 0 };
}

struct str parameters_type(const struct json_node *processor)
{
	struct str type = json_text(json_get(processor, "type"));
	return type.n ? type : json_text(json_get(processor, "name"));
}

static const struct json_node *arguments(const struct json_node *processor)
{
	const struct json_node *args = json_get(processor, "args");
	return json_kind(args) == JSON_OBJECT ? args : NULL;
}

static size_t find(const struct process_parameter *table, struct str name)
{
	for (size_t i = 0; table[i].name; i++)
		if (str_eq(str_of(table[i].name), name)) return i;
	return SIZE_MAX;
}

static size_t find_also(const struct process_parameter *table, struct str name)
{
	for (size_t i = 0; i < COUNT_OF(also); i++) {
		if (!str_eq(str_of(also[i].given), name)) continue;
		size_t at = find(table, str_of(also[i].meant));
		if (at != SIZE_MAX) return at;
	}
	return SIZE_MAX;
}

static void unknown(struct line_step *s, struct process_faults *f, struct str name)
{
	const struct process_parameter *table = s->step.kind->parameters;
	struct str words[64] = { 0 };
	size_t n = 0;
	for (; table[n].name && n < COUNT_OF(words); n++) words[n] = str_of(table[n].name);
	struct str near = process_nearest(name, words, n);
	auto_buf list = BUF_INIT(300);
	for (size_t i = 0; i < n; i++) buf_printf(&list, "%s%s", i ? ", " : "", table[i].name);
	const char *where = arena_cstr(f->arena, text_cut(name, 60));
	if (near.n) process_step_fault(&s->step, f, where, "the processor %s has no parameter of this name; did you mean \"%.*s\"?", s->step.kind->type, STR_ARG(near));
	else process_step_fault(&s->step, f, where, "the processor %s has no parameter of this name; it has %.*s.", s->step.kind->type, STR_ARG(buf_str(&list)));
}

static void take(struct line_step *s, const struct json_node *object, bool nested, struct process_faults *f)
{
	const struct process_parameter *table = s->step.kind->parameters;
	struct str key;
	const struct json_node *value;
	for (size_t at = 0; json_each(object, &at, &key, &value);) {
		size_t i = find(table, key);
		bool own = false;
		for (size_t k = 0; !nested && k < COUNT_OF(about); k++) own |= str_eq(key, str_of(about[k]));
		if (i == SIZE_MAX && own) continue;
		/* In the older shape the members beside `args` are about the processor, and `name` is its type. */
		if (!nested && own && arguments(object)) continue;
		if (i == SIZE_MAX) i = find_also(table, key);
		if (i == SIZE_MAX && key.n && key.p[0] == '!') continue;
		if (i == SIZE_MAX) unknown(s, f, key);
		else if (!s->values[i].node || str_eq(key, str_of(table[i].name))) s->values[i].node = value;
	}
}

/* --- values by kind --------------------------------------------------------------------------------- */

/* Scalars as text; false for lists and objects. */
static bool scalar_text(struct arena *a, const struct json_node *n, struct str *out)
{
	enum json_kind k = json_kind(n);
	if (k == JSON_TEXT) {
		*out = json_text(n);
		return true;
	}
	if (k != JSON_INT && k != JSON_REAL && k != JSON_BOOL) return false;
	auto_buf b = BUF_INIT(400);
	json_put_node(&b, n);
	*out = arena_str(a, buf_str(&b));
	return true;
}

static bool truth_of(struct str t, bool *out)
{
	static const char *const yes[] = { "true", "1", "yes", "on" };
	static const char *const no[] = { "false", "0", "no", "off", "" };
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (str_eq_nocase(t, str_of(yes[i]))) return *out = true;
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (str_eq_nocase(t, str_of(no[i]))) return *out = false, true;
	return false;
}

static bool whole_of(struct str t, int64_t *out)
{
	double d;
	if (str_to_int(t, out)) return true;
	if (!text_to_double(t, &d) || d != trunc(d) || fabs(d) > 9e15) return false;
	*out = (int64_t)d;
	return true;
}

static bool has_letter(struct str s)
{
	auto_buf b = BUF_INIT(1 << 20);
	text_fold(&b, s);
	return b.n > 0;
}

/* A choice, and where it is in the list; "Int" is read as "int". */
static bool choice_of(const char *choices, struct str given, struct str *text, int64_t *which)
{
	struct str left = str_of(choices);
	struct str word;
	for (int64_t i = 0; str_cut(&left, ' ', &word); i++) {
		if (!str_eq_nocase(word, given)) continue;
		*text = word;
		*which = i;
		return true;
	}
	return false;
}

static void read_text(struct line_step *s, size_t i, struct str t, struct process_faults *f)
{
	const struct process_parameter *p = &s->step.kind->parameters[i];
	struct process_value *v = &s->values[i];
	struct str trimmed = str_trim(t);
	v->text = t;
	switch (p->kind) {
	case PROCESS_FIELD: case PROCESS_DATASET:
		v->text = trimmed;
		break;
	case PROCESS_OUTPUT:
		v->text = trimmed;
		if (trimmed.n && !has_letter(trimmed)) process_step_fault(&s->step, f, p->name, "the name of a field has letters, digits and _ ; \"%.*s\" has none of them.", STR_ARG(text_cut(trimmed, 60)));
		break;
	case PROCESS_BOOL:
		if (!truth_of(trimmed, &v->truth)) process_step_fault(&s->step, f, p->name, "expected true or false.");
		break;
	case PROCESS_INT:
		if (!whole_of(trimmed, &v->whole)) process_step_fault(&s->step, f, p->name, "expected a whole number, such as 1.");
		v->real = (double)v->whole;
		break;
	case PROCESS_DOUBLE:
		if (!text_to_double(trimmed, &v->real)) process_step_fault(&s->step, f, p->name, "expected a number, such as 0.0001.");
		break;
	case PROCESS_CHOICE:
		if (!choice_of(p->choices, trimmed, &v->text, &v->whole))
			process_step_fault(&s->step, f, p->name, "expected one of: %s.", p->choices);
		break;
	case PROCESS_EPSG:
		if (trimmed.n > 5 && str_eq_nocase(str_sub(trimmed, 0, 5), STR("EPSG:"))) trimmed = str_from(trimmed, 5);
		if (!str_to_int(trimmed, &v->whole) || v->whole < 1024 || v->whole > 999999)
			process_step_fault(&s->step, f, p->name, "expected the EPSG number of a coordinate system, such as 4326 or 2154.");
		break;
	case PROCESS_ZONE:
		v->text = trimmed;
		v->zone = str_eq_nocase(trimmed, STR("utc")) ? clock_utc() : clock_zone_or_null(trimmed);
		if (!v->zone) process_step_fault(&s->step, f, p->name, "there is no time zone \"%.*s\"; expected a name such as Europe/Paris or UTC.", STR_ARG(text_cut(trimmed, 60)));
		break;
	case PROCESS_TEXT: case PROCESS_LONG_TEXT: case PROCESS_REGEXP: case PROCESS_EXPRESSION: case PROCESS_GEOMETRY: break;
	case PROCESS_FIELDS: case PROCESS_REMOTE_FIELDS: case PROCESS_LIST: break;
	}
}

static bool is_list(enum process_parameter_kind k)
{
	return k == PROCESS_FIELDS || k == PROCESS_REMOTE_FIELDS || k == PROCESS_LIST;
}

static void list_of_text(struct line_step *s, struct process_value *v, struct str t)
{
	size_t most = 1;
	for (size_t i = 0; i < t.n; i++) most += t.p[i] == ',';
	v->list = arena_array(s->step.keep, struct str, most);
	struct str part;
	while (t.n && str_cut(&t, ',', &part))
		if (str_trim(part).n) v->list[v->n++] = str_trim(part);
}

static void read_list(struct line_step *s, size_t i, const struct json_node *node, struct process_faults *f)
{
	const struct process_parameter *p = &s->step.kind->parameters[i];
	struct process_value *v = &s->values[i];
	struct str t;
	if (json_kind(node) != JSON_ARRAY) {
		if (scalar_text(s->step.keep, node, &t)) list_of_text(s, v, t);
		else process_step_fault(&s->step, f, p->name, "expected a list of texts.");
		return;
	}
	size_t n = json_count(node);
	v->list = arena_array(s->step.keep, struct str, n + 1);
	for (size_t k = 0; k < n; k++) {
		if (!scalar_text(s->step.keep, json_at(node, k), &t)) {
			process_step_fault(&s->step, f, p->name, "expected a list of texts; number %zu of it is none.", k + 1);
			return;
		}
		if (p->kind != PROCESS_LIST) t = str_trim(t);
		if (t.n || p->kind == PROCESS_LIST) v->list[v->n++] = t;
	}
}

static void read_one(struct line_step *s, size_t i, struct process_faults *f)
{
	const struct process_parameter *p = &s->step.kind->parameters[i];
	struct process_value *v = &s->values[i];
	struct str t;
	if (json_kind(v->node) == JSON_NULL) v->node = NULL;
	v->given = v->node != NULL;
	v->column = PROCESS_NOWHERE;
	size_t before = f->list.n;
	if (!v->given) {
		if (p->otherwise && is_list(p->kind)) list_of_text(s, v, str_of(p->otherwise));
		else if (p->otherwise) read_text(s, i, str_of(p->otherwise), f);
	} else if (is_list(p->kind)) {
		read_list(s, i, v->node, f);
	} else if (p->kind == PROCESS_GEOMETRY && json_kind(v->node) == JSON_OBJECT) {
		auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
		json_put_node(&b, v->node);
		v->text = arena_str(s->step.keep, buf_str(&b));
	} else if (scalar_text(s->step.keep, v->node, &t)) {
		/* A parameter that takes one name of a list of one is what forms send. */
		read_text(s, i, t, f);
	} else if (json_kind(v->node) == JSON_ARRAY && json_count(v->node) == 1 && scalar_text(s->step.keep, json_at(v->node, 0), &t)) {
		read_text(s, i, t, f);
	} else {
		process_step_fault(&s->step, f, p->name, "expected a text.");
	}
	bool empty = is_list(p->kind) ? v->n == 0 : p->kind != PROCESS_BOOL && !v->given && v->text.n == 0;
	if (p->kind == PROCESS_FIELD || p->kind == PROCESS_OUTPUT || p->kind == PROCESS_REGEXP || p->kind == PROCESS_EXPRESSION || p->kind == PROCESS_DATASET)
		empty = v->text.n == 0;
	if (p->required && empty && f->list.n == before)
		process_step_fault(&s->step, f, p->name, "%s is missing: %s needs it.", p->name, s->step.kind->type);
}

void parameters_read(struct line_step *s, struct process_faults *f)
{
	const struct json_node *args = arguments(s->step.node);
	take(s, s->step.node, false, f);
	if (args) take(s, args, true, f);
	for (size_t i = 0; i < s->nvalues; i++) read_one(s, i, f);
}

/* Places and values of a changed configuration in words: labels of templates, processors and extractors; parts by the names they have. */
#include "back/history_words.h"

#include "back/dataset_inside.h"
#include "fetch/fetch.h"
#include "ingest/ingest.h"

enum { VALUE_ROOM = 1 << 20 };

/* Members of the parts of a configuration that are no parameters. Those without a title say nothing by themselves. */
static const struct { const char *section, *word, *title; } members[] = {
	{ "resources", "title", N_("Name") }, { "resources", "type", N_("Format") }, { "resources", "datasource", N_("Source") }, { "resources", "url", N_("Address") },
	{ "resources", "file", N_("File") }, { "resources", "connection", N_("Connection") }, { "resources", "params", NULL }, { "resources", "uid", NULL },
	{ "processors", "label", N_("Name") }, { "processors", "enabled", N_("Switched on") },
	{ "fields", "to_name", N_("Technical name") }, { "fields", "field_label", N_("Label") }, { "fields", "type_param", N_("Type") }, { "fields", "description", N_("Description") },
};
/* Operations on a field: what each is about, and the member that says how it is now. */
static const struct { const char *type, *title, *member; } operations[] = {
	{ "rename", N_("Technical name"), "to_name" }, { "type", N_("Type"), "type_param" }, { "description", N_("Description"), "description" }, { "annotate", NULL, "args" },
	{ "order", N_("Order"), "order" }, { "delete", N_("Left out"), NULL },
};

static const struct { const char *word, *title; } annotations[] = {
	{ "id", N_("Identifies the record") }, { "facet", N_("Readers can filter by it") }, { "disjunctive", N_("… and choose several values at once") }, { "sortable", N_("Tables can be sorted by it") },
	{ "timerangeFilter", N_("… as a range of dates") }, { "facetsort", N_("Order of the values") }, { "unit", N_("Unit") }, { "decimals", N_("Digits after the point") },
	{ "timezone", N_("Time zone") }, { "timeserie_precision", N_("Precision") }, { "multivalued", N_("Holds several values") }, { "hierarchical", N_("Is a path, from the general to the particular") },
};

struct history_words history_words(struct visit *v, const struct json_node *doc_or_null)
{
	struct history_words w = { .visit = v, .doc = doc_or_null };
	w.nsets = template_list(v->at.tenant, v->lang, v->lang->code, v->arena, &w.sets);
	return w;
}

static struct str say(const struct history_words *w, const char *message) { return i18n_text(w->visit->lang, message); }

static struct str word_at(const struct json_node *path, size_t i) { return json_text(json_at(path, i)); }

/* The part that the first word of a path names: as it stands, else as the change has it. */
static const struct json_node *part_of(const struct history_words *w, struct str section, const struct json_node *change)
{
	const struct json_node *path = json_get(change, "path"), *list = json_get(w->doc, arena_cstr(w->visit->arena, section));
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "uid")), word_at(path, 0)))
			return json_at(list, i);
	if (json_count(path) > 1)
		return NULL;
	const struct json_node *now = json_get(change, "new_value");
	return json_kind(now) == JSON_OBJECT ? now : json_get(change, "old_value");
}

static size_t operation_of(const struct json_node *part)
{
	size_t i = 0;
	while (i < COUNT_OF(operations) && !str_eq(json_text(json_get(part, "type")), str_of(operations[i].type)))
		i++;
	return i;
}

/* What an operation on a field is about. */
static struct str aspect_of(const struct history_words *w, const struct json_node *part)
{
	size_t at = operation_of(part);
	if (at < COUNT_OF(operations) && operations[at].title)
		return say(w, operations[at].title);
	for (size_t i = 0; i < COUNT_OF(annotations); i++)
		if (str_eq(json_text(json_get(part, "annotation")), str_of(annotations[i].word)))
			return say(w, annotations[i].title);
	return json_text(json_get(part, "annotation"));
}

/* What people call a part. */
static struct str name_of(const struct history_words *w, struct str section, const struct json_node *part)
{
	if (json_kind(part) != JSON_OBJECT)
		return say(w, N_("A part that is gone"));
	if (str_eq(section, STR("resources"))) {
		struct str title = json_text(json_get(part, "title"));
		return title.n ? title : say(w, N_("Source"));
	}
	if (str_eq(section, STR("processors"))) {
		const struct processor *x = process_find_or_null(json_text(json_get(part, "type")));
		struct str label = json_text(json_get(part, "label"));
		return label.n ? label : x ? say(w, x->label) : json_text(json_get(part, "type"));
	}
	struct str field = json_text(json_get(part, "field"));
	return field.n ? field : json_text(json_get(part, "from_name"));
}

static const char *parameter_or_null(struct str section, const struct json_node *part, struct str word)
{
	const struct processor *x = str_eq(section, STR("processors")) ? process_find_or_null(json_text(json_get(part, "type"))) : NULL;
	const struct ingest_extractor *in = str_eq(section, STR("resources")) ? ingest_extractor_or_null(json_text(json_get(part, "type"))) : NULL;
	for (const struct process_parameter *p = x ? x->parameters : NULL; p && p->name; p++)
		if (str_eq(word, str_of(p->name)))
			return p->label;
	for (const struct ingest_parameter *p = in ? in->parameters : NULL; p && p->name; p++)
		if (str_eq(word, str_of(p->name)))
			return p->label;
	return NULL;
}

static struct str called(const struct history_words *w, struct str section, const struct json_node *part, struct str word)
{
	for (size_t i = 0; i < COUNT_OF(members); i++)
		if (str_eq(section, str_of(members[i].section)) && str_eq(word, str_of(members[i].word)))
			return members[i].title ? say(w, members[i].title) : STR("");
	const char *label = parameter_or_null(section, part, word);
	return label ? say(w, label) : word;
}

/* The i-th word of a path below "metadata": template, name, language. */
static struct str called_in_metadata(const struct history_words *w, const struct json_node *path, size_t i)
{
	const struct template_set *set = template_find_or_null(w->sets, w->nsets, word_at(path, 0));
	const struct template_field *f = template_field_or_null(set, word_at(path, 1));
	const struct i18n_lang *l = i == 2 ? i18n_lang_or_null(word_at(path, 2)) : NULL;
	if (i == 0)
		return str_eq(word_at(path, 0), STR("default")) ? STR("") : set ? set->title : word_at(path, 0);
	if (i == 1)
		return f && f->label.n ? f->label : word_at(path, 1);
	return l ? l->name : word_at(path, i);
}

static void put_word(struct html *h, struct str word, bool *some)
{
	if (!word.n)
		return;
	if (*some)
		html_lit(h, " › ");
	html_lit(h, "<bdi>");
	html_text(h, word);
	html_lit(h, "</bdi>");
	*some = true;
}

void history_put_place(struct html *h, const struct history_words *w, struct str section, const struct json_node *change)
{
	const struct json_node *path = json_get(change, "path");
	bool some = false, metadata = str_eq(section, STR("metadata"));
	bool parts = str_eq(section, STR("resources")) || str_eq(section, STR("processors")) || str_eq(section, STR("fields"));
	const struct json_node *part = parts && json_count(path) ? part_of(w, section, change) : NULL;
	for (size_t i = 0; i < json_count(path); i++) {
		struct str word = word_at(path, i);
		int64_t account;
		if (metadata)
			put_word(h, called_in_metadata(w, path, i), &some);
		else if (parts && i == 0)
			put_word(h, name_of(w, section, part), &some);
		else if (parts)
			put_word(h, called(w, section, part, word), &some);
		else
			put_word(h, str_starts(word, STR("account ")) && str_to_int(str_from(word, 8), &account) ? back_account_name(w->visit, account) : word, &some);
	}
	if (str_eq(section, STR("fields")) && json_count(path) == 1)
		put_word(h, aspect_of(w, part), &some);
	if (!some)
		put_word(h, parts && !json_count(path) ? say(w, N_("Order")) : STR(""), &some);
}

/* --- values ---------------------------------------------------------------------------------------------------------- */

/* "Oak, Elm"; "fr: Arbres, en: Trees": what is the same in every language has no name before it. Where there is nothing, a dash. */
static void put_words(struct buf *b, const struct history_words *w, const struct json_node *n)
{
	enum json_kind k = json_kind(n);
	struct str key;
	const struct json_node *v;
	size_t count = json_count(n);
	if (k == JSON_TEXT && json_text(n).n) {
		buf_put(b, json_text(n));
	} else if ((k == JSON_TEXT || k == JSON_NULL || k == JSON_ARRAY || k == JSON_OBJECT || k == JSON_ABSENT) && !count) {
		buf_lit(b, "–");
	} else if (k == JSON_ARRAY) {
		for (size_t i = 0; i < count; i++) {
			if (i) buf_lit(b, ", ");
			put_words(b, w, json_at(n, i));
		}
	} else if (k == JSON_OBJECT) {
		bool some = false;
		for (size_t at = 0; json_each(n, &at, &key, &v);) {
			if (str_eq(key, STR("uid"))) continue;
			if (some) buf_lit(b, ", ");
			if (key.n) buf_printf(b, "%.*s: ", STR_ARG(key));
			put_words(b, w, v);
			some = true;
		}
	} else if (k == JSON_BOOL) {
		buf_put(b, say(w, json_bool(n, false) ? N_("Yes") : N_("No")));
	} else {
		json_put_node(b, n);
	}
}

/* Files, connections and formats are kept by uid or word, and have names. */
static bool put_named(struct buf *b, const struct history_words *w, const struct json_node *path, const struct json_node *value)
{
	struct visit *v = w->visit;
	size_t n = json_count(path);
	struct str last = n ? word_at(path, n - 1) : STR(""), before = n > 1 ? word_at(path, n - 2) : STR(""), own = json_text(value), ignored;
	struct config_file file;
	struct fetch_connection connection;
	struct err e = { 0 };
	if (str_eq(last, STR("file")) && json_kind(value) == JSON_OBJECT)
		own = json_text(json_get(value, "uid"));
	else if (str_eq(last, STR("connection")) && json_kind(value) == JSON_OBJECT)
		own = json_text(json_get(value, "uid"));
	else if (json_kind(value) != JSON_TEXT)
		return false;
	if (str_eq(last, STR("file")) || (str_eq(last, STR("uid")) && str_eq(before, STR("file"))))
		buf_put(b, config_file_read(v->at.site, v->at.tenant->id, own, v->arena, &file, &ignored, &e) ? file.name : say(w, N_("a file that is gone")));
	else if (str_eq(last, STR("connection")) || (str_eq(last, STR("uid")) && str_eq(before, STR("connection"))))
		buf_put(b, fetch_connection_read(v->at.site, v->at.tenant->id, own, v->arena, &connection, &e) ? connection.name.n ? connection.name : connection.url : say(w, N_("a connection that is gone")));
	else if (n == 2 && str_eq(last, STR("type")) && ingest_extractor_or_null(own))
		buf_put(b, say(w, ingest_extractor_or_null(own)->label));
	else
		return false;
	return true;
}

static void put_operation(struct buf *b, const struct history_words *w, const struct json_node *part)
{
	size_t at = operation_of(part);
	const char *member = at < COUNT_OF(operations) ? operations[at].member : NULL;
	const struct json_node *how = member ? json_get(part, member) : NULL, *label = json_get(part, "field_label");
	bool nothing = json_kind(how) == JSON_ABSENT || (json_kind(how) == JSON_ARRAY && !json_count(how));
	if (at == COUNT_OF(operations)) {
		put_words(b, w, part);
	} else if (!member || nothing) {
		buf_put(b, say(w, N_("Yes")));
	} else if (str_eq(str_of(member), STR("type_param"))) {
		buf_put(b, say(w, back_type_title(json_text(how))));
	} else {
		put_words(b, w, how);
		if (json_kind(label) > JSON_NULL) {
			buf_lit(b, " (");
			put_words(b, w, label);
			buf_lit(b, ")");
		}
	}
}

/* A whole part that came or went. */
static void put_part(struct buf *b, const struct history_words *w, struct str section, const struct json_node *part)
{
	if (str_eq(section, STR("resources"))) {
		const struct ingest_extractor *x = ingest_extractor_or_null(json_text(json_get(part, "type")));
		buf_put(b, x ? say(w, x->label) : name_of(w, section, part));
	} else if (str_eq(section, STR("processors"))) {
		struct html words = { .out = BUF_INIT(64 << 10), .lang = w->visit->lang };
		dataset_put_summary(&words, w->visit, process_find_or_null(json_text(json_get(part, "type"))), part);
		struct str plain = view_plain(w->visit->arena, buf_str(&words.out), 400);
		buf_put(b, plain.n ? plain : name_of(w, section, part));
		buf_done(&words.out);
	} else {
		put_operation(b, w, part);
	}
}

struct str history_value(const struct history_words *w, struct str section, const struct json_node *change, const struct json_node *value)
{
	auto_buf b = BUF_INIT(VALUE_ROOM);
	const struct json_node *path = json_get(change, "path");
	bool parts = str_eq(section, STR("resources")) || str_eq(section, STR("processors")) || str_eq(section, STR("fields"));
	if (parts && json_count(path) == 1 && json_kind(value) == JSON_OBJECT) {
		put_part(&b, w, section, value);
	} else if (parts && !json_count(path) && json_kind(value) == JSON_ARRAY) {
		for (size_t i = 0; i < json_count(value); i++) {
			if (i) buf_lit(&b, ", ");
			buf_put(&b, name_of(w, section, json_at(value, i)));
		}
	} else if (!parts || !put_named(&b, w, path, value)) {
		put_words(&b, w, value);
	}
	return arena_str(w->visit->arena, buf_str(&b));
}

/* What came or went with a change, but for its uid; empty where a part was changed. */
static struct str gist(const struct history_words *w, const struct json_node *change, bool came)
{
	auto_buf b = BUF_INIT(VALUE_ROOM);
	if (json_count(json_get(change, "path")) != 1 || !str_eq(json_text(json_get(change, "operation_type")), came ? STR("create") : STR("delete")))
		return STR("");
	put_words(&b, w, json_get(change, came ? "new_value" : "old_value"));
	return arena_str(w->visit->arena, buf_str(&b));
}

bool history_is_restated(const struct history_words *w, struct str section, const struct json_node *changes, size_t i)
{
	if (!str_eq(section, STR("fields")))
		return false;
	for (int came = 0; came < 2; came++) {
		struct str own = gist(w, json_at(changes, i), came);
		for (size_t k = 0; own.n && k < json_count(changes); k++)
			if (str_eq(own, gist(w, json_at(changes, k), !came)))
				return true;
	}
	return false;
}

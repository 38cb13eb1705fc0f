/* Whether a document is one: its members, their types and bounds, and for publishing that nothing readers need is missing. */
#include "page/inside.h"
#include "text/text.h"

struct check {
	struct page_faults *faults;
	struct arena *arena;
	bool finished;
	int section, block;
};

static void note(struct check *c, const char *field, const char *message, struct str detail)
{
	if (c->faults->n < PAGE_FAULTS)
		c->faults->items[c->faults->n++] = (struct page_fault){ c->section, c->block, field, message, arena_str(c->arena, detail) };
}

/* Whether a text (or texts by language) is there and of a bearable length. */
static void check_texts(struct check *c, const struct json_node *n, const char *label, bool required, size_t most)
{
	enum json_kind kind = json_kind(n);
	bool some = kind == JSON_TEXT && str_trim(json_text(n)).n;
	if (kind == JSON_OBJECT) {
		size_t at = 0;
		struct str key;
		const struct json_node *value;
		while (json_each(n, &at, &key, &value)) {
			if (json_kind(value) != JSON_TEXT)
				note(c, label, N_("must be a text in each language"), key);
			else if (json_text(value).n > most)
				note(c, label, N_("is too long"), key);
			some |= str_trim(json_text(value)).n > 0;
		}
	} else if (kind == JSON_TEXT && json_text(n).n > most) {
		note(c, label, N_("is too long"), STR(""));
	} else if (kind != JSON_TEXT && kind != JSON_ABSENT && kind != JSON_NULL) {
		note(c, label, N_("must be a text, or a text for each language"), STR(""));
		return;
	}
	if (required && c->finished && !some)
		note(c, label, N_("is missing"), STR(""));
}

static bool is_local(struct str s) { return str_starts(s, STR("/")) && !str_starts(s, STR("//")) && !str_starts(s, STR("/\\")); }

static bool link_ok(struct str s)
{
	return is_local(s) || str_starts(s, STR("https://")) || str_starts(s, STR("http://")) || str_starts(s, STR("mailto:")) || str_starts(s, STR("#"));
}

static bool image_ok(struct str s)
{
	return is_local(s) || str_starts(s, STR("data:image/png;base64,")) || str_starts(s, STR("data:image/jpeg;base64,")) ||
	       str_starts(s, STR("data:image/webp;base64,")) || str_starts(s, STR("data:image/gif;base64,")) || str_starts(s, STR("data:image/svg+xml"));
}

/* Names of fields are written into questions between backquotes. */
static bool name_ok(struct str s)
{
	if (str_find_char(s, '`') >= 0 || str_find_char(s, '\\') >= 0 || s.n > 300)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			return false;
	return true;
}

static bool in_list(const char *choices, struct str word)
{
	struct str rest = str_of(choices), part;
	while (str_cut(&rest, ',', &part))
		if (str_eq(part, word))
			return true;
	return false;
}

static void check_conditions(struct check *c, const struct json_node *n, const char *label)
{
	if (json_kind(n) == JSON_ABSENT || json_kind(n) == JSON_NULL)
		return;
	if (json_kind(n) != JSON_ARRAY) {
		note(c, label, N_("must be a list of conditions"), STR(""));
		return;
	}
	if (json_count(n) > 20)
		note(c, label, N_("has more than 20 conditions"), STR(""));
	for (size_t i = 0; i < json_count(n); i++) {
		const struct json_node *one = json_at(n, i), *value = json_get(one, "value");
		struct str field = json_text(json_get(one, "field")), is = json_text(json_get(one, "is"));
		const struct page_comparison *k = page_comparisons;
		while (k->word && !str_eq(is, str_of(k->word)))
			k++;
		if (!field.n || !name_ok(field))
			note(c, label, N_("a condition names no field"), field);
		else if (!k->word)
			note(c, label, N_("this comparison is not known"), is);
		else if (!k->alone && !(json_kind(value) == JSON_ARRAY && json_count(value)) && !json_text(value).n)
			note(c, label, N_("a condition has nothing to compare with"), field);
	}
}

static void check_number(struct check *c, const struct json_node *n, const struct page_field *f)
{
	struct str high = str_of(f->choices), low;
	int64_t from = 0, to = 0;
	bool ok = str_cut(&high, ',', &low) && str_to_int(low, &from) && str_to_int(high, &to);
	ensure(ok);
	if (json_kind(n) != JSON_INT)
		note(c, f->label, N_("must be a whole number"), STR(""));
	else if (json_int(n, 0) < from || json_int(n, 0) > to)
		note(c, f->label, N_("must be between these numbers:"), arena_printf(c->arena, "%lld – %lld", (long long)from, (long long)to));
}

/* A text of some form that is not split by languages. */
static void check_word(struct check *c, struct str s, const struct page_field *f)
{
	const char *wrong = NULL;
	switch (f->kind) {
	case PAGE_F_DATASET:
		wrong = s.n > 200 || !name_ok(s) ? N_("is not the identifier of a dataset") : NULL;
		break;
	case PAGE_F_FIELD:
	case PAGE_F_FIELDS:
		wrong = !name_ok(s) ? N_("is not the name of a field") : NULL;
		break;
	case PAGE_F_CHOICE:
		wrong = !in_list(f->choices, s) ? N_("is none of the choices") : NULL;
		break;
	case PAGE_F_LINK:
		wrong = !link_ok(s) ? N_("must be a path of this portal such as /explore/, or begin with https:// or mailto:") : NULL;
		break;
	case PAGE_F_IMAGE:
		wrong = !image_ok(s) ? N_("must be a file of this portal, such as /assets/…: pictures of other sites are not loaded") : NULL;
		break;
	case PAGE_F_FRAME:
		wrong = !str_starts(s, STR("https://")) || s.n > 2000 ? N_("must begin with https://") : NULL;
		break;
	case PAGE_F_TEXTS: case PAGE_F_MARKDOWN: case PAGE_F_NUMBER: case PAGE_F_SWITCH: case PAGE_F_CONDITIONS: case PAGE_F_JSON:
		break;
	}
	if (wrong)
		note(c, f->label, wrong, s.n < 200 ? s : str_sub(s, 0, 0));
}

static void check_field(struct check *c, const struct json_node *block, const struct page_field *f)
{
	const struct json_node *n = json_get(block, f->name);
	enum json_kind kind = json_kind(n);
	bool required = f->required;
	if (f->of) {
		struct str other = json_text(json_get(block, f->of));
		required = other.n && !str_eq(other, str_of(f->is));
	}
	if (f->kind == PAGE_F_TEXTS || f->kind == PAGE_F_MARKDOWN) {
		check_texts(c, n, f->label, required, f->kind == PAGE_F_TEXTS ? 1000 : PAGE_DOC_BYTES);
		return;
	}
	if (f->kind == PAGE_F_CONDITIONS) {
		check_conditions(c, n, f->label);
		return;
	}
	if (kind == JSON_ABSENT || kind == JSON_NULL || (kind == JSON_TEXT && !str_trim(json_text(n)).n)) {
		if (required && c->finished)
			note(c, f->label, N_("is missing"), STR(""));
		return;
	}
	if (f->kind == PAGE_F_NUMBER)
		check_number(c, n, f);
	else if (f->kind == PAGE_F_SWITCH && kind != JSON_BOOL)
		note(c, f->label, N_("must be true or false"), STR(""));
	else if (f->kind == PAGE_F_JSON && kind != JSON_OBJECT)
		note(c, f->label, N_("must be an object"), STR(""));
	else if (f->kind != PAGE_F_SWITCH && f->kind != PAGE_F_JSON && kind != JSON_TEXT)
		note(c, f->label, N_("must be a text"), STR(""));
	else if (kind == JSON_TEXT)
		check_word(c, json_text(n), f);
}

static void check_block(struct check *c, const struct json_node *block)
{
	struct str word = json_text(json_get(block, "type"));
	const struct page_block *b = page_block_or_null(word);
	if (!b) {
		note(c, NULL, N_("this kind of block is not known"), word);
		return;
	}
	for (const struct page_field *f = b->fields; f->name; f++)
		check_field(c, block, f);
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	while (json_each(block, &at, &key, &value)) {
		bool known = str_eq(key, STR("type"));
		for (const struct page_field *f = b->fields; f->name && !known; f++)
			known = str_eq(key, str_of(f->name));
		if (!known)
			note(c, NULL, N_("this block has no such field"), key);
	}
}

static void check_sections(struct check *c, const struct json_node *sections)
{
	if (json_kind(sections) != JSON_ARRAY) {
		note(c, N_("Sections"), N_("must be a list"), STR(""));
		return;
	}
	if (json_count(sections) > PAGE_SECTIONS)
		note(c, N_("Sections"), N_("There are more sections than a page can have (40)."), STR(""));
	for (size_t i = 0; i < json_count(sections); i++) {
		const struct json_node *s = json_at(sections, i), *blocks = json_get(s, "blocks");
		struct str ground = json_text(json_get(s, "ground"));
		c->section = (int)i + 1;
		check_texts(c, json_get(s, "title"), N_("Title"), false, PAGE_TITLE * 4);
		if (ground.n && !in_list("plain,soft,strong", ground))
			note(c, N_("Ground"), N_("is none of the choices"), ground);
		if (json_kind(blocks) != JSON_ARRAY || json_count(blocks) > PAGE_BLOCKS)
			note(c, N_("Blocks"), N_("A section has one to four blocks."), STR(""));
		for (size_t k = 0; k < json_count(blocks) && k < PAGE_BLOCKS; k++) {
			c->block = (int)k + 1;
			check_block(c, json_at(blocks, k));
		}
		c->block = 0;
	}
	c->section = 0;
}

bool page_check(struct str doc, bool finished, struct page_faults *faults, struct arena *a, struct err *e)
{
	auto_json *d = NULL;
	struct check c = { .faults = faults, .arena = a, .finished = finished };
	if (doc.n > PAGE_DOC_BYTES)
		return err_set(e, ERR_TOO_LARGE, "a page can have %d bytes", (int)PAGE_DOC_BYTES);
	if (!text_is_utf8(doc))
		return err_set(e, ERR_BAD_REQUEST, "the page is not UTF-8");
	if (!json_read(doc, &d, e))
		return false;
	const struct json_node *root = json_root(d), *tags = json_get(root, "tags");
	struct str kind = json_text(json_get(root, "kind")), format = json_text(json_get(root, "format"));
	struct str image = json_text(json_get(root, "image"));
	if (json_kind(root) != JSON_OBJECT)
		return err_set(e, ERR_BAD_REQUEST, "a page is a JSON object");
	if (kind.n && !str_eq(kind, STR("text")) && !str_eq(kind, STR("grid")))
		note(&c, N_("Kind"), N_("is none of the choices"), kind);
	if (format.n && !str_eq(format, STR("markdown")) && !str_eq(format, STR("html")))
		note(&c, N_("Format"), N_("is none of the choices"), format);
	check_texts(&c, json_get(root, "title"), N_("Title"), true, PAGE_TITLE * 4);
	check_texts(&c, json_get(root, "description"), N_("Description"), false, 4000);
	if (image.n && !is_local(image))
		note(&c, N_("Picture for link previews"), N_("must be a path of this portal"), image);
	if (json_kind(tags) == JSON_ARRAY ? json_count(tags) > PAGE_TAGS : json_kind(tags) != JSON_ABSENT && json_kind(tags) != JSON_NULL)
		note(&c, N_("Tags"), N_("must be a list of at most 20 words"), STR(""));
	check_texts(&c, json_get(root, "css"), N_("Stylesheet"), false, PAGE_CSS_BYTES);
	if (str_eq(kind, STR("grid")))
		check_sections(&c, json_get(root, "sections"));
	else
		check_texts(&c, json_get(root, "content"), N_("Content"), false, PAGE_DOC_BYTES);
	return true;
}

struct str page_fault_text(const struct page_fault *f, struct arena *a)
{
	auto_buf b = BUF_INIT(4096);
	if (f->section)
		buf_printf(&b, "section %d%s", f->section, f->block || f->field ? ", " : ": ");
	if (f->block)
		buf_printf(&b, "block %d%s", f->block, f->field ? ", " : ": ");
	if (f->field)
		buf_printf(&b, "%s: ", f->field);
	buf_printf(&b, "%s%s%.*s", f->message, f->detail.n ? " " : "", STR_ARG(f->detail));
	return arena_str(a, buf_str(&b));
}

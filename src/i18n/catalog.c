/* Reads compiled gettext catalogues (.mo) where they lie in the binary. The file format is a sorted
 * list of messages, so a lookup is a binary search over bytes; no table is built and nothing is kept. */
#include "i18n/i18n.h"

#include "i18n/messages.h"

static const struct i18n_lang languages[] = {
#define LANGUAGE(code_, name_, rtl_)                                                               \
	{ .code = { #code_, sizeof #code_ - 1 },                                                   \
	  .name = { name_, sizeof name_ - 1 },                                                     \
	  .rtl = (rtl_),                                                                           \
	  .mo = { (const char *)i18n_mo_##code_, I18N_MO_SIZE_##code_ } },
#include "i18n/languages.def"
#undef LANGUAGE
};

size_t i18n_languages(const struct i18n_lang **out)
{
	*out = languages;
	return COUNT_OF(languages);
}

const struct i18n_lang *i18n_english(void)
{
	return &languages[0];
}

const struct i18n_lang *i18n_lang_or_null(struct str code)
{
	ptrdiff_t dash = str_find_char(code, '-');
	if (dash > 0)
		code = str_sub(code, 0, (size_t)dash);
	for (size_t i = 0; i < COUNT_OF(languages); i++)
		if (str_eq_nocase(languages[i].code, code))
			return &languages[i];
	return NULL;
}

enum { MO_HEAD = 28 };
#define MO_MAGIC 0x950412deu

static uint32_t word_at(struct str mo, size_t at)
{
	ensure(at + 4 <= mo.n);
	const unsigned char *p = (const unsigned char *)mo.p + at;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Entry i of the table of originals or translations that starts at `table`. */
static struct str entry_at(struct str mo, uint32_t table, uint32_t i)
{
	size_t n = word_at(mo, table + (size_t)i * 8);
	size_t at = word_at(mo, table + (size_t)i * 8 + 4);
	ensure(at <= mo.n && n <= mo.n - at);
	return str_make(mo.p + at, n);
}

/* The first of the forms of an entry, which NULs divide. */
static struct str first_form(struct str s)
{
	ptrdiff_t end = str_find_char(s, '\0');
	return end < 0 ? s : str_sub(s, 0, (size_t)end);
}

/* The whole translation of a message (all forms), or a view with p NULL. */
static struct str look_up(struct str mo, struct str message)
{
	struct str none = { NULL, 0 };
	if (mo.n < MO_HEAD || word_at(mo, 0) != MO_MAGIC)
		return none;
	uint32_t from = 0;
	uint32_t to = word_at(mo, 8);
	uint32_t originals = word_at(mo, 12);
	uint32_t translations = word_at(mo, 16);
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int order = str_cmp(message, first_form(entry_at(mo, originals, middle)));
		if (order == 0)
			return entry_at(mo, translations, middle);
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return none;
}

bool i18n_has(const struct i18n_lang *l, const char *message)
{
	return l == i18n_english() || look_up(l->mo, str_of(message)).n > 0;
}

struct str i18n_text(const struct i18n_lang *l, const char *message)
{
	/* The empty message is the catalogue's own header, never a text. */
	if (!*message)
		return STR("");
	struct str found = first_form(look_up(l->mo, str_of(message)));
	return found.n ? found : str_of(message);
}

struct str i18n_by_key(const struct i18n_lang *l, struct str key)
{
	/* The empty message is the catalogue's own header, never a text. */
	struct str found = key.n ? first_form(look_up(l->mo, key)) : STR("");
	return found.n ? found : STR("");
}

/* The rule of a catalogue: what stands between "plural=" and the next ';' of its header. */
static struct str plural_expression(struct str mo)
{
	struct str head = look_up(mo, STR(""));
	ptrdiff_t at = str_find(head, STR("plural="));
	/* "nplurals=" ends in the same word. */
	while (at > 0 && head.p[at - 1] == 'n') {
		struct str rest = str_from(head, (size_t)at + 1);
		ptrdiff_t next = str_find(rest, STR("plural="));
		if (next < 0)
			return STR("");
		at += 1 + next;
	}
	if (at < 0)
		return STR("");
	struct str rule = str_from(head, (size_t)at + strlen("plural="));
	ptrdiff_t end = str_find_char(rule, ';');
	return end < 0 ? rule : str_sub(rule, 0, (size_t)end);
}

struct str i18n_plural(const struct i18n_lang *l, const char *one, const char *many, int64_t n)
{
	uint64_t size = n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
	struct str english = str_of(size == 1 ? one : many);
	struct str forms = look_up(l->mo, str_of(one));
	uint64_t form;
	if (!forms.n || !i18n_plural_rule(plural_expression(l->mo), size, &form))
		return english;
	while (form > 0) {
		ptrdiff_t end = str_find_char(forms, '\0');
		if (end < 0)
			return english;
		forms = str_from(forms, (size_t)end + 1);
		form--;
	}
	forms = first_form(forms);
	return forms.n ? forms : english;
}

void i18n_put_filled(struct buf *b, struct str text, const struct str *args, size_t n)
{
	for (size_t i = 0; i < text.n; i++) {
		bool hole = text.p[i] == '{' && i + 2 < text.n && text.p[i + 1] >= '0' && text.p[i + 1] <= '9' && text.p[i + 2] == '}';
		if (!hole) {
			buf_put_char(b, text.p[i]);
			continue;
		}
		size_t at = (size_t)(text.p[i + 1] - '0');
		if (at < n) buf_put(b, args[at]);
		i += 2;
	}
}

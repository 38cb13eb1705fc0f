/* Recognises English sentences by their templates and says them in another language. The table of templates is made when the
 * product is built; a text is compared with those that begin with its first byte, the longest first. */
#include "i18n/i18n.h"

struct i18n_template {
	const char *key;       /* with its context */
	unsigned short n;      /* bytes of it */
	unsigned short letters; /* bytes that are not holes */
	unsigned short head, tail; /* bytes before the first hole, behind the last */
	unsigned short holes;
};

#include "i18n/reasons.h"

enum {
	CONTEXT_BYTES = sizeof "reason", /* with U+0004 */
	HOLES = 10,
	HOLE_BYTES = 3,
	HOLE_FIRST = 256,
	DEEP = 4,          /* sentences within sentences */
	SENTENCES = 12,    /* of one text */
	PREFIXES = 4,      /* colons that are tried */
	TRIES = 300,       /* templates looked for in one text: what a stranger wrote cannot make this slow */
	MOST_BYTES = 16384,
};

#define APART_OPEN "\xe2\x81\xa8"
#define APART_CLOSE "\xe2\x81\xa9"

struct speaker {
	const struct i18n_lang *l;
	int tries;
};

static struct str words_of(const struct i18n_template *t) { return str_make(t->key + CONTEXT_BYTES, t->n - CONTEXT_BYTES); }

struct str i18n_template(size_t i) { return i < I18N_TEMPLATES ? words_of(&i18n_templates[i]) : STR(""); }

static struct str translation(const struct i18n_lang *l, const struct i18n_template *t) { return i18n_by_key(l, str_make(t->key, t->n)); }

struct str i18n_template_in(const struct i18n_lang *l, size_t i) { return i < I18N_TEMPLATES ? translation(l, &i18n_templates[i]) : STR(""); }

/* --- templates -------------------------------------------------------------------------------------------- */

static bool is_hole(struct str s, size_t i)
{
	return i + HOLE_BYTES <= s.n && s.p[i] == '{' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9' && s.p[i + 2] == '}';
}

/* The words of a template up to its next hole, taken off it. */
static struct str piece(struct str *rest)
{
	size_t n = 0;
	while (n < rest->n && !is_hole(*rest, n)) n++;
	struct str out = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	return out;
}

static bool fits(const struct i18n_template *t, struct str text, struct str *values)
{
	struct str rest = words_of(t);
	if (text.n < (size_t)t->letters + t->holes || memcmp(text.p, rest.p, t->head) != 0) return false;
	if (memcmp(text.p + text.n - t->tail, rest.p + rest.n - t->tail, t->tail) != 0) return false;
	if (!t->holes) return text.n == rest.n;
	rest = str_from(rest, t->head);
	text = str_sub(text, t->head, text.n - t->head - t->tail);
	for (unsigned short i = 0; i < t->holes; i++) {
		rest = str_from(rest, HOLE_BYTES);
		if (i + 1 == t->holes) {
			values[i] = text;
			return text.n > 0;
		}
		struct str words = piece(&rest);
		/* A value is one byte at least. */
		ptrdiff_t at = text.n ? str_find(str_from(text, 1), words) : -1;
		if (at < 0) return false;
		values[i] = str_sub(text, 0, (size_t)at + 1);
		text = str_from(text, (size_t)at + 1 + words.n);
	}
	return false;
}

static const struct i18n_template *among(size_t first, struct str text, struct str *values)
{
	for (size_t i = i18n_templates_from[first]; i < i18n_templates_from[first + 1]; i++)
		if (fits(&i18n_templates[i], text, values)) return &i18n_templates[i];
	return NULL;
}

/* The template with most letters that a text fits. */
static const struct i18n_template *template_of(struct speaker *k, struct str text, struct str *values)
{
	struct str other[HOLES];
	if (!text.n || k->tries-- <= 0) return NULL;
	const struct i18n_template *a = among((unsigned char)text.p[0], text, values), *b = among(HOLE_FIRST, text, other);
	if (!b || (a && a->letters >= b->letters)) return a;
	memcpy(values, other, sizeof other);
	return b;
}

/* --- texts ------------------------------------------------------------------------------------------------ */

/* Each writes what it recognises and answers how many letters of templates there were in it; 0: nothing written. */
static size_t put(struct speaker *k, struct buf *b, struct str text, int depth);

static void put_apart(const struct speaker *k, struct buf *b, struct str value)
{
	if (k->l->rtl) buf_lit(b, APART_OPEN);
	buf_put(b, value);
	if (k->l->rtl) buf_lit(b, APART_CLOSE);
}

/* Whether the i-th value of a template stands in quotation marks: then it is somebody's own. */
static bool is_quoted(const struct i18n_template *t, unsigned short i)
{
	struct str rest = words_of(t), before = piece(&rest);
	for (unsigned short n = 0; n < i; n++) {
		rest = str_from(rest, HOLE_BYTES);
		before = piece(&rest);
	}
	return str_ends(before, STR("“")) || str_ends(before, STR("\"")) || str_ends(before, STR("'"));
}

static size_t put_template(struct speaker *k, struct buf *b, const struct i18n_template *t, const struct str *values, int depth)
{
	struct str to = translation(k->l, t), args[HOLES];
	auto_buf said = BUF_INIT(MOST_BYTES);
	size_t ends[HOLES], letters = t->letters;
	if (!to.n) return 0;
	for (unsigned short i = 0; i < t->holes; i++) {
		/* One word is a name as likely as not. */
		bool own = is_quoted(t, i) || str_find_char(values[i], ' ') < 0;
		size_t more = own ? 0 : put(k, &said, values[i], depth + 1);
		if (!more) put_apart(k, &said, values[i]);
		letters += more;
		ends[i] = said.n;
	}
	if (said.over) return 0;
	for (unsigned short i = 0; i < t->holes; i++) {
		size_t from = i ? ends[i - 1] : 0;
		args[i] = str_sub(buf_str(&said), from, ends[i] - from);
	}
	i18n_put_filled(b, to, args, t->holes);
	return letters;
}

/* One text that is known as a whole. */
static size_t put_whole(struct speaker *k, struct buf *b, struct str text, int depth)
{
	struct str values[HOLES];
	const struct i18n_template *t = template_of(k, text, values);
	size_t letters = t ? put_template(k, b, t, values, depth) : 0;
	if (letters) return letters;
	struct str plain = i18n_by_key(k->l, text);
	buf_put(b, plain);
	return plain.n ? text.n : 0;
}

static bool ends_sentence(struct str s, size_t i)
{
	return s.p[i] == '\n' || ((s.p[i] == '.' || s.p[i] == '?' || s.p[i] == '!') && i + 1 < s.n && (s.p[i + 1] == ' ' || s.p[i + 1] == '\n'));
}

/* "A. B.": each of them known. The first is as long as can be. */
static size_t put_sentences(struct speaker *k, struct buf *b, struct str text, int depth)
{
	size_t tried = 0;
	for (size_t i = text.n; i-- > 1 && tried < SENTENCES;) {
		if (!ends_sentence(text, i)) continue;
		struct str first = str_trim(str_sub(text, 0, i + 1)), rest = str_trim(str_from(text, i + 1));
		if (!first.n || !rest.n) continue;
		tried++;
		auto_buf said = BUF_INIT(MOST_BYTES);
		size_t letters = put_whole(k, &said, first, depth + 1);
		if (!letters) continue;
		buf_put_char(&said, text.p[i] == '\n' ? '\n' : ' ');
		size_t more = put(k, &said, rest, depth + 1);
		if (!more || said.over) continue;
		buf_put(b, buf_str(&said));
		return letters + more;
	}
	return 0;
}

/* "cities.csv: A". */
static size_t put_prefixed(struct speaker *k, struct buf *b, struct str text, int depth)
{
	size_t tried = 0;
	for (size_t i = 1; i + 2 < text.n && tried < PREFIXES; i++) {
		if (text.p[i] != ':' || text.p[i + 1] != ' ') continue;
		tried++;
		auto_buf rest = BUF_INIT(MOST_BYTES);
		size_t letters = put(k, &rest, str_from(text, i + 2), depth + 1);
		if (!letters || rest.over) continue;
		struct str prefix = str_sub(text, 0, i);
		size_t more = str_find_char(prefix, ' ') < 0 ? 0 : put_whole(k, b, prefix, depth + 1);
		if (!more) put_apart(k, b, prefix);
		buf_lit(b, ": ");
		buf_put(b, buf_str(&rest));
		return letters + more;
	}
	return 0;
}

static size_t put(struct speaker *k, struct buf *b, struct str text, int depth)
{
	if (depth > DEEP) return 0;
	auto_buf whole = BUF_INIT(MOST_BYTES), parts = BUF_INIT(MOST_BYTES);
	size_t as_whole = put_whole(k, &whole, text, depth);
	/* A long value may have swallowed a sentence of its own. */
	size_t as_parts = as_whole == text.n ? 0 : put_sentences(k, &parts, text, depth);
	if (!as_whole && !as_parts) as_parts = put_prefixed(k, &parts, text, depth);
	if (whole.over || parts.over) return 0;
	if (as_parts > as_whole) buf_put(b, buf_str(&parts));
	else if (as_whole) buf_put(b, buf_str(&whole));
	return as_parts > as_whole ? as_parts : as_whole;
}

void i18n_put_reason(struct buf *b, const struct i18n_lang *l, struct str english)
{
	struct speaker k = { .l = l, .tries = TRIES };
	if (l == i18n_english() || english.n > MOST_BYTES / 4 || !put(&k, b, english, 0)) buf_put(b, english);
}

struct str i18n_reason(const struct i18n_lang *l, struct arena *a, struct str english)
{
	auto_buf said = BUF_INIT(4 * english.n + MOST_BYTES);
	i18n_put_reason(&said, l, english);
	return arena_str(a, said.over ? english : buf_str(&said));
}

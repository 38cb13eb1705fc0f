/* Every template is found again in a sentence made of it, in every language, whatever its values are: two templates that a sentence cannot
 * tell apart fail here, and one of them needs other words. A language of the test's own has a translation of every template. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "i18n/i18n.h"

enum { MOST = 4096, HOLES = 10 };

/* --- a language of the test ------------------------------------------------------------------------------- */

struct entry { char *key, *text; };
static struct entry entries[MOST];
static size_t nentries;
static char *catalogue;
static struct i18n_lang here, there;

static int by_key(const void *a, const void *b)
{
	return str_cmp(str_of(((const struct entry *)a)->key), str_of(((const struct entry *)b)->key));
}

static void put_word(char *at, size_t v)
{
	for (int i = 0; i < 4; i++) at[i] = (char)(v >> (8 * i) & 0xff);
}

static char *joined(const char *before, struct str s, const char *after)
{
	auto_buf b = BUF_INIT(10000);
	buf_printf(&b, "%s%.*s%s", before, STR_ARG(s), after);
	char *out = malloc(b.n + 1);
	memcpy(out, b.p, b.n);
	out[b.n] = '\0';
	return out;
}

static int make_language(void **s)
{
	(void)s;
	size_t bytes = 28;
	for (struct str t; (t = i18n_template(nentries)).n; nentries++) {
		assert_true(nentries < MOST);
		entries[nentries] = (struct entry){ joined("reason\004", t, ""), joined("<", t, ">") };
		bytes += 16 + strlen(entries[nentries].key) + strlen(entries[nentries].text) + 2;
	}
	assert_true(nentries > 1000);
	qsort(entries, nentries, sizeof entries[0], by_key);
	catalogue = calloc(1, bytes);
	size_t at = 28 + 16 * nentries;
	const size_t head[] = { 0x950412deu, 0, nentries, 28, 28 + 8 * nentries };
	for (size_t i = 0; i < COUNT_OF(head); i++) put_word(catalogue + 4 * i, head[i]);
	for (size_t i = 0; i < 2 * nentries; i++) {
		const char *text = i < nentries ? entries[i].key : entries[i - nentries].text;
		put_word(catalogue + 28 + 8 * i, strlen(text));
		put_word(catalogue + 32 + 8 * i, at);
		memcpy(catalogue + at, text, strlen(text));
		at += strlen(text) + 1;
	}
	here = (struct i18n_lang){ .code = STR("xx"), .name = STR("Test"), .mo = str_make(catalogue, at) };
	there = here;
	there.rtl = true;
	return 0;
}

static int unmake_language(void **s)
{
	(void)s;
	for (size_t i = 0; i < nentries; i++) {
		free(entries[i].key);
		free(entries[i].text);
	}
	free(catalogue);
	return 0;
}

static bool is_said(const struct i18n_lang *l, struct str english, struct str want)
{
	auto_buf got = BUF_INIT(100000);
	i18n_put_reason(&got, l, english);
	if (str_eq(buf_str(&got), want)) return true;
	print_error("%.*s: %.*s\n  became   %.*s\n  expected %.*s\n", STR_ARG(l->code), STR_ARG(english), STR_ARG(buf_str(&got)), STR_ARG(want));
	return false;
}

static void says(const struct i18n_lang *l, const char *english, const char *want) { assert_true(is_said(l, str_of(english), str_of(want))); }

/* A text without the marks that set values apart. */
static void put_bare(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (str_starts(str_from(text, i), STR("\u2068")) || str_starts(str_from(text, i), STR("\u2069"))) i += 2;
		else buf_put_char(b, text.p[i]);
	}
}

static bool is_said_but_for_marks(const struct i18n_lang *l, struct str english, struct str want)
{
	auto_buf got = BUF_INIT(100000), bare = BUF_INIT(100000), wanted = BUF_INIT(100000);
	i18n_put_reason(&got, l, english);
	put_bare(&bare, buf_str(&got));
	put_bare(&wanted, want);
	if (str_eq(buf_str(&bare), buf_str(&wanted))) return true;
	print_error("%.*s: %.*s\n  became   %.*s\n  expected %.*s\n", STR_ARG(l->code), STR_ARG(english), STR_ARG(buf_str(&bare)), STR_ARG(buf_str(&wanted)));
	return false;
}

/* --- every template --------------------------------------------------------------------------------------- */

/* Values that hold words of sentences can be parted in several ways: then it is only sure that the sentence is found. */
enum { TAME = 7 };
static const char *const tame[TAME] = { "Paris", "12", "x_y", "باريس", "7+3", "Ålesund", "1234567" };
enum { ODD = 12 };
static const char *const odd[ODD] = {
	"Paris", "12", "a value of words", "he said \"no\"", "a: b", "باريس", "“quoted”", "3.5", "it's", "{0}", "x_y.z (1)", "1, 2 and 3",
};

static void fill(struct buf *b, const struct i18n_lang *l, struct str text, const char *const *values, size_t n, size_t turn, bool apart)
{
	char own[HOLES][100];
	struct str args[HOLES];
	for (size_t i = 0; i < HOLES; i++) {
		const char *v = values[(i + turn) % n];
		snprintf(own[i], sizeof own[i], "%s%s%s", apart && l->rtl ? "\u2068" : "", v, apart && l->rtl ? "\u2069" : "");
		args[i] = str_of(own[i]);
	}
	i18n_put_filled(b, text, args, HOLES);
}

/* Odd values are for templates of one value; the test's own language has the words of English between several. One word is too little for
 * them: "line {0}" with "a: b" is "line {0}: {1}", too, and only languages that set colons apart show which it was. */
static bool takes_odd(const struct i18n_lang *l, struct str template_, struct str to)
{
	return l == &here || l == &there || (str_find(to, STR("{1}")) < 0 && !str_eq(template_, STR("line {0}")));
}

static size_t find_each(const struct i18n_lang *l)
{
	size_t translated = 0, lost = 0;
	for (size_t i = 0; i18n_template(i).n; i++) {
		struct str to = i18n_template_in(l, i);
		if (!to.n) continue;
		translated++;
		for (size_t turn = 0; turn < TAME; turn++) {
			auto_buf english = BUF_INIT(20000), want = BUF_INIT(20000);
			fill(&english, l, i18n_template(i), tame, TAME, turn, false);
			fill(&want, l, to, tame, TAME, turn, true);
			lost += !is_said(l, buf_str(&english), buf_str(&want));
		}
		for (size_t turn = 0; turn < ODD && takes_odd(l, i18n_template(i), to); turn++) {
			auto_buf english = BUF_INIT(20000), want = BUF_INIT(20000);
			fill(&english, l, i18n_template(i), odd, ODD, turn, false);
			fill(&want, l, to, odd, ODD, turn, true);
			lost += !is_said_but_for_marks(l, buf_str(&english), buf_str(&want));
		}
	}
	assert_int_equal(lost, 0);
	return translated;
}

static void each_template_is_found_again(void **s)
{
	(void)s;
	assert_int_equal(find_each(&here), nentries);
	assert_int_equal(find_each(&there), nentries);
}

static void in_every_language_too(void **s)
{
	(void)s;
	const struct i18n_lang *all;
	size_t n = i18n_languages(&all);
	for (size_t i = 0; i < n; i++) (void)find_each(&all[i]);
}

/* --- texts of several ------------------------------------------------------------------------------------- */

static void reasons_within_reasons(void **s)
{
	(void)s;
	says(&here, "the condition of the source: Unknown field: town.", "<the condition of the source: <Unknown field: town.>>");
	says(&here, "The geographic coverage could not be found out: the portal is no more", "<The geographic coverage could not be found out: <the portal is no more>>");
	says(&there, "the portal is no more", "<the portal is no more>");
	/* What stands in quotation marks is somebody's own, and so is one word. */
	says(&here, "the dataset has no field \"the portal is no more\"", "<the dataset has no field \"the portal is no more\">");
	says(&here, "line 3: expected a property, a colon and a value", "<line 3: <expected a property, a colon and a value>>");
	says(&there, "the dataset has no field \"city\"", "<the dataset has no field \"\u2068city\u2069\">");
}

static void several_sentences(void **s)
{
	(void)s;
	says(&here, "There is nothing to undo. There is nothing to redo.", "<There is nothing to undo.> <There is nothing to redo.>");
	says(&here, "There is nothing to undo.\nThere is nothing to redo.", "<There is nothing to undo.>\n<There is nothing to redo.>");
	says(&here, "There is no dataset a b. c on this portal.", "<There is no dataset a b. c on this portal.>");
	says(&here, "Unknown field: town. There is nothing to redo.", "<Unknown field: town.> <There is nothing to redo.>");
	says(&here, "There is nothing to undo. It rains.", "There is nothing to undo. It rains.");
}

static void a_prefix_stays(void **s)
{
	(void)s;
	says(&here, "cities.csv: the file holds no rows", "cities.csv: <the file holds no rows>");
	says(&there, "cities.csv: the file holds no rows", "\u2068cities.csv\u2069: <the file holds no rows>");
	says(&here, "Title: There is nothing to undo. There is nothing to redo.", "Title: <There is nothing to undo.> <There is nothing to redo.>");
}

/* --- what is not known ------------------------------------------------------------------------------------ */

static void strangers_stay_as_they_are(void **s)
{
	(void)s;
	static const char *const rows[] = { "", " ", ".", ": ", ". . . . . .", "{0}", "{0} {1}", "reason\004", "reason\004{0}", "Il n'y a rien.", "\xff\xfe", "<b>&amp;</b>",
		"There is no dataset ", "There is no dataset  on this portal", "the dataset has no field \"\"", "a: b: c: d: e: f", "a. b. c? d! e\nf" };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		says(&here, rows[i], rows[i]);
		says(&there, rows[i], rows[i]);
		says(i18n_english(), rows[i], rows[i]);
	}
	says(i18n_english(), "There is nothing to undo.", "There is nothing to undo.");
}

/* Long texts of colons, full stops and beginnings of templates come out whole, and soon. */
static void hostile_texts_come_out_whole(void **s)
{
	(void)s;
	static const char *const parts[] = { ": ", ". ", "There is no ", "\"", "the ", "{0}", "\n", "“", " is ", "Unknown field: ", "x", "\x04", "\xe2", "line 3: " };
	uint32_t seed = 7;
	for (size_t round = 0; round < 300; round++) {
		auto_buf text = BUF_INIT(5000);
		while (text.n < 10 + round * 14) {
			seed = seed * 1664525u + 1013904223u;
			buf_put(&text, str_of(parts[(seed >> 16) % COUNT_OF(parts)]));
		}
		auto_buf got = BUF_INIT(200000);
		i18n_put_reason(&got, &there, buf_str(&text));
		assert_true(got.n >= text.n && !got.over);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_template_is_found_again),
		cmocka_unit_test(in_every_language_too),
		cmocka_unit_test(reasons_within_reasons),
		cmocka_unit_test(several_sentences),
		cmocka_unit_test(a_prefix_stays),
		cmocka_unit_test(strangers_stay_as_they_are),
		cmocka_unit_test(hostile_texts_come_out_whole),
	};
	return cmocka_run_group_tests(tests, make_language, unmake_language);
}

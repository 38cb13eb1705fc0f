/* Two documents compared: what stayed is left out, what changed is shown word by word, and nothing takes for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "doc/doc.h"

static struct doc *of(struct arena *a, const char *const *paragraphs)
{
	struct doc *d = doc_new(a, STR("t"), STR("en"), false);
	for (size_t i = 0; paragraphs[i]; i++) {
		struct str s = str_of(paragraphs[i]);
		bool heading = str_starts(s, STR("# "));
		struct doc_block *b = heading ? doc_heading(d, NULL, 2, STR("")) : doc_add(d, NULL, DOC_PARAGRAPH);
		doc_put(d, b, heading ? str_from(s, 2) : s, 0);
	}
	return d;
}

/* Blocks as lines; "{+words+}" and "{-words-}". */
static void check(const char *const *before, const char *const *after, size_t changed, const char *want)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 16);
	struct doc *d = doc_new(&a, STR("t"), STR("en"), false);
	assert_int_equal(doc_compare(d, &d->root, of(&a, before), of(&a, after)), changed);
	for (const struct doc_block *x = d->root.first; x; x = x->next) {
		for (const struct doc_span *s = x->spans; s; s = s->next) {
			const char *mark = s->look & DOC_INSERTED ? "+" : s->look & DOC_DELETED ? "-" : "";
			if (*mark)
				buf_printf(&b, "{%s", mark);
			buf_put(&b, s->text);
			if (*mark)
				buf_printf(&b, "%s}", mark);
		}
		buf_put_char(&b, '\n');
	}
	buf_put_char(&b, 0);
	assert_string_equal(b.p, want);
}
#define TEXT(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void words_that_changed_are_marked(void **s)
{
	(void)s;
	check(TEXT("# Kinds", "Kept for 14 days.", "Same."), TEXT("# Kinds", "Kept for 12 months.", "Same."), 1,
	      "Kinds\nKept for {-14 days.-}{+12 months.+}\n");
}

static void what_stayed_is_left_out(void **s)
{
	(void)s;
	check(TEXT("# A", "one", "# B", "two"), TEXT("# A", "one", "# B", "two"), 0, "");
}

static void whole_blocks_come_and_go(void **s)
{
	(void)s;
	check(TEXT("one", "two"), TEXT("one", "new words", "two"), 1, "{+new words+}\n");
	check(TEXT("one", "gone", "two"), TEXT("one", "two"), 1, "{-gone-}\n");
}

static void only_the_heading_above_a_change_is_shown(void **s)
{
	(void)s;
	check(TEXT("# A", "same", "# B", "b"), TEXT("# A", "same", "# B", "c"), 1, "B\n{-b-}{+c+}\n");
}

static void texts_without_end_are_shown_whole(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	auto_buf x = BUF_INIT(1 << 20);
	auto_buf y = BUF_INIT(1 << 20);
	for (int i = 0; i < 20000; i++) {
		buf_printf(&x, "a%d ", i);
		buf_printf(&y, "b%d ", i);
	}
	struct doc *d = doc_new(&a, STR("t"), STR("en"), false);
	struct doc *before = doc_new(&a, STR("t"), STR("en"), false);
	struct doc *after = doc_new(&a, STR("t"), STR("en"), false);
	doc_put(before, doc_add(before, NULL, DOC_PARAGRAPH), buf_str(&x), 0);
	doc_put(after, doc_add(after, NULL, DOC_PARAGRAPH), buf_str(&y), 0);
	assert_int_equal(doc_compare(d, &d->root, before, after), 1);
	assert_int_equal(d->root.first->spans->look, DOC_DELETED);
	assert_int_equal(d->root.first->spans->next->look, DOC_INSERTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_changed_are_marked),
		cmocka_unit_test(what_stayed_is_left_out),
		cmocka_unit_test(whole_blocks_come_and_go),
		cmocka_unit_test(only_the_heading_above_a_change_is_shown),
		cmocka_unit_test(texts_without_end_are_shown_whole),
	};
	return cmocka_run_group_tests_name("doc_compare", tests, NULL, NULL);
}

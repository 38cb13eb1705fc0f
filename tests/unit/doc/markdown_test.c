/* What administrators may write, and what becomes of the rest: text, or a refusal that names the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "doc/doc.h"

static const char *const kinds[] = {
	[DOC_HEADING] = "h", [DOC_PARAGRAPH] = "p", [DOC_LEAD] = "lead", [DOC_NOTICE] = "notice", [DOC_LIST] = "list",
	[DOC_ITEM] = "item", [DOC_DEFINITIONS] = "dl", [DOC_TERM] = "dt", [DOC_MEANING] = "dd", [DOC_TABLE] = "table",
	[DOC_ROW] = "row", [DOC_CELL] = "cell", [DOC_SECTION] = "section",
};

/* "p(plain *strong* [link>address])": a block and, after its words, its children. */
static void show(struct buf *b, const struct doc_block *x)
{
	buf_printf(b, "%s%s%s", kinds[x->kind], x->ordered ? "1" : "", x->head ? "!" : "");
	if (x->kind == DOC_HEADING)
		buf_put_int(b, x->level);
	buf_put_char(b, '(');
	for (const struct doc_span *s = x->spans; s; s = s->next) {
		const char *mark = s->look & DOC_STRONG ? "**" : s->look & DOC_EMPHASIS ? "*" : s->look & DOC_CODE ? "`" : "";
		buf_put(b, str_of(s->link ? "[" : ""));
		buf_put(b, str_of(mark));
		buf_put(b, s->text);
		buf_put(b, str_of(mark));
		if (s->link)
			buf_printf(b, ">%.*s]", STR_ARG(s->link->url));
	}
	for (const struct doc_block *c = x->first; c; c = c->next)
		show(b, c);
	buf_put_char(b, ')');
}

static void check(const char *text, const char *want)
{
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct doc *d = doc_new(&a, STR(""), STR("en"), false);
	if (!doc_markdown(d, &d->root, str_of(text), &e))
		fail_msg("refused: %s", e.pub);
	for (const struct doc_block *x = d->root.first; x; x = x->next)
		show(&b, x);
	buf_put_char(&b, 0);
	assert_string_equal(b.p, want);
}

static void refused(const char *text, const char *words)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct doc *d = doc_new(&a, STR(""), STR("en"), false);
	assert_false(doc_markdown(d, &d->root, str_of(text), &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_null(d->root.first);
	if (str_find(str_of(e.pub), str_of(words)) < 0)
		fail_msg("expected \"%s\" in: %s", words, e.pub);
}

static void paragraphs_and_emphasis(void **s)
{
	(void)s;
	check("one\ntwo\n\nthree", "p(one two)p(three)");
	check("a *b* **c** _d_ `e*f`", "p(a *b* **c** *d* `e*f`)");
	check("snake_case_name and 2 * 3 * 4", "p(snake_case_name and 2 * 3 * 4)");
	check("\\*not\\*", "p(*not*)");
	check("**open", "p(**open)");
}

static void headings_begin_at_three_and_skip_none(void **s)
{
	(void)s;
	check("# A\n###### B\n##### C", "h3(A)h4(B)h5(C)");
	check("#no heading", "p(#no heading)");
}

static void links_lead_to_the_web_mail_or_the_site(void **s)
{
	(void)s;
	check("[a](https://x.example/b) [m](mailto:a@b.example) [s](/terms/)",
	      "p([a>https://x.example/b] [m>mailto:a@b.example] [s>/terms/])");
	refused("fine\n\n[a](javascript:alert(1))", "Line 3: a link leads");
	refused("[a](//x.example)", "a link leads");
	refused("[a](data:text/html,x)", "a link leads");
	check("[not a link] (x)", "p([not a link] (x))");
}

static void lists_and_tables(void **s)
{
	(void)s;
	check("- a\n- b\n  1. c\n  2. d\n- e", "list(item(a)item(blist1(item(c)item(d)))item(e))");
	check("| A | B |\n|---|:-:|\n| 1 | 2 |\n| 3 |", "table(row!(cell!(A)cell!(B))row(cell(1)cell(2))row(cell(3)cell()))");
	refused("| A |\n|---|\n| 1 | 2 |", "Line 3: a row of a table has more cells");
	refused("- a\n  - b\n    - c\n      - d\n        - e", "nested too deep");
}

static void test_pol_t09_markup_is_text_and_pictures_are_refused(void **s)
{
	(void)s;
	check("<script>alert(1)</script> <style>table{display:none}</style>",
	      "p(<script>alert(1)</script> <style>table{display:none}</style>)");
	check("<img src=https://x.example/a.png>", "p(<img src=https://x.example/a.png>)");
	refused("![a](https://x.example/a.png)", "pictures are not accepted");
}

static void bounds_hold(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1 << 20);
	for (size_t i = 0; i < (64u << 10) + 1; i++)
		buf_put_char(&b, '*');
	buf_put_char(&b, 0);
	refused(b.p, "longer than 65536 bytes");
	b.p[b.n - 2] = 0;
	struct err e = { 0 };
	int marks = 0;
	marks += doc_markdown_check(str_of(b.p), &e);
	for (size_t i = 0; i + 2 < b.n; i++)
		b.p[i] = i % 2 ? 'a' : '_';
	marks += doc_markdown_check(str_of(b.p), &e);
	for (size_t i = 0; i + 2 < b.n; i++)
		b.p[i] = '[';
	marks += doc_markdown_check(str_of(b.p), &e);
	assert_in_range(marks, 0, 3);
	refused("\xff", "not UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs_and_emphasis),
		cmocka_unit_test(headings_begin_at_three_and_skip_none),
		cmocka_unit_test(links_lead_to_the_web_mail_or_the_site),
		cmocka_unit_test(lists_and_tables),
		cmocka_unit_test(test_pol_t09_markup_is_text_and_pictures_are_refused),
		cmocka_unit_test(bounds_hold),
	};
	return cmocka_run_group_tests_name("doc_markdown", tests, NULL, NULL);
}

/* PDF files of documents in many scripts: what must be in them, that equal documents give equal bytes, and what becomes of
 * letters no font has. STOA_PDF_OUT names a folder that keeps the files, for looking at them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pdf/pdf.h"

static const struct pdf_facts facts = {
	.author = { "Saint-Aubin", 11 }, .subject = { "Cookies", 7 }, .identity = { "sha256-0", 8 },
	.made = { 1792000000000000 }, .origin = { "https://data.example", 20 }, .footer = { "data.example", 12 },
	.page_of = { "Page {0} of {1}", 15 }, .accent = 0x1f5a7a,
};

static void add_table(struct doc *d, struct str word, int rows)
{
	struct doc_block *t = doc_add(d, NULL, DOC_TABLE);
	t->columns = 3;
	doc_put(d, t, word, 0);
	struct doc_block *head = doc_add(d, t, DOC_ROW);
	head->head = true;
	for (int i = 0; i < 3; i++)
		doc_put(d, doc_cell(d, head, true, 1), word, 0);
	for (int i = 0; i < rows; i++) {
		struct doc_block *row = doc_add(d, t, DOC_ROW);
		doc_put(d, doc_cell(d, row, false, 1), word, 0);
		doc_put(d, doc_cell(d, row, true, 1), STR("cookies_preferences"), DOC_CODE);
		doc_put(d, doc_cell(d, row, false, 1), word, 0);
		struct doc_block *detail = doc_add(d, t, DOC_ROW);
		detail->detail = true;
		doc_put(d, doc_cell(d, detail, false, 3), word, 0);
	}
}

static struct doc *sample(struct arena *a, const char *lang, bool rtl, struct str words, int rows)
{
	struct doc *d = doc_new(a, words, str_of(lang), rtl);
	doc_put(d, doc_heading(d, NULL, 1, STR("top")), words, 0);
	struct doc_block *p = doc_add(d, NULL, DOC_PARAGRAPH);
	doc_put(d, p, words, 0);
	doc_put(d, p, STR(" "), 0);
	doc_put(d, p, STR("sessionid"), DOC_CODE);
	doc_put(d, p, STR(" "), 0);
	doc_put_link(d, p, words, STR("/terms/"), STR("Terms"));
	doc_put(d, p, STR(", "), 0);
	doc_put(d, p, words, DOC_STRONG);
	struct doc_block *list = doc_add(d, NULL, DOC_LIST);
	for (int i = 0; i < 3; i++)
		doc_put(d, doc_add(d, list, DOC_ITEM), words, 0);
	doc_put(d, doc_heading(d, NULL, 2, STR("table")), words, 0);
	add_table(d, words, rows);
	return d;
}

static void keep(const char *lang, struct str bytes)
{
	const char *folder = getenv("STOA_PDF_OUT");
	char path[512];
	if (!folder)
		return;
	(void)snprintf(path, sizeof path, "%s/%s.pdf", folder, lang);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	(void)fclose(f);
}

static bool holds(struct str file, const char *words)
{
	return str_find(file, str_of(words)) >= 0;
}

static void test_pdf_t04_every_script_has_its_letters(void **state)
{
	(void)state;
	static const struct { const char *lang, *words; bool rtl; } scripts[] = {
		{ "en", "What is a cookie? Office “files” — a fine affinity, priced at 3 €.", false },
		{ "fr", "Qu’est-ce qu’un témoin ? Où l’œuvre naît, çà et là.", false },
		{ "ar", "ما هي ملفات تعريف الارتباط؟ لا إله في الموقع، 14 يومًا (2026).", true },
		{ "he", "מהי עוגייה? מדיניות העוגיות של האתר.", true },
		{ "el", "Τι είναι ένα cookie; Πολιτική για τα cookies.", false },
		{ "ru", "Что такое файлы cookie? Политика сайта.", false },
		{ "hi", "कुकी क्या है? यह वेबसाइट कुकीज़ का उपयोग क्यों करती है।", false },
		{ "th", "คุกกี้คืออะไร นโยบายคุกกี้ของเว็บไซต์นี้เกี่ยวกับข้อมูลของผู้เยี่ยมชม", false },
		{ "zh", "什么是 Cookie？本网站的 Cookie 政策說明。", false },
		{ "ja", "クッキーとは何ですか。このサイトの方針です。", false },
		{ "ko", "쿠키란 무엇입니까? 이 사이트의 정책입니다.", false },
	};
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		auto_arena a = ARENA_INIT;
		auto_buf out = BUF_INIT(PDF_BYTES_MOST);
		struct err e = { 0 };
		struct pdf_report report;
		struct doc *d = sample(&a, scripts[i].lang, scripts[i].rtl, str_of(scripts[i].words), 24);
		if (!pdf_write(d, &facts, &out, &report, &e))
			fail_msg("%s: %s %s", scripts[i].lang, e.pub, e.priv);
		if (report.missing)
			fail_msg("%s: %zu letters have no font, first U+%04X", scripts[i].lang, report.missing, report.examples[0]);
		assert_true(report.pages > 1);
		assert_true(out.n < 400 * 1024);
		keep(scripts[i].lang, buf_str(&out));
	}
}

static void test_pdf_t02_says_what_it_conforms_to(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(PDF_BYTES_MOST);
	struct err e = { 0 };
	struct pdf_report report;
	assert_true(pdf_write(sample(&a, "en", false, STR("What is a cookie?"), 2), &facts, &out, &report, &e));
	struct str file = buf_str(&out);
	static const char *const wanted[] = {
		"%PDF-1.7\n", "/MarkInfo<</Marked true>>", "/DisplayDocTitle true", "/StructTreeRoot", "/Tabs/S", "/GTS_PDFA1",
		"<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "/FontFile2", "/ToUnicode", "/S/H1", "/S/H2",
		"/S/TH", "/Scope/Column", "/Scope/Row", "/ColSpan 3", "/S/LBody", "/S/Link", "/S/Code", "/Contents<FEFF", "%%EOF\n",
	};
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (!holds(file, wanted[i]))
			fail_msg("the file lacks %s", wanted[i]);
	assert_false(holds(file, "/JavaScript"));
	assert_false(holds(file, "/Encrypt"));
}

static void test_pdf_t05_equal_documents_give_equal_bytes(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf one = BUF_INIT(PDF_BYTES_MOST);
	auto_buf two = BUF_INIT(PDF_BYTES_MOST);
	struct err e = { 0 };
	struct pdf_report report;
	assert_true(pdf_write(sample(&a, "ar", true, STR("ما هي ملفات"), 40), &facts, &one, &report, &e));
	assert_true(pdf_write(sample(&a, "ar", true, STR("ما هي ملفات"), 40), &facts, &two, &report, &e));
	keep("one", buf_str(&one));
	keep("two", buf_str(&two));
	assert_true(str_eq(buf_str(&one), buf_str(&two)));
	buf_clear(&two);
	struct pdf_facts other = facts;
	other.identity = STR("sha256-1");
	assert_true(pdf_write(sample(&a, "ar", true, STR("ما هي ملفات"), 40), &other, &two, &report, &e));
	assert_false(str_eq(buf_str(&one), buf_str(&two)));
}

static void test_a_letter_no_font_has_is_counted(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(PDF_BYTES_MOST);
	struct err e = { 0 };
	struct pdf_report report;
	struct doc *d = doc_new(&a, STR("A"), STR("en"), false);
	doc_put(d, doc_add(d, NULL, DOC_PARAGRAPH), STR("x \U0001B170 y \U0001B170"), 0);
	assert_true(pdf_write(d, &facts, &out, &report, &e));
	assert_int_equal(report.missing, 2);
	assert_int_equal(report.nexamples, 1);
	assert_int_equal(report.examples[0], 0x1B170);
}

static void test_hostile_texts_are_laid_out(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf out = BUF_INIT(PDF_BYTES_MOST);
	struct err e = { 0 };
	struct pdf_report report;
	struct doc *d = doc_new(&a, STR(""), STR("en"), false);
	char *wide = arena_bytes(&a, 20000);
	memset(wide, 'm', 20000);
	doc_put(d, doc_add(d, NULL, DOC_PARAGRAPH), str_make(wide, 20000), 0);
	(void)doc_add(d, NULL, DOC_PARAGRAPH);
	doc_put(d, doc_add(d, NULL, DOC_PARAGRAPH), STR("\xff\xfe broken \x01\x02 \u202e tricks \u2066 ) ( \\ "), 0);
	doc_put_link(d, doc_add(d, NULL, DOC_PARAGRAPH), STR("link"), STR("https://x.example/(a)\\b c\n"), STR(""));
	struct doc_block *under = NULL;
	for (int i = 0; i < 60; i++) {
		struct doc_block *list = doc_add(d, under, DOC_LIST);
		under = doc_add(d, list, DOC_ITEM);
		doc_put(d, under, STR("deep"), 0);
	}
	struct doc_block *t = doc_add(d, NULL, DOC_TABLE);
	t->columns = 2;
	struct doc_block *row = doc_add(d, t, DOC_ROW);
	doc_put(d, doc_cell(d, row, false, 1), str_make(wide, 20000), 0);
	doc_put(d, doc_cell(d, row, false, 1), str_make(wide, 9000), 0);
	doc_put(d, doc_cell(d, row, false, 1), STR("one too many"), 0);
	(void)doc_add(d, t, DOC_ROW);
	assert_true(pdf_write(d, &facts, &out, &report, &e));
	assert_true(report.pages > 2);
	keep("hostile", buf_str(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pdf_t04_every_script_has_its_letters),
		cmocka_unit_test(test_pdf_t02_says_what_it_conforms_to),
		cmocka_unit_test(test_pdf_t05_equal_documents_give_equal_bytes),
		cmocka_unit_test(test_a_letter_no_font_has_is_counted),
		cmocka_unit_test(test_hostile_texts_are_laid_out),
	};
	return cmocka_run_group_tests_name("pdf", tests, NULL, NULL);
}

/* Fields of forms: everything is escaped, labels, hints and errors are tied to their box, what was posted comes back, passwords
 * never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "view/view.h"

static struct html writer(void)
{
	return (struct html){ .out = BUF_INIT(1 << 16), .lang = i18n_english() };
}

static const char *said(struct html *h)
{
	buf_put_char(&h->out, 0);
	return h->out.p;
}

static void has(struct html *h, const char *what)
{
	const char *text = said(h);
	if (!strstr(text, what))
		fail_msg("expected %s in:\n%s", what, text);
	h->out.n--;
}

static void lacks(struct html *h, const char *what)
{
	const char *text = said(h);
	if (strstr(text, what))
		fail_msg("did not expect %s in:\n%s", what, text);
	h->out.n--;
}

static void values_labels_and_errors_are_text(void **s)
{
	(void)s;
	struct html h = writer();
	struct html_errors errors = { 0 };
	html_complain_text(&errors, STR("name"), STR("<b>no</b>"));
	html_form_open(&h, &(struct html_form){ .action = STR("javascript:alert(1)"), .errors = &errors });
	html_field(&h, &(struct html_field){ .name = "name", .label_text = STR("<i>Name</i>"), .hint_text = STR("a & b"), .value = STR("\"><script>") });
	html_form_close(&h);
	has(&h, "action=\"#\"");
	has(&h, "&lt;i&gt;Name&lt;/i&gt;</label>");
	has(&h, "value=\"&quot;&gt;&lt;script&gt;\"");
	has(&h, "&lt;b&gt;no&lt;/b&gt;");
	lacks(&h, "<script>");
	buf_done(&h.out);
}

static void reasons_are_said_in_the_reader_s_language(void **s)
{
	(void)s;
	struct html h = writer();
	h.lang = i18n_lang_or_null(STR("de"));
	struct html_errors errors = { 0 };
	html_complain_text(&errors, STR("name"), STR("Another field is called \"a<b\" already: rename or delete that one first, or choose another name."));
	html_form_open(&h, &(struct html_form){ .action = STR("/"), .errors = &errors });
	html_field(&h, &(struct html_field){ .name = "name", .label_text = STR("Name") });
	html_form_close(&h);
	/* In the list at the top, and beside its field. */
	has(&h, "Ein anderes Feld heißt bereits „a&lt;b“: Benennen Sie dieses zuerst um oder löschen Sie es, oder wählen Sie einen anderen Namen.</a>");
	has(&h, "oder wählen Sie einen anderen Namen.</span>");
	html_notice_text(&h, HTML_BAD, STR("There is nothing to undo."));
	has(&h, "<p>Es gibt nichts rückgängig zu machen.</p>");
	lacks(&h, "rename");
	lacks(&h, "undo");
	html_notice_text(&h, HTML_BAD, STR("Somebody's own <words>."));
	has(&h, "<p>Somebody&#39;s own &lt;words&gt;.</p>");
	buf_done(&h.out);
}

static void a_box_is_tied_to_its_hint_and_its_error(void **s)
{
	(void)s;
	struct html h = writer();
	struct html_errors errors = { 0 };
	html_complain(&errors, h.lang, "email", "Wrong.");
	html_complain(&errors, h.lang, "email", "Wrong again.");
	assert_int_equal(errors.n, 1);
	html_form_open(&h, &(struct html_form){ .errors = &errors });
	html_field(&h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = "Address", .hint = "Where letters go.", .required = true });
	html_form_close(&h);
	has(&h, "<a href=\"#f1-email\">Wrong.</a>");
	has(&h, "<label for=\"f1-email\">Address</label>");
	has(&h, "<p class=\"hint\" id=\"f1-email-hint\">Where letters go.</p>");
	has(&h, "id=\"f1-email-error\"");
	has(&h, "aria-describedby=\"f1-email-hint f1-email-error\" aria-invalid=\"true\" required");
	lacks(&h, "Wrong again.");
	buf_done(&h.out);
}

static void what_was_posted_comes_back_and_passwords_do_not(void **s)
{
	(void)s;
	const struct httpd_pair pairs[] = { { STR("name"), STR("Typed") }, { STR("secret"), STR("hunter2") }, { STR("on"), STR("on") },
		{ STR("pick"), STR("b") }, { STR("role"), STR("admin") } };
	const struct visitor_form posted = { .pairs = pairs, .n = COUNT_OF(pairs) };
	const struct html_option picks[] = { { .value = STR("a"), .text = STR("A"), .on = true }, { .value = STR("b"), .text = STR("B") },
		{ .value = STR("c"), .text = STR("C"), .on = true, .disabled = true } };
	const struct html_option roles[] = { { .value = STR("member"), .text = STR("Member") }, { .value = STR("admin"), .text = STR("Admin") } };
	struct html h = writer();
	html_form_open(&h, &(struct html_form){ .posted = &posted });
	html_field(&h, &(struct html_field){ .name = "name", .label = "Name", .value = STR("Stored") });
	html_field(&h, &(struct html_field){ .kind = HTML_FIELD_PASSWORD, .name = "secret", .label = "Password", .value = STR("hunter2") });
	html_check(&h, &(struct html_check){ .name = "on", .label = "On" });
	html_check(&h, &(struct html_check){ .name = "off", .label = "Off", .on = true });
	html_choice(&h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "pick", .label = "Pick", .options = picks, .noptions = 3 });
	html_choice(&h, &(struct html_choice){ .kind = HTML_SELECT, .name = "role", .label = "Role", .options = roles, .noptions = 2, .value = STR("member") });
	html_form_close(&h);
	has(&h, "value=\"Typed\"");
	lacks(&h, "Stored");
	lacks(&h, "hunter2");
	has(&h, "id=\"f1-on\" name=\"on\" checked");
	lacks(&h, "name=\"off\" checked");
	has(&h, "value=\"b\" checked");
	lacks(&h, "value=\"a\" checked");
	has(&h, "value=\"c\" checked disabled");
	has(&h, "<option value=\"admin\" selected");
	lacks(&h, "<option value=\"member\" selected");
	buf_done(&h.out);
}

static void two_forms_of_a_page_have_ids_of_their_own(void **s)
{
	(void)s;
	struct html h = writer();
	for (int i = 0; i < 2; i++) {
		html_form_open(&h, &(struct html_form){ .inline_ = true });
		html_field(&h, &(struct html_field){ .kind = HTML_FIELD_SEARCH, .name = "q", .label = "Find" });
		html_form_close(&h);
	}
	has(&h, "id=\"f1-q\"");
	has(&h, "id=\"f2-q\"");
	assert_null(h.posted);
	assert_null(h.errors);
	buf_done(&h.out);
}

static void a_table_says_its_headings_in_every_row_and_how_it_is_sorted(void **s)
{
	(void)s;
	static const struct html_column columns[] = { { .title = "Name", .main = true, .sort = "name" }, { .title = "Size", .number = true, .sort = "size" },
		{ .title = "Actions", .hide_title = true } };
	auto_arena a = ARENA_INIT;
	const struct httpd_pair pairs[] = { { STR("sort"), STR("-size") }, { STR("q"), STR("x&y") } };
	const struct view_state state = { .arena = &a, .path = STR("/list/"), .pairs = pairs, .n = 2 };
	struct html_table t = { .caption = "Things", .columns = columns, .ncolumns = 3, .state = &state, .sorted = "name" };
	struct html h = writer();
	html_table_open(&h, &t);
	html_row_open(&h, &t);
	html_cell_text(&h, &t, STR("<One>"));
	html_cell_count(&h, &t, 1234);
	html_cell_text(&h, &t, STR(""));
	html_row_close(&h, &t);
	html_table_close(&h, &t);
	has(&h, "scope=\"col\" class=\"number\" aria-sort=\"descending\"");
	has(&h, "href=\"/list/?q=x%26y&amp;sort=size\"");
	has(&h, "<th role=\"rowheader\" scope=\"row\">&lt;One&gt;</th>");
	has(&h, "<td role=\"cell\" class=\"number\" data-label=\"Size\"><div>1,234</div></td>");
	has(&h, "<span class=\"visually-hidden\">Actions</span>");
	buf_done(&h.out);
}

static void differences_are_marked_line_by_line(void **s)
{
	(void)s;
	struct html h = writer();
	html_diff(&h, STR(" same\n-<gone>\n+new"));
	has(&h, "<span> same</span>\n<del>-&lt;gone&gt;</del>\n<ins>+new</ins>\n</pre>");
	buf_done(&h.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_labels_and_errors_are_text),
		cmocka_unit_test(reasons_are_said_in_the_reader_s_language),
		cmocka_unit_test(a_box_is_tied_to_its_hint_and_its_error),
		cmocka_unit_test(what_was_posted_comes_back_and_passwords_do_not),
		cmocka_unit_test(two_forms_of_a_page_have_ids_of_their_own),
		cmocka_unit_test(a_table_says_its_headings_in_every_row_and_how_it_is_sorted),
		cmocka_unit_test(differences_are_marked_line_by_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Letters as text: words in a language, headers that nothing breaks out of, lines that servers carry. */
#include "mail/inside.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct str message(struct buf *b, struct str sender, struct str subject, struct str text)
{
	struct mail_waiting w = { .id = 7, .to = STR("ada@isoc.example"), .sender = sender, .lang = STR("fr"), .subject = subject, .text = text, .message = STR("abc123") };
	mail_put_message(b, &w, STR("data@town.example"), (struct instant){ INT64_C(1795314600000000) });
	assert_false(b->over);
	return buf_str(b);
}

static bool has(struct str s, const char *line) { return str_find(s, str_of(line)) >= 0; }

static void a_plain_letter_is_plain(void **state)
{
	auto_buf b = BUF_INIT(65536);
	(void)state;
	struct str s = message(&b, STR("Town \"data\""), STR("Your password"), STR("Hello\n\nhttps://town.example/password/reset/abc/\n"));
	assert_true(has(s, "From: \"Town \\\"data\\\"\"\r\n <data@town.example>\r\n"));
	assert_true(has(s, "To: <ada@isoc.example>\r\n"));
	assert_true(has(s, "Subject: Your password\r\n"));
	assert_true(has(s, "Date: Sun, 22 Nov 2026 02:30:00 +0000\r\n"));
	assert_true(has(s, "Message-ID: <abc123@town.example>\r\n"));
	assert_true(has(s, "Auto-Submitted: auto-generated\r\n"));
	assert_true(has(s, "Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n\r\nhttps://town.example/password/reset/abc/\r\n"));
	assert_false(has(s, "List-"));
}

static void nothing_breaks_out_of_a_header(void **state)
{
	auto_buf b = BUF_INIT(65536);
	(void)state;
	struct str s = message(&b, STR("a\r\nBcc: x@y.org"), STR("b\r\n\r\nbody\r\nBcc: z@y.org"), STR("."));
	assert_false(has(s, "\r\nBcc:"));
	assert_false(has(s, "\r\nbody"));
	assert_true(has(s, "Subject: b    body  Bcc: z@y.org\r\n"));
}

static void words_beyond_ascii_are_encoded_in_short_lines(void **state)
{
	auto_buf b = BUF_INIT(65536);
	(void)state;
	struct str s = message(&b, STR("Ville d’Été"), STR("Réinitialisation du mot de passe demandée pour votre compte à la médiathèque"), STR("é = 1 \nEspace\n")), line;
	assert_true(has(s, "From: =?UTF-8?B?VmlsbGUgZOKAmcOJdMOp?=\r\n <data@town.example>\r\n"));
	assert_true(has(s, "Subject: =?UTF-8?B?UsOpaW5pdGlhbGlzYXRpb24g"));
	assert_true(has(s, "quoted-printable\r\n\r\n=C3=A9 =3D 1=20\r\nEspace\r\n"));
	while (str_cut(&s, '\n', &line)) assert_true(line.n <= 77);
}

static void long_lines_are_broken_softly(void **state)
{
	auto_buf b = BUF_INIT(65536);
	(void)state;
	char text[400];
	memset(text, 'x', sizeof text);
	memcpy(text + 100, "\xc3\xa9", 2);
	mail_put_quoted(&b, str_make(text, sizeof text));
	struct str s = buf_str(&b), line;
	while (str_cut(&s, '\n', &line)) {
		assert_true(line.n <= 77);
		assert_true(s.n == 0 || str_ends(line, STR("=\r")));
	}
}

static void drafts_fill_their_holes_with_one_line_of_text(void **state)
{
	auto_arena a = ARENA_INIT;
	struct mail_draft d = mail_draft(&a, NULL, i18n_english(), STR("Town"), STR("https://town.example"));
	(void)state;
	mail_subject_with(&d, "Hello {1}, {0}!", STR("a\r\nBcc: b"), STR("Ada"));
	mail_say(&d, "One {0} two {9}.");
	mail_link(&d, STR("https://town.example/x"));
	mail_quote(&d, STR("first\n\nthird\n"));
	assert_string_equal(arena_cstr(&a, d.subject), "Hello Ada, a  Bcc: b!");
	assert_string_equal(arena_cstr(&a, d.text), "One  two .\n\nhttps://town.example/x\n\n> first\n> \n> third\n\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_letter_is_plain),
		cmocka_unit_test(nothing_breaks_out_of_a_header),
		cmocka_unit_test(words_beyond_ascii_are_encoded_in_short_lines),
		cmocka_unit_test(long_lines_are_broken_softly),
		cmocka_unit_test(drafts_fill_their_holes_with_one_line_of_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

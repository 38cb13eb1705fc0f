/* A letter as mail servers want it: RFC 5322 headers, words beyond ASCII as RFC 2047 has them, text as RFC 2045 has it. Nothing
 * a stranger wrote can begin a line of its own in the headers: all of it is encoded or quoted. */
#include "crypt/crypt.h"
#include "mail/inside.h"
#include "text/text.h"

enum { LINE = 76, FIRST_WORD = 33, WORD = 45 }; /* bytes before base64; a multiple of three pads nothing */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e) return false;
	return str_find(s, STR("=?")) < 0;
}

/* Words of an encoded text, one a line, cut between characters. */
static void put_encoded(struct buf *b, struct str text)
{
	for (size_t most = FIRST_WORD; text.n; most = WORD) {
		struct str word = text_cut(text, most);
		if (!word.n) word = str_sub(text, 0, most);
		if (most == WORD) buf_lit(b, "\r\n ");
		buf_lit(b, "=?UTF-8?B?");
		crypt_put_base64(b, word);
		buf_lit(b, "?=");
		text = str_from(text, word.n);
	}
}

/* One line of text: controls become blanks before anything is written. */
static struct str one_line(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) p[i] = (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i];
	return str_trim(str_make(p, s.n));
}

void mail_put_header(struct buf *b, const char *name, struct str text)
{
	auto_arena a = ARENA_INIT;
	struct str s = one_line(&a, text);
	buf_printf(b, "%s: ", name);
	if (is_plain(s) && strlen(name) + 2 + s.n <= LINE) buf_put(b, s);
	else put_encoded(b, s);
	buf_lit(b, "\r\n");
}

/* "Name" <address>, or the address alone. */
static void put_from(struct buf *b, struct str name, struct str address)
{
	auto_arena a = ARENA_INIT;
	struct str s = text_cut(one_line(&a, name), 120);
	buf_lit(b, "From: ");
	if (s.n && is_plain(s) && s.n <= 60) {
		buf_lit(b, "\"");
		for (size_t i = 0; i < s.n; i++) {
			if (s.p[i] == '"' || s.p[i] == '\\') buf_lit(b, "\\");
			buf_put_char(b, s.p[i]);
		}
		buf_lit(b, "\"\r\n ");
	} else if (s.n) {
		put_encoded(b, s);
		buf_lit(b, "\r\n ");
	}
	buf_printf(b, "<%.*s>\r\n", STR_ARG(address));
}

static void put_date(struct buf *b, int64_t us)
{
	auto_buf http = BUF_INIT(64);
	clock_put_http(&http, us);
	struct str s = buf_str(&http); /* "Sun, 22 Nov 2026 02:30:00 GMT" */
	buf_printf(b, "Date: %.*s +0000\r\n", STR_ARG(str_sub(s, 0, s.n - 4)));
}

/* --- the text --------------------------------------------------------------------------------------- */

/* Printable ASCII in lines that every server carries. */
static bool is_seven_bit(struct str s)
{
	size_t line = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c > 0x7e || (c < 0x20 && c != '\n' && c != '\t')) return false;
		line = c == '\n' ? 0 : line + 1;
		if (line > 900) return false;
	}
	return true;
}

void mail_put_quoted(struct buf *b, struct str text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t column = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool last = i + 1 == text.n || text.p[i + 1] == '\n';
		if (c == '\n') {
			buf_lit(b, "\r\n");
			column = 0;
			continue;
		}
		bool plain = (c > 0x20 && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !last);
		size_t width = plain ? 1 : 3;
		if (column + width > LINE - 1) {
			buf_lit(b, "=\r\n");
			column = 0;
		}
		if (plain) {
			buf_put_char(b, (char)c);
		} else {
			buf_put_char(b, '=');
			buf_put_char(b, digits[c >> 4]);
			buf_put_char(b, digits[c & 15]);
		}
		column += width;
	}
}

static void put_lines(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n') buf_put_char(b, '\r');
		buf_put_char(b, text.p[i]);
	}
}

void mail_put_message(struct buf *b, const struct mail_waiting *w, struct str from, struct instant now)
{
	bool seven = is_seven_bit(w->text);
	struct str domain = str_from(from, (size_t)(str_rfind_char(from, '@') + 1));
	put_from(b, w->sender, from);
	buf_printf(b, "To: <%.*s>\r\n", STR_ARG(w->to));
	if (w->reply_to.n) buf_printf(b, "Reply-To: <%.*s>\r\n", STR_ARG(w->reply_to));
	mail_put_header(b, "Subject", w->subject);
	put_date(b, now.us);
	buf_printf(b, "Message-ID: <%.*s@%.*s>\r\n", STR_ARG(w->message), STR_ARG(domain.n ? domain : STR("localhost")));
	if (w->off.n)
		buf_printf(b, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", STR_ARG(w->off));
	buf_lit(b, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
	if (w->lang.n && is_plain(w->lang)) buf_printf(b, "Content-Language: %.*s\r\n", STR_ARG(w->lang));
	buf_lit(b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
	buf_printf(b, "Content-Transfer-Encoding: %s\r\n\r\n", seven ? "7bit" : "quoted-printable");
	if (seven) put_lines(b, w->text);
	else mail_put_quoted(b, w->text);
}

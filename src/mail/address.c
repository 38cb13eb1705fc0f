/* Addresses as the house keeps them. The part before the @ is that of a dot-atom (RFC 5321 §4.1.2): quoted ones and ones
 * beyond ASCII are refused, because few servers carry them and none of ours can promise it. */
#include "mail/inside.h"
#include <idn2.h>

enum { LOCAL_BYTES = 64, DOMAIN_BYTES = 253 };

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

static bool local_ok(struct str s)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";
	if (!s.n || s.n > LOCAL_BYTES || s.p[0] == '.' || s.p[s.n - 1] == '.' || str_find(s, STR("..")) >= 0) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!is_letter(c) && c != '.' && (!c || !strchr(others, c))) return false;
	}
	return true;
}

/* The A-labels of a domain; false when it cannot be one. */
static bool domain_ok(struct arena *a, struct str s, struct str *out)
{
	char *ascii = NULL;
	if (!s.n || s.n > DOMAIN_BYTES) return false;
	/* The library leaves out what it does not want, such as "_"; that would be another domain. */
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x80 && !is_letter(s.p[i]) && s.p[i] != '-' && s.p[i] != '.') return false;
	if (idn2_to_ascii_8z(arena_cstr(a, s), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES) != IDN2_OK) return false;
	struct str got = arena_str(a, str_of(ascii)), rest = got, label;
	idn2_free(ascii);
	if (!got.n || got.n > DOMAIN_BYTES) return false;
	while (str_cut(&rest, '.', &label))
		if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-') return false;
	char *p = arena_bytes(a, got.n + 1);
	for (size_t i = 0; i < got.n; i++) p[i] = got.p[i] >= 'A' && got.p[i] <= 'Z' ? (char)(got.p[i] + 32) : got.p[i];
	*out = str_make(p, got.n);
	return true;
}

bool mail_address(struct arena *a, struct str given, struct str *out, struct err *e)
{
	struct str domain, s = given;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0') return err_set(e, ERR_PARAMETER, "an e-mail address is one line of text");
	s = str_trim(s);
	if (s.n > MAIL_ADDRESS_BYTES) return err_set(e, ERR_PARAMETER, "an e-mail address has at most %d characters", MAIL_ADDRESS_BYTES);
	ptrdiff_t at = str_rfind_char(s, '@');
	if (at <= 0 || !local_ok(str_sub(s, 0, (size_t)at)) || !domain_ok(a, str_from(s, (size_t)at + 1), &domain))
		return err_set(e, ERR_PARAMETER, "this is not an e-mail address; it should read like name@example.org");
	struct str whole = arena_printf(a, "%.*s@%.*s", (int)at, s.p, STR_ARG(domain));
	if (whole.n > MAIL_ADDRESS_BYTES) return err_set(e, ERR_PARAMETER, "an e-mail address has at most %d characters", MAIL_ADDRESS_BYTES);
	*out = whole;
	return true;
}

struct str mail_mask(struct arena *a, struct str address)
{
	ptrdiff_t at = str_rfind_char(address, '@');
	if (at <= 0) return STR("…");
	return arena_printf(a, "%.1s…%.*s", address.p, STR_ARG(str_from(address, (size_t)at)));
}

/* Views of bytes: comparing, cutting, finding, integers. */
#include "base/base.h"

struct str str_of(const char *c) { return c ? str_make(c, strlen(c)) : str_make("", 0); }

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower_ascii(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n) return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower_ascii((unsigned char)a.p[i]) != lower_ascii((unsigned char)b.p[i])) return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = num_min(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c) return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_make(s.p, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_make(s.p + (s.n - suffix.n), suffix.n), suffix);
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0) return 0;
	if (s.n < needle.n) return -1;
	const char *hit = memmem(s.p, s.n, needle.p, needle.n);
	return hit ? hit - s.p : -1;
}

ptrdiff_t str_find_char(struct str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
	return hit ? hit - s.p : -1;
}

ptrdiff_t str_rfind_char(struct str s, char c)
{
	const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;
	return hit ? hit - s.p : -1;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
	if (from >= s.n) return str_make(s.p ? s.p + s.n : "", 0);
	return str_make(s.p + from, num_min(n, s.n - from));
}

struct str str_from(struct str s, size_t from) { return str_sub(s, from, SIZE_MAX); }

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0])) s = str_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1])) s.n--;
	return s;
}

bool str_cut(struct str *s, char c, struct str *part)
{
	if (!s->p) return false;
	ptrdiff_t at = str_find_char(*s, c);
	if (at < 0) {
		*part = *s;
		*s = (struct str){ 0 };
		return true;
	}
	*part = str_make(s->p, (size_t)at);
	*s = str_make(s->p + at + 1, s->n - (size_t)at - 1);
	return true;
}

bool str_to_int(struct str s, int64_t *out)
{
	bool minus = s.n && s.p[0] == '-';
	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = str_from(s, 1);
	if (s.n == 0) return false;
	int64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		int64_t digit = s.p[i] - '0';
		if (num_mul(&v, v, (int64_t)10)) return false;
		if (num_add(&v, v, minus ? -digit : digit)) return false;
	}
	*out = v;
	return true;
}

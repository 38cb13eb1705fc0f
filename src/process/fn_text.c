/* Functions of expressions on texts. Characters are code points; places beyond a text are its ends. */
#include <math.h>
#include "process/expression.h"
#include "text/text.h"

/* Whether all characters are of a class; an empty text has none. */
static bool all_of(const struct xvalue *v, unsigned classes, struct xvalue *out)
{
	bool all = v->kind == X_TEXT && v->text.n > 0;
	for (size_t i = 0; all && i < v->text.n;) all = (text_class(text_next(v->text, &i)) & classes) != 0;
	return xgive_truth(out, all);
}

XCALL(fn_isalpha) { (void)x, (void)n; return all_of(v, TEXT_ALPHA, out); }
XCALL(fn_isnumeric) { (void)x, (void)n; return all_of(v, TEXT_NUMERIC, out); }
XCALL(fn_isalnum) { (void)x, (void)n; return all_of(v, TEXT_ALPHA | TEXT_NUMERIC, out); }
XCALL(fn_isdecimal) { (void)x, (void)n; return all_of(v, TEXT_DECIMAL, out); }
XCALL(fn_isdigit) { (void)x, (void)n; return all_of(v, TEXT_DIGIT, out); }

static bool one_case(const struct xvalue *v, unsigned is, unsigned not, struct xvalue *out)
{
	bool some = false;
	for (size_t i = 0; v->kind == X_TEXT && i < v->text.n;) {
		unsigned k = text_class(text_next(v->text, &i));
		if (k & not) return xgive_truth(out, false);
		some |= (k & is) != 0;
	}
	return xgive_truth(out, some);
}

XCALL(fn_islower) { (void)x, (void)n; return one_case(v, TEXT_LOWER, TEXT_UPPER, out); }
XCALL(fn_isupper) { (void)x, (void)n; return one_case(v, TEXT_UPPER, TEXT_LOWER, out); }

XCALL(fn_empty)
{
	(void)x, (void)n;
	return xgive_truth(out, v->kind == X_NULL || (v->kind == X_TEXT && v->text.n == 0));
}

XCALL(fn_contains) { (void)x, (void)n; return xgive_truth(out, v[0].kind != X_NULL && str_find(v[0].text, v[1].text) >= 0); }
XCALL(fn_startswith) { (void)x, (void)n; return xgive_truth(out, v[0].kind != X_NULL && str_starts(v[0].text, v[1].text)); }
XCALL(fn_endswith) { (void)x, (void)n; return xgive_truth(out, v[0].kind != X_NULL && str_ends(v[0].text, v[1].text)); }
XCALL(fn_length) { (void)n; return xgive_number(x, out, (double)text_length(v->text)); }

/* ASCII goes straight into the row's memory. */
static bool changed(struct xrun *x, const struct xvalue *v, struct xvalue *out, void (*change)(struct buf *b, struct str s))
{
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	change(&b, v->text);
	return xgive_text(x, out, &b);
}

static bool ascii_case(struct xrun *x, const struct xvalue *v, struct xvalue *out, char from, char to, int step)
{
	for (size_t i = 0; i < v->text.n; i++)
		if ((unsigned char)v->text.p[i] >= 0x80) return false;
	char *p = xbytes(x, v->text.n);
	if (!p) return false;
	for (size_t i = 0; i < v->text.n; i++) p[i] = v->text.p[i] >= from && v->text.p[i] <= to ? (char)(v->text.p[i] + step) : v->text.p[i];
	*out = (struct xvalue){ .kind = X_TEXT, .as = CELL_FREE, .text = str_make(p, v->text.n) };
	return true;
}

XCALL(fn_lower) { (void)n; return ascii_case(x, v, out, 'A', 'Z', 'a' - 'A') || changed(x, v, out, text_put_lower); }
XCALL(fn_upper) { (void)n; return ascii_case(x, v, out, 'a', 'z', 'A' - 'a') || changed(x, v, out, text_put_upper); }
static void put_capital(struct buf *b, struct str s) { text_put_title(b, s, false); }
static void put_capitals(struct buf *b, struct str s) { text_put_title(b, s, true); }
static void put_ascii(struct buf *b, struct str s)
{
	if (!text_put_ascii(b, s)) b->over = true;
}
XCALL(fn_capitalize) { (void)n; return changed(x, v, out, put_capital); }
XCALL(fn_capitalize_all) { (void)n; return changed(x, v, out, put_capitals); }
XCALL(fn_normalize) { (void)n; return changed(x, v, out, put_ascii); }

/* --- filling up -------------------------------------------------------------------------------------------- */

static void put_pads(struct buf *b, struct str pad, size_t characters)
{
	size_t at = 0;
	for (; characters; characters--) {
		size_t from = at;
		(void)text_next(pad, &at);
		buf_put(b, str_sub(pad, from, at - from));
		if (at >= pad.n) at = 0;
	}
}

static bool filled(struct xrun *x, const struct xvalue *v, size_t n, struct xvalue *out, double left_part)
{
	struct str pad = n > 2 ? v[2].text : STR(" ");
	double wanted = v[1].number;
	size_t has = text_length(v[0].text);
	if (wanted > EXPRESSION_MOST_PAD) return xfail(x, "A text is filled up to %d characters at most.", EXPRESSION_MOST_PAD);
	if (pad.n == 0) return xfail(x, "Expected a character to fill up with, not an empty text.");
	size_t missing = wanted > (double)has ? (size_t)wanted - has : 0;
	size_t left = (size_t)((double)missing * left_part);
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	put_pads(&b, pad, left);
	buf_put(&b, v[0].text);
	put_pads(&b, pad, missing - left);
	return xgive_text(x, out, &b);
}

XCALL(fn_ljust) { return filled(x, v, n, out, 0); }
XCALL(fn_rjust) { return filled(x, v, n, out, 1); }
XCALL(fn_center) { return filled(x, v, n, out, 0.5); }

/* --- pieces ------------------------------------------------------------------------------------------------ */

/* The byte where a character begins, from byte `at` on. */
static size_t walk(struct str s, size_t at, double characters)
{
	while (characters >= 1 && at < s.n) {
		at++;
		while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80) at++;
		characters--;
	}
	return at;
}

static bool piece(const struct xvalue *v, double from, double length, struct xvalue *out)
{
	struct str s = v->text;
	if (from < 0) {
		length += from;
		from = 0;
	}
	size_t start = walk(s, 0, from);
	size_t end = length <= 0 ? start : walk(s, start, length);
	*out = (struct xvalue){ .kind = X_TEXT, .as = CELL_FREE, .text = str_sub(s, start, end - start) };
	return true;
}

XCALL(fn_substring)
{
	(void)x;
	double from = v[1].number;
	double all = (double)v[0].text.n;
	/* A place before the beginning counts from the end, as in many languages. */
	if (from < 0) from = fmax(0, (double)text_length(v[0].text) + from);
	return piece(v, from, n > 2 ? v[2].number : all, out);
}
XCALL(fn_mid) { (void)x; return piece(v, v[1].number - 1, n > 2 ? v[2].number : (double)v[0].text.n + 1, out); }
XCALL(fn_left) { (void)x, (void)n; return piece(v, 0, v[1].number, out); }
XCALL(fn_right)
{
	(void)x, (void)n;
	double has = (double)text_length(v[0].text);
	double wanted = fmax(0, fmin(v[1].number, has));
	return piece(v, has - wanted, wanted, out);
}

XCALL(fn_count)
{
	(void)n;
	double found = 0;
	if (v[1].text.n == 0) return xfail(x, "Expected a text to be counted, not an empty one.");
	for (struct str left = v[0].text; left.n;) {
		ptrdiff_t at = str_find(left, v[1].text);
		if (at < 0) break;
		found++;
		left = str_from(left, (size_t)at + v[1].text.n);
	}
	return xgive_number(x, out, found);
}

XCALL(fn_trim)
{
	(void)x, (void)n;
	*out = *v;
	out->text = str_trim(v->text);
	return true;
}

XCALL(fn_concat)
{
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	for (size_t i = 0; i < n; i++) {
		struct str t;
		if (!xtext(x, &v[i], &t)) return false;
		buf_put(&b, t);
	}
	return xgive_text(x, out, &b);
}

XCALL(fn_ifnull)
{
	(void)x, (void)n;
	*out = v[0].kind == X_NULL ? v[1] : v[0];
	return true;
}

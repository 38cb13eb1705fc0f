/* Typing errors: whether two words are a few edits apart. Words are short and edits are two at most, so
 * trying every edit at the first difference costs less than a table would. */
#include "text/text.h"

static bool is_inside(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

static struct str without_first(struct str s)
{
	size_t n = 1;
	while (n < s.n && is_inside(s.p[n])) n++;
	return str_from(s, n);
}

static struct str first_of(struct str s) { return str_sub(s, 0, s.n - without_first(s).n); }

/* What is left once equal characters in front are taken off both. */
static void skip_equal(struct str *a, struct str *b)
{
	size_t n = 0;
	while (n < a->n && n < b->n && a->p[n] == b->p[n]) n++;
	while (n > 0 && ((n < a->n && is_inside(a->p[n])) || (n < b->n && is_inside(b->p[n])))) n--;
	*a = str_from(*a, n);
	*b = str_from(*b, n);
}

static bool are_swapped(struct str a, struct str b)
{
	struct str a1 = without_first(a);
	struct str b1 = without_first(b);
	return a1.n && b1.n && str_eq(first_of(a), first_of(b1)) && str_eq(first_of(b), first_of(a1));
}

static bool is_near(struct str a, struct str b, size_t most)
{
	skip_equal(&a, &b);
	if (!a.n && !b.n) return true;
	if (!most) return false;
	if (a.n && is_near(without_first(a), b, most - 1)) return true;
	if (b.n && is_near(a, without_first(b), most - 1)) return true;
	if (!a.n || !b.n) return false;
	if (is_near(without_first(a), without_first(b), most - 1)) return true;
	return are_swapped(a, b) && is_near(without_first(without_first(a)), without_first(without_first(b)), most - 1);
}

static size_t characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) n += !is_inside(s.p[i]);
	return n;
}

bool text_is_near(struct str a, struct str b, size_t most)
{
	ensure(most <= TEXT_EDITS_MOST);
	if (a.n > b.n + 4 * most || b.n > a.n + 4 * most) return false;
	size_t x = characters(a);
	size_t y = characters(b);
	return x <= y + most && y <= x + most && is_near(a, b, most);
}

size_t text_edits_for(struct str token)
{
	size_t n = characters(token);
	return n > 5 ? 2 : n > 2 ? 1 : 0;
}

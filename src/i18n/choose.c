/* Which of a portal's languages answers a request. The order is the cookie specification's (LNG-6):
 * the flg parameter, the language cookie, Accept-Language, the portal's default. */
#include "i18n/i18n.h"

enum { ACCEPT_BYTES = 1000, ACCEPT_ENTRIES = 32, COOKIE_BYTES = 35 };

ptrdiff_t i18n_find(const struct str *offered, size_t n, struct str code)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(offered[i], code))
			return (ptrdiff_t)i;
	return -1;
}

static struct str base_of(struct str code)
{
	ptrdiff_t dash = str_find_char(code, '-');
	return dash < 0 ? code : str_sub(code, 0, (size_t)dash);
}

static ptrdiff_t find_base(const struct str *offered, size_t n, struct str base)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(base_of(offered[i]), base))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t i18n_find_flg(const struct str *offered, size_t n, struct str flg)
{
	if (!flg.n || flg.n > COOKIE_BYTES)
		return -1;
	ptrdiff_t exact = i18n_find(offered, n, flg);
	return exact >= 0 ? exact : find_base(offered, n, base_of(flg));
}

/* Exact, then shorter and shorter, then any regional variant of the same language. */
static ptrdiff_t find_range(const struct str *offered, size_t n, struct str range)
{
	for (struct str r = range;;) {
		ptrdiff_t found = i18n_find(offered, n, r);
		if (found >= 0)
			return found;
		ptrdiff_t dash = str_rfind_char(r, '-');
		if (dash <= 0)
			return find_base(offered, n, r);
		r = str_sub(r, 0, (size_t)dash);
	}
}

struct range { struct str code; int weight; };

/* Weight in thousandths; -1 when it is not one. */
static int weight_of(struct str s)
{
	if (!s.n || (s.p[0] != '0' && s.p[0] != '1') || s.n > 5 || (s.n > 1 && s.p[1] != '.'))
		return -1;
	int w = (s.p[0] - '0') * 1000;
	int unit = 100;
	for (size_t i = 2; i < s.n; i++, unit /= 10) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		w += (s.p[i] - '0') * unit;
	}
	return w > 1000 ? -1 : w;
}

/* Reads one entry, "fr-CH;q=0.9"; false when it says nothing usable. */
static bool read_range(struct str entry, struct range *out)
{
	struct str rest = entry;
	struct str code;
	if (!str_cut(&rest, ';', &code))
		return false;
	*out = (struct range){ .code = str_trim(code), .weight = 1000 };
	struct str part;
	while (rest.p && str_cut(&rest, ';', &part)) {
		part = str_trim(part);
		if (part.n > 2 && (part.p[0] == 'q' || part.p[0] == 'Q') && part.p[1] == '=')
			out->weight = weight_of(str_from(part, 2));
	}
	return out->code.n > 0 && out->weight >= 0;
}

static ptrdiff_t choose_accepted(const struct i18n_wish *w)
{
	if (!w->accept.n || w->accept.n > ACCEPT_BYTES)
		return -1;
	struct range ranges[ACCEPT_ENTRIES];
	size_t n = 0;
	size_t entries = 0;
	struct str rest = w->accept;
	struct str entry;
	while (str_cut(&rest, ',', &entry)) {
		if (++entries > ACCEPT_ENTRIES)
			return -1;
		struct range r;
		if (!read_range(entry, &r))
			continue;
		/* Inserted by weight, the order of equals kept. */
		size_t at = n++;
		for (; at > 0 && ranges[at - 1].weight < r.weight; at--)
			ranges[at] = ranges[at - 1];
		ranges[at] = r;
	}
	for (size_t i = 0; i < n && ranges[i].weight > 0; i++) {
		if (str_eq(ranges[i].code, STR("*")))
			return -1;
		ptrdiff_t found = find_range(w->offered, w->noffered, ranges[i].code);
		if (found >= 0)
			return found;
	}
	return -1;
}

static ptrdiff_t choose_cookie(const struct i18n_wish *w)
{
	ptrdiff_t chosen = -1;
	for (size_t i = 0; i < w->ncookies; i++) {
		if (w->cookies[i].n > COOKIE_BYTES)
			continue;
		ptrdiff_t found = i18n_find(w->offered, w->noffered, w->cookies[i]);
		/* Two different valid values: somebody else wrote one of them, so neither counts. */
		if (found >= 0 && chosen >= 0 && found != chosen)
			return -1;
		if (found >= 0)
			chosen = found;
	}
	return chosen;
}

size_t i18n_choose(const struct i18n_wish *w)
{
	ptrdiff_t found = i18n_find_flg(w->offered, w->noffered, w->flg);
	/* A portal in one language pays no attention to the cookie. */
	if (found < 0 && w->noffered > 1)
		found = choose_cookie(w);
	if (found < 0 && w->account.n)
		found = i18n_find(w->offered, w->noffered, w->account);
	if (found < 0)
		found = choose_accepted(w);
	return found < 0 ? 0 : (size_t)found;
}

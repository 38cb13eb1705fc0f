/* Lists that come back as they were left. The address says what a list shows; an address that says nothing means what its reader last asked for
 * there, which is kept with the account (account_list_keep) and nowhere in the browser. */
#include "back/inside.h"

enum { QUERY_BYTES = 1000 };

/* Whether the address says anything of the list; "?q=" says that all is wanted. */
static bool is_asked(const struct httpd_request *r, const struct back_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (httpd_query_or_null(r, str_of(l->names[i])))
			return true;
	return false;
}

static struct str written(const struct view_state *s, const struct back_list *l)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < s->n; i++) {
		if (str_eq(s->pairs[i].name, STR("start")) || (l->forgets_words && str_eq(s->pairs[i].name, STR("q"))))
			continue;
		if (b.n)
			buf_put_char(&b, '&');
		text_put_url(&b, s->pairs[i].name);
		buf_put_char(&b, '=');
		text_put_url(&b, s->pairs[i].value);
	}
	return arena_str(s->arena, buf_str(&b));
}

/* What was kept, as far as the list still knows it. */
static void take(struct view_state *s, struct str kept, const struct back_list *l)
{
	struct httpd_pair *pairs = arena_array(s->arena, struct httpd_pair, l->n);
	struct str pair, name, value;
	size_t taken = 0;
	while (kept.n && taken < l->n && (str_cut(&kept, '&', &pair), pair.n)) {
		if (!str_cut(&pair, '=', &name) || !text_url_decode(s->arena, name, false, &name) || !text_url_decode(s->arena, pair, false, &value))
			continue;
		for (size_t i = 0; i < l->n; i++)
			if (str_eq(name, str_of(l->names[i])))
				pairs[taken++] = (struct httpd_pair){ name, value };
	}
	s->pairs = pairs;
	s->n = taken;
}

bool back_list_state(struct visit *v, struct view_state *s, const struct back_list *l, struct err *e)
{
	struct accounts *as = v->at.site->accounts;
	struct str kept;
	view_state_only(s, v->request, str_of(l->path), l->names, l->n);
	s->bare = STR("?q=");
	if (!account_list_kept(as, v->at.tenant->id, v->who.account, str_of(l->list), v->arena, &kept, e))
		return false;
	if (!is_asked(v->request, l)) {
		take(s, kept, l);
		return true;
	}
	struct str now = written(s, l);
	if (l->aside && str_eq(view_state_get(s, str_of(l->aside)), str_of(l->aside_value)))
		return true;
	return str_eq(now, kept) || now.n > QUERY_BYTES || account_list_keep(as, v->at.tenant->id, v->who.account, str_of(l->list), now, e);
}

void back_put_left(struct html *h, const struct visit *v, const struct view_state *s)
{
	bool shown = false;
	for (size_t i = 0; i < s->n; i++)
		shown |= !str_eq(s->pairs[i].name, STR("start")) && !httpd_query_or_null(v->request, s->pairs[i].name);
	if (!shown)
		return;
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("This list is as you left it."));
	html_lit(h, " <a href=\"");
	html_url(h, arena_join(s->arena, s->path, s->bare));
	html_lit(h, "\">");
	html_say(h, N_("Show everything"));
	html_lit(h, "</a></p>");
}

size_t back_chosen(const struct visitor_form *f, struct str *word, struct str *out, size_t most)
{
	size_t n = 0;
	*word = visitor_field(f, STR("do"));
	ptrdiff_t blank = str_find_char(*word, ' ');
	if (blank >= 0) {
		out[n++] = str_from(*word, (size_t)blank + 1);
		*word = str_sub(*word, 0, (size_t)blank);
		return n;
	}
	for (size_t i = 0; i < f->n && n < most; i++)
		if (str_eq(f->pairs[i].name, STR("uid")))
			out[n++] = f->pairs[i].value;
	return n;
}

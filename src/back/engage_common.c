/* Small parts of the pages about what readers tell the portal. */
#include "back/engage.h"

struct engage_scene back_engage(struct visit *v)
{
	return (struct engage_scene){ .site = v->at.site, .tenant = v->at.tenant, .origin = v->origin, .lang = v->lang, .client = v->request->client,
		.by = v->who.account, .arena = v->arena };
}

bool back_engage_noted(const struct visit *v, enum event_kind kind, const char *reason, int64_t id)
{
	visitor_note(v, kind, str_of(reason), arena_printf(v->arena, "%lld", (long long)id));
	return true;
}

int64_t back_engage_start(const struct httpd_request *r)
{
	const struct str *start = httpd_query_or_null(r, STR("start"));
	int64_t n;
	return start && str_to_int(*start, &n) && n > 0 && n < LIMIT_WINDOW_ROWS ? n : 0;
}

void back_put_dataset(struct html *h, const struct visit *v, struct str slug)
{
	const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, slug);
	struct str title = d ? dataset_meta_text(d, v->arena, "title", v->lang_code) : STR("");
	if (d) {
		html_lit(h, "<a href=\"/explore/dataset/");
		html_text(h, slug);
		html_lit(h, "/\">");
	}
	html_lit(h, "<bdi>");
	html_text(h, title.n ? title : slug);
	html_lit(h, "</bdi>");
	if (d)
		html_lit(h, "</a>");
}

void back_put_do(struct html *h, struct visit *v, const char *word, const char *label, enum html_weight weight)
{
	html_form_open(h, &(struct html_form){ .visit = v, .plain = true });
	html_button(h, &(struct html_button){ .weight = weight, .label = label, .name = "do", .value = str_of(word) });
	html_form_close(h);
}

void back_put_words(struct html *h, struct str text)
{
	struct str rest = text, line;
	html_lit(h, "<div class=\"letter\" dir=\"auto\">");
	while (rest.n && str_cut(&rest, '\n', &line)) {
		if (!str_trim(line).n)
			continue;
		html_lit(h, "<p>");
		html_text(h, str_trim(line));
		html_lit(h, "</p>");
	}
	html_lit(h, "</div>");
}

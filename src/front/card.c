/* A dataset as a card: title, what it is about, who publishes it, how much, how fresh. */
#include "front/card.h"

enum { EXCERPT = 240 };

struct str front_title(const struct visit *v, const struct dataset *d)
{
	struct str title = str_trim(dataset_meta_text(d, v->arena, "title", v->lang_code));
	return title.n ? title : d->slug;
}

static void put_fact(struct html *h, enum view_icon icon, const char *label)
{
	html_lit(h, "<div><dt>");
	html_icon(h, icon);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_say(h, label);
	html_lit(h, "</span></dt><dd>");
}

void front_facts(struct html *h, const struct visit *v, const struct dataset *d, bool licence)
{
	struct str publisher = dataset_meta_text(d, v->arena, "publisher", v->lang_code);
	html_lit(h, "<dl class=\"facts\">");
	if (publisher.n) {
		put_fact(h, ICON_PEOPLE, N_("Publisher"));
		html_lit(h, "<bdi>");
		html_text(h, publisher);
		html_lit(h, "</bdi></dd></div>");
	}
	if (d->version.number > 0 && d->rows >= 0) {
		put_fact(h, ICON_ROWS, N_("Records"));
		html_say_plural(h, N2_("{0} record", "{0} records"), d->rows);
		html_lit(h, "</dd></div>");
	}
	put_fact(h, ICON_CALENDAR, N_("Modified"));
	html_date(h, d->modified.us, v->zone, false);
	html_lit(h, "</dd></div>");
	struct str name = licence ? dataset_meta_text(d, v->arena, "license", v->lang_code) : STR("");
	if (name.n) {
		put_fact(h, ICON_SCALES, N_("Licence"));
		html_lit(h, "<bdi>");
		html_text(h, name);
		html_lit(h, "</bdi></dd></div>");
	}
	html_lit(h, "</dl>");
}

/* Which views the data lend themselves to; "analyze" says little and is left out. */
static void put_features(struct html *h, const struct dataset *d)
{
	static const struct { const char *word; enum view_icon icon; } known[] = {
		{ "geo", ICON_MAP }, { "timeserie", ICON_CLOCK }, { "image", ICON_IMAGE },
	};
	size_t n = 0;
	for (size_t k = 0; k < COUNT_OF(known); k++)
		for (size_t i = 0; i < d->nfeatures; i++)
			if (str_eq(d->features[i], str_of(known[k].word))) {
				if (n++ == 0)
					html_lit(h, "<ul class=\"features\">");
				html_lit(h, "<li>");
				html_icon(h, known[k].icon);
				html_lit(h, "<span>");
				front_value(h, FRONT_VALUE_FEATURE, d->features[i]);
				html_lit(h, "</span></li>");
			}
	if (n)
		html_lit(h, "</ul>");
}

void front_card(struct html *h, const struct visit *v, const struct dataset *d)
{
	struct str *themes;
	size_t nthemes = dataset_meta_list(d, v->arena, "theme", v->lang_code, &themes);
	struct str about = view_plain(v->arena, dataset_meta_text(d, v->arena, "description", v->lang_code), EXCERPT);
	html_lit(h, "<li class=\"card\"><article>");
	if (nthemes) {
		html_lit(h, "<p class=\"theme\"><bdi>");
		front_value(h, FRONT_VALUE_THEME, themes[0]);
		html_lit(h, "</bdi></p>");
	}
	html_lit(h, "<h2><a href=\"/explore/dataset/");
	html_text(h, d->slug);
	html_lit(h, "/\"><bdi>");
	html_text(h, front_title(v, d));
	html_lit(h, "</bdi></a></h2>");
	if (about.n) {
		html_lit(h, "<p class=\"about\"><bdi>");
		html_text(h, about);
		html_lit(h, "</bdi></p>");
	}
	html_lit(h, "<div class=\"foot\">");
	front_facts(h, v, d, false);
	put_features(h, d);
	html_lit(h, "</div></article></li>");
}

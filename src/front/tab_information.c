/* What a dataset is: description, what its publisher says of it, its fields and what they hold, files beside it, how
 * to cite it and how programs ask for it. */
#include "front/information.h"

static void put_description(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct str description = dataset_meta_text(d->dataset, d->visit.arena, "description", d->visit.lang_code);
	html_lit(h, "<section aria-labelledby=\"description\"><h2 id=\"description\">");
	html_say(h, N_("Description"));
	html_lit(h, "</h2><div class=\"prose\"");
	front_put_lang(h, front_lang_of(d->dataset, &d->visit, "description"));
	html_lit(h, ">");
	if (description.n) {
		view_rich(&d->page, description);
	} else {
		html_lit(h, "<p class=\"none\">");
		html_say(h, N_("The publisher has not described this dataset yet."));
		html_lit(h, "</p>");
	}
	html_lit(h, "</div></section>");
}

/* Why there is nothing but this page. */
static void put_closed(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	if (d->dataset->version.number <= 0) {
		html_lit(h, "<div class=\"notice\"><p>");
		html_say(h, N_("This dataset has no records yet."));
		html_lit(h, "</p></div>");
	} else if (!d->own.may_read) {
		html_lit(h, "<div class=\"notice\"><p>");
		html_say(h, N_("You may read about these data, but the records themselves are not open to you."));
		if (!d->visit.session) {
			html_lit(h, " <a href=\"/login/?next=");
			html_url(h, d->url);
			html_lit(h, "\">");
			html_say(h, N_("Sign in"));
			html_lit(h, "</a>");
		}
		html_lit(h, "</p></div>");
	}
}

bool front_tab_information(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	html_lit(h, "<div class=\"wide information\"><div class=\"words\">");
	put_closed(d);
	put_description(d);
	front_put_files(d, CATALOG_ATTACHMENT, N_("Documents"));
	front_put_files(d, CATALOG_ALTERNATIVE, N_("Ready-made files"));
	html_lit(h, "</div>");
	front_put_metadata(d);
	if (d->dataset->schema.n && !front_put_fields(d, e))
		return false;
	html_lit(h, "<div class=\"rest\">");
	front_put_reuses(d);
	front_put_citation(d);
	front_put_ways(d);
	html_lit(h, "</div></div>");
	return true;
}

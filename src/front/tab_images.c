/* The pictures of a dataset's records as a gallery: small copies that lead to the records, with their titles. */
#include "front/inside.h"

#include "text/text.h"

enum { PICTURES = 48, SMALL = 400, TITLE_CUT = 160 };

static bool is_shown(const struct query_target *t, size_t i)
{
	return !(t->schema->fields[i].flags & FIELD_HIDDEN) && (!t->visible_or_null || t->visible_or_null[i]);
}

const struct field *front_chosen_field(const struct front_dataset *d, const struct query_target *t, const char *meta, bool (*fits)(const struct field *f))
{
	struct str name = front_meta(d, "visualization", meta);
	ptrdiff_t comma = str_find_char(name, ',');
	int at = name.n ? schema_find(t->schema, comma < 0 ? name : str_sub(name, 0, (size_t)comma)) : -1;
	if (at >= 0 && is_shown(t, (size_t)at) && fits(&t->schema->fields[at]))
		return &t->schema->fields[at];
	for (size_t i = 0; i < t->schema->n; i++)
		if (is_shown(t, i) && fits(&t->schema->fields[i]))
			return &t->schema->fields[i];
	return NULL;
}

bool front_is_text(const struct field *f)
{
	return f->type == VALUE_TEXT && !(f->flags & FIELD_MULTIVALUED);
}

static bool is_file(const struct field *f)
{
	return f->type == VALUE_FILE;
}

/* Where the publisher says which field holds the pictures. */
static const char *pictures_of(const struct front_dataset *d)
{
	return front_meta(d, "visualization", "media_gallery_fields").n ? "media_gallery_fields" : "image_fields";
}

bool front_has_images(const struct front_dataset *d)
{
	if (d->dataset->version.number == 0 || !d->own.may_read || str_eq(front_meta(d, "visualization", "images_enabled"), STR("false")) ||
	    str_eq(front_meta(d, "visualization", "images_disabled"), STR("true")))
		return false;
	bool some = false;
	for (size_t i = 0; i < d->dataset->nfiles && !some; i++)
		some = d->dataset->files[i].kind == CATALOG_RECORD_FILE && d->dataset->files[i].width > 0;
	return some && front_chosen_field(d, &(struct query_target){ .schema = &d->dataset->schema }, pictures_of(d), is_file);
}

struct gallery {
	struct front_dataset *d;
	struct front_records r;
	const struct field *file, *title;
	struct front_tip tip;
	bool tipped;
	int64_t start, rows, total;
};

static void put_picture(struct gallery *g, const struct batch *b, size_t row, const struct query_plan *plan)
{
	struct front_dataset *d = g->d;
	struct html *h = &d->page.h;
	bool titled = g->title != NULL;
	struct front_file f;
	struct str title = STR("");
	if (!front_file_read(d->visit.arena, b->columns[0].texts[row], &f))
		return;
	if (titled && column_has(&b->columns[1], row))
		title = text_cut(b->columns[1].texts[row], TITLE_CUT);
	html_lit(h, "<li>");
	front_put_record_link(d, b->columns[plan->id_column].texts[row]);
	if (f.picture)
		front_file_picture(h, &f, SMALL, title.n ? title : f.name);
	html_lit(h, "<span class=\"title\"><bdi>");
	html_text(h, title.n ? title : f.name.n ? f.name : f.url);
	html_lit(h, "</bdi></span></a><a class=\"file\" download href=\"");
	html_url(h, f.url);
	html_lit(h, "\">");
	html_say(h, N_("Download the original"));
	html_lit(h, "<span class=\"visually-hidden\"> ");
	html_text(h, title.n ? title : f.name);
	html_lit(h, "</span></a>");
	if (g->tipped)
		front_put_tip(d, &(struct front_tip_row){ &g->tip, plan, b, row, b->columns[plan->id_column].texts[row] });
	html_lit(h, "</li>");
}

static bool put_pictures(struct gallery *g, struct query_request *q, struct err *e)
{
	struct front_dataset *d = g->d;
	struct html *h = &d->page.h;
	struct query_plan plan;
	struct query_cursor *k;
	struct batch b;
	if (!query_plan_rows(d->visit.arena, q, &plan, e))
		return false;
	if (!query_open(d->site->engine, &plan, d->visit.request->cancel, &k, e)) {
		query_plan_done(&plan);
		return false;
	}
	html_lit(h, "<stoa-rows data-close=\"");
	html_say(h, N_("Close"));
	html_lit(h, "\"><ul class=\"gallery\">");
	bool ok;
	while ((ok = query_next(k, &b, e)) && b.nrows)
		for (size_t i = 0; i < b.nrows; i++)
			if (column_has(&b.columns[0], i))
				put_picture(g, &b, i, &plan);
	html_lit(h, "</ul></stoa-rows>");
	query_close(k);
	query_plan_done(&plan);
	return ok;
}

static bool put_gallery(struct gallery *g, struct err *e)
{
	struct front_dataset *d = g->d;
	struct arena *a = d->visit.arena;
	struct query_request q = g->r.filter.request;
	struct str *where = arena_array(a, struct str, q.nwhere + 1);
	struct str field;
	bool descending;
	for (size_t i = 0; i < q.nwhere; i++)
		where[i] = q.where[i];
	where[q.nwhere++] = arena_printf(a, "`%.*s` is not null", STR_ARG(g->file->name));
	q.where = where;
	if (!query_count(d->site->engine, a, &q, d->visit.request->cancel, &g->total, e))
		return false;
	front_filter_page(&d->state, PICTURES, &g->start, &g->rows);
	q.order_by = front_records_order(&g->r, &descending, &field);
	q.limit = arena_printf(a, "%lld", (long long)g->rows);
	q.offset = arena_printf(a, "%lld", (long long)g->start);
	q.select = g->title ? arena_printf(a, "`%.*s`, `%.*s`", STR_ARG(g->file->name), STR_ARG(g->title->name)) : arena_printf(a, "`%.*s`", STR_ARG(g->file->name));
	q.select = arena_join(a, q.select, front_tip_select(a, &g->tip));
	q.with_id = true;
	if (!g->total) {
		html_lit(&d->page.h, "<div class=\"empty\"><h2>");
		html_say(&d->page.h, N_("No picture here."));
		html_lit(&d->page.h, "</h2></div>");
		return true;
	}
	if (!put_pictures(g, &q, e))
		return false;
	view_pager(&d->page.h, &d->state, g->start, g->rows, g->total, LIMIT_WINDOW_ROWS);
	return true;
}

bool front_tab_images(struct front_dataset *d, struct err *e)
{
	struct gallery g = { .d = d };
	struct err why = { 0 };
	if (!front_records_open(&g.r, d, N_("Images"), e))
		return false;
	g.file = front_chosen_field(d, &g.r.filter.target, pictures_of(d), is_file);
	g.title = front_chosen_field(d, &g.r.filter.target, "image_title", front_is_text);
	/* Where no other field is said to hold the pictures, the first of these does. */
	if (front_meta(d, "visualization", "media_gallery_fields").n || front_meta(d, "visualization", "image_tooltip_html").n)
		g.tipped = front_tip_of(d, &g.r.filter.target, "image", "image_fields", &g.tip);
	if (g.r.ok && g.r.total && g.file && !put_gallery(&g, &why) && !front_records_complain(&g.r, &why, e))
		return false;
	front_records_close(&g.r);
	return true;
}

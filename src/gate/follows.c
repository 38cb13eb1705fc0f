/* What one follows: a list, and a button each that ends it. */
#include "gate/inside.h"

struct engage_scene gate_engage(struct gate *g)
{
	struct visit *v = &g->v;
	return (struct engage_scene){ .site = v->at.site, .tenant = v->at.tenant, .origin = v->origin, .lang = v->lang, .client = v->request->client,
		.by = v->session->account, .arena = v->arena };
}

static struct str title_of(struct gate *g, struct str slug)
{
	const struct dataset *d = rights_dataset_or_null(&g->v.at, &g->v.who, g->v.arena, slug);
	struct str title = d ? dataset_meta_text(d, g->v.arena, "title", g->v.lang_code) : STR("");
	return title.n ? title : slug;
}

static void put_list(struct gate *g, const struct engage_follow *list, size_t n)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("Since") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Datasets that you follow"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct html *h = &g->page.h;
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		struct str title = title_of(g, list[i].slug);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"/explore/dataset/");
		html_text(h, list[i].slug);
		html_lit(h, "/\"><bdi>");
		html_text(h, title);
		html_lit(h, "</bdi></a>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_date(h, list[i].since.us, g->v.zone, false);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_form_open(h, &(struct html_form){ .visit = &g->v, .action = STR("/account/follows/"), .plain = true });
		html_hidden(h, "dataset", arena_printf(g->v.arena, "%lld", (long long)list[i].dataset));
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Stop following"), .about = title, .small = true });
		html_form_close(h);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct engage_follow *list;
	size_t n;
	int64_t dataset;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	struct engage_scene s = gate_engage(&g);
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD && str_to_int(gate_field(&g, "dataset"), &dataset))
			return engage_follow_set(&s, dataset, false, e) && gate_go(&g, STR("/account/follows/"), "saved", e);
	}
	if (!engage_follows(&s, &list, &n, e)) return false;
	gate_open_own(&g, N_("Followed datasets"), GATE_FOLLOWS);
	gate_said(&g);
	gate_paragraph(&g, N_("A letter comes when new data were published, at most one a day for all of them."));
	if (n) put_list(&g, list, n);
	else html_empty(&g.page.h, N_("You follow no dataset"), N_("On the page of a dataset there is a button for it."),
	                &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Go to the catalogue"), .href = STR("/explore/") });
	return gate_close(&g, e);
}

const struct httpd_route gate_follows = { .method = HTTPD_GET, .pattern = "/account/follows/", .run = run };
const struct httpd_route gate_follows_post = { .method = HTTPD_POST, .pattern = "/account/follows/", .run = run };

/* The question before datasets that readers see are deleted: which they are, and how long they can be brought back. What nobody sees is deleted without it. */
#include "back/dataset_inside.h"

enum { MANY = 200 };

bool dataset_ask_delete(struct visit *v, const struct str *uids, size_t n, struct err *e)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_lit(&b, "/backoffice/datasets/do/");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%cuid=%.*s", i ? '&' : '?', STR_ARG(uids[i]));
	struct str path;
	return buf_end(&b, &path, e) && httpd_reply_redirect(v->reply, 303, path, e);
}

static bool show(struct visit *v, const struct config *list, size_t n, struct err *e)
{
	struct httpd_pair hidden[MANY + 2] = { { STR("do"), STR("delete") }, { STR("sure"), STR("yes") } };
	auto_page page = back_page(v, N_("Delete datasets"), "/backoffice/datasets/do/");
	view_office_open(&page, VIEW_OFFICE_DATASETS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v->lang, N_("Datasets")), STR("/backoffice/datasets/") }, { page.title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	html_lit(h, "<ul class=\"plain-list\">");
	for (size_t i = 0; i < n; i++) {
		hidden[i + 2] = (struct httpd_pair){ STR("uid"), list[i].uid };
		html_lit(h, "<li><bdi>");
		html_text(h, list[i].title);
		html_lit(h, "</bdi> <code>");
		html_text(h, list[i].slug);
		html_lit(h, "</code></li>");
	}
	html_lit(h, "</ul>");
	html_confirm(h, &(struct html_confirm){ .visit = v, .action = page.path, .back = STR("/backoffice/datasets/"), .button = N_("Delete"), .hidden = hidden, .nhidden = n + 2,
		.sentence = i18n_text(v->lang, N_("What is published goes off the portal at once. For 30 days everything can be brought back from the list of deleted datasets; then it is gone for good.")) });
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	struct config *list = arena_array(v.arena, struct config, MANY);
	size_t n = 0;
	for (size_t i = 0; i < r->nquery && n < MANY; i++) {
		if (!str_eq(r->query[i].name, STR("uid")))
			continue;
		if (!config_read(v.at.site, v.at.tenant->id, r->query[i].value, v.arena, &list[n], e))
			return false;
		if (!back_dataset_may(&v, &list[n], CONFIG_DELETE))
			return err_set(e, ERR_NOT_FOUND, "There is no such dataset.");
		n++;
	}
	return n ? show(&v, list, n, e) : back_done(&v, STR("/backoffice/datasets/"), "none-chosen", e);
}

const struct httpd_route back_datasets_delete = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/do/", .run = run };

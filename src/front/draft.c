/* A dataset's page with the views of its draft, for who may change it: what the back office shows beside its form. A form that is posted here is
 * shown and not kept. The data are those that are published. */
#include "front/inside.h"

#include "config/config.h"
#include "template/template.h"

enum { FORM_BYTES = 2 << 20 };

static void put_meta(struct arena *a, struct meta *list, size_t *n, struct str name, struct str lang, struct str json)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i].name, name) && str_eq(list[i].lang, lang) && str_eq(list[i].template_, STR("visualization"))) {
			list[i].json = json;
			return;
		}
	(void)a;
	list[(*n)++] = (struct meta){ .template_ = STR("visualization"), .name = name, .lang = lang, .json = json };
}

/* A copy of the dataset with other views: those of the draft, and on top of them what was posted. */
static void overlay(struct front_dataset *d, const struct config *c, const struct template_value *posted, size_t nposted)
{
	struct arena *a = d->visit.arena;
	struct dataset *copy = arena_new(a, struct dataset);
	struct str name, lang;
	const struct json_node *values, *v, *drafted = json_get(json_get(c->doc, "metadata"), "visualization");
	size_t n = 0, most = d->dataset->nmetas + nposted + 1;
	for (size_t i = 0; json_each(drafted, &i, &name, &values);)
		most += json_count(values);
	struct meta *list = arena_array(a, struct meta, most);
	for (size_t i = 0; i < d->dataset->nmetas; i++)
		if (!str_eq(d->dataset->metas[i].template_, STR("visualization")))
			list[n++] = d->dataset->metas[i];
	for (size_t i = 0; json_each(drafted, &i, &name, &values);)
		for (size_t k = 0; json_each(values, &k, &lang, &v);) {
			auto_buf b = BUF_INIT(1 << 20);
			json_put_node(&b, v);
			put_meta(a, list, &n, name, lang, arena_str(a, buf_str(&b)));
		}
	for (size_t i = 0; i < nposted; i++)
		put_meta(a, list, &n, posted[i].name, posted[i].lang, posted[i].json);
	*copy = *d->dataset;
	copy->metas = list;
	copy->nmetas = n;
	d->dataset = d->own.dataset = copy;
	d->draft = true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	struct visitor_form form = { 0 };
	struct template_value *posted = NULL;
	size_t nposted = 0;
	struct config c;
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	struct visit *v = &d.visit;
	visitor_private(v);
	if (!visitor_signed_in(v, e))
		return false;
	if (!config_may(v->at.site, v->at.tenant->id, &v->who, d.dataset->id, CONFIG_READ))
		return err_set(e, ERR_FORBIDDEN, "This account may not change this dataset.");
	if (!config_read(v->at.site, v->at.tenant->id, r->holes[0], v->arena, &c, e))
		return false;
	if (r->method == HTTPD_POST) {
		const struct template_set *sets;
		if (!visitor_form(v, VISITOR_TOKEN, &form, e))
			return false;
		size_t n = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets);
		const struct template_set *set = template_find_or_null(sets, n, STR("visualization"));
		if (set)
			nposted = template_form(set, form.pairs, form.n, v->at.tenant->languages, v->at.tenant->nlanguages, v->arena, &posted);
	}
	overlay(&d, &c, posted, nposted);
	struct str tab = r->holes[1];
	/* The custom view is called as the draft says. */
	if (str_eq(tab, STR("custom")))
		tab = front_custom_slug(&d);
	view_state_read(&d.state, r, arena_printf(v->arena, "%.*s%.*s/", STR_ARG(d.url), STR_ARG(tab)));
	const char *label;
	if (!front_tab_or_null(&d, tab, &label))
		tab = STR("information");
	return front_dataset_show(&d, tab, e);
}

const struct httpd_route front_dataset_draft = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/{tab}/preview/", .run = run };
const struct httpd_route front_dataset_draft_post = { .method = HTTPD_POST, .pattern = "/explore/dataset/{dataset}/{tab}/preview/", .body_max = FORM_BYTES, .run = run };

/* Datasets that are shown live from other portals, to their publishers: whether readers see them, and if not, why. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

static const struct { const char *title, *why; enum html_tone tone; } states[] = {
	[CATALOG_LINK_SHOWN] = { N_("Shown live"), N_("Shown as it stands there."), HTML_SUCCESS },
	[CATALOG_LINK_NO_DATA] = { N_("Shown live"), N_("Its records are not open to everybody there: readers see only what is said of it."), HTML_WARNING },
	[CATALOG_LINK_NO_PORTAL] = { N_("Not shown"), N_("There is no portal of this name on this server any more. Publish the dataset again, and it is fetched from there."), HTML_BAD },
	[CATALOG_LINK_CLOSED] = { N_("Not shown"), N_("Its portal is closed or private."), HTML_BAD },
	[CATALOG_LINK_NO_DATASET] = { N_("Not shown"), N_("It is not published there any more. Readers see it again when it is."), HTML_BAD },
	[CATALOG_LINK_RESTRICTED] = { N_("Not shown"), N_("It is restricted there. Readers see it again when it is open to everybody."), HTML_BAD },
	[CATALOG_LINK_CHAIN] = { N_("Not shown"), N_("It is itself shown live from another portal: take it from there."), HTML_BAD },
};

struct back_live_list back_live_read(struct visit *v)
{
	struct back_live_list l = { .links = v->at.view->links, .nlinks = v->at.view->nlinks };
	struct err e = { 0 };
	/* A page about something else does not fail for what it says in passing. */
	if (!catalog_far(v->at.site->catalog, v->at.tenant->id, v->arena, &l.far, &l.nfar, &e)) log_failure(v->at.site->log, LOG_LEVEL_WARN, "live", &e);
	return l;
}

bool back_live_find(const struct back_live_list *l, int64_t dataset, struct back_live *out)
{
	*out = (struct back_live){ .dataset = dataset };
	for (size_t i = 0; i < l->nlinks; i++)
		if (l->links[i].dataset == dataset) out->link = &l->links[i];
	for (size_t i = 0; i < l->nfar; i++)
		if (l->far[i].dataset == dataset) out->far = &l->far[i];
	return out->link || out->far;
}

bool back_live_ails(const struct back_live *l) { return l->link ? l->link->state != CATALOG_LINK_SHOWN : l->far && l->far->failing.us; }

void back_put_live_badge(struct html *h, const struct back_live *l)
{
	if (l->link)
		html_badge(h, states[l->link->state].tone, states[l->link->state].title);
	else
		html_badge(h, l->far->failing.us ? HTML_BAD : HTML_SUCCESS, l->far->failing.us ? N_("Source not reachable") : N_("Shown live"));
}

void back_put_live_why(struct html *h, struct visit *v, const struct back_live *l)
{
	if (l->link) {
		html_say(h, states[l->link->state].why);
		html_lit(h, " <bdi>");
		html_text(h, l->link->host);
		html_lit(h, "</bdi> · <code>");
		html_text(h, l->link->slug);
		html_lit(h, "</code>");
	} else if (l->far->failing.us) {
		html_say_with(h, N_("The source has not been reachable since {0}. Readers see the data as of {1}."), HTML_ARG_DATE(l->far->failing.us, v->zone), HTML_ARG_DATE(l->far->good.us, v->zone));
		html_lit(h, " <span dir=\"auto\">");
		html_reason(h, l->far->message);
		html_lit(h, "</span>");
	} else {
		html_say(h, N_("Its source was last asked:"));
		html_lit(h, " ");
		html_date(h, l->far->good.us, v->zone, true);
	}
}

bool back_live_hidden(const struct visit *v, int64_t dataset)
{
	for (size_t i = 0; i < v->at.view->nlinks; i++)
		if (v->at.view->links[i].dataset == dataset && v->at.view->links[i].state > CATALOG_LINK_NO_DATA)
			return true;
	return false;
}

void back_put_live_notice(struct html *h, struct visit *v, int64_t dataset, enum dataset_tab tab)
{
	struct back_live one;
	struct back_live_list l = back_live_read(v);
	if (!back_live_find(&l, dataset, &one))
		return;
	if (one.link && tab == DATASET_TAB_HISTORY)
		html_notice(h, HTML_INFO, N_("What is listed here are changes of its settings. Readers see the newest data of the other portal; their older versions are kept there."));
	if (tab == DATASET_TAB_INFORMATION) {
		html_notice_open(h, HTML_INFO);
		html_lit(h, "<p>");
		if (one.link) {
			html_say(h, N_("What you leave empty is taken from the other portal."));
			html_lit(h, " ");
		}
		html_say(h, N_("Its picture and the files that explain it stay there: add here what readers should find here."));
		html_lit(h, "</p>");
		html_notice_close(h);
	}
	if (one.link && tab == DATASET_TAB_PROCESSING)
		html_notice(h, HTML_INFO, N_("A dataset that is shown live from a portal of this server has no processing: its data are those of the other portal. Choose “Copied here” at its source to change them."));
	if (!back_live_ails(&one))
		return;
	html_notice_open(h, one.link && one.link->state != CATALOG_LINK_NO_DATA ? HTML_BAD : HTML_WARNING);
	if (one.link && one.link->state != CATALOG_LINK_NO_DATA) {
		html_lit(h, "<p><strong>");
		html_say(h, N_("Readers do not see this dataset."));
		html_lit(h, "</strong></p>");
	}
	html_lit(h, "<p>");
	back_put_live_why(h, v, &one);
	html_lit(h, "</p>");
	html_notice_close(h);
}

/* Of those that the reader may edit. */
bool back_put_live_table(struct html *h, struct visit *v, struct err *e)
{
	enum { MOST = 500 };
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("State") }, { .title = N_("Source") } };
	static const char *const kinds[] = { "portal", "federated" };
	struct html_table t = { .caption = N_("Shown live from other portals"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct back_live_list l = back_live_read(v);
	bool begun = false;
	for (size_t k = 0; k < COUNT_OF(kinds) && (l.nlinks || l.nfar); k++) {
		struct config_query q = { .restricted = -1, .which = CONFIG_PUBLISHED, .source = str_of(kinds[k]), .sort = STR("title"), .limit = MOST };
		struct config_item *items;
		size_t n;
		int64_t total;
		if (!config_list(v->at.site, v->at.tenant->id, &v->who, &q, v->arena, &items, &n, &total, e))
			return false;
		for (size_t i = 0; i < n; i++) {
			struct back_live one;
			if (!back_live_find(&l, items[i].head.dataset, &one))
				continue;
			if (!begun) {
				html_lit(h, "<h2>");
				html_say(h, t.caption);
				html_lit(h, "</h2>");
				html_table_open(h, &t);
			}
			begun = true;
			html_row_open(h, &t);
			html_cell_open(h, &t);
			html_lit(h, "<a href=\"");
			html_url(h, arena_printf(v->arena, "/backoffice/datasets/%.*s/sources/", STR_ARG(items[i].head.uid)));
			html_lit(h, "\"><bdi>");
			html_text(h, items[i].head.title);
			html_lit(h, "</bdi></a>");
			html_cell_close(h, &t);
			html_cell_open(h, &t);
			back_put_live_badge(h, &one);
			html_cell_close(h, &t);
			html_cell_open(h, &t);
			back_put_live_why(h, v, &one);
			html_cell_close(h, &t);
			html_row_close(h, &t);
		}
	}
	if (begun)
		html_table_close(h, &t);
	return true;
}

/* --- the choice --------------------------------------------------------------------------------------------------------- */

void dataset_put_live_choice(struct html *h, bool live)
{
	static const struct html_option options[] = {
		{ .value = { "copied", 6 }, .message = N_("Copied here"), .hint = N_("The data are brought here when you publish, and again by schedule. They stay as they are if the other portal falls silent.") },
		{ .value = { "live", 4 }, .message = N_("Shown live"), .hint = N_("Readers see what the other portal shows to everybody: at once if it is on this server, after a minute or so if it is on another.") },
	};
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "shown", .label = N_("How it is kept in step"), .options = options, .noptions = COUNT_OF(options),
		.value = live ? STR("live") : STR("copied") });
}

bool dataset_is_of_portal(const struct json_node *resource)
{
	struct str type = json_text(json_get(json_get(resource, "datasource"), "type"));
	return str_eq(type, STR("portal")) || str_eq(type, STR("federated"));
}

struct str dataset_live_source(struct arena *a, const struct json_node *datasource, bool live)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str name;
	const struct json_node *value;
	json_open(&j, '{');
	for (size_t at = 0; json_each(datasource, &at, &name, &value);) {
		if (str_eq(name, STR("live")))
			continue;
		json_key(&j, name);
		json_value(&j);
		json_put_node(&b, value);
	}
	json_member_bool(&j, "live", live);
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

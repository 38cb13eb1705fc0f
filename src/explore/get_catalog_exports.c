/* GET /catalog/exports : the formats the catalogue can be had in. */
#include "explore/inside.h"
#include "dcat/dcat.h"
#include "export/export.h"

static void put_link(struct json_out *j, const struct call *c, const char *name)
{
	rest_link(j, str_of(name), link_to(c, "/catalog/exports/%s", name));
}

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	for (const struct export_format *const *f = export_formats(); *f; f++)
		if (((*f)->flags & EXPORT_CATALOGUE) || strcmp((*f)->name, "json") == 0) put_link(&j, c, (*f)->name);
	for (const struct dcat_document *const *d = dcat_documents(); *d; d++)
		if (dcat_offered(*d, c->at.tenant)) put_link(&j, c, dcat_name(*d));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_catalog_exports, "/catalog/exports", .name = "listExportFormats",
                 .summary = "Lists the formats the catalogue can be had in.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = run);

/* GET /catalog/assets and below: everything a portal publishes under one roof. Datasets are all this one
 * has, so assets answer as datasets do. */
#include "explore/inside.h"

static bool list(struct call *c, struct err *e) { return datasets_answer(c, false, e); }

static bool one(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(64 << 20);
	if (!call_dataset(c, e)) return false;
	if (call_is_fresh(c, STR("asset"))) return true;
	dataset_put(&b, c, c->dataset);
	return call_reply(c, &b, e);
}

static bool records(struct call *c, struct err *e) { return records_answer(c, RECORDS_FLAT, e); }

static bool facets(struct call *c, struct err *e)
{
	if (!call_records(c, e)) return false;
	struct str self = link_to(c, "/catalog/assets/%.*s/facets", STR_ARG(c->dataset->slug));
	return facets_answer(c, self, "dataset", link_dataset(c, c->dataset->slug, ""), e);
}

EXPLORE_ENDPOINT(get_assets, "/catalog/assets", .name = "getAssets",
                 .summary = "Searches everything the portal publishes: its datasets.", .in = EXPLORE_IN_21,
                 .params = TAKES_PAGE | TAKES_LINKS, .answer = EXPLORE_DATASETS, .run = list);
EXPLORE_ENDPOINT(get_asset, "/catalog/assets/{dataset}", .name = "getAsset",
                 .summary = "Tells everything about one dataset.", .in = EXPLORE_IN_21,
                 .params = TAKES_ALWAYS | TAKES_LINKS, .answer = EXPLORE_DATASET, .run = one);
EXPLORE_ENDPOINT(get_asset_records, "/catalog/assets/{dataset}/records", .name = "getAssetRecords",
                 .summary = "Gives a page of records, or groups of them.", .in = EXPLORE_IN_21,
                 .params = TAKES_PAGE | TAKES_LINKS | TAKES(AS_OF), .answer = EXPLORE_RECORDS, .run = records);
EXPLORE_ENDPOINT(get_asset_facets, "/catalog/assets/{dataset}/facets", .name = "getAssetFacets",
                 .summary = "Counts the values of the facets of the records.", .in = EXPLORE_IN_21,
                 .params = TAKES_ALWAYS | TAKES_FILTERS | TAKES(AS_OF), .answer = EXPLORE_FACETS, .run = facets);

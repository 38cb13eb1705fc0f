/* GET …/snapshots : the versions of a dataset that can still be read with as_of. And what other portals say
 * beside a dataset: reuses, those that were approved; and feedback, which goes to the publisher alone and is never listed here. */
#include "engage/engage.h"
#include "explore/inside.h"

static void put_one(struct buf *b, struct json_out *j, const struct call *c, const struct dataset_version *v)
{
	bool current = v->number == c->dataset->version.number;
	json_open(j, '{');
	json_member_int(j, "number", v->number);
	json_key(j, STR("published"));
	json_value(j);
	buf_put_char(b, '"');
	clock_put_instant(b, v->published.us, c->zone);
	buf_put_char(b, '"');
	/* Where rows are filtered the number of all of them is nobody's business. */
	int64_t records = current ? c->dataset->rows : v->rows;
	json_key(j, STR("records_count"));
	if (str_trim(c->target.row_filter).n && !current) json_put_null(j);
	else if (records < 0) json_put_null(j);
	else json_put_int(j, records);
	json_member_bool(j, "current", current);
	if (c->links) {
		json_key(j, STR("_links"));
		json_open(j, '[');
		rest_link(j, STR("records"), link_to(c, "/catalog/datasets/%.*s/records?as_of=%lld", STR_ARG(c->dataset->slug), (long long)v->number));
		json_close(j, ']');
	}
	json_close(j, '}');
}

static bool snapshots(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!call_records(c, e)) return false;
	if (call_is_fresh(c, STR("snapshots"))) return true;
	json_open(&j, '{');
	json_member_int(&j, "total_count", (int64_t)c->dataset->nversions);
	json_key(&j, STR("results"));
	json_open(&j, '[');
	for (size_t i = 0; i < c->dataset->nversions; i++) put_one(&b, &j, c, &c->dataset->versions[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

static bool nothing(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 10);
	if (!call_dataset(c, e)) return false;
	buf_lit(&b, "{\"total_count\":0,\"results\":[]}");
	return call_reply(c, &b, e);
}

static void put_reuse(struct buf *b, struct json_out *j, const struct call *c, const struct engage_reuse *r)
{
	json_open(j, '{');
	json_member(j, "title", r->title);
	json_member(j, "description", r->description);
	json_member(j, "url", r->url);
	json_member(j, "type", str_of(engage_reuse_kind_word(r->kind)));
	json_key(j, STR("created_at"));
	json_value(j);
	buf_put_char(b, '"');
	clock_put_instant(b, r->created.us, c->zone);
	buf_put_char(b, '"');
	json_key(j, STR("user"));
	json_open(j, '{');
	json_member(j, "first_name", r->first_name);
	json_member(j, "last_name", r->last_name);
	json_close(j, '}');
	json_close(j, '}');
}

/* Approved ones, newest first. They change without the dataset, so that an answer is not held against its version. */
static bool reuses(struct call *c, struct err *e)
{
	enum { MOST = 1000 };
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	struct engage_reuse *list = NULL;
	size_t n = 0;
	int64_t all = 0;
	if (!call_dataset(c, e)) return false;
	struct engage_reuse_ask q = { .state = ENGAGE_APPROVED, .datasets = &c->dataset->id, .ndatasets = 1, .rows = MOST };
	struct engage_scene s = { .site = c->at.site, .tenant = c->at.tenant, .lang = i18n_english(), .arena = c->arena };
	if (tenant_setting_on(c->at.tenant, "reuses") && !engage_reuses(&s, &q, &list, &n, &all, e)) return false;
	json_open(&j, '{');
	json_member_int(&j, "total_count", all);
	json_key(&j, STR("results"));
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) put_reuse(&b, &j, c, &list[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

EXPLORE_ENDPOINT(get_snapshots, "/catalog/datasets/{dataset}/snapshots", .name = "getDatasetSnapshots",
                 .summary = "Lists the versions of a dataset that can be read with as_of, newest first.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS | TAKES(LINKS), .answer = EXPLORE_VERSIONS, .run = snapshots);
EXPLORE_ENDPOINT(get_feedback, "/catalog/datasets/{dataset}/feedback", .name = "getDatasetFeedback",
                 .summary = "Lists what readers said of a dataset in public: nothing, since messages go to its publisher alone.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_RESULTS, .run = nothing);
EXPLORE_ENDPOINT(get_reuses, "/catalog/datasets/{dataset}/reuses", .name = "getDatasetReuses",
                 .summary = "Lists what readers made of a dataset and the portal approved, newest first.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_RESULTS, .run = reuses);

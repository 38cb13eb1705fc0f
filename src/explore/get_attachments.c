/* GET …/attachments and …/attachments/{id}, …/alternative_exports/{id} : files beside the data. */
#include "explore/inside.h"

static void put_one(struct json_out *j, const struct call *c, const struct dataset_file *f)
{
	struct str href = link_to(c, "/catalog/datasets/%.*s/attachments/%.*s", STR_ARG(c->dataset->slug), STR_ARG(f->id));
	json_open(j, '{');
	json_member(j, "href", href);
	json_key(j, STR("metas"));
	json_open(j, '{');
	json_member(j, "mime-type", f->mime);
	json_member(j, "title", f->title);
	json_member(j, "url", arena_join(c->arena, STR("odsfile://"), f->name));
	json_member(j, "id", f->id);
	json_close(j, '}');
	json_close(j, '}');
}

static bool list(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(16 << 20);
	if (!call_dataset(c, e)) return false;
	if (call_is_fresh(c, STR("attachments"))) return true;
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_dataset(c, c->dataset->slug, "/attachments"));
	rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
	json_close(&j, ']');
	json_key(&j, STR("attachments"));
	json_open(&j, '[');
	for (size_t i = 0; i < c->dataset->nfiles; i++)
		if (c->dataset->files[i].kind == CATALOG_ATTACHMENT) put_one(&j, c, &c->dataset->files[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

static bool give(struct call *c, enum catalog_file_kind kind, const char *word, struct err *e)
{
	struct str id = c->r->holes[1];
	if (!call_dataset(c, e)) return false;
	const struct dataset_file *f = dataset_file_or_null(c->dataset, kind, id);
	if (!f) return err_set(e, ERR_NOT_FOUND, "The requested %s %.*s does not exist.", word, STR_ARG(str_sub(id, 0, 200)));
	return file_give(c, f, e);
}

static bool attachment(struct call *c, struct err *e) { return give(c, CATALOG_ATTACHMENT, "attachment", e); }
static bool alternative(struct call *c, struct err *e) { return give(c, CATALOG_ALTERNATIVE, "alternative export", e); }

EXPLORE_ENDPOINT(get_attachments, "/catalog/datasets/{dataset}/attachments", .name = "getDatasetAttachments",
                 .summary = "Lists the files beside a dataset.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_ATTACHMENTS, .run = list);
EXPLORE_ENDPOINT(get_attachment, "/catalog/datasets/{dataset}/attachments/{attachment}", .name = "getDatasetAttachment",
                 .summary = "Gives one file beside a dataset.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_FILE, .run = attachment);
EXPLORE_ENDPOINT(get_alternative_export, "/catalog/datasets/{dataset}/alternative_exports/{file}", .name = "getAlternativeExport",
                 .summary = "Gives the data as a file that was made by its publisher.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_FILE, .run = alternative);

/* DatasetV1: the DatasetObject of the Explore API told in the words of v1, so that whatever one shows of a
 * dataset the other shows too. */
#include "legacy/inside.h"

/* Members of templates that are not basic. */
static bool is_interop(struct str template_)
{
	static const char *const names[] = { "dcat", "inspire", "dublin-core", "dublin_core", "dcat_ap", "dcat-ap" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(template_, str_of(names[i]))) return true;
	return false;
}

static void put_members(struct json_out *j, const struct json_node *metas)
{
	struct str key;
	const struct json_node *value;
	for (size_t at = 0; json_each(metas, &at, &key, &value);) {
		if (json_kind(value) == JSON_NULL) continue;
		json_key(j, key);
		json_value(j);
		json_put_node(j->b, value);
	}
}

/* true becomes a name alone, a value becomes its argument, false is left out. */
static void put_annotations(struct json_out *j, const struct json_node *annotations)
{
	struct str key;
	const struct json_node *value;
	json_key(j, STR("annotations"));
	json_open(j, '[');
	for (size_t at = 0; json_each(annotations, &at, &key, &value);) {
		enum json_kind kind = json_kind(value);
		if (kind == JSON_NULL || (kind == JSON_BOOL && !json_bool(value, false))) continue;
		json_open(j, '{');
		json_member(j, "name", key);
		if (kind != JSON_BOOL) {
			json_key(j, STR("args"));
			if (kind != JSON_ARRAY) json_open(j, '[');
			json_value(j);
			json_put_node(j->b, value);
			if (kind != JSON_ARRAY) json_close(j, ']');
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_fields(struct json_out *j, const struct json_node *fields)
{
	json_key(j, STR("fields"));
	json_open(j, '[');
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *f = json_at(fields, i);
		const struct json_node *description = json_get(f, "description");
		json_open(j, '{');
		json_member(j, "name", json_text(json_get(f, "name")));
		json_member(j, "label", json_text(json_get(f, "label")));
		json_member(j, "type", json_text(json_get(f, "type")));
		if (json_text(description).n) json_member(j, "description", json_text(description));
		put_annotations(j, json_get(f, "annotations"));
		json_close(j, '}');
	}
	json_close(j, ']');
}

enum group { INTEROP, EXTRA, APPS };

static enum group group_of(struct str template_)
{
	if (catalog_template_of_apps(template_)) return APPS;
	return is_interop(template_) ? INTEROP : EXTRA;
}

static void put_group(struct json_out *j, const char *name, const struct json_node *metas, enum group group)
{
	struct str key;
	const struct json_node *value;
	json_key(j, str_of(name));
	json_open(j, '{');
	for (size_t at = 0; json_each(metas, &at, &key, &value);) {
		bool basic = str_eq(key, STR("default")) || str_eq(key, STR("custom"));
		if (basic || group_of(key) != group) continue;
		json_key(j, key);
		json_open(j, '{');
		put_members(j, value);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void put_copy(struct json_out *j, const char *name, const struct json_node *object)
{
	const struct json_node *value = json_get(object, name);
	json_key(j, str_of(name));
	json_value(j);
	if (value) json_put_node(j->b, value);
	else buf_lit(j->b, "[]");
}

bool v1_put_dataset(struct buf *b, struct v1_call *c, struct str slug, struct err *e)
{
	auto_buf object = BUF_INIT(64 << 20);
	auto_json *doc = NULL;
	struct rights_dataset own;
	bool extra;
	bool interop;
	bool assets;
	if (!v1_bool(c, "extrametas", &extra, e) || !v1_bool(c, "interopmetas", &interop, e) || !v1_bool(c, "assetmetas", &assets, e))
		return false;
	if (!rights_find(&c->at, &c->who, c->arena, slug, &own, e) || !rights_meter(&c->at, c->r, &c->who, &own, e)) return false;
	dataset_put_json(&object, own.dataset, c->lang, c->zone, assets);
	if (!json_read(buf_str(&object), &doc, e)) return err_set(e, ERR_SYSTEM, "The dataset cannot be told.");
	const struct json_node *d = json_root(doc);
	const struct json_node *metas = json_get(d, "metas");
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member(&j, "datasetid", own.dataset->slug);
	json_member_bool(&j, "has_records", json_bool(json_get(d, "has_records"), false));
	json_member_bool(&j, "data_visible", own.may_read);
	put_copy(&j, "features", d);
	json_key(&j, STR("metas"));
	json_open(&j, '{');
	json_member(&j, "domain", c->at.tenant->host);
	put_members(&j, json_get(metas, "default"));
	put_members(&j, json_get(metas, "custom"));
	json_close(&j, '}');
	put_fields(&j, json_get(d, "fields"));
	put_copy(&j, "attachments", d);
	put_copy(&j, "alternative_exports", d);
	if (interop) put_group(&j, "interop_metas", metas, INTEROP);
	if (extra) put_group(&j, "extra_metas", metas, EXTRA);
	if (assets) put_group(&j, "asset_metas", metas, APPS);
	json_close(&j, '}');
	return true;
}

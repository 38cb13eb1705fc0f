/* metadata/1.0, reuses and georeference: small answers beside records and datasets. */
#include "engage/engage.h"
#include "legacy/inside.h"
#include "template/template.h"
#include "text/text.h"
#include "visitor/visitor.h"

static const char *const shapes[] = { "json", "jsonp", NULL };

/* --- metadata templates -------------------------------------------------------------------------- */

static const char *type_of(const char *template_)
{
	bool basic = strcmp(template_, "default") == 0 || strcmp(template_, "custom") == 0;
	return basic ? "basic" : "interop";
}

static const char *word_of(enum meta_kind kind)
{
	static const char *const words[] = { [META_TEXT] = "text", [META_LANG_TEXT] = "text", [META_LANG_HTML] = "html",
		[META_LIST] = "list", [META_LANG_LIST] = "list", [META_DATETIME] = "datetime", [META_BOOL] = "boolean",
		[META_INT] = "int", [META_JSON] = "json" };
	return words[kind];
}

static void put_template(struct json_out *j, const char *name)
{
	json_open(j, '{');
	json_member(j, "type", str_of(type_of(name)));
	json_member(j, "name", str_of(name));
	json_key(j, STR("schema"));
	json_open(j, '[');
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *row = &catalog_meta_rows[i];
		if (strcmp(row->template_, name) != 0) continue;
		json_open(j, '{');
		json_member(j, "name", str_of(row->name));
		json_member(j, "label", str_of(row->label));
		json_member(j, "type", str_of(word_of(row->kind)));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

/* Those that the portal made and shows to readers. */
static void put_own(struct json_out *j, const struct v1_call *c, struct str name)
{
	const struct template_set *list;
	const struct i18n_lang *l = i18n_lang_or_null(c->lang);
	size_t n = template_list(c->at.tenant, l ? l : i18n_english(), c->lang.n ? c->lang : STR("en"), c->arena, &list);
	for (size_t i = 0; i < n; i++) {
		if (list[i].system || !list[i].active || list[i].type != TEMPLATE_BASIC || (name.n && !str_eq(name, list[i].name))) continue;
		json_open(j, '{');
		json_member(j, "type", STR("basic"));
		json_member(j, "name", list[i].name);
		json_key(j, STR("schema"));
		json_open(j, '[');
		for (size_t k = 0; k < list[i].n; k++) {
			json_open(j, '{');
			json_member(j, "name", list[i].fields[k].name);
			json_member(j, "label", list[i].fields[k].label);
			json_member(j, "type", str_of(template_kind_word(list[i].fields[k].kind)));
			json_close(j, '}');
		}
		json_close(j, ']');
		json_close(j, '}');
	}
}

/* Templates in their order, each once. */
static bool is_first(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(catalog_meta_rows[k].template_, catalog_meta_rows[i].template_) == 0) return false;
	return true;
}

static bool is_type(struct str s)
{
	static const char *const types[] = { "basic", "interop", "extra", "admin" };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(s, str_of(types[i]))) return true;
	return false;
}

static bool run_metadata(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str name = r->holes[1];
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, shapes, e)) return false;
	if (!is_type(r->holes[0]))
		return err_set(e, ERR_NOT_FOUND, "There are no metadata templates of the type %.*s.", STR_ARG(text_cut(r->holes[0], 200)));
	if (!name.n) json_open(&j, '[');
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const char *one = catalog_meta_rows[i].template_;
		bool fits = str_eq(r->holes[0], str_of(type_of(one))) && (!name.n || str_eq(name, str_of(one)));
		if (fits && is_first(i)) put_template(&j, one);
	}
	if (str_eq(r->holes[0], STR("basic"))) put_own(&j, &c, name);
	if (!name.n) json_close(&j, ']');
	if (!b.n) return err_set(e, ERR_NOT_FOUND, "The metadata template %.*s does not exist.", STR_ARG(text_cut(name, 200)));
	return v1_answer(&c, &b, e);
}

/* --- reuses, territories -------------------------------------------------------------------------- */

/* Approved ones of the datasets the caller sees, or of the one named. */
static bool run_reuses(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	struct engage_reuse_ask q = { .state = ENGAGE_APPROVED };
	struct engage_reuse *list = NULL;
	const struct dataset **seen;
	size_t n = 0;
	int64_t rows, all = 0;
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, shapes, e)) return false;
	if (!v1_int(&c, "rows", 0, 10000, 10, &rows, e) || !v1_int(&c, "start", 0, 10000, 0, &q.start, e)) return false;
	struct str only = v1_text(&c, "dataset");
	size_t nseen = rights_datasets(&c.at, &c.who, c.arena, &seen);
	int64_t *ids = arena_array(c.arena, int64_t, nseen + 1);
	for (size_t i = 0; i < nseen; i++)
		if (!only.n || str_eq(only, seen[i]->slug)) ids[q.ndatasets++] = seen[i]->id;
	q.datasets = ids;
	q.rows = (size_t)rows;
	struct engage_scene s = { .site = c.at.site, .tenant = c.at.tenant, .lang = i18n_english(), .arena = c.arena };
	if (tenant_setting_on(c.at.tenant, "reuses") && !engage_reuses(&s, &q, &list, &n, &all, e)) return false;
	json_open(&j, '{');
	json_member_int(&j, "nhits", all);
	json_key(&j, STR("reuses"));
	json_open(&j, '[');
	struct str origin = visitor_origin(c.arena, r->host, r->port);
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		engage_put_reuse(&j, c.arena, &list[i], rights_dataset_or_null(&c.at, &c.who, c.arena, list[i].slug), c.lang, origin);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	return v1_answer(&c, &b, e);
}

static bool run_territory(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	if (!v1_enter(&c, r, p, app, e)) return false;
	return err_set(e, ERR_NOT_FOUND, "The territory %.*s does not exist.", STR_ARG(text_cut(r->holes[0], 200)));
}

V1_ROUTES(metadata, "/api/metadata/1.0/{type}", run_metadata);
V1_ROUTES(metadata_one, "/api/metadata/1.0/{type}/{name}", run_metadata);
V1_ROUTES(reuses, "/api/reuses", run_reuses);
V1_ROUTES(territory, "/api/georeference/v1/uid/{id}", run_territory);

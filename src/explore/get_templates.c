/* GET /catalog/metadata_templates[/{type}[/{name}]] (§15): which metadata a dataset can have. */
#include "explore/inside.h"
#include "template/template.h"

static const struct { const char *word, *rel; } types[] = {
	{ "basic", "Basic" }, { "interop", "Interoperability" }, { "extra", "Extra" }, { "admin", "Admin" },
};

/* The type of a template of the catalogue, by its name there. */
static const char *type_of(const char *template_)
{
	if (strcmp(template_, "default") == 0) return "basic";
	return strcmp(template_, "custom") == 0 ? "extra" : "interop";
}

static struct str shown_name(const char *template_) { return strcmp(template_, "default") == 0 ? STR("basic") : str_of(template_); }

static const struct form { const char *type, *widget; } forms[] = {
	[META_TEXT] = { "text", "textinput" }, [META_LANG_TEXT] = { "text", "textinput" }, [META_LANG_HTML] = { "html", "richtextinput" },
	[META_LIST] = { "list", "multidatalist" }, [META_LANG_LIST] = { "list", "multidatalist" }, [META_DATETIME] = { "datetime", "datetimeinput" },
	[META_BOOL] = { "boolean", "checkboxinput" }, [META_INT] = { "int", "numberinput" }, [META_JSON] = { "json", "textarea" },
};

static void put_null(struct json_out *j, const char *key)
{
	json_key(j, str_of(key));
	json_put_null(j);
}

static void put_field(struct json_out *j, const struct meta_row *r)
{
	json_open(j, '{');
	json_member(j, "widget", str_of(forms[r->kind].widget));
	json_member(j, "name", str_of(r->name));
	put_null(j, "uri");
	json_member(j, "label", str_of(r->label));
	put_null(j, "values");
	json_member_bool(j, "self_suggest", r->facet);
	json_member_bool(j, "allow_empty", strcmp(r->name, "title") != 0 || strcmp(r->template_, "default") != 0);
	put_null(j, "help_text");
	json_member_bool(j, "hidden", r->automatic);
	json_member(j, "type", str_of(forms[r->kind].type));
	put_null(j, "values_domain_property");
	json_close(j, '}');
}

static void put_template(struct json_out *j, const char *template_)
{
	json_open(j, '{');
	json_member(j, "type", str_of(type_of(template_)));
	json_member(j, "name", shown_name(template_));
	json_key(j, STR("schema"));
	json_open(j, '[');
	for (size_t i = 0; i < catalog_meta_row_count(); i++)
		if (strcmp(catalog_meta_rows[i].template_, template_) == 0) put_field(j, &catalog_meta_rows[i]);
	json_close(j, ']');
	json_close(j, '}');
}

/* --- templates that the portal made and shows to readers ------------------------------------------------- */

static const char *widget_of(const struct template_field *f)
{
	if (template_is_choice(f->kind)) return template_is_list(f->kind) ? "multiselect" : "select";
	if (template_is_list(f->kind)) return "multidatalist";
	switch (f->kind) {
	case TEMPLATE_DATE: return "dateinput";
	case TEMPLATE_DATETIME: return "datetimeinput";
	case TEMPLATE_BOOLEAN: return "checkboxinput";
	case TEMPLATE_INT:
	case TEMPLATE_DOUBLE: return "numberinput";
	case TEMPLATE_HTML: return "richtextinput";
	case TEMPLATE_LONGSTRING:
	case TEMPLATE_MULTITEXT:
	case TEMPLATE_GEO_SHAPE: return "textarea";
	case TEMPLATE_TEXT:
	case TEMPLATE_GEO_AREA:
	case TEMPLATE_ENUM:
	case TEMPLATE_LIST:
	case TEMPLATE_ENUMLIST:
	case TEMPLATE_URI_ENUM:
	case TEMPLATE_URI_ENUMLIST:
	case TEMPLATE_KINDS: break;
	}
	return "textinput";
}

static void put_own_field(struct json_out *j, const struct template_field *f)
{
	json_open(j, '{');
	json_member(j, "widget", str_of(widget_of(f)));
	json_member(j, "name", f->name);
	put_null(j, "uri");
	json_member(j, "label", f->label);
	if (f->nchoices) {
		json_key(j, STR("values"));
		json_open(j, '[');
		for (size_t i = 0; i < f->nchoices; i++) json_put(j, f->choices[i].value);
		json_close(j, ']');
	} else {
		put_null(j, "values");
	}
	json_member_bool(j, "self_suggest", f->suggests);
	json_member_bool(j, "allow_empty", f->level != TEMPLATE_MANDATORY);
	if (f->help.n) json_member(j, "help_text", f->help);
	else put_null(j, "help_text");
	json_member_bool(j, "hidden", false);
	json_member(j, "type", str_of(template_kind_word(f->kind)));
	put_null(j, "values_domain_property");
	json_close(j, '}');
}

static void put_own(struct json_out *j, const struct template_set *s)
{
	json_open(j, '{');
	json_member(j, "type", STR("basic"));
	json_member(j, "name", s->name);
	json_key(j, STR("schema"));
	json_open(j, '[');
	for (size_t i = 0; i < s->n; i++) put_own_field(j, &s->fields[i]);
	json_close(j, ']');
	json_close(j, '}');
}

/* The next one; false: there is none. Those for publishers only are not told of, and they have values nowhere here. */
static bool next_own(const struct template_set *list, size_t n, size_t *at)
{
	while (*at < n && (list[*at].system || !list[*at].active || list[*at].type != TEMPLATE_BASIC)) ++*at;
	return *at < n;
}

static size_t own_templates(const struct call *c, const struct template_set **out)
{
	const struct i18n_lang *l = i18n_lang_or_null(c->lang);
	return template_list(c->at.tenant, l ? l : i18n_english(), c->lang.n ? c->lang : STR("en"), c->arena, out);
}

static struct str address(const struct call *c, const char *template_)
{
	struct str name = shown_name(template_);
	return link_to(c, "/catalog/metadata_templates/%s/%.*s", type_of(template_), STR_ARG(name));
}

/* Calls nothing twice: rows of a template stand together. */
static bool starts(size_t i)
{
	return i == 0 || strcmp(catalog_meta_rows[i].template_, catalog_meta_rows[i - 1].template_) != 0;
}

static bool list_types(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_to(c, "/catalog/metadata_templates"));
	for (size_t i = 0; i < COUNT_OF(types); i++)
		rest_link(&j, str_of(types[i].rel), link_to(c, "/catalog/metadata_templates/%s", types[i].word));
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

static bool known_type(struct str word, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(word, str_of(types[i].word))) return true;
	return err_set(e, ERR_NOT_FOUND, "There is no type %.*s of metadata templates; there are basic, interop, extra and admin.",
	               STR_ARG(str_sub(word, 0, 60)));
}

static bool list_templates(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!known_type(c->r->holes[0], e)) return false;
	json_open(&j, '{');
	json_key(&j, STR("metadata_templates"));
	json_open(&j, '[');
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const char *template_ = catalog_meta_rows[i].template_;
		if (!starts(i) || !str_eq(c->r->holes[0], str_of(type_of(template_)))) continue;
		json_open(&j, '{');
		json_key(&j, STR("links"));
		json_open(&j, '[');
		rest_link(&j, STR("self"), address(c, template_));
		json_close(&j, ']');
		json_key(&j, STR("metadata_template"));
		put_template(&j, template_);
		json_close(&j, '}');
	}
	const struct template_set *own;
	size_t n = own_templates(c, &own);
	for (size_t i = 0; str_eq(c->r->holes[0], STR("basic")) && next_own(own, n, &i); i++) {
		json_open(&j, '{');
		json_key(&j, STR("links"));
		json_open(&j, '[');
		rest_link(&j, STR("self"), link_to(c, "/catalog/metadata_templates/basic/%.*s", STR_ARG(own[i].name)));
		json_close(&j, ']');
		json_key(&j, STR("metadata_template"));
		put_own(&j, &own[i]);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	return call_reply(c, &b, e);
}

static bool one_template(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str name = c->r->holes[1];
	if (!known_type(c->r->holes[0], e)) return false;
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const char *template_ = catalog_meta_rows[i].template_;
		bool same = str_eq(name, shown_name(template_)) || str_eq(name, str_of(template_));
		if (!same || !str_eq(c->r->holes[0], str_of(type_of(template_)))) continue;
		json_open(&j, '{');
		json_key(&j, STR("metadata_template"));
		put_template(&j, template_);
		json_close(&j, '}');
		return call_reply(c, &b, e);
	}
	const struct template_set *own;
	size_t n = own_templates(c, &own);
	for (size_t i = 0; str_eq(c->r->holes[0], STR("basic")) && next_own(own, n, &i); i++) {
		if (!str_eq(own[i].name, name)) continue;
		json_open(&j, '{');
		json_key(&j, STR("metadata_template"));
		put_own(&j, &own[i]);
		json_close(&j, '}');
		return call_reply(c, &b, e);
	}
	return err_set(e, ERR_NOT_FOUND, "There is no metadata template %.*s of this type.", STR_ARG(str_sub(name, 0, 60)));
}

EXPLORE_ENDPOINT(get_templates, "/catalog/metadata_templates", .name = "getMetadataTemplateTypes",
                 .summary = "Lists the types of metadata templates.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_LINKS, .run = list_types);
EXPLORE_ENDPOINT(get_templates_of, "/catalog/metadata_templates/{type}", .name = "getMetadataTemplates",
                 .summary = "Lists the metadata templates of a type with their fields.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_TEMPLATES, .run = list_templates);
EXPLORE_ENDPOINT(get_template, "/catalog/metadata_templates/{type}/{name}", .name = "getMetadataTemplate",
                 .summary = "Gives one metadata template with its fields.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_ALWAYS, .answer = EXPLORE_TEMPLATE, .run = one_template);

/* Licences and themes: the platform's lists until a portal has its own. */
#include "template/inside.h"
#include "text/text.h"

struct begin { const char *id, *name, *url, *colour, *mark; };
static const struct begin themes[] = {
#define THEME(id, name, colour, mark) { id, name, "", colour, mark },
#define LICENCE(id, name, url)
#include "template/items.def"
#undef THEME
#undef LICENCE
};
static const struct begin licences[] = {
#define THEME(id, name, colour, mark)
#define LICENCE(id, name, url) { id, name, url, "", "" },
#include "template/items.def"
#undef THEME
#undef LICENCE
};

static const char *setting_of(enum template_which w)
{
	return w == TEMPLATE_THEMES ? "catalogue.themes" : "catalogue.licences";
}

static struct str begin_json(struct arena *a, const struct begin *b)
{
	auto_buf text = BUF_INIT(2000);
	struct json_out j = JSON_OUT(&text);
	json_open(&j, '{');
	json_member(&j, "id", str_of(b->id));
	json_member(&j, "name", str_of(b->name));
	if (*b->url) {
		json_key(&j, STR("urls"));
		json_open(&j, '{');
		json_member(&j, "", str_of(b->url));
		json_close(&j, '}');
	}
	if (*b->colour) json_member(&j, "colour", str_of(b->colour));
	if (*b->mark) json_member(&j, "mark", str_of(b->mark));
	json_close(&j, '}');
	return arena_str(a, buf_str(&text));
}

/* A label that the portal did not write is the platform's word for that name, in the reader's language. */
static struct str label_of(const struct json_node *labels, const struct i18n_lang *l, struct str code, struct arena *a, struct str name)
{
	struct str own = json_text(json_get(labels, arena_cstr(a, code)));
	if (own.n) return arena_str(a, own);
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (str_eq(name, str_of(themes[i].name))) return i18n_text(l, themes[i].name);
	for (size_t i = 0; i < COUNT_OF(licences); i++)
		if (str_eq(name, str_of(licences[i].name))) return i18n_text(l, licences[i].name);
	struct str any = template_label(a, labels, code);
	return any.n ? any : name;
}

static struct str url_of(const struct json_node *urls, struct str code, struct arena *a)
{
	struct str own = json_text(json_get(urls, arena_cstr(a, code)));
	if (!own.n) own = json_text(json_get(urls, ""));
	return own.n ? arena_str(a, own) : template_label(a, urls, code);
}

size_t template_items(const struct tenant *t, enum template_which w, const struct i18n_lang *l, struct str code, struct arena *a, const struct template_item **out)
{
	auto_json *doc = template_setting(t, setting_of(w));
	const struct begin *first = w == TEMPLATE_THEMES ? themes : licences;
	size_t n = doc ? json_count(json_root(doc)) : w == TEMPLATE_THEMES ? COUNT_OF(themes) : COUNT_OF(licences);
	struct template_item *list = arena_array(a, struct template_item, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct json_node *o = doc ? json_at(json_root(doc), i) : NULL;
		if (!o) {
			list[i] = (struct template_item){ str_of(first[i].id), str_of(first[i].name), i18n_text(l, first[i].name), str_of(first[i].url),
				str_of(first[i].colour), str_of(first[i].mark), begin_json(a, &first[i]) };
			continue;
		}
		auto_buf text = BUF_INIT(64 << 10);
		json_put_node(&text, o);
		struct str name = arena_str(a, json_text(json_get(o, "name")));
		list[i] = (struct template_item){ arena_str(a, json_text(json_get(o, "id"))), name, label_of(json_get(o, "labels"), l, code, a, name),
			url_of(json_get(o, "urls"), code, a), arena_str(a, json_text(json_get(o, "colour"))), arena_str(a, json_text(json_get(o, "mark"))),
			arena_str(a, buf_str(&text)) };
	}
	*out = list;
	return n;
}

const struct template_item *template_item_or_null(const struct template_item *list, size_t n, struct str which)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].name, which)) return &list[i];
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].id, which)) return &list[i];
	return NULL;
}

struct str template_theme_label(const struct tenant *t, const struct i18n_lang *l, struct str code, struct arena *a, struct str name)
{
	const struct template_item *list;
	size_t n = template_items(t, TEMPLATE_THEMES, l, code, a, &list);
	const struct template_item *one = template_item_or_null(list, n, name);
	return one ? one->label : label_of(NULL, l, code, a, name);
}

/* --- writing ------------------------------------------------------------------------------------------- */

bool template_store(struct tenants *ts, const struct tenant *t, const char *name, struct buf *json, struct err *e)
{
	struct str text;
	if (!buf_end(json, &text, e)) return false;
	const struct tenant_setting_value value = { str_of(name), text };
	return tenant_set(ts, t->id, &value, 1, e);
}

static struct str fresh_id(struct arena *a, struct str name, size_t i)
{
	struct str slug = text_slug(a, name);
	return slug.n ? slug : arena_printf(a, "item-%zu", i + 1);
}

static bool is_web(struct str url)
{
	return !url.n || str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
}

static bool check_item(const struct json_node *o, size_t i, struct str name, struct err *e)
{
	struct str lang;
	const struct json_node *v;
	if (json_kind(o) != JSON_OBJECT || !name.n || name.n > 200)
		return err_set(e, ERR_PARAMETER, "%zu/name: expected a name of at most 200 bytes", i);
	for (size_t at = 0; json_each(json_get(o, "urls"), &at, &lang, &v);)
		if (!is_web(json_text(v))) return err_set(e, ERR_PARAMETER, "%zu/urls: expected an address that begins with https:// or http://", i);
	struct str colour = json_text(json_get(o, "colour"));
	bool hex = colour.n == 7 && colour.p[0] == '#';
	for (size_t k = 1; hex && k < 7; k++) hex = strchr("0123456789abcdefABCDEF", colour.p[k]) != NULL;
	return !colour.n || hex || err_set(e, ERR_PARAMETER, "%zu/colour: expected a colour as #1f5a7a", i);
}

static void put_item(struct json_out *j, const struct json_node *o, struct str id, struct str name)
{
	static const char *const carried[] = { "labels", "urls", "colour", "mark" };
	json_open(j, '{');
	json_member(j, "id", id);
	json_member(j, "name", name);
	for (size_t k = 0; k < COUNT_OF(carried); k++) {
		const struct json_node *v = json_get(o, carried[k]);
		if (!v) continue;
		json_key(j, str_of(carried[k]));
		json_value(j);
		json_put_node(j->b, v);
	}
	json_close(j, '}');
}

bool template_items_write(struct tenants *ts, const struct tenant *t, enum template_which w, const struct json_node *array, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf text = BUF_INIT(200 << 10);
	struct json_out j = JSON_OUT(&text);
	size_t n = json_count(array);
	if (json_kind(array) != JSON_ARRAY || n > TEMPLATE_ITEMS) return err_set(e, ERR_PARAMETER, "expected a list of at most %d", TEMPLATE_ITEMS);
	struct str *names = arena_array(&a, struct str, n + 1);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct json_node *o = json_at(array, i);
		struct str name = str_trim(json_text(json_get(o, "name"))), id = json_text(json_get(o, "id"));
		if (!name.n) name = str_trim(template_label(&a, json_get(o, "labels"), t->nlanguages ? t->languages[0] : STR("en")));
		if (!check_item(o, i, name, e)) return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq_nocase(names[k], name)) return err_set(e, ERR_PARAMETER, "%zu/name: \"%.*s\" is on the list twice", i, STR_ARG(name));
		names[i] = name;
		put_item(&j, o, id.n ? id : fresh_id(&a, name, i), name);
	}
	json_close(&j, ']');
	return template_store(ts, t, setting_of(w), &text, e);
}

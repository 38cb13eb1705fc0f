/* A document in its one form: the four members there, a uid on every item, older spellings of the API turned into the
 * present one, what only the API computes taken out. And what lists show of it. */
#include "config/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

enum { UID_DICE = 6 };

struct str config_uid(struct arena *a, const char *prefix)
{
	char dice[UID_DICE + 1];
	crypt_random_base36(dice, UID_DICE);
	return arena_printf(a, "%s_%s", prefix, dice);
}

struct normal {
	struct arena *a;
	struct json_out *j;
	struct map seen;   /* uids of this document */
	bool fresh;
};

static bool uid_ok(struct str uid, const char *prefix)
{
	size_t n = strlen(prefix);
	if (uid.n < n + 2 || uid.n > 40 || !str_starts(uid, str_of(prefix)) || uid.p[n] != '_') return false;
	for (size_t i = n + 1; i < uid.n; i++)
		if (!((uid.p[i] >= 'a' && uid.p[i] <= 'z') || (uid.p[i] >= '0' && uid.p[i] <= '9'))) return false;
	return true;
}

static void put_uid(struct normal *n, const struct json_node *item, const char *prefix)
{
	struct str uid = json_text(json_get(item, "uid"));
	if (n->fresh || !uid_ok(uid, prefix) || map_get_or_null(&n->seen, uid)) uid = config_uid(n->a, prefix);
	else uid = arena_str(n->a, uid);
	map_put(n->a, &n->seen, uid, n);
	json_member(n->j, "uid", uid);
}

static bool among(struct str word, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(word, str_of(*words))) return true;
	return false;
}

static void put_rest(struct normal *n, const struct json_node *item, const char *const *but)
{
	struct str key;
	const struct json_node *v;
	for (size_t at = 0; json_each(item, &at, &key, &v);) {
		if (among(key, but)) continue;
		json_key(n->j, key);
		json_value(n->j);
		json_put_node(n->j->b, v);
	}
}

static void put_node(struct json_out *j, const char *key, const struct json_node *v)
{
	json_key(j, str_of(key));
	json_value(j);
	json_put_node(j->b, v);
}

static void put_resource(struct normal *n, const struct json_node *r)
{
	static const char *const but[] = { "uid", "type", "title", "params", "display_name", "extraction_infos", "origin", "updated_at", "is_enabled", "push_key", NULL, NULL };
	const char *left[COUNT_OF(but)];
	memcpy(left, but, sizeof but);
	/* The address to push to is told, not said. */
	if (str_find(json_text(json_get(r, "url")), STR("/api/push/1.0/")) >= 0) left[COUNT_OF(but) - 2] = "url";
	put_uid(n, r, "re");
	json_member(n->j, "type", json_text(json_get(r, "type")));
	json_member(n->j, "title", json_text(json_get(r, "title")));
	json_key(n->j, STR("params"));
	json_value(n->j);
	if (json_kind(json_get(r, "params")) == JSON_OBJECT) json_put_node(n->j->b, json_get(r, "params"));
	else buf_lit(n->j->b, "{}");
	put_rest(n, r, left);
}

/* The older API said {"name", "args": {…}}. */
static void put_processor(struct normal *n, const struct json_node *p)
{
	static const char *const but[] = { "uid", "type", "label", "args", "name", NULL };
	static const char *const newer[] = { "uid", "type", "label", NULL };
	static const char *const none[] = { NULL };
	bool older = json_kind(json_get(p, "args")) == JSON_OBJECT && !json_get(p, "type");
	put_uid(n, p, "pr");
	json_member(n->j, "type", json_text(json_get(p, older ? "name" : "type")));
	if (json_get(p, "label")) put_node(n->j, "label", json_get(p, "label"));
	else json_member(n->j, "label", STR(""));
	put_rest(n, p, older ? but : newer);
	if (older) put_rest(n, json_get(p, "args"), none);
}

/* The published text called the names of an order "args". */
static void put_field(struct normal *n, const struct json_node *f)
{
	static const char *const but[] = { "uid", NULL };
	static const char *const ordered[] = { "uid", "args", NULL };
	bool order = str_eq(json_text(json_get(f, "type")), STR("order")) && !json_get(f, "order") && json_get(f, "args");
	put_uid(n, f, "pr");
	put_rest(n, f, order ? ordered : but);
	if (order) put_node(n->j, "order", json_get(f, "args"));
}

static void put_list(struct normal *n, const struct json_node *doc, const char *member, void (*put)(struct normal *n, const struct json_node *item))
{
	const struct json_node *list = json_get(doc, member);
	json_key(n->j, str_of(member));
	json_open(n->j, '[');
	for (size_t i = 0; i < json_count(list); i++) {
		if (json_kind(json_at(list, i)) != JSON_OBJECT) continue;
		json_open(n->j, '{');
		put(n, json_at(list, i));
		json_close(n->j, '}');
	}
	json_close(n->j, ']');
}

static bool is_nothing(const struct json_node *v)
{
	enum json_kind k = json_kind(v);
	return k == JSON_ABSENT || k == JSON_NULL || (k == JSON_TEXT && !json_text(v).n) || ((k == JSON_ARRAY || k == JSON_OBJECT) && !json_count(v));
}

static bool says(const struct json_node *by_lang)
{
	struct str lang;
	const struct json_node *v;
	for (size_t at = 0; json_each(by_lang, &at, &lang, &v);)
		if (!is_nothing(v)) return true;
	return false;
}

/* Values that say nothing are left out, and so are names and templates without values. */
static void put_value(struct normal *n, struct str name, const struct json_node *by_lang)
{
	struct str lang;
	const struct json_node *v;
	if (!says(by_lang)) return;
	json_key(n->j, name);
	json_open(n->j, '{');
	for (size_t at = 0; json_each(by_lang, &at, &lang, &v);) {
		if (is_nothing(v)) continue;
		json_key(n->j, lang);
		json_value(n->j);
		json_put_node(n->j->b, v);
	}
	json_close(n->j, '}');
}

static void put_metadata(struct normal *n, const struct json_node *metadata)
{
	struct str template_, name;
	const struct json_node *fields, *value;
	json_key(n->j, STR("metadata"));
	json_open(n->j, '{');
	for (size_t at = 0; json_each(metadata, &at, &template_, &fields);) {
		bool some = false;
		for (size_t k = 0; json_kind(fields) == JSON_OBJECT && !some && json_each(fields, &k, &name, &value);) some = says(value);
		if (!some) continue;
		json_key(n->j, template_);
		json_open(n->j, '{');
		for (size_t k = 0; json_each(fields, &k, &name, &value);) put_value(n, name, value);
		json_close(n->j, '}');
	}
	json_close(n->j, '}');
}

bool config_normal(struct arena *a, const struct json_node *doc, bool fresh, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct normal n = { .a = a, .j = &j, .fresh = fresh };
	struct str text;
	if (json_kind(doc) != JSON_OBJECT) return err_set(e, ERR_PARAMETER, "The configuration is expected to be a JSON object with resources, processors, fields and metadata.");
	json_open(&j, '{');
	put_list(&n, doc, "resources", put_resource);
	put_list(&n, doc, "processors", put_processor);
	put_list(&n, doc, "fields", put_field);
	put_metadata(&n, json_get(doc, "metadata"));
	json_close(&j, '}');
	if (!buf_end(&b, &text, e)) return false;
	*out = arena_str(a, text);
	return true;
}

/* --- for lists -------------------------------------------------------------------------------------------- */

static struct str title_in(const struct json_node *title, struct str lang)
{
	struct str key;
	const struct json_node *v;
	struct str plain = STR(""), any = STR("");
	for (size_t at = 0; json_each(title, &at, &key, &v);) {
		if (str_eq(key, lang)) return json_text(v);
		if (!key.n) plain = json_text(v);
		if (!any.n) any = json_text(v);
	}
	return plain.n ? plain : any;
}

void config_gist(struct site *s, struct tenant_id t, struct arena *a, const struct json_node *doc, struct str slug, struct config_gist *out)
{
	const struct tenant *portal = tenants_hold_or_null(s->tenants, t);
	struct str lang = portal && portal->nlanguages ? portal->languages[0] : STR("en");
	struct str title = str_trim(title_in(config_at_or_null(doc, STR("metadata/default/title")), lang));
	auto_buf folded = BUF_INIT(1 << 16);
	text_fold(&folded, title);
	buf_lit(&folded, " ");
	buf_put(&folded, slug);
	const struct json_node *first = json_at(json_get(doc, "resources"), 0);
	struct str source = json_text(json_get(json_get(first, "datasource"), "type"));
	*out = (struct config_gist){ arena_str(a, title.n ? title : slug), arena_str(a, buf_str(&folded)),
		arena_str(a, source.n ? source : first ? STR("realtime") : STR("")) };
	if (portal) tenant_release(s->tenants, portal);
}

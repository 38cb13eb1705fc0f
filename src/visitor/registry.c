/* What a portal declares to store on devices. The platform's four cookies are rows of cookies.def; the
 * language cookie is declared only where there is a choice of languages. */
#include "visitor/visitor.h"

#include "crypt/crypt.h"
#include "json/json.h"

const struct httpd_cookie_spec visitor_cookie_specs[] = {
#define COOKIE(symbol, name_, life, flags_, ...) { .name = (name_), .life_s = (life), .flags = (flags_) },
#include "visitor/cookies.def"
#undef COOKIE
	{ .name = NULL },
};

static const struct visitor_item platform_items[] = {
#define COOKIE(symbol, name_, life, flags_, location_, personal_, function_, purpose_, when_)                 \
	{ .id = { "platform." name_, sizeof("platform." name_) - 1 },                                      \
	  .cookie = VISITOR_##symbol,                                                                      \
	  .spec = &visitor_cookie_specs[VISITOR_##symbol],                                                 \
	  .category = VISITOR_NECESSARY,                                                                   \
	  .location = (location_),                                                                         \
	  .personal = (personal_),                                                                         \
	  .function = (function_),                                                                         \
	  .purpose = (purpose_),                                                                           \
	  .set_when = (when_) },
#include "visitor/cookies.def"
#undef COOKIE
};

/* How the JSON names the trigger of each cookie. */
static const char *const triggers[VISITOR_COOKIES] = {
	[VISITOR_SESSION] = "sign_in",
	[VISITOR_LANGUAGE] = "language_picker",
	[VISITOR_CSRF] = "form",
	[VISITOR_PREFERENCES] = "saved_choice",
};

void visitor_registry(const struct tenant *t, struct str origin, struct visitor_registry *out)
{
	*out = (struct visitor_registry){
		.host = t->host,
		.origin = origin,
		.languages = t->languages,
		.nlanguages = t->nlanguages,
		.contact = tenant_setting(t, "contact"),
		.since = tenant_setting(t, "policy.since"),
		.analytics = tenant_setting_on(t, "policy.analytics"),
	};
	struct str title = tenant_text(t, "title", t->languages[0]);
	struct str provider = tenant_setting(t, "provider");
	out->controller = provider.n ? provider : title.n ? title : t->host;
	out->provider = out->controller;
	for (size_t i = 0; i < COUNT_OF(platform_items); i++)
		if (platform_items[i].cookie != VISITOR_LANGUAGE || t->nlanguages > 1)
			out->items[out->nitems++] = platform_items[i];
}

/* A text in every language of the portal, or in one: {"en":"…","fr":"…"}; keys sorted by bytes. */
static void put_texts(struct json_out *j, const struct visitor_registry *g, const struct str *only, const char *message)
{
	json_open(j, '{');
	struct str last = STR("");
	for (size_t turn = 0; turn < g->nlanguages; turn++) {
		const struct str *next = NULL;
		for (size_t i = 0; i < g->nlanguages; i++)
			if (str_cmp(g->languages[i], last) > 0 && (!next || str_cmp(g->languages[i], *next) < 0))
				next = &g->languages[i];
		if (!next)
			break;
		last = *next;
		const struct i18n_lang *l = i18n_lang_or_null(last);
		if (only && !str_eq(*only, last))
			continue;
		json_key(j, last);
		json_put(j, i18n_text(l ? l : i18n_english(), message));
	}
	json_close(j, '}');
}

static void put_item(struct json_out *j, const struct visitor_registry *g, const struct str *only,
                     const struct visitor_item *item)
{
	const struct httpd_cookie_spec *spec = item->spec;
	json_open(j, '{');
	json_key(j, STR("attributes"));
	json_open(j, '{');
	json_key(j, STR("domain"));
	json_put_null(j);
	json_member_bool(j, "http_only", (spec->flags & HTTPD_COOKIE_HTTP_ONLY) != 0);
	json_member_bool(j, "partitioned", false);
	json_member(j, "path", STR("/"));
	json_member(j, "same_site", STR("Lax"));
	json_member_bool(j, "secure", (spec->flags & HTTPD_COOKIE_SECURE) != 0);
	json_close(j, '}');
	json_member(j, "category", STR("necessary"));
	json_key(j, STR("function"));
	put_texts(j, g, only, item->function);
	json_member(j, "id", item->id);
	json_member(j, "kind", STR("cookie"));
	json_member(j, "legal_basis", STR("necessary"));
	json_key(j, STR("lifetime"));
	json_open(j, '{');
	if (spec->life_s) {
		json_member(j, "refreshed", item->cookie == VISITOR_SESSION ? STR("daily_while_used") : STR("never"));
		json_member_int(j, "seconds", spec->life_s);
		json_member(j, "type", STR("persistent"));
	} else {
		json_member(j, "type", STR("session"));
	}
	json_close(j, '}');
	json_key(j, STR("location"));
	json_open(j, '[');
	if (item->location & VISITOR_FRONT)
		json_put(j, STR("front"));
	if (item->location & VISITOR_BACK)
		json_put(j, STR("back"));
	json_close(j, ']');
	json_member(j, "match", STR("exact"));
	json_member(j, "name", str_of(spec->name));
	json_member(j, "party", STR("first"));
	json_member_bool(j, "personal_data", item->personal);
	json_key(j, STR("provider"));
	json_open(j, '{');
	json_member(j, "name", g->provider);
	json_close(j, '}');
	json_key(j, STR("purpose"));
	put_texts(j, g, only, item->purpose);
	json_key(j, STR("recipients"));
	json_open(j, '[');
	json_close(j, ']');
	json_member(j, "service", STR("platform"));
	json_member(j, "set_when", str_of(triggers[item->cookie]));
	json_member_int(j, "since", 1);
	json_close(j, '}');
}

static void put_policy(struct json_out *j, const struct visitor_registry *g)
{
	json_key(j, STR("policy"));
	json_open(j, '{');
	if (g->since.n)
		json_member(j, "effective", g->since);
	json_member_int(j, "epoch", 1);
	json_key(j, STR("html"));
	json_value(j);
	struct buf *b = j->b;
	buf_put_char(b, '"');
	buf_put(b, g->origin);
	buf_lit(b, "/terms/cookies-policy/\"");
	json_key(j, STR("languages"));
	json_open(j, '[');
	for (size_t i = 0; i < g->nlanguages; i++)
		json_put(j, g->languages[i]);
	json_close(j, ']');
	json_member_int(j, "version", 1);
	json_close(j, '}');
}

static void put_registry(struct buf *b, const struct visitor_registry *g, const struct str *only, struct str hash)
{
	struct json_out out = JSON_OUT(b);
	struct json_out *j = &out;
	json_open(j, '{');
	json_key(j, STR("controller"));
	json_open(j, '{');
	if (g->contact.n)
		json_member(j, "contact", g->contact);
	json_member(j, "name", g->controller);
	json_close(j, '}');
	json_member(j, "domain", g->host);
	if (hash.n)
		json_member(j, "hash", hash);
	json_key(j, STR("items"));
	json_open(j, '[');
	for (size_t i = 0; i < g->nitems; i++)
		put_item(j, g, only, &g->items[i]);
	json_close(j, ']');
	json_member(j, "origin", g->origin);
	put_policy(j, g);
	json_member(j, "schema", STR("cookie-registry/1"));
	json_key(j, STR("services"));
	json_open(j, '[');
	json_close(j, ']');
	json_close(j, '}');
}

enum { DECLARATION_BYTES = 1 << 20 };

void visitor_registry_hash(const struct visitor_registry *g, char out[VISITOR_HASH_TEXT])
{
	auto_buf b = BUF_INIT(DECLARATION_BYTES);
	put_registry(&b, g, NULL, STR(""));
	unsigned char digest[CRYPT_SHA256];
	crypt_sha256(buf_str(&b), digest);
	memcpy(out, "sha256-", 7);
	crypt_hex(digest, CRYPT_SHA256, out + 7);
}

void visitor_registry_put_json(struct buf *b, const struct visitor_registry *g, const struct str *only)
{
	char hash[VISITOR_HASH_TEXT];
	visitor_registry_hash(g, hash);
	put_registry(b, g, only, str_of(hash));
}

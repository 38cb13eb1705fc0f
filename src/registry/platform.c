/* What a portal declares before anybody adds to it: the four cookies of cookies.def and what its settings say of name,
 * languages, contacts and measurement. */
#include "registry/inside.h"
#include "text/text.h"

const struct httpd_cookie_spec registry_cookie_specs[] = {
#define COOKIE(symbol, name_, life, flags_, ...) { .name = (name_), .life_s = (life), .flags = (flags_) },
#include "registry/cookies.def"
#undef COOKIE
	{ .name = NULL },
};

const char *const registry_kind_words[] = { "cookie", "local_storage", "session_storage", "indexed_db", "cache_storage", NULL };
const char *const registry_category_words[] = { "necessary", "statistical", "internal", "third_party", NULL };
const char *const registry_basis_words[] = { "necessary", "audience_exemption", "consent", NULL };
const char *const registry_directive_words[] = { "script", "style", "img", "font", "connect", "frame", "media", "worker", NULL };
const char *const registry_sandbox_words[] = { "allow-forms", "allow-popups", "allow-presentation", "allow-same-origin", "allow-scripts", NULL };
const char *const registry_trigger_words[] = {
	[REGISTRY_SESSION] = "sign_in",
	[REGISTRY_LANGUAGE] = "language_picker",
	[REGISTRY_CSRF] = "form",
	[REGISTRY_PREFERENCES] = "saved_choice",
};

static const struct platform_row {
	struct str id, name, host_name;
	unsigned location;
	bool personal;
	const char *function, *purpose, *set_when;
} rows[REGISTRY_COOKIES] = {
#define COOKIE(symbol, name_, life, flags_, location_, personal_, function_, purpose_, when_)                    \
	[REGISTRY_##symbol] = { .id = { "platform." name_, sizeof("platform." name_) - 1 },                      \
	                        .name = { name_, sizeof(name_) - 1 },                                            \
	                        .host_name = { "__Host-" name_, sizeof("__Host-" name_) - 1 },                   \
	                        .location = (location_),                                                         \
	                        .personal = (personal_),                                                         \
	                        .function = (function_),                                                         \
	                        .purpose = (purpose_),                                                           \
	                        .set_when = (when_) },
#include "registry/cookies.def"
#undef COOKIE
};

bool registry_is_loopback(struct str host)
{
	return str_eq(host, STR("localhost")) || str_ends(host, STR(".localhost")) || str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("[::1]"));
}

bool registry_prefixed(const struct tenant *t)
{
	return !registry_is_loopback(t->host) && str_eq(tenant_setting(t, "cookie_prefix"), STR("host"));
}

/* Settings come from the command line and from forms; a control character has no place in what is signed. */
static struct str clean(struct arena *a, struct str s)
{
	char *copy = arena_bytes(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f)
			copy[n++] = s.p[i];
	return str_make(copy, n);
}

static struct registry_texts say(struct registry_box *b, const char *message)
{
	struct str *of = arena_array(&b->arena, struct str, b->g.nlanguages);
	for (size_t i = 0; i < b->g.nlanguages; i++) {
		const struct i18n_lang *l = i18n_lang_or_null(b->g.languages[i]);
		of[i] = i18n_text(l ? l : i18n_english(), message);
	}
	return (struct registry_texts){ .of = of };
}

size_t registry_platform_items(struct registry_box *b, struct registry_item *out, int64_t since)
{
	struct registry *g = &b->g;
	size_t n = 0;
	for (size_t i = 0; i < REGISTRY_COOKIES; i++) {
		if (i == REGISTRY_LANGUAGE && g->nlanguages < 2)
			continue;
		const struct httpd_cookie_spec *spec = &registry_cookie_specs[i];
		out[n++] = (struct registry_item){
			.id = rows[i].id,
			.kind = REGISTRY_COOKIE,
			.name = g->prefix_mode ? rows[i].host_name : rows[i].name,
			.service = STR("platform"),
			.category = REGISTRY_NECESSARY,
			.basis = REGISTRY_BASIS_NECESSARY,
			.first_party = true,
			.provider = { .name = g->platform_provider },
			.function = say(b, rows[i].function),
			.purpose = say(b, rows[i].purpose),
			.set_when = say(b, rows[i].set_when),
			.trigger = str_of(registry_trigger_words[i]),
			.location = rows[i].location,
			.life_s = i == REGISTRY_PREFERENCES ? num_min(g->choice_days * 86400, spec->life_s) : spec->life_s,
			.refreshed_daily = i == REGISTRY_SESSION,
			.path = STR("/"),
			.secure = (spec->flags & HTTPD_COOKIE_SECURE) != 0,
			.http_only = (spec->flags & HTTPD_COOKIE_HTTP_ONLY) != 0,
			.same_site = STR("Lax"),
			.personal = rows[i].personal,
			.since = since,
			.cookie = (enum registry_cookie)i,
		};
	}
	return n;
}

void registry_recognise(struct registry_box *b, struct registry_item *item)
{
	for (size_t i = 0; i < REGISTRY_COOKIES; i++)
		if (str_eq(item->id, rows[i].id)) {
			item->cookie = (enum registry_cookie)i;
			item->set_when = say(b, rows[i].set_when);
		}
}

static struct str origin_of(struct arena *a, struct str host, int port)
{
	if (!registry_is_loopback(host))
		return arena_join(a, STR("https://"), host);
	if (port == 0 || port == 80)
		return arena_join(a, STR("http://"), host);
	return arena_printf(a, "http://%.*s:%d", STR_ARG(host), port);
}

static struct str first_of(struct str a, struct str b) { return a.n ? a : b; }

void registry_from_settings(struct registry_box *b, const struct tenant *t, int port)
{
	struct registry *g = &b->g;
	struct arena *a = &b->arena;
	struct str *languages = arena_array(a, struct str, t->nlanguages);
	for (size_t i = 0; i < t->nlanguages; i++)
		languages[i] = arena_str(a, t->languages[i]);
	g->tenant = t->id;
	g->host = arena_str(a, t->host);
	g->origin = origin_of(a, t->host, port);
	g->languages = languages;
	g->nlanguages = t->nlanguages;
	g->development = registry_is_loopback(t->host);
	g->prefix_mode = registry_prefixed(t);
	struct str title = clean(a, tenant_text(t, "title", t->languages[0]));
	struct str runner = first_of(clean(a, tenant_setting(t, "provider")), first_of(title, g->host));
	g->platform_provider = first_of(clean(a, tenant_setting(t, "platform.provider_name")), runner);
	g->controller = first_of(b->own.controller, runner);
	g->contact = first_of(b->own.contact, clean(a, tenant_setting(t, "contact")));
	g->protection_contact = first_of(b->own.protection_contact, clean(a, tenant_setting(t, "protection_contact")));
	g->audience = tenant_setting_on(t, "audience.enabled");
	g->audience_days = tenant_number(t, "audience.retention_days");
	g->choice_days = tenant_number(t, "consent.validity_days");
	g->honours_dnt = tenant_setting_on(t, "honour_dnt");
}

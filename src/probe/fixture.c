/* Portals and people for tests. The body of POST /fixture:
 *	domains:    [{"host", "aliases":[…], "settings":{name: value}}]     made, or changed when they exist
 *	users:      [{"host", "email", "name", "password", "role", "totp"}] active; the password as given or as
 *	                    a hash "pbkdf2_sha256$…"; the secret of an authenticator in base32, or none
 *	sessions:   [{"host", "email", "remember", "factors"}]              answered with their ids
 *	registries: [{"host", "registry":{…}}]                              published as an administrator would */
#include "account/account.h"
#include "probe/inside.h"

enum { FIXTURE_TEXT = 4 << 20 };

static struct str text_of(const struct json_node *n, const char *key) { return json_text(json_get(n, key)); }

static bool hold(struct site *s, const struct json_node *n, const struct tenant **out, struct err *e)
{
	*out = tenants_find_or_null(s->tenants, text_of(n, "host"));
	if (!*out) return err_set(e, ERR_PARAMETER, "host: no portal answers at %.*s", STR_ARG(text_of(n, "host")));
	return true;
}

static bool make_domain(struct site *s, const struct json_node *n, struct arena *a, struct err *e)
{
	const struct json_node *settings = json_get(n, "settings"), *value, *aliases = json_get(n, "aliases");
	size_t at = 0, k = 0;
	struct tenant_setting_value *values = arena_array(a, struct tenant_setting_value, json_count(settings) + 1);
	while (json_each(settings, &at, &values[k].name, &value)) values[k++].value = json_text(value);
	struct str *others = arena_array(a, struct str, json_count(aliases) + 1);
	for (size_t i = 0; i < json_count(aliases); i++) others[i] = json_text(json_at(aliases, i));
	struct tenant_id id;
	const struct tenant *t = tenants_find_or_null(s->tenants, text_of(n, "host"));
	if (!t) return tenant_add(s->tenants, text_of(n, "host"), others, json_count(aliases), values, k, &id, e);
	id = t->id;
	tenant_release(s->tenants, t);
	return tenant_set(s->tenants, id, values, k, e);
}

static bool make_user(struct site *s, const struct json_node *n, struct arena *a, struct err *e)
{
	const struct tenant *t;
	if (!hold(s, n, &t, e)) return false;
	struct account_scene scene = { .as = s->accounts, .vault = s->vault, .events = s->events, .tenant = t, .lang = i18n_english(), .arena = a };
	bool ok = account_plant(&scene, text_of(n, "email"), text_of(n, "name"), text_of(n, "role"), text_of(n, "password"), text_of(n, "totp"), e);
	tenant_release(s->tenants, t);
	return ok;
}

static bool publish(struct site *s, const struct json_node *n, struct json_out *out, struct err *e)
{
	const struct tenant *t;
	const struct registry *now;
	int64_t version = 0;
	auto_buf b = BUF_INIT(FIXTURE_TEXT);
	if (!hold(s, n, &t, e)) return false;
	json_put_node(&b, json_get(n, "registry"));
	bool ok = registry_hold(s->registries, t, &now, e);
	if (ok) {
		ok = registry_publish(s->registries, t, buf_str(&b), now->hash, text_of(n, "note"), STR("administrator"), (struct instant){ 0 }, &version, e);
		registry_release(s->registries, now);
	}
	if (ok) tenants_bump(s->tenants, t->id);
	tenant_release(s->tenants, t);
	json_put_int(out, version);
	return ok;
}

static bool make_session(struct site *s, const struct json_node *n, struct json_out *out, struct err *e)
{
	const struct tenant *t;
	struct session made;
	char id[SESSION_ID_TEXT];
	if (!hold(s, n, &t, e)) return false;
	struct session_birth b = { .factors = SESSION_PASSWORD, .remember = json_bool(json_get(n, "remember"), false),
	                           .user_agent = STR("Firefox/140.0 (Linux)") };
	bool ok = account_id(s->accounts, t->id, text_of(n, "email"), &b.account, e) && session_create(s->sessions, t, &b, id, &made, e);
	tenant_release(s->tenants, t);
	if (ok) json_put(out, str_of(id));
	return ok;
}

bool probe_fixture(struct site *s, const struct json_node *root, struct arena *a, struct json_out *out, struct err *e)
{
	const struct json_node *domains = json_get(root, "domains"), *users = json_get(root, "users");
	for (size_t i = 0; i < json_count(domains); i++)
		if (!make_domain(s, json_at(domains, i), a, e)) return false;
	for (size_t i = 0; i < json_count(users); i++)
		if (!make_user(s, json_at(users, i), a, e)) return false;
	json_open(out, '{');
	json_key(out, STR("versions"));
	json_open(out, '[');
	const struct json_node *registries = json_get(root, "registries");
	for (size_t i = 0; i < json_count(registries); i++)
		if (!publish(s, json_at(registries, i), out, e)) return false;
	json_close(out, ']');
	json_key(out, STR("sessions"));
	json_open(out, '[');
	const struct json_node *sessions = json_get(root, "sessions");
	for (size_t i = 0; i < json_count(sessions); i++)
		if (!make_session(s, json_at(sessions, i), out, e)) return false;
	json_close(out, ']');
	json_close(out, '}');
	return true;
}

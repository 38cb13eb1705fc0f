/* stoa sso list, set, remove, test: the identity providers of a portal. */
#include "cli/inside.h"
#include "io/io.h"
#include "json/json.h"
#include "sso/sso.h"
#include "visitor/visitor.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }
enum { FILE_BYTES = 512 * 1024 };

/* The portal stays held until release. */
static bool open_scene(struct cli *c, struct sso_scene *out, struct err *e)
{
	const struct tenant *t;
	if (!cli_portal(c, &t, e)) return false;
	*out = (struct sso_scene){ .store = c->site->store, .vault = c->site->vault, .events = c->site->events, .conf = c->conf, .tenant = t,
		                   .origin = visitor_origin(&c->arena, t->host, c->site->listen_port), .cancel_or_null = c->cancel, .arena = &c->arena };
	return true;
}

static bool close_scene(struct cli *c, struct sso_scene *s, bool ok)
{
	tenant_release(c->site->tenants, s->tenant);
	return ok;
}

static const char *kind_word(const struct sso_provider *p) { return p->kind == SSO_SAML ? "saml" : "oidc"; }

/* --- list ------------------------------------------------------------------------------------------ */

static void put_json(struct cli *c, const struct sso_provider *all, size_t n)
{
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		struct sso_field f;
		json_open(&j, '{');
		json_member(&j, "id", all[i].id);
		json_member(&j, "kind", str_of(kind_word(&all[i])));
		json_member_bool(&j, "has_secret", all[i].has_secret);
		for (size_t k = 0; sso_field(k, &all[i], &f); k++) {
			if (all[i].kind == SSO_OIDC ? !f.oidc : !f.saml) continue;
			json_key(&j, str_of(f.name));
			if (f.is_switch) json_put_bool(&j, str_eq(f.value, STR("true")));
			else json_put(&j, f.value);
		}
		json_close(&j, '}');
	}
	json_close(&j, ']');
	cli_say(c, "%s", "");
}

static bool list(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "ID", "KIND", "ON", "LABEL", "ISSUER", "MAKES ACCOUNTS", "SECRET" };
	struct sso_scene s;
	struct sso_provider *all;
	size_t n;
	if (!open_scene(c, &s, e)) return false;
	if (!close_scene(c, &s, sso_provider_list(&s, &all, &n, e))) return false;
	if (cli_has(c, "json")) {
		put_json(c, all, n);
		return true;
	}
	struct cli_table *t = cli_table_new(c, COUNT_OF(headings), headings, 0);
	for (size_t i = 0; i < n; i++) {
		cli_table_cell(t, all[i].id);
		cli_table_cell(t, str_of(kind_word(&all[i])));
		cli_table_cell(t, all[i].enabled ? STR("yes") : STR("no"));
		cli_table_cell(t, all[i].label);
		cli_table_cell(t, all[i].issuer);
		cli_table_cell(t, all[i].provision ? STR("yes") : STR("no"));
		cli_table_cell(t, all[i].has_secret ? STR("yes") : STR("no"));
	}
	cli_table_print(t);
	return true;
}

static const struct cli_option list_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_sso_list = {
	.words = "sso list", .operands = "", .summary = "Lists the identity providers of a portal, without their secrets.", .detail = "",
	.options = list_options, .run = list,
};

/* --- set -------------------------------------------------------------------------------------------- */

static bool read_value(struct cli *c, struct str value, struct str *out, struct err *e)
{
	*out = value;
	if (!str_starts(value, STR("@"))) return true;
	return io_read(&c->arena, cli_path(c, str_from(value, 1)).p, FILE_BYTES, out, e) || err_set(e, ERR_USAGE, "the file %.*s cannot be read", STR_ARG(str_from(value, 1)));
}

static bool read_fields(struct cli *c, struct sso_provider *p, struct str *secret, struct err *e)
{
	for (size_t i = 1; i < c->noperands; i++) {
		struct str word = c->operands[i], value;
		ptrdiff_t at = str_find_char(word, '=');
		if (at <= 0) return err_set(e, ERR_USAGE, "\"%.*s\" is not NAME=VALUE", STR_ARG(word));
		struct str name = str_sub(word, 0, (size_t)at);
		if (!read_value(c, str_from(word, (size_t)at + 1), &value, e)) return false;
		if (str_eq(name, STR("secret"))) *secret = str_trim(value);
		else if (!sso_field_set(&c->arena, p, name, value, e)) return false;
	}
	return true;
}

static bool set(struct cli *c, struct err *e)
{
	struct sso_scene s;
	struct sso_provider p;
	struct err none = { 0 };
	struct str kind = cli_value(c, "kind"), secret = STR("");
	if (kind.n && !str_eq(kind, STR("oidc")) && !str_eq(kind, STR("saml"))) return err_set(e, ERR_USAGE, "--kind is oidc or saml");
	if (!open_scene(c, &s, e)) return false;
	bool had = sso_provider_get(&s, c->operands[0], &p, &none);
	bool ok = had || none.code == ERR_NOT_FOUND;
	if (!ok) *e = none;
	if (ok && !had) {
		if (!kind.n) ok = err_set(e, ERR_USAGE, "there is no provider %.*s yet; --kind oidc or --kind saml makes one", STR_ARG(c->operands[0]));
		sso_provider_new(&p, c->operands[0], str_eq(kind, STR("saml")) ? SSO_SAML : SSO_OIDC);
	}
	ok = ok && read_fields(c, &p, &secret, e) && sso_provider_put(&s, &p, secret, e);
	if (ok && p.kind == SSO_OIDC)
		cli_say(c, "%.*s is set; its redirect address there is %.*s/oidc/authenticate", STR_ARG(p.id), STR_ARG(s.origin));
	else if (ok)
		cli_say(c, "%.*s is set; the portal's metadata for it is at %.*s/saml2/metadata.xml", STR_ARG(p.id), STR_ARG(s.origin));
	return close_scene(c, &s, ok);
}

static const struct cli_option set_options[] = { PORTAL_OPTION, { "kind", "KIND", 0, "oidc or saml; needed for a new one." }, { 0 } };
const struct cli_command cli_cmd_sso_set = {
	.words = "sso set", .operands = "ID NAME=VALUE…", .least = 1, .most = -1, .summary = "Adds or changes an identity provider.",
	.detail = "ID is in addresses and stays: small letters, digits, hyphens. NAME=@FILE takes the value from a file. Names: secret (of the client), label, enabled, "
	          "provision, role, condition_claim, condition_value, profile_url; for oidc: issuer, client_id, scopes, claims, discovery; for saml: metadata, entity_id, "
	          "id_attribute, email_attribute, first_attribute, last_attribute, name_attribute.",
	.options = set_options, .run = set,
};

/* --- remove and test --------------------------------------------------------------------------------- */

static bool remove_one(struct cli *c, struct err *e)
{
	struct sso_scene s;
	if (!open_scene(c, &s, e)) return false;
	bool ok = close_scene(c, &s, sso_provider_remove(&s, c->operands[0], e));
	if (ok) cli_say(c, "%.*s is gone; accounts that signed in by it stay", STR_ARG(c->operands[0]));
	return ok;
}

static bool test(struct cli *c, struct err *e)
{
	struct sso_scene s;
	struct sso_provider p;
	struct sso_finding *all;
	size_t n;
	if (!open_scene(c, &s, e)) return false;
	if (!close_scene(c, &s, sso_provider_get(&s, c->operands[0], &p, e) && sso_provider_test(&s, &p, &all, &n, e))) return false;
	for (size_t i = 0; i < n; i++) {
		struct str text = sso_finding_text(&all[i], i18n_english(), &c->arena);
		cli_say(c, "%s  %.*s", all[i].good ? "ok  " : "BAD ", STR_ARG(text));
		if (!all[i].good) c->exit_code = 1;
	}
	return true;
}

static const struct cli_option portal_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_sso_remove = {
	.words = "sso remove", .operands = "ID", .least = 1, .most = 1, .summary = "Removes an identity provider; accounts stay.", .detail = "",
	.options = portal_options, .run = remove_one,
};
const struct cli_command cli_cmd_sso_test = {
	.words = "sso test", .operands = "ID", .least = 1, .most = 1, .summary = "Tries an identity provider as far as that goes without a person.",
	.detail = "Exit code 1 when something is BAD.", .options = portal_options, .run = test,
};

/* stoa portal add, list, set, remove. */
#include "account/account.h"
#include "cli/inside.h"
#include "json/json.h"
#include "transfer/transfer.h"

/* "title.fr=Ma ville" or two words apart. */
static bool split_setting(struct str text, struct tenant_setting_value *out, struct err *e)
{
	ptrdiff_t equals = str_find_char(text, '=');
	if (equals <= 0) return err_set(e, ERR_USAGE, "\"%.*s\" is no setting; write NAME=VALUE, as title=\"My town\"", STR_ARG(text));
	*out = (struct tenant_setting_value){ str_sub(text, 0, (size_t)equals), str_from(text, (size_t)equals + 1) };
	return true;
}

static bool read_settings(struct cli *c, const struct str *texts, size_t n, struct tenant_setting_value **out, struct err *e)
{
	*out = arena_array(&c->arena, struct tenant_setting_value, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!split_setting(texts[i], &(*out)[i], e)) return false;
	return true;
}

/* --- add ----------------------------------------------------------------------------------------- */

static void say_added(struct cli *c, struct str host, struct str email, const char *password_or_null)
{
	if (!cli_has(c, "json")) {
		cli_say(c, "portal %.*s is there", STR_ARG(host));
		if (password_or_null) cli_say(c, "administrator %.*s, one-time password %s", STR_ARG(email), password_or_null);
		return;
	}
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '{');
	json_member(&j, "portal", host);
	if (password_or_null) {
		json_key(&j, STR("admin"));
		json_open(&j, '{');
		json_member(&j, "email", email);
		json_member(&j, "password", str_of(password_or_null));
		json_close(&j, '}');
	}
	json_close(&j, '}');
	cli_say(c, "%s", "");
}

/* Days and hours depend on it, and nothing else asks for it. */
static void say_zone(struct cli *c, struct str host, const struct tenant_setting_value *given, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(given[i].name, STR("timezone"))) return;
	cli_note(c, "its times are those of UTC; `stoa portal set %.*s timezone=Europe/Paris` gives it another zone", STR_ARG(host));
}

static bool add(struct cli *c, struct err *e)
{
	struct str *aliases, *texts, host = c->operands[0], email = cli_value(c, "admin");
	size_t naliases = cli_values(c, "alias", &c->arena, &aliases), nsettings = cli_values(c, "set", &c->arena, &texts);
	struct tenant_setting_value *settings;
	struct tenant_id id;
	char password[ACCOUNT_PASSWORD_TEXT];
	if (!read_settings(c, texts, nsettings, &settings, e)) return false;
	if (!tenant_add(c->site->tenants, host, aliases, naliases, settings, nsettings, &id, e)) return false;
	if (email.n && !account_add(c->site->accounts, id, email, STR(""), STR("admin"), password, e)) return false;
	say_added(c, host, email, email.n ? password : NULL);
	say_zone(c, host, settings, nsettings);
	return true;
}

static const struct cli_option add_options[] = {
	{ "alias", "HOST", CLI_REPEAT, "Another name that the portal answers at." },
	{ "set", "NAME=VALUE", CLI_REPEAT, "A setting; see `stoa portal set --help`." },
	{ "admin", "EMAIL", 0, "Makes the first administrator and prints a one-time password." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_portal_add = {
	.words = "portal add", .operands = "HOST", .least = 1, .most = 1, .flags = CLI_FRESH,
	.summary = "Makes a portal that answers at a host name.", .detail = "", .options = add_options, .run = add,
};

/* --- list ---------------------------------------------------------------------------------------- */

static bool list_one(struct cli *c, struct tenant_id id, struct json_out *j, struct cli_table *t, struct err *e)
{
	const struct catalog_view *view;
	const struct tenant *p = tenants_hold_or_null(c->site->tenants, id);
	if (!p) return true; /* removed meanwhile */
	if (!catalog_hold(c->site->catalog, id, &view, e)) {
		tenant_release(c->site->tenants, p);
		return false;
	}
	auto_buf aliases = BUF_INIT(1 << 16);
	for (size_t i = 0; i < p->naliases; i++) buf_printf(&aliases, "%s%.*s", i ? " " : "", STR_ARG(p->aliases[i]));
	struct str state = p->removed.us ? STR("removed") : p->restoring.us ? STR("restoring") : p->suspended ? STR("suspended") : STR("open");
	if (j) {
		json_open(j, '{');
		json_member(j, "portal", p->host);
		json_key(j, STR("aliases"));
		json_open(j, '[');
		for (size_t i = 0; i < p->naliases; i++) json_put(j, p->aliases[i]);
		json_close(j, ']');
		json_member(j, "title", tenant_setting(p, "title"));
		json_member(j, "languages", tenant_setting(p, "languages"));
		json_member_int(j, "datasets", (int64_t)view->n);
		json_member(j, "state", state);
		json_close(j, '}');
	} else {
		cli_table_cell(t, p->host);
		cli_table_cell(t, tenant_setting(p, "title"));
		cli_table_cell(t, tenant_setting(p, "languages"));
		cli_table_cell(t, arena_printf(&c->arena, "%zu", view->n));
		cli_table_cell(t, state);
		cli_table_cell(t, buf_str(&aliases));
	}
	catalog_release(c->site->catalog, view);
	tenant_release(c->site->tenants, p);
	return true;
}

static bool list(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "PORTAL", "TITLE", "LANGUAGES", "DATASETS", "STATE", "ALSO AT" };
	struct tenant_id *ids;
	size_t n = tenants_list(c->site->tenants, &c->arena, &ids);
	struct json_out j = JSON_OUT(&c->text);
	bool json = cli_has(c, "json");
	struct cli_table *t = cli_table_new(c, COUNT_OF(headings), headings, 1u << 3);
	if (json) json_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		if (!list_one(c, ids[i], json ? &j : NULL, t, e)) return false;
	if (json) {
		json_close(&j, ']');
		cli_say(c, "%s", "");
	} else {
		cli_table_print(t);
	}
	return true;
}

static const struct cli_option list_options[] = { { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_portal_list = {
	.words = "portal list", .operands = "", .summary = "Lists the portals.", .detail = "", .flags = CLI_LOOKS, .options = list_options, .run = list,
};

/* --- set ----------------------------------------------------------------------------------------- */

static bool set(struct cli *c, struct err *e)
{
	struct tenant_setting_value *settings;
	struct str *more;
	size_t nmore = cli_values(c, "set", &c->arena, &more), n = c->noperands - 1 + nmore;
	struct str *texts = arena_array(&c->arena, struct str, n + 1);
	for (size_t i = 0; i < n; i++) texts[i] = i < nmore ? more[i] : c->operands[1 + i - nmore];
	if (n == 0) return err_set(e, ERR_USAGE, "`stoa portal set` needs HOST NAME=VALUE…");
	if (!read_settings(c, texts, n, &settings, e)) return false;
	const struct tenant *p = tenants_find_or_null(c->site->tenants, c->operands[0]);
	if (!p) return err_set(e, ERR_NO_PORTAL, "no portal answers at \"%.*s\"; `stoa portal list` shows the portals", STR_ARG(c->operands[0]));
	struct tenant_id id = p->id;
	const struct registry *g = NULL;
	bool ok = registry_hold(c->site->registries, p, &g, e);
	for (size_t i = 0; ok && i < n; i++) ok = str_find_char(settings[i].value, '<') < 0 || registry_check_markup(g, settings[i].value, e);
	registry_release(c->site->registries, g);
	tenant_release(c->site->tenants, p);
	return ok && tenant_set(c->site->tenants, id, settings, n, e);
}

static const struct cli_option set_options[] = { { "set", "NAME=VALUE", CLI_REPEAT, "The same, as `stoa portal add` takes it." }, { 0 } };
const struct cli_command cli_cmd_portal_set = {
	.words = "portal set", .operands = "HOST NAME=VALUE…", .least = 1, .most = -1,
	.summary = "Changes settings of a portal; an empty value takes a setting back.",
	.detail = tenant_settings_help,
	.options = set_options, .run = set,
};

/* --- remove -------------------------------------------------------------------------------------- */

static bool remove_portal(struct cli *c, struct err *e)
{
	const struct tenant *p = tenants_find_or_null(c->site->tenants, c->operands[0]);
	if (!p) return err_set(e, ERR_NO_PORTAL, "no portal answers at \"%.*s\"; `stoa portal list` shows the portals", STR_ARG(c->operands[0]));
	struct tenant_id id = p->id;
	tenant_release(c->site->tenants, p);
	if (!cli_has(c, "yes"))
		return err_set(e, ERR_USAGE, "this closes the portal and, %d days later, deletes it with its datasets and accounts; add --yes to do it", TENANT_KEPT_DAYS);
	/* The files go with the next start: somebody may be reading them now. */
	if (!cli_has(c, "now")) return tenant_put_away(c->site->tenants, id, true, e);
	return transfer_backups_remove(c->site, id, e) && tenant_remove(c->site->tenants, id, e);
}

static const struct cli_option remove_options[] = { { "yes", NULL, 0, "Really does it." }, { "now", NULL, 0, "Deletes everything at once; nothing brings it back." }, { 0 } };
const struct cli_command cli_cmd_portal_remove = {
	.words = "portal remove", .operands = "HOST", .least = 1, .most = 1,
	.summary = "Closes a portal, and deletes it with all its datasets and accounts 30 days later.",
	.detail = "Until then `stoa portal restore` brings it back, and its host names stay taken.", .options = remove_options, .run = remove_portal,
};

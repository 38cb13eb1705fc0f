/* stoa user add, password, list. */
#include "account/account.h"
#include "cli/inside.h"
#include "json/json.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }

static bool tenant_of(struct cli *c, struct tenant_id *out, struct err *e)
{
	const struct tenant *p;
	if (!cli_portal(c, &p, e)) return false;
	*out = p->id;
	tenant_release(c->site->tenants, p);
	return true;
}

static void say_password(struct cli *c, struct str email, const char *password)
{
	if (cli_has(c, "json")) {
		struct json_out j = JSON_OUT(&c->text);
		json_open(&j, '{');
		json_member(&j, "email", email);
		json_member(&j, "password", str_of(password));
		json_close(&j, '}');
		cli_say(c, "%s", "");
	} else {
		cli_say(c, "%.*s, one-time password %s", STR_ARG(email), password);
	}
}

static bool permit(struct cli *c, const struct account_change *more, struct err *e)
{
	const struct tenant *t;
	int64_t id;
	if (!cli_portal(c, &t, e)) return false;
	struct account_scene scene = { .as = c->site->accounts, .events = c->site->events, .tenant = t, .lang = i18n_english(), .arena = &c->arena };
	bool ok = account_id(c->site->accounts, t->id, c->operands[0], &id, e) && account_change(&scene, id, more, e);
	tenant_release(c->site->tenants, t);
	return ok;
}

static bool add(struct cli *c, struct err *e)
{
	struct tenant_id id;
	char password[ACCOUNT_PASSWORD_TEXT];
	struct str role = cli_has(c, "role") ? cli_value(c, "role") : STR("member");
	struct account_change more = { .flags = ACCOUNT_SET_PERMISSIONS };
	if (!account_permissions_read(cli_value(c, "permissions"), &more.own, e) || !tenant_of(c, &id, e)) return false;
	if (!account_add(c->site->accounts, id, c->operands[0], cli_value(c, "name"), role, password, e)) return false;
	if (more.own && !permit(c, &more, e)) return false;
	say_password(c, c->operands[0], password);
	return true;
}

static const struct cli_option add_options[] = {
	PORTAL_OPTION,
	{ "role", "ROLE", 0, "admin, publisher or member (the default)." },
	{ "name", "NAME", 0, "How the person is called." },
	{ "permissions", "LIST", 0, "Permissions beside those of the role, comma list such as create_dataset,edit_domain." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_user_add = {
	.words = "user add", .operands = "EMAIL", .least = 1, .most = 1,
	.summary = "Makes an account on a portal and prints a one-time password.", .detail = "", .options = add_options, .run = add,
};

static bool password(struct cli *c, struct err *e)
{
	struct tenant_id id;
	char fresh[ACCOUNT_PASSWORD_TEXT];
	if (!tenant_of(c, &id, e) || !account_password(c->site->accounts, id, c->operands[0], fresh, e)) return false;
	say_password(c, c->operands[0], fresh);
	return true;
}

static const struct cli_option password_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_user_password = {
	.words = "user password", .operands = "EMAIL", .least = 1, .most = 1,
	.summary = "Gives an account a fresh one-time password.", .detail = "", .options = password_options, .run = password,
};

static bool list(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "EMAIL", "NAME", "ROLE", "STATE", "PASSWORD", "SECOND FACTOR" };
	struct tenant_id id;
	struct account *all;
	size_t n;
	if (!tenant_of(c, &id, e) || !account_list(c->site->store, id, &c->arena, &all, &n, e)) return false;
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *t = cli_table_new(c, COUNT_OF(headings), headings, 0);
	bool json = cli_has(c, "json");
	if (json) json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (!json) {
			cli_table_cell(t, all[i].email);
			cli_table_cell(t, all[i].name);
			cli_table_cell(t, all[i].role);
			cli_table_cell(t, all[i].expired ? STR("expired") : str_of(account_state_word(all[i].state)));
			cli_table_cell(t, !all[i].has_password ? STR("none") : all[i].must_change ? STR("one-time") : STR("own"));
			cli_table_cell(t, all[i].second_factor ? STR("on") : STR("off"));
			continue;
		}
		json_open(&j, '{');
		json_member(&j, "email", all[i].email);
		json_member(&j, "name", all[i].name);
		json_member(&j, "role", all[i].role);
		json_member_bool(&j, "must_change", all[i].must_change);
		json_member(&j, "state", str_of(account_state_word(all[i].state)));
		json_member_bool(&j, "expired", all[i].expired);
		json_member_bool(&j, "second_factor", all[i].second_factor);
		json_member(&j, "permissions", account_permissions_text(&c->arena, all[i].own));
		json_close(&j, '}');
	}
	if (json) json_close(&j, ']'), cli_say(c, "%s", "");
	else cli_table_print(t);
	return true;
}

static const struct cli_option list_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_user_list = {
	.words = "user list", .operands = "", .summary = "Lists the accounts of a portal.", .detail = "", .flags = CLI_LOOKS, .options = list_options, .run = list,
};

/* stoa group add, list, remove, join, leave. */
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

static bool add(struct cli *c, struct err *e)
{
	struct tenant_id t;
	return tenant_of(c, &t, e) && account_group_add(c->site->accounts, t, c->operands[0], 0, e);
}

/* Rules of the group are gone with it, so the catalogue is told anew. */
static bool remove_group(struct cli *c, struct err *e)
{
	struct tenant_id t;
	return tenant_of(c, &t, e) && account_group_remove(c->site->accounts, t, c->operands[0], e) && catalog_renew(c->site->catalog, t, e);
}

static bool join(struct cli *c, struct err *e)
{
	struct tenant_id t;
	return tenant_of(c, &t, e) && account_group_join(c->site->accounts, t, c->operands[0], c->operands[1], e);
}

static bool leave(struct cli *c, struct err *e)
{
	struct tenant_id t;
	return tenant_of(c, &t, e) && account_group_leave(c->site->accounts, t, c->operands[0], c->operands[1], e);
}

static bool list(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "GROUP", "MEMBERS" };
	struct tenant_id t;
	struct account_group *all;
	size_t n;
	if (!tenant_of(c, &t, e) || !account_group_list(c->site->accounts, t, &c->arena, &all, &n, e)) return false;
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 0);
	bool json = cli_has(c, "json");
	if (json) json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		auto_buf members = BUF_INIT(1 << 20);
		if (json) {
			json_open(&j, '{');
			json_member(&j, "group", all[i].name);
			json_key(&j, STR("members"));
			json_open(&j, '[');
		}
		for (size_t k = 0; k < all[i].nmembers; k++) {
			if (json) json_put(&j, all[i].members[k]);
			else buf_printf(&members, "%s%.*s", k ? " " : "", STR_ARG(all[i].members[k]));
		}
		if (json) {
			json_close(&j, ']');
			json_close(&j, '}');
			continue;
		}
		cli_table_cell(table, all[i].name);
		cli_table_cell(table, buf_str(&members));
	}
	if (json) json_close(&j, ']'), cli_say(c, "%s", "");
	else cli_table_print(table);
	return true;
}

static const struct cli_option options[] = { PORTAL_OPTION, { 0 } };
static const struct cli_option list_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };

const struct cli_command cli_cmd_group_add = {
	.words = "group add", .operands = "NAME", .least = 1, .most = 1,
	.summary = "Makes a group of accounts, for rules that hold for several people.", .detail = "", .options = options, .run = add,
};
const struct cli_command cli_cmd_group_list = {
	.words = "group list", .operands = "", .summary = "Lists the groups of a portal and who is in them.", .detail = "",
	.options = list_options, .run = list,
};
const struct cli_command cli_cmd_group_remove = {
	.words = "group remove", .operands = "NAME", .least = 1, .most = 1,
	.summary = "Deletes a group, with the rules that were made for it.", .detail = "", .options = options, .run = remove_group,
};
const struct cli_command cli_cmd_group_join = {
	.words = "group join", .operands = "NAME EMAIL", .least = 2, .most = 2,
	.summary = "Puts an account into a group.", .detail = "", .options = options, .run = join,
};
const struct cli_command cli_cmd_group_leave = {
	.words = "group leave", .operands = "NAME EMAIL", .least = 2, .most = 2,
	.summary = "Takes an account out of a group.", .detail = "", .options = options, .run = leave,
};

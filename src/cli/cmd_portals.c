/* stoa portal hosts, suspend, resume, restore, parent: what happens to a portal as a whole, as the pages at /backoffice/portals/ do it. */
#include "cli/inside.h"
#include "transfer/transfer.h"

static const struct cli_option no_options[] = { { 0 } };

static bool find(struct cli *c, struct str host, const struct tenant **out, struct err *e)
{
	*out = tenants_find_or_null(c->site->tenants, host);
	return *out || err_set(e, ERR_NO_PORTAL, "no portal answers at \"%.*s\"; `stoa portal list` shows the portals", STR_ARG(host));
}

static bool id_of(struct cli *c, struct str host, struct tenant_id *out, struct err *e)
{
	const struct tenant *t;
	if (!find(c, host, &t, e)) return false;
	*out = t->id;
	tenant_release(c->site->tenants, t);
	return true;
}

/* --- hosts ------------------------------------------------------------------------------------------- */

static bool hosts(struct cli *c, struct err *e)
{
	const struct tenant *t;
	if (!find(c, c->operands[0], &t, e)) return false;
	struct tenant_id id = t->id;
	if (c->noperands == 1) {
		cli_say(c, "%.*s", STR_ARG(t->host));
		for (size_t i = 0; i < t->naliases; i++) cli_say(c, "%.*s", STR_ARG(t->aliases[i]));
	}
	tenant_release(c->site->tenants, t);
	return c->noperands == 1 || transfer_rename(c->site, id, c->operands + 1, c->noperands - 1, e);
}

const struct cli_command cli_cmd_portal_hosts = {
	.words = "portal hosts", .operands = "HOST [NAME…]", .least = 1, .most = 1 + TENANT_HOSTS,
	.summary = "Shows the host names of a portal, or gives it others.",
	.detail = "With names, these are all it answers at from now on: the first is its own, and links to the others lead there. To rename a portal, "
	          "give the new name first and the former one behind it.",
	.options = no_options, .run = hosts,
};

/* --- suspend, resume, restore ---------------------------------------------------------------------------- */

static bool suspend(struct cli *c, struct err *e)
{
	struct tenant_id id;
	return id_of(c, c->operands[0], &id, e) && tenant_suspend(c->site->tenants, id, true, e);
}

static bool resume(struct cli *c, struct err *e)
{
	struct tenant_id id;
	return id_of(c, c->operands[0], &id, e) && tenant_suspend(c->site->tenants, id, false, e);
}

static bool restore(struct cli *c, struct err *e)
{
	struct tenant_id id;
	return id_of(c, c->operands[0], &id, e) && tenant_put_away(c->site->tenants, id, false, e);
}

const struct cli_command cli_cmd_portal_suspend = {
	.words = "portal suspend", .operands = "HOST", .least = 1, .most = 1,
	.summary = "Closes a portal for the time being: readers get a page that says so.", .detail = "Nothing is lost; `stoa portal resume` opens it again.", .options = no_options, .run = suspend,
};
const struct cli_command cli_cmd_portal_resume = {
	.words = "portal resume", .operands = "HOST", .least = 1, .most = 1,
	.summary = "Opens a portal that was suspended.", .detail = "", .options = no_options, .run = resume,
};
const struct cli_command cli_cmd_portal_restore = {
	.words = "portal restore", .operands = "HOST", .least = 1, .most = 1,
	.summary = "Brings a portal back that was removed within the last 30 days.", .detail = "", .options = no_options, .run = restore,
};

/* --- parent -------------------------------------------------------------------------------------------------- */

static bool parent(struct cli *c, struct err *e)
{
	struct tenant_id id, of = { 0 };
	bool none = cli_has(c, "none");
	if (none == (c->noperands == 2)) return err_set(e, ERR_USAGE, "`stoa portal parent` needs HOST and PARENT, or HOST and --none");
	return id_of(c, c->operands[0], &id, e) && (none || id_of(c, c->operands[1], &of, e)) && tenant_give_to(c->site->tenants, id, of, e);
}

static const struct cli_option parent_options[] = { { "none", NULL, 0, "Nobody else runs it from now on." }, { 0 } };
const struct cli_command cli_cmd_portal_parent = {
	.words = "portal parent", .operands = "HOST [PARENT]", .least = 1, .most = 2,
	.summary = "Says from which portal's back office another portal is run.",
	.detail = "Whoever has the permission manage_subdomains at PARENT may then name, bound, suspend and remove HOST at /backoffice/portals/. Portals made there "
	          "are run from there already.",
	.options = parent_options, .run = parent,
};

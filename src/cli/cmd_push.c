/* stoa push enable, disable, key, status. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "json/json.h"
#include "live/live.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }

static bool tenant_of(struct cli *c, struct tenant_id *out, struct err *e)
{
	const struct tenant *p;
	if (!cli_portal(c, &p, e)) return false;
	*out = p->id;
	tenant_release(c->site->tenants, p);
	return true;
}

/* The address to push to; the key is in it, once. */
static bool say_address(struct cli *c, struct tenant_id t, struct str slug, const struct live_key *key, struct err *e)
{
	struct live_status now;
	if (!live_status(c->site, t, slug, &c->arena, &now, e)) return false;
	if (cli_has(c, "json")) {
		struct json_out j = JSON_OUT(&c->text);
		json_open(&j, '{');
		json_member(&j, "dataset", slug);
		json_member(&j, "resource", now.resource);
		json_member_bool(&j, "enabled", now.enabled);
		if (key->text[0]) json_member(&j, "pushkey", str_of(key->text));
		json_close(&j, '}');
		cli_say(c, "%s", "");
		return true;
	}
	cli_say(c, "push to  /api/push/1.0/%.*s/%.*s/push/", STR_ARG(slug), STR_ARG(now.resource));
	if (key->text[0]) cli_say(c, "pushkey  %s   (shown only now; `stoa push key` makes another)", key->text);
	else cli_say(c, "with the pushkey that was given out before");
	return true;
}

static bool enable(struct cli *c, struct err *e)
{
	struct tenant_id t;
	struct live_key key;
	return tenant_of(c, &t, e) && live_enable(c->site, t, c->operands[0], cli_value(c, "resource"), &key, e) &&
	       say_address(c, t, c->operands[0], &key, e);
}

static const struct cli_option enable_options[] = {
	PORTAL_OPTION,
	{ "resource", "NAME", 0, "The word in the address; realtime otherwise." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_push_enable = {
	.words = "push enable", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Lets records be pushed onto a dataset, and prints the key once.",
	.detail = "The dataset's fields are those it was published with: a CSV of headings and a --schema will do. A field marked `id`\n"
	          "makes a record replace the one with the same value.",
	.options = enable_options, .run = enable,
};

static bool disable(struct cli *c, struct err *e)
{
	struct tenant_id t;
	return tenant_of(c, &t, e) && live_disable(c->site, t, c->operands[0], e);
}

static const struct cli_option disable_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_push_disable = {
	.words = "push disable", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Refuses further pushes; what was pushed stays, and so does the key.", .detail = "",
	.options = disable_options, .run = disable,
};

static bool new_key(struct cli *c, struct err *e)
{
	struct tenant_id t;
	struct live_key key;
	return tenant_of(c, &t, e) && live_new_key(c->site, t, c->operands[0], &key, e) && say_address(c, t, c->operands[0], &key, e);
}

static const struct cli_option key_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_push_key = {
	.words = "push key", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Makes a new key for pushing; the former one is good no longer.", .detail = "", .options = key_options, .run = new_key,
};

static void put_status(struct cli *c, struct str slug, const struct live_status *s)
{
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '{');
	json_member(&j, "dataset", slug);
	json_member(&j, "resource", s->resource);
	json_member_bool(&j, "enabled", s->enabled);
	json_member_int(&j, "version", s->version);
	json_member_int(&j, "rows", s->rows);
	json_member_int(&j, "not_compacted", s->waiting);
	json_member_int(&j, "last_push", s->last_push);
	json_member_int(&j, "journal_bytes", s->journal_bytes);
	json_member(&j, "trouble", s->trouble);
	json_close(&j, '}');
	cli_say(c, "%s", "");
}

static bool status(struct cli *c, struct err *e)
{
	struct tenant_id t;
	struct live_status s;
	struct str slug = c->operands[0];
	auto_buf made = BUF_INIT(64);
	if (!tenant_of(c, &t, e) || !live_status(c->site, t, slug, &c->arena, &s, e)) return false;
	if (cli_has(c, "json")) {
		put_status(c, slug, &s);
		return true;
	}
	if (!s.resource.n) {
		cli_say(c, "%.*s: push was never enabled", STR_ARG(slug));
		return true;
	}
	clock_put_instant(&made, s.key_made.us, clock_utc());
	cli_say(c, "%.*s: %s, resource %.*s, key of %.*s", STR_ARG(slug), s.enabled ? "enabled" : "disabled", STR_ARG(s.resource), STR_ARG(buf_str(&made)));
	cli_say(c, "  %lld rows; version %lld, and %lld pushed rows and replacements not compacted yet", (long long)s.rows, (long long)s.version, (long long)s.waiting);
	cli_say(c, "  last push number %lld; journal %.1f MB", (long long)s.last_push, (double)s.journal_bytes / 1e6);
	if (s.trouble.n) cli_say(c, "  compaction fails and is tried again: %.*s", STR_ARG(s.trouble));
	return true;
}

static const struct cli_option status_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_push_status = {
	.words = "push status", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Tells how far the pushes of a dataset are.", .detail = "", .options = status_options, .run = status,
};

/* stoa look show, set, live, add: how a portal looks, as a file, and its pictures and fonts. */
#include "cli/inside.h"
#include "io/io.h"
#include "look/look.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }
enum { JSON_BYTES = 4 << 20, FILE_BYTES = LOOK_PICTURE_BYTES + 1 };

static bool show(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct look *l;
	if (!cli_portal(c, &t, e)) return false;
	bool ok = look_hold_version(c->site->looks, t, LOOK_DRAFT, &l, e);
	tenant_release(c->site->tenants, t);
	if (!ok) return false;
	look_put_json(&c->text, l);
	cli_say(c, "%s", "");
	look_release(c->site->looks, l);
	return true;
}

static const struct cli_option show_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_look_show = {
	.words = "look show", .operands = "", .summary = "Prints the draft of a portal's theme, and its menu, marks and legal texts, as JSON.",
	.detail = "What it prints can be changed and given to `stoa look set`.", .options = show_options, .run = show,
};

static bool go_live(struct cli *c, const struct tenant *t, struct err *e)
{
	int64_t version;
	if (!look_go_live(c->site->looks, t, cli_value(c, "note"), &version, e)) return false;
	cli_note(c, "Version %lld is live.", (long long)version);
	return true;
}

static bool set(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct str json;
	if (!io_read(&c->arena, cli_path(c, c->operands[0]).p, JSON_BYTES, &json, e) || !cli_portal(c, &t, e)) return false;
	bool ok = look_read_json(c->site->looks, t, json, e);
	if (ok) cli_note(c, "The draft is saved; menu, marks and texts hold at once.");
	ok = ok && (!cli_has(c, "live") || go_live(c, t, e));
	tenant_release(c->site->tenants, t);
	return ok;
}

static const struct cli_option set_options[] = {
	PORTAL_OPTION,
	{ "live", NULL, 0, "The draft goes live as well." },
	{ "note", "TEXT", 0, "With --live: what the list of versions says of it." },
	{ 0 },
};
const struct cli_command cli_cmd_look_set = {
	.words = "look set", .operands = "FILE", .least = 1, .most = 1, .summary = "Reads a portal's look from a file: {\"theme\": …, \"site\": …}.",
	.detail = "What the file does not name stays. \"theme\" goes into the draft, which nobody sees before it is live.", .options = set_options, .run = set,
};

static bool live(struct cli *c, struct err *e)
{
	const struct tenant *t;
	if (!cli_portal(c, &t, e)) return false;
	bool ok = go_live(c, t, e);
	tenant_release(c->site->tenants, t);
	return ok;
}

static const struct cli_option live_options[] = { PORTAL_OPTION, { "note", "TEXT", 0, "What the list of versions says of it." }, { 0 } };
const struct cli_command cli_cmd_look_live = {
	.words = "look live", .operands = "", .summary = "Makes the draft of a portal's theme what everybody sees.",
	.detail = "Refused while a pair of colours falls short of the contrast that reading needs.", .options = live_options, .run = live,
};

static bool add(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct str bytes, kept, path = cli_path(c, c->operands[0]);
	if (!io_read(&c->arena, path.p, FILE_BYTES, &bytes, e) || !cli_portal(c, &t, e)) return false;
	bool ok = look_file_add(c->site->looks, t, path, bytes, &kept, &c->arena, e);
	tenant_release(c->site->tenants, t);
	if (ok) cli_say(c, "%.*s", STR_ARG(kept));
	return ok;
}

static const struct cli_option add_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_look_add = {
	.words = "look add", .operands = "FILE", .least = 1, .most = 1, .summary = "Adds a picture or a font to a portal's files, and prints the name it is kept under.",
	.detail = "PNG, JPEG, GIF, WebP, SVG of at most 2 MB; TTF, OTF, WOFF, WOFF2 of at most 700 kB. One of the same name is replaced.", .options = add_options, .run = add,
};

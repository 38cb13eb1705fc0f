/* stoa registry show, check, publish: the cookie registry of a portal as a file. */
#include "cli/inside.h"
#include "io/io.h"
#include "registry/registry.h"

enum { FILE_BYTES = 4 << 20 };

static bool hold(struct cli *c, const struct tenant **t, const struct registry **g, struct err *e)
{
	if (!cli_portal(c, t, e)) return false;
	if (registry_hold(c->site->registries, *t, g, e)) return true;
	tenant_release(c->site->tenants, *t);
	return false;
}

static void let_go(struct cli *c, const struct tenant *t, const struct registry *g)
{
	registry_release(c->site->registries, g);
	tenant_release(c->site->tenants, t);
}

static bool show(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct registry *g;
	struct str version = cli_value(c, "version");
	int64_t n;
	if (version.n && !str_to_int(version, &n)) return err_set(e, ERR_USAGE, "--version needs a number");
	if (!version.n) {
		if (!hold(c, &t, &g, e)) return false;
		registry_put_editable(&c->text, g);
	} else {
		if (!cli_portal(c, &t, e)) return false;
		if (!registry_hold_version(c->site->registries, t, n, &g, e)) {
			tenant_release(c->site->tenants, t);
			return false;
		}
		buf_put(&c->text, g->json);
	}
	cli_say(c, "%s", "");
	let_go(c, t, g);
	return true;
}

static bool read_file(struct cli *c, struct str *json, struct err *e)
{
	return io_read(&c->arena, cli_path(c, c->operands[0]).p, FILE_BYTES, json, e);
}

static void say_differences(struct cli *c, const struct registry_draft *d)
{
	static const char *const words[] = { [REGISTRY_ADDED] = "+", [REGISTRY_REMOVED] = "-", [REGISTRY_CHANGED] = "~" };
	for (size_t i = 0; i < d->ndifferences; i++) {
		const struct registry_difference *x = &d->differences[i];
		cli_say(c, "%s %.*s %.*s %.*s%s", words[x->what], STR_ARG(x->of), STR_ARG(x->id), STR_ARG(x->field), x->material ? "  (asks again)" : "");
	}
	if (!d->ndifferences) cli_say(c, "The file says the same as what is in force.");
	else cli_say(c, d->material ? "The change is material: people who answered are asked again about what is marked." : "The change is not material: nobody is asked again.");
	if (!str_eq(d->csp_before, d->csp_after)) {
		cli_say(c, "Content-Security-Policy before: %.*s", STR_ARG(d->csp_before));
		cli_say(c, "Content-Security-Policy after:  %.*s", STR_ARG(d->csp_after));
	}
}

/* False with the first fault in *e; all of them are written. */
static bool examine(struct cli *c, const struct tenant *t, struct str json, bool aloud, struct err *e)
{
	struct registry_draft d;
	if (!registry_dry_run(c->site->registries, t, json, &c->arena, &d, e)) return false;
	for (size_t i = 0; i < d.nfaults; i++) cli_note(c, "%.*s: %.*s", STR_ARG(d.faults[i].field), STR_ARG(d.faults[i].message));
	bool ok = !d.nfaults || err_set(e, ERR_INVALID, "the registry cannot be published: %zu %s to correct, listed above", d.nfaults, d.nfaults == 1 ? "thing" : "things");
	if (ok && aloud) say_differences(c, &d);
	registry_draft_done(c->site->registries, &d);
	return ok;
}

static bool check(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct str json;
	if (!read_file(c, &json, e) || !cli_portal(c, &t, e)) return false;
	bool ok = examine(c, t, json, true, e);
	tenant_release(c->site->tenants, t);
	return ok;
}

static bool publish(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct registry *g;
	struct str json, day = cli_value(c, "effective");
	struct clock_text text;
	struct instant at = { 0 };
	int64_t version;
	if (day.n && !clock_parse(day, &text)) return err_set(e, ERR_USAGE, "--effective needs a date as 2026-12-01");
	if (day.n) at.us = clock_us_of_civil(&text.civil) - INT64_C(1000000) * text.offset_s;
	if (!read_file(c, &json, e) || !hold(c, &t, &g, e)) return false;
	bool ok = examine(c, t, json, false, e) &&
	          registry_publish(c->site->registries, t, json, g->hash, cli_value(c, "note"), STR("administrator"), at, &version, e);
	int64_t former = g->version;
	let_go(c, t, g);
	if (!ok) return false;
	if (version == former) cli_say(c, "Nothing has changed: version %lld stays in force.", (long long)version);
	else cli_say(c, at.us > clock_now().us ? "Version %lld waits for its day." : "Version %lld is in force.", (long long)version);
	return true;
}

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }
static const struct cli_option show_options[] = { PORTAL_OPTION, { "version", "N", 0, "An earlier version, as it was published." }, { 0 } };
static const struct cli_option check_options[] = { PORTAL_OPTION, { 0 } };
static const struct cli_option publish_options[] = { PORTAL_OPTION, { "note", "TEXT", CLI_REQUIRED, "What changed, in a sentence; shown in the public history." },
	{ "effective", "DATE", 0, "A later day from which on it holds." }, { 0 } };

const struct cli_command cli_cmd_registry_show = {
	.words = "registry show", .operands = "", .summary = "Prints the cookie registry of a portal as JSON, to be edited and published.",
	.detail = "", .options = show_options, .run = show,
};
const struct cli_command cli_cmd_registry_check = {
	.words = "registry check", .operands = "FILE", .least = 1, .most = 1,
	.summary = "Checks a cookie registry and says what it would change, and whether people are asked again.", .detail = "Stores nothing.", .options = check_options, .run = check,
};
const struct cli_command cli_cmd_registry_publish = {
	.words = "registry publish", .operands = "FILE", .least = 1, .most = 1,
	.summary = "Makes a cookie registry the one in force: a new version of the cookie policy.", .detail = "", .options = publish_options, .run = publish,
};

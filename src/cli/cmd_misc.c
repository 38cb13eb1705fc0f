/* stoa serve (its row: the roof does it), config, version, completion, man, help. */
#include "cli/inside.h"
#include "stoa_version.h"

static bool only_roof(struct cli *c, struct err *e)
{
	(void)c;
	return err_set(e, ERR_USAGE, "`stoa serve` starts a server of its own");
}
static const struct cli_option serve_options[] = {
	{ "announce", NULL, 0, "Prints READY and the address once requests are answered." },
	{ "after-restore", NULL, 0, "The data folder was copied back from elsewhere: everybody signs in anew, links in letters are void." },
	{ "routes", NULL, 0, "Prints every address the server would answer at, and ends." },
	{ 0 },
};
const struct cli_command cli_cmd_serve = {
	.words = "serve", .operands = "", .flags = CLI_NO_SITE | CLI_SETTINGS,
	.summary = "Serves the portals of a data folder.",
	.detail = "Runs in the foreground. SIGTERM or Ctrl-C lets requests in flight end, then exits 0.",
	.options = serve_options, .run = only_roof,
};

static bool config(struct cli *c, struct err *e)
{
	(void)e;
	conf_put(&c->text, c->conf);
	return true;
}
const struct cli_command cli_cmd_config = {
	.words = "config", .operands = "", .flags = CLI_NO_SITE | CLI_SETTINGS,
	.summary = "Prints the settings in force, as a settings file.", .detail = "", .options = NULL, .run = config,
};

static bool version(struct cli *c, struct err *e)
{
	(void)e;
	cli_say(c, "stoa %s", STOA_VERSION);
	return true;
}
const struct cli_command cli_cmd_version = {
	.words = "version", .operands = "", .flags = CLI_NO_SITE, .summary = "Prints the version.", .detail = "", .options = NULL, .run = version,
};

static bool completion(struct cli *c, struct err *e) { return cli_completion(&c->text, c->operands[0], e); }
const struct cli_command cli_cmd_completion = {
	.words = "completion", .operands = "bash|zsh|fish", .least = 1, .most = 1, .flags = CLI_NO_SITE,
	.summary = "Prints the completion script of a shell.", .detail = "", .options = NULL, .run = completion,
};

static bool man(struct cli *c, struct err *e)
{
	(void)e;
	cli_man(&c->text);
	return true;
}
const struct cli_command cli_cmd_man = {
	.words = "man", .operands = "", .flags = CLI_NO_SITE | CLI_HIDDEN, .summary = "Prints the manual page.", .detail = "", .options = NULL, .run = man,
};

static bool help(struct cli *c, struct err *e)
{
	(void)e;
	cli_help(&c->text, NULL);
	return true;
}
const struct cli_command cli_cmd_help = {
	.words = "help", .operands = "", .flags = CLI_NO_SITE, .summary = "Lists the commands.", .detail = "", .options = NULL, .run = help,
};

/* --- addresses ------------------------------------------------------------------------------------- */

static bool addresses(struct cli *c, struct err *e)
{
	struct str *lines, day = c->operands[0];
	struct clock_text t;
	size_t n;
	if (!clock_parse(day, &t) || t.precision != CLOCK_DAY || day.n != 10) return err_set(e, ERR_USAGE, "which day? such as 2026-11-02, in UTC");
	if (!event_flush(c->site->events, e) || !event_addresses_read(c->site->vault, c->site->folder, day, &c->arena, &lines, &n, e)) return false;
	for (size_t i = 0; i < n; i++) cli_say(c, "%.*s", STR_ARG(lines[i]));
	return true;
}

const struct cli_command cli_cmd_addresses = {
	.words = "addresses", .operands = "DAY", .least = 1, .most = 1, .summary = "Prints the whole addresses of the security log of a day.",
	.detail = "They are kept when the server's setting address_log_days is above 0, for so many days, encrypted, for who runs the server: to stop an attack, and for nothing else.",
	.options = NULL, .run = addresses,
};

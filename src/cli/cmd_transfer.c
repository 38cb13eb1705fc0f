/* stoa portal export, portal import: one portal as a folder of files, see transfer/transfer.h. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "io/io.h"
#include "trace/trace.h"
#include "transfer/transfer.h"
#include <sys/stat.h>
#include <unistd.h>

static void show(void *arg, int64_t bytes) { cli_progress_bytes(arg, bytes, 0); }

static bool export(struct cli *c, struct err *e)
{
	const struct tenant *t = tenants_find_or_null(c->site->tenants, c->operands[0]);
	if (!t) return err_set(e, ERR_NO_PORTAL, "no portal answers at \"%.*s\"; `stoa portal list` shows the portals", STR_ARG(c->operands[0]));
	struct cli_progress progress;
	struct transfer_told told;
	struct transfer_out how = { .tenant = t->id, .folder = cli_path(c, c->operands[1]), .bare = cli_has(c, "bare"), .progress = show, .arg = &progress, .cancel_or_null = c->cancel };
	tenant_release(c->site->tenants, t);
	cli_progress_start(&progress, c, STR("copying"));
	bool ok = transfer_out(c->site, &how, &c->arena, &told, e);
	cli_progress_end(&progress);
	if (!ok) return false;
	cli_say(c, "%zu datasets in %zu versions are in %.*s", told.datasets, told.versions, STR_ARG(c->operands[1]));
	cli_note(c, "It holds personal data of users and readers: keep it as you keep a backup. Secrets in it open with keys/master of this data folder only.");
	return true;
}

static const struct cli_option export_options[] = {
	{ "bare", NULL, 0, "Without records.csv and dataset.json, the copies for other programs." },
	{ 0 },
};
const struct cli_command cli_cmd_portal_export = {
	.words = "portal export", .operands = "HOST FOLDER", .least = 2, .most = 2,
	.summary = "Writes a whole portal into a new folder, while readers go on.",
	.detail = "The folder is a backup of that portal, and what another server takes in with `stoa portal import`: portal.db (SQLite), the versions "
	          "of datasets (DuckDB), attachments and sources as files; beside them each dataset as CSV and its metadata as JSON.",
	.options = export_options, .run = export,
};

static void say_lost(struct cli *c, size_t n, const char *one, const char *many)
{
	if (n) cli_note(c, "%zu %s", n, n == 1 ? one : many);
}

static bool import(struct cli *c, struct err *e)
{
	struct cli_progress progress;
	struct transfer_told told;
	struct transfer_in how = { .folder = cli_path(c, c->operands[0]), .host = cli_value(c, "host"), .replace = cli_has(c, "replace"), .progress = show, .arg = &progress, .cancel_or_null = c->cancel };
	struct stat st;
	bool packed = stat(how.folder.p, &st) == 0 && S_ISREG(st.st_mode), ok = true;
	if (packed) {
		struct str file = how.folder;
		how.folder = arena_printf(&c->arena, "%.*s/tmp/unpacked-%d-%lld", STR_ARG(c->site->folder), (int)getpid(), (long long)clock_monotonic_ns());
		ok = transfer_unpack(file, how.folder, c->cancel, e);
	}
	cli_progress_start(&progress, c, STR("copying"));
	ok = ok && transfer_in(c->site, &how, &c->arena, &told, e);
	cli_progress_end(&progress);
	if (packed) (void)io_remove_tree(how.folder.p);
	if (!ok) return false;
	/* Its operand is a file: what is to be logged, and in whose log, is known here only. */
	trace_command(c->site, STR("portal import"), &told.host, 1, STR(""), STR(""));
	cli_say(c, "the portal is there: %zu datasets in %zu versions", told.datasets, told.versions);
	for (size_t i = 0; i < told.nnames; i++) cli_note(c, "%.*s belongs to another portal and stays with it", STR_ARG(told.names[i]));
	say_lost(c, told.factors, "second factor was sealed with other keys: its owner enrols anew", "second factors were sealed with other keys: their owners enrol anew");
	say_lost(c, told.providers, "secret of a sign-in provider was sealed with other keys: give it again", "secrets of sign-in providers were sealed with other keys: give them again");
	say_lost(c, told.connections, "secret of a connection was sealed with other keys: give it again", "secrets of connections were sealed with other keys: give them again");
	say_lost(c, told.followers, "follower without an account was sealed with other keys and is gone", "followers without an account were sealed with other keys and are gone");
	say_lost(c, told.notes, "message of a reader was sealed with other keys and is gone", "messages of readers were sealed with other keys and are gone");
	cli_note(c, "Everybody has to sign in again; links in letters that were sent before are void.");
	return true;
}

static const struct cli_option import_options[] = {
	{ "host", "HOST", 0, "The name it answers at; the one it had when not given." },
	{ "replace", NULL, 0, "In the place of the portal that answers there, which goes." },
	{ 0 },
};
const struct cli_command cli_cmd_portal_import = {
	.words = "portal import", .operands = "FOLDER|TAR", .least = 1, .most = 1, .flags = CLI_FRESH,
	.summary = "Takes in a portal that was written by `stoa portal export` or is a backup (.tar) of the back office, of this server or another.",
	.detail = "It answers once it is whole, at once and under its name. Where keys/master is not that of the server it came from, what is sealed with it cannot be "
	          "opened; the answer says what that is.",
	.options = import_options, .run = import,
};

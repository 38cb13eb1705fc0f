/* stoa attach: files beside a dataset. */
#include "cli/inside.h"
#include "json/json.h"
#include "publish/publish.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *const kinds[] = {
	[CATALOG_ATTACHMENT] = "attachment", [CATALOG_ALTERNATIVE] = "alternative export", [CATALOG_RECORD_FILE] = "named by records", [CATALOG_PICTURE] = "picture",
};

static void put_json(struct cli *c, const struct dataset *d)
{
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '[');
	for (size_t i = 0; i < d->nfiles; i++) {
		const struct dataset_file *f = &d->files[i];
		json_open(&j, '{');
		json_member(&j, "id", f->id);
		json_member(&j, "kind", str_of(kinds[f->kind]));
		json_member(&j, "name", f->name);
		json_member(&j, "title", f->title);
		json_member(&j, "description", f->description);
		json_member(&j, "mimetype", f->mime);
		json_member_int(&j, "bytes", f->bytes);
		json_member(&j, "sha256", f->hash);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	cli_say(c, "%s", "");
}

static bool list(struct cli *c, struct tenant_id t, struct err *e)
{
	static const char *const headings[] = { "ID", "KIND", "TITLE", "TYPE", "BYTES" };
	const struct catalog_view *v;
	if (!catalog_hold(c->site->catalog, t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, c->operands[0]);
	if (!d) {
		catalog_release(c->site->catalog, v);
		return err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(c->operands[0]));
	}
	if (cli_has(c, "json")) {
		put_json(c, d);
	} else {
		struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 0x10);
		for (size_t i = 0; i < d->nfiles; i++) {
			cli_table_cell(table, d->files[i].id);
			cli_table_cell(table, str_of(kinds[d->files[i].kind]));
			cli_table_cell(table, d->files[i].title);
			cli_table_cell(table, d->files[i].mime);
			cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)d->files[i].bytes));
		}
		cli_table_print(table);
	}
	catalog_release(c->site->catalog, v);
	return true;
}

static bool add(struct cli *c, struct tenant_id t, struct str path, struct err *e)
{
	struct str id;
	int fd = open(cli_path(c, path).p, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) return err_set(e, ERR_NOT_FOUND, "there is no file %.*s", STR_ARG(path));
	if (fd < 0) return err_os(e, "open a file to attach");
	const struct publish_file f = { .tenant = t, .dataset = c->operands[0], .fd = fd,
		.kind = cli_has(c, "alternative") ? CATALOG_ALTERNATIVE : CATALOG_ATTACHMENT,
		.name = str_from(path, (size_t)(str_rfind_char(path, '/') + 1)), .title = cli_value(c, "title"),
		.description = cli_value(c, "description") };
	bool ok = publish_file(c->site, &f, &c->arena, &id, e);
	close(fd);
	if (ok) cli_say(c, "%.*s", STR_ARG(id));
	return ok;
}

static bool attach(struct cli *c, struct err *e)
{
	const struct tenant *p;
	size_t ways = (size_t)cli_has(c, "list") + cli_has(c, "remove") + (c->noperands > 1);
	if (ways != 1) return err_set(e, ERR_USAGE, "`stoa attach DATASET` needs one of: files to attach, --list, --remove ID");
	if (!cli_portal(c, &p, e)) return false;
	struct tenant_id t = p->id;
	tenant_release(c->site->tenants, p);
	if (cli_has(c, "list")) return list(c, t, e);
	if (cli_has(c, "remove")) return catalog_file_remove(c->site->catalog, t, c->operands[0], cli_value(c, "remove"), e);
	if (c->noperands > 2 && cli_has(c, "title")) return err_set(e, ERR_USAGE, "--title is of one file; attach them one by one");
	for (size_t i = 1; i < c->noperands; i++)
		if (!add(c, t, c->operands[i], e)) return false;
	return true;
}

static const struct cli_option options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "title", "T", 0, "What readers see; the file's name otherwise." },
	{ "description", "D", 0, "One sentence about the file." },
	{ "alternative", NULL, 0, "The file holds the data itself in another form, and is offered with the exports." },
	{ "list", NULL, 0, "Lists the files of the dataset." },
	{ "remove", "ID", 0, "Takes a file away." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_attach = {
	.words = "attach", .operands = "DATASET FILE…", .least = 1, .most = -1,
	.summary = "Puts files beside a dataset, lists them, or takes one away.",
	.detail = "Attachments are seen by everyone who sees the dataset. Alternative exports hold data, so they are offered only to those\n"
	          "who may read all of it.",
	.options = options, .run = attach,
};

/* From words to a command with its options and operands; the whole program's first steps. */
#include "cli/inside.h"
#include "live/live.h"
#include "trace/trace.h"
#include "clock/clock.h"
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const struct cli_command *const cli_commands[] = {
#define COMMAND(symbol) &cli_cmd_##symbol,
#include "cli/commands.def"
#undef COMMAND
	NULL,
};

const struct cli_option cli_common_options[] = {
	{ "data", "DIR", 0, "Folder where the portals live (or STOA_DATA; ./data otherwise)." },
	{ "config", "FILE", 0, "Settings file (or STOA_CONFIG)." },
	{ "help", NULL, 0, "Explains the command." },
	{ 0 },
};

/* --- options ------------------------------------------------------------------------------------- */

bool cli_has(const struct cli *c, const char *option)
{
	for (size_t i = 0; i < c->ngiven; i++)
		if (strcmp(c->given[i].option->name, option) == 0) return true;
	return false;
}

struct str cli_value(const struct cli *c, const char *option)
{
	for (size_t i = c->ngiven; i-- > 0;)
		if (strcmp(c->given[i].option->name, option) == 0) return c->given[i].value;
	return STR("");
}

size_t cli_values(const struct cli *c, const char *option, struct arena *a, struct str **out)
{
	VEC(struct str) list = { 0 };
	for (size_t i = 0; i < c->ngiven; i++)
		if (strcmp(c->given[i].option->name, option) == 0) vec_push(a, &list, c->given[i].value);
	*out = list.p;
	return list.n;
}

bool cli_portal(struct cli *c, const struct tenant **out, struct err *e)
{
	struct str host = cli_value(c, "portal");
	*out = tenants_find_or_null(c->site->tenants, host);
	return *out || err_set(e, ERR_NO_PORTAL, "no portal answers at \"%.*s\"; `stoa portal list` shows the portals", STR_ARG(host));
}

struct str cli_path(struct cli *c, struct str path)
{
	if (path.n && path.p[0] == '/') return arena_str(&c->arena, path);
	return arena_printf(&c->arena, "%.*s/%.*s", STR_ARG(c->cwd), STR_ARG(path));
}

/* How many of the words name the command: 2, 1 or 0. */
static size_t words_match(const struct cli_command *k, const struct str *args, size_t n)
{
	struct str rest = str_of(k->words), word;
	size_t i = 0;
	while (str_cut(&rest, ' ', &word)) {
		if (i >= n || !str_eq(args[i], word)) return 0;
		i++;
	}
	return i;
}

static const struct cli_option *find_option(const struct cli_option *list, struct str name)
{
	for (; list && list->name; list++)
		if (str_eq(str_of(list->name), name)) return list;
	return NULL;
}

static bool no_command(const struct str *args, size_t n, struct err *e)
{
	if (n == 0) return err_set(e, ERR_USAGE, "which command? `stoa help` lists them");
	for (size_t i = 0; cli_commands[i]; i++) {
		struct str words = str_of(cli_commands[i]->words);
		if (str_starts(words, args[0]) && words.n > args[0].n && words.p[args[0].n] == ' ')
			return err_set(e, ERR_USAGE, "`stoa %.*s` wants a second word: `stoa help` lists them", STR_ARG(args[0]));
	}
	return err_set(e, ERR_USAGE, "there is no command \"%.*s\"; `stoa help` lists them", STR_ARG(args[0]));
}

static bool check(const struct cli *c, struct err *e)
{
	const struct cli_command *k = c->command;
	if (cli_has(c, "help")) return true;
	for (const struct cli_option *o = k->options; o && o->name; o++)
		if (o->flags & CLI_REQUIRED && !cli_has(c, o->name))
			return err_set(e, ERR_USAGE, "`stoa %s` needs --%s %s", k->words, o->name, o->value);
	if ((int)c->noperands < k->least)
		return err_set(e, ERR_USAGE, "`stoa %s` needs %s", k->words, k->operands);
	if (k->most >= 0 && (int)c->noperands > k->most)
		return err_set(e, ERR_USAGE, "`stoa %s` does not take \"%.*s\"", k->words, STR_ARG(c->operands[k->most]));
	return true;
}

static bool read_option(struct cli *c, const struct str *args, size_t n, size_t *i, struct cli_given *out, struct err *e)
{
	struct str name = str_from(args[*i], 2), value = { 0 };
	ptrdiff_t equals = str_find_char(name, '=');
	if (equals >= 0) {
		value = str_from(name, (size_t)equals + 1);
		name.n = (size_t)equals;
	}
	const struct cli_option *o = find_option(c->command->options, name);
	if (!o) o = find_option(cli_common_options, name);
	if (!o) return err_set(e, ERR_USAGE, "`stoa %s` has no option --%.*s; --help lists them", c->command->words, STR_ARG(name));
	if (!o->value && equals >= 0) return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
	if (o->value && equals < 0) {
		if (++*i >= n) return err_set(e, ERR_USAGE, "--%s needs %s", o->name, o->value);
		value = args[*i];
	}
	*out = (struct cli_given){ o, value };
	return true;
}

bool cli_parse(struct cli *c, const struct str *args, size_t n, struct err *e)
{
	VEC(struct cli_given) given = { 0 };
	VEC(struct str) operands = { 0 };
	size_t used = 0;
	for (size_t i = 0; cli_commands[i]; i++) {
		size_t k = words_match(cli_commands[i], args, n);
		if (k <= used) continue;
		used = k;
		c->command = cli_commands[i];
	}
	if (!used) return no_command(args, n, e);
	bool plain = false;
	for (size_t i = used; i < n; i++) {
		if (!plain && str_eq(args[i], STR("--"))) {
			plain = true;
		} else if (!plain && (str_eq(args[i], STR("-h")))) {
			vec_push(&c->arena, &given, (struct cli_given){ find_option(cli_common_options, STR("help")), STR("") });
		} else if (!plain && str_eq(args[i], STR("-o")) && find_option(c->command->options, STR("output"))) {
			if (++i >= n) return err_set(e, ERR_USAGE, "-o needs FILE");
			vec_push(&c->arena, &given, (struct cli_given){ find_option(c->command->options, STR("output")), args[i] });
		} else if (!plain && str_starts(args[i], STR("--"))) {
			if (!read_option(c, args, n, &i, vec_add(&c->arena, &given), e)) return false;
		} else {
			vec_push(&c->arena, &operands, args[i]);
		}
	}
	c->given = given.p;
	c->ngiven = given.n;
	c->operands = operands.p;
	c->noperands = operands.n;
	return check(c, e);
}

/* --- running ------------------------------------------------------------------------------------- */

int cli_fail(struct cli *c, const struct err *e)
{
	if (e->code == ERR_USAGE) {
		cli_note(c, "stoa: %s", e->pub);
		return 2;
	}
	cli_note(c, "stoa: %s", e->pub[0] ? e->pub : err_kind(e->code)->sentence);
	/* The private cause helps whoever owns the data folder, and nobody else sees this stream. */
	if (e->priv[0]) cli_note(c, "      (%s)", e->priv);
	return 1;
}

int cli_perform(struct cli *c)
{
	struct err e = { 0 };
	if (cli_has(c, "help")) {
		cli_help(&c->text, c->command);
		return cli_flush(c, &e) ? 0 : cli_fail(c, &e);
	}
	bool ok = c->command->run(c, &e);
	struct str words = str_of(c->command->words), portal = cli_value(c, "portal");
	if (ok && c->site && !c->done.n) trace_command(c->site, words, c->operands, c->noperands, portal, STR(""));
	for (size_t i = 0; c->site && i < c->done.n; i++) trace_command(c->site, words, c->operands, c->noperands, portal, c->done.p[i]);
	/* What was said before the failure is still wanted. */
	struct err flushing = { 0 };
	if (!cli_flush(c, &flushing) && ok) return cli_fail(c, &flushing);
	return ok ? c->exit_code : cli_fail(c, &e);
}

/* --- main ---------------------------------------------------------------------------------------- */

static struct cancel interrupted; /* fired by SIGINT or SIGTERM while a command runs here */

static void on_signal(int number)
{
	(void)number;
	/* Only the flag is set: firing takes a lock, which a handler may not. Long work asks for it. */
	atomic_store(&interrupted.fired, true);
}

static void watch_signals(void)
{
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND };
	cancel_init(&interrupted);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a failed write, told like a full disk */
}

/* A look changes nothing, and above all not so that the former version cannot read the folder any more. */
static bool may_open(const struct cli *c, struct err *e)
{
	int now, newest;
	auto_arena a = ARENA_INIT;
	if (!(c->command->flags & (CLI_LOOKS | CLI_AILING))) return true;
	if (!store_format(arena_printf(&a, "%.*s/stoa.db", STR_ARG(c->folder)), &now, &newest, e)) return false;
	return now == 0 || now >= newest ||
	       err_set(e, ERR_CONFLICT, "a migration is waiting: the store has format %d and this version of stoa brings it to %d. `stoa serve` does, or any command that changes something; "
	                                "a copy of it as it is, stoa.db" STORE_KEPT "%d, is kept for going back", now, newest, now);
}

/* Without a site: what can be looked at all the same. */
static bool run_ailing(struct cli *c, int lock, struct err *e)
{
	if (!(c->command->flags & CLI_AILING)) return false;
	c->ailing = *e;
	*e = (struct err){ 0 };
	c->site = NULL;
	c->exit_code = cli_perform(c);
	close(lock);
	return true;
}

static bool run_here(struct cli *c, int lock, struct err *e)
{
	if (!may_open(c, e)) return run_ailing(c, lock, e);
	struct site_options o = { .memory_mb = c->conf->memory_mb, .temp_mb = c->conf->temp_mb,
	                          .accounts = { c->conf->argon2_memory_kb, c->conf->argon2_passes, str_of(c->conf->password_pepper_file) } };
	bool ok = site_open(c->folder, &o, &c->site, e);
	if (!ok && (c->command->flags & CLI_AILING)) return run_ailing(c, lock, e);
	if (ok && store_kept(c->site->store).n)
		cli_note(c, "stoa: the store was brought up to date; as it was, it is kept as %.*s until you remove it", STR_ARG(store_kept(c->site->store)));
	/* Commands see what was pushed; those that want the folder to themselves see the files. */
	if (ok && !(c->command->flags & CLI_ALONE)) ok = live_open(c->site, false, e);
	ok = ok && trace_open(c->site, e);
	if (ok) c->exit_code = cli_perform(c);
	trace_close(c->site);
	live_close(c->site);
	site_close(c->site);
	close(lock);
	return ok;
}

/* Nothing but settings, what a file system keeps for itself, and the lock of a first command. */
static bool is_fresh(struct str folder)
{
	static const char *const harmless[] = { ".", "..", "lost+found", "stoa.conf", "lock", "tmp" };
	DIR *d = opendir(folder.p);
	bool fresh = true;
	for (struct dirent *f; d && fresh && (f = readdir(d));) {
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(harmless); i++) known |= strcmp(f->d_name, harmless[i]) == 0;
		fresh = known;
	}
	if (d) closedir(d);
	return fresh;
}

/* A mistyped --data must not turn somebody's folder into a data folder. */
bool cli_check_folder(struct str folder, bool may_make, struct err *e)
{
	auto_arena a = ARENA_INIT;
	if (access(folder.p, F_OK) != 0)
		return may_make || err_set(e, ERR_NOT_FOUND, "there is no data folder at %.*s; `stoa portal add` makes one, --data names another", STR_ARG(folder));
	if (access(arena_printf(&a, "%.*s/stoa.db", STR_ARG(folder)).p, F_OK) == 0 || access(folder.p, R_OK | X_OK) != 0) return true;
	if (!is_fresh(folder))
		return err_set(e, ERR_CONFLICT, "%.*s holds other things and no portals; --data names the data folder, or an empty one to begin with", STR_ARG(folder));
	return may_make || err_set(e, ERR_NOT_FOUND, "there are no portals in %.*s yet; `stoa portal add` makes the first", STR_ARG(folder));
}

/* Root works as the folder's owner, so that it leaves no file behind that the service cannot read. */
bool cli_become_owner(struct str folder, struct err *e)
{
	struct stat s;
	if (geteuid() != 0 || stat(folder.p, &s) != 0 || s.st_uid == 0) return true;
	return (setgroups(0, NULL) == 0 && setgid(s.st_gid) == 0 && setuid(s.st_uid) == 0) ||
	       err_os(e, "become the owner of the data folder");
}

static int run_with_folder(struct cli *c, const struct str *args, size_t n)
{
	struct err e = { 0 };
	int lock = -1, server = -1;
	if (cli_has(c, "help")) return cli_perform(c);
	if (!cli_check_folder(c->folder, (c->command->flags & CLI_FRESH) != 0, &e)) return cli_fail(c, &e);
	if (!cli_become_owner(c->folder, &e)) return cli_fail(c, &e);
	switch (cli_door(c->folder, &lock, &server, &e)) {
	case CLI_DOOR_FAILED: return cli_fail(c, &e);
	case CLI_DOOR_SERVER:
		if (!(c->command->flags & CLI_ALONE)) return cli_ask_server(server, args, n, c->cwd);
		close(server);
		err_set(&e, ERR_CONFLICT, "a server runs on this data folder; stop it first");
		return cli_fail(c, &e);
	case CLI_DOOR_LOCKED: break;
	}
	if (!run_here(c, lock, &e)) return cli_fail(c, &e);
	return c->exit_code;
}

static void find_folder(struct cli *c)
{
	char real[PATH_MAX];
	struct str given = cli_path(c, str_of(c->conf->data));
	while (given.n > 1 && given.p[given.n - 1] == '/') given.n--;
	given = arena_str(&c->arena, given);
	c->folder = realpath(given.p, real) ? arena_str(&c->arena, str_of(real)) : given;
}

/* "--metrics-port" is how people write the setting metrics_port. */
static void spell_settings(struct arena *a, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		struct conf_row row;
		if (strncmp(argv[i], "--", 2) != 0) continue;
		char *copy = (char *)(uintptr_t)arena_cstr(a, str_of(argv[i]));
		size_t end = strcspn(copy, "=");
		for (size_t k = 2; k < end; k++)
			if (copy[k] == '-') copy[k] = '_';
		for (size_t k = 0; conf_row(k, &row); k++)
			if (strlen(row.name) == end - 2 && strncmp(row.name, copy + 2, end - 2) == 0) argv[i] = copy;
	}
}

int cli_main(int argc, char **argv, char **environment, const struct cli_hooks *hooks)
{
	char cwd[PATH_MAX];
	struct err e = { 0 };
	struct conf conf;
	struct cli c = { .in = 0, .out = 1, .err = 2, .text = BUF_INIT(256 << 20), .conf = &conf, .cancel = &interrupted };
	watch_signals();
	c.cwd = arena_str(&c.arena, getcwd(cwd, sizeof cwd) ? str_of(cwd) : STR("/"));
	int n = argc > 0 ? argc - 1 : 0, code;
	spell_settings(&c.arena, argc, argv);
	if (!conf_read(&c.arena, (const char *const *)environment, argv + 1, &n, &conf, &e)) {
		code = cli_fail(&c, &e);
	} else {
		struct str *args = arena_array(&c.arena, struct str, (size_t)n + 1);
		for (int i = 0; i < n; i++) args[i] = str_of(argv[1 + i]);
		if (n == 1 && str_eq(args[0], STR("--help"))) args[0] = STR("help");
		if (n == 1 && str_eq(args[0], STR("--version"))) args[0] = STR("version");
		find_folder(&c);
		if (!cli_parse(&c, args, (size_t)n, &e)) code = cli_fail(&c, &e);
		else if (c.command == &cli_cmd_serve && !cli_has(&c, "help")) code = hooks->serve(&c, &e) ? c.exit_code : cli_fail(&c, &e);
		else if (c.command->flags & CLI_NO_SITE) code = cli_perform(&c);
		else code = run_with_folder(&c, args, (size_t)n);
	}
	buf_done(&c.text);
	arena_done(&c.arena);
	return code;
}

/* Help, manual page and completion, all printed from the rows of the commands. */
#include "cli/inside.h"

/* --- help ---------------------------------------------------------------------------------------- */

static void put_option(struct buf *b, const struct cli_option *o)
{
	char left[64];
	struct buf l = { .p = left, .cap = sizeof left, .max = sizeof left };
	buf_printf(&l, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
	buf_printf(b, "  %-24.*s %s%s%s\n", STR_ARG(buf_str(&l)), o->sentence, o->flags & CLI_REQUIRED ? " Needed." : "",
	           o->flags & CLI_REPEAT ? " May be repeated." : "");
}

static void put_settings(struct buf *b)
{
	struct conf_row row;
	buf_lit(b, "\nSettings (also in the settings file, and as STOA_NAME):\n");
	for (size_t i = 0; conf_row(i, &row); i++) {
		buf_printf(b, "  --%-22s %s", row.name, row.sentence);
		if (row.otherwise[0]) buf_printf(b, " Default: %s%s%s.", row.otherwise, row.unit[0] ? " " : "", row.unit);
		buf_put_char(b, '\n');
	}
}

static void put_command(struct buf *b, const struct cli_command *k)
{
	buf_printf(b, "usage: stoa [--data DIR] %s%s%s [options]\n\n%s\n", k->words, k->operands[0] ? " " : "", k->operands, k->summary);
	if (k->detail[0]) buf_printf(b, "%s\n", k->detail);
	buf_lit(b, "\nOptions:\n");
	for (const struct cli_option *o = k->options; o && o->name; o++) put_option(b, o);
	for (const struct cli_option *o = cli_common_options; o->name; o++) put_option(b, o);
	if (k->flags & CLI_SETTINGS) put_settings(b);
}

void cli_help(struct buf *b, const struct cli_command *command_or_null)
{
	if (command_or_null) {
		put_command(b, command_or_null);
		return;
	}
	buf_lit(b, "Stoa publishes open data: many portals from one server.\n\nusage: stoa [--data DIR] COMMAND [options]\n\n");
	for (size_t i = 0; cli_commands[i]; i++) {
		const struct cli_command *k = cli_commands[i];
		if (!(k->flags & CLI_HIDDEN)) buf_printf(b, "  %-16s %s\n", k->words, k->summary);
	}
	buf_lit(b, "\n`stoa COMMAND --help` explains one. Exit codes: 0 done, 1 failed, 2 not understood.\n");
}

/* --- manual page --------------------------------------------------------------------------------- */

static void put_roff(struct buf *b, const char *text)
{
	if (*text == '.' || *text == '\'') buf_lit(b, "\\&");
	for (; *text; text++) {
		if (*text == '\\') buf_lit(b, "\\e");
		else if (*text == '-') buf_lit(b, "\\-");
		else buf_put_char(b, *text);
	}
}

static void man_option(struct buf *b, const char *name, const char *value_or_null, const char *sentence)
{
	buf_lit(b, ".TP\n\\fB\\-\\-");
	put_roff(b, name);
	buf_lit(b, "\\fR");
	if (value_or_null) {
		buf_lit(b, " \\fI");
		put_roff(b, value_or_null);
		buf_lit(b, "\\fR");
	}
	buf_put_char(b, '\n');
	put_roff(b, sentence);
	buf_put_char(b, '\n');
}

static void man_command(struct buf *b, const struct cli_command *k)
{
	buf_lit(b, ".SS \"stoa ");
	put_roff(b, k->words);
	if (k->operands[0]) buf_put_char(b, ' ');
	put_roff(b, k->operands);
	buf_lit(b, "\"\n");
	put_roff(b, k->summary);
	buf_put_char(b, '\n');
	if (k->detail[0]) {
		put_roff(b, k->detail);
		buf_put_char(b, '\n');
	}
	for (const struct cli_option *o = k->options; o && o->name; o++) man_option(b, o->name, o->value, o->sentence);
}

void cli_man(struct buf *b)
{
	struct conf_row row;
	buf_lit(b, ".TH STOA 1 \"\" \"Stoa\" \"User commands\"\n.SH NAME\nstoa \\- open-data portals from one server\n"
	           ".SH SYNOPSIS\n\\fBstoa\\fR [\\fB\\-\\-data\\fR \\fIDIR\\fR] \\fICOMMAND\\fR [options]\n.SH DESCRIPTION\n"
	           "One server carries many portals, each told by its host name. Commands work with the server\n"
	           "stopped and with it running; then they are carried out by the server.\n.SH COMMANDS\n");
	for (size_t i = 0; cli_commands[i]; i++)
		if (!(cli_commands[i]->flags & CLI_HIDDEN)) man_command(b, cli_commands[i]);
	buf_lit(b, ".SH \"COMMON OPTIONS\"\n");
	for (const struct cli_option *o = cli_common_options; o->name; o++) man_option(b, o->name, o->value, o->sentence);
	buf_lit(b, ".SH SETTINGS\nOptions of \\fBstoa serve\\fR, lines \\(lqname = value\\(rq of the settings file, and\n"
	           "variables \\fBSTOA_\\fINAME\\fR; the later wins in the order file, environment, option.\n");
	for (size_t i = 0; conf_row(i, &row); i++) man_option(b, row.name, row.number ? "N" : "VALUE", row.sentence);
	buf_lit(b, ".SH \"EXIT STATUS\"\n0 done, 1 failed, 2 not understood.\n.SH FILES\n.TP\n\\fIDIR\\fR/stoa.conf, /etc/stoa/stoa.conf\n"
	           "Settings.\n.TP\n\\fIDIR\\fR/stoa.db\nPortals, accounts, the catalogue.\n"
	           ".TP\n\\fIDIR\\fR/PORTAL/DATASET/v\\fIN\\fR.duckdb\nOne published version, never changed.\n");
}

/* --- completion ----------------------------------------------------------------------------------- */

static void put_words(struct buf *b, const struct cli_command *k)
{
	for (const struct cli_option *o = k->options; o && o->name; o++) buf_printf(b, " --%s", o->name);
	buf_lit(b, " --data --help");
}

/* First words, and for each first word its second words. */
static void put_bash(struct buf *b)
{
	buf_lit(b, "# bash completion of stoa\n_stoa() {\n  local cur=${COMP_WORDS[COMP_CWORD]} line=\" ${COMP_WORDS[*]:1} \"\n"
	           "  case $cur in\n  -*) case $line in\n");
	for (size_t i = 0; cli_commands[i]; i++) {
		if (cli_commands[i]->flags & CLI_HIDDEN) continue;
		buf_printf(b, "    *\" %s \"*) COMPREPLY=($(compgen -W \"", cli_commands[i]->words);
		put_words(b, cli_commands[i]);
		buf_lit(b, "\" -- \"$cur\"));;\n");
	}
	buf_lit(b, "    *) COMPREPLY=($(compgen -W \"--data --help\" -- \"$cur\"));;\n    esac; return;;\n  esac\n"
	           "  case ${COMP_WORDS[COMP_CWORD-1]} in\n  portal) COMPREPLY=($(compgen -W \"add list set remove\" -- \"$cur\")); return;;\n"
	           "  user) COMPREPLY=($(compgen -W \"add password list\" -- \"$cur\")); return;;\n  esac\n"
	           "  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W \"portal user");
	for (size_t i = 0; cli_commands[i]; i++)
		if (!(cli_commands[i]->flags & CLI_HIDDEN) && !strchr(cli_commands[i]->words, ' ')) buf_printf(b, " %s", cli_commands[i]->words);
	buf_lit(b, "\" -- \"$cur\")); else COMPREPLY=($(compgen -f -- \"$cur\")); fi\n}\ncomplete -o filenames -F _stoa stoa\n");
}

static void put_single_quoted(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'') buf_lit(b, "'\\''");
		else buf_put_char(b, *text);
	}
}

static void put_zsh(struct buf *b)
{
	buf_lit(b, "#compdef stoa\n# zsh completion of stoa\n_stoa() {\n  local -a first\n  first=(\n");
	for (size_t i = 0; cli_commands[i]; i++) {
		if (cli_commands[i]->flags & CLI_HIDDEN || strchr(cli_commands[i]->words, ' ')) continue;
		buf_printf(b, "    '%s:", cli_commands[i]->words);
		put_single_quoted(b, cli_commands[i]->summary);
		buf_lit(b, "'\n");
	}
	buf_lit(b, "    'portal:add, list, set, remove' 'user:add, password, list'\n  )\n"
	           "  if (( CURRENT == 2 )); then _describe command first; return; fi\n  case \"$words[2] $words[3]\" in\n");
	for (size_t i = 0; cli_commands[i]; i++) {
		if (cli_commands[i]->flags & CLI_HIDDEN) continue;
		buf_printf(b, "  '%s'*) _values -w option", cli_commands[i]->words);
		put_words(b, cli_commands[i]);
		buf_lit(b, "; _files;;\n");
	}
	buf_lit(b, "  portal*) _values command add list set remove;;\n  user*) _values command add password list;;\n  esac\n}\n_stoa \"$@\"\n");
}

static void put_fish(struct buf *b)
{
	buf_lit(b, "# fish completion of stoa\n");
	for (size_t i = 0; cli_commands[i]; i++) {
		const struct cli_command *k = cli_commands[i];
		if (k->flags & CLI_HIDDEN) continue;
		struct str rest = str_of(k->words), first, second = { 0 };
		bool two = str_cut(&rest, ' ', &first) && str_cut(&rest, ' ', &second);
		buf_printf(b, "complete -c stoa -n '__fish_use_subcommand' -a '%.*s' -d '", STR_ARG(first));
		put_single_quoted(b, k->summary);
		buf_lit(b, "'\n");
		if (two) buf_printf(b, "complete -c stoa -n '__fish_seen_subcommand_from %.*s' -a '%.*s'\n", STR_ARG(first), STR_ARG(second));
		for (const struct cli_option *o = k->options; o && o->name; o++)
			buf_printf(b, "complete -c stoa -n '__fish_seen_subcommand_from %.*s' -l %s%s\n", STR_ARG(two ? second : first), o->name, o->value ? " -r" : "");
	}
}

bool cli_completion(struct buf *b, struct str shell, struct err *e)
{
	if (str_eq(shell, STR("bash"))) put_bash(b);
	else if (str_eq(shell, STR("zsh"))) put_zsh(b);
	else if (str_eq(shell, STR("fish"))) put_fish(b);
	else return err_set(e, ERR_USAGE, "completion is there for bash, zsh and fish, not for \"%.*s\"", STR_ARG(shell));
	return true;
}

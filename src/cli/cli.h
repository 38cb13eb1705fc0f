/* The command line. Every command is one row (words, options, what it does) and one function; help,
 * the manual page and shell completion are printed from the rows. A command runs either here, with the
 * data folder's lock, or inside the server that holds that lock, through its control socket, with the
 * caller's own terminal handed over: the same function, the same words, the same exit code.
 *
 * Exit codes: 0 done, 1 failed, 2 not understood. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/base.h"
#include "conf/conf.h"
#include "pool/pool.h"
#include "site/site.h"

enum cli_option_flags { CLI_REQUIRED = 1u << 0, CLI_REPEAT = 1u << 1 };
struct cli_option {
	const char *name;  /* "portal", written --portal */
	const char *value; /* "HOST"; NULL: a switch */
	unsigned flags;
	const char *sentence;
};

enum cli_command_flags {
	CLI_NO_SITE = 1u << 0, /* needs no data folder, runs where it is called */
	CLI_ALONE = 1u << 1,   /* needs the folder for itself: refused while a server runs */
	CLI_FRESH = 1u << 2,   /* may make the data folder */
	CLI_SETTINGS = 1u << 3,/* takes the settings of the server as options */
	CLI_HIDDEN = 1u << 4,
	CLI_LOOKS = 1u << 5,   /* only looks: a store that waits to be brought up to date is left as it is; the command is refused … */
	CLI_AILING = 1u << 6,  /* … unless it has this, too: then it is run without a site, as it is when the folder cannot be opened */
};
struct cli;
struct cli_command {
	const char *words;     /* "portal add" */
	const char *operands;  /* "HOST", "SOURCE…"; "" when there are none */
	int least, most;       /* number of operands; most -1: any */
	unsigned flags;
	const char *summary;
	const char *detail;    /* further sentences, may be "" */
	const struct cli_option *options; /* ends with a row without name */
	bool (*run)(struct cli *c, struct err *e);
};

struct cli_given { const struct cli_option *option; struct str value; };

/* One run of a command. */
struct cli {
	const struct cli_command *command;
	const struct conf *conf;
	struct site *site;        /* NULL with CLI_NO_SITE */
	struct err ailing;        /* with CLI_AILING: why there is no site */
	struct arena arena;
	struct str folder;        /* the data folder, absolute */
	struct str cwd;           /* where the caller stands, absolute */
	int in, out, err;         /* the caller's descriptors */
	const struct cli_given *given;
	size_t ngiven;
	const struct str *operands;
	size_t noperands;
	struct cancel *cancel;    /* fired when the caller leaves or interrupts */
	bool in_server;
	VEC(struct str) done;     /* what it was done to, when no operand says so: an act each in the log (trace/) */
	int exit_code;            /* of a run that did not fail; doctor sets 1 */
	struct buf text;          /* what is to be printed; cli_flush writes it */
};

/* --- options ------------------------------------------------------------------------------------ */

bool cli_has(const struct cli *c, const char *option);
struct str cli_value(const struct cli *c, const char *option);            /* the last one; empty: not given */
size_t cli_values(const struct cli *c, const char *option, struct arena *a, struct str **out);
/* The portal of --portal, held until cli's arena… ends with tenant_release by the caller. */
bool cli_portal(struct cli *c, const struct tenant **out, struct err *e) must_use;
/* A path as the caller means it, absolute. */
struct str cli_path(struct cli *c, struct str path);

/* --- saying ------------------------------------------------------------------------------------- */

void cli_say(struct cli *c, const char *fmt, ...) printf_like(2, 3); /* a line on standard output */
bool cli_flush(struct cli *c, struct err *e) must_use;
/* A line on standard error, at once. */
void cli_note(struct cli *c, const char *fmt, ...) printf_like(2, 3);

/* A table for people: headings, cells, columns as wide as they need; numbers to the right. */
struct cli_table;
struct cli_table *cli_table_new(struct cli *c, size_t ncolumns, const char *const *headings, unsigned right);
void cli_table_cell(struct cli_table *t, struct str text);
void cli_table_print(struct cli_table *t);

/* --- progress ------------------------------------------------------------------------------------ */

/* A bar on a terminal (rows, rate, time left), plain lines when piped. Drawn on standard error. */
struct cli_progress {
	struct cli *cli;
	bool terminal;
	int64_t started_ns, drawn_ns;
	int phase, tenths;
	struct str name;
};
void cli_progress_start(struct cli_progress *p, struct cli *c, struct str name);
struct ingest_progress;
void cli_progress_show(void *progress, const struct ingest_progress *now);
/* The same for work that is counted in bytes; total 0: not known. */
void cli_progress_bytes(struct cli_progress *p, int64_t bytes, int64_t total);
void cli_progress_end(struct cli_progress *p);

/* --- the commands --------------------------------------------------------------------------------- */

extern const struct cli_command *const cli_commands[]; /* ends with NULL */
/* What the roof adds: how to serve. */
struct cli_hooks {
	bool (*serve)(struct cli *c, struct err *e);
};
/* The whole program: arguments in, exit code out. */
int cli_main(int argc, char **argv, char **environment, const struct cli_hooks *hooks);

/* Refuses a folder that is not a data folder: absent or empty ones only where one may be made. */
bool cli_check_folder(struct str folder, bool may_make, struct err *e) must_use;
/* Run as root on somebody's data folder, this process becomes that owner, for good. */
bool cli_become_owner(struct str folder, struct err *e) must_use;
/* Takes a data folder for a server, made when missing. ERR_CONFLICT when one runs there already. */
bool cli_lock(struct str folder, int *lock, struct err *e) must_use;

/* --- the control socket, for the server ------------------------------------------------------------ */

struct cli_control;
/* Listens on <data>/control.sock; only the folder's owner and root are let in. */
bool cli_control_open(struct site *s, const struct conf *conf, struct cli_control **out, struct err *e) must_use nonnull_all;
/* Interrupts the commands under way and waits for them. */
void cli_control_close(struct cli_control *k);

#endif

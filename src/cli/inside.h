/* What the files of the room share. */
#ifndef CLI_INSIDE_H
#define CLI_INSIDE_H

#include "cli/cli.h"

extern const struct cli_option cli_common_options[];

/* Finds the command that args begin with and reads its options; fills c. args borrow. */
bool cli_parse(struct cli *c, const struct str *args, size_t n, struct err *e) must_use nonnull_all;
/* Runs a parsed command and prints what went wrong; gives the exit code. */
int cli_perform(struct cli *c);
int cli_fail(struct cli *c, const struct err *e);

void cli_help(struct buf *b, const struct cli_command *command_or_null);
void cli_man(struct buf *b);
bool cli_completion(struct buf *b, struct str shell, struct err *e) must_use;

/* Writes everything, whatever the kind of descriptor; false: errno says why, ECANCELED when the command
 * was cancelled while nobody read. */
bool cli_write(const struct cli *c, int fd, struct str s);

/* cmd_secure.c: what an operator should mend about a rule, or nothing. */
struct str cli_rule_fault(struct arena *a, const struct dataset *d, const struct dataset_rule *r);

/* door.c: the folder's lock and the way into the server that holds it. */
enum cli_door { CLI_DOOR_LOCKED, CLI_DOOR_SERVER, CLI_DOOR_FAILED };
/* Takes the lock (given in *lock, closed by the caller), or finds a server behind it (*server is a
 * connected socket). Waits up to 30 s for another command to end. */
enum cli_door cli_door(struct str folder, int *lock, int *server, struct err *e);
/* Runs the command in the server; gives its exit code. */
int cli_ask_server(int server, const struct str *args, size_t n, struct str cwd);

#define COMMAND(symbol) extern const struct cli_command cli_cmd_##symbol;
#include "cli/commands.def"
#undef COMMAND

#endif

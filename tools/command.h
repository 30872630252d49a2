/*
 * The command line: one program, a subcommand for each thing to do. Each command says what it is
 * for, how it is called and what its exit codes mean, in one place; `suanpan help` and the
 * reference are made of it.
 */
#ifndef SUANPAN_COMMAND_H
#define SUANPAN_COMMAND_H

#include "../engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit codes, the same for all commands. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* it ran, and the answer is no: findings, failed tests, refused records,
			     damage found */
	EXIT_USAGE = 2,   /* the command was not called as it should be */
	EXIT_FAILED =
		3, /* it could not be done: disk, memory, the server's or the network's fault */
};

struct command {
	const char *name;
	const char *usage;   /* "rate FILE --as LAYOUT [--json]" */
	const char *en, *zh; /* one line */
	const char *help;    /* the page: what, how, exit codes, examples; English */
	const char *help_zh; /* the same in Chinese */
	int (*run)(int count, char **arguments); /* arguments[0] is the command's name */
};

/* All commands, in the order of the help page. */
const struct command *const *commands_all(size_t *count);
const struct command *command_find(const char *name);

/* Says on standard error what was wrong with the call, and how it should be; returns EXIT_USAGE. */
int command_misused(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Says on standard error what failed; returns EXIT_FAILED. */
int command_failed(const char *doing, const struct fault *fault);

extern const struct command COMMAND_SERVE;
extern const struct command COMMAND_RATE;
extern const struct command COMMAND_CALL;
extern const struct command COMMAND_INIT;
extern const struct command COMMAND_CHECK;
extern const struct command COMMAND_TEST;
extern const struct command COMMAND_DIFF;
extern const struct command COMMAND_TABLE;
extern const struct command COMMAND_PUBLISH;
extern const struct command COMMAND_RELEASES;
extern const struct command COMMAND_EXPLAIN;
extern const struct command COMMAND_REPLAY;
extern const struct command COMMAND_DUMP;
extern const struct command COMMAND_FSCK;
extern const struct command COMMAND_HELP;
extern const struct command COMMAND_VERSION;

#endif

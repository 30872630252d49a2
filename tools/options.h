/*
 * Options of a subcommand: "--name", "--name VALUE" or "--name=VALUE", anywhere among its
 * arguments; "--" ends them. What is wrong is said on standard error, with the usage of the
 * command.
 */
#ifndef SUANPAN_OPTIONS_H
#define SUANPAN_OPTIONS_H

#include "command.h"

#include <stdint.h>

enum option_kind {
	OPTION_FLAG,     /* bool */
	OPTION_TEXT,     /* const char * */
	OPTION_COUNT,    /* int64_t, min to max */
	OPTION_LANGUAGE, /* const char *: "en" or "zh" */
};

struct option {
	const char *name; /* "--to" */
	enum option_kind kind;
	void *value; /* untouched if the option is not given */
	int64_t min, max;
};

struct options {
	const struct command *command;
	const struct option *list; /* ends with a name of NULL */
	size_t positional_min, positional_max;
	const char **positional; /* room for positional_max; NULL where there is none */
};

/* EXIT_DONE, or EXIT_USAGE after saying why. arguments[0] is the command's name. */
int options_read(const struct options *options, int count, char **arguments);

/*
 * The language of who sits at this terminal, by the locale of messages (POSIX: LC_ALL, else
 * LC_MESSAGES, else LANG): "zh" for any Chinese one, else "en". What --language is without being
 * given.
 */
const char *options_language(void);

#endif

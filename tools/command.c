/* The commands (see command.h). */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct command *const COMMANDS[] = {
	&COMMAND_SERVE,
	&COMMAND_RATE,
	&COMMAND_CALL,
	&COMMAND_INIT,
	&COMMAND_CHECK,
	&COMMAND_TEST,
	&COMMAND_DIFF,
	&COMMAND_TABLE,
	&COMMAND_PUBLISH,
	&COMMAND_RELEASES,
	&COMMAND_EXPLAIN,
	&COMMAND_REPLAY,
	&COMMAND_DUMP,
	&COMMAND_FSCK,
	&COMMAND_VERSION,
	&COMMAND_HELP,
};

const struct command *const *
commands_all(size_t *count)
{
	*count = sizeof COMMANDS / sizeof COMMANDS[0];
	return COMMANDS;
}

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
		if (strcmp(COMMANDS[i]->name, name) == 0)
			return COMMANDS[i];
	}
	return NULL;
}

int
command_misused(const struct command *command, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	fprintf(stderr, "suanpan %s: ", command->name);
	vfprintf(stderr, format, list);
	fprintf(stderr, "\nusage: suanpan %s\n", command->usage);
	va_end(list);
	return EXIT_USAGE;
}

int
command_failed(const char *doing, const struct fault *fault)
{
	fprintf(stderr, "suanpan: %s: %s\n", doing, fault->text);
	return EXIT_FAILED;
}

/* suanpan help: the commands, one command, one method, and the reference pages. */
#include "command.h"

#include <stdio.h>

static int
help_run(int count, char **arguments)
{
	if (count > 1 && command_find(arguments[1]) != NULL) {
		const struct command *one = command_find(arguments[1]);
		printf("usage: suanpan %s\n\n%s.\n\n%s\n", one->usage, one->en, one->help);
		return EXIT_DONE;
	}
	size_t commands;
	const struct command *const *all = commands_all(&commands);
	for (size_t i = 0; i < commands; i++)
		printf("  %-10s %s\n", all[i]->name, all[i]->en);
	return EXIT_DONE;
}

const struct command COMMAND_HELP = {
	.name = "help",
	.usage = "help [COMMAND]",
	.en = "says what the commands and methods are",
	.zh = "显示命令和方法的说明",
	.help = "",
	.run = help_run,
};

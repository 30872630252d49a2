/* suanpan: the server and its command line (see command.h). */
#include "command.h"

#include "../engine/comparison.h"
#include "../engine/method.h"
#include "../engine/proof.h"

#include <stdio.h>
#include <string.h>

int
main(int count, char **arguments)
{
	const char *name = count < 2 ? "help" : arguments[1];
	if (count == 2 && strcmp(name, PROOF_ARGUMENT) == 0)
		proof_child();
	if (count == 2 && strcmp(name, COMPARISON_ARGUMENT) == 0)
		comparison_child();
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	const struct command *command = command_find(name);
	if (command == NULL) {
		if (method_find(text_of(name)) != NULL)
			fprintf(stderr,
				"suanpan: %s is a method of a running server: suanpan call %s\n",
				name, name);
		else
			fprintf(stderr,
				"suanpan: there is no command \"%s\"; suanpan help lists them\n",
				name);
		return EXIT_USAGE;
	}
	if (count > 2 && (strcmp(arguments[2], "--help") == 0 || strcmp(arguments[2], "-h") == 0)) {
		char *asked[] = { "help", (char *)(size_t)command->name };
		return command_find("help")->run(2, asked);
	}
	return count < 2 ? command->run(1, (char *[]){ "help" })
			 : command->run(count - 1, arguments + 1);
}

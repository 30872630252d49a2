/* Options of a subcommand (see options.h). */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct option *
find(const struct options *options, const char *argument, size_t size)
{
	for (const struct option *one = options->list; one->name != NULL; one++) {
		if (strlen(one->name) == size && memcmp(one->name, argument, size) == 0)
			return one;
	}
	return NULL;
}

static int
take_count(const struct options *options, const struct option *option, const char *value)
{
	char *end;
	errno = 0;
	long long number = strtoll(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || number < option->min ||
		number > option->max)
		return command_misused(options->command,
			"%s is an integer from %" PRId64 " to %" PRId64, option->name, option->min,
			option->max);
	*(int64_t *)option->value = number;
	return EXIT_DONE;
}

static int
take_value(const struct options *options, const struct option *option, const char *value)
{
	switch (option->kind) {
	case OPTION_LANGUAGE:
		if (strcmp(value, "en") != 0 && strcmp(value, "zh") != 0)
			return command_misused(options->command, "%s is en or zh", option->name);
		*(const char **)option->value = value;
		break;
	case OPTION_TEXT:
		*(const char **)option->value = value;
		break;
	case OPTION_COUNT:
		return take_count(options, option, value);
	case OPTION_FLAG:
		break;
	}
	return EXIT_DONE;
}

/* The option at *index, with its value if it has one. */
static int
take_option(const struct options *options, int count, char **arguments, int *index)
{
	const char *argument = arguments[*index];
	const char *equals = strchr(argument, '=');
	size_t size = equals == NULL ? strlen(argument) : (size_t)(equals - argument);
	const struct option *option = find(options, argument, size);
	if (option == NULL)
		return command_misused(
			options->command, "there is no option %.*s", (int)size, argument);
	if (option->kind == OPTION_FLAG) {
		if (equals != NULL)
			return command_misused(options->command, "%s takes no value", option->name);
		*(bool *)option->value = true;
		return EXIT_DONE;
	}
	if (equals != NULL)
		return take_value(options, option, equals + 1);
	if (*index + 1 >= count)
		return command_misused(options->command, "%s needs a value", option->name);
	return take_value(options, option, arguments[++*index]);
}

int
options_read(const struct options *options, int count, char **arguments)
{
	size_t found = 0;
	bool ended = false;
	for (size_t i = 0; i < options->positional_max; i++)
		options->positional[i] = NULL;
	for (int i = 1; i < count; i++) {
		if (!ended && strcmp(arguments[i], "--") == 0) {
			ended = true;
			continue;
		}
		if (!ended && arguments[i][0] == '-' && arguments[i][1] != '\0') {
			int code = take_option(options, count, arguments, &i);
			if (code != EXIT_DONE)
				return code;
			continue;
		}
		if (found == options->positional_max)
			return command_misused(
				options->command, "\"%s\" is one too many", arguments[i]);
		options->positional[found++] = arguments[i];
	}
	if (found < options->positional_min)
		return command_misused(options->command, "something is missing");
	return EXIT_DONE;
}

const char *
options_language(void)
{
	static const char *const NAMES[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
		const char *locale = getenv(NAMES[i]);
		if (locale != NULL && locale[0] != '\0')
			return strncmp(locale, "zh", 2) == 0 ? "zh" : "en";
	}
	return "en";
}

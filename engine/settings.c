/* Settings (see settings.h). */
#include "settings.h"

#include "base/buffer.h"
#include "base/must.h"

#include "../rules/settings_file.h"
#include "../store/disk.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTING_ROW(member, name, kind, standard, min, max, choices, en, zh) \
	{ name, kind, standard, min, max, choices, en, zh },
static const struct setting TABLE[] = { SETTINGS(SETTING_ROW) };
#undef SETTING_ROW

enum { FILE_BYTES_MAX = 1 << 20 };
enum { SETTING_COUNT_ALL = sizeof TABLE / sizeof TABLE[0] };
_Static_assert(sizeof(struct settings) == SETTING_COUNT_ALL * sizeof(struct setting_value),
	"the struct of values is an array in the order of the table");

const struct setting *
settings_table(size_t *count)
{
	*count = SETTING_COUNT_ALL;
	return TABLE;
}

static struct setting_value *
value_at(struct settings *settings, size_t index)
{
	must(index < SETTING_COUNT_ALL);
	return (struct setting_value *)(void *)settings + index;
}

/* ---- reading values ---- */

struct unit_factor {
	const char *name;
	int64_t factor;
};

static const struct unit_factor BYTE_UNITS[] = {
	{ "", 1 },
	{ "bytes", 1 },
	{ "KiB", INT64_C(1) << 10 },
	{ "MiB", INT64_C(1) << 20 },
	{ "GiB", INT64_C(1) << 30 },
	{ "TiB", INT64_C(1) << 40 },
	{ NULL, 0 },
};

#define DAY INT64_C(86400000)
static const struct unit_factor DURATION_UNITS[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "minute", 60000 },
	{ "minutes", 60000 },
	{ "hour", 3600000 },
	{ "hours", 3600000 },
	{ "day", DAY },
	{ "days", DAY },
	{ "year", 365 * DAY },
	{ "years", 365 * DAY },
	{ NULL, 0 },
};

/* "64 MiB": digits, blanks, a unit of the list; 0 needs none. */
static bool
read_number(const char *text, const struct unit_factor *units, int64_t *number)
{
	char *end;
	errno = 0;
	if (!isdigit((unsigned char)text[0]))
		return false;
	long long value = strtoll(text, &end, 10);
	while (*end == ' ')
		end++;
	if (value == 0 && *end == '\0') {
		*number = 0;
		return true;
	}
	for (; units->name != NULL; units++) {
		int64_t product;
		if (strcmp(end, units->name) != 0)
			continue;
		if (errno != 0 || __builtin_mul_overflow((int64_t)value, units->factor, &product))
			return false;
		*number = product;
		return true;
	}
	return false;
}

static bool
read_choice(const char *text, const char *choices, int64_t *number)
{
	size_t size = strlen(text);
	for (int64_t index = 0; choices != NULL; index++) {
		const char *bar = strchr(choices, '|');
		size_t choice = bar == NULL ? strlen(choices) : (size_t)(bar - choices);
		if (choice == size && strncmp(choices, text, size) == 0) {
			*number = index;
			return true;
		}
		choices = bar == NULL ? NULL : bar + 1;
	}
	return false;
}

static bool
read_value(const struct setting *setting, const char *text, int64_t *number)
{
	static const struct unit_factor NO_UNITS[] = { { "", 1 }, { NULL, 0 } };
	switch (setting->kind) {
	case SETTING_TEXT:
		*number = (int64_t)strlen(text);
		break;
	case SETTING_COUNT:
		if (!read_number(text, NO_UNITS, number))
			return false;
		break;
	case SETTING_BYTES:
		if (!read_number(text, BYTE_UNITS, number))
			return false;
		break;
	case SETTING_DURATION:
		if (!read_number(text, DURATION_UNITS, number))
			return false;
		break;
	case SETTING_CHOICE:
		return read_choice(text, setting->choices, number);
	}
	return *number >= setting->min && *number <= setting->max;
}

/* "64 KiB": a number in the largest unit that divides it. */
static void
write_number(int64_t number, const struct unit_factor *units, char text[40])
{
	const struct unit_factor *best = units;
	for (const struct unit_factor *unit = units; unit->name != NULL; unit++) {
		bool larger = unit->factor > best->factor;
		bool plural = unit->factor == best->factor && number != unit->factor;
		if (number != 0 && number % unit->factor == 0 && (larger || plural))
			best = unit;
	}
	must(best->name != NULL && best->factor > 0);
	snprintf(text, 40, "%" PRId64 "%s%s", number / best->factor,
		best->name[0] == '\0' ? "" : " ", best->name);
}

/* What a setting may be, in words: "a duration such as "400 days", from 1 day to 100 years". */
static void
write_hint(const struct setting *setting, char hint[200])
{
	static const struct unit_factor NO_UNITS[] = { { "", 1 }, { NULL, 0 } };
	const struct unit_factor *units = NO_UNITS;
	const char *kind = "a number";
	char min[40], max[40];
	switch (setting->kind) {
	case SETTING_TEXT:
		snprintf(hint, 200, "a text of %" PRId64 " to %" PRId64 " bytes", setting->min,
			setting->max);
		return;
	case SETTING_CHOICE:
		snprintf(hint, 200, "one of %s", setting->choices);
		return;
	case SETTING_COUNT:
		break;
	case SETTING_BYTES:
		units = BYTE_UNITS;
		kind = "a size such as \"64 MiB\"";
		break;
	case SETTING_DURATION:
		units = DURATION_UNITS;
		kind = "a duration such as \"10 minutes\"";
		break;
	}
	write_number(setting->min, units, min);
	write_number(setting->max, units, max);
	snprintf(hint, 200, "%s, from %s to %s", kind, min, max);
}

static enum status
set_at(struct settings *settings, size_t index, const char *value, struct fault *fault)
{
	const struct setting *setting = &TABLE[index];
	struct setting_value *place = value_at(settings, index);
	int64_t number = 0;
	if (strlen(value) >= sizeof place->text || !read_value(setting, value, &number)) {
		char hint[200];
		write_hint(setting, hint);
		return fault_set(fault, STATUS_INVALID,
			"setting %s can't be \"%.100s\": it is %s; by default \"%s\"",
			setting->name, value, hint, setting->standard);
	}
	snprintf(place->text, sizeof place->text, "%s", value);
	place->number = number;
	return STATUS_OK;
}

void
settings_init(struct settings *settings)
{
	for (size_t i = 0; i < SETTING_COUNT_ALL; i++) {
		enum status status = set_at(settings, i, TABLE[i].standard, NULL);
		must(status == STATUS_OK);
	}
}

/* ---- by name ---- */

/*
 * How many letters two names have in common at their starts and ends: enough to name the nearest.
 */
static size_t
likeness(const char *a, const char *b)
{
	size_t a_size = strlen(a), b_size = strlen(b), start = 0, end = 0;
	while (start < a_size && start < b_size && a[start] == b[start])
		start++;
	while (end < a_size - start && end < b_size - start &&
		a[a_size - 1 - end] == b[b_size - 1 - end])
		end++;
	return start + end;
}

static const char *
nearest_name(const char *name)
{
	size_t best = 0;
	for (size_t i = 1; i < SETTING_COUNT_ALL; i++) {
		if (likeness(TABLE[i].name, name) > likeness(TABLE[best].name, name))
			best = i;
	}
	return TABLE[best].name;
}

enum status
settings_set(struct settings *settings, const char *name, const char *value, struct fault *fault)
{
	for (size_t i = 0; i < SETTING_COUNT_ALL; i++) {
		if (strcmp(TABLE[i].name, name) == 0)
			return set_at(settings, i, value, fault);
	}
	return fault_set(fault, STATUS_NOT_FOUND,
		"there is no setting \"%.100s\"; do you mean \"%s\"? suanpan help serve lists them",
		name, nearest_name(name));
}

/* ---- the file ---- */

static enum status
set_from_file(void *context, const char *name, const char *value, struct fault *fault)
{
	return settings_set(context, name, value, fault);
}

enum status
settings_read_file(struct settings *settings, const char *path, struct fault *fault)
{
	struct buffer source;
	buffer_init(&source, FILE_BYTES_MAX);
	enum status status = disk_read_file(path, &source, fault);
	if (status == STATUS_OK)
		status = settings_file_read(text_of(path),
			(struct text){ (const char *)source.data, source.size }, set_from_file,
			settings, fault);
	buffer_release(&source);
	return status;
}

/* ---- environment and flags ---- */

void
settings_flag(const struct setting *setting, char flag[64])
{
	int size = snprintf(flag, 64, "--%s", setting->name);
	must(size > 0 && size < 64);
	for (char *at = flag; *at != '\0'; at++) {
		if (*at == '.' || *at == '_')
			*at = '-';
	}
}

void
settings_variable(const struct setting *setting, char variable[64])
{
	int size = snprintf(variable, 64, "SUANPAN_%s", setting->name);
	must(size > 0 && size < 64);
	for (char *at = variable; *at != '\0'; at++)
		*at = *at == '.' ? '_' : (char)toupper((unsigned char)*at);
}

extern char **environ;

enum status
settings_read_environment(struct settings *settings, struct fault *fault)
{
	for (char **variable = environ; *variable != NULL; variable++) {
		const char *equals = strchr(*variable, '=');
		bool known = false;
		if (strncmp(*variable, "SUANPAN_", 8) != 0 || equals == NULL)
			continue;
		for (size_t i = 0; i < SETTING_COUNT_ALL && !known; i++) {
			char name[64];
			settings_variable(&TABLE[i], name);
			size_t size = (size_t)(equals - *variable);
			if (strlen(name) != size || strncmp(name, *variable, size) != 0)
				continue;
			known = true;
			enum status status = set_at(settings, i, equals + 1, fault);
			if (status != STATUS_OK)
				return status;
		}
		if (!known)
			return fault_set(fault, STATUS_NOT_FOUND,
				"the environment has %.*s, which is no setting; suanpan help serve lists them",
				(int)(equals - *variable), *variable);
	}
	return STATUS_OK;
}

enum status
settings_take_flag(struct settings *settings, int count, char **arguments, int *index, bool *taken,
	struct fault *fault)
{
	const char *argument = arguments[*index];
	*taken = false;
	for (size_t i = 0; i < SETTING_COUNT_ALL; i++) {
		char flag[64];
		settings_flag(&TABLE[i], flag);
		size_t size = strlen(flag);
		if (strncmp(argument, flag, size) != 0 ||
			(argument[size] != '\0' && argument[size] != '='))
			continue;
		*taken = true;
		if (argument[size] == '=') {
			(*index)++;
			return set_at(settings, i, argument + size + 1, fault);
		}
		if (*index + 1 >= count)
			return fault_set(fault, STATUS_INVALID, "%s needs a value", flag);
		*index += 2;
		return set_at(settings, i, arguments[*index - 1], fault);
	}
	return STATUS_OK;
}

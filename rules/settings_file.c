#include "settings_file.h"

#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 256, NAME_BYTES = 64, VALUE_BYTES = 1024, DEPTH_MAX = 4 };

struct file_setting {
	char name[NAME_BYTES];
	char value[VALUE_BYTES];
};

struct file_reading {
	struct text path;
	struct text source;
	struct file_setting settings[SETTINGS_MAX];
	size_t count;
};

/* "usage" and "age_max" to "usage.age_max". */
static void
join_names(lua_State *lua, const char *outer, const char *inner, char name[NAME_BYTES])
{
	int size = snprintf(name, NAME_BYTES, "%s%s%s", outer, outer[0] == '\0' ? "" : ".", inner);
	if (size < 0 || size >= NAME_BYTES)
		luaL_error(lua, "a setting's name is too long: %s", inner);
}

static void
keep_value(lua_State *lua, struct file_reading *reading, const char *name)
{
	if (reading->count == SETTINGS_MAX)
		luaL_error(lua, "more than %d settings", SETTINGS_MAX);
	struct file_setting *setting = &reading->settings[reading->count++];
	snprintf(setting->name, NAME_BYTES, "%s", name);
	size_t size;
	const char *value = lua_tolstring(
		lua, -1, &size); /* a copy is on the stack: the table stays */
	if (size >= VALUE_BYTES || strlen(value) != size)
		luaL_error(lua, "the value of %s is too long", name);
	memcpy(setting->value, value, size + 1);
}

/* Collects the settings of the table on the top of the stack. */
static void
collect(lua_State *lua, struct file_reading *reading, const char *outer, int depth)
{
	luaL_checkstack(lua, 4, NULL);
	if (depth > DEPTH_MAX)
		luaL_error(lua, "%s is nested too deep", outer);
	lua_pushnil(lua);
	while (lua_next(lua, -2) != 0) {
		char name[NAME_BYTES];
		if (lua_type(lua, -2) != LUA_TSTRING)
			luaL_error(lua, "a setting without a name%s%s",
				outer[0] == '\0' ? "" : " in ", outer);
		join_names(lua, outer, lua_tostring(lua, -2), name);
		if (lua_istable(lua, -1))
			collect(lua, reading, name, depth + 1);
		else if (lua_type(lua, -1) == LUA_TSTRING || lua_isinteger(lua, -1))
			keep_value(lua, reading, name);
		else
			luaL_error(lua, "%s must be a text or an integer", name);
		lua_pop(lua, 1);
	}
}

static int
run_file(lua_State *lua)
{
	struct file_reading *reading = lua_touserdata(lua, 1);
	sandbox_load(lua, reading->path, reading->source);
	lua_call(lua, 0, 1);
	if (!lua_istable(lua, -1))
		return luaL_error(lua,
			"a settings file must return a table: return { listen = \"127.0.0.1:7117\" }");
	collect(lua, reading, "", 1);
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct file_setting *left = a, *right = b;
	return strcmp(left->name, right->name);
}

enum status
settings_file_read(struct text path, struct text source,
	enum status (*set)(void *context, const char *name, const char *value, struct fault *fault),
	void *context, struct fault *fault)
{
	struct sandbox_limits limits = {
		.instructions = 1000000,
		.stride = 1000,
		.wall_us = 1000000,
		.memory_bytes = 16 << 20,
		.block_bytes = 1 << 20,
		.taken_bytes = 64 << 20,
	};
	struct sandbox *sandbox;
	static _Thread_local struct file_reading reading;
	reading = (struct file_reading){ .path = path, .source = source };
	enum status status = sandbox_new(&limits, &sandbox, fault);
	if (status != STATUS_OK)
		return status;
	enum sandbox_outcome outcome = sandbox_run(sandbox, run_file, &reading);
	if (outcome != SANDBOX_DONE)
		status = sandbox_fault(sandbox, outcome, fault);
	sandbox_free(sandbox);
	/* In order of name, since a table has none. */
	qsort(reading.settings, reading.count, sizeof reading.settings[0], compare_names);
	for (size_t i = 1; i < reading.count && status == STATUS_OK; i++) {
		const char *name = reading.settings[i].name;
		if (strcmp(reading.settings[i - 1].name, name) == 0)
			status = fault_set(fault, STATUS_INVALID, "%.*s: %s is given twice",
				TEXT_ARGS(path), name);
	}
	for (size_t i = 0; i < reading.count && status == STATUS_OK; i++)
		status = set(context, reading.settings[i].name, reading.settings[i].value, fault);
	return status;
}

#include "caller.h"

#include <stdio.h>

/* Few enough that what lies between two looks can't take long: at worst, copies of a block each. */
#define STRIDE 100
/* Garbage of so many calls' bounds is let lie before it is collected, between two calls. */
#define GARBAGE_CALLS 4

struct opening {
	struct caller *caller;
	void (*show)(lua_State *lua, void *context);
	void *context;
};

/* Stack: the opening, the list. Leaves what calls need: the list, the value shown, what is frozen.
 */
static int
work_settle(lua_State *lua)
{
	struct opening *opening = lua_touserdata(lua, 1);
	lua_remove(lua, 1);
	opening->show(lua, opening->context);
	lua_pushvalue(lua, 1);
	freeze_functions(lua, &opening->caller->frozen);
	sandbox_close_words(lua);
	luaL_checkstack(lua, 20, NULL);
	return lua_gettop(lua);
}

static void
arm(struct caller *caller, const struct call_limits *limits)
{
	struct sandbox *sandbox = caller->sandbox;
	caller->garbage_bytes_max = GARBAGE_CALLS * limits->memory_call_bytes;
	/* Each collection halves the table of texts at most, which loading may have made large. */
	size_t before;
	do {
		before = sandbox->memory_used;
		lua_gc(sandbox->lua, LUA_GCCOLLECT);
	} while (sandbox->memory_used < before);
	/* From here on only between two calls, so that collecting is within no call's time. */
	lua_gc(sandbox->lua, LUA_GCSTOP);
	caller->held_bytes = sandbox->memory_used;
	struct sandbox_limits of_call = {
		.instructions = limits->instructions,
		.stride = STRIDE,
		.wall_us = limits->wall_us,
		.memory_bytes = caller->held_bytes + caller->garbage_bytes_max +
			2 * limits->memory_call_bytes,
		.block_bytes = limits->block_bytes,
		.taken_bytes = limits->memory_call_bytes,
	};
	sandbox_arm(sandbox, &of_call);
}

enum status
caller_open(struct caller *caller, struct sandbox *sandbox,
	void (*show)(lua_State *lua, void *context), void *context,
	const struct call_limits *limits, struct fault *fault)
{
	lua_State *lua = sandbox->lua;
	*caller = (struct caller){ .sandbox = sandbox };
	struct opening opening = { caller, show, context };
	lua_pushcfunction(lua, work_settle);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, &opening);
	lua_insert(lua, -2);
	int first = lua_gettop(lua) - 2;
	enum sandbox_outcome outcome = sandbox_call(sandbox, 2, LUA_MULTRET);
	if (outcome != SANDBOX_DONE) {
		enum status status = sandbox_fault(sandbox, outcome, fault);
		caller_close(caller);
		return status;
	}
	/* Places were counted from 1 inside of the call. */
	caller->list = first;
	caller->shown = first + 1;
	caller->frozen.functions += first - 1;
	caller->frozen.values += first - 1;
	sandbox->owner = NULL;
	arm(caller, limits);
	if (caller->held_bytes <= limits->memory_bytes)
		return STATUS_OK;
	size_t held_bytes = caller->held_bytes;
	caller_close(caller);
	return fault_set(fault, STATUS_LIMIT,
		"the functions hold %zu bytes of memory; %zu are allowed", held_bytes,
		limits->memory_bytes);
}

void
caller_close(struct caller *caller)
{
	sandbox_free(caller->sandbox);
	*caller = (struct caller){ 0 };
}

void
caller_blame(struct caller *caller, const char *what)
{
	const struct sandbox_problem *at = &caller->sandbox->problem;
	if (at->file[0] != '\0')
		snprintf(caller->problem, sizeof caller->problem, "%s:%u: %s", at->file, at->line,
			what);
	else
		snprintf(caller->problem, sizeof caller->problem, "%s", what);
}

static void
collect_garbage(struct caller *caller)
{
	if (caller->sandbox->memory_used > caller->held_bytes + caller->garbage_bytes_max)
		lua_gc(caller->sandbox->lua, LUA_GCCOLLECT);
}

enum sandbox_outcome
caller_call(struct caller *caller, uint32_t number, int value)
{
	struct sandbox *sandbox = caller->sandbox;
	lua_State *lua = sandbox->lua;
	sandbox_rearm(sandbox);
	lua_rawgeti(lua, caller->list, (lua_Integer)number + 1);
	must(lua_isfunction(lua, -1));
	lua_pushvalue(lua, caller->shown + value);
	enum sandbox_outcome outcome = sandbox_call(sandbox, 1, 1);
	const char *changed = freeze_restore(lua, &caller->frozen);
	if (outcome != SANDBOX_DONE) {
		caller_blame(caller, sandbox->problem.text);
		collect_garbage(caller);
		return outcome;
	}
	if (changed == NULL)
		return SANDBOX_DONE;
	char what[300];
	snprintf(what, sizeof what, "a function changed '%.200s', which is outside of it", changed);
	caller_blame(caller, what);
	caller_done(caller);
	return SANDBOX_ERROR;
}

void
caller_done(struct caller *caller)
{
	lua_pop(caller->sandbox->lua, 1);
	collect_garbage(caller);
}

#include "host.h"

#include <stdio.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "build.h"
#include "context.h"
#include "freeze.h"
#include "money_lua.h"

/* Few enough that the instructions between two looks can't run long: the worst copy 64 KiB each. */
#define RATING_STRIDE 100
/* Garbage of so many calls' bounds is let lie before it is collected, between two calls. */
#define GARBAGE_CALLS 4

struct host {
	struct release *release;
	struct sandbox *sandbox; /* NULL: the release has no functions */
	struct rate_functions functions;
	const struct release_function *about; /* of each function */
	struct usage_context context;
	int list; /* places on the stack: the functions, … */
	int shown; /* … the context as they see it */
	struct frozen frozen;
	size_t held_bytes; /* after loading */
	size_t garbage_bytes_max;
	char problem[800];
};

struct host_limits
host_limits_default(void)
{
	return (struct host_limits){
		.memory_bytes = (size_t)4 * 1024 * 1024,
		.memory_call_bytes = (size_t)256 * 1024,
		.block_bytes = (size_t)64 * 1024,
		.call_wall_us = 1000,
	};
}

/* Words a failure; the text stays until the next one. */
static enum call_outcome
fail(struct host *host, enum call_outcome outcome, const char *problem, struct text *text)
{
	const struct sandbox_problem *at = &host->sandbox->problem;
	if (at->file[0] != '\0')
		snprintf(host->problem, sizeof host->problem, "%s:%u: %s", at->file, at->line,
			problem);
	else
		snprintf(host->problem, sizeof host->problem, "%s", problem);
	*text = text_of(host->problem);
	return outcome;
}

static void
collect_garbage(struct host *host)
{
	if (host->sandbox->memory_used > host->held_bytes + host->garbage_bytes_max)
		lua_gc(host->sandbox->lua, LUA_GCCOLLECT);
}

/*
 * Calls a function with the usage. On CALL_DONE its one result is on the stack.
 */
static enum call_outcome
call(struct host *host, int32_t function, const struct usage *usage, struct text *problem)
{
	lua_State *lua = host->sandbox->lua;
	must(function >= 0 && (uint32_t)function < release_image(host->release)->function_count);
	context_set(&host->context, usage);
	sandbox_rearm(host->sandbox);
	lua_rawgeti(lua, host->list, function + 1);
	lua_pushvalue(lua, host->shown);
	enum sandbox_outcome outcome = sandbox_call(host->sandbox, 1, 1);
	const char *changed = freeze_restore(lua, &host->frozen);
	if (outcome == SANDBOX_DEADLINE)
		return fail(host, CALL_DEADLINE, host->sandbox->problem.text, problem);
	if (outcome != SANDBOX_DONE)
		return fail(host, CALL_FAILED, host->sandbox->problem.text, problem);
	if (changed == NULL)
		return CALL_DONE;
	char text[300];
	snprintf(text, sizeof text, "a function changed '%.200s', which is outside of it", changed);
	lua_pop(lua, 1);
	return fail(host, CALL_FAILED, text, problem);
}

static enum call_outcome
call_when(
	void *context, int32_t function, const struct usage *usage, bool *yes, struct text *problem)
{
	struct host *host = context;
	must(host->about[function].kind == FUNCTION_WHEN);
	enum call_outcome outcome = call(host, function, usage, problem);
	if (outcome == CALL_DONE) {
		if (lua_isboolean(host->sandbox->lua, -1))
			*yes = lua_toboolean(host->sandbox->lua, -1);
		else
			outcome = fail(
				host, CALL_FAILED, "`when` must return true or false", problem);
		lua_pop(host->sandbox->lua, 1);
	}
	collect_garbage(host);
	return outcome;
}

/* The one rounding of the line happens here, where the exact fraction still is. */
static const char *
round_amount(const struct release_function *about, struct ratio value, struct money *amount)
{
	struct ratio step;
	if (about->round_step > 0 && (!ratio_make(about->round_step, MONEY_MICROS, &step) ||
					     !ratio_round(value, step, about->round_mode, &value)))
		return "OVERFLOW: the amount is beyond what money can hold";
	if (!ratio_to_money(value, amount))
		return about->round_step > 0
			       ? "OVERFLOW: the amount is beyond what money can hold"
			       : "the amount has more than 6 decimals: say how the tariff rounds, such "
				 "as round = \"0.01 half_up\"";
	if (amount->micros < 0)
		return "the amount is negative";
	return NULL;
}

static enum call_outcome
call_amount(void *context, int32_t function, const struct usage *usage, struct money *amount,
	struct text *problem)
{
	struct host *host = context;
	enum exact_kind kind;
	struct ratio value;
	struct money rounded;
	must(host->about[function].kind == FUNCTION_AMOUNT);
	enum call_outcome outcome = call(host, function, usage, problem);
	if (outcome == CALL_DONE) {
		const char *wrong = "`amount` must return money, such as money \"0.15\"";
		if (exact_get(host->sandbox->lua, -1, &kind, &value) && kind == EXACT_MONEY)
			wrong = round_amount(&host->about[function], value, &rounded);
		if (wrong == NULL)
			*amount = rounded;
		else
			outcome = fail(host, CALL_FAILED, wrong, problem);
		lua_pop(host->sandbox->lua, 1);
	}
	collect_garbage(host);
	return outcome;
}

/* Stack: the host, the list of functions. Leaves what calls need: list, context, what is frozen. */
static int
work_settle(lua_State *lua)
{
	struct host *host = lua_touserdata(lua, 1);
	lua_remove(lua, 1);
	context_push(lua, &host->context);
	lua_pushvalue(lua, 1);
	freeze_functions(lua, &host->frozen);
	sandbox_close_words(lua);
	luaL_checkstack(lua, 20, NULL);
	return lua_gettop(lua);
}

/* The places on the stack of the call are those after it, counted from `first`. */
static void
settle_places(struct host *host, int first)
{
	int moved = first - 1;
	host->list = first;
	host->shown = first + 1;
	host->frozen.functions += moved;
	host->frozen.values += moved;
}

static void
arm(struct host *host, const struct host_limits *limits)
{
	uint32_t instructions = limits->instructions_call;
	host->garbage_bytes_max = GARBAGE_CALLS * limits->memory_call_bytes;
	lua_gc(host->sandbox->lua, LUA_GCCOLLECT);
	/* From here on only between two calls, so that collecting is on nobody's time. */
	lua_gc(host->sandbox->lua, LUA_GCSTOP);
	host->held_bytes = host->sandbox->memory_used;
	sandbox_arm(host->sandbox,
		&(struct sandbox_limits){
			.instructions = instructions > 0 ? instructions
							 : release_instructions(host->release),
			.stride = RATING_STRIDE,
			.wall_us = limits->call_wall_us,
			.memory_bytes = host->held_bytes + host->garbage_bytes_max +
					2 * limits->memory_call_bytes,
			.block_bytes = limits->block_bytes,
			.taken_bytes = limits->memory_call_bytes,
		});
}

/* Runs the scripts again and keeps their functions. */
static enum status
load(struct host *host, const struct host_limits *limits, struct fault *fault)
{
	struct build build;
	enum status status =
		build_begin(&build, release_bundle(host->release), "catalog", NULL, fault);
	if (status != STATUS_OK)
		return status;
	host->sandbox = build.sandbox;
	lua_State *lua = build.sandbox->lua;
	status = build_run_scripts(&build, false, fault);
	if (status == STATUS_OK)
		status = build_finish(&build, "catalog", "functions", fault);
	if (status != STATUS_OK)
		return status;
	lua_pushcfunction(lua, work_settle);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, host);
	lua_insert(lua, -2);
	int first = lua_gettop(lua) - 2;
	enum sandbox_outcome outcome = sandbox_call(host->sandbox, 2, LUA_MULTRET);
	if (outcome != SANDBOX_DONE)
		return sandbox_fault(host->sandbox, outcome, fault);
	settle_places(host, first);
	host->sandbox->owner = NULL; /* the build ends here */
	arm(host, limits);
	if (host->held_bytes > limits->memory_bytes)
		return fault_set(fault, STATUS_LIMIT,
			"the functions of the catalog hold %zu bytes of memory; %zu are allowed",
			host->held_bytes, limits->memory_bytes);
	return STATUS_OK;
}

enum status
host_new(struct release *release, const struct host_limits *limits, struct host **host,
	struct fault *fault)
{
	struct host_limits used = limits == NULL ? host_limits_default() : *limits;
	struct host *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a host");
	made->release = release_retain(release);
	made->functions = (struct rate_functions){ made, call_when, call_amount };
	made->about = release_functions(release);
	made->context.zone = release_image(release)->zone;
	enum status status = STATUS_OK;
	if (release_image(release)->function_count > 0)
		status = load(made, &used, fault);
	if (status != STATUS_OK) {
		host_free(made);
		return status;
	}
	*host = made;
	return STATUS_OK;
}

void
host_free(struct host *host)
{
	if (host == NULL)
		return;
	sandbox_free(host->sandbox);
	release_drop(host->release);
	memory_free(host);
}

const struct rate_functions *
host_functions(struct host *host)
{
	return &host->functions;
}

size_t
host_memory_bytes(const struct host *host)
{
	return sizeof *host + (host->sandbox == NULL ? 0 : host->sandbox->memory_used);
}

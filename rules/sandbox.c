#include "sandbox.h"

#include <locale.h>
#include <lualib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../engine/base/clock.h"
#include "../engine/base/embed.h"
#include "../engine/base/memory.h"
#include "../engine/base/utf8.h"

extern const struct embedded_file rules_library[];

/* Keys of the registry: their addresses. */
static const char words_key, library_key;

/*
 * What is raised instead of a text: by the hook, which must not need memory, and where the place is
 * noted already.
 */
static const char stopped_key, noted_key;

/*
 * Lua asks for more (size > old_size), for less, or gives back. Giving back and shrinking never
 * fail: Lua relies on it.
 */
static void *
allocate(void *context, void *block, size_t old_size, size_t size)
{
	struct sandbox *sandbox = context;
	if (block == NULL)
		old_size = 0; /* it tells the kind of object then */
	if (size == 0) {
		sandbox->memory_used -= old_size;
		memory_free(block);
		return NULL;
	}
	if (size > old_size) {
		size_t more = size - old_size;
		if (size > sandbox->limits.block_bytes ||
			more > sandbox->limits.memory_bytes - sandbox->memory_used ||
			more > sandbox->limits.taken_bytes - sandbox->taken) {
			sandbox->starved = false;
			return NULL;
		}
		sandbox->taken += more;
	}
	void *moved = memory_resize(block, size);
	if (moved == NULL && size > old_size) {
		sandbox->starved = true;
		return NULL;
	}
	sandbox->memory_used += size - old_size; /* as Lua counts, also where it did not shrink */
	return moved == NULL ? block : moved;
}

static void
stop(lua_State *lua, enum sandbox_outcome why)
{
	struct sandbox *sandbox = sandbox_of(lua);
	if (sandbox->stopped == SANDBOX_DONE)
		sandbox->stopped = why;
	lua_pushlightuserdata(lua, (void *)&stopped_key);
	lua_error(lua);
}

static void look(lua_State *lua, lua_Debug *unused);

/* How many instructions to the next look: a stride, or what is left if that is less. */
static int
next_look(const struct sandbox *sandbox)
{
	int64_t next = (int64_t)sandbox->limits.stride;
	if (next > sandbox->instructions)
		next = sandbox->instructions;
	return next > 0 ? (int)next : 1;
}

/* Lua goes through all calls on its stack to set a hook, so it is set only where the count changes.
 */
static void
arm(lua_State *lua, struct sandbox *sandbox)
{
	sandbox->armed = next_look(sandbox);
	lua_sethook(lua, look, LUA_MASKCOUNT, sandbox->armed);
}

/* The hook. */
static void
look(lua_State *lua, lua_Debug *unused)
{
	(void)unused;
	struct sandbox *sandbox = sandbox_of(lua);
	sandbox->instructions -= sandbox->armed;
	if (next_look(sandbox) != sandbox->armed)
		arm(lua, sandbox);
	if (sandbox->stopped != SANDBOX_DONE || sandbox->instructions <= 0)
		stop(lua, SANDBOX_INSTRUCTIONS);
	uint64_t now_ns = monotonic_ns();
	if (sandbox->deadline_ns == 0)
		sandbox->deadline_ns = now_ns + (uint64_t)sandbox->limits.wall_us * 1000;
	else if (now_ns > sandbox->deadline_ns)
		stop(lua, SANDBOX_DEADLINE);
}

void
sandbox_debit(lua_State *lua, size_t cost)
{
	struct sandbox *sandbox = sandbox_of(lua);
	if ((uint64_t)cost < (uint64_t)sandbox->instructions) {
		sandbox->instructions -= (int64_t)cost;
		return;
	}
	sandbox->instructions = 0;
	arm(lua, sandbox);
	stop(lua, SANDBOX_INSTRUCTIONS);
}

void
sandbox_refuse_memory(lua_State *lua)
{
	stop(lua, SANDBOX_STARVED);
}

bool
sandbox_place(lua_State *lua, lua_Debug *place)
{
	for (int level = 0; lua_getstack(lua, level, place); level++) {
		lua_getinfo(lua, "Sl", place);
		if (place->source[0] == '@')
			return true;
	}
	return false;
}

/* Copies an error's text as far as it goes, without its "file:line: " and without what is no text.
 */
static void
problem_set_text(struct sandbox_problem *problem, const char *message, const char *prefix)
{
	size_t prefix_size = strlen(prefix);
	if (strncmp(message, prefix, prefix_size) == 0)
		message += prefix_size;
	snprintf(problem->text, sizeof problem->text, "%s", message);
	bool sound = utf8_is_valid(text_of(problem->text));
	for (char *at = problem->text; *at != '\0'; at++)
		if ((uint8_t)*at < 0x20 || (!sound && (uint8_t)*at >= 0x7f))
			*at = '?';
}

/* "file:line: " as Lua puts it before its messages, for the nearest function written in Lua. */
static void
message_prefix(lua_State *lua, char prefix[LUA_IDSIZE + 16])
{
	lua_Debug place;
	prefix[0] = '\0';
	for (int level = 0; lua_getstack(lua, level, &place); level++) {
		lua_getinfo(lua, "Sl", &place);
		if (place.currentline <= 0)
			continue;
		snprintf(prefix, LUA_IDSIZE + 16, "%s:%d: ", place.short_src, place.currentline);
		return;
	}
}

/* The message handler: notes where the error happened, while the stack still tells. */
static int
note_problem(lua_State *lua)
{
	struct sandbox_problem *problem = &sandbox_of(lua)->problem;
	lua_Debug place;
	if (lua_touserdata(lua, 1) == &noted_key)
		return 1;
	if (sandbox_place(lua, &place)) {
		snprintf(problem->file, sizeof problem->file, "%s", place.source + 1);
		problem->line = place.currentline > 0 ? (uint32_t)place.currentline : 0;
	}
	if (lua_type(lua, 1) == LUA_TSTRING) {
		char prefix[LUA_IDSIZE + 16];
		message_prefix(lua, prefix);
		problem_set_text(problem, lua_tostring(lua, 1), prefix);
	} else {
		snprintf(problem->text, sizeof problem->text, "an error that is a %s",
			luaL_typename(lua, 1));
	}
	return 1;
}

/* A sentence in both languages. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) static void
problem_say(struct sandbox_problem *problem, const char *en, const char *zh, ...)
{
	va_list arguments;
	va_start(arguments, zh);
	vsnprintf(problem->text, sizeof problem->text, en, arguments);
	va_end(arguments);
	va_start(arguments, zh);
	vsnprintf(problem->text_zh, sizeof problem->text_zh, zh, arguments);
	va_end(arguments);
}

/* Sentences for the ends that no script words itself. */
static void
problem_word(struct sandbox *sandbox, enum sandbox_outcome outcome)
{
	struct sandbox_problem *problem = &sandbox->problem;
	switch (outcome) {
	case SANDBOX_DONE:
	case SANDBOX_ERROR:
		break;
	case SANDBOX_INSTRUCTIONS:
		problem_say(problem, "ran for more than %llu instructions", "运行超过 %llu 条指令",
			(unsigned long long)sandbox->limits.instructions);
		break;
	case SANDBOX_MEMORY:
		problem_say(problem, "asked for more memory than it may have",
			"所需内存超过允许的大小");
		break;
	case SANDBOX_STARVED:
		problem_say(problem, "there is no memory for it, though it may have more",
			"内存不足，虽未超过允许的大小");
		break;
	case SANDBOX_DEADLINE:
		problem_say(problem, "ran for more than %u us", "运行超过 %u 微秒",
			sandbox->limits.wall_us);
		break;
	}
}

enum sandbox_outcome
sandbox_call(struct sandbox *sandbox, int arguments, int results)
{
	lua_State *lua = sandbox->lua;
	must(!sandbox->inside);
	must(lua_gettop(lua) >= arguments + 2); /* the handler and the function */
	sandbox->inside = true;
	sandbox->stopped = SANDBOX_DONE;
	sandbox->problem.file[0] = '\0';
	sandbox->problem.text_zh[0] = '\0';
	sandbox->problem.line = 0;
	arm(lua, sandbox);
	int result = lua_pcall(lua, arguments, results, 1);
	sandbox->instructions -= sandbox->armed; /* part of them, at most */
	sandbox->inside = false;
	if (result == LUA_OK) {
		must(sandbox->stopped == SANDBOX_DONE);
		return SANDBOX_DONE;
	}
	enum sandbox_outcome outcome = sandbox->stopped;
	if (outcome == SANDBOX_DONE)
		outcome = result != LUA_ERRMEM ? SANDBOX_ERROR
			: sandbox->starved     ? SANDBOX_STARVED
					       : SANDBOX_MEMORY;
	problem_word(sandbox, outcome);
	lua_settop(lua, lua_gettop(lua) - 1);
	return outcome;
}

enum sandbox_outcome
sandbox_run(struct sandbox *sandbox, lua_CFunction work, void *argument)
{
	lua_pushcfunction(sandbox->lua, work);
	lua_pushlightuserdata(sandbox->lua, argument);
	return sandbox_call(sandbox, 1, 0);
}

enum status
sandbox_fault(const struct sandbox *sandbox, enum sandbox_outcome outcome, struct fault *fault)
{
	static const enum status statuses[] = {
		[SANDBOX_DONE] = STATUS_OK,
		[SANDBOX_ERROR] = STATUS_INVALID,
		[SANDBOX_INSTRUCTIONS] = STATUS_LIMIT,
		[SANDBOX_MEMORY] = STATUS_LIMIT,
		[SANDBOX_STARVED] = STATUS_MEMORY,
		[SANDBOX_DEADLINE] = STATUS_BUSY,
	};
	const struct sandbox_problem *problem = &sandbox->problem;
	must(outcome != SANDBOX_DONE);
	if (problem->file[0] == '\0')
		return fault_set(fault, statuses[outcome], "%s", problem->text);
	return fault_set(
		fault, statuses[outcome], "%s:%u: %s", problem->file, problem->line, problem->text);
}

void
sandbox_arm(struct sandbox *sandbox, const struct sandbox_limits *limits)
{
	must(limits->stride > 0 && limits->stride <= INT32_MAX);
	must(limits->instructions > 0 && limits->instructions <= INT64_MAX);
	sandbox->limits = *limits;
	/* What is held already stays; only more is refused. */
	if (sandbox->limits.memory_bytes < sandbox->memory_used)
		sandbox->limits.memory_bytes = sandbox->memory_used;
	sandbox_rearm(sandbox);
}

/* use "name": what rules/lib/name.lua returned. */
static int
global_use(lua_State *lua)
{
	sandbox_use(lua, luaL_checkstring(lua, 1));
	return 1;
}

/* Our own scripts see the globals: part of the standard library, without what reaches outside. */
static void
open_globals(lua_State *lua)
{
	static const char *const removed[] = { "collectgarbage", "dofile", "load", "loadfile",
		"pcall", "print", "warn", "xpcall" };
	luaL_requiref(lua, LUA_GNAME, luaopen_base, 1);
	luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 1);
	luaL_requiref(lua, LUA_TABLIBNAME, luaopen_table, 1);
	luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 1);
	lua_pop(lua, 4);
	for (size_t i = 0; i < sizeof removed / sizeof removed[0]; i++) {
		lua_pushnil(lua);
		lua_setglobal(lua, removed[i]);
	}
	lua_register(lua, "use", global_use);
}

const char *
sandbox_shown(lua_State *lua, struct text text)
{
	luaL_Buffer shown;
	luaL_buffinit(lua, &shown);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\0')
			luaL_addlstring(&shown, "\\0", 2);
		else
			luaL_addchar(&shown, text.data[i]);
	luaL_pushresult(&shown);
	return lua_tostring(lua, -1);
}

const char *
sandbox_shown_at(lua_State *lua, int index)
{
	struct text text;
	text.data = luaL_checklstring(lua, index, &text.size);
	return sandbox_shown(lua, text);
}

static int
refuse_write(lua_State *lua)
{
	if (lua_type(lua, 2) == LUA_TSTRING)
		return luaL_error(lua, "can't write '%s': only locals can be written",
			sandbox_shown_at(lua, 2));
	return luaL_error(lua, "this table can't be written");
}

static int
length_of_view(lua_State *lua)
{
	lua_pushinteger(lua, luaL_len(lua, lua_upvalueindex(1)));
	return 1;
}

int
sandbox_refuse_context(lua_State *lua)
{
	return luaL_error(lua, "the context can't be written");
}

void
sandbox_seal(lua_State *lua, lua_CFunction refuse)
{
	lua_createtable(lua, 0, 4);
	lua_pushvalue(lua, -3);
	lua_setfield(lua, -2, "__index");
	lua_pushcfunction(lua, refuse);
	lua_setfield(lua, -2, "__newindex");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_setmetatable(lua, -2);
	lua_replace(lua, -2);
}

void
sandbox_freeze(lua_State *lua)
{
	lua_pushvalue(lua, -1);
	lua_pushcclosure(lua, length_of_view, 1);
	lua_insert(lua, -2);
	lua_newtable(lua); /* the view, empty for ever */
	sandbox_seal(lua, refuse_write);
	lua_getmetatable(lua, -1);
	lua_pushvalue(lua, -3);
	lua_setfield(lua, -2, "__len");
	lua_pop(lua, 1);
	lua_replace(lua, -2);
}

/* Registry: words_key → { words, view of them }, library_key → { name → value of rules/lib }. */
static int
open_state(lua_State *lua)
{
	open_globals(lua);
	lua_newtable(lua);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &library_key);
	lua_createtable(lua, 2, 0);
	lua_newtable(lua);
	lua_pushvalue(lua, -1);
	lua_rawseti(lua, -3, 1);
	sandbox_freeze(lua);
	lua_rawseti(lua, -2, 2);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &words_key);
	sandbox_open_words(lua);
	return 0;
}

static int
panic(lua_State *lua)
{
	bool error_of_lua_inside_of_a_protected_call = lua == NULL;
	must(error_of_lua_inside_of_a_protected_call);
	return 0;
}

enum status
sandbox_new(const struct sandbox_limits *limits, struct sandbox **sandbox, struct fault *fault)
{
	/* Both change what scripts see, from one process to the next. */
	must(strcmp(setlocale(LC_COLLATE, NULL), "C") == 0);
	must(strcmp(setlocale(LC_NUMERIC, NULL), "C") == 0);
	struct sandbox *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a sandbox");
	sandbox_arm(made, limits);
	made->lua = lua_newstate(allocate, made);
	if (made->lua == NULL) {
		memory_free(made);
		return fault_set(fault, STATUS_MEMORY, "no memory for a state of Lua");
	}
	lua_atpanic(made->lua, panic);
	*(struct sandbox **)lua_getextraspace(made->lua) = made;
	lua_pushcfunction(made->lua, note_problem); /* for ever at index 1 */
	enum sandbox_outcome outcome = sandbox_run(made, open_state, NULL);
	if (outcome != SANDBOX_DONE) {
		enum status status = sandbox_fault(made, outcome, fault);
		sandbox_free(made);
		return status;
	}
	sandbox_rearm(made);
	*sandbox = made;
	return STATUS_OK;
}

void
sandbox_free(struct sandbox *sandbox)
{
	if (sandbox == NULL)
		return;
	lua_close(sandbox->lua);
	must(sandbox->memory_used == 0);
	memory_free(sandbox);
}

void
sandbox_words(lua_State *lua)
{
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &words_key);
	lua_rawgeti(lua, -1, 1);
	lua_replace(lua, -2);
}

void
sandbox_allow(lua_State *lua, const char *word)
{
	sandbox_words(lua);
	lua_insert(lua, -2);
	lua_setfield(lua, -2, word);
	lua_pop(lua, 1);
}

/* A text that does not compile: "path:line: what", where a long path is shortened. */
static void
raise_syntax(lua_State *lua, struct text path)
{
	struct sandbox *sandbox = sandbox_of(lua);
	struct sandbox_problem *problem = &sandbox->problem;
	const char *message = lua_tostring(lua, -1);
	snprintf(problem->file, sizeof problem->file, "%.*s", TEXT_ARGS(path));
	problem->line = 0;
	for (const char *at = strchr(message, ':'); at != NULL; at = strchr(at + 1, ':')) {
		char *end;
		unsigned long line = strtoul(at + 1, &end, 10);
		if (end == at + 1 || strncmp(end, ": ", 2) != 0)
			continue;
		problem->line = (uint32_t)line;
		message = end + 2;
		break;
	}
	problem_set_text(problem, message, "");
	lua_pushlightuserdata(lua, (void *)&noted_key);
	lua_error(lua);
}

static int
refuse_word(lua_State *lua)
{
	const char *word = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
	return luaL_error(lua, "the language has no word '%s'", word);
}

void
sandbox_close_words(lua_State *lua)
{
	lua_newtable(lua);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &library_key);
	lua_newtable(lua);
	lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	lua_pushnil(lua);
	lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
	sandbox_words(lua);
	lua_createtable(lua, 0, 1);
	lua_pushcfunction(lua, refuse_word);
	lua_setfield(lua, -2, "__index");
	lua_setmetatable(lua, -2);
	lua_pop(lua, 1);
}

void
sandbox_load(lua_State *lua, struct text path, struct text source)
{
	static const char mark[] = "\xef\xbb\xbf"; /* byte order, as some editors write it */
	if (source.size >= 3 && memcmp(source.data, mark, 3) == 0)
		source = (struct text){ source.data + 3, source.size - 3 };
	lua_pushliteral(lua, "@");
	lua_pushlstring(lua, path.data, path.size);
	lua_concat(lua, 2);
	const char *name = lua_tostring(lua, -1);
	int result = luaL_loadbufferx(lua, source.data, source.size, name, "t");
	if (result == LUA_ERRMEM)
		stop(lua, sandbox_of(lua)->starved ? SANDBOX_STARVED : SANDBOX_MEMORY);
	if (result != LUA_OK)
		raise_syntax(lua, path);
	lua_replace(lua, -2);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &words_key);
	lua_rawgeti(lua, -1, 2);
	lua_replace(lua, -2);
	const char *upvalue = lua_setupvalue(lua, -2, 1);
	must(upvalue != NULL); /* every chunk has _ENV */
}

void
sandbox_use(lua_State *lua, const char *name)
{
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &library_key);
	if (lua_getfield(lua, -1, name) == LUA_TNIL) {
		lua_pop(lua, 1);
		const char *file = lua_pushfstring(lua, "%s.luac", name);
		const struct embedded_file *found = rules_library;
		while (found->name != NULL && strcmp(found->name, file) != 0)
			found++;
		if (found->name == NULL)
			luaL_error(lua, "no rules/lib/%s", file);
		/* It carries its name. Nothing else than this is ever loaded compiled. */
		if (luaL_loadbufferx(lua, found->data, found->size, file, "b") != LUA_OK)
			lua_error(lua);
		lua_replace(lua, -2);
		lua_getglobal(lua, "use");
		lua_getglobal(lua, "native");
		lua_call(lua, 2, 1);
		lua_pushvalue(lua, -1);
		lua_setfield(lua, -3, name);
	}
	lua_replace(lua, -2);
}

/*
 * The harmless words that every script of others has: what they are is a golden list
 * (tests/golden/sandbox_reachable.txt).
 */
#include "sandbox.h"

#include "money_lua.h"

#include <stdlib.h>

/* Bytes of text that cost one instruction. */
#define BYTES_AN_INSTRUCTION 16

static struct text
check_text(lua_State *lua, int index)
{
	struct text text;
	if (lua_type(lua, index) != LUA_TSTRING)
		luaL_error(lua, "wants a text, got %s", luaL_typename(lua, index));
	text.data = lua_tolstring(lua, index, &text.size);
	return text;
}

static int
word_type(lua_State *lua)
{
	enum exact_kind kind;
	struct ratio value;
	luaL_checkany(lua, 1);
	if (exact_get(lua, 1, &kind, &value))
		lua_pushstring(lua, kind == EXACT_MONEY ? "money" : "decimal");
	else
		lua_pushstring(lua, luaL_typename(lua, 1));
	return 1;
}

/* Never an address, which differs from one process to the next. */
static int
word_tostring(lua_State *lua)
{
	enum exact_kind kind;
	struct ratio value;
	luaL_checkany(lua, 1);
	if (exact_get(lua, 1, &kind, &value)) {
		exact_push_text(lua, kind, value);
		return 1;
	}
	switch (lua_type(lua, 1)) {
	case LUA_TNIL:
	case LUA_TBOOLEAN:
	case LUA_TNUMBER:
	case LUA_TSTRING:
		luaL_tolstring(lua, 1, NULL);
		break;
	default:
		lua_pushstring(lua, luaL_typename(lua, 1));
	}
	return 1;
}

/* Whole numbers only: decimals are `decimal "0.15"`. */
static int
word_tonumber(lua_State *lua)
{
	if (lua_isinteger(lua, 1)) {
		lua_settop(lua, 1);
		return 1;
	}
	struct text text = check_text(lua, 1);
	size_t digits = text.size > 0 && text.data[0] == '-' ? text.size - 1 : text.size;
	int64_t value = 0;
	bool sound = digits > 0;
	for (size_t i = text.size - digits; sound && i < text.size; i++) {
		int digit = text.data[i] - '0';
		sound = digit >= 0 && digit <= 9 && !__builtin_mul_overflow(value, 10, &value) &&
			!__builtin_sub_overflow(value, digit, &value);
	}
	if (sound && digits == text.size)
		sound = !__builtin_sub_overflow((int64_t)0, value, &value);
	if (sound)
		lua_pushinteger(lua, value);
	else
		lua_pushnil(lua);
	return 1;
}

static int
word_error(lua_State *lua)
{
	return luaL_error(lua, "%s", sandbox_shown(lua, check_text(lua, 1)));
}

static int
word_assert(lua_State *lua)
{
	luaL_checkany(lua, 1);
	if (lua_toboolean(lua, 1)) {
		lua_settop(lua, 1);
		return 1;
	}
	return luaL_error(lua, "%s",
		lua_isnoneornil(lua, 2) ? "an assertion failed"
					: sandbox_shown(lua, check_text(lua, 2)));
}

static int
word_select(lua_State *lua)
{
	int count = lua_gettop(lua) - 1;
	if (lua_type(lua, 1) == LUA_TSTRING && strcmp(lua_tostring(lua, 1), "#") == 0) {
		lua_pushinteger(lua, count);
		return 1;
	}
	if (!lua_isinteger(lua, 1) || lua_tointeger(lua, 1) < 1)
		return luaL_error(lua, "wants a place from 1, or \"#\"");
	lua_Integer from = lua_tointeger(lua, 1);
	return from > count ? 0 : count - (int)from + 1;
}

static int
step_list(lua_State *lua)
{
	lua_Integer place = lua_tointeger(lua, 2) + 1;
	lua_pushinteger(lua, place);
	return lua_geti(lua, 1, place) == LUA_TNIL ? 1 : 2;
}

static int
word_ipairs(lua_State *lua)
{
	luaL_checkany(lua, 1);
	lua_pushcfunction(lua, step_list);
	lua_pushvalue(lua, 1);
	lua_pushinteger(lua, 0);
	return 3;
}

/* A key of a table while it is sorted: whole numbers before texts. */
struct key {
	struct text text; /* data NULL: a whole number */
	lua_Integer number;
};

static int
compare_keys(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	if (a->text.data == NULL && b->text.data == NULL)
		return (a->number > b->number) - (a->number < b->number);
	if (a->text.data == NULL || b->text.data == NULL)
		return a->text.data == NULL ? -1 : 1;
	size_t size = a->text.size < b->text.size ? a->text.size : b->text.size;
	int order = memcmp(a->text.data, b->text.data, size);
	return order != 0 ? order : (a->text.size > b->text.size) - (a->text.size < b->text.size);
}

/* Leaves an array of the keys of the table at index 1 below the top, and how many there are. */
static struct key *
collect_keys(lua_State *lua, size_t count)
{
	struct key *keys = lua_newuserdatauv(lua, (count + 1) * sizeof *keys, 0);
	size_t next = 0;
	for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
		if (lua_isinteger(lua, -2))
			keys[next] = (struct key){ .number = lua_tointeger(lua, -2) };
		else if (lua_type(lua, -2) == LUA_TSTRING)
			keys[next] = (struct key){ .text = check_text(lua, -2) };
		else
			luaL_error(lua, "sorted wants keys that are texts or whole numbers");
		next++;
	}
	return keys;
}

/* The view of a table reads as the table. */
static void
look_through_view(lua_State *lua, int index)
{
	if (!lua_istable(lua, index))
		luaL_error(lua, "sorted wants a table, got a %s", luaL_typename(lua, index));
	if (luaL_getmetafield(lua, index, "__index") == LUA_TTABLE)
		lua_replace(lua, index);
}

static int
step_sorted(lua_State *lua)
{
	lua_Integer place = lua_tointeger(lua, lua_upvalueindex(3)) + 1;
	lua_pushinteger(lua, place);
	lua_replace(lua, lua_upvalueindex(3));
	if (lua_rawgeti(lua, lua_upvalueindex(2), place) == LUA_TNIL)
		return 1;
	lua_pushvalue(lua, -1);
	lua_gettable(lua, lua_upvalueindex(1));
	return 2;
}

/* for key, value in sorted(table): by key, since nothing may depend on the order of a hash. */
static int
word_sorted(lua_State *lua)
{
	look_through_view(lua, 1);
	lua_settop(lua, 1);
	size_t count = 0;
	for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1))
		sandbox_debit(lua, 1), count++;
	sandbox_debit(lua, count * 16);
	struct key *keys = collect_keys(lua, count);
	qsort(keys, count, sizeof *keys, compare_keys);
	lua_pushvalue(lua, 1);
	lua_createtable(lua, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		if (keys[i].text.data == NULL)
			lua_pushinteger(lua, keys[i].number);
		else
			lua_pushlstring(lua, keys[i].text.data, keys[i].text.size);
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
	lua_pushinteger(lua, 0);
	lua_pushcclosure(lua, step_sorted, 3);
	return 1;
}

/* math: on whole numbers, and on exact numbers where comparing is enough. */

static int
choose(lua_State *lua, bool largest)
{
	int count = lua_gettop(lua);
	luaL_checkany(lua, 1);
	sandbox_debit(lua, (size_t)count);
	int chosen = 1;
	for (int i = 2; i <= count; i++)
		if (lua_compare(lua, largest ? chosen : i, largest ? i : chosen, LUA_OPLT))
			chosen = i;
	lua_pushvalue(lua, chosen);
	return 1;
}

static int
math_max(lua_State *lua)
{
	return choose(lua, true);
}

static int
math_min(lua_State *lua)
{
	return choose(lua, false);
}

static int
math_abs(lua_State *lua)
{
	luaL_checkany(lua, 1);
	lua_settop(lua, 1);
	lua_pushvalue(lua, 1);
	lua_arith(lua, LUA_OPUNM);
	return choose(lua, true);
}

/* string: by bytes, of ASCII where letters matter; no patterns, nothing that makes long texts. */

static int
string_len(lua_State *lua)
{
	lua_pushinteger(lua, (lua_Integer)check_text(lua, 1).size);
	return 1;
}

static int
string_sub(lua_State *lua)
{
	struct text text = check_text(lua, 1);
	lua_Integer size = (lua_Integer)text.size;
	lua_Integer from = luaL_checkinteger(lua, 2), till = luaL_optinteger(lua, 3, -1);
	sandbox_debit(lua, text.size / BYTES_AN_INSTRUCTION);
	from = from < 0 ? (from < -size ? 1 : size + from + 1) : from == 0 ? 1 : from;
	till = till < 0 ? (till < -size ? 0 : size + till + 1) : till > size ? size : till;
	if (from > till)
		lua_pushliteral(lua, "");
	else
		lua_pushlstring(lua, text.data + from - 1, (size_t)(till - from + 1));
	return 1;
}

static int
change_letters(lua_State *lua, char first, char last, int change)
{
	struct text text = check_text(lua, 1);
	sandbox_debit(lua, text.size / BYTES_AN_INSTRUCTION);
	luaL_Buffer buffer;
	char *to = luaL_buffinitsize(lua, &buffer, text.size);
	for (size_t i = 0; i < text.size; i++) {
		char letter = text.data[i];
		to[i] = (char)(letter >= first && letter <= last ? letter + change : letter);
	}
	luaL_pushresultsize(&buffer, text.size);
	return 1;
}

static int
string_lower(lua_State *lua)
{
	return change_letters(lua, 'A', 'Z', 'a' - 'A');
}

static int
string_upper(lua_State *lua)
{
	return change_letters(lua, 'a', 'z', 'A' - 'a');
}

static int
string_starts(lua_State *lua)
{
	struct text text = check_text(lua, 1), part = check_text(lua, 2);
	sandbox_debit(lua, part.size / BYTES_AN_INSTRUCTION);
	lua_pushboolean(
		lua, part.size <= text.size && memcmp(text.data, part.data, part.size) == 0);
	return 1;
}

static int
string_ends(lua_State *lua)
{
	struct text text = check_text(lua, 1), part = check_text(lua, 2);
	sandbox_debit(lua, part.size / BYTES_AN_INSTRUCTION);
	lua_pushboolean(lua, text_ends_with(text, part));
	return 1;
}

static int
string_contains(lua_State *lua)
{
	struct text text = check_text(lua, 1), part = check_text(lua, 2);
	sandbox_debit(lua, text.size / BYTES_AN_INSTRUCTION);
	lua_pushboolean(lua, memmem(text.data, text.size, part.data, part.size) != NULL);
	return 1;
}

/* Methods of texts: s:sub(1, 3). The metatable stays out of reach. */
static void
open_string(lua_State *lua)
{
	static const luaL_Reg functions[] = {
		{ "len", string_len },
		{ "sub", string_sub },
		{ "lower", string_lower },
		{ "upper", string_upper },
		{ "starts", string_starts },
		{ "ends", string_ends },
		{ "contains", string_contains },
		{ NULL, NULL },
	};
	luaL_newlib(lua, functions);
	sandbox_freeze(lua);
	lua_pushliteral(lua, "");
	lua_createtable(lua, 0, 2);
	lua_pushvalue(lua, -3);
	lua_setfield(lua, -2, "__index");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_setmetatable(lua, -2);
	lua_pop(lua, 1);
	sandbox_allow(lua, "string");
}

static void
open_math(lua_State *lua)
{
	static const luaL_Reg functions[] = {
		{ "abs", math_abs },
		{ "max", math_max },
		{ "min", math_min },
		{ NULL, NULL },
	};
	luaL_newlib(lua, functions);
	lua_pushinteger(lua, LUA_MAXINTEGER);
	lua_setfield(lua, -2, "maxinteger");
	lua_pushinteger(lua, LUA_MININTEGER);
	lua_setfield(lua, -2, "mininteger");
	sandbox_freeze(lua);
	sandbox_allow(lua, "math");
}

void
sandbox_open_words(lua_State *lua)
{
	static const luaL_Reg words[] = {
		{ "assert", word_assert },
		{ "error", word_error },
		{ "ipairs", word_ipairs },
		{ "select", word_select },
		{ "sorted", word_sorted },
		{ "tonumber", word_tonumber },
		{ "tostring", word_tostring },
		{ "type", word_type },
		{ NULL, NULL },
	};
	sandbox_words(lua);
	luaL_setfuncs(lua, words, 0);
	lua_pop(lua, 1);
	open_string(lua);
	open_math(lua);
	money_lua_open(lua);
}

#include "money_lua.h"

#include "due_context.h"
#include "sandbox.h"

struct exact {
	struct ratio value;
	enum exact_kind kind;
};

/* Registry: the metatable of exact numbers, which scripts can't reach. */
static const char metatable_key;

/* Copied in and out, since Lua aligns a block to 8 bytes only. */
void
exact_push(lua_State *lua, enum exact_kind kind, struct ratio value)
{
	struct exact exact = { value, kind };
	memcpy(lua_newuserdatauv(lua, sizeof exact, 0), &exact, sizeof exact);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &metatable_key);
	lua_setmetatable(lua, -2);
}

static bool
exact_at(lua_State *lua, int index, struct exact *exact)
{
	const void *block = lua_touserdata(lua, index);
	if (block == NULL || !lua_getmetatable(lua, index))
		return false;
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &metatable_key);
	bool ours = lua_rawequal(lua, -1, -2);
	lua_pop(lua, 2);
	if (ours)
		memcpy(exact, block, sizeof *exact);
	return ours;
}

bool
exact_get(lua_State *lua, int index, enum exact_kind *kind, struct ratio *value)
{
	struct exact exact;
	if (!exact_at(lua, index, &exact))
		return false;
	*kind = exact.kind;
	*value = exact.value;
	return true;
}

void
exact_push_text(lua_State *lua, enum exact_kind kind, struct ratio value)
{
	struct money amount;
	if (kind == EXACT_MONEY && ratio_to_money(value, &amount)) {
		char text[MONEY_TEXT_MAX];
		lua_pushlstring(lua, text, money_format(amount, text));
		return;
	}
	char text[RATIO_TEXT_MAX];
	lua_pushlstring(lua, text, ratio_format(value, text));
}

bool
decimal_parse(struct text text, struct ratio *value)
{
	bool percent = text.size > 0 && text.data[text.size - 1] == '%';
	struct ratio parsed;
	if (!ratio_parse((struct text){ text.data, text.size - percent }, &parsed))
		return false;
	if (percent && !ratio_divide(parsed, ratio_of(100), &parsed))
		return false;
	*value = parsed;
	return true;
}

static struct text
text_at(lua_State *lua, int index)
{
	struct text text;
	text.data = lua_tolstring(lua, index, &text.size);
	return text;
}

static int
overflow(lua_State *lua)
{
	return luaL_error(lua, "OVERFLOW: a number here is beyond what 128 bits can hold");
}

/* Refuses a float, saying what to write instead. */
static int
wants_number(lua_State *lua, int index)
{
	if (lua_type(lua, index) == LUA_TNUMBER) {
		lua_pushvalue(lua, index);
		return luaL_error(lua, "%s is a float: write decimal \"%s\", which is exact",
			lua_tostring(lua, -1), lua_tostring(lua, -1));
	}
	return luaL_error(
		lua, "wants a whole number or a decimal, got a %s", luaL_typename(lua, index));
}

/* An operand: an exact number or a whole number. */
static struct exact
operand(lua_State *lua, int index)
{
	struct exact exact;
	if (exact_at(lua, index, &exact))
		return exact;
	if (!lua_isinteger(lua, index))
		wants_number(lua, index);
	return (struct exact){ ratio_of(lua_tointeger(lua, index)), EXACT_DECIMAL };
}

/* A factor of a method: a number, "0.1" or "10%". */
static struct ratio
factor(lua_State *lua, int index)
{
	if (lua_type(lua, index) != LUA_TSTRING) {
		struct exact exact = operand(lua, index);
		if (exact.kind == EXACT_MONEY)
			luaL_error(lua, "wants a number, got money");
		return exact.value;
	}
	struct ratio value;
	if (!decimal_parse(text_at(lua, index), &value))
		luaL_error(lua, "'%s' is not a decimal such as \"0.1\" or \"10%%\"",
			sandbox_shown_at(lua, index));
	return value;
}

static struct exact
self(lua_State *lua)
{
	struct exact exact;
	if (!exact_at(lua, 1, &exact))
		luaL_error(lua, "call this with a colon, on money or a decimal");
	return exact;
}

static int
push(lua_State *lua, bool fits, enum exact_kind kind, struct ratio value)
{
	if (!fits)
		return overflow(lua);
	exact_push(lua, kind, value);
	return 1;
}

typedef bool (*operation)(struct ratio a, struct ratio b, struct ratio *result);

/* Adding, subtracting: of a kind. */
static int
combine(lua_State *lua, operation combined)
{
	struct exact a = operand(lua, 1), b = operand(lua, 2);
	if (a.kind != b.kind)
		return luaL_error(
			lua, "money and a number can't be added: write money \"…\" for both");
	struct ratio result;
	bool fits = combined(a.value, b.value, &result);
	return push(lua, fits, a.kind, result);
}

static int
exact_add(lua_State *lua)
{
	return combine(lua, ratio_add);
}

static int
exact_subtract(lua_State *lua)
{
	return combine(lua, ratio_subtract);
}

static int
exact_multiply(lua_State *lua)
{
	struct exact a = operand(lua, 1), b = operand(lua, 2);
	if (a.kind == EXACT_MONEY && b.kind == EXACT_MONEY)
		return luaL_error(lua, "money times money is nothing that exists");
	struct ratio result;
	bool fits = ratio_multiply(a.value, b.value, &result);
	return push(lua, fits, a.kind == EXACT_MONEY ? a.kind : b.kind, result);
}

static int
exact_divide(lua_State *lua)
{
	struct exact a = operand(lua, 1), b = operand(lua, 2);
	if (b.value.numerator == 0)
		return luaL_error(lua, "divided by zero");
	if (a.kind == EXACT_DECIMAL && b.kind == EXACT_MONEY)
		return luaL_error(lua, "a number can't be divided by money");
	struct ratio result;
	bool fits = ratio_divide(a.value, b.value, &result);
	return push(lua, fits, a.kind == b.kind ? EXACT_DECIMAL : EXACT_MONEY, result);
}

static int
exact_negate(lua_State *lua)
{
	struct exact a = self(lua);
	struct ratio result;
	bool fits = ratio_subtract(ratio_of(0), a.value, &result);
	return push(lua, fits, a.kind, result);
}

static int
compare(lua_State *lua)
{
	struct exact a = operand(lua, 1), b = operand(lua, 2);
	if (a.kind != b.kind)
		return luaL_error(
			lua, "money and a number can't be compared: write money \"…\" for both");
	return ratio_compare(a.value, b.value);
}

static int
exact_equal(lua_State *lua)
{
	struct exact a = operand(lua, 1), b = operand(lua, 2);
	lua_pushboolean(lua, a.kind == b.kind && ratio_compare(a.value, b.value) == 0);
	return 1;
}

static int
exact_less(lua_State *lua)
{
	lua_pushboolean(lua, compare(lua) < 0);
	return 1;
}

static int
exact_less_equal(lua_State *lua)
{
	lua_pushboolean(lua, compare(lua) <= 0);
	return 1;
}

/* m:times(x), and m:share(x), which says the same of a part. */
static int
exact_times(lua_State *lua)
{
	struct exact a = self(lua);
	struct ratio result;
	bool fits = ratio_multiply(a.value, factor(lua, 2), &result);
	return push(lua, fits, a.kind, result);
}

static int
change_by_part(lua_State *lua, operation combined)
{
	struct exact a = self(lua);
	if (lua_type(lua, 2) != LUA_TSTRING || strchr(lua_tostring(lua, 2), '%') == NULL)
		return luaL_error(lua, "wants per cent, such as \"2%%\"");
	struct ratio part = factor(lua, 2), result = a.value;
	bool fits = ratio_multiply(a.value, part, &part) && combined(a.value, part, &result);
	return push(lua, fits, a.kind, result);
}

static int
exact_plus(lua_State *lua)
{
	return change_by_part(lua, ratio_add);
}

static int
exact_minus(lua_State *lua)
{
	return change_by_part(lua, ratio_subtract);
}

static int
word_money(lua_State *lua)
{
	struct money amount;
	if (lua_type(lua, 1) == LUA_TNUMBER)
		return luaL_error(lua, "money is text: write money \"%s\"", lua_tostring(lua, 1));
	if (lua_type(lua, 1) != LUA_TSTRING)
		return luaL_error(lua, "wants an amount such as money \"12.50\"");
	if (!money_parse(text_at(lua, 1), &amount))
		return luaL_error(lua,
			"'%s' is not an amount such as \"12.50\", with at most 6 decimals",
			sandbox_shown_at(lua, 1));
	exact_push(lua, EXACT_MONEY, ratio_of_money(amount));
	return 1;
}

static int
word_decimal(lua_State *lua)
{
	struct ratio value;
	if (lua_type(lua, 1) == LUA_TNUMBER)
		return luaL_error(
			lua, "a decimal is text: write decimal \"%s\"", lua_tostring(lua, 1));
	if (lua_type(lua, 1) != LUA_TSTRING || !decimal_parse(text_at(lua, 1), &value))
		return luaL_error(lua, "wants a number such as decimal \"0.15\"");
	exact_push(lua, EXACT_DECIMAL, value);
	return 1;
}

void
money_lua_open(lua_State *lua)
{
	static const luaL_Reg operators[] = {
		{ "__add", exact_add },
		{ "__sub", exact_subtract },
		{ "__mul", exact_multiply },
		{ "__div", exact_divide },
		{ "__unm", exact_negate },
		{ "__eq", exact_equal },
		{ "__lt", exact_less },
		{ "__le", exact_less_equal },
		{ NULL, NULL },
	};
	static const luaL_Reg methods[] = {
		{ "times", exact_times },
		{ "share", exact_times },
		{ "plus", exact_plus },
		{ "minus", exact_minus },
		{ "because", due_context_because },
		{ NULL, NULL },
	};
	lua_newtable(lua);
	luaL_setfuncs(lua, operators, 0);
	luaL_newlib(lua, methods);
	lua_setfield(lua, -2, "__index");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_pushliteral(lua, "exact number");
	lua_setfield(lua, -2, "__name");
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &metatable_key);
	lua_pushcfunction(lua, word_money);
	sandbox_allow(lua, "money");
	lua_pushcfunction(lua, word_decimal);
	sandbox_allow(lua, "decimal");
}

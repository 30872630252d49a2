#include "due_context.h"

#include <lauxlib.h>
#include <stdio.h>

#include "../engine/base/must.h"
#include "money_lua.h"
#include "sandbox.h"
#include "tables_lua.h"

/* Registry: where the context is, for `because`. */
static const char context_key;

/* A view of all parameters, or of the facts of a group. */
struct view {
	struct due_context *context;
	struct text group;
};

static void
due_value_push(lua_State *lua, const struct value *value)
{
	char text[DUE_DAY_TEXT_MAX];
	switch (value->kind) {
	case VALUE_MONEY:
		exact_push(lua, EXACT_MONEY, value->number);
		return;
	case VALUE_NUMBER:
		exact_push(lua, EXACT_DECIMAL, value->number);
		return;
	case VALUE_INTEGER:
		lua_pushinteger(lua, (lua_Integer)value->number.numerator);
		return;
	case VALUE_TEXT:
		lua_pushlstring(
			lua, value->text.size == 0 ? "" : value->text.data, value->text.size);
		return;
	case VALUE_DATE:
		due_day_format((int64_t)value->number.numerator, text);
		lua_pushstring(lua, text);
		return;
	case VALUE_BOOLEAN:
		lua_pushboolean(lua, value->number.numerator == 1);
		return;
	case VALUE_NONE:
		break;
	}
	lua_pushnil(lua);
}

bool
due_value_get(lua_State *lua, int index, enum value_kind kind, struct value *value)
{
	struct value got = { .kind = kind };
	enum exact_kind exact;
	bool is_exact = exact_get(lua, index, &exact, &got.number);
	if (is_exact && kind == (exact == EXACT_MONEY ? VALUE_MONEY : VALUE_NUMBER)) {
		*value = got;
		return true;
	}
	if (lua_isinteger(lua, index) && (kind == VALUE_INTEGER || kind == VALUE_NUMBER)) {
		*value = value_of_number(kind, lua_tointeger(lua, index));
		return true;
	}
	if (lua_type(lua, index) != LUA_TSTRING || (kind != VALUE_TEXT && kind != VALUE_DATE))
		return false;
	struct text text;
	text.data = lua_tolstring(lua, index, &text.size);
	return value_parse(kind, text, value);
}

static struct view *
self(lua_State *lua)
{
	return lua_touserdata(lua, 1);
}

/* The name of the field that is asked for. */
static struct text
name_at(lua_State *lua)
{
	struct text name = { "?", 1 };
	if (lua_type(lua, 2) == LUA_TSTRING)
		name.data = lua_tolstring(lua, 2, &name.size);
	return name;
}

static int
not_given(lua_State *lua, struct due_scope *scope, const char *what, struct text name)
{
	char day[DUE_DAY_TEXT_MAX];
	due_day_format(scope->day, day);
	scope->missing = what;
	scope->missing_name = name;
	lua_pushlstring(lua, name.data, name.size);
	return luaL_error(lua, "the %s %s is not given on %s", what, lua_tostring(lua, -1), day);
}

static int
index_params(lua_State *lua)
{
	struct due_scope *scope = self(lua)->context->scope;
	struct text name = name_at(lua);
	for (uint32_t i = 0; i < scope->version->param_count; i++) {
		const struct param *param = &scope->version->params[i];
		if (!text_equal(param->id, name))
			continue;
		if (scope->params[i].kind == VALUE_NONE)
			return not_given(lua, scope, "parameter", param->id);
		due_value_push(lua, &scope->params[i]);
		return 1;
	}
	return luaL_error(lua, "the package has no parameter '%s'", sandbox_shown(lua, name));
}

static bool
is_fact(const struct formula_fact *fact, struct text group, struct text name)
{
	size_t size = group.size + 1 + name.size;
	return fact->name.size == size && fact->name.data[group.size] == '.' &&
		memcmp(fact->name.data, group.data, group.size) == 0 &&
		memcmp(fact->name.data + group.size + 1, name.data, name.size) == 0;
}

static int
index_facts(lua_State *lua)
{
	const struct view *view = self(lua);
	const struct image *image = view->context->image;
	struct due_scope *scope = view->context->scope;
	struct text name = name_at(lua);
	for (uint32_t i = 0; i < image->fact_count; i++) {
		if (!is_fact(&image->facts[i], view->group, name))
			continue;
		if (scope->facts[i].kind == VALUE_NONE)
			return not_given(lua, scope, "fact", image->facts[i].name);
		due_value_push(lua, &scope->facts[i]);
		return 1;
	}
	const char *group = sandbox_shown(lua, view->group);
	return luaL_error(
		lua, "the catalog declares no fact '%s.%s'", group, sandbox_shown(lua, name));
}

/* Upvalue: what there is, by name. */
static int
index_context(lua_State *lua)
{
	lua_pushvalue(lua, 2);
	if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	return luaL_error(lua,
		"the context has no field '%s'; it has params, and the groups of "
		"facts that the catalog declares",
		sandbox_shown(lua, name_at(lua)));
}

/* A view that reads through the function on the top, which it replaces. */
static void
push_view(lua_State *lua, struct due_context *context, struct text group)
{
	struct view *view = lua_newuserdatauv(lua, sizeof *view, 0);
	*view = (struct view){ context, group };
	sandbox_seal(lua, sandbox_refuse_context);
}

void
due_context_push_params(lua_State *lua, struct due_context *context)
{
	lua_pushcfunction(lua, index_params);
	push_view(lua, context, TEXT(""));
}

static struct text
group_of(struct text name)
{
	const char *dot = memchr(name.data, '.', name.size);
	must(dot != NULL);
	return (struct text){ name.data, (size_t)(dot - name.data) };
}

void
due_context_push(lua_State *lua, struct due_context *context)
{
	lua_pushlightuserdata(lua, context);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &context_key);
	lua_newtable(lua);
	due_context_push_params(lua, context);
	lua_setfield(lua, -2, "params");
	for (uint32_t i = 0; i < context->image->fact_count; i++) {
		struct text group = group_of(context->image->facts[i].name);
		lua_pushlstring(lua, group.data, group.size);
		lua_pushcfunction(lua, index_facts);
		push_view(lua, context, group);
		lua_rawset(lua, -3);
	}
	lua_pushcclosure(lua, index_context, 1);
	push_view(lua, context, TEXT(""));
}

int
due_context_because(lua_State *lua)
{
	enum exact_kind kind;
	struct ratio value;
	struct due_reason reason = { 0 };
	if (!exact_get(lua, 1, &kind, &value) || kind != EXACT_MONEY)
		return luaL_error(lua, "call this with a colon, on money");
	if (lua_type(lua, 2) != LUA_TSTRING)
		return luaL_error(lua, "wants the key of a text, such as \"tower.rent\"");
	reason.say.data = lua_tolstring(lua, 2, &reason.say.size);
	if (!lua_isnoneornil(lua, 3) && !tables_lua_row(lua, 3, &reason.table, &reason.row))
		return luaL_error(lua, "a reason is a text and the row of a table");
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &context_key);
	struct due_context *context = lua_touserdata(lua, -1);
	struct due_scope *scope = context == NULL ? NULL : context->scope;
	if (scope == NULL || scope->arena == NULL)
		return luaL_error(lua, "reasons belong to the amount of a charge");
	if (scope->reason_count == DUE_REASONS_MAX)
		return luaL_error(lua, "more than %d reasons", DUE_REASONS_MAX);
	reason.say = arena_copy_text(scope->arena, reason.say);
	if (reason.say.data == NULL)
		return luaL_error(lua, "no memory for a reason");
	scope->reasons[scope->reason_count++] = reason;
	lua_settop(lua, 1);
	return 1;
}

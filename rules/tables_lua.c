#include "tables_lua.h"

#include <lauxlib.h>
#include <stdio.h>

#include "../engine/base/must.h"
#include "money_lua.h"
#include "sandbox.h"

/* What a look-up costs, in instructions. */
#define ASK_INSTRUCTIONS 20

/*
 * Registry: where the view stands, the functions that ask, by table; the columns' names of each
 * table, by its number; and the metatable of rows. Scripts reach none of them.
 */
static const char view_key, asks_key, names_key, row_key;

struct row {
	const struct decision *table;
	uint32_t number;
};

static const struct tables_view *
view_of(lua_State *lua)
{
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &view_key);
	const struct tables_view *view = lua_touserdata(lua, -1);
	lua_pop(lua, 1);
	return view;
}

static int
refuse_write(lua_State *lua)
{
	return luaL_error(lua, "tables and their rows can't be written");
}

/* A metatable of what can only be read, through the function on the top, which it replaces. */
static void
push_metatable(lua_State *lua)
{
	lua_createtable(lua, 0, 3);
	lua_insert(lua, -2);
	lua_setfield(lua, -2, "__index");
	lua_pushcfunction(lua, refuse_write);
	lua_setfield(lua, -2, "__newindex");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
}

/* Rows. */

static int
push_value(lua_State *lua, const struct decision_column *column, const union decision_value *value)
{
	struct ratio ratio = { value->number.numerator, value->number.denominator };
	struct date date;
	char text[16];
	switch (column->type) {
	case DECISION_TEXT:
		lua_pushlstring(lua, value->text.data, value->text.size);
		return 1;
	case DECISION_BOOLEAN:
		lua_pushboolean(lua, value->number.numerator == 1);
		return 1;
	case DECISION_INTEGER:
		lua_pushinteger(lua, value->number.numerator);
		return 1;
	case DECISION_DATE:
		date = date_of_day(value->number.numerator);
		snprintf(text, sizeof text, "%04d-%02d-%02d", date.year % 10000, date.month % 100,
			date.day % 100);
		lua_pushstring(lua, text);
		return 1;
	case DECISION_MONEY:
		exact_push(lua, EXACT_MONEY,
			ratio_of_money((struct money){ value->number.numerator }));
		return 1;
	case DECISION_DECIMAL:
		break;
	}
	exact_push(lua, EXACT_DECIMAL, ratio);
	return 1;
}

/* "a, b, c": the names of the columns from `first` up to `till`. */
static const char *
push_names(lua_State *lua, const struct decision *table, uint32_t first, uint32_t till)
{
	lua_pushliteral(lua, "");
	for (uint32_t i = first; i < till; i++) {
		struct text name = table->columns[i].name;
		lua_pushstring(lua, i == first ? "" : ", ");
		lua_pushlstring(lua, name.data, name.size);
		lua_concat(lua, 3);
	}
	return lua_tostring(lua, -1);
}

/* Texts of an image have no zero behind them. */
static const char *
push_id(lua_State *lua, const struct decision *table)
{
	return lua_pushlstring(lua, table->id.data, table->id.size);
}

static int
index_row(lua_State *lua)
{
	struct row row;
	struct text name = { "?", 1 };
	memcpy(&row, lua_touserdata(lua, 1), sizeof row);
	if (lua_type(lua, 2) == LUA_TSTRING)
		name.data = lua_tolstring(lua, 2, &name.size);
	uint32_t inputs = row.table->input_count, outputs = row.table->column_count - inputs;
	for (uint32_t i = 0; i < outputs; i++)
		if (text_equal(row.table->columns[inputs + i].name, name))
			return push_value(lua, &row.table->columns[inputs + i],
				&row.table->values[row.number * outputs + i]);
	const char *id = push_id(lua, row.table);
	return luaL_error(lua, "tables.%s gives no '%s'; it gives %s", id, sandbox_shown(lua, name),
		push_names(lua, row.table, inputs, row.table->column_count));
}

static int
push_row(lua_State *lua, const struct decision *table, uint32_t number)
{
	struct row row = { table, number };
	memcpy(lua_newuserdatauv(lua, sizeof row, 0), &row, sizeof row);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &row_key);
	lua_setmetatable(lua, -2);
	return 1;
}

bool
tables_lua_row(lua_State *lua, int index, const struct decision **table, uint32_t *number)
{
	struct row row;
	if (lua_touserdata(lua, index) == NULL || !lua_getmetatable(lua, index))
		return false;
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &row_key);
	bool ours = lua_rawequal(lua, -1, -2);
	lua_pop(lua, 2);
	if (!ours)
		return false;
	memcpy(&row, lua_touserdata(lua, index), sizeof row);
	*table = row.table;
	*number = row.number;
	return true;
}

/* Inputs. */

static int
wrong_input(lua_State *lua, const struct decision *table, uint32_t input, const char *what)
{
	const struct decision_column *column = &table->columns[input];
	const char *id = push_id(lua, table);
	const char *name = lua_pushlstring(lua, column->name.data, column->name.size);
	return luaL_error(lua, "tables.%s: %s %s", id, name, what);
}

/* Exact numbers, and whole ones for decimals: in millionths, or as they are of whole numbers. */
static bool
get_number(lua_State *lua, enum decision_type type, int64_t *value)
{
	enum exact_kind kind;
	struct ratio ratio;
	struct money amount;
	if (lua_isinteger(lua, -1) && type != DECISION_MONEY) {
		ratio = ratio_of(lua_tointeger(lua, -1));
	} else if (!exact_get(lua, -1, &kind, &ratio) ||
		(kind == EXACT_MONEY) != (type == DECISION_MONEY)) {
		return false;
	}
	if (type == DECISION_INTEGER) {
		*value = (int64_t)ratio.numerator;
		return ratio.denominator == 1 && ratio.numerator == *value;
	}
	if (!ratio_to_money(ratio, &amount))
		return false;
	*value = amount.micros;
	return true;
}

/* The value on the top as one of the column's type. */
static bool
get_input(lua_State *lua, const struct decision_column *column, const struct tables_view *view,
	int64_t *value)
{
	struct text text = { NULL, 0 };
	if (lua_type(lua, -1) == LUA_TSTRING)
		text.data = lua_tolstring(lua, -1, &text.size);
	switch (column->type) {
	case DECISION_TEXT:
		*value = text.data == NULL ? 0 : decision_text_number(column, text);
		return text.data != NULL;
	case DECISION_BOOLEAN:
		*value = lua_toboolean(lua, -1);
		return lua_isboolean(lua, -1);
	case DECISION_DATE:
		if (lua_isnil(lua, -1))
			*value = view->day(view->context);
		return lua_isnil(lua, -1) ||
			(text.data != NULL && decision_parse(DECISION_DATE, text, value));
	case DECISION_INTEGER:
	case DECISION_DECIMAL:
	case DECISION_MONEY:
		break;
	}
	return get_number(lua, column->type, value);
}

static void
refuse_input(lua_State *lua, const struct decision *table, uint32_t input)
{
	static const char *const wants[] = {
		[DECISION_INTEGER] = "must be a whole number",
		[DECISION_DECIMAL] = "must be a decimal with at most 6 decimals",
		[DECISION_MONEY] = "must be money with at most 6 decimals",
		[DECISION_TEXT] = "must be a text",
		[DECISION_DATE] = "must be a day such as \"2026-01-31\"",
		[DECISION_BOOLEAN] = "must be true or false",
	};
	wrong_input(lua, table, input,
		lua_isnil(lua, -1) ? "is missing" : wants[table->columns[input].type]);
}

/* A key that no input has is a slip of the pen: the table is asked something else than is meant. */
static void
refuse_unknown_key(lua_State *lua, const struct decision *table, int names)
{
	for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
		bool known = false;
		for (uint32_t i = 0; i < table->input_count && !known; i++) {
			lua_rawgeti(lua, names, (lua_Integer)i + 1);
			known = lua_rawequal(lua, -1, -3);
			lua_pop(lua, 1);
		}
		if (known)
			continue;
		const char *id = push_id(lua, table);
		const char *key = lua_type(lua, -3) == LUA_TSTRING ? lua_tostring(lua, -3) : "?";
		luaL_error(lua, "tables.%s has no input '%s'; it has %s", id, key,
			push_names(lua, table, 0, table->input_count));
	}
}

/* How many keys the table at index 1 has. */
static uint32_t
count_keys(lua_State *lua)
{
	uint32_t count = 0;
	for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1))
		count++;
	return count;
}

/* Asks. Upvalue: the name of the table. */
static int
ask(lua_State *lua)
{
	const struct tables_view *view = view_of(lua);
	struct text id;
	int64_t values[DECISION_COLUMNS_MAX];
	uint32_t given = 0;
	id.data = lua_tolstring(lua, lua_upvalueindex(1), &id.size);
	if (view->image == NULL)
		return luaL_error(
			lua, "tables.%s can be asked in functions only", sandbox_shown(lua, id));
	uint32_t number = image_decision(view->image, id);
	if (number == NO_INDEX)
		return luaL_error(lua, "there is no table '%s'", sandbox_shown(lua, id));
	const struct decision *table = view->image->decisions[number];
	sandbox_debit(lua, ASK_INSTRUCTIONS);
	lua_settop(lua, 1);
	luaL_checktype(lua, 1, LUA_TTABLE);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &names_key);
	lua_rawgeti(lua, 2, (lua_Integer)number + 1);
	for (uint32_t i = 0; i < table->input_count; i++) {
		const struct decision_column *column = &table->columns[i];
		lua_rawgeti(lua, 3, (lua_Integer)i + 1);
		given += lua_gettable(lua, 1) != LUA_TNIL;
		if (!get_input(lua, column, view, &values[i]))
			refuse_input(lua, table, i);
		if (!decision_covers(column, values[i]))
			return wrong_input(lua, table, i, "is outside of what the table covers");
		lua_pop(lua, 1);
	}
	if (count_keys(lua) > given)
		refuse_unknown_key(lua, table, 3);
	uint32_t row = decision_find(table, values);
	must(row != DECISION_NO_ROW); /* a table with gaps is not released */
	if (view->hits != NULL)
		view->hits[number][row]++;
	return push_row(lua, table, row);
}

/* tables.NAME, of which it is known only in the end whether there is such a table. */
static int
index_tables(lua_State *lua)
{
	if (lua_type(lua, 2) != LUA_TSTRING)
		return luaL_error(lua, "a table is named by a text");
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &asks_key);
	lua_pushvalue(lua, 2);
	if (lua_rawget(lua, -2) != LUA_TNIL)
		return 1;
	if (view_of(lua)->image != NULL)
		return luaL_error(lua, "there is no table '%s'", sandbox_shown_at(lua, 2));
	lua_pushvalue(lua, 2);
	lua_pushcclosure(lua, ask, 1);
	lua_pushvalue(lua, 2);
	lua_pushvalue(lua, -2);
	lua_rawset(lua, 3);
	return 1;
}

void
tables_lua_open(lua_State *lua)
{
	static const struct tables_view no_tables;
	lua_pushlightuserdata(lua, (void *)&no_tables);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &view_key);
	lua_newtable(lua);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &asks_key);
	lua_pushcfunction(lua, index_row);
	push_metatable(lua);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &row_key);
	lua_newuserdatauv(lua, 0, 0);
	lua_pushcfunction(lua, index_tables);
	push_metatable(lua);
	lua_setmetatable(lua, -2);
	sandbox_allow(lua, "tables");
}

void
tables_lua_bind(lua_State *lua, const struct tables_view *view)
{
	lua_createtable(lua, (int)view->image->decision_count, 0);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &asks_key);
	for (uint32_t i = 0; i < view->image->decision_count; i++) {
		const struct decision *table = view->image->decisions[i];
		lua_createtable(lua, (int)table->input_count, 0);
		for (uint32_t j = 0; j < table->input_count; j++) {
			struct text name = table->columns[j].name;
			lua_pushlstring(lua, name.data, name.size);
			lua_rawseti(lua, -2, (lua_Integer)j + 1);
		}
		lua_rawseti(lua, -3, (lua_Integer)i + 1);
		push_id(lua, table);
		lua_pushvalue(lua, -1);
		lua_pushcclosure(lua, ask, 1);
		lua_rawset(lua, -3);
	}
	lua_pop(lua, 1);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &names_key);
	lua_pushlightuserdata(lua, (void *)view);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &view_key);
}

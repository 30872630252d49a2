/*
 * Decision tables while a release is built: rules/lib/decisions.lua hands over columns and cells
 * as they were written, and gets a table and what is wrong with it; of a sound catalog, the image
 * takes over the tables.
 */
#include "build.h"

#include "../engine/base/must.h"
#include "reader.h"

/* What a cell costs, and how many steps of making the diagram cost as much as one instruction. */
#define CELL_INSTRUCTIONS 8
#define STEPS_AN_INSTRUCTION 4

/* A table is freed when Lua forgets it, unless the image has taken it. */
static int
close_table(lua_State *lua)
{
	struct decision **table = lua_touserdata(lua, 1);
	decision_free(*table);
	*table = NULL;
	return 0;
}

static struct decision **
new_table(lua_State *lua)
{
	struct decision **table = lua_newuserdatauv(lua, sizeof *table, 0);
	*table = NULL;
	lua_createtable(lua, 0, 1);
	lua_pushcfunction(lua, close_table);
	lua_setfield(lua, -2, "__gc");
	lua_setmetatable(lua, -2);
	return table;
}

static struct text
field(lua_State *lua, int index, const char *name)
{
	struct text text;
	lua_getfield(lua, index, name);
	text.data = luaL_checklstring(lua, -1, &text.size);
	lua_pop(lua, 1); /* stays in the table */
	return text;
}

static void
set_integer(lua_State *lua, const char *name, lua_Integer value)
{
	lua_pushinteger(lua, value);
	lua_setfield(lua, -2, name);
}

static void
set_text(lua_State *lua, const char *name, const char *value)
{
	lua_pushstring(lua, value);
	lua_setfield(lua, -2, name);
}

/* Pushes a new entry of the list of problems at `problems`; the caller pops it. */
static void
add_problem(lua_State *lua, int problems, const char *what)
{
	lua_createtable(lua, 0, 4);
	lua_pushvalue(lua, -1);
	lua_rawseti(lua, problems, (lua_Integer)lua_rawlen(lua, problems) + 1);
	set_text(lua, "what", what);
}

/* True if the cell is one; else it is among the problems. */
static bool
check_cell(lua_State *lua, int problems, enum decision_cell outcome)
{
	if (outcome == DECISION_CELL_DONE)
		return true;
	if (outcome == DECISION_CELL_MEMORY)
		sandbox_refuse_memory(lua);
	add_problem(lua, problems, outcome == DECISION_CELL_EMPTY ? "cell_empty" : "cell");
	return false;
}

/* The columns, and the domains of the inputs. */
static bool
add_columns(lua_State *lua, struct decision *table, int problems)
{
	bool sound = true;
	lua_Integer count = (lua_Integer)lua_rawlen(lua, 2);
	for (lua_Integer i = 1; i <= count; i++) {
		enum decision_type type = DECISION_TEXT;
		lua_rawgeti(lua, 2, i);
		int column = lua_gettop(lua);
		must(decision_type_parse(field(lua, column, "type"), &type));
		lua_getfield(lua, column, "output");
		bool is_output = lua_toboolean(lua, -1);
		if (!decision_add_column(table, field(lua, column, "name"), type, is_output))
			sandbox_refuse_memory(lua);
		if (lua_getfield(lua, column, "domain") == LUA_TSTRING &&
			!check_cell(lua, problems,
				decision_set_domain(
					table, (uint32_t)i - 1, field(lua, column, "domain")))) {
			set_integer(lua, "column", i);
			sound = false;
		}
		lua_settop(lua, column - 1);
	}
	return sound;
}

/* Stack at `lists`: for each column, the list of its cells. */
static bool
add_row(lua_State *lua, struct decision *table, int lists, int problems, lua_Integer row)
{
	bool sound = true;
	for (uint32_t i = 0; i < table->column_count; i++) {
		struct text cell;
		lua_rawgeti(lua, lists + (int)i, row);
		cell.data = luaL_checklstring(lua, -1, &cell.size);
		if (!check_cell(lua, problems, decision_add_cell(table, cell))) {
			set_integer(lua, "column", (lua_Integer)i + 1);
			set_integer(lua, "row", row);
			lua_pop(lua, 1);
			sound = false;
		}
		lua_pop(lua, 1);
	}
	return sound;
}

/* Rows from number `first` on, as many as there are lines. */
static bool
add_rows(lua_State *lua, struct decision *table, int problems, lua_Integer first)
{
	bool sound = true;
	int lists = lua_gettop(lua) + 1;
	luaL_checkstack(lua, DECISION_COLUMNS_MAX + 10, NULL);
	for (uint32_t i = 0; i < table->column_count; i++) {
		lua_rawgeti(lua, 2, (lua_Integer)i + 1);
		lua_getfield(lua, -1, "cells");
		lua_replace(lua, -2);
	}
	lua_Integer count = (lua_Integer)lua_rawlen(lua, 3);
	for (lua_Integer row = first; row <= count; row++) {
		sandbox_debit(lua, CELL_INSTRUCTIONS * table->column_count);
		lua_rawgeti(lua, 3, row);
		uint32_t line = (uint32_t)lua_tointeger(lua, -1);
		lua_pop(lua, 1);
		if (!decision_add_row(table, line))
			sandbox_refuse_memory(lua);
		sound = add_row(lua, table, lists, problems, row) && sound;
	}
	lua_settop(lua, lists - 1);
	return sound;
}

static void
add_cells(lua_State *lua, const struct decision *table, const struct text *cells)
{
	if (cells == NULL)
		return;
	lua_createtable(lua, (int)table->input_count, 0);
	for (uint32_t i = 0; i < table->input_count; i++) {
		struct text cell = cells[i].data == NULL ? TEXT("…") : cells[i];
		lua_pushlstring(lua, cell.data, cell.size);
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
	lua_setfield(lua, -2, "cells");
}

static void
add_reported(lua_State *lua, const struct decision *table, int problems, lua_Integer first,
	const struct decision_report *report)
{
	static const char *const names[] = {
		[DECISION_PROBLEM_GAP] = "gap",
		[DECISION_PROBLEM_OVERLAP] = "overlap",
		[DECISION_PROBLEM_DUPLICATE] = "duplicate",
		[DECISION_PROBLEM_DEAD] = "dead",
	};
	for (uint32_t i = 0; i < report->count; i++) {
		const struct decision_problem *problem = &report->problems[i];
		add_problem(lua, problems, names[problem->kind]);
		set_integer(lua, "row", first + problem->row);
		set_integer(lua, "other", first + problem->other);
		add_cells(lua, table, problem->cells);
		lua_pop(lua, 1);
	}
	if (report->more) {
		add_problem(lua, problems, "more");
		lua_pop(lua, 1);
	}
}

static void
build(lua_State *lua, struct decision *table, int problems, lua_Integer first)
{
	struct decision_report report;
	struct fault fault;
	enum status status = decision_build(table, &report, &fault);
	if (status == STATUS_MEMORY)
		sandbox_refuse_memory(lua);
	sandbox_debit(lua, report.steps / STEPS_AN_INSTRUCTION);
	if (status != STATUS_OK) {
		add_problem(lua, problems, "tangled");
		lua_pop(lua, 1);
		return;
	}
	add_reported(lua, table, problems, first, &report);
	decision_finish(table);
}

/*
 * decision({ id, file, first_wins }, columns, lines, first) → a table, its problems. Columns are
 * { name, type, output, domain, cells }, inputs first; rows are those from number `first` of the
 * cells on, as far as there are lines. Problems are { what, row, column, other, cells }, with
 * numbers from 1 as the cells have them.
 */
int
build_native_decision(lua_State *lua)
{
	lua_settop(lua, 4);
	lua_Integer first = luaL_checkinteger(lua, 4);
	must(lua_rawlen(lua, 2) <= DECISION_COLUMNS_MAX);
	must((lua_Integer)lua_rawlen(lua, 3) >= first);
	struct decision **table = new_table(lua);
	lua_newtable(lua);
	const int problems = 6;
	lua_getfield(lua, 1, "first_wins");
	bool first_wins = lua_toboolean(lua, -1);
	lua_pop(lua, 1);
	*table = decision_new(field(lua, 1, "id"), field(lua, 1, "file"), first_wins);
	if (*table == NULL) {
		sandbox_refuse_memory(lua);
		return 0; /* not reached: the call has ended */
	}
	bool sound = add_columns(lua, *table, problems);
	sound = sound && add_rows(lua, *table, problems, first);
	if (sound)
		build(lua, *table, problems, first);
	return 2;
}

/*
 * covers(table, number, value): is it one that the input of this number, from 1, can be? A text that
 * is no value of the input's type is not; a day is a whole number.
 */
int
build_native_covers(lua_State *lua)
{
	struct decision *const *table = lua_touserdata(lua, 1);
	lua_Integer number = luaL_checkinteger(lua, 2);
	must(table != NULL && *table != NULL && number >= 1 && number <= (*table)->input_count);
	const struct decision_column *column = &(*table)->columns[number - 1];
	struct text text = { NULL, 0 };
	int64_t value = 0;
	bool sound = true;
	if (lua_type(lua, 3) == LUA_TSTRING)
		text.data = lua_tolstring(lua, 3, &text.size);
	if (text.data == NULL)
		value = luaL_checkinteger(lua, 3);
	else if (column->type == DECISION_TEXT)
		value = decision_text_number(column, text);
	else
		sound = decision_parse(column->type, text, &value);
	lua_pushboolean(lua, sound && decision_covers(column, value));
	return 1;
}

void
build_tables(lua_State *lua, struct built *built)
{
	struct arena *arena = &built->image.arena;
	uint32_t count = reader_open(lua, "decisions");
	built->decisions = reader_take(lua, arena, count, sizeof *built->decisions);
	built->image.decisions = built->decisions;
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		struct decision **table = lua_touserdata(lua, -1);
		must(table != NULL && *table != NULL);
		must((*table)->draft == NULL);
		built->decisions[i] = *table;
		built->image.decision_count = i + 1;
		*table = NULL;
		reader_close(lua);
	}
	reader_close(lua);
}

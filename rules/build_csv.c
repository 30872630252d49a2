/* What rules/lib sees of CSV files: the part of `native` that reads the tables of a bundle. */
#include "native.h"

#include "../engine/base/bilingual.h"
#include "../engine/base/csv.h"
#include "../engine/base/utf8.h"

/* Bytes of a table that cost one instruction. */
#define BYTES_AN_INSTRUCTION 16

/* Reading a table: leaves { names, cells = { column → cells }, lines, offsets, problems, not_utf8 = line or nil }. */
struct table_reader {
	struct csv_reader csv;
	struct csv_row row;
	size_t name_count;
	int wanted[16]; /* numbers of the columns that are kept */
	int wanted_count;
	lua_Integer rows;
};

/* A reader is closed when Lua forgets it, so that an error of Lua closes it too. */
static int
close_reader(lua_State *lua)
{
	struct table_reader *reader = lua_touserdata(lua, 1);
	csv_release(&reader->csv);
	return 0;
}

static struct table_reader *
new_reader(lua_State *lua, struct bytes content)
{
	struct table_reader *reader = lua_newuserdatauv(lua, sizeof *reader, 0);
	memset(reader, 0, sizeof *reader);
	csv_init(&reader->csv, content, ',');
	lua_createtable(lua, 0, 1);
	lua_pushcfunction(lua, close_reader);
	lua_setfield(lua, -2, "__gc");
	lua_setmetatable(lua, -2);
	return reader;
}

/* Adds to the list `problems` of the table at index `result`; `what` is in both languages. */
static void
add_problem(lua_State *lua, int result, uint64_t line, uint32_t column, const char *what)
{
	lua_getfield(lua, result, "problems");
	lua_createtable(lua, 0, 3);
	lua_pushinteger(lua, (lua_Integer)line);
	lua_setfield(lua, -2, "line");
	lua_pushinteger(lua, column);
	lua_setfield(lua, -2, "column");
	lua_createtable(lua, 0, 2);
	for (int zh = 0; zh < 2; zh++) {
		struct text one = bilingual_pick(text_of(what), zh);
		lua_pushlstring(lua, one.data, one.size);
		lua_setfield(lua, -2, zh ? "zh" : "en");
	}
	lua_setfield(lua, -2, "what");
	lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
	lua_pop(lua, 1);
}

/* The row of names; makes a list of cells for each wanted column (the list at index 2). */
static void
read_names(lua_State *lua, struct table_reader *reader, int result)
{
	reader->name_count = reader->row.field_count;
	lua_createtable(lua, (int)reader->name_count, 0);
	for (size_t i = 0; i < reader->name_count; i++) {
		struct text name = reader->row.fields[i].text;
		lua_pushlstring(lua, name.data, name.size);
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
	lua_setfield(lua, result, "names");
	for (size_t i = 1; i <= lua_rawlen(lua, 2) && i <= 16; i++) {
		lua_rawgeti(lua, 2, (lua_Integer)i);
		struct text wanted = native_text(lua, -1);
		for (size_t j = 0; j < reader->name_count; j++)
			if (text_equal(reader->row.fields[j].text, wanted)) {
				reader->wanted[reader->wanted_count++] = (int)j;
				lua_newtable(lua);
				break;
			}
		if (lua_type(lua, -1) != LUA_TTABLE)
			lua_pop(lua, 1);
	}
}

/* Stack: …, then for each wanted column its name and its list, from `first` on. */
static void
read_row(lua_State *lua, struct table_reader *reader, int first)
{
	reader->rows++;
	for (int i = 0; i < reader->wanted_count; i++) {
		struct text cell = reader->row.fields[reader->wanted[i]].text;
		lua_pushlstring(lua, cell.data, cell.size);
		lua_rawseti(lua, first + 2 * i + 1, reader->rows);
	}
}

/* csv(path, columns) → the table, or nothing where there is no such file */
int
build_native_csv(lua_State *lua)
{
	struct bytes content;
	if (!bundle_file(native_build(lua)->bundle, native_text(lua, 1), &content))
		return 0;
	sandbox_debit(lua, content.size / BYTES_AN_INSTRUCTION);
	static const char *const fields[] = { "names", "cells", "problems" };
	lua_settop(lua, 2);
	lua_newtable(lua);
	/* What was a release before is taken as it is. */
	uint64_t wrong_line = native_build(lua)->loaded_language == 0
		? utf8_wrong_line(text_of_bytes(content))
		: 0;
	if (wrong_line > 0) {
		lua_pushinteger(lua, (lua_Integer)wrong_line);
		lua_setfield(lua, -2, "not_utf8");
		return 1;
	}
	const int result = 3, lines = 4, offsets = 5, first = 7;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		lua_newtable(lua);
		lua_setfield(lua, result, fields[i]);
	}
	lua_newtable(lua);
	lua_newtable(lua);
	struct table_reader *reader = new_reader(lua, content);
	struct csv_problem problem;
	enum csv_outcome outcome;
	luaL_checkstack(lua, 64, NULL);
	while ((outcome = csv_next(&reader->csv, &reader->row, &problem)) != CSV_END) {
		if (outcome == CSV_REFUSED) {
			add_problem(lua, result, problem.line, problem.column, problem.what);
		} else if (reader->name_count == 0) {
			read_names(lua, reader, result);
		} else if (reader->row.field_count != reader->name_count) {
			add_problem(lua, result, reader->row.line, 0,
				BILINGUAL_STRING(
					"it has another number of fields than there are columns",
					"字段数与列数不同"));
		} else {
			read_row(lua, reader, first);
			lua_pushinteger(lua, (lua_Integer)reader->row.line);
			lua_rawseti(lua, lines, reader->rows);
			lua_pushinteger(lua, (lua_Integer)reader->row.offset);
			lua_rawseti(lua, offsets, reader->rows);
		}
	}
	lua_getfield(lua, result, "cells");
	lua_insert(lua, first);
	for (int i = reader->wanted_count; i > 0; i--)
		lua_settable(lua, first);
	lua_pushvalue(lua, lines);
	lua_setfield(lua, result, "lines");
	lua_pushvalue(lua, offsets);
	lua_setfield(lua, result, "offsets");
	lua_pushvalue(lua, result);
	return 1;
}

/* csv_names(path) → the cells of the first row; nothing where there is no such file, or no row */
int
build_native_csv_names(lua_State *lua)
{
	struct bytes content;
	struct csv_problem problem;
	if (!bundle_file(native_build(lua)->bundle, native_text(lua, 1), &content))
		return 0;
	struct table_reader *reader = new_reader(lua, content);
	if (csv_next(&reader->csv, &reader->row, &problem) != CSV_ROW)
		return 0;
	lua_createtable(lua, (int)reader->row.field_count, 0);
	for (size_t i = 0; i < reader->row.field_count; i++) {
		struct text name = reader->row.fields[i].text;
		lua_pushlstring(lua, name.data, name.size);
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
	return 1;
}

/* csv_column(path, offset of a row, number of a column from 1) → where in its line the cell begins
 */
int
build_native_csv_column(lua_State *lua)
{
	struct bytes content;
	size_t offset = (size_t)luaL_checkinteger(lua, 2);
	size_t number = (size_t)luaL_checkinteger(lua, 3);
	uint32_t column = 0;
	struct csv_problem problem;
	if (!bundle_file(native_build(lua)->bundle, native_text(lua, 1), &content) ||
		offset > content.size)
		return 0;
	sandbox_debit(lua, 100);
	struct table_reader *reader = new_reader(
		lua, (struct bytes){ content.data + offset, content.size - offset });
	if (csv_next(&reader->csv, &reader->row, &problem) == CSV_ROW && number > 0 &&
		number <= reader->row.field_count)
		column = reader->row.fields[number - 1].column;
	lua_pushinteger(lua, column);
	return 1;
}

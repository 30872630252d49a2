/* The rule language, described (see language.h). */
#include "language.h"

#include "../engine/base/csv.h"
#include "../engine/base/must.h"
#include "host.h"
#include "release.h"
#include "sandbox.h"

/* Ample: what runs is ours, and it has an end. */
static const struct sandbox_limits reference_limits = {
	.instructions = UINT64_C(100000000),
	.stride = 100000,
	.wall_us = 60 * 1000000,
	.memory_bytes = (size_t)64 * 1024 * 1024,
	.block_bytes = (size_t)16 * 1024 * 1024,
	.taken_bytes = SIZE_MAX,
};

struct question {
	const char *language;
	const char *part; /* "page", "words", "word" */
	const char *word;
	const struct language_writer *writer;
	bool found;
};

static const struct language_writer *
writer_of(lua_State *lua)
{
	const struct question *question = sandbox_of(lua)->owner;
	return question->writer;
}

/* heading(level, text) */
static int
native_heading(lua_State *lua)
{
	const struct language_writer *writer = writer_of(lua);
	writer->heading(writer->context, (int)luaL_checkinteger(lua, 1), luaL_checkstring(lua, 2));
	return 0;
}

/* text(text) */
static int
native_text(lua_State *lua)
{
	const struct language_writer *writer = writer_of(lua);
	writer->text(writer->context, luaL_checkstring(lua, 1));
	return 0;
}

/* script(info, lines) */
static int
native_script(lua_State *lua)
{
	const struct language_writer *writer = writer_of(lua);
	writer->script(writer->context, luaL_checkstring(lua, 1), luaL_checkstring(lua, 2));
	return 0;
}

/* table(rows): lists of texts, all as long as the first */
static int
native_table(lua_State *lua)
{
	const struct language_writer *writer = writer_of(lua);
	size_t rows = lua_rawlen(lua, 1), next = 0;
	must(rows > 0);
	lua_rawgeti(lua, 1, 1);
	size_t columns = lua_rawlen(lua, -1);
	must(columns > 0);
	lua_pop(lua, 1);
	const char **cells = lua_newuserdatauv(lua, rows * columns * sizeof *cells, 0);
	for (size_t row = 1; row <= rows; row++) {
		lua_rawgeti(lua, 1, (lua_Integer)row);
		for (size_t column = 1; column <= columns; column++) {
			int type = lua_rawgeti(lua, -1, (lua_Integer)column);
			must(type == LUA_TSTRING); /* stays valid in the table */
			cells[next++] = lua_tostring(lua, -1);
			lua_pop(lua, 1);
		}
		lua_pop(lua, 1);
	}
	writer->table(writer->context, cells, columns, rows);
	return 0;
}

/* native.limits: those that C keeps; the others are in the schema. */
static void
push_limits(lua_State *lua)
{
	struct host_limits of_call = host_limits_default();
	const struct {
		const char *name;
		uint64_t value;
	} limits[] = {
		{ "call_bytes", of_call.memory_call_bytes },
		{ "block_bytes", of_call.block_bytes },
		{ "call_us", of_call.call_wall_us },
		{ "functions_bytes", of_call.memory_bytes },
		{ "build_instructions", BUILD_INSTRUCTIONS_MAX },
		{ "build_bytes", BUILD_MEMORY_BYTES_MAX },
		{ "build_us", BUILD_WALL_US_MAX },
		{ "script_bytes", SCRIPT_BYTES_MAX },
		{ "catalog_files", BUNDLE_FILES_MAX },
		{ "catalog_bytes", BUNDLE_BYTES_MAX },
		{ "path_bytes", BUNDLE_PATH_MAX },
		{ "columns", CSV_FIELDS_MAX },
	};
	lua_newtable(lua);
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		lua_pushinteger(lua, (lua_Integer)limits[i].value);
		lua_setfield(lua, -2, limits[i].name);
	}
}

static int
work_write(lua_State *lua)
{
	static const luaL_Reg functions[] = {
		{ "heading", native_heading },
		{ "text", native_text },
		{ "script", native_script },
		{ "table", native_table },
		{ NULL, NULL },
	};
	struct question *question = lua_touserdata(lua, 1);
	luaL_newlib(lua, functions);
	push_limits(lua);
	lua_setfield(lua, -2, "limits");
	lua_setglobal(lua, "native");
	sandbox_use(lua, "reference");
	lua_getfield(lua, -1, "write");
	lua_pushstring(lua, question->language);
	lua_pushstring(lua, question->part);
	lua_pushstring(lua, question->word);
	lua_call(lua, 3, 1);
	question->found = lua_toboolean(lua, -1);
	return 0;
}

/* Runs `work` in a sandbox whose owner is its argument. */
static enum status
run(lua_CFunction work, void *owner, struct fault *fault)
{
	struct sandbox *sandbox;
	enum status status = sandbox_new(&reference_limits, &sandbox, fault);
	if (status != STATUS_OK)
		return status;
	sandbox->owner = owner;
	enum sandbox_outcome outcome = sandbox_run(sandbox, work, owner);
	if (outcome != SANDBOX_DONE)
		status = sandbox_fault(sandbox, outcome, fault);
	sandbox_free(sandbox);
	return status;
}

static enum status
answer(struct question *question, struct fault *fault)
{
	enum status status = run(work_write, question, fault);
	if (status == STATUS_OK && !question->found)
		return fault_set(
			fault, STATUS_NOT_FOUND, "the language has no word \"%s\"", question->word);
	return status;
}

enum status
language_write_page(const char *language, const struct language_writer *writer, struct fault *fault)
{
	struct question question = { language, "page", "", writer, false };
	return answer(&question, fault);
}

enum status
language_write_words(
	const char *language, const struct language_writer *writer, struct fault *fault)
{
	struct question question = { language, "words", "", writer, false };
	return answer(&question, fault);
}

enum status
language_write_word(const char *word, const char *language, const struct language_writer *writer,
	struct fault *fault)
{
	struct question question = { language, "word", word, writer, false };
	return answer(&question, fault);
}

/* ---- for other programs ---- */

/* A form's name, and which of rules/lib writes it. */
static const struct {
	const char *name;
	const char *library;
} forms[] = {
	[LANGUAGE_ANNOTATIONS] = { "annotations", "annotations" },
	[LANGUAGE_LUACHECK] = { "luacheck", "standard" },
	[LANGUAGE_JSON] = { "json", "describe" },
};

struct writing {
	const char *library;
	const char *language;
	struct buffer *out;
	bool full;
};

static int
work_write_form(lua_State *lua)
{
	struct writing *writing = lua_touserdata(lua, 1);
	struct text text;
	lua_newtable(lua);
	push_limits(lua);
	lua_setfield(lua, -2, "limits");
	lua_setglobal(lua, "native");
	sandbox_use(lua, writing->library);
	lua_getfield(lua, -1, "write");
	lua_pushstring(lua, writing->language);
	lua_call(lua, 1, 1);
	text.data = luaL_checklstring(lua, -1, &text.size);
	writing->full = !buffer_append_text(writing->out, text);
	return 0;
}

bool
language_form_of(const char *name, enum language_form *form)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (strcmp(name, forms[i].name) == 0) {
			*form = (enum language_form)i;
			return true;
		}
	}
	return false;
}

enum status
language_write_form(
	enum language_form form, const char *language, struct buffer *out, struct fault *fault)
{
	struct writing writing = { forms[form].library, language, out, false };
	enum status status = run(work_write_form, &writing, fault);
	if (status == STATUS_OK && writing.full)
		return fault_set(fault, STATUS_MEMORY, "no memory for the language");
	return status;
}

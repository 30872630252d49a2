/*
 * What scripts ask of decision tables, read from their text: `tables.NAME { input = …, … }.output`.
 * A function runs only when it is called, too late to learn that it names a table or a column that
 * does not exist. Names that are not written out (`tables[name]`) are left to the call.
 */
#include "native.h"

#include "lexer.h"

/* Bytes of a script that cost one instruction. */
#define BYTES_AN_INSTRUCTION 16

struct reading {
	lua_State *lua;
	struct lexer lexer;
	struct text file;
};

/* The next token, without taking it. */
static struct token
peek(const struct reading *reading)
{
	struct lexer ahead = reading->lexer;
	return lexer_take(&ahead);
}

static bool
next_is(const struct reading *reading, char sign)
{
	struct token token = peek(reading);
	return token_is_sign(&token, sign);
}

static int
depth_change(const struct token *token)
{
	if (token_is_sign(token, '{') || token_is_sign(token, '(') || token_is_sign(token, '['))
		return 1;
	return token_is_sign(token, '}') || token_is_sign(token, ')') || token_is_sign(token, ']')
		? -1
		: 0;
}

/* Behind the opening brace: adds the keys to the list on the top, up to the brace that closes. */
static void
read_keys(struct reading *reading)
{
	int depth = 1;
	bool begins = true; /* an entry */
	while (depth > 0) {
		struct token token = lexer_take(&reading->lexer);
		if (token.kind == TOKEN_END)
			return;
		if (begins && token.kind == TOKEN_NAME && next_is(reading, '=')) {
			lua_newtable(reading->lua);
			build_set_place(reading->lua, reading->file, &reading->lexer, &token);
			lua_rawseti(
				reading->lua, -2, (lua_Integer)lua_rawlen(reading->lua, -2) + 1);
		}
		depth += depth_change(&token);
		begins = depth == 1 && (token_is_sign(&token, ',') || token_is_sign(&token, ';'));
	}
}

/* Behind `tables`: adds what is asked to the list on the top. */
static void
read_asked(struct reading *reading)
{
	lua_State *lua = reading->lua;
	if (!next_is(reading, '.'))
		return;
	lexer_take(&reading->lexer);
	struct token name = lexer_take(&reading->lexer);
	if (name.kind != TOKEN_NAME)
		return;
	lua_newtable(lua);
	build_set_place(reading->lua, reading->file, &reading->lexer, &name);
	if (next_is(reading, '{')) {
		lexer_take(&reading->lexer);
		lua_newtable(lua);
		lua_pushvalue(lua, -1);
		lua_setfield(lua, -3, "inputs");
		read_keys(reading);
		lua_pop(lua, 1);
		struct lexer ahead = reading->lexer;
		struct token dot = lexer_take(&ahead), output = lexer_take(&ahead);
		if (token_is_sign(&dot, '.') && output.kind == TOKEN_NAME) {
			lua_newtable(lua);
			build_set_place(reading->lua, reading->file, &reading->lexer, &output);
			lua_setfield(lua, -2, "output");
		}
	}
	lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
}

/* A script that has a local of this name means something else by it. */
static bool
has_own_tables(struct text source)
{
	struct lexer lexer = { source, 0, 1 };
	bool local = false;
	for (;;) {
		struct token token = lexer_take(&lexer);
		if (token.kind == TOKEN_END)
			return false;
		if (local && token_is_name(&token, "tables"))
			return true;
		local = token_is_name(&token, "local");
	}
}

static void
read_script(struct reading *reading)
{
	bool member = false; /* `x.tables` is something else too */
	if (has_own_tables(reading->lexer.source))
		return;
	for (;;) {
		struct token token = lexer_take(&reading->lexer);
		if (token.kind == TOKEN_END)
			return;
		if (!member && token_is_name(&token, "tables"))
			read_asked(reading);
		member = token_is_sign(&token, '.') || token_is_sign(&token, ':');
	}
}

/*
 * tables_asked() → a list of { name, file, line, column, inputs, output }: inputs is a list of the
 * same, or nothing where they are not written in braces; output one, if it is written.
 */
int
build_native_tables_asked(lua_State *lua)
{
	struct build *build = native_build(lua);
	struct bytes rest = build->bundle, content;
	struct text path;
	bool sound;
	luaL_checkstack(lua, 10, NULL);
	lua_newtable(lua);
	while (bundle_next(&rest, &path, &content, &sound)) {
		if (!text_ends_with(path, TEXT(".lua")))
			continue;
		sandbox_debit(lua, content.size / BYTES_AN_INSTRUCTION);
		struct text source = text_of_bytes(content);
		if (memmem(source.data, source.size, "tables", 6) == NULL)
			continue;
		struct reading reading = { lua, { source, 0, 1 }, path };
		read_script(&reading);
	}
	return 1;
}

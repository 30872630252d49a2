/*
 * What the functions of scripts do, read from their text: the loops that may never end, what they
 * ask of their context, numbers that are not exact, and the reasons that they give. A function runs only when it is called, too late to learn of either.
 */
#include "native.h"

#include "lexer.h"

/* Bytes of a script that cost one instruction. */
#define BYTES_AN_INSTRUCTION 16
/* Blocks inside of each other (Lua itself allows 200), and labels of the functions around. What is
 * deeper is not looked at. */
#define BLOCKS_MAX 200
#define LABELS_MAX 64

struct reading {
	lua_State *lua;
	struct lexer lexer;
	struct text file;
	struct token before; /* the last token that was taken */
	bool function_blocks[BLOCKS_MAX];
	size_t block_count;
	size_t function_count; /* of the blocks that are open */
};

static void
take(struct reading *reading, struct token *token)
{
	reading->before = *token;
	*token = lexer_take(&reading->lexer);
}

static bool
next_is(const struct reading *reading, char sign)
{
	struct lexer ahead = reading->lexer;
	struct token token = lexer_take(&ahead);
	return token_is_sign(&token, sign);
}

/* Counts the blocks that a token opens and closes; false if there are too many. */
static bool
follow_blocks(struct reading *reading, const struct token *token)
{
	bool is_function = token_is_name(token, "function");
	if (is_function || token_is_name(token, "if") || token_is_name(token, "do") ||
		token_is_name(token, "repeat")) {
		if (reading->block_count == BLOCKS_MAX)
			return false;
		reading->function_blocks[reading->block_count++] = is_function;
		reading->function_count += is_function;
	} else if (token_is_name(token, "end") || token_is_name(token, "until")) {
		if (reading->block_count == 0)
			return false;
		reading->function_count -= reading->function_blocks[--reading->block_count];
	}
	return true;
}

void
build_set_place(
	lua_State *lua, struct text file, const struct lexer *lexer, const struct token *token)
{
	lua_pushlstring(lua, token->text.data, token->text.size);
	lua_setfield(lua, -2, "name");
	lua_pushlstring(lua, file.data, file.size);
	lua_setfield(lua, -2, "file");
	lua_pushinteger(lua, token->line);
	lua_setfield(lua, -2, "line");
	lua_pushinteger(lua, token_column(lexer, token));
	lua_setfield(lua, -2, "column");
}

/* Appends { name, file, line, column } to the list on the top. */
static void
add_place(struct reading *reading, const struct token *token)
{
	lua_State *lua = reading->lua;
	lua_createtable(lua, 0, 4);
	build_set_place(lua, reading->file, &reading->lexer, token);
	lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
}

/* ---- Loops ---- */

/* Labels that stand before what is read, each with how many functions it is in. */
struct labels {
	struct text names[LABELS_MAX];
	size_t functions[LABELS_MAX];
	size_t count;
};

/* Behind `::`: the label, if it is one. */
static void
remember_label(const struct reading *reading, struct labels *labels)
{
	struct lexer ahead = reading->lexer;
	struct token name = lexer_take(&ahead);
	if (name.kind != TOKEN_NAME || labels->count == LABELS_MAX)
		return;
	labels->names[labels->count] = name.text;
	labels->functions[labels->count++] = reading->function_count;
}

/* Does `goto` lead back, to a label of the same function? One that leads on only leaves a block. */
static bool
leads_back(const struct reading *reading, const struct labels *labels)
{
	struct lexer ahead = reading->lexer;
	struct token name = lexer_take(&ahead);
	for (size_t i = 0; i < labels->count; i++)
		if (labels->functions[i] == reading->function_count &&
			text_equal(labels->names[i], name.text))
			return true;
	return false;
}

static void
forget_labels(const struct reading *reading, struct labels *labels)
{
	while (labels->count > 0 && labels->functions[labels->count - 1] > reading->function_count)
		labels->count--;
}

/* Adds the loops in functions that no count ends to the list on the top. */
static void
read_loops(struct reading *reading)
{
	struct labels labels = { .count = 0 };
	struct token token = { .kind = TOKEN_SIGN };
	for (;;) {
		take(reading, &token);
		if (token.kind == TOKEN_END || !follow_blocks(reading, &token))
			return;
		forget_labels(reading, &labels);
		if (token_is_sign(&token, ':') && token_is_sign(&reading->before, ':'))
			remember_label(reading, &labels);
		if (reading->function_count == 0)
			continue;
		if (token_is_name(&token, "while") || token_is_name(&token, "repeat") ||
			(token_is_name(&token, "goto") && leads_back(reading, &labels)))
			add_place(reading, &token);
	}
}

/* loops() → { name, file, line, column } of each loop in a function that no count ends */
int
build_native_loops(lua_State *lua)
{
	struct build *build = native_build(lua);
	struct bytes rest = build->bundle;
	struct text path, source;
	luaL_checkstack(lua, 10, NULL);
	lua_newtable(lua);
	while (build_next_script(&rest, false, &path, &source)) {
		sandbox_debit(lua, source.size / BYTES_AN_INSTRUCTION);
		struct reading reading = {
			.lua = lua,
			.lexer = { source, 0, 1 },
			.file = path,
		};
		read_loops(&reading);
	}
	return 1;
}

/* ---- Members of the context ---- */

/* Behind `function`, and a name where it has one: its first parameter; no name where it has none. */
static struct token
first_parameter(struct lexer behind)
{
	struct token token = lexer_take(&behind);
	while (token.kind != TOKEN_END && !token_is_sign(&token, '('))
		token = lexer_take(&behind);
	return lexer_take(&behind);
}

/* Behind the parameter: the names that follow it, `.at.hour`, as a list of places. */
static void
add_member(struct reading *reading)
{
	lua_State *lua = reading->lua;
	lua_newtable(lua);
	while (next_is(reading, '.') || next_is(reading, ':')) {
		struct lexer ahead = reading->lexer;
		lexer_take(&ahead);
		struct token name = lexer_take(&ahead);
		if (name.kind != TOKEN_NAME)
			break;
		reading->lexer = ahead;
		add_place(reading, &name);
	}
	lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
}

/* From here on the name means something else: a local, a loop's variable, another value. */
static bool
is_taken_away(const struct reading *reading)
{
	struct lexer ahead = reading->lexer;
	struct token next = lexer_take(&ahead), after = lexer_take(&ahead);
	return token_is_name(&reading->before, "local") || token_is_name(&reading->before, "for") ||
		token_is_name(&next, "in") ||
		(token_is_sign(&next, '=') && !token_is_sign(&after, '='));
}

/* Goes on to the end of the function that was opened last. */
static void
skip_function(struct reading *reading, struct token *token)
{
	size_t outside = reading->block_count - 1;
	while (reading->block_count > outside) {
		take(reading, token);
		if (token->kind == TOKEN_END || !follow_blocks(reading, token))
			return;
	}
}

/* Behind `function`: does it call its own first parameter so? */
static bool
has_parameter(const struct reading *reading, const struct token *parameter)
{
	struct token own = first_parameter(reading->lexer);
	return own.kind == TOKEN_NAME && text_equal(own.text, parameter->text);
}

/* Is this token the parameter itself, and no field that is called so? */
static bool
is_parameter(
	const struct reading *reading, const struct token *token, const struct token *parameter)
{
	return parameter->kind == TOKEN_NAME && token->kind == TOKEN_NAME &&
		token->offset > parameter->offset && text_equal(token->text, parameter->text) &&
		!token_is_sign(&reading->before, '.') && !token_is_sign(&reading->before, ':');
}

/* Behind `function`: adds what its text asks of its first parameter, up to its end. */
static void
read_members(struct reading *reading, struct token *token)
{
	struct token parameter = first_parameter(reading->lexer);
	size_t outside = reading->block_count - 1;
	while (reading->block_count > outside) {
		take(reading, token);
		if (token->kind == TOKEN_END || !follow_blocks(reading, token))
			return;
		if (token_is_name(token, "function") && has_parameter(reading, &parameter))
			skip_function(reading, token);
		else if (!is_parameter(reading, token, &parameter))
			continue;
		else if (is_taken_away(reading))
			parameter.kind = TOKEN_SIGN;
		else
			add_member(reading);
	}
}

/* Opens the file in which the function at index 1 stands; false if there is none. */
static bool
open_function(lua_State *lua, struct reading *reading, lua_Debug *about)
{
	struct bytes content;
	luaL_checktype(lua, 1, LUA_TFUNCTION);
	lua_settop(lua, 1);
	lua_pushvalue(lua, 1);
	lua_getinfo(lua, ">S", about);
	if (about->linedefined <= 0 ||
		!bundle_file(native_build(lua)->bundle, text_of(about->source + 1), &content))
		return false;
	sandbox_debit(lua, content.size / BYTES_AN_INSTRUCTION);
	*reading = (struct reading){
		.lua = lua,
		.lexer = { text_of_bytes(content), 0, 1 },
		.file = text_of(about->source + 1),
	};
	return true;
}

/*
 * Reads on, token by token, all functions that begin on the line of `about`, since no more is known
 * of where one begins. `read` goes on behind `function` to the end of it.
 */
static void
read_functions(struct reading *reading, const lua_Debug *about,
	void (*read)(struct reading *reading, struct token *token))
{
	struct token token = { .kind = TOKEN_SIGN };
	for (;;) {
		take(reading, &token);
		if (token.kind == TOKEN_END || token.line > (uint32_t)about->linedefined ||
			!follow_blocks(reading, &token))
			return;
		if (token_is_name(&token, "function") && token.line == (uint32_t)about->linedefined)
			read(reading, &token);
	}
}

/*
 * members(function) → for each place where its text asks something of its first parameter, the list
 * of the names it writes behind it, each with its place.
 */
int
build_native_members(lua_State *lua)
{
	struct reading reading;
	lua_Debug about;
	luaL_checkstack(lua, 10, NULL);
	bool found = open_function(lua, &reading, &about);
	lua_newtable(lua);
	if (found)
		read_functions(&reading, &about, read_members);
	return 1;
}

/* ---- Numbers that are not exact ---- */

/* 0.5 or 1e3, but not 0xE. */
static bool
is_float(struct text number)
{
	bool hexadecimal = number.size > 1 && (number.data[1] == 'x' || number.data[1] == 'X');
	for (size_t i = 0; i < number.size; i++)
		if (strchr(hexadecimal ? ".pP" : ".eE", number.data[i]) != NULL)
			return true;
	return false;
}

/* floats() → { name, file, line, column } of each number in a function that is no whole one */
int
build_native_floats(lua_State *lua)
{
	struct bytes rest = native_build(lua)->bundle;
	struct text path, source;
	luaL_checkstack(lua, 10, NULL);
	lua_newtable(lua);
	while (build_next_script(&rest, false, &path, &source)) {
		struct reading reading = { .lua = lua, .lexer = { source, 0, 1 }, .file = path };
		struct token token = { .kind = TOKEN_SIGN };
		sandbox_debit(lua, source.size / BYTES_AN_INSTRUCTION);
		for (take(&reading, &token);
			token.kind != TOKEN_END && follow_blocks(&reading, &token);
			take(&reading, &token))
			if (token.kind == TOKEN_NUMBER && reading.function_count > 0 &&
				is_float(token.text))
				add_place(&reading, &token);
	}
	return 1;
}

/* ---- Reasons ---- */

/*
 * Behind `because` of `m:because("key", row)`: adds the key with its place, or one without a name
 * where it is no text.
 */
static void
add_reason(struct reading *reading)
{
	struct lexer ahead = reading->lexer;
	struct token key = lexer_take(&ahead);
	if (token_is_sign(&key, '('))
		key = lexer_take(&ahead);
	if (key.kind != TOKEN_STRING)
		key.text.size = 0;
	add_place(reading, &key);
}

static bool
is_reason(const struct reading *reading, const struct token *token)
{
	return token_is_name(token, "because") && token_is_sign(&reading->before, ':');
}

/* Behind `function`: adds its reasons, up to its end. */
static void
read_reasons(struct reading *reading, struct token *token)
{
	size_t outside = reading->block_count - 1;
	while (reading->block_count > outside) {
		take(reading, token);
		if (token->kind == TOKEN_END || !follow_blocks(reading, token))
			return;
		if (is_reason(reading, token))
			add_reason(reading);
	}
}

static void
read_all_reasons(struct reading *reading)
{
	struct token token = { .kind = TOKEN_SIGN };
	for (take(reading, &token); token.kind != TOKEN_END; take(reading, &token))
		if (is_reason(reading, &token))
			add_reason(reading);
}

/*
 * reasons(function), or reasons() of all scripts → { name, file, line, column } of each key that is
 * given to `because`; the name is empty where the key is not written out.
 */
int
build_native_reasons(lua_State *lua)
{
	struct reading reading;
	struct bytes rest = native_build(lua)->bundle;
	struct text path, source;
	lua_Debug about;
	luaL_checkstack(lua, 10, NULL);
	if (!lua_isnoneornil(lua, 1)) {
		bool found = open_function(lua, &reading, &about);
		lua_newtable(lua);
		if (found)
			read_functions(&reading, &about, read_reasons);
		return 1;
	}
	lua_newtable(lua);
	while (build_next_script(&rest, false, &path, &source)) {
		sandbox_debit(lua, source.size / BYTES_AN_INSTRUCTION);
		reading = (struct reading){ .lua = lua, .lexer = { source, 0, 1 }, .file = path };
		read_all_reasons(&reading);
	}
	return 1;
}

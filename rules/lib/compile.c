/*
 * Compiles a script of rules/lib while the program is built, so that none of the many sandboxes
 * that it will open has to (sandbox_use):
 *
 *   compile NAME <SCRIPT >COMPILED
 *
 * The form is that of the library of Lua which the program links too. Names and lines stay in it,
 * for messages.
 */
#include <lauxlib.h>
#include <stdio.h>

static void
read_script(lua_State *lua)
{
	luaL_Buffer script;
	size_t got;
	luaL_buffinit(lua, &script);
	while ((got = fread(luaL_prepbuffer(&script), 1, LUAL_BUFFERSIZE, stdin)) > 0)
		luaL_addsize(&script, got);
	luaL_pushresult(&script);
}

static int
write_part(lua_State *lua, const void *part, size_t size, void *file)
{
	(void)lua;
	return fwrite(part, 1, size, file) == size ? 0 : 1;
}

static int
compile(lua_State *lua)
{
	size_t size;
	read_script(lua);
	const char *script = lua_tolstring(lua, -1, &size);
	if (luaL_loadbufferx(lua, script, size, lua_tostring(lua, 1), "t") != LUA_OK)
		return lua_error(lua);
	if (lua_dump(lua, write_part, stdout, 0) != 0 || fflush(stdout) != 0)
		return luaL_error(lua, "can't write what was compiled");
	return 0;
}

int
main(int count, char **arguments)
{
	lua_State *lua = luaL_newstate();
	if (lua == NULL || count != 2)
		return 2;
	lua_pushcfunction(lua, compile);
	lua_pushfstring(lua, "=%s", arguments[1]);
	int result = lua_pcall(lua, 1, 0, 0);
	if (result != LUA_OK)
		fprintf(stderr, "%s\n", lua_tostring(lua, -1));
	lua_close(lua);
	return result == LUA_OK ? 0 : 1;
}

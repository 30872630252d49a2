/* What the files share that rules/lib reaches as `native`: whose run it is, and its arguments. */
#ifndef SUANPAN_NATIVE_H
#define SUANPAN_NATIVE_H

#include "build.h"

#include <lauxlib.h>

static inline struct build *
native_build(lua_State *lua)
{
	return sandbox_of(lua)->owner;
}

/* A text among the arguments; stays valid while it is on the stack, or in a table. */
static inline struct text
native_text(lua_State *lua, int index)
{
	struct text text;
	text.data = luaL_checklstring(lua, index, &text.size);
	return text;
}

#endif

/*
 * Inside of testing: reads a limit of a guard.
 */
#ifndef SUANPAN_TEST_GUARD_H
#define SUANPAN_TEST_GUARD_H

#include <lua.h>

#include "guard.h"

#include "../engine/base/arena.h"

/* Of the case on the top of the stack, without its place and name. Raises errors of Lua. */
struct guard guard_read(lua_State *lua, struct arena *arena);

#endif

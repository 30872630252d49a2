/* Inside of calling conditions: the value `c` of subject.h. Raises errors of Lua. */
#ifndef SUANPAN_SUBJECT_LUA_H
#define SUANPAN_SUBJECT_LUA_H

#include "subject.h"

#include <lua.h>

/* Leaves the value `c` that shows the subject that *subject points at when it is called. */
void subject_push(lua_State *lua, const struct subject *const *subject);

#endif

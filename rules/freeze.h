/*
 * A function of a catalog must give the same answer whoever called it before: what it reaches
 * outside of itself may not change. Tables that it reaches are replaced by views that can't be
 * written; its upvalues (locals of its file) are noted, and put back if it wrote to one.
 */
#ifndef SUANPAN_FREEZE_H
#define SUANPAN_FREEZE_H

#include <lua.h>

/* What was frozen: two lists at fixed places of the stack, of functions and of values, in step. */
struct frozen {
	int functions; /* index on the stack: the function that has upvalue n … */
	int values;    /* … and its value */
	int count;
	int *upvalues; /* n of each; memory of Lua's, below `functions` on the stack */
};

/*
 * Freezes what the functions in the list on the top reach. Leaves three values above the list,
 * which must stay where they are. Raises errors of Lua.
 */
void freeze_functions(lua_State *lua, struct frozen *frozen);

/*
 * The name of an upvalue that is not what it was, or NULL; all are put back. Needs 4 places on the
 * stack; never raises an error.
 */
const char *freeze_restore(lua_State *lua, const struct frozen *frozen);

#endif

/*
 * What a catalog's functions of charges and parameters see, made once for a host and pointed at
 * each question in turn:
 *
 *   p.NAME             a parameter of the package       derive, check
 *   c.params.NAME      the same                         amount of a charge
 *   c.GROUP.NAME       a fact that the catalog declares amount of a charge
 *   m:because(key, row)  notes a reason, and is m       amount of a charge
 *
 * Nothing of it can be written. A value that was not given is an error that names it.
 */
#ifndef SUANPAN_DUE_CONTEXT_H
#define SUANPAN_DUE_CONTEXT_H

#include <lua.h>

#include "due.h"

struct due_context {
	const struct image *image;
	struct due_scope *scope; /* of the call at hand; NULL: it is none of these functions */
};

/* Leave the values `p` and `c` that show what *context points at, which must stay. Raise errors of
 * Lua. */
void due_context_push_params(lua_State *lua, struct due_context *context);
void due_context_push(lua_State *lua, struct due_context *context);

/* The method `because` of money. */
int due_context_because(lua_State *lua);

/* What a function returned; false if that is no value of the kind. */
bool due_value_get(lua_State *lua, int index, enum value_kind kind, struct value *value);

#endif

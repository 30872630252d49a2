#include "freeze.h"

#include <stdbool.h>

#include "../engine/base/must.h"
#include "sandbox.h"

#define UPVALUES_MAX 4096

/*
 * The walk's own values on the stack. Tables and functions that are still to be looked into wait in
 * a list, because what a script nested may be deeper than the C stack.
 */
enum place { WAITING, VIEWS, SEEN, FUNCTIONS, VALUES, PLACES };

struct walk {
	lua_State *lua;
	int base; /* index of place WAITING */
	int waiting;
	int count; /* of noted upvalues */
	int *upvalues;
};

static int
at(const struct walk *walk, enum place place)
{
	return walk->base + (int)place;
}

/* Takes the value on the top as one to look into; leaves it. */
static void
wait_for(struct walk *walk)
{
	lua_pushvalue(walk->lua, -1);
	lua_rawseti(walk->lua, at(walk, WAITING), ++walk->waiting);
}

/* Tables that have a metatable are views, and other things of ours. */
static bool
is_plain_table(lua_State *lua, int index)
{
	if (!lua_istable(lua, index))
		return false;
	bool ours = lua_getmetatable(lua, index);
	if (ours)
		lua_pop(lua, 1);
	return !ours;
}

/* Replaces the table on the top by its view. */
static void
to_view(struct walk *walk)
{
	lua_State *lua = walk->lua;
	lua_pushvalue(lua, -1);
	if (lua_rawget(lua, at(walk, VIEWS)) != LUA_TNIL) {
		lua_replace(lua, -2);
		return;
	}
	lua_pop(lua, 1);
	wait_for(walk);
	lua_pushvalue(lua, -1);
	lua_pushvalue(lua, -1);
	sandbox_freeze(lua);
	lua_rawset(lua, at(walk, VIEWS));
	lua_pushvalue(lua, -1);
	lua_rawget(lua, at(walk, VIEWS));
	lua_replace(lua, -2);
}

/* The value on the top: true if it was replaced by a view. Functions wait to be looked into, once.
 */
static bool
freeze_value(struct walk *walk)
{
	lua_State *lua = walk->lua;
	sandbox_debit(lua, 10);
	if (is_plain_table(lua, -1)) {
		to_view(walk);
		return true;
	}
	if (!lua_isfunction(lua, -1) || lua_iscfunction(lua, -1))
		return false;
	lua_pushvalue(lua, -1);
	bool seen = lua_rawget(lua, at(walk, SEEN)) != LUA_TNIL;
	lua_pop(lua, 1);
	if (seen)
		return false;
	lua_pushvalue(lua, -1);
	lua_pushboolean(lua, true);
	lua_rawset(lua, at(walk, SEEN));
	wait_for(walk);
	return false;
}

/* The entries of the table on the top. Changing a field that exists is allowed on the way. */
static void
freeze_entries(struct walk *walk)
{
	lua_State *lua = walk->lua;
	for (lua_pushnil(lua); lua_next(lua, -2);) {
		if (!freeze_value(walk)) {
			lua_pop(lua, 1);
			continue;
		}
		lua_pushvalue(lua, -2);
		lua_insert(lua, -2);
		lua_rawset(lua, -4);
	}
}

/*
 * Notes upvalue n of the function below its value on the top; leaves both. Shared ones are noted
 * once.
 */
static void
note_upvalue(struct walk *walk, int n)
{
	lua_State *lua = walk->lua;
	void *id = lua_upvalueid(lua, -2, n);
	bool noted = lua_rawgetp(lua, at(walk, SEEN), id) != LUA_TNIL;
	lua_pop(lua, 1);
	if (noted)
		return;
	if (walk->count == UPVALUES_MAX)
		luaL_error(lua, "the functions of the catalog use too many locals of their files");
	lua_pushboolean(lua, true);
	lua_rawsetp(lua, at(walk, SEEN), id);
	walk->upvalues[walk->count++] = n;
	lua_pushvalue(lua, -2);
	lua_rawseti(lua, at(walk, FUNCTIONS), walk->count);
	lua_pushvalue(lua, -1);
	lua_rawseti(lua, at(walk, VALUES), walk->count);
}

/* The upvalues of the function on the top. */
static void
freeze_upvalues(struct walk *walk)
{
	lua_State *lua = walk->lua;
	for (int n = 1; lua_getupvalue(lua, -1, n) != NULL; n++) {
		if (freeze_value(walk)) {
			lua_pushvalue(lua, -1);
			lua_setupvalue(lua, -3, n);
		}
		note_upvalue(walk, n);
		lua_pop(lua, 1);
	}
}

void
freeze_functions(lua_State *lua, struct frozen *frozen)
{
	struct walk walk = { .lua = lua };
	int list = lua_gettop(lua);
	luaL_checkstack(lua, PLACES + 20, NULL);
	walk.upvalues = lua_newuserdatauv(lua, UPVALUES_MAX * sizeof *walk.upvalues, 0);
	walk.base = lua_gettop(lua) + 1;
	for (int i = 0; i < PLACES; i++)
		lua_newtable(lua);
	for (size_t i = 1; i <= lua_rawlen(lua, list); i++) {
		lua_rawgeti(lua, list, (lua_Integer)i);
		freeze_value(&walk);
		lua_pop(lua, 1);
	}
	for (int next = 1; next <= walk.waiting; next++) {
		lua_rawgeti(lua, at(&walk, WAITING), next);
		if (lua_istable(lua, -1))
			freeze_entries(&walk);
		else
			freeze_upvalues(&walk);
		lua_pop(lua, 1);
	}
	/* Of the walk's values, the lists stay; they move down over the others. */
	lua_copy(lua, at(&walk, FUNCTIONS), walk.base);
	lua_copy(lua, at(&walk, VALUES), walk.base + 1);
	lua_settop(lua, walk.base + 1);
	*frozen = (struct frozen){ walk.base, walk.base + 1, walk.count, walk.upvalues };
}

const char *
freeze_restore(lua_State *lua, const struct frozen *frozen)
{
	const char *changed = NULL;
	for (int i = 0; i < frozen->count; i++) {
		lua_rawgeti(lua, frozen->functions, i + 1);
		const char *name = lua_getupvalue(lua, -1, frozen->upvalues[i]);
		must(name != NULL);
		lua_rawgeti(lua, frozen->values, i + 1);
		bool same = lua_rawequal(lua, -1, -2);
		if (!same) {
			lua_setupvalue(lua, -3, frozen->upvalues[i]);
			lua_pushnil(lua); /* in the place of the value */
			changed = name;
		}
		lua_pop(lua, 3);
	}
	return changed;
}

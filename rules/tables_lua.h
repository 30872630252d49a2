/*
 * The word `tables`: how the functions of a catalog ask its decision tables.
 *
 *   local pay = tables.sharing { tenants = 2, role = "anchor" }
 *   return base:share(pay.rent)
 *
 * The inputs go by name: whole numbers, decimals, money, texts, booleans; days as "2026-01-31",
 * or left out for the local day of the usage, or of what falls due. What comes back is a row that shows its outputs and
 * can't be written. An input that is missing, unknown, of another type or outside of the table's
 * domain is an error: never a guess.
 *
 * While the scripts run there are no tables yet: `tables.sharing` may be kept in a local, but not
 * be asked.
 */
#ifndef SUANPAN_TABLES_LUA_H
#define SUANPAN_TABLES_LUA_H

#include <lua.h>

#include "image.h"

struct tables_view {
	const struct image *image;     /* NULL while the scripts run */
	int64_t (*day)(void *context); /* what an input of dates is that is left out */
	void *context;
	/* NULL, or for each decision of the image how often each of its rows was the answer. */
	uint64_t *const *hits;
};

/* Makes the word. Raises errors of Lua, as the next does. */
void tables_lua_open(lua_State *lua);
/* From now on the tables answer as *view says, which must stay. */
void tables_lua_bind(lua_State *lua, const struct tables_view *view);

/* Is the value at `index` a row? Then which. */
bool tables_lua_row(lua_State *lua, int index, const struct decision **table, uint32_t *row);

#endif

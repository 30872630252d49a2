/*
 * Exact numbers in scripts: `money "12.50"` and `decimal "0.15"`, immutable values with checked
 * arithmetic on exact fractions. Nothing is rounded here: a tariff rounds its line, once.
 *
 *   money + money, money - money, -money     money
 *   money * number, money / number           money; a number is a decimal or a whole number
 *   money / money                            decimal
 *   money < money, ==, …                     only money with money, numbers with numbers
 *   m:times(x), m:share(x)                   x is a number, "0.1" or "10%"
 *   m:plus(p), m:minus(p)                    m and p per cent of it more or less: "2%"
 *
 * A float is refused wherever a number is wanted. Past 128 bits: an error that begins with
 * OVERFLOW.
 */
#ifndef SUANPAN_MONEY_LUA_H
#define SUANPAN_MONEY_LUA_H

#include "../engine/base/ratio.h"

#include <lua.h>

enum exact_kind { EXACT_DECIMAL, EXACT_MONEY };

/* Makes the metatable, and the words `money` and `decimal`. */
void money_lua_open(lua_State *lua);

void exact_push(lua_State *lua, enum exact_kind kind, struct ratio value);
/* Is the value an exact number? Then fills *kind and *value. Never raises an error. */
bool exact_get(lua_State *lua, int index, enum exact_kind *kind, struct ratio *value);
/* Leaves the canonical text ("12.50", "1/3") on the stack. */
void exact_push_text(lua_State *lua, enum exact_kind kind, struct ratio value);

/* "0.15" or "2%". */
bool decimal_parse(struct text text, struct ratio *value);

#endif

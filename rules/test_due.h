/*
 * Inside of testing: what a `due` of a test file asks, and what must fall due.
 */
#ifndef SUANPAN_TEST_DUE_H
#define SUANPAN_TEST_DUE_H

#include <lua.h>

#include "../engine/base/buffer.h"
#include "due.h"

/* A text whose data is NULL is not asked for. */
struct due_case {
	struct holding holding;
	struct due_span period;
	const struct due_span *suspended;
	uint32_t suspended_count;
	bool has_amount;
	struct money amount;
	struct text lines; /* "fee 91.55, …" */
	struct text refused;
};

/* Of the case on the top of the stack; NULL if that is none of dues. Raises errors of Lua. */
const struct due_case *
due_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena);

struct due_question due_case_question(const struct due_case *test, const struct image *image);

/*
 * The lines as the test wrote its own: with the first day of the cycle where the line that it
 * expects in that place has one. False without room.
 */
bool
due_case_write(const struct due_case *test, const struct due_pricing *pricing, struct buffer *out);

#endif

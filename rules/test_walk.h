/*
 * Inside of testing: an order on its way through its life cycle, and what must come of each step.
 */
#ifndef SUANPAN_TEST_WALK_H
#define SUANPAN_TEST_WALK_H

#include <lua.h>

#include "life.h"

/* Texts whose data is NULL are not asked for. */
struct walk_step {
	uint32_t line;
	struct text move, role;
	int64_t at_ms;
	const struct attribute *fill;
	uint32_t fill_count;
	struct text state;   /* "merged" */
	struct text refused; /* "role"; NULL: it must be made */
	struct text missing; /* "site, surveyed_on date" */
	struct text does;    /* "join, notify" */
	struct text next;    /* "survey, release" */
	struct text till;    /* "2026-04-09" */
};

struct walk_case {
	struct text life_cycle;
	int64_t at_ms;
	const struct walk_step *steps;
	uint32_t step_count;
	uint32_t fill_count; /* of all steps */
};

/* Of the case on the top of the stack, which is a walk. Raises errors of Lua. */
const struct walk_case *
walk_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena);

#endif

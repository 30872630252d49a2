/*
 * Inside of testing: what an `occasion` of a test file asks, and what must be told.
 */
#ifndef SUANPAN_TEST_OCCASION_H
#define SUANPAN_TEST_OCCASION_H

#include <lua.h>

#include "prompts.h"

/* Texts whose data is NULL are not asked for. */
struct occasion_case {
	struct prompt_question question; /* but image and functions */
	struct text prompts;             /* "offer_broadband, …" */
	struct text skipped;             /* "offer_broadband declined, …" */
	struct text expires;             /* "2026-05-10, …" */
	struct text refused;             /* "spend fact_kind money by month" */
};

/* Of the case on the top of the stack, which is an occasion. Raises errors of Lua. */
const struct occasion_case *
occasion_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena);

#endif

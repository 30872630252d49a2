/*
 * Inside of testing: what a `due` of a test file asks, and what must fall due.
 */
#ifndef SUANPAN_TEST_DUE_H
#define SUANPAN_TEST_DUE_H

#include <lua.h>

#include "due.h"

/* A text whose data is NULL is not asked for. */
struct due_case {
	struct holding holding;
	struct due_span period;
	const struct due_span *suspended;
	uint32_t suspended_count;
	const struct attribute *params;
	uint32_t param_count;
	const struct due_fact *facts;
	uint32_t fact_count;
	bool has_amount;
	struct money amount;
	bool has_tax;
	struct money tax;
	const struct holding *besides;
	uint32_t besides_count;
	struct text replaced; /* "fee 2026-04-01 vip.fee, …" */
	struct text split;    /* "fee broadband 76.30, …" */
	struct text lines;    /* "fee 91.55, …" */
	struct text refused;
	struct text nearest; /* the condition */
};

/* Of the case on the top of the stack; NULL if that is none of dues. Raises errors of Lua. */
const struct due_case *
due_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena);

#endif

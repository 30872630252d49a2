/*
 * Inside of testing: the refunds of a scenario, as plain data.
 */
#ifndef SUANPAN_TEST_REFUNDS_H
#define SUANPAN_TEST_REFUNDS_H

#include "reader.h"

struct refund_step {
	struct text use;
	int64_t part; /* of its quantity; 0: all that is left */
	/* Expected; a text whose data is NULL is not asked for. */
	bool has_amount;
	struct money amount;
	struct text back; /* "package.units 3, …" */
	struct text lost;
	struct text refused;
};

/* From what rules/lib/test_refunds.lua made of a step, on the top of the stack. */
void refund_step_read(lua_State *lua, struct arena *arena, struct refund_step *step);

#endif

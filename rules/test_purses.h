/*
 * Inside of testing: the steps of a scenario that move money, as plain data.
 */
#ifndef SUANPAN_TEST_PURSES_H
#define SUANPAN_TEST_PURSES_H

#include "reader.h"

enum money_action { ACT_TOP_UP, ACT_STORE, ACT_SUSPEND, ACT_RESUME };

/* What must be there: of one deposit or gift, or of a kind of money, whose name is its `name`. */
struct wanted_balance {
	struct text package; /* empty: of a kind */
	struct text name;
	struct money amount;
};

struct money_step {
	enum money_action action;
	struct money amount; /* of a top-up */
	struct text package; /* of a deposit that is stored */
	struct text deposit;
	/* Expected: */
	const struct wanted_balance *balances;
	uint32_t balance_count;
	struct text entries; /* "pay cash 5.00, …"; data NULL: not asked for */
	struct text topups;  /* "hundred 10.00, …", likewise */
};

/* From what rules/lib/money_steps.lua made of a step, or of `expect`, on the top of the stack. */
void
money_step_read(lua_State *lua, struct arena *arena, struct text word, struct money_step *step);
void money_expected_read(lua_State *lua, struct arena *arena, struct money_step *step);

#endif

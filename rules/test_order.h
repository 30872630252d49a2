/*
 * Inside of testing: what an `order` of a test file asks, and whether it may be sold.
 */
#ifndef SUANPAN_TEST_ORDER_H
#define SUANPAN_TEST_ORDER_H

#include <lua.h>

#include "sell.h"

struct order_case {
	const struct sell_item *held;
	uint32_t held_count;
	const struct sell_wanted *wanted;
	uint32_t wanted_count;
	const struct attribute *facts;
	uint32_t fact_count;
	const struct due_fact *formula_facts;
	uint32_t formula_fact_count;
	const struct text *agreements;
	uint32_t agreement_count;
	int64_t at_ms, completed_ms;
	/* What must come out; a text whose data is NULL is not asked for, nor starts that are NULL. */
	struct text verdict, because, fixes;
	const int64_t *starts_ms;
	uint32_t start_count;
	/* Of the bills that follow, likewise; amounts that are NULL are not asked for. */
	struct text first_bill; /* "e6_base.fee 91.55, …" */
	const struct money *one_off, *recurring;
	const struct money *next_bills;
	uint32_t next_bill_count;
	const struct money *saves;
	uint32_t save_count;
};

/* Of the case on the top of the stack, which is an order. Raises errors of Lua. */
const struct order_case *
order_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena);

/* "ok", "warned" or "blocked" */
const char *test_verdict_name(const struct sell_verdict *verdict);
/* All reasons, with `between` after each but the last. False without room. */
bool
test_reasons_write(const struct sell_verdict *verdict, const char *between, struct buffer *out);

#endif

/*
 * Inside of testing: what a catalog's test files declared, as plain data.
 */
#ifndef SUANPAN_TEST_CASE_H
#define SUANPAN_TEST_CASE_H

#include "build.h"
#include "catalog_test.h"
#include "rate.h"
#include "test_due.h"
#include "test_guard.h"
#include "test_occasion.h"
#include "test_order.h"
#include "test_purses.h"
#include "test_refunds.h"
#include "test_sessions.h"
#include "test_walk.h"
#include "test_world.h"

struct used_allowance {
	struct text package;
	struct text allowance; /* or meter */
	int64_t amount;
	bool has_cycle; /* else that in which the event begins */
	int64_t cycle;  /* its first day */
};

/* What must come out; a text whose data is NULL is not asked for. */
struct expectation {
	bool has_amount;
	struct money amount;
	bool has_tax;
	struct money tax;
	struct text zone;
	struct text tariff;
	struct text parts;
	struct text refused;
	struct text nearest;
	struct text notices; /* "package.low 10%, …", since they were expected last */
};

/* What is there before a test begins. */
struct beginning {
	const struct holding *holdings;
	uint32_t holding_count;
	const struct used_allowance *used;
	uint32_t used_count;
};

enum step_kind {
	STEP_MOVE,
	STEP_BUY,
	STEP_CHANGE,
	STEP_CANCEL,
	STEP_TELL,
	STEP_USE,
	STEP_MONEY,
	STEP_GIVE_BACK,
	STEP_SESSION,
	STEP_EXPECT
};

/* What the rules of selling must say of a step. */
struct sale_expectation {
	bool is_judged; /* else they are not asked */
	bool is_dated;  /* it says when it begins; else that is as the package has it */
	struct text verdict;
	struct text because; /* data NULL: not asked for */
};

/* One step of a scenario, at the time that its clock shows then. */
struct test_step {
	enum step_kind kind;
	struct text word, file;
	uint32_t line;
	int64_t clock_ms;
	struct text member;     /* whose step it is; empty: whom the scenario is about */
	struct holding holding; /* to buy; to change or cancel: only its package and when */
	struct sell_item item;  /* to buy or change: its parameters and lines */
	struct sale_expectation sale;
	struct world_fact told;
	struct usage usage;
	struct text name; /* by which a refund knows this use; data NULL: none */
	struct expectation expect;
	struct refund_step refund;
	struct session_step session; /* its usage is `usage`, of a session that begins */
	/* What must be so: of allowances that are left, of counters, of all charges. */
	const struct used_allowance *left;
	uint32_t left_count;
	const struct used_allowance *used;
	uint32_t used_count;
	struct text fees;    /* "package.fee 91.55, …"; data NULL: not asked for */
	struct text bill;    /* "package.discount 4.50, …", likewise */
	struct text notices; /* as in an expectation */
	bool has_charged;
	struct money charged;
	struct money_step money;
};

struct scenario {
	int64_t clock_ms; /* where it begins */
	bool has_money;   /* what it costs is paid from what is there */
	struct money cash;
	const struct world_fact *facts; /* that are known there */
	uint32_t fact_count;
	const struct test_step *steps;
	uint32_t step_count;
};

/* What must hold for every usage of a range. */
enum claim { NEVER_NEGATIVE, NEVER_REFUSED, MORE_NEVER_CHEAPER, PARTS_MAKE_WHOLE };

/* first, first + every … up to last */
struct stride {
	int64_t first, last, every;
};

struct sweep {
	enum claim claim;
	struct usage usage; /* `quantity`, `at_ms` and `to` are swept */
	struct stride quantity;
	struct stride at_ms;
	const struct text *to;
	uint32_t to_count;
	int64_t split; /* usage is cut at multiples of it */
	struct money within;
};

struct test_case {
	enum test_kind kind;
	struct text name;
	/* Where it is written: the word, and the row in its braces (0: none). */
	struct text file, word;
	uint32_t line, nth, row;
	struct beginning beginning;
	/* TEST_CASE */
	struct usage usage;
	struct expectation expect;
	/* TEST_SCENARIO */
	struct scenario scenario;
	/* TEST_ALWAYS */
	struct sweep sweep;
	/* TEST_DUE */
	const struct due_case *due;
	/* TEST_ORDER */
	const struct order_case *order;
	/* TEST_OCCASION */
	const struct occasion_case *occasion;
	/* TEST_GUARD */
	struct guard guard;
	/* TEST_WALK */
	const struct walk_case *walk;
};

struct test_cases {
	const struct test_case *cases;
	uint32_t count;
};

/*
 * Reads the cases that rules/lib/tests.lua left on the top of the build's stack, into the arena;
 * local times are those of `zone`. Pops them.
 */
enum status test_cases_read(struct build *build, const struct zoneinfo *zone, struct arena *arena,
	struct test_cases *cases, struct fault *fault);

#endif

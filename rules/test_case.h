/*
 * Inside of testing: the cases that a catalog's test files declared, as plain data.
 */
#ifndef SUANPAN_TEST_CASE_H
#define SUANPAN_TEST_CASE_H

#include "build.h"
#include "rate.h"
#include "test_due.h"

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
	struct text zone;
	struct text tariff;
	struct text parts;
	struct text refused;
	struct text nearest;
};

struct test_case {
	struct text name;
	/* Where it is written: the word, and the row in its braces (0: none). */
	struct text file, word;
	uint32_t line, nth, row;
	const struct due_case *due; /* of a `due`, which has nothing of what follows; else NULL */
	struct usage usage;
	const struct holding *holdings;
	uint32_t holding_count;
	const struct used_allowance *used;
	uint32_t used_count;
	struct expectation expect;
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

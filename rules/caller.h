/*
 * Calls the functions that scripts left, when the scripts have run: each with one value that shows
 * it what it is asked about, under limits of its own. What the functions reach is frozen
 * (freeze.h), so that no call depends on those before it.
 */
#ifndef SUANPAN_CALLER_H
#define SUANPAN_CALLER_H

#include "freeze.h"
#include "rate.h"
#include "sandbox.h"

struct call_limits {
	uint64_t instructions;    /* of one call */
	uint32_t wall_us;         /* of one call */
	size_t memory_bytes;      /* that the functions may hold */
	size_t memory_call_bytes; /* that one call may ask for in all */
	size_t block_bytes;       /* of one allocation */
};

struct caller {
	struct sandbox *sandbox; /* owned; NULL: no functions */
	int list;                /* places on its stack: the functions, … */
	int shown;               /* … the values of which each gets one */
	struct frozen frozen;
	size_t held_bytes; /* after loading */
	size_t garbage_bytes_max;
	char problem[800];
};

/*
 * Takes over the sandbox, on the top of whose stack is the list of functions (numbered from 1).
 * `show` leaves the values of which each call gets one. STATUS_LIMIT where the functions hold too much; the
 * sandbox is freed then too.
 */
enum status caller_open(struct caller *caller, struct sandbox *sandbox,
	void (*show)(lua_State *lua, void *context), void *context,
	const struct call_limits *limits, struct fault *fault);
void caller_close(struct caller *caller);

/*
 * Calls function `number` (from 0) with one of the values that `show` left (from 0). On SANDBOX_DONE its one result is on the top of
 * caller->sandbox->lua until caller_done; otherwise caller->problem is a sentence, valid until the
 * next call, and nothing is there.
 */
enum sandbox_outcome caller_call(struct caller *caller, uint32_t number, int value);
/* Pops the result. */
void caller_done(struct caller *caller);
/*
 * Words what is wrong with the result, as "file:line: what" where that is known, in
 * caller->problem.
 */
void caller_blame(struct caller *caller, const char *what);

/* What becomes of a call that gave nothing to use: is it the function's fault, or the machine's? */
static inline enum call_outcome
caller_failure(enum sandbox_outcome outcome)
{
	bool machine = outcome == SANDBOX_DEADLINE || outcome == SANDBOX_STARVED;
	return machine ? CALL_DEADLINE : CALL_FAILED;
}

#endif

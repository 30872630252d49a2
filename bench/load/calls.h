/*
 * The calls that every target is asked to charge: call number n is a pure function of the seed and
 * n, so that all targets get the same ones and an oracle (bench/oracle.py) can name the right
 * total.
 */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <stdint.h>

#define CALLS_DAY_MS INT64_C(86400000)
#define CALLS_SECONDS_MAX 600 /* a call lasts 1 to this many seconds */
#define CALLS_FREE_MINUTES 100

struct calls {
	uint64_t seed;
	uint32_t subscriptions; /* charged are those numbered below this */
	int64_t day_ms;         /* when the day begins on which the calls happen */
	int64_t at_ms;          /* all calls begin then; 0: spread over the day */
	uint32_t seconds;       /* all calls last so long; 0: random */
};

struct call {
	uint32_t subscription; /* service id "s0000001" is number 1 */
	uint32_t seconds;
	int64_t at_ms;
	uint32_t to; /* the 8 last digits of the number that was dialled */
};

struct call calls_nth(const struct calls *calls, uint64_t number);

/*
 * Free minutes that a subscription has used up before the load begins: all of them for every other
 * one, some for the rest. Else a million subscriptions with 100 minutes each would never come to
 * pay for a call.
 */
uint32_t calls_minutes_used_before(uint32_t subscription);

#endif

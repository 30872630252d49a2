/*
 * The clock, handed to whoever may look at it. Time enters the shard once a batch, never runs
 * backwards there, and everything else is told the time.
 */
#ifndef SUANPAN_CLOCK_H
#define SUANPAN_CLOCK_H

#include <stdint.h>

#define MS_NS UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)

struct clock {
	int64_t (*now_ms)(void *context); /* milliseconds since 1970 UTC */
	void *context;
};

/* The system's wall clock. */
struct clock clock_system(void);

/* A clock that stands where *ms says, for tests and for scenarios. */
struct clock clock_fixed(int64_t *ms);

/* Nanoseconds of a clock that only goes forward, for measuring. */
uint64_t monotonic_ns(void);
/* Nanoseconds that the calling thread has had a processor; asking takes a call of the system. */
uint64_t thread_cpu_ns(void);

#endif

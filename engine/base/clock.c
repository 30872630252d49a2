#include "clock.h"

#include <stddef.h>
#include <time.h>

#include "must.h"

static int64_t
system_now_ms(void *context)
{
	(void)context;
	struct timespec now;
	int outcome = clock_gettime(CLOCK_REALTIME, &now);
	must(outcome == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct clock
clock_system(void)
{
	return (struct clock){ .now_ms = system_now_ms, .context = NULL };
}

static int64_t
fixed_now_ms(void *context)
{
	return *(const int64_t *)context;
}

struct clock
clock_fixed(int64_t *ms)
{
	return (struct clock){ .now_ms = fixed_now_ms, .context = ms };
}

static uint64_t
ns_of(clockid_t clock)
{
	struct timespec now;
	int outcome = clock_gettime(clock, &now);
	must(outcome == 0);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t
monotonic_ns(void)
{
	return ns_of(CLOCK_MONOTONIC);
}

uint64_t
thread_cpu_ns(void)
{
	return ns_of(CLOCK_THREAD_CPUTIME_ID);
}

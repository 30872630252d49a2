#include "calls.h"

/* The finaliser of SplitMix64: every bit of the result depends on every bit of the input. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* A number below `bound` from 32 random bits. */
static uint32_t
scale(uint32_t bits, uint32_t bound)
{
	return (uint32_t)(((uint64_t)bits * bound) >> 32);
}

struct call
calls_nth(const struct calls *calls, uint64_t number)
{
	uint64_t a = mix(mix(calls->seed) + 2 * number);
	uint64_t b = mix(mix(calls->seed) + 2 * number + 1);
	struct call call = {
		.subscription = scale((uint32_t)a, calls->subscriptions),
		.to = scale((uint32_t)(a >> 32), 100000000),
		.at_ms = calls->at_ms,
		.seconds = calls->seconds,
	};
	if (call.at_ms == 0)
		call.at_ms = calls->day_ms + (int64_t)scale((uint32_t)b, (uint32_t)CALLS_DAY_MS);
	if (call.seconds == 0)
		call.seconds = 1 + scale((uint32_t)(b >> 32), CALLS_SECONDS_MAX);
	return call;
}

uint32_t
calls_minutes_used_before(uint32_t subscription)
{
	uint32_t spread = (uint32_t)((uint64_t)subscription * 7919 % (2 * CALLS_FREE_MINUTES + 1));
	return spread < CALLS_FREE_MINUTES ? spread : CALLS_FREE_MINUTES;
}

#include "histogram.h"

/*
 * Values below 128 have a step of their own. From there on, a value whose highest bit is bit b lies
 * in power b - 6, and the 7 bits below that bit tell its step: steps are 2^(b-7) wide, 1/128 of the
 * power's beginning.
 */
#define STEP_BITS 7

static uint32_t
step_of(uint64_t ns)
{
	if (ns < HISTOGRAM_STEPS)
		return (uint32_t)ns;
	uint32_t highest = 63 - (uint32_t)__builtin_clzll(ns);
	uint32_t power = highest - STEP_BITS + 1;
	if (power >= HISTOGRAM_POWERS)
		return HISTOGRAM_POWERS * HISTOGRAM_STEPS - 1;
	uint32_t step = (uint32_t)(ns >> (highest - STEP_BITS)) - HISTOGRAM_STEPS;
	return power * HISTOGRAM_STEPS + step;
}

static uint64_t
step_end(uint32_t index)
{
	uint32_t power = index / HISTOGRAM_STEPS;
	uint64_t step = index % HISTOGRAM_STEPS;
	if (power == 0)
		return step;
	return ((HISTOGRAM_STEPS + step + 1) << (power - 1)) - 1;
}

void
histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram->count++;
	histogram->total_ns += ns;
	if (ns > histogram->longest_ns)
		histogram->longest_ns = ns;
	histogram->counts[step_of(ns)]++;
}

uint64_t
histogram_quantile(const struct histogram *histogram, uint32_t per_million)
{
	/* The rank is rounded up: of 100 values, p99 is the 99th, p99.9 the 100th. */
	uint64_t rank = (histogram->count * per_million + 999999) / 1000000;
	uint64_t seen = 0;
	for (uint32_t i = 0; i < HISTOGRAM_POWERS * HISTOGRAM_STEPS; i++) {
		seen += histogram->counts[i];
		if (seen >= rank && seen > 0) {
			uint64_t end = step_end(i);
			return end < histogram->longest_ns ? end : histogram->longest_ns;
		}
	}
	return 0;
}

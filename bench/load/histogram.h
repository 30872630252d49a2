/*
 * A histogram of times that keeps every value to within 1 %: for each power of two, 128 steps of
 * equal width. Values are nanoseconds from 0 to about 73 minutes; what is longer counts as that
 * long. Fixed memory, no allocation while it counts.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS 128
#define HISTOGRAM_POWERS 36 /* the last begins at 2^42 / 2 ns */

struct histogram {
	uint64_t count;
	uint64_t total_ns;
	uint64_t longest_ns;
	uint64_t counts[HISTOGRAM_POWERS * HISTOGRAM_STEPS];
};

void histogram_add(struct histogram *histogram, uint64_t ns);

/*
 * The value that the share `per_million` of all values do not exceed (990,000 is p99), as the upper
 * end of its step: never better than the truth. 0 if there are no values.
 */
uint64_t histogram_quantile(const struct histogram *histogram, uint32_t per_million);

#endif

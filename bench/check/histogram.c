/* Does the histogram keep every value to within 1 %, and rank rightly? Ends with 1 if not. */
#include "../load/histogram.h"

#include <stdio.h>
#include <stdlib.h>

static void
expect(int claim, const char *what, uint64_t value, uint64_t got)
{
	if (claim)
		return;
	fprintf(stderr, "histogram: %s: %llu became %llu\n", what, (unsigned long long)value,
		(unsigned long long)got);
	exit(1);
}

/* Two values are added, so that the longest does not hide the step that the first lies in. */
static void
value_is_kept_to_within_one_percent(uint64_t ns)
{
	static struct histogram histogram;
	histogram = (struct histogram){ 0 };
	histogram_add(&histogram, ns);
	histogram_add(&histogram, UINT64_C(1) << 41);
	uint64_t got = histogram_quantile(&histogram, 500000);
	expect(got >= ns && got - ns <= ns / 100, "not within 1 %", ns, got);
}

static void
quantiles_of_one_to_a_thousand_are_their_ranks(void)
{
	static struct histogram histogram;
	for (uint64_t i = 1; i <= 1000; i++)
		histogram_add(&histogram, i * 1000);
	static const uint32_t shares[] = { 1000, 500000, 900000, 990000, 999000, 1000000 };
	for (int i = 0; i < 6; i++) {
		uint64_t want = (uint64_t)shares[i];
		uint64_t got = histogram_quantile(&histogram, shares[i]);
		expect(got >= want && got - want <= want / 100, "wrong rank", want, got);
	}
	expect(histogram_quantile(&histogram, 1000000) == 1000000, "the longest is not exact",
		1000000, histogram_quantile(&histogram, 1000000));
}

int
main(void)
{
	for (uint64_t ns = 0; ns < 100000; ns++)
		value_is_kept_to_within_one_percent(ns);
	for (int bit = 17; bit < 41; bit++)
		for (int offset = -3; offset <= 3; offset++)
			value_is_kept_to_within_one_percent(
				(UINT64_C(1) << bit) + (uint64_t)offset);
	quantiles_of_one_to_a_thousand_are_their_ranks();
	static struct histogram empty;
	expect(histogram_quantile(&empty, 990000) == 0, "an empty one has a p99", 0, 1);
	puts("histogram: every value within 1 %, ranks right");
	return 0;
}

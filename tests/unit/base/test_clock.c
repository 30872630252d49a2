#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "../../../engine/base/clock.h"

static void
the_system_clock_counts_milliseconds_since_1970(void **state)
{
	(void)state;
	struct clock clock = clock_system();
	int64_t before_s = (int64_t)time(NULL);
	int64_t now_ms = clock.now_ms(clock.context);
	int64_t after_s = (int64_t)time(NULL);
	/* time() may lag behind by one tick of the kernel's coarse clock. */
	assert_true(now_ms >= before_s * 1000 - 20);
	assert_true(now_ms <= after_s * 1000 + 1020);
}

static void
a_fixed_clock_stands_where_it_is_put(void **state)
{
	(void)state;
	int64_t ms = 1773147510120;
	struct clock clock = clock_fixed(&ms);
	assert_int_equal(clock.now_ms(clock.context), 1773147510120);
	assert_int_equal(clock.now_ms(clock.context), 1773147510120);
	ms -= 60000;
	assert_int_equal(clock.now_ms(clock.context), 1773147450120);
}

static void
measured_time_passes_and_never_runs_backwards(void **state)
{
	(void)state;
	uint64_t begin = monotonic_ns();
	uint64_t last = begin;
	while (last < begin + 2000000) {
		uint64_t now = monotonic_ns();
		assert_true(now >= last);
		last = now;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_clock_counts_milliseconds_since_1970),
		cmocka_unit_test(a_fixed_clock_stands_where_it_is_put),
		cmocka_unit_test(measured_time_passes_and_never_runs_backwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rests are for when many come: measured over spans of time, whatever the turns are like. */
#include "../../../engine/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { US = 1000, SPAN_US = PACE_SPAN_NS / US };

/* `per_ms` calls each millisecond, in turns of so many microseconds, for ten spans: the last word. */
static bool
after(struct pace *pace, uint64_t *now_us, uint64_t *calls, uint64_t per_ms, uint64_t turn_us)
{
	bool is_high = false;
	uint64_t began_us = *now_us, began_calls = *calls;
	while (*now_us - began_us < 10 * SPAN_US) {
		*now_us += turn_us;
		*calls = began_calls + (*now_us - began_us) * per_ms / 1000;
		is_high = pace_turn(pace, *calls, *now_us * US);
	}
	return is_high;
}

static void
test_rests_where_many_come(void **state)
{
	(void)state;
	struct pace pace = { 0 };
	uint64_t now_us = 1000000, calls = 77;
	assert_false(pace_turn(&pace, calls, now_us * US));
	/* 36 in 400 µs are 90 a millisecond. */
	assert_true(after(&pace, &now_us, &calls, 95, 50));
	assert_false(after(&pace, &now_us, &calls, 85, 50));
	assert_true(after(&pace, &now_us, &calls, 150, 450));
	assert_true(after(&pace, &now_us, &calls, 150, 20000)); /* turns longer than a span */
	assert_false(after(&pace, &now_us, &calls, 0, 100));
}

static void
test_a_burst_is_not_many(void **state)
{
	(void)state;
	struct pace pace = { 0 };
	uint64_t now_us = 0;
	assert_false(pace_turn(&pace, 0, 0));
	/* 200 at once, and nothing for the rest of a span. */
	assert_false(pace_turn(&pace, 200, 10 * US));
	for (now_us = 20; now_us < 3 * SPAN_US; now_us += 100)
		assert_false(pace_turn(&pace, 200, now_us * US));
}

static void
test_long_after_is_no_overflow(void **state)
{
	(void)state;
	struct pace pace = { 0 };
	const uint64_t year_ns = UINT64_C(366) * 86400 * 1000000000;
	assert_false(pace_turn(&pace, 0, 1));
	assert_false(pace_turn(&pace, UINT64_C(1000000000000), year_ns));
	/* 90,000 a second and more, over a year in one turn. */
	assert_true(pace_turn(
		&pace, UINT64_C(1000000000000) + UINT64_C(366) * 86400 * 100000, 2 * year_ns));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rests_where_many_come),
		cmocka_unit_test(test_a_burst_is_not_many),
		cmocka_unit_test(test_long_after_is_no_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

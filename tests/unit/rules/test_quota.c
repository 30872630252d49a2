/* The search for how much can be granted, beside going up one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../rules/quota.h"

static unsigned tries;

/* The largest quantity that is no more than `most`. */
static int64_t
found(int64_t asked, int64_t most)
{
	struct quota_search search = quota_search_of(asked);
	tries = 0;
	for (int64_t quantity; quota_search_next(&search, &quantity); tries++) {
		assert_in_range(quantity, 1, asked);
		quota_search_tell(&search, quantity <= most);
	}
	return search.low;
}

static void
the_whole_is_tried_first(void **state)
{
	(void)state;
	assert_int_equal(found(300, 300), 300);
	assert_int_equal(tries, 1);
	assert_int_equal(found(0, 300), 0);
	assert_int_equal(tries, 0);
	assert_int_equal(found(1, 0), 0);
	assert_int_equal(tries, 1);
}

static void
the_largest_is_found_of_every_number_that_is_asked_for(void **state)
{
	(void)state;
	for (int64_t asked = 0; asked <= 70; asked++)
		for (int64_t most = 0; most <= 72; most++)
			assert_int_equal(found(asked, most), asked < most ? asked : most);
}

static void
large_numbers_take_as_many_tries_as_they_have_binary_digits(void **state)
{
	(void)state;
	assert_int_equal(found(INT64_MAX, INT64_MAX - 1), INT64_MAX - 1);
	assert_in_range(tries, 60, 65);
	assert_int_equal(found(INT64_MAX, 0), 0);
	assert_in_range(tries, 60, 65);
}

/* Some larger ones hold, too: one that is found holds, and one more does not. */
static void
where_more_may_hold_than_less_a_border_is_found(void **state)
{
	(void)state;
	random_state = 20261123;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (unsigned round = 0; round < 20000; round++) {
		bool holds[66] = { true };
		int64_t asked = random_between(0, 64);
		for (int64_t i = 1; i <= asked; i++)
			holds[i] = random_below(2) == 0;
		struct quota_search search = quota_search_of(asked);
		for (int64_t quantity; quota_search_next(&search, &quantity);)
			quota_search_tell(&search, holds[quantity]);
		assert_true(holds[search.low]);
		assert_true(search.low == asked || !holds[search.low + 1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_is_tried_first),
		cmocka_unit_test(the_largest_is_found_of_every_number_that_is_asked_for),
		cmocka_unit_test(large_numbers_take_as_many_tries_as_they_have_binary_digits),
		cmocka_unit_test(where_more_may_hold_than_less_a_border_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

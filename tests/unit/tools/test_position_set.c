#include "claims.h"

#include "../../../tools/position_set.h"

static void
a_position_counts_once(void **state)
{
	(void)state;
	struct position_set set;
	position_set_init(&set, 4096);
	assert_int_equal(position_set_add(&set, 4088), POSITION_BEFORE);
	assert_int_equal(position_set_add(&set, 4096), POSITION_NEW);
	assert_int_equal(position_set_add(&set, 4096), POSITION_KNOWN);
	assert_int_equal(position_set_add(&set, 4096 + 64), POSITION_NEW);
	position_set_release(&set);
}

static void
entries_of_the_least_size_never_share_a_bit(void **state)
{
	(void)state;
	struct position_set set;
	position_set_init(&set, 64);
	for (uint64_t position = 64; position < 64 + 72 * 100000; position += 72)
		assert_int_equal(position_set_add(&set, position), POSITION_NEW);
	for (uint64_t position = 64; position < 64 + 72 * 100000; position += 72)
		assert_int_equal(position_set_add(&set, position), POSITION_KNOWN);
	position_set_release(&set);
}

static void
it_grows_by_jumps_and_has_an_end(void **state)
{
	(void)state;
	struct position_set set;
	position_set_init(&set, 0);
	assert_int_equal(position_set_add(&set, UINT64_C(1) << 30), POSITION_NEW);
	assert_int_equal(position_set_add(&set, 8), POSITION_NEW);
	assert_int_equal(position_set_add(&set, UINT64_C(1) << 30), POSITION_KNOWN);
	assert_int_equal(position_set_add(&set, UINT64_MAX), POSITION_NO_ROOM);
	assert_true(set.size <= 4 << 20);
	position_set_release(&set);
}

static void
without_memory_nothing_counts(void **state)
{
	(void)state;
	struct position_set set;
	position_set_init(&set, 0);
	memory_fail_at(1);
	assert_int_equal(position_set_add(&set, 8), POSITION_NO_ROOM);
	memory_fail_at(0);
	assert_int_equal(position_set_add(&set, 8), POSITION_NEW);
	position_set_release(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_position_counts_once),
		cmocka_unit_test(entries_of_the_least_size_never_share_a_bit),
		cmocka_unit_test(it_grows_by_jumps_and_has_an_end),
		cmocka_unit_test(without_memory_nothing_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

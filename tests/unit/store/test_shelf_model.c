/* The shelf in long random lives (see shelf_model.h). */
#include "shelf_model.h"

static void
every_record_is_on_the_shelf_or_written_step_by_step(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_step_by_step");
	model_start(1 << 20, 120, 30000, seed);
	run_model(6000, 1);
}

static void
every_record_is_on_the_shelf_or_written_in_little_memory(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_in_little_memory");
	model_start(1 << 20, MODEL_KEYS_MAX, 9000, seed);
	run_model(150000, 4000);
	assert_true(shelf_stats(model.shelf).dropped > 1000);
}

static void
every_record_is_on_the_shelf_or_written_when_memory_fails(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_when_memory_fails");
	model_start(32 << 20, MODEL_KEYS_MAX, RECORD_VALUE_MAX, seed);
	model.memory_fails = true;
	run_model(80000, 4000);
	assert_true(model.refused > 50);
}

static void
every_record_is_on_the_shelf_or_written_in_much_memory(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_in_much_memory");
	model_start((size_t)1 << 30, MODEL_KEYS_MAX, 3000, seed);
	run_model(100000, 10000);
	assert_int_equal(shelf_stats(model.shelf).dropped, 0);
}

static void
memory_stays_within_its_bound_whatever_comes_and_goes(void **state)
{
	(void)state;
	uint64_t seed = random_seed("memory_stays_within_its_bound_whatever_comes_and_goes");
	model_start(8 << 20, MODEL_KEYS_MAX, 12000, seed);
	for (size_t i = 0; i < 60000; i++) {
		warm(random_below(&model.random, model.key_count));
		random_step();
	}
	settle();
	/* An eighth beyond, and large pages that are not full yet: of cells, and of the index. */
	assert_true(shelf_stats(model.shelf).bytes <= (9 << 20) + (4 << 20));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_stays_within_its_bound_whatever_comes_and_goes),
		TEST(every_record_is_on_the_shelf_or_written_step_by_step),
		TEST(every_record_is_on_the_shelf_or_written_in_little_memory),
		TEST(every_record_is_on_the_shelf_or_written_when_memory_fails),
		TEST(every_record_is_on_the_shelf_or_written_in_much_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

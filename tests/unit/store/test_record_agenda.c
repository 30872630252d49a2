/* Agendas. */
#include "sample_records.h"

static void
an_agenda_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct arena arena;
	struct agenda agenda;
	struct bytes value = sample_agenda();
	arena_init(&arena, 1 << 16);
	assert_int_equal(agenda_next_ms(value), 4711);
	assert_true(agenda_read(value, &arena, &agenda));
	assert_int_equal(agenda.next_ms, 4711);
	assert_int_equal(agenda.held_count, 2);
	assert_text(agenda.held[0].package, "e6_base");
	assert_int_equal(agenda.held[0].from_ms, 1000);
	assert_int_equal(agenda.held[0].billed_day, 20520);
	assert_text(agenda.held[0].stuck, "FACT");
	assert_false(agenda.held[0].ended);
	assert_text(agenda.held[0].charges[0].id, "fee");
	assert_int_equal(agenda.held[0].charges[0].cycle_day, 20513);
	assert_int_equal(agenda.held[0].charges[0].each, 2);
	assert_true(agenda.held[1].ended && agenda.held[1].from_ms == INT64_MIN);
	assert_int_equal(agenda.held[1].billed_day, -1);
	assert_text(agenda.held[1].stored[0].id, "bonus");
	assert_true(agenda.held[1].stored[0].paid_ms == INT64_MAX);
	assert_int_equal(agenda.held[1].stored[0].given, 3);
	arena_release(&arena);
}

static void
the_timer_of_an_agenda_is_never_before_1970(void **state)
{
	(void)state;
	assert_int_equal(agenda_timer(TEXT("s"), -5).at_ms, 0);
	assert_int_equal(agenda_timer(TEXT("s"), 5).at_ms, 5);
	assert_int_equal(agenda_timer(TEXT("s"), 5).kind, TIMER_SUBSCRIPTION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agenda_is_read_as_it_was_written),
		cmocka_unit_test(the_timer_of_an_agenda_is_never_before_1970),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

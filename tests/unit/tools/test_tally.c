#include "claims.h"

#include "../../../tools/rate_file.h"
#include "../../../tools/tally.h"

static struct tally tally;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	tally_init(&tally);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	memory_fail_at(0);
	tally_release(&tally);
	return 0;
}

static enum status
charge(int64_t micros, const char *zone, bool is_new)
{
	const struct tally_charge charge = { { micros }, TEXT("CNY"), text_of(zone), is_new };
	return tally_add_charge(&tally, &charge, &fault);
}

static void
charges_are_added_by_zone_in_order_of_name(void **state)
{
	(void)state;
	assert_int_equal(charge(220000, "local", true), STATUS_OK);
	assert_int_equal(charge(70000, "domestic", true), STATUS_OK);
	assert_int_equal(charge(110000, "local", true), STATUS_OK);
	assert_int_equal(charge(0, "", true), STATUS_OK);
	assert_int_equal(tally.zones.count, 3);
	assert_text(tally.zones.rows[0].name, "");
	assert_text(tally.zones.rows[1].name, "domestic");
	assert_text(tally.zones.rows[2].name, "local");
	assert_int_equal(tally.zones.rows[2].count, 2);
	assert_int_equal(tally.zones.rows[2].amount.micros, 330000);
	assert_int_equal(tally.amount.micros, 400000);
	assert_int_equal(tally.charged, 4);
	assert_int_equal(tally_records(&tally), 4);
}

static void
duplicates_are_counted_apart_and_in_no_zone(void **state)
{
	(void)state;
	assert_int_equal(charge(220000, "local", false), STATUS_OK);
	assert_int_equal(tally.duplicates, 1);
	assert_int_equal(tally.duplicate_amount.micros, 220000);
	assert_int_equal(tally.charged, 0);
	assert_int_equal(tally.amount.micros, 0);
	assert_int_equal(tally.zones.count, 0);
}

static void
a_sum_beyond_money_is_said_and_not_counted(void **state)
{
	(void)state;
	assert_int_equal(charge(INT64_MAX, "local", true), STATUS_OK);
	assert_int_equal(charge(1, "local", true), STATUS_LIMIT);
	assert_int_equal(tally.charged, 1);
	assert_int_equal(tally.amount.micros, INT64_MAX);
	assert_int_equal(tally.zones.rows[0].count, 1);
}

static void
two_currencies_are_never_added(void **state)
{
	(void)state;
	const struct tally_charge dollar = { { 1 }, TEXT("USD"), TEXT("local"), true };
	assert_int_equal(charge(1, "local", true), STATUS_OK);
	assert_int_equal(tally_add_charge(&tally, &dollar, &fault), STATUS_CONFLICT);
	assert_non_null(strstr(fault.text, "CNY"));
	assert_non_null(strstr(fault.text, "USD"));
	assert_int_equal(tally.charged, 1);
}

static void
a_code_keeps_the_first_sentence_and_its_line(void **state)
{
	(void)state;
	tally_add_refused(&tally, TEXT("NO_PRICE"), TEXT("first"), 7, &fault);
	tally_add_refused(&tally, TEXT("NO_PRICE"), TEXT("second"), 8, &fault);
	tally_add_failed(&tally, TEXT("ID_CONFLICT"), TEXT("third"), 9, &fault);
	tally_add_skipped(&tally, TEXT("BUSY"), &fault);
	assert_int_equal(tally.refused, 2);
	assert_int_equal(tally.refusals.rows[0].count, 2);
	assert_text(tally.refusals.rows[0].sample, "first");
	assert_int_equal(tally.refusals.rows[0].sample_line, 7);
	assert_int_equal(tally.failed, 1);
	assert_int_equal(tally.skipped, 1);
	assert_int_equal(tally_records(&tally), 4);
}

static void
only_the_first_bad_rows_are_kept_but_all_are_counted(void **state)
{
	(void)state;
	for (uint64_t line = 1; line <= TALLY_PROBLEMS_MAX + 5; line++) {
		const struct tally_problem problem = { line, 3, TEXT("billsec"),
			TEXT("is no number") };
		assert_int_equal(tally_add_bad(&tally, &problem, &fault), STATUS_OK);
	}
	assert_int_equal(tally.bad, TALLY_PROBLEMS_MAX + 5);
	assert_int_equal(tally.problem_count, TALLY_PROBLEMS_MAX);
	assert_int_equal(tally.problems[0].line, 1);
	assert_text(tally.problems[0].what, "is no number");
}

static void
too_many_names_are_counted_together(void **state)
{
	(void)state;
	char zone[20];
	for (int i = 0; i < TALLY_NAMES_MAX + 10; i++) {
		snprintf(zone, sizeof zone, "zone-%06d", i);
		assert_int_equal(charge(1, zone, true), STATUS_OK);
	}
	assert_int_equal(tally.zones.count, TALLY_NAMES_MAX + 1);
	assert_int_equal(tally.charged, TALLY_NAMES_MAX + 10);
	assert_text(tally.zones.rows[tally.zones.count - 1].name, "…");
	assert_int_equal(tally.zones.rows[tally.zones.count - 1].count, 10);
}

static void
without_memory_nothing_is_counted(void **state)
{
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct tally before = tally;
		memory_fail_at(nth);
		enum status status = charge(5, "local", true);
		memory_fail_at(0);
		if (status == STATUS_OK) {
			assert_true(nth > 1);
			break;
		}
		assert_int_equal(status, STATUS_MEMORY);
		assert_int_equal(tally.charged, before.charged);
		assert_int_equal(tally.amount.micros, before.amount.micros);
		assert_int_equal(tally_records(&tally), 0);
	}
	assert_int_equal(tally.charged, 1);
}

static void
a_record_is_known_by_its_source_and_its_own_id(void **state)
{
	(void)state;
	char place[65];
	struct text id;
	assert_true(record_id("calls.csv", TEXT("1758000002.2"), place, &id));
	assert_text(id, "calls.csv:1758000002.2");
	char longest[65] = { 0 };
	memset(longest, 'x', 62);
	assert_true(record_id(longest, TEXT("1"), place, &id));
	assert_int_equal(id.size, 64);
	assert_false(record_id(longest, TEXT("12"), place, &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			charges_are_added_by_zone_in_order_of_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			duplicates_are_counted_apart_and_in_no_zone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_sum_beyond_money_is_said_and_not_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_currencies_are_never_added, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_code_keeps_the_first_sentence_and_its_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_the_first_bad_rows_are_kept_but_all_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			too_many_names_are_counted_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_memory_nothing_is_counted, set_up, tear_down),
		cmocka_unit_test(a_record_is_known_by_its_source_and_its_own_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sums of charges, and limits held against them. */
#include "claims.h"

#include "../../../rules/image.h"
#include "../../../tools/guarding.h"

static const struct image IMAGE = { .currency = TEXT("CNY") };

/* Counts a charge of a customer by one package: what it was, and is; `is` below 0: it has no price. */
static enum status
add(struct earnings *earnings, const char *customer, int64_t was_micros, int64_t is_micros)
{
	struct fault fault;
	const struct price_line was_line = { .package = TEXT("talk"), .amount = { was_micros } };
	const struct price_line is_line = { .package = TEXT("talk"), .amount = { is_micros } };
	const struct pricing was = {
		.amount = { was_micros }, .lines = &was_line, .line_count = 1
	};
	struct pricing is = { .amount = { is_micros }, .lines = &is_line, .line_count = 1 };
	if (is_micros < 0)
		is = (struct pricing){ .refused = REFUSED_NO_TARIFF };
	const struct replayed charge = {
		.image = &IMAGE, .was = &was, .is = &is, .customer = text_of(customer)
	};
	return earnings_add(earnings, &charge, &fault);
}

/* What a limit comes to: the one result. */
static const struct test_result *
judge(struct test_report *report, const struct earnings *earnings, const struct guard *guard)
{
	report->guards = guard;
	assert_true(guarding_judge(report, earnings, false));
	return &report->results[report->result_count - 1];
}

static void
each_customer_is_summed_apart_and_those_who_pay_most_more_come_first(void **state)
{
	(void)state;
	struct earnings earnings;
	char name[16];
	earnings_init(&earnings, TEXT("CNY"));
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < 1000; i++) {
			snprintf(name, sizeof name, "c%03d", i);
			assert_int_equal(add(&earnings, name, 1000, 1000 + i), STATUS_OK);
		}
	earnings_sort(&earnings);
	const struct earnings_list *customers = &earnings.by[EARNINGS_CUSTOMER];
	assert_int_equal(customers->count, 1000);
	for (size_t i = 0; i < customers->count; i++) {
		assert_int_equal(customers->rows[i].count, 2);
		assert_int_equal(earning_rise(&customers->rows[i]).micros, 2 * (999 - (int64_t)i));
	}
	assert_text(customers->rows[0].name, "c999");
	assert_int_equal(earnings.total.count, 2000);
	assert_int_equal(earnings.by[EARNINGS_PACKAGE].rows[0].count, 2000);
	earnings_release(&earnings);
}

static void
a_limit_is_passed_by_more_than_it_says_and_not_by_as_much(void **state)
{
	(void)state;
	struct earnings earnings;
	struct test_report report;
	const struct guard as_much = { .of = GUARD_TOTAL, .parts_per_million = 20000 };
	const struct guard more = { .of = GUARD_TOTAL, .parts_per_million = 19999 };
	const struct guard amount = { .of = GUARD_CUSTOMER, .amount = { 2000000 } };
	const struct guard less = { .of = GUARD_CUSTOMER, .amount = { 1999999 } };
	const struct guard rise = { .of = GUARD_TOTAL, .rises = true };
	test_report_init(&report);
	earnings_init(&earnings, TEXT("CNY"));
	assert_int_equal(add(&earnings, "c1", 100000000, 98000000), STATUS_OK);
	earnings_sort(&earnings);
	assert_true(judge(&report, &earnings, &as_much)->passed);
	assert_false(judge(&report, &earnings, &more)->passed);
	assert_true(judge(&report, &earnings, &amount)->passed);
	assert_false(judge(&report, &earnings, &less)->passed);
	assert_true(judge(&report, &earnings, &rise)->passed);
	assert_int_equal(report.failed_count, 2);
	assert_text(report.results[1].expected, "total -1.9999% at most");
	assert_text(report.results[1].got, "total -2.00, 100.00 → 98.00");
	assert_text(report.results[3].got, "customer c1 -2.00, 100.00 → 98.00");
	earnings_release(&earnings);
	test_report_release(&report);
}

static void
the_furthest_past_a_limit_is_named_first_and_a_few_others(void **state)
{
	(void)state;
	struct earnings earnings;
	struct test_report report;
	const struct guard guard = {
		.of = GUARD_CUSTOMER, .rises = true, .parts_per_million = 10000
	};
	char name[16];
	test_report_init(&report);
	earnings_init(&earnings, TEXT("CNY"));
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof name, "c%d", i * 4 % 9);
		assert_int_equal(add(&earnings, name, 0, 1000000 * (1 + i * 4 % 9)), STATUS_OK);
	}
	const struct test_result *result = judge(&report, &earnings, &guard);
	assert_text(result->got, "customer c8 +9.00, 0.00 → 9.00");
	assert_text(result->because,
		"customer c7 +8.00, 0.00 → 8.00\ncustomer c6 +7.00, 0.00 → 7.00\n"
		"customer c5 +6.00, 0.00 → 6.00\ncustomer c4 +5.00, 0.00 → 5.00\n"
		"customer c3 +4.00, 0.00 → 4.00\nand 3 more\n");
	earnings_release(&earnings);
	test_report_release(&report);
}

static void
charges_without_a_price_are_counted_by_why(void **state)
{
	(void)state;
	struct earnings earnings;
	struct test_report report;
	const struct guard one = { .of = GUARD_LOST, .count = 1 };
	const struct guard two = { .of = GUARD_LOST, .count = 2 };
	test_report_init(&report);
	earnings_init(&earnings, TEXT("CNY"));
	assert_int_equal(add(&earnings, "c1", 1000000, -1), STATUS_OK);
	assert_int_equal(add(&earnings, "c2", 2000000, -1), STATUS_OK);
	assert_true(judge(&report, &earnings, &two)->passed);
	const struct test_result *result = judge(&report, &earnings, &one);
	assert_false(result->passed);
	assert_text(result->expected, "charges without a price 1 at most");
	assert_text(result->got, "2, which were 3.00");
	assert_text(result->because, "NO_PRICE: 2, 3.00\n");
	assert_int_equal(earnings.total.is.micros, 0);
	earnings_release(&earnings);
	test_report_release(&report);
}

static void
sums_that_money_cannot_hold_and_other_currencies_are_said_so(void **state)
{
	(void)state;
	struct earnings earnings;
	earnings_init(&earnings, TEXT("CNY"));
	assert_int_equal(add(&earnings, "c1", INT64_MAX - 1, 0), STATUS_OK);
	assert_int_equal(add(&earnings, "c1", 2, 0), STATUS_LIMIT);
	earnings_release(&earnings);
	earnings_init(&earnings, TEXT("EUR"));
	assert_int_equal(add(&earnings, "c1", 1, 1), STATUS_CONFLICT);
	earnings_release(&earnings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_customer_is_summed_apart_and_those_who_pay_most_more_come_first),
		cmocka_unit_test(a_limit_is_passed_by_more_than_it_says_and_not_by_as_much),
		cmocka_unit_test(the_furthest_past_a_limit_is_named_first_and_a_few_others),
		cmocka_unit_test(charges_without_a_price_are_counted_by_why),
		cmocka_unit_test(sums_that_money_cannot_hold_and_other_currencies_are_said_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

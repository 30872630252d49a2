/* Tests of engine/pay.c. Amounts are in micro-units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/pay.h"

struct purse {
	int64_t amount, held, floor;
};

static enum pay_outcome
paying(struct purse purse, int64_t cost, enum short_mode mode, struct payment *payment)
{
	struct balance balance = {
		.amount = purse.amount, .held = purse.held, .kind = BALANCE_CASH
	};
	*payment = (struct payment){ { -77 }, { -77 }, { -77 }, { -77 } };
	return pay(&balance, (struct money){ purse.floor }, (struct money){ cost }, mode, payment);
}

static void
assert_paid(struct purse purse, int64_t cost, enum short_mode mode, int64_t charged, int64_t unpaid)
{
	struct payment payment;
	assert_int_equal(paying(purse, cost, mode, &payment), PAY_DONE);
	assert_true(payment.charged.micros == charged);
	assert_true(payment.unpaid.micros == unpaid);
	assert_true(payment.after.micros == purse.amount - charged);
	assert_true(payment.available.micros == purse.amount - purse.held - purse.floor);
}

static void
assert_too_low(struct purse purse, int64_t cost, int64_t available)
{
	struct payment payment;
	assert_int_equal(paying(purse, cost, SHORT_REFUSE, &payment), PAY_TOO_LOW);
	assert_true(payment.available.micros == available);
	assert_true(payment.charged.micros == -77 && payment.after.micros == -77);
}

static void
all_that_is_there_may_be_spent_but_not_one_unit_more(void **state)
{
	(void)state;
	assert_paid((struct purse){ 100, 0, 0 }, 99, SHORT_REFUSE, 99, 0);
	assert_paid((struct purse){ 100, 0, 0 }, 100, SHORT_REFUSE, 100, 0);
	assert_too_low((struct purse){ 100, 0, 0 }, 101, 100);
}

static void
a_floor_below_zero_is_credit(void **state)
{
	(void)state;
	assert_paid((struct purse){ 100, 0, -50 }, 150, SHORT_REFUSE, 150, 0);
	assert_too_low((struct purse){ 100, 0, -50 }, 151, 150);
	assert_paid((struct purse){ -20, 0, -50 }, 30, SHORT_REFUSE, 30, 0);
	assert_too_low((struct purse){ -20, 0, -50 }, 31, 30);
}

static void
what_is_held_is_not_spent(void **state)
{
	(void)state;
	assert_paid((struct purse){ 100, 40, 0 }, 60, SHORT_REFUSE, 60, 0);
	assert_too_low((struct purse){ 100, 40, 0 }, 61, 60);
	assert_too_low((struct purse){ 100, 140, 0 }, 1, -40);
	assert_paid((struct purse){ 100, 140, -50 }, 10, SHORT_REFUSE, 10, 0);
}

static void
what_costs_nothing_is_always_paid(void **state)
{
	(void)state;
	enum short_mode modes[] = { SHORT_REFUSE, SHORT_DEBT, SHORT_PARTIAL };
	for (int i = 0; i < 3; i++) {
		assert_paid((struct purse){ 0, 0, 0 }, 0, modes[i], 0, 0);
		assert_paid((struct purse){ -10, 0, 0 }, 0, modes[i], 0, 0);
		assert_paid((struct purse){ 5, 100, 0 }, 0, modes[i], 0, 0);
	}
}

static void
debt_goes_below_the_floor(void **state)
{
	(void)state;
	assert_paid((struct purse){ 100, 0, 0 }, 101, SHORT_DEBT, 101, 0);
	assert_paid((struct purse){ -100, 40, -50 }, 1000, SHORT_DEBT, 1000, 0);
	assert_paid((struct purse){ 100, 0, 0 }, 50, SHORT_DEBT, 50, 0);
}

static void
partial_takes_what_is_there_and_says_what_is_missing(void **state)
{
	(void)state;
	assert_paid((struct purse){ 100, 0, 0 }, 100, SHORT_PARTIAL, 100, 0);
	assert_paid((struct purse){ 100, 0, 0 }, 101, SHORT_PARTIAL, 100, 1);
	assert_paid((struct purse){ 100, 30, -5 }, 101, SHORT_PARTIAL, 75, 26);
	assert_paid((struct purse){ 0, 0, 0 }, 7, SHORT_PARTIAL, 0, 7);
	assert_paid((struct purse){ -20, 0, 0 }, 7, SHORT_PARTIAL, 0, 7);
	assert_paid((struct purse){ 10, 20, 0 }, 7, SHORT_PARTIAL, 0, 7);
}

static void
an_amount_that_can_not_be_said_is_an_overflow_and_changes_nothing(void **state)
{
	(void)state;
	struct payment payment;
	struct purse rich = { INT64_MAX, 0, -1 };
	assert_int_equal(paying(rich, 1, SHORT_REFUSE, &payment), PAY_OVERFLOW);
	assert_true(payment.charged.micros == -77 && payment.available.micros == -77);
	struct purse held = { INT64_MIN, 1, 0 };
	assert_int_equal(paying(held, 0, SHORT_DEBT, &payment), PAY_OVERFLOW);
	struct purse indebted = { INT64_MIN + 5, 0, 0 };
	assert_int_equal(paying(indebted, 6, SHORT_DEBT, &payment), PAY_OVERFLOW);
	assert_true(payment.charged.micros == -77 && payment.after.micros == -77);
	assert_int_equal(paying(indebted, 5, SHORT_DEBT, &payment), PAY_DONE);
	assert_true(payment.after.micros == INT64_MIN);
}

static void
the_largest_balance_pays_the_largest_cost(void **state)
{
	(void)state;
	assert_paid((struct purse){ INT64_MAX, 0, 0 }, INT64_MAX, SHORT_REFUSE, INT64_MAX, 0);
	assert_too_low((struct purse){ INT64_MAX - 1, 0, 0 }, INT64_MAX, INT64_MAX - 1);
	assert_paid((struct purse){ 1, 0, 0 }, INT64_MAX, SHORT_PARTIAL, 1, INT64_MAX - 1);
}

/* For every purse and cost of a small range, against what the words of the contract say. */
static void
small_purses_behave_as_the_contract_says_in_every_mode(void **state)
{
	(void)state;
	int64_t amount, held, floor, cost;
	for (amount = -4; amount <= 6; amount++)
		for (held = 0; held <= 3; held++)
			for (floor = -3; floor <= 0; floor++)
				for (cost = 0; cost <= 9; cost++) {
					struct purse purse = { amount, held, floor };
					int64_t available = amount - held - floor;
					bool enough = cost == 0 || cost <= available;
					int64_t taken = enough  ? cost
						: available > 0 ? available
								: 0;
					assert_paid(purse, cost, SHORT_DEBT, cost, 0);
					assert_paid(
						purse, cost, SHORT_PARTIAL, taken, cost - taken);
					if (enough)
						assert_paid(purse, cost, SHORT_REFUSE, cost, 0);
					else
						assert_too_low(purse, cost, available);
				}
}

static void
what_is_too_low_is_told_with_what_can_be_spent_and_never_less_than_nothing(void **state)
{
	(void)state;
	static const struct {
		int64_t cost, available;
		const char *cost_text, *spendable;
	} rows[] = {
		{ 12500000, 400000, "12.50", "0.40" },
		{ 1, 0, "0.000001", "0.00" },
		{ 1, -5000000, "0.000001", "0.00" },
		{ 1, INT64_MIN, "0.000001", "0.00" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pay_too_low too_low;
		pay_tell_too_low(&too_low, (struct money){ rows[i].cost },
			(struct money){ rows[i].available }, TEXT("CNY"));
		assert_true(text_equal(too_low.arguments[0], text_of(rows[i].cost_text)));
		assert_true(text_equal(too_low.arguments[1], text_of(rows[i].spendable)));
		assert_true(text_equal(too_low.arguments[2], TEXT("CNY")));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_there_may_be_spent_but_not_one_unit_more),
		cmocka_unit_test(a_floor_below_zero_is_credit),
		cmocka_unit_test(what_is_held_is_not_spent),
		cmocka_unit_test(what_costs_nothing_is_always_paid),
		cmocka_unit_test(debt_goes_below_the_floor),
		cmocka_unit_test(partial_takes_what_is_there_and_says_what_is_missing),
		cmocka_unit_test(an_amount_that_can_not_be_said_is_an_overflow_and_changes_nothing),
		cmocka_unit_test(the_largest_balance_pays_the_largest_cost),
		cmocka_unit_test(small_purses_behave_as_the_contract_says_in_every_mode),
		cmocka_unit_test(
			what_is_too_low_is_told_with_what_can_be_spent_and_never_less_than_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which balances pay, and how much: by hand, and against a naive payer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/purses.h"
#include "../store/scratch.h"

static struct image image;

static void
order_is(bool expiry_first, uint8_t cash, uint8_t deposit, uint8_t gift)
{
	image.pay_order = (struct pay_order){ .expiry_first = expiry_first };
	image.pay_order.rank[MONEY_CASH] = cash;
	image.pay_order.rank[MONEY_DEPOSIT] = deposit;
	image.pay_order.rank[MONEY_GIFT] = gift;
}

static struct purse_held
held(enum balance_kind kind, int64_t amount, int64_t till_ms)
{
	return (struct purse_held){
		.balance = { .amount = amount, .kind = kind, .span = { INT64_MIN, till_ms } }
	};
}

static enum pay_outcome
paying(struct purses *purses, int64_t main, int64_t floor, int64_t cost, struct payment *payment)
{
	struct subject subject = { .balance = { .amount = main, .span = SPAN_ALWAYS },
		.account = { .floor = { floor } } };
	struct purses_terms terms = { &image, &subject, { cost }, SHORT_REFUSE, 1000 };
	return purses_pay(&terms, purses, payment);
}

static void
what_expires_first_pays_first_and_the_main_balance_pays_the_rest(void **state)
{
	(void)state;
	struct purse_held list[] = { held(BALANCE_GIFT, 30, 9000), held(BALANCE_GIFT, 20, 5000) };
	struct purses purses = { .held = list, .count = 2 };
	struct payment payment;
	order_is(true, 2, 1, 0);
	assert_int_equal(paying(&purses, 100, 0, 10, &payment), PAY_DONE);
	assert_true(list[0].charged.micros == 10 && list[1].charged.micros == 0);
	assert_true(list[0].balance.amount == 20);
	assert_true(payment.charged.micros == 0);
	assert_int_equal(paying(&purses, 100, 0, 60, &payment), PAY_DONE);
	assert_true(list[0].charged.micros == 20 && list[1].charged.micros == 30);
	assert_true(payment.charged.micros == 10 && payment.after.micros == 90);
}

static void
a_catalog_may_have_cash_pay_before_gifts(void **state)
{
	(void)state;
	struct purse_held list[] = { held(BALANCE_GIFT, 30, 9000) };
	struct purses purses = { .held = list, .count = 1 };
	struct payment payment;
	order_is(false, 0, 1, 2);
	assert_int_equal(paying(&purses, 25, 0, 40, &payment), PAY_DONE);
	assert_true(payment.charged.micros == 25 && list[0].charged.micros == 15);
}

static void
credit_is_used_last_and_what_is_held_is_not_spent(void **state)
{
	(void)state;
	struct purse_held list[] = { held(BALANCE_DEPOSIT, 30, INT64_MAX) };
	struct purses purses = { .held = list, .count = 1 };
	struct payment payment;
	list[0].balance.held = 10;
	order_is(false, 0, 1, 2);
	assert_int_equal(paying(&purses, 5, -50, 60, &payment), PAY_DONE);
	assert_true(list[0].charged.micros == 20 && payment.charged.micros == 40);
	assert_true(payment.after.micros == -35);
}

static void
all_that_could_be_spent_is_told_when_it_is_too_little(void **state)
{
	(void)state;
	struct purse_held list[] = { held(BALANCE_GIFT, 30, 9000), held(BALANCE_GIFT, 20, 5000) };
	struct purses purses = { .held = list, .count = 2 };
	struct payment payment;
	order_is(true, 2, 1, 0);
	assert_int_equal(paying(&purses, 7, -3, 61, &payment), PAY_TOO_LOW);
	assert_true(payment.available.micros == 60);
	assert_int_equal(paying(&purses, 7, -3, 60, &payment), PAY_DONE);
	list[0].balance.amount = INT64_MAX;
	list[1].balance.amount = INT64_MAX - 5;
	assert_int_equal(paying(&purses, INT64_MIN / 2, 0, INT64_MAX, &payment), PAY_DONE);
}

/* The naive payer: one unit after the other, from whoever's turn it is. */
static size_t
whose_turn(const struct purse_held *list, const int64_t *left, size_t count)
{
	size_t best = count;
	for (size_t i = 0; i < count; i++) {
		if (left[i] > 0 &&
			(best == count ||
				list[i].balance.span.till_ms < list[best].balance.span.till_ms))
			best = i;
	}
	return best;
}

static void
gifts_pay_as_if_unit_by_unit(void **state)
{
	(void)state;
	enum { MOST = 5 };
	struct random random = { random_seed(__func__) };
	order_is(true, 2, 1, 0);
	for (int i = 0; i < 20000; i++) {
		struct purse_held list[MOST];
		int64_t left[MOST], charged[MOST] = { 0 };
		struct purses purses = { .held = list, .count = random_below(&random, MOST + 1) };
		for (size_t j = 0; j < purses.count; j++) {
			list[j] = held(BALANCE_GIFT, random_from(&random, 0, 12),
				random_from(&random, 1001, 1004));
			list[j].version = j; /* as a name: they are sorted by turns */
			list[j].balance.held = random_from(&random, 0, 3);
			left[j] = list[j].balance.amount - list[j].balance.held;
		}
		int64_t main = random_from(&random, -5, 20), cost = random_from(&random, 0, 40),
			rest = cost;
		for (size_t turn;
			rest > 0 && (turn = whose_turn(list, left, purses.count)) < purses.count;
			rest--) {
			left[turn]--;
			charged[turn]++;
		}
		struct payment payment;
		enum pay_outcome outcome = paying(&purses, main, 0, cost, &payment);
		assert_int_equal(outcome, rest == 0 || rest <= main ? PAY_DONE : PAY_TOO_LOW);
		if (outcome == PAY_TOO_LOW) {
			assert_int_equal(payment.available.micros, cost - rest + main);
			continue;
		}
		assert_int_equal(payment.charged.micros, rest);
		for (size_t j = 0; j < purses.count; j++) {
			int64_t taken = charged[list[j].version];
			assert_int_equal(list[j].charged.micros, taken);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_expires_first_pays_first_and_the_main_balance_pays_the_rest),
		cmocka_unit_test(a_catalog_may_have_cash_pay_before_gifts),
		cmocka_unit_test(credit_is_used_last_and_what_is_held_is_not_spent),
		cmocka_unit_test(all_that_could_be_spent_is_told_when_it_is_too_little),
		cmocka_unit_test(gifts_pay_as_if_unit_by_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

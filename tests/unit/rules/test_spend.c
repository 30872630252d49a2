/*
 * Who pays what: by hand, and random purses beside a second account that takes one micro-coin after
 * the other from whoever is to pay next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../rules/spend.h"

#define PURSES_MAX 8
#define PLANS 20000

static const struct serve home = { .service = 0, .zones = { { 1 << 1 } } };
static const struct charge_name fee = { { "talk", 4 }, { "fee", 3 } };
static const struct stored gift = { .kind = MONEY_GIFT, .serves = &home, .serve_count = 1 };
static const struct stored deposit = { .kind = MONEY_DEPOSIT, .all_charges = true };
static const struct stored special = { .kind = MONEY_GIFT, .charges = &fee, .charge_count = 1 };

/* expiry, then gift, deposit, cash */
static struct image image = { .pay_order = { true, { 2, 1, 0 } } };

static const struct purpose calls_home = { .service = 0, .zone = 1 };
static const struct purpose a_fee = {
	.service = NO_INDEX, .zone = NO_INDEX, .charge = { { "talk", 4 }, { "fee", 3 } }
};
static const struct purpose another_fee = {
	.service = NO_INDEX, .zone = NO_INDEX, .charge = { { "talk", 4 }, { "rent", 4 } }
};

static void
money_pays_what_it_may_pay(void **state)
{
	const struct purpose calls_away = { .service = 0, .zone = 2 };
	const struct purpose messages = { .service = 1, .zone = NO_INDEX };
	const struct purpose unzoned = { .service = 0, .zone = NO_INDEX };
	(void)state;
	assert_true(stored_pays(&gift, &calls_home));
	assert_true(stored_pays(&gift, &unzoned));
	assert_false(stored_pays(&gift, &calls_away));
	assert_false(stored_pays(&gift, &messages));
	assert_false(stored_pays(&gift, &a_fee));
	assert_true(stored_pays(&deposit, &a_fee) && stored_pays(&deposit, &another_fee));
	assert_false(stored_pays(&deposit, &calls_home));
	assert_true(stored_pays(&special, &a_fee));
	assert_false(stored_pays(&special, &another_fee));
}

static void
what_expires_first_pays_first_or_the_kind_does(void **state)
{
	const struct purse purses[] = { { NULL, 0, { 100 }, INT64_MAX },
		{ &deposit, 0, { 10 }, 2000 }, { &special, 0, { 10 }, 3000 },
		{ &deposit, 0, { 10 }, INT64_MAX }, { &special, 0, { 10 }, 2000 },
		{ &special, 0, { 10 }, 1000 } };
	static const size_t by_expiry[] = { 4, 1, 2, 3, 0 }, by_kind[] = { 4, 2, 1, 3, 0 };
	struct spending spending = { &image, purses, 6, &a_fee, 1000, { 45 } };
	struct taken taken[6];
	size_t count;
	(void)state;
	for (int expiry = 1; expiry >= 0; expiry--) {
		image.pay_order.expiry_first = expiry == 1;
		assert_int_equal(spend_plan(&spending, taken, &count).micros, 0);
		assert_int_equal(count, 5);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(taken[i].purse, expiry ? by_expiry[i] : by_kind[i]);
			assert_int_equal(taken[i].amount.micros, i == 4 ? 5 : 10);
		}
	}
	image.pay_order.expiry_first = true;
	spending.amount.micros = 141;
	assert_int_equal(spend_plan(&spending, taken, &count).micros, 1);
	spending.amount.micros = 0;
	assert_int_equal(spend_plan(&spending, taken, &count).micros, 0);
	assert_int_equal(count, 0);
}

/* The purse that is to give the next coin; PURSES_MAX if none can. */
static size_t
whose_turn(const struct spending *spending, const int64_t *left)
{
	size_t best = PURSES_MAX;
	int64_t best_key[2] = { 0, 0 };
	for (size_t i = 0; i < spending->purse_count; i++) {
		const struct purse *purse = &spending->purses[i];
		bool first = image.pay_order.expiry_first;
		int64_t kind = image.pay_order.rank[purse_kind(purse)];
		int64_t key[2] = { first ? purse->till_ms : kind, first ? kind : purse->till_ms };
		bool may = purse->stored == NULL || spending->purpose == NULL ||
			stored_pays(purse->stored, spending->purpose);
		if (left[i] <= 0 || purse->till_ms <= spending->at_ms || !may)
			continue;
		if (best == PURSES_MAX || key[0] < best_key[0] ||
			(key[0] == best_key[0] && key[1] < best_key[1])) {
			best = i;
			best_key[0] = key[0];
			best_key[1] = key[1];
		}
	}
	return best;
}

static void
coin_by_coin_it_is_the_same(void **state)
{
	static const struct stored *const kinds[] = { NULL, &gift, &deposit, &special };
	static const uint8_t ranks[][MONEY_KINDS] = { { 2, 1, 0 }, { 0, 1, 2 }, { 1, 2, 0 } };
	(void)state;
	for (int i = 0; i < PLANS; i++) {
		struct purse purses[PURSES_MAX];
		struct taken taken[PURSES_MAX];
		int64_t left[PURSES_MAX];
		size_t count;
		struct spending spending = { &image, purses, random_below(PURSES_MAX + 1),
			one_in(2)           ? &calls_home
				: one_in(2) ? &a_fee
				: one_in(4) ? NULL
					    : &another_fee,
			random_between(0, 4), { random_between(0, 60) } };
		image.pay_order.expiry_first = one_in(2);
		memcpy(image.pay_order.rank, ranks[random_below(3)], MONEY_KINDS);
		for (size_t j = 0; j < spending.purse_count; j++) {
			purses[j] = (struct purse){ kinds[random_below(4)], 0,
				{ random_between(-2, 20) }, random_between(1, 5) };
			if (purses[j].stored == NULL)
				purses[j].till_ms = INT64_MAX;
			left[j] = purses[j].amount.micros;
		}
		int64_t unpaid = spending.amount.micros;
		for (size_t turn; unpaid > 0 && (turn = whose_turn(&spending, left)) < PURSES_MAX;
			unpaid--)
			left[turn]--;
		assert_int_equal(spend_plan(&spending, taken, &count).micros, unpaid);
		for (size_t j = 0; j < count; j++) {
			assert_true(taken[j].amount.micros > 0);
			left[taken[j].purse] += taken[j].amount.micros;
		}
		for (size_t j = 0; j < spending.purse_count; j++)
			assert_int_equal(left[j], purses[j].amount.micros);
	}
}

int
main(void)
{
	const char *seed = getenv("SEED");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_pays_what_it_may_pay),
		cmocka_unit_test(what_expires_first_pays_first_or_the_kind_does),
		cmocka_unit_test(coin_by_coin_it_is_the_same),
	};
	random_state = seed != NULL ? strtoull(seed, NULL, 10) : 20261122;
	print_message("seed %llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of engine/notice.c: a balance that falls, and the amounts at which it is low. */
#include "../../../engine/base/memory.h"
#include "../../../engine/notice.h"
#include "../../../engine/shard.h"
#include "../store/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROUNDS = 3000 };

static struct arena arena;
static struct shard shard = { .now_ms = 5000 };
static struct call call = { .shard = &shard, .arena = &arena };
static struct raised raised;

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, 64 << 20);
	raised = (struct raised){ .count = 0 };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

/* An account whose balance is low at these amounts, read from its record. */
static struct account
account_low_at(const int64_t *lows, uint8_t count)
{
	static uint8_t place[200];
	struct field_writer writer = fields_into(place, sizeof place);
	uint8_t low_place[LOWS_MAX * 8];
	for (unsigned i = 0; i < count; i++)
		store_i64(low_place + 8 * i, lows[i]);
	account_write(&writer,
		&(struct account){
			.customer = TEXT("customer"),
			.currency = TEXT("CNY"),
			.bill_day = 1,
			.temporary_till_ms = INT64_MIN,
			.tells = { .low_count = count, .lows = low_place },
			.balance_count = 1,
			.balances = fields_of(bytes_of_text(TEXT("\4main"))),
		});
	struct bytes value = fields_written(&writer);
	assert_true(value_is_valid(TABLE_ACCOUNT, value));
	return account_read(value);
}

static void
raise_fall(const struct account *account, int64_t before, int64_t after)
{
	const struct raising raising = {
		.call = &call, .account = TEXT("a1"), .subscription = TEXT("s1"), .at_ms = 4000
	};
	const struct balance balance = { .amount = before, .unit = TEXT("CNY") };
	raised = (struct raised){ .count = 0 };
	assert_true(notice_raise_main(&raising, account, &balance, after, &raised));
}

static bool
is_low_at(const struct account *account, int64_t amount, struct money *low)
{
	const struct balance balance = { .unit = TEXT("CNY") };
	return notice_is_low(account, &balance, amount, low);
}

static void
assert_text(struct text text, const char *expected)
{
	assert_true(text_equal(text, text_of(expected)));
}

static void
notice_of_a_fall_says_what_is_left(void **state)
{
	(void)state;
	static const int64_t LOWS[] = { 5000000, 1000000 };
	struct account account = account_low_at(LOWS, 2);
	raise_fall(&account, 5000001, 990000);
	assert_int_equal(raised.count, 2);
	const struct notice_record *notice = &raised.list[0];
	assert_int_equal(notice->kind, NOTICE_LOW_BALANCE);
	assert_int_equal(notice->made_ms, 5000);
	assert_int_equal(notice->at_ms, 4000);
	assert_text(notice->account, "a1");
	assert_text(notice->subscription, "s1");
	assert_text(notice->threshold, "5.00");
	assert_text(notice->of, "main");
	assert_text(notice->unit, "CNY");
	assert_int_equal(notice->amount, 990000);
	assert_text(notice->en, "0.99 CNY are left, which is not above 5.00");
	assert_text(raised.list[1].threshold, "1.00");
}

static void
amount_is_told_when_it_is_come_down_to_and_not_again(void **state)
{
	(void)state;
	static const int64_t LOW = 100;
	struct account account = account_low_at(&LOW, 1);
	static const struct {
		int64_t before, after;
		size_t told;
	} CASES[] = {
		{ 200, 101, 0 },
		{ 200, 100, 1 },
		{ 101, 100, 1 },
		{ 101, -500, 1 },
		{ 100, 99, 0 },
		{ 100, 100, 0 },
		{ 100, 200, 0 },
		{ 99, 300, 0 },
		{ INT64_MAX, INT64_MIN, 1 },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		raise_fall(&account, CASES[i].before, CASES[i].after);
		assert_int_equal(raised.count, CASES[i].told);
	}
}

static void
account_that_names_no_amount_is_never_low(void **state)
{
	(void)state;
	struct account account = account_low_at(NULL, 0);
	struct money low = { 7 };
	raise_fall(&account, INT64_MAX, INT64_MIN);
	assert_int_equal(raised.count, 0);
	assert_false(is_low_at(&account, INT64_MIN, &low));
	assert_int_equal(low.micros, 7);
}

/* Falling amounts below 100, at least one; how many. */
static uint8_t
some_lows(struct random *random, int64_t lows[LOWS_MAX])
{
	uint8_t count = 0;
	for (int64_t low = 99; low >= -20; low--) {
		if (count < LOWS_MAX && random_below(random, 12) == 0)
			lows[count++] = low;
	}
	if (count == 0)
		lows[count++] = 50;
	return count;
}

/* However a balance moves: each amount is told as often as it was above it before and is not after. */
static void
each_crossing_is_told_once(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	int64_t lows[LOWS_MAX];
	uint8_t count = some_lows(&random, lows);
	struct account account = account_low_at(lows, count);
	int64_t balance = 100;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t after = (int64_t)random_below(&random, 140) - 30;
		size_t expected = 0;
		bool is_low = false;
		int64_t lowest = 0;
		for (uint8_t i = 0; i < count; i++) {
			expected += balance > lows[i] && after <= lows[i];
			if (after <= lows[i]) {
				is_low = true;
				lowest = lows[i];
			}
		}
		struct money low = { 0 };
		raise_fall(&account, balance, after);
		assert_int_equal(raised.count, expected);
		assert_int_equal(is_low_at(&account, after, &low), is_low);
		assert_int_equal(low.micros, lowest);
		balance = after;
		arena_clear(&arena);
	}
}

/* A gift of 2.00 that was filled with 10.00 falls: by percents it is low at 5.00 and 0.10. */
static void
percents_are_of_what_was_there_after_money_came_in(void **state)
{
	(void)state;
	static const uint8_t PERCENTS[] = { 50, 1 };
	struct balance gift = { .amount = 5000001,
		.unit = TEXT("CNY"),
		.tells = { .percent_count = 2, .percents = PERCENTS, .full = 10000000 } };
	const struct raising raising = { .call = &call, .account = TEXT("a1") };
	raised = (struct raised){ .count = 0 };
	assert_true(notice_raise_other(&raising, TEXT("gift"), &gift, 5000000, &raised));
	assert_int_equal(raised.count, 1);
	assert_text(raised.list[0].threshold, "50%");
	assert_text(raised.list[0].of, "gift");
	assert_text(raised.list[0].en,
		"5.00 CNY are left on \"gift\", which is not above 50% of the 10.00 CNY there after money last came in");
	assert_text(raised.list[0].zh,
		"账本“gift”剩余 5.00 CNY，已不高于最近一次资金转入后 10.00 CNY 的 50%");
	gift.amount = 5000000;
	assert_true(notice_raise_other(&raising, TEXT("gift"), &gift, 99999, &raised));
	assert_int_equal(raised.count, 2);
	assert_text(raised.list[1].threshold, "1%");
	/* Nothing says of what: so nothing is told. */
	gift.tells.full = 0;
	assert_true(notice_raise_other(&raising, TEXT("gift"), &gift, 0, &raised));
	assert_int_equal(raised.count, 2);
}

static void
lowest_of_amounts_and_percents_is_the_hint(void **state)
{
	(void)state;
	static const int64_t LOWS[] = { 3000000 };
	static const uint8_t PERCENTS[] = { 50, 10 };
	struct account account = account_low_at(LOWS, 1);
	struct balance main = { .unit = TEXT("CNY"), .tells = { .full = 20000000 } };
	struct money low = { 7 };
	account.tells.percent_count = 2;
	account.tells.percents = PERCENTS;
	assert_false(notice_is_low(&account, &main, 10000001, &low));
	assert_true(notice_is_low(&account, &main, 10000000, &low));
	assert_int_equal(low.micros, 10000000);
	assert_true(notice_is_low(&account, &main, 3000000, &low));
	assert_int_equal(low.micros, 3000000);
	assert_true(notice_is_low(&account, &main, 2000000, &low));
	assert_int_equal(low.micros, 2000000);
}

static void
without_memory_nothing_is_raised(void **state)
{
	(void)state;
	static const int64_t LOWS[] = { 5, 4, 3, 2, 1 };
	struct account account = account_low_at(LOWS, 5);
	const struct raising raising = { .call = &call, .account = TEXT("a1") };
	const struct balance balance = { .amount = 10, .unit = TEXT("CNY") };
	for (uint64_t countdown = 1;; countdown++) {
		arena_release(&arena);
		arena_init(&arena, 64 << 20);
		raised = (struct raised){ .count = 0 };
		memory_fail_at(countdown);
		bool done = notice_raise_main(&raising, &account, &balance, 0, &raised);
		memory_fail_at(0);
		if (done)
			break;
		assert_true(raised.no_memory);
	}
	assert_int_equal(raised.count, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			notice_of_a_fall_says_what_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(
			amount_is_told_when_it_is_come_down_to_and_not_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			account_that_names_no_amount_is_never_low, setup, teardown),
		cmocka_unit_test_setup_teardown(each_crossing_is_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			percents_are_of_what_was_there_after_money_came_in, setup, teardown),
		cmocka_unit_test_setup_teardown(
			lowest_of_amounts_and_percents_is_the_hint, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory_nothing_is_raised, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How much other accounts pay, against a naive payer, and what of it stands in the entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/payers.h"
#include "../../../engine/posted.h"
#include "../store/scratch.h"

enum { MOST = 4 };

static struct payer_held
payer(int64_t amount, int64_t floor)
{
	return (struct payer_held){
		.account_id = TEXT("boss"),
		.account = { .currency = TEXT("CNY"), .floor = { floor } },
		.balance = { .amount = amount, .unit = TEXT("CNY"), .span = SPAN_ALWAYS },
	};
}

static struct payer_held
bounded(int64_t amount, int64_t bound, struct counter counter)
{
	struct payer_held held = payer(amount, 0);
	held.is_bounded = true;
	held.bound.micros = bound;
	held.counter = counter;
	return held;
}

static void
the_first_pays_down_to_its_floor_and_the_next_the_rest(void **state)
{
	(void)state;
	struct payer_held list[] = { payer(10, -5), payer(100, 0) };
	struct payers payers = { list, 2 };
	list[0].balance.held = 3;
	assert_int_equal(payers_pay(&payers, (struct money){ 12 }).micros, 0);
	assert_true(list[0].charged.micros == 12 && list[1].charged.micros == 0);
	assert_int_equal(payers_pay(&payers, (struct money){ 20 }).micros, 0);
	assert_true(list[0].charged.micros == 12 && list[1].charged.micros == 8);
	assert_int_equal(payers_pay(&payers, (struct money){ 200 }).micros, 88);
	assert_int_equal(payers_spendable(&payers, (struct money){ 5 }).micros, 117);
	assert_int_equal(payers_spendable(&payers, (struct money){ -5 }).micros, 112);
}

static void
what_was_paid_and_what_is_held_of_a_month_is_taken_off_its_bound(void **state)
{
	(void)state;
	struct payer_held list[] = { bounded(100, 50, (struct counter){ 20, 10 }) };
	struct payers payers = { list, 1 };
	assert_int_equal(payers_pay(&payers, (struct money){ 30 }).micros, 10);
	list[0].bound.micros = 25; /* less than it has paid and holds already */
	assert_int_equal(payers_pay(&payers, (struct money){ 30 }).micros, 30);
	list[0].is_bounded = false;
	assert_int_equal(payers_pay(&payers, (struct money){ 30 }).micros, 0);
	assert_int_equal(payers_pay(&payers, (struct money){ 0 }).micros, 0);
	assert_int_equal(list[0].charged.micros, 0);
}

static bool
can_pay_one_more(const struct payer_held *held, int64_t charged)
{
	int64_t left = held->balance.amount - held->balance.held - held->account.floor.micros;
	int64_t of_month = held->bound.micros - held->counter.used - held->counter.held;
	return charged < left && (!held->is_bounded || charged < of_month);
}

static void
they_pay_as_if_unit_by_unit(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	for (int i = 0; i < 20000; i++) {
		struct payer_held list[MOST];
		int64_t charged[MOST] = { 0 };
		struct payers payers = { list, random_below(&random, MOST + 1) };
		for (size_t j = 0; j < payers.count; j++) {
			list[j] = payer(random_from(&random, -3, 12), random_from(&random, -4, 0));
			list[j].balance.held = random_from(&random, 0, 3);
			list[j].is_bounded = random_below(&random, 2) == 0;
			list[j].bound.micros = random_from(&random, 0, 12);
			list[j].counter = (struct counter){ random_from(&random, 0, 8),
				random_from(&random, 0, 4) };
		}
		int64_t cost = random_from(&random, 0, 40), rest = cost;
		for (size_t turn = 0; rest > 0 && turn < payers.count;) {
			if (can_pay_one_more(&list[turn], charged[turn])) {
				charged[turn]++;
				rest--;
			} else {
				turn++;
			}
		}
		assert_int_equal(payers_pay(&payers, (struct money){ cost }).micros, rest);
		for (size_t j = 0; j < payers.count; j++)
			assert_int_equal(list[j].charged.micros, charged[j]);
	}
}

static void
the_largest_amounts_do_not_overflow(void **state)
{
	(void)state;
	struct payer_held list[] = { payer(INT64_MAX, -100), payer(INT64_MIN + 1, 0),
		bounded(INT64_MAX, INT64_MAX, (struct counter){ 0, 0 }) };
	struct payers payers = { list, 3 };
	assert_int_equal(payers_pay(&payers, (struct money){ INT64_MAX }).micros, 0);
	assert_int_equal(list[0].charged.micros, INT64_MAX);
	assert_int_equal(payers_spendable(&payers, (struct money){ 1 }).micros, INT64_MAX);
}

static void
an_entry_has_who_paid_each_followed_by_its_month(void **state)
{
	(void)state;
	struct arena arena;
	struct posted posted;
	struct payer_held list[] = { payer(10, 0), payer(0, 0),
		bounded(10, 7, (struct counter){ 2, 1 }) };
	struct payers payers = { list, 3 };
	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < 3; i++)
		key_of_balance(&list[i].key, i == 0 ? TEXT("a") : TEXT("b"), TEXT("main"));
	key_of_counter(&list[2].counter_key,
		&(struct counter_key){ TEXT("s"), false, PAYERS_PACKAGE, TEXT("b"), 20500 });
	assert_int_equal(payers_pay(&payers, (struct money){ 13 }).micros, 0);
	assert_true(posted_begin(&posted, &arena, 8));
	assert_true(payers_post(&payers, &posted, 1000));
	assert_int_equal(posted.effect_count, 3);
	assert_int_equal(posted.posting_count, 6);
	assert_int_equal(balance_read(posted.effects[0].value).amount, 0);
	assert_int_equal(balance_read(posted.effects[1].value).amount, 7);
	struct counter counter = counter_read(posted.effects[2].value);
	assert_true(counter.used == 5 && counter.held == 1);
	struct text name;
	assert_true(payers_counter_is(posted.effects[2].key, &name));
	assert_true(text_equal(name, TEXT("b")));
	assert_false(payers_counter_is(posted.effects[1].key, &name));
	assert_int_equal(posted.postings[4].amount, 3);
	assert_true(text_equal(posted.postings[5].book, TEXT("counted")));
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_pays_down_to_its_floor_and_the_next_the_rest),
		cmocka_unit_test(what_was_paid_and_what_is_held_of_a_month_is_taken_off_its_bound),
		cmocka_unit_test(they_pay_as_if_unit_by_unit),
		cmocka_unit_test(the_largest_amounts_do_not_overflow),
		cmocka_unit_test(an_entry_has_who_paid_each_followed_by_its_month),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

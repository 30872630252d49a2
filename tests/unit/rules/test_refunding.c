/*
 * What comes back of a charge: by hand what expires, which rule decides and how long; and at random,
 * piece by piece, beside a heap of which micro-units and units are taken one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../engine/base/ratio.h"
#include "../../../rules/refunding.h"

#define COUNTS_MAX 4
#define PAYMENTS_MAX 3
#define LINES_MAX 2
#define ROUNDS 2000

static struct sketch sketch;
static struct holding holdings[2];
static struct refund_line lines[LINES_MAX];
static struct refund_count counts[COUNTS_MAX];
static struct refund_payment payments[PAYMENTS_MAX];
static struct refund_question question;
static struct refund_answer answer;

/*
 * A package with 100 units a month of which what is left is carried over, 50 that are given once on
 * 2026-03-10 for two months, and a count of each day; and a charge of four items on that day.
 */
static struct package *
begin(void)
{
	sketch_begin(&sketch, "Asia/Shanghai");
	struct package *package = sketch_package(&sketch, "kept", 1, ALL_TIME);
	sketch_allowance(&sketch, package, "monthly", 100)->carry_cycles = 1;
	struct allowance *once = sketch_allowance(&sketch, package, "once", 50);
	once->every = CYCLE_DAY;
	once->valid_count = 2;
	once->valid_every = CYCLE_MONTH;
	sketch_meter(&sketch, package, "day", false)->every = CYCLE_DAY;
	sketch_meter(&sketch, package, "cap", true);
	holdings[0] = (struct holding)HELD("kept");
	holdings[1] = (struct holding)HELD("other");
	question = (struct refund_question){ .image = &sketch.image,
		.holdings = holdings,
		.holding_count = 1,
		.zone = NO_INDEX,
		.at_ms = sketch_at("2026-03-10T12:00:00+08:00"),
		.now_ms = sketch_at("2026-03-10T13:00:00+08:00"),
		.quantity = 4,
		.lines = lines,
		.counts = counts,
		.payments = payments };
	return package;
}

static void
add_count(const char *id, const char *day, int64_t moved)
{
	struct date date;
	bool parsed = date_parse(text_of(day), &date);
	assert_true(parsed);
	bool money = strcmp(id, "cap") == 0;
	counts[question.count_count++] = (struct refund_count){
		.name = { TEXT("kept"), text_of(id), (int32_t)day_of_date(date), { NULL, 0 } },
		.money = money,
		.unit = money ? UNIT_SECOND : UNIT_ITEM,
		.moved = moved
	};
}

static void
add_payment(int64_t micros, int64_t till_ms)
{
	payments[question.payment_count++] = (struct refund_payment){ { micros }, till_ms };
}

static void
add_line(int64_t micros, int64_t round_step)
{
	lines[question.line_count++] = (struct refund_line){ { micros }, round_step,
		ROUND_HALF_UP };
}

static void
ask(void)
{
	if (sketch.image.package_slots == NULL && !image_index_packages(&sketch.image))
		sketch_stop("no memory for the index of packages");
	assert_true(refund_answer(&question, &sketch.arena, &answer));
}

static void
assert_part(const struct refund_part *part, size_t place, int64_t amount, bool lost)
{
	assert_int_equal(part->place, place);
	assert_int_equal(part->amount, amount);
	assert_int_equal(part->lost, lost);
}

/* ---- what is over ---- */

/* Is what one counter counted lost at an instant? */
static bool
is_lost(const char *id, const char *day, const char *now)
{
	question.count_count = 0;
	question.now_ms = sketch_at(now);
	add_count(id, day, 4);
	ask();
	assert_int_equal(answer.count_count, 1);
	assert_int_equal(answer.counts[0].amount, 4);
	return answer.counts[0].lost;
}

static void
units_go_back_as_long_as_what_they_came_from_lasts(void **state)
{
	(void)state;
	begin();
	assert_false(is_lost("once", "2026-03-10", "2026-05-09T23:59:59.999+08:00"));
	assert_true(is_lost("once", "2026-03-10", "2026-05-10T00:00:00+08:00"));
	/* March's units serve April, too. */
	assert_false(is_lost("monthly", "2026-03-01", "2026-04-30T23:59:59.999+08:00"));
	assert_true(is_lost("monthly", "2026-03-01", "2026-05-01T00:00:00+08:00"));
	assert_false(is_lost("day", "2026-03-10", "2026-03-10T23:59:59.999+08:00"));
	assert_true(is_lost("day", "2026-03-10", "2026-03-11T00:00:00+08:00"));
	assert_false(is_lost("cap", "2026-03-01", "2026-03-31T23:59:59.999+08:00"));
	assert_true(is_lost("cap", "2026-03-01", "2026-04-01T00:00:00+08:00"));
	assert_true(is_lost("nothing", "2026-03-10", "2026-03-10T13:00:00+08:00"));
	/* What is held no longer has nothing that anything could go back to. */
	holdings[0].till_ms = sketch_at("2026-03-20T00:00:00+08:00");
	assert_false(is_lost("once", "2026-03-10", "2026-03-19T23:59:59.999+08:00"));
	assert_true(is_lost("once", "2026-03-10", "2026-03-20T00:00:00+08:00"));
	sketch_end(&sketch);
}

static void
money_goes_back_to_what_paid_last_and_is_lost_if_that_has_expired(void **state)
{
	(void)state;
	begin();
	add_line(8 * MONEY_MICROS, 0);
	add_payment(5 * MONEY_MICROS, question.now_ms); /* expires just now */
	add_payment(3 * MONEY_MICROS, INT64_MAX);
	question.wanted = 2;
	ask();
	assert_int_equal(answer.amount.micros, 4 * MONEY_MICROS);
	assert_int_equal(answer.payment_count, 2);
	assert_part(&answer.payments[0], 1, 3 * MONEY_MICROS, false);
	assert_part(&answer.payments[1], 0, MONEY_MICROS, true);
	question.given = 2;
	question.wanted = 0;
	question.now_ms--;
	ask();
	assert_int_equal(answer.quantity, 2);
	assert_int_equal(answer.payment_count, 1);
	assert_part(&answer.payments[0], 0, 4 * MONEY_MICROS, false);
	sketch_end(&sketch);
}

static void
units_go_back_to_what_they_were_taken_from_last(void **state)
{
	(void)state;
	begin();
	add_count("day", "2026-03-10", 8);
	add_count("monthly", "2026-03-01", 6);
	add_count("once", "2026-03-10", 2);
	question.wanted = 2;
	ask();
	assert_int_equal(answer.quantity, 2);
	assert_int_equal(answer.count_count, 3);
	assert_part(&answer.counts[0], 0, 4, false);
	assert_part(&answer.counts[1], 1, 2, false);
	assert_part(&answer.counts[2], 2, 2, false);
	sketch_end(&sketch);
}

/* ---- whose rule ---- */

static void
a_charge_is_given_back_once_and_no_more_than_all_of_it(void **state)
{
	(void)state;
	begin();
	question.wanted = 5;
	ask();
	assert_int_equal(answer.refused, REFUND_BEYOND);
	assert_string_equal(refund_refusal_code(answer.refused), "MORE_THAN_CHARGED");
	question.given = 3;
	question.wanted = 2;
	ask();
	assert_int_equal(answer.refused, REFUND_BEYOND);
	question.wanted = 1;
	ask();
	assert_int_equal(answer.refused, 0);
	question.given = 4;
	question.wanted = 0;
	ask();
	assert_int_equal(answer.refused, REFUND_DONE_ALREADY);
	assert_string_equal(refund_refusal_code(answer.refused), "ALREADY_REFUNDED");
	sketch_end(&sketch);
}

static void
the_first_layer_that_has_a_rule_for_the_usage_decides(void **state)
{
	(void)state;
	struct serve of_zone = { .zones = { { 2 } } };
	struct refund mine[] = {
		{ .id = TEXT("zone"), .serves = &of_zone, .serve_count = 1, .gives = REFUND_UNITS },
		{ .id = TEXT("all"), .gives = REFUND_MONEY },
	};
	struct refund before = { .id = TEXT("before"), .serves = &of_zone, .serve_count = 1 };
	struct package *package = begin();
	package->refunds = mine;
	package->refund_count = 2;
	struct package *other = sketch_package(&sketch, "other", 0, ALL_TIME);
	other->refunds = &before;
	other->refund_count = 1;
	add_line(MONEY_MICROS, 0);
	add_payment(MONEY_MICROS, INT64_MAX);
	add_count("once", "2026-03-10", 4);
	add_count("cap", "2026-03-01", MONEY_MICROS);
	question.zone = 0;
	ask();
	assert_ptr_equal(answer.rule, &mine[1]);
	assert_int_equal(answer.amount.micros, MONEY_MICROS);
	assert_int_equal(answer.count_count, 1);
	assert_part(&answer.counts[0], 1, MONEY_MICROS, false);
	question.zone = 1;
	ask();
	assert_ptr_equal(answer.rule, &mine[0]);
	assert_ptr_equal(answer.package, package);
	assert_int_equal(answer.amount.micros, 0);
	assert_int_equal(answer.payment_count, 0);
	assert_int_equal(answer.count_count, 1);
	assert_part(&answer.counts[0], 0, 4, false);
	question.holding_count = 2;
	ask();
	assert_ptr_equal(answer.rule, &before);
	assert_int_equal(answer.count_count, 2);
	/* Held only behind the usage, or no longer when it began. */
	holdings[1].from_ms = question.at_ms + 1;
	ask();
	assert_ptr_equal(answer.rule, &mine[0]);
	holdings[1] = (struct holding)HELD_DURING("other", INT64_MIN, question.at_ms);
	ask();
	assert_ptr_equal(answer.rule, &mine[0]);
	sketch_end(&sketch);
}

static void
nothing_comes_back_when_it_is_too_late(void **state)
{
	(void)state;
	struct refund rule = { .id = TEXT("it"), .within_count = 90, .within_seconds = true };
	struct package *package = begin();
	package->refunds = &rule;
	package->refund_count = 1;
	question.now_ms = question.at_ms + 90 * SECOND_MS - 1;
	ask();
	assert_int_equal(answer.refused, 0);
	question.now_ms++;
	ask();
	assert_int_equal(answer.refused, REFUND_LATE);
	assert_string_equal(refund_refusal_code(answer.refused), "REFUND_TOO_LATE");
	assert_ptr_equal(answer.rule, &rule);
	/* A month later the clock on the wall is the same, on the last day of a shorter month. */
	rule = (struct refund){ .within_count = 1, .within_every = CYCLE_MONTH };
	question.at_ms = sketch_at("2026-01-31T12:00:00+08:00");
	question.now_ms = sketch_at("2026-02-28T11:59:59.999+08:00");
	ask();
	assert_int_equal(answer.refused, 0);
	question.now_ms++;
	ask();
	assert_int_equal(answer.refused, REFUND_LATE);
	sketch_end(&sketch);
}

/* ---- piece by piece ---- */

/* So much of an amount, by fractions. */
static int64_t
naive_share(int64_t amount, int64_t part, int64_t step, enum rounding mode)
{
	struct ratio exact, rounded;
	if (part == question.quantity)
		return amount;
	assert_true(ratio_make((int128)amount * part, question.quantity, &exact));
	assert_true(ratio_round(exact, ratio_of(step), mode, &rounded));
	assert_int_equal(rounded.denominator, 1);
	int64_t share = (int64_t)rounded.numerator;
	return share < amount ? share : amount;
}

/* Takes from a heap, one by one, the last that was laid on it first. */
static void
naive_take(int64_t *heap, size_t count, int64_t wanted, int64_t *taken)
{
	memset(taken, 0, count * sizeof *taken);
	for (size_t i = count; wanted > 0 && i > 0;) {
		if (heap[i - 1] == 0) {
			i--;
			continue;
		}
		heap[i - 1]--;
		taken[i - 1]++;
		wanted--;
	}
}

static int64_t
amount_of(const struct refund_part *parts, size_t count, size_t place)
{
	for (size_t i = 0; i < count; i++)
		if (parts[i].place == place)
			return parts[i].amount;
	return 0;
}

static void
random_charge(void)
{
	static const int64_t steps[] = { 0, 1, 10, 100 };
	int64_t paid = 0;
	begin();
	question.quantity = random_between(1, 12);
	for (size_t i = random_below(LINES_MAX + 1); i > 0; i--) {
		add_line(random_between(0, 1000), steps[random_below(4)]);
		lines[question.line_count - 1].round_mode = (enum rounding)random_below(6);
		paid += lines[question.line_count - 1].amount.micros;
	}
	for (size_t i = 0; i + 1 < PAYMENTS_MAX; i++) {
		add_payment(random_between(0, paid), INT64_MAX);
		paid -= payments[i].amount.micros;
	}
	add_payment(paid, INT64_MAX);
	add_count("monthly", "2026-03-01", random_between(0, 20));
	add_count("day", "2026-03-10", random_between(0, 20));
	add_count("once", "2026-03-10", random_between(0, 20));
}

/* One part more, beside the heaps of what is left. */
static void
check_part(int64_t money[PAYMENTS_MAX], int64_t units[2])
{
	int64_t taken[PAYMENTS_MAX], part = question.given, share = 0, grants;
	ask();
	assert_int_equal(answer.refused, 0);
	part += answer.quantity;
	for (size_t i = 0; i < question.line_count; i++) {
		int64_t step = lines[i].round_step > 0 ? lines[i].round_step : 1;
		enum rounding mode = lines[i].round_step > 0 ? lines[i].round_mode : ROUND_HALF_UP;
		share += naive_share(lines[i].amount.micros, part, step, mode) -
			naive_share(lines[i].amount.micros, question.given, step, mode);
	}
	assert_int_equal(answer.amount.micros, share);
	naive_take(money, PAYMENTS_MAX, share, taken);
	for (size_t i = 0; i < PAYMENTS_MAX; i++)
		assert_int_equal(amount_of(answer.payments, answer.payment_count, i), taken[i]);
	grants = counts[0].moved + counts[2].moved;
	naive_take(units, 2,
		grants * part / question.quantity - grants * question.given / question.quantity,
		taken);
	assert_int_equal(amount_of(answer.counts, answer.count_count, 0), taken[0]);
	assert_int_equal(amount_of(answer.counts, answer.count_count, 2), taken[1]);
	assert_int_equal(amount_of(answer.counts, answer.count_count, 1),
		counts[1].moved * part / question.quantity -
			counts[1].moved * question.given / question.quantity);
	question.given = part;
}

static void
parts_in_whatever_pieces_come_to_the_whole(void **state)
{
	(void)state;
	random_state = 20261125;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (int round = 0; round < ROUNDS; round++) {
		random_charge();
		int64_t money[PAYMENTS_MAX], units[2] = { counts[0].moved, counts[2].moved };
		for (size_t i = 0; i < PAYMENTS_MAX; i++)
			money[i] = payments[i].amount.micros;
		while (question.given < question.quantity) {
			int64_t left = question.quantity - question.given;
			question.wanted = one_in(4) ? 0 : random_between(1, left);
			check_part(money, units);
		}
		for (size_t i = 0; i < PAYMENTS_MAX; i++)
			assert_int_equal(money[i], 0);
		assert_int_equal(units[0] + units[1], 0);
		sketch_end(&sketch);
	}
}

static void
amounts_as_large_as_can_be_do_not_overflow(void **state)
{
	(void)state;
	begin();
	question.quantity = INT64_MAX;
	question.wanted = INT64_MAX - 1;
	add_line(INT64_MAX, 10000);
	add_payment(INT64_MAX, INT64_MAX);
	add_count("once", "2026-03-10", INT64_MAX);
	ask();
	assert_int_equal(answer.counts[0].amount, INT64_MAX - 1);
	assert_int_equal(answer.amount.micros, INT64_MAX); /* it is rounded up to all there is */
	assert_int_equal(answer.payments[0].amount, answer.amount.micros);
	sketch_end(&sketch);
}

static void
a_line_rounds_as_the_version_that_priced_it(void **state)
{
	(void)state;
	static const struct money price = { MONEY_MICROS };
	struct package *package = begin();
	struct tariff *tariff = sketch_tariff(&sketch, package, "sms", 1, &price);
	struct price_line line = { .package = TEXT("kept"), .tariff = TEXT("sms") };
	tariff->round_step = 10000;
	tariff->round_mode = ROUND_UP;
	line.amount.micros = 7;
	ask();
	struct refund_line made = refund_line_of(&sketch.image, &line);
	assert_int_equal(made.amount.micros, 7);
	assert_int_equal(made.round_step, 10000);
	assert_int_equal(made.round_mode, ROUND_UP);
	line.tariff = TEXT("none");
	made = refund_line_of(&sketch.image, &line);
	assert_int_equal(made.round_step, 0);
	sketch_end(&sketch);
}

static void
without_memory_nothing_is_answered(void **state)
{
	(void)state;
	struct arena arena;
	begin();
	ask();
	arena_init(&arena, 0);
	assert_false(refund_answer(&question, &arena, &answer));
	arena_release(&arena);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_go_back_as_long_as_what_they_came_from_lasts),
		cmocka_unit_test(money_goes_back_to_what_paid_last_and_is_lost_if_that_has_expired),
		cmocka_unit_test(units_go_back_to_what_they_were_taken_from_last),
		cmocka_unit_test(a_charge_is_given_back_once_and_no_more_than_all_of_it),
		cmocka_unit_test(the_first_layer_that_has_a_rule_for_the_usage_decides),
		cmocka_unit_test(nothing_comes_back_when_it_is_too_late),
		cmocka_unit_test(parts_in_whatever_pieces_come_to_the_whole),
		cmocka_unit_test(amounts_as_large_as_can_be_do_not_overflow),
		cmocka_unit_test(a_line_rounds_as_the_version_that_priced_it),
		cmocka_unit_test(without_memory_nothing_is_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

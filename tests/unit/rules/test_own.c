/* Units that the customer has of its own, beside allowances (rules/own.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

#define MINUTE 60
#define END_OF_MONTH "2026-03-31T16:00:00Z"

/* A minute costs 11, from so many free minutes of the month, or own ones. */
static struct tariff *
own_minutes(struct sketch *sketch, int64_t free, const struct own_units *own, size_t count)
{
	struct tariff *tariff = minutes(sketch);

	tariff->uses_own = true;
	sketch->allowances[0][0].amount = free * MINUTE;
	sketch->own = own;
	sketch->own_count = count;
	sketch->settled = 0;
	return tariff;
}

static struct own_units
own(const char *name, int64_t left, const char *till)
{
	return (struct own_units){ .name = text_of(name),
		.left = left,
		.till_ms = till == NULL ? INT64_MAX : sketch_at(till) };
}

static void
assert_used(const struct pricing *pricing, size_t place, const char *name, int64_t used)
{
	const struct consumption *one = &pricing->consumptions[place];

	assert_true(place < pricing->consumption_count);
	assert_text(one->name.allowance, name);
	assert_int_equal(one->used_after - one->used_before, used);
}

static void
what_ends_first_goes_first(void **state)
{
	const struct own_units units[] = {
		own("day", 2 * MINUTE, "2026-03-11T00:00:00Z"),
		own("month", MINUTE, END_OF_MONTH), /* as the allowance, which goes first then */
		own("ever", 3 * MINUTE, NULL),
	};
	static struct sketch sketch;

	(void)state;
	own_minutes(&sketch, 4, units, 3);
	struct pricing pricing = priced(
		&sketch, call("2026-03-10T12:00:00Z", 11 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0],
		"2 free @balance.day, 4 free pack.minutes, 1 free @balance.month, 3 free @balance.ever, 1 @11");
	assert_int_equal(pricing.amount.micros, 11 * FEN);
	/* in the order in which they were begun, so that the last gives back first */
	assert_used(&pricing, 0, "day", 2 * MINUTE);
	assert_used(&pricing, 1, "minutes", 4 * MINUTE);
	assert_used(&pricing, 2, "month", MINUTE);
	assert_used(&pricing, 3, "ever", 3 * MINUTE);
	assert_int_equal(pricing.consumption_count, 4);
	assert_true(counter_is_own(pricing.consumptions[0].name.package));
	assert_false(counter_is_own(pricing.consumptions[1].name.package));
	assert_int_equal(pricing.consumptions[0].unit, UNIT_SECOND);
	sketch_end(&sketch);
}

static void
what_is_carried_over_ends_with_the_last_cycle_that_it_serves(void **state)
{
	const struct own_units units[] = {
		own("april", MINUTE, "2026-04-15T00:00:00Z"),
		own("may", MINUTE, "2026-05-15T00:00:00Z"),
	};
	static struct sketch sketch;

	(void)state;
	own_minutes(&sketch, 2, units, 2);
	sketch.allowances[0][0].carry_cycles = 1;
	used_counter(&sketch, "minutes", sketch_day(2026, 2, 1), MINUTE);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 0);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 6 * MINUTE), pack, 1);
	/* February's until the end of March, March's until that of April */
	assert_parts(&pricing.lines[0],
		"1 free pack.minutes, 1 free @balance.april, 2 free pack.minutes, 1 free @balance.may, 1 @11");
	sketch_end(&sketch);
}

static void
only_whole_steps_are_taken(void **state)
{
	const struct own_units units[] = {
		own("a", 179, NULL),
		own("b", MINUTE, NULL),
	};
	static struct sketch sketch;
	struct tariff *tariff = own_minutes(&sketch, 0, units, 2);

	(void)state;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 4 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "2 free @balance.a, 1 free @balance.b, 1 @11");
	assert_used(&pricing, 0, "a", 2 * MINUTE);
	tariff->has_first = true;
	tariff->first = (struct step){ 180, &fen_22 };
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 240), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22, 1 free @balance.a");
	sketch_end(&sketch);
}

static void
a_tariff_that_uses_nothing_uses_no_own_units_either(void **state)
{
	const struct own_units units[] = { own("a", 1000, NULL) };
	static struct sketch sketch;
	struct tariff *tariff = own_minutes(&sketch, 4, units, 1);

	(void)state;
	tariff->uses_own = false;
	tariff->use_count = 0;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 2 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "2 @11");
	assert_int_equal(pricing.consumption_count, 0);
	sketch_end(&sketch);
}

static void
a_tariff_without_a_price_is_paid_by_own_units(void **state)
{
	const struct own_units units[] = { own("a", 3 * MINUTE, NULL) };
	static struct sketch sketch;
	struct tariff *tariff = own_minutes(&sketch, 1, units, 1);

	(void)state;
	tariff->refuse = TEXT("none_left");
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 4 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "1 free pack.minutes, 3 free @balance.a");
	pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", 5 * MINUTE), pack, 1, REFUSED_UNITS);
	assert_nearest(&pricing, "local", "units", "5", "4");
	sketch_end(&sketch);
}

/* A tariff by another unit takes of them what it converts, if that is whole. */
static void
what_is_converted_draws_units_of_the_service(void **state)
{
	const struct own_units units[] = { own("a", 150, NULL) };
	static const struct convert minute = { 60, 1024 }, odd = { 60, 7 };
	static struct sketch sketch;
	struct tariff *tariff = own_minutes(&sketch, 0, units, 1);

	(void)state;
	tariff->use_count = 0;
	tariff->convert = &minute;
	tariff->next.size = 1024;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 3 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "2 free @balance.a, 1 @11");
	assert_used(&pricing, 0, "a", 2 * MINUTE);
	tariff->convert = &odd;
	tariff->next.size = 1;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "7 @11");
	sketch_end(&sketch);
}

/* An event that goes on: what came later does not pay for what was paid before. */
static void
what_was_settled_is_not_paid_again(void **state)
{
	struct own_units units[] = { own("a", 10 * MINUTE, NULL) };
	static struct sketch sketch;

	(void)state;
	own_minutes(&sketch, 0, units, 1);
	sketch.settled = 2 * MINUTE;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "2 @11, 3 free @balance.a");
	/* what it took before is there for all of it */
	units[0].used = MINUTE;
	units[0].left = MINUTE;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "1 free @balance.a, 1 @11, 1 free @balance.a, 2 @11");
	assert_used(&pricing, 0, "a", 2 * MINUTE);
	/* all was settled, and some of it in the middle of a minute */
	sketch.settled = 5 * MINUTE;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "1 free @balance.a, 4 @11");
	sketch.settled = 61;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "1 free @balance.a, 1 @11, 1 free @balance.a, 2 @11");
	/* what it took lies where it took it */
	units[0].since = 2 * MINUTE;
	units[0].used = 2 * MINUTE;
	units[0].left = 0;
	sketch.settled = 4 * MINUTE;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 6 * MINUTE), pack, 1);
	assert_parts(&pricing.lines[0], "2 @11, 2 free @balance.a, 2 @11");
	assert_used(&pricing, 0, "a", 2 * MINUTE);
	sketch_end(&sketch);
}

/* Bytes happen all at once, and are settled by their number. */
static void
what_does_not_last_is_settled_by_its_number(void **state)
{
	const struct own_units units[] = { own("a", 1000, NULL) };
	static struct sketch sketch;
	struct usage usage = call("2026-03-10T12:00:00Z", 40);

	(void)state;
	own_minutes(&sketch, 0, units, 1)->next.size = 10;
	sketch.services[0].unit = UNIT_BYTE;
	usage.unit = UNIT_BYTE;
	sketch.settled = 15;
	struct pricing pricing = priced(&sketch, usage, pack, 1);
	assert_parts(&pricing.lines[0], "2 @11, 2 free @balance.a");
	assert_int_equal(pricing.consumptions[0].unit, UNIT_BYTE);
	assert_used(&pricing, 0, "a", 20);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_first_goes_first),
		cmocka_unit_test(what_is_carried_over_ends_with_the_last_cycle_that_it_serves),
		cmocka_unit_test(only_whole_steps_are_taken),
		cmocka_unit_test(a_tariff_that_uses_nothing_uses_no_own_units_either),
		cmocka_unit_test(a_tariff_without_a_price_is_paid_by_own_units),
		cmocka_unit_test(what_is_converted_draws_units_of_the_service),
		cmocka_unit_test(what_was_settled_is_not_paid_again),
		cmocka_unit_test(what_does_not_last_is_settled_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

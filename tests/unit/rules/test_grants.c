/*
 * What allowances give: carried over, and by day in the month in which they begin. Random months of
 * calls are held against a walk that keeps a purse for each month.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

#define ROUNDS 300
#define MONTHS 12

static struct allowance *
carrying(struct sketch *sketch, uint8_t cycles)
{
	minutes(sketch);
	sketch->allowances[0][0].carry_cycles = cycles;
	return &sketch->allowances[0][0];
}

static void
what_is_left_serves_the_next_month_before_its_own(void **state)
{
	static struct sketch sketch;

	(void)state;
	carrying(&sketch, 1);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 298 * 60);
	used_counter(&sketch, "minutes", sketch_day(2026, 4, 1), 299 * 60);
	struct pricing pricing = priced(&sketch, call("2026-04-10T12:00:00Z", 5 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "3 free pack.minutes, 2 @11");
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(pricing.consumptions[0].name.cycle, sketch_day(2026, 3, 1));
	assert_int_equal(pricing.consumptions[0].used_after, 300 * 60);
	assert_int_equal(pricing.consumptions[1].name.cycle, sketch_day(2026, 4, 1));
	/* on 1 May March's is gone, and April's goes first */
	pricing = priced(&sketch, call("2026-05-01T00:00:00+08:00", 2 * 60), pack, 1);
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(pricing.consumptions[0].name.cycle, sketch_day(2026, 4, 1));
	assert_int_equal(pricing.consumptions[0].used_after, 300 * 60);
	assert_int_equal(pricing.consumptions[1].used_after, 60);
	sketch_end(&sketch);
}

static void
a_call_over_the_end_of_a_month_changes_its_pools(void **state)
{
	static struct sketch sketch;

	(void)state;
	carrying(&sketch, 1);
	used_counter(&sketch, "minutes", sketch_day(2026, 2, 1), 300 * 60);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 296 * 60);
	struct pricing pricing = priced(
		&sketch, call("2026-03-31T23:58:00+08:00", 6 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "6 free pack.minutes");
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(pricing.consumptions[0].used_after, 300 * 60);
	assert_int_equal(pricing.consumptions[1].used_after, 2 * 60);
	sketch_end(&sketch);
}

static void
nothing_is_carried_from_before_it_was_held(void **state)
{
	static struct sketch sketch;
	struct holding held[] = { HELD("pack") };

	(void)state;
	carrying(&sketch, 3);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 300 * 60);
	held[0].from_ms = sketch_at("2026-03-01T00:00:00+08:00");
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), held, 1);
	assert_parts(&pricing.lines[0], "1 @11");
	held[0].from_ms--;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), held, 1);
	assert_parts(&pricing.lines[0], "1 free pack.minutes");
	assert_int_equal(pricing.consumptions[0].name.cycle, sketch_day(2026, 2, 1));
	sketch_end(&sketch);
}

static void
the_version_of_a_month_says_how_much_it_gave(void **state)
{
	static struct sketch sketch;
	const int64_t change = sketch_at("2026-04-01T00:00:00+08:00");

	(void)state;
	carrying(&sketch, 1);
	sketch.packages[0].till_ms = change;
	sketch.packages[0].from_ms = sketch_at("2026-03-01T00:00:00+08:00");
	struct package *later = sketch_package(&sketch, "pack", 1, change, INT64_MAX);
	sketch_tariff(&sketch, later, "local", 60, &fen_7)->use_count = 1;
	sketch_allowance(&sketch, later, "minutes", 60)->carry_cycles = 1;
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 298 * 60);
	struct pricing pricing = priced(&sketch, call("2026-04-10T12:00:00Z", 300), pack, 1);
	assert_parts(&pricing.lines[0], "3 free pack.minutes, 2 @7");
	/* and before the first there was nothing */
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), pack, 1);
	assert_parts(&pricing.lines[0], "2 free pack.minutes, 3 @11");
	sketch_end(&sketch);
}

static void
the_first_month_gives_the_part_of_its_days(void **state)
{
	static struct sketch sketch;
	struct holding held[] = { HELD("pack") };
	struct allowance *allowance = carrying(&sketch, 0);

	(void)state;
	allowance->first_by_day = true;
	held[0].from_ms = sketch_at("2026-03-10T18:00:00+08:00");
	/* 300 × 22/31 = 212.9 */
	struct pricing pricing = priced(&sketch, call("2026-03-11T00:00:00Z", 300 * 60), held, 1);
	assert_parts(&pricing.lines[0], "212 free pack.minutes, 88 @11");
	pricing = priced(&sketch, call("2026-04-11T00:00:00Z", 300 * 60), held, 1);
	assert_parts(&pricing.lines[0], "300 free pack.minutes");
	allowance->carry_cycles = 1;
	pricing = priced(&sketch, call("2026-04-11T00:00:00Z", 600 * 60), held, 1);
	assert_parts(&pricing.lines[0], "512 free pack.minutes, 88 @11");
	allowance->first_by_day = false;
	pricing = priced(&sketch, call("2026-03-11T00:00:00Z", 400 * 60), held, 1);
	assert_parts(&pricing.lines[0], "300 free pack.minutes, 100 @11");
	sketch_end(&sketch);
}

static void
note_cycle(void *context, const struct counter_name *name)
{
	int32_t *cycles = context;

	cycles[++cycles[0]] = name->cycle;
}

static void
counters_of_earlier_cycles_are_named_ahead(void **state)
{
	static struct sketch sketch;
	int32_t cycles[8] = { 0 };

	(void)state;
	carrying(&sketch, 2);
	priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	rate_counters(
		&sketch.image, 0, pack, sketch_at("2026-03-10T12:00:00Z"), note_cycle, cycles);
	assert_int_equal(cycles[0], 3);
	assert_int_equal(cycles[1], sketch_day(2026, 3, 1));
	assert_int_equal(cycles[3], sketch_day(2026, 1, 1));
	/* there is no time before the first cycle */
	priced(&sketch, call("1900-01-01T00:00:00Z", 60), pack, 1);
	sketch_end(&sketch);
}

/* Takes a minute from the earliest month that still serves; false if all are empty. */
static bool
purse_take(int64_t purses[MONTHS], int month, int carry)
{
	for (int i = month > carry ? month - carry : 0; i <= month; i++)
		if (purses[i] >= 60) {
			purses[i] -= 60;
			return true;
		}
	return false;
}

static void
months_of_calls_empty_purses_as_a_walk_does(void **state)
{
	static struct sketch sketch;
	uint64_t seed = 20261122;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t purses[MONTHS];
		int carry = round % 4;
		struct allowance *allowance = carrying(&sketch, (uint8_t)carry);
		struct holding held[] = { HELD("pack") };

		held[0].from_ms = sketch_at("2026-01-01T00:00:00+08:00");
		for (int month = 0; month < MONTHS; month++) {
			purses[month] = allowance->amount;
			used_counter(&sketch, "minutes", sketch_day(2026, month + 1, 1), 0);
		}
		int64_t ms = held[0].from_ms;
		while (ms < sketch_at("2026-12-25T00:00:00+08:00")) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			struct usage usage = call("2026-01-01T00:00:00Z", 0);
			int64_t paid = 0;

			usage.at_ms = ms;
			usage.quantity = (int64_t)(seed >> 33) % 20000;
			ms += (int64_t)(seed >> 40) % (9 * DAY_MS);
			struct pricing pricing = priced(&sketch, usage, held, 1);
			for (int64_t done = 0; done < usage.quantity; done += 60) {
				int64_t at = usage.at_ms + done * SECOND_MS + 8 * HOUR_MS;
				struct date date = date_of_day(floor_divide(at, DAY_MS));
				paid += !purse_take(purses, date.month - 1, carry);
			}
			assert_int_equal(pricing.amount.micros, paid * 11 * FEN);
			for (int month = 0; month < MONTHS; month++)
				sketch.counters[month].used = allowance->amount - purses[month];
			for (size_t i = 0; i < pricing.consumption_count; i++) {
				const struct consumption *one = &pricing.consumptions[i];
				int month = date_of_day(one->name.cycle).month - 1;
				assert_int_equal(one->used_after, sketch.counters[month].used);
			}
			arena_clear(&sketch.arena);
		}
		sketch_end(&sketch);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_serves_the_next_month_before_its_own),
		cmocka_unit_test(a_call_over_the_end_of_a_month_changes_its_pools),
		cmocka_unit_test(nothing_is_carried_from_before_it_was_held),
		cmocka_unit_test(the_version_of_a_month_says_how_much_it_gave),
		cmocka_unit_test(the_first_month_gives_the_part_of_its_days),
		cmocka_unit_test(counters_of_earlier_cycles_are_named_ahead),
		cmocka_unit_test(months_of_calls_empty_purses_as_a_walk_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

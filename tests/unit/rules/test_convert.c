/*
 * Conversions between units: what a tariff, an allowance and a limit do with usage that is counted
 * in another unit, and random conversions whose every step is priced a second time by a walk from
 * step to step, over events that follow one another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "walked.h"

#define KB INT64_C(1024)
#define MB (1024 * KB)
#define WORLDS 400
#define EVENTS_EACH 25

static const struct convert minute_is_mb = { 60, MB };
static const struct convert minute_is_two_mb = { 60, 2 * MB };
static const struct money a_hundredth_fen = { FEN / 100 };

/* A minute is a MB, of which each KB costs a hundredth of a fen. */
static struct tariff *
converted(struct sketch *sketch)
{
	sketch_begin(sketch, "Asia/Shanghai");
	struct package *package = sketch_package(sketch, "pack", 1, ALL_TIME);
	struct tariff *tariff = sketch_tariff(sketch, package, "beyond", KB, &a_hundredth_fen);

	tariff->convert = &minute_is_mb;
	tariff->round_step = FEN;
	tariff->round_mode = ROUND_UP;
	return tariff;
}

/* So many bytes are free, by a conversion. */
static void
with_free_bytes(struct sketch *sketch, int64_t amount, const struct convert *convert)
{
	struct allowance *allowance = sketch_allowance(
		sketch, &sketch->packages[0], "free", amount);

	allowance->convert = convert;
	allowance->unit = UNIT_BYTE;
	sketch->tariffs[0][0].use_count = 1;
}

static void
a_unit_that_has_begun_is_converted_whole(void **state)
{
	static struct sketch sketch;

	(void)state;
	converted(&sketch);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 65), pack, 1);
	assert_int_equal(pricing.lines[0].part_count, 1);
	assert_int_equal(pricing.lines[0].parts[0].units, 2048);
	assert_int_equal(pricing.amount.micros, 21 * FEN);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.lines[0].parts[0].units, 1024);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 1), pack, 1);
	assert_int_equal(pricing.lines[0].parts[0].units, 1024);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 0), pack, 1);
	assert_int_equal(pricing.lines[0].part_count, 0);
	assert_int_equal(pricing.amount.micros, 0);
	sketch_end(&sketch);
}

static void
steps_are_counted_not_walked(void **state)
{
	static struct sketch sketch;

	(void)state;
	converted(&sketch);
	/* two hundred years; a walk over its steps would not end while the test runs */
	sketch.tariffs[0][0].convert = &(struct convert){ 60, INT64_C(1) << 40 };
	sketch.tariffs[0][0].next.prices = &(struct money){ 1 };
	struct pricing pricing = priced(
		&sketch, call("1990-01-01T00:00:00Z", INT64_C(6000000000)), pack, 1);
	assert_int_equal(pricing.lines[0].parts[0].units, INT64_C(100000000) << 30);
	sketch_end(&sketch);
}

static void
an_allowance_pays_for_a_part_of_what_a_unit_is_converted_to(void **state)
{
	static struct sketch sketch;

	(void)state;
	converted(&sketch);
	with_free_bytes(&sketch, MB + MB / 2, &minute_is_mb);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 65), pack, 1);
	assert_int_equal(pricing.lines[0].part_count, 2);
	assert_int_equal(pricing.lines[0].parts[0].units, 1536);
	assert_text(pricing.lines[0].parts[0].allowance, "pack.free");
	assert_int_equal(pricing.lines[0].parts[1].units, 512);
	assert_int_equal(pricing.amount.micros, 6 * FEN);
	assert_int_equal(pricing.consumption_count, 1);
	assert_int_equal(pricing.consumptions[0].used_after, MB + MB / 2);
	assert_int_equal(pricing.consumptions[0].unit, UNIT_BYTE);
	sketch_end(&sketch);
}

static void
what_each_converts_to_may_differ(void **state)
{
	static struct sketch sketch;

	(void)state;
	converted(&sketch);
	with_free_bytes(&sketch, 3 * MB, &minute_is_two_mb);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_int_equal(pricing.lines[0].parts[0].units, 1536);
	assert_int_equal(pricing.lines[0].parts[1].units, 512);
	assert_int_equal(pricing.consumptions[0].used_after, 3 * MB);
	sketch_end(&sketch);
}

static void
an_allowance_of_another_unit_pays_for_steps_of_the_service(void **state)
{
	static struct sketch sketch;

	(void)state;
	minutes(&sketch);
	sketch.allowances[0][0] = (struct allowance){ .id = TEXT("free"),
		.zones = ALL_ZONES,
		.convert = &minute_is_mb,
		.amount = 3 * MB + MB / 2,
		.unit = UNIT_BYTE,
		.every = CYCLE_MONTH };
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 250), pack, 1);
	assert_parts(&pricing.lines[0], "3 free pack.free, 2 @11");
	assert_int_equal(pricing.consumptions[0].used_after, 3 * MB);
	assert_int_equal(pricing.consumptions[0].unit, UNIT_BYTE);
	sketch_end(&sketch);
}

static void
a_unit_belongs_to_the_band_in_which_it_begins_with_all_its_steps(void **state)
{
	static struct sketch sketch;
	static const struct money prices[] = { { 2 * FEN }, { 1 * FEN } };
	static const struct convert minute_is_three = { 60, 3 };

	(void)state;
	struct tariff *tariff = converted(&sketch);
	tariff->convert = &minute_is_three;
	tariff->next = (struct step){ 1, prices };
	banded(tariff, day_night(&sketch));
	struct pricing pricing = priced(&sketch, call("2026-03-18T20:58:30+08:00", 200), pack, 1);
	assert_parts(&pricing.lines[0], "6 day @2, 6 night @1");
	sketch_end(&sketch);
}

static void
tiers_count_what_is_converted(void **state)
{
	static struct sketch sketch;
	static const struct tier list[] = { { 5 * MB, &fen_22 }, { INT64_MAX, &fen_7 } };
	static struct tiers tiers = { .list = list, .count = 2 };

	(void)state;
	struct tariff *tariff = converted(&sketch);
	struct meter *meter = sketch_meter(&sketch, &sketch.packages[0], "paid", false);
	meter->unit = UNIT_BYTE;
	tiers.counted = meter;
	tariff->tiers = &tiers;
	tariff->next.size = MB / 2;
	used_counter(&sketch, "paid", sketch_day(2026, 3, 1), 3 * MB + MB / 2);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_parts(&pricing.lines[0], "3 @22 tier 1, 1 @7 tier 2");
	assert_int_equal(pricing.consumptions[0].used_after, 5 * MB + MB / 2);
	assert_int_equal(pricing.consumptions[0].unit, UNIT_BYTE);
	sketch_end(&sketch);
}

static void
a_limit_counts_what_has_begun_converted(void **state)
{
	static struct sketch sketch;
	static struct serve serves[] = { { .zones = ALL_ZONES, .convert = &minute_is_mb } };
	static struct limit limit = { .amount = 3 * MB, .serves = serves, .serve_count = 1 };

	(void)state;
	minutes(&sketch);
	struct meter *meter = sketch_meter(&sketch, &sketch.packages[0], "enough", false);
	meter->unit = UNIT_BYTE;
	limit.meter = meter;
	sketch.packages[0].limits = &limit;
	sketch.packages[0].limit_count = 1;
	used_counter(&sketch, "enough", sketch_day(2026, 3, 1), 3 * MB - 1);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 61), pack, 1);
	assert_int_equal(pricing.consumption_count, 2);
	for (size_t i = 0; i < 2; i++)
		if (text_equal(pricing.consumptions[i].name.allowance, TEXT("enough"))) {
			assert_int_equal(pricing.consumptions[i].used_after, 5 * MB - 1);
			assert_int_equal(pricing.consumptions[i].unit, UNIT_BYTE);
		}
	sketch.counters[0].used = 3 * MB;
	refused(&sketch, call("2026-03-10T12:00:00Z", 1), pack, 1, REFUSED_LIMIT);
	sketch_end(&sketch);
}

static void
more_than_can_be_counted_is_refused(void **state)
{
	static struct sketch sketch;
	static const struct convert much = { 1, INT64_C(1) << 40 };

	(void)state;
	struct tariff *tariff = converted(&sketch);
	tariff->convert = &much;
	tariff->next.size = 1;
	refused(&sketch, call("2026-03-10T12:00:00Z", INT64_C(1) << 24), pack, 1, REFUSED_OVERFLOW);
	sketch_end(&sketch);
}

/* --- random conversions --- */

/* One tariff, its allowance and tiers over a month, and what the walk counts of them. */
struct world {
	struct sketch sketch;
	struct tariff *tariff;
	struct convert paid, given;
	int64_t draws; /* of a step, from the allowance */
	int64_t free_amount;
	struct money prices[2][2];
	struct tier list[2];
	struct tiers tiers;
};

static struct world world;

/* What a step draws, and a conversion that says so. */
static void
make_allowance(struct package *package)
{
	int64_t steps = world.tariff->convert == NULL ? 1 : world.paid.as / world.tariff->next.size;
	int64_t times = random_below(3) + 1;

	world.draws = random_below(9) + 1;
	world.free_amount = random_below(60) * world.draws + random_below(5) + 1;
	world.given = (struct convert){ world.paid.each * times, world.draws * steps * times };
	struct allowance *allowance = sketch_allowance(
		&world.sketch, package, "free", world.free_amount);
	allowance->convert = &world.given;
	if (world.tariff->convert == NULL && random_below(2) == 0) {
		allowance->convert = NULL;
		world.draws = world.tariff->next.size;
	}
	world.tariff->use_count = 1;
}

static void
make_world(void)
{
	struct sketch *sketch = &world.sketch;

	sketch_begin(sketch, "Asia/Shanghai");
	struct package *package = sketch_package(sketch, "pack", 1, ALL_TIME);
	for (size_t i = 0; i < 4; i++)
		world.prices[i / 2][i % 2].micros = random_below(5000);
	world.tariff = sketch_tariff(sketch, package, "t", random_below(100) + 1, world.prices[0]);
	world.paid.each = world.tariff->next.size;
	world.paid.as = world.tariff->next.size;
	if (random_below(4) != 0) {
		world.paid.each = random_below(90) + 1;
		world.paid.as = world.tariff->next.size * (random_below(6) + 1);
		world.tariff->convert = &world.paid;
	}
	if (random_below(2) == 0)
		banded(world.tariff, day_night(sketch));
	world.free_amount = 0;
	if (random_below(4) != 0)
		make_allowance(package);
	world.tiers.count = 0;
	if (random_below(2) == 0) {
		world.list[0] = (struct tier){ (random_below(50) + 1) * world.tariff->next.size,
			world.prices[0] };
		world.list[1] = (struct tier){ INT64_MAX, world.prices[1] };
		world.tiers = (struct tiers){ .list = world.list,
			.count = 2,
			.counted = sketch_meter(sketch, package, "paid", false) };
		world.tariff->tiers = &world.tiers;
	}
}

/* One step of what is converted, which begins at `ms`. */
static int64_t
walk_step(uint32_t band, int32_t cycle)
{
	if (world.free_amount > 0) {
		struct sketch_counter *counter = counter_of(&world.sketch, "free", cycle);

		if (world.free_amount - counter->used >= world.draws) {
			counter->used += world.draws;
			return 0;
		}
	}
	if (world.tiers.count == 0)
		return world.prices[0][band].micros;
	struct sketch_counter *counted = counter_of(&world.sketch, "paid", cycle);
	const struct tier *tier = &world.list[counted->used >= world.list[0].up_to];
	counted->used += world.tariff->next.size;
	return tier->prices[band].micros;
}

static int64_t
walk_event(const struct usage *usage)
{
	int64_t steps = world.paid.as / world.tariff->next.size;
	int64_t sum = 0;

	for (int64_t done = 0; done < usage->quantity; done += world.paid.each) {
		int64_t local = usage->at_ms + done * SECOND_MS + 8 * HOUR_MS;
		int64_t hour = floor_divide(local, HOUR_MS) % 24;
		struct date date = date_of_day(floor_divide(local, DAY_MS));
		int32_t cycle = (int32_t)day_of_date((struct date){ date.year, date.month, 1 });
		uint32_t band = world.tariff->calendar != NULL && (hour < 7 || hour >= 21);

		for (int64_t i = 0; i < steps; i++)
			sum += walk_step(band, cycle);
	}
	return sum;
}

static void
conversions_price_every_step_as_a_walk_does(void **state)
{
	(void)state;
	assert_worlds_priced_as(walk_event, make_world, &world.sketch, WORLDS, EVENTS_EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unit_that_has_begun_is_converted_whole),
		cmocka_unit_test(steps_are_counted_not_walked),
		cmocka_unit_test(an_allowance_pays_for_a_part_of_what_a_unit_is_converted_to),
		cmocka_unit_test(what_each_converts_to_may_differ),
		cmocka_unit_test(an_allowance_of_another_unit_pays_for_steps_of_the_service),
		cmocka_unit_test(a_unit_belongs_to_the_band_in_which_it_begins_with_all_its_steps),
		cmocka_unit_test(tiers_count_what_is_converted),
		cmocka_unit_test(a_limit_counts_what_has_begun_converted),
		cmocka_unit_test(more_than_can_be_counted_is_refused),
		cmocka_unit_test(conversions_price_every_step_as_a_walk_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

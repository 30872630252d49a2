/*
 * Tiers of a price: what each kind does with an event, and random tariffs whose every unit is
 * priced a second time by a walk from unit to unit, over events that follow one another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "walked.h"

#define WORLDS 400
#define EVENTS_EACH 30
#define TIERS_MAX 5

/* Edges at 5 and 8 minutes: 22, then 11, then 7. */
static const struct tier three_tiers[] = { { 5 * 60, &fen_22 }, { 8 * 60, &fen_11 },
	{ INT64_MAX, &fen_7 } };
static struct tiers some_tiers;

/* A minute costs by three tiers; `every` false: of each event. */
static struct tariff *
tiered(struct sketch *sketch, bool volume, bool every)
{
	sketch_begin(sketch, "Asia/Shanghai");
	struct package *package = sketch_package(sketch, "pack", 1, ALL_TIME);
	struct tariff *tariff = sketch_tariff(sketch, package, "local", 60, &fen_22);

	some_tiers = (struct tiers){ .list = three_tiers, .count = 3, .volume = volume };
	if (every)
		some_tiers.counted = sketch_meter(sketch, package, "local", false);
	if (every && volume)
		some_tiers.charged = sketch_meter(sketch, package, "local.charged", true);
	tariff->tiers = &some_tiers;
	return tariff;
}

static void
graduated_units_have_the_price_of_the_tier_they_begin_in(void **state)
{
	static struct sketch sketch;

	(void)state;
	tiered(&sketch, false, true);
	used_counter(&sketch, "local", sketch_day(2026, 3, 1), 4 * 60);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 6 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22 tier 1, 3 @11 tier 2, 2 @7 tier 3");
	assert_int_equal(pricing.amount.micros, (22 + 33 + 14) * FEN);
	assert_int_equal(pricing.consumption_count, 1);
	assert_text(pricing.consumptions[0].name.allowance, "local");
	assert_int_equal(pricing.consumptions[0].used_after, 10 * 60);
	assert_false(pricing.consumptions[0].money);
	/* the edge lies within a unit: it belongs to where it begins */
	sketch.counters[0].used = 4 * 60 + 59;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 2 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22 tier 1, 1 @11 tier 2");
	sketch.counters[0].used = 8 * 60;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 2 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "2 @7 tier 3");
	sketch_end(&sketch);
}

static void
tiers_of_an_event_ask_no_counter(void **state)
{
	static struct sketch sketch;

	(void)state;
	tiered(&sketch, false, false);
	struct pricing pricing = priced(&sketch, call("2026-03-31T15:58:00Z", 9 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "5 @22 tier 1, 3 @11 tier 2, 1 @7 tier 3");
	assert_int_equal(pricing.consumption_count, 0);
	assert_int_equal(sketch.counter_reads, 0);
	some_tiers.volume = true;
	pricing = priced(&sketch, call("2026-03-31T15:58:00Z", 9 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "9 @7 tier 3");
	pricing = priced(&sketch, call("2026-03-31T15:58:00Z", 8 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "8 @11 tier 2");
	pricing = priced(&sketch, call("2026-03-31T15:58:00Z", 5 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "5 @22 tier 1");
	sketch_end(&sketch);
}

static void
only_what_is_paid_is_counted(void **state)
{
	static struct sketch sketch;
	struct tariff *tariff = tiered(&sketch, false, true);

	(void)state;
	sketch_allowance(&sketch, &sketch.packages[0], "minutes", 3 * 60);
	tariff->use_count = 1;
	used_counter(&sketch, "local", sketch_day(2026, 3, 1), 4 * 60);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 5 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "3 free pack.minutes, 1 @22 tier 1, 1 @11 tier 2");
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(pricing.consumptions[1].used_after, 6 * 60);
	sketch_end(&sketch);
}

static void
a_first_step_keeps_its_price_and_counts(void **state)
{
	static struct sketch sketch;
	struct tariff *tariff = tiered(&sketch, false, true);

	(void)state;
	tariff->has_first = true;
	tariff->first = (struct step){ 180, &fen_1 };
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 6 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "1 @1, 2 @22 tier 1, 1 @11 tier 2");
	assert_int_equal(pricing.consumptions[0].used_after, 6 * 60);
	some_tiers.volume = true;
	some_tiers.counted = NULL;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 6 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "1 @1, 3 @11 tier 2");
	sketch_end(&sketch);
}

static void
volume_over_a_cycle_charges_the_difference_and_never_gives_back(void **state)
{
	static struct sketch sketch;

	(void)state;
	tiered(&sketch, true, true);
	used_counter(&sketch, "local", sketch_day(2026, 3, 1), 5 * 60);
	used_counter(&sketch, "local.charged", sketch_day(2026, 3, 1), 110 * FEN);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	/* 6 × 11 is less than the 110 that were charged */
	assert_parts(&pricing.lines[0], "1 @11 tier 2");
	assert_int_equal(pricing.lines[0].recount.micros, -55 * FEN);
	assert_int_equal(pricing.amount.micros, 0);
	assert_int_equal(pricing.consumption_count, 1);
	assert_int_equal(pricing.consumptions[0].used_after, 6 * 60);
	/* 17 × 7 = 119 */
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 12 * 60), pack, 1);
	assert_parts(&pricing.lines[0], "12 @7 tier 3");
	assert_int_equal(pricing.lines[0].recount.micros, (35 - 110) * FEN);
	assert_int_equal(pricing.amount.micros, 9 * FEN);
	assert_int_equal(pricing.consumption_count, 2);
	assert_true(pricing.consumptions[1].money);
	assert_int_equal(pricing.consumptions[1].used_after, 119 * FEN);
	sketch_end(&sketch);
}

static void
volume_tiers_make_a_line_for_each_cycle(void **state)
{
	static struct sketch sketch;

	(void)state;
	tiered(&sketch, true, true);
	used_counter(&sketch, "local", sketch_day(2026, 3, 1), 4 * 60);
	used_counter(&sketch, "local.charged", sketch_day(2026, 3, 1), 88 * FEN);
	struct pricing pricing = priced(
		&sketch, call("2026-03-31T23:58:30+08:00", 5 * 60), pack, 1);
	assert_int_equal(pricing.line_count, 2);
	assert_parts(&pricing.lines[0], "2 @11 tier 2");
	assert_int_equal(pricing.lines[0].amount.micros, 0);
	assert_parts(&pricing.lines[1], "3 @22 tier 1");
	assert_int_equal(pricing.lines[1].amount.micros, 66 * FEN);
	assert_int_equal(pricing.consumption_count, 3);
	sketch_end(&sketch);
}

static void
nothing_used_counts_and_costs_nothing(void **state)
{
	static struct sketch sketch;

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		tiered(&sketch, kind / 2 == 1, kind % 2 == 1);
		struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 0), pack, 1);
		assert_int_equal(pricing.line_count, 1);
		assert_int_equal(pricing.lines[0].part_count, 0);
		assert_int_equal(pricing.amount.micros, 0);
		assert_int_equal(pricing.consumption_count, 0);
		sketch_end(&sketch);
	}
}

static void
a_counter_that_can_hold_no_more_refuses(void **state)
{
	static struct sketch sketch;

	(void)state;
	for (int volume = 0; volume < 2; volume++) {
		tiered(&sketch, volume == 1, true);
		used_counter(&sketch, "local", sketch_day(2026, 3, 1), INT64_MAX - 59);
		struct pricing pricing = refused(
			&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1, REFUSED_OVERFLOW);
		assert_nearest(&pricing, "local", "amount", "", "");
		sketch_end(&sketch);
	}
}

static void
counters_of_tiers_are_named_ahead(void **state)
{
	static struct sketch sketch;

	(void)state;
	tiered(&sketch, true, true);
	priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(counters_told(&sketch), 2);
	sketch_end(&sketch);
}

/* --- random tariffs --- */

/* One tariff with tiers, its counters, and what the walk says of them. */
struct world {
	struct sketch sketch;
	struct tariff *tariff;
	struct tiers tiers;
	struct tier list[TIERS_MAX];
	struct money prices[TIERS_MAX + 1][2];
	int64_t free_amount; /* of the allowance; 0: none */
};

static struct world world;

static void
make_tiers(struct package *package)
{
	struct tiers *tiers = &world.tiers;
	int64_t size = world.tariff->next.size;
	int64_t edge = 0;

	*tiers = (struct tiers){ .list = world.list,
		.count = (uint32_t)random_below(TIERS_MAX) + 1 };
	tiers->volume = random_below(2) == 0;
	if (random_below(2) == 0)
		tiers->counted = sketch_meter(&world.sketch, package, "t", false);
	if (tiers->volume && tiers->counted != NULL)
		tiers->charged = sketch_meter(&world.sketch, package, "t.charged", true);
	for (uint32_t i = 0; i < tiers->count; i++) {
		edge += (random_below(30) + 1) * size;
		world.list[i].up_to = i + 1 == tiers->count ? INT64_MAX : edge;
		world.list[i].prices = world.prices[i];
	}
	world.tariff->tiers = tiers;
}

static void
make_world(void)
{
	struct sketch *sketch = &world.sketch;

	sketch_begin(sketch, "Asia/Shanghai");
	for (size_t i = 0; i <= TIERS_MAX; i++)
		for (size_t j = 0; j < 2; j++)
			world.prices[i][j].micros = random_below(5000);
	struct package *package = sketch_package(sketch, "pack", 1, ALL_TIME);
	world.tariff = sketch_tariff(
		sketch, package, "local", random_below(90) + 10, world.prices[0]);
	make_tiers(package);
	if (world.tiers.charged == NULL) {
		world.tariff->setup.micros = random_below(2) * 3000;
		if (random_below(2) == 0)
			banded(world.tariff, day_night(sketch));
		world.tariff->has_first = random_below(2) == 0;
		world.tariff->first = (struct step){ random_below(200) + 1,
			world.prices[TIERS_MAX] };
	}
	if (random_below(2) == 0) {
		world.tariff->round_step = FEN;
		world.tariff->round_mode = ROUND_HALF_UP;
	}
	world.free_amount = random_below(2) * random_below(4000);
	if (world.free_amount > 0) {
		sketch_allowance(sketch, package, "free", world.free_amount);
		world.tariff->use_count = 1;
	}
}

/* One line as the walk finds it; its units of volume tiers wait for their price. */
struct walked {
	int32_t cycle;
	int64_t amount; /* without those units */
	int64_t counted;
	int64_t waiting[2]; /* by band */
};

static struct walked lines[16];
static size_t line_count;

static struct walked *
line_of(int32_t cycle)
{
	if (world.tiers.charged == NULL)
		cycle = 0;
	for (size_t i = 0; i < line_count; i++)
		if (lines[i].cycle == cycle)
			return &lines[i];
	lines[line_count] = (struct walked){ .cycle = cycle };
	return &lines[line_count++];
}

/* The tier of a unit that begins when so much was counted; or, of a sum, that which it reaches. */
static const struct tier *
tier_at(int64_t counted, bool sum)
{
	const struct tier *tier = world.list;

	while (tier->up_to != INT64_MAX && (sum ? counted > tier->up_to : counted >= tier->up_to))
		tier++;
	return tier;
}

/* Prices the unit that begins at `ms`; returns its size. */
static int64_t
walk_unit(int64_t ms, bool first)
{
	const struct tariff *tariff = world.tariff;
	const struct step *step = first && tariff->has_first ? &tariff->first : &tariff->next;
	int64_t local = ms + 8 * HOUR_MS;
	int64_t hour = floor_divide(local, HOUR_MS) % 24;
	uint32_t band = tariff->calendar != NULL && (hour < 7 || hour >= 21);
	struct date date = date_of_day(floor_divide(local, DAY_MS));
	int32_t cycle = (int32_t)day_of_date((struct date){ date.year, date.month, 1 });
	struct walked *line = line_of(cycle);

	if (first)
		line->amount += tariff->setup.micros;
	if (world.free_amount > 0) {
		struct sketch_counter *counter = counter_of(&world.sketch, "free", cycle);

		if (world.free_amount - counter->used >= step->size) {
			counter->used += step->size;
			return step->size;
		}
	}
	bool over_cycle = !world.tiers.volume && world.tiers.counted != NULL;
	int64_t *counted = over_cycle ? &counter_of(&world.sketch, "t", cycle)->used
				      : &line->counted;
	if (step == &tariff->first)
		line->amount += step->prices[band].micros;
	else if (world.tiers.volume)
		line->waiting[band]++;
	else
		line->amount += tier_at(*counted, false)->prices[band].micros;
	*counted += step->size;
	return step->size;
}

/* What a line costs once all its units are there. */
static int64_t
finish_line(struct walked *line)
{
	const struct tiers *tiers = &world.tiers;
	struct sketch_counter *charged = NULL;
	struct money amount;

	if (tiers->charged != NULL && line->counted > 0) {
		struct sketch_counter *units = counter_of(&world.sketch, "t", line->cycle);
		int64_t price;

		units->used += line->counted;
		price = tier_at(units->used, true)->prices[0].micros;
		charged = counter_of(&world.sketch, "t.charged", line->cycle);
		line->amount = units->used / world.tariff->next.size * price - charged->used;
		if (line->amount < 0)
			line->amount = 0;
	} else if (tiers->volume) {
		const struct tier *tier = tier_at(line->counted, true);

		line->amount += line->waiting[0] * tier->prices[0].micros;
		if (line->waiting[1] > 0)
			line->amount += line->waiting[1] * tier->prices[1].micros;
	}
	amount.micros = line->amount;
	if (world.tariff->round_step > 0)
		assert_true(money_round(
			amount, world.tariff->round_step, world.tariff->round_mode, &amount));
	if (charged != NULL)
		charged->used += amount.micros;
	return amount.micros;
}

static int64_t
walk_event(const struct usage *usage)
{
	int64_t sum = 0;

	line_count = 0;
	for (int64_t done = 0; done < usage->quantity;)
		done += walk_unit(usage->at_ms + done * SECOND_MS, done == 0);
	for (size_t i = 0; i < line_count; i++)
		sum += finish_line(&lines[i]);
	return sum;
}

static void
tiers_price_every_unit_as_a_walk_does(void **state)
{
	(void)state;
	assert_worlds_priced_as(walk_event, make_world, &world.sketch, WORLDS, EVENTS_EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(graduated_units_have_the_price_of_the_tier_they_begin_in),
		cmocka_unit_test(tiers_of_an_event_ask_no_counter),
		cmocka_unit_test(only_what_is_paid_is_counted),
		cmocka_unit_test(a_first_step_keeps_its_price_and_counts),
		cmocka_unit_test(volume_over_a_cycle_charges_the_difference_and_never_gives_back),
		cmocka_unit_test(volume_tiers_make_a_line_for_each_cycle),
		cmocka_unit_test(nothing_used_counts_and_costs_nothing),
		cmocka_unit_test(a_counter_that_can_hold_no_more_refuses),
		cmocka_unit_test(counters_of_tiers_are_named_ahead),
		cmocka_unit_test(tiers_price_every_unit_as_a_walk_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

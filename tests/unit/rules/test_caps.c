#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

#define ROUNDS 20000

static struct cap caps[2];
static struct limit some_limits[1];
static struct serve voice_serves[] = { { .zones = ALL_ZONES } };

/* A minute costs 11; at most `fen` a month. */
static struct package *
capped(struct sketch *sketch, int64_t fen)
{
	minutes(sketch);
	struct package *package = &sketch->packages[0];

	caps[0] = (struct cap){ .meter = sketch_meter(sketch, package, "most", true),
		.amount = { fen * FEN } };
	package->caps = caps;
	package->cap_count = 1;
	package->allowance_count = 0;
	sketch->tariffs[0][0].use_count = 0;
	return package;
}

/* No more than `minutes_max` minutes a month. */
static struct package *
limited(struct sketch *sketch, int64_t minutes_max)
{
	minutes(sketch);
	struct package *package = &sketch->packages[0];

	some_limits[0] = (struct limit){ .meter = sketch_meter(sketch, package, "enough", false),
		.amount = minutes_max * 60,
		.serves = voice_serves,
		.serve_count = 1,
		.say = TEXT("voice.enough") };
	package->limits = some_limits;
	package->limit_count = 1;
	return package;
}

static const struct consumption *
counted(const struct pricing *pricing, const char *id)
{
	for (size_t i = 0; i < pricing->consumption_count; i++)
		if (text_equal(pricing->consumptions[i].name.allowance, text_of(id)))
			return &pricing->consumptions[i];
	fail_msg("nothing counted %s", id);
	return NULL;
}

static void
a_line_costs_no_more_than_its_cap_has_left(void **state)
{
	static struct sketch sketch;

	(void)state;
	capped(&sketch, 100);
	used_counter(&sketch, "most", sketch_day(2026, 3, 1), 80 * FEN);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.amount.micros, 11 * FEN);
	assert_int_equal(pricing.lines[0].cap.size, 0);
	assert_int_equal(counted(&pricing, "most")->used_after, 91 * FEN);
	assert_true(counted(&pricing, "most")->money);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_int_equal(pricing.amount.micros, 20 * FEN);
	assert_int_equal(pricing.lines[0].amount.micros, 20 * FEN);
	assert_int_equal(pricing.lines[0].uncapped.micros, 22 * FEN);
	assert_text(pricing.lines[0].cap, "pack.most");
	assert_parts(&pricing.lines[0], "2 @11");
	assert_int_equal(counted(&pricing, "most")->used_after, 100 * FEN);
	/* the cap was higher once */
	sketch.counters[0].used = 130 * FEN;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_int_equal(pricing.amount.micros, 0);
	assert_text(pricing.lines[0].cap, "pack.most");
	assert_int_equal(pricing.consumption_count, 0);
	sketch_end(&sketch);
}

static void
a_cap_counts_in_the_cycle_in_which_the_event_begins(void **state)
{
	static struct sketch sketch;

	(void)state;
	capped(&sketch, 100);
	used_counter(&sketch, "most", sketch_day(2026, 3, 1), 100 * FEN);
	struct pricing pricing = priced(&sketch, call("2026-03-31T23:59:00+08:00", 600), pack, 1);
	assert_int_equal(pricing.amount.micros, 0);
	pricing = priced(&sketch, call("2026-04-01T00:00:00+08:00", 600), pack, 1);
	assert_int_equal(pricing.amount.micros, 100 * FEN);
	assert_int_equal(counted(&pricing, "most")->name.cycle, sketch_day(2026, 4, 1));
	sketch_end(&sketch);
}

static void
a_cap_takes_what_was_rounded(void **state)
{
	static struct sketch sketch;

	(void)state;
	capped(&sketch, 100);
	sketch.tariffs[0][0].round_step = 10 * FEN;
	sketch.tariffs[0][0].round_mode = ROUND_UP;
	used_counter(&sketch, "most", sketch_day(2026, 3, 1), 85 * FEN);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.lines[0].uncapped.micros, 20 * FEN);
	assert_int_equal(pricing.amount.micros, 15 * FEN);
	sketch_end(&sketch);
}

static void
of_two_caps_the_one_with_less_left_binds_and_both_count(void **state)
{
	static struct sketch sketch;

	(void)state;
	struct package *package = capped(&sketch, 100);
	caps[1] = (struct cap){ .meter = sketch_meter(&sketch, package, "voice", true),
		.amount = { 30 * FEN },
		.serves = voice_serves,
		.serve_count = 1 };
	package->cap_count = 2;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
	assert_int_equal(pricing.amount.micros, 30 * FEN);
	assert_text(pricing.lines[0].cap, "pack.voice");
	assert_int_equal(pricing.lines[0].uncapped.micros, 110 * FEN);
	assert_int_equal(counted(&pricing, "most")->used_after, 30 * FEN);
	assert_int_equal(counted(&pricing, "voice")->used_after, 30 * FEN);
	/* one for another service leaves calls alone */
	voice_serves[0].service = 7;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
	voice_serves[0].service = 0;
	assert_int_equal(pricing.amount.micros, 100 * FEN);
	assert_int_equal(pricing.consumption_count, 1);
	sketch_end(&sketch);
}

static void
a_package_held_twice_caps_and_counts_once(void **state)
{
	static struct sketch sketch;
	const struct holding twice[] = { HELD("pack"), HELD("pack") };

	(void)state;
	capped(&sketch, 100);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), twice, 2);
	assert_int_equal(pricing.amount.micros, 55 * FEN);
	assert_int_equal(counted(&pricing, "most")->used_after, 55 * FEN);
	sketch_end(&sketch);
}

static void
what_is_capped_never_passes_the_cap_and_loses_nothing_below_it(void **state)
{
	static struct sketch sketch;
	uint64_t seed = 20261122;
	int64_t charged = 0, due = 0;

	(void)state;
	capped(&sketch, 3000);
	used_counter(&sketch, "most", sketch_day(2026, 3, 1), 0);
	for (int i = 0; i < ROUNDS; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (seed >> 40 & 1) { /* anew */
			sketch.counters[0].used = 0;
			charged = due = 0;
		}
		struct usage usage = call("2026-03-10T12:00:00Z", (int64_t)(seed >> 41) % 9000);
		struct pricing pricing = priced(&sketch, usage, pack, 1);
		charged += pricing.amount.micros;
		due += (usage.quantity + 59) / 60 * 11 * FEN;
		assert_int_equal(charged, due < 3000 * FEN ? due : 3000 * FEN);
		sketch.counters[0].used = charged;
		arena_clear(&sketch.arena);
	}
	sketch_end(&sketch);
}

static void
a_limit_refuses_once_it_was_reached(void **state)
{
	static struct sketch sketch;

	(void)state;
	limited(&sketch, 10);
	used_counter(&sketch, "enough", sketch_day(2026, 3, 1), 599);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), pack, 1);
	assert_parts(&pricing.lines[0], "5 free pack.minutes");
	assert_int_equal(counted(&pricing, "enough")->used_after, 899);
	assert_false(counted(&pricing, "enough")->money);
	sketch.counters[0].used = 600;
	pricing = refused(&sketch, call("2026-03-10T12:00:00Z", 300), pack, 1, REFUSED_LIMIT);
	assert_nearest(&pricing, "enough", "limit", "600", "600");
	assert_text(pricing.nearest.package, "pack");
	assert_text(pricing.nearest.say, "voice.enough");
	assert_string_equal(rate_refusal_code(pricing.refused), "LIMIT_REACHED");
	priced(&sketch, call("2026-04-10T12:00:00Z", 300), pack, 1);
	/* of another service */
	voice_serves[0].service = 7;
	priced(&sketch, call("2026-03-10T12:00:00Z", 300), pack, 1);
	voice_serves[0].service = 0;
	sketch_end(&sketch);
}

static void
a_limit_that_is_not_held_when_the_event_begins_does_not_refuse(void **state)
{
	static struct sketch sketch;
	const int64_t begin = sketch_at("2026-03-10T12:01:00Z");
	struct holding held[] = { HELD("pack") };

	(void)state;
	limited(&sketch, 10);
	used_counter(&sketch, "enough", sketch_day(2026, 3, 1), 600);
	held[0].from_ms = begin;
	refused(&sketch, call("2026-03-10T12:01:00Z", 60), held, 1, REFUSED_LIMIT);
	struct pricing pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", 120), held, 1, REFUSED_NO_TARIFF);
	assert_string_equal(pricing.nearest.condition, "date");
	sketch_end(&sketch);
}

static void
a_cold_counter_of_a_limit_is_asked_for_before_anything_is_priced(void **state)
{
	static struct sketch sketch;
	struct usage usage = call("2026-03-10T12:00:00Z", 60);
	struct pricing pricing;

	(void)state;
	limited(&sketch, 10);
	used_counter(&sketch, "enough", sketch_day(2026, 3, 1), 600);
	sketch.counters[0].cold = true;
	assert_int_equal(sketch_rate(&sketch, &usage, pack, 1, &pricing), RATE_COLD);
	assert_int_equal(sketch.counter_reads, 1);
	sketch_end(&sketch);
}

static void
counters_of_caps_and_limits_are_named_ahead(void **state)
{
	static struct sketch sketch;

	(void)state;
	capped(&sketch, 10);
	sketch.meters[0][0].service = NO_INDEX;
	priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(counters_told(&sketch), 1);
	sketch.meters[0][0].service = 7;
	assert_int_equal(counters_told(&sketch), 0);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_costs_no_more_than_its_cap_has_left),
		cmocka_unit_test(a_cap_counts_in_the_cycle_in_which_the_event_begins),
		cmocka_unit_test(a_cap_takes_what_was_rounded),
		cmocka_unit_test(of_two_caps_the_one_with_less_left_binds_and_both_count),
		cmocka_unit_test(a_package_held_twice_caps_and_counts_once),
		cmocka_unit_test(what_is_capped_never_passes_the_cap_and_loses_nothing_below_it),
		cmocka_unit_test(a_limit_refuses_once_it_was_reached),
		cmocka_unit_test(a_limit_that_is_not_held_when_the_event_begins_does_not_refuse),
		cmocka_unit_test(a_cold_counter_of_a_limit_is_asked_for_before_anything_is_priced),
		cmocka_unit_test(counters_of_caps_and_limits_are_named_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

static void
free_units_go_first_and_run_out_within_a_band(void **state)
{
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	static struct sketch sketch;
	struct tariff *tariff = minutes(&sketch);

	(void)state;
	tariff->next.prices = prices;
	banded(tariff, day_night(&sketch));
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 297 * 60);
	struct pricing pricing = priced(&sketch, call("2026-03-10T20:58:30+08:00", 250), pack, 1);
	assert_parts(&pricing.lines[0],
		"2 day free pack.minutes, 1 night free pack.minutes, 2 night @8");
	assert_int_equal(pricing.amount.micros, 16 * FEN);
	assert_int_equal(pricing.consumption_count, 1);
	assert_text(pricing.consumptions[0].name.package, "pack");
	assert_text(pricing.consumptions[0].name.allowance, "minutes");
	assert_int_equal(pricing.consumptions[0].name.cycle, sketch_day(2026, 3, 1));
	assert_int_equal(pricing.consumptions[0].used_before, 297 * 60);
	assert_int_equal(pricing.consumptions[0].used_after, 300 * 60);
	sketch_end(&sketch);
}

static void
only_whole_units_are_free(void **state)
{
	static struct sketch sketch;
	struct tariff *tariff = minutes(&sketch);

	(void)state;
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 300 * 60 - 179);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
	assert_parts(&pricing.lines[0], "2 free pack.minutes, 8 @11");
	/* the first step needs 180, the next ones fit */
	tariff->has_first = true;
	tariff->first = (struct step){ 180, &fen_22 };
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22, 2 free pack.minutes, 5 @11");
	sketch.counters[0].used = 300 * 60 - 180;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
	assert_parts(&pricing.lines[0], "1 free pack.minutes, 7 @11");
	sketch.counters[0].used = 400 * 60; /* the allowance was larger once */
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 600), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22, 7 @11");
	assert_int_equal(pricing.consumption_count, 0);
	sketch_end(&sketch);
}

static void
a_new_month_brings_a_new_allowance(void **state)
{
	static struct sketch sketch;

	(void)state;
	minutes(&sketch);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 299 * 60);
	used_counter(&sketch, "minutes", sketch_day(2026, 4, 1), 298 * 60);
	struct pricing pricing = priced(&sketch, call("2026-03-31T23:57:30+08:00", 600), pack, 1);
	/* 23:57:30 free; 23:58:30 and 23:59:30 paid; 00:00:30, 00:01:30 free, 5 more paid */
	assert_parts(&pricing.lines[0], "1 free pack.minutes, 2 @11, 2 free pack.minutes, 5 @11");
	assert_int_equal(pricing.consumption_count, 2);
	assert_int_equal(pricing.consumptions[0].used_after, 300 * 60);
	assert_int_equal(pricing.consumptions[1].name.cycle, sketch_day(2026, 4, 1));
	assert_int_equal(pricing.consumptions[1].used_after, 300 * 60);
	/* neighbours that are alike are one part, though two months paid them */
	pricing = priced(&sketch, call("2026-03-31T23:59:30+08:00", 120), pack, 1);
	assert_parts(&pricing.lines[0], "2 free pack.minutes");
	assert_int_equal(pricing.consumption_count, 2);
	sketch_end(&sketch);
}

static void
allowances_are_used_in_order(void **state)
{
	static struct sketch sketch;
	const struct holding held[] = { HELD("zplugin"), HELD("pack"), HELD("aplugin") };
	struct tariff *tariff = minutes(&sketch);
	struct package *package = &sketch.packages[0];

	(void)state;
	package->id = TEXT("pack");
	sketch_allowance(&sketch, package, "more", 120);
	sketch_allowance(&sketch, sketch_package(&sketch, "zplugin", 0, ALL_TIME), "z", 60);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 299 * 60);
	tariff->uses[0] = 1;
	tariff->uses[1] = 0;
	tariff->use_count = 2;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), held, 2);
	assert_parts(&pricing.lines[0], "2 free pack.more, 1 free pack.minutes, 2 @11");
	/* any: by layer, then as held, then as written */
	tariff->use_count = 0;
	tariff->uses_any = true;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), held, 2);
	assert_parts(&pricing.lines[0],
		"1 free zplugin.z, 1 free pack.minutes, 2 free pack.more, 1 @11");
	/* one for another service serves no call */
	sketch.allowances[1][0].service = 7;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), held, 2);
	assert_parts(&pricing.lines[0], "1 free pack.minutes, 2 free pack.more, 2 @11");
	sketch_end(&sketch);
}

static void
versions_of_a_package_share_their_counter(void **state)
{
	static struct sketch sketch;
	const int64_t change = sketch_at("2026-03-10T12:02:00Z");
	struct tariff *tariff = minutes(&sketch);
	struct package *later;

	(void)state;
	sketch.packages[0].till_ms = change;
	later = sketch_package(&sketch, "pack", 1, change, INT64_MAX);
	struct tariff *later_tariff = sketch_tariff(&sketch, later, "local", 60, &fen_7);
	sketch_allowance(&sketch, later, "minutes", 301 * 60);
	later_tariff->use_count = 1;
	tariff->next.prices = &fen_11;
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 299 * 60);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 300), pack, 1);
	assert_int_equal(pricing.line_count, 2);
	assert_parts(&pricing.lines[0], "1 free pack.minutes, 1 @11");
	assert_parts(&pricing.lines[1], "1 free pack.minutes, 2 @7");
	assert_int_equal(pricing.consumption_count, 1);
	assert_int_equal(pricing.consumptions[0].used_after, 301 * 60);
	assert_int_equal(sketch.counter_reads, 1);
	sketch_end(&sketch);
}

static void
a_cold_counter_leaves_the_pricing_untouched(void **state)
{
	static struct sketch sketch;
	struct usage usage = call("2026-03-10T12:00:00Z", 300);
	struct pricing pricing, untouched;

	(void)state;
	minutes(&sketch);
	used_counter(&sketch, "minutes", sketch_day(2026, 3, 1), 299 * 60);
	sketch.counters[0].cold = true;
	memset(&pricing, 0xaa, sizeof pricing);
	untouched = pricing;
	assert_int_equal(sketch_rate(&sketch, &usage, pack, 1, &pricing), RATE_COLD);
	assert_memory_equal(&pricing, &untouched, sizeof pricing);
	sketch_end(&sketch);
}

/* What rate_counters tells: how many, and the last. */
struct told {
	size_t count;
	struct counter_name name;
};

static void
tell(void *context, const struct counter_name *name)
{
	struct told *told = context;

	told->count++;
	told->name = *name;
}

static struct told
told_of(struct sketch *sketch, const char *service, const char *package, const char *at)
{
	struct told told = { 0 };

	rate_counters(&sketch->image, image_service(&sketch->image, text_of(service)),
		&(struct holding){ .package = text_of(package) }, sketch_at(at), tell, &told);
	return told;
}

static void
counters_are_named_ahead_of_rating(void **state)
{
	static struct sketch sketch;
	struct usage usage = call("2026-03-31T16:00:00Z", 300); /* April there */
	struct pricing pricing;

	(void)state;
	minutes(&sketch);
	sketch.packages[0].till_ms = sketch_at("2026-04-10T00:00:00Z");
	assert_int_equal(sketch_rate(&sketch, &usage, pack, 1, &pricing), RATE_DONE);
	struct told told = told_of(&sketch, "voice", "pack", "2026-03-31T16:00:00Z");
	assert_int_equal(told.count, 1);
	assert_text(told.name.package, "pack");
	assert_text(told.name.allowance, "minutes");
	assert_int_equal(told.name.cycle, pricing.consumptions[0].name.cycle);
	assert_int_equal(told.name.cycle, sketch_day(2026, 4, 1));
	assert_int_equal(told_of(&sketch, "voice", "other", "2026-03-31T16:00:00Z").count, 0);
	assert_int_equal(told_of(&sketch, "other", "pack", "2026-03-31T16:00:00Z").count, 0);
	assert_int_equal(told_of(&sketch, "voice", "pack", "2026-04-10T00:00:00Z").count, 0);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_units_go_first_and_run_out_within_a_band),
		cmocka_unit_test(only_whole_units_are_free),
		cmocka_unit_test(a_new_month_brings_a_new_allowance),
		cmocka_unit_test(allowances_are_used_in_order),
		cmocka_unit_test(versions_of_a_package_share_their_counter),
		cmocka_unit_test(a_cold_counter_leaves_the_pricing_untouched),
		cmocka_unit_test(counters_are_named_ahead_of_rating),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

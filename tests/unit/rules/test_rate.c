#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

static void
started_units_are_owed_whole(void **state)
{
	static struct sketch sketch;
	struct pricing pricing;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_tariff(&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "toll", 6, &fen_7);
	pricing = priced(&sketch, call("2026-03-10T12:00:00+08:00", 1), pack, 1);
	assert_int_equal(pricing.amount.micros, 7 * FEN);
	pricing = priced(&sketch, call("2026-03-10T12:00:00+08:00", 6), pack, 1);
	assert_int_equal(pricing.amount.micros, 7 * FEN);
	pricing = priced(&sketch, call("2026-03-10T12:00:00.999+08:00", 7), pack, 1);
	assert_int_equal(pricing.amount.micros, 14 * FEN);
	assert_int_equal(pricing.line_count, 1);
	assert_text(pricing.lines[0].package, "pack");
	assert_text(pricing.lines[0].tariff, "toll");
	assert_text(pricing.lines[0].component, "basic");
	assert_parts(&pricing.lines[0], "2 @7");
	sketch_end(&sketch);
}

static void
first_step_is_of_the_first_unit_only(void **state)
{
	static struct sketch sketch;
	struct tariff *tariff;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "local", 60, &fen_11);
	tariff->has_first = true;
	tariff->first = (struct step){ 180, &fen_22 };
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 180), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22");
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 181), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22, 1 @11");
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 3600), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22, 57 @11");
	tariff->first = (struct step){ 60, &fen_11 };
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 3600), pack, 1);
	assert_parts(&pricing.lines[0], "60 @11");
	sketch_end(&sketch);
}

static void
a_unit_belongs_to_the_band_of_its_first_instant(void **state)
{
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "local", 60, prices);
	banded(tariff, day_night(&sketch));
	struct pricing pricing = priced(&sketch, call("2026-03-10T20:58:30+08:00", 250), pack, 1);
	assert_parts(&pricing.lines[0], "2 day @15, 3 night @8");
	assert_int_equal(pricing.amount.micros, 54 * FEN);
	pricing = priced(&sketch, call("2026-03-10T20:59:00+08:00", 61), pack, 1);
	assert_parts(&pricing.lines[0], "1 day @15, 1 night @8");
	pricing = priced(&sketch, call("2026-03-10T20:59:00.001+08:00", 61), pack, 1);
	assert_parts(&pricing.lines[0], "1 day @15, 1 night @8");
	pricing = priced(&sketch, call("2026-03-10T20:59:00+08:00", 60), pack, 1);
	assert_parts(&pricing.lines[0], "1 day @15");
	/* over midnight the band stays; 3 days with 4 changes of band */
	pricing = priced(&sketch, call("2026-03-10T23:00:00+08:00", 60 * 3600), pack, 1);
	assert_parts(&pricing.lines[0],
		"480 night @8, 840 day @15, 600 night @8, 840 day @15, 600 night @8, 240 day @15");
	sketch_end(&sketch);
}

static void
a_repeated_hour_is_priced_twice_and_a_skipped_one_not(void **state)
{
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Europe/Berlin");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "local", 3600, prices);
	banded(tariff, day_night(&sketch));
	struct pricing pricing = priced(
		&sketch, call("2026-10-25T00:00:00+02:00", 25 * 3600), pack, 1);
	assert_parts(&pricing.lines[0], "8 night @8, 14 day @15, 3 night @8");
	pricing = priced(&sketch, call("2026-03-29T00:00:00+01:00", 23 * 3600), pack, 1);
	assert_parts(&pricing.lines[0], "6 night @8, 14 day @15, 3 night @8");
	sketch_end(&sketch);
}

static void
bytes_and_items_happen_at_one_instant(void **state)
{
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	static struct sketch sketch;
	struct usage usage = call("2026-03-10T20:59:59.999+08:00", 1025);

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_service(&sketch, "data", UNIT_BYTE, NO_INDEX);
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "data", 1024, prices);
	tariff->service = 1;
	banded(tariff, day_night(&sketch));
	tariff->has_first = true;
	tariff->first = (struct step){ 1000, prices };
	usage.service = TEXT("data");
	usage.unit = UNIT_BYTE;
	struct pricing pricing = priced(&sketch, usage, pack, 1);
	assert_parts(&pricing.lines[0], "2 day @15");
	usage.quantity = 1000 + 5 * 1024;
	pricing = priced(&sketch, usage, pack, 1);
	assert_parts(&pricing.lines[0], "6 day @15");
	usage.quantity = INT64_C(1) << 40;
	usage.at_ms++;
	pricing = priced(&sketch, usage, pack, 1);
	assert_parts(&pricing.lines[0], "1073741825 night @8");
	sketch_end(&sketch);
}

static void
quantity_0_has_a_line_and_costs_nothing(void **state)
{
	static struct sketch sketch;
	const struct holding holding[] = { HELD_DURING(
		"pack", INT64_MIN, sketch_at("2026-03-10T12:00:00Z")) };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "toll", 6, &fen_7);
	tariff->setup = fen_22;
	tariff->minimum = fen_22;
	struct pricing pricing = priced(&sketch, call("2026-03-10T11:59:59.999Z", 0), holding, 1);
	assert_int_equal(pricing.line_count, 1);
	assert_int_equal(pricing.lines[0].part_count, 0);
	assert_int_equal(pricing.lines[0].setup.micros, 0);
	assert_int_equal(pricing.amount.micros, 0);
	refused(&sketch, call("2026-03-10T12:00:00Z", 0), holding, 1, REFUSED_NO_TARIFF);
	sketch_end(&sketch);
}

static void
set_up_minimum_maximum_and_rounding_come_in_this_order(void **state)
{
	static const struct money odd = { 1234 };
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "toll", 6, &odd);
	tariff->setup = (struct money){ 1000 };
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 12), pack, 1);
	assert_int_equal(pricing.amount.micros, 1000 + 2 * 1234);
	assert_int_equal(pricing.lines[0].setup.micros, 1000);
	tariff->minimum = (struct money){ 3469 };
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 12), pack, 1);
	assert_int_equal(pricing.amount.micros, 3469);
	tariff->maximum = (struct money){ 4000 };
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 18), pack, 1);
	assert_int_equal(pricing.amount.micros, 4000);
	tariff->maximum = (struct money){ 5001 };
	tariff->round_step = 1000;
	tariff->round_mode = ROUND_UP;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.amount.micros, 6000);
	tariff->round_mode = ROUND_HALF_UP;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 12), pack, 1);
	assert_int_equal(pricing.amount.micros, 3000);
	assert_int_equal(pricing.lines[0].amount.micros, 3000);
	sketch_end(&sketch);
}

static void
components_are_added(void **state)
{
	static struct sketch sketch;
	const struct holding held[] = { HELD("pack"),
		HELD_DURING("toll", INT64_MIN, sketch_at("2026-03-10T12:00:30Z")) };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch.components[1] = TEXT("toll");
	sketch.components[2] = TEXT("info");
	sketch.image.component_count = 3;
	sketch_tariff(&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "basic", 60, &fen_11);
	struct tariff *toll = sketch_tariff(
		&sketch, sketch_package(&sketch, "toll", 1, ALL_TIME), "toll", 6, &fen_7);
	toll->component = 1;
	/* the toll is held for the first half only; that half is charged */
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), held, 2);
	assert_int_equal(pricing.line_count, 2);
	assert_text(pricing.lines[0].component, "basic");
	assert_parts(&pricing.lines[0], "1 @11");
	assert_text(pricing.lines[1].component, "toll");
	assert_parts(&pricing.lines[1], "5 @7");
	assert_int_equal(pricing.amount.micros, 46 * FEN);
	/* without anything else, the second half has no price */
	pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", 60), &held[1], 1, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "toll", "date", "< 2026-03-10T20:00:30+08:00",
		"2026-03-10T20:00:30+08:00");
	sketch_end(&sketch);
}

static void
a_function_gives_the_amount_of_a_line(void **state)
{
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "made", 6, &fen_7);
	tariff->amount = 3;
	tariff->setup = fen_22;
	tariff->round_step = FEN;
	tariff->round_mode = ROUND_HALF_UP;
	sketch.functions[3].amount_micros = 123456;
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1);
	assert_int_equal(pricing.amount.micros, 12 * FEN);
	assert_int_equal(pricing.lines[0].part_count, 0);
	assert_int_equal(pricing.lines[0].setup.micros, 0);
	assert_int_equal(sketch.functions[3].calls, 1);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 0), pack, 1);
	assert_int_equal(pricing.amount.micros, 0);
	assert_int_equal(sketch.functions[3].calls, 1);
	sketch.functions[3].outcome = CALL_FAILED;
	pricing = refused(&sketch, call("2026-03-10T12:00:00Z", 60), pack, 1, REFUSED_FUNCTION);
	assert_nearest(&pricing, "made", "amount", "", "it fell over");
	sketch_end(&sketch);
}

static void
an_amount_function_is_asked_once_an_event(void **state)
{
	static struct sketch sketch;
	const int64_t noon = sketch_at("2026-03-10T12:00:00Z");

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, INT64_MIN, noon), "made", 6, &fen_7)
		->amount = 3;
	sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, noon, INT64_MAX), "made", 6, &fen_7)
		->amount = 3;
	sketch.functions[3].amount_micros = 5;
	struct pricing pricing = priced(&sketch, call("2026-03-10T11:59:00Z", 120), pack, 1);
	assert_int_equal(pricing.line_count, 2);
	assert_int_equal(pricing.amount.micros, 10);
	assert_int_equal(sketch.functions[3].calls, 1);
	sketch_end(&sketch);
}

static void
what_money_cannot_hold_is_refused(void **state)
{
	static const struct money huge = { INT64_MAX / 2 };
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch.components[1] = TEXT("toll");
	struct package *package = sketch_package(&sketch, "pack", 1, ALL_TIME);
	struct tariff *tariff = sketch_tariff(&sketch, package, "toll", 60, &huge);
	priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	struct pricing pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", 180), pack, 1, REFUSED_OVERFLOW);
	assert_nearest(&pricing, "toll", "amount", "", "");
	assert_string_equal(rate_refusal_code(pricing.refused), "OVERFLOW");
	tariff->setup = fen_1;
	refused(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1, REFUSED_OVERFLOW);
	tariff->setup = (struct money){ 0 };
	sketch.image.component_count = 2; /* two lines that fit, but not their sum */
	struct tariff *other = sketch_tariff(&sketch, package, "other", 120, &huge);
	other->component = 1;
	refused(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1, REFUSED_OVERFLOW);
	/* a step that no time can hold is one step */
	tariff->next.size = INT64_MAX;
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_parts(&pricing.lines[0], "1 @461168601842738");
	sketch_end(&sketch);
}

static void
an_endless_event_is_refused(void **state)
{
	static const struct money prices[] = { { 0 }, { 0 } };
	static struct sketch sketch;
	const int64_t to_the_end = (INSTANT_MAX - sketch_at("2026-03-10T12:00:00Z")) / SECOND_MS;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "toll", 1, prices);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", to_the_end), pack, 1);
	assert_int_equal(pricing.lines[0].parts[0].units, to_the_end);
	refused(&sketch, call("2026-03-10T12:00:00Z", to_the_end + 1), pack, 1, REFUSED_OVERFLOW);
	refused(&sketch, call("2026-03-10T12:00:00Z", INT64_MAX), pack, 1, REFUSED_OVERFLOW);
	banded(tariff, day_night(&sketch));
	pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", to_the_end), pack, 1, REFUSED_OVERFLOW);
	assert_string_equal(pricing.nearest.condition, "parts");
	sketch_end(&sketch);
}

static void
without_memory_the_pricing_is_untouched(void **state)
{
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	static struct sketch sketch;
	struct tariff *tariff = minutes(&sketch);
	struct usage usage = call("2026-03-31T12:00:00Z", 100000);
	struct pricing pricing, untouched;
	enum rate_outcome outcome = RATE_FAULT;
	size_t failed = 0;

	(void)state;
	tariff->next.prices = prices;
	tariff->when = 1;
	sketch.functions[1].yes = true;
	banded(tariff, day_night(&sketch));
	assert_true(image_index_packages(&sketch.image));
	memset(&pricing, 0xaa, sizeof pricing);
	untouched = pricing;
	for (size_t bytes = 0; outcome == RATE_FAULT; bytes += 16) {
		arena_release(&sketch.arena);
		arena_init(&sketch.arena, bytes);
		outcome = sketch_rate(&sketch, &usage, pack, 1, &pricing);
		if (outcome == RATE_FAULT) {
			assert_int_equal(sketch.fault.status, STATUS_MEMORY);
			assert_memory_equal(&pricing, &untouched, sizeof pricing);
			failed++;
		}
	}
	assert_int_equal(outcome, RATE_DONE);
	assert_int_equal(pricing.refused, 0);
	assert_true(failed > 20);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(started_units_are_owed_whole),
		cmocka_unit_test(first_step_is_of_the_first_unit_only),
		cmocka_unit_test(a_unit_belongs_to_the_band_of_its_first_instant),
		cmocka_unit_test(a_repeated_hour_is_priced_twice_and_a_skipped_one_not),
		cmocka_unit_test(bytes_and_items_happen_at_one_instant),
		cmocka_unit_test(quantity_0_has_a_line_and_costs_nothing),
		cmocka_unit_test(set_up_minimum_maximum_and_rounding_come_in_this_order),
		cmocka_unit_test(components_are_added),
		cmocka_unit_test(a_function_gives_the_amount_of_a_line),
		cmocka_unit_test(an_amount_function_is_asked_once_an_event),
		cmocka_unit_test(what_money_cannot_hold_is_refused),
		cmocka_unit_test(an_endless_event_is_refused),
		cmocka_unit_test(without_memory_the_pricing_is_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

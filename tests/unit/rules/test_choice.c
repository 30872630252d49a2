#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

static void
a_tariff_that_changes_prices_the_next_unit(void **state)
{
	static struct sketch sketch;
	const int64_t change = sketch_at("2026-03-10T12:01:30Z");

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *old = sketch_tariff(&sketch,
		sketch_package(&sketch, "pack", 1, INT64_MIN, change), "local", 60, &fen_11);
	struct tariff *new = sketch_tariff(&sketch,
		sketch_package(&sketch, "pack", 1, change, INT64_MAX), "local", 30, &fen_7);
	old->setup = fen_1;
	new->setup = fen_1;
	new->has_first = true;
	new->first = (struct step){ 30, &fen_22 };
	/* the second minute began in time: the new tariff starts at 12:02:00, and not with a first
	 * step */
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 180), pack, 1);
	assert_int_equal(pricing.line_count, 2);
	assert_parts(&pricing.lines[0], "2 @11");
	assert_parts(&pricing.lines[1], "2 @7");
	assert_int_equal(pricing.lines[0].setup.micros, 1 * FEN);
	assert_int_equal(pricing.lines[1].setup.micros, 0);
	assert_int_equal(pricing.amount.micros, 37 * FEN);
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), pack, 1);
	assert_int_equal(pricing.line_count, 1);
	pricing = priced(&sketch, call("2026-03-10T12:01:30Z", 60), pack, 1);
	assert_parts(&pricing.lines[0], "1 @22, 1 @7");
	assert_int_equal(pricing.amount.micros, 30 * FEN);
	sketch_end(&sketch);
}

static void
a_tariff_that_comes_back_has_one_line(void **state)
{
	static struct sketch sketch;
	const struct holding held[] = { HELD("base"),
		HELD_DURING("plugin", sketch_at("2026-03-10T12:01:00Z"),
			sketch_at("2026-03-10T12:02:00Z")) };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_tariff(&sketch, sketch_package(&sketch, "base", 1, ALL_TIME), "dear", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "plugin", 0, ALL_TIME), "cheap", 6, &fen_1);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 240), held, 2);
	assert_int_equal(pricing.line_count, 2);
	assert_parts(&pricing.lines[0], "3 @11");
	assert_parts(&pricing.lines[1], "10 @1");
	sketch_end(&sketch);
}

static void
the_first_layer_that_has_a_tariff_prices(void **state)
{
	static struct sketch sketch;
	const struct holding held[] = { HELD("standard"), HELD("base"), HELD("plugin"),
		HELD("unknown") };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_service(&sketch, "sms", UNIT_ITEM, NO_INDEX);
	sketch_tariff(&sketch, sketch_package(&sketch, "base", 1, ALL_TIME), "base", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "plugin", 0, ALL_TIME), "plugin", 1, &fen_7)
		->service = 1;
	sketch_tariff(
		&sketch, sketch_package(&sketch, "standard", 2, ALL_TIME), "standard", 60, &fen_22);
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 1), held, 4);
	assert_text(pricing.lines[0].tariff, "base");
	struct usage sms = call("2026-03-10T12:00:00Z", 1);
	sms.service = TEXT("sms");
	sms.unit = UNIT_ITEM;
	pricing = priced(&sketch, sms, held, 4);
	assert_text(pricing.lines[0].tariff, "plugin");
	sketch_end(&sketch);
}

static void
two_packages_of_one_layer_are_ambiguous(void **state)
{
	static struct sketch sketch;
	const struct holding held[] = { HELD("b1"), HELD("b2"), HELD("plugin") };
	const struct holding twice[] = { HELD("b1"), HELD("b1") };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_tariff(&sketch, sketch_package(&sketch, "b1", 1, ALL_TIME), "x", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "b2", 1, ALL_TIME), "y", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "plugin", 0, ALL_TIME), "z", 60, &fen_11);
	struct pricing pricing = refused(
		&sketch, call("2026-03-10T12:00:00Z", 1), held, 2, REFUSED_AMBIGUOUS);
	assert_nearest(&pricing, "x", "layer", "b1", "b2");
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 1), held, 3);
	assert_text(pricing.lines[0].tariff, "z");
	pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 1), twice, 2);
	assert_text(pricing.lines[0].tariff, "x");
	sketch_end(&sketch);
}

static void
of_packages_of_one_layer_the_one_that_is_over_all_others_prices(void **state)
{
	static const struct text over_b2[] = { { "b2", 2 } };
	static const struct text over_all[] = { { "b2", 2 }, { "b3", 2 } };
	static struct sketch sketch;
	struct holding held[] = { HELD("b1"), HELD("b2"), HELD("b3") };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct package *b1 = sketch_package(&sketch, "b1", 1, ALL_TIME);
	sketch_tariff(&sketch, b1, "x", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "b2", 1, ALL_TIME), "y", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "b3", 1, ALL_TIME), "z", 60, &fen_11);
	b1->over = over_b2;
	b1->over_count = 1;
	/* in whatever order they are held */
	for (size_t first = 0; first < 3; first++)
		for (size_t second = 0; second < 3; second++) {
			if (first == second)
				continue;
			const struct holding two[] = { held[first], held[second] };
			const struct holding three[] = { held[first], held[second],
				held[3 - first - second] };

			if (first + second == 1) {
				struct pricing pricing = priced(
					&sketch, call("2026-03-10T12:00:00Z", 1), two, 2);
				assert_text(pricing.lines[0].tariff, "x");
			} else {
				refused(&sketch, call("2026-03-10T12:00:00Z", 1), two, 2,
					REFUSED_AMBIGUOUS);
			}
			refused(&sketch, call("2026-03-10T12:00:00Z", 1), three, 3,
				REFUSED_AMBIGUOUS);
			b1->over = over_all;
			b1->over_count = 2;
			struct pricing pricing = priced(
				&sketch, call("2026-03-10T12:00:00Z", 1), three, 3);
			assert_text(pricing.lines[0].tariff, "x");
			b1->over = over_b2;
			b1->over_count = 1;
		}
	/* only while it is held */
	held[0].from_ms = sketch_at("2026-03-10T12:01:00Z");
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), held, 2);
	assert_int_equal(pricing.line_count, 2);
	assert_text(pricing.lines[0].tariff, "y");
	assert_text(pricing.lines[1].tariff, "x");
	sketch_end(&sketch);
}

static void
the_first_tariff_whose_function_agrees_prices(void **state)
{
	static struct sketch sketch;
	const struct holding held[] = { HELD("pack"),
		HELD_DURING("late", sketch_at("2026-03-10T12:01:00Z"), INT64_MAX) };

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct package *late = sketch_package(&sketch, "late", 1, ALL_TIME);
	sketch_tariff(&sketch, late, "never", 60, &fen_1)->when = 1;
	struct package *package = sketch_package(&sketch, "pack", 1, ALL_TIME);
	sketch_tariff(&sketch, package, "asked", 60, &fen_7)->when = 1;
	sketch_tariff(&sketch, package, "other", 60, &fen_11)->when = 2;
	sketch_tariff(&sketch, package, "unasked", 60, &fen_22)->when = 3;
	sketch.functions[2].yes = true;
	/* two stretches, since something else becomes held in between */
	struct pricing pricing = priced(&sketch, call("2026-03-10T12:00:00Z", 120), held, 2);
	assert_text(pricing.lines[0].tariff, "other");
	assert_int_equal(sketch.functions[1].calls, 1);
	assert_int_equal(sketch.functions[2].calls, 1);
	assert_int_equal(sketch.functions[3].calls, 0);

	sketch.functions[2].outcome = CALL_FAILED;
	pricing = refused(&sketch, call("2026-03-10T12:00:00Z", 1), pack, 1, REFUSED_FUNCTION);
	assert_nearest(&pricing, "other", "when", "true", "it fell over");

	struct usage usage = call("2026-03-10T12:00:00Z", 1);
	struct pricing untouched = pricing;
	sketch.functions[2].outcome = CALL_DEADLINE;
	assert_int_equal(sketch_rate(&sketch, &usage, pack, 1, &pricing), RATE_FAULT);
	assert_int_equal(sketch.fault.status, STATUS_BUSY);
	assert_memory_equal(&pricing, &untouched, sizeof pricing);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tariff_that_changes_prices_the_next_unit),
		cmocka_unit_test(a_tariff_that_comes_back_has_one_line),
		cmocka_unit_test(the_first_layer_that_has_a_tariff_prices),
		cmocka_unit_test(two_packages_of_one_layer_are_ambiguous),
		cmocka_unit_test(of_packages_of_one_layer_the_one_that_is_over_all_others_prices),
		cmocka_unit_test(the_first_tariff_whose_function_agrees_prices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

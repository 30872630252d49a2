#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rated.h"

/* Numbers dialled: 0… is domestic, 00… refused, 1… and what begins like the caller's area local. */
static void
zoned(struct sketch *sketch, struct tariff *tariff, uint64_t zones)
{
	static const struct text names[] = { { "local", 5 }, { "domestic", 8 }, { "hmt", 3 },
		{ "free", 4 } };
	static const struct text reasons[] = { { "unknown_country", 15 } };
	const struct prefix_row rows[] = { { TEXT("1"), 0, 0, 0, 0 }, { TEXT("0"), 0, 0, 1, 1 },
		{ TEXT("00"), 0, 0, 2, 4 }, { TEXT("0771555"), 0, 0, 3, 1 },
		{ TEXT("0771"), 0, 0, 4, 2 } };
	const struct prefix_row areas[] = { { TEXT("0"), 0, 0, 0, 4 } };

	sketch->maps[0] = (struct zone_map){ .id = TEXT("dialled"),
		.zones = names,
		.zone_count = 4,
		.prefixes = sketch_prefixes(sketch, rows, 5),
		.refusals = reasons,
		.refusal_count = 1,
		.area_lengths = sketch_prefixes(sketch, areas, 1),
		.own_area_zone = 0 };
	sketch->image.zone_map_count = 1;
	sketch->services[0].zone_map = 0;
	tariff->zones = (struct zone_set){ { zones, 0, 0, 0 } };
}

static struct pricing
dial(struct sketch *sketch, const char *to, enum rate_refusal why)
{
	struct usage usage = call("2026-03-10T12:00:00Z", 60);

	usage.to = text_of(to);
	return why == 0 ? priced(sketch, usage, pack, 1) : refused(sketch, usage, pack, 1, why);
}

static void
own_area_is_one_more_prefix(void **state)
{
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "any", 60, &fen_11);
	zoned(&sketch, tariff, 7);
	assert_text(dial(&sketch, "1234", 0).zone, "local");
	assert_text(dial(&sketch, "077", 0).zone, "domestic");
	struct usage cut = call("2026-03-10T12:00:00Z", 60);
	cut.to = (struct text){ "07715", 3 };
	assert_text(priced(&sketch, cut, pack, 1).zone, "domestic");
	assert_text(dial(&sketch, "07721234", 0).zone, "domestic");
	assert_text(dial(&sketch, "07711234", 0).zone, "local");    /* a tie with the row 0771 */
	assert_text(dial(&sketch, "07715551", 0).zone, "domestic"); /* a longer row wins */
	sketch.maps[0].area_lengths = NULL;
	assert_text(dial(&sketch, "07711234", 0).zone, "hmt");
	sketch_end(&sketch);
}

static void
numbers_without_a_zone_are_refused(void **state)
{
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "any", 60, &fen_11);
	zoned(&sketch, tariff, 1);
	struct pricing pricing = dial(&sketch, "0099123", REFUSED_NO_ZONE);
	assert_nearest(&pricing, "", "zone", "dialled", "unknown_country");
	pricing = dial(&sketch, "234", REFUSED_NO_ZONE);
	assert_nearest(&pricing, "", "zone", "dialled", "234");
	pricing = dial(&sketch, "07711x", REFUSED_NO_ZONE);
	assert_nearest(&pricing, "", "digits", "digits", "07711x");
	pricing = dial(&sketch, "", REFUSED_NO_ZONE);
	assert_nearest(&pricing, "", "digits", "digits", "");
	/* shortened to 32 bytes, and not within a character */
	pricing = dial(&sketch, "sip:01234567890123456789012345a@example.org", REFUSED_NO_ZONE);
	assert_nearest(&pricing, "", "digits", "digits", "sip:01234567890123456789012345a@…");
	pricing = dial(&sketch, "sip:01234567890123456789012345aéxample.org", REFUSED_NO_ZONE);
	assert_nearest(&pricing, "", "digits", "digits", "sip:01234567890123456789012345a…");
	assert_string_equal(rate_refusal_code(pricing.refused), "NO_PRICE");
	sketch_end(&sketch);
}

static void
unknown_services_and_other_units_are_refused(void **state)
{
	static struct sketch sketch;
	struct usage usage = call("2026-03-10T12:00:00Z", 60);

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_service(&sketch, "sms", UNIT_ITEM, NO_INDEX);
	usage.service = TEXT("fax");
	struct pricing pricing = refused(&sketch, usage, pack, 1, REFUSED_NO_SERVICE);
	assert_nearest(&pricing, "", "service", "voice|sms", "fax");
	usage.service = TEXT("sms");
	pricing = refused(&sketch, usage, pack, 1, REFUSED_UNIT);
	assert_nearest(&pricing, "", "unit", "item", "second");
	sketch_end(&sketch);
}

static void
the_nearest_rule_is_the_one_that_got_furthest(void **state)
{
	static struct sketch sketch;
	const struct holding none[] = { HELD("nonsense") };
	const struct holding held[] = { HELD("sms"), HELD("zone"), HELD("when"),
		HELD_DURING("date", sketch_at("2026-04-01T00:00:00Z"), INT64_MAX) };
	struct usage usage = call("2026-03-10T12:00:00Z", 60);
	struct pricing pricing;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	sketch_service(&sketch, "sms", UNIT_ITEM, NO_INDEX);
	sketch_tariff(&sketch, sketch_package(&sketch, "date", 1, ALL_TIME), "soon", 60, &fen_11);
	sketch_tariff(&sketch, sketch_package(&sketch, "sms", 1, ALL_TIME), "sms", 1, &fen_1)
		->service = 1;
	struct package *past = sketch_package(
		&sketch, "version", 0, INT64_MIN, sketch_at("2026-03-10T00:00:00Z"));
	sketch_tariff(&sketch, past, "past", 60, &fen_11);
	struct tariff *when = sketch_tariff(
		&sketch, sketch_package(&sketch, "when", 1, ALL_TIME), "maybe", 60, &fen_11);
	struct tariff *zone = sketch_tariff(
		&sketch, sketch_package(&sketch, "zone", 1, ALL_TIME), "free", 60, &fen_11);
	when->when = 1;
	zoned(&sketch, zone, 0xe);
	usage.to = TEXT("123");

	pricing = refused(&sketch, usage, none, 1, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.package, "date");
	assert_nearest(&pricing, "soon", "held", "date", "");
	assert_text(pricing.zone, "local");
	pricing = refused(&sketch, usage, held, 1, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "soon", "held", "date", "sms");
	pricing = refused(&sketch, usage, held, 2, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.package, "zone");
	assert_nearest(&pricing, "free", "zone", "domestic|hmt|free", "local");
	pricing = refused(&sketch, usage, held, 3, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "maybe", "when", "true", "false");
	pricing = refused(&sketch, usage, &held[3], 1, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "soon", "date", ">= 2026-04-01T08:00:00+08:00",
		"2026-03-10T20:00:00+08:00");
	/* among equals, the first by layer, then as held */
	const struct holding two[] = { HELD("zone2"), HELD("zone") };
	zoned(&sketch,
		sketch_tariff(
			&sketch, sketch_package(&sketch, "zone2", 1, ALL_TIME), "two", 60, &fen_11),
		0xe);
	sketch.image.package_slots = NULL;
	pricing = refused(&sketch, usage, two, 2, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.tariff, "two");
	sketch.packages[sketch.image.package_count - 1].layer = 2;
	pricing = refused(&sketch, usage, two, 2, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.tariff, "free");
	/* what is held only later is not what was got */
	const struct holding soon[] = { HELD_DURING(
		"sms", sketch_at("2026-03-10T12:00:30Z"), INT64_MAX) };
	pricing = refused(&sketch, usage, soon, 1, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.got, "");
	/* of those that would price it if they were held, the most general layer */
	zoned(&sketch, &sketch.tariffs[sketch.image.package_count - 1][0], 1);
	pricing = refused(&sketch, usage, none, 1, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.package, "zone2");
	sketch.packages[sketch.image.package_count - 1].layer = 0;
	pricing = refused(&sketch, usage, none, 1, REFUSED_NO_TARIFF);
	assert_text(pricing.nearest.package, "date");
	/* held, but the package itself has ended */
	const struct holding ended[] = { HELD("version") };
	pricing = refused(&sketch, usage, ended, 1, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "past", "date", "< 2026-03-10T08:00:00+08:00",
		"2026-03-10T20:00:00+08:00");
	/* nothing would price it: say at least which service is held */
	sketch.image.package_count = 2;
	sketch.tariffs[0][0].service = 1;
	pricing = refused(&sketch, usage, held, 1, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "sms", "service", "sms", "voice");
	pricing = refused(&sketch, usage, none, 1, REFUSED_NO_TARIFF);
	assert_nearest(&pricing, "", "service", "", "voice");
	sketch_end(&sketch);
}

static void
a_day_that_the_calendar_does_not_know_is_refused(void **state)
{
	static const struct money prices[] = { { 15 * FEN }, { 8 * FEN } };
	const struct calendar_rule rules[] = {
		{ 1, ALL_WEEKDAYS, 1u << DAY_HOLIDAY, 0, 1440 },
		{ 0, ALL_WEEKDAYS, ALL_KINDS, 0, 1440 },
	};
	const struct day_table days = { NULL, 0, 2024, 2026 };
	static struct sketch sketch;

	(void)state;
	sketch_begin(&sketch, "Asia/Shanghai");
	struct tariff *tariff = sketch_tariff(
		&sketch, sketch_package(&sketch, "pack", 1, ALL_TIME), "toll", 60, prices);
	banded(tariff, sketch_calendar(&sketch, rules, 2, 2, &days));
	priced(&sketch, call("2026-12-31T23:59:30+08:00", 60), pack, 1);
	struct pricing pricing = refused(
		&sketch, call("2026-12-31T23:59:30+08:00", 61), pack, 1, REFUSED_CALENDAR);
	assert_nearest(&pricing, "toll", "calendar", "2024..2026", "2027-01-01");
	assert_string_equal(rate_refusal_code(pricing.refused), "CALENDAR_NOT_COVERED");
	refused(&sketch, call("2027-01-01T00:00:00+08:00", 0), pack, 1, REFUSED_CALENDAR);
	priced(&sketch, call("2026-12-31T23:59:59+08:00", 0), pack, 1);
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_area_is_one_more_prefix),
		cmocka_unit_test(numbers_without_a_zone_are_refused),
		cmocka_unit_test(unknown_services_and_other_units_are_refused),
		cmocka_unit_test(the_nearest_rule_is_the_one_that_got_furthest),
		cmocka_unit_test(a_day_that_the_calendar_does_not_know_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
